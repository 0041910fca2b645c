//! Fingerprints of texts that differ in their digits alone: the twin of `dedupe/kernels/reference/recurrence.py`.

use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::features::FOLD;
use crate::fold::fold_as;
use crate::folded::Folded;
use crate::hash;
use crate::pace::{BYTE, Pace};

/// A fingerprint of each text, the same for the same letters; runs of digits are all the same.
pub fn recurrence_keys(batch: &Batch<u8>, poll: Poll) -> Result<Vec<u64>, Failure> {
    let mut pace = Pace::new(poll);
    let (mut folded, mut masked) = (Folded::default(), Vec::new());
    let mut keys = Vec::with_capacity(batch.len());
    for i in 0..batch.len() {
        pace.spend(BYTE * batch.item(i).len())?;
        fold_as(FOLD, batch.item(i), &mut folded, pace.poll(), ())?;
        // All bytes are looked at without a branch.
        if !folded.bytes().iter().fold(false, |any, byte| any | byte.is_ascii_digit()) {
            keys.push(hash::token(folded.bytes()));
            continue;
        }
        masked.clear();
        for &byte in folded.bytes() {
            let seen = if byte.is_ascii_digit() { b'0' } else { byte };
            if seen != b'0' || masked.last() != Some(&b'0') {
                masked.push(seen);
            }
        }
        keys.push(hash::token(&masked));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_all_the_same() {
        let texts = ["Page 1 of 20", "page 312, of 7", "page one of 20", "Page of"];
        let joined = texts.concat();
        let ends: Vec<i64> = texts
            .iter()
            .scan(0, |end, text| {
                Some({
                    *end += text.len() as i64;
                    *end
                })
            })
            .collect();
        let starts: Vec<i64> = ends.iter().zip(texts).map(|(end, text)| end - text.len() as i64).collect();
        let keys = recurrence_keys(&Batch::new(joined.as_bytes(), &starts, &ends).unwrap(), &mut || Ok(())).unwrap();
        assert_eq!(keys[0], keys[1]);
        assert!(keys[1..].iter().enumerate().all(|(i, key)| !keys[i + 2..].contains(key)));
    }
}
