//! Line breaks that may only wrap, and the margin at which most of them are full.

use super::lines::{Line, Opening};

const NARROWEST: usize = 36;
pub const WIDEST: usize = 120;
pub const WIDE_AS_VERSE: usize = 50;
const WIDER_THAN_VERSE: usize = 60;
pub const OWN: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    GoesOn,
    MayGoOn,
    Ended,
}

/// A line break that may only wrap; it is full at the margins from `low` to `high`.
#[derive(Clone, Copy)]
pub struct Break {
    pub low: usize,
    pub high: usize,
    pub kind: Kind,
    pub lower: bool,
    pub item: bool,
    pub following: usize,
}

#[derive(Clone, Copy, Default)]
pub struct Margin {
    pub width: usize,
    pub net: usize,
    pub full: usize,
    pub goes_on: usize,
    pub lower: usize,
    pub inside: usize,
    pub ends: usize,
}

impl Margin {
    pub fn is_sure(&self) -> bool {
        if self.net == 0 || self.net * 3 < self.ends {
            return false;
        }
        let perfect = self.net == self.inside && self.net >= OWN;
        if self.width < WIDE_AS_VERSE {
            return perfect && self.goes_on > 0;
        }
        if self.net * 4 >= self.inside * 3 {
            let even = perfect && (self.goes_on > 0 || self.width >= WIDER_THAN_VERSE);
            return even || self.goes_on * 5 >= self.full;
        }
        self.lower > 0 && self.net * 2 >= self.inside && self.goes_on * 3 >= self.full
    }
}

/// The break between two lines, or nothing where it surely ends a paragraph.
pub fn find_break(line: &Line, following: &Line, by_points: bool) -> Option<Break> {
    if line.mark != following.mark || following.is_bullet || (line.item > 0 && following.item > 0) {
        return None;
    }
    if line.is_rule || following.is_rule || following.is_row || (line.is_row && !line.hangs_at(following.indent)) {
        return None;
    }
    if line.is_one_word && following.is_one_word {
        return None;
    }
    let mut first = following.opening;
    if first == Opening::Capital && !line.has_lower() && !following.has_lower() {
        first = Opening::Lower;
    }
    let kind = if line.ends_sentence {
        Kind::Ended
    } else if matches!(first, Opening::Lower | Opening::Caseless) && !matches!(line.last(), b'{' | b'}' | b'\\') {
        Kind::GoesOn
    } else {
        Kind::MayGoOn
    };
    let (end, width, hung, unit) = if by_points {
        let unit = if kind == Kind::Ended { following.first_unit().1 } else { following.first_word() };
        (line.points, following.points, 1, unit)
    } else {
        (line.width, following.width, 2, following.first_unit().0)
    };
    let low = if line.hangs_over() { end - hung } else { end };
    let space = usize::from(!line.needs_no_space(following));
    Some(Break {
        low,
        high: (end + space + unit).saturating_sub(1).min(2 * low),
        kind,
        lower: first == Opening::Lower,
        item: following.item > 0,
        following: if following.is_one_word { 0 } else { width },
    })
}

// What is counted for each width, in one vector.
const STARTS: usize = 0;
const LOWER: usize = 1;
const GOES_ON: usize = 2;
const FULL: usize = 3;
const ENDED: usize = 4;
const ENDED_FULL: usize = 5;

/// Counts of line widths, and differences of the counts of breaks that are full, for each width.
pub struct Votes {
    counts: [[i32; 8]; WIDEST + 2],
    /// The first width and the last one of which anything is counted.
    first: usize,
    last: usize,
    pub inside: usize,
}

impl Default for Votes {
    fn default() -> Votes {
        Votes { counts: [[0; 8]; WIDEST + 2], first: WIDEST + 1, last: 0, inside: 0 }
    }
}

impl Votes {
    pub fn add(&mut self, found: &Break) {
        if found.item || found.low > WIDEST || (found.kind != Kind::GoesOn && found.low < NARROWEST) {
            return;
        }
        let (counts, after) = (&mut self.counts, found.high.min(WIDEST) + 1);
        let votes = match (found.kind, found.lower) {
            (Kind::Ended, _) => ENDED_FULL..ENDED_FULL + 1,
            (Kind::MayGoOn, _) => FULL..FULL + 1,
            (Kind::GoesOn, false) => GOES_ON..FULL + 1,
            (Kind::GoesOn, true) => LOWER..FULL + 1,
        };
        (self.first, self.last) = (self.first.min(found.low), self.last.max(found.low).max(after));
        counts[found.low][if found.kind == Kind::Ended { ENDED } else { STARTS }] += 1;
        self.inside += usize::from(found.kind != Kind::Ended);
        for vote in votes {
            counts[found.low][vote] += 1;
            counts[after][vote] -= 1;
        }
    }

    /// The margin at which most breaks are full; of several the widest.
    pub fn margin(&mut self) -> Margin {
        let mut best = Margin { inside: self.inside, ..Margin::default() };
        if self.inside == 0 {
            return best;
        }
        let mut sums = [0; 8];
        // Before the first nothing is counted, and behind the last as much as there.
        for counts in &mut self.counts[self.first..=self.last] {
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += *count;
                *count = *sum;
            }
        }
        for width in NARROWEST.max(self.first)..=WIDEST.min(self.last) {
            let (here, somewhat) = (&self.counts[width], &self.counts[(width + width / 4).min(WIDEST).min(self.last)]);
            let is_start = here[STARTS] > self.counts[width - 1][STARTS];
            // Where no line ends, no more breaks are full than a column before, and no fewer lines are too wide.
            if width > NARROWEST && !is_start {
                continue;
            }
            let of = |count: i32| usize::try_from(count).unwrap_or(0);
            let net = of(here[FULL] - (somewhat[STARTS] - here[STARTS]));
            if net > best.net || (net == best.net && net > 0 && is_start) {
                best = Margin {
                    width,
                    net,
                    full: of(here[FULL]),
                    goes_on: of(here[GOES_ON]),
                    lower: of(here[LOWER]),
                    inside: self.inside,
                    ends: of(somewhat[ENDED] - here[ENDED_FULL]),
                };
            }
        }
        best
    }
}

pub fn find_margin(breaks: &[Break]) -> Margin {
    let mut votes = Votes::default();
    breaks.iter().for_each(|found| votes.add(found));
    votes.margin()
}
