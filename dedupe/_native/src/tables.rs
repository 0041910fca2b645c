//! The pinned Unicode tables, parsed once from the text file that the Python reference reads too.
//!
//! `dedupe/text/tables.py` documents the file's format.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::folded::encode;

const SOURCE: &str = include_str!("../../text/unicode-v2.txt");
const BLOCK: usize = 256;

/// A version of the fold. What compares texts uses the newest; what was trained on an older one keeps that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fold {
    V1,
    V2,
}

impl Fold {
    /// How often an escaped entity is read anew, its own reading included.
    fn escapes(self) -> usize {
        match self {
            Fold::V1 => 1,
            Fold::V2 => 8,
        }
    }
}

/// The name of the newest fold, which the source begins with.
pub fn scheme() -> &'static str {
    SOURCE.split(' ').nth(1).unwrap_or("")
}

/// What a code point does in a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Separator,
    Word,
    Unspaced,
    Mark,
    Ignored,
}

/// One code point: bits 0-2 kind, 3 "composes with the one before", 4 lower-case letter,
/// 5 never takes a short way, 8-15 combining class, 16-31 number of its fold plus one.
#[derive(Clone, Copy, Default)]
pub struct Entry(u32);

impl Entry {
    const COMPOSES: u32 = 1 << 3;
    const LOWER: u32 = 1 << 4;
    const LOOKED_AT: u32 = 1 << 5;

    pub fn kind(self) -> Kind {
        match self.0 & 7 {
            1 => Kind::Word,
            2 => Kind::Unspaced,
            3 => Kind::Mark,
            4 => Kind::Ignored,
            _ => Kind::Separator,
        }
    }
    pub fn composes(self) -> bool {
        self.0 & Self::COMPOSES != 0
    }
    pub fn is_lower(self) -> bool {
        self.0 & Self::LOWER != 0
    }
    pub fn combining(self) -> u8 {
        (self.0 >> 8) as u8
    }
    fn fold(self) -> Option<usize> {
        ((self.0 >> 16) as usize).checked_sub(1)
    }
}

/// The short way that a code point beyond ASCII takes through the folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Joins the open token.
    Word,
    /// A grapheme of its own.
    Unspaced,
    /// Joins the open token behind whatever is there.
    Mark,
    Separator,
    Ignored,
    /// Composes, reorders, folds to several, begins an entity or wraps a word: to be looked at.
    Other,
}

/// What a code point folds to on the short way: bits 0-31 UTF-8 bytes, 32-35 how many, 0 for its own; 36-39 the class.
#[derive(Clone, Copy)]
pub struct Step(u64);

impl Step {
    fn new(class: Class, folded: Option<u32>) -> Step {
        let (bytes, length) = folded.map_or(([0; 4], 0), encode);
        Step(u64::from(u32::from_le_bytes(bytes)) | (length as u64) << 32 | (class as u64) << 36)
    }

    #[inline]
    pub fn class(self) -> Class {
        match self.0 >> 36 {
            0 => Class::Word,
            1 => Class::Unspaced,
            2 => Class::Mark,
            3 => Class::Separator,
            4 => Class::Ignored,
            _ => Class::Other,
        }
    }

    /// UTF-8 bytes and how many they are, unless the code point stays itself.
    #[inline]
    pub fn folded(self) -> Option<(u32, usize)> {
        let length = (self.0 >> 32 & 0xF) as usize;
        (length != 0).then_some((self.0 as u32, length))
    }
}

pub struct Tables {
    blocks: Vec<u16>,
    entries: Vec<Entry>,
    steps: Vec<Step>,
    folds: Vec<Box<[u32]>>,
    compose: HashMap<(u32, u32), u32>,
    entities: HashMap<&'static str, u32>,
    /// Folded byte of each ASCII byte, 0 for separators.
    pub ascii: [u8; 128],
    pub escapes: usize,
}

/// The tables with the newest fold, parsed at the first call.
#[inline]
pub fn tables() -> &'static Tables {
    tables_of(Fold::V2)
}

