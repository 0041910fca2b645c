//! MinHash signatures and band keys.
//!
//! The minima of a block of permutations stay in registers while all shingles go by; the block's width and
//! the instruction set are chosen at run time.

use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::hash;
use crate::memory;
use crate::pace::{BYTE, Pace};
use crate::shingle::{Shingles, Unit};

/// Bands whose keys are worked on together.
const KEY_LANES: usize = 8;

/// Low halves of shingle hashes, factors, offsets; lowers the minima.
type Lower = fn(&[u32], &[u32], &[u32], &mut [u32]);
/// A signature by rows; fills in the key of each band.
type BandKeys = fn(&[u32], &mut [u64]);

/// One instruction set's functions.
#[derive(Clone, Copy)]
struct Kernels {
    lower: Lower,
    band_keys: BandKeys,
}

/// Permutations, ready to sign.
pub struct Signer {
    factors: Vec<u32>,
    offsets: Vec<u32>,
    kernels: Kernels,
}

impl Signer {
    pub fn new(count: usize) -> Signer {
        let (factors, offsets) = hash::permutations(count);
        Signer::with(factors, offsets)
    }

    /// Permutations in another order: the first rows of all bands, then their second rows, and so on.
    pub fn by_row(bands: usize, rows: usize) -> Signer {
        let (factors, offsets) = hash::permutations(bands * rows);
        let turn = |of_band: Vec<u32>| (0..of_band.len()).map(|i| of_band[i % bands * rows + i / bands]).collect();
        Signer::with(turn(factors), turn(offsets))
    }

    /// Permutations of somebody else's.
    pub fn with(factors: Vec<u32>, offsets: Vec<u32>) -> Signer {
        Signer { factors, offsets, kernels: best_kernels() }
    }

    pub fn count(&self) -> usize {
        self.factors.len()
    }

    /// Lower the minima in `out` (one a permutation) by the low halves of some shingle hashes.
    pub fn lower(&self, low: &[u32], out: &mut [u32]) {
        (self.kernels.lower)(low, &self.factors, &self.offsets, out);
    }

    /// The keys of the bands of a signature that permutations `by_row` have made.
    pub fn band_keys(&self, signature: &[u32], out: &mut [u64]) {
        (self.kernels.band_keys)(signature, out);
    }
}

/// The definition, kept plain: the oracle of the tests.
pub fn sign_plain(low: &[u32], factors: &[u32], offsets: &[u32], out: &mut [u32]) {
    for ((minimum, a), b) in out.iter_mut().zip(factors).zip(offsets) {
        *minimum = low.iter().map(|x| a.wrapping_mul(*x).wrapping_add(*b)).fold(*minimum, u32::min);
    }
}

#[inline(always)]
fn sign_blocks<const LANES: usize>(low: &[u32], factors: &[u32], offsets: &[u32], out: &mut [u32]) {
    let (factor_blocks, factor_rest) = factors.as_chunks::<LANES>();
    let (offset_blocks, offset_rest) = offsets.as_chunks::<LANES>();
    let (out_blocks, out_rest) = out.as_chunks_mut::<LANES>();
    for ((minima, a), b) in out_blocks.iter_mut().zip(factor_blocks).zip(offset_blocks) {
        let mut accumulator = *minima;
        for &x in low {
            for lane in 0..LANES {
                accumulator[lane] = accumulator[lane].min(a[lane].wrapping_mul(x).wrapping_add(b[lane]));
            }
        }
        *minima = accumulator;
    }
    if LANES > 8 {
        return sign_blocks::<8>(low, factor_rest, offset_rest, out_rest);
    }
    sign_plain(low, factor_rest, offset_rest, out_rest);
}

fn sign_portable(low: &[u32], factors: &[u32], offsets: &[u32], out: &mut [u32]) {
    sign_blocks::<8>(low, factors, offsets, out);
}

