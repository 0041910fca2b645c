//! Shingles of a text: n consecutive tokens, or n consecutive characters of the folded text
//! (its tokens joined by one space, graphemes of scripts without spaces too).

use std::sync::OnceLock;

use crate::failure::{Poll, Stop};
use crate::fold::{Sink, fold, fold_start};
use crate::folded::{Folded, Token};
use crate::hash::{self, MAX_SHINGLE};
use crate::pace::Pace;
use crate::utf8::decode;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Word,
    Char,
}

/// Hashes tokens; keeps the folded text if `KEEP`.
struct TokenHashes<'a, const KEEP: bool>(&'a mut Vec<u64>);

impl<const KEEP: bool> Sink for TokenHashes<'_, KEEP> {
    const KEEPS: bool = KEEP;

    #[inline(always)]
    fn token(&mut self, buffer: &[u8], token: Token) {
        self.0.push(hash::token_in(buffer, token.start, token.end));
    }
}

/// Hashes that are worked on at a time.
const CHUNK: usize = 1 << 12;
/// Steps that a hash takes, with as many permutations as are common.
const HASH: usize = 16;
/// Bytes of folded text that are asked together whether they are ASCII.
const STRETCH: usize = 64;

/// A text's tokens and shingle hashes; its buffers are reused from text to text.
#[derive(Default)]
pub struct Shingles {
    pub folded: Folded,
    /// Hashes of the tokens.
    pub token_hashes: Vec<u64>,
    /// Shingle hashes in the order of the text, with repetitions (after `read`).
    pub hashes: Vec<u64>,
    /// Each hash with its first position, sorted (after `firsts`).
    firsts: Vec<(u64, u32)>,
    points: Vec<u64>,
    low: Vec<u32>,
}

impl Shingles {
    /// Fold a text and hash its tokens.
    pub fn fold(&mut self, text: &[u8], poll: Poll) -> Result<(), Stop> {
        self.token_hashes.clear();
        fold(text, &mut self.folded, poll, TokenHashes::<true>(&mut self.token_hashes))
    }

    /// Read a text and keep all its shingle hashes.
    pub fn read(&mut self, text: &[u8], unit: Unit, n: usize, poll: Poll) -> Result<(), Stop> {
        self.fold(text, poll)?;
        let mut hashes = std::mem::take(&mut self.hashes);
        hashes.clear();
        let done = self.runs(unit, n, poll, |values| hash::shingles(values, n, |hash| hashes.push(hash)));
        self.hashes = hashes;
        done
    }

    /// Read a text, the first `length` bytes of a buffer, and hand on the low halves of its shingle hashes in chunks,
    /// keeping none. Of words the folded text is not kept either.
    pub fn stream(
        &mut self,
        buffer: &[u8],
        length: usize,
        unit: Unit,
        n: usize,
        poll: Poll,
        mut f: impl FnMut(&[u32]),
    ) -> Result<(), Stop> {
        self.token_hashes.clear();
        match unit {
            Unit::Word => {
                fold_start(buffer, length, &mut self.folded, poll, TokenHashes::<false>(&mut self.token_hashes))?;
            }
            Unit::Char => {
                fold_start(buffer, length, &mut self.folded, poll, TokenHashes::<true>(&mut self.token_hashes))?;
            }
        }
        let mut low = std::mem::take(&mut self.low);
        let done = self.runs(unit, n, poll, |values| {
            // A little too long, then cut: a write is cheaper than a push.
            low.resize(values.len(), 0);
            let mut filled = 0;
            let mut slots = low.iter_mut();
            hash::shingles(values, n, |hash| {
                if let Some(slot) = slots.next() {
                    *slot = hash as u32;
                    filled += 1;
                }
            });
            f(&low[..filled]);
        });
        self.low = low;
        done
    }

    /// The hashes of the text's tokens or characters, in runs of a few thousand that overlap by n - 1.
    fn runs(&mut self, unit: Unit, n: usize, poll: Poll, mut f: impl FnMut(&[u64])) -> Result<(), Stop> {
        let mut pace = Pace::new(poll);
        if unit == Unit::Word {
            let mut rest = &self.token_hashes[..];
            while rest.len() > CHUNK + MAX_SHINGLE {
                pace.spend(HASH * CHUNK)?;
                f(&rest[..CHUNK + n - 1]);
                rest = &rest[CHUNK..];
            }
            f(rest);
            return Ok(());
        }
        let known = known_points();
        let folded = self.folded.bytes();
        self.points.clear();
        let mut position = 0;
        while position < folded.len() {
            let stop = folded.len().min(position + STRETCH);
            if folded[position..stop].is_ascii() {
                self.points.extend(folded[position..stop].iter().map(|&byte| known[byte as usize & 0x7F]));
                position = stop;
            }
            while position < stop {
                let byte = folded[position];
                if byte < 128 {
                    self.points.push(known[byte as usize]);
                    position += 1;
                } else {
                    let (point, after) = decode(folded, position);
                    self.points.push(hash::point(point));
                    position = after;
                }
            }
            if self.points.len() > CHUNK + MAX_SHINGLE && position < folded.len() {
                pace.spend(HASH * CHUNK)?;
                f(&self.points);
                self.points.drain(..self.points.len() + 1 - n);
            }
        }
        f(&self.points);
        Ok(())
    }

