//! Anchors: runs of letters with the smallest hash of a window, and pairs of places with one anchor.

use super::letters::{LETTER, Letters, is_wide};
use crate::ascii::{BLOCK, bits};
use crate::failure::{Failure, Poll, Stop};
use crate::hash;
use crate::memory;
use crate::pace::Pace;

/// Places with one anchor, the first ones, of which all pairs are looked at.
const CROWD: usize = 4;
/// The hash of a run that does not fit into its text, and the key of such a one.
const NONE: u64 = u64::MAX;
const LARGEST: u32 = u32::MAX;
/// Letters of a text that are worked on at a time.
const STRETCH: usize = 1 << 14;
/// Anchors are sorted in parts, by their hashes, so that room is taken for one of them at a time.
pub const PARTS: u64 = 16;
/// About so many are brought in order of their bins at a time, and so many are in a bin.
const LINKED: usize = 1 << 22;
const BIN: usize = 1 << 14;

/// Finds anchors; its buffers are reused from text to text.
#[derive(Default)]
pub struct Sampler {
    points: Vec<u64>,
    values: Vec<u64>,
    keys: Vec<u32>,
    smallest: Vec<u32>,
    largest: Vec<u32>,
    wide: Vec<u32>,
    spare: Vec<u32>,
}

impl Sampler {
    /// Hand hash and place of each anchor of a text to `f`, in order: of each window the runs with the smallest key.
    pub fn sample(
        &mut self,
        units: &[u16],
        k: usize,
        window: usize,
        pace: &mut Pace,
        f: impl FnMut(u64, usize),
    ) -> Result<(), Stop> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the feature has just been detected.
            return unsafe { self.sample_avx2(units, k, window, pace, f) };
        }
        self.sample_all(units, k, window, pace, f)
    }

    /// The same code, compiled for wider registers.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn sample_avx2(
        &mut self,
        units: &[u16],
        k: usize,
        window: usize,
        pace: &mut Pace,
        f: impl FnMut(u64, usize),
    ) -> Result<(), Stop> {
        self.sample_all(units, k, window, pace, f)
    }

    #[inline(always)]
    fn sample_all(
        &mut self,
        units: &[u16],
        k: usize,
        window: usize,
        pace: &mut Pace,
        mut f: impl FnMut(u64, usize),
    ) -> Result<(), Stop> {
        let (count, width) = (units.len(), window.min(units.len()));
        // Stretch by stretch, with the neighbours that share a window with it and the letters of their runs.
        for start in (0..count).step_by(STRETCH) {
            let end = count.min(start + STRETCH);
            pace.spend(LETTER * (end - start))?;
            let (low, high) = (start.saturating_sub(width - 1), count.min(end + width - 1));
            self.hash_runs(&units[low..count.min(high + k - 1)], k);
            self.values.truncate(high - low);
            self.choose(&units[low..high], width, (window / 2).clamp(1, width), |value, place| {
                if (start..end).contains(&(low + place)) {
                    f(value, low + place);
                }
            });
        }
        Ok(())
    }

    /// Hand on the runs that are the smallest of a window, which is narrower for those that begin with a wide letter.
    #[inline(always)]
    fn choose(&mut self, units: &[u16], width: usize, narrower: usize, mut f: impl FnMut(u64, usize)) {
        self.keys.clear();
        self.keys.extend(self.values.iter().map(|value| (value >> 32) as u32));
        self.find_largest(width);
        if narrower < width && any_wide(units) {
            std::mem::swap(&mut self.largest, &mut self.wide);
            self.find_largest(narrower);
            for ((largest, &other), &unit) in self.largest.iter_mut().zip(&self.wide).zip(units) {
                *largest = if is_wide(unit) { *largest } else { other };
            }
        }
        let Sampler { values, keys, largest, .. } = self;
        for (number, (keys, most)) in keys.chunks(BLOCK).zip(largest.chunks(BLOCK)).enumerate() {
            let mut flags = [0u8; BLOCK];
            for ((flag, &key), &most) in flags.iter_mut().zip(keys).zip(most) {
                *flag = if key == most && key != LARGEST { 0xFF } else { 0 };
            }
            let mut left = bits(&flags);
            while left != 0 {
                let place = number * BLOCK + left.trailing_zeros() as usize;
                f(values[place], place);
                left &= left - 1;
            }
        }
    }

    /// The smallest key of each window, with room for windows that would begin before the text or end behind it; then
    /// for each run the largest of those of the windows that it is in. A run is an anchor if that is its own key.
    #[inline(always)]
    fn find_largest(&mut self, width: usize) {
        let Sampler { keys, smallest, largest, spare, .. } = self;
        let count = keys.len();
        smallest.clear();
        smallest.extend_from_slice(keys);
        slide(smallest, spare, width, u32::min);
        largest.clear();
        largest.resize(width - 1, 0);
        largest.extend_from_slice(&smallest[..count + 1 - width]);
        largest.resize(count + width - 1, 0);
        slide(largest, spare, width, u32::max);
    }

    /// The hash of the run of letters from each one on.
    #[inline(always)]
    fn hash_runs(&mut self, units: &[u16], k: usize) {
        self.points.clear();
        self.points.extend(units.iter().map(|&unit| hash::point(u32::from(unit))));
        self.values.clear();
        self.values.resize(units.len(), NONE);
        if units.len() >= k {
            let mut slots = self.values.iter_mut();
            hash::shingles(&self.points, k, |value| {
                if let Some(slot) = slots.next() {
                    *slot = value
                }
            });
        }
        // Of wide letters there are half as many in a run.
        if !any_wide(units) {
            return;
        }
        self.values.iter_mut().zip(units).filter(|(_, unit)| is_wide(**unit)).for_each(|(slot, _)| *slot = NONE);
        if units.len() >= k / 2 {
            let mut slots = self.values.iter_mut().zip(units);
            hash::shingles(&self.points, k / 2, |value| {
                if let Some((slot, &unit)) = slots.next()
                    && is_wide(unit)
                {
                    *slot = value;
                }
            });
        }
    }
}

