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

/// Whether every shingle hash that two texts share stands for the same folded bytes in both.
pub fn confirm(a: &[u8], b: &[u8], unit: Unit, n: usize, poll: Poll) -> Result<bool, Stop> {
    let (mut left, mut right) = (Shingles::default(), Shingles::default());
    left.read(a, unit, n, poll)?;
    right.read(b, unit, n, poll)?;
    let (first, second) = (firsts(&left.hashes), firsts(&right.hashes));
    let (left_places, right_places) = (left.places(unit, n), right.places(unit, n));
    let left_bytes = |i: usize| &left.folded.bytes()[left_places[i].0..left_places[i].1];
    let right_bytes = |i: usize| &right.folded.bytes()[right_places[i].0..right_places[i].1];
    let mut j = 0;
    for &(hash, position) in &first {
        while j < second.len() && second[j].0 < hash {
            j += 1;
        }
        if j < second.len() && second[j].0 == hash && left_bytes(position) != right_bytes(second[j].1) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Each hash with its first position, sorted.
fn firsts(hashes: &[u64]) -> Vec<(u64, usize)> {
    let mut out: Vec<(u64, usize)> = hashes.iter().copied().zip(0..).collect();
    out.sort_unstable();
    out.dedup_by_key(|(hash, _)| *hash);
    out
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
            assert_eq!(confirm(text.as_bytes(), text.to_uppercase().as_bytes(), unit, 5, &mut || Ok(())), Ok(true));
        }
    }
}
