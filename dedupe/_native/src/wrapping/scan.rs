//! What all bytes of a line tell: whether it is a row of a table, and what need not be looked at.

use crate::utf8::decode;

#[derive(Default)]
pub struct Scan {
    pub is_ascii: bool,
    /// Whether tabs or control characters occur.
    pub is_special: bool,
    pub may_be_row: bool,
    pub may_be_wide: bool,
    pub points: usize,
    pub gaps: usize,
    pub signs: usize,
}

/// Look at all bytes of a line at once.
// Written so that the compiler makes vector instructions of it: no branches, no tables.
pub fn scan(text: &[u8]) -> Scan {
    let (mut all, mut special, mut row) = (0u8, 0u8, 0u8);
    let (mut inner, mut gaps, mut signs) = (0usize, 0usize, 0usize);
    for chunk in text.chunks(128) {
        let (mut some_inner, mut some_gaps, mut some_signs) = (0u8, 0u8, 0u8);
        for &byte in chunk {
            let is_sign =
                (byte < 0x80) & ((byte | 0x20).wrapping_sub(b'a') >= 26) & (byte != b' ') & (byte != b'\'') & (byte != b'-');
            // Bytes with which white space beyond ASCII begins.
            let may_be_space = (byte == 0xC2) | (byte.wrapping_sub(0xE1) < 3);
            all |= byte;
            special |= u8::from(byte < 0x20);
            row |= u8::from((byte == b'|') | (byte == 0xC2) | (byte == 0xE2));
            some_inner += u8::from(byte & 0xC0 == 0x80);
            some_signs += u8::from(is_sign | may_be_space);
            some_gaps += u8::from(byte == b' ');
        }
        inner += usize::from(some_inner);
        gaps += usize::from(some_gaps);
        signs += usize::from(some_signs);
    }
    let (mut double, mut wide) = (0usize, 0u8);
    for pair in [text, text.get(1..).unwrap_or_default()].windows(2) {
        for chunk in pair[0].chunks(128).zip(pair[1].chunks(128)) {
            let mut some = 0u8;
            for (&byte, &next) in chunk.0.iter().zip(chunk.1) {
                some += u8::from((byte == b' ') & (next == b' '));
                // Quotes and dashes are three bytes as well.
                wide |= u8::from((byte > 0xE0) & !((byte == 0xE2) & (next < 0xBA)));
                row |= u8::from((next == b'.') & ((byte == b'.') | (byte == b' ')));
            }
            double += usize::from(some);
        }
    }
    let is_special = special != 0;
    Scan {
        is_ascii: all < 0x80,
        is_special,
        may_be_row: row != 0 || double > 0 || is_special,
        may_be_wide: wide != 0,
        points: text.len() - inner,
        gaps: gaps - double,
        signs,
    }
}

/// Whether a text without its bullet is a row of a table: cells, leaders, or a gap that no justified line has.
pub fn is_row(has_bar: bool, text: &[u8]) -> bool {
    let (mut bars, mut gap, mut gaps, mut least, mut most) = (0, 0, 0, usize::MAX, 0);
    let mut at = 0;
    loop {
        // The end of the text ends a gap.
        let (point, after) = if at < text.len() { decode(text, at) } else { (0, at + 1) };
        if matches!(point, 0x20 | 0xA0) {
            gap += 1;
        } else if gap > 0 {
            (gaps, least, most, gap) = (gaps + 1, least.min(gap), most.max(gap), 0);
        }
        if at >= text.len() {
            break;
        }
        bars += usize::from(point == 0x7C);
        let leaders = point == 0x2E && (text[at..].starts_with(b"....") || is_led(text, at));
        if point == 0x09 || matches!(point, 0x2500..=0x257F) || leaders {
            return true;
        }
        at = after;
    }
    bars > 1 || (bars > 0 && has_bar) || (most > 2 && !(most == 3 && least == 2 && gaps > 3))
}

/// Whether three full stops with a space before each begin before a place.
fn is_led(text: &[u8], at: usize) -> bool {
    at > 0 && text[at - 1..].starts_with(b" . . .")
}
