//! Language scores: the twin of `dedupe/kernels/reference/language.py`, which says why.

use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::pace::{BYTE, Pace};
use crate::utf8::decode;

/// Code points of a text that are looked at.
const FARTHEST: usize = 10_000;
const SKIP: u32 = 0;
const SPACE: u32 = 0x20;
/// The n-grams that show which of the scripts of East Asia a text has.
const HANGUL: u64 = 0xAC00;
const KANA: [u64; 2] = [0x3042, 0x30A2];
const HAS_HANGUL: u8 = 1;
const HAS_KANA: u8 = 2;
const LAST: u32 = 0xFFFF;
/// Characters of an n-gram, at most.
const LONGEST: u32 = 4;
/// Latin letters that a letter of China, Japan or Korea weighs as much as.
const LETTERS: usize = 7;
/// Letters of scripts that no profile has, and the first code point beyond all scripts.
const OTHER: u32 = 0xFFFF;
const SYMBOLS: u32 = 0x1D000;
/// Bits of a character in an n-gram.
const BITS: u32 = 16;
const HASH: u64 = 0x9E37_79B9_7F4A_7C15;

/// Weights of n-grams by language; `dedupe/language/profiles.py` documents the columns.
pub struct Profiles<'a> {
    pub characters: &'a [u32],
    pub slots: &'a [u32],
    pub keys: &'a [u64],
    pub offsets: &'a [u32],
    pub language: &'a [u8],
    pub weight: &'a [i32],
    pub languages: usize,
}

impl Profiles<'_> {
    /// Whether no number leads out of the columns.
    fn check(&self) -> Result<(), Failure> {
        let Profiles { characters, slots, keys, offsets, language, weight, languages } = self;
        let whole = offsets.len() == keys.len() + 1 && offsets.is_sorted() && offsets[keys.len()] as usize == language.len();
        let fits =
            language.len() == weight.len() && *languages <= 256 && language.iter().all(|&one| usize::from(one) < *languages);
        let power = slots.len() > 1 && slots.len().is_power_of_two();
        let free = slots.contains(&0) && slots.iter().all(|&slot| slot as usize <= keys.len());
        let all = characters.len() == LAST as usize + 1;
        if !(whole && fits && power && free && all && characters.iter().all(|&one| one <= LAST)) {
            return Err(Failure::Invalid("the tables of profiles do not fit together".into()));
        }
        Ok(())
    }

    fn find(&self, key: u64) -> Option<usize> {
        let mask = self.slots.len() - 1;
        let mut slot = (key.wrapping_mul(HASH) >> (64 - self.slots.len().trailing_zeros())) as usize & mask;
        loop {
            let number = (self.slots[slot] as usize).checked_sub(1)?;
            if self.keys[number] == key {
                return Some(number);
            }
            slot = (slot + 1) & mask;
        }
    }
}

/// Sums of weights, all languages of one text after those of another; n-grams found; what stands in the text.
#[derive(Default)]
pub struct Scores {
    pub sums: Vec<i32>,
    pub counts: Vec<i64>,
    pub signs: Vec<u8>,
}

/// The sums of the weights of all n-grams of texts, by language.
pub fn language_scores(batch: &Batch<u8>, profiles: &Profiles, poll: Poll) -> Result<Scores, Failure> {
    profiles.check()?;
    let (mut out, mut pace) = (Scores::default(), Pace::new(poll));
    let mut points = Vec::new();
    // As many as a byte can name.
    let mut sums = [0i32; 256];
    for i in 0..batch.len() {
        pace.spend(BYTE * batch.item(i).len())?;
        read(batch.item(i), &mut points);
        sums.fill(0);
        let (mut count, mut signs) = (0, 0);
        grams(&points, profiles, |key| {
            let Some(number) = profiles.find(key) else { return };
            let rows = profiles.offsets[number] as usize..profiles.offsets[number + 1] as usize;
            for (&language, &weight) in profiles.language[rows.clone()].iter().zip(&profiles.weight[rows]) {
                // At most 40,000 n-grams of a text are added up.
                sums[usize::from(language)] = sums[usize::from(language)].wrapping_add(weight);
            }
            count += 1;
            signs |= if key == HANGUL {
                HAS_HANGUL
            } else if KANA.contains(&key) {
                HAS_KANA
            } else {
                0
            };
        });
        out.sums.extend(&sums[..profiles.languages]);
        out.counts.push(count);
        out.signs.push(signs);
    }
    Ok(out)
}

/// The first code points of a text; addresses of pages and of mail are a space.
fn read(text: &[u8], out: &mut Vec<u32>) {
    out.clear();
    let mut at = 0;
    // Where the run of ASCII without spaces begins that is being read, and whether it has what only addresses have.
    let (mut run, mut address) = (None, false);
    let mut seen = 0;
    while at < text.len() && seen < FARTHEST {
        let (point, after) = decode(text, at);
        if matches!(point, 0x21..=0x7E) {
            let first = *run.get_or_insert(out.len());
            out.push(point);
            address |= point == u32::from(b'@') || out[first..].ends_with(&[0x3A, 0x2F, 0x2F]);
        } else {
            end_run(out, &mut run, &mut address);
            out.push(point);
        }
        (at, seen) = (after, seen + 1);
    }
    end_run(out, &mut run, &mut address);
}

fn end_run(out: &mut Vec<u32>, run: &mut Option<usize>, address: &mut bool) {
    if let Some(first) = run.take()
        && std::mem::take(address)
    {
        out.truncate(first);
        out.push(SPACE);
    }
}

/// Hand the n-grams of a text to `f`; none of a text in a script without profile.
fn grams(points: &[u32], profiles: &Profiles, mut f: impl FnMut(u64)) {
    let (mut latin, mut others, mut east_asian, mut unknown) = (0, 0, 0, 0);
    for &point in points.iter().filter(|&&point| point < SYMBOLS) {
        let own = profiles.characters[point.min(LAST) as usize];
        if is_latin(own) {
            latin += 1;
        } else if own >= 0x300 {
            others += 1;
            east_asian += usize::from(is_east_asian(own));
            unknown += usize::from(own == OTHER);
        }
    }
    if unknown > latin.max(others - unknown) {
        return;
    }
    // Latin words in a text of another script are names and terms.
    let foreign = 2 * latin < others || latin < LETTERS * east_asian;
    // The characters before, the last one lowest, and how many count.
    let (mut before, mut length) = (u64::from(SPACE), 1);
    for &point in points {
        let own = profiles.characters[point.min(LAST) as usize];
        if own == SKIP || (foreign && is_latin(own)) {
            continue;
        }
        if before & u64::from(LAST) == u64::from(SPACE) {
            (before, length) = (u64::from(SPACE), 1);
            if own == SPACE {
                continue;
            }
        }
        before = before << BITS | u64::from(own);
        length = LONGEST.min(length + 1);
        for count in 1..=length {
            if count > 1 || own != SPACE {
                f(before & (u64::MAX >> (64 - count * BITS)));
            }
        }
    }
}

/// Whether a character is a Latin letter.
fn is_latin(own: u32) -> bool {
    matches!(own, 0x61..=0x7A | 0xC0..=0x2AF | 0x1E00..=0x1EFF)
}

/// Whether a character is of the scripts of China, Japan and Korea.
fn is_east_asian(own: u32) -> bool {
    matches!(own, 0x1100..=0x11FF | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7A3)
}
