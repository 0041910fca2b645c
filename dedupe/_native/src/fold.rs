//! Fold and tokenise UTF-8 bytes: the twin of `dedupe/text/fold.py`, which documents the rules.
//!
//! Input is any bytes. Well-formed UTF-8 (encoded surrogates included) is decoded by code point; a byte that
//! fits nowhere is a separator of its own.

use crate::tables::{Kind, Tables, tables};

/// The caller asked to stop (a signal arrived).
#[derive(Debug, PartialEq, Eq)]
pub struct Stop;

/// Called now and then in long work; an error ends it.
pub type Poll<'a> = &'a mut dyn FnMut() -> Result<(), Stop>;

/// The longest text, in bytes: places in a text and the length of a folded token, which is at most three times
/// that of its source, are kept in 32 bits.
pub const LONGEST_TEXT: usize = 1 << 30;

/// Bytes of text between two polls: well under 100 ms of work.
const POLL_BYTES: usize = 1 << 20;
const ENTITY_NAME_LIMIT: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Place of the folded bytes in `Tokens::folded`.
    pub start: usize,
    pub length: u32,
    /// Place in the text, in bytes.
    pub source_start: u32,
    pub source_end: u32,
    /// A grapheme of a script without spaces.
    pub unspaced: bool,
}

impl Token {
    pub fn end(&self) -> usize {
        self.start + self.length as usize
    }
}

/// The tokens of one text; reused from text to text.
#[derive(Default)]
pub struct Tokens {
    /// Folded tokens joined by one space.
    pub folded: Vec<u8>,
    pub tokens: Vec<Token>,
}

impl Tokens {
    pub fn bytes(&self, token: &Token) -> &[u8] {
        &self.folded[token.start..token.end()]
    }

    /// Replace the contents by the tokens of `text`.
    pub fn read(&mut self, text: &[u8], poll: Poll) -> Result<(), Stop> {
        self.folded.clear();
        self.tokens.clear();
        let mut folder = Folder { text, out: self, tables: tables(), open: Vec::new(), unspaced: false, start: 0, end: 0 };
        folder.run(poll)
    }

    // Places fit: `Batch::new` has refused texts longer than `LONGEST_TEXT`.
    fn push(&mut self, source_start: usize, source_end: usize, unspaced: bool, write: impl FnOnce(&mut Vec<u8>)) {
        if !self.folded.is_empty() {
            self.folded.push(b' ');
        }
        let start = self.folded.len();
        write(&mut self.folded);
        let length = (self.folded.len() - start) as u32;
        self.tokens.push(Token { start, length, source_start: source_start as u32, source_end: source_end as u32, unspaced });
    }
}

/// The state of one pass over a text.
struct Folder<'a> {
    text: &'a [u8],
    out: &'a mut Tokens,
    tables: &'static Tables,
    /// Folded code points of the token under way.
    open: Vec<u32>,
    unspaced: bool,
    start: usize,
    end: usize,
}

