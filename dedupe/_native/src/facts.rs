//! Whether two near copies differ in what may be a fact: the twin of `dedupe/duplicates/fact_rule.py`, which says how.

use std::ops::Range;

use crate::fact_readings::Readings;
use crate::fact_views::{Atom, Parsed, Sort, View};
use crate::fact_words::may_have_marks;
use crate::hash;

const WINDOW: usize = 3;
pub const SHORT_RUN: usize = 7;
const HEAD: usize = 20;
const STRAY: usize = 200;
const LONG_TEXT: usize = 400;
/// Keys of texts with their marks, without those that they have, and of texts that have none.
const SALTS: [u64; 3] = [hash::A, hash::B, hash::C];

/// A view and its readings.
struct Seen {
    view: View,
    readings: Readings,
}

impl Seen {
    fn new(view: View) -> Seen {
        Seen { readings: Readings::new(&view), view }
    }

    fn share(&self, other: &Seen) -> bool {
        self.readings.share(&self.view, &other.readings, &other.view)
    }
}

/// A text as it is compared with others.
pub struct Profile {
    /// With its marks, if it has any.
    marked: Option<Seen>,
    /// Without marks, and with umlauts transcribed; left out where only texts with marks are compared.
    plain: Option<Seen>,
    transcribed: Option<Seen>,
}

impl Profile {
    /// Make a fact text ready for comparison; `bare` says whether a text with marks is compared with some that have none.
    pub fn new(fact_text: &[u8], bare: bool) -> Profile {
        let parsed = Parsed::new(fact_text);
        let marked = parsed.has_marks.then(|| Seen::new(parsed.marked()));
        let plain = (bare || !parsed.has_marks).then(|| Seen::new(parsed.plain()));
        let transcribed = (bare && parsed.has_umlauts).then(|| Seen::new(parsed.transcribed()));
        Profile { marked, plain, transcribed }
    }

    fn bare(&self) -> impl Iterator<Item = &Seen> {
        self.plain.iter().chain(&self.transcribed)
    }

    /// What the text is found by, and what others are found by that it may agree with.
    pub fn keys(&self) -> Keys {
        let [with, without, none] = SALTS;
        let mut keys = Keys::default();
        if let Some(seen) = &self.marked {
            keys.add(seen, true, with, &[with]);
        }
        for (i, seen) in self.bare().enumerate() {
            match self.marked {
                Some(_) => keys.add(seen, i == 0, without, &[none]),
                None => keys.add(seen, i == 0, none, &[none, without]),
            }
        }
        for list in [&mut keys.own, &mut keys.asked] {
            list.sort_unstable();
            list.dedup();
        }
        keys
    }
}

/// What texts are found by among those that they may agree with.
#[derive(Default)]
pub struct Keys {
    pub own: Vec<u64>,
    pub asked: Vec<u64>,
    /// Of long texts, which may have a stretch more, with how many words they have.
    pub own_long: Vec<(u64, usize)>,
    pub asked_long: Vec<(u64, usize)>,
}

impl Keys {
    /// Add those of a view, salted; `by_word` says whether it is compared word by word.
    fn add(&mut self, seen: &Seen, by_word: bool, own: u64, asked: &[u64]) {
        let view = &seen.view;
        let mut keys: Vec<u64> = seen.readings.hashes().collect();
        let count = view.atoms.len();
        let strict = hash::mix(view.strict, view.language.unwrap_or(0) as u64);
        if by_word && view.strays && count >= STRAY {
            // Of so many parts as words may change and one more, one has the same words. Texts that may agree allow as
            // many changes, or one less or more.
            for parts in count / STRAY..count / STRAY + 2 {
                let mut sums = vec![0u64; parts];
                for &word in &view.sorted {
                    let sum = &mut sums[(word >> 32) as usize % parts];
                    *sum = sum.wrapping_add(hash::finish(word));
                }
                let salt = |part: usize| hash::mix(strict, (parts * (parts + 1) + part) as u64);
                keys.extend(sums.iter().enumerate().map(|(part, &sum)| hash::mix(salt(part), sum)));
            }
        }
        self.own.extend(keys.iter().map(|key| key ^ own));
        asked.iter().for_each(|salt| self.asked.extend(keys.iter().map(|key| key ^ salt)));
        if by_word && view.strays && count >= LONG_TEXT {
            self.own_long.push((strict ^ own, count));
            self.asked_long.extend(asked.iter().map(|salt| (strict ^ salt, count)));
        }
    }
}

