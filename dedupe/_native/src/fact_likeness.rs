//! Whether long texts are alike word by word; a part of the twin of `dedupe/kernels/reference/facts.py`, which says how.

use std::ops::Range;

use crate::fact_notation::{bare, spell};
use crate::fact_pieces::STRAY;
use crate::fact_readings::{EVIDENCE, OwnWord, is_misprint};
use crate::fact_views::{Atom, SKETCH, Sort, View};
use crate::fact_words::{ByHash, fact_words};
use crate::failure::Stop;
use crate::hash;
use crate::pace::Pace;
use crate::utf8::decode;

pub const SHORT_RUN: usize = 7;
pub const LONG_TEXT: usize = 400;
const WINDOW: usize = 3;
const HEAD: usize = 20;
/// Words of a stretch that may move, at least: a short run and the windows around it.
const LEAST_MOVED: usize = SHORT_RUN + 2 * WINDOW - 1;
/// What is kept of a word without a capital letter, and of what is none.
const SMALL: u8 = 0;
const OTHER: u8 = 1;
/// What is kept of a word without a capital letter that is a fact: it has a listed part, is beside a number, or is of a
/// script without capital letters.
const LISTED: u8 = 2;
/// Steps that a word takes where words are sorted or looked up.
const WORD: usize = 32;

/// What long texts are compared by, word by word.
pub struct Likeness {
    pub count: usize,
    pub language: usize,
    pub strict: u64,
    sketch: [u8; SKETCH],
    is_cased: bool,
    /// Hashes in order of value, and in order of place with the flag of each.
    pub sorted: Vec<u64>,
    hashes: Vec<u64>,
    flags: Vec<u8>,
    /// By word, in order of value, its prefixes of negation and what is left without each.
    opposites: Vec<[u64; 3]>,
    /// The words in their own spelling, and where each ends.
    own: Vec<u8>,
    ends: Vec<u32>,
}

impl Likeness {
    /// What a view is compared by, if any word of it may change.
    pub fn new(view: &View, pace: &mut Pace) -> Result<Option<Likeness>, Stop> {
        let wanted = view.strays && view.atoms.len() >= STRAY;
        let Some(language) = view.language.filter(|_| wanted) else { return Ok(None) };
        pace.spend(WORD * view.atoms.len())?;
        Ok(Some(Likeness {
            count: view.atoms.len(),
            language,
            strict: view.strict(),
            sketch: view.sketch(),
            is_cased: view.is_cased,
            sorted: view.sorted(),
            hashes: view.atoms.iter().map(|atom| atom.hash).collect(),
            flags: flags(view, language, pace)?,
            opposites: opposites(view, language, pace)?,
            own: view.own.clone(),
            ends: ends(view),
        }))
    }

    /// Words in their own spelling, one behind the other.
    fn written(&self, run: &Range<usize>) -> &[u8] {
        let end = |place: usize| self.ends[place] as usize;
        &self.own[run.start.checked_sub(1).map_or(0, end)..end(run.end - 1)]
    }

    /// Whether a word is a prefix, which is not closed up.
    fn has_prefix(&self, run: &Range<usize>) -> bool {
        let parts = &fact_words().languages[self.language].parts;
        run.clone().any(|place| parts.is_prefix(self.word(place).own))
    }

    fn word(&self, place: usize) -> OwnWord<'_> {
        let own = self.written(&(place..place + 1));
        let (letters, plain) = bare(own, hash::token(own));
        OwnWord { hash: self.hashes[place], plain, letters, own }
    }

    /// How often a word occurs.
    fn count_of(&self, hash: u64) -> usize {
        let first = self.sorted.partition_point(|own| *own < hash);
        self.sorted[first..].iter().take_while(|own| **own == hash).count()
    }

    /// Whether the count of words by their hashes leaves open that so many differ at most.
    fn is_near(&self, other: &Likeness, most: usize) -> bool {
        let differ: u16 = self.sketch.iter().zip(&other.sketch).map(|(&a, &b)| u16::from(a.abs_diff(b))).sum();
        usize::from(differ) <= most
    }
}

/// Where each atom ends among the words in their own spelling.
fn ends(view: &View) -> Vec<u32> {
    let mut end = 0;
    let ends = view.atoms.iter().map(|atom| {
        end = atom.own.1.max(end);
        end as u32
    });
    ends.collect()
}

/// Whether a word is of a script without capital letters, where nothing tells a name.
fn is_caseless(word: &[u8]) -> bool {
    // Latin, Greek, Cyrillic and Armenian come first, and the rest of Latin and Greek from U+1E00 on.
    !word.is_empty() && !matches!(decode(word, 0).0, ..0x590 | 0x1E00..0x2000)
}

