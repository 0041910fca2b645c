//! UTF-8 of any bytes, encoded surrogates included.

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

/// The code point that ends at `end`, and where it begins.
pub fn decode_back(text: &[u8], end: usize) -> (u32, usize) {
    let mut start = end - 1;
    while start > 0 && text[start] & 0xC0 == 0x80 && end - start < 4 {
        start -= 1;
    }
    let (point, after) = decode(text, start);
    if after == end { (point, start) } else { (0xFFFD, end - 1) }
}

/// White space: what `dedupe/text/space.py` lists.
pub fn is_space(point: u32) -> bool {
    matches!(
        point,
        0x09..=0x0D | 0x1C..=0x20 | 0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000
    )
}

pub fn is_one_of(point: u32, set: &str) -> bool {
    char::from_u32(point).is_some_and(|char| set.contains(char))
}
