//! Boilerplate features: the twin of `dedupe/kernels/reference/features.py`.

use crate::batch::Batch;
use crate::failure::{Failure, Poll, Stop};
use crate::hash::{A, C, mix};
use crate::pace::{BYTE, Pace};
use crate::tables::{Fold, Kind, tables_of};
use crate::utf8::{decode, is_space};

/// The fold that the shipped models were trained on.
pub const FOLD: Fold = Fold::V1;
pub const BUCKET_BITS: u32 = 18;
pub const BUCKETS: usize = 1 << BUCKET_BITS;
/// Code points of the longest n-gram.
pub const CHAR_NGRAM: usize = 5;
pub const SHAPES: usize = 12;
pub const SHAPE_VALUES: usize = 16;
const START: u32 = 2;
const END: u32 = 3;
const SPACE: u32 = 0x20;
/// Bytes that are read before their n-grams are handed over and the pace is told of them.
const STRETCH: usize = 1 << 12;
const WORD_SEED: u64 = 0x8EBC_6AF0_9C88_C6E3;

/// The bucket of an n-gram, one of `BUCKETS`: no other is made.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Bucket(u32);

impl Bucket {
    #[inline(always)]
    pub fn number(self) -> u32 {
        self.0
    }

    /// What a table holds of it.
    #[inline(always)]
    pub fn of<T>(self, table: &[T; BUCKETS]) -> &T {
        // SAFETY: a bucket is less than `BUCKETS`.
        unsafe { table.get_unchecked(self.0 as usize) }
    }
}

/// What takes the n-grams of a text, each as its bucket, in the order of the text.
pub trait Grams {
    /// Whether places of words are asked for.
    const PLACES: bool = false;
    /// A character n-gram of `n` code points.
    fn char_gram(&mut self, n: usize, bucket: Bucket);
    /// The character n-grams that begin at one place, the shortest first.
    #[inline(always)]
    fn char_grams(&mut self, buckets: &[Bucket]) {
        buckets.iter().enumerate().for_each(|(before, &bucket)| self.char_gram(before + 1, bucket));
    }
    /// Whether character n-grams come by size, those of many places at a time: where the processor multiplies several
    /// words at once.
    const BLOCKS: bool = false;
    /// Character n-grams of `n` code points.
    #[inline(always)]
    fn char_block(&mut self, n: usize, buckets: &[Bucket]) {
        buckets.iter().for_each(|&bucket| self.char_gram(n, bucket));
    }
    /// A word, or a word with the one before it.
    fn word_gram(&mut self, bucket: Bucket);
    /// Words, and behind each but the first the pair of it and the one before it.
    #[inline(always)]
    fn word_block(&mut self, buckets: &[Bucket]) {
        buckets.iter().for_each(|&bucket| self.word_gram(bucket));
    }
    /// The number of the first code point of a word among those that were read, and the bytes that it takes.
    fn word_place(&mut self, _first: usize, _start: usize, _end: usize) {}
}

/// One text as the features see it; reused from text to text. Of its n-grams it holds one stretch.
#[derive(Default)]
pub struct Stream {
    points: Vec<u32>,
    /// Hash of each word.
    words: Vec<u64>,
    word_buckets: Vec<Bucket>,
    /// Buckets of a block of places, by size.
    blocks: Vec<[Bucket; PLACES]>,
    last_word: Option<u64>,
    /// The first code point of the word under way, and its bytes, where they are asked for.
    place: (usize, usize, usize),
    point_count: usize,
    word_count: usize,
    letters: usize,
    digits: usize,
    upper_words: usize,
    terminators: usize,
    separators: usize,
    others: usize,
    commas: usize,
    first: usize,
    last: usize,
    flags: usize,
}