/// The flags of the atoms of a view.
fn flags(view: &View, language: usize, pace: &mut Pace) -> Result<Vec<u8>, Stop> {
    pace.spend(WORD * view.atoms.len())?;
    let parts = &fact_words().languages[language].parts;
    let mut buffer = Vec::new();
    let atoms = &view.atoms;
    let is_figure = |place: usize| atoms.get(place).is_some_and(|atom| atom.sort == Sort::Figure);
    let mut is_fact = |place: usize, atom: &Atom| {
        let own = &view.own[atom.own.0..atom.own.1];
        is_figure(place + 1) || (place > 0 && is_figure(place - 1)) || is_caseless(own) || parts.has(own, &mut buffer)
    };
    let flag = |(place, atom): (usize, &Atom)| match (atom.sort, atom.flag) {
        (Sort::Word, SMALL) if is_fact(place, atom) => LISTED,
        (Sort::Word, flag) if flag != SMALL && is_fact(place, atom) => OTHER,
        (Sort::Word, flag) => flag,
        _ => OTHER,
    };
    Ok(atoms.iter().enumerate().map(flag).collect())
}

/// By each word that has a prefix of negation that prefix and the rest, as they are compared.
fn opposites(view: &View, language: usize, pace: &mut Pace) -> Result<Vec<[u64; 3]>, Stop> {
    let lists = fact_words();
    let (parts, spells) = (&lists.languages[language].parts, language == lists.english);
    let (mut out, mut spelled) = (Vec::new(), Vec::new());
    let mut seen: ByHash<()> = ByHash::default();
    for atom in view.atoms.iter().filter(|atom| atom.sort == Sort::Word) {
        let own = &view.own[atom.own.0..atom.own.1];
        pace.spend(WORD)?;
        let mut cuts = parts.opposites(own).peekable();
        if cuts.peek().is_none() || seen.insert(atom.hash, ()).is_some() {
            continue;
        }
        for cut in cuts {
            let is_spelled = spells && spell(&own[cut..], &mut spelled, pace)?;
            let rest = if is_spelled { &spelled[..] } else { &own[cut..] };
            out.push([atom.hash, Sort::Word.hash(&own[..cut]), Sort::Word.hash(rest)]);
        }
    }
    out.sort_unstable();
    Ok(out)
}

