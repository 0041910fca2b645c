//! Lines and paragraphs as quality rules count them: the twin of `dedupe/kernels/reference/quality/lines.py`.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::characters::{Class, WORD, class, tables};
use super::intern::{Pairs, Stretches};
use crate::failure::Stop;
use crate::pace::{BYTE, Pace};
use crate::points::count_points;
use crate::segment::{lines, trim};
use crate::sentences::sentences;
use crate::utf8::{decode, decode_back, is_space};

const TERMINALS: &str = include_str!("../../../text/terminals.txt");
const SHORT_LINE: usize = 30;
const LEAST_WORDS: usize = 3;
const LONGEST_WORD: usize = 1000;
const FIXED: usize = 1 << 16;

/// What is counted in the lines of a text.
#[derive(Default)]
pub struct Lines {
    pub breaks: usize,
    /// For all lines, digits by characters, in units of 2^-16.
    pub digits: usize,
    lines: Vec<(usize, usize)>,
    /// For each line whether a paragraph begins with it.
    begins: Vec<bool>,
    counts: [usize; 11],
    c4: [usize; 4],
    table: Stretches,
    pairs: Pairs,
    repeats: Vec<bool>,
}

impl Lines {
    /// Count; `digits` are the places of the digits of the text.
    pub fn read(&mut self, text: &[u8], digits: &[u32], pace: &mut Pace) -> Result<(), Stop> {
        pace.spend(BYTE * text.len())?;
        self.lines.clear();
        self.begins.clear();
        let (mut pieces, mut blank) = (0usize, true);
        lines(text, |line| {
            pieces += 1;
            if let Some(place) = line {
                self.lines.push(place);
                self.begins.push(blank);
            }
            blank = line.is_none();
        });
        self.breaks = pieces.saturating_sub(1);
        self.counts = [0; 11];
        self.c4 = [0; 4];
        self.count(text, digits, pace)
    }

    /// Lines and paragraphs, in the order of the columns.
    pub fn counts(&self) -> [usize; 11] {
        self.counts
    }

    /// What C4 keeps of the lines, in the order of the columns.
    pub fn c4_counts(&self) -> [usize; 4] {
        self.c4
    }

    fn count(&mut self, text: &[u8], mut digits: &[u32], pace: &mut Pace) -> Result<(), Stop> {
        let [
            all,
            characters,
            bullets,
            ellipses,
            terminals,
            short,
            repeated,
            repeated_characters,
            paragraphs,
            again,
            again_characters,
        ] = &mut self.counts;
        self.table.clear(self.lines.len());
        self.pairs.clear(self.lines.len());
        self.repeats.clear();
        // A paragraph is known by the number of its lines so far and of the next one.
        let (mut paragraph, mut points_so_far) = (u32::MAX, 0);
        let mut dropped = false;
        self.digits = 0;
        for (i, &(start, end)) in self.lines.iter().enumerate() {
            let line = &text[start..end];
            pace.spend(WORD + BYTE * line.len())?;
            let points = count_points(line);
            *all += 1;
            *characters += points;
            *bullets += usize::from(line[0] == b'-' || line.starts_with("•".as_bytes()));
            *ellipses += usize::from(ends_in_ellipsis(line));
            *terminals += usize::from(ends_sentence(line));
            *short += usize::from(points <= SHORT_LINE);
            // Digits lie in lines: only spaces are trimmed.
            let here = digits.iter().take_while(|&&place| (place as usize) < end).count();
            digits = &digits[here..];
            self.digits += here * FIXED / points;
            let known = self.table.len();
            let number = self.table.number(text, start, end);
            if (number as usize) < known {
                *repeated += 1;
                *repeated_characters += points;
            }
            if !dropped {
                dropped = c4(line, &mut self.c4, pace)?;
            }
            if self.begins[i] {
                (paragraph, points_so_far) = (u32::MAX, 0);
                *paragraphs += 1;
            } else {
                points_so_far += 1;
            }
            points_so_far += points;
            paragraph = self.pairs.number((paragraph, number));
            self.repeats.resize(self.pairs.len(), false);
            let is_last = self.begins.get(i + 1).is_none_or(|&begins| begins);
            if is_last && std::mem::replace(&mut self.repeats[paragraph as usize], true) {
                *again += 1;
                *again_characters += points_so_far;
            }
        }
        Ok(())
    }
}

fn ends_in_ellipsis(line: &[u8]) -> bool {
    line.ends_with(b"...") || line.ends_with("…".as_bytes())
}

/// Whether a line ends in a mark that ends sentences, closing quotes and brackets aside.
fn ends_sentence(line: &[u8]) -> bool {
    let mut end = line.len();
    while end > 0 {
        let (point, before) = decode_back(line, end);
        if !is_quote(point) {
            return is_terminal(point);
        }
        end = before;
    }
    false
}

/// Whether a character is a closing quote or bracket: one of `"'”’»›」』)]`.
fn is_quote(point: u32) -> bool {
    matches!(point, 0x22 | 0x27 | 0x29 | 0x5D | 0x201D | 0x2019 | 0xBB | 0x203A | 0x300D | 0x300F)
}