impl Stream {
    /// Read a text, and hand its n-grams over.
    #[inline(always)]
    pub fn read<G: Grams>(&mut self, text: &[u8], pace: &mut Pace, grams: &mut G) -> Result<(), Stop> {
        *self = Stream {
            points: std::mem::take(&mut self.points),
            words: std::mem::take(&mut self.words),
            word_buckets: std::mem::take(&mut self.word_buckets),
            blocks: std::mem::take(&mut self.blocks),
            ..Stream::default()
        };
        let tables = tables_of(FOLD);
        self.points.clear();
        self.words.clear();
        self.points.push(START);
        (self.first, self.last) = (9, 12);
        let mut word: Option<u64> = None;
        let mut space = false;
        let (mut position, mut spent) = (0, 0);
        while position < text.len() {
            if position - spent >= STRETCH {
                self.hand_over(false, pace, grams)?;
                spent = position;
            }
            let byte = text[position];
            if byte.is_ascii_alphanumeric() {
                self.end_space(&mut space, &mut word, grams);
                self.begin::<G>(word.is_none(), position);
                let (is_digit, is_upper) = (byte.is_ascii_digit(), byte.is_ascii_uppercase());
                self.upper_words += usize::from(is_upper && word.is_none());
                self.digits += usize::from(is_digit);
                self.letters += usize::from(!is_digit);
                let seen = if is_digit { b'0' } else { byte | 0x20 };
                self.points.push(u32::from(seen));
                let mut hash = mix(word.unwrap_or(WORD_SEED), u64::from(seen));
                self.note(if is_digit { 3 } else { usize::from(!is_upper) }, usize::from(is_digit));
                let rest = &text[position + 1..text.len().min(position + STRETCH)];
                let mut count = 0;
                for &byte in rest {
                    if !byte.is_ascii_lowercase() {
                        break;
                    }
                    hash = mix(hash, u64::from(byte));
                    self.points.push(u32::from(byte));
                    count += 1;
                }
                self.letters += count;
                if count > 0 {
                    self.last = 0;
                }
                position += 1 + count;
                self.place.2 = position;
                word = Some(hash);
                continue;
            }
            let (point, after) = decode(text, position);
            let start = std::mem::replace(&mut position, after);
            if is_space(point) {
                space = true;
                continue;
            }
            let entry = tables.entry(point);
            let kind = entry.kind();
            let fold = tables.fold(entry);
            let own = [point];
            let folded = fold.unwrap_or(&own);
            if kind == Kind::Ignored && fold.is_none() {
                continue;
            }
            self.end_space(&mut space, &mut word, grams);
            let is_word = kind != Kind::Separator || folded.iter().any(|&f| tables.entry(f).kind() != Kind::Separator);
            let (first, last);
            if is_word {
                if kind == Kind::Unspaced {
                    self.end_word(&mut word, grams);
                }
                self.begin::<G>(word.is_none(), start);
                let digit = (0x30..=0x39).contains(&folded[0]);
                let upper = !digit && !entry.is_lower() && folded[0] != point && tables.entry(folded[0]).is_lower();
                self.upper_words += usize::from(upper && word.is_none());
                self.digits += usize::from(digit);
                self.letters += usize::from(!digit);
                let seen: &[u32] = if digit { &[0x30] } else { folded };
                for &f in seen.iter().filter(|&&f| f != SPACE) {
                    self.place.2 = position;
                    self.points.push(f);
                    word = Some(mix(word.unwrap_or(WORD_SEED), u64::from(f)));
                }
                if kind == Kind::Unspaced {
                    self.end_word(&mut word, grams);
                }
                last = usize::from(digit);
                first = match (digit, upper, entry.is_lower()) {
                    (true, ..) => 3,
                    (_, true, _) => 0,
                    (_, _, true) => 1,
                    _ => 2,
                };
            } else {
                self.end_word(&mut word, grams);
                self.points.push(point);
                let sign = char::from_u32(point).unwrap_or_default();
                self.terminators += usize::from(matches!(sign, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '।' | '۔'));
                self.separators += usize::from(matches!(sign, '|' | '•' | '·' | '›' | '»' | '>' | '/' | '→' | '‹' | '«'));
                self.commas += usize::from(matches!(point, 0x2C | 0x60C | 0x3001 | 0xFF0C));
                self.others += 1;
                self.flags |= match point {
                    0x40 => 1,
                    0xA9 => 2,
                    0x2026 => 4,
                    0x3A => 8,
                    _ => 0,
                };
                last = last_class(sign);
                first = first_class(sign);
            }
            self.note(first, last);
        }
        self.end_word(&mut word, grams);
        self.points.push(END);
        self.hand_over(true, pace, grams)
    }

