//! Whether two near copies differ in what may be a fact: the twin of `dedupe/duplicates/facts.py`, which says how.

use std::ops::Range;

use crate::fold::decode;
use crate::hash;

const WINDOW: usize = 3;
const SHORT_RUN: usize = 7;
const HEAD: usize = 20;
const STRAY: usize = 200;
const LEAST_VARIANT: usize = 4;
const MOST_EDITS: usize = 2;
const ZEROS: [u32; 19] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040,
    0x17E0, 0x1810,
];

/// A folded text as words, with the hashes of its windows in order of place and of value.
pub struct Words<'a> {
    words: Vec<&'a [u8]>,
    windows: Vec<u64>,
    sorted: Vec<u64>,
}

impl<'a> Words<'a> {
    pub fn new(folded: &'a [u8]) -> Words<'a> {
        let words: Vec<&[u8]> = folded.split(|&byte| byte == b' ').collect();
        let hashes: Vec<u64> = words.iter().map(|word| hash::token(word)).collect();
        let mut windows = Vec::with_capacity(words.len());
        if words.len() >= WINDOW {
            hash::shingles(&hashes, WINDOW, |hash| windows.push(hash));
        }
        let mut sorted = windows.clone();
        sorted.sort_unstable();
        sorted.dedup();
        Words { words, windows, sorted }
    }

    /// The runs of words that no window covers which the other text has too.
    fn runs(&self, other: &Words) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let (mut start, mut covered_to) = (0, 0);
        for (i, window) in self.windows.iter().enumerate() {
            if other.sorted.binary_search(window).is_ok() {
                if i > covered_to.max(start) {
                    runs.push(covered_to.max(start)..i);
                }
                covered_to = i + WINDOW;
                start = covered_to;
            }
        }
        if covered_to < self.words.len() {
            runs.push(covered_to..self.words.len());
        }
        runs
    }

    fn text(&self, run: &Range<usize>) -> Vec<u32> {
        let mut points = Vec::new();
        for word in &self.words[run.clone()] {
            let mut at = 0;
            while at < word.len() {
                let (point, after) = decode(word, at);
                points.push(point);
                at = after;
            }
        }
        points
    }
}

/// Whether two texts state the same facts.
pub fn agree(a: &Words, b: &Words) -> bool {
    if a.words.len().min(b.words.len()) < WINDOW {
        return false;
    }
    let (mut runs_a, mut runs_b) = (a.runs(b), b.runs(a));
    if runs_a.len() == runs_b.len() {
        let facing = std::mem::take(&mut runs_a).into_iter().zip(std::mem::take(&mut runs_b));
        (runs_a, runs_b) = facing.filter(|(x, y)| !same_spelling(a, x, b, y)).unzip();
    }
    let is_long = |run: &Range<usize>| run.len() > SHORT_RUN;
    if runs_a.iter().any(is_long) && runs_b.iter().any(is_long) {
        return false;
    }
    let mut changed = 0;
    for (text, runs) in [(a, &runs_a), (b, &runs_b)] {
        for run in runs.iter().filter(|run| !is_long(run)) {
            if run.start < HEAD || has_digit(&text.text(run)) {
                return false;
            }
            changed += run.len();
        }
    }
    changed * STRAY <= a.words.len().min(b.words.len())
}

fn same_spelling(a: &Words, x: &Range<usize>, b: &Words, y: &Range<usize>) -> bool {
    if x.len().max(y.len()) > SHORT_RUN {
        return false;
    }
    let (one, other) = (a.text(x), b.text(y));
    if has_digit(&one) || has_digit(&other) {
        return false;
    }
    one == other || one.len().min(other.len()) >= LEAST_VARIANT && one[..2] == other[..2] && edits(&one, &other) <= MOST_EDITS
}

fn has_digit(points: &[u32]) -> bool {
    points.iter().any(|point| ZEROS.iter().any(|zero| (*zero..zero + 10).contains(point)))
}

/// Levenshtein distance, or something above the limit where the lengths alone exceed it.
fn edits(a: &[u32], b: &[u32]) -> usize {
    if a.len().abs_diff(b.len()) > MOST_EDITS {
        return MOST_EDITS + 1;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, point) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (above + 1).min(row[j] + 1).min(diagonal + usize::from(point != other));
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: &str, b: &str) -> bool {
        agree(&Words::new(a.as_bytes()), &Words::new(b.as_bytes()))
    }

    #[test]
    fn numbers_names_and_negations_are_facts() {
        let head = "a title and what stands under it in the first twenty words of this text which are left alone here now";
        let body = " then words follow one another as they do".repeat(3);
        let text = |middle: &str| {
            let text = format!("{head}{body} the user shall {middle} pay the sum before the day{body}");
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert!(check(&text("gladly"), &text("gladly")));
        for (a, b) in [("not", ""), ("not", "always"), ("5", "6"), ("signed", "unsigned"), ("alice", "bob"), ("x1", "x2")] {
            assert!(!check(&text(a), &text(b)), "{a} {b}");
        }
        for (a, b) in [("colour", "color"), ("listbox", "list box"), ("organise", "organize")] {
            assert!(check(&text(a), &text(b)), "{a} {b}");
        }
        assert!(check(&text(""), &text("and here is a whole stretch of words that only one has")));
        let stretches =
            ["and here is a whole stretch of words that one has", "but there are quite other things that this one says"];
        assert!(!check(&text(stretches[0]), &text(stretches[1])));
    }

    #[test]
    fn short_texts_are_never_near() {
        assert!(!check("one two", "one two"));
        assert!(!check("", "a"));
    }
}
