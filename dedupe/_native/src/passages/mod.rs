//! Repeated passages: anchors in, accepted regions out. The twin of `dedupe/passages/search.py`, which says why.

pub mod align;
pub mod anchors;
pub mod chains;
pub mod common;
pub mod edges;
pub mod ends;
pub mod extend;
pub mod letter_places;
pub mod letters;
pub mod matches;
pub mod merge;
pub mod outermost;
pub mod regions;
pub mod shared;
pub mod signs;
pub mod stretches;
#[cfg(test)]
mod tests;

use std::ops::Range;

use anchors::{Sampler, Where, anchor, link, link_across, poll_at};
use chains::{Chainer, least_weight};
use letters::{Letters, Place};
use matches::{Match, Pair, maximal_matches, without_overlap};
use merge::{Merged, merge};
use regions::{Aligner, Region};

use crate::batch::Failure;
use crate::fold::Poll;

/// Matches inside a document that weigh so much show that it repeats itself: lighter ones are chance, heavier ones
/// passages.
const FORMULA: Range<i64> = 20..180;
/// A document is taken to weigh at least this when a share of it is asked for.
const LIGHTEST: i64 = 400;
/// An unequal letter costs three quarters of an equal one.
const COST: i64 = 3;
const UNIT: i64 = 4;
const MORE_SCORE: i128 = 50;
const LONG_MATCH: i128 = 450;
/// A passage of so many times the least length that scores so much of what it would without a difference needs no long match.
const LONG: i128 = 3;
const NEAR: (i128, i128) = (7, 8);
/// A document may repeat itself to one part in so many before more is asked.
const SPARE: i64 = 100;

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

/// Accepted regions: four numbers for each section, and where those of each region begin.
#[derive(Default)]
pub struct Found {
    pub sections: Vec<i64>,
    pub offsets: Vec<i64>,
}

impl Found {
    fn add(&mut self, piece: &Region) {
        piece.sections(|a, b| self.sections.extend([a.0, a.1, b.0, b.1].map(|place| place as i64)));
    }

    /// What was added is one region.
    fn end(&mut self) {
        self.offsets.push(self.sections.len() as i64 / 4);
    }
}

/// What the repeats of documents cover: letters, in order, none twice.
#[derive(Default)]
pub struct Covered {
    pub starts: Vec<i64>,
    pub ends: Vec<i64>,
}

/// Repeated regions inside documents, where they are wanted, and what their repeats cover.
pub fn within(
    letters: &Letters,
    k: usize,
    window: usize,
    wanted: Option<Wanted>,
    poll: Poll,
) -> Result<(Found, Covered), Failure> {
    anchors::check(k, window)?;
    let mut sampler = Sampler::default();
    let (mut own, mut seen) = (Vec::new(), Vec::new());
    let (mut pairs, mut matches) = (Vec::new(), Vec::new());
    let mut search = Search::default();
    let (mut found, mut covered) = (Found { offsets: vec![0], ..Default::default() }, Covered::default());
    let mut first = 0;
    for (number, texts) in letters.documents.chunk_by(|a, b| a == b).enumerate() {
        poll_at(number, poll)?;
        own.clear();
        for text in first..first + texts.len() {
            let (start, end) = letters.bounds_of(text);
            sampler.sample(&letters.units[start..end], k, window, |value, place| own.push(anchor(value, (start + place) as u32)));
        }
        first += texts.len();
        pairs.clear();
        link(&mut own, &mut seen, letters, Where::Within, |a, b| pairs.push(Pair::new(letters, a, b)));
        pairs.sort_unstable();
        matches.clear();
        maximal_matches(letters, &pairs, &mut matches);
        let known = covered.starts.len();
        cover(letters, &matches, &mut covered);
        let Some(wanted) = wanted else { continue };
        let (mut apart, tiles) = without_overlap(letters, std::mem::take(&mut matches), wanted.min_length);
        let acceptance = Acceptance::new(letters, &covered.starts[known..], &covered.ends[known..], wanted);
        // Tiles go on as far as they are equal: there is nothing to extend or to join.
        for tile in &tiles {
            acceptance.take(&Merged::one(Region::exact(letters, tile)), &mut found);
        }
        let of_texts = |one: &Match| if texts.len() == 1 { (0, 0) } else { (letters.text(one.a), letters.text(one.b)) };
        for (number, matches) in apart.chunk_by_mut(|one, other| of_texts(one) == of_texts(other)).enumerate() {
            poll_at(number, poll)?;
            search.accepted(letters, matches, &acceptance, &mut found);
        }
    }
    Ok((found, covered))
}