/// The views by which two texts are compared word by word.
fn views<'a>(a: &'a Profile, b: &'a Profile) -> Option<(&'a Seen, &'a Seen)> {
    match (&a.marked, &b.marked) {
        (Some(one), Some(other)) => Some((one, other)),
        _ => a.plain.as_ref().zip(b.plain.as_ref()),
    }
}

/// Profiles of texts that are compared with each other.
pub fn profiles(fact_texts: &[&[u8]]) -> Vec<Profile> {
    let has_marks = |text: &&&[u8]| may_have_marks(text);
    let marked = fact_texts.iter().filter(has_marks).count();
    // Where all have marks, or none has, nobody asks what the texts are without them.
    fact_texts.iter().map(|text| Profile::new(text, marked != fact_texts.len())).collect()
}

/// Whether two texts may state the same facts: what their numbers, signs and counts of words say.
pub fn may_agree(a: &Profile, b: &Profile) -> bool {
    let shares = match (&a.marked, &b.marked) {
        (Some(one), Some(other)) => one.readings.may_share(&other.readings),
        _ => a.bare().any(|one| b.bare().any(|other| one.readings.may_share(&other.readings))),
    };
    shares || views(a, b).is_some_and(|(one, other)| may_agree_loosely(&one.view, &other.view))
}

fn may_agree_loosely(a: &View, b: &View) -> bool {
    let (shorter, longer) = if a.atoms.len() <= b.atoms.len() { (a, b) } else { (b, a) };
    let count = shorter.atoms.len();
    if count < STRAY || !(a.strays && b.strays && a.language == b.language) || a.strict != b.strict {
        return false;
    }
    let more = longer.atoms.len() - count;
    let most = count / STRAY;
    if count >= LONG_TEXT && more > SHORT_RUN {
        // What the longer text has more does not count.
        return a.is_near(b, 2 * most + more) && missing(&shorter.sorted, &longer.sorted, most) <= most;
    }
    if more > most || !a.is_near(b, most) {
        return false;
    }
    2 * missing(&shorter.sorted, &longer.sorted, most) + more <= most
}

/// How many of some values, in order, others lack; counted to one more than `most`.
fn missing(own: &[u64], others: &[u64], most: usize) -> usize {
    let (mut j, mut missing) = (0, 0);
    for &value in own {
        while j < others.len() && others[j] < value {
            j += 1;
        }
        if j < others.len() && others[j] == value {
            j += 1;
        } else {
            missing += 1;
            if missing > most {
                break;
            }
        }
    }
    missing
}

/// Whether two texts state the same facts.
pub fn agree(a: &Profile, b: &Profile) -> bool {
    let shares = match (&a.marked, &b.marked) {
        (Some(one), Some(other)) => one.share(other),
        _ => a.bare().any(|one| b.bare().any(|other| one.share(other))),
    };
    let loosely =
        |(one, other): (&Seen, &Seen)| may_agree_loosely(&one.view, &other.view) && agree_loosely(&one.view, &other.view);
    shares || views(a, b).is_some_and(loosely)
}

