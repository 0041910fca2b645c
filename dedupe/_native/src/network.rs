//! A small network over vectors of n-grams: the twin of `dedupe/kernels/reference/network.py`.

use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::features::{BUCKET_BITS, BUCKETS, Bucket, Grams, Stream};
use crate::hash;
use crate::linear::{COLUMNS, Linear, Root, Sums};
use crate::pace::Pace;

/// Numbers of a vector, cells of the hidden layer, and what it says.
pub const DIMENSIONS: usize = 8;
pub const HIDDEN: usize = 32;
pub const OUTPUTS: usize = 3;
/// Fractional bits of what a cell takes and gives.
const BITS: u32 = 10;
/// More bits of what is left of a scale and the root of a count.
const MORE: u32 = 10;
/// What a cell takes is less than this, a weight and a scale at most this: no sum overflows.
const LARGEST_INPUT: i64 = 1 << 14;
const LARGEST_WEIGHT: i32 = 1 << 13;
const LARGEST_BIAS: i32 = 1 << 29;
const LARGEST_SCALE: i64 = 1 << 30;
/// So many vectors of bytes, and those of one more place of a text, fit into 16 bits.
const STRETCH: usize = 1 << 7;
/// Numbers of a row of scores: the last is what the network says of the kicker.
pub const WIDTH: usize = COLUMNS + OUTPUTS + 1;
/// The output for prompts.
const PROMPT: usize = 1;
const NO_KICKER: i64 = -(1 << 40);
/// A kicker ends in the first bytes of a text, and so many bytes behind the colon: fewer are no headline.
const MOST_BYTES: usize = 60;
const LEAST_BEHIND: usize = 8;
/// That of Chinese and Japanese.
const WIDE_COLON: &[u8; 3] = b"\xEF\xBC\x9A";
/// Bytes of a text that may well come again.
const SHORT: usize = 256;

/// Vectors of buckets, one for every `1 << shift` of them; `new` has checked that there is one for each.
#[derive(Clone, Copy)]
struct Vectors<'a> {
    vectors: &'a [[i8; DIMENSIONS]],
    shift: u32,
}

impl<'a> Vectors<'a> {
    fn new(numbers: &'a [i8]) -> Option<Self> {
        let (vectors, rest) = numbers.as_chunks();
        let whole = rest.is_empty() && vectors.len().is_power_of_two() && vectors.len() <= BUCKETS;
        whole.then(|| Vectors { vectors, shift: BUCKET_BITS - vectors.len().trailing_zeros() })
    }

    #[inline(always)]
    fn of(self, bucket: Bucket) -> &'a [i8; DIMENSIONS] {
        // SAFETY: a bucket is less than `BUCKETS`, which is `1 << shift` times as many as there are vectors.
        unsafe { self.vectors.get_unchecked((bucket.number() >> self.shift) as usize) }
    }
}

/// Vectors of the buckets of characters and of words, and the two layers, the bias of each last.
pub struct Network<'a> {
    vectors: [Vectors<'a>; 2],
    scales: [i64; 2],
    /// Small enough for half a word, whose products are the fastest.
    hidden: [[i16; HIDDEN]; DIMENSIONS],
    bias: &'a [i32; HIDDEN],
    output: &'a [[i32; OUTPUTS]],
}

