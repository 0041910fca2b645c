//! Runs of symbols that two lists hold once each.

use crate::hash;

/// What is known of a run of the left list.
#[derive(Clone, Copy, Default)]
struct Slot {
    /// Its beginning and one, or nothing.
    place: u32,
    /// The same in the right list; `MANY` if it occurs twice in either.
    other: u32,
}

const MANY: u32 = u32::MAX;

/// Finds runs by their hashes; its buffer is reused.
#[derive(Default)]
pub struct Unique {
    slots: Vec<Slot>,
}

impl Unique {
    /// Beginnings, left and right, of the runs of so many symbols that either list holds once.
    pub fn pairs(&mut self, a: &[u32], b: &[u32], size: usize) -> Vec<(usize, usize)> {
        if size == 0 || a.len().min(b.len()) < size {
            return Vec::new();
        }
        let count = a.len() - size + 1;
        self.slots.clear();
        self.slots.resize((count + count / 2 + 1).next_power_of_two(), Slot::default());
        each_run(a, size, |place, hash| {
            let slot = self.slot(a, &a[place..place + size], hash);
            *slot = if slot.place == 0 { Slot { place: place as u32 + 1, other: 0 } } else { Slot { other: MANY, ..*slot } };
        });
        each_run(b, size, |place, hash| {
            let slot = self.slot(a, &b[place..place + size], hash);
            if slot.place != 0 {
                slot.other = if slot.other == 0 { place as u32 + 1 } else { MANY };
            }
        });
        let found = self.slots.iter().filter(|slot| slot.other != 0 && slot.other != MANY);
        found.map(|slot| (slot.place as usize - 1, slot.other as usize - 1)).collect()
    }

    /// The slot of a run: the one that holds it, or the empty one where it would be put.
    // Some slots are empty, so that one is found.
    fn slot(&mut self, a: &[u32], run: &[u32], hash: u64) -> &mut Slot {
        let last = self.slots.len() - 1;
        let mut at = (hash >> 32) as usize & last;
        while let Some(place) = self.slots[at].place.checked_sub(1) {
            if a[place as usize..].starts_with(run) {
                break;
            }
            at = (at + 1) & last;
        }
        &mut self.slots[at]
    }
}

/// Call a function with the beginning and the hash of each run; there is one at least.
fn each_run(symbols: &[u32], size: usize, mut with: impl FnMut(usize, u64)) {
    let gone = (0..size).fold(1u64, |power, _| power.wrapping_mul(hash::A));
    let mut sum = 0u64;
    for (i, &symbol) in symbols.iter().enumerate() {
        sum = sum.wrapping_mul(hash::A).wrapping_add(u64::from(symbol) + 1);
        if i >= size {
            sum = sum.wrapping_sub(gone.wrapping_mul(u64::from(symbols[i - size]) + 1));
        }
        if i + 1 >= size {
            with(i + 1 - size, hash::mix(sum, 0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_those_that_occur_once_in_either() {
        let mut state = 5u32;
        let mut unique = Unique::default();
        for (n, m, size, letters) in [
            (0, 9, 3, 2),
            (3, 3, 3, 1),
            (4, 9, 4, 2),
            (5, 60, 4, 2),
            (60, 80, 3, 3),
            (90, 90, 12, 2),
            (400, 300, 3, 9),
            (70, 70, 1, 90),
        ] {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 16) % letters
            };
            let a: Vec<u32> = (0..n).map(|_| next()).collect();
            let b: Vec<u32> = (0..m).map(|_| next()).chain(a.iter().skip(9).copied()).collect();
            let once = |of: &[u32], run: &[u32]| of.windows(size).filter(|&other| other == run).count() == 1;
            let mut expected = Vec::new();
            for (i, run) in a.windows(size).enumerate() {
                if once(&a, run) && once(&b, run) {
                    expected.push((i, b.windows(size).position(|other| other == run).unwrap()));
                }
            }
            let mut found = unique.pairs(&a, &b, size);
            found.sort_unstable();
            assert_eq!(found, expected);
        }
    }
}