impl Folder<'_> {
    fn run(&mut self, poll: Poll) -> Result<(), Stop> {
        let mut position = 0;
        let mut next_poll = POLL_BYTES;
        while position < self.text.len() {
            if position >= next_poll {
                poll()?;
                next_poll = position + POLL_BYTES;
            }
            let byte = self.text[position];
            if byte < 128 {
                if self.open.is_empty() {
                    position = self.ascii_token(position);
                    if position >= self.text.len() {
                        break;
                    }
                }
                let byte = self.text[position];
                if byte < 128 {
                    position = self.ascii(byte, position);
                    continue;
                }
            }
            position = self.wide(position);
        }
        self.close();
        Ok(())
    }

    /// Skip separators and take whole tokens of ASCII letters and digits while nothing else comes between.
    fn ascii_token(&mut self, mut position: usize) -> usize {
        let text = self.text;
        let ascii = &self.tables.ascii;
        let limit = position + POLL_BYTES;
        loop {
            while position < text.len() && text[position] < 128 && ascii[text[position] as usize] == 0 && text[position] != b'&' {
                position += 1;
            }
            let start = position;
            while position < text.len() && text[position] < 128 && ascii[text[position] as usize] != 0 {
                position += 1;
            }
            if position == start {
                return position;
            }
            // A token that another character may lengthen goes the long way, and so does one before a poll.
            let next = text.get(position).copied().unwrap_or(b' ');
            if next >= 128 || next == b'-' || next == b'&' || position >= limit {
                self.open.extend(text[start..position].iter().map(|&b| u32::from(ascii[b as usize])));
                self.unspaced = false;
                (self.start, self.end) = (start, position);
                return position;
            }
            self.out.push(start, position, false, |folded| {
                folded.extend(text[start..position].iter().map(|&b| ascii[b as usize]));
            });
        }
    }

    /// One ASCII character at `position`; answers with where to go on.
    fn ascii(&mut self, byte: u8, position: usize) -> usize {
        match byte {
            b'&' => {
                if let Some(after) = self.entity(position, position + 1) {
                    return after;
                }
            }
            b'-' => {
                if let Some(after) = self.wrapped(position + 1) {
                    return after;
                }
            }
            _ => {}
        }
        self.character(u32::from(byte), position, position + 1);
        position + 1
    }

    /// One character beyond ASCII at `position`.
    fn wide(&mut self, position: usize) -> usize {
        let (point, after) = decode(self.text, position);
        match point {
            0xFF06 => {
                if let Some(after) = self.entity(position, after) {
                    return after;
                }
            }
            0xAD | 0x2010 => {
                if let Some(after) = self.wrapped(after) {
                    return after;
                }
            }
            _ => {}
        }
        self.character(point, position, after);
        after
    }

    fn character(&mut self, point: u32, start: usize, end: usize) {
        let tables = self.tables;
        match tables.fold(tables.entry(point)) {
            Some(folded) => folded.iter().for_each(|&point| self.emit(point, start, end)),
            None => self.emit(point, start, end),
        }
    }

    fn emit(&mut self, point: u32, start: usize, end: usize) {
        let entry = self.tables.entry(point);
        let kind = entry.kind();
        if kind == Kind::Separator {
            return self.close();
        }
        if let (true, Some(last)) = (entry.composes(), self.open.last_mut()) {
            let composed = self.tables.composed(*last, point);
            if composed != 0 {
                *last = composed;
                self.end = end;
                return;
            }
        }
        match kind {
            Kind::Ignored => {
                if !self.open.is_empty() {
                    self.end = end;
                }
            }
            Kind::Mark if !self.open.is_empty() => {
                self.insert_mark(point, entry.combining());
                self.end = end;
            }
            _ => {
                if kind == Kind::Unspaced || self.unspaced {
                    self.close();
                }
                if self.open.is_empty() {
                    self.start = start;
                    self.unspaced = kind == Kind::Unspaced;
                }
                self.open.push(point);
                self.end = end;
            }
        }
    }

    /// Append a mark in canonical order: behind the marks of the same or a lower class.
    fn insert_mark(&mut self, point: u32, class: u8) {
        let mut place = self.open.len();
        while class != 0 && place > 0 && self.tables.entry(self.open[place - 1]).combining() > class {
            place -= 1;
        }
        self.open.insert(place, point);
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            let open = &self.open;
            self.out.push(self.start, self.end, self.unspaced, |folded| {
                open.iter().for_each(|&point| encode(point, folded));
            });
            self.open.clear();
        }
        self.unspaced = false;
    }

    /// Take the HTML entity whose `&` stands before `name_start`; answers with where it ends.
    fn entity(&mut self, start: usize, name_start: usize) -> Option<usize> {
        let mut name = [0u8; ENTITY_NAME_LIMIT + 1];
        let mut length = 0;
        let mut position = name_start;
        while position < self.text.len() && length <= ENTITY_NAME_LIMIT {
            let (mut point, after) = decode(self.text, position);
            position = after;
            if (0xFF01..=0xFF5E).contains(&point) {
                point -= 0xFEE0;
            }
            if point == u32::from(b';') {
                let point = self.decode_entity(std::str::from_utf8(&name[..length]).ok()?)?;
                self.character(point, start, position);
                return Some(position);
            }
            name[length] = u8::try_from(point).ok().filter(u8::is_ascii)?;
            length += 1;
        }
        None
    }

    fn decode_entity(&self, name: &str) -> Option<u32> {
        let Some(number) = name.strip_prefix('#') else {
            return Some(self.tables.entity(name)).filter(|&point| point != 0);
        };
        let (digits, radix, limit) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16, 6),
            None => (number, 10, 7),
        };
        // `from_str_radix` alone would take a sign.
        if digits.is_empty() || digits.len() > limit || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        u32::from_str_radix(digits, radix).ok().filter(|&point| point != 0 && char::from_u32(point).is_some())
    }

    /// Where the second half of a word goes on that was wrapped with a hyphen ending at `position`.
    fn wrapped(&self, position: usize) -> Option<usize> {
        if self.open.is_empty() || self.unspaced {
            return None;
        }
        let blanks = |mut at: usize| {
            while matches!(self.text.get(at), Some(b' ' | b'\t')) {
                at += 1;
            }
            at
        };
        let at = blanks(position);
        let at = match (self.text.get(at)?, self.text.get(at + 1)) {
            (b'\r', Some(b'\n')) => at + 2,
            (b'\r' | b'\n', _) => at + 1,
            _ => return None,
        };
        let at = blanks(at);
        if at >= self.text.len() {
            return None;
        }
        let (point, _) = decode(self.text, at);
        self.tables.entry(point).is_lower().then_some(at)
    }
}

