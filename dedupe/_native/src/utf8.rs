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
