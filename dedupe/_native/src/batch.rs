//! A batch of texts (or of sets) in one flat buffer, and the kernels over it.

use crate::fact_gaps::may_have_signs;
use crate::fact_text::{Extras, Reader, Written};
use crate::fold::{LONGEST_TEXT, Poll, Sink, Stop, fold, fold_as};
use crate::folded::{Folded, Token};
use crate::hash;
use crate::memory::{self, Short};
use crate::minhash::Signer;
use crate::pace::Pace;
use crate::shingle::{Shingles, Unit};
use crate::tables::Fold;

/// Why a kernel gave no result.
#[derive(Debug)]
pub enum Failure {
    Stopped,
    Invalid(String),
    Memory,
}

impl From<Short> for Failure {
    fn from(_: Short) -> Failure {
        Failure::Memory
    }
}

impl From<Stop> for Failure {
    fn from(_: Stop) -> Failure {
        Failure::Stopped
    }
}

/// Steps that a byte of a text takes where it is read into features, signs, or fact texts.
pub const BYTE: usize = 16;
/// Bytes that a kernel takes at once for each byte of its input, at most.
const FIRST: usize = 4;
/// Places in a folded text are kept in 32 bits where texts are compared.
const LONGEST_FOLDED: usize = u32::MAX as usize - 1;

/// Item `i` is `buffer[starts[i]..ends[i]]`; `new` has checked that all of them lie inside.
#[derive(Clone, Copy)]
pub struct Batch<'a, T> {
    pub buffer: &'a [T],
    pub starts: &'a [i64],
    pub ends: &'a [i64],
}

#[derive(Default)]
pub struct TokenArrays {
    pub hashes: Vec<u64>,
    pub starts: Vec<i64>,
    pub ends: Vec<i64>,
    pub unspaced: Vec<u8>,
    pub text_offsets: Vec<i64>,
}

impl Sink for &mut TokenArrays {
    #[inline(always)]
    fn token(&mut self, buffer: &[u8], token: Token) {
        self.hashes.push(hash::token_in(buffer, token.start, token.end));
        self.starts.push(token.source_start as i64);
        self.ends.push(token.source_end as i64);
        self.unspaced.push(u8::from(token.unspaced));
    }
}

/// Shingle sets one behind the other, and the arrays of `PlacedSets`.
#[derive(Default)]
pub struct SetArrays {
    pub values: Vec<u64>,
    pub offsets: Vec<i64>,
    pub positions: Vec<u32>,
    pub begins: Vec<u32>,
    pub begin_offsets: Vec<i64>,
    pub folded: Vec<u8>,
    pub folded_offsets: Vec<i64>,
}

impl<'a, T: Sync> Batch<'a, T> {
    pub fn new(buffer: &'a [T], starts: &'a [i64], ends: &'a [i64]) -> Result<Self, Failure> {
        if starts.len() != ends.len() {
            return Err(Failure::Invalid("every item needs a start and an end: the arrays differ in length".into()));
        }
        for (&start, &end) in starts.iter().zip(ends) {
            if start < 0 || start > end || end as u64 > buffer.len() as u64 {
                return Err(Failure::Invalid(format!("{start}..{end} is no place in a buffer of {}", buffer.len())));
            }
            if std::mem::size_of::<T>() == 1 && (end - start) as usize > LONGEST_TEXT {
                return Err(Failure::Invalid(format!("a text is longer than {LONGEST_TEXT} bytes: split it into documents")));
            }
        }
        // What kernels take at the beginning: letters, folded texts, rows.
        let bytes = size_of_val(buffer) + size_of_val(starts);
        if bytes >= memory::LARGE {
            memory::room(FIRST * bytes + memory::SPARE)?;
        }
        Ok(Batch { buffer, starts, ends })
    }

    /// Items that follow each other: item `i` is `buffer[offsets[i]..offsets[i + 1]]`.
    pub fn adjacent(buffer: &'a [T], offsets: &'a [i64]) -> Result<Self, Failure> {
        if offsets.is_empty() {
            return Err(Failure::Invalid("offsets are one more than items: there is none".into()));
        }
        Self::new(buffer, &offsets[..offsets.len() - 1], &offsets[1..])
    }

    pub fn len(&self) -> usize {
        self.starts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn item(&self, i: usize) -> &'a [T] {
        &self.buffer[self.starts[i] as usize..self.ends[i] as usize]
    }

    /// Apply `f` to the numbers of items, pair by pair, after checking that there are such items.
    pub fn pairs<R>(
        &self,
        a: &[i64],
        b: &[i64],
        poll: Poll,
        mut f: impl FnMut(usize, usize, &mut Pace) -> Result<R, Stop>,
    ) -> Result<Vec<R>, Failure> {
        let mut pace = Pace::new(poll);
        if a.len() != b.len() {
            return Err(Failure::Invalid("a pair needs two items: the arrays differ in length".into()));
        }
        let mut out = Vec::with_capacity(a.len());
        for (&left, &right) in a.iter().zip(b) {
            out.push(f(self.checked(left)?, self.checked(right)?, &mut pace)?);
        }
        Ok(out)
    }

