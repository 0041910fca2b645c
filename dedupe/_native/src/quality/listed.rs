//! Words of lists in texts: the twin of `dedupe/kernels/reference/quality/listed.py`.

use std::collections::HashMap;

use super::characters::{WORD, tables};
use super::intern::ByWord;
use super::words::{self, Words};
use crate::batch::Batch;
use crate::failure::{Failure, Poll, Stop};
use crate::pace::Pace;

/// The number of a word that is in no entry.
const OTHER: u32 = u32::MAX;

/// The entries of lists as a tree of words.
#[derive(Default)]
struct Entries {
    numbers: ByWord<Vec<u8>, u32>,
    /// The node behind a node and a word.
    next: HashMap<(u32, u32), u32>,
    /// For each node the lists that have an entry which ends there.
    ends: Vec<Vec<usize>>,
}

impl Entries {
    fn new(entries: &Batch<u8>, lists: &[i64], count: usize, words: &mut Words, pace: &mut Pace) -> Result<Self, Failure> {
        let mut out = Entries { ends: vec![Vec::new()], ..Entries::default() };
        for (i, &list) in lists.iter().enumerate() {
            let list = usize::try_from(list).ok().filter(|&list| list < count);
            let Some(list) = list else { return Err(Failure::Invalid("an entry is in a list that there is not".into())) };
            let text = entries.item(i);
            words.read(text, pace)?;
            let mut node = 0;
            for word in words.folded(text) {
                pace.spend(WORD)?;
                let new = out.numbers.len() as u32;
                let number = *out.numbers.entry(word).or_insert(new);
                let new = out.ends.len() as u32;
                node = *out.next.entry((node, number)).or_insert(new);
                if node == new {
                    out.ends.push(Vec::new());
                }
            }
            let ends = &mut out.ends[node as usize];
            if node > 0 && !ends.contains(&list) {
                ends.push(list);
            }
        }
        Ok(out)
    }

    /// Add what a text holds to the counts of lists; `numbers` are those of its words.
    fn count(&self, numbers: &[u32], free: &mut Vec<usize>, out: &mut [i64], pace: &mut Pace) -> Result<(), Stop> {
        free.clear();
        free.resize(out.len(), 0);
        // Nodes of entries that begin at a place, with their ends.
        let mut reached = Vec::new();
        for (place, &first) in numbers.iter().enumerate() {
            if first == OTHER {
                continue;
            }
            let mut node = 0;
            reached.clear();
            for (end, &number) in (place + 1..).zip(&numbers[place..]) {
                pace.spend(WORD)?;
                let Some(&next) = self.next.get(&(node, number)) else { break };
                node = next;
                if !self.ends[node as usize].is_empty() {
                    reached.push((node, end));
                }
            }
            for &(node, end) in reached.iter().rev() {
                for &list in &self.ends[node as usize] {
                    if free[list] <= place {
                        out[list] += 1;
                        free[list] = end;
                    }
                }
            }
        }
        Ok(())
    }
}

/// How many entries of each list each text holds, one text after another.
pub fn listed_words(
    texts: &Batch<u8>,
    entries: &Batch<u8>,
    lists: &[i64],
    count: usize,
    poll: Poll,
) -> Result<Vec<i64>, Failure> {
    if entries.len() != lists.len() {
        return Err(Failure::Invalid("every entry needs its list: the arrays differ in length".into()));
    }
    let (mut words, mut pace) = (Words::default(), Pace::new(poll));
    let entries = Entries::new(entries, lists, count, &mut words, &mut pace)?;
    let mut out = vec![0; texts.len() * count];
    let (mut known, mut numbers, mut folded, mut free) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (i, row) in out.chunks_exact_mut(count.max(1)).enumerate() {
        let text = texts.item(i);
        words.read(text, &mut pace)?;
        known.clear();
        for word in words.distinct() {
            pace.spend(WORD)?;
            folded.clear();
            words::fold(&text[word.start as usize..word.end as usize], tables(), &mut folded);
            known.push(entries.numbers.get(&folded).copied().unwrap_or(OTHER));
        }
        numbers.clear();
        numbers.extend(words.numbers.iter().map(|&number| known[number as usize]));
        entries.count(&numbers, &mut free, row, &mut pace)?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_entry_counts() {
        let entries = b"New York|york|new york city";
        let entries = Batch::new(entries.as_slice(), &[0, 9, 14], &[8, 13, 27]).unwrap();
        let text = b"new york NEW YORK CITY york york, new";
        let end = [text.len() as i64];
        let texts = Batch::new(text.as_slice(), &[0], &end).unwrap();
        let counts = listed_words(&texts, &entries, &[0, 1, 0], 2, &mut || Ok(())).unwrap();
        assert_eq!(counts, [2, 4]);
        assert!(listed_words(&texts, &entries, &[0, 2, 0], 2, &mut || Ok(())).is_err());
    }
}
