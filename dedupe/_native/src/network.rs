//! A small network over vectors of n-grams: the twin of `dedupe/kernels/reference/network.py`.

use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::features::{BUCKET_BITS, BUCKETS, Grams, Stream};
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

type Vectors<'a> = &'a [[i8; DIMENSIONS]];

/// Vectors of buckets, a bucket here being `1 << shift` buckets of n-grams, and the two layers, the bias of each last.
pub struct Network<'a> {
    vectors: [Vectors<'a>; 2],
    shifts: [u32; 2],
    scales: [i64; 2],
    /// Small enough for half a word, whose products are the fastest.
    hidden: [[i16; HIDDEN]; DIMENSIONS],
    bias: &'a [i32; HIDDEN],
    output: &'a [[i32; OUTPUTS]],
}

impl<'a> Network<'a> {
    pub fn new(vectors: [&'a [i8]; 2], hidden: &'a [i32], output: &'a [i32], scales: [i64; 2]) -> Result<Self, Failure> {
        let invalid = |what: &str| Failure::Invalid(format!("the {what} of the network are of another size"));
        let vectors = vectors.map(|vectors| vectors.as_chunks::<DIMENSIONS>());
        let (hidden, output) = (hidden.as_chunks::<HIDDEN>(), output.as_chunks::<OUTPUTS>());
        let whole = |buckets: usize, rest: usize| rest == 0 && buckets.is_power_of_two() && buckets <= BUCKETS;
        if !vectors.iter().all(|(vectors, rest)| whole(vectors.len(), rest.len())) {
            return Err(invalid("vectors"));
        }
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
        let shifts = vectors.map(|(vectors, _)| BUCKET_BITS - vectors.len().trailing_zeros());
        Ok(Network {
            vectors: vectors.map(|(vectors, _)| vectors),
            shifts,
            scales,
            hidden: std::array::from_fn(|k| hidden.0[k].map(|weight| weight as i16)),
            bias: &hidden.0[DIMENSIONS],
            output: output.0,
        })
    }

    /// What the layers make of the sums of the vectors of a text, in fixed point with 20 fractional bits.
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
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn add_vectors<'v>(lanes: [i16; DIMENSIONS], vectors: impl Iterator<Item = &'v [i8; DIMENSIONS]>) -> [i16; DIMENSIONS] {
    use std::arch::x86_64::{__m128i, _mm_add_epi16, _mm_cvtsi64_si128, _mm_srai_epi16, _mm_unpacklo_epi8};
    // SAFETY: every x86-64 has SSE2, and both types are sixteen bytes, all of whose values are valid.
    unsafe {
        let start: __m128i = std::mem::transmute(lanes);
        std::mem::transmute(vectors.fold(start, |sum, vector| {
            let bytes = _mm_cvtsi64_si128(i64::from_le_bytes(vector.map(i8::cast_unsigned)));
            _mm_add_epi16(sum, _mm_srai_epi16::<8>(_mm_unpacklo_epi8(bytes, bytes)))
        }))
    }
}

/// Add vectors to numbers.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn add_vectors<'v>(lanes: [i16; DIMENSIONS], vectors: impl Iterator<Item = &'v [i8; DIMENSIONS]>) -> [i16; DIMENSIONS] {
    vectors.fold(lanes, |sum, vector| std::array::from_fn(|k| sum[k] + i16::from(vector[k])))
}

/// What is added up of a text: the weights of a linear model, and vectors.
struct Both<'a> {
    linear: Sums<'a>,
    network: &'a Network<'a>,
    sums: [Sum; 2],
}

impl Both<'_> {
    /// Add the vectors of n-grams of characters or of words.
    #[inline(always)]
    fn add_block(&mut self, of: usize, buckets: &[u32]) {
        let (vectors, shift) = (self.network.vectors[of], self.network.shifts[of]);
        for buckets in buckets.chunks(STRETCH) {
            self.sums[of].add(buckets.iter().map(|bucket| &vectors[(bucket >> shift) as usize]));
        }
    }
}

impl Grams for Both<'_> {
    #[inline(always)]
    fn char_gram(&mut self, n: usize, bucket: u32) {
        self.linear.char_gram(n, bucket);
        self.sums[0].add([&self.network.vectors[0][(bucket >> self.network.shifts[0]) as usize]].into_iter());
    }

    #[inline(always)]
    fn char_grams(&mut self, buckets: &[u32]) {
        self.linear.char_grams(buckets);
        let (vectors, shift) = (self.network.vectors[0], self.network.shifts[0]);
        self.sums[0].add(buckets.iter().map(|bucket| &vectors[(bucket >> shift) as usize]));
    }

    const BLOCKS: bool = true;

    #[inline(always)]
    fn char_block(&mut self, _: usize, buckets: &[u32]) {
        self.linear.char_grams(buckets);
        self.add_block(0, buckets);
    }

    #[inline(always)]
    fn word_block(&mut self, buckets: &[u32]) {
        self.linear.word_block(buckets);
        self.add_block(1, buckets);
    }

    #[inline(always)]
    fn word_gram(&mut self, bucket: u32) {
        self.linear.word_gram(bucket);
        self.sums[1].add([&self.network.vectors[1][(bucket >> self.network.shifts[1]) as usize]].into_iter());
    }
}

/// The parts of the linear score of every text, and what the network says of it, one text after another.
pub fn network_scores(batch: &Batch<u8>, model: &Linear, network: &Network, poll: Poll) -> Result<Vec<i64>, Failure> {
    let (mut pace, mut stream) = (Pace::new(poll), Stream::default());
    let mut scores = Vec::with_capacity(batch.len() * (COLUMNS + OUTPUTS));
    for i in 0..batch.len() {
        let mut both = Both { linear: Sums::new(model), network, sums: Default::default() };
        stream.read(batch.item(i), &mut pace, &mut both)?;
        scores.extend(both.linear.parts(&stream));
        scores.extend(network.outputs(&both.sums, both.linear.roots()));
    }
    Ok(scores)
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
