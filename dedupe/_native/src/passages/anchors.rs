//! Anchors: runs of letters with the smallest hash of a window, and pairs of places with one anchor.

use super::letters::{Letters, is_wide};
use crate::ascii::{BLOCK, bits};
use crate::batch::Failure;
use crate::fold::{Poll, Stop};
use crate::hash;

/// Places with one anchor of which all pairs are looked at.
const CROWD: usize = 4;
/// The hash of a run that does not fit into its text, and the key of such a one.
const NONE: u64 = u64::MAX;
const LARGEST: u32 = u32::MAX;
/// Letters of a text that are worked on at a time.
const STRETCH: usize = 1 << 14;
const POLL_TEXTS: usize = 256;
/// Anchors are sorted in so many parts, by the highest bits of their hashes: room is taken for one of them at a time.
pub const PARTS: u64 = 16;

/// Finds anchors; its buffers are reused from text to text.
#[derive(Default)]
pub struct Sampler {
    points: Vec<u64>,
    values: Vec<u64>,
    keys: Vec<u32>,
    smallest: Vec<u32>,
    largest: Vec<u32>,
    spare: Vec<u32>,
}

impl Sampler {
    /// Hand hash and place of each anchor of a text to `f`, in order: of each window the runs with the smallest key.
    pub fn sample(&mut self, units: &[u16], k: usize, window: usize, mut f: impl FnMut(u64, usize)) {
        let (count, width) = (units.len(), window.min(units.len()));
        // Stretch by stretch, with the neighbours that share a window with it and the letters of their runs.
        for start in (0..count).step_by(STRETCH) {
            let end = count.min(start + STRETCH);
            let (low, high) = (start.saturating_sub(width - 1), count.min(end + width - 1));
            self.hash_runs(&units[low..count.min(high + k - 1)], k);
            self.values.truncate(high - low);
            self.choose(width, |value, place| {
                if (start..end).contains(&(low + place)) {
                    f(value, low + place);
                }
            });
        }
    }

    /// Hand on the runs that are the smallest of a window.
    fn choose(&mut self, width: usize, mut f: impl FnMut(u64, usize)) {
        let Sampler { values, keys, smallest, largest, spare, .. } = self;
        let count = values.len();
        keys.clear();
        keys.extend(values.iter().map(|value| (value >> 32) as u32));
        // The smallest key of each window, with room for windows that would begin before the text or end behind it; then
        // for each run the largest of those of the windows that it is in. A run is an anchor if that is its own key.
        smallest.clear();
        smallest.extend_from_slice(keys);
        slide(smallest, spare, width, u32::min);
        largest.clear();
        largest.resize(width - 1, 0);
        largest.extend_from_slice(&smallest[..count + 1 - width]);
        largest.resize(count + width - 1, 0);
        slide(largest, spare, width, u32::max);
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

    /// The hash of the run of letters from each one on.
    fn hash_runs(&mut self, units: &[u16], k: usize) {
        self.points.clear();
        self.points.extend(units.iter().map(|&unit| hash::point(u32::from(unit))));
        self.values.clear();
        self.values.resize(units.len(), NONE);
        let mut any_wide = false;
        if units.len() >= k {
            let mut slots = self.values.iter_mut().zip(units);
            hash::shingles(&self.points, k, |value| {
                if let Some((slot, &unit)) = slots.next() {
                    if is_wide(unit) {
                        any_wide = true;
                    } else {
                        *slot = value;
                    }
                }
            });
        }
        let tail = units.len().saturating_sub(k - 1);
        any_wide |= units[tail..].iter().any(|&unit| is_wide(unit));
        if any_wide && units.len() >= k / 2 {
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

/// Put into each value the best of it and the `width - 1` that follow it, as far as there are so many.
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
    let (mut hashes, mut places) = (Vec::new(), Vec::new());
    for text in 0..letters.documents.len() {
        if text % POLL_TEXTS == POLL_TEXTS - 1 {
            poll()?;
        }
        let (start, end) = letters.bounds_of(text);
        sampler.sample(&letters.units[start..end], k, window, |value, place| {
            hashes.push(value);
            places.push((start + place) as u32);
        });
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

/// Hand pairs of places with one hash to `f`; `anchors` are sorted.
pub fn link(anchors: &[(u64, u32)], letters: &Letters, wanted: Where, f: &mut impl FnMut(u32, u32)) {
    let document = |place: u32| match wanted {
        Where::Within => 0,
        Where::Across => letters.documents[letters.text(place as usize)],
    };
    for run in anchors.chunk_by(|a, b| a.0 == b.0) {
        if run.len() < 2 {
            continue;
        }
        if run.len() <= CROWD {
            for j in 1..run.len() {
                for i in 0..j {
                    if (document(run[i].1) == document(run[j].1)) == (wanted == Where::Within) {
                        f(run[i].1, run[j].1);
                    }
                }
            }
            continue;
        }
        match wanted {
            Where::Within => run.windows(2).for_each(|pair| f(pair[0].1, pair[1].1)),
            Where::Across => {
                let first = document(run[0].1);
                let mut last = first;
                for &(_, place) in &run[1..] {
                    let own = document(place);
                    if own != last && own != first {
                        f(run[0].1, place);
                    }
                    last = own;
                }
            }
        }
    }
}

/// Pairs of places in two documents with the same anchor.
pub fn link_across(hashes: &[u64], places: &[u32], letters: &Letters, poll: Poll) -> Result<Vec<(u32, u32)>, Failure> {
    let fits = |&place: &u32| (place as usize) < letters.units.len();
    if hashes.len() != places.len() || !places.iter().all(fits) {
        return Err(Failure::Invalid("an anchor needs a hash and a place among the letters".into()));
    }
    let mut own = Vec::with_capacity(hashes.len() / PARTS as usize * 5 / 4);
    let mut pairs = Vec::new();
    for part in 0..PARTS {
        poll()?;
        own.clear();
        let of_part = hashes.iter().zip(places).filter(|&(&hash, _)| part_of(hash) == part);
        own.extend(of_part.map(|(&hash, &place)| (hash, place)));
        own.sort_unstable();
        link(&own, letters, Where::Across, &mut |a, b| pairs.push((a, b)));
    }
    Ok(pairs)
}

/// Anchors have small keys, the higher halves of their hashes: only the lower halves tell them apart evenly.
pub fn part_of(hash: u64) -> u64 {
    hash % PARTS
}

/// Lets long work be stopped now and then.
pub fn poll_at(i: usize, poll: Poll) -> Result<(), Stop> {
    if i % POLL_TEXTS == POLL_TEXTS - 1 { poll() } else { Ok(()) }
}
