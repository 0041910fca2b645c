//! The boilerplate features and what models make of them: features are in range, scores as large as weights allow.

#![no_main]

use std::sync::OnceLock;

use _kernels::evidence;
use _kernels::features::{self, BUCKETS, SHAPE_VALUES, SHAPES};
use _kernels::linear::{self, COLUMNS, Categories, Linear};
use _kernels::network::{self, DIMENSIONS, HIDDEN, Network, OUTPUTS};
use _kernels::recurrence;
use _kernels::trees::{Features, Trees};
use libfuzzer_sys::fuzz_target;
use shared::{Source, Texts, check_offsets, go_on};

/// `LARGEST_SCALE` of `dedupe/kernels/reference/features.py`.
const LARGEST_SCALE: i64 = 1 << 40;
const CATEGORIES: usize = 3;

/// Weights that look random, of all sizes.
fn weights() -> &'static [i8] {
    static WEIGHTS: OnceLock<Vec<i8>> = OnceLock::new();
    WEIGHTS.get_or_init(|| {
        let weight = |i: usize| ((i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as i8;
        (0..CATEGORIES * BUCKETS).map(weight).collect()
    })
}

fuzz_target!(|data: &[u8]| {
    let mut source = Source::new(data);
    let scale = |source: &mut Source| source.integer() % (LARGEST_SCALE + 1);
    let (char_scale, word_scale) = (scale(&mut source), scale(&mut source));
    let (shift, other) = (source.byte() % 19, source.number());
    let bias: [i32; CATEGORIES] = std::array::from_fn(|_| source.integer() as i32);
    let shapes: [i32; SHAPES * SHAPE_VALUES] = std::array::from_fn(|i| bias[i % CATEGORIES]);
    let text = source.text();
    let texts = Texts::new(&[text, &text[other % (text.len() + 1)..], text]);
    let batch = texts.batch();

    let features = features::boilerplate_features(&batch, &mut go_on).unwrap();
    check_offsets(&features.char_offsets, features.chars.len());
    check_offsets(&features.word_offsets, features.words.len());
    assert!(features.chars.iter().chain(&features.words).all(|&bucket| (bucket as usize) < BUCKETS));
    assert_eq!(features.shapes.len(), 3 * SHAPES);
    assert!(features.shapes.iter().all(|&value| usize::from(value) < SHAPE_VALUES));
    let count = |offsets: &[i64]| (offsets[1] - offsets[0]) as usize;
    let counts = [count(&features.char_offsets), count(&features.word_offsets)];

    let weights = weights();
    let (chars, words) = (weights.first_chunk().unwrap(), weights.last_chunk().unwrap());
    let model = Linear { chars, words, shapes: &shapes, char_scale, word_scale };
    let parts = linear::boilerplate_scores(&batch, &model, &mut go_on).unwrap();
    assert_eq!(parts.len(), 3 * COLUMNS);
    assert_eq!(parts[..COLUMNS], parts[2 * COLUMNS..], "a text is scored as if it were the first");
    for ((&part, count), scale) in parts.iter().zip(counts).zip([char_scale, word_scale]) {
        assert!(is_in_range(part, count, scale), "{part} of {count} n-grams");
    }
    let shapes = parts[4..COLUMNS].iter().zip(&features.shapes);
    assert!(shapes.into_iter().all(|(&part, &shape)| part == i64::from(shape)));
    // A code point folds to a few others.
    assert!((0..=20 * text.len() as i64).contains(&parts[3]));

    let longest = other % 500;
    let evidence = evidence::boilerplate_evidence(&batch, &model, longest, &mut go_on).unwrap();
    check_offsets(&evidence.offsets, evidence.weights.len());
    let last = evidence.offsets[2] as usize;
    assert_eq!(evidence.weights[..evidence.offsets[1] as usize], evidence.weights[last..]);
    for own in evidence.offsets.windows(2) {
        let own = own[0] as usize..own[1] as usize;
        let mut end = 0;
        for (&first, &last) in evidence.first[own.clone()].iter().zip(&evidence.last[own]) {
            assert!(end <= first && first < last, "words follow each other");
            end = last;
        }
        assert!(end <= longest as i64);
    }
    let keys = recurrence::recurrence_keys(&batch, &mut go_on).unwrap();
    assert_eq!((keys.len(), keys[0]), (3, keys[2]));

    let rows = BUCKETS >> shift;
    let categories = Categories::new(&weights[..rows * CATEGORIES], &weights[..CATEGORIES], &bias, (char_scale, word_scale));
    let scores = linear::category_scores(&batch, &categories.unwrap(), &mut go_on).unwrap();
    assert_eq!(scores.len(), 3 * CATEGORIES);
    assert_eq!(scores[..CATEGORIES], scores[2 * CATEGORIES..]);

    let vectors = [&weights[..(rows >> 2).max(1) * DIMENSIONS], &weights[..DIMENSIONS]];
    let layer = |size: usize| (0..size).map(|i| bias[i % CATEGORIES] >> 18).collect::<Vec<_>>();
    let (hidden, output) = (layer((DIMENSIONS + 1) * HIDDEN), layer((HIDDEN + 1) * OUTPUTS));
    let network = Network::new(vectors, &hidden, &output, [char_scale >> 10, word_scale >> 10]).unwrap();
    let scores = network::network_scores(&batch, &model, &network, &mut go_on).unwrap();
    let width = network::WIDTH;
    assert_eq!(scores.len(), 3 * width);
    assert_eq!(scores[..width], scores[2 * width..]);
    assert_eq!(scores[..COLUMNS], parts[..COLUMNS], "the network adds columns");

    // Up to the length of the text, then above it.
    let trees = Trees {
        column: &[3, 0, 0],
        threshold: &[parts[3], 0, 0],
        left: &[1, 1, 2],
        right: &[2, 1, 2],
        value: &[0, i64::from(bias[0]), i64::from(bias[1])],
        roots: &[0, 2],
    };
    let scores = trees.scores(Features { values: &parts, columns: COLUMNS, by_column: false }, &mut go_on).unwrap();
    assert_eq!(scores[0], i64::from(bias[0]) + i64::from(bias[1]));
    assert_eq!(scores.len(), 3);
});

/// Whether a part is at most what the largest weight makes of each n-gram, or a little more by rounding.
fn is_in_range(part: i64, count: usize, scale: i64) -> bool {
    let most = 128.0 * (count as f64).sqrt() * scale.unsigned_abs() as f64 / 256.0;
    (part as f64).abs() <= most * (1.0 + 1e-6) + 1.0
}