/// Regions that documents share.
pub fn across(
    letters: &Letters,
    hashes: &[u32],
    places: &[u32],
    covered: (&[i64], &[i64]),
    wanted: Wanted,
    poll: Poll,
) -> Result<Found, Failure> {
    let ascending = covered.0.is_sorted() && covered.1.is_sorted() && covered.0.first().is_none_or(|&start| start >= 0);
    let inside = covered.1.last().is_none_or(|&end| end as usize <= letters.units.len());
    if covered.0.len() != covered.1.len() || !ascending || !inside {
        return Err(Failure::Invalid("what repeats cover must be places among the letters, in order".into()));
    }
    // Half as large as pairs that sort as they are wanted: those are made for one text after the other.
    let mut places_of_pairs = Vec::new();
    link_across(hashes, places, letters, |a, b| places_of_pairs.push(u64::from(a) << 32 | u64::from(b)), poll)?;
    places_of_pairs.sort_unstable();
    let mut found = Found { offsets: vec![0], ..Default::default() };
    let acceptance = Acceptance::new(letters, covered.0, covered.1, wanted);
    let (mut search, mut pairs, mut matches) = (Search::default(), Vec::new(), Vec::new());
    let mut rest = &places_of_pairs[..];
    while let Some(&first) = rest.first() {
        poll()?;
        let (_, end) = letters.bounds_of(letters.text((first >> 32) as usize));
        let (own, others) = rest.split_at(rest.partition_point(|&pair| ((pair >> 32) as usize) < end));
        rest = others;
        pairs.clear();
        pairs.extend(own.iter().map(|&pair| Pair::new(letters, (pair >> 32) as u32, pair as u32)));
        pairs.sort_unstable();
        for (number, own) in pairs.chunk_by(|one, other| one.texts() == other.texts()).enumerate() {
            poll_at(number, poll)?;
            matches.clear();
            maximal_matches(letters, own, &mut matches);
            search.accepted(letters, &mut matches, &acceptance, &mut found);
        }
    }
    Ok(found)
}

/// Add what the formulas of a document cover, none of it twice.
fn cover(letters: &Letters, matches: &[Match], out: &mut Covered) {
    let formulas = matches.iter().filter(|one| FORMULA.contains(&letters.weight(one.a, one.a + one.length)));
    let mut places: Vec<Place> = formulas.flat_map(|one| [(one.a, one.a + one.length), (one.b, one.b + one.length)]).collect();
    places.sort_unstable();
    let known = out.ends.len();
    for (start, end) in places {
        match out.ends[known..].last_mut() {
            Some(last) if start as i64 <= *last => *last = (*last).max(end as i64),
            _ => {
                out.starts.push(start as i64);
                out.ends.push(end as i64);
            }
        }
    }
}

/// From matches to accepted regions; its buffers are reused.
#[derive(Default)]
struct Search {
    chainer: Chainer,
    aligner: Aligner,
}

impl Search {
    /// Put the passages that the matches of two texts make, or of one with itself, into what is found.
    fn accepted(&mut self, letters: &Letters, matches: &mut [Match], acceptance: &Acceptance, found: &mut Found) {
        let weight: i64 = matches.iter().map(|one| letters.weight(one.a, one.a + one.length)).sum();
        if weight < least_weight(acceptance.wanted.min_length) {
            return;
        }
        // No two of them begin at the same two places.
        matches.sort_unstable_by_key(|one| (one.a as u64) << 32 | one.b as u64);
        let same = letters.text(matches[0].a) == letters.text(matches[0].b);
        for one in self.merged(letters, matches, same, acceptance.wanted) {
            if !acceptance.take(&one, found) {
                acceptance.take_equal_parts(&one.whole, matches, found);
            }
        }
    }

