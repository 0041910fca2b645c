//! Readings of a text: as it is, and with words taken for misprints of others. The twin of `View.readings` in
//! `dedupe/kernels/reference/fact_views.py`.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::fact_points::{MARKS, points};
use crate::fact_views::{Atom, Sort, View};
use crate::fact_words::Identity;
use crate::failure::Stop;
use crate::hash;
use crate::pace::Pace;

/// Letters of a word that may be misprinted, and words of a text in which misprints are looked for.
const MISPRINTED: u32 = 5;
const LONGEST_CORRECTED: usize = 2000;
const MOST_FIXES: usize = 64;
const MOST_PAIRED: usize = 16;
/// How often the right form of a misprint occurs in its text, at least.
pub const EVIDENCE: usize = 2;
/// Letters in which a misprint and the right form end alike: before them are endings.
const SAME_END: usize = 3;
const FACTOR: u64 = hash::A;

/// A word that may be a misprint: the place of its atom, and that of the right form.
#[derive(Clone, Copy)]
struct Fix {
    wrong: usize,
    right: usize,
}

/// Words that are put right: where each begins and ends in the text, and where its right form does.
type Fixes = Box<[[u32; 4]]>;

/// The readings of a view, by the hashes of their texts.
pub struct Readings {
    text: Vec<u8>,
    /// In order of value, each with the fixes that make it.
    by_hash: Vec<(u64, Fixes)>,
}

impl Readings {
    pub fn new(view: &View, pace: &mut Pace) -> Result<Readings, Stop> {
        pace.spend(view.text.len())?;
        let fixes = fixes(view);
        let prefixes = Prefixes::new(&view.text, &view.atoms, &fixes);
        let mut by_hash: Vec<(u64, Fixes)> = Vec::with_capacity(2 + fixes.len());
        let mut add = |chosen: &[&Fix]| {
            let places = |fix: &&Fix| {
                let (wrong, right) = (&view.atoms[fix.wrong], &view.atoms[fix.right]);
                [wrong.start, wrong.end, right.start, right.end].map(|place| place as u32)
            };
            let fixes: Fixes = chosen.iter().map(places).collect();
            by_hash.push((prefixes.hash(&fixes), fixes));
        };
        add(&[]);
        fixes.iter().for_each(|fix| add(&[fix]));
        let mut every: Vec<&Fix> = fixes.iter().collect();
        every.dedup_by_key(|fix| fix.wrong);
        if !every.is_empty() {
            add(&every);
        }
        if fixes.len() <= MOST_PAIRED {
            for (i, one) in fixes.iter().enumerate() {
                fixes[i + 1..].iter().filter(|other| other.wrong != one.wrong).for_each(|other| add(&[one, other]));
            }
        }
        by_hash.sort_unstable();
        by_hash.dedup();
        by_hash.shrink_to_fit();
        Ok(Readings { text: view.text.clone(), by_hash })
    }

    pub fn hashes(&self) -> impl Iterator<Item = u64> + '_ {
        self.by_hash.iter().map(|(hash, _)| *hash)
    }

    /// Whether two views have a reading of one hash in common.
    pub fn may_share(&self, other: &Readings) -> bool {
        let (few, many) = if self.by_hash.len() <= other.by_hash.len() { (self, other) } else { (other, self) };
        few.hashes().any(|hash| many.by_hash.binary_search_by_key(&hash, |(own, _)| *own).is_ok())
    }

    /// Whether two views have a reading in common, and neither has a misprint that the other takes for one.
    pub fn share(&self, other: &Readings) -> bool {
        self.by_hash.iter().any(|(hash, fixes)| {
            let first = other.by_hash.partition_point(|(own, _)| own < hash);
            let mut facing = other.by_hash[first..].iter().take_while(|(own, _)| own == hash);
            facing.any(|(_, others)| {
                !other.has_misprint(self, fixes) && !self.has_misprint(other, others) && self.read(fixes) == other.read(others)
            })
        })
    }

    /// Whether the text has a word that another one takes for a misprint.
    fn has_misprint(&self, other: &Readings, fixes: &[[u32; 4]]) -> bool {
        let wrong = |places: &[u32; 4]| &other.text[places[0] as usize..places[1] as usize];
        fixes.iter().any(|places| memchr::memmem::find(&self.text, wrong(places)).is_some())
    }

    /// The text with some words put right.
    fn read(&self, fixes: &[[u32; 4]]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.text.len() + 8);
        let mut end = 0;
        for places in fixes {
            let [start, behind, first, last] = places.map(|place| place as usize);
            out.extend_from_slice(&self.text[end..start]);
            out.extend_from_slice(&self.text[first..last]);
            end = behind;
        }
        out.extend_from_slice(&self.text[end..]);
        out
    }
}

/// A hash by Horner's rule, behind that of what stands before.
fn horner(hash: u64, text: &[u8]) -> u64 {
    const F2: u64 = FACTOR.wrapping_mul(FACTOR);
    const F4: u64 = F2.wrapping_mul(F2);
    // Four steps at once, so that a multiplication does not wait for the one before.
    let (fours, rest) = text.as_chunks::<4>();
    let hash = fours.iter().fold(hash, |hash, four| {
        let [a, b, c, d] = four.map(|byte| u64::from(byte) + 1);
        let high = a.wrapping_mul(FACTOR).wrapping_add(b).wrapping_mul(F2);
        hash.wrapping_mul(F4).wrapping_add(high).wrapping_add(c.wrapping_mul(FACTOR).wrapping_add(d))
    });
    rest.iter().fold(hash, |hash, &byte| hash.wrapping_mul(FACTOR).wrapping_add(u64::from(byte) + 1))
}

