//! Full stops that end no sentence: the twin of `dedupe/kernels/reference/full_stops.py`, which documents the rules.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::sentence_words::{Guess, is_letter, lower, sentence_words};
use crate::tables::tables;
use crate::utf8::{decode, decode_back};

const SOURCE: &str = include_str!("../../text/abbreviations.txt");
const OPENING: &str = "\"'“‘„‚«‹(";
const BLANKS: [char; 3] = [' ', '\u{A0}', '\u{202F}'];
const LOOK_BACK: usize = 24;
const REACH: usize = 120;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Number,
    Name,
    Last,
    Initial,
}

struct Entry {
    languages: u64,
    kind: Kind,
    capital: bool,
}

fn abbreviations() -> &'static HashMap<String, Vec<Entry>> {
    static TABLE: OnceLock<HashMap<String, Vec<Entry>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: HashMap<String, Vec<Entry>> = HashMap::new();
        for line in SOURCE.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split_whitespace();
            let (Some(codes), Some(kind)) = (fields.next(), fields.next()) else { continue };
            let languages = codes.split(',').filter_map(|code| sentence_words().names.get(code)).sum();
            let kind = match kind {
                "any" => Kind::Any,
                "number" => Kind::Number,
                "name" => Kind::Name,
                "initial" => Kind::Initial,
                _ => Kind::Last,
            };
            for word in fields {
                let capital = word != word.to_lowercase();
                let key = word.chars().flat_map(lower).collect();
                table.entry(key).or_default().push(Entry { languages, kind, capital });
            }
        }
        table
    })
}

/// The code points from a place on.
fn onward(text: &[u8], mut at: usize) -> impl Iterator<Item = char> {
    std::iter::from_fn(move || {
        let (point, after) = (at < text.len()).then(|| decode(text, at))?;
        at = after;
        Some(char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER))
    })
}

/// The code points before a place, back to another, each with where it begins.
fn backward(text: &[u8], begin: usize, mut at: usize) -> impl Iterator<Item = (char, usize)> {
    std::iter::from_fn(move || {
        let (point, before) = (at > begin).then(|| decode_back(text, at))?;
        at = before;
        Some((char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER), before))
    })
}

fn is_word(letter: char) -> bool {
    is_letter(u32::from(letter))
}

fn is_blank(char: char) -> bool {
    BLANKS.contains(&char)
}

fn is_digit(char: char) -> bool {
    let point = u32::from(char);
    char.is_ascii_digit() || (matches!(point, 0x900..=0xCFF) && matches!(point % 0x80, 0x66..=0x6F))
}

fn is_roman(word: &[u8]) -> bool {
    (2..=7).contains(&word.len()) && word.iter().all(|byte| matches!(byte, b'I' | b'V' | b'X'))
}

/// A full stop, with what is looked at: the text up to an end, where its sentence, the word before it and what follows begin.
#[derive(Clone, Copy)]
struct Stop<'a> {
    text: &'a [u8],
    begin: usize,
    word: usize,
    following: usize,
}