    /// The regions of the matches of two texts.
    fn merged(&mut self, letters: &Letters, matches: &[Match], same: bool, wanted: Wanted) -> Vec<Merged> {
        if wanted.preset == Preset::Exact {
            return matches.iter().map(|one| Merged::one(Region::exact(letters, one))).collect();
        }
        let mut regions = Vec::new();
        let take = |links: &[Match]| regions.extend(self.aligner.region(letters, links));
        self.chainer.chains(letters, matches, same, wanted.min_length, take);
        merge(letters, regions, same)
    }
}

/// Decides which regions are passages.
struct Acceptance<'a> {
    letters: &'a Letters<'a>,
    starts: &'a [i64],
    ends: &'a [i64],
    /// What is covered before each covered place.
    before: Vec<i64>,
    wanted: Wanted,
}

impl<'a> Acceptance<'a> {
    fn new(letters: &'a Letters<'a>, starts: &'a [i64], ends: &'a [i64], wanted: Wanted) -> Acceptance<'a> {
        let mut before = vec![0];
        let mut total = 0;
        for (&start, &end) in starts.iter().zip(ends) {
            total += letters.weight(start as usize, end as usize);
            before.push(total);
        }
        Acceptance { letters, starts, ends, before, wanted }
    }

    /// Put a region into what is found if it is a passage; whether it is.
    fn take(&self, one: &Merged, found: &mut Found) -> bool {
        let accepted = self.accepts(one);
        if accepted {
            one.pieces().iter().for_each(|piece| found.add(piece));
            found.end();
        }
        accepted
    }

    /// Put in what is equal without exception in a refused region, and a passage by itself.
    fn take_equal_parts(&self, refused: &Region, matches: &[Match], found: &mut Found) {
        let least = self.wanted.min_length;
        if refused.longest < least || self.wanted.preset == Preset::Exact {
            return;
        }
        let inside = |place: Place, start: usize, length: usize| place.0 <= start && start + length <= place.1;
        for one in matches {
            let part = inside(refused.a, one.a, one.length) && inside(refused.b, one.b, one.length);
            if part && self.letters.weight(one.a, one.a + one.length) >= least {
                self.take(&Merged::one(Region::exact(self.letters, one)), found);
            }
        }
    }

    /// Whether a region is equal enough, and long enough for how repetitive its documents are.
    fn accepts(&self, one: &Merged) -> bool {
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
        let texts = [self.letters.text(whole.a.0), self.letters.text(whole.b.0)];
        // Wider numbers: these are products of lengths.
        let (score, longest, least) = (i128::from(score), i128::from(whole.longest), i128::from(least));
        // What is nearly equal, and long, needs no long match: letters lost here and there break all of them.
        let nearly_equal = score >= i128::from(UNIT) * LONG * least && NEAR.1 * score >= NEAR.0 * i128::from(UNIT * longer);
        texts.into_iter().all(|text| {
            let (share, of) = self.share(text, [whole.a, whole.b]);
            let (share, of) = (i128::from(share), i128::from(of));
            score * of >= i128::from(UNIT) * (least * of + MORE_SCORE * share).min(2 * least * of)
                && (nearly_equal || 2 * longest * of >= (2 * LONG_MATCH * share).min(3 * least * of))
        })
    }

    /// What the repeats of a text's document weigh beside two places, and of how much.
    fn share(&self, text: usize, places: [Place; 2]) -> (i64, i64) {
        if self.wanted.preset == Preset::Template {
            return (1, 1);
        }
        let (start, end) = self.letters.document_bounds(text);
        let (mut share, mut of) = (self.repeats((start, end)), self.letters.weight(start, end));
        for place in places {
            if (start..end).contains(&place.0) {
                share -= self.repeats(place);
                of -= self.letters.weight(place.0, place.1);
            }
        }
        let of = of.max(LIGHTEST);
        ((share - of / SPARE).max(0), of)
    }

    /// What the covered letters of a place weigh.
    fn repeats(&self, (start, end): Place) -> i64 {
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
