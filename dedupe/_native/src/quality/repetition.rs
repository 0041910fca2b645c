//! Runs of words that are said again: the twin of `dedupe/kernels/reference/quality/repetition.py`.

use super::characters::WORD;
use super::intern::Pairs;
use super::words::Words;
use crate::failure::Stop;
use crate::hash::C;
use crate::pace::Pace;

const LONGEST: usize = 10;
const LONGEST_TOP: usize = 4;
const SHORTEST_REPEATED: usize = 5;

/// Only places whose n-gram comes twice are looked at again for the next n: one word more makes no n-gram rarer known.
#[derive(Default)]
pub struct Repetition {
    /// Characters of the words before each.
    before: Vec<u32>,
    counts: Vec<u32>,
    /// Places with the numbers of their n-grams, ascending.
    active: Vec<(u32, u32)>,
    pairs: Pairs,
    sketch: Vec<u8>,
    slots: Vec<u32>,
    seen: Vec<bool>,
}

impl Repetition {
    /// Characters of the most frequent n-grams, then of the repeated ones.
    pub fn count(&mut self, words: &Words, pace: &mut Pace) -> Result<[usize; 9], Stop> {
        let numbers = &words.numbers;
        pace.spend(WORD * numbers.len())?;
        self.before.clear();
        self.before.push(0);
        let mut total = 0;
        self.before.extend(words.points().map(|points| {
            total += points;
            total
        }));
        let mut single = std::mem::take(&mut self.seen);
        single.clear();
        single.extend(words.frequency.iter().map(|&count| count == 1));
        let is_single = |place: usize| single[numbers[place] as usize];
        self.active.clear();
        self.active.extend(numbers.iter().enumerate().map(|(i, &number)| (i as u32, number)));
        keep(&mut self.active, |i, _| !is_single(i));
        let mut out = [0; 9];
        let mut seen = Vec::new();
        let size = words.characters_of_a_word();
        for n in 2..=LONGEST * size {
            let last = |place: u32| place as usize + n - 1;
            keep(&mut self.active, |_, place| last(place) < numbers.len() && !is_single(last(place)));
            if self.active.is_empty() {
                break;
            }
            pace.spend(WORD * self.active.len())?;
            self.drop_certainly_single(numbers, n);
            self.pairs.clear(self.active.len());
            self.counts.clear();
            for (place, number) in &mut self.active {
                pace.spend(WORD)?;
                *number = self.pairs.number((*number, numbers[*place as usize + n - 1]));
                if *number as usize == self.counts.len() {
                    self.counts.push(0);
                }
                self.counts[*number as usize] += 1;
            }
            let counts = &self.counts;
            self.active.retain(|&(_, number)| counts[number as usize] > 1);
            let n_words = n / size;
            if n % size != 0 || n_words < 2 {
                continue;
            }
            out[n_words - 2] =
                if n_words <= LONGEST_TOP { self.top(n, if size == 1 { n - 1 } else { 0 }) } else { self.repeated(n, &mut seen) };
        }
        self.seen = single;
        Ok(out)
    }

    /// Drop the places whose n-grams stand alone in a small table of hashes: most of them, at little cost.
    fn drop_certainly_single(&mut self, numbers: &[u32], n: usize) {
        let size = (4 * self.active.len()).next_power_of_two();
        self.sketch.clear();
        self.sketch.resize(size, 0);
        self.slots.clear();
        self.slots.extend(self.active.iter().map(|&(place, number)| {
            let pair = u64::from(number) << 32 | u64::from(numbers[place as usize + n - 1]);
            (pair.wrapping_mul(C) >> 32) as u32 & (size - 1) as u32
        }));
        for &slot in &self.slots {
            let count = &mut self.sketch[slot as usize];
            *count = count.saturating_add(1);
        }
        let (slots, sketch) = (&self.slots, &self.sketch);
        keep(&mut self.active, |i, _| sketch[slots[i] as usize] > 1);
    }

    /// Characters of the most frequent n-gram, the earliest of several, in all its places.
    fn top(&self, n: usize, spaces: usize) -> usize {
        let Some(&most) = self.active.iter().map(|&(_, number)| &self.counts[number as usize]).max() else { return 0 };
        let first = self.active.iter().find(|&&(_, number)| self.counts[number as usize] == most);
        first.map_or(0, |&(place, _)| (self.characters(place, n) + spaces) * most as usize)
    }

    /// Characters of n-grams that have come before, read from the left without overlaps.
    fn repeated(&self, n: usize, seen: &mut Vec<bool>) -> usize {
        debug_assert!(n >= SHORTEST_REPEATED);
        seen.clear();
        seen.resize(self.counts.len(), false);
        let (mut characters, mut next) = (0, 0);
        for &(place, number) in &self.active {
            if place < next {
                continue;
            }
            if std::mem::replace(&mut seen[number as usize], true) {
                characters += self.characters(place, n);
                next = place + n as u32;
            }
        }
        characters
    }

    fn characters(&self, place: u32, n: usize) -> usize {
        (self.before[place as usize + n] - self.before[place as usize]) as usize
    }
}

/// Keep the items of which `wanted` says so, given their place in the list and in the text; decided without branches.
#[inline(always)]
fn keep(active: &mut Vec<(u32, u32)>, wanted: impl Fn(usize, u32) -> bool) {
    let mut kept = 0;
    for i in 0..active.len() {
        let item = active[i];
        active[kept] = item;
        kept += usize::from(wanted(i, item.0));
    }
    active.truncate(kept);
}
