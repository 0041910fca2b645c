//! Runs of (key, unit): the twins of the functions of the same names in `dedupe/sorting.py`.

use crate::failure::{Failure, Poll};
use crate::memory;
use crate::pace::Pace;

/// Entries of one bucket of the first pass, about: few enough to be sorted in the nearest cache.
const BUCKET: usize = 16;
const MOST_BITS: u32 = 17;

/// Entries by key, those of one key by unit.
///
/// Keys are hashes: one pass by their first bits leaves buckets of a few entries. Keys that are not fill few buckets,
/// which takes longer and gives the same.
pub fn sort_entries(keys: &[u64], units: &[u32], poll: Poll) -> Result<(Vec<u64>, Vec<u32>), Failure> {
    if keys.len() != units.len() {
        return Err(Failure::Invalid("every key needs a unit: the arrays differ in length".into()));
    }
    memory::room(24 * keys.len())?;
    let bits = (keys.len() / BUCKET + 1).ilog2().min(MOST_BITS);
    let bucket = |key: u64| key.checked_shr(64 - bits).unwrap_or(0) as usize;
    let mut places = vec![0usize; (1 << bits) + 1];
    let mut pace = Pace::new(poll);
    for &key in keys {
        pace.spend(1)?;
        places[bucket(key) + 1] += 1;
    }
    for i in 1..places.len() {
        places[i] += places[i - 1];
    }
    let (mut sorted_keys, mut sorted_units) = (vec![0u64; keys.len()], vec![0u32; keys.len()]);
    for (&key, &unit) in keys.iter().zip(units) {
        // The first entries of a long run come to memory that nobody has touched, a page each.
        pace.spend(128)?;
        let place = &mut places[bucket(key)];
        sorted_keys[*place] = key;
        sorted_units[*place] = unit;
        *place += 1;
    }
    // Every bucket ends where its place is now, and the next begins there.
    let (mut start, mut own) = (0, Vec::new());
    for &end in &places[..1 << bits] {
        pace.spend(16 * (end - start))?;
        if end - start > 1 {
            own.clear();
            own.extend(
                sorted_keys[start..end].iter().zip(&sorted_units[start..end]).map(|(&k, &u)| u128::from(k) << 32 | u128::from(u)),
            );
            own.sort_unstable();
            for (place, &entry) in (start..end).zip(&own) {
                sorted_keys[place] = (entry >> 32) as u64;
                sorted_units[place] = entry as u32;
            }
        }
        start = end;
    }
    Ok((sorted_keys, sorted_units))
}

/// For each of some keys where its entries begin and end in a run; both ascend.
pub fn find_entries(run: &[u64], keys: &[u64], poll: Poll) -> Result<(Vec<i64>, Vec<i64>), Failure> {
    memory::room(16 * keys.len())?;
    let (mut low, mut high) = (Vec::with_capacity(keys.len()), Vec::with_capacity(keys.len()));
    let mut at = 0;
    let mut last = 0;
    let mut pace = Pace::new(poll);
    for &key in keys {
        pace.spend(32)?;
        if key < last {
            return Err(Failure::Invalid("the keys do not ascend".into()));
        }
        last = key;
        at = gallop(run, at, |other| other < key);
        let end = gallop(run, at, |other| other == key);
        low.push(at as i64);
        high.push(end as i64);
    }
    Ok((low, high))
}

/// The first place from `at` on of which `before` does not hold; it holds of a first part of the rest.
fn gallop(run: &[u64], at: usize, before: impl Fn(u64) -> bool) -> usize {
    let rest = &run[at..];
    let mut step = 1;
    while step <= rest.len() && before(rest[step - 1]) {
        step *= 2;
    }
    let (from, to) = (step / 2, step.min(rest.len()));
    at + from + rest[from..to].partition_point(|&other| before(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(count: usize, below: u64) -> Vec<u64> {
        let mut state = 9u64;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                if below == 0 { state } else { (state >> 33) % below }
            })
            .collect()
    }

    #[test]
    fn entries_are_sorted_as_pairs_are() {
        for (count, below) in [(0, 0), (1, 0), (2, 1), (1000, 0), (3000, 7), (100_000, 0), (5000, 1)] {
            let mut keys = hashes(count, below);
            if count == 3000 {
                keys.chunks_mut(1000).for_each(|run| run.sort());
            }
            let units: Vec<u32> = hashes(count, 1000).into_iter().map(|unit| unit as u32).collect();
            let mut expected: Vec<(u64, u32)> = keys.iter().copied().zip(units.iter().copied()).collect();
            expected.sort();
            let (keys, units) = sort_entries(&keys, &units, &mut || Ok(())).unwrap();
            let found: Vec<(u64, u32)> = keys.into_iter().zip(units).collect();
            assert_eq!(found, expected);
        }
        assert!(sort_entries(&[1], &[], &mut || Ok(())).is_err());
    }

    #[test]
    fn keys_are_found_where_a_plain_search_finds_them() {
        for (count, below) in [(0, 0), (1, 0), (1000, 300), (1000, 3), (5000, 0)] {
            let mut run = hashes(count, below);
            run.sort_unstable();
            let mut keys = hashes(300, below);
            keys.extend(run.iter().step_by(3));
            keys.extend([0, u64::MAX]);
            keys.sort_unstable();
            let (low, high) = find_entries(&run, &keys, &mut || Ok(())).unwrap();
            for ((&key, low), high) in keys.iter().zip(low).zip(high) {
                assert_eq!(low as usize, run.partition_point(|&other| other < key));
                assert_eq!(high as usize, run.partition_point(|&other| other <= key));
            }
        }
        assert!(find_entries(&[1], &[2, 1], &mut || Ok(())).is_err());
    }
}
