//! Numbers for things, in the order in which they first come; equal things alone have equal numbers.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use crate::hash::{A, finish, mix, token};

const FREE: u32 = u32::MAX;

/// Differs from process to process, so that no text can be made that fills one corner of a table; no number depends on it.
fn seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| RandomState::new().build_hasher().finish())
}

/// An open-addressing table of numbers; what they stand for is kept by its user.
#[derive(Default)]
struct Slots {
    slots: Vec<(u32, u32)>,
}

impl Slots {
    /// Room for some things, none in it.
    fn clear(&mut self, room: usize) {
        let size = (2 * room).next_power_of_two().max(16);
        self.slots.clear();
        self.slots.resize(size, (FREE, 0));
    }

    /// The number of the thing of a hash which `is` recognises, else the new number `next`.
    #[inline(always)]
    fn find(&mut self, hash: u64, next: u32, mut is: impl FnMut(u32) -> bool) -> u32 {
        let mask = self.slots.len() - 1;
        let tag = (hash >> 32) as u32;
        let mut at = hash as usize & mask;
        loop {
            let (number, own) = self.slots[at];
            if number == FREE {
                self.slots[at] = (next, tag);
                return next;
            }
            if own == tag && is(number) {
                return number;
            }
            at = (at + 1) & mask;
        }
    }
}

/// Numbers for stretches of one text, by their bytes.
#[derive(Default)]
pub struct Stretches {
    slots: Slots,
    places: Vec<(u32, u32)>,
}

impl Stretches {
    /// Forget everything; at most `room` stretches will come.
    pub fn clear(&mut self, room: usize) {
        self.slots.clear(room);
        self.places.clear();
    }

    #[inline(always)]
    pub fn number(&mut self, text: &[u8], start: usize, end: usize) -> u32 {
        let places = &self.places;
        let next = places.len() as u32;
        let number = self.slots.find(hash(text, start, end), next, |i| {
            let (first, last) = places[i as usize];
            equal(text, (first as usize, last as usize), (start, end))
        });
        if number == next {
            self.places.push((start as u32, end as u32));
        }
        number
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }
}

/// Whether two stretches are equal; most are short.
#[inline(always)]
fn equal(text: &[u8], a: (usize, usize), b: (usize, usize)) -> bool {
    let length = a.1 - a.0;
    if length != b.1 - b.0 {
        return false;
    }
    if length <= 8
        && let Some(Some(left)) = text.get(a.0..a.0 + 8).map(|bytes| bytes.first_chunk::<8>())
        && let Some(Some(right)) = text.get(b.0..b.0 + 8).map(|bytes| bytes.first_chunk::<8>())
    {
        let differs = u64::from_le_bytes(*left) ^ u64::from_le_bytes(*right);
        return differs & u64::MAX >> (64 - 8 * length.max(1)) == 0;
    }
    text[a.0..a.1] == text[b.0..b.1]
}

#[inline(always)]
fn hash(text: &[u8], start: usize, end: usize) -> u64 {
    let length = end - start;
    if length <= 8
        && let Some(Some(word)) = text.get(start..start + 8).map(|bytes| bytes.first_chunk::<8>())
    {
        let word = u64::from_le_bytes(*word) & u64::MAX >> (64 - 8 * length.max(1));
        return finish(mix(seed() ^ length as u64, word));
    }
    let (words, rest) = text[start..end].as_chunks::<8>();
    let mut h = seed() ^ length as u64;
    for word in words {
        h = mix(h, u64::from_le_bytes(*word)).rotate_left(29);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    finish(mix(h, u64::from_le_bytes(last)))
}

/// Numbers for pairs of numbers.
#[derive(Default)]
pub struct Pairs {
    slots: Slots,
    pairs: Vec<(u32, u32)>,
}

impl Pairs {
    /// Forget everything; at most `room` pairs will come.
    pub fn clear(&mut self, room: usize) {
        self.slots.clear(room);
        self.pairs.clear();
    }

    #[inline(always)]
    pub fn number(&mut self, pair: (u32, u32)) -> u32 {
        let pairs = &self.pairs;
        let next = pairs.len() as u32;
        let word = u64::from(pair.0) << 32 | u64::from(pair.1);
        let hash = finish(mix(seed(), word.wrapping_mul(A)));
        let number = self.slots.find(hash, next, |i| pairs[i as usize] == pair);
        if number == next {
            self.pairs.push(pair);
        }
        number
    }

    pub fn len(&self) -> usize {
        self.pairs.len()
    }
}

/// Hashes words of lists. The words that are put in are not those of texts, so that no text can fill one corner of a table.
#[derive(Default)]
pub struct WordHasher(u64);

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 ^= token(bytes);
    }

    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

pub type ByWord<K, V> = HashMap<K, V, BuildHasherDefault<WordHasher>>;