const PORTABLE: Kernels = Kernels { lower: sign_portable, band_keys: |signature, out| band_keys(signature, out) };

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Kernels, band_keys, sign_blocks};

    #[target_feature(enable = "avx2")]
    fn sign_avx2_inner(low: &[u32], factors: &[u32], offsets: &[u32], out: &mut [u32]) {
        sign_blocks::<32>(low, factors, offsets, out);
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
    fn sign_avx512_inner(low: &[u32], factors: &[u32], offsets: &[u32], out: &mut [u32]) {
        sign_blocks::<64>(low, factors, offsets, out);
    }

    #[target_feature(enable = "avx2")]
    fn keys_avx2_inner(signature: &[u32], out: &mut [u64]) {
        band_keys(signature, out);
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
    fn keys_avx512_inner(signature: &[u32], out: &mut [u64]) {
        band_keys(signature, out);
    }

    // SAFETY of all four: `best` hands a set of kernels out only after it has seen the CPU report its features.
    const AVX2: Kernels = Kernels {
        lower: |low, factors, offsets, out| unsafe { sign_avx2_inner(low, factors, offsets, out) },
        band_keys: |signature, out| unsafe { keys_avx2_inner(signature, out) },
    };
    const AVX512: Kernels = Kernels {
        lower: |low, factors, offsets, out| unsafe { sign_avx512_inner(low, factors, offsets, out) },
        band_keys: |signature, out| unsafe { keys_avx512_inner(signature, out) },
    };

    /// All kernels that this CPU can run, the best one first.
    pub fn kernels() -> impl Iterator<Item = Kernels> {
        let wide = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw");
        let narrow = is_x86_feature_detected!("avx2");
        [wide.then_some(AVX512), narrow.then_some(AVX2)].into_iter().flatten()
    }
}

/// All kernels that this CPU can run, the best one first.
fn kernels() -> impl Iterator<Item = Kernels> {
    #[cfg(target_arch = "x86_64")]
    let special = x86::kernels();
    #[cfg(not(target_arch = "x86_64"))]
    let special = std::iter::empty();
    special.chain([PORTABLE])
}

fn best_kernels() -> Kernels {
    kernels().next().unwrap_or(PORTABLE)
}

/// The definition, kept plain: the key of each band of a signature; the oracle of the tests.
#[cfg(test)]
fn band_keys_plain(signature: &[u32], rows: usize, out: &mut [u64]) {
    for (band, (key, rows)) in out.iter_mut().zip(signature.chunks_exact(rows)).enumerate() {
        *key = hash::finish(rows.iter().fold(band_start(band), |h, row| hash::mix(h, u64::from(*row))));
    }
}

fn band_start(band: usize) -> u64 {
    (band as u64 + 1).wrapping_mul(hash::A)
}

/// Keys of bands whose first rows lie side by side, then their second rows, and so on.
#[inline(always)]
fn band_keys(signature: &[u32], out: &mut [u64]) {
    let bands = out.len();
    let (blocks, rest) = out.as_chunks_mut::<KEY_LANES>();
    for (number, block) in blocks.iter_mut().enumerate() {
        let first = number * KEY_LANES;
        let mut keys: [u64; KEY_LANES] = std::array::from_fn(|lane| band_start(first + lane));
        for row in signature.chunks_exact(bands) {
            let Some(row) = row[first..].first_chunk::<KEY_LANES>() else { break };
            for lane in 0..KEY_LANES {
                keys[lane] = hash::mix(keys[lane], u64::from(row[lane]));
            }
        }
        *block = keys.map(hash::finish);
    }
    for (band, key) in (bands - rest.len()..).zip(rest) {
        let rows = signature.chunks_exact(bands).map(|row| u64::from(row[band]));
        *key = hash::finish(rows.fold(band_start(band), hash::mix));
    }
}

/// Signatures (row by row) and fingerprints of the folded texts.
pub fn sign(batch: &Batch<u8>, unit: Unit, n: usize, count: usize, poll: Poll) -> Result<(Vec<u32>, Vec<u64>), Failure> {
    memory::room(4 * size(batch.len(), count)?)?;
    let mut signatures = vec![u32::MAX; size(batch.len(), count)?];
    let mut rows = signatures.chunks_exact_mut(count);
    let fingerprints = signed(batch, unit, n, &Signer::new(count), poll, |_, signature| {
        if let Some(row) = rows.next() {
            row.copy_from_slice(signature);
        }
    })?;
    Ok((signatures, fingerprints))
}

/// Write the band keys of every text into a slice for each band; answers with the fingerprints.
pub fn keys(
    batch: &Batch<u8>,
    unit: Unit,
    n: usize,
    rows: usize,
    bands: &mut [&mut [u64]],
    poll: Poll,
) -> Result<Vec<u64>, Failure> {
    if bands.iter().any(|keys| keys.len() != batch.len()) {
        return Err(Failure::Invalid("every band needs room for a key of each text".into()));
    }
    size(bands.len(), rows)?;
    let signer = Signer::by_row(bands.len(), rows);
    let mut own = vec![0; bands.len()];
    signed(batch, unit, n, &signer, poll, |i, signature| {
        signer.band_keys(signature, &mut own);
        for (keys, &key) in bands.iter_mut().zip(&own) {
            keys[i] = key;
        }
    })
}

/// Sign every text, hand its number and signature to `write`, and answer with the fingerprints.
fn signed(
    batch: &Batch<u8>,
    unit: Unit,
    n: usize,
    signer: &Signer,
    poll: Poll,
    mut write: impl FnMut(usize, &[u32]),
) -> Result<Vec<u64>, Failure> {
    let mut pace = Pace::new(poll);
    let mut shingles = Shingles::default();
    let mut signature = vec![0; signer.count()];
    let mut fingerprints = Vec::with_capacity(batch.len());
    for i in 0..batch.len() {
        pace.spend(BYTE * batch.item(i).len())?;
        signature.fill(u32::MAX);
        let onward = &batch.buffer[batch.starts[i] as usize..];
        shingles.stream(onward, batch.item(i).len(), unit, n, pace.poll(), |low| signer.lower(low, &mut signature))?;
        fingerprints.push(hash::fingerprint(&shingles.token_hashes));
        write(i, &signature);
    }
    Ok(fingerprints)
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

    #[test]
    fn every_kernel_equals_the_definition() {
        let low: Vec<u32> = (0..1000u32).map(|i| i.wrapping_mul(0x9E37_79B1) ^ 0x1234).collect();
        for count in [1, 7, 8, 31, 32, 64, 100, 128, 250] {
            let (factors, offsets) = hash::permutations(count);
            for take in [0, 1, 5, 1000] {
                let mut plain = vec![u32::MAX; count];
                sign_plain(&low[..take], &factors, &offsets, &mut plain);
                for kernels in kernels() {
                    let mut out = vec![u32::MAX; count];
                    (kernels.lower)(&low[..take], &factors, &offsets, &mut out);
                    assert_eq!(out, plain);
                }
            }
        }
    }

    #[test]
    fn keys_by_row_equal_the_definition() {
        for (bands, rows) in [(1, 1), (16, 8), (7, 3), (21, 5), (8, 1), (1, 9)] {
            let plain: Vec<u32> = (0..bands * rows).map(|i| (i as u32).wrapping_mul(0x9E37_79B9) ^ 0x55).collect();
            let turned: Vec<u32> = (0..plain.len()).map(|i| plain[i % bands * rows + i / bands]).collect();
            let mut expected = vec![0; bands];
            band_keys_plain(&plain, rows, &mut expected);
            for kernels in kernels() {
                let mut keys = vec![0; bands];
                (kernels.band_keys)(&turned, &mut keys);
                assert_eq!(keys, expected);
            }
        }
    }

    #[test]
    fn permutations_by_row_are_the_same_ones() {
        let (plain, by_row) = (Signer::new(21), Signer::by_row(7, 3));
        let low = [3, 0x8000_0001, 77];
        let (mut of_band, mut of_row) = (vec![u32::MAX; 21], vec![u32::MAX; 21]);
        plain.lower(&low, &mut of_band);
        by_row.lower(&low, &mut of_row);
        for band in 0..7 {
            for row in 0..3 {
                assert_eq!(of_row[row * 7 + band], of_band[band * 3 + row]);
            }
        }
    }

    #[test]
    fn band_keys_differ_by_band() {
        let mut keys = [0; 4];
        band_keys(&[7; 12], &mut keys);
        assert_eq!(keys.iter().collect::<std::collections::HashSet<_>>().len(), 4);
    }

    #[test]
    fn a_stop_ends_the_work() {
        let text = "word ".repeat(1 << 20);
        let end = [text.len() as i64];
        let batch = Batch::new(text.as_bytes(), &[0], &end).unwrap();
        let mut own = [0];
        assert!(matches!(
            keys(&batch, Unit::Word, 5, 4, &mut [&mut own], &mut || Err(crate::failure::Stop)),
            Err(Failure::Stopped)
        ));
    }
}
