//! Alignment of the tokens or letters of two texts: the twin of `dedupe/kernels/reference/passages/align.py`, which says how.

use super::common::Numbers;
use super::unique::Unique;
use crate::batch::Batch;
use crate::equal::{common_prefix, common_suffix};
use crate::failure::{Failure, Poll, Stop};
use crate::fold::{Sink, fold};
use crate::folded::{Folded, Token};
use crate::pace::poll_at;
use crate::utf8::decode;

/// Symbols of an anchor: tokens, or letters.
const ANCHOR_TOKENS: usize = 3;
const ANCHOR_LETTERS: usize = 12;
/// Cells of the largest box that is aligned by dynamic programming.
const LARGEST_BOX: usize = 1 << 16;
/// A match outweighs all the pairs of matches that adjoin in a box.
const MATCH: u32 = 1024;
/// Symbols of equal ends of a box that are left in it.
const LOOSE: usize = 12;
/// What faces nothing.
const NONE: u32 = u32::MAX;
/// Numbers in the answer for each unit.
pub const COLUMNS: usize = 10;

/// The symbols of a text, and first byte and end of the token of each.
#[derive(Default)]
struct Symbols {
    numbers: Vec<u32>,
    places: Vec<(u32, u32)>,
}

struct Tokens<'a> {
    numbers: &'a mut Numbers,
    out: &'a mut Symbols,
}

impl Sink for Tokens<'_> {
    const KEEPS: bool = false;

    fn token(&mut self, buffer: &[u8], token: Token) {
        self.out.numbers.push(self.numbers.of(&buffer[token.start..token.end]));
        self.out.places.push((token.source_start as u32, token.source_end as u32));
    }
}

struct Units<'a>(&'a mut Symbols);

impl Sink for Units<'_> {
    const KEEPS: bool = false;

    fn token(&mut self, buffer: &[u8], token: Token) {
        let (bytes, place) = (&buffer[token.start..token.end], (token.source_start as u32, token.source_end as u32));
        let mut at = 0;
        while at < bytes.len() {
            let (point, after) = decode(bytes, at);
            at = after;
            // UTF-16 units, as letters are everywhere.
            let rest = point.checked_sub(0x1_0000);
            let units = rest.map_or([point, NONE], |rest| [0xD800 | rest >> 10, 0xDC00 | (rest & 0x3FF)]);
            for unit in units.into_iter().filter(|&unit| unit != NONE) {
                self.0.numbers.push(unit);
                self.0.places.push(place);
            }
        }
    }
}

/// The units of the left texts of pairs: bytes in their text, in order and apart.
pub struct UnitPlaces<'a> {
    pub offsets: &'a [i64],
    pub first: &'a [i64],
    pub last: &'a [i64],
}

/// Align pairs of texts, and say for each unit of a left text where it stands in the right one.
pub fn align_units(
    left: &Batch<u8>,
    right: &Batch<u8>,
    units: &UnitPlaces,
    letters: bool,
    poll: Poll,
) -> Result<Vec<i64>, Failure> {
    let (offsets, count) = (units.offsets, units.first.len());
    let whole = offsets.first() == Some(&0) && offsets.last().is_some_and(|&end| end as usize == count) && offsets.is_sorted();
    if left.len() != right.len() || offsets.len() != left.len() + 1 || units.last.len() != count || !whole {
        return Err(Failure::Invalid("a pair needs two texts and its units: the arrays differ in length".into()));
    }
    let (mut folded, mut numbers, mut aligner) = (Folded::default(), Numbers::default(), Aligner::default());
    let (mut a, mut b) = (Symbols::default(), Symbols::default());
    let mut out = Vec::with_capacity(COLUMNS * count);
    for i in 0..left.len() {
        poll_at(i, poll)?;
        numbers.clear(left.item(i).len() + right.item(i).len());
        for (item, symbols) in [(left.item(i), &mut a), (right.item(i), &mut b)] {
            symbols.numbers.clear();
            symbols.places.clear();
            if letters {
                fold(item, &mut folded, poll, Units(symbols))?;
            } else {
                fold(item, &mut folded, poll, Tokens { numbers: &mut numbers, out: symbols })?;
            }
        }
        aligner.align(&a.numbers, &b.numbers, if letters { ANCHOR_LETTERS } else { ANCHOR_TOKENS }, poll)?;
        for unit in offsets[i] as usize..offsets[i + 1] as usize {
            let low = a.places.partition_point(|&(start, _)| i64::from(start) < units.first[unit]);
            let high = a.places.partition_point(|&(start, _)| i64::from(start) < units.last[unit]).max(low);
            out.extend(describe(&a.places, &b.places, &aligner.facing, low, high));
        }
    }
    Ok(out)
}

