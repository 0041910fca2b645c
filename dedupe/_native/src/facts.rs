//! Whether two near copies differ in what may be a fact: the twin of `dedupe/duplicates/facts.py`, which says how.

use std::ops::Range;

use crate::hash;

const WINDOW: usize = 3;
const SHORT_RUN: usize = 7;
const HEAD: usize = 20;
const STRAY: usize = 200;
const LONG_TEXT: usize = 400;
const SPELLINGS: [(&str, &str); 8] =
    [("https", "http"), ("our", "or"), ("ogue", "og"), ("tre", "ter"), ("ae", "e"), ("oe", "e"), ("z", "s"), ("c", "s")];
const ZEROS: [u32; 19] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040,
    0x17E0, 0x1810,
];

/// A folded text as words, with the hashes of its windows in order of place and of value.
pub struct Words<'a> {
    words: Vec<&'a [u8]>,
    hashes: Vec<u64>,
    windows: Vec<u64>,
    sorted: Vec<u64>,
    /// What a short text must share with another short one; nothing for a long one.
    key: Option<String>,
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
        let key = (words.len() < STRAY).then(|| spelling(&words));
        Words { words, hashes, windows, sorted, key }
    }

    /// What a short text must share with another short one to state the same facts.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
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

    fn text(&self, run: Range<usize>) -> String {
        String::from_utf8_lossy(&self.words[run].concat()).into_owned()
    }

    /// Windows that stand once in the text, by value, each with its place.
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

/// Whether two texts state the same facts.
pub fn agree(a: &Words, b: &Words) -> bool {
    if let (Some(one), Some(other)) = (a.key(), b.key()) {
        return one == other;
    }
    let shorter = a.words.len().min(b.words.len());
    let (mut runs_a, mut runs_b) = (a.runs(b), b.runs(a));
    let repeats = unequal_repeats(a, &runs_a, b, &runs_b);
    if runs_a.len() == runs_b.len() {
        let facing = std::mem::take(&mut runs_a).into_iter().zip(std::mem::take(&mut runs_b));
        (runs_a, runs_b) = facing.filter(|(x, y)| !same_spelling(a, x, b, y)).unzip();
    }
    let is_long = |run: &Range<usize>| run.len() > SHORT_RUN;
    match (runs_a.iter().any(is_long), runs_b.iter().any(is_long)) {
        (true, true) => return false,
        (true, false) | (false, true) if shorter < LONG_TEXT => return false,
        _ => {}
    }
    let mut changed = 0;
    for (text, runs) in [(a, &runs_a), (b, &runs_b)] {
        for run in runs.iter().filter(|run| !is_long(run)) {
            if run.start < HEAD || has_digit(&text.text(run.clone())) {
                return false;
            }
            changed += run.len();
        }
    }
    // The dearest questions last, and only where the rest leaves them open.
    let most = shorter / STRAY;
    changed <= most && changed + repeats <= most && changed + repeats + moves(a, b) <= most
}

/// How many covered words stand in one text more often than in the other.
fn unequal_repeats(a: &Words, runs_a: &[Range<usize>], b: &Words, runs_b: &[Range<usize>]) -> usize {
    let covered = |text: &Words, runs: &[Range<usize>]| {
        let mut hashes = Vec::with_capacity(text.hashes.len());
        let mut start = 0;
        for run in runs {
            hashes.extend_from_slice(&text.hashes[start..run.start]);
            start = run.end;
        }
        hashes.extend_from_slice(&text.hashes[start..]);
        hashes.sort_unstable();
        hashes
    };
    let (left, right) = (covered(a, runs_a), covered(b, runs_b));
    let (mut i, mut j, mut same) = (0, 0, 0);
    while i < left.len() && j < right.len() {
        let (one, other) = (left[i], right[j]);
        same += usize::from(one == other);
        i += usize::from(one <= other);
        j += usize::from(other <= one);
    }
    left.len() + right.len() - 2 * same
}

/// How often windows that stand once in both texts follow each other in another order.
fn moves(a: &Words, b: &Words) -> usize {
    let (first, second) = (a.once(), b.once());
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

fn same_spelling(a: &Words, x: &Range<usize>, b: &Words, y: &Range<usize>) -> bool {
    if x.len().max(y.len()) > SHORT_RUN {
        return false;
    }
    let (mut x, mut y) = (x.clone(), y.clone());
    // Around a change a word or two are not covered though they are the same.
    while !x.is_empty() && !y.is_empty() && a.words[x.start] == b.words[y.start] {
        (x.start, y.start) = (x.start + 1, y.start + 1);
    }
    while !x.is_empty() && !y.is_empty() && a.words[x.end - 1] == b.words[y.end - 1] {
        (x.end, y.end) = (x.end - 1, y.end - 1);
    }
    let has_digit = has_digit(&a.text(x.clone())) || has_digit(&b.text(y.clone()));
    !has_digit && spelling(&a.words[x]) == spelling(&b.words[y])
}

/// The words closed up, in one spelling.
fn spelling(words: &[&[u8]]) -> String {
    let mut out = String::new();
    for word in words {
        let mut word = String::from_utf8_lossy(word).into_owned();
        for (variant, common) in SPELLINGS {
            if word.contains(variant) {
                word = word.replace(variant, common);
            }
        }
        let mut last = None;
        // A doubled letter at the beginning is an abbreviation, a doubled digit another number.
        let is_new = |&(place, char): &(usize, char)| last.replace(char) != Some(char) || place < 2 || is_digit(char);
        out.extend(word.chars().enumerate().filter(is_new).map(|(_, char)| char));
    }
    out
}

fn has_digit(text: &str) -> bool {
    text.chars().any(is_digit)
}

fn is_digit(char: char) -> bool {
    ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&u32::from(char)))
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
        let one = "and here is a whole stretch of words that one has";
        let other = "but there are quite other things that this one says";
        assert!(!check(&text(""), &text(one)));
        let long = |middle: &str| format!("{}{}", text(middle), " many others follow then".repeat(100));
        assert!(check(&long(""), &long(one)));
        assert!(!check(&long(other), &long(one)));
        // A stray word more is none in a long text, a number is one.
        assert!(check(&long(""), &long("really")));
        assert!(check(&long("color"), &long("colour")));
        assert!(!check(&long("5"), &long("6")));
        assert!(!check(&long("5"), &format!("new {}", long("5"))));
    }

    #[test]
    fn order_is_a_fact() {
        let up = "for a positive number it is rounded up away from zero";
        let down = "for a negative number it is rounded down towards it";
        assert!(!check(&format!("{up} {down}"), &format!("{down} {up}")));
        let words: Vec<String> = (0u8..240).map(|i| format!("w{}{}", (b'a' + i / 26) as char, (b'a' + i % 26) as char)).collect();
        assert!(check(&words.join(" "), &words.join(" ")));
        // One stretch may stand elsewhere, not two.
        let once = [&words[..40], &words[120..140], &words[40..120], &words[140..]].concat().join(" ");
        assert!(check(&words.join(" "), &once));
        let twice = [&words[..40], &words[180..], &words[120..180], &words[40..120]].concat().join(" ");
        assert!(!check(&words.join(" "), &twice));
    }

    #[test]
    fn short_texts_are_equal_but_for_spelling() {
        assert!(check("one two colour", "one two color"));
        assert!(!check("one two", "one two three"));
        assert!(!check("", "a"));
    }
}
