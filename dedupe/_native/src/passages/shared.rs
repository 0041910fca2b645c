//! Shared anchors: how many anchors two units have in common.

use super::anchors::{PARTS, part_of};
use crate::failure::{Failure, Poll};

/// Units with one anchor that each other one is paired with.
const CROWD: usize = 16;

/// Pairs of units with a common anchor, the earlier one first, and how many anchors they share.
#[derive(Default)]
pub struct Shared {
    pub a: Vec<i64>,
    pub b: Vec<i64>,
    pub count: Vec<i64>,
}

/// Pairs of units with a common anchor; of an anchor of many units, each with the first `CROWD` of them.
pub fn shared_anchors(hashes: &[u64], owners: &[u32], poll: Poll) -> Result<Shared, Failure> {
    if hashes.len() != owners.len() {
        return Err(Failure::Invalid("an anchor needs a hash and a unit: the arrays differ in length".into()));
    }
    let mut own: Vec<(u64, u32)> = Vec::with_capacity(hashes.len() / PARTS as usize * 5 / 4);
    let mut pairs: Vec<u64> = Vec::new();
    for part in 0..PARTS {
        poll()?;
        own.clear();
        own.extend(hashes.iter().zip(owners).filter(|&(&hash, _)| part_of(hash) == part).map(|(&hash, &owner)| (hash, owner)));
        own.sort_unstable();
        own.dedup();
        for run in own.chunk_by(|one, other| one.0 == other.0) {
            for (j, &(_, other)) in run.iter().enumerate() {
                pairs.extend(run[..j.min(CROWD)].iter().map(|&(_, one)| u64::from(one) << 32 | u64::from(other)));
            }
        }
    }
    poll()?;
    pairs.sort_unstable();
    let mut out = Shared::default();
    for run in pairs.chunk_by(|one, other| one == other) {
        out.a.push((run[0] >> 32) as i64);
        out.b.push(i64::from(run[0] as u32));
        out.count.push(run.len() as i64);
    }
    Ok(out)
}
