//! What a text states, made ready for comparison: the twin of `dedupe/kernels/reference/fact_views.py`, which says how.

use crate::fact_forms::{Forms, may_have_marks};
use crate::fact_notation::{bare, han_value, is_han_number, spell};
use crate::fact_parts::Parts;
use crate::fact_pieces::Pieces;
use crate::fact_words::{Listed, Phrases, fact_words};
use crate::failure::Stop;
use crate::hash;
use crate::pace::{BYTE, Pace};
use crate::tables::{Kind, tables};
use crate::utf8::decode;

pub const SKETCH: usize = 64;
/// Steps that a word takes on its way into a view, about.
pub const WORD: usize = 64;

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

    /// Hash of an atom of this sort.
    pub fn hash(self, text: &[u8]) -> u64 {
        self.hash_of(hash::token(text))
    }

    /// The same of what has this hash as a token.
    fn hash_of(self, token: u64) -> u64 {
        hash::mix(token, u64::from(self.code()))
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
}

/// The fact text in its three ways.
#[derive(Default)]
pub struct Parsed {
    marked: Pieces,
    plain: Pieces,
    transcribed: Pieces,
    /// How many words have marks.
    pub marked_words: usize,
    pub has_umlauts: bool,
    language: Option<usize>,
}

impl Parsed {
    pub fn new(fact_text: &[u8], pace: &mut Pace) -> Result<Parsed, Stop> {
        let has_marks = may_have_marks(fact_text);
        let mut parsed = Parsed::default();
        parsed.plain.arena.reserve(fact_text.len());
        let mut forms = Forms::default();
        for word in fact_text.split(|&byte| byte == b' ').filter(|word| !word.is_empty()) {
            pace.spend(WORD + BYTE * word.len())?;
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
                let hash = hash::token(own);
                let frequent = fact_words().frequent(own, hash);
                if own.is_ascii() && !own.iter().any(u8::is_ascii_digit) {
                    parsed.plain.push_hashed(b'w', flag, frequent, hash, own);
                } else {
                    parsed.plain.add(own, flag, frequent);
                }
                continue;
            }
            parsed.marked_words += usize::from(forms.read(own));
            parsed.has_umlauts |= forms.transcribed != forms.plain;
            let frequent = fact_words().frequent(&forms.plain, hash::token(&forms.plain));
            parsed.marked.add(&forms.marked, flag, frequent);
            parsed.plain.add(&forms.plain, flag, frequent);
            parsed.transcribed.add(&forms.transcribed, flag, frequent);
        }
        parsed.language = parsed.plain.language();
        Ok(parsed)
    }

    pub fn marked(&self, pace: &mut Pace) -> Result<View, Stop> {
        let none = Phrases::default();
        let phrases = self.language.map_or(&none, |language| &fact_words().languages[language].marked);
        View::new(&self.marked, phrases, self.language, pace)
    }

    pub fn plain(&self, pace: &mut Pace) -> Result<View, Stop> {
        self.bare(&self.plain, pace)
    }

    pub fn transcribed(&self, pace: &mut Pace) -> Result<View, Stop> {
        self.bare(&self.transcribed, pace)
    }

    fn bare(&self, pieces: &Pieces, pace: &mut Pace) -> Result<View, Stop> {
        let none = Phrases::default();
        let phrases = self.language.map_or(&none, |language| &fact_words().languages[language].plain);
        View::new(pieces, phrases, self.language, pace)
    }
}

impl View {
    fn new(pieces: &Pieces, phrases: &Phrases, language: Option<usize>, pace: &mut Pace) -> Result<View, Stop> {
        let pieces = pieces.written_out(phrases, pace)?;
        let lists = fact_words();
        let rules = &lists.languages[language.unwrap_or(lists.english)];
        let mut made = Atoms {
            parts: &rules.parts,
            comma_groups: language.is_some() && rules.comma_groups,
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
            pace.spend(WORD + BYTE * text.len())?;
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
                            if spells && spell(text, &mut word, pace)? {
                                made.add(Sort::Word, piece.flag, &word);
                            } else {
                                made.add_hashed(Sort::Word, piece.flag, text, piece.hash);
                            }
                            if let Some(atom) = made.out.last_mut() {
                                (atom.letters, atom.plain) = bare(text, piece.hash);
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
        Ok(made.finish(language))
    }

    /// Hash of what counts in texts of any length.
    pub fn strict(&self) -> u64 {
        let facts = self.atoms.iter().filter(|atom| atom.sort != Sort::Word);
        let mut strict: Vec<u64> = facts.map(|atom| atom.hash).collect();
        strict.sort_unstable();
        hash::fingerprint(&strict)
    }

    /// Hashes of the atoms in order of value.
    pub fn sorted(&self) -> Vec<u64> {
        let mut sorted: Vec<u64> = self.atoms.iter().map(|atom| atom.hash).collect();
        sorted.sort_unstable();
        sorted
    }

    /// How many atoms there are by the last bits of their hashes.
    pub fn sketch(&self) -> [u8; SKETCH] {
        let mut sketch = [0u8; SKETCH];
        for atom in &self.atoms {
            let slot = &mut sketch[atom.hash as usize % SKETCH];
            *slot = slot.saturating_add(1);
        }
        sketch
    }
}

struct Atoms<'a> {
    parts: &'a Parts,
    comma_groups: bool,
    out: Vec<Atom>,
    text: Vec<u8>,
    own: Vec<u8>,
}

impl Atoms<'_> {
    fn add(&mut self, sort: Sort, flag: u8, text: &[u8]) {
        self.add_hashed(sort, flag, text, hash::token(text));
    }

    /// Add what has this hash as a token.
    fn add_hashed(&mut self, sort: Sort, flag: u8, text: &[u8], token: u64) {
        let start = self.text.len();
        if sort == Sort::Word {
            self.text.extend_from_slice(text);
            // Prefixes are not closed up: `in valid` is not `invalid`.
            if self.parts.is_prefix(text) {
                self.text.push(3);
            }
        } else {
            self.text.push(1);
            self.text.push(sort.code());
            self.text.extend_from_slice(text);
            self.text.push(2);
        }
        let hash = sort.hash_of(token);
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
                // One group behind a point is a fraction or thousands, and behind a comma too in many languages.
                let opens = end == place + 2 && (own == b"." || (own == b"," && !self.comma_groups));
                if opens && !(end < count && matches!(join(end - 1), b"," | b".")) {
                    number = [digits(place), own, digits(place + 1)].concat();
                }
            }
            let first = end;
            while end < count && join(end - 1) != b"_" {
                end += 1;
            }
            for i in first..end {
                let is_point = end == first + 1 && join(i - 1) == b",";
                number.extend_from_slice(if is_point { b"." } else { join(i - 1) });
                number.extend_from_slice(digits(i));
            }
            self.add(Sort::Figure, 0, &[point, &number].concat());
            point = b"";
            place = end;
        }
    }

    fn finish(self, language: Option<usize>) -> View {
        let Atoms { out: atoms, text, own: spelt, .. } = self;
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
            atoms,
            text,
            own: spelt,
            language,
        }
    }
}
