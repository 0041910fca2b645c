//! The fact text: the twin of `dedupe/kernels/reference/fact_text.py`, which says what it is.

use crate::fact_gaps::{Gap, WordBefore, cased_unit, is_charged, is_plain};
use crate::fact_points::{MARKS, NEWLINE, Words, is_digit, is_space, put};
use crate::failure::{Poll, Stop};
use crate::fold::{Sink, fold};
use crate::folded::{Folded, Token};
use crate::signs::{Role, Signs, signs};
use crate::tables::{Kind, Tables, tables};
use crate::utf8::decode;

const ESCAPES: usize = 8;
const NAME_LIMIT: usize = 8;

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
        // Of the word before: whether it may be a grade or an ion, and whether a number is before it.
        let mut seen = (false, false);
        for (number, token) in tokens.iter().enumerate() {
            let gap = text.get(end..token.source_start).unwrap_or(&[]);
            let word = &self.folded.buffer()[token.start..token.end];
            let counted = matches!(gap, b"" | b" ") && before != 0 && is_digit(before);
            if is_bare {
                let first = u32::from(word[0]);
                if gap != b" " && !is_plain(gap, before, first) {
                    decoded(gap, &mut self.gap);
                    let previous = self.word_before(&tokens, number, seen);
                    self.signs_between(number, [before, first], false, previous, out);
                }
                let inside = text.get(token.source_start.max(end)..token.source_end).unwrap_or(&[]);
                put_unit(inside, counted, number, out);
                seen = (is_charged(inside), counted);
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
                let previous = self.word_before(&tokens, number, seen);
                self.signs_between(number, [before, first], is_open(before, earlier), previous, out);
                ends_sentence = W::CASED && ends_sentence_in(&self.gap);
            }
            let capital = if before == 0 || ends_sentence { b'S' } else { b'C' };
            let inside = text.get(token.source_start.max(end)..token.source_end).unwrap_or(&[]);
            let folded = &self.folded.buffer()[token.start..token.end];
            if inside.is_ascii() && !inside.contains(&b'&') {
                let flag = if W::CASED && inside.iter().any(u8::is_ascii_uppercase) { capital } else { 0 };
                out.word(number, flag, folded, &[]);
                put_unit(inside, counted, number, out);
                seen = (is_charged(inside), counted);
            } else {
                decoded(inside, &mut self.gap);
                seen = (false, counted);
                inside_of(&self.gap, folded, capital, number, &mut self.marks, &mut self.cuts, out);
            }
            earlier = before;
            before = last_point(&self.folded.buffer()[token.start..token.end]);
            end = end.max(token.source_end);
        }
        decoded(text.get(end..).unwrap_or(&[]), &mut self.gap);
        let number = tokens.len();
        let previous = self.word_before(&tokens, number, seen);
        self.signs_between(number, [before, 0], false, previous, out);
        self.tokens.0 = tokens;
        Ok(())
    }

    /// What the word before another one may be to signs behind it.
    fn word_before(&self, tokens: &[Token], number: usize, (charged, counted): (bool, bool)) -> WordBefore {
        let token = number.checked_sub(1).and_then(|before| tokens.get(before));
        token.map_or(WordBefore::default(), |token| {
            WordBefore::new(&self.folded.buffer()[token.start..token.end], charged, counted)
        })
    }

    /// The signs that count in the gap between two words, of which `before` ends the one and `after` begins the other.
    fn signs_between<W: Words>(
        &mut self,
        number: usize,
        [before, after]: [u32; 2],
        is_open: bool,
        previous: WordBefore,
        out: &mut W,
    ) {
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
        Gap { table, gap: &self.gap, signs: &self.signs, line: &self.line, is_open, previous }.read(number, out);
    }
}

/// Hand on what the case of a unit behind a number says.
fn put_unit<W: Words>(inside: &[u8], counted: bool, number: usize, out: &mut W) {
    let digits = inside.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if let Some(unit) = cased_unit(&inside[digits..]).filter(|_| counted || digits > 0) {
        let points: Vec<u32> = unit.bytes().map(u32::from).collect();
        out.sign(number, b'X', &points);
    }
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
    let mut last = 0;
    for &point in text {
        if MARKS.contains(&point) && tables.composed(last, point) != 0 {
            // A letter that keeps its mark, such as й, keeps it in the fold.
            last = tables.composed(last, point);
            continue;
        }
        let superscript = matches!(point, 0xB2 | 0xB3 | 0xB9 | 0x2070 | 0x2074..=0x2079);
        if superscript != raised {
            raised = superscript;
            cuts.push(length.min(size));
        }
        let single = [point];
        let (known, is_mark) = (signs.marks(point), MARKS.contains(&point));
        let own: &[u32] = if known.is_empty() && is_mark { &single } else { known };
        if !own.is_empty() && !is_mark {
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
        let mut parts = fold.iter().filter(|&&part| !matches!(tables.entry(part).kind(), Kind::Ignored | Kind::Separator));
        let kept = parts.clone().count();
        last = parts.next_back().copied().unwrap_or(last);
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
