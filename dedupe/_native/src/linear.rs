//! The linear scores of boilerplate and its categories: the twin of `dedupe/kernels/reference/features.py`.

use crate::batch::Batch;
use crate::failure::{Failure, Poll, Stop};
use crate::features::{BUCKET_BITS, BUCKETS, Bucket, Grams, SHAPE_VALUES, SHAPES, Stream};
use crate::pace::Pace;

/// Bits that the scales of weights carry besides those of a score.
const SCALE_BITS: u32 = 8;

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

/// A sum of weights, and of how many n-grams.
#[derive(Default)]
struct Sum {
    total: i64,
    count: usize,
}

impl Sum {
    #[inline(always)]
    fn add(&mut self, weight: i8) {
        self.total += i64::from(weight);
        self.count += 1;
    }
}

/// Weights of n-grams as they are added up.
pub struct Sums<'a> {
    model: &'a Linear<'a>,
    chars: Sum,
    words: Sum,
}

impl Grams for Sums<'_> {
    #[inline(always)]
    fn char_gram(&mut self, _: usize, bucket: Bucket) {
        self.chars.add(*bucket.of(self.model.chars));
    }

    #[inline(always)]
    fn char_grams(&mut self, buckets: &[Bucket]) {
        let weight = |&bucket: &Bucket| i64::from(*bucket.of(self.model.chars));
        let (eights, rest) = buckets.as_chunks::<8>();
        let total =
            eights.iter().map(|eight| eight.iter().map(weight).sum::<i64>()).sum::<i64>() + rest.iter().map(weight).sum::<i64>();
        self.chars.total += total;
        self.chars.count += buckets.len();
    }

    #[inline(always)]
    fn word_gram(&mut self, bucket: Bucket) {
        self.words.add(*bucket.of(self.model.words));
    }
}

impl<'a> Sums<'a> {
    pub fn new(model: &'a Linear<'a>) -> Self {
        Sums { model, chars: Sum::default(), words: Sum::default() }
    }

    /// The roots of the counts of n-grams of characters and of words.
    #[inline]
    pub fn roots(&self) -> [Root; 2] {
        [&self.chars, &self.words].map(|sum| Root::of(sum.count))
    }

    /// The parts of the score of a text that was read, in fixed point with 20 fractional bits, its length and its shapes.
    pub fn parts(&self, stream: &Stream) -> [i64; COLUMNS] {
        let (shapes, weights) = (stream.shape(), self.model.shapes);
        let mut out = [0; COLUMNS];
        let [chars, words] = self.roots();
        out[0] = chars.normalised(self.chars.total, self.model.char_scale);
        out[1] = words.normalised(self.words.total, self.model.word_scale);
        out[2] = shapes.iter().enumerate().map(|(i, &v)| i64::from(weights[i * SHAPE_VALUES + v as usize])).sum();
        out[3] = stream.length() as i64;
        out[4..].iter_mut().zip(shapes).for_each(|(out, shape)| *out = i64::from(shape));
        out
    }
}

impl Linear<'_> {
    /// The parts of the score of a text; see `Sums::parts`.
    pub fn parts(&self, text: &[u8], stream: &mut Stream, pace: &mut Pace) -> Result<[i64; COLUMNS], Stop> {
        let mut sums = Sums::new(self);
        stream.read(text, pace, &mut sums)?;
        Ok(sums.parts(stream))
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
    pub fn score(&self, text: &[u8], stream: &mut Stream, out: &mut Vec<i64>, pace: &mut Pace) -> Result<(), Stop> {
        let none = || vec![0; self.count()];
        let mut sums = CategorySums { model: self, chars: none(), words: none(), counts: (0, 0) };
        stream.read(text, pace, &mut sums)?;
        let both = sums.chars.iter().zip(&sums.words).zip(self.bias);
        let roots = (Root::of(sums.counts.0), Root::of(sums.counts.1));
        out.extend(both.map(|((&chars, &words), &bias)| {
            i64::from(bias) + roots.0.normalised(chars, self.scales.0) + roots.1.normalised(words, self.scales.1)
        }));
        Ok(())
    }
}

/// Weights of n-grams as they are added up, for each category.
struct CategorySums<'a> {
    model: &'a Categories<'a>,
    chars: Vec<i64>,
    words: Vec<i64>,
    counts: (usize, usize),
}

