//! How well a text can be compressed: the twin of `dedupe/kernels/reference/quality/phrases.py`.

use crate::failure::Stop;
use crate::pace::{BYTE, Pace};

const LEAST: usize = 4;
const BITS: u32 = 12;
const FACTOR: u32 = 0x9E37_79B1;
const STRETCH: usize = 1 << 12;

/// Counts phrases; a table of places is kept from text to text.
pub struct Phrases {
    /// For each hash where a phrase with it began last, counted from `base`.
    places: Box<[u32; 1 << BITS]>,
    /// Places below are of earlier texts.
    base: u32,
}

impl Default for Phrases {
    fn default() -> Self {
        Phrases { places: Box::new([0; 1 << BITS]), base: 1 }
    }
}

impl Phrases {
    /// Of how many phrases a text consists, read from the left.
    pub fn count(&mut self, text: &[u8], pace: &mut Pace) -> Result<usize, Stop> {
        // Texts are shorter than 2^30 bytes.
        if self.base > 1 << 31 {
            *self = Phrases::default();
        }
        let (mut count, mut at, mut spent) = (0, 0, 0);
        while let Some(&head) = text[at..].first_chunk::<LEAST>() {
            if at - spent >= STRETCH {
                pace.spend(BYTE * (at - spent))?;
                spent = at;
            }
            let slot = (u32::from_le_bytes(head).wrapping_mul(FACTOR) >> (32 - BITS)) as usize;
            let before = std::mem::replace(&mut self.places[slot], self.base + at as u32);
            count += 1;
            at += match before.checked_sub(self.base) {
                Some(before) if text[before as usize..].starts_with(&head) => common(text, before as usize, at),
                _ => 1,
            };
        }
        self.base += text.len() as u32;
        Ok(count + text.len() - at)
    }
}

/// How many bytes from two places on are equal; four are.
fn common(text: &[u8], first: usize, second: usize) -> usize {
    let mut length = LEAST;
    while let Some(&ahead) = text[second + length..].first_chunk::<8>() {
        let before = text[first + length..].first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let differs = before ^ u64::from_le_bytes(ahead);
        if differs != 0 {
            return length + differs.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    while second + length < text.len() && text[first + length] == text[second + length] {
        length += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_one_phrase() {
        let (mut phrases, mut poll) = (Phrases::default(), || Ok(()));
        let mut pace = Pace::new(&mut poll);
        let mut count = |text: &[u8]| phrases.count(text, &mut pace).unwrap_or_default();
        assert_eq!([count(b""), count(b"abc"), count(b"abcabc"), count(&[b'a'; 100])], [0, 3, 6, 2]);
        assert_eq!(count(b"abcdefgh-abcdefgh"), 10);
        assert_eq!(count(b"abcdefgh"), 8);
    }
}
