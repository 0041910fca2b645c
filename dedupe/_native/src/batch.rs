//! A batch of texts (or of sets) in one flat buffer, and the kernels over it.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::fold::{Folded, LONGEST_TEXT, Poll, Stop};
use crate::hash;
use crate::linear::{Linear, Stream};
use crate::minhash::{Signer, band_keys};
use crate::shingle::{Shingles, Unit};
use crate::tables::tables;

/// Why a kernel gave no result.
#[derive(Debug)]
pub enum Failure {
    Stopped,
    Invalid(String),
}

impl From<Stop> for Failure {
    fn from(_: Stop) -> Failure {
        Failure::Stopped
    }
}

/// Work items between two polls where a single one is small.
const POLL_ITEMS: usize = 256;

/// Item `i` is `buffer[offsets[i]..offsets[i + 1]]`; `new` has checked that all of them lie inside.
#[derive(Clone, Copy)]
pub struct Batch<'a, T> {
    buffer: &'a [T],
    offsets: &'a [i64],
}

#[derive(Default)]
pub struct TokenArrays {
    pub hashes: Vec<u64>,
    pub starts: Vec<i64>,
    pub ends: Vec<i64>,
    pub unspaced: Vec<u8>,
    pub text_offsets: Vec<i64>,
}

#[derive(Default)]
pub struct FeatureArrays {
    pub chars: Vec<u32>,
    pub char_offsets: Vec<i64>,
    pub words: Vec<u32>,
    pub word_offsets: Vec<i64>,
    pub shapes: Vec<u8>,
}

impl<'a, T: Sync> Batch<'a, T> {
    pub fn new(buffer: &'a [T], offsets: &'a [i64]) -> Result<Self, Failure> {
        let inside = |offset: i64| usize::try_from(offset).is_ok_and(|offset| offset <= buffer.len());
        if offsets.is_empty() || !offsets.is_sorted() || !inside(offsets[0]) || !inside(offsets[offsets.len() - 1]) {
            return Err(Failure::Invalid("offsets must be ascending positions in the buffer, one more than items".into()));
        }
        if std::mem::size_of::<T>() == 1 && offsets.windows(2).any(|pair| (pair[1] - pair[0]) as usize > LONGEST_TEXT) {
            return Err(Failure::Invalid(format!("a text is longer than {LONGEST_TEXT} bytes: split it into documents")));
        }
        Ok(Batch { buffer, offsets })
    }

    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn item(&self, i: usize) -> &'a [T] {
        &self.buffer[self.offsets[i] as usize..self.offsets[i + 1] as usize]
    }

    /// Apply `f` to the items that `a` and `b` number, pair by pair.
    pub fn pairs<R>(
        &self,
        a: &[i64],
        b: &[i64],
        poll: Poll,
        mut f: impl FnMut(&[T], &[T], Poll) -> Result<R, Stop>,
    ) -> Result<Vec<R>, Failure> {
        if a.len() != b.len() {
            return Err(Failure::Invalid("a pair needs two items: the arrays differ in length".into()));
        }
        let mut out = Vec::with_capacity(a.len());
        for (i, (&left, &right)) in a.iter().zip(b).enumerate() {
            if i % POLL_ITEMS == POLL_ITEMS - 1 {
                poll()?;
            }
            out.push(f(self.checked(left)?, self.checked(right)?, poll)?);
        }
        Ok(out)
    }

    fn checked(&self, i: i64) -> Result<&'a [T], Failure> {
        match usize::try_from(i) {
            Ok(i) if i < self.len() => Ok(self.item(i)),
            _ => Err(Failure::Invalid(format!("there is no item {i} in a batch of {}", self.len()))),
        }
    }
}

