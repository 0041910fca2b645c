//! Units by the rarest values of their sets; the twin of `Prefixes` in `dedupe/kernels/reference/near.py`, which says how.

use crate::batch::Batch;
use crate::buckets::equal_runs;
use crate::failure::{Failure, Poll};

/// A unit that is looked at costs as much as so many entries of a list.
pub const LOOK: usize = 4;
const ONCE: u32 = u32::MAX;

pub struct Prefixes {
    /// For each value of the sets its number among those that occur again.
    numbers: Vec<u32>,
    /// How often each of these occurs.
    counts: Vec<u32>,
    /// The units that were entered by each.
    lists: Vec<Vec<u32>>,
    threshold: f64,
    /// The values of a unit that others have too, the rarest first: how often, and the number.
    rarest: Vec<(u32, u32)>,
    /// How many of the values that were looked up each unit has, and which units have any.
    shared: Vec<u32>,
    met: Vec<u32>,
}

/// How a unit is looked up: by so many of its rarest values, of which others must share `k`.
pub struct Plan {
    pub cost: f64,
    /// Entries that are looked at.
    pub steps: usize,
    values: usize,
    k: u32,
}

impl Prefixes {
    pub fn new(sets: &Batch<u64>, threshold: f64, poll: Poll) -> Result<Prefixes, Failure> {
        let (positions, starts) = equal_runs(sets.buffer, poll)?;
        let mut numbers = vec![ONCE; sets.buffer.len()];
        let mut counts = Vec::with_capacity(starts.len() - 1);
        for (number, run) in starts.windows(2).enumerate() {
            let run = &positions[run[0] as usize..run[1] as usize];
            counts.push(run.len() as u32);
            run.iter().for_each(|&position| numbers[position as usize] = number as u32);
        }
        let lists = vec![Vec::new(); counts.len()];
        let (rarest, met) = (Vec::new(), Vec::new());
        Ok(Prefixes { numbers, counts, lists, threshold, rarest, shared: vec![0; sets.len()], met })
    }

    /// Of so many values of a set any other at the threshold has one, whichever they are.
    fn prefix(&self, size: usize) -> usize {
        size - least_shared(size, self.threshold) + 1
    }

    /// Sort the rarest values of a unit, as many as may be asked for; answers with how many others have not.
    fn read(&mut self, sets: &Batch<u64>, unit: u32) -> usize {
        let own = sets.starts[unit as usize] as usize..sets.ends[unit as usize] as usize;
        let (size, most) = (own.len(), 2 * self.prefix(own.len()));
        self.rarest.clear();
        let again = self.numbers[own].iter().filter(|&&number| number != ONCE);
        self.rarest.extend(again.map(|&number| (self.counts[number as usize], number)));
        let once = size - self.rarest.len();
        let most = most.saturating_sub(once);
        if most < self.rarest.len() {
            if most > 0 {
                self.rarest.select_nth_unstable(most - 1);
            }
            self.rarest.truncate(most);
        }
        self.rarest.sort_unstable();
        once
    }

    pub fn add(&mut self, sets: &Batch<u64>, unit: u32) {
        self.read(sets, unit);
        for &(_, number) in &self.rarest {
            self.lists[number as usize].push(unit);
        }
    }

    /// How a unit is looked up at the least cost.
    pub fn plan(&mut self, sets: &Batch<u64>, unit: u32) -> Plan {
        let size = sets.item(unit as usize).len();
        let once = self.read(sets, unit);
        let least = least_shared(size, self.threshold);
        let mut best: Option<Plan> = None;
        let (mut steps, mut taken) = (0, 0);
        // Smaller sets are entered with fewer values.
        for k in 1..=least.min(self.prefix(least) + 1) {
            let values = (size - least + k).saturating_sub(once).min(self.rarest.len());
            steps += self.rarest[taken..values].iter().map(|&(_, number)| self.lists[number as usize].len()).sum::<usize>();
            taken = values;
            let cost = (steps * (k + LOOK)) as f64 / k as f64;
            if best.as_ref().is_none_or(|best| cost < best.cost) {
                best = Some(Plan { cost, steps, values, k: k as u32 });
            }
        }
        best.unwrap_or(Plan { cost: 0.0, steps: 0, values: 0, k: 1 })
    }

    /// Count for each unit how many of the values of the plan, made just before, it has; `is_near` answers by it.
    pub fn look_up(&mut self, plan: &Plan) {
        self.met.drain(..).for_each(|unit| self.shared[unit as usize] = 0);
        for &(_, number) in &self.rarest[..plan.values] {
            for &unit in &self.lists[number as usize] {
                let shared = &mut self.shared[unit as usize];
                if *shared == 0 {
                    self.met.push(unit);
                }
                *shared += 1;
            }
        }
    }

    pub fn is_near(&self, plan: &Plan, unit: u32) -> bool {
        self.shared[unit as usize] >= plan.k
    }

    /// The units that share enough of the values that were looked up.
    pub fn near(&self, plan: &Plan) -> impl Iterator<Item = u32> {
        self.met.iter().copied().filter(|&unit| self.is_near(plan, unit))
    }
}

/// How many values a set of so many must share, at least, with another to reach a threshold.
fn least_shared(size: usize, threshold: f64) -> usize {
    let reaches = |shared: usize| shared as f64 / size as f64 >= threshold;
    let mut least = ((size as f64 * threshold) as usize).min(size);
    while least > 0 && reaches(least - 1) {
        least -= 1;
    }
    while least < size && !reaches(least) {
        least += 1;
    }
    least
}