/// Whether any letter is wide.
#[inline(always)]
fn any_wide(units: &[u16]) -> bool {
    units.iter().fold(false, |any, &unit| any | is_wide(unit))
}

/// Put into each value the best of it and the `width - 1` that follow it, as far as there are so many.
#[inline(always)]
fn slide(values: &mut Vec<u32>, spare: &mut Vec<u32>, width: usize, best: impl Fn(u32, u32) -> u32) {
    let mut covered = 1;
    while covered < width {
        let step = covered.min(width - covered);
        let (body, following) = (&values[..values.len().saturating_sub(step)], &values[step.min(values.len())..]);
        spare.clear();
        spare.extend(body.iter().zip(following).map(|(&value, &other)| best(value, other)));
        spare.extend_from_slice(&values[body.len()..]);
        std::mem::swap(values, spare);
        covered += step;
    }
}

/// Hash and place of the anchors of all texts.
pub fn anchors(letters: &Letters, k: usize, window: usize, poll: Poll) -> Result<(Vec<u64>, Vec<u32>), Failure> {
    check(k, window)?;
    let mut sampler = Sampler::default();
    // Of so many letters there are two anchors, and a few more.
    let about = 9 * letters.units.len() / (4 * (window + 1));
    let (mut hashes, mut places, mut pace) = (Vec::with_capacity(about), Vec::with_capacity(about), Pace::new(poll));
    for text in 0..letters.documents.len() {
        let (start, end) = letters.bounds_of(text);
        sampler.sample(&letters.units[start..end], k, window, &mut pace, |value, place| {
            hashes.push(value);
            places.push((start + place) as u32);
        })?;
    }
    Ok((hashes, places))
}

pub fn check(k: usize, window: usize) -> Result<(), Failure> {
    if !(2..=hash::MAX_SHINGLE).contains(&k) || window == 0 {
        return Err(Failure::Invalid(format!("anchors of {k} letters, one of {window}: k is 2 to {}", hash::MAX_SHINGLE)));
    }
    Ok(())
}

/// Which pairs are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Where {
    Within,
    Across,
}

/// An anchor: the lower half of its hash, by which anchors are paired, above its place.
///
/// What has the same half by chance makes no match, as letters are compared then.
pub fn anchor(hash: u64, place: u32) -> u64 {
    hash << 32 | u64::from(place)
}

