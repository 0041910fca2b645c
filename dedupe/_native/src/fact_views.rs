//! What a text states, made ready for comparison: the twin of `dedupe/duplicates/fact_views.py`, which says how.

use crate::fact_text::{MARKS, is_digit};
use crate::fact_words::{Forms, Listed, Phrases, fact_words, may_have_marks, points};
use crate::hash;
use crate::tables::{Kind, tables};
use crate::utf8::decode;

const SPELLINGS: [(&[u8], &[u8]); 8] = [
    (b"https", b"http"),
    (b"our", b"or"),
    (b"ogue", b"og"),
    (b"tre", b"ter"),
    (b"ae", b"e"),
    (b"oe", b"e"),
    (b"z", b"s"),
    (b"c", b"s"),
];
const FREQUENT: usize = 25;
const LONGEST_HAN: usize = 12;
const SKETCH: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    Word,
    Figure,
    Sign,
    Fact,
}

impl Sort {
    fn code(self) -> u8 {
        match self {
            Sort::Word => b'w',
            Sort::Figure => b'n',
            Sort::Sign => b'x',
            Sort::Fact => b'f',
        }
    }
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Atom {
    pub sort: Sort,
    /// `C` or `S` for a word with a capital letter, inside a sentence or at its beginning; else 0.
    pub flag: u8,
    pub frequent: bool,
    /// Letters of a word without its marks, and the hash of it so.
    pub letters: u32,
    pub plain: u64,
    /// Hash of sort and text.
    pub hash: u64,
    /// Place in the text that is closed up.
    pub start: usize,
    pub end: usize,
    /// Place of a word among those in their own spelling.
    pub own: (usize, usize),
}

/// One way to see a text.
pub struct View {
    pub atoms: Vec<Atom>,
    /// All atoms closed up.
    pub text: Vec<u8>,
    /// The words in their own spelling.
    pub own: Vec<u8>,
    /// Number of the language, if it is known.
    pub language: Option<usize>,
    /// Whether a stray word may change.
    pub strays: bool,
    /// Whether capital letters say something.
    pub is_cased: bool,
    /// Hash of what counts in texts of any length.
    pub strict: u64,
    /// Hashes of the atoms in order of value, and how many there are by their last bits.
    pub sorted: Vec<u64>,
    sketch: [u8; SKETCH],
}

/// A piece of the fact text: of letters (`w`), of digits (`d`), a sign (`X`), or what joins numbers (`J`).
#[derive(Clone, Copy)]
struct Piece {
    kind: u8,
    flag: u8,
    frequent: u64,
    start: usize,
    end: usize,
}

/// Pieces one behind the other.
#[derive(Default)]
struct Pieces {
    arena: Vec<u8>,
    pieces: Vec<Piece>,
}

/// The fact text in its three ways.
#[derive(Default)]
pub struct Parsed {
    marked: Pieces,
    plain: Pieces,
    transcribed: Pieces,
    pub has_marks: bool,
    pub has_umlauts: bool,
    language: Option<usize>,
}

impl Parsed {
    pub fn new(fact_text: &[u8]) -> Parsed {
        let has_marks = may_have_marks(fact_text);
        let mut parsed = Parsed::default();
        let mut forms = Forms::default();
        for word in fact_text.split(|&byte| byte == b' ').filter(|word| !word.is_empty()) {
            if matches!(word[0], b'X' | b'J') || word == "x×".as_bytes() {
                let (kind, text) = if word[0] == b'x' { (b'w', &b"x"[..]) } else { (word[0], &word[1..]) };
                parsed.plain.push(kind, 0, 0, text);
                if has_marks {
                    parsed.marked.push(kind, 0, 0, text);
                    parsed.transcribed.push(kind, 0, 0, text);
                }
                continue;
            }
            let flag = if matches!(word[0], b'C' | b'S') { word[0] } else { 0 };
            let own = &word[usize::from(flag != 0)..];
            if !has_marks {
                parsed.plain.add(own, flag, fact_words().frequent(own, hash::token(own)));
                continue;
            }
            parsed.has_marks |= forms.read(own);
            parsed.has_umlauts |= forms.transcribed != forms.plain;
            let frequent = fact_words().frequent(&forms.plain, hash::token(&forms.plain));
            parsed.marked.add(&forms.marked, flag, frequent);
            parsed.plain.add(&forms.plain, flag, frequent);
            parsed.transcribed.add(&forms.transcribed, flag, frequent);
        }
        parsed.language = parsed.plain.language();
        parsed
    }

