//! Boilerplate features and their linear score: the twin of `dedupe/boilerplate/features.py`.

use crate::hash::{A, C, mix};
use crate::segment::{is_one_of, is_space};
use crate::tables::{Kind, Tables};
use crate::utf8::decode;

pub const BUCKET_BITS: u32 = 18;
pub const BUCKETS: usize = 1 << BUCKET_BITS;
const CHAR_NGRAM: usize = 5;
pub const SHAPES: usize = 12;
pub const SHAPE_VALUES: usize = 16;
const START: u32 = 2;
const END: u32 = 3;
const SPACE: u32 = 0x20;
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
    pub fn read(&mut self, text: &[u8], tables: &Tables) {
        *self = Stream { points: std::mem::take(&mut self.points), words: std::mem::take(&mut self.words), ..Stream::default() };
        self.points.clear();
        self.words.clear();
        self.points.push(START);
        (self.first, self.last) = (9, 12);
        let mut word: Option<u64> = None;
        let mut space = false;
        let mut position = 0;
        while position < text.len() {
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
            if space {
                if self.points.len() > 1 {
                    self.points.push(SPACE);
                }
                self.words.extend(word.take());
                space = false;
            }
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
                self.terminators += usize::from(is_one_of(point, ".!?…。！？؟।۔"));
                self.separators += usize::from(is_one_of(point, "|•·›»>/→‹«"));
                self.commas += usize::from(matches!(point, 0x2C | 0x60C | 0x3001 | 0xFF0C));
                self.others += 1;
                self.flags |= match point {
                    0x40 => 1,
                    0xA9 => 2,
                    0x2026 => 4,
                    0x3A => 8,
                    _ => 0,
                };
                last = last_class(point);
                start = first_class(point);
            }
            self.last = last;
            if self.first == 9 {
                self.first = start;
            }
        }
        self.words.extend(word.take());
        self.points.push(END);
    }

    /// Call `f` with the bucket of each character n-gram, shorter ones first.
    pub fn char_buckets(&self, mut f: impl FnMut(u32)) {
        let mut hashes = vec![A; self.points.len()];
        for n in 1..=CHAR_NGRAM.min(self.points.len()) {
            hashes.truncate(self.points.len() - n + 1);
            for (h, point) in hashes.iter_mut().zip(&self.points[n - 1..]) {
                *h = mix(*h, u64::from(*point));
                f(bucket(*h));
            }
        }
    }

    /// The sum of the weights of all character n-grams, and how many there are.
    fn char_sum(&self, weights: &[i8; BUCKETS]) -> (i64, usize) {
        let (mut sum, mut count) = (0, 0);
        for start in 0..self.points.len() {
            let mut h = A;
            for point in &self.points[start..self.points.len().min(start + CHAR_NGRAM)] {
                h = mix(h, u64::from(*point));
                sum += i64::from(weights[bucket(h) as usize]);
                count += 1;
            }
        }
        (sum, count)
    }

    /// Call `f` with the bucket of each word and each pair of words.
    pub fn word_buckets(&self, mut f: impl FnMut(u32)) {
        for (i, &h) in self.words.iter().enumerate() {
            f(bucket(h));
            if i > 0 {
                f(bucket(mix(self.words[i - 1], h.wrapping_mul(A))));
            }
        }
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

impl Linear<'_> {
    /// The score of a text, in fixed point with 16 fractional bits.
    pub fn score(&self, stream: &Stream) -> i64 {
        let (chars, char_count) = stream.char_sum(self.chars);
        let (mut words, mut word_count) = (0, 0);
        stream.word_buckets(|b| {
            words += i64::from(self.words[b as usize]);
            word_count += 1;
        });
        let shape: i64 =
            stream.shape().iter().enumerate().map(|(i, &v)| i64::from(self.shapes[i * SHAPE_VALUES + v as usize])).sum();
        normalised(chars, char_count, self.char_scale) + normalised(words, word_count, self.word_scale) + shape
    }
}

/// `total * scale / sqrt(count)`, rounded down; the root carries 8 fractional bits.
fn normalised(total: i64, count: usize, scale: i64) -> i64 {
    let root = ((count as u64) << 16).isqrt() as i64;
    if root == 0 { 0 } else { total.wrapping_mul(scale).div_euclid(root) }
}

fn bucket(h: u64) -> u32 {
    (h.wrapping_mul(C) >> (64 - BUCKET_BITS)) as u32
}

fn bit_length(value: usize) -> usize {
    (usize::BITS - value.leading_zeros()) as usize
}

fn last_class(point: u32) -> usize {
    const CLASSES: [(&str, usize); 9] =
        [(".", 2), ("!", 3), ("?؟", 4), (":：", 5), ("…", 6), ("\"”’')]", 7), ("»›>→", 8), ("。！？।۔", 9), (",;،、", 10)];
    CLASSES.iter().find(|(set, _)| is_one_of(point, set)).map_or(11, |(_, class)| *class)
}

fn first_class(point: u32) -> usize {
    const CLASSES: [(&str, usize); 4] = [("\"“”‘«„'", 4), ("-•*·–—", 5), ("©®", 6), ("<›»>→|", 7)];
    CLASSES.iter().find(|(set, _)| is_one_of(point, set)).map_or(8, |(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::tables;

    #[test]
    fn an_empty_text_has_a_score() {
        let mut stream = Stream::default();
        stream.read(b" \n ", tables());
        assert_eq!(stream.points, [START, END]);
        let model = Linear {
            chars: &[1; BUCKETS],
            words: &[1; BUCKETS],
            shapes: &[0; SHAPES * SHAPE_VALUES],
            char_scale: 256,
            word_scale: 256,
        };
        // Three n-grams over two marks: 3 * 256 / (256 * sqrt(3)), rounded down.
        assert_eq!(model.score(&stream), 1);
    }

    #[test]
    fn sums_equal_buckets() {
        let mut stream = Stream::default();
        stream.read("Suis-nous sur 3 réseaux ! 東京".as_bytes(), tables());
        let weights: Box<[i8; BUCKETS]> = (0..BUCKETS).map(|i| (i % 251) as i8).collect::<Vec<_>>().try_into().unwrap();
        let (mut sum, mut count) = (0, 0);
        stream.char_buckets(|b| {
            sum += i64::from(weights[b as usize]);
            count += 1;
        });
        assert_eq!(stream.char_sum(&weights), (sum, count));
    }
}
