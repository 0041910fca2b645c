//! MinHash as datasketch 2.x computes it: the twin of `sign_datasketch` in `dedupe/kernels/reference/datasketch.py`.

use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::minhash::Signer;
use crate::shingle::{Shingles, Unit};

/// How datasketch permutes a 32-bit hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    /// `a * fmix(h) + b` modulo 2^32.
    Affine32,
    /// `(a * h + b) mod 2^61 - 1`, of which 32 bits are kept; the multiplication wraps at 2^64.
    Legacy,
}

const MERSENNE: u64 = (1 << 61) - 1;

/// Signatures, row by row, with the given factors and offsets.
pub fn sign(
    batch: &Batch<u8>,
    unit: Unit,
    n: usize,
    scheme: Scheme,
    factors: &[u64],
    offsets: &[u64],
    poll: Poll,
) -> Result<Vec<u32>, Failure> {
    if factors.len() != offsets.len() || batch.len().checked_mul(factors.len()).is_none() {
        return Err(Failure::Invalid("every permutation needs a factor and an offset: the arrays differ in length".into()));
    }
    let affine = Signer::with(factors.iter().map(|&a| a as u32).collect(), offsets.iter().map(|&b| b as u32).collect());
    let mut signatures = vec![u32::MAX; batch.len() * factors.len()];
    let mut shingles = Shingles::default();
    let (mut begins, mut hashes): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    for (i, row) in signatures.chunks_exact_mut(factors.len().max(1)).enumerate() {
        poll()?;
        shingles.fold(batch.item(i), poll)?;
        begins.clear();
        shingles.begins(unit, &mut begins);
        hashes.clear();
        let folded = shingles.folded.bytes();
        let gap = usize::from(unit == Unit::Word);
        // One shingle of all where there are fewer tokens than it takes.
        let reach = n.min(begins.len() - 1).max(1);
        for window in begins.windows(reach + 1) {
            hashes.push(first_bytes(&folded[window[0] as usize..window[reach] as usize - gap]));
        }
        match scheme {
            Scheme::Affine32 => {
                hashes.iter_mut().for_each(|hash| *hash = mix(*hash));
                affine.lower(&hashes, row);
            }
            Scheme::Legacy => {
                for ((minimum, a), b) in row.iter_mut().zip(factors).zip(offsets) {
                    let permuted = |&h: &u32| (a.wrapping_mul(u64::from(h)).wrapping_add(*b) % MERSENNE) as u32;
                    *minimum = hashes.iter().map(permuted).fold(*minimum, u32::min);
                }
            }
        }
    }
    Ok(signatures)
}

/// The first four bytes of the SHA-1 digest, as a little-endian number.
fn first_bytes(shingle: &[u8]) -> u32 {
    let [a, b, c, d, ..] = sha1_smol::Sha1::from(shingle).digest().bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// The last step of MurmurHash3.
fn mix(hash: u32) -> u32 {
    let hash = (hash ^ hash >> 16).wrapping_mul(0x85EB_CA6B);
    let hash = (hash ^ hash >> 13).wrapping_mul(0xC2B2_AE35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_sha1() {
        // SHA-1 of "abc" is a9993e36...
        assert_eq!(first_bytes(b"abc"), 0x363E_99A9);
    }

    #[test]
    fn a_text_without_tokens_lowers_nothing() {
        let batch = Batch::new(b"...", &[0, 0], &[3, 0]).unwrap();
        for scheme in [Scheme::Affine32, Scheme::Legacy] {
            assert_eq!(sign(&batch, Unit::Word, 3, scheme, &[5, 7], &[1, 2], &mut || Ok(())).unwrap(), [u32::MAX; 4]);
        }
    }
}
