//! Repeated passages: anchors in, accepted regions out. The twin of `dedupe/kernels/reference/passages/search.py`, which says why.

pub mod acceptance;
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
pub mod surroundings;
#[cfg(test)]
mod tests;
pub mod unique;

use acceptance::Acceptance;
use anchors::{Sampler, Where, anchor, link, link_across};
use chains::{Chainer, least_weight};
use letters::{LETTER, Letters, Place};
use matches::{Match, Pair, maximal_matches, without_overlap};
use merge::{Merged, merge};
use regions::{Aligner, Region};

use crate::failure::{Failure, Poll, Stop};
use crate::memory;
use crate::pace::Pace;

pub use acceptance::{Covered, Preset, Wanted};

/// Accepted regions: four numbers for each section, and where those of each region begin.
#[derive(Default)]
pub struct Found {
    pub sections: Vec<i64>,
    pub offsets: Vec<i64>,
}

impl Found {
    /// Put in a region if it is a passage; whether it is.
    fn take(&mut self, one: &Merged, acceptance: &Acceptance) -> bool {
        let accepted = acceptance.accepts(one);
        if accepted {
            for piece in one.pieces() {
                piece.sections(|a, b| self.sections.extend([a.0, a.1, b.0, b.1].map(|place| place as i64)));
            }
            self.offsets.push(self.sections.len() as i64 / 4);
        }
        accepted
    }