/// The code point at `position` and where the next begins; a byte that fits nowhere is U+FFFD.
pub fn decode(text: &[u8], position: usize) -> (u32, usize) {
    let first = text[position];
    let (length, bits, least) = match first {
        0..=0x7F => return (u32::from(first), position + 1),
        0xC2..=0xDF => (2, first & 0x1F, 0x80),
        0xE0..=0xEF => (3, first & 0x0F, 0x800),
        0xF0..=0xF4 => (4, first & 0x07, 0x10000),
        _ => return (0xFFFD, position + 1),
    };
    let mut point = u32::from(bits);
    for offset in 1..length {
        match text.get(position + offset) {
            Some(&byte) if byte & 0xC0 == 0x80 => point = point << 6 | u32::from(byte & 0x3F),
            _ => return (0xFFFD, position + 1),
        }
    }
    if point < least || point > 0x10FFFF {
        return (0xFFFD, position + 1);
    }
    (point, position + length)
}

fn encode(point: u32, out: &mut Vec<u8>) {
    // Folded code points are never surrogates: those are separators.
    let char = char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &[u8]) -> String {
        let mut tokens = Tokens::default();
        tokens.read(text, &mut || Ok(())).unwrap();
        String::from_utf8(tokens.folded).unwrap()
    }

    #[test]
    fn folds_what_a_reader_does_not_see() {
        let text = "L’ÉTÉ&nbsp;２０２５, exam-\nple 東京 ｶﾞ &#xE9; e\u{301}t\u{AD}e";
        assert_eq!(fold(text.as_bytes()), "l ete 2025 example 東 京 ガ e ete");
    }

    #[test]
    fn keeps_marks_that_carry_meaning() {
        assert_eq!(fold("कु के мой мои が か".as_bytes()), "कु के мой мои が か");
    }

    #[test]
    fn takes_any_bytes() {
        assert_eq!(fold(b"a\xFFb\xED\xA0\x80c\xE4\xB8"), "a b c");
        assert_eq!(fold(b""), "");
        assert_eq!(fold(b"&#99999999; &#; &amp"), "99999999 amp");
    }

    #[test]
    fn stops_when_asked() {
        let text = vec![b'a'; 3 * POLL_BYTES].iter().map(|_| b' ').collect::<Vec<_>>();
        let words: Vec<u8> = text.iter().zip("ab é ".bytes().cycle()).map(|(_, b)| b).collect();
        assert_eq!(Tokens::default().read(&words, &mut || Err(Stop)), Err(Stop));
    }
}
