//! The fact text: the twin of `dedupe/text/fact_text.py`, which says what it is.

use crate::fold::{Poll, Sink, Stop, fold};
use crate::folded::{Folded, Token, encode};
use crate::signs::{Role, Signs, signs};
use crate::tables::{Kind, Tables, tables};
use crate::utf8::decode;

/// The zeros of scripts with decimal digits of their own.
pub const ZEROS: [u32; 19] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040,
    0x17E0, 0x1810,
];
pub const MARKS: std::ops::RangeInclusive<u32> = 0x300..=0x36F;
const ESCAPES: usize = 8;
const NAME_LIMIT: usize = 8;
const NEWLINE: u32 = 0xA;

/// Takes the words of a fact text.
pub trait Words {
    /// Whether capital letters are wanted.
    const CASED: bool;

    /// A piece of the folded word `number`: with its flag (or 0) and marks.
    fn word(&mut self, number: usize, flag: u8, folded: &[u8], marks: &[u8]);

    /// A sign before the folded word `number`, or between pieces of it.
    fn sign(&mut self, number: usize, kind: u8, points: &[u32]);
}

/// The fact text itself.
#[derive(Default)]
pub struct Written(pub Vec<u8>);

impl Words for Written {
    const CASED: bool = true;

    fn word(&mut self, _: usize, flag: u8, folded: &[u8], marks: &[u8]) {
        self.part();
        if flag != 0 {
            self.0.push(flag);
        }
        self.0.extend_from_slice(folded);
        self.0.extend_from_slice(marks);
    }

    fn sign(&mut self, _: usize, kind: u8, points: &[u32]) {
        self.part();
        self.0.push(kind);
        points.iter().for_each(|&point| put(&mut self.0, point));
    }
}

impl Written {
    fn part(&mut self) {
        if !self.0.is_empty() {
            self.0.push(b' ');
        }
    }
}

/// Signs and marks alone, each behind the number of its word.
#[derive(Default)]
pub struct Extras(pub Vec<u8>);

impl Words for Extras {
    const CASED: bool = false;

    fn word(&mut self, number: usize, _: u8, _: &[u8], marks: &[u8]) {
        if !marks.is_empty() {
            self.part(number);
            self.0.extend_from_slice(marks);
        }
    }

    fn sign(&mut self, number: usize, kind: u8, points: &[u32]) {
        if (kind, points) != (b'J', &[u32::from(b'_')]) {
            self.part(number);
            self.0.push(kind);
            points.iter().for_each(|&point| put(&mut self.0, point));
        }
    }
}

impl Extras {
    fn part(&mut self, number: usize) {
        if !self.0.is_empty() {
            self.0.push(b' ');
        }
        put_number(&mut self.0, number);
    }
}

/// Whether a code point is a decimal digit of any script.
pub fn is_digit(point: u32) -> bool {
    if point < 0x80 { (0x30..0x3A).contains(&point) } else { ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&point)) }
}

pub fn put(out: &mut Vec<u8>, point: u32) {
    let (bytes, length) = encode(point);
    out.extend_from_slice(&bytes[..length]);
}

fn put_number(out: &mut Vec<u8>, number: usize) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Reads texts; what it needs for that is used again.
#[derive(Default)]
pub struct Reader {
    folded: Folded,
    tokens: Tokens,
    gap: Vec<u32>,
    signs: Vec<u32>,
    line: Vec<u8>,
    marks: Vec<u8>,
    cuts: Vec<usize>,
}

#[derive(Default)]
struct Tokens(Vec<Token>);

impl Sink for &mut Tokens {
    #[inline(always)]
    fn token(&mut self, _: &[u8], token: Token) {
        self.0.push(token);
    }
}