    /// Hand over the n-grams of what was read, and forget them; those that may go on stay, unless the text has ended.
    #[inline(always)]
    fn hand_over<G: Grams>(&mut self, ended: bool, pace: &mut Pace, grams: &mut G) -> Result<(), Stop> {
        let behind = if ended { self.points.len() } else { self.points.len().saturating_sub(CHAR_NGRAM - 1) };
        pace.spend(2 * BYTE * (behind + self.words.len()))?;
        self.word_buckets.clear();
        for &h in &self.words {
            self.word_buckets.push(bucket(h));
            if let Some(last) = self.last_word.replace(h) {
                self.word_buckets.push(bucket(mix(last, h.wrapping_mul(A))));
            }
        }
        if G::BLOCKS {
            self.hand_over_blocks(behind, grams);
        } else {
            self.hand_over_windows(behind, grams);
        }
        grams.word_block(&self.word_buckets);
        self.points.drain(..behind);
        self.point_count += behind;
        self.word_count += self.words.len();
        self.words.clear();
        Ok(())
    }

    /// Hand over the character n-grams that begin before a place, place by place.
    #[inline(always)]
    fn hand_over_windows(&self, behind: usize, grams: &mut impl Grams) {
        let (points, windows) = (&self.points, self.points.windows(CHAR_NGRAM));
        let rest = windows.len()..behind;
        for window in windows.filter_map(|window| window.try_into().ok()) {
            grams.char_grams(&buckets(window));
        }
        for start in rest {
            let own = &points[start..];
            let mut window = [0; CHAR_NGRAM];
            window[..own.len()].copy_from_slice(own);
            grams.char_grams(&buckets(&window)[..own.len()]);
        }
    }

    /// The same by their size, those of a block of places at a time.
    #[inline(always)]
    fn hand_over_blocks(&mut self, behind: usize, grams: &mut impl Grams) {
        let count = self.points.len();
        // Behind the last places the n-grams reach into nothing: those are not handed over.
        self.points.resize(count.next_multiple_of(LANES) + LANES, 0);
        self.blocks.resize(CHAR_NGRAM, [Bucket::default(); PLACES]);
        for first in (0..behind).step_by(PLACES) {
            find_buckets(&self.points[first..], PLACES.min(behind - first), &mut self.blocks);
            for (before, buckets) in self.blocks.iter().enumerate() {
                let ends = behind.min(count.saturating_sub(before));
                grams.char_block(before + 1, &buckets[..ends.saturating_sub(first).min(PLACES)]);
            }
        }
        self.points.truncate(count);
    }

    /// Take in the white space before a character, unless it is at the start.
    #[inline(always)]
    fn end_space<G: Grams>(&mut self, space: &mut bool, word: &mut Option<u64>, grams: &mut G) {
        if std::mem::take(space) {
            if self.points.len() > 1 {
                self.points.push(SPACE);
            }
            self.end_word(word, grams);
        }
    }

    /// Note where a word begins.
    #[inline(always)]
    fn begin<G: Grams>(&mut self, begins: bool, start: usize) {
        if G::PLACES && begins {
            (self.place.0, self.place.1) = (self.point_count + self.points.len(), start);
        }
    }

    /// End the word under way.
    #[inline(always)]
    fn end_word<G: Grams>(&mut self, word: &mut Option<u64>, grams: &mut G) {
        if let Some(hash) = word.take() {
            self.words.push(hash);
            if G::PLACES {
                grams.word_place(self.place.0, self.place.1, self.place.2);
            }
        }
    }

    #[inline(always)]
    fn note(&mut self, first: usize, last: usize) {
        self.last = last;
        if self.first == 9 {
            self.first = first;
        }
    }