/// Hashes of the text up to the places where words are put right, by Horner's rule.
struct Prefixes {
    places: Vec<(usize, u64)>,
    length: usize,
}

impl Prefixes {
    fn new(text: &[u8], atoms: &[Atom], fixes: &[Fix]) -> Prefixes {
        let ends = fixes.iter().flat_map(|fix| [&atoms[fix.wrong], &atoms[fix.right]]);
        let mut places: Vec<usize> = ends.flat_map(|atom| [atom.start, atom.end]).chain([0, text.len()]).collect();
        places.sort_unstable();
        places.dedup();
        let (mut hash, mut at) = (0u64, 0);
        let places = places
            .into_iter()
            .map(|place| {
                hash = horner(hash, &text[at..place]);
                at = place;
                (place, hash)
            })
            .collect();
        Prefixes { places, length: text.len() }
    }

    fn up_to(&self, place: usize) -> u64 {
        self.places.binary_search_by_key(&place, |(own, _)| *own).map_or(0, |found| self.places[found].1)
    }

    /// The hash of a stretch, behind what has a hash already.
    fn behind(&self, hash: u64, start: usize, end: usize) -> u64 {
        let power = FACTOR.wrapping_pow((end - start) as u32);
        let own = self.up_to(end).wrapping_sub(self.up_to(start).wrapping_mul(power));
        hash.wrapping_mul(power).wrapping_add(own)
    }

    /// The hash of the text with some words put right.
    fn hash(&self, fixes: &[[u32; 4]]) -> u64 {
        let (mut hash, mut end) = (0, 0);
        for places in fixes {
            let [start, behind, first, last] = places.map(|place| place as usize);
            hash = self.behind(hash, end, start);
            hash = self.behind(hash, first, last);
            end = behind;
        }
        hash::finish(self.behind(hash, end, self.length))
    }
}

/// Words that occur once and differ by a letter from one that the text has more often, in order of place.
fn fixes(view: &View) -> Vec<Fix> {
    let atoms = &view.atoms;
    let mut fixes = Vec::new();
    if atoms.len() >= LONGEST_CORRECTED {
        return fixes;
    }
    let mut known: HashMap<u64, (usize, Option<usize>), BuildHasherDefault<Identity>> = HashMap::default();
    let mut first: Vec<usize> = Vec::new();
    for (place, atom) in atoms.iter().enumerate() {
        // Shorter words are no misprints, nor forms of any.
        if atom.sort != Sort::Word || atom.frequent || atom.letters < MISPRINTED - 1 {
            continue;
        }
        let entry = known.entry(atom.hash).or_insert((0, None));
        entry.0 += 1;
        if atom.flag != b'C' && entry.1.is_none() {
            entry.1 = Some(place);
            first.push(place);
        }
    }
    if first.len() < 2 {
        return fixes;
    }
    let count = |atom: &Atom| known.get(&atom.hash).map_or(0, |entry| entry.0);
    let initial = |place: usize| view.own[atoms[place].own.0];
    // Words that begin alike, in order of place.
    let mut alike: [Vec<usize>; 256] = std::array::from_fn(|_| Vec::new());
    first.iter().for_each(|&place| alike[usize::from(initial(place))].push(place));
    for &place in &first {
        let wrong = &atoms[place];
        if wrong.flag != 0 || count(wrong) > 1 {
            continue;
        }
        for &at in &alike[usize::from(initial(place))] {
            let right = &atoms[at];
            if count(right) >= EVIDENCE && is_misprint(own_word(view, wrong), own_word(view, right)) {
                fixes.push(Fix { wrong: place, right: at });
                if fixes.len() == MOST_FIXES {
                    return fixes;
                }
            }
        }
    }
    fixes
}

/// A word as it is told from a misprint: hashes of it as it is compared and without marks, how many letters it has, and
/// its own spelling.
#[derive(Clone, Copy)]
pub struct OwnWord<'a> {
    pub hash: u64,
    pub plain: u64,
    pub letters: u32,
    pub own: &'a [u8],
}

fn own_word<'a>(view: &'a View, atom: &Atom) -> OwnWord<'a> {
    OwnWord { hash: atom.hash, plain: atom.plain, letters: atom.letters, own: &view.own[atom.own.0..atom.own.1] }
}

/// Whether a word may be another one misprinted; what differs in marks or spelling alone is none.
pub fn is_misprint(wrong: OwnWord, right: OwnWord) -> bool {
    let (a, b) = (wrong.own, right.own);
    // A character has four bytes at most.
    if wrong.hash == right.hash || wrong.plain == right.plain || a.len().abs_diff(b.len()) > 4 {
        return false;
    }
    if right.letters < MISPRINTED || wrong.letters < MISPRINTED - 1 {
        return false;
    }
    if a.is_ascii() && b.is_ascii() {
        return differ_by_one(a, b, |&byte| u32::from(byte));
    }
    let (a, b): (Vec<u32>, Vec<u32>) = (points(a).collect(), points(b).collect());
    differ_by_one(&a, &b, |&point| point)
}

/// Whether words that begin and end alike differ by a letter more, less, or other, or by two that changed places.
fn differ_by_one<T: PartialEq>(a: &[T], b: &[T], point: impl Fn(&T) -> u32) -> bool {
    if a.is_empty() || b.is_empty() || a[0] != b[0] || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    if tail < SAME_END {
        return false;
    }
    let (one, other) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    if one.iter().chain(other).any(|item| MARKS.contains(&point(item))) {
        return false;
    }
    match (one, other) {
        ([x], []) | ([], [x]) => point(x) != u32::from(b'e') || !matches!(point(&a[head - 1]), 0x61 | 0x6F | 0x75),
        ([_], [_]) => true,
        ([x, y], [z, w]) => x == w && y == z,
        _ => false,
    }
}
