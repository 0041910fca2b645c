//! The languages around a full stop: the twin of `dedupe/kernels/reference/sentence_words.py`, over the same file.

use std::collections::HashMap;
use std::sync::OnceLock;

const SOURCE: &str = include_str!("../../text/sentence-words.txt");
const WEIGHT: u32 = 60;

type Lists<K> = HashMap<K, u64>;

/// For each word or letter the languages that have it, as bits.
#[derive(Default)]
pub struct SentenceWords {
    pub names: Lists<&'static str>,
    pub common: Lists<&'static str>,
    pub before: Lists<&'static str>,
    pub behind: Lists<&'static str>,
    letters: Lists<char>,
    pub ordinals: u64,
    pub years: u64,
}

pub fn sentence_words() -> &'static SentenceWords {
    static WORDS: OnceLock<SentenceWords> = OnceLock::new();
    WORDS.get_or_init(read)
}

fn read() -> SentenceWords {
    let mut out = SentenceWords::default();
    let mut bit = 0;
    for line in SOURCE.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[') {
            bit = 1 << out.names.len();
            out.names.insert(name.trim_end_matches(']'), bit);
            continue;
        }
        let (kind, words) = line.split_once(' ').unwrap_or((line, ""));
        let list = match kind {
            "before" => &mut out.before,
            "behind" => &mut out.behind,
            "letters" => {
                words.chars().for_each(|letter| *out.letters.entry(letter).or_default() |= bit);
                continue;
            }
            "years" => {
                out.years |= bit;
                continue;
            }
            _ => &mut out.common,
        };
        words.split(' ').for_each(|word| *list.entry(word).or_default() |= bit);
        if matches!(kind, "before" | "behind") {
            out.ordinals |= bit;
        }
    }
    out
}

/// Letters and marks of scripts that write abbreviations with a full stop.
pub fn is_letter(point: u32) -> bool {
    match point {
        0..=0x7F => matches!(point, 0x41..=0x5A | 0x61..=0x7A),
        // Blocks of Indic scripts: letters and marks, then digits, then more letters in some.
        0x900..=0xD7F if point % 0x80 < 0x64 => true,
        0x970..=0x97F | 0xA70..=0xA7F | 0xB70..=0xB7F => true,
        _ => matches!(
            point,
            0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0x24F | 0x300..=0x37D | 0x37F..=0x386 | 0x388..=0x3FF | 0x400..=0x52F
                | 0x5D0..=0x5EA | 0x620..=0x65F | 0x66E..=0x6D3 | 0xD70..=0xDFF | 0x10D0..=0x10FA | 0x1200..=0x135A
                | 0x1E00..=0x1FFF | 0x200C | 0x200D
        ),
    }
}

/// A letter in lower case, by itself.
pub fn lower(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().map(|letter| if letter == 'ς' { 'σ' } else { letter })
}

/// The languages that a text may be in, learnt from its words.
pub struct Guess {
    scores: [u32; 64],
    word: String,
}

impl Guess {
    pub fn empty() -> Self {
        Guess { scores: [0; 64], word: String::new() }
    }

    pub fn read(&mut self, text: impl Iterator<Item = char>) {
        for letter in text {
            if is_letter(u32::from(letter)) {
                self.word.extend(lower(letter));
            } else {
                self.end_word();
            }
        }
        self.end_word();
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let tables = sentence_words();
        let lists = [&tables.common, &tables.before, &tables.behind];
        add(&mut self.scores, lists.iter().filter_map(|list| list.get(&*self.word)).fold(0, |all, languages| all | languages));
        for letter in self.word.chars().filter(|letter| !letter.is_ascii()) {
            add(&mut self.scores, tables.letters.get(&letter).copied().unwrap_or_default());
        }
        self.word.clear();
    }

    pub fn finish(self) -> u64 {
        let scores = &self.scores[..sentence_words().names.len()];
        let best = scores.iter().copied().max().unwrap_or_default();
        scores.iter().enumerate().filter(|&(_, score)| 3 * score >= 2 * best).map(|(i, _)| 1 << i).sum()
    }
}

fn add(scores: &mut [u32; 64], languages: u64) {
    let weight = WEIGHT / languages.count_ones().max(1);
    let mut left = languages;
    while left != 0 {
        scores[left.trailing_zeros() as usize] += weight;
        left &= left - 1;
    }
}