    /// Code points of the text that was read, as they are folded.
    pub fn length(&self) -> usize {
        self.point_count.saturating_sub(2)
    }

    /// The shape of the text that was read.
    pub fn shape(&self) -> [u8; SHAPES] {
        let (length, words) = (self.length(), self.word_count);
        let share = |part: usize, times: usize, whole: usize, none: usize| (part * times).checked_div(whole).unwrap_or(none);
        [
            bit_length(length),
            if words < 8 { words } else { bit_length(words) + 4 },
            self.last,
            self.first,
            share(self.upper_words, 8, words, 9),
            share(self.digits, 16, length, 0),
            share(self.others, 32, length, 0),
            self.separators,
            self.terminators,
            share(self.letters, 1, words, 0),
            share(self.commas, 16, words, 0),
            self.flags,
        ]
        .map(|value| value.min(SHAPE_VALUES - 1) as u8)
    }
}

/// The features of texts, those of one text after another.
#[derive(Default)]
pub struct FeatureArrays {
    pub chars: Vec<u32>,
    pub char_offsets: Vec<i64>,
    pub words: Vec<u32>,
    pub word_offsets: Vec<i64>,
    pub shapes: Vec<u8>,
}

/// The n-grams of one text, characters by their size.
#[derive(Default)]
struct Held {
    chars: [Vec<Bucket>; CHAR_NGRAM],
    words: Vec<Bucket>,
}

impl Grams for Held {
    fn char_gram(&mut self, n: usize, bucket: Bucket) {
        self.chars[n - 1].push(bucket);
    }

    fn word_gram(&mut self, bucket: Bucket) {
        self.words.push(bucket);
    }
}

pub fn boilerplate_features(batch: &Batch<u8>, poll: Poll) -> Result<FeatureArrays, Failure> {
    let mut pace = Pace::new(poll);
    let (mut stream, mut held) = (Stream::default(), Held::default());
    let mut out = FeatureArrays { char_offsets: vec![0], word_offsets: vec![0], ..Default::default() };
    for i in 0..batch.len() {
        stream.read(batch.item(i), &mut pace, &mut held)?;
        out.chars.extend(held.chars.iter_mut().flat_map(|grams| grams.drain(..)).map(Bucket::number));
        out.words.extend(held.words.drain(..).map(Bucket::number));
        out.shapes.extend_from_slice(&stream.shape());
        out.char_offsets.push(out.chars.len() as i64);
        out.word_offsets.push(out.words.len() as i64);
    }
    Ok(out)
}

/// The buckets of the n-grams at the start of some code points, the shortest first.
#[inline(always)]
fn buckets(points: &[u32; CHAR_NGRAM]) -> [Bucket; CHAR_NGRAM] {
    let mut h = A;
    points.map(|point| {
        h = mix(h, u64::from(point));
        bucket(h)
    })
}

/// Places of a block, and how many are read at once: as many as go on behind the last n-gram, and more.
const PLACES: usize = 128;
const LANES: usize = 8;

/// Find the buckets of the n-grams that begin at so many places, and at a few more.
#[inline(always)]
fn find_buckets(points: &[u32], count: usize, out: &mut [[Bucket; PLACES]]) {
    for (number, window) in points.windows(LANES + CHAR_NGRAM - 1).step_by(LANES).take(count.div_ceil(LANES)).enumerate() {
        let mut hashes = [A; LANES];
        for (before, out) in out.iter_mut().enumerate() {
            let points: &[u32; LANES] = window[before..].first_chunk().unwrap_or(&[0; LANES]);
            for (h, &point) in hashes.iter_mut().zip(points) {
                *h = mix(*h, u64::from(point));
            }
            if let Some(out) = out.as_chunks_mut::<LANES>().0.get_mut(number) {
                *out = hashes.map(bucket);
            }
        }
    }
}

#[inline(always)]
fn bucket(h: u64) -> Bucket {
    Bucket((h.wrapping_mul(C) >> (64 - BUCKET_BITS)) as u32)
}

fn bit_length(value: usize) -> usize {
    (usize::BITS - value.leading_zeros()) as usize
}

