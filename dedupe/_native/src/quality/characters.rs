//! Classes of characters, and text decoded with the wrong table: the twin of `dedupe/kernels/reference/quality/characters.py`.

use crate::tables::{Entry, Fold, Kind, Tables, tables_of};
use crate::utf8::{decode, is_space};

/// Steps that a word takes where it is looked up, about.
pub const WORD: usize = 64;

/// The tables with the fold that the signals were measured on.
pub fn tables() -> &'static Tables {
    tables_of(Fold::V1)
}

/// What a character is to a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    Space,
    Letter,
    Digit,
    /// A letter of a script without spaces, a word by itself.
    Unspaced,
    /// Goes with what is before it.
    Joiner,
    Sign,
}

pub fn class(point: u32, entry: Entry, tables: &Tables) -> Class {
    if is_space(point) {
        return Class::Space;
    }
    match entry.kind() {
        Kind::Unspaced => return Class::Unspaced,
        Kind::Ignored | Kind::Mark => return Class::Joiner,
        _ => {}
    }
    let own = [point];
    let folded = tables.fold(entry).unwrap_or(&own);
    if entry.kind() == Kind::Separator && folded.iter().all(|&f| tables.entry(f).kind() == Kind::Separator) {
        Class::Sign
    } else if (0x30..=0x39).contains(&folded[0]) {
        Class::Digit
    } else {
        Class::Letter
    }
}

/// Whether a letter is an upper-case one.
pub fn is_upper(point: u32, entry: Entry, tables: &Tables) -> bool {
    let first = tables.fold(entry).map_or(point, |folded| folded[0]);
    first != point && !entry.is_lower() && tables.entry(first).is_lower()
}

/// Whether a character shows nothing: a replacement, a control, a surrogate, private use.
pub fn is_unreadable(point: u32) -> bool {
    match point {
        0..0x20 | 0x7F..0xA0 => !is_space(point),
        _ => matches!(point, 0xD800..=0xDFFF | 0xE000..=0xF8FF | 0xFFFD..=0xFFFF | 0xF0000..),
    }
}

/// Characters that were written as UTF-8 and read as Windows-1252 or Latin-1.
pub fn mojibake(text: &[u8]) -> usize {
    let mut count = 0;
    let mut at = 0;
    // The bytes of such a character begin with one from Â to ô, all of which have the same first byte here.
    while let Some(next) = memchr::memchr(0xC3, &text[at..]) {
        at += next;
        let (mut run, mut strong) = (0, 0);
        while let Some((end, is_strong)) = sequence(text, at) {
            run += 1;
            strong += usize::from(is_strong);
            at = end;
        }
        if run == 0 {
            at += 1;
        }
        count += if run > 1 { run } else { strong };
    }
    count
}

/// The end of characters from `at` on that are the bytes of one, and whether that is certain.
fn sequence(text: &[u8], at: usize) -> Option<(usize, bool)> {
    let (lead, mut end) = (at < text.len()).then(|| decode(text, at))?;
    let size = match lead {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let mut rest = [0; 3];
    for place in &mut rest[..size - 1] {
        let (point, after) = (end < text.len()).then(|| decode(text, end))?;
        if !(0x80..=0xBF).contains(&windows(point)) {
            return None;
        }
        (*place, end) = (point, after);
    }
    let strong = match lead {
        0xC2 | 0xC3 => true,
        0xE2 => matches!(rest[0], 0x20AC | 0x80),
        0xEF => rest[0] == 0xBF && rest[1] == 0xBD,
        _ => false,
    };
    Some((end, strong))
}

/// The byte of Windows-1252 that stands for a character, where that is not the number of the character.
fn windows(point: u32) -> u32 {
    match point {
        0x20AC => 0x80,
        0x201A => 0x82,
        0x192 => 0x83,
        0x201E => 0x84,
        0x2026 => 0x85,
        0x2020 => 0x86,
        0x2021 => 0x87,
        0x2C6 => 0x88,
        0x2030 => 0x89,
        0x160 => 0x8A,
        0x2039 => 0x8B,
        0x152 => 0x8C,
        0x17D => 0x8E,
        0x2018 => 0x91,
        0x2019 => 0x92,
        0x201C => 0x93,
        0x201D => 0x94,
        0x2022 => 0x95,
        0x2013 => 0x96,
        0x2014 => 0x97,
        0x2DC => 0x98,
        0x2122 => 0x99,
        0x161 => 0x9A,
        0x203A => 0x9B,
        0x153 => 0x9C,
        0x17E => 0x9E,
        0x178 => 0x9F,
        _ => point,
    }
}
