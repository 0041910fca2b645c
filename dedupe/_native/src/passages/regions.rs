//! Regions: chains with what lies between their matches, and their ends extended as long as it pays.

use super::letters::{Letters, Place, is_wide};
use super::matches::Match;

const EQUAL: i32 = 2;
const UNEQUAL: i32 = 3;
const GAP: i32 = 3;
/// How far the score of an extension may fall below the best one.
const DROP: i32 = 40;
/// Letters that an end may be extended by.
const FARTHEST: usize = 2000;
/// Regions are cut about every so many letters, in a match of at least so many.
const SECTION: usize = 4096;
const FIRM: usize = 32;
/// Larger boxes between two matches are taken to hold nothing equal.
const LARGEST_BOX: usize = 40_000;
/// Scores are kept in the higher bits of a cell, above what is matched, which is 2 * FARTHEST at most.
const SCORE: i32 = 1 << 16;
/// Lower than any score that counts, however much is taken off it.
const NEVER: i32 = i32::MIN / 2;

/// Letters `a` face letters `b`; `a` is before `b`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    pub a: Place,
    pub b: Place,
    /// What the equal letters weigh, less what lies across from none.
    pub matched: i64,
    /// What the longest match weighs.
    pub longest: i64,
    /// Letters of a and b that face each other, where a long region can be compared section by section.
    pub cuts: Vec<Place>,
}

impl Region {
    /// A match as a region.
    pub fn exact(letters: &Letters, one: &Match) -> Region {
        let weight = letters.weight(one.a, one.a + one.length);
        let (a, b) = ((one.a, one.a + one.length), (one.b, one.b + one.length));
        Region { a, b, matched: weight, longest: weight, cuts: Vec::new() }
    }

    /// Hand the sections between the cuts to `f`.
    pub fn sections(&self, mut f: impl FnMut(Place, Place)) {
        let mut start = (self.a.0, self.b.0);
        for &end in self.cuts.iter().chain([&(self.a.1, self.b.1)]) {
            f((start.0, end.0), (start.1, end.1));
            start = end;
        }
    }
}

/// Makes regions of chains; its buffers are reused.
#[derive(Default)]
pub struct Aligner {
    above: Vec<i32>,
    row: Vec<i32>,
    common: Vec<i32>,
}

/// How many letters of both sides an extension gains, and what the equal ones among them weigh.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Gain {
    pub a: usize,
    pub b: usize,
    pub matched: i64,
}

impl Aligner {
    /// The region of a chain, which has a match at least.
    pub fn region(&mut self, letters: &Letters, links: &[Match]) -> Option<Region> {
        let first = *links.first()?;
        let (mut a_end, mut b_end) = (first.a, first.b);
        let (mut matched, mut longest) = (0, 0);
        let mut cuts = Vec::new();
        let mut since = first.a;
        for &Match { a, b, length } in links {
            let overlap = a_end.saturating_sub(a).max(b_end.saturating_sub(b));
            if overlap >= length {
                continue;
            }
            matched += self.between(letters, (a_end, a + overlap), (b_end, b + overlap));
            matched += letters.weight(a + overlap, a + length);
            longest = longest.max(letters.weight(a, a + length));
            (a_end, b_end) = (a + length, b + length);
            if length >= FIRM && a_end - since >= SECTION {
                since = a_end - length / 2;
                cuts.push((since, b_end - length / 2));
            }
        }
        let (one, other) = (letters.text(first.a), letters.text(first.b));
        let ((a_first, a_last), (b_first, b_last)) = (letters.bounds_of(one), letters.bounds_of(other));
        // The two sides of a region in one text may grow towards each other, but not meet.
        let same = one == other;
        let back = self.extend::<false>(letters, (first.a, a_first), (first.b, if same { a_end } else { b_first }));
        let b_start = first.b - back.b;
        let on = self.extend::<true>(letters, (a_end, if same { b_start } else { a_last }), (b_end, b_last));
        Some(Region {
            a: (first.a - back.a, a_end + on.a),
            b: (b_start, b_end + on.b),
            matched: matched + back.matched + on.matched,
            longest,
            cuts,
        })
    }

