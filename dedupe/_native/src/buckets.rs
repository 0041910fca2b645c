//! Buckets of units: the twins of the functions of the same names in `dedupe/kernels/reference/groups.py`.

use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::pace::Pace;

/// Steps of a look at a place that is in no cache.
pub const LOOK: usize = 4;
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
const NONE: u32 = u32::MAX;

/// Positions of the values that occur more than once, and where those of each value begin.
///
/// Values come in the order of their first position, positions ascend.
pub fn equal_runs(values: &[u64], poll: Poll) -> Result<(Vec<i64>, Vec<i64>), Failure> {
    check_count(values.len())?;
    let mut pace = Pace::new(poll);
    // Most values occur once: a table of two bits a cell tells most of them, and fits a cache where they do not.
    let cells = (8 * values.len()).next_power_of_two().max(64);
    let cell = |value: u64| (value.wrapping_mul(SPREAD) >> (64 - cells.trailing_zeros())) as usize;
    let mut seen = vec![0u64; cells / 32];
    for &value in values {
        pace.spend(LOOK)?;
        let cell = cell(value);
        let (word, shift) = (&mut seen[cell / 32], 2 * (cell % 32));
        *word |= if *word >> shift & 1 == 0 { 1 } else { 2 } << shift;
    }
    let again = |value: u64| {
        let cell = cell(value);
        seen[cell / 32] >> (2 * (cell % 32)) & 2 != 0
    };
    let mut maybe: Vec<u32> = Vec::new();
    for (i, &value) in (0u32..).zip(values) {
        pace.spend(LOOK)?;
        if again(value) {
            maybe.push(i);
        }
    }
    // The rest is counted exactly: slot -> number of the value in the order of first positions.
    let slots = (2 * maybe.len()).next_power_of_two().max(64);
    let mut table = vec![NONE; slots];
    let (mut firsts, mut counts): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut numbers = Vec::with_capacity(maybe.len());
    for &i in &maybe {
        pace.spend(LOOK)?;
        let value = values[i as usize];
        let mut slot = (value.wrapping_mul(SPREAD) >> (64 - slots.trailing_zeros())) as usize;
        while table[slot] != NONE && values[firsts[table[slot] as usize] as usize] != value {
            slot = (slot + 1) & (slots - 1);
        }
        if table[slot] == NONE {
            table[slot] = firsts.len() as u32;
            firsts.push(i);
            counts.push(0);
        }
        counts[table[slot] as usize] += 1;
        numbers.push(table[slot]);
    }
    let (mut starts, mut next) = (vec![0i64], vec![usize::MAX; firsts.len()]);
    let mut total = 0;
    for (number, &count) in counts.iter().enumerate().filter(|&(_, &count)| count > 1) {
        next[number] = total;
        total += count as usize;
        starts.push(total as i64);
    }
    let mut positions = vec![0i64; total];
    for (&i, &number) in maybe.iter().zip(&numbers) {
        pace.spend(LOOK)?;
        let place = &mut next[number as usize];
        if *place != usize::MAX {
            positions[*place] = i64::from(i);
            *place += 1;
        }
    }
    Ok((positions, starts))
}

/// For each of `count` units the smallest unit that it is joined to through buckets.
pub fn components(buckets: Batch<i64>, count: usize, poll: Poll) -> Result<Vec<i64>, Failure> {
    check_count(count)?;
    let mut pace = Pace::new(poll);
    let mut parent: Vec<u32> = (0..count as u32).collect();
    for i in 0..buckets.len() {
        let mut root = NONE;
        for &unit in buckets.item(i) {
            pace.spend(LOOK)?;
            let own = find(&mut parent, unit_number(unit, count)?);
            root = if root == NONE { own } else { join(&mut parent, root, own) };
        }
    }
    Ok((0..count as u32).map(|unit| i64::from(find(&mut parent, unit))).collect())
}

