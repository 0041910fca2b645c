//! Acceptance: which regions are passages. The twin of `dedupe/kernels/reference/passages/acceptance.py`, which says why.

use std::ops::Range;

use super::letters::{Letters, Place};
use super::matches::Match;
use super::merge::Merged;

/// Matches inside a document that weigh so much show that it repeats itself: lighter ones are chance, heavier ones
/// passages.
const FORMULA: Range<i64> = 20..180;
/// Documents are taken to weigh at least this when a share of them is asked for.
const LIGHTEST: i64 = 400;
/// Documents may repeat themselves to one part in so many before more is asked.
const SPARE: i64 = 100;
/// An unequal letter costs three quarters of an equal one.
const COST: i64 = 3;
const UNIT: i64 = 4;
/// A passage needs no long match if it scores two and a half times the least length, and so much of what it would score
/// without a difference.
const LONG: (i128, i128) = (5, 2);
const NEAR: (i128, i128) = (9, 10);

/// Inside a document no formula is so many times the least length long and has no difference.
const EXACT: (i64, i64) = (25, 24);

/// Demands that grow with the share of formulas.
struct Demands {
    /// Additional score if all is formulas; at most the least length.
    score: i128,
    /// Slopes and ceilings of what the longest match weighs, the highest of which counts: the weight if all is formulas,
    /// and twelfths of the least length.
    matches: &'static [(i128, i128)],
}

impl Demands {
    /// What the longest match weighs at least, times twelve times `of`.
    fn longest(&self, share: i128, of: i128, least: i128) -> i128 {
        let ramps = self.matches.iter().map(|&(slope, ceiling)| (12 * slope * share).min(ceiling * least * of));
        ramps.max().unwrap_or(0)
    }
}

const WITHIN: Demands = Demands { score: 50, matches: &[(550, 13), (400, 16)] };
const ACROSS: Demands = Demands { score: 150, matches: &[(450, 18)] };

/// What is asked of a passage.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// The least that it weighs.
    pub min_length: i64,
    pub preset: Preset,
}

/// What counts as a passage: as its documents are; as if they were fully repetitive; equal letters alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    Prose,
    Template,
    Exact,
}

/// What the formulas of documents cover: letters, in order, none twice.
#[derive(Default)]
pub struct Covered {
    pub starts: Vec<i64>,
    pub ends: Vec<i64>,
}

impl Covered {
    /// Add what the formulas of a document cover, from its matches.
    pub fn add(&mut self, letters: &Letters, matches: &[Match]) {
        let formulas = matches.iter().filter(|one| FORMULA.contains(&letters.weight(one.a, one.a + one.length)));
        let mut places: Vec<Place> =
            formulas.flat_map(|one| [(one.a, one.a + one.length), (one.b, one.b + one.length)]).collect();
        places.sort_unstable();
        let known = self.ends.len();
        for (start, end) in places {
            match self.ends[known..].last_mut() {
                Some(last) if start as i64 <= *last => *last = (*last).max(end as i64),
                _ => {
                    self.starts.push(start as i64);
                    self.ends.push(end as i64);
                }
            }
        }
    }
}

/// Decides which regions are passages.
pub struct Acceptance<'a> {
    letters: &'a Letters<'a>,
    starts: &'a [i64],
    ends: &'a [i64],
    /// What is covered before each covered place.
    before: Vec<i64>,
    pub wanted: Wanted,
}

impl<'a> Acceptance<'a> {
    pub fn new(letters: &'a Letters<'a>, starts: &'a [i64], ends: &'a [i64], wanted: Wanted) -> Acceptance<'a> {
        let mut before = vec![0];
        let mut total = 0;
        for (&start, &end) in starts.iter().zip(ends) {
            total += letters.weight(start as usize, end as usize);
            before.push(total);
        }
        Acceptance { letters, starts, ends, before, wanted }
    }

    /// Whether a region is equal enough, and long enough for the formulas of its documents.
    pub fn accepts(&self, one: &Merged) -> bool {
        let (whole, least) = (&one.whole, self.wanted.min_length);
        let (a, b) = (self.letters.weight(whole.a.0, whole.a.1), self.letters.weight(whole.b.0, whole.b.1));
        let longer = a.max(b);
        if a.min(b) < least || 2 * whole.matched < longer {
            return false;
        }
        if self.wanted.preset == Preset::Exact {
            return true;
        }
        let score = UNIT * whole.matched - COST * (longer - whole.matched);
        let texts = [whole.a, whole.b].map(|place| self.letters.text(place.0));
        let [one, other] = texts.map(|text| self.letters.documents[text]);
        let is_exact = whole.longest == longer && EXACT.1 * longer >= EXACT.0 * least;
        if is_exact && one == other && self.wanted.preset == Preset::Prose {
            return true;
        }
        let demands = if one == other { &WITHIN } else { &ACROSS };
        let (share, of) = self.share(texts, [whole.a, whole.b]);
        // Wider numbers: these are products of lengths.
        let [score, longest, least, share, of] = [score, whole.longest, least, share, of].map(i128::from);
        if score * of < i128::from(UNIT) * (least * of + demands.score * share).min(2 * least * of) {
            return false;
        }
        // Letters lost here and there break all matches of a passage that is long and nearly equal.
        let is_long = LONG.1 * score >= i128::from(UNIT) * LONG.0 * least;
        let nearly_equal = is_long && NEAR.1 * score >= NEAR.0 * i128::from(UNIT * longer);
        nearly_equal || 12 * longest * of >= demands.longest(share, of, least)
    }

    /// The weight of the formulas of the documents of two texts beside two places, and the weight of all beside these.
    fn share(&self, texts: [usize; 2], places: [Place; 2]) -> (i64, i64) {
        if self.wanted.preset == Preset::Template {
            return (1, 1);
        }
        let [one, other] = texts.map(|text| self.letters.document_bounds(text));
        let (mut share, mut of) = (self.covered(one), self.letters.weight(one.0, one.1));
        if one != other {
            share += self.covered(other);
            of += self.letters.weight(other.0, other.1);
        }
        for place in places {
            share -= self.covered(place);
            of -= self.letters.weight(place.0, place.1);
        }
        let of = of.max(LIGHTEST);
        ((share - of / SPARE).max(0), of)
    }

    /// The weight of the covered letters of a place.
    fn covered(&self, (start, end): Place) -> i64 {
        let low = self.ends.partition_point(|&other| other < start as i64 + 1);
        let high = self.starts.partition_point(|&other| other < end as i64);
        if low >= high {
            return 0;
        }
        let outside =
            self.letters.weight(self.starts[low] as usize, start) + self.letters.weight(end, self.ends[high - 1] as usize);
        self.before[high] - self.before[low] - outside
    }
}
