//! Words that count as facts, by language: the twin of `dedupe/kernels/reference/fact_words.py`, over the same file.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use crate::fact_forms::Forms;
use crate::fact_parts::Parts;
use crate::fact_text::{Reader, Written};
use crate::hash;

const SOURCE: &str = include_str!("../../text/facts-words.txt");

/// What a listed word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listed {
    /// A contraction.
    Same,
    Percent,
    Number,
    /// Another word that counts.
    Fact,
}

/// Takes hashes as they are.
#[derive(Default)]
pub struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash::token(bytes);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

pub type ByHash<T> = HashMap<u64, T, BuildHasherDefault<Identity>>;

/// Listed phrases: words parted by a space.
#[derive(Default)]
pub struct Phrases {
    /// By the hash of a first word how many words the longest phrase has.
    longest: ByHash<usize>,
    known: HashMap<Vec<u8>, (Listed, Vec<u8>)>,
}

impl Phrases {
    fn add(&mut self, phrase: &[u8], listed: Listed, value: &[u8]) {
        let first = phrase.split(|&byte| byte == b' ').next().unwrap_or(&[]);
        let count = phrase.split(|&byte| byte == b' ').count();
        let longest = self.longest.entry(hash::token(first)).or_default();
        *longest = (*longest).max(count);
        self.known.entry(phrase.to_vec()).or_insert((listed, value.to_vec()));
    }

    /// How many words the longest phrase has that begins with a word of this hash.
    pub fn longest(&self, hash: u64) -> usize {
        self.longest.get(&hash).copied().unwrap_or(0)
    }

    pub fn get(&self, phrase: &[u8]) -> Option<(Listed, &[u8])> {
        self.known.get(phrase).map(|(listed, value)| (*listed, &value[..]))
    }
}

/// The lists of a language.
#[derive(Default)]
pub struct Language {
    pub marked: Phrases,
    pub plain: Phrases,
    pub parts: Parts,
    /// Whether commas part thousands.
    pub comma_groups: bool,
    /// Whether it has more than frequent words.
    pub is_listed: bool,
}

#[derive(Default)]
pub struct FactWords {
    pub languages: Vec<Language>,
    /// The number of English.
    pub english: usize,
    frequent: ByHash<(Vec<u8>, u64)>,
}

impl FactWords {
    /// A bit for each language in which a word without marks is frequent.
    pub fn frequent(&self, word: &[u8], hash: u64) -> u64 {
        self.frequent.get(&hash).filter(|(known, _)| known == word).map_or(0, |&(_, bits)| bits)
    }

    // The source is part of the crate: a line that does not parse is left out.
    fn read() -> FactWords {
        let mut words = FactWords::default();
        let mut reader = Reader::default();
        for line in SOURCE.lines() {
            let mut entries = line.split(' ');
            let key = entries.next().unwrap_or("");
            if let Some(name) = key.strip_prefix('[') {
                if name == "en]" {
                    words.english = words.languages.len();
                }
                words.languages.push(Language::default());
                continue;
            }
            let listed = match key {
                "words" => None,
                "same" => Some(Listed::Same),
                "percent" => Some(Listed::Percent),
                "numbers" => Some(Listed::Number),
                "dates" | "not" => Some(Listed::Fact),
                "thousands" => {
                    if let Some(language) = words.languages.last_mut() {
                        language.comma_groups = entries.eq(["comma"]);
                    }
                    continue;
                }
                "stems" | "endings" | "prefixes" => {
                    if let Some(language) = words.languages.last_mut() {
                        entries.for_each(|entry| language.parts.add(key, &phrase_forms(entry, &mut reader)));
                    }
                    continue;
                }
                _ => continue,
            };
            let number = words.languages.len().saturating_sub(1);
            if let Some(language) = words.languages.last_mut() {
                language.is_listed |= listed.is_some();
            }
            for entry in entries {
                let (phrase, value) = entry.split_once('=').unwrap_or((entry, ""));
                let value = value.replace('_', " ");
                let forms = phrase_forms(phrase, &mut reader);
                let Some(kind) = listed else {
                    let bits = words.frequent.entry(hash::token(&forms.plain)).or_insert_with(|| (forms.plain.clone(), 0));
                    bits.1 |= 1 << number;
                    continue;
                };
                let kind = match kind {
                    Listed::Fact if !value.is_empty() => Listed::Same,
                    Listed::Number if value.is_empty() => Listed::Fact,
                    kind => kind,
                };
                if let Some(language) = words.languages.last_mut() {
                    language.marked.add(&forms.marked, kind, value.as_bytes());
                    language.plain.add(&forms.plain, kind, value.as_bytes());
                    language.plain.add(&forms.transcribed, kind, value.as_bytes());
                }
            }
        }
        words.languages.iter_mut().for_each(|language| language.parts.sort());
        words
    }
}

/// The lists of all languages, read at the first call.
pub fn fact_words() -> &'static FactWords {
    static WORDS: OnceLock<FactWords> = OnceLock::new();
    WORDS.get_or_init(FactWords::read)
}

fn phrase_forms(entry: &str, reader: &mut Reader) -> Forms {
    let mut written = Written::default();
    // Nobody stops the reading of a few words.
    let _ = reader.read(entry.replace('_', " ").as_bytes(), &mut || Ok(()), &mut written);
    let (mut out, mut word) = (Forms::default(), Forms::default());
    for (i, piece) in written.0.split(|&byte| byte == b' ').enumerate() {
        word.read(piece);
        for (form, own) in
            [(&mut out.marked, &word.marked), (&mut out.plain, &word.plain), (&mut out.transcribed, &word.transcribed)]
        {
            if i > 0 {
                form.push(b' ');
            }
            form.extend_from_slice(own);
        }
    }
    out
}
