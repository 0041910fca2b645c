//! Shingle sets: overlap of sorted sets, and the check that equal hashes stand for equal text.

use crate::fold::{Poll, Stop};
use crate::shingle::{Shingles, Unit};

/// How many values two sorted sets share.
pub fn overlap(a: &[u64], b: &[u64]) -> i64 {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        shared += i64::from(a[i] == b[j]);
        let (left, right) = (a[i], b[j]);
        i += usize::from(left <= right);
        j += usize::from(right <= left);
    }
    shared
}

/// Exact Jaccard similarity of two sorted sets, or 0 where it is certain to be below `least`.
pub fn jaccard(a: &[u64], b: &[u64], least: f64) -> f64 {
    let ratio = |shared: usize| shared as f64 / (a.len() + b.len() - shared) as f64;
    let most = a.len().min(b.len());
    // A correctly rounded division is monotonic: what the bound does not reach, the similarity does not.
    if most == 0 || ratio(most) < least { 0.0 } else { ratio(overlap(a, b) as usize) }
}

/// Compares pairs of texts; its buffers are reused from pair to pair.
#[derive(Default)]
pub struct Confirmer {
    left: Shingles,
    right: Shingles,
    /// Open addressing: number of the first shingle of the left text with a hash, plus one; 0 where there is none.
    table: Vec<u32>,
    checked: Vec<bool>,
}

impl Confirmer {
    /// Whether every shingle hash that two texts share stands for the same folded bytes where each first has it.
    pub fn confirm(&mut self, a: &[u8], b: &[u8], unit: Unit, n: usize, poll: Poll) -> Result<bool, Stop> {
        if a == b {
            return Ok(true);
        }
        self.left.read(a, unit, n, poll)?;
        self.right.read(b, unit, n, poll)?;
        let (left, right) = (&self.left.hashes, &self.right.hashes);
        let (left_places, right_places) = (self.left.places(unit, n), self.right.places(unit, n));
        let slots = (2 * left.len()).next_power_of_two();
        // Shingle hashes are well mixed in every bit, but for a text that was made against it.
        let slot = |hash: u64| (hash ^ hash >> 32) as usize & (slots - 1);
        self.table.clear();
        self.table.resize(slots, 0);
        self.checked.clear();
        self.checked.resize(left.len(), false);
        for (i, &hash) in left.iter().enumerate() {
            let mut at = slot(hash);
            while self.table[at] != 0 && left[self.table[at] as usize - 1] != hash {
                at = (at + 1) & (slots - 1);
            }
            if self.table[at] == 0 {
                self.table[at] = i as u32 + 1;
            }
        }
        for (&hash, place) in right.iter().zip(&right_places) {
            let mut at = slot(hash);
            while self.table[at] != 0 && left[self.table[at] as usize - 1] != hash {
                at = (at + 1) & (slots - 1);
            }
            let Some(first) = (self.table[at] as usize).checked_sub(1) else { continue };
            if !std::mem::replace(&mut self.checked[first], true) {
                let other = &left_places[first];
                if self.left.folded.bytes()[other.0..other.1] != self.right.folded.bytes()[place.0..place.1] {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_counts_what_both_hold() {
        assert_eq!(overlap(&[1, 3, 5, 9], &[0, 3, 4, 9, 10]), 2);
        assert_eq!(overlap(&[], &[1]), 0);
    }

    #[test]
    fn equal_texts_are_confirmed() {
        let text = "one two three four five six";
        for unit in [Unit::Word, Unit::Char] {
            assert_eq!(
                Confirmer::default().confirm(text.as_bytes(), text.to_uppercase().as_bytes(), unit, 5, &mut || Ok(())),
                Ok(true)
            );
        }
    }
}
