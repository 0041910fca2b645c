//! Words as quality rules count them: the twin of `dedupe/kernels/reference/quality/words.py`.

use super::characters::{Class, WORD, class, is_unreadable, is_upper, tables};
use super::intern::Stretches;
use crate::failure::Stop;
use crate::folded::encode;
use crate::pace::{BYTE, Pace};
use crate::tables::Tables;
use crate::utf8::{decode, is_space};

/// Bytes of a text after which the pace is told of them.
const STRETCH: usize = 1 << 12;

/// What is counted in the characters and words of a text.
#[derive(Default)]
pub struct Counts {
    pub characters: usize,
    pub letters: usize,
    pub digits: usize,
    pub upper: usize,
    pub spaces: usize,
    pub unreadable: usize,
    pub words: usize,
    pub plain_words: usize,
    pub plain_characters: usize,
    pub alphabetic_words: usize,
    pub capital_words: usize,
    pub unspaced_words: usize,
    /// Words of the scripts of East Asia among these.
    pub ideographs: usize,
    pub hashes: usize,
    pub ellipses: usize,
}

/// `text[start..end]`, with its length in code points.
#[derive(Clone, Copy)]
pub struct Word {
    pub start: u32,
    pub end: u32,
    pub points: u32,
}

/// The words of a text.
#[derive(Default)]
pub struct Words {
    pub counts: Counts,
    words: Vec<Word>,
    /// For each word its number, by what it says.
    pub numbers: Vec<u32>,
    /// For each number the first word of it.
    firsts: Vec<u32>,
    /// For each number how many words have it.
    pub frequency: Vec<u32>,
    /// Where digits are.
    pub digit_places: Vec<u32>,
    table: Stretches,
}

/// The word under way.
struct Open {
    class: Class,
    start: usize,
    points: usize,
    point: u32,
    /// Whether there are upper-case letters, and others.
    upper: bool,
    lower: bool,
}

/// What a character adds to a word besides itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    None,
    Upper,
    Lower,
}

impl Words {
    pub fn read(&mut self, text: &[u8], pace: &mut Pace) -> Result<(), Stop> {
        let tables = tables();
        self.counts = Counts::default();
        self.words.clear();
        self.digit_places.clear();
        let mut open = Open { class: Class::Space, start: 0, points: 0, point: 0, upper: false, lower: false };
        let (mut at, mut spent) = (0, 0);
        while at < text.len() {
            if at - spent >= STRETCH {
                pace.spend(BYTE * (at - spent))?;
                spent = at;
            }
            // Most of most texts: small letters of ASCII.
            let small = small_letters(text, at);
            if small > 0 {
                self.counts.characters += small;
                self.counts.letters += small;
                self.extend(&mut open, Class::Letter, at, u32::from(text[at]), Case::Lower);
                open.points += small - 1;
                at += small;
                continue;
            }
            if text[at] == b' ' {
                self.counts.characters += 1;
                self.counts.spaces += 1;
                self.close(&mut open, at);
                at += 1;
                continue;
            }
            let (point, after) = decode(text, at);
            let (mut class, upper) = match text[at] {
                b'A'..=b'Z' => (Class::Letter, true),
                b'0'..=b'9' => (Class::Digit, false),
                byte @ ..0x80 if is_space(u32::from(byte)) => (Class::Space, false),
                ..0x80 => (Class::Sign, false),
                _ => {
                    let entry = tables.entry(point);
                    let class = class(point, entry, tables);
                    (class, class == Class::Letter && is_upper(point, entry, tables))
                }
            };
            let counts = &mut self.counts;
            counts.characters += 1;
            let mut case = Case::None;
            match class {
                Class::Letter => {
                    counts.letters += 1;
                    counts.upper += usize::from(upper);
                    case = if upper { Case::Upper } else { Case::Lower };
                }
                Class::Unspaced => {
                    counts.letters += 1;
                    counts.ideographs += usize::from(is_ideograph(point));
                    case = Case::Lower;
                }
                Class::Digit => {
                    counts.digits += 1;
                    self.digit_places.push(at as u32);
                }
                Class::Space => counts.spaces += 1,
                _ => {}
            }
            counts.unreadable += usize::from(!(0x20..0x7F).contains(&point) && is_unreadable(point));
            let in_word = matches!(open.class, Class::Letter | Class::Digit);
            if class == Class::Sign && matches!(point, 0x27 | 0x2019) && in_word && is_plain(text, after, tables) {
                class = Class::Letter;
                // An apostrophe in a word is no letter of it.
                self.extend(&mut open, class, at, point, Case::None);
            } else if class == Class::Joiner {
                match open.class {
                    Class::Space => {}
                    Class::Sign | Class::Joiner => self.close(&mut open, at),
                    _ => open.points += 1,
                }
            } else {
                self.extend(&mut open, class, at, point, case);
            }
            at = after;
        }
        self.close(&mut open, at);
        pace.spend(BYTE * (at - spent))?;
        self.number(text, pace)
    }

    /// Take one more character in, or begin another word with it.
    #[inline(always)]
    fn extend(&mut self, open: &mut Open, class: Class, at: usize, point: u32, case: Case) {
        let plain = |class| matches!(class, Class::Letter | Class::Digit);
        let same = match class {
            Class::Space => open.class == Class::Space,
            Class::Sign => open.class == Class::Sign && open.point == point,
            _ => plain(class) && plain(open.class),
        };
        if same {
            open.points += 1;
            open.upper |= case == Case::Upper;
            open.lower |= case == Case::Lower;
            open.class = class;
        } else {
            self.close(open, at);
            *open = Open { class, start: at, points: 1, point, upper: case == Case::Upper, lower: case == Case::Lower };
        }
    }

