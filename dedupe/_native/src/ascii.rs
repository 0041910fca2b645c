//! What 64 bytes are, found at once.

pub const BLOCK: usize = 64;

/// Letters and digits in lower case, and two bit sets.
pub struct Classes {
    /// Longer than the block, so that 16 bytes can be copied from any place.
    pub lower: [u8; BLOCK + 16],
    /// ASCII letters and digits.
    pub word: u64,
    /// Bytes that may be more than a separator: beyond ASCII, `&`, and `-`.
    pub special: u64,
}

// Written so that the compiler makes vector instructions of it: no branches, no tables.
#[inline(always)]
pub fn classify(block: &[u8; BLOCK]) -> Classes {
    let mut lower = [0; BLOCK + 16];
    let (mut word, mut special) = ([0u8; BLOCK], [0u8; BLOCK]);
    for i in 0..BLOCK {
        let byte = block[i];
        let letter = byte | 0x20;
        let is_letter = letter.wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        lower[i] = if is_letter { letter } else { byte };
        word[i] = if is_letter | is_digit { 0xFF } else { 0 };
        special[i] = if (byte >= 0x80) | (byte == b'&') | (byte == b'-') { 0xFF } else { 0 };
    }
    Classes { lower, word: bits(&word), special: bits(&special) }
}

/// The highest bit of each byte.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn bits(bytes: &[u8; BLOCK]) -> u64 {
    use std::arch::x86_64::{_mm_movemask_epi8, _mm_set_epi64x};
    let (pairs, _) = bytes.as_chunks::<8>().0.as_chunks::<2>();
    pairs.iter().rev().fold(0, |bits, [low, high]| {
        // SAFETY: the instructions are of SSE2, which every x86-64 has; values go in and out, no addresses.
        let pair = unsafe { _mm_movemask_epi8(_mm_set_epi64x(i64::from_le_bytes(*high), i64::from_le_bytes(*low))) };
        bits << 16 | u64::from(pair as u16)
    })
}

/// The highest bit of each byte.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub fn bits(bytes: &[u8; BLOCK]) -> u64 {
    bytes.as_chunks::<8>().0.iter().rev().fold(0, |bits, chunk| {
        let high = u64::from_le_bytes(*chunk) & 0x8080_8080_8080_8080;
        bits << 8 | high.wrapping_mul(0x0002_0408_1020_4081) >> 56
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_what_it_is() {
        for first in (0..256).step_by(BLOCK) {
            let block: [u8; BLOCK] = std::array::from_fn(|i| (first + i) as u8);
            let classes = classify(&block);
            for (i, &byte) in block.iter().enumerate() {
                assert_eq!(classes.word >> i & 1 == 1, byte.is_ascii_alphanumeric());
                assert_eq!(classes.special >> i & 1 == 1, !byte.is_ascii() || byte == b'&' || byte == b'-');
                assert_eq!(classes.lower[i], byte.to_ascii_lowercase());
            }
        }
    }
}
