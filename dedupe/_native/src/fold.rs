//! Fold and tokenise UTF-8 bytes: the twin of `dedupe/text/fold.py`, which documents the rules.
//!
//! Input is any bytes. Well-formed UTF-8 (encoded surrogates included) is decoded by code point; a byte that
//! fits nowhere is a separator of its own.

use crate::tables::{Class, Kind, Tables, tables};

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

/// Free bytes that are kept behind the folded text, so that short copies and loads need no case of their own.
const SLACK: usize = 2 * BLOCK;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Place of the folded bytes in `Folded`.
    pub start: usize,
    pub end: usize,
    /// Place in the text, in bytes.
    pub source_start: usize,
    pub source_end: usize,
    /// A grapheme of a script without spaces.
    pub unspaced: bool,
}

/// The folded tokens of one text joined by one space; the buffer is reused from text to text.
#[derive(Default)]
pub struct Folded {
    /// Longer than what is in use by at least `SLACK`.
    buffer: Vec<u8>,
    length: usize,
}

impl Folded {
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    /// Replace the contents by the tokens of `text`, and hand each to `sink` with a buffer that holds its bytes
    /// and some more.
    pub fn read(&mut self, text: &[u8], poll: Poll, sink: impl FnMut(&[u8], Token)) -> Result<(), Stop> {
        self.length = 0;
        self.reserve();
        Folder { text, out: self, sink, tables: tables(), open: false, unspaced: false, last: 0, token: 0, start: 0, end: 0 }
            .run(poll)
    }

    /// Make room for what one step may write.
    #[inline]
    fn reserve(&mut self) {
        if self.length + 2 * SLACK > self.buffer.len() {
            self.buffer.resize((2 * self.buffer.len()).max(16 * SLACK), 0);
        }
    }

    fn push(&mut self, byte: u8) {
        self.buffer[self.length] = byte;
        self.length += 1;
    }

    /// Append the first `length` of 16 bytes.
    #[inline]
    fn append(&mut self, bytes: [u8; 16], length: usize) {
        self.buffer[self.length..self.length + 16].copy_from_slice(&bytes);
        self.length += length;
    }

    #[inline]
    fn encode(&mut self, point: u32) {
        let low = |shift: u32| 0x80 | (point >> shift & 0x3F) as u8;
        let (bytes, length) = match point {
            0..0x80 => ([point as u8, 0, 0, 0], 1),
            0x80..0x800 => ([0xC0 | (point >> 6) as u8, low(0), 0, 0], 2),
            0x800..0x10000 => ([0xE0 | (point >> 12) as u8, low(6), low(0), 0], 3),
            _ => ([0xF0 | (point >> 18) as u8, low(12), low(6), low(0)], 4),
        };
        self.buffer[self.length..self.length + 4].copy_from_slice(&bytes);
        self.length += length;
    }
}

/// Bytes that the ASCII path looks at together.
const BLOCK: usize = 64;

/// What 64 bytes are: letters and digits in lower case, and two bit sets.
struct Classes {
    lower: [u8; BLOCK + 16],
    /// ASCII letters and digits.
    word: u64,
    /// Bytes that may be more than a separator: beyond ASCII, `&`, and `-`.
    special: u64,
}

#[inline(always)]
fn classify(block: &[u8; BLOCK]) -> Classes {
    let mut lower = [0; BLOCK + 16];
    let (mut word, mut special) = ([0u8; BLOCK], [0u8; BLOCK]);
    for i in 0..BLOCK {
        let byte = block[i];
        let letter = byte | 0x20;
        let is_letter = letter.wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        lower[i] = if is_letter { letter } else { byte };
        word[i] = if is_letter | is_digit { 0xFF } else { 0 };
        special[i] = if (byte >= 0x80) | (byte == b'&') | (byte == b'-') { 0xFF } else { 0 };
    }
    Classes { lower, word: bits(&word), special: bits(&special) }
}

