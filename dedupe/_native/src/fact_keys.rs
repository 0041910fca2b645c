//! Keys of texts: what they are found by among those that they may agree with.

use crate::fact_likeness::{LONG_TEXT, Likeness, STRAY};
use crate::fact_readings::Readings;
use crate::fact_views::View;
use crate::failure::Stop;
use crate::hash;
use crate::pace::Pace;

/// Steps that a word takes in a sum.
const WORD: usize = 8;

/// What is kept of a view.
pub struct Seen {
    pub readings: Readings,
    pub likeness: Option<Likeness>,
}

impl Seen {
    pub fn new(view: &View, pace: &mut Pace) -> Result<Seen, Stop> {
        Ok(Seen { readings: Readings::new(view, pace)?, likeness: Likeness::new(view, pace)? })
    }
}

/// What texts are found by among those that they may agree with.
#[derive(Default)]
pub struct Keys {
    /// Of readings: texts that have one in common may agree.
    pub readings: Sides<u64>,
    /// Of parts of the words of long texts: those that have one in common may be alike word by word.
    pub parts: Sides<u64>,
    /// Of long texts, which may have a stretch more, with how many words they have.
    pub stretches: Sides<(u64, usize)>,
}

/// What a text is found by, and what others are found by that it looks for.
#[derive(Default)]
pub struct Sides<T> {
    pub own: Vec<T>,
    pub asked: Vec<T>,
}

impl Keys {
    /// Add those of a view, salted; `by_word` says whether it is compared word by word.
    pub fn add(&mut self, seen: &Seen, by_word: bool, own: u64, asked: &[u64], pace: &mut Pace) -> Result<(), Stop> {
        self.readings.add(seen.readings.hashes(), own, asked);
        let Some(likeness) = seen.likeness.as_ref().filter(|_| by_word) else { return Ok(()) };
        let count = likeness.count;
        let strict = hash::mix(likeness.strict, likeness.language as u64);
        // Of so many parts as words may change and one more, one has the same words. Texts that may agree allow as many
        // changes, or one less or more.
        for parts in count / STRAY..count / STRAY + 2 {
            let mut sums = vec![0u64; parts];
            for &word in &likeness.sorted {
                pace.spend(WORD)?;
                let sum = &mut sums[(word >> 32) as usize % parts];
                *sum = sum.wrapping_add(hash::finish(word));
            }
            let salt = |part: usize| hash::mix(strict, (parts * (parts + 1) + part) as u64);
            self.parts.add(sums.iter().enumerate().map(|(part, &sum)| hash::mix(salt(part), sum)), own, asked);
        }
        if count >= LONG_TEXT {
            self.stretches.own.push((strict ^ own, count));
            self.stretches.asked.extend(asked.iter().map(|salt| (strict ^ salt, count)));
        }
        Ok(())
    }
}

impl Sides<u64> {
    fn add(&mut self, keys: impl Iterator<Item = u64>, own: u64, asked: &[u64]) {
        for key in keys {
            self.own.push(key ^ own);
            self.asked.extend(asked.iter().map(|salt| key ^ salt));
        }
    }
}