    /// The hashes of the text that was read, sorted, each with its first position among the text's shingles.
    pub fn firsts(&mut self, poll: Poll) -> Result<&[(u64, u32)], Stop> {
        firsts(&self.hashes, &mut self.firsts, &mut Pace::new(poll))?;
        Ok(&self.firsts)
    }

    /// Append where the tokens or characters of the folded text begin, and where one behind the last would.
    pub fn begins(&self, unit: Unit, out: &mut Vec<u32>) {
        let folded = self.folded.bytes();
        if folded.is_empty() {
            return out.push(0);
        }
        match unit {
            Unit::Word => {
                out.push(0);
                out.extend(memchr::memchr_iter(b' ', folded).map(|gap| gap as u32 + 1));
                out.push(folded.len() as u32 + 1);
            }
            Unit::Char => {
                out.extend((0..folded.len() as u32).filter(|&i| folded[i as usize] & 0xC0 != 0x80));
                out.push(folded.len() as u32);
            }
        }
    }
}

/// Hashes of the ASCII characters.
fn known_points() -> &'static [u64; 128] {
    static KNOWN: OnceLock<[u64; 128]> = OnceLock::new();
    KNOWN.get_or_init(|| std::array::from_fn(|point| hash::point(point as u32)))
}

/// Hashes from which on each bucket of them is sorted by itself.
const MANY: usize = 1 << 16;

/// Sort hashes, each with its first position, into `out`; each once.
fn firsts(hashes: &[u64], out: &mut Vec<(u64, u32)>, pace: &mut Pace) -> Result<(), Stop> {
    out.clear();
    // Hashes are well mixed: spread by their highest bits they are nearly in order, and stay in order of position.
    let shift = 64 - hashes.len().max(4).ilog2().min(13);
    let mut next = vec![0u32; (u64::MAX >> shift) as usize + 2];
    for part in hashes.chunks(MANY) {
        pace.spend(4 * part.len())?;
        part.iter().for_each(|hash| next[(hash >> shift) as usize + 1] += 1);
    }
    for bucket in 1..next.len() {
        next[bucket] += next[bucket - 1];
    }
    out.resize(hashes.len(), (0, 0));
    for (&hash, position) in hashes.iter().zip(0u32..) {
        if position as usize % MANY == MANY - 1 {
            pace.spend(16 * MANY)?;
        }
        let place = &mut next[(hash >> shift) as usize];
        out[*place as usize] = (hash, position);
        *place += 1;
    }
    if hashes.len() > MANY {
        // Each bucket ends where the next place of it is now.
        let mut start = 0;
        for &end in &next {
            let own = &mut out[start..end as usize];
            pace.spend(16 * own.len())?;
            own.sort_unstable();
            start = end as usize;
        }
    } else if !insertion_sort(out, 16 * hashes.len()) {
        out.sort_unstable();
    }
    out.dedup_by_key(|(hash, _)| *hash);
    Ok(())
}

/// Linear where every element is near its place; given up, with all elements still there, after so many moves.
fn insertion_sort(values: &mut [(u64, u32)], mut moves: usize) -> bool {
    for i in 1..values.len() {
        let value = values[i];
        let mut place = i;
        while place > 0 && values[place - 1].0 > value.0 {
            values[place] = values[place - 1];
            place -= 1;
        }
        values[place] = value;
        match moves.checked_sub(i - place) {
            Some(left) => moves = left,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long texts go in parts: every shingle once, as if they did not.
    #[test]
    fn parts_do_not_show() {
        let text: String = (0..20_000).map(|i| if i % 7 == 0 { "é ".into() } else { format!("w{i} ") }).collect();
        for unit in [Unit::Word, Unit::Char] {
            for n in [1, 5, 32] {
                let mut shingles = Shingles::default();
                let mut streamed: Vec<u32> = Vec::new();
                shingles.stream(text.as_bytes(), text.len(), unit, n, &mut || Ok(()), |low| streamed.extend(low)).unwrap();
                shingles.read(text.as_bytes(), unit, n, &mut || Ok(())).unwrap();
                let values: Vec<u64> = match unit {
                    Unit::Word => shingles.token_hashes.clone(),
                    Unit::Char => {
                        String::from_utf8_lossy(shingles.folded.bytes()).chars().map(|c| hash::point(c as u32)).collect()
                    }
                };
                let mut plain = Vec::new();
                hash::shingles(&values, n, |hash| plain.push(hash));
                assert_eq!(shingles.hashes, plain);
                assert!(streamed.into_iter().eq(plain.into_iter().map(|hash| hash as u32)));
                let mut begins = Vec::new();
                shingles.begins(unit, &mut begins);
                assert_eq!(begins.len(), values.len() + 1);
            }
        }
    }

    #[test]
    fn the_first_position_of_each_hash_is_kept() {
        for (count, spread) in
            [(0, 1), (5, 3), (500, 90), (5000, u64::MAX), (3000, 1), (3000, 500), (200_000, u64::MAX), (200_000, 1000)]
        {
            let hash = |i: usize| (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) % spread;
            let hashes: Vec<u64> = (0..count).map(hash).collect();
            let mut plain: Vec<(u64, u32)> = hashes.iter().copied().zip(0..).collect();
            plain.sort();
            plain.dedup_by_key(|(hash, _)| *hash);
            let mut out = Vec::new();
            firsts(&hashes, &mut out, &mut Pace::new(&mut || Ok(()))).unwrap();
            assert_eq!(out, plain);
        }
    }
}
