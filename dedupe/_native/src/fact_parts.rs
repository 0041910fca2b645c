//! Parts of words that make them facts: the twin of `Parts` in `dedupe/kernels/reference/fact_words.py`.

use std::borrow::Cow;

use crate::fact_forms::Forms;
use crate::fact_points::{MARKS, points, put};

/// Letters of a word without the prefix that turns it into its opposite.
const LEAST_LEFT: usize = 2;

/// Parts of words by which inflected and compound words are known, without marks.
#[derive(Default)]
pub struct Parts {
    stems: Beginnings,
    /// Bytes from the last to the first.
    endings: Beginnings,
    prefixes: Vec<Vec<u8>>,
    /// Where those begin and end that begin with each byte.
    by_first: Vec<(usize, usize)>,
}

/// Beginnings of words.
#[derive(Default)]
struct Beginnings {
    sorted: Vec<Vec<u8>>,
    /// A bit for each pair of first bytes that a word has which begins with one of them.
    pairs: Vec<u64>,
}

impl Beginnings {
    fn sort(&mut self) {
        self.sorted.sort_unstable();
        // Of two that begin alike the shorter one says all.
        self.sorted.dedup_by(|next, kept| next.starts_with(kept));
        self.pairs = vec![0; 1 << 10];
        for part in &self.sorted {
            let Some(&first) = part.first() else { continue };
            let seconds = part.get(1).map_or(0..=255, |&second| second..=second);
            for second in seconds {
                let pair = pair(first, second);
                self.pairs[pair / 64] |= 1 << (pair % 64);
            }
        }
    }

    /// Whether a word that begins with these two bytes, or with the first alone, may begin with one of them.
    fn may_begin(&self, first: Option<&u8>, second: Option<&u8>) -> bool {
        let Some(&first) = first else { return false };
        let pair = pair(first, second.copied().unwrap_or(0));
        self.pairs.get(pair / 64).copied().unwrap_or(0) >> (pair % 64) & 1 == 1
    }

    /// Whether a word begins with one of them.
    fn begin(&self, word: &[u8]) -> bool {
        if !self.may_begin(word.first(), word.get(1)) {
            return false;
        }
        let behind = self.sorted.partition_point(|part| &part[..] <= word);
        behind > 0 && word.starts_with(&self.sorted[behind - 1])
    }
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

impl Parts {
    /// Add an entry of a line of that key.
    pub fn add(&mut self, key: &str, forms: &Forms) {
        for form in [&forms.marked, &forms.plain, &forms.transcribed] {
            match key {
                "stems" => self.stems.sorted.push(unmarked(form)),
                "endings" => self.endings.sorted.push(unmarked(form).into_iter().rev().collect()),
                _ => self.prefixes.push(form.clone()),
            }
        }
    }

    /// Make the parts ready for search.
    pub fn sort(&mut self) {
        self.stems.sort();
        self.endings.sort();
        self.prefixes.sort_unstable();
        self.prefixes.dedup();
        let behind = |first: u8| self.prefixes.partition_point(|prefix| prefix.first().is_none_or(|&own| own <= first));
        let before = |first: u8| self.prefixes.partition_point(|prefix| prefix.first().is_none_or(|&own| own < first));
        self.by_first = (0..=u8::MAX).map(|first| (before(first), behind(first))).collect();
    }

    /// The prefixes that begin like a word.
    fn like(&self, word: &[u8]) -> &[Vec<u8>] {
        let bounds = word.first().and_then(|&first| self.by_first.get(usize::from(first)));
        bounds.map_or(&[], |&(first, behind)| &self.prefixes[first..behind])
    }

    /// Whether a word, given with its marks, begins or ends with a listed part.
    pub fn has(&self, word: &[u8], reversed: &mut Vec<u8>) -> bool {
        let plain: Cow<[u8]> = if word.is_ascii() { Cow::Borrowed(word) } else { Cow::Owned(unmarked(word)) };
        if self.stems.begin(&plain) {
            return true;
        }
        let mut backward = plain.iter().rev();
        if !self.endings.may_begin(backward.next(), backward.next()) {
            return false;
        }
        reversed.clear();
        reversed.extend(plain.iter().rev());
        self.endings.begin(reversed)
    }

    /// Whether a word is a prefix that turns others into their opposites.
    pub fn is_prefix(&self, word: &[u8]) -> bool {
        self.like(word).iter().any(|prefix| prefix == word)
    }

    /// Where a word ends its prefixes that turn it into its opposite, if enough letters are left.
    pub fn opposites<'a>(&'a self, word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        let is_left = |cut: &usize| points(&word[*cut..]).nth(LEAST_LEFT - 1).is_some();
        self.like(word).iter().filter(|prefix| word.starts_with(prefix)).map(Vec::len).filter(is_left)
    }
}

/// A word without its marks.
fn unmarked(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len());
    points(word).filter(|point| !MARKS.contains(point)).for_each(|point| put(&mut out, point));
    out
}

#[cfg(test)]
mod tests {
    use crate::fact_words::fact_words;

    #[test]
    fn a_part_is_found_at_the_edges_of_a_word() {
        let parts = &fact_words().languages[fact_words().english].parts;
        let has = |word: &str| parts.has(word.as_bytes(), &mut Vec::new());
        assert!(has("fifteenth") && has("sixfold") && has("hopeless") && has("hundreds"));
        assert!(!has("") && !has("mill") && !has("lessen") && !has("the"));
        let cuts = |word: &'static str| parts.opposites(word.as_bytes()).collect::<Vec<usize>>();
        assert_eq!((cuts("unsafe"), cuts("into"), cuts("ink"), cuts("un")), (vec![2], vec![2], vec![], vec![]));
    }
}