/// The tables with the fold of a version, parsed at the first call.
#[inline]
pub fn tables_of(version: Fold) -> &'static Tables {
    static TABLES: [OnceLock<Tables>; 2] = [OnceLock::new(), OnceLock::new()];
    TABLES[version as usize].get_or_init(|| Tables::parse(SOURCE, version))
}

impl Tables {
    pub fn entry(&self, point: u32) -> Entry {
        let block = self.blocks.get(point as usize / BLOCK).copied().unwrap_or(0) as usize;
        self.entries[block * BLOCK + point as usize % BLOCK]
    }

    #[inline]
    pub fn step(&self, point: u32) -> Step {
        let block = self.blocks.get(point as usize / BLOCK).copied().unwrap_or(0) as usize;
        self.steps[block * BLOCK + point as usize % BLOCK]
    }

    /// The code points that `point` folds to, if not itself.
    pub fn fold(&self, entry: Entry) -> Option<&[u32]> {
        entry.fold().map(|i| &*self.folds[i])
    }

    /// The composition of `mark` with the folded code point before it, or 0.
    pub fn composed(&self, base: u32, mark: u32) -> u32 {
        match (base, mark) {
            (0x1100..=0x1112, 0x1161..=0x1175) => 0xAC00 + ((base - 0x1100) * 21 + (mark - 0x1161)) * 28,
            (0xAC00..=0xD7A3, 0x11A8..=0x11C2) if (base - 0xAC00).is_multiple_of(28) => base + mark - 0x11A7,
            _ => self.compose.get(&(base, mark)).copied().unwrap_or(0),
        }
    }

    /// The code point of a named HTML entity, or 0.
    pub fn entity(&self, name: &str) -> u32 {
        self.entities.get(name).copied().unwrap_or(0)
    }

    // The source is part of the crate and checked by the tests: a line that does not parse is left out.
    fn parse(source: &'static str, version: Fold) -> Tables {
        let mut flat = vec![Entry::default(); 0x110000];
        let mut folds: Vec<Box<[u32]>> = Vec::new();
        let mut compose = HashMap::new();
        let mut entities = HashMap::new();
        for line in source.lines() {
            let mut fields = line.split(' ');
            let tag = fields.next().unwrap_or("");
            if tag == "E" {
                if let (Some(name), Some(point)) = (fields.next(), fields.next().and_then(hex)) {
                    entities.insert(name, point);
                }
                continue;
            }
            if tag == "M" {
                let range = (fields.next().and_then(hex), fields.next().and_then(hex));
                let class = fields.next().and_then(|f| f.parse::<u8>().ok());
                if let ((Some(first), Some(last)), Some(class)) = (range, class) {
                    for entry in &mut flat[first as usize..=last as usize] {
                        entry.0 |= 3 | u32::from(class) << 8;
                    }
                }
                continue;
            }
            let points: Vec<u32> = fields.map_while(hex).collect();
            match (tag, &points[..]) {
                ("W" | "U" | "I" | "J", &[first, last]) => {
                    let bits = match tag {
                        "W" => 1,
                        "U" => 2,
                        "I" => 4,
                        _ => Entry::LOWER,
                    };
                    for entry in &mut flat[first as usize..=last as usize] {
                        entry.0 |= bits;
                    }
                }
                ("+", _) if version == Fold::V1 => {}
                (">" | "+", [point, folded @ ..]) => {
                    folds.push(folded.into());
                    let entry = &mut flat[*point as usize].0;
                    *entry = *entry & 0xFFFF | (folds.len() as u32) << 16;
                }
                ("C", &[base, mark, composed]) => {
                    compose.insert((base, mark), composed);
                    flat[mark as usize].0 |= Entry::COMPOSES;
                }
                _ => {}
            }
        }
        for entry in &mut flat[0x1161..=0x11C2] {
            entry.0 |= Entry::COMPOSES;
        }
        let mut ascii = [0; 128];
        for (point, byte) in ascii.iter_mut().enumerate() {
            let entry = flat[point];
            *byte = match (entry.kind(), entry.fold()) {
                (_, Some(i)) => folds[i][0] as u8,
                (Kind::Separator, None) => 0,
                (_, None) => point as u8,
            };
        }
        for point in LOOKED_AT {
            flat[point].0 |= Entry::LOOKED_AT;
        }
        let (blocks, entries) = compress(&flat);
        let escapes = version.escapes();
        let mut tables = Tables { blocks, entries, steps: Vec::new(), folds, compose, entities, ascii, escapes };
        tables.steps = tables.entries.iter().map(|&entry| tables.shortest(entry)).collect();
        tables
    }

