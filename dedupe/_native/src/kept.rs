//! The kept units of a bucket, and what they state: which of them a unit is compared with.

use std::collections::BTreeMap;

use crate::batch::Batch;
use crate::fact_keys::Keys;
use crate::fact_likeness::SHORT_RUN;
use crate::fact_words::ByHash;
use crate::facts::{self, Profile};
use crate::failure::{Failure, Stop};
use crate::pace::Pace;

/// What units state, where that is asked.
pub struct Facts {
    profiles: Vec<Profile>,
    keys: Vec<Keys>,
}

impl Facts {
    pub fn is_asked(&self) -> bool {
        !self.keys.is_empty()
    }

    pub fn new(texts: Option<Batch<u8>>, count: usize, pace: &mut Pace) -> Result<Facts, Failure> {
        let texts = texts.map_or(Vec::new(), |texts| (0..count).map(|i| texts.item(i)).collect());
        let profiles = facts::profiles(&texts, pace)?;
        let mut keys = Vec::with_capacity(profiles.len());
        for profile in &profiles {
            keys.push(profile.keys(pace)?);
        }
        Ok(Facts { profiles, keys })
    }

    pub fn may_agree(&self, a: u32, b: u32) -> bool {
        self.profiles.is_empty() || facts::may_agree(&self.profiles[a as usize], &self.profiles[b as usize])
    }

    pub fn may_be_alike(&self, a: u32, b: u32) -> bool {
        facts::may_be_alike(&self.profiles[a as usize], &self.profiles[b as usize])
    }

    pub fn agree(&self, a: u32, b: u32, pace: &mut Pace) -> Result<bool, Stop> {
        Ok(self.profiles.is_empty() || facts::agree(&self.profiles[a as usize], &self.profiles[b as usize], pace)?)
    }
}

/// Kept units by what they are found by. Those with other facts are not even looked at: of a form there may be very many.
#[derive(Default)]
pub struct Index {
    kept: Vec<u32>,
    /// How many of them are entered: only where some bucket has more than a few is any looked for.
    entered: usize,
    readings: ByHash<Vec<u32>>,
    parts: ByHash<Vec<u32>>,
    /// Long texts by how many words they have as well.
    stretches: ByHash<BTreeMap<usize, Vec<u32>>>,
}

impl Index {
    pub fn push(&mut self, unit: u32) {
        self.kept.push(unit);
    }

    fn enter(&mut self, facts: &Facts) {
        for &unit in &self.kept[self.entered..] {
            let keys = &facts.keys[unit as usize];
            keys.readings.own.iter().for_each(|&key| self.readings.entry(key).or_default().push(unit));
            keys.parts.own.iter().for_each(|&key| self.parts.entry(key).or_default().push(unit));
            for &(key, words) in &keys.stretches.own {
                self.stretches.entry(key).or_default().entry(words).or_default().push(unit);
            }
        }
        self.entered = self.kept.len();
    }

    /// Add the kept units that a unit may agree with; the last of them, from the place that is the answer on, only if
    /// they are alike.
    pub fn near(&mut self, unit: u32, facts: &Facts, out: &mut Vec<u32>) -> usize {
        self.enter(facts);
        let keys = &facts.keys[unit as usize];
        keys.readings.asked.iter().filter_map(|key| self.readings.get(key)).for_each(|units| out.extend(units));
        let sure = out.len();
        keys.parts.asked.iter().filter_map(|key| self.parts.get(key)).for_each(|units| out.extend(units));
        for (key, words) in &keys.stretches.asked {
            if let Some(by_words) = self.stretches.get(key) {
                let shorter = by_words.range(..words.saturating_sub(SHORT_RUN));
                let longer = by_words.range(words + SHORT_RUN + 1..);
                shorter.chain(longer).for_each(|(_, units)| out.extend(units));
            }
        }
        sure
    }
}
