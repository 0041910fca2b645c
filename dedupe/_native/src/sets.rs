//! Shingle sets: overlap of sorted sets, and the check that equal hashes stand for equal text.

use crate::batch::Batch;
use crate::fold::Stop;
use crate::pace::Pace;
use crate::shingle::Unit;

/// How many values two sorted sets share.
pub fn overlap(a: &[u64], b: &[u64], pace: &mut Pace) -> Result<usize, Stop> {
    Ok(overlap_of_at_least(a, b, 0, pace)?.unwrap_or(0))
}

/// How many values two sorted sets share, or nothing once it is certain that they are fewer than `least`.
fn overlap_of_at_least(a: &[u64], b: &[u64], least: usize, pace: &mut Pace) -> Result<Option<usize>, Stop> {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        if shared + (a.len() - i).min(b.len() - j) < least {
            return Ok(None);
        }
        pace.spend(64)?;
        // In runs, so that the question above is asked now and then only.
        for _ in 0..(a.len() - i).min(b.len() - j).min(64) {
            let (left, right) = (a[i], b[j]);
            shared += usize::from(left == right);
            i += usize::from(left <= right);
            j += usize::from(right <= left);
        }
    }
    Ok(Some(shared))
}

/// Exact Jaccard similarity of two sorted sets, or 0 where it is certain to be below `least`.
pub fn jaccard(a: &[u64], b: &[u64], least: f64, pace: &mut Pace) -> Result<f64, Stop> {
    let ratio = |shared: usize| shared as f64 / (a.len() + b.len() - shared) as f64;
    let most = a.len().min(b.len());
    // A correctly rounded division is monotonic: what the bound does not reach, the similarity does not.
    if most == 0 || ratio(most) < least {
        return Ok(0.0);
    }
    // The least overlap that will do, or a little less: an estimate, taken down until it is too small.
    let mut needed = ((a.len() + b.len()) as f64 * least / (1.0 + least)) as usize;
    while needed > 0 && ratio(needed.min(most)) >= least {
        needed -= 1;
    }
    Ok(overlap_of_at_least(a, b, needed, pace)?.map_or(0.0, ratio))
}

/// Hashes from which on each bucket of them is sorted by itself.
const MANY: usize = 1 << 16;

/// Sort hashes, each with its first position, into `out`; each once.
pub fn firsts(hashes: &[u64], out: &mut Vec<(u64, u32)>, pace: &mut Pace) -> Result<(), Stop> {
    out.clear();
    // Hashes are well mixed: spread by their highest bits they are nearly in order, and stay in order of position.
    let shift = 64 - hashes.len().max(4).ilog2().min(13);
    let mut next = vec![0u32; (u64::MAX >> shift) as usize + 2];
    for part in hashes.chunks(MANY) {
        pace.spend(4 * part.len())?;
        part.iter().for_each(|hash| next[(hash >> shift) as usize + 1] += 1);
    }
    for bucket in 1..next.len() {
        next[bucket] += next[bucket - 1];
    }
    out.resize(hashes.len(), (0, 0));
    for (&hash, position) in hashes.iter().zip(0u32..) {
        if position as usize % MANY == MANY - 1 {
            pace.spend(16 * MANY)?;
        }
        let place = &mut next[(hash >> shift) as usize];
        out[*place as usize] = (hash, position);
        *place += 1;
    }
    if hashes.len() > MANY {
        // Each bucket ends where the next place of it is now.
        let mut start = 0;
        for &end in &next {
            let own = &mut out[start..end as usize];
            pace.spend(16 * own.len())?;
            own.sort_unstable();
            start = end as usize;
        }
    } else if !insertion_sort(out, 16 * hashes.len()) {
        out.sort_unstable();
    }
    out.dedup_by_key(|(hash, _)| *hash);
    Ok(())
}

