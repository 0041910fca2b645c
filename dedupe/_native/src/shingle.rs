//! Shingles of a text: n consecutive tokens, or n consecutive characters of the folded text
//! (its tokens joined by one space, graphemes of scripts without spaces too).

use crate::fold::{Poll, Stop, Tokens, decode};
use crate::hash;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Word,
    Char,
}

/// Shingle hashes that are handed on at a time.
const CHUNK: usize = 1 << 12;

/// A text's tokens and shingle hashes; its buffers are reused from text to text.
#[derive(Default)]
pub struct Shingles {
    pub tokens: Tokens,
    /// Hashes of the tokens.
    pub token_hashes: Vec<u64>,
    /// Shingle hashes in the order of the text, with repetitions (after `read`).
    pub hashes: Vec<u64>,
    low: Vec<u32>,
}

impl Shingles {
    /// Read a text and keep all its shingle hashes.
    pub fn read(&mut self, text: &[u8], unit: Unit, n: usize, poll: Poll) -> Result<(), Stop> {
        let mut hashes = std::mem::take(&mut self.hashes);
        hashes.clear();
        let done = self.each(text, unit, n, poll, |hash| hashes.push(hash));
        self.hashes = hashes;
        done
    }

    /// Read a text and hand on the low halves of its shingle hashes in chunks, keeping none.
    pub fn stream(&mut self, text: &[u8], unit: Unit, n: usize, poll: Poll, mut f: impl FnMut(&[u32])) -> Result<(), Stop> {
        let mut low = std::mem::take(&mut self.low);
        low.clear();
        let done = self.each(text, unit, n, poll, |hash| {
            low.push(hash as u32);
            if low.len() == CHUNK {
                f(&low);
                low.clear();
            }
        });
        f(&low);
        self.low = low;
        done
    }

    fn each(&mut self, text: &[u8], unit: Unit, n: usize, poll: Poll, f: impl FnMut(u64)) -> Result<(), Stop> {
        self.tokens.read(text, poll)?;
        self.token_hashes.clear();
        self.token_hashes.extend(self.tokens.tokens.iter().map(|token| hash::token(self.tokens.bytes(token))));
        match unit {
            Unit::Word => hash::shingles(self.token_hashes.iter().copied(), n, f),
            Unit::Char => hash::shingles(points(&self.tokens.folded).map(|(_, point)| hash::point(point)), n, f),
        }
        Ok(())
    }

    /// Where the folded bytes of each shingle begin and end, in the order of the text.
    pub fn places(&self, unit: Unit, n: usize) -> Vec<(usize, usize)> {
        let ends: Vec<(usize, usize)> = match unit {
            Unit::Word => self.tokens.tokens.iter().map(|token| (token.start, token.end())).collect(),
            Unit::Char => points(&self.tokens.folded).map(|(start, point)| (start, start + utf8_length(point))).collect(),
        };
        if ends.len() < n {
            return ends.first().zip(ends.last()).map(|(first, last)| (first.0, last.1)).into_iter().collect();
        }
        ends.windows(n).map(|window| (window[0].0, window[n - 1].1)).collect()
    }
}

/// The code points of folded bytes and where each begins. Folded bytes are valid UTF-8 by construction.
fn points(folded: &[u8]) -> impl Iterator<Item = (usize, u32)> + '_ {
    let mut position = 0;
    std::iter::from_fn(move || {
        (position < folded.len()).then(|| {
            let start = position;
            let (point, after) = decode(folded, position);
            position = after;
            (start, point)
        })
    })
}

fn utf8_length(point: u32) -> usize {
    char::from_u32(point).map_or(1, char::len_utf8)
}
