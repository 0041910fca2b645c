//! Lines as the rule for wrapped text sees them: the twin of `dedupe/kernels/reference/wrapping/lines.py`, which documents them.

use super::columns::{column_behind, is_anywhere, is_blank, is_break, points, skip};
use super::scan::{is_row, scan};
use crate::tables::{Kind, tables};
use crate::utf8::{decode_back, is_one_of, is_space};

type Place = (usize, usize);

/// How the text of a line begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening {
    Lower,
    Capital,
    Caseless,
    Other,
}

/// What quotes a line or makes it a comment: its last sign, and how many there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mark(pub u8, usize);

const SIGNS: usize = 4;
const BULLETS: &str = "*+•·‣▪●○■□►";
const DASHES: &str = "-–—";
const ENDS_SENTENCE: &str = ".!?:;…。！？：；؟۔।॥։።။។";
const CLOSES_QUOTE: &str = "\"'”’»)]」』）】〉》";

pub struct Line<'a> {
    pub mark: Mark,
    /// Columns before the text, without those of the mark.
    pub indent: usize,
    /// What stands behind the mark.
    pub text: &'a [u8],
    /// Columns of the bullet, dash or number of a list item with the white space behind it, or 0.
    pub item: usize,
    pub is_bullet: bool,
    /// Columns and characters up to the end of the line, without those of the mark.
    pub width: usize,
    pub points: usize,
    /// Whether lines of this script end between characters.
    pub anywhere: bool,
    pub is_rule: bool,
    pub is_row: bool,
    pub is_one_word: bool,
    pub opening: Opening,
    pub ends_sentence: bool,
    /// No more than the spaces between words, and no fewer than the words that are odd, numbers or nothing.
    pub gaps: usize,
    pub signs: usize,
    pub is_plain: bool,
}

/// What has to be known about a line; `in_comment` says whether the one before it in its block is of a comment.
pub fn read_line<'a>(text: &'a [u8], place: Place, in_comment: &mut bool) -> Line<'a> {
    let body = &text[place.0..place.1];
    *in_comment = body.starts_with(b"/*") || (*in_comment && body[0] == b'*');
    let mut indent = column_behind(&text[line_start(text, place.0)..place.0], 0);
    let mut begin = 0;
    let mut mark = Mark::default();
    if let Some((found, end)) = read_mark(body, *in_comment) {
        mark = found;
        begin = skip(body, end, is_blank);
        indent = column_behind(&body[..begin], indent) - mark.1;
    }
    look_at(mark, indent, &body[begin..])
}

/// Where the white space begins with which the line of a place begins.
fn line_start(text: &[u8], mut at: usize) -> usize {
    while at > 0 {
        let (point, before) = decode_back(text, at);
        if !is_space(point) || is_break(point) {
            break;
        }
        at = before;
    }
    at
}

/// The mark of a line, and where it ends.
fn read_mark(body: &[u8], in_comment: bool) -> Option<(Mark, usize)> {
    let run = |at: usize, sign: u8| at + body[at..].iter().take_while(|&&byte| byte == sign).count();
    let (mark, end) = match body[0] {
        b'>' => {
            let end = body.iter().position(|byte| !matches!(byte, b'>' | b'\t' | b' ')).unwrap_or(body.len());
            return Some((Mark(b'>', body[..end].iter().filter(|&&byte| byte == b'>').count()), end));
        }
        b'|' => (Mark(b'|', 1), 1),
        b'#' => (Mark(b'#', run(0, b'#')), run(0, b'#')),
        b'/' | b'*' if in_comment => (Mark(b'*', 1), run(usize::from(body[0] == b'/'), b'*')),
        b'/' => match body.get(1..3) {
            Some([b'/', sign @ (b'/' | b'!')]) => (Mark(*sign, 3), 3),
            Some([b'/', _]) => (Mark(b'/', 2), 2),
            _ => return None,
        },
        _ => return None,
    };
    matches!(body.get(end), Some(b'\t' | b' ')).then_some((mark, end))
}

