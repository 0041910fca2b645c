//! Regions: chains with what lies between their matches, and their ends extended as long as it pays.

use super::extend::Extender;
use super::letters::{Letters, Place};
use super::matches::Match;

/// Regions are cut about every so many letters, in a match of at least so many.
const SECTION: usize = 4096;
const FIRM: usize = 32;
/// Larger boxes between two matches are taken to hold nothing equal.
const LARGEST_BOX: usize = 40_000;
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
    extender: Extender,
    common: Vec<i32>,
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
        let back = self.extender.extend::<false>(letters, (first.a, a_first), (first.b, if same { a_end } else { b_first }));
        let b_start = first.b - back.b;
        let on = self.extender.extend::<true>(letters, (a_end, if same { b_start } else { a_last }), (b_end, b_last));
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
}
