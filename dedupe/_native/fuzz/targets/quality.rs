//! The counts behind quality signals: none is larger than what it is a part of.

#![no_main]

use _kernels::batch::Batch;
use _kernels::quality::{COLUMNS, StopWords, quality_counts};
use libfuzzer_sys::fuzz_target;
use shared::{Source, Texts, go_on, is_text, points};

const STOP_WORDS: [&[u8]; 6] = [b"the", b"of", b"and", "été".as_bytes(), b"der", b"a"];
const MASKS: [u64; 6] = [1, 1, 1, 2, 4, 1 << 63];

fuzz_target!(|data: &[u8]| {
    let mut source = Source::new(data);
    let (language, other) = ([0, 1, 2, u64::MAX][usize::from(source.byte() % 4)], source.number());
    let text = source.text();
    let stop_words = Texts::new(&STOP_WORDS);
    let stop_words = StopWords::new(stop_words.batch(), &MASKS).unwrap();
    let count = |batch: &Batch<u8>, languages: &[u64]| quality_counts(batch, &stop_words, languages, &mut go_on).unwrap();
    let texts = Texts::new(&[text, &text[other % (text.len() + 1)..], text]);
    let rows = count(&texts.batch(), &[language, 1, language]);
    assert_eq!(rows.len(), 3 * COLUMNS);
    let row: [i64; COLUMNS] = rows[..COLUMNS].try_into().unwrap();
    assert_eq!(row[..], rows[2 * COLUMNS..], "a text is counted as if it were the first");
    check(&row, text);
});

fn check(row: &[i64; COLUMNS], text: &[u8]) {
    let &[characters, letters, digits, upper, spaces, unreadable, mojibake, breaks, ref rest @ ..] = row;
    let &[words, plain_words, plain_characters, alphabetic, unspaced, stop_words, hashes, ellipses, ref rest @ ..] = rest;
    let &[lines, line_characters, bullets, ellipsis_lines, terminals, short, repeated, repeated_characters, ref rest @ ..] = rest;
    let &[paragraphs, again, again_characters, ref grams @ .., c4_lines, c4_sentences, lorem_ipsum, curly_bracket] = rest;
    assert!(row.iter().all(|&count| count >= 0));
    assert!(characters <= text.len() as i64);
    assert!(!is_text(text) || characters == points(text));
    assert!(letters + digits + spaces <= characters && upper <= letters);
    assert!(unreadable <= characters && mojibake <= characters && breaks <= spaces);
    assert!(words <= characters && plain_words <= words && alphabetic <= words && unspaced <= plain_words);
    assert!(plain_characters <= characters && stop_words <= plain_words.min(STOP_WORDS.len() as i64));
    assert!(hashes + ellipses <= characters);
    assert!(lines <= breaks + 1 && line_characters <= characters);
    for part in [bullets, ellipsis_lines, terminals, short, repeated, paragraphs, c4_lines] {
        assert!(part <= lines);
    }
    assert!(repeated < lines.max(1) && again < paragraphs.max(1));
    assert!(repeated_characters <= line_characters && again_characters <= characters);
    assert!(c4_lines <= c4_sentences && c4_sentences <= characters && lorem_ipsum + curly_bracket <= 1);
    assert_eq!(grams.len(), 9);
    for (n, &own) in (2..).zip(grams) {
        // The most frequent n-gram may overlap itself, and has spaces between its words.
        assert!(own <= if n <= 4 { n * (characters + words) } else { characters });
    }
}