fn look_at(mark: Mark, indent: usize, text: &[u8]) -> Line<'_> {
    let bullet = read_bullet(text);
    let behind = bullet.or_else(|| read_number(text)).unwrap_or(0);
    let scan = scan(text);
    let anywhere = scan.may_be_wide && points(text).any(|(point, _)| is_anywhere(point));
    let is_narrow = !scan.may_be_wide && !scan.is_special;
    let has_space = scan.gaps > 0 || ((!scan.is_ascii || scan.is_special) && points(text).any(|(point, _)| is_space(point)));
    Line {
        mark,
        indent,
        text,
        item: if behind == 0 { 0 } else { column_behind(&text[..behind], indent) - indent },
        is_bullet: bullet.is_some(),
        width: if is_narrow { indent + scan.points } else { column_behind(text, indent) },
        points: indent + scan.points,
        anywhere,
        is_rule: !points(text).any(|(point, _)| is_word(point)),
        is_row: (behind > 0 || scan.may_be_row) && is_row(mark.0 == b'|', &text[behind..]),
        is_one_word: !has_space && !anywhere,
        opening: opening(text),
        ends_sentence: ends_sentence(text),
        gaps: scan.gaps,
        signs: scan.signs,
        is_plain: scan.is_ascii && !scan.is_special,
    }
}

/// The end of a bullet and the white space behind it.
fn read_bullet(text: &[u8]) -> Option<usize> {
    // All others begin with the first byte of one of these.
    if !matches!(text.first(), Some(b'*' | b'+' | 0xC2 | 0xE2)) {
        return None;
    }
    let (first, after) = points(text).next()?;
    is_one_of(first, BULLETS).then(|| gap_end(text, after)).flatten()
}

/// The end of a dash or a number and the white space behind it.
fn read_number(text: &[u8]) -> Option<usize> {
    let (first, after) = points(text).next()?;
    if matches!(text[0], b'-' | 0xE2) && is_one_of(first, DASHES) {
        return gap_end(text, after);
    }
    let opened = usize::from(matches!(first, 0x28 | 0x5B));
    let rest = &text[opened..];
    let count = |is: fn(&u8) -> bool, most: usize| rest.iter().take(most).take_while(|byte| is(byte)).count();
    let digits = count(u8::is_ascii_digit, 3);
    if digits > 0 && matches!(rest.get(digits), Some(b'.' | b')' | b']')) {
        return gap_end(text, opened + digits + 1);
    }
    if text[0] != b'[' && count(u8::is_ascii_alphabetic, 1) == 1 && matches!(rest.get(1), Some(b'.' | b')')) {
        return gap_end(text, opened + 2);
    }
    let roman = count(|byte| matches!(byte, b'i' | b'v' | b'x'), 5);
    if text[0] == b'(' && (2..=4).contains(&roman) && rest.get(roman) == Some(&b')') {
        return gap_end(text, opened + roman + 1);
    }
    None
}

fn gap_end(text: &[u8], at: usize) -> Option<usize> {
    let end = skip(text, at, is_blank);
    (end > at).then_some(end)
}

/// Whether a code point is part of a word: a letter, a mark or a digit.
fn is_word(point: u32) -> bool {
    if point < 0x80 {
        return (point as u8).is_ascii_alphanumeric();
    }
    let entry = tables().entry(point);
    tables().fold(entry).map_or(entry.kind() != Kind::Separator, |folded| folded[0] != 0x20)
}

pub fn is_lower(point: u32) -> bool {
    if point < 0x80 { (point as u8).is_ascii_lowercase() } else { tables().entry(point).is_lower() }
}

fn opening(text: &[u8]) -> Opening {
    for (point, _) in points(text).take(SIGNS) {
        if is_word(point) {
            let is_capital = || tables().fold(tables().entry(point)).is_some_and(|folded| is_lower(folded[0]));
            return match point {
                0x30..=0x39 => Opening::Other,
                _ if is_lower(point) => Opening::Lower,
                _ if is_capital() => Opening::Capital,
                _ => Opening::Caseless,
            };
        }
        if is_space(point) {
            break;
        }
    }
    Opening::Other
}

/// Whether the last four characters hold the end of a sentence, with nothing but closing quotes behind it.
fn ends_sentence(text: &[u8]) -> bool {
    match text.last() {
        Some(b'.' | b'!' | b'?' | b':' | b';') => return true,
        Some(b'"' | b'\'' | b')' | b']') | None => {}
        Some(last) if last.is_ascii() => return false,
        Some(_) => {}
    }
    let mut end = text.len();
    for _ in 0..4 {
        if end == 0 {
            return false;
        }
        let (point, before) = decode_back(text, end);
        if is_one_of(point, ENDS_SENTENCE) {
            return true;
        }
        if !is_one_of(point, CLOSES_QUOTE) {
            return false;
        }
        end = before;
    }
    false
}
