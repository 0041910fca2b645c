//! Shingle sets: overlap of sorted sets, and the check that equal hashes stand for equal text.

use crate::batch::Batch;
use crate::failure::{Failure, Poll, Stop};
use crate::pace::{BYTE, Pace};
use crate::shingle::{Shingles, Unit};

/// Places in a folded text are kept in 32 bits where texts are compared.
const LONGEST_FOLDED: usize = u32::MAX as usize - 1;

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

/// Shingle sets one behind the other, and the arrays of `PlacedSets`.
#[derive(Default)]
pub struct SetArrays {
    pub values: Vec<u64>,
    pub offsets: Vec<i64>,
    pub positions: Vec<u32>,
    pub begins: Vec<u32>,
    pub begin_offsets: Vec<i64>,
    pub folded: Vec<u8>,
    pub folded_offsets: Vec<i64>,
}

/// The shingle set of each text, sorted, and where each set begins.
pub fn shingle_sets(batch: &Batch<u8>, unit: Unit, n: usize, poll: Poll) -> Result<(Vec<u64>, Vec<i64>), Failure> {
    let mut pace = Pace::new(poll);
    let mut shingles = Shingles::default();
    let (mut sets, mut ends) = (Vec::new(), vec![0]);
    for i in 0..batch.len() {
        pace.spend(BYTE * batch.item(i).len())?;
        shingles.read(batch.item(i), unit, n, pace.poll())?;
        sets.extend(shingles.firsts(pace.poll())?.iter().map(|(hash, _)| hash));
        ends.push(sets.len() as i64);
    }
    Ok((sets, ends))
}

/// Shingle sets, and what it takes to look up what each shingle stands for.
pub fn placed_sets(batch: &Batch<u8>, unit: Unit, n: usize, poll: Poll) -> Result<SetArrays, Failure> {
    let mut pace = Pace::new(poll);
    let mut shingles = Shingles::default();
    let none = || vec![0];
    let mut out = SetArrays { offsets: none(), begin_offsets: none(), folded_offsets: none(), ..Default::default() };
    for i in 0..batch.len() {
        pace.spend(BYTE * batch.item(i).len())?;
        shingles.read(batch.item(i), unit, n, pace.poll())?;
        if shingles.folded.bytes().len() > LONGEST_FOLDED {
            return Err(Failure::Invalid(format!("a text folds to more than {LONGEST_FOLDED} bytes: split it into documents")));
        }
        out.folded.extend_from_slice(shingles.folded.bytes());
        shingles.begins(unit, &mut out.begins);
        let firsts = shingles.firsts(pace.poll())?;
        out.values.extend(firsts.iter().map(|(hash, _)| hash));
        out.positions.extend(firsts.iter().map(|(_, position)| position));
        out.offsets.push(out.values.len() as i64);
        out.begin_offsets.push(out.begins.len() as i64);
        out.folded_offsets.push(out.folded.len() as i64);
    }
    Ok(out)
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
}