/// The row of a unit, whose symbols are `low..high`.
fn describe(a: &[(u32, u32)], b: &[(u32, u32)], facing: &[u32], low: usize, high: usize) -> [i64; COLUMNS] {
    let own = &facing[low..high];
    let mut row = [0; COLUMNS];
    row[0] = own.len() as i64;
    let is_matched = |&other: &u32| other != NONE;
    if let (Some(first), Some(last)) = (own.iter().position(is_matched), own.iter().rposition(is_matched)) {
        let (one, end) = (own[first] as usize, own[last] as usize);
        row[1] = own.iter().filter(|other| is_matched(other)).count() as i64;
        (row[2], row[3]) = (i64::from(a[low + first].0), i64::from(a[low + last].1));
        (row[4], row[5]) = (first as i64, (own.len() - 1 - last) as i64);
        (row[6], row[7]) = (i64::from(b[one].0), i64::from(b[end].1));
        (row[8], row[9]) = (one as i64, (end + 1 - one) as i64);
    }
    row
}

/// A part of two texts that is aligned by itself.
type Box = (usize, usize, usize, usize);

/// Aligns two lists of symbols; its buffers are reused.
#[derive(Default)]
struct Aligner {
    /// For each symbol of the left text the one that it faces, or `NONE`.
    facing: Vec<u32>,
    boxes: Vec<Box>,
    best: Vec<u32>,
    ends: Vec<u32>,
    unique: Unique,
}

impl Aligner {
    fn align(&mut self, a: &[u32], b: &[u32], size: usize, poll: Poll) -> Result<(), Stop> {
        self.facing.clear();
        self.facing.resize(a.len(), NONE);
        self.boxes.clear();
        self.boxes.push((0, a.len(), 0, b.len()));
        while let Some((mut low, mut high, mut other_low, mut other_high)) = self.boxes.pop() {
            let (before, behind) = equal_ends(&a[low..high], &b[other_low..other_high]);
            let equal = before == high - low && before == other_high - other_low;
            let [before, behind] = [before, behind].map(|count| if equal { count } else { count.saturating_sub(LOOSE) });
            self.face((low, high, other_low, other_high), before, behind);
            (low, high, other_low, other_high) = (low + before, high - behind, other_low + before, other_high - behind);
            if low == high || other_low == other_high {
                continue;
            }
            poll()?;
            if (high - low) * (other_high - other_low) <= LARGEST_BOX {
                self.align_box(a, b, (low, high, other_low, other_high));
                continue;
            }
            let (mut at, mut other_at) = (low, other_low);
            let anchors = in_one_order(self.unique.pairs(&a[low..high], &b[other_low..other_high], size));
            for &(i, j) in &anchors {
                self.facing[low + i] = (other_low + j) as u32;
                self.boxes.push((at, low + i, other_at, other_low + j));
                (at, other_at) = (low + i + 1, other_low + j + 1);
            }
            if anchors.is_empty() {
                let (before, behind) = equal_ends(&a[low..high], &b[other_low..other_high]);
                self.face((low, high, other_low, other_high), before, behind);
            } else {
                self.boxes.push((at, high, other_at, other_high));
            }
        }
        Ok(())
    }

    /// Let the first and the last symbols of a box face each other.
    fn face(&mut self, (low, high, other_low, other_high): Box, before: usize, behind: usize) {
        (0..before).for_each(|i| self.facing[low + i] = (other_low + i) as u32);
        (1..=behind).for_each(|i| self.facing[high - i] = (other_high - i) as u32);
    }