fn last_class(sign: char) -> usize {
    match sign {
        '.' => 2,
        '!' => 3,
        '?' | '؟' => 4,
        ':' | '：' => 5,
        '…' => 6,
        '"' | '”' | '’' | '\'' | ')' | ']' => 7,
        '»' | '›' | '>' | '→' => 8,
        '。' | '！' | '？' | '।' | '۔' => 9,
        ',' | ';' | '،' | '、' => 10,
        _ => 11,
    }
}

fn first_class(sign: char) -> usize {
    match sign {
        '"' | '“' | '”' | '‘' | '«' | '„' | '\'' => 4,
        '-' | '•' | '*' | '·' | '–' | '—' => 5,
        '©' | '®' => 6,
        '<' | '›' | '»' | '>' | '→' | '|' => 7,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Taken(Vec<(usize, Bucket)>);

    impl Grams for Taken {
        fn char_gram(&mut self, n: usize, bucket: Bucket) {
            self.0.push((n, bucket));
        }

        fn word_gram(&mut self, bucket: Bucket) {
            self.0.push((0, bucket));
        }
    }

    /// The same, by their size.
    #[derive(Default)]
    struct TakenBySize(Taken);

    impl Grams for TakenBySize {
        const BLOCKS: bool = true;

        fn char_gram(&mut self, n: usize, bucket: Bucket) {
            self.0.char_gram(n, bucket);
        }

        fn word_gram(&mut self, bucket: Bucket) {
            self.0.word_gram(bucket);
        }
    }

    #[test]
    fn ngrams_by_size_are_those_by_place() {
        for text in ["", "a", "ab", "abcd", "Suis-nous sur 3 réseaux !", &"東京 and more words ".repeat(3 * STRETCH / 20)] {
            let (mut stream, mut poll) = (Stream::default(), || Ok(()));
            let (mut taken, mut by_size) = (Taken::default(), TakenBySize::default());
            stream.read(text.as_bytes(), &mut Pace::new(&mut poll), &mut taken).unwrap();
            stream.read(text.as_bytes(), &mut Pace::new(&mut poll), &mut by_size).unwrap();
            // Whatever the processor can do.
            let mut own = Stream { points: text.chars().map(u32::from).collect(), ..Stream::default() };
            let (mut one, mut other) = (Taken::default(), Taken::default());
            for behind in [own.points.len(), own.points.len().saturating_sub(CHAR_NGRAM - 1)] {
                own.hand_over_windows(behind, &mut one);
                own.hand_over_blocks(behind, &mut other);
            }
            for (mut some, mut same) in [(taken.0, by_size.0.0), (one.0, other.0)] {
                some.sort_unstable();
                same.sort_unstable();
                assert!(some == same, "{text:.20}");
            }
        }
    }

    fn grams(text: &[u8]) -> (Vec<(usize, Bucket)>, [u8; SHAPES], usize) {
        let (mut stream, mut taken, mut poll) = (Stream::default(), Taken::default(), || Ok(()));
        stream.read(text, &mut Pace::new(&mut poll), &mut taken).unwrap();
        taken.0.sort_unstable();
        (taken.0, stream.shape(), stream.length())
    }

    #[test]
    fn a_stretch_ends_no_ngram_and_no_word() {
        // The same text, for white space folds to one space; the stretches end elsewhere.
        let words = "Suis-nous sur 3 réseaux ! 東京 ".repeat(3 * STRETCH / 32);
        let expected = grams(words.as_bytes());
        for before in [1, 2, 7, STRETCH - 1, STRETCH, 2 * STRETCH + 5] {
            assert_eq!(grams(format!("{}{words}", " ".repeat(before)).as_bytes()), expected, "{before}");
        }
        let text = "ab".repeat(2 * STRETCH);
        let of = |n| grams(text.as_bytes()).0.iter().filter(|(size, _)| *size == n).count();
        assert_eq!([0, 1, 2, 5].map(of), [1, 4 * STRETCH + 2, 4 * STRETCH + 1, 4 * STRETCH - 2]);
    }
}
