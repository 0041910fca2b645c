//! What each word of a text adds to a linear score: the twin of `dedupe/kernels/reference/evidence.py`.

use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::features::{Bucket, CHAR_NGRAM, Grams, Stream};
use crate::linear::{Linear, Root};
use crate::pace::Pace;
use crate::points::PointCursor;
use crate::utf8::decode;

/// The weight of an n-gram is shared among its code points in sixtieths, that of a pair among its words in halves.
const POINT_PARTS: i64 = 60;
const WORD_PARTS: i64 = 2;

/// Words of texts, those of one text after another.
#[derive(Default)]
pub struct Evidence {
    pub offsets: Vec<i64>,
    /// Code points of the text, from and to.
    pub first: Vec<i64>,
    pub last: Vec<i64>,
    /// What the word adds to the score, in fixed point.
    pub weights: Vec<i64>,
}

/// The words of one text.
struct Words<'a> {
    model: &'a Linear<'a>,
    /// What each code point is given, in `POINT_PARTS`, and how many n-grams there are.
    points: Vec<i64>,
    starts: usize,
    grams: usize,
    /// What each word is given, in `WORD_PARTS`, and how many words and pairs there are.
    words: Vec<i64>,
    word_grams: usize,
    places: Vec<(usize, usize, usize)>,
}

impl Words<'_> {
    fn clear(&mut self) {
        (self.starts, self.grams, self.word_grams) = (0, 0, 0);
        self.points.clear();
        self.words.clear();
        self.places.clear();
    }
}

impl Grams for Words<'_> {
    const PLACES: bool = true;

    fn char_gram(&mut self, n: usize, bucket: Bucket) {
        self.starts += usize::from(n == 1);
        self.grams += 1;
        self.points.resize(self.points.len().max(self.starts + CHAR_NGRAM), 0);
        let part = i64::from(*bucket.of(self.model.chars)) * (POINT_PARTS / n as i64);
        self.points[self.starts - 1..][..n].iter_mut().for_each(|sum| *sum += part);
    }

    /// Each word is followed, from the second one on, by its pair with the one before.
    fn word_gram(&mut self, bucket: Bucket) {
        let weight = i64::from(*bucket.of(self.model.words));
        if self.word_grams > 0 && self.word_grams.is_multiple_of(2) {
            self.words.iter_mut().rev().take(2).for_each(|sum| *sum += weight);
        } else {
            self.words.push(WORD_PARTS * weight);
        }
        self.word_grams += 1;
    }

    fn word_place(&mut self, first: usize, start: usize, end: usize) {
        self.places.push((first, start, end));
    }
}

/// What each word adds to the score, in the first so many code points of every text; what stands between words goes
/// to the word before, or to the first one.
pub fn boilerplate_evidence(batch: &Batch<u8>, model: &Linear, longest: usize, poll: Poll) -> Result<Evidence, Failure> {
    let mut pace = Pace::new(poll);
    let mut stream = Stream::default();
    let mut own = Words { model, points: Vec::new(), starts: 0, grams: 0, words: Vec::new(), word_grams: 0, places: Vec::new() };
    let mut out = Evidence { offsets: vec![0], ..Default::default() };
    for i in 0..batch.len() {
        let text = batch.item(i);
        let mut end = 0;
        for _ in 0..longest {
            if end == text.len() {
                break;
            }
            end = decode(text, end).1;
        }
        own.clear();
        stream.read(&text[..end], &mut pace, &mut own)?;
        let mut cursor = PointCursor::new(text);
        for (word, &(first, start, end)) in own.places.iter().enumerate() {
            let from = if word == 0 { 0 } else { first };
            let to = own.places.get(word + 1).map_or(own.points.len(), |next| next.0);
            let points = own.points[from..to].iter().sum();
            let chars = Root::of(own.grams * (POINT_PARTS * POINT_PARTS) as usize).normalised(points, model.char_scale);
            let grams = own.word_grams * (WORD_PARTS * WORD_PARTS) as usize;
            out.first.push(cursor.before(start) as i64);
            out.last.push(cursor.before(end) as i64);
            out.weights.push(chars + Root::of(grams).normalised(own.words[word], model.word_scale));
        }
        out.offsets.push(out.weights.len() as i64);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{BUCKETS, SHAPE_VALUES, SHAPES};

    #[test]
    fn all_that_is_added_goes_to_words() {
        let text = "  Suis-nous sur 3 réseaux ! 東京".as_bytes();
        let model = Linear {
            chars: &[1; BUCKETS],
            words: &[1; BUCKETS],
            shapes: &[0; SHAPES * SHAPE_VALUES],
            char_scale: 1 << 28,
            word_scale: 1 << 28,
        };
        let end = [text.len() as i64];
        let batch = Batch::new(text, &[0], &end).unwrap();
        let found = boilerplate_evidence(&batch, &model, 100, &mut || Ok(())).unwrap();
        assert_eq!(found.first, [2, 7, 12, 16, 18, 28, 29]);
        assert_eq!(found.last, [6, 11, 15, 17, 25, 29, 30]);
        let parts = model.parts(text, &mut Stream::default(), &mut Pace::new(&mut || Ok(()))).unwrap();
        let sum: i64 = found.weights.iter().sum();
        assert!((parts[0] + parts[1] - sum).abs() < 20, "{parts:?} {sum}");
        let less = boilerplate_evidence(&batch, &model, 9, &mut || Ok(())).unwrap();
        assert_eq!((less.first, less.last), (vec![2, 7], vec![6, 9]));
    }
}
