//! Sets by the parities of their values; the twin of `Sketches` in `dedupe/kernels/reference/near.py`, which says how.

use crate::batch::Batch;

const LEAST_BITS: usize = 64;
const MOST_BITS: usize = 1 << 16;

pub struct Sketches {
    threshold: f64,
    /// Made when first asked for.
    words: Vec<Option<Box<[u64]>>>,
}

impl Sketches {
    pub fn new(count: usize, threshold: f64) -> Sketches {
        Sketches { threshold, words: vec![None; count] }
    }

    /// Keep, of some sets, those that may reach the threshold with another one.
    pub fn retain(&mut self, sets: &Batch<u64>, unit: u32, others: &mut Vec<u32>) {
        self.make(sets, unit);
        others.iter().for_each(|&other| self.make(sets, other));
        let own = self.of(unit);
        let size = |unit: u32| sets.item(unit as usize).len();
        others.retain(|&other| {
            let sum = size(unit) + size(other);
            // Each parity that differs takes a value that only one of the two has.
            let differ = differing(own, self.of(other));
            let shared = size(unit).min(size(other)).min((sum - differ.min(sum)) / 2);
            shared > 0 && shared as f64 / (sum - shared) as f64 >= self.threshold
        });
    }

    fn of(&self, unit: u32) -> &[u64] {
        self.words[unit as usize].as_deref().unwrap_or(&[])
    }

    fn make(&mut self, sets: &Batch<u64>, unit: u32) {
        self.words[unit as usize].get_or_insert_with(|| {
            let own = sets.item(unit as usize);
            let bits = own.len().next_power_of_two().clamp(LEAST_BITS, MOST_BITS);
            let mut words = vec![0u64; bits / 64];
            for value in own {
                let bit = *value as usize % bits;
                words[bit / 64] ^= 1 << (bit % 64);
            }
            words.into_boxed_slice()
        });
    }
}

/// How many parities differ, of as many as both sketches tell.
fn differing(a: &[u64], b: &[u64]) -> usize {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if few.len() == many.len() {
        return few.iter().zip(many).map(|(one, other)| (one ^ other).count_ones() as usize).sum();
    }
    let parts = |i: usize| many[i..].iter().step_by(few.len()).fold(0, |sum, part| sum ^ part);
    few.iter().enumerate().map(|(i, one)| (one ^ parts(i)).count_ones() as usize).sum()
}