    /// The short way of a code point, if there is one.
    fn shortest(&self, entry: Entry) -> Step {
        if entry.0 & Entry::LOOKED_AT != 0 {
            return Step::new(Class::Other, None);
        }
        let (end, folded) = match self.fold(entry) {
            None => (entry, None),
            Some(&[folded]) => (self.entry(folded), Some(folded)),
            Some(_) => return Step::new(Class::Other, None),
        };
        match end.kind() {
            Kind::Separator => Step::new(Class::Separator, None),
            _ if end.composes() => Step::new(Class::Other, None),
            Kind::Ignored => Step::new(Class::Ignored, None),
            Kind::Word => Step::new(Class::Word, folded),
            Kind::Unspaced => Step::new(Class::Unspaced, folded),
            Kind::Mark if end.combining() == 0 => Step::new(Class::Mark, folded),
            Kind::Mark => Step::new(Class::Other, None),
        }
    }
}

/// Soft hyphen, hyphen and full-width ampersand.
const LOOKED_AT: [usize; 3] = [0xAD, 0x2010, 0xFF06];

/// Store equal blocks once.
fn compress(flat: &[Entry]) -> (Vec<u16>, Vec<Entry>) {
    let mut known: HashMap<Vec<u32>, u16> = HashMap::new();
    let mut entries: Vec<Entry> = Vec::new();
    let blocks = flat
        .chunks(BLOCK)
        .map(|block| {
            let key: Vec<u32> = block.iter().map(|entry| entry.0).collect();
            *known.entry(key).or_insert_with(|| {
                entries.extend_from_slice(block);
                (entries.len() / BLOCK - 1) as u16
            })
        })
        .collect();
    (blocks, entries)
}

fn hex(field: &str) -> Option<u32> {
    u32::from_str_radix(field, 16).ok().filter(|point| *point < 0x110000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_source_is_understood() {
        let lines = |tag| SOURCE.lines().filter(|l| l.starts_with(tag)).count();
        assert_eq!(tables_of(Fold::V1).folds.len(), lines("> "));
        assert_eq!(tables().folds.len(), lines("> ") + lines("+ "));
        assert_eq!(tables().entities.len(), lines("E "));
    }

    #[test]
    fn folds_stay_within_sixteen_bits() {
        assert!(tables().folds.len() < 0xFFFF);
    }

    #[test]
    fn versions_differ_in_digits_and_letters_of_two_keyboards() {
        let fold = |version, point| tables_of(version).fold(tables_of(version).entry(point)).map(<[u32]>::to_vec);
        for (point, folded) in [(0x663, 0x33), (0x6CC, 0x64A), (0x649, 0x64A), (0x6A9, 0x643)] {
            assert_eq!((fold(Fold::V1, point), fold(Fold::V2, point)), (None, Some(vec![folded])));
        }
        assert_eq!((fold(Fold::V1, 0xFBFC), fold(Fold::V2, 0xFBFC)), (Some(vec![0x6CC]), Some(vec![0x64A])));
        assert_eq!(fold(Fold::V1, 0xC9), fold(Fold::V2, 0xC9));
        assert_eq!(scheme(), "fold-v2");
    }

    #[test]
    fn ascii_letters_fold_to_lower_case() {
        for byte in 0..128u8 {
            let expected = if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { 0 };
            assert_eq!(tables().ascii[byte as usize], expected);
        }
    }

    #[test]
    fn hangul_is_composed() {
        assert_eq!(tables().composed(0x1112, 0x1161), 0xD558);
        assert_eq!(tables().composed(0xD558, 0x11AB), 0xD55C);
        assert_eq!(tables().composed(0xD55C, 0x11AB), 0);
    }
}
