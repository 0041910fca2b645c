//! Common tokens: how many tokens of two texts match, in order.

use crate::batch::Batch;
use crate::equal::{common_prefix, common_suffix};
use crate::failure::{Failure, Poll, Stop};
use crate::fold::{Sink, fold};
use crate::folded::{Folded, Token};
use crate::hash;
use crate::pace::poll_at;
use crate::seam::seam;

const POLL_CELLS: usize = 1 << 22;
/// Bytes in which a place is looked for where a text can be cut.
const FARTHEST_SEAM: usize = 64;

/// Of two texts that are much the same, a token for each so many bytes is a new one, at most; there are twice as many slots.
const TOKEN_BYTES: usize = 6;

/// Numbers tokens; equal ones have one number.
#[derive(Default)]
pub struct Numbers {
    /// A number and one, or nothing, in each slot.
    slots: Vec<u32>,
    /// Of the token of each number.
    known: Vec<Known>,
    /// The bytes of long tokens.
    bytes: Vec<u8>,
}

/// What a token is known by.
struct Known {
    /// Its bytes if it is short, else their hash.
    key: u64,
    length: usize,
    /// Where the bytes of a long one begin.
    first: usize,
}

impl Numbers {
    /// Forget all tokens; there will be about as many as texts of so many bytes have.
    pub fn clear(&mut self, bytes: usize) {
        self.slots.clear();
        self.slots.resize((bytes / TOKEN_BYTES).next_power_of_two().max(64), 0);
        self.known.clear();
        self.bytes.clear();
    }

    pub fn count(&self) -> usize {
        self.known.len()
    }

    #[inline(always)]
    pub fn of(&mut self, token: &[u8]) -> u32 {
        if self.slots.len() < 2 * self.count() + 2 {
            self.grow();
        }
        let short = token.len() <= size_of::<u64>();
        let key = if short { token.iter().rev().fold(0, |key, &byte| key << 8 | u64::from(byte)) } else { hash::token(token) };
        let mut slot = slot_of(key, self.slots.len());
        while let Some(number) = self.slots[slot].checked_sub(1) {
            let known = &self.known[number as usize];
            if known.key == key
                && known.length == token.len()
                && (short || &self.bytes[known.first..known.first + known.length] == token)
            {
                return number;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.known.push(Known { key, length: token.len(), first: self.bytes.len() });
        if !short {
            self.bytes.extend_from_slice(token);
        }
        self.slots[slot] = self.count() as u32;
        self.count() as u32 - 1
    }

    #[cold]
    fn grow(&mut self) {
        let size = (4 * self.count()).next_power_of_two().max(64);
        self.slots.clear();
        self.slots.resize(size, 0);
        for (number, known) in self.known.iter().enumerate() {
            let mut slot = slot_of(known.key, size);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            self.slots[slot] = number as u32 + 1;
        }
    }
}

/// Where a key is looked for first among slots, of which there is a power of two.
fn slot_of(key: u64, slots: usize) -> usize {
    (key.wrapping_mul(hash::A) >> 32) as usize & (slots - 1)
}

struct Numbered<'a> {
    numbers: &'a mut Numbers,
    out: &'a mut Vec<u32>,
}

impl Sink for Numbered<'_> {
    const KEEPS: bool = false;

    #[inline(always)]
    fn token(&mut self, buffer: &[u8], token: Token) {
        let number = self.numbers.of(&buffer[token.start..token.end]);
        self.out.push(number);
    }
}

struct Count<'a>(&'a mut i64);

impl Sink for Count<'_> {
    const KEEPS: bool = false;

    #[inline(always)]
    fn token(&mut self, _: &[u8], _: Token) {
        *self.0 += 1;
    }
}

/// Matched tokens of pairs of texts, and how many tokens the two have.
#[derive(Default)]
pub struct Common {
    pub matched: Vec<i64>,
    pub left: Vec<i64>,
    pub right: Vec<i64>,
}

