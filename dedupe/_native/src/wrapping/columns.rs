//! Columns and characters of pieces of lines.

use crate::utf8::decode;

const TAB: usize = 8;

/// Two columns wide.
pub fn is_wide(point: u32) -> bool {
    matches!(point, 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFF00..=0xFF60)
}

/// Of a script whose lines end between any two characters.
pub fn is_anywhere(point: u32) -> bool {
    matches!(point, 0x2E80..=0x312F | 0x3190..=0xA4CF | 0xF900..=0xFAFF | 0xFF00..=0xFF60)
}

pub fn is_blank(point: u32) -> bool {
    matches!(point, 0x09 | 0x20 | 0xA0)
}

pub fn is_break(point: u32) -> bool {
    matches!(point, 0x0A..=0x0D | 0x85 | 0x2028 | 0x2029)
}

/// The code points of a text and where each ends.
pub fn points(text: &[u8]) -> impl Iterator<Item = (u32, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        (at < text.len()).then(|| {
            let (point, after) = decode(text, at);
            at = after;
            (point, after)
        })
    })
}

/// Where a run of code points that begins at `at` ends.
pub fn skip(text: &[u8], mut at: usize, is: impl Fn(u32) -> bool) -> usize {
    while at < text.len() {
        let (point, after) = decode(text, at);
        if !is(point) {
            break;
        }
        at = after;
    }
    at
}

/// The column at which a text ends that begins at column `at`.
pub fn column_behind(text: &[u8], mut at: usize) -> usize {
    if text.is_empty() {
        return at;
    }
    if text.is_ascii() && !text.contains(&b'\t') {
        return at + text.len();
    }
    for (point, _) in points(text) {
        at += if point == 0x09 { TAB - at % TAB } else { 1 + usize::from(is_wide(point)) };
    }
    at
}
