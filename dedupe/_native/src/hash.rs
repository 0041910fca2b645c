//! The hashes of scheme `minhash-v1`; `dedupe/text/hashing.py` defines them.

pub const A: u64 = 0x9E37_79B9_7F4A_7C15;
pub const B: u64 = 0xD6E8_FEB8_6659_FD93;
pub const C: u64 = 0xA076_1D64_78BD_642F;
const FINGERPRINT: u64 = 0xE703_7ED1_A0B4_28DB;
const SHORT: u64 = 0x8EBC_6AF0_9C88_C6E3;
const PERMUTATION_SEED: u64 = 0x5851_F42D_4C95_7F2D;
const ROTATION: u32 = 13;
pub const MAX_SHINGLE: usize = 32;

/// The hash of the token `buffer[start..end]`; the buffer may go on behind it.
#[inline(always)]
pub fn token_in(buffer: &[u8], start: usize, end: usize) -> u64 {
    let length = end - start;
    match buffer.get(start..start + 16).map(|words| words.as_chunks::<8>().0) {
        Some(&[first, second]) if (1..=16).contains(&length) => {
            // Both words are read and masked; whether there is a second decides no branch.
            let mask = |bytes: usize| u64::MAX >> (64 - 8 * bytes.clamp(1, 8));
            let one = mix((length as u64).wrapping_mul(A), u64::from_le_bytes(first) & mask(length));
            let two = mix(one, u64::from_le_bytes(second) & mask(length.saturating_sub(8)));
            finish(std::hint::select_unpredictable(length > 8, two, one))
        }
        _ => token(&buffer[start..end]),
    }
}

/// The hash of one token's folded bytes.
pub fn token(bytes: &[u8]) -> u64 {
    let mut h = (bytes.len() as u64).wrapping_mul(A);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        h = mix(h, u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        h = mix(h, u64::from_le_bytes(word));
    }
    finish(h)
}

#[inline(always)]
pub fn mix(h: u64, word: u64) -> u64 {
    let h = (h ^ word).wrapping_mul(B);
    h ^ h >> 32
}

#[inline(always)]
pub fn finish(h: u64) -> u64 {
    let h = h.wrapping_mul(C);
    h ^ h >> 29
}

/// The hash of a folded code point, for character shingles.
pub fn point(point: u32) -> u64 {
    let h = (u64::from(point) + 1).wrapping_mul(A);
    finish(h ^ h >> 32)
}

/// Call `f` with the hash of each `n` consecutive hashes; of fewer than `n`, with one hash of all.
///
/// The hash of a window is the exclusive or of its values, the j-th from the end rotated by 13 j: it rolls.
#[inline(always)]
pub fn shingles(hashes: &[u64], n: usize, mut f: impl FnMut(u64)) {
    let n = n.clamp(1, MAX_SHINGLE);
    let roll = |h: u64, value: u64| h.rotate_left(ROTATION) ^ value;
    let Some((first, rest)) = hashes.split_at_checked(n) else {
        if !hashes.is_empty() {
            f(hashes.iter().fold(0, |h, &value| roll(h, value)) ^ SHORT.wrapping_mul(hashes.len() as u64));
        }
        return;
    };
    let leaving = ROTATION * n as u32 % 64;
    let mut h = first.iter().fold(0, |h, &value| roll(h, value));
    f(h);
    for (&value, &left) in rest.iter().zip(hashes) {
        // Two steps wait for the one before, not three.
        h = h.rotate_left(ROTATION) ^ (value ^ left.rotate_left(leaving));
        f(h);
    }
}

/// A hash of all token hashes in their order, by Horner's rule; 0 only when there is none.
pub fn fingerprint(hashes: &[u64]) -> u64 {
    const F: u64 = FINGERPRINT;
    const F2: u64 = F.wrapping_mul(F);
    const F4: u64 = F2.wrapping_mul(F2);
    // Four steps of the rule at once, so that a multiplication does not wait for the one before.
    let (fours, rest) = hashes.as_chunks::<4>();
    let h = fours.iter().fold(0u64, |h, &[a, b, c, d]| {
        let high = a.wrapping_mul(F).wrapping_add(b).wrapping_mul(F2);
        h.wrapping_mul(F4).wrapping_add(high).wrapping_add(c.wrapping_mul(F).wrapping_add(d))
    });
    let h = rest.iter().fold(h, |h, &value| h.wrapping_mul(F).wrapping_add(value));
    if h == 0 { u64::from(!hashes.is_empty()) } else { h }
}

/// Factors (odd) and offsets of the first `count` permutations.
pub fn permutations(count: usize) -> (Vec<u32>, Vec<u32>) {
    let mut state = PERMUTATION_SEED;
    (0..count)
        .map(|_| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            (z as u32 | 1, (z >> 32) as u32)
        })
        .unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tokens_of_one_length_never_collide() {
        let mut seen: Vec<u64> = (0..=u16::MAX).map(|v| token(&v.to_le_bytes())).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 1 << 16);
    }

    #[test]
    fn what_stands_behind_a_token_does_not_matter() {
        let buffer = b"abcdefghijklmnopqrstuvwxyz";
        for start in 0..buffer.len() {
            for end in start..=buffer.len() {
                assert_eq!(token_in(buffer, start, end), token(&buffer[start..end]));
            }
        }
    }

    #[test]
    fn a_short_text_has_one_shingle_of_its_own() {
        let (mut short, mut whole) = (vec![], vec![]);
        shingles(&[1, 2], 3, |h| short.push(h));
        shingles(&[1, 2], 2, |h| whole.push(h));
        assert_eq!((short.len(), whole.len()), (1, 1));
        assert_ne!(short, whole);
    }

    #[test]
    fn the_rolling_hash_equals_the_definition() {
        let values: Vec<u64> = (0..200u64).map(|i| point(i as u32)).collect();
        for n in 1..=MAX_SHINGLE {
            let mut rolled = vec![];
            shingles(&values, n, |h| rolled.push(h));
            let plain = values.windows(n).map(|w| w.iter().fold(0u64, |h, v| h.rotate_left(ROTATION) ^ v));
            assert!(rolled.into_iter().eq(plain), "n = {n}");
        }
    }

    #[test]
    fn a_fingerprint_is_horners_rule() {
        let values: Vec<u64> = (0..50).map(point).collect();
        for length in 0..values.len() {
            let plain = values[..length].iter().fold(0u64, |h, v| h.wrapping_mul(FINGERPRINT).wrapping_add(*v));
            assert_eq!(fingerprint(&values[..length]), plain);
        }
    }

    #[test]
    fn order_matters() {
        assert_ne!(fingerprint(&[1, 2]), fingerprint(&[2, 1]));
        assert_eq!(fingerprint(&[]), 0);
    }
}
