//! Counts behind quality signals: the twin of `dedupe/kernels/reference/quality/`, whose modules say what is counted and why.

mod characters;
mod contacts;
mod entropy;
mod intern;
mod lines;
mod listed;
mod phrases;
mod repetition;
mod words;

use crate::batch::Batch;
use crate::failure::{Failure, Poll, Stop};
use crate::pace::Pace;
use characters::{WORD, tables};
use intern::ByWord;
use lines::Lines;
pub use listed::listed_words;
use phrases::Phrases;
use repetition::Repetition;
use words::Words;

/// Columns, in the order of `dedupe/kernels/counts.py`.
pub const COLUMNS: usize = 49;
const LONGEST_STOP_WORD: usize = 16;

/// Folded stop words, with the languages that each is one in as bits.
pub struct StopWords<'a> {
    words: ByWord<&'a [u8], (usize, u64)>,
    /// For each first byte of ASCII and each length the languages, as bits, that have such words.
    shapes: Vec<[u64; LONGEST_STOP_WORD + 1]>,
}

impl<'a> StopWords<'a> {
    pub fn new(words: Batch<'a, u8>, masks: &[u64]) -> Result<Self, Failure> {
        if words.len() != masks.len() {
            return Err(Failure::Invalid("every stop word needs its languages: the arrays differ in length".into()));
        }
        let mut shapes = vec![[0; LONGEST_STOP_WORD + 1]; 128];
        for (i, &mask) in masks.iter().enumerate() {
            let word = words.item(i);
            if let Some(&first @ 0..128) = word.first()
                && let Some(languages) = shapes[usize::from(first)].get_mut(word.len())
            {
                *languages |= mask;
            }
        }
        Ok(StopWords { words: masks.iter().enumerate().map(|(i, &mask)| (words.item(i), (i, mask))).collect(), shapes })
    }

    /// Whether a word of a text may be one of a language; one with more than ASCII always may.
    fn may_hold(&self, word: &[u8], language: u64) -> bool {
        !word.is_ascii() || self.shapes[usize::from(word[0].to_ascii_lowercase())][word.len()] & language != 0
    }
}

/// The counts of texts, one text after another.
pub fn quality_counts(batch: &Batch<u8>, stop_words: &StopWords, languages: &[u64], poll: Poll) -> Result<Vec<i64>, Failure> {
    if languages.len() != batch.len() {
        return Err(Failure::Invalid("every text needs its language: the arrays differ in length".into()));
    }
    let mut out = Vec::with_capacity(batch.len() * COLUMNS);
    let (mut words, mut lines, mut repetition) = (Words::default(), Lines::default(), Repetition::default());
    let mut phrases = Phrases::default();
    let (mut found, mut pace) = (Vec::new(), Pace::new(poll));
    for (i, &language) in languages.iter().enumerate() {
        let text = batch.item(i);
        words.read(text, &mut pace)?;
        lines.read(text, &words.digit_places, &mut pace)?;
        pace.spend(text.len())?;
        let w = &words.counts;
        out.extend([
            w.characters,
            w.letters,
            w.digits,
            w.upper,
            w.spaces,
            w.unreadable,
            characters::mojibake(text),
            lines.breaks,
        ]);
        out.extend([w.words, w.plain_words, w.plain_characters, w.alphabetic_words, w.unspaced_words]);
        out.push(count_stop_words(text, &words, stop_words, language, &mut found, &mut pace)?);
        out.extend([w.hashes, w.ellipses]);
        out.extend(lines.counts());
        out.extend(repetition.count(&words, &mut pace)?);
        out.extend(lines.c4_counts());
        let frequency = words.plain_frequency(text);
        out.extend([frequency.clone().count(), entropy::word_bits(frequency) as usize, words.counts.capital_words]);
        out.push(lines.digits);
        out.extend(contacts::count(text, &words.digit_places, &mut pace)?);
        out.extend([phrases.count(text, &mut pace)?, text.len()]);
    }
    Ok(out.into_iter().map(|count| count as i64).collect())
}

/// How many different stop words of a language are among the words of a text.
fn count_stop_words(
    text: &[u8],
    words: &Words,
    stop_words: &StopWords,
    language: u64,
    found: &mut Vec<usize>,
    pace: &mut Pace,
) -> Result<usize, Stop> {
    if language == 0 {
        return Ok(0);
    }
    found.clear();
    let mut folded = Vec::new();
    for word in words.distinct().filter(|word| word.points as usize <= LONGEST_STOP_WORD) {
        pace.spend(WORD)?;
        let word = &text[word.start as usize..word.end as usize];
        if !stop_words.may_hold(word, language) {
            continue;
        }
        folded.clear();
        words::fold(word, tables(), &mut folded);
        if let Some(&(number, mask)) = stop_words.words.get(&*folded)
            && mask & language != 0
            && !found.contains(&number)
        {
            found.push(number);
        }
    }
    Ok(found.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> Vec<i64> {
        let none = Batch::new(&[][..], &[], &[]).unwrap();
        let end = [text.len() as i64];
        let batch = Batch::new(text.as_bytes(), &[0], &end).unwrap();
        quality_counts(&batch, &StopWords::new(none, &[]).unwrap(), &[0], &mut || Ok(())).unwrap()
    }

    #[test]
    fn every_text_has_a_row() {
        assert_eq!(counts(""), vec![0; COLUMNS]);
        let row = counts("One two three. One two three.\n\nOne two three. One two three.\nÃ©tÃ© …");
        assert_eq!(row.len(), COLUMNS);
        assert_eq!(row[0], 68);
        assert_eq!(row[6], 2);
        assert_eq!(row[15], 1);
    }

    #[test]
    fn stop_words_are_counted_once() {
        let words = Batch::new(b"theof".as_slice(), &[0, 3], &[3, 5]).unwrap();
        let text = b"The end of the THE of";
        let batch = Batch::new(text.as_slice(), &[0, 0], &[21, 21]).unwrap();
        let stop = StopWords::new(words, &[1, 3]).unwrap();
        let row = quality_counts(&batch, &stop, &[1, 2], &mut || Ok(())).unwrap();
        assert_eq!((row[13], row[COLUMNS + 13]), (2, 1));
    }
}