impl<'a> Network<'a> {
    pub fn new(vectors: [&'a [i8]; 2], hidden: &'a [i32], output: &'a [i32], scales: [i64; 2]) -> Result<Self, Failure> {
        let invalid = |what: &str| Failure::Invalid(format!("the {what} of the network are of another size"));
        let [Some(chars), Some(words)] = vectors.map(Vectors::new) else { return Err(invalid("vectors")) };
        let (hidden, output) = (hidden.as_chunks::<HIDDEN>(), output.as_chunks::<OUTPUTS>());
        let sizes = [hidden.0.len(), hidden.1.len(), output.0.len(), output.1.len()];
        if sizes != [DIMENSIONS + 1, 0, HIDDEN + 1, 0] {
            return Err(invalid("layers"));
        }
        let fits = |rows: &[i32], largest: i32| rows.iter().all(|weight| weight.unsigned_abs() <= largest.unsigned_abs());
        let layers = [(hidden.0.as_flattened(), HIDDEN), (output.0.as_flattened(), OUTPUTS)];
        let fit = layers.iter().all(|(layer, width)| {
            let (weights, bias) = layer.split_at(layer.len() - width);
            fits(weights, LARGEST_WEIGHT) && fits(bias, LARGEST_BIAS)
        });
        if !fit || scales.iter().any(|scale| scale.unsigned_abs() > LARGEST_SCALE.unsigned_abs()) {
            return Err(Failure::Invalid("a weight or a scale of the network is too large".into()));
        }
        Ok(Network {
            vectors: [chars, words],
            scales,
            hidden: std::array::from_fn(|k| hidden.0[k].map(|weight| weight as i16)),
            bias: &hidden.0[DIMENSIONS],
            output: output.0,
        })
    }

    /// What the layers make of the sums of the vectors of a text, in fixed point with 20 fractional bits.
    #[inline(always)]
    fn outputs(&self, sums: &[Sum; 2], roots: [Root; 2]) -> [i64; OUTPUTS] {
        let totals = sums.each_ref().map(Sum::totals);
        let roots: [i64; 2] = std::array::from_fn(|i| roots[i].normalised(1 << MORE, self.scales[i]));
        let mut cells = *self.bias;
        for (k, weights) in self.hidden.iter().enumerate() {
            let parts = totals.iter().zip(roots).map(|(total, root)| (total[k] * root) >> (MORE + BITS));
            let input = parts.sum::<i64>().clamp(-LARGEST_INPUT, LARGEST_INPUT) as i16;
            cells.iter_mut().zip(weights).for_each(|(cell, &weight)| *cell += i32::from(input) * i32::from(weight));
        }
        let mut out = self.output[HIDDEN].map(i64::from);
        for (cell, weights) in cells.iter().zip(&self.output[..HIDDEN]) {
            let given = i64::from((*cell).max(0) >> BITS);
            out.iter_mut().zip(weights).for_each(|(out, &weight)| *out += given * i64::from(weight));
        }
        out
    }
}

/// A sum of vectors: of a stretch in half words, and of what was before it.
#[derive(Default)]
struct Sum {
    lanes: [i16; DIMENSIONS],
    count: usize,
    before: [i64; DIMENSIONS],
}

impl Sum {
    /// Add a few vectors.
    #[inline(always)]
    fn add<'v>(&mut self, vectors: impl ExactSizeIterator<Item = &'v [i8; DIMENSIONS]>) {
        self.count += vectors.len();
        self.lanes = add_vectors(self.lanes, vectors);
        if self.count >= STRETCH {
            self.before = self.totals();
            (self.lanes, self.count) = Default::default();
        }
    }

    fn totals(&self) -> [i64; DIMENSIONS] {
        std::array::from_fn(|k| self.before[k] + i64::from(self.lanes[k]))
    }
}

/// Add vectors to numbers.
#[inline(always)]
fn add_vectors<'v>(lanes: [i16; DIMENSIONS], vectors: impl Iterator<Item = &'v [i8; DIMENSIONS]>) -> [i16; DIMENSIONS] {
    vectors.fold(lanes, |sum, vector| std::array::from_fn(|k| sum[k] + i16::from(vector[k])))
}

/// What is added up of a text: the weights of a linear model, and vectors.
struct Both<'a, const WIDE: bool> {
    linear: Sums<'a>,
    network: &'a Network<'a>,
    sums: [Sum; 2],
}

impl<const WIDE: bool> Both<'_, WIDE> {
    /// Add the vectors of n-grams of characters or of words.
    #[inline(always)]
    fn add_vectors(&mut self, of: usize, buckets: &[Bucket]) {
        let vectors = self.network.vectors[of];
        for buckets in buckets.chunks(STRETCH) {
            self.sums[of].add(buckets.iter().map(|&bucket| vectors.of(bucket)));
        }
    }
}

impl<const WIDE: bool> Grams for Both<'_, WIDE> {
    const BLOCKS: bool = WIDE;

    #[inline(always)]
    fn char_gram(&mut self, n: usize, bucket: Bucket) {
        self.char_block(n, &[bucket]);
    }

    #[inline(always)]
    fn char_grams(&mut self, buckets: &[Bucket]) {
        self.char_block(0, buckets);
    }

    #[inline(always)]
    fn char_block(&mut self, _: usize, buckets: &[Bucket]) {
        self.linear.char_grams(buckets);
        self.add_vectors(0, buckets);
    }

    #[inline(always)]
    fn word_gram(&mut self, bucket: Bucket) {
        self.word_block(&[bucket]);
    }

    #[inline(always)]
    fn word_block(&mut self, buckets: &[Bucket]) {
        self.linear.word_block(buckets);
        self.add_vectors(1, buckets);
    }
}

