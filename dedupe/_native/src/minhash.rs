//! MinHash signatures and band keys.
//!
//! The minima of a block of permutations stay in registers while all shingles go by; the block's width and
//! the instruction set are chosen at run time.

use crate::hash;

/// Low halves of shingle hashes, factors, offsets; lowers the minima.
type Kernel = fn(&[u32], &[u32], &[u32], &mut [u32]);

/// Permutations, ready to sign.
pub struct Signer {
    factors: Vec<u32>,
    offsets: Vec<u32>,
    kernel: Kernel,
}

impl Signer {
    pub fn new(count: usize) -> Signer {
        let (factors, offsets) = hash::permutations(count);
        Signer::with(factors, offsets)
    }

    /// Permutations of somebody else's.
    pub fn with(factors: Vec<u32>, offsets: Vec<u32>) -> Signer {
        Signer { factors, offsets, kernel: best_kernel() }
    }

    /// Lower the minima in `out` (one a permutation) by the low halves of some shingle hashes.
    pub fn lower(&self, low: &[u32], out: &mut [u32]) {
        (self.kernel)(low, &self.factors, &self.offsets, out);
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

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::sign_blocks;

    #[target_feature(enable = "avx2")]
    fn sign_avx2_inner(low: &[u32], factors: &[u32], offsets: &[u32], out: &mut [u32]) {
        sign_blocks::<32>(low, factors, offsets, out);
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
    fn sign_avx512_inner(low: &[u32], factors: &[u32], offsets: &[u32], out: &mut [u32]) {
        sign_blocks::<64>(low, factors, offsets, out);
    }

    /// Only reached through `best_kernel`, which has seen the CPU report AVX2.
    pub fn sign_avx2(low: &[u32], factors: &[u32], offsets: &[u32], out: &mut [u32]) {
        debug_assert!(is_x86_feature_detected!("avx2"));
        // SAFETY: `best_kernel` hands this function out only after `is_x86_feature_detected!("avx2")`.
        unsafe { sign_avx2_inner(low, factors, offsets, out) }
    }

    /// Only reached through `best_kernel`, which has seen the CPU report these AVX-512 sets.
    pub fn sign_avx512(low: &[u32], factors: &[u32], offsets: &[u32], out: &mut [u32]) {
        debug_assert!(is_x86_feature_detected!("avx512bw"));
        // SAFETY: `best_kernel` hands this function out only after all four features were detected.
        unsafe { sign_avx512_inner(low, factors, offsets, out) }
    }

    pub fn best() -> Option<super::Kernel> {
        let wide = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw");
        if wide {
            Some(sign_avx512)
        } else if is_x86_feature_detected!("avx2") {
            Some(sign_avx2)
        } else {
            None
        }
    }
}

fn best_kernel() -> Kernel {
    #[cfg(target_arch = "x86_64")]
    if let Some(kernel) = x86::best() {
        return kernel;
    }
    sign_portable
}

/// The key of each band of a signature.
pub fn band_keys(signature: &[u32], rows: usize, out: &mut [u64]) {
    for (band, (key, rows)) in out.iter_mut().zip(signature.chunks_exact(rows)).enumerate() {
        let start = (band as u64 + 1).wrapping_mul(hash::A);
        *key = hash::finish(rows.iter().fold(start, |h, row| hash::mix(h, u64::from(*row))));
    }
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
                let mut kernels: Vec<Kernel> = vec![sign_portable, best_kernel()];
                #[cfg(target_arch = "x86_64")]
                if is_x86_feature_detected!("avx2") {
                    kernels.push(x86::sign_avx2);
                }
                for kernel in kernels {
                    let mut out = vec![u32::MAX; count];
                    kernel(&low[..take], &factors, &offsets, &mut out);
                    assert_eq!(out, plain);
                }
            }
        }
    }

    #[test]
    fn band_keys_differ_by_band() {
        let mut keys = [0; 4];
        band_keys(&[7; 12], 3, &mut keys);
        assert_eq!(keys.iter().collect::<std::collections::HashSet<_>>().len(), 4);
    }
}