impl Reader {
    /// Hand the words of a text to `out`.
    pub fn read<W: Words>(&mut self, text: &[u8], poll: Poll, out: &mut W) -> Result<(), Stop> {
        self.tokens.0.clear();
        fold(text, &mut self.folded, poll, &mut self.tokens)?;
        let tokens = std::mem::take(&mut self.tokens.0);
        // Letters of ASCII have no marks and few gaps a sign.
        let is_bare = !W::CASED && text.is_ascii() && !text.contains(&b'&');
        let (mut earlier, mut before, mut end) = (0, 0, 0);
        for (number, token) in tokens.iter().enumerate() {
            let gap = text.get(end..token.source_start).unwrap_or(&[]);
            let word = &self.folded.buffer()[token.start..token.end];
            if is_bare {
                let first = u32::from(word[0]);
                if gap != b" " && !is_plain(gap, before, first) {
                    decoded(gap, &mut self.gap);
                    self.signs_between(number, before, first, false, out);
                }
                before = u32::from(self.folded.buffer()[token.end - 1]);
                end = token.source_end;
                continue;
            }
            let first = decode(word, 0).0;
            let mut ends_sentence = false;
            if gap == b" " {
                if before != 0 && is_digit(before) && is_digit(first) {
                    out.sign(number, b'J', &[u32::from(b'_')]);
                }
            } else if !gap.is_empty() && (W::CASED || !is_plain(gap, before, first)) {
                decoded(gap, &mut self.gap);
                self.signs_between(number, before, first, is_open(before, earlier), out);
                ends_sentence = W::CASED && ends_sentence_in(&self.gap);
            }
            let capital = if before == 0 || ends_sentence { b'S' } else { b'C' };
            let inside = text.get(token.source_start.max(end)..token.source_end).unwrap_or(&[]);
            let folded = &self.folded.buffer()[token.start..token.end];
            if inside.is_ascii() && !inside.contains(&b'&') {
                let flag = if W::CASED && inside.iter().any(u8::is_ascii_uppercase) { capital } else { 0 };
                out.word(number, flag, folded, &[]);
            } else {
                decoded(inside, &mut self.gap);
                inside_of(&self.gap, folded, capital, number, &mut self.marks, &mut self.cuts, out);
            }
            earlier = before;
            before = last_point(&self.folded.buffer()[token.start..token.end]);
            end = end.max(token.source_end);
        }
        decoded(text.get(end..).unwrap_or(&[]), &mut self.gap);
        let number = tokens.len();
        self.signs_between(number, before, 0, false, out);
        self.tokens.0 = tokens;
        Ok(())
    }

    /// The signs that count in the gap between two words, of which `before` ends the one and `after` begins the other.
    fn signs_between<W: Words>(&mut self, number: usize, before: u32, after: u32, is_open: bool, out: &mut W) {
        let table = signs();
        match self.gap[..] {
            [] => return,
            [0x20] => {
                if before != 0 && after != 0 && is_digit(before) && is_digit(after) {
                    out.sign(number, b'J', &[u32::from(b'_')]);
                }
                return;
            }
            _ => {}
        }
        self.signs.clear();
        self.signs.extend(self.gap.iter().map(|&point| table.same(point)));
        self.line.clear();
        self.line.push(kind(before));
        self.line.extend(self.gap.iter().map(|&point| if is_space(point) { b' ' } else { b'o' }));
        self.line.push(kind(after));
        Gap { table, gap: &self.gap, signs: &self.signs, line: &self.line, is_open }.read(number, out);
    }
}

/// Whether a text has a sign or a mark that could count: a quick look, which may say so of a text that has none.
pub fn may_have_signs(text: &[u8]) -> bool {
    let at = |place: usize| text.get(place).copied().unwrap_or(b' ');
    text.iter().enumerate().any(|(place, &byte)| {
        if byte.is_ascii_alphanumeric() || byte == b' ' {
            return false;
        }
        let before = if place > 0 { at(place - 1) } else { b' ' };
        let after = at(place + 1);
        let joins = before.is_ascii_digit() && after.is_ascii_digit();
        match byte {
            b'<' | b'>' | b'%' | b'$' | b'+' | b'^' | b'=' | b'~' | b'&' | 0x80.. => true,
            b'-' => matches!(after, b'0'..=b'9' | b'.') && !before.is_ascii_alphanumeric(),
            b'.' => joins || (matches!(after, b'0'..=b'9' | b'.' | b'/') && !before.is_ascii_alphanumeric()),
            b'/' => joins || (after.is_ascii_alphanumeric() && !before.is_ascii_alphanumeric()),
            b',' | b':' | b'\'' => joins,
            b'!' => after == b'=' || after.is_ascii_alphanumeric(),
            b'#' => before.is_ascii_alphanumeric(),
            b'*' => {
                text[place + 1..].iter().find(|byte| !byte.is_ascii_whitespace() && **byte != 0xB).is_some_and(u8::is_ascii_digit)
            }
            _ => false,
        }
    })
}

