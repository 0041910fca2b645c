//! Which earlier units of its buckets a unit is compared with; the twin of `Near` in `dedupe/kernels/reference/near.py`.

use crate::batch::Batch;
use crate::buckets::unit_number;
use crate::failure::Failure;
use crate::kept::{Facts, Index};
use crate::pace::Pace;
use crate::prefixes::{LOOK, Plan, Prefixes};
use crate::sketches::Sketches;

/// So many earlier units are always compared.
const FEW: usize = 8;
const NONE: u32 = u32::MAX;

pub struct Near<'a> {
    sets: Batch<'a, u64>,
    threshold: f64,
    pub facts: Facts,
    /// The buckets of each unit, ascending: unit `u` has `numbers[starts[u]..starts[u + 1]]`.
    starts: Vec<usize>,
    numbers: Vec<u32>,
    /// The units that were entered, and those of each bucket.
    entered: Vec<u32>,
    entered_in: Vec<Vec<u32>>,
    by_facts: Index,
    /// By rare values: made when first asked, with how many of those entered it knows.
    prefixes: Option<Prefixes>,
    known: usize,
    sketches: Sketches,
    /// For which unit each was met last.
    seen: Vec<u32>,
}

impl<'a> Near<'a> {
    pub fn new(buckets: Batch<i64>, sets: Batch<'a, u64>, threshold: f64, facts: Facts) -> Result<Near<'a>, Failure> {
        if threshold.is_nan() || threshold <= 0.0 {
            return Err(Failure::Invalid(format!("the threshold {threshold} is not above 0")));
        }
        let (starts, numbers) = buckets_of_units(buckets, sets.len())?;
        Ok(Near {
            sets,
            threshold,
            facts,
            starts,
            numbers,
            entered: Vec::new(),
            entered_in: vec![Vec::new(); buckets.len()],
            by_facts: Index::default(),
            prefixes: None,
            known: 0,
            sketches: Sketches::new(sets.len(), threshold),
            seen: vec![NONE; sets.len()],
        })
    }

    fn buckets_of(&self, unit: u32) -> &[u32] {
        &self.numbers[self.starts[unit as usize]..self.starts[unit as usize + 1]]
    }

    /// Enter a unit, which later ones are compared with.
    pub fn enter(&mut self, unit: u32) {
        let own = self.starts[unit as usize]..self.starts[unit as usize + 1];
        for &bucket in &self.numbers[own] {
            self.entered_in[bucket as usize].push(unit);
        }
        self.entered.push(unit);
        if self.facts.is_asked() {
            self.by_facts.push(unit);
        }
    }

    /// The units that were entered, share a bucket with this one, and may reach the threshold and agree; each once.
    pub fn find(&mut self, unit: u32, out: &mut Vec<u32>, pace: &mut Pace) -> Result<(), Failure> {
        out.clear();
        let sizes = || self.buckets_of(unit).iter().map(|&bucket| self.entered_in[bucket as usize].len());
        let (steps, most) = (sizes().sum::<usize>(), sizes().max().unwrap_or(0));
        if self.facts.is_asked() {
            self.with_its_facts(unit, most > FEW, out, pace)?;
            if out.len() <= FEW {
                return Ok(());
            }
            if let Some(plan) = self.plan(unit, out.len() * (1 + LOOK), pace)?
                && let Some(prefixes) = &self.prefixes
            {
                out.retain(|&other| prefixes.is_near(&plan, other));
            }
        } else if steps <= FEW {
            self.in_buckets(unit, out);
            return Ok(());
        } else if let Some(plan) = self.plan(unit, steps + LOOK * most, pace)?
            && let Some(prefixes) = &self.prefixes
        {
            out.extend(prefixes.near(&plan));
            out.retain(|&other| meet(self.buckets_of(unit), self.buckets_of(other)));
        } else {
            pace.spend(steps)?;
            self.in_buckets(unit, out);
        }
        pace.spend(64 * out.len())?;
        self.sketches.retain(&self.sets, unit, out);
        Ok(())
    }

    fn in_buckets(&mut self, unit: u32, out: &mut Vec<u32>) {
        let own = self.starts[unit as usize]..self.starts[unit as usize + 1];
        for &bucket in &self.numbers[own] {
            for &other in &self.entered_in[bucket as usize] {
                if self.seen[other as usize] != unit {
                    self.seen[other as usize] = unit;
                    out.push(other);
                }
            }
        }
    }

    /// Those that may state the same facts, found by these where many share a bucket.
    fn with_its_facts(&mut self, unit: u32, is_crowded: bool, out: &mut Vec<u32>, pace: &mut Pace) -> Result<(), Failure> {
        if !is_crowded {
            self.in_buckets(unit, out);
            out.retain(|&other| self.facts.may_agree(unit, other));
            return Ok(());
        }
        let mut asked = Vec::new();
        let sure = self.by_facts.near(unit, &self.facts, &mut asked);
        for (place, other) in asked.into_iter().enumerate() {
            if self.seen[other as usize] == unit {
                continue;
            }
            self.seen[other as usize] = unit;
            pace.spend(64)?;
            if (place < sure || self.facts.may_be_alike(unit, other)) && meet(self.buckets_of(unit), self.buckets_of(other)) {
                out.push(other);
            }
        }
        Ok(())
    }

    /// Look a unit up by its rare values, if that is worth less than so many steps.
    fn plan(&mut self, unit: u32, steps: usize, pace: &mut Pace) -> Result<Option<Plan>, Failure> {
        // To plan takes a look at each value.
        if steps <= self.sets.item(unit as usize).len() {
            return Ok(None);
        }
        let prefixes = match &mut self.prefixes {
            Some(prefixes) => prefixes,
            none => none.insert(Prefixes::new(&self.sets, self.threshold, pace.poll())?),
        };
        for &other in &self.entered[self.known..] {
            prefixes.add(&self.sets, other);
            pace.spend(8 * self.sets.item(other as usize).len())?;
        }
        self.known = self.entered.len();
        pace.spend(8 * self.sets.item(unit as usize).len())?;
        let plan = prefixes.plan(&self.sets, unit);
        if plan.cost >= steps as f64 {
            return Ok(None);
        }
        prefixes.look_up(&plan);
        pace.spend(plan.steps)?;
        Ok(Some(plan))
    }
}

/// The buckets of each unit, ascending: unit `u` has `numbers[starts[u]..starts[u + 1]]`.
fn buckets_of_units(buckets: Batch<i64>, count: usize) -> Result<(Vec<usize>, Vec<u32>), Failure> {
    let mut starts = vec![0; count + 1];
    for i in 0..buckets.len() {
        for &unit in buckets.item(i) {
            starts[unit_number(unit, count)? as usize + 1] += 1;
        }
    }
    for unit in 0..count {
        starts[unit + 1] += starts[unit];
    }
    let mut next = starts.clone();
    let mut numbers = vec![0; starts[count]];
    for i in 0..buckets.len() {
        for &unit in buckets.item(i) {
            numbers[next[unit as usize]] = i as u32;
            next[unit as usize] += 1;
        }
    }
    Ok((starts, numbers))
}

/// Whether two ascending lists have a number in common.
fn meet(a: &[u32], b: &[u32]) -> bool {
    let mut rest = b.iter().peekable();
    a.iter().any(|number| {
        while rest.next_if(|other| *other < number).is_some() {}
        rest.peek() == Some(&number)
    })
}
