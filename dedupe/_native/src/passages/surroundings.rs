//! What lies around anchors, as hashes that tell long matches from short ones.
//! The twin of `dedupe/kernels/reference/passages/surroundings.py`, which says why.

use super::letters::is_wide;
use crate::failure::{Failure, Poll};
use crate::memory;
use crate::pace::Pace;

/// The letters are not there, or nothing is said of them.
const ENDS: u16 = u16::MAX;
const UNKNOWN: u16 = 0;
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
/// Letters that go into the hash at once.
const AT_ONCE: usize = 4;

/// A hash of the `side` letters before and of those behind each anchor of `k` letters.
pub fn surroundings(
    units: &[u16],
    bounds: &[i64],
    places: &[u32],
    (k, side): (usize, usize),
    poll: Poll,
) -> Result<(Vec<u16>, Vec<u16>), Failure> {
    let whole = bounds.first() == Some(&0) && bounds.last().is_some_and(|&end| end as usize == units.len());
    if !whole || !bounds.is_sorted() {
        return Err(Failure::Invalid("texts do not follow each other".into()));
    }
    if !(1..=1 << 16).contains(&side) {
        return Err(Failure::Invalid(format!("{side} letters beside an anchor are too few or too many")));
    }
    memory::room(4 * places.len())?;
    let (mut before, mut behind) = (Vec::with_capacity(places.len()), Vec::with_capacity(places.len()));
    let (mut text, mut pace) = (0, Pace::new(poll));
    for &place in places {
        pace.spend(2 * side)?;
        let place = place as usize;
        if !(bounds[text] as usize <= place && bounds.get(text + 1).is_some_and(|&end| place < end as usize)) {
            text = bounds.partition_point(|&bound| bound as usize <= place) - 1;
        }
        let (low, Some(&high)) = (bounds[text] as usize, bounds.get(text + 1)) else {
            return Err(Failure::Invalid(format!("there is no letter {place}")));
        };
        let (high, end) = (high as usize, place.saturating_add(k));
        let beyond = end.saturating_add(side);
        let around = &units[place.saturating_sub(side)..beyond.min(units.len())];
        if around.iter().fold(false, |any, &unit| any | is_wide(unit)) {
            before.push(UNKNOWN);
            behind.push(UNKNOWN);
            continue;
        }
        before.push(if place >= low + side { hash(&units[place - side..place]) } else { ENDS });
        behind.push(if beyond <= high { hash(&units[end..beyond]) } else { ENDS });
    }
    Ok((before, behind))
}

/// A hash that is neither `ENDS` nor `UNKNOWN`.
fn hash(letters: &[u16]) -> u16 {
    let mut value = 0u64;
    for chunk in letters.chunks(AT_ONCE) {
        let word = chunk.iter().rev().fold(0, |word, &unit| word << 16 | u64::from(unit));
        value = (value ^ word).wrapping_mul(FACTOR);
        value ^= value >> 32;
    }
    (value % u64::from(ENDS - 1)) as u16 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_where_letters_are_wide_or_missing() {
        let units: Vec<u16> = (0..40).map(|i| if i == 30 { 0x4E00 } else { 97 + i }).collect();
        let (before, behind) = surroundings(&units, &[0, 20, 40], &[2, 10, 14, 22], (4, 6), &mut || Ok(())).unwrap();
        assert_eq!((before[0], behind[0]), (ENDS, hash(&units[6..12])));
        assert_eq!((before[1], behind[1]), (hash(&units[4..10]), hash(&units[14..20])));
        assert_eq!((before[2], behind[2]), (hash(&units[8..14]), ENDS));
        assert_eq!((before[3], behind[3]), (UNKNOWN, UNKNOWN));
    }

    #[test]
    fn what_is_no_anchor_is_refused() {
        for places in [&[40u32][..], &[u32::MAX]] {
            assert!(surroundings(&[97; 40], &[0, 20, 40], places, (4, 6), &mut || Ok(())).is_err());
        }
        assert!(surroundings(&[97; 40], &[0, 20], &[], (4, 6), &mut || Ok(())).is_err());
        assert!(surroundings(&[], &[0], &[0], (4, 6), &mut || Ok(())).is_err());
    }
}
