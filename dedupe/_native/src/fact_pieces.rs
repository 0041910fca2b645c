//! The fact text as pieces: words, digits, signs. Part of the twin of `dedupe/kernels/reference/fact_views.py`.

use std::borrow::Cow;

use crate::fact_notation::figure;
use crate::fact_points::{is_digit, points};
use crate::fact_words::{Listed, Phrases, fact_words};
use crate::failure::Stop;
use crate::hash;
use crate::pace::Pace;
use crate::utf8::decode;

/// One word in so many is a frequent one of its language, or the language is not known.
const FREQUENT: usize = 25;
/// Words of a text in which one in so many may be a stray.
pub const STRAY: usize = 200;
/// Steps that the search for a phrase takes.
const PHRASE: usize = 16;

/// A piece of the fact text: of letters (`w`), of digits (`d`), a sign (`X`), or what joins numbers (`J`).
#[derive(Clone, Copy)]
pub struct Piece {
    pub kind: u8,
    pub flag: u8,
    pub frequent: u64,
    pub hash: u64,
    pub start: usize,
    pub end: usize,
}

/// Pieces one behind the other.
#[derive(Clone, Default)]
pub struct Pieces {
    pub arena: Vec<u8>,
    pub pieces: Vec<Piece>,
}

impl Pieces {
    pub fn push(&mut self, kind: u8, flag: u8, frequent: u64, text: &[u8]) {
        self.push_hashed(kind, flag, frequent, hash::token(text), text);
    }

    pub fn push_hashed(&mut self, kind: u8, flag: u8, frequent: u64, hash: u64, text: &[u8]) {
        let start = self.arena.len();
        self.arena.extend_from_slice(text);
        self.pieces.push(Piece { kind, flag, frequent, hash, start, end: self.arena.len() });
    }

    pub fn text(&self, piece: &Piece) -> &[u8] {
        &self.arena[piece.start..piece.end]
    }

    /// The letters and digits of a word, apart.
    pub fn add(&mut self, word: &[u8], flag: u8, frequent: u64) {
        if word.is_ascii() && !word.iter().any(u8::is_ascii_digit) {
            return self.push(b'w', flag, frequent, word);
        }
        let first = self.pieces.len();
        let mut at = 0;
        while at < word.len() {
            let start = at;
            let digits = is_digit(decode(word, at).0);
            while at < word.len() && is_digit(decode(word, at).0) == digits {
                at = decode(word, at).1;
            }
            if digits {
                let figures: Vec<u8> = points(&word[start..at]).map(figure).collect();
                self.push(b'd', 0, frequent, &figures);
            } else {
                self.push(b'w', flag, frequent, &word[start..at]);
            }
        }
        if self.pieces.len() - first > 1 {
            self.pieces[first..].iter_mut().for_each(|piece| piece.frequent = 0);
        }
    }

    /// The language whose frequent words a text has most of, unless there are few.
    ///
    /// None either if it has no other lists, in a text so long that, written out, it may have stray words.
    pub fn language(&self) -> Option<usize> {
        let mut found = [0usize; 64];
        let mut words = 0;
        for piece in &self.pieces {
            words += usize::from(piece.kind == b'w');
            let mut bits = piece.frequent;
            while bits != 0 {
                found[bits.trailing_zeros() as usize] += 1;
                bits &= bits - 1;
            }
        }
        let languages = &fact_words().languages;
        let is_long = 2 * self.pieces.len() >= STRAY;
        let asked = (0..languages.len().min(found.len())).filter(|&i| is_long || languages[i].is_listed);
        let best = asked.max_by_key(|&i| (found[i], 64 - i))?;
        (found[best] > 0 && found[best] * FREQUENT >= words && languages[best].is_listed).then_some(best)
    }

    /// How many words from a place on are a listed phrase, the longest there is, and what it is.
    pub fn listed<'a>(&self, place: usize, phrases: &'a Phrases, key: &mut Vec<u8>) -> (usize, Listed, &'a [u8]) {
        let mut found = (0, Listed::Fact, &[][..]);
        if self.pieces[place].kind != b'w' {
            return found;
        }
        let longest = phrases.longest(self.pieces[place].hash);
        if longest == 0 {
            return found;
        }
        key.clear();
        for width in 1..=longest.min(self.pieces.len() - place) {
            let piece = &self.pieces[place + width - 1];
            if piece.kind != b'w' {
                break;
            }
            if width > 1 {
                key.push(b' ');
            }
            key.extend_from_slice(self.text(piece));
            if let Some((listed, value)) = phrases.get(key) {
                found = (width, listed, value);
            }
        }
        found
    }

    /// Contractions replaced by what they stand for.
    pub fn written_out(&self, phrases: &Phrases, pace: &mut Pace) -> Result<Cow<'_, Pieces>, Stop> {
        let (mut key, mut first) = (Vec::new(), 0);
        while first < self.pieces.len() && self.listed(first, phrases, &mut key).1 != Listed::Same {
            pace.spend(PHRASE)?;
            first += 1;
        }
        if first == self.pieces.len() {
            return Ok(Cow::Borrowed(self));
        }
        let mut out = Pieces::default();
        let mut place = 0;
        while place < self.pieces.len() {
            pace.spend(PHRASE)?;
            let piece = &self.pieces[place];
            let (width, listed, value) = self.listed(place, phrases, &mut key);
            if width == 0 || listed != Listed::Same {
                out.push_hashed(piece.kind, piece.flag, piece.frequent, piece.hash, self.text(piece));
                place += 1;
                continue;
            }
            for (number, word) in value.split(|&byte| byte == b' ').enumerate() {
                let flag = if number == 0 { piece.flag } else { 0 };
                out.push(b'w', flag, fact_words().frequent(word, hash::token(word)), word);
            }
            place += width;
        }
        Ok(Cow::Owned(out))
    }
}
