//! Stretches of texts, and which of them are mostly the same.

use std::collections::{BTreeMap, HashMap};

use crate::failure::{Failure, Poll};
use crate::pace::poll_at;

/// Two stretches of one text that share six tenths of what they take together are one copy.
const PART: i64 = 6;
const WHOLE: i64 = 10;
/// Places in a text are less.
const FARTHEST: i64 = 1 << 40;

/// For each stretch of a text the first of those before it that is mostly the same, or its own number.
pub fn same_stretches(texts: &[i64], starts: &[i64], ends: &[i64], poll: Poll) -> Result<Vec<i64>, Failure> {
    if texts.len() != starts.len() || texts.len() != ends.len() {
        return Err(Failure::Invalid("a stretch needs a text, a start and an end: the arrays differ in length".into()));
    }
    // Of each text, those that are the same as none before them: the end of each, by start and number.
    let mut seen: HashMap<i64, BTreeMap<(i64, usize), i64>> = HashMap::new();
    let mut out = Vec::with_capacity(texts.len());
    for (number, ((&text, &start), &end)) in texts.iter().zip(starts).zip(ends).enumerate() {
        poll_at(number, poll)?;
        if !(0..FARTHEST).contains(&start) || !(start..FARTHEST).contains(&end) {
            return Err(Failure::Invalid(format!("{start} to {end} is no stretch of a text")));
        }
        // Of two stretches that share so much neither begins further from the other than this.
        let reach = (end - start) * (WHOLE - PART) / PART + 1;
        let own = seen.entry(text).or_default();
        let near = own.range((start - reach, 0)..=(start + reach, number));
        let same = near.filter(|&(&(other_start, _), &other_end)| {
            let shared = end.min(other_end) - start.max(other_start);
            WHOLE * shared >= PART * (end.max(other_end) - start.min(other_start))
        });
        let first = same.map(|(&(_, other), _)| other).min().unwrap_or(number);
        if first == number {
            own.insert((start, number), end);
        }
        out.push(first as i64);
    }
    Ok(out)
}
