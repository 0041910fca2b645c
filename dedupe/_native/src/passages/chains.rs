//! Chains: matches that follow each other closely in both places, by dynamic programming over integers.

use super::letters::Letters;
use super::matches::Match;
use crate::failure::Stop;
use crate::pace::Pace;

const LOOK_BACK: usize = 64;
/// The most that may lie between two matches of a chain, in either place.
const GAP: i64 = 100;
const SCALE: i64 = 5;
const OPEN: i64 = 10;
const UNEVEN: i64 = 2;
const EVEN: i64 = 2;
/// A chain is worth at least so many letters, or two thirds of a shorter least length.
const LEAST: i64 = 40;

/// What the matches of a chain weigh at least.
pub fn least_weight(min_length: i64) -> i64 {
    LEAST.min(2 * min_length / 3)
}

/// Steps that it takes to align what lies between two matches.
const REGION: usize = 1 << 12;
const NONE: usize = usize::MAX;

/// Finds chains; its buffers are reused.
#[derive(Default)]
pub struct Chainer {
    score: Vec<i64>,
    previous: Vec<usize>,
    begin_b: Vec<usize>,
    end_b: Vec<usize>,
    used: Vec<bool>,
    order: Vec<usize>,
}

impl Chainer {
    /// Hand the chains of the matches of two texts, or of one with itself, to `f`; the best one first.
    pub fn chains(
        &mut self,
        letters: &Letters,
        matches: &[Match],
        same: bool,
        min_length: i64,
        pace: &mut Pace,
        mut f: impl FnMut(&[Match]),
    ) -> Result<(), Stop> {
        self.score_all(letters, matches, same, pace)?;
        self.used.clear();
        self.used.resize(matches.len(), false);
        let least = SCALE * least_weight(min_length);
        self.order.clear();
        self.order.extend((0..matches.len()).filter(|&i| self.score[i] >= least));
        self.order.sort_unstable_by_key(|&i| (-self.score[i], i));
        let mut links = Vec::new();
        for &last in &self.order {
            links.clear();
            let mut at = last;
            while at != NONE && !self.used[at] {
                self.used[at] = true;
                links.push(matches[at]);
                at = self.previous[at];
            }
            let before = if at == NONE { 0 } else { self.score[at] };
            if !links.is_empty() && self.score[last] - before >= least {
                links.reverse();
                pace.spend(REGION * links.len())?;
                f(&links);
            }
        }
        Ok(())
    }

    /// For each match the worth of the best chain that it ends, and the match before it there.
    fn score_all(&mut self, letters: &Letters, matches: &[Match], same: bool, pace: &mut Pace) -> Result<(), Stop> {
        let Chainer { score, previous, begin_b, end_b, .. } = self;
        score.clear();
        previous.clear();
        begin_b.clear();
        end_b.clear();
        end_b.extend(matches.iter().map(|one| one.b + one.length));
        for (i, &Match { a, b, length }) in matches.iter().enumerate() {
            pace.spend(4 * LOOK_BACK)?;
            let mut best = (SCALE * letters.weight(a, a + length), NONE, b);
            for j in (i.saturating_sub(LOOK_BACK)..i).rev() {
                // Most are somewhere else in b: behind the end of this one, or too far before it, as a letter weighs one.
                if (b + length).wrapping_sub(end_b[j] + 1) >= length + GAP as usize {
                    continue;
                }
                let other = matches[j];
                if a <= other.a || b <= other.b {
                    continue;
                }
                let (end_a, end_b) = (other.a + other.length, end_b[j]);
                let overlap = end_a.saturating_sub(a).max(end_b.saturating_sub(b));
                if overlap >= length || (same && a + length > begin_b[j]) {
                    continue;
                }
                if (a + overlap).saturating_sub(end_a) as i64 > GAP {
                    continue;
                }
                let (gap_a, gap_b) = (letters.weight(end_a, a + overlap), letters.weight(end_b, b + overlap));
                if gap_a.max(gap_b) > GAP {
                    continue;
                }
                let cost = OPEN + UNEVEN * (gap_a - gap_b).abs() + EVEN * gap_a.min(gap_b);
                let joined = score[j] - cost + SCALE * letters.weight(a + overlap, a + length);
                if joined > best.0 {
                    best = (joined, j, begin_b[j]);
                }
            }
            score.push(best.0);
            previous.push(best.1);
            begin_b.push(best.2);
        }
        Ok(())
    }
}