/// The highest bit of each byte.
#[inline(always)]
fn bits(bytes: &[u8; BLOCK]) -> u64 {
    let mut out = 0;
    for (i, chunk) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let high = u64::from_le_bytes(*chunk) & 0x8080_8080_8080_8080;
        out |= (high.wrapping_mul(0x0002_0408_1020_4081) >> 56) << (8 * i);
    }
    out
}

/// The state of one pass over a text.
struct Folder<'a, S> {
    text: &'a [u8],
    out: &'a mut Folded,
    sink: S,
    tables: &'static Tables,
    /// Whether a token is under way; its folded bytes begin at `token`, its last code point is `last`.
    open: bool,
    unspaced: bool,
    last: u32,
    token: usize,
    start: usize,
    end: usize,
}

impl<S: FnMut(&[u8], Token)> Folder<'_, S> {
    fn run(&mut self, poll: Poll) -> Result<(), Stop> {
        let mut position = 0;
        let mut next_poll = POLL_BYTES;
        while position < self.text.len() {
            if position >= next_poll {
                poll()?;
                next_poll = position + POLL_BYTES;
            }
            let byte = self.text[position];
            if byte >= 128 {
                position = self.wide(position);
                continue;
            }
            if !self.open && byte != b'&' {
                let after = self.ascii_tokens(position, next_poll);
                if after > position {
                    position = after;
                    continue;
                }
            }
            position = self.ascii(byte, position);
        }
        self.close();
        Ok(())
    }

    /// Take whole tokens of ASCII letters and digits, 64 bytes at a time, up to a character that may be more than
    /// a separator. No token is open, before or after; answers with where to go on.
    fn ascii_tokens(&mut self, mut position: usize, limit: usize) -> usize {
        let text = self.text;
        'blocks: while position < text.len().min(limit) {
            let rest = &text[position..];
            let (block, present) = match rest.first_chunk::<BLOCK>() {
                Some(block) => (*block, BLOCK),
                None => {
                    let mut block = [0; BLOCK];
                    block[..rest.len()].copy_from_slice(rest);
                    (block, rest.len())
                }
            };
            let Classes { lower, word, mut special } = classify(&block);
            // A hyphen matters only at a line's end.
            while special != 0 {
                let at = special.trailing_zeros() as usize;
                if block[at] != b'-' || matches!(rest.get(at + 1), Some(b' ' | b'\t' | b'\r' | b'\n')) {
                    break;
                }
                special &= special - 1;
            }
            let stop = special.trailing_zeros() as usize;
            self.out.reserve();
            let mut left = if stop < BLOCK { word & ((1 << stop) - 1) } else { word };
            while left != 0 {
                let start = left.trailing_zeros() as usize;
                let end = start + (!(left >> start)).trailing_zeros() as usize;
                if end >= stop && position + end < text.len() {
                    // More of this token may follow.
                    if stop < BLOCK || start == 0 {
                        return position + start;
                    }
                    position += start;
                    continue 'blocks;
                }
                self.open_token(position + start, false);
                let mut at = start;
                while at < end {
                    let mut bytes = [0; 16];
                    bytes.copy_from_slice(&lower[at..at + 16]);
                    self.out.append(bytes, (end - at).min(16));
                    at += 16;
                }
                self.end = position + end;
                self.close();
                left = if end < BLOCK { left >> end << end } else { 0 };
            }
            if stop < BLOCK {
                return position + stop;
            }
            position += present;
        }
        position
    }

    /// ASCII at `position`, a token open or to be opened; answers with where to go on.
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
        let ascii = &self.tables.ascii;
        if ascii[byte as usize] == 0 {
            self.close();
            return position + 1;
        }
        if self.unspaced {
            self.close();
        }
        if !self.open {
            self.open_token(position, false);
        }
        let run = &self.text[position..self.text.len().min(position + BLOCK)];
        self.out.reserve();
        let mut length = 0;
        for &byte in run {
            let folded = if byte < 128 { ascii[byte as usize] } else { 0 };
            if folded == 0 {
                break;
            }
            self.out.push(folded);
            self.last = u32::from(folded);
            length += 1;
        }
        self.end = position + length;
        self.end
    }

    /// One character beyond ASCII at `position`.
    #[inline]
    fn wide(&mut self, position: usize) -> usize {
        let (point, after) = decode(self.text, position);
        let step = self.tables.step(point);
        match step.class() {
            Class::Word => {
                if self.unspaced {
                    self.close();
                }
                self.append(step.folded(point), position, after, false);
            }
            Class::Unspaced => {
                self.close();
                self.append(step.folded(point), position, after, true);
            }
            Class::Mark => self.append(point, position, after, false),
            Class::Separator => self.close(),
            Class::Ignored => {
                if self.open {
                    self.end = after;
                }
            }
            Class::Other => return self.other(point, position, after),
        }
        after
    }

    /// A character that none of the short ways above can take.
    fn other(&mut self, point: u32, position: usize, after: usize) -> usize {
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
        if entry.composes() && self.open {
            let composed = self.tables.composed(self.last, point);
            if composed != 0 {
                self.drop_last();
                self.out.encode(composed);
                self.last = composed;
                self.end = end;
                return;
            }
        }
        match kind {
            Kind::Ignored => {
                if self.open {
                    self.end = end;
                }
            }
            Kind::Mark if self.open => {
                let class = entry.combining();
                if class != 0 && self.tables.entry(self.last).combining() > class {
                    self.insert_mark(point, class);
                    self.end = end;
                } else {
                    self.append(point, start, end, false);
                }
            }
            _ => {
                if kind == Kind::Unspaced || self.unspaced {
                    self.close();
                }
                self.append(point, start, end, kind == Kind::Unspaced);
            }
        }
    }

    /// Append a folded code point to the open token, or open one with it.
    #[inline]
    fn append(&mut self, point: u32, start: usize, end: usize, unspaced: bool) {
        if !self.open {
            self.open_token(start, unspaced);
        }
        self.out.reserve();
        self.out.encode(point);
        self.last = point;
        self.end = end;
    }

    /// Insert a mark in canonical order: behind the marks of the same or a lower class.
    fn insert_mark(&mut self, point: u32, class: u8) {
        let mut points: Vec<u32> = Vec::new();
        let mut position = self.token;
        while position < self.out.length {
            let (point, after) = decode(self.out.bytes(), position);
            points.push(point);
            position = after;
        }
        let mut place = points.len();
        while place > 0 && self.tables.entry(points[place - 1]).combining() > class {
            place -= 1;
        }
        points.insert(place, point);
        self.out.length = self.token;
        for &point in &points {
            self.out.reserve();
            self.out.encode(point);
            self.last = point;
        }
    }

    /// Take the last code point off the open token.
    fn drop_last(&mut self) {
        while self.out.length > self.token {
            self.out.length -= 1;
            if self.out.buffer[self.out.length] & 0xC0 != 0x80 {
                return;
            }
        }
    }

    #[inline]
    fn open_token(&mut self, start: usize, unspaced: bool) {
        if self.out.length > 0 {
            self.out.reserve();
            self.out.push(b' ');
        }
        (self.open, self.unspaced) = (true, unspaced);
        (self.token, self.start) = (self.out.length, start);
    }

    #[inline]
    fn close(&mut self) {
        if self.open {
            let (start, end) = (self.token, self.out.length);
            let token = Token { start, end, source_start: self.start, source_end: self.end, unspaced: self.unspaced };
            (self.sink)(&self.out.buffer, token);
            self.open = false;
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
        if !self.open || self.unspaced {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &[u8]) -> String {
        let mut folded = Folded::default();
        folded.read(text, &mut || Ok(()), |_, _| ()).unwrap();
        String::from_utf8(folded.bytes().to_vec()).unwrap()
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
        assert_eq!(Folded::default().read(&words, &mut || Err(Stop), |_, _| ()), Err(Stop));
    }
}