/// Whether long texts that may agree do so, though they have no reading in common.
fn agree_loosely(a: &View, b: &View) -> bool {
    let (one, other) = (Windows::new(a), Windows::new(b));
    let (runs_a, runs_b) = (one.runs(&other), other.runs(&one));
    let shorter = a.atoms.len().min(b.atoms.len());
    let mut changed = unequal_repeats(a, &runs_a, b, &runs_b);
    for (view, than, runs) in [(a, b, &runs_a), (b, a, &runs_b)] {
        let more = view.atoms.len().saturating_sub(than.atoms.len());
        for run in runs {
            if view.atoms[run.clone()].iter().any(|atom| is_fact(atom, view, than)) {
                return false;
            }
            if run.len() > SHORT_RUN {
                if shorter < LONG_TEXT || more <= SHORT_RUN {
                    return false;
                }
            } else if run.start < HEAD {
                return false;
            } else {
                changed += run.len();
            }
        }
    }
    let most = shorter / STRAY;
    changed <= most && changed + moves(&one, &other).max(moves(&other, &one)) <= most
}

/// Whether a word may not change in a text of any length.
fn is_fact(atom: &Atom, view: &View, other: &View) -> bool {
    if atom.sort != Sort::Word {
        return true;
    }
    if atom.flag == 0 {
        return false;
    }
    let small = |view: &View| view.atoms.iter().any(|own| own.hash == atom.hash && own.flag == 0);
    !view.is_cased || atom.flag == b'C' || !(small(view) || small(other))
}

/// The windows of a view, in order of place and of value.
struct Windows {
    count: usize,
    windows: Vec<u64>,
    sorted: Vec<u64>,
}

impl Windows {
    fn new(view: &View) -> Windows {
        let hashes: Vec<u64> = view.atoms.iter().map(|atom| atom.hash).collect();
        let mut windows = Vec::with_capacity(hashes.len());
        hash::shingles(&hashes, WINDOW, |hash| windows.push(hash));
        let mut sorted = windows.clone();
        sorted.sort_unstable();
        sorted.dedup();
        Windows { count: hashes.len(), windows, sorted }
    }

    /// The runs of words that no window covers which the other text has too.
    fn runs(&self, other: &Windows) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut covered_to = 0;
        for (i, window) in self.windows.iter().enumerate() {
            if other.sorted.binary_search(window).is_ok() {
                if i > covered_to {
                    runs.push(covered_to..i);
                }
                covered_to = i + WINDOW;
            }
        }
        if covered_to < self.count {
            runs.push(covered_to..self.count);
        }
        runs
    }

    /// Windows that occur once in the text, by value, each with its place.
    fn once(&self) -> Vec<(u64, usize)> {
        let mut windows: Vec<(u64, usize)> = self.windows.iter().copied().zip(0..).collect();
        windows.sort_unstable();
        let mut out = Vec::with_capacity(windows.len());
        for same in windows.chunk_by(|a, b| a.0 == b.0) {
            if let [one] = same {
                out.push(*one);
            }
        }
        out
    }
}

/// How many covered words one text has more often than the other.
fn unequal_repeats(a: &View, runs_a: &[Range<usize>], b: &View, runs_b: &[Range<usize>]) -> usize {
    let covered = |view: &View, runs: &[Range<usize>]| {
        let mut hashes = Vec::with_capacity(view.atoms.len());
        let mut start = 0;
        let ends = runs.iter().map(|run| (run.start, run.end)).chain([(view.atoms.len(), 0)]);
        for (end, next) in ends {
            hashes.extend(view.atoms[start..end].iter().map(|atom| atom.hash));
            start = next;
        }
        hashes.sort_unstable();
        hashes
    };
    let (left, right) = (covered(a, runs_a), covered(b, runs_b));
    let absent = missing(&left, &right, left.len());
    absent + right.len() - (left.len() - absent)
}

/// How often windows that occur once in both texts follow each other in another order.
fn moves(first: &Windows, second: &Windows) -> usize {
    let (first, second) = (first.once(), second.once());
    let mut places = Vec::with_capacity(first.len());
    let mut j = 0;
    for &(window, place) in &first {
        while j < second.len() && second[j].0 < window {
            j += 1;
        }
        if j < second.len() && second[j].0 == window {
            places.push((place, second[j].1));
        }
    }
    places.sort_unstable();
    places.windows(2).filter(|pair| pair[1].1 < pair[0].1).count()
}