/// Join the units of each bucket in `parent`, in which every unit stands at or above a smaller one of its component.
///
/// Buckets of `sizes[i]` units follow each other in `members`. The twin of `unite` in `dedupe/kernels/reference/groups.py`.
pub fn unite(parent: &mut [u32], members: &[u32], sizes: &[u32], poll: Poll) -> Result<(), Failure> {
    let count = parent.len();
    let mut pace = Pace::new(poll);
    if sizes.iter().map(|&size| size as usize).sum::<usize>() != members.len() {
        return Err(Failure::Invalid("the buckets are not as long as their members together".into()));
    }
    // A parent is never larger than its unit, so that every way up ends.
    if parent.iter().enumerate().any(|(unit, &above)| above as usize > unit) {
        return Err(Failure::Invalid("a unit stands below a larger one".into()));
    }
    let mut rest = members;
    for &size in sizes {
        pace.spend(LOOK * size as usize)?;
        let (own, following) = rest.split_at(size as usize);
        rest = following;
        let mut root = NONE;
        for &unit in own {
            if unit as usize >= count {
                return Err(Failure::Invalid(format!("there is no unit {unit} among {count}")));
            }
            let above = find(parent, unit);
            root = if root == NONE { above } else { join(parent, root, above) };
        }
    }
    Ok(())
}

fn find(parent: &mut [u32], mut unit: u32) -> u32 {
    while parent[unit as usize] != unit {
        let above = parent[parent[unit as usize] as usize];
        parent[unit as usize] = above;
        unit = above;
    }
    unit
}

fn join(parent: &mut [u32], a: u32, b: u32) -> u32 {
    let root = a.min(b);
    parent[a.max(b) as usize] = root;
    root
}

pub fn unit_number(unit: i64, count: usize) -> Result<u32, Failure> {
    match usize::try_from(unit) {
        Ok(number) if number < count => Ok(number as u32),
        _ => Err(Failure::Invalid(format!("there is no unit {unit} among {count}"))),
    }
}

/// Numbers are kept in 32 bits.
pub fn check_count(count: usize) -> Result<(), Failure> {
    if count >= NONE as usize {
        return Err(Failure::Invalid(format!("{count} is more than one call can take: split the corpus")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn numbers(count: usize, below: u64) -> Vec<u64> {
        let mut state = 7u64;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 33) % below
            })
            .collect()
    }

    #[test]
    fn runs_are_those_of_a_plain_map() {
        for (count, below) in [(0, 1), (1, 1), (5, 2), (1000, 700), (5000, 1 << 30), (3000, 1)] {
            let values = numbers(count, below);
            let mut plain: BTreeMap<u64, Vec<i64>> = BTreeMap::new();
            for (i, &value) in values.iter().enumerate() {
                plain.entry(value).or_default().push(i as i64);
            }
            let mut expected: Vec<Vec<i64>> = plain.into_values().filter(|run| run.len() > 1).collect();
            expected.sort_by_key(|run| run[0]);
            let (positions, starts) = equal_runs(&values, &mut || Ok(())).unwrap();
            let found: Vec<Vec<i64>> = starts.windows(2).map(|w| positions[w[0] as usize..w[1] as usize].to_vec()).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn components_are_named_by_their_first() {
        let members = [0, 3, 3, 5, 2, 4];
        let buckets = Batch::adjacent(&members, &[0, 2, 4, 6]).unwrap();
        assert_eq!(components(buckets, 6, &mut || Ok(())).unwrap(), [0, 1, 2, 0, 2, 0]);
        assert!(components(buckets, 5, &mut || Ok(())).is_err());
        let mut parent = [0, 1, 2, 3, 4, 5];
        unite(&mut parent, &[0, 3], &[2], &mut || Ok(())).unwrap();
        unite(&mut parent, &[3, 5, 2, 4], &[2, 2], &mut || Ok(())).unwrap();
        assert_eq!(parent.map(|unit| find(&mut parent, unit)), [0, 1, 2, 0, 2, 0]);
        assert!(unite(&mut parent, &[6], &[1], &mut || Ok(())).is_err());
        assert!(unite(&mut parent, &[1], &[2], &mut || Ok(())).is_err());
        assert!(unite(&mut [1, 1], &[], &[], &mut || Ok(())).is_err());
    }
}