    pub fn marked(&self) -> View {
        let none = Phrases::default();
        let phrases = self.language.map_or(&none, |language| &fact_words().languages[language].marked);
        View::new(&self.marked, phrases, self.language)
    }

    pub fn plain(&self) -> View {
        self.bare(&self.plain)
    }

    pub fn transcribed(&self) -> View {
        self.bare(&self.transcribed)
    }

    fn bare(&self, pieces: &Pieces) -> View {
        let none = Phrases::default();
        let phrases = self.language.map_or(&none, |language| &fact_words().languages[language].plain);
        View::new(pieces, phrases, self.language)
    }
}

impl Pieces {
    fn push(&mut self, kind: u8, flag: u8, frequent: u64, text: &[u8]) {
        let start = self.arena.len();
        self.arena.extend_from_slice(text);
        self.pieces.push(Piece { kind, flag, frequent, start, end: self.arena.len() });
    }

    fn text(&self, piece: &Piece) -> &[u8] {
        &self.arena[piece.start..piece.end]
    }

    /// The letters and digits of a word, apart.
    fn add(&mut self, word: &[u8], flag: u8, frequent: u64) {
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
    fn language(&self) -> Option<usize> {
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
        let best = (0..64).max_by_key(|&language| (found[language], 64 - language))?;
        (found[best] > 0 && found[best] * FREQUENT >= words).then_some(best)
    }

    /// How many words from a place on are a listed phrase, the longest there is, and what it is.
    fn listed<'a>(&self, place: usize, phrases: &'a Phrases, key: &mut Vec<u8>) -> (usize, Listed, &'a [u8]) {
        let mut found = (0, Listed::Fact, &[][..]);
        if self.pieces[place].kind != b'w' {
            return found;
        }
        let longest = phrases.longest(hash::token(self.text(&self.pieces[place])));
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
    fn written_out(&self, phrases: &Phrases) -> Pieces {
        let mut out = Pieces { arena: Vec::with_capacity(self.arena.len() + 16), pieces: Vec::with_capacity(self.pieces.len()) };
        let (mut place, mut key) = (0, Vec::new());
        while place < self.pieces.len() {
            let piece = &self.pieces[place];
            let (width, listed, value) = self.listed(place, phrases, &mut key);
            if width == 0 || listed != Listed::Same {
                out.push(piece.kind, piece.flag, piece.frequent, self.text(piece));
                place += 1;
                continue;
            }
            for (number, word) in value.split(|&byte| byte == b' ').enumerate() {
                let flag = if number == 0 { piece.flag } else { 0 };
                out.push(b'w', flag, fact_words().frequent(word, hash::token(word)), word);
            }
            place += width;
        }
        out
    }
}

impl View {
    fn new(pieces: &Pieces, phrases: &Phrases, language: Option<usize>) -> View {
        let pieces = pieces.written_out(phrases);
        let mut made = Atoms {
            out: Vec::with_capacity(pieces.pieces.len()),
            text: Vec::with_capacity(pieces.arena.len()),
            own: Vec::with_capacity(pieces.arena.len()),
        };
        // Spellings of one sound are those of English; a language that is not known may be it.
        let spells = language.is_none_or(|language| language == fact_words().english);
        let bit = language.map_or(0, |language| 1u64 << language);
        let (mut place, mut key, mut word) = (0, Vec::new(), Vec::new());
        let rows = &pieces.pieces;
        while place < rows.len() {
            let piece = &rows[place];
            let text = pieces.text(piece);
            let mut end = place + 1;
            match piece.kind {
                b'd' => {
                    while end + 1 < rows.len() && rows[end].kind == b'J' && rows[end + 1].kind == b'd' {
                        end += 2;
                    }
                    let parts: Vec<&[u8]> = rows[place..end].iter().map(|piece| pieces.text(piece)).collect();
                    made.figures(&parts);
                }
                b'X' => made.add(Sort::Sign, 0, text),
                b'J' => {}
                _ if is_han_number(text) => {
                    while end < rows.len() && rows[end].kind == b'w' && is_han_number(pieces.text(&rows[end])) {
                        end += 1;
                    }
                    let number: Vec<u32> = rows[place..end].iter().map(|piece| decode(pieces.text(piece), 0).0).collect();
                    made.add(Sort::Figure, 0, &han_value(&number));
                }
                _ => {
                    let (width, listed, value) = pieces.listed(place, phrases, &mut key);
                    end = place + width.max(1);
                    match listed {
                        _ if width == 0 => {
                            word.clear();
                            word.extend_from_slice(text);
                            if spells {
                                spell(&mut word);
                            }
                            made.add(Sort::Word, piece.flag, &word);
                            if let Some(atom) = made.out.last_mut() {
                                (atom.letters, atom.plain) = bare(text);
                                atom.own = (made.own.len(), made.own.len() + text.len());
                                made.own.extend_from_slice(text);
                                atom.frequent = piece.frequent & bit != 0;
                            }
                        }
                        Listed::Percent => made.add(Sort::Sign, 0, b"%"),
                        Listed::Number => made.add(Sort::Figure, 0, value),
                        Listed::Same | Listed::Fact => {
                            key.clear();
                            for (i, piece) in rows[place..end].iter().enumerate() {
                                if i > 0 {
                                    key.push(b' ');
                                }
                                key.extend_from_slice(pieces.text(piece));
                            }
                            made.add(Sort::Fact, piece.flag, &key);
                        }
                    }
                }
            }
            place = end;
        }
        made.finish(language)
    }