impl Stop<'_> {
    fn languages(&self) -> u64 {
        let mut before: Vec<char> = backward(self.text, self.begin, self.word).take(REACH).map(|(char, _)| char).collect();
        before.reverse();
        let mut guess = Guess::empty();
        guess.read(before.into_iter());
        guess.read(onward(self.text, self.following).take(REACH));
        guess.finish()
    }

    /// The word behind it, in lower case, how many letters it has, and whether it has a full stop too.
    fn behind(&self) -> (String, usize, bool) {
        let mut points = onward(self.text, self.following).take(LOOK_BACK).skip_while(|&char| OPENING.contains(char)).peekable();
        let (mut word, mut count) = (String::new(), 0);
        while let Some(letter) = points.next_if(|&char| is_word(char)) {
            word.extend(lower(letter));
            count += 1;
        }
        (word, count, count > 0 && points.next() == Some('.'))
    }

    fn next_word(&self) -> String {
        let (word, count, has_stop) = self.behind();
        if has_stop && count == 1 { String::new() } else { word }
    }

    fn last_word(&self) -> Vec<char> {
        let mut points = backward(self.text, self.begin, self.word).map(|(char, _)| char).take(LOOK_BACK).peekable();
        if !points.peek().is_some_and(|&char| is_blank(char)) {
            return Vec::new();
        }
        let mut word: Vec<char> = points.skip_while(|&char| is_blank(char)).take_while(|&char| is_word(char)).collect();
        word.reverse();
        word
    }

    fn joins(&self, kind: Kind) -> bool {
        match kind {
            Kind::Any => true,
            Kind::Number => self.has_number_behind(),
            Kind::Name => !self.is_frequent(&self.next_word()),
            Kind::Initial => {
                let before = &self.text[self.begin..self.word];
                self.behind().2 || before.ends_with(b".") || before.ends_with(b". ")
            }
            Kind::Last => self.is_apart(),
        }
    }

    fn has_number_behind(&self) -> bool {
        let mut points = onward(self.text, self.following).peekable();
        points.next_if_eq(&'(');
        let letters = std::iter::from_fn(|| points.next_if(|&char| is_word(char))).take(5).count();
        if letters > 0 {
            points.next_if_eq(&'-');
        }
        if letters < 5 && points.next().is_some_and(is_digit) {
            return true;
        }
        let mut points = onward(self.text, self.following);
        let Some(first) = points.next() else { return false };
        let is_roman = |&char: &char| "IVXLCDM".contains(char);
        let ends = |next: Option<char>| !next.is_some_and(is_word);
        if is_roman(&first) {
            ends(points.find(|char| !is_roman(char)))
        } else {
            first.is_ascii_uppercase() && ends(points.next())
        }
    }

    /// Whether a bracket or a dash sets apart what goes on.
    fn is_apart(&self) -> bool {
        let mut points = onward(self.text, self.following).peekable();
        let marks = std::iter::from_fn(|| points.next_if(|&char| matches!(char, '-' | '–' | '—' | '('))).take(2).count();
        points.next_if(|&char| is_blank(char));
        marks > 0 && points.next().is_some_and(|char| is_word(char) && goes_on(u32::from(char)))
    }

    fn is_frequent(&self, word: &str) -> bool {
        sentence_words().common.get(word).is_some_and(|languages| languages & self.languages() != 0)
    }

    /// Whether a letter is a number behind a name.
    fn is_king(&self, letter: char) -> bool {
        let name = self.last_word();
        matches!(letter, 'I' | 'V' | 'X') && name.len() > 1 && !lower(name[0]).eq([name[0]])
    }

    /// Whether a letter is a unit behind a number.
    fn is_unit(&self, letter: char) -> bool {
        let mut points = backward(self.text, self.begin, self.word).map(|(char, _)| char);
        let is_behind = points.next().is_some_and(is_blank) && points.next().is_some_and(|char| char.is_ascii_digit());
        is_behind && tables().entry(u32::from(letter)).is_lower()
    }

    fn decide(&self, word: &[char]) -> Option<bool> {
        let key: String = word.iter().copied().flat_map(lower).collect();
        let entries = abbreviations().get(&key)?;
        let has_capital = !tables().entry(u32::from(word[0])).is_lower();
        let (mut languages, mut found) = (None, None);
        for entry in entries.iter().filter(|entry| has_capital || !entry.capital) {
            if entry.languages != 0 && entry.languages & *languages.get_or_insert_with(|| self.languages()) == 0 {
                continue;
            }
            if self.joins(entry.kind) {
                return Some(true);
            }
            found = Some(false);
        }
        found
    }

    fn is_ordinal(&self, digits: usize) -> bool {
        let tables = sentence_words();
        if digits > 4 {
            return false;
        }
        if (1..=2).contains(&digits) && self.is_date() {
            return tables.ordinals & self.languages() != 0;
        }
        let sign = backward(self.text, self.begin, self.word).next();
        if sign.is_some_and(|(char, _)| matches!(char, '.' | ',' | ':') || is_word(char)) {
            return false;
        }
        let word = self.next_word();
        if word.is_empty() {
            return false;
        }
        let of = |languages: Option<&u64>| languages.copied().unwrap_or_default();
        let mut allowed = of(tables.behind.get(&*word)) & if digits == 4 { tables.years } else { u64::MAX };
        if digits < 4 {
            let last: String = self.last_word().into_iter().flat_map(lower).collect();
            allowed |= of(tables.before.get(&*last)) & !of(tables.common.get(&*word));
        }
        allowed != 0 && allowed & self.languages() != 0
    }

    /// Whether a number of one or two digits is the day or the month of a date in digits.
    fn is_date(&self) -> bool {
        let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let behind = &self.text[self.following..];
        let range = ["-", "–", "—"].iter().find_map(|dash| behind.strip_prefix(dash.as_bytes()));
        let range = range.map_or(behind, |rest| rest.strip_prefix(b" ").unwrap_or(rest));
        if (1..=2).contains(&digits(range)) && range.get(digits(range)) == Some(&b'.') {
            return true;
        }
        let count = digits(behind);
        if count != 4 && count != 2 {
            return false;
        }
        let mut points = backward(self.text, self.begin, self.word).map(|(char, _)| char).peekable();
        points.next_if(|&char| is_blank(char));
        points.next() == Some('.') && (1..=2).contains(&points.take_while(char::is_ascii_digit).take(3).count())
    }
}