/// Linear where every element is near its place; given up, with all elements still there, after so many moves.
fn insertion_sort(values: &mut [(u64, u32)], mut moves: usize) -> bool {
    for i in 1..values.len() {
        let value = values[i];
        let mut place = i;
        while place > 0 && values[place - 1].0 > value.0 {
            values[place] = values[place - 1];
            place -= 1;
        }
        values[place] = value;
        match moves.checked_sub(i - place) {
            Some(left) => moves = left,
            None => return false,
        }
    }
    true
}

/// Sorted shingle sets of texts, and what it takes to look up the folded bytes that a shingle stands for.
pub struct PlacedSets<'a> {
    pub sets: Batch<'a, u64>,
    /// The first position of each shingle among those of its text.
    pub positions: Batch<'a, u32>,
    /// Where in its folded text each token or character begins, and where one behind the last would.
    pub begins: Batch<'a, u32>,
    pub folded: Batch<'a, u8>,
    pub unit: Unit,
    pub n: usize,
}

impl PlacedSets<'_> {
    /// Whether every shingle hash that two texts share stands for the same folded bytes where each first has it.
    pub fn confirm(&self, a: usize, b: usize, pace: &mut Pace) -> Result<bool, Stop> {
        let (left, right) = (self.sets.item(a), self.sets.item(b));
        let (mut i, mut j) = (0, 0);
        while i < left.len() && j < right.len() {
            pace.spend(4)?;
            let (one, other) = (left[i], right[j]);
            if one == other && self.bytes(a, i) != self.bytes(b, j) {
                return Ok(false);
            }
            i += usize::from(one <= other);
            j += usize::from(other <= one);
        }
        Ok(true)
    }

    fn bytes(&self, text: usize, shingle: usize) -> Option<&[u8]> {
        let position = *self.positions.item(text).get(shingle)? as usize;
        let begins = self.begins.item(text);
        let gap = u32::from(self.unit == Unit::Word);
        let last = (position + self.n).min(begins.len().checked_sub(1)?);
        self.folded.item(text).get(*begins.get(position)? as usize..begins[last].checked_sub(gap)? as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounded_similarity_is_the_plain_one_or_none() {
        let sets: Vec<Vec<u64>> = (0..40).map(|k| (0..300).filter(|i| (i * 7 + k * k) % 11 > k % 9).collect()).collect();
        for a in &sets {
            for b in &sets {
                let shared = a.iter().filter(|value| b.contains(value)).count();
                let plain = if a.is_empty() || b.is_empty() { 0.0 } else { shared as f64 / (a.len() + b.len() - shared) as f64 };
                for least in [0.1, 0.5, plain, 0.8, 1.0] {
                    let found = jaccard(a, b, least, &mut Pace::new(&mut || Ok(()))).unwrap();
                    assert!(if plain >= least { found == plain } else { found < least });
                }
            }
        }
    }

    #[test]
    fn overlap_counts_what_both_hold() {
        let count = |a: &[u64], b: &[u64]| overlap(a, b, &mut Pace::new(&mut || Ok(()))).unwrap();
        assert_eq!(count(&[1, 3, 5, 9], &[0, 3, 4, 9, 10]), 2);
        assert_eq!(count(&[], &[1]), 0);
    }

    #[test]
    fn the_first_position_of_each_hash_is_kept() {
        for (count, spread) in
            [(0, 1), (5, 3), (500, 90), (5000, u64::MAX), (3000, 1), (3000, 500), (200_000, u64::MAX), (200_000, 1000)]
        {
            let hash = |i: usize| (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) % spread;
            let hashes: Vec<u64> = (0..count).map(hash).collect();
            let mut plain: Vec<(u64, u32)> = hashes.iter().copied().zip(0..).collect();
            plain.sort();
            plain.dedup_by_key(|(hash, _)| *hash);
            let mut out = Vec::new();
            firsts(&hashes, &mut out, &mut Pace::new(&mut || Ok(()))).unwrap();
            assert_eq!(out, plain);
        }
    }
}
