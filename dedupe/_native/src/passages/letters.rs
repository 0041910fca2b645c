//! Letters: the folded tokens of texts without what separates them, as UTF-16 units.

use crate::ascii::bits;
use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::fold::{Sink, fold};
use crate::folded::{Folded, Token};
use crate::hash;
use crate::memory;
use crate::pace::poll_at;

/// Steps that a letter takes on its way through the search, about.
pub const LETTER: usize = 16;
/// Letters are numbered in 32 bits.
const MOST_LETTERS: usize = u32::MAX as usize;
/// Letters for which the text of the first one is kept.
const BLOCK: usize = 256;
/// Bytes of a token that are widened at once, and the bits that ASCII has not.
const SHORT: usize = 16;
const NOT_ASCII: u128 = u128::MAX / 0xFF * 0x80;

/// Whether a letter is Chinese, Japanese or Korean, and weighs two.
#[inline]
pub fn is_wide(unit: u16) -> bool {
    matches!(unit, 0x2E80..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF)
}

/// The letters of texts one text behind the other, and what they weigh.
pub struct Letters<'a> {
    pub units: &'a [u16],
    /// Those of text i are `bounds[i]..bounds[i + 1]`.
    pub bounds: &'a [i64],
    pub documents: &'a [i64],
    /// Which letters are wide, and how many before each word of bits are.
    wide: Vec<u64>,
    before: Vec<u32>,
    /// The text of each block's first letter.
    block_text: Vec<u32>,
}

/// Letters that follow each other.
pub type Place = (usize, usize);

impl<'a> Letters<'a> {
    pub fn new(units: &'a [u16], bounds: &'a [i64], documents: &'a [i64]) -> Result<Letters<'a>, Failure> {
        let whole = bounds.first() == Some(&0) && bounds.last().is_some_and(|&end| end as usize == units.len());
        if !whole || bounds.len() != documents.len() + 1 || !bounds.is_sorted() || !documents.is_sorted() {
            return Err(Failure::Invalid("texts do not follow each other, or not in the order of their documents".into()));
        }
        if units.len() >= MOST_LETTERS {
            return Err(Failure::Invalid(format!("more than {MOST_LETTERS} letters: search in fewer texts at a time")));
        }
        // The search takes several numbers for each anchor besides.
        memory::room(16 * units.len())?;
        let mut wide = vec![0u64; units.len() / 64 + 1];
        for (word, block) in wide.iter_mut().zip(units.chunks(64)) {
            let mut flags = [0; 64];
            for (flag, &unit) in flags.iter_mut().zip(block) {
                *flag = if is_wide(unit) { 0xFF } else { 0 };
            }
            *word = bits(&flags);
        }
        let mut before = Vec::with_capacity(wide.len());
        let mut total = 0;
        for word in &wide {
            before.push(total);
            total += word.count_ones();
        }
        let mut text = 0;
        let block_text = (0..units.len().div_ceil(BLOCK))
            .map(|block| {
                while bounds[text + 1] as usize <= block * BLOCK {
                    text += 1;
                }
                text as u32
            })
            .collect();
        Ok(Letters { units, bounds, documents, wide, before, block_text })
    }

    /// What a letter weighs.
    #[inline]
    pub fn one(&self, at: usize) -> i32 {
        1 + i32::from(is_wide(self.units[at]))
    }

    /// What letters weigh; nothing if `end` is not behind `start`.
    #[inline]
    pub fn weight(&self, start: usize, end: usize) -> i64 {
        if end <= start { 0 } else { (end - start) as i64 + self.wide_before(end) - self.wide_before(start) }
    }

    #[inline]
    fn wide_before(&self, at: usize) -> i64 {
        let earlier = self.wide[at / 64] & ((1 << (at % 64)) - 1);
        i64::from(self.before[at / 64]) + i64::from(earlier.count_ones())
    }

    /// The text that a letter is in.
    #[inline]
    pub fn text(&self, at: usize) -> usize {
        let mut text = self.block_text[at / BLOCK] as usize;
        while self.bounds[text + 1] as usize <= at {
            text += 1;
        }
        text
    }

    /// The letters of a text.
    #[inline]
    pub fn bounds_of(&self, text: usize) -> Place {
        (self.bounds[text] as usize, self.bounds[text + 1] as usize)
    }

    /// The letters of the document that a text is of.
    pub fn document_bounds(&self, text: usize) -> Place {
        let document = self.documents[text];
        let first = self.documents.partition_point(|&other| other < document);
        let last = self.documents.partition_point(|&other| other <= document);
        (self.bounds[first] as usize, self.bounds[last] as usize)
    }
}

/// Folded bytes in UTF-16 units.
fn units_of(folded: &[u8]) -> impl Iterator<Item = u16> + '_ {
    let mut at = 0;
    let mut low = None;
    std::iter::from_fn(move || {
        if let Some(unit) = low.take() {
            return Some(unit);
        }
        if at >= folded.len() {
            return None;
        }
        let (point, after) = crate::utf8::decode(folded, at);
        at = after;
        match point.checked_sub(0x1_0000) {
            None => Some(point as u16),
            Some(rest) => {
                low = Some(0xDC00 | (rest & 0x3FF) as u16);
                Some(0xD800 | (rest >> 10) as u16)
            }
        }
    })
}