impl Batch<'_, u8> {
    pub fn tokenize(&self, poll: Poll) -> Result<TokenArrays, Failure> {
        let mut shingles = Shingles::default();
        let mut out = TokenArrays { text_offsets: vec![0], ..Default::default() };
        for i in 0..self.len() {
            shingles.fold(self.item(i), poll, |token| {
                out.starts.push(token.source_start as i64);
                out.ends.push(token.source_end as i64);
                out.unspaced.push(u8::from(token.unspaced));
            })?;
            out.hashes.extend_from_slice(&shingles.token_hashes);
            out.text_offsets.push(out.hashes.len() as i64);
        }
        Ok(out)
    }

    pub fn fold_bytes(&self, poll: Poll) -> Result<(Vec<u8>, Vec<i64>), Failure> {
        let mut text = Folded::default();
        let (mut folded, mut ends) = (Vec::new(), vec![0]);
        for i in 0..self.len() {
            text.read(self.item(i), poll, |_, _| ())?;
            folded.extend_from_slice(text.bytes());
            ends.push(folded.len() as i64);
        }
        Ok((folded, ends))
    }

    pub fn shingle_sets(&self, unit: Unit, n: usize, poll: Poll) -> Result<(Vec<u64>, Vec<i64>), Failure> {
        let mut shingles = Shingles::default();
        let (mut sets, mut ends) = (Vec::new(), vec![0]);
        for i in 0..self.len() {
            shingles.read(self.item(i), unit, n, poll)?;
            shingles.hashes.sort_unstable();
            shingles.hashes.dedup();
            sets.extend_from_slice(&shingles.hashes);
            ends.push(sets.len() as i64);
        }
        Ok((sets, ends))
    }

    pub fn boilerplate_features(&self, poll: Poll) -> Result<FeatureArrays, Failure> {
        let mut stream = Stream::default();
        let mut out = FeatureArrays { char_offsets: vec![0], word_offsets: vec![0], ..Default::default() };
        for i in 0..self.len() {
            if i % POLL_ITEMS == POLL_ITEMS - 1 {
                poll()?;
            }
            stream.read(self.item(i), tables());
            stream.char_buckets(|bucket| out.chars.push(bucket));
            stream.word_buckets(|bucket| out.words.push(bucket));
            out.shapes.extend_from_slice(&stream.shape());
            out.char_offsets.push(out.chars.len() as i64);
            out.word_offsets.push(out.words.len() as i64);
        }
        Ok(out)
    }

    pub fn boilerplate_scores(&self, model: &Linear, poll: Poll) -> Result<Vec<i64>, Failure> {
        let mut stream = Stream::default();
        let mut scores = Vec::with_capacity(self.len());
        for i in 0..self.len() {
            if i % POLL_ITEMS == POLL_ITEMS - 1 {
                poll()?;
            }
            stream.read(self.item(i), tables());
            scores.push(model.score(&stream));
        }
        Ok(scores)
    }

    /// Signatures (row by row) and fingerprints of the folded texts.
    pub fn sign(&self, unit: Unit, n: usize, count: usize, threads: usize, poll: Poll) -> Result<(Vec<u32>, Vec<u64>), Failure> {
        let mut signatures = vec![u32::MAX; size(self.len(), count)?];
        let mut fingerprints = vec![0; self.len()];
        let signer = Signer::new(count);
        self.signed(unit, n, &signer, count, threads, poll, (&mut signatures, count), &mut fingerprints, &|signature, out| {
            out.copy_from_slice(signature);
        })?;
        Ok((signatures, fingerprints))
    }

    /// Band keys (row by row) and fingerprints, without keeping the signatures.
    #[allow(clippy::too_many_arguments)]
    pub fn keys(
        &self,
        unit: Unit,
        n: usize,
        bands: usize,
        rows: usize,
        threads: usize,
        poll: Poll,
    ) -> Result<(Vec<u64>, Vec<u64>), Failure> {
        let count = size(bands, rows)?;
        let mut keys = vec![0; size(self.len(), bands)?];
        let mut fingerprints = vec![0; self.len()];
        let signer = Signer::new(count);
        self.signed(unit, n, &signer, count, threads, poll, (&mut keys, bands), &mut fingerprints, &|signature, out| {
            band_keys(signature, rows, out);
        })?;
        Ok((keys, fingerprints))
    }

    /// Sign every text and let `write` put what is wanted of a signature into its row of `out`.
    ///
    /// With more than one thread the texts are cut into runs of about equal bytes, each with its own rows.
    #[allow(clippy::too_many_arguments)]
    fn signed<T: Send>(
        &self,
        unit: Unit,
        n: usize,
        signer: &Signer,
        count: usize,
        threads: usize,
        poll: Poll,
        (out, width): (&mut [T], usize),
        fingerprints: &mut [u64],
        write: &(dyn Fn(&[u32], &mut [T]) + Sync),
    ) -> Result<(), Failure> {
        let work = |run: Range<usize>, out: &mut [T], fingerprints: &mut [u64], poll: Poll| -> Result<(), Stop> {
            let mut shingles = Shingles::default();
            let mut signature = vec![0; count];
            for (row, i) in run.enumerate() {
                if i % POLL_ITEMS == POLL_ITEMS - 1 {
                    poll()?;
                }
                signature.fill(u32::MAX);
                shingles.stream(self.item(i), unit, n, poll, |low| signer.lower(low, &mut signature))?;
                fingerprints[row] = hash::fingerprint(&shingles.token_hashes);
                write(&signature, &mut out[row * width..(row + 1) * width]);
            }
            Ok(())
        };
        let runs = self.runs(threads);
        if runs.len() <= 1 {
            return Ok(work(0..self.len(), out, fingerprints, poll)?);
        }
        let stop = AtomicBool::new(false);
        let (mut out, mut fingerprints) = (out, fingerprints);
        std::thread::scope(|scope| {
            let mut workers = Vec::new();
            for run in runs {
                let (rows, rest) = out.split_at_mut(run.len() * width);
                let (prints, rest_prints) = fingerprints.split_at_mut(run.len());
                (out, fingerprints) = (rest, rest_prints);
                let (work, stop) = (&work, &stop);
                workers.push(scope.spawn(move || {
                    work(run, rows, prints, &mut || if stop.load(Ordering::Relaxed) { Err(Stop) } else { Ok(()) })
                }));
            }
            // The workers cannot ask Python; this thread asks for them.
            let mut result = Ok(());
            while workers.iter().any(|worker| !worker.is_finished()) {
                if result.is_ok() {
                    result = poll();
                }
                if result.is_err() {
                    stop.store(true, Ordering::Relaxed);
                }
                std::thread::sleep(std::time::Duration::from_micros(500));
            }
            for worker in workers {
                match worker.join() {
                    Ok(done) => result = result.and(done),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            result.map_err(Failure::from)
        })
    }

    /// Cut the texts into at most `threads` runs of about equal size.
    fn runs(&self, threads: usize) -> Vec<Range<usize>> {
        let total = (self.offsets[self.len()] - self.offsets[0]) as usize;
        let mut runs = Vec::new();
        let mut start = 0;
        for part in 1..=threads.clamp(1, 64) {
            let goal = self.offsets[0] + (total as u128 * part as u128 / threads.clamp(1, 64) as u128) as i64;
            let end = if part == threads.clamp(1, 64) { self.len() } else { self.offsets[1..].partition_point(|&o| o <= goal) };
            if end > start {
                runs.push(start..end);
                start = end;
            }
        }
        runs
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
    fn threads_do_not_change_signatures() {
        let offsets: Vec<i64> = (0..=TEXT.len() as i64).filter(|&o| o == 0 || o % 7 == 0).chain([TEXT.len() as i64]).collect();
        let batch = Batch::new(TEXT, &offsets).unwrap();
        let one = batch.sign(Unit::Char, 3, 40, 1, &mut || Ok(())).unwrap();
        for threads in [2, 3, 8] {
            assert_eq!(batch.sign(Unit::Char, 3, 40, threads, &mut || Ok(())).unwrap(), one);
        }
    }

    #[test]
    fn bad_offsets_are_refused() {
        for offsets in [&[][..], &[0, 99999], &[5, 2], &[-1, 3]] {
            assert!(Batch::new(TEXT, offsets).is_err());
        }
    }

    #[test]
    fn a_stop_ends_the_work() {
        let text = "word ".repeat(1 << 20);
        let offsets = [0, text.len() as i64];
        let batch = Batch::new(text.as_bytes(), &offsets).unwrap();
        assert!(matches!(batch.keys(Unit::Word, 5, 4, 4, 1, &mut || Err(Stop)), Err(Failure::Stopped)));
    }
}