impl Grams for CategorySums<'_> {
    #[inline(always)]
    fn char_gram(&mut self, _: usize, bucket: Bucket) {
        add(&mut self.chars, self.model.chars, bucket.number() >> self.model.shifts.0);
        self.counts.0 += 1;
    }

    #[inline(always)]
    fn word_gram(&mut self, bucket: Bucket) {
        add(&mut self.words, self.model.words, bucket.number() >> self.model.shifts.1);
        self.counts.1 += 1;
    }
}

/// Add the weights of a bucket, one for each category.
#[inline(always)]
fn add(sums: &mut [i64], weights: &[i8], bucket: u32) {
    let row = bucket as usize * sums.len();
    let weights = &weights[row..row + sums.len()];
    sums.iter_mut().zip(weights).for_each(|(sum, &weight)| *sum += i64::from(weight));
}

/// The parts of the score of every text, one text after another.
pub fn boilerplate_scores(batch: &Batch<u8>, model: &Linear, poll: Poll) -> Result<Vec<i64>, Failure> {
    let (mut pace, mut stream) = (Pace::new(poll), Stream::default());
    let mut scores = Vec::with_capacity(batch.len() * COLUMNS);
    for i in 0..batch.len() {
        scores.extend(model.parts(batch.item(i), &mut stream, &mut pace)?);
    }
    Ok(scores)
}

/// The scores of every text for each category, one text after another.
pub fn category_scores(batch: &Batch<u8>, model: &Categories, poll: Poll) -> Result<Vec<i64>, Failure> {
    let (mut pace, mut stream) = (Pace::new(poll), Stream::default());
    let mut scores = Vec::with_capacity(batch.len() * model.count());
    for i in 0..batch.len() {
        model.score(batch.item(i), &mut stream, &mut scores, &mut pace)?;
    }
    Ok(scores)
}

/// The root of a count, with as many bits behind the point as there is room for.
#[derive(Clone, Copy)]
pub struct Root {
    root: u64,
    shift: u32,
}

impl Root {
    pub fn of(count: usize) -> Self {
        let shift = 62u32.saturating_sub(u64::BITS - (count as u64).leading_zeros()) / 2;
        Root { root: ((count as u64) << (2 * shift)).isqrt(), shift }
    }

    /// `total * scale / sqrt(count)` without the additional bits of the scale, rounded down.
    pub fn normalised(self, total: i64, scale: i64) -> i64 {
        if self.root == 0 {
            return 0;
        }
        let exact = (i128::from(total) * i128::from(scale)) << self.shift;
        // Most fit into one word, which is divided several times as fast.
        match i64::try_from(exact) {
            Ok(exact) => exact.div_euclid((self.root << SCALE_BITS) as i64),
            Err(_) => exact.div_euclid(i128::from(self.root) << SCALE_BITS) as i64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_has_a_score() {
        let model = Linear {
            chars: &[1; BUCKETS],
            words: &[1; BUCKETS],
            shapes: &[0; SHAPES * SHAPE_VALUES],
            char_scale: 256,
            word_scale: 256,
        };
        let mut poll = || Ok(());
        let parts = model.parts(b" \n ", &mut Stream::default(), &mut Pace::new(&mut poll)).unwrap();
        // Three n-grams over two marks: 3 * 256 / (256 * sqrt(3)), rounded down.
        assert_eq!(parts[..4], [1, 0, 0, 0]);
    }

    #[test]
    fn categories_are_scored_side_by_side() {
        let (chars, words) = ([1i8, 2].repeat(1 << 4), [0i8, 3].repeat(1 << 3));
        let model = Categories::new(&chars, &words, &[5, 7], (256, 256)).unwrap();
        let (mut out, mut poll) = (Vec::new(), || Ok(()));
        model.score(b"one two", &mut Stream::default(), &mut out, &mut Pace::new(&mut poll)).unwrap();
        // 35 n-grams of characters, three of words: 35 / sqrt(35), 70 / sqrt(35), 9 / sqrt(3), rounded down.
        assert_eq!(out, [5 + 5, 7 + 11 + 5]);
        for size in [0, 3, 5] {
            assert!(Categories::new(&chars[..size], &words, &[5, 7], (1, 1)).is_err());
        }
        assert!(Categories::new(&[], &[], &[], (1, 1)).is_err());
    }
}
