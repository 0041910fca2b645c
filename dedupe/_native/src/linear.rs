//! Boilerplate features and their linear score: the twin of `dedupe/boilerplate/features.py`.

use crate::batch::{BYTE, Failure};
use crate::fold::Stop;
use crate::hash::{A, C, mix};
use crate::pace::Pace;
use crate::segment::is_space;
use crate::tables::{Fold, Kind, Tables};
use crate::utf8::decode;

/// The fold that the shipped models were trained on.
pub const FOLD: Fold = Fold::V1;
pub const BUCKET_BITS: u32 = 18;
pub const BUCKETS: usize = 1 << BUCKET_BITS;
const CHAR_NGRAM: usize = 5;
pub const SHAPES: usize = 12;
pub const SHAPE_VALUES: usize = 16;
const START: u32 = 2;
const END: u32 = 3;
const SPACE: u32 = 0x20;
/// Bits that the scales of weights carry besides those of a score.
const SCALE_BITS: u32 = 8;
/// Bytes, or n-grams, after which the pace is told of them.
const STRETCH: usize = 1 << 12;
const WORD_SEED: u64 = 0x8EBC_6AF0_9C88_C6E3;

/// One text as the features see it; reused from text to text.
#[derive(Default)]
pub struct Stream {
    points: Vec<u32>,
    /// Hash of each word.
    words: Vec<u64>,
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
    pub fn read(&mut self, text: &[u8], tables: &Tables, pace: &mut Pace) -> Result<(), Stop> {
        *self = Stream { points: std::mem::take(&mut self.points), words: std::mem::take(&mut self.words), ..Stream::default() };
        self.points.clear();
        self.words.clear();
        self.points.reserve(text.len() + 2);
        self.points.push(START);
        (self.first, self.last) = (9, 12);
        let mut word: Option<u64> = None;
        let mut space = false;
        let (mut position, mut spent) = (0, 0);
        while position < text.len() {
            if position - spent >= STRETCH {
                pace.spend(BYTE * (position - spent))?;
                spent = position;
            }
            let byte = text[position];
            if byte.is_ascii_lowercase() {
                position += 1;
                self.end_space(&mut space, &mut word);
                self.letters += 1;
                self.points.push(u32::from(byte));
                word = Some(mix(word.unwrap_or(WORD_SEED), u64::from(byte)));
                self.note(1, 0);
                continue;
            }
            let (point, after) = decode(text, position);
            position = after;
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
            self.end_space(&mut space, &mut word);
            let is_word = kind != Kind::Separator || folded.iter().any(|&f| tables.entry(f).kind() != Kind::Separator);
            let (start, last);
            if is_word {
                if kind == Kind::Unspaced {
                    self.words.extend(word.take());
                }
                let digit = (0x30..=0x39).contains(&folded[0]);
                let upper = !digit && !entry.is_lower() && folded[0] != point && tables.entry(folded[0]).is_lower();
                self.upper_words += usize::from(upper && word.is_none());
                self.digits += usize::from(digit);
                self.letters += usize::from(!digit);
                let seen: &[u32] = if digit { &[0x30] } else { folded };
                for &f in seen.iter().filter(|&&f| f != SPACE) {
                    self.points.push(f);
                    word = Some(mix(word.unwrap_or(WORD_SEED), u64::from(f)));
                }
                if kind == Kind::Unspaced {
                    self.words.extend(word.take());
                }
                last = usize::from(digit);
                start = match (digit, upper, entry.is_lower()) {
                    (true, ..) => 3,
                    (_, true, _) => 0,
                    (_, _, true) => 1,
                    _ => 2,
                };
            } else {
                self.words.extend(word.take());
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
                start = first_class(sign);
            }
            self.note(start, last);
        }
        self.words.extend(word.take());
        self.points.push(END);
        pace.spend(BYTE * (position - spent))
    }

    /// Take in the white space before a character, unless it is at the start.
    #[inline(always)]
    fn end_space(&mut self, space: &mut bool, word: &mut Option<u64>) {
        if std::mem::take(space) {
            if self.points.len() > 1 {
                self.points.push(SPACE);
            }
            self.words.extend(word.take());
        }
    }

    #[inline(always)]
    fn note(&mut self, first: usize, last: usize) {
        self.last = last;
        if self.first == 9 {
            self.first = first;
        }
    }