/// Sort anchors, without most of those whose hash no other one has, and hand pairs of places with one hash to `f`.
pub fn link(
    anchors: &mut [u64],
    seen: &mut Vec<u8>,
    letters: &Letters,
    wanted: Where,
    pace: &mut Pace,
    mut f: impl FnMut(u32, u32),
) -> Result<(), Stop> {
    let anchors = repeated(anchors, seen, pace)?;
    memory::empty(seen);
    pace.spend(LETTER * anchors.len())?;
    anchors.sort_unstable();
    let document = |anchor: u64| match wanted {
        Where::Within => 0,
        Where::Across => letters.documents[letters.text(anchor as u32 as usize)],
    };
    for run in anchors.chunk_by(|a, b| a >> 32 == b >> 32) {
        pace.spend(LETTER)?;
        if run.len() < 2 {
            continue;
        }
        if wanted == Where::Within && run.len() > CROWD {
            for pair in run.windows(2) {
                pace.spend(LETTER)?;
                f(pair[0] as u32, pair[1] as u32);
            }
            continue;
        }
        let (first, further) = run.split_at(run.len().min(CROWD));
        let mut documents = [0; CROWD];
        for (j, &later) in first.iter().enumerate() {
            documents[j] = document(later);
            for (i, &earlier) in first[..j].iter().enumerate() {
                if (documents[i] == documents[j]) == (wanted == Where::Within) {
                    f(earlier as u32, later as u32);
                }
            }
        }
        // A place is linked with earlier ones alone: a document behind all others takes away no pair of theirs.
        let mut last = documents[CROWD - 1];
        for &later in further {
            pace.spend(LETTER)?;
            let own = document(later);
            if own != last && own != documents[0] {
                f(first[0] as u32, later as u32);
            }
            last = own;
        }
    }
    Ok(())
}

/// The first of some anchors after most of those whose hash no other one has were left out; `seen` is room for counts.
fn repeated<'a>(anchors: &'a mut [u64], seen: &mut Vec<u8>, pace: &mut Pace) -> Result<&'a mut [u64], Stop> {
    let cells = (4 * anchors.len()).next_power_of_two();
    seen.clear();
    seen.resize(cells, 0);
    let cell = |anchor: u64| (anchor >> 32) as usize & (cells - 1);
    for stretch in anchors.chunks(STRETCH) {
        pace.spend(LETTER * stretch.len())?;
        for &anchor in stretch {
            let count = &mut seen[cell(anchor)];
            *count = count.saturating_add(1);
        }
    }
    let mut kept = 0;
    for i in 0..anchors.len() {
        let anchor = anchors[i];
        anchors[kept] = anchor;
        kept += usize::from(seen[cell(anchor)] > 1);
    }
    Ok(&mut anchors[..kept])
}

/// Hand pairs of places in two documents with the same anchor to `f`.
pub fn link_across(
    hashes: &[u32],
    places: &[u32],
    letters: &Letters,
    mut f: impl FnMut(u32, u32),
    poll: Poll,
) -> Result<(), Failure> {
    let fits = places.iter().max().is_none_or(|&last| (last as usize) < letters.units.len());
    if hashes.len() != places.len() || !fits {
        return Err(Failure::Invalid("an anchor needs a hash and a place among the letters".into()));
    }
    let (mut own, mut seen, mut pace) = (Vec::new(), Vec::new(), Pace::new(poll));
    // Bins of anchors by their hashes, so many that what is linked at a time stays in a near cache.
    let parts = 1 + hashes.len() / LINKED;
    let bins = 1 + hashes.len() / parts / BIN;
    let bin_of = |hash: u32| ((u64::from(hash) * (parts * bins) as u64) >> 32) as usize;
    let mut counts = vec![0; parts * bins];
    pace.spend(hashes.len())?;
    hashes.iter().for_each(|&hash| counts[bin_of(hash)] += 1);
    for (part, counts) in counts.chunks(bins).enumerate() {
        pace.spend(hashes.len())?;
        let total = counts.iter().sum::<usize>();
        own.resize(total + 1, 0);
        // What is of another part is written behind all, over and over: no branch is wrong half of the time.
        let mut ends: Vec<usize> = counts.iter().scan(0, |end, count| Some(std::mem::replace(end, *end + count))).collect();
        ends.push(total);
        for (&hash, &place) in hashes.iter().zip(places) {
            let bin = bin_of(hash).wrapping_sub(part * bins).min(bins);
            own[ends[bin]] = anchor(u64::from(hash), place);
            ends[bin] += usize::from(bin < bins);
        }
        let mut left = &mut own[..];
        for &count in counts {
            let (bin, others) = std::mem::take(&mut left).split_at_mut(count);
            left = others;
            link(bin, &mut seen, letters, Where::Across, &mut pace, &mut f)?;
        }
    }
    Ok(())
}

/// Anchors have small keys, the higher halves of their hashes: only the lower halves tell them apart evenly.
pub fn part_of(hash: u64) -> u64 {
    hash % PARTS
}