/// Whether a gap of ASCII has no sign that could count.
fn is_plain(gap: &[u8], before: u32, after: u32) -> bool {
    let after_digit = is_digit(after);
    if gap.len() == 1 && after_digit && before != 0 && is_digit(before) {
        return false;
    }
    let plain = |&byte: &u8| match byte {
        b'<' | b'>' | b'%' | b'$' | b'/' | b'!' | b'+' | b'#' | b'^' | b'=' | b'~' | b'*' | b'&' | 0x80.. => false,
        b'-' | b'.' => !after_digit,
        _ => true,
    };
    gap.iter().all(plain)
}

/// Whether a sign counts behind a character: in scripts without spaces, but for what a number counts (`5月-6月`).
fn is_open(before: u32, earlier: u32) -> bool {
    before != 0 && tables().entry(before).kind() == Kind::Unspaced && !(earlier != 0 && is_digit(earlier))
}

fn last_point(folded: &[u8]) -> u32 {
    let start = (0..folded.len()).rev().find(|&at| folded[at] & 0xC0 != 0x80);
    start.map_or(0, |at| decode(folded, at).0)
}

fn kind(point: u32) -> u8 {
    match point {
        0 => b'e',
        point if is_digit(point) => b'd',
        _ => b'w',
    }
}

pub fn is_space(point: u32) -> bool {
    matches!(point, 0x9..=0xD | 0x20 | 0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000)
}

/// The code points of a text, with entities replaced by what they stand for.
fn decoded(text: &[u8], out: &mut Vec<u32>) {
    out.clear();
    let mut at = 0;
    while at < text.len() {
        let (mut point, mut after) = decode(text, at);
        for _ in 0..ESCAPES {
            let Some((inner, end)) = (if point == u32::from(b'&') { entity(text, after) } else { None }) else { break };
            (point, after) = (inner, end);
        }
        out.push(point);
        at = after;
    }
}

/// The character of the entity whose name begins at a place, and where it ends.
fn entity(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let window = &text[at..text.len().min(at + 10)];
    let length = window.iter().position(|&byte| byte == b';')?;
    let name = std::str::from_utf8(&window[..length]).ok()?;
    let point = match name.strip_prefix('#') {
        None if name.len() <= NAME_LIMIT && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => tables().entity(name),
        None => 0,
        Some(digits) => {
            let (digits, radix, most) = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => (digits, 16, 6),
                None => (digits, 10, 7),
            };
            let valid = !digits.is_empty()
                && digits.len() <= most
                && digits.bytes().all(|byte| if radix == 16 { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() });
            let point = if valid { u32::from_str_radix(digits, radix).unwrap_or(0) } else { 0 };
            if char::from_u32(point).is_some() { point } else { 0 }
        }
    };
    (point != 0).then_some((point, at + length + 1))
}

/// Whether a sentence ends in what lies between two words.
fn ends_sentence_in(gap: &[u32]) -> bool {
    if gap.iter().filter(|&&point| point == NEWLINE).count() > 1 {
        return true;
    }
    let stop = gap.iter().position(|&point| signs().stops(point));
    stop.is_some_and(|place| gap[place..].iter().any(|&point| is_space(point)))
}

