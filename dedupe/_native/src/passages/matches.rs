//! Matches: stretches of equal letters, as long as they go, from the anchors in them.

use super::letters::{LETTER, Letters};
use crate::equal::{common_prefix, common_suffix};
use crate::failure::Stop;
use crate::pace::Pace;

/// A stretch that comes back at once is filler if its period weighs less than this.
const FILLER: i64 = 10;
const NOBODY: u32 = u32::MAX;

/// Letters `a..a + length` equal letters `b..b + length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    pub a: usize,
    pub b: usize,
    pub length: usize,
}

/// Two places with one anchor. Pairs sort by (text of a, text of b, b - a, a), of which each has 32 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair(u128);

impl Pair {
    pub fn new(letters: &Letters, a: u32, b: u32) -> Pair {
        let texts = [a, b].map(|place| letters.text(place as usize) as u128);
        Pair(texts[0] << 96 | texts[1] << 64 | u128::from(b - a) << 32 | u128::from(a))
    }

    /// A pair inside one text, from `Pair::close`.
    pub fn inside(text: usize, close: u64) -> Pair {
        Pair((text as u128) << 96 | (text as u128) << 64 | u128::from(close))
    }

    /// A pair without its texts, where they are known: half as large.
    pub fn close(a: u32, b: u32) -> u64 {
        u64::from(b - a) << 32 | u64::from(a)
    }

    /// The two texts, in one number.
    pub fn texts(self) -> u64 {
        (self.0 >> 64) as u64
    }

    fn distance(self) -> usize {
        (self.0 >> 32) as u32 as usize
    }

    fn a(self) -> usize {
        self.0 as u32 as usize
    }
}

/// Matches from pairs of places, which are sorted; in their order.
pub fn maximal_matches(
    letters: &Letters,
    pairs: impl Iterator<Item = Pair>,
    out: &mut Vec<Match>,
    pace: &mut Pace,
) -> Result<(), Stop> {
    let (mut diagonal, mut covered) = ((u64::MAX, 0), 0);
    let units = letters.units;
    for pair in pairs {
        let (a, b) = (pair.a(), pair.a() + pair.distance());
        let own = (pair.texts(), pair.distance());
        if own == diagonal && a < covered {
            continue;
        }
        let (a_first, a_last) = letters.bounds_of((own.0 >> 32) as usize);
        let (b_first, b_last) = letters.bounds_of(own.0 as u32 as usize);
        let back = common_suffix(&units[a_first..a], &units[b_first..b]);
        let on = common_prefix(&units[a..a_last], &units[b..b_last]);
        pace.spend(LETTER + back + on)?;
        (diagonal, covered) = (own, a + on.max(1));
        if on > 0 {
            out.push(Match { a: a - back, b: b - back, length: back + on });
        }
    }
    Ok(())
}

/// Matches that do not overlap themselves, and those that do cut into a first tile with each of its copies.
pub fn without_overlap(
    letters: &Letters,
    matches: Vec<Match>,
    min_length: i64,
    pace: &mut Pace,
) -> Result<(Vec<Match>, Vec<Match>), Stop> {
    let overlaps = |one: &Match| one.b - one.a < one.length && letters.text(one.a) == letters.text(one.b);
    let mut tiles = Vec::new();
    let ends = |one: &Match| (one.a, one.b + one.length);
    let Some((first, last)) = matches.iter().filter(|one| overlaps(one)).map(ends).reduce(|x, y| (x.0.min(y.0), x.1.max(y.1)))
    else {
        return Ok((matches, tiles));
    };
    let mut out = Vec::with_capacity(matches.len());
    let mut periods = Vec::new();
    // The match with the shortest period that each letter is in, among those seen.
    let mut owner = vec![NOBODY; last - first];
    for one in matches {
        if !overlaps(&one) {
            out.push(one);
            continue;
        }
        let (period, end) = (one.b - one.a, one.b + one.length);
        pace.spend(end - one.a)?;
        let own = &mut owner[one.a - first..end - first];
        let known = own[0];
        if known != NOBODY && period % periods[known as usize] == 0 && own.iter().all(|&other| other == known) {
            continue;
        }
        own.iter_mut().filter(|known| **known == NOBODY).for_each(|known| *known = periods.len() as u32);
        periods.push(period);
        let weight = letters.weight(one.a, one.b);
        if weight < FILLER {
            continue;
        }
        let times = if weight >= min_length { 1 } else { (2 * min_length + weight - 1) / weight };
        let tile = period * (times as usize).min((end - one.a) / period / 2);
        let mut start = one.a + tile;
        while start + tile <= end {
            tiles.push(Match { a: one.a, b: start, length: tile });
            start += tile;
        }
    }
    Ok((out, tiles))
}