    pub fn checked(&self, i: i64) -> Result<usize, Failure> {
        match usize::try_from(i) {
            Ok(i) if i < self.len() => Ok(i),
            _ => Err(Failure::Invalid(format!("there is no item {i} in a batch of {}", self.len()))),
        }
    }
}

impl Batch<'_, u8> {
    pub fn tokenize(&self, poll: Poll) -> Result<TokenArrays, Failure> {
        let mut pace = Pace::new(poll);
        let mut folded = Folded::default();
        let mut out = TokenArrays { text_offsets: vec![0], ..Default::default() };
        for i in 0..self.len() {
            pace.spend(BYTE * self.item(i).len())?;
            fold(self.item(i), &mut folded, pace.poll(), &mut out)?;
            out.text_offsets.push(out.hashes.len() as i64);
        }
        Ok(out)
    }

    pub fn fold_bytes(&self, version: Fold, poll: Poll) -> Result<(Vec<u8>, Vec<i64>), Failure> {
        let mut pace = Pace::new(poll);
        let mut text = Folded::default();
        let (mut folded, mut ends) = (Vec::new(), vec![0]);
        for i in 0..self.len() {
            pace.spend(BYTE * self.item(i).len())?;
            fold_as(version, self.item(i), &mut text, pace.poll(), ())?;
            folded.extend_from_slice(text.bytes());
            ends.push(folded.len() as i64);
        }
        Ok((folded, ends))
    }

    /// The fact text of each text.
    pub fn fact_texts(&self, poll: Poll) -> Result<(Vec<u8>, Vec<i64>), Failure> {
        let mut pace = Pace::new(poll);
        let mut reader = Reader::default();
        let (mut texts, mut written, mut ends) = (Vec::new(), Written::default(), vec![0]);
        for i in 0..self.len() {
            pace.spend(BYTE * self.item(i).len())?;
            written.0.clear();
            reader.read(self.item(i), pace.poll(), &mut written)?;
            texts.extend_from_slice(&written.0);
            ends.push(texts.len() as i64);
        }
        Ok((texts, ends))
    }

    /// What the fact text of each text has beside folded words.
    pub fn sign_texts(&self, poll: Poll) -> Result<(Vec<u8>, Vec<i64>), Failure> {
        let (mut texts, mut ends) = (Vec::new(), vec![0]);
        self.read_signs(poll, |signs| {
            texts.extend_from_slice(signs);
            ends.push(texts.len() as i64);
        })?;
        Ok((texts, ends))
    }

    /// A hash of what the fact text of each text has beside folded words; 0 where there is nothing.
    pub fn sign_hashes(&self, poll: Poll) -> Result<Vec<u64>, Failure> {
        let mut hashes = Vec::with_capacity(self.len());
        self.read_signs(poll, |signs| hashes.push(if signs.is_empty() { 0 } else { hash::token(signs) }))?;
        Ok(hashes)
    }

    fn read_signs(&self, poll: Poll, mut take: impl FnMut(&[u8])) -> Result<(), Failure> {
        let mut pace = Pace::new(poll);
        let (mut reader, mut extras) = (Reader::default(), Extras::default());
        for i in 0..self.len() {
            pace.spend(BYTE * self.item(i).len())?;
            extras.0.clear();
            if may_have_signs(self.item(i)) {
                reader.read(self.item(i), pace.poll(), &mut extras)?;
            }
            take(&extras.0);
        }
        Ok(())
    }

    pub fn shingle_sets(&self, unit: Unit, n: usize, poll: Poll) -> Result<(Vec<u64>, Vec<i64>), Failure> {
        let mut pace = Pace::new(poll);
        let mut shingles = Shingles::default();
        let (mut sets, mut ends) = (Vec::new(), vec![0]);
        for i in 0..self.len() {
            pace.spend(BYTE * self.item(i).len())?;
            shingles.read(self.item(i), unit, n, pace.poll())?;
            sets.extend(shingles.firsts(pace.poll())?.iter().map(|(hash, _)| hash));
            ends.push(sets.len() as i64);
        }
        Ok((sets, ends))
    }

    /// Shingle sets, and what it takes to look up what each shingle stands for.
    pub fn placed_sets(&self, unit: Unit, n: usize, poll: Poll) -> Result<SetArrays, Failure> {
        let mut pace = Pace::new(poll);
        let mut shingles = Shingles::default();
        let none = || vec![0];
        let mut out = SetArrays { offsets: none(), begin_offsets: none(), folded_offsets: none(), ..Default::default() };
        for i in 0..self.len() {
            pace.spend(BYTE * self.item(i).len())?;
            shingles.read(self.item(i), unit, n, pace.poll())?;
            if shingles.folded.bytes().len() > LONGEST_FOLDED {
                return Err(Failure::Invalid(format!(
                    "a text folds to more than {LONGEST_FOLDED} bytes: split it into documents"
                )));
            }
            out.folded.extend_from_slice(shingles.folded.bytes());
            shingles.begins(unit, &mut out.begins);
            let firsts = shingles.firsts(pace.poll())?;
            out.values.extend(firsts.iter().map(|(hash, _)| hash));
            out.positions.extend(firsts.iter().map(|(_, position)| position));
            out.offsets.push(out.values.len() as i64);
            out.begin_offsets.push(out.begins.len() as i64);
            out.folded_offsets.push(out.folded.len() as i64);
        }
        Ok(out)
    }

    /// Signatures (row by row) and fingerprints of the folded texts.
    pub fn sign(&self, unit: Unit, n: usize, count: usize, poll: Poll) -> Result<(Vec<u32>, Vec<u64>), Failure> {
        memory::room(4 * size(self.len(), count)?)?;
        let mut signatures = vec![u32::MAX; size(self.len(), count)?];
        let mut rows = signatures.chunks_exact_mut(count);
        let fingerprints = self.signed(unit, n, &Signer::new(count), poll, |_, signature| {
            if let Some(row) = rows.next() {
                row.copy_from_slice(signature);
            }
        })?;
        Ok((signatures, fingerprints))
    }

    /// Write the band keys of every text into a slice for each band; answers with the fingerprints.
    pub fn keys(&self, unit: Unit, n: usize, rows: usize, bands: &mut [&mut [u64]], poll: Poll) -> Result<Vec<u64>, Failure> {
        if bands.iter().any(|keys| keys.len() != self.len()) {
            return Err(Failure::Invalid("every band needs room for a key of each text".into()));
        }
        size(bands.len(), rows)?;
        let signer = Signer::by_row(bands.len(), rows);
        let mut own = vec![0; bands.len()];
        self.signed(unit, n, &signer, poll, |i, signature| {
            signer.band_keys(signature, &mut own);
            for (keys, &key) in bands.iter_mut().zip(&own) {
                keys[i] = key;
            }
        })
    }

    /// Sign every text, hand its number and signature to `write`, and answer with the fingerprints.
    fn signed(
        &self,
        unit: Unit,
        n: usize,
        signer: &Signer,
        poll: Poll,
        mut write: impl FnMut(usize, &[u32]),
    ) -> Result<Vec<u64>, Failure> {
        let mut pace = Pace::new(poll);
        let mut shingles = Shingles::default();
        let mut signature = vec![0; signer.count()];
        let mut fingerprints = Vec::with_capacity(self.len());
        for i in 0..self.len() {
            pace.spend(BYTE * self.item(i).len())?;
            signature.fill(u32::MAX);
            let onward = &self.buffer[self.starts[i] as usize..];
            shingles.stream(onward, self.item(i).len(), unit, n, pace.poll(), |low| signer.lower(low, &mut signature))?;
            fingerprints.push(hash::fingerprint(&shingles.token_hashes));
            write(i, &signature);
        }
        Ok(fingerprints)
    }

    /// 1 for each text that is equal, after folding, to the one of the same number in another batch;
    /// with `signs` they also have the same signs and marks.
    pub fn same_fold(&self, other: &Batch<u8>, signs: bool, poll: Poll) -> Result<Vec<u8>, Failure> {
        let mut pace = Pace::new(poll);
        if self.len() != other.len() {
            return Err(Failure::Invalid("a pair needs two texts: the batches differ in length".into()));
        }
        let (mut left, mut right) = (Folded::default(), Folded::default());
        let (mut reader, mut extras) = (Reader::default(), (Extras::default(), Extras::default()));
        let mut out = Vec::with_capacity(self.len());
        for i in 0..self.len() {
            pace.spend(BYTE * self.item(i).len())?;
            let (one, two) = (self.item(i), other.item(i));
            let mut equal = one == two;
            if !equal {
                fold(one, &mut left, pace.poll(), ())?;
                fold(two, &mut right, pace.poll(), ())?;
                equal = left.bytes() == right.bytes();
                if equal && signs {
                    extras.0.0.clear();
                    extras.1.0.clear();
                    reader.read(one, pace.poll(), &mut extras.0)?;
                    reader.read(two, pace.poll(), &mut extras.1)?;
                    equal = extras.0.0 == extras.1.0;
                }
            }
            out.push(u8::from(equal));
        }
        Ok(out)
    }
}

fn size(a: usize, b: usize) -> Result<usize, Failure> {
    if b == 0 || a.checked_mul(b).is_none() {
        return Err(Failure::Invalid(format!("{a} times {b} is no size of an array")));
    }
    Ok(a * b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = "one two three four five six seven été 東京 eight".as_bytes();

    #[test]
    fn bad_places_are_refused() {
        for offsets in [&[][..], &[0, 99999], &[5, 2], &[-1, 3]] {
            assert!(Batch::adjacent(TEXT, offsets).is_err());
        }
        assert!(Batch::new(TEXT, &[0], &[]).is_err());
    }

    #[test]
    fn a_stop_ends_the_work() {
        let text = "word ".repeat(1 << 20);
        let end = [text.len() as i64];
        let batch = Batch::new(text.as_bytes(), &[0], &end).unwrap();
        let mut keys = [0];
        assert!(matches!(batch.keys(Unit::Word, 5, 4, &mut [&mut keys], &mut || Err(Stop)), Err(Failure::Stopped)));
    }
}