/// A folded word with its marks and whether it has a capital letter; superscripts are words of their own.
fn inside_of<W: Words>(
    text: &[u32],
    folded: &[u8],
    capital: u8,
    number: usize,
    marks: &mut Vec<u8>,
    cuts: &mut Vec<usize>,
    out: &mut W,
) {
    let (signs, tables): (&Signs, &Tables) = (signs(), tables());
    marks.clear();
    cuts.clear();
    let size = folded.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
    let (mut letters, mut length, mut flag, mut raised) = (0, 0, 0, false);
    for &point in text {
        let superscript = matches!(point, 0xB2 | 0xB3 | 0xB9 | 0x2070 | 0x2074..=0x2079);
        if superscript != raised {
            raised = superscript;
            cuts.push(length.min(size));
        }
        let single = [point];
        let own: &[u32] = if MARKS.contains(&point) { &single } else { signs.marks(point) };
        if !own.is_empty() && own != single {
            letters += 1;
        }
        for &mark in own {
            if marks.is_empty() {
                marks.push(b'M');
            }
            put_number(marks, letters);
            put(marks, mark);
        }
        let entry = tables.entry(point);
        let fold = tables.fold(entry).unwrap_or(&single);
        let parts = fold.iter().filter(|&&part| !matches!(tables.entry(part).kind(), Kind::Ignored | Kind::Separator));
        let kept = parts.count();
        if own.is_empty() && kept > 0 {
            letters += 1;
        }
        length += kept;
        let lower = fold.first().is_some_and(|&part| tables.entry(part).is_lower());
        if fold != single && !entry.is_lower() && lower {
            flag = capital;
        }
    }
    if cuts.is_empty() {
        out.word(number, flag, folded, marks);
    } else {
        let mut places: Vec<usize> = (0..folded.len()).filter(|&at| folded[at] & 0xC0 != 0x80).collect();
        places.push(folded.len());
        let (mut start, mut is_raised) = (0, false);
        for end in cuts.iter().map(|&cut| places[cut]).chain([folded.len()]) {
            if is_raised {
                out.sign(number, b'X', &[u32::from(b'^')]);
            }
            if end > start {
                out.word(number, flag, &folded[start..end], marks);
                flag = 0;
                marks.clear();
            }
            (start, is_raised) = (end, !is_raised);
        }
    }
    for &point in text.iter().filter(|&&point| signs.role(point) == Role::Anywhere) {
        out.sign(number, b'X', &[point]);
    }
}

/// What lies between two words, as signs and what is beside them.
struct Gap<'a> {
    table: &'a Signs,
    gap: &'a [u32],
    signs: &'a [u32],
    line: &'a [u8],
    /// Whether signs count at once behind the word before.
    is_open: bool,
}

const LESS: u32 = b'<' as u32;
const EQUAL: u32 = b'=' as u32;
const SLASH: u32 = b'/' as u32;
const DOT: u32 = b'.' as u32;