    /// Call `f` with the bucket of each character n-gram, shorter ones first.
    pub fn char_buckets(&self, pace: &mut Pace, mut f: impl FnMut(u32)) -> Result<(), Stop> {
        let mut hashes = vec![A; self.points.len()];
        for n in 1..=CHAR_NGRAM.min(self.points.len()) {
            hashes.truncate(self.points.len() - n + 1);
            for (hashes, points) in hashes.chunks_mut(STRETCH).zip(self.points[n - 1..].chunks(STRETCH)) {
                pace.spend(BYTE * hashes.len())?;
                for (h, point) in hashes.iter_mut().zip(points) {
                    *h = mix(*h, u64::from(*point));
                    f(bucket(*h));
                }
            }
        }
        Ok(())
    }

    /// Call `f` with the bucket of each character n-gram, from the front: nothing is held.
    fn each_char_bucket(&self, pace: &mut Pace, mut f: impl FnMut(u32)) -> Result<(), Stop> {
        for first in (0..self.points.len()).step_by(STRETCH) {
            let behind = self.points.len().min(first + STRETCH);
            pace.spend(BYTE * (behind - first))?;
            for start in first..behind {
                let mut h = A;
                for point in &self.points[start..self.points.len().min(start + CHAR_NGRAM)] {
                    h = mix(h, u64::from(*point));
                    f(bucket(h));
                }
            }
        }
        Ok(())
    }

    /// The sum of the weights of all character n-grams, and how many there are.
    fn char_sum(&self, weights: &[i8; BUCKETS], pace: &mut Pace) -> Result<(i64, usize), Stop> {
        let (mut sum, mut count) = (0, 0);
        self.each_char_bucket(pace, |bucket| {
            sum += i64::from(weights[bucket as usize]);
            count += 1;
        })?;
        Ok((sum, count))
    }

    /// Call `f` with the bucket of each word and each pair of words.
    pub fn word_buckets(&self, pace: &mut Pace, mut f: impl FnMut(u32)) -> Result<(), Stop> {
        for (i, &h) in self.words.iter().enumerate() {
            pace.spend(BYTE)?;
            f(bucket(h));
            if i > 0 {
                f(bucket(mix(self.words[i - 1], h.wrapping_mul(A))));
            }
        }
        Ok(())
    }

    pub fn shape(&self) -> [u8; SHAPES] {
        let length = self.points.len() - 2;
        let words = self.words.len();
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

/// Quantised weights of a linear model.
pub struct Linear<'a> {
    pub chars: &'a [i8; BUCKETS],
    pub words: &'a [i8; BUCKETS],
    pub shapes: &'a [i32; SHAPES * SHAPE_VALUES],
    pub char_scale: i64,
    pub word_scale: i64,
}

/// The three parts of the score, the length, the shapes.
pub const COLUMNS: usize = 4 + SHAPES;

impl Linear<'_> {
    /// The parts of the score of a text, in fixed point with 20 fractional bits, its length and its shapes.
    pub fn parts(&self, stream: &Stream, pace: &mut Pace) -> Result<[i64; COLUMNS], Stop> {
        let (chars, char_count) = stream.char_sum(self.chars, pace)?;
        let (mut words, mut word_count) = (0, 0);
        stream.word_buckets(pace, |b| {
            words += i64::from(self.words[b as usize]);
            word_count += 1;
        })?;
        let shapes = stream.shape();
        let shape = shapes.iter().enumerate().map(|(i, &v)| i64::from(self.shapes[i * SHAPE_VALUES + v as usize])).sum();
        let mut out = [0; COLUMNS];
        out[0] = normalised(chars, char_count, self.char_scale);
        out[1] = normalised(words, word_count, self.word_scale);
        out[2] = shape;
        out[3] = stream.points.len() as i64 - 2;
        out[4..].iter_mut().zip(shapes).for_each(|(out, shape)| *out = i64::from(shape));
        Ok(out)
    }
}

/// Weights for several categories, those of one bucket side by side; a bucket here is `1 << shift` buckets of n-grams.
pub struct Categories<'a> {
    chars: &'a [i8],
    words: &'a [i8],
    bias: &'a [i32],
    scales: (i64, i64),
    shifts: (u32, u32),
}

impl<'a> Categories<'a> {
    pub fn new(chars: &'a [i8], words: &'a [i8], bias: &'a [i32], scales: (i64, i64)) -> Result<Self, Failure> {
        let shift = |weights: &[i8]| {
            let buckets = weights.len().checked_div(bias.len()).unwrap_or(0);
            let fits = buckets.is_power_of_two() && buckets <= BUCKETS && buckets * bias.len() == weights.len();
            fits.then(|| BUCKET_BITS - buckets.trailing_zeros())
        };
        match (shift(chars), shift(words)) {
            (Some(one), Some(two)) => Ok(Categories { chars, words, bias, scales, shifts: (one, two) }),
            _ => Err(Failure::Invalid("the weights are not of a power of two of buckets for each category".into())),
        }
    }

