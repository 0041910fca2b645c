//! Parts of words that make them facts: the twin of `Parts` in `dedupe/kernels/reference/fact_words.py`.

use std::borrow::Cow;

use crate::fact_forms::Forms;
use crate::fact_points::{MARKS, points, put};

/// Letters of a word without the prefix that turns it into its opposite.
const LEAST_LEFT: usize = 2;

/// Parts of words by which inflected and compound words are known, without marks.
#[derive(Default)]
pub struct Parts {
    stems: Vec<Vec<u8>>,
    /// Bytes from the last to the first.
    endings: Vec<Vec<u8>>,
    prefixes: Vec<Vec<u8>>,
}

impl Parts {
    /// Add an entry of a line of that key.
    pub fn add(&mut self, key: &str, forms: &Forms) {
        for form in [&forms.marked, &forms.plain, &forms.transcribed] {
            match key {
                "stems" => self.stems.push(unmarked(form)),
                "endings" => self.endings.push(unmarked(form).into_iter().rev().collect()),
                _ => self.prefixes.push(form.clone()),
            }
        }
    }

    /// Make the parts ready for search.
    pub fn sort(&mut self) {
        for list in [&mut self.stems, &mut self.endings, &mut self.prefixes] {
            list.sort_unstable();
            list.dedup();
        }
        // Of two parts that begin alike the shorter one says all.
        for list in [&mut self.stems, &mut self.endings] {
            list.dedup_by(|next, kept| next.starts_with(kept));
        }
    }

    /// Whether a word, given with its marks, begins or ends with a listed part.
    pub fn has(&self, word: &[u8], reversed: &mut Vec<u8>) -> bool {
        let plain: Cow<[u8]> = if word.is_ascii() { Cow::Borrowed(word) } else { Cow::Owned(unmarked(word)) };
        if begins(&self.stems, &plain) {
            return true;
        }
        reversed.clear();
        reversed.extend(plain.iter().rev());
        begins(&self.endings, reversed)
    }

    /// Where a word ends its prefixes that turn it into its opposite, if enough letters are left.
    pub fn opposites<'a>(&'a self, word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        let is_left = |cut: &usize| points(&word[*cut..]).nth(LEAST_LEFT - 1).is_some();
        self.prefixes.iter().filter(|prefix| word.starts_with(prefix)).map(Vec::len).filter(is_left)
    }
}

/// Whether a word begins with one of some parts, of which none begins with another.
fn begins(parts: &[Vec<u8>], word: &[u8]) -> bool {
    let behind = parts.partition_point(|part| &part[..] <= word);
    behind > 0 && word.starts_with(&parts[behind - 1])
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