    fn close(&mut self, open: &mut Open, end: usize) {
        let class = std::mem::replace(&mut open.class, Class::Space);
        if class == Class::Space {
            return;
        }
        let counts = &mut self.counts;
        counts.words += 1;
        if class == Class::Sign {
            match open.point {
                0x23 => counts.hashes += open.points,
                0x2E => counts.ellipses += open.points / 3,
                0x2026 => counts.ellipses += open.points,
                _ => {}
            }
        } else {
            counts.plain_words += 1;
            counts.plain_characters += open.points;
        }
        counts.alphabetic_words += usize::from(open.upper || open.lower);
        counts.capital_words += usize::from(open.upper && !open.lower);
        counts.unspaced_words += usize::from(class == Class::Unspaced);
        self.words.push(Word { start: open.start as u32, end: end as u32, points: open.points as u32 });
    }

    fn number(&mut self, text: &[u8], pace: &mut Pace) -> Result<(), Stop> {
        self.table.clear(self.words.len());
        self.numbers.clear();
        self.firsts.clear();
        self.frequency.clear();
        for (i, word) in self.words.iter().enumerate() {
            pace.spend(WORD)?;
            let number = self.table.number(text, word.start as usize, word.end as usize);
            if number as usize == self.firsts.len() {
                self.firsts.push(i as u32);
                self.frequency.push(0);
            }
            self.frequency[number as usize] += 1;
            self.numbers.push(number);
        }
        Ok(())
    }

    /// Each different word once.
    pub fn distinct(&self) -> impl Iterator<Item = Word> + '_ {
        self.firsts.iter().map(|&i| self.words[i as usize])
    }

    /// How often each different word that is no sign comes.
    pub fn plain_frequency(&self, text: &[u8]) -> impl Iterator<Item = u32> + Clone + use<'_> {
        let tables = tables();
        let text: Vec<bool> = self
            .firsts
            .iter()
            .map(|&i| {
                let (point, _) = decode(text, self.words[i as usize].start as usize);
                class(point, tables.entry(point), tables) != Class::Sign
            })
            .collect();
        self.frequency.iter().zip(text).filter(|(_, plain)| *plain).map(|(&count, _)| count)
    }

    /// How many words here make a word of the language.
    pub fn characters_of_a_word(&self) -> usize {
        let counts = &self.counts;
        if 2 * counts.unspaced_words <= counts.words {
            1
        } else if 2 * counts.ideographs >= counts.unspaced_words {
            2
        } else {
            4
        }
    }

    /// Each word as it is looked up.
    pub fn folded<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Vec<u8>> + 'a {
        self.words.iter().map(|word| {
            let mut out = Vec::new();
            fold(&text[word.start as usize..word.end as usize], tables(), &mut out);
            out
        })
    }

    /// How many code points words have.
    pub fn points(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().map(|word| word.points)
    }
}

/// How many small letters of ASCII begin at `at`, eight at a time.
#[inline(always)]
fn small_letters(text: &[u8], at: usize) -> usize {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut end = at;
    while let Some(bytes) = text[end..].first_chunk::<8>() {
        let bytes = u64::from_le_bytes(*bytes);
        let from_a = (bytes | HIGH) - 0x61 * ONES;
        let beyond_z = (bytes | HIGH) - 0x7B * ONES;
        let others = !(from_a & !beyond_z & !bytes) & HIGH;
        if others != 0 {
            return end - at + others.trailing_zeros() as usize / 8;
        }
        end += 8;
    }
    end - at + text[end..].iter().take_while(|byte| byte.is_ascii_lowercase()).count()
}

/// Whether a letter or digit begins at `at`.
fn is_plain(text: &[u8], at: usize, tables: &Tables) -> bool {
    if at >= text.len() {
        return false;
    }
    let (point, _) = decode(text, at);
    matches!(class(point, tables.entry(point), tables), Class::Letter | Class::Digit)
}

/// Whether a letter of a script without spaces is one of East Asia.
fn is_ideograph(point: u32) -> bool {
    point >= 0x2E80 && !(0xA980..0xAAE0).contains(&point)
}

/// A word as it is looked up among stop words.
pub fn fold(word: &[u8], tables: &Tables, out: &mut Vec<u8>) {
    if word.is_ascii() {
        out.extend(word.iter().map(u8::to_ascii_lowercase));
        return;
    }
    let mut at = 0;
    while at < word.len() {
        let (point, after) = decode(word, at);
        let own = [point];
        for &f in tables.fold(tables.entry(point)).unwrap_or(&own) {
            let (bytes, length) = encode(f);
            out.extend_from_slice(&bytes[..length]);
        }
        at = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_are_those_of_each_byte() {
        for byte in 0..=255 {
            for before in 0..10 {
                let mut text = vec![b'q'; before];
                text.extend([byte, b'a', b'z', 0xC3, b'e', b'e', b'e', b'e', b'e', b'e']);
                let expected = text.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
                assert_eq!(small_letters(&text, 0), expected, "{byte} {before}");
            }
        }
    }
}