    /// Put in what is equal without exception in a refused region, and a passage by itself.
    fn take_equal_parts(&mut self, refused: &Region, letters: &Letters, matches: &[Match], acceptance: &Acceptance) {
        let Wanted { min_length, preset } = acceptance.wanted;
        if refused.longest < min_length || preset == Preset::Exact {
            return;
        }
        let inside = |place: Place, start: usize, length: usize| place.0 <= start && start + length <= place.1;
        // Matches are in order of their places in `a`.
        let first = matches.partition_point(|one| one.a < refused.a.0);
        for one in matches[first..].iter().take_while(|one| one.a < refused.a.1) {
            let part = inside(refused.a, one.a, one.length) && inside(refused.b, one.b, one.length);
            if part && letters.weight(one.a, one.a + one.length) >= min_length {
                self.take(&Merged::one(Region::exact(letters, one)), acceptance);
            }
        }
    }
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
    let mut pace = Pace::new(poll);
    let mut sampler = Sampler::default();
    let (mut own, mut seen) = (Vec::new(), Vec::new());
    let (mut pairs, mut close, mut matches) = (Vec::new(), Vec::new(), Vec::new());
    let mut search = Search::default();
    let (mut found, mut covered) = (Found { offsets: vec![0], ..Default::default() }, Covered::default());
    let mut first = 0;
    for texts in letters.documents.chunk_by(|a, b| a == b) {
        for text in first..first + texts.len() {
            let (start, end) = letters.bounds_of(text);
            let take = |value, place| own.push(anchor(value, (start + place) as u32));
            sampler.sample(&letters.units[start..end], k, window, &mut pace, take)?;
        }
        matches.clear();
        // Most documents are one text, and one may be huge.
        if texts.len() == 1 {
            link(&mut own, &mut seen, letters, Where::Within, &mut pace, |a, b| close.push(Pair::close(a, b)))?;
            pace.spend(LETTER * close.len())?;
            close.sort_unstable();
            maximal_matches(letters, close.iter().map(|&pair| Pair::inside(first, pair)), &mut matches, &mut pace)?;
        } else {
            link(&mut own, &mut seen, letters, Where::Within, &mut pace, |a, b| pairs.push(Pair::new(letters, a, b)))?;
            pace.spend(LETTER * pairs.len())?;
            pairs.sort_unstable();
            maximal_matches(letters, pairs.iter().copied(), &mut matches, &mut pace)?;
        }
        memory::empty(&mut own);
        memory::empty(&mut pairs);
        memory::empty(&mut close);
        first += texts.len();
        let known = covered.starts.len();
        covered.add(letters, &matches);
        let Some(wanted) = wanted else { continue };
        let (mut apart, tiles) = without_overlap(letters, std::mem::take(&mut matches), wanted.min_length, &mut pace)?;
        let acceptance = Acceptance::new(letters, &covered.starts[known..], &covered.ends[known..], wanted);
        // Tiles go on as far as they are equal: there is nothing to extend or to join.
        for tile in &tiles {
            found.take(&Merged::one(Region::exact(letters, tile)), &acceptance);
        }
        let of_texts = |one: &Match| if texts.len() == 1 { (0, 0) } else { (letters.text(one.a), letters.text(one.b)) };
        for matches in apart.chunk_by_mut(|one, other| of_texts(one) == of_texts(other)) {
            search.accepted(letters, matches, &acceptance, &mut found, &mut pace)?;
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
    let forward = covered.0.iter().zip(covered.1).all(|(start, end)| start <= end);
    if covered.0.len() != covered.1.len() || !ascending || !inside || !forward {
        return Err(Failure::Invalid("what repeats cover must be places among the letters, in order".into()));
    }
    // Half as large as pairs that sort as they are wanted: those are made for one text after the other.
    let mut places_of_pairs = Vec::new();
    link_across(hashes, places, letters, |a, b| places_of_pairs.push(u64::from(a) << 32 | u64::from(b)), poll)?;
    poll()?;
    places_of_pairs.sort_unstable();
    let mut found = Found { offsets: vec![0], ..Default::default() };
    let acceptance = Acceptance::new(letters, covered.0, covered.1, wanted);
    let (mut search, mut pairs, mut matches) = (Search::default(), Vec::new(), Vec::new());
    let mut rest = &places_of_pairs[..];
    let mut pace = Pace::new(poll);
    while let Some(&first) = rest.first() {
        let (_, end) = letters.bounds_of(letters.text((first >> 32) as usize));
        let (own, others) = rest.split_at(rest.partition_point(|&pair| ((pair >> 32) as usize) < end));
        rest = others;
        pairs.clear();
        for &pair in own {
            pace.spend(LETTER)?;
            pairs.push(Pair::new(letters, (pair >> 32) as u32, pair as u32));
        }
        pace.spend(LETTER * pairs.len())?;
        pairs.sort_unstable();
        for own in pairs.chunk_by(|one, other| one.texts() == other.texts()) {
            matches.clear();
            maximal_matches(letters, own.iter().copied(), &mut matches, &mut pace)?;
            search.accepted(letters, &mut matches, &acceptance, &mut found, &mut pace)?;
        }
    }
    Ok(found)
}

/// From matches to accepted regions; its buffers are reused.
#[derive(Default)]
struct Search {
    chainer: Chainer,
    aligner: Aligner,
}

impl Search {
    /// Put the passages that the matches of two texts make, or of one with itself, into what is found.
    fn accepted(
        &mut self,
        letters: &Letters,
        matches: &mut [Match],
        acceptance: &Acceptance,
        found: &mut Found,
        pace: &mut Pace,
    ) -> Result<(), Stop> {
        // Two places with one anchor by chance make no match.
        let Some(first) = matches.first() else { return Ok(()) };
        let same = letters.text(first.a) == letters.text(first.b);
        let weight: i64 = matches.iter().map(|one| letters.weight(one.a, one.a + one.length)).sum();
        if weight < least_weight(acceptance.wanted.min_length) {
            return Ok(());
        }
        // No two of them begin at the same two places.
        matches.sort_unstable_by_key(|one| (one.a as u64) << 32 | one.b as u64);
        for one in self.merged(letters, matches, same, acceptance.wanted, pace)? {
            pace.spend(LETTER * LETTER)?;
            if !found.take(&one, acceptance) {
                found.take_equal_parts(&one.whole, letters, matches, acceptance);
            }
        }
        Ok(())
    }

    /// The regions of the matches of two texts.
    fn merged(
        &mut self,
        letters: &Letters,
        matches: &[Match],
        same: bool,
        wanted: Wanted,
        pace: &mut Pace,
    ) -> Result<Vec<Merged>, Stop> {
        if wanted.preset == Preset::Exact {
            return Ok(matches.iter().map(|one| Merged::one(Region::exact(letters, one))).collect());
        }
        let mut regions = Vec::new();
        let take = |links: &[Match]| regions.extend(self.aligner.region(letters, links));
        self.chainer.chains(letters, matches, same, wanted.min_length, pace, take)?;
        Ok(merge(letters, regions, same))
    }
}