/// Matched tokens of texts of the same number in two batches.
pub fn common_tokens(left: &Batch<u8>, right: &Batch<u8>, poll: Poll) -> Result<Common, Failure> {
    if left.len() != right.len() {
        return Err(Failure::Invalid("a pair needs two texts: the batches differ in length".into()));
    }
    let mut folded = Folded::default();
    let mut numbers = Numbers::default();
    let (mut a, mut b) = (Vec::new(), Vec::new());
    let mut out = Common::default();
    for i in 0..left.len() {
        poll_at(i, poll)?;
        if left.item(i) == right.item(i) {
            let mut count = 0;
            fold(left.item(i), &mut folded, poll, Count(&mut count))?;
            let columns = [&mut out.matched, &mut out.left, &mut out.right];
            columns.into_iter().for_each(|column| column.push(count));
            continue;
        }
        // Tokens of what is equal at both ends need only be counted.
        let (mut one, mut other, mut equal) = (left.item(i), right.item(i), 0);
        let same = common_prefix(one, other);
        if let Some(cut) = same.checked_sub(1).and_then(|last| seam(one, last.saturating_sub(FARTHEST_SEAM), last)) {
            fold(&one[..cut], &mut folded, poll, Count(&mut equal))?;
            (one, other) = (&one[cut..], &other[cut..]);
        }
        let same = common_suffix(one, other);
        let first = one.len() - same + 2;
        if let Some(cut) = seam(one, first, first + FARTHEST_SEAM) {
            fold(&one[cut..], &mut folded, poll, Count(&mut equal))?;
            let rest = one.len() - cut;
            (one, other) = (&one[..cut], &other[..other.len() - rest]);
        }
        numbers.clear(one.len() + other.len());
        for (item, tokens) in [(one, &mut a), (other, &mut b)] {
            tokens.clear();
            fold(item, &mut folded, poll, Numbered { numbers: &mut numbers, out: tokens })?;
        }
        let matched = common_subsequence(&a, &b, numbers.count(), poll)?;
        debug_assert!(matched <= a.len().min(b.len()), "each token matches at most once");
        out.matched.push(equal + matched as i64);
        out.left.push(equal + a.len() as i64);
        out.right.push(equal + b.len() as i64);
    }
    Ok(out)
}

/// Length of the longest common subsequence of two lists of numbers below `count`.
///
/// 64 rows of the usual table at a time are the bits of a word (Crochemore, Iliopoulos, Pinzon, Reid 2001); what one strip
/// of rows carries into the next is kept, a bit for each column.
pub fn common_subsequence(a: &[u32], b: &[u32], count: usize, poll: Poll) -> Result<usize, Stop> {
    let before = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[before..], &b[before..]);
    let behind = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - behind], &b[..b.len() - behind]);
    let mut masks = vec![0u64; count];
    let mut carries = vec![false; b.len()];
    let (mut common, mut cells) = (before + behind, 0);
    for strip in a.chunks(64) {
        for (bit, &token) in strip.iter().enumerate() {
            masks[token as usize] |= 1 << bit;
        }
        let mut row = u64::MAX;
        for (&token, carry) in b.iter().zip(&mut carries) {
            let matches = row & masks[token as usize];
            let (sum, over) = row.overflowing_add(matches);
            let (sum, again) = sum.overflowing_add(u64::from(*carry));
            *carry = over | again;
            row = sum | (row & !matches);
        }
        strip.iter().for_each(|&token| masks[token as usize] = 0);
        let used = u64::MAX >> (64 - strip.len());
        common += (!row & used).count_ones() as usize;
        cells += b.len();
        if cells >= POLL_CELLS {
            poll()?;
            cells = 0;
        }
    }
    Ok(common)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(a: &[u32], b: &[u32]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut diagonal = 0;
            for (j, y) in b.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
                diagonal = above;
            }
        }
        row[b.len()]
    }

    #[test]
    fn strips_of_bits_equal_the_table() {
        let mut state = 7u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for (n, m, letters) in [(0, 5, 2), (5, 0, 2), (63, 70, 3), (64, 64, 2), (65, 200, 4), (300, 129, 30)] {
            let a: Vec<u32> = (0..n).map(|_| next(letters)).collect();
            let b: Vec<u32> = (0..m).map(|_| next(letters)).collect();
            assert_eq!(common_subsequence(&a, &b, letters as usize, &mut || Ok(())).unwrap(), plain(&a, &b));
        }
    }
}