    /// How many categories there are.
    pub fn count(&self) -> usize {
        self.bias.len()
    }

    /// The score of a text for each category, in fixed point.
    pub fn score(&self, stream: &Stream, out: &mut Vec<i64>, pace: &mut Pace) -> Result<(), Stop> {
        let count = self.count();
        let mut sums = vec![0i64; 2 * count];
        let (chars, words) = sums.split_at_mut(count);
        let (mut char_count, mut word_count) = (0, 0);
        let add = |sums: &mut [i64], weights: &[i8], bucket: u32| {
            let row = bucket as usize * count;
            sums.iter_mut().zip(&weights[row..row + count]).for_each(|(sum, &weight)| *sum += i64::from(weight));
        };
        stream.each_char_bucket(pace, |b| {
            add(chars, self.chars, b >> self.shifts.0);
            char_count += 1;
        })?;
        stream.word_buckets(pace, |b| {
            add(words, self.words, b >> self.shifts.1);
            word_count += 1;
        })?;
        out.extend((0..count).map(|i| {
            i64::from(self.bias[i])
                + normalised(chars[i], char_count, self.scales.0)
                + normalised(words[i], word_count, self.scales.1)
        }));
        Ok(())
    }
}

/// `total * scale / sqrt(count)` without the additional bits of the scale, rounded down.
fn normalised(total: i64, count: usize, scale: i64) -> i64 {
    if count == 0 {
        return 0;
    }
    let shift = 62u32.saturating_sub(u64::BITS - (count as u64).leading_zeros()) / 2;
    let root = ((count as u64) << (2 * shift)).isqrt();
    let exact = (i128::from(total) * i128::from(scale)) << shift;
    exact.div_euclid(i128::from(root) << SCALE_BITS) as i64
}

fn bucket(h: u64) -> u32 {
    (h.wrapping_mul(C) >> (64 - BUCKET_BITS)) as u32
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
    use crate::tables::tables_of;

    #[test]
    fn an_empty_text_has_a_score() {
        let mut stream = Stream::default();
        let mut poll = || Ok(());
        let mut pace = Pace::new(&mut poll);
        stream.read(b" \n ", tables_of(FOLD), &mut pace).unwrap();
        assert_eq!(stream.points, [START, END]);
        let model = Linear {
            chars: &[1; BUCKETS],
            words: &[1; BUCKETS],
            shapes: &[0; SHAPES * SHAPE_VALUES],
            char_scale: 256,
            word_scale: 256,
        };
        // Three n-grams over two marks: 3 * 256 / (256 * sqrt(3)), rounded down.
        assert_eq!(model.parts(&stream, &mut pace).unwrap()[..4], [1, 0, 0, 0]);
    }

    #[test]
    fn categories_are_scored_side_by_side() {
        let mut stream = Stream::default();
        let mut poll = || Ok(());
        let mut pace = Pace::new(&mut poll);
        stream.read(b"one two", tables_of(FOLD), &mut pace).unwrap();
        let (chars, words) = ([1i8, 2].repeat(1 << 4), [0i8, 3].repeat(1 << 3));
        let model = Categories::new(&chars, &words, &[5, 7], (256, 256)).unwrap();
        let mut out = Vec::new();
        model.score(&stream, &mut out, &mut pace).unwrap();
        // 35 n-grams of characters, three of words: 35 / sqrt(35), 70 / sqrt(35), 9 / sqrt(3), rounded down.
        assert_eq!(out, [5 + 5, 7 + 11 + 5]);
        for size in [0, 3, 5] {
            assert!(Categories::new(&chars[..size], &words, &[5, 7], (1, 1)).is_err());
        }
        assert!(Categories::new(&[], &[], &[], (1, 1)).is_err());
    }

    #[test]
    fn sums_equal_buckets() {
        let mut stream = Stream::default();
        let mut poll = || Ok(());
        let mut pace = Pace::new(&mut poll);
        stream.read("Suis-nous sur 3 réseaux ! 東京".as_bytes(), tables_of(FOLD), &mut pace).unwrap();
        let weights: Box<[i8; BUCKETS]> = (0..BUCKETS).map(|i| (i % 251) as i8).collect::<Vec<_>>().try_into().unwrap();
        let (mut sum, mut count) = (0, 0);
        let add = |b| {
            sum += i64::from(weights[b as usize]);
            count += 1;
        };
        stream.char_buckets(&mut pace, add).unwrap();
        assert_eq!(stream.char_sum(&weights, &mut pace).unwrap(), (sum, count));
    }
}