    /// Whether the count of words by their hashes leaves open that so many differ at most.
    pub fn is_near(&self, other: &View, most: usize) -> bool {
        let differ: u32 = self.sketch.iter().zip(&other.sketch).map(|(&a, &b)| u32::from(a.abs_diff(b))).sum();
        differ as usize <= most
    }
}

struct Atoms {
    out: Vec<Atom>,
    text: Vec<u8>,
    own: Vec<u8>,
}

impl Atoms {
    fn add(&mut self, sort: Sort, flag: u8, text: &[u8]) {
        let start = self.text.len();
        if sort == Sort::Word {
            self.text.extend_from_slice(text);
        } else {
            self.text.push(1);
            self.text.push(sort.code());
            self.text.extend_from_slice(text);
            self.text.push(2);
        }
        let hash = hash::mix(hash::token(text), u64::from(sort.code()));
        self.out.push(Atom { sort, flag, frequent: false, letters: 0, plain: 0, hash, start, end: self.text.len(), own: (0, 0) });
    }

    /// Numbers in one notation, from digits and what joins them, by turns.
    fn figures(&mut self, parts: &[&[u8]]) {
        let digits = |i: usize| parts[2 * i];
        let join = |i: usize| parts[2 * i + 1];
        let count = parts.len().div_ceil(2);
        let mut point: &[u8] = b"";
        if self.out.last().is_some_and(|atom| atom.sort == Sort::Sign && &self.text[atom.start..] == b"\x01x.\x02") {
            if let Some(atom) = self.out.pop() {
                self.text.truncate(atom.start);
            }
            point = b"0.";
        }
        let mut place = 0;
        while place < count {
            let mut number = digits(place).to_vec();
            let mut end = place + 1;
            if end < count && matches!(join(place), b"_" | b"," | b"." | b"'") && number.len() <= 3 && number[0] != b'0' {
                let own = join(place);
                while end < count && join(end - 1) == own && digits(end).len() == 3 {
                    number.extend_from_slice(digits(end));
                    end += 1;
                }
                if end < count && join(end - 1) == own && own != b"_" && end > place + 1 {
                    // Not all that is joined alike is a group of three: a version, or a place.
                    number = digits(place).to_vec();
                    end = place + 1;
                }
            }
            while end < count && join(end - 1) != b"_" {
                number.extend(join(end - 1).iter().map(|&byte| if byte == b',' { b'.' } else { byte }));
                number.extend_from_slice(digits(end));
                end += 1;
            }
            self.add(Sort::Figure, 0, &[point, &number].concat());
            point = b"";
            place = end;
        }
    }

