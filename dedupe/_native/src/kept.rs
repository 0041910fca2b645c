//! The kept units of a bucket, and what they state: which of them a unit is compared with.

use std::collections::BTreeMap;

use crate::batch::Batch;
use crate::fact_keys::Keys;
use crate::fact_words::ByHash;
use crate::facts::{self, Profile, SHORT_RUN};

/// What units state, where that is asked.
pub struct Facts {
    profiles: Vec<Profile>,
    keys: Vec<Keys>,
}

impl Facts {
    pub fn new(texts: Option<Batch<u8>>, count: usize) -> Facts {
        let texts = texts.map_or(Vec::new(), |texts| (0..count).map(|i| texts.item(i)).collect());
        let profiles = facts::profiles(&texts);
        let keys = profiles.iter().map(Profile::keys).collect();
        Facts { profiles, keys }
    }

    pub fn may_agree(&self, a: u32, b: u32) -> bool {
        self.profiles.is_empty() || facts::may_agree(&self.profiles[a as usize], &self.profiles[b as usize])
    }

    pub fn agree(&self, a: u32, b: u32) -> bool {
        self.profiles.is_empty() || facts::agree(&self.profiles[a as usize], &self.profiles[b as usize])
    }
}

/// Units of a bucket that are looked at one by one.
const FEW: usize = 8;

/// The kept units of a bucket. Units with other facts are not even compared: of a form there may be very many.
#[derive(Default)]
pub struct Kept {
    all: Vec<u32>,
    /// By what they are found by, where there are more than a few; long ones by how many words they have as well.
    by_key: ByHash<Vec<u32>>,
    long: ByHash<BTreeMap<usize, Vec<u32>>>,
}

impl Kept {
    pub fn push(&mut self, unit: u32, facts: &Facts) {
        self.all.push(unit);
        if facts.keys.is_empty() || self.all.len() <= FEW {
            return;
        }
        let first = if self.all.len() == FEW + 1 { 0 } else { FEW.max(self.all.len() - 1) };
        for &unit in &self.all[first..] {
            let keys = &facts.keys[unit as usize];
            keys.own.iter().for_each(|&key| self.by_key.entry(key).or_default().push(unit));
            for &(key, words) in &keys.own_long {
                self.long.entry(key).or_default().entry(words).or_default().push(unit);
            }
        }
    }

    /// Add those that a unit may join.
    pub fn near(&self, unit: u32, facts: &Facts, out: &mut Vec<u32>) {
        let Some(keys) = facts.keys.get(unit as usize).filter(|_| self.all.len() > FEW) else {
            return out.extend(&self.all);
        };
        keys.asked.iter().filter_map(|key| self.by_key.get(key)).for_each(|units| out.extend(units));
        for (key, words) in &keys.asked_long {
            if let Some(by_words) = self.long.get(key) {
                let shorter = by_words.range(..words.saturating_sub(SHORT_RUN));
                let longer = by_words.range(words + SHORT_RUN + 1..);
                shorter.chain(longer).for_each(|(_, units)| out.extend(units));
            }
        }
    }
}
