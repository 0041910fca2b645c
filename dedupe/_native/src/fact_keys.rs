//! Keys of texts: what they are found by among those that they may agree with.

use crate::facts::{LONG_TEXT, STRAY, Seen};
use crate::hash;

/// What texts are found by among those that they may agree with.
#[derive(Default)]
pub struct Keys {
    pub own: Vec<u64>,
    pub asked: Vec<u64>,
    /// Of long texts, which may have a stretch more, with how many words they have.
    pub own_long: Vec<(u64, usize)>,
    pub asked_long: Vec<(u64, usize)>,
}

impl Keys {
    /// Add those of a view, salted; `by_word` says whether it is compared word by word.
    pub fn add(&mut self, seen: &Seen, by_word: bool, own: u64, asked: &[u64]) {
        let view = &seen.view;
        let mut keys: Vec<u64> = seen.readings.hashes().collect();
        let count = view.atoms.len();
        let strict = hash::mix(view.strict, view.language.unwrap_or(0) as u64);
        if by_word && view.strays && count >= STRAY {
            // Of so many parts as words may change and one more, one has the same words. Texts that may agree allow as
            // many changes, or one less or more.
            for parts in count / STRAY..count / STRAY + 2 {
                let mut sums = vec![0u64; parts];
                for &word in &view.sorted {
                    let sum = &mut sums[(word >> 32) as usize % parts];
                    *sum = sum.wrapping_add(hash::finish(word));
                }
                let salt = |part: usize| hash::mix(strict, (parts * (parts + 1) + part) as u64);
                keys.extend(sums.iter().enumerate().map(|(part, &sum)| hash::mix(salt(part), sum)));
            }
        }
        self.own.extend(keys.iter().map(|key| key ^ own));
        asked.iter().for_each(|salt| self.asked.extend(keys.iter().map(|key| key ^ salt)));
        if by_word && view.strays && count >= LONG_TEXT {
            self.own_long.push((strict ^ own, count));
            self.asked_long.extend(asked.iter().map(|salt| (strict ^ salt, count)));
        }
    }
}