    fn finish(self, language: Option<usize>) -> View {
        let Atoms { out: atoms, text, own: spelt } = self;
        let mut strict: Vec<u64> = atoms.iter().filter(|atom| atom.sort != Sort::Word).map(|atom| atom.hash).collect();
        strict.sort_unstable();
        let mut sorted: Vec<u64> = atoms.iter().map(|atom| atom.hash).collect();
        sorted.sort_unstable();
        let mut sketch = [0u8; SKETCH];
        for hash in &sorted {
            let slot = &mut sketch[*hash as usize % SKETCH];
            *slot = slot.saturating_add(1);
        }
        let words = atoms.iter().filter(|atom| matches!(atom.sort, Sort::Word | Sort::Fact));
        let (mut count, mut flagged) = (0, 0);
        for atom in words {
            count += 1;
            flagged += usize::from(atom.flag != 0);
        }
        let (mut own, mut unspaced) = (0, 0);
        for atom in atoms.iter().filter(|atom| atom.sort == Sort::Word) {
            own += 1;
            let first = text.get(atom.start..atom.end).filter(|word| !word.is_empty()).map_or(0, |word| decode(word, 0).0);
            unspaced += usize::from(first >= 0x80 && tables().entry(first).kind() == Kind::Unspaced);
        }
        View {
            strays: language.is_some() && 2 * unspaced <= own,
            is_cased: 2 * flagged <= count,
            strict: hash::fingerprint(&strict),
            atoms,
            text,
            own: spelt,
            language,
            sorted,
            sketch,
        }
    }
}

/// Letters of a word without its marks, and the hash of it so.
fn bare(word: &[u8]) -> (u32, u64) {
    if word.is_ascii() {
        return (word.len() as u32, hash::token(word));
    }
    let mut without = Vec::with_capacity(word.len());
    let mut letters = 0;
    for point in points(word).filter(|point| !MARKS.contains(point)) {
        crate::fact_text::put(&mut without, point);
        letters += 1;
    }
    (letters, hash::token(&without))
}

/// Put a word into one spelling.
fn spell(word: &mut Vec<u8>) {
    for (variant, common) in SPELLINGS {
        if word.len() < variant.len() || !word.contains(&variant[0]) {
            continue;
        }
        let (mut read, mut write) = (0, 0);
        while read < word.len() {
            if word[read..].starts_with(variant) {
                for &byte in common {
                    word[write] = byte;
                    write += 1;
                }
                read += variant.len();
            } else {
                word[write] = word[read];
                (read, write) = (read + 1, write + 1);
            }
        }
        word.truncate(write);
    }
    // A doubled letter at the beginning is an abbreviation.
    let doubled = if word.is_ascii() {
        word.windows(2).skip(1).any(|pair| pair[0] == pair[1])
    } else {
        let letters: Vec<u32> = points(word).collect();
        letters.windows(2).skip(1).any(|pair| pair[0] == pair[1])
    };
    if doubled {
        let letters: Vec<u32> = points(word).collect();
        word.clear();
        for (place, &letter) in letters.iter().enumerate() {
            if place < 2 || letters[place - 1] != letter {
                crate::fact_text::put(word, letter);
            }
        }
    }
}

fn figure(point: u32) -> u8 {
    let zero = crate::fact_text::ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&point));
    zero.map_or(b'0', |zero| b'0' + (point - zero) as u8)
}

/// A digit of a number in Chinese characters, or the unit that a character stands for.
fn han(point: u32) -> Option<Result<u64, u64>> {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let char = char::from_u32(point)?;
    if let Some(digit) = DIGITS.iter().position(|&digit| digit == char) {
        return Some(Ok(digit as u64));
    }
    match char {
        '〇' => Some(Ok(0)),
        '十' => Some(Err(10)),
        '百' => Some(Err(100)),
        '千' => Some(Err(1000)),
        '万' | '萬' => Some(Err(10_000)),
        '亿' | '億' => Some(Err(100_000_000)),
        _ => None,
    }
}

fn is_han_number(text: &[u8]) -> bool {
    text.len() == 3 && han(decode(text, 0).0).is_some()
}

/// What a number in Chinese characters says, in digits; as it is where it is none.
fn han_value(number: &[u32]) -> Vec<u8> {
    let as_it_is = || {
        let mut out = Vec::new();
        number.iter().for_each(|&point| crate::fact_text::put(&mut out, point));
        out
    };
    let parts: Vec<Result<u64, u64>> = number.iter().filter_map(|&point| han(point)).collect();
    if parts.iter().all(Result::is_ok) {
        return parts.iter().map(|part| b'0' + part.unwrap_or(0) as u8).collect();
    }
    if number.len() > LONGEST_HAN {
        return as_it_is();
    }
    let (mut total, mut section, mut digit) = (0u64, 0u64, None::<u64>);
    for part in parts {
        match part {
            Ok(_) if digit.is_some_and(|digit| digit != 0) => return as_it_is(),
            Ok(value) => digit = Some(value),
            Err(unit) if unit < 10_000 => {
                section += digit.unwrap_or(1) * unit;
                digit = None;
            }
            Err(unit) => {
                section += digit.unwrap_or(0);
                total += section.max(1) * unit;
                (section, digit) = (0, None);
            }
        }
    }
    (total + section + digit.unwrap_or(0)).to_string().into_bytes()
}