/// The parts of the linear score of every text, and what the network says of it, one text after another.
pub fn network_scores(batch: &Batch<u8>, model: &Linear, network: &Network, poll: Poll) -> Result<Vec<i64>, Failure> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
    {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { scores_avx512(batch, model, network, poll) };
    } else if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { scores_avx2(batch, model, network, poll) };
    }
    scores::<false>(batch, model, network, poll)
}

/// The same code, compiled for wider registers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,lzcnt")]
fn scores_avx512(batch: &Batch<u8>, model: &Linear, network: &Network, poll: Poll) -> Result<Vec<i64>, Failure> {
    scores::<true>(batch, model, network, poll)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn scores_avx2(batch: &Batch<u8>, model: &Linear, network: &Network, poll: Poll) -> Result<Vec<i64>, Failure> {
    scores::<false>(batch, model, network, poll)
}

#[inline(always)]
fn scores<const WIDE: bool>(batch: &Batch<u8>, model: &Linear, network: &Network, poll: Poll) -> Result<Vec<i64>, Failure> {
    let (mut pace, mut stream) = (Pace::new(poll), Stream::default());
    let mut scores = Vec::with_capacity(batch.len() * WIDTH);
    // By the hash of a short text the last one that had it: where that is the same, it is not read again.
    let bits = (usize::BITS - batch.len().leading_zeros()).clamp(1, 13);
    let mut earlier = vec![(0, usize::MAX); 1 << bits];
    for i in 0..batch.len() {
        let text = batch.item(i);
        if text.len() <= SHORT {
            let hash = hash::token(text);
            let (same, last) = std::mem::replace(&mut earlier[(hash >> (u64::BITS - bits)) as usize], (hash, i));
            if same == hash && last < i && batch.item(last) == text {
                pace.spend(SHORT)?;
                scores.extend_from_within(last * WIDTH..(last + 1) * WIDTH);
                continue;
            }
        }
        let mut prompt = NO_KICKER;
        for (number, part) in [Some(text), kicker(text)].into_iter().flatten().enumerate() {
            let mut both = Both::<WIDE> { linear: Sums::new(model), network, sums: Default::default() };
            stream.read(part, &mut pace, &mut both)?;
            let outputs = network.outputs(&both.sums, both.linear.roots());
            if number == 0 {
                scores.extend(both.linear.parts(&stream));
                scores.extend(outputs);
            } else {
                prompt = outputs[PROMPT];
            }
        }
        scores.push(prompt);
    }
    Ok(scores)
}

/// What stands before the first colon of a text, and the colon.
fn kicker(text: &[u8]) -> Option<&[u8]> {
    let first = &text[..text.len().min(MOST_BYTES)];
    let mut ends = memchr::memchr2_iter(b':', WIDE_COLON[2], first).map(|place| place + 1);
    let end = ends.find(|&end| first[end - 1] == b':' || first[..end].ends_with(WIDE_COLON))?;
    (end + LEAST_BEHIND <= text.len()).then_some(&text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_go_on_past_a_stretch() {
        let vector: [i8; DIMENSIONS] = [-128, 127, 0, -1, 1, 127, -128, 2];
        for count in [0, 1, STRETCH - 1, STRETCH, 3 * STRETCH + 2] {
            let mut sum = Sum::default();
            (0..count).for_each(|_| sum.add([&vector].into_iter()));
            let expected = vector.map(|weight| i64::from(weight) * count as i64);
            assert_eq!(sum.totals(), expected);
        }
    }

    #[test]
    fn networks_of_other_sizes_and_of_large_weights_are_refused() {
        let (vectors, hidden, output) = ([0i8; 16], [0; 9 * HIDDEN], [0; 33 * OUTPUTS]);
        let new = |vectors: &[i8], hidden: &[i32], scale: i64| Network::new([vectors; 2], hidden, &output, [scale, 1]).is_ok();
        assert!(new(&vectors, &hidden, 1));
        assert!(!new(&vectors[..9], &hidden, 1) && !new(&[0; 24], &hidden, 1) && !new(&[], &hidden, 1));
        assert!(!new(&vectors, &hidden[1..], 1) && !new(&vectors, &hidden, i64::MIN));
        let mut large = hidden;
        large[0] = i32::MIN;
        assert!(!new(&vectors, &large, 1));
    }
}
