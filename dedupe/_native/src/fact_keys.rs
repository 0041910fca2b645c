//! Keys of texts: what they are found by among those that they may agree with.

use crate::fact_likeness::{LONG_TEXT, Likeness};
use crate::fact_pieces::STRAY;
use crate::fact_points::points;
use crate::fact_readings::Readings;
use crate::fact_views::{Sort, View};
use crate::failure::Stop;
use crate::hash;
use crate::pace::Pace;

/// Steps that a word takes in a sum.
const WORD: usize = 8;

/// What is kept of a view.
pub struct Seen {
    pub readings: Readings,
    pub likeness: Option<Likeness>,
    /// Names and how many letters are doubled in them, in order of value, if capital letters say something.
    names: Vec<(u64, usize)>,
}

impl Seen {
    pub fn new(view: &View, pace: &mut Pace) -> Result<Seen, Stop> {
        Ok(Seen { readings: Readings::new(view, pace)?, likeness: Likeness::new(view, pace)?, names: names(view) })
    }

    /// Whether two texts double letters alike in names that both have: `Michele` is not `Michelle`.
    pub fn spells_names_like(&self, other: &Seen) -> bool {
        let mut others = other.names.chunk_by(|a, b| a.0 == b.0).peekable();
        self.names.chunk_by(|a, b| a.0 == b.0).all(|spellings| {
            while others.next_if(|own| own[0].0 < spellings[0].0).is_some() {}
            others.peek().is_none_or(|own| own[0].0 != spellings[0].0 || *own == spellings)
        })
    }
}

fn names(view: &View) -> Vec<(u64, usize)> {
    let atoms = view.atoms.iter().filter(|atom| view.is_cased && atom.sort == Sort::Word && atom.flag == b'C');
    let doubled = |own: &[u8]| points(own).zip(points(own).skip(1)).filter(|(a, b)| a == b).count();
    let mut names: Vec<(u64, usize)> = atoms.map(|atom| (atom.hash, doubled(&view.own[atom.own.0..atom.own.1]))).collect();
    names.sort_unstable();
    names.dedup();
    names
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