    /// What the longest common subsequence of two short stretches weighs twice, beyond the heavier of them.
    fn between(&mut self, letters: &Letters, a: Place, b: Place) -> i64 {
        if a.0 >= a.1 || b.0 >= b.1 || (a.1 - a.0).saturating_mul(b.1 - b.0) > LARGEST_BOX {
            return 0;
        }
        let row = &mut self.common;
        row.clear();
        row.resize(b.1 - b.0 + 1, 0);
        let facing = &letters.units[b.0..b.1];
        for i in a.0..a.1 {
            let (unit, own) = (letters.units[i], letters.one(i));
            let (mut diagonal, mut left) = (0, 0);
            for (cell, &other) in row[1..].iter_mut().zip(facing) {
                let above = *cell;
                left = if unit == other { diagonal + own } else { left.max(above) };
                *cell = left;
                diagonal = above;
            }
        }
        let common = i64::from(row.last().copied().unwrap_or(0));
        (2 * common - letters.weight(a.0, a.1).max(letters.weight(b.0, b.1))).max(0)
    }

    /// Extend an alignment from its end on both sides, up to a limit each, until the score has fallen too far below the
    /// best one.
    pub fn extend<const ON: bool>(&mut self, letters: &Letters, a: Place, b: Place) -> Gain {
        let room = |(start, limit): Place| if ON { limit.saturating_sub(start) } else { start.saturating_sub(limit) };
        let (rows, columns) = (room(a).min(FARTHEST), room(b).min(FARTHEST));
        if rows == 0 || columns == 0 {
            return Gain::default();
        }
        let place = |(start, _): Place, i: usize| if ON { start + i } else { start - 1 - i };
        let span = |(start, _): Place, count: usize| if ON { (start, start + count) } else { (start - count, start) };
        let narrow = |(start, end): Place| letters.weight(start, end) == (end - start) as i64;
        let unit = |side: Place| move |i: usize| letters.units[place(side, i)];
        if narrow(span(a, rows)) && narrow(span(b, columns)) {
            self.align(rows, columns, unit(a), unit(b), |_| 1)
        } else {
            self.align(rows, columns, unit(a), unit(b), |unit| 1 + i32::from(is_wide(unit)))
        }
    }

    /// The best alignment from the beginning of both sides on.
    ///
    /// A cell is the best score of an alignment that ends there and, of those with this score, the most that is matched.
    #[inline(always)]
    fn align(
        &mut self,
        rows: usize,
        columns: usize,
        a: impl Fn(usize) -> u16,
        b: impl Fn(usize) -> u16,
        weight: impl Fn(u16) -> i32,
    ) -> Gain {
        let Aligner { above, row, .. } = self;
        for cells in [&mut *above, &mut *row] {
            cells.clear();
            cells.resize(columns + 2, NEVER);
        }
        above[0] = 0;
        // Cells of the row above that can be reached lie in low..=high; the one behind them is NEVER.
        let (mut low, mut high) = (0, 0);
        for j in 0..columns {
            let cell = above[j] - SCORE * GAP * weight(b(j));
            if cell < -DROP * SCORE {
                break;
            }
            above[j + 1] = cell;
            high = j + 1;
        }
        let (mut best, mut gain) = (0, Gain::default());
        for i in 1..=rows {
            let unit = a(i - 1);
            let own = weight(unit);
            let (mut diagonal, mut left) = (NEVER, NEVER);
            let (mut first, mut last) = (usize::MAX, 0);
            let mut least = (best - DROP) * SCORE;
            let mut j = low;
            while j <= columns {
                let over = if j <= high { above[j] } else { NEVER };
                let mut cell = over - SCORE * GAP * own;
                if j > low {
                    let facing = b(j - 1);
                    let other = weight(facing);
                    let equal = SCORE * EQUAL * own + own;
                    let worth = if unit == facing { equal } else { -SCORE * UNEQUAL * own.max(other) };
                    cell = cell.max(diagonal + worth).max(left - SCORE * GAP * other);
                }
                diagonal = over;
                if cell >= least {
                    first = first.min(j);
                    last = j;
                    if cell >= (best + 1) * SCORE {
                        best = cell >> 16;
                        least = (best - DROP) * SCORE;
                        gain = Gain { a: i, b: j, matched: i64::from(cell & (SCORE - 1)) };
                    }
                } else {
                    cell = NEVER;
                    if j > high {
                        break;
                    }
                }
                left = cell;
                row[j] = cell;
                j += 1;
            }
            if first == usize::MAX {
                break;
            }
            std::mem::swap(above, row);
            (low, high) = (first, last);
        }
        gain
    }
}