    /// The most matches that do not cross; of as many, those with the most that adjoin.
    fn align_box(&mut self, a: &[u32], b: &[u32], (low, high, other_low, other_high): Box) {
        let (a, b) = (&a[low..high], &b[other_low..other_high]);
        let width = b.len() + 1;
        for table in [&mut self.best, &mut self.ends] {
            table.clear();
            table.resize((a.len() + 1) * width, 0);
        }
        let (best, ends) = (&mut self.best, &mut self.ends);
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                let (diagonal, at) = (i * width + j, (i + 1) * width + j + 1);
                let mut value = best[at - width].max(best[at - 1]);
                if x == y {
                    let adjoins = ends[diagonal];
                    ends[at] = MATCH + best[diagonal].max(if adjoins > 0 { adjoins + 1 } else { 0 });
                    value = value.max(ends[at]);
                }
                best[at] = value;
            }
        }
        let (mut i, mut j, mut must_end) = (a.len(), b.len(), false);
        while i > 0 && j > 0 {
            let at = i * width + j;
            if must_end || (ends[at] > 0 && ends[at] == best[at]) {
                self.facing[low + i - 1] = (other_low + j - 1) as u32;
                let adjoins = ends[at - width - 1];
                must_end = adjoins > 0 && ends[at] == MATCH + adjoins + 1;
                (i, j) = (i - 1, j - 1);
            } else if best[at] == best[at - width] {
                i -= 1;
            } else {
                j -= 1;
            }
        }
    }
}

/// How many symbols two lists begin with in common, and how many of the rest they end with.
fn equal_ends(a: &[u32], b: &[u32]) -> (usize, usize) {
    let before = common_prefix(a, b);
    (before, common_suffix(&a[before..], &b[before..]))
}

/// Of the beginnings of runs that two lists hold once each, as many as are in one order in both.
fn in_one_order(mut pairs: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    pairs.sort_unstable();
    // Longest increasing subsequence; of the shortest last places that reach each length the latest is linked.
    let (mut tails, mut ends) = (Vec::<usize>::new(), Vec::<usize>::new());
    let mut before = vec![None; pairs.len()];
    for (number, &(_, j)) in pairs.iter().enumerate() {
        let place = tails.partition_point(|&tail| tail < j);
        if place == tails.len() {
            tails.push(j);
            ends.push(number);
        } else {
            (tails[place], ends[place]) = (j, number);
        }
        before[number] = place.checked_sub(1).map(|shorter| ends[shorter]);
    }
    let mut out = Vec::with_capacity(tails.len());
    let mut number = ends.last().copied();
    while let Some(own) = number {
        out.push(pairs[own]);
        number = before[own];
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facing(a: &[u32], b: &[u32]) -> Vec<u32> {
        let mut aligner = Aligner::default();
        aligner.align(a, b, 3, &mut || Ok(())).unwrap();
        aligner.facing
    }

    #[test]
    fn matches_are_equal_and_do_not_cross() {
        let mut state = 7u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for (n, m, letters) in [(0, 5, 2), (5, 0, 2), (63, 70, 3), (300, 400, 2), (900, 800, 400), (2000, 2100, 5000)] {
            let a: Vec<u32> = (0..n).map(|_| next(letters)).collect();
            let mut b: Vec<u32> = (0..m).map(|_| next(letters)).collect();
            b.extend(&a[n as usize / 3..]);
            let facing = facing(&a, &b);
            let matched: Vec<(usize, u32)> = facing.iter().copied().enumerate().filter(|&(_, j)| j != NONE).collect();
            assert!(matched.iter().all(|&(i, j)| a[i] == b[j as usize]));
            assert!(matched.windows(2).all(|pair| pair[0].1 < pair[1].1));
        }
    }

    #[test]
    fn an_inserted_stretch_moves_nothing_else() {
        let a: Vec<u32> = (0..2000).collect();
        let b: Vec<u32> = (0..1000).chain(5000..5700).chain(1000..2000).collect();
        let facing = facing(&a, &b);
        assert!((0..1000).all(|i| facing[i] == i as u32));
        assert!((1000..2000).all(|i| facing[i] == i as u32 + 700));
    }
}
