//! Whether two near copies differ in what may be a fact: the twin of `dedupe/kernels/reference/facts.py`, which says how.

use crate::batch::Batch;
use crate::fact_forms::may_have_marks;
use crate::fact_keys::{Keys, Seen};
use crate::fact_likeness::{self, Likeness, are_alike};
use crate::fact_views::{Atom, Parsed, Sort, View};
use crate::fact_words::ByHash;
use crate::failure::{Failure, Poll, Stop};
use crate::hash;
use crate::pace::{BYTE, Pace};

/// Keys of texts with many marks, of those without them, of texts that have a few, and of texts that have none.
const SALTS: [u64; 4] = [hash::A, hash::B, hash::A ^ hash::B, hash::C];
/// Marked words of a text from which on one without any may be a copy that lost them.
const MANY_MARKED: usize = 3;

/// A text as it is compared with others.
pub struct Profile {
    /// With the marks that it has.
    marked: Seen,
    marked_words: usize,
    /// Of a text with many marks: without them, and with umlauts transcribed; left out where no other text lacks marks.
    bare: Vec<Seen>,
}

impl Profile {
    /// Make a fact text ready for comparison; `bare` says whether a text with marks is compared with some that have none.
    pub fn new(fact_text: &[u8], bare: bool, pace: &mut Pace) -> Result<Profile, Stop> {
        let parsed = Parsed::new(fact_text, pace)?;
        let marked_words = parsed.marked_words;
        let marked = if marked_words > 0 { parsed.marked(pace)? } else { parsed.plain(pace)? };
        let mut profile = Profile { marked: Seen::new(&marked, pace)?, marked_words, bare: Vec::new() };
        if bare && marked_words >= MANY_MARKED {
            profile.bare.push(Seen::new(&parsed.plain(pace)?, pace)?);
            if parsed.has_umlauts {
                profile.bare.push(Seen::new(&parsed.transcribed(pace)?, pace)?);
            }
        }
        Ok(profile)
    }

    /// What the text is found by, and what others are found by that it may agree with.
    pub fn keys(&self, pace: &mut Pace) -> Result<Keys, Stop> {
        let [many, without, few, none] = SALTS;
        let mut keys = Keys::default();
        let (own, asked): (u64, &[u64]) = match self.marked_words {
            0 => (none, &[none, few, without]),
            MANY_MARKED.. => (many, &[many, few]),
            _ => (few, &[many, few, none]),
        };
        keys.add(&self.marked, true, own, asked, pace)?;
        for (i, seen) in self.bare.iter().enumerate() {
            keys.add(seen, i == 0, without, &[none], pace)?;
        }
        for list in [&mut keys.readings.own, &mut keys.readings.asked] {
            list.sort_unstable();
            list.dedup();
        }
        Ok(keys)
    }
}

/// The ways to see two texts in which they may have a reading in common; by the first one they are compared word by word.
fn seen<'a>(a: &'a Profile, b: &'a Profile) -> Vec<(&'a Seen, &'a Seen)> {
    match (a.marked_words, b.marked_words) {
        (0, MANY_MARKED..) => b.bare.iter().map(|other| (&a.marked, other)).collect(),
        (MANY_MARKED.., 0) => a.bare.iter().map(|one| (one, &b.marked)).collect(),
        _ => vec![(&a.marked, &b.marked)],
    }
}

/// What two texts are compared by word by word, if they are long.
fn likenesses<'a>(a: &'a Profile, b: &'a Profile) -> Option<(&'a Likeness, &'a Likeness)> {
    let (one, other) = seen(a, b).into_iter().next()?;
    one.likeness.as_ref().zip(other.likeness.as_ref())
}

/// Profiles of texts that are compared with each other.
pub fn profiles(fact_texts: &[&[u8]], pace: &mut Pace) -> Result<Vec<Profile>, Stop> {
    let has_marks = |text: &&&[u8]| may_have_marks(text);
    let marked = fact_texts.iter().filter(has_marks).count();
    // Where all have marks, or none has, nobody asks what the texts are without them.
    let mut profiles = Vec::with_capacity(fact_texts.len());
    for text in fact_texts {
        profiles.push(Profile::new(text, marked != fact_texts.len(), pace)?);
    }
    Ok(profiles)
}

/// Whether two texts may state the same facts: what their numbers, signs and counts of words say.
pub fn may_agree(a: &Profile, b: &Profile) -> bool {
    let shares = |(one, other): &(&Seen, &Seen)| one.readings.may_share(&other.readings);
    seen(a, b).iter().any(shares) || may_be_alike(a, b)
}

/// Whether long texts may agree though they have no reading in common.
pub fn may_be_alike(a: &Profile, b: &Profile) -> bool {
    likenesses(a, b).is_some_and(|(one, other)| fact_likeness::may_be_alike(one, other))
}