fn is_terminal(point: u32) -> bool {
    static RANGES: OnceLock<Vec<(u32, u32)>> = OnceLock::new();
    let ranges = RANGES.get_or_init(|| {
        let number = |text: &str| u32::from_str_radix(text, 16).unwrap_or_default();
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            (number(first), number(last))
        };
        TERMINALS.split_whitespace().map(range).collect()
    });
    if point < 0x80 {
        return matches!(point, 0x21 | 0x2E | 0x3F);
    }
    let place = ranges.partition_point(|&(_, last)| last < point);
    ranges.get(place).is_some_and(|&(first, _)| first <= point)
}

/// Count what C4 keeps of a line; whether it drops the whole text for it.
fn c4(line: &[u8], counts: &mut [usize; 4], pace: &mut Pace) -> Result<bool, Stop> {
    let [kept, kept_sentences, lorem_ipsum, curly_bracket] = counts;
    if has_long_word(line) {
        return Ok(false);
    }
    let words = words(line).take(LEAST_WORDS).count();
    let line = without_citations(line);
    let (start, end) = trim(&line, (0, line.len()));
    let line = &line[start..end];
    if line.is_empty() || ends_in_ellipsis(line) {
        return Ok(false);
    }
    if !ends_sentence(line) && !is_quote(decode_back(line, line.len()).0) {
        return Ok(false);
    }
    if words < LEAST_WORDS && words + unspaced(line) < LEAST_WORDS {
        return Ok(false);
    }
    pace.spend(BYTE * line.len())?;
    let signs = Finds::new(line);
    if signs.lorem_ipsum {
        *lorem_ipsum = 1;
        return Ok(true);
    }
    if signs.javascript {
        return Ok(false);
    }
    if memchr::memchr(b'{', line).is_some() {
        *curly_bracket = 1;
        return Ok(true);
    }
    if signs.policy {
        return Ok(false);
    }
    *kept += 1;
    pace.spend(BYTE * line.len())?;
    sentences(line, (0, line.len()), |_| *kept_sentences += 1);
    Ok(false)
}

/// Which of the phrases that C4 looks for stand in a line, in small letters or capitals.
struct Finds {
    lorem_ipsum: bool,
    javascript: bool,
    policy: bool,
}

impl Finds {
    fn new(line: &[u8]) -> Self {
        let mut out = Finds { lorem_ipsum: false, javascript: false, policy: false };
        let at = |place: usize, offset: usize, phrase: &[u8]| {
            place
                .checked_sub(offset)
                .and_then(|start| line.get(start..start + phrase.len()))
                .is_some_and(|part| part.eq_ignore_ascii_case(phrase))
        };
        // Each phrase is looked for by one of its rarer letters.
        let places = |letter: u8| memchr::memchr2_iter(letter, letter.to_ascii_uppercase(), line);
        for place in places(b'v') {
            out.javascript |= at(place, 2, b"javascript");
            out.policy |= at(place, 3, b"privacy policy");
        }
        let phrases: [(usize, &[u8]); 4] =
            [(3, b"cookie policy"), (8, b"uses cookies"), (10, b"use of cookies"), (7, b"use cookies")];
        for place in places(b'k') {
            out.policy |= phrases.iter().any(|(offset, phrase)| at(place, *offset, phrase));
        }
        out.policy |= places(b'f').any(|place| at(place, 7, b"terms of use"));
        out.lorem_ipsum = places(b'p').any(|place| at(place, 7, b"lorem ipsum"));
        out
    }
}

/// Whether a word is longer than C4 allows. Where spaces stand close enough together none is.
fn has_long_word(line: &[u8]) -> bool {
    let mut start = 0;
    for end in memchr::memchr_iter(b' ', line).chain([line.len()]) {
        if end - start > LONGEST_WORD {
            return words(line).any(|word| count_points(word) > LONGEST_WORD);
        }
        start = end + 1;
    }
    false
}

/// The pieces between white space.
fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let mut start = at;
        while at < line.len() {
            let (point, after) = decode(line, at);
            if is_space(point) {
                if start < at {
                    break;
                }
                start = after;
            }
            at = after;
        }
        (start < at).then(|| &line[start..at])
    })
}

fn unspaced(line: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < line.len() {
        let (point, after) = decode(line, at);
        count += usize::from(class(point, tables().entry(point), tables()) == Class::Unspaced);
        at = after;
    }
    count
}

/// A line without references such as `[12]`, `[edit]`, `[citation needed]`.
fn without_citations(line: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'[', line).is_none() {
        return line.into();
    }
    let mut out = Vec::with_capacity(line.len());
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let digits = rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        let length = match rest {
            [b'[', ..] if rest.get(digits + 1) == Some(&b']') => digits + 2,
            _ if rest.starts_with(b"[edit]") => 6,
            _ if rest.starts_with(b"[citation needed]") => 17,
            _ => {
                out.push(line[at]);
                at += 1;
                continue;
            }
        };
        at += length;
    }
    out.into()
}