/// Whether long texts may agree word by word: what their numbers, signs and counts of words say.
pub fn may_be_alike(a: &Likeness, b: &Likeness) -> bool {
    let (shorter, longer) = if a.count <= b.count { (a, b) } else { (b, a) };
    let count = shorter.count;
    if a.language != b.language || a.strict != b.strict {
        return false;
    }
    let more = longer.count - count;
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

/// Whether long texts that may agree do so, though they have no reading in common.
pub fn are_alike(a: &Likeness, b: &Likeness, pace: &mut Pace) -> Result<bool, Stop> {
    let (one, other) = (Windows::new(a, pace)?, Windows::new(b, pace)?);
    let (runs_a, runs_b) = (one.runs(&other, pace)?, other.runs(&one, pace)?);
    pace.spend(WORD * (a.count + b.count))?;
    let shorter = a.count.min(b.count);
    if has_opposite(a, &runs_a, b, &runs_b) || has_opposite(b, &runs_b, a, &runs_a) {
        return Ok(false);
    }
    let (more_a, more_b) = unequal_repeats(a, &runs_a, b, &runs_b);
    let both = (more_a > 0 || !runs_a.is_empty()) && (more_b > 0 || !runs_b.is_empty());
    if both && (more_a > 0 || more_b > 0 || !face(a, &runs_a, b, &runs_b)) {
        return Ok(false);
    }
    let mut changed = more_a + more_b;
    for (view, than, runs) in [(a, b, &runs_a), (b, a, &runs_b)] {
        let more = view.count.saturating_sub(than.count);
        for run in runs {
            for place in run.clone() {
                if is_fact(place, view, than, pace)? {
                    return Ok(false);
                }
            }
            if run.len() > SHORT_RUN {
                if shorter < LONG_TEXT || more <= SHORT_RUN {
                    return Ok(false);
                }
            } else if run.start < HEAD {
                return Ok(false);
            } else {
                changed += run.len();
            }
        }
    }
    let most = shorter / STRAY;
    Ok(changed <= most && changed + moves(&one, &other, pace)?.max(moves(&other, &one, pace)?) <= most)
}

/// Whether short runs of two texts are the same words one by one, but for spaces and misprints.
fn face(a: &Likeness, runs_a: &[Range<usize>], b: &Likeness, runs_b: &[Range<usize>]) -> bool {
    let short = |runs: &[Range<usize>]| runs.iter().filter(|run| run.len() <= SHORT_RUN).cloned().collect::<Vec<_>>();
    let (short_a, short_b) = (short(runs_a), short(runs_b));
    short_a.len() == short_b.len()
        && short_a.iter().zip(&short_b).all(|(run, other_run)| {
            let is_same = |(place, other): (usize, usize)| {
                let (one, two) = (a.word(place), b.word(other));
                one.hash == two.hash || is_put_right(one, a, two, b) || is_put_right(two, b, one, a)
            };
            (a.written(run) == b.written(other_run) && !a.has_prefix(run) && !b.has_prefix(other_run))
                || (run.len() == other_run.len() && run.clone().zip(other_run.clone()).all(is_same))
        })
}

/// Whether a word is a misprint that another text does not have, of a word that its own has besides.
fn is_put_right(wrong: OwnWord, view: &Likeness, right: OwnWord, other: &Likeness) -> bool {
    is_misprint(wrong, right) && view.count_of(right.hash) >= EVIDENCE && other.count_of(wrong.hash) == 0
}

/// Whether a word of some runs is one of others with a prefix of negation, and not two words closed up.
fn has_opposite(view: &Likeness, runs: &[Range<usize>], other: &Likeness, other_runs: &[Range<usize>]) -> bool {
    let mut words: Vec<u64> = other_runs.iter().flat_map(|run| &other.hashes[run.clone()]).copied().collect();
    words.sort_unstable();
    let has = |word: &u64| words.binary_search(word).is_ok();
    let is_opposite = |word: &u64| {
        let first = view.opposites.partition_point(|cut| cut[0] < *word);
        let cuts = view.opposites[first..].iter().take_while(|cut| cut[0] == *word);
        cuts.into_iter().any(|[_, prefix, rest]| has(rest) && !has(prefix))
    };
    runs.iter().flat_map(|run| &view.hashes[run.clone()]).any(is_opposite)
}

/// Whether a word may not change in a text of any length.
fn is_fact(place: usize, view: &Likeness, other: &Likeness, pace: &mut Pace) -> Result<bool, Stop> {
    let (hash, flag) = (view.hashes[place], view.flags[place]);
    let small =
        |view: &Likeness| view.hashes.iter().zip(&view.flags).any(|(own, flag)| *own == hash && matches!(*flag, SMALL | LISTED));
    Ok(match flag {
        SMALL => false,
        b'S' if view.is_cased => {
            pace.spend(view.count + other.count)?;
            !(small(view) || small(other))
        }
        _ => true,
    })
}

/// The windows of a view, in order of place and of value.
struct Windows {
    count: usize,
    windows: Vec<u64>,
    sorted: Vec<u64>,
}

impl Windows {
    fn new(view: &Likeness, pace: &mut Pace) -> Result<Windows, Stop> {
        pace.spend(WORD * view.count)?;
        let mut windows = Vec::with_capacity(view.count);
        hash::shingles(&view.hashes, WINDOW, |hash| windows.push(hash));
        let mut sorted = windows.clone();
        sorted.sort_unstable();
        sorted.dedup();
        Ok(Windows { count: view.count, windows, sorted })
    }

    /// The runs of words that no window covers which the other text has too.
    fn runs(&self, other: &Windows, pace: &mut Pace) -> Result<Vec<Range<usize>>, Stop> {
        let mut runs = Vec::new();
        let mut covered_to = 0;
        for (i, window) in self.windows.iter().enumerate() {
            pace.spend(WORD)?;
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
        Ok(runs)
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

/// How many covered words one text has more often than the other, and the other than the one.
fn unequal_repeats(a: &Likeness, runs_a: &[Range<usize>], b: &Likeness, runs_b: &[Range<usize>]) -> (usize, usize) {
    let covered = |view: &Likeness, runs: &[Range<usize>]| {
        let mut hashes = Vec::with_capacity(view.count);
        let mut start = 0;
        let ends = runs.iter().map(|run| (run.start, run.end)).chain([(view.count, 0)]);
        for (end, next) in ends {
            hashes.extend_from_slice(&view.hashes[start..end]);
            start = next;
        }
        hashes.sort_unstable();
        hashes
    };
    let (left, right) = (covered(a, runs_a), covered(b, runs_b));
    let absent = missing(&left, &right, left.len());
    (absent, right.len() - (left.len() - absent))
}

/// How often windows that occur once in both texts follow each other in another order. Where a stretch of a few words
/// moved, two of them may have changed places: the answer is the count of windows.
fn moves(first: &Windows, second: &Windows, pace: &mut Pace) -> Result<usize, Stop> {
    pace.spend(WORD * first.count)?;
    let count = first.windows.len();
    let first = first.once();
    pace.spend(WORD * second.count)?;
    let second = second.once();
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
    let words = |stretch: &[(usize, usize)]| stretch[stretch.len() - 1].0 - stretch[0].0 + WINDOW;
    let (mut moves, mut before): (usize, &[(usize, usize)]) = (0, &[]);
    for after in places.chunk_by(|a, b| b.0 - a.0 == b.1.wrapping_sub(a.1)) {
        if before.last().is_some_and(|last| after[0].1 < last.1) {
            moves += 1;
            if words(before).min(words(after)) < LEAST_MOVED {
                return Ok(count);
            }
        }
        before = after;
    }
    Ok(moves)
}
