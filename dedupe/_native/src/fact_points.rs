//! Code points of texts and fact texts, and what takes the words of a fact text.

use crate::folded::encode;
use crate::utf8::decode;

/// The zeros of scripts with decimal digits of their own.
pub const ZEROS: [u32; 19] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040,
    0x17E0, 0x1810,
];
/// Combining marks.
pub const MARKS: std::ops::RangeInclusive<u32> = 0x300..=0x36F;
pub const NEWLINE: u32 = 0xA;

/// Takes the words of a fact text.
pub trait Words {
    /// Whether capital letters are wanted.
    const CASED: bool;

    /// A piece of the folded word `number`: with its flag (or 0) and marks.
    fn word(&mut self, number: usize, flag: u8, folded: &[u8], marks: &[u8]);

    /// A sign before the folded word `number`, or between pieces of it.
    fn sign(&mut self, number: usize, kind: u8, points: &[u32]);
}

/// Whether a code point is a decimal digit of any script.
pub fn is_digit(point: u32) -> bool {
    if point < 0x80 { (0x30..0x3A).contains(&point) } else { ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&point)) }
}

/// Append a code point.
pub fn put(out: &mut Vec<u8>, point: u32) {
    let (bytes, length) = encode(point);
    out.extend_from_slice(&bytes[..length]);
}

/// The code points of a text.
pub fn points(text: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        (at < text.len()).then(|| {
            let (point, after) = decode(text, at);
            at = after;
            point
        })
    })
}

/// White space between words.
pub fn is_space(point: u32) -> bool {
    matches!(point, 0x9..=0xD | 0x20 | 0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000)
}