/// Whether two texts state the same facts.
pub fn agree(a: &Profile, b: &Profile, pace: &mut Pace) -> Result<bool, Stop> {
    let shares = seen(a, b).iter().any(|(one, other)| one.spells_names_like(other) && one.readings.share(&other.readings));
    match likenesses(a, b).filter(|_| !shares && spell_names_alike(a, b)) {
        Some((one, other)) if fact_likeness::may_be_alike(one, other) => are_alike(one, other, pace),
        _ => Ok(shares),
    }
}

/// Whether texts that are compared word by word spell the names alike that both have.
fn spell_names_alike(a: &Profile, b: &Profile) -> bool {
    seen(a, b).first().is_some_and(|(one, other)| one.spells_names_like(other))
}

/// 1 for each pair of fact texts that state the same facts.
pub fn same_facts(texts: &Batch<u8>, a: &[i64], b: &[i64], poll: Poll) -> Result<Vec<u8>, Failure> {
    texts.pairs(a, b, poll, |i, j, pace| {
        let (one, other) = (texts.item(i), texts.item(j));
        // A text agrees with itself.
        if one == other {
            return Ok(1);
        }
        let pair = profiles(&[one, other], pace)?;
        pace.spend(BYTE * (one.len() + other.len()))?;
        Ok(u8::from(agree(&pair[0], &pair[1], pace)?))
    })
}

/// What a pair of texts differs in: the first states more than the second, they differ at all, and in words alone.
const STATES_MORE: u8 = 1;
const DIFFERS: u8 = 2;
const IN_WORDS: u8 = 4;

/// What each pair of fact texts differs in.
pub fn differences(texts: &Batch<u8>, a: &[i64], b: &[i64], poll: Poll) -> Result<Vec<u8>, Failure> {
    texts.pairs(a, b, poll, |i, j, pace| {
        let one = Parsed::new(texts.item(i), pace)?;
        let other = Parsed::new(texts.item(j), pace)?;
        let [fewer, more] = [one.marked_words.min(other.marked_words), one.marked_words.max(other.marked_words)];
        let sheds_marks = fewer == 0 && more >= MANY_MARKED;
        let mut view = |parsed: &Parsed| {
            if parsed.marked_words > 0 && !sheds_marks { parsed.marked(pace) } else { parsed.plain(pace) }
        };
        Ok(differ(&view(&one)?, &view(&other)?))
    })
}

fn differ(one: &View, other: &View) -> u8 {
    let mut counts: ByHash<i64> = ByHash::default();
    for (view, step) in [(one, 1), (other, -1)] {
        for atom in &view.atoms {
            *counts.entry(atom.hash).or_default() += step;
        }
    }
    let more = |atom: &Atom| counts.get(&atom.hash).copied().unwrap_or_default();
    let is_name = |atom: &Atom| atom.flag == b'C';
    let states_more = one.atoms.iter().any(|atom| more(atom) > 0 && (atom.sort != Sort::Word || (is_name(atom) && one.is_cased)));
    let mut all = one.atoms.iter().chain(&other.atoms);
    let in_words = all.all(|atom| more(atom) == 0 || (atom.sort == Sort::Word && !is_name(atom)));
    let differs = counts.values().any(|&count| count != 0);
    STATES_MORE * u8::from(states_more) + DIFFERS * u8::from(differs) + IN_WORDS * u8::from(in_words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_text::{Reader, Written};

    fn check(a: &str, b: &str) -> bool {
        let texts = [a, b].map(|text| {
            let mut written = Written::default();
            Reader::default().read(text.as_bytes(), &mut || Ok(()), &mut written).unwrap();
            written.0
        });
        let mut poll = || Ok(());
        let mut pace = Pace::new(&mut poll);
        let pair = profiles(&[&texts[0], &texts[1]], &mut pace).unwrap();
        let mut agree = |a: usize, b: usize| agree(&pair[a], &pair[b], &mut pace).unwrap();
        assert!(agree(0, 0) && agree(0, 1) == agree(1, 0));
        assert!(may_agree(&pair[0], &pair[1]) || !agree(0, 1));
        agree(0, 1)
    }

    #[test]
    fn numbers_names_signs_and_negations_are_facts() {
        let head = "a title and what comes under it in the first twenty words of this text which are left alone here now";
        let body = " then words follow one another as they do in the old book of the mill".repeat(30);
        for length in [0, 200, body.len()] {
            let text =
                |middle: &str| format!("{head} {} the user shall {middle} pay the sum {}", &body[..length], &body[..length]);
            assert!(check(&text("gladly"), &text("gladly")));
            let pairs = [("not", ""), ("5", "6"), ("-5", "5"), ("C++", "C#"), ("Ann", "Bob"), ("two", "three"), ("10²", "102")];
            for (a, b) in pairs {
                assert!(!check(&text(a), &text(b)), "{a} {b} {length}");
            }
            for (a, b) in [("colour", "color"), ("12 %", "twelve percent"), ("«now»", "now"), ("won't", "will not")] {
                assert!(check(&text(a), &text(b)), "{a} {b} {length}");
            }
        }
        assert!(!check("", "a"));
        assert!(check("", ""));
    }
}