/// Bytes of ASCII that begin at a place, and more behind them, if there are few of them.
#[inline(always)]
pub fn short_ascii(buffer: &[u8], start: usize, end: usize) -> Option<&[u8; SHORT]> {
    let (chunk, length) = (buffer[start..].first_chunk::<SHORT>()?, end - start);
    let behind = 8 * SHORT.checked_sub(length)? as u32;
    let own = u128::MAX.checked_shr(behind).unwrap_or(0);
    (u128::from_le_bytes(*chunk) & NOT_ASCII & own == 0).then_some(chunk)
}

/// How many UTF-16 units folded bytes are: one a character, two for the longest.
#[inline(always)]
pub fn count_units(folded: &[u8]) -> i64 {
    folded.iter().map(|&byte| i64::from(byte & 0xC0 != 0x80) + i64::from(byte >= 0xF0)).sum()
}

/// What the letters of a folded token weigh.
pub fn token_weight(folded: &[u8]) -> i64 {
    if folded.is_ascii() {
        return folded.len() as i64;
    }
    units_of(folded).map(|unit| 1 + i64::from(is_wide(unit))).sum()
}

struct Units<'a>(&'a mut Vec<u16>);

impl Sink for Units<'_> {
    const KEEPS: bool = false;

    #[inline(always)]
    fn token(&mut self, buffer: &[u8], token: Token) {
        let bytes = &buffer[token.start..token.end];
        if let Some(chunk) = short_ascii(buffer, token.start, token.end) {
            // All that is there in one go, then what is too much off again.
            let end = self.0.len() + bytes.len();
            self.0.extend_from_slice(&chunk.map(u16::from));
            self.0.truncate(end);
        } else if bytes.is_ascii() {
            self.0.extend(bytes.iter().map(|&byte| u16::from(byte)));
        } else {
            self.0.extend(units_of(bytes));
        }
    }
}

/// The letters of texts, and where those of each begin.
pub fn letters(batch: &Batch<u8>, poll: Poll) -> Result<(Vec<u16>, Vec<i64>), Failure> {
    let mut folded = Folded::default();
    let bytes = (0..batch.len()).map(|i| batch.item(i).len()).sum();
    let (mut units, mut bounds) = (Vec::with_capacity(bytes), vec![0]);
    for i in 0..batch.len() {
        fold(batch.item(i), &mut folded, poll, Units(&mut units))?;
        bounds.push(units.len() as i64);
    }
    Ok((units, bounds))
}

/// What the letters of texts weigh, and a hash of these letters.
pub fn weigh(batch: &Batch<u8>, poll: Poll) -> Result<(Vec<i64>, Vec<u64>), Failure> {
    let mut folded = Folded::default();
    let (mut units, mut weights, mut keys) = (Vec::new(), Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
    for i in 0..batch.len() {
        poll_at(i, poll)?;
        units.clear();
        fold(batch.item(i), &mut folded, poll, Units(&mut units))?;
        let (mut sum, mut power) = (0u64, 1u64);
        for &unit in &units {
            let value = (u64::from(unit) + 1).wrapping_mul(hash::B);
            sum = sum.wrapping_add((value ^ value >> 32).wrapping_mul(power));
            power = power.wrapping_mul(hash::A);
        }
        sum = sum.wrapping_add((units.len() as u64).wrapping_mul(hash::B));
        weights.push(units.iter().map(|&unit| 1 + i64::from(is_wide(unit))).sum());
        keys.push(sum ^ sum >> 29);
    }
    Ok((weights, keys))
}
