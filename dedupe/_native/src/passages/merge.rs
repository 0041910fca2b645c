//! Merging: regions of two texts that say the same are one, and so are those that fill one place between them.

use super::letters::{Letters, Place};
use super::regions::Region;

/// The most that may lie between two pieces of one region: on one side, and on the other.
const NEAR: i64 = 60;
const FAR: i64 = 500;
/// A lighter region is no piece of another.
const PIECE: i64 = 30;
/// More regions, and more pieces, of two texts are left as they are.
const MOST: usize = 3000;
const MOST_PIECES: usize = 400;
/// Regions, the strongest first, that each one is compared with.
const STRONGEST: usize = 200;

/// A region and the pieces that it is made of, by their places in `a`.
#[derive(Clone)]
pub struct Merged {
    pub whole: Region,
    /// None if it is one piece.
    pieces: Vec<Region>,
}

impl Merged {
    pub fn one(region: Region) -> Merged {
        Merged { whole: region, pieces: Vec::new() }
    }

    pub fn pieces(&self) -> &[Region] {
        if self.pieces.is_empty() { std::slice::from_ref(&self.whole) } else { &self.pieces }
    }
}

/// Merge the regions of two texts, or of one with itself.
pub fn merge(letters: &Letters, mut regions: Vec<Region>, same: bool) -> Vec<Merged> {
    regions.sort();
    if regions.len() < 2 || regions.len() > MOST {
        return regions.into_iter().map(Merged::one).collect();
    }
    let kept = strongest(letters, regions).into_iter().map(Merged::one);
    let (mut pieces, rest): (Vec<Merged>, Vec<Merged>) = kept.partition(|one| one.whole.matched >= PIECE);
    if (2..=MOST_PIECES).contains(&pieces.len()) {
        for far in [NEAR, FAR] {
            let group = neighbours(letters, &pieces, far);
            if group.iter().enumerate().any(|(i, &number)| i != number) {
                pieces = by_group(pieces, &group).flat_map(|group| joined(letters, group, same)).collect();
            }
        }
    }
    pieces.extend(rest);
    pieces.sort_by(|one, other| (&one.whole, one.pieces()).cmp(&(&other.whole, other.pieces())));
    pieces
}

/// Leave out regions that lie mostly in a stronger one on both sides; the rest by strength.
fn strongest(letters: &Letters, mut regions: Vec<Region>) -> Vec<Region> {
    regions.sort_by_key(|one| -one.matched);
    let mut kept: Vec<Region> = Vec::new();
    for one in regions {
        let (a, b) = (letters.weight(one.a.0, one.a.1), letters.weight(one.b.0, one.b.1));
        let inside =
            |other: &Region| 10 * shared(letters, one.a, other.a) > 7 * a && 10 * shared(letters, one.b, other.b) > 7 * b;
        if !kept.iter().take(STRONGEST).any(inside) {
            kept.push(one);
        }
    }
    kept
}

/// Groups of pieces that are near each other on one side and not far on the other, directly or by others between: for each
/// piece the number of the first one of its group.
fn neighbours(letters: &Letters, pieces: &[Merged], far: i64) -> Vec<usize> {
    let mut group: Vec<usize> = (0..pieces.len()).collect();
    for i in 0..pieces.len() {
        for j in 0..i {
            let (one, other) = (&pieces[i].whole, &pieces[j].whole);
            let (a, b) = (gap(letters, one.a, other.a), gap(letters, one.b, other.b));
            if a.min(b) <= NEAR && a.max(b) <= far && group[i] != group[j] {
                let (old, new) = (group[i].max(group[j]), group[i].min(group[j]));
                group.iter_mut().filter(|number| **number == old).for_each(|number| *number = new);
            }
        }
    }
    group
}

/// The pieces of each group, by its number.
fn by_group(pieces: Vec<Merged>, group: &[usize]) -> impl Iterator<Item = Vec<Merged>> {
    let mut out: Vec<Vec<Merged>> = (0..pieces.len()).map(|_| Vec::new()).collect();
    for (one, &number) in pieces.into_iter().zip(group) {
        out[number].push(one);
    }
    out.into_iter().filter(|group| !group.is_empty())
}

/// One region for all of a group if its pieces fill both sides well, without saying anything twice; else the group.
fn joined(letters: &Letters, group: Vec<Merged>, same: bool) -> Vec<Merged> {
    if group.len() == 1 {
        return group;
    }
    let hull = |side: fn(&Region) -> Place| {
        group.iter().map(|one| side(&one.whole)).fold((usize::MAX, 0), |(low, high), place| (low.min(place.0), high.max(place.1)))
    };
    let (a, b) = (hull(|one| one.a), hull(|one| one.b));
    if same && a.1 > b.0 {
        return group;
    }
    let (a_weight, b_weight) = (letters.weight(a.0, a.1), letters.weight(b.0, b.1));
    let (covered_a, all_a) = cover(letters, group.iter().map(|one| one.whole.a).collect());
    let (covered_b, all_b) = cover(letters, group.iter().map(|one| one.whole.b).collect());
    let sparse = 4 * covered_a < 3 * a_weight || 4 * covered_b < 3 * b_weight;
    if sparse || 10 * all_a > 13 * covered_a || 10 * all_b > 13 * covered_b {
        return group;
    }
    let total: i64 = group.iter().map(|one| one.whole.matched).sum();
    let matched = (total * covered_a / all_a).min(total * covered_b / all_b).min(a_weight).min(b_weight);
    let longest = group.iter().map(|one| one.whole.longest).max().unwrap_or(0);
    let mut pieces: Vec<Region> = group.iter().flat_map(|one| one.pieces().iter().cloned()).collect();
    pieces.sort();
    vec![Merged { whole: Region { a, b, matched, longest, cuts: Vec::new() }, pieces }]
}

/// What the letters of places weigh, each once and each as often as it is there.
fn cover(letters: &Letters, mut places: Vec<Place>) -> (i64, i64) {
    places.sort_unstable();
    let (mut once, mut times, mut end) = (0, 0, 0);
    for (start, stop) in places {
        once += letters.weight(start.max(end), stop);
        times += letters.weight(start, stop);
        end = end.max(stop);
    }
    (once, times)
}

fn shared(letters: &Letters, one: Place, other: Place) -> i64 {
    letters.weight(one.0.max(other.0), one.1.min(other.1))
}

fn gap(letters: &Letters, one: Place, other: Place) -> i64 {
    letters.weight(one.1.min(other.1), one.0.max(other.0))
}
