//! Anchors: runs of letters with the smallest hash of a window, and pairs of places with one anchor.

use super::letters::{Letters, is_wide};
use crate::batch::Failure;
use crate::fold::{Poll, Stop};
use crate::hash;

/// Places with one anchor of which all pairs are looked at.
const CROWD: usize = 4;
const NONE: u64 = u64::MAX;
const POLL_TEXTS: usize = 256;
/// Anchors are sorted in so many parts, by the highest bits of their hashes: room is taken for one of them at a time.
const PARTS: u64 = 16;

/// Finds anchors; its buffers are reused from text to text.
#[derive(Default)]
pub struct Sampler {
    points: Vec<u64>,
    values: Vec<u64>,
}

impl Sampler {
    /// Hand hash and place of each anchor of a text to `f`, in order.
    pub fn sample(&mut self, units: &[u16], k: usize, window: usize, mut f: impl FnMut(u64, usize)) {
        self.hash_runs(units, k);
        let values = &self.values;
        let width = window.min(values.len());
        let (mut best, mut chosen) = (0, usize::MAX);
        for end in 0..values.len() {
            if end > 0 && best + width <= end {
                // The smallest has left the window: look for the last smallest one of those in it.
                best = end + 1 - width;
                for i in best + 1..=end {
                    if values[i] <= values[best] {
                        best = i;
                    }
                }
            } else if values[end] <= values[best] {
                best = end;
            }
            if end + 1 >= width && best != chosen && values[best] != NONE {
                chosen = best;
                f(values[best], best);
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

/// Hash and place of the anchors of all texts.
pub fn anchors(letters: &Letters, k: usize, window: usize, poll: Poll) -> Result<(Vec<u64>, Vec<i64>), Failure> {
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
            places.push((start + place) as i64);
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
pub fn link_across(hashes: &[u64], places: &[i64], letters: &Letters, poll: Poll) -> Result<Vec<(u32, u32)>, Failure> {
    let fits = |&place: &i64| place >= 0 && (place as usize) < letters.units.len();
    if hashes.len() != places.len() || !places.iter().all(fits) {
        return Err(Failure::Invalid("an anchor needs a hash and a place among the letters".into()));
    }
    let mut own = Vec::with_capacity(hashes.len() / PARTS as usize * 5 / 4);
    let mut pairs = Vec::new();
    for part in 0..PARTS {
        poll()?;
        own.clear();
        let of_part = hashes.iter().zip(places).filter(|&(&hash, _)| part_of(hash) == part);
        own.extend(of_part.map(|(&hash, &place)| (hash, place as u32)));
        own.sort_unstable();
        link(&own, letters, Where::Across, &mut |a, b| pairs.push((a, b)));
    }
    Ok(pairs)
}

/// Anchors have the smallest hashes of their windows, so the highest bits would fill the first parts alone.
fn part_of(hash: u64) -> u64 {
    hash % PARTS
}

/// Lets long work be stopped now and then.
pub fn poll_at(i: usize, poll: Poll) -> Result<(), Stop> {
    if i % POLL_TEXTS == POLL_TEXTS - 1 { poll() } else { Ok(()) }
}