/// Whether a letter cannot begin a sentence.
pub fn goes_on(point: u32) -> bool {
    tables().entry(point).is_lower() && !matches!(point, 0x10D0..=0x10FF)
}

/// Whether the full stop at `place`, in a sentence from `begin`, ends no sentence; `following` is behind its white space.
pub fn ends_nothing(text: &[u8], begin: usize, place: usize, following: usize) -> bool {
    let sentence = &text[begin..place];
    let number = sentence.strip_prefix(b"(").or(sentence.strip_prefix(b"[")).unwrap_or(sentence);
    if ((1..=3).contains(&number.len()) && number.iter().all(u8::is_ascii_digit)) || is_roman(number) {
        return true;
    }
    let digits = sentence.iter().rev().take(LOOK_BACK).take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 {
        return Stop { text, begin, word: place - digits, following }.is_ordinal(digits);
    }
    let (word, start) = word_before(text, begin, place);
    if word.is_empty() {
        return false;
    }
    let stop = Stop { text, begin, word: start, following };
    if let Some(decided) = decide_pair(stop, &word).or_else(|| stop.decide(&word)) {
        return decided;
    }
    if is_roman(&text[start..place]) {
        return stop.is_ordinal(0);
    }
    let is_initials = word.iter().enumerate().all(|(i, char)| (i % 2 == 1) == matches!(char, '.' | '-'));
    let ends = |letter| (stop.is_king(letter) || stop.is_unit(letter)) && stop.is_frequent(&stop.next_word());
    is_initials && !(word.len() == 1 && ends(word[0]))
}

/// The word before a place: letters, with single signs between them; and where it begins.
fn word_before(text: &[u8], begin: usize, place: usize) -> (Vec<char>, usize) {
    let (mut word, mut start, mut sign) = (Vec::new(), place, None);
    for (char, at) in backward(text, begin, place).take(LOOK_BACK) {
        if is_word(char) {
            word.extend(sign.take());
            word.push(char);
            start = at;
        } else if matches!(char, '.' | '-') && sign.is_none() && !word.is_empty() {
            sign = Some(char);
        } else {
            break;
        }
    }
    word.reverse();
    (word, start)
}

/// What a letter ends with a letter, a full stop and a space before it.
fn decide_pair(stop: Stop, word: &[char]) -> Option<bool> {
    let [last] = *word else { return None };
    let mut points = backward(stop.text, stop.begin, stop.word);
    points.next().filter(|&(char, _)| is_blank(char))?;
    points.next().filter(|&(char, _)| char == '.')?;
    let (first, at) = points.next().filter(|&(char, _)| is_word(char))?;
    if points.next().is_some_and(|(char, _)| is_word(char)) {
        return None;
    }
    Stop { word: at, ..stop }.decide(&[first, '.', last])
}