impl Gap<'_> {
    fn read<W: Words>(&self, number: usize, out: &mut W) {
        let (signs, line) = (self.signs, self.line);
        if signs.len() == 1 && line[0] == b'd' && line[2] == b'd' && (self.table.joins(signs[0]) || line[1] == b' ') {
            let join = if line[1] == b' ' { u32::from(b'_') } else { signs[0] };
            return out.sign(number, b'J', &[join]);
        }
        let mut place = 0;
        while place < signs.len() {
            let role = self.table.role(signs[place]);
            place += if role == Role::None { 1 } else { self.sign(role, place, number, out) };
        }
    }

    /// Hand on the sign at a place, if it counts; answers with how many signs it takes.
    fn sign<W: Words>(&self, role: Role, place: usize, number: usize, out: &mut W) -> usize {
        let sign = self.signs[place];
        let (left, right) = (self.line[place], self.line[place + 2]);
        let following = self.signs.get(place + 1).copied().unwrap_or(0);
        let is_word = |kind: u8| matches!(kind, b'd' | b'w');
        let mut emit = |points: &[u32], width: usize| {
            out.sign(number, b'X', points);
            width
        };
        match role {
            Role::None => 1,
            Role::Anywhere => emit(&[sign], 1),
            Role::Inside if !self.begins_line(place) => emit(&[sign], 1),
            Role::Minus if self.opens(place) && self.is_before_digit(place) => emit(&[sign], 1),
            Role::Power if right == b'd' => emit(&[u32::from(b'-')], 1),
            Role::Compare if following == EQUAL => emit(&[if sign == LESS { 0x2264 } else { 0x2265 }], 2),
            Role::Compare if self.compares(place) => emit(&[sign], 1),
            Role::Tilde if following == SLASH && self.opens(place) => emit(&[sign, SLASH], 2),
            Role::Tilde if self.opens(place) && right == b'd' => emit(&[sign], 1),
            Role::Percent if self.near_left(place) == b'd' => emit(&[sign], 1),
            Role::Dollar if self.near_left(place) == b'd' || self.near_right(place) == b'd' => emit(&[sign], 1),
            Role::Slash if self.opens(place) && is_word(right) => emit(&[sign], 1),
            Role::Dot => {
                let dots = if following == DOT { 2 } else { 1 };
                if self.signs.get(place + dots) == Some(&SLASH) && self.opens(place) {
                    return emit(&[DOT, DOT, SLASH][2 - dots..], dots + 1);
                }
                if self.opens(place) && right == b'd' { emit(&[sign], 1) } else { 1 }
            }
            Role::Bang if following == EQUAL => emit(&[0x2260], 2),
            Role::Bang if self.opens(place) && right == b'w' => emit(&[sign], 1),
            Role::Plus => {
                let width = self.run(place);
                let counts = is_word(left) || (width == 1 && self.between_digits(place));
                if counts { emit(&[sign, sign][..width.min(2)], width) } else { width }
            }
            Role::Hash if left == b'w' && !is_word(right) => emit(&[sign], 1),
            Role::Caret if is_word(left) && is_word(right) => emit(&[sign], 1),
            Role::Equals => {
                let width = self.run(place);
                let edge = self.line[0] == b'e' || self.line[self.line.len() - 1] == b'e';
                let counts = width <= 2 && !edge && !self.gap.contains(&NEWLINE) && self.line[place + width + 1] != b'o';
                if counts { emit(&[sign], width) } else { width }
            }
            Role::Times if self.between_digits(place) => {
                out.sign(number, b'x', &[sign]);
                1
            }
            _ => 1,
        }
    }

    /// Whether nothing but an edge, white space or an opening sign is before a place.
    fn opens(&self, place: usize) -> bool {
        match place {
            0 => self.is_open || self.line[0] == b'e',
            _ => self.line[place] == b' ' || self.table.opens(self.gap[place - 1]),
        }
    }

    /// Whether a digit follows at once, or behind a currency or a decimal point.
    fn is_before_digit(&self, place: usize) -> bool {
        if self.line[place + 2] == b'd' {
            return true;
        }
        let money = |&sign: &u32| matches!(self.table.role(sign), Role::Anywhere | Role::Dollar | Role::Dot);
        self.signs.get(place + 1).is_some_and(money) && self.line[place + 3] == b'd'
    }

    /// Whether `<` or `>` compares: no bracket, arrow, or quotation at the beginning of a line.
    fn compares(&self, place: usize) -> bool {
        let (left, right) = (self.line[place], self.line[place + 2]);
        if self.begins_line(place) || (place > 0 && matches!(self.signs[place - 1], 0x2D | EQUAL)) {
            return false;
        }
        if matches!(left, b'd' | b'w') && matches!(right, b'd' | b'w') {
            return true;
        }
        let mut step = place + 1;
        while step < self.signs.len() && self.line[step + 1] == b' ' {
            step += 1;
        }
        let number = self.line[step + 1] == b'd' || (step < self.signs.len() && self.is_before_digit(step));
        number || (left == b' ' && right == b' ')
    }

    /// Whether nothing but white space and quotation marks of mail is before a place in its line.
    fn begins_line(&self, place: usize) -> bool {
        for step in (0..place).rev() {
            if self.gap[step] == NEWLINE {
                return true;
            }
            if self.line[step + 1] != b' ' && self.signs[step] != u32::from(b'>') {
                return false;
            }
        }
        self.line[0] == b'e'
    }

    /// What is nearest to a place on its left, white space left out.
    fn near_left(&self, place: usize) -> u8 {
        self.line[..=place].iter().rev().copied().find(|&kind| kind != b' ').unwrap_or(b'e')
    }

    fn near_right(&self, place: usize) -> u8 {
        self.line[place + 2..].iter().copied().find(|&kind| kind != b' ').unwrap_or(b'e')
    }

    fn between_digits(&self, place: usize) -> bool {
        self.near_left(place) == b'd' && self.near_right(place) == b'd'
    }

    /// How many signs of one kind follow each other from a place on.
    fn run(&self, place: usize) -> usize {
        self.signs[place..].iter().take_while(|&&sign| sign == self.signs[place]).count()
    }
}
