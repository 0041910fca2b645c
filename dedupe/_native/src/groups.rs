//! Groups and near pairs: the twins of the functions of the same names in `dedupe/kernels/reference/groups.py`.

use std::collections::HashSet;

use crate::batch::Batch;
use crate::buckets::{LOOK, check_count};
use crate::failure::{Failure, Poll};
use crate::kept::Facts;
use crate::near::Near;
use crate::pace::Pace;
use crate::sets;

/// What `group` and `near_pairs` go by.
pub struct Grouping<'a> {
    /// The units of each bucket.
    pub buckets: Batch<'a, i64>,
    /// The sorted shingle sets of the units.
    pub sets: Batch<'a, u64>,
    /// Units that join nothing.
    pub pinned: &'a [u8],
    pub threshold: f64,
    /// The fact texts, where units that differ in facts are not to join.
    pub facts: Option<Batch<'a, u8>>,
}

pub struct Groups {
    pub kept: Vec<i64>,
    pub similarity: Vec<f64>,
    pub compared: i64,
}

#[derive(Default)]
pub struct Pairs {
    pub a: Vec<i64>,
    pub b: Vec<i64>,
    pub similarity: Vec<f64>,
    pub compared: i64,
}

impl<'a> Grouping<'a> {
    fn near(&self, pace: &mut Pace) -> Result<Near<'a>, Failure> {
        let count = self.sets.len();
        check_count(count)?;
        check_count(self.buckets.len())?;
        if self.pinned.len() != count || self.facts.is_some_and(|texts| texts.len() != count) {
            return Err(Failure::Invalid("every unit needs a set, a pin and a text: the arrays differ in length".into()));
        }
        Near::new(self.buckets, self.sets, self.threshold, Facts::new(self.facts, count, pace)?)
    }

    /// The similarity of two units, or 0 where it is certain to be below the threshold.
    fn similarity(&self, a: u32, b: u32, pace: &mut Pace) -> Result<f64, Failure> {
        pace.spend(LOOK)?;
        Ok(sets::jaccard(self.sets.item(a as usize), self.sets.item(b as usize), self.threshold, pace)?)
    }

    /// Visit the units in the order of `rank`; each joins the most similar kept one of its buckets, or is kept.
    ///
    /// Pairs (kept, unit) that are `rejected` are not to be.
    pub fn group(&self, rank: &[i64], rejected: &HashSet<(i64, i64)>, poll: Poll) -> Result<Groups, Failure> {
        let (mut pace, mut found) = (Pace::new(poll), Vec::new());
        let mut near = self.near(&mut pace)?;
        let count = self.sets.len();
        if rank.len() != count {
            return Err(Failure::Invalid("every unit needs a rank: the arrays differ in length".into()));
        }
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.sort_unstable_by_key(|&unit| rank[unit as usize]);
        let mut groups = Groups { kept: (0..count as i64).collect(), similarity: vec![1.0; count], compared: 0 };
        for &unit in &order {
            found.clear();
            if self.pinned[unit as usize] == 0 {
                near.find(unit, &mut found, &mut pace)?;
            }
            let mut best: Option<(f64, u32)> = None;
            for &other in &found {
                if rejected.contains(&(i64::from(other), i64::from(unit))) {
                    continue;
                }
                groups.compared += 1;
                let similarity = self.similarity(unit, other, &mut pace)?;
                let earlier = |than: u32| rank[other as usize] < rank[than as usize];
                if similarity >= self.threshold
                    && best.is_none_or(|(most, at)| similarity > most || (similarity == most && earlier(at)))
                    && near.facts.agree(unit, other, &mut pace)?
                {
                    best = Some((similarity, other));
                }
            }
            match best {
                Some((similarity, other)) => {
                    groups.kept[unit as usize] = i64::from(other);
                    groups.similarity[unit as usize] = similarity;
                }
                None => near.enter(unit),
            }
        }
        Ok(groups)
    }

    /// Every pair of units that share a bucket and reach the threshold, but of pinned ones among themselves.
    pub fn pairs(&self, poll: Poll) -> Result<Pairs, Failure> {
        let (mut pace, mut found) = (Pace::new(poll), Vec::new());
        let mut near = self.near(&mut pace)?;
        let mut pairs = Pairs::default();
        for unit in 0..self.sets.len() as u32 {
            near.find(unit, &mut found, &mut pace)?;
            found.sort_unstable();
            for &other in &found {
                if self.pinned[unit as usize] != 0 && self.pinned[other as usize] != 0 {
                    continue;
                }
                pairs.compared += 1;
                let similarity = self.similarity(unit, other, &mut pace)?;
                if similarity >= self.threshold && near.facts.agree(unit, other, &mut pace)? {
                    pairs.a.push(i64::from(other));
                    pairs.b.push(i64::from(unit));
                    pairs.similarity.push(similarity);
                }
            }
            near.enter(unit);
        }
        Ok(pairs)
    }
}
