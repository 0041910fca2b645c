//! The search for passages, from texts to fitted and counted stretches.

#![no_main]

use _kernels::batch::Batch;
use _kernels::passages::align::{self, UnitPlaces, align_units};
use _kernels::passages::anchors::anchors;
use _kernels::passages::common::common_tokens;
use _kernels::passages::ends::fit_ends;
use _kernels::passages::letter_places::letter_places;
use _kernels::passages::letters::{Letters, letters};
use _kernels::passages::stretches::same_stretches;
use _kernels::passages::surroundings::surroundings;
use _kernels::passages::{Found, Preset, Wanted, across, within};
use libfuzzer_sys::fuzz_target;
use shared::{LONGEST, Source, Texts, go_on, is_boundary, is_text, points};

fuzz_target!(|data: &[u8]| {
    let mut source = Source::new(data);
    let options = source.byte();
    let preset = [Preset::Prose, Preset::Template, Preset::Exact][usize::from(options % 3)];
    let snap = options & 0x80 == 0;
    // Most short, as texts are; the longest that there may be.
    let min_length = match source.number() {
        0xFFFF => 1 << 32,
        number => 1 + number as i64 % 300,
    };
    let (texts, documents) = read(source.text());
    let texts = Texts::new(&texts.iter().map(|text| &text[..]).collect::<Vec<_>>());
    search(&texts.batch(), &documents, Wanted { min_length, preset }, snap);
});

/// Texts and the documents that they are of. Byte 0 ends a text, 1 a document; 2 stands for a stretch that came before,
/// whose distance and length follow.
fn read(data: &[u8]) -> (Vec<Vec<u8>>, Vec<i64>) {
    let (mut texts, mut documents, mut all) = (vec![Vec::new()], vec![0], Vec::new());
    let mut bytes = data.iter().copied();
    while let Some(byte) = bytes.next().filter(|_| all.len() < LONGEST) {
        let last = texts.len() - 1;
        match byte {
            0 | 1 => {
                texts.push(Vec::new());
                documents.push(documents[last] + i64::from(byte));
            }
            2 => {
                let mut next = || usize::from(bytes.next().unwrap_or(0));
                let (distance, length) = (1 + 8 * next(), 1 + 4 * next());
                let from = all.len().saturating_sub(distance);
                let copy = all[from..all.len().min(from + length)].to_vec();
                texts[last].extend(&copy);
                all.extend(copy);
            }
            _ => {
                texts[last].push(byte);
                all.push(byte);
            }
        }
    }
    (texts, documents)
}

/// Anchors as `dedupe/passages/find.py` samples them.
fn sampling(k: usize, window: usize, min_length: i64) -> (usize, usize) {
    (k.min(min_length as usize / 2).max(4), window.min(min_length as usize / 4).max(1))
}

fn search(batch: &Batch<u8>, documents: &[i64], wanted: Wanted, snap: bool) {
    let (units, bounds) = letters(batch, &mut go_on).unwrap();
    let letters = Letters::new(&units, &bounds, documents).unwrap();
    let (k, window) = sampling(10, 6, wanted.min_length);
    let (inside, covered) = within(&letters, k, window, Some(wanted), &mut go_on).unwrap();
    let apart = covered.starts.iter().zip(&covered.ends).all(|(start, end)| start < end);
    assert!(apart && covered.ends.iter().zip(covered.starts.iter().skip(1)).all(|(end, start)| end <= start));
    place(batch, &letters, &inside, wanted, snap);

    let (k, window) = sampling(14, 12, wanted.min_length);
    let (hashes, places) = anchors(&letters, k, window, &mut go_on).unwrap();
    assert!(places.is_sorted() && places.iter().all(|&place| (place as usize) < units.len()));
    let (before, behind) = surroundings(&units, &bounds, &places, (k, 1 + window), &mut go_on).unwrap();
    assert!(before.len() == places.len() && behind.len() == places.len());
    let hashes: Vec<u32> = hashes.iter().map(|&hash| hash as u32).collect();
    let between = across(&letters, &hashes, &places, (&covered.starts, &covered.ends), wanted, &mut go_on).unwrap();
    for row in between.sections.as_chunks::<4>().0 {
        let [one, other] = [row[0], row[2]].map(|place| letters.documents[letters.text(place as usize)]);
        assert!(one < other);
    }
    place(batch, &letters, &between, wanted, snap);
}

/// Check regions, and find the stretches of texts that they stand for.
fn place(batch: &Batch<u8>, letters: &Letters, found: &Found, wanted: Wanted, snap: bool) {
    let rows = found.sections.as_chunks::<4>().0;
    shared::check_offsets(&found.offsets, rows.len());
    let (mut a, mut b) = ([const { Vec::new() }; 3], [const { Vec::new() }; 3]);
    for place in found.offsets.windows(2) {
        let own = &rows[place[0] as usize..place[1] as usize];
        assert!(!own.is_empty());
        for (side, (low, high)) in [&mut a, &mut b].into_iter().zip([(0, 1), (2, 3)]) {
            let start = own.iter().map(|row| row[low]).min().unwrap();
            let end = own.iter().map(|row| row[high]).max().unwrap();
            assert!(0 <= start && start < end && own.iter().all(|row| row[low] <= row[high]));
            let text = letters.text(start as usize);
            let (first, last) = letters.bounds_of(text);
            assert!(first <= start as usize && end as usize <= last, "a region lies in one text");
            assert!(letters.weight(start as usize, end as usize) >= wanted.min_length);
            for (column, number) in side.iter_mut().zip([text as i64, start - first as i64, end - first as i64]) {
                column.push(number);
            }
        }
        if wanted.preset == Preset::Exact {
            let side = |low: usize, high: usize| &letters.units[own[0][low] as usize..own[0][high] as usize];
            assert!(own.len() == 1 && side(0, 1) == side(2, 3));
        }
    }
    let one = stretches(batch, &a);
    let other = stretches(batch, &b);
    let rows = |numbers: &[[i64; 5]]| numbers.concat();
    let slack: Vec<i64> = a[1].iter().zip(&a[2]).map(|(start, end)| end - start - wanted.min_length).collect();
    let [left, right] = fit_ends(batch, &rows(&one), &rows(&other), &slack, snap, &mut go_on).unwrap();
    let (left, right) = (checked(batch, &one, &left), checked(batch, &other, &right));
    let first: Vec<i64> = left.iter().map(|row| row[1]).collect();
    let last: Vec<i64> = left.iter().map(|row| row[2]).collect();
    let same = same_stretches(&a[0], &first, &last, &mut go_on).unwrap();
    assert!(same.iter().enumerate().all(|(number, &first)| first <= number as i64 && same[first as usize] == first));
    for (one, other) in left.iter().zip(&right) {
        if one[0] == other[0] {
            assert!(one[2] <= other[1] || one[1] == one[2] || other[1] == other[2], "the sides of a passage lie apart");
        }
        compare(text_of(batch, one), text_of(batch, other));
    }
}

/// The places of letters: text, first byte and end, first code point and end.
fn stretches(batch: &Batch<u8>, [texts, first, last]: &[Vec<i64>; 3]) -> Vec<[i64; 5]> {
    let out = letter_places(batch, texts, first, last, &mut go_on).unwrap();
    let rows: Vec<[i64; 5]> =
        (0..texts.len()).map(|i| [texts[i], out.starts[i], out.ends[i], out.first[i], out.last[i]]).collect();
    let flat = rows.iter().flat_map(|row| &row[1..]).copied().collect::<Vec<_>>();
    checked(batch, &rows, &flat)
}

/// Rows with other places, after checking that these are places of their texts.
fn checked(batch: &Batch<u8>, rows: &[[i64; 5]], places: &[i64]) -> Vec<[i64; 5]> {
    let places = places.as_chunks::<4>().0;
    assert_eq!(rows.len(), places.len());
    let out = rows.iter().zip(places).map(|(row, &[first, last, start, end])| {
        let text = batch.item(row[0] as usize);
        assert!(0 <= first && first <= last && last <= text.len() as i64, "{first} to {last} of {}", text.len());
        // Code points are counted in several ways, which agree on texts.
        if is_text(text) {
            assert!(is_boundary(text, first as usize) && is_boundary(text, last as usize));
            assert_eq!((start, end), (points(&text[..first as usize]), points(&text[..last as usize])));
        }
        [row[0], first, last, start, end]
    });
    out.collect()
}

fn text_of<'a>(batch: &Batch<'a, u8>, row: &[i64; 5]) -> &'a [u8] {
    &batch.item(row[0] as usize)[row[1] as usize..row[2] as usize]
}

/// Check what is counted in two stretches, and how they are aligned.
fn compare(one: &[u8], other: &[u8]) {
    let (left, right) = (Texts::new(&[one]), Texts::new(&[other]));
    let common = common_tokens(&left.batch(), &right.batch(), &mut go_on).unwrap();
    let (matched, a, b) = (common.matched[0], common.left[0], common.right[0]);
    assert!(0 <= matched && matched <= a.min(b), "the similarity is at most 1");
    let back = common_tokens(&right.batch(), &left.batch(), &mut go_on).unwrap();
    assert_eq!((back.matched[0], back.left[0], back.right[0]), (matched, b, a));
    let end = [one.len() as i64 + 1];
    for of_letters in [false, true] {
        let units = UnitPlaces { offsets: &[0, 1], first: &[0], last: &end };
        let row = align_units(&left.batch(), &right.batch(), &units, of_letters, &mut go_on).unwrap();
        let &[own, aligned, start, end, before, behind, facing, facing_end, _, count] =
            row.first_chunk::<{ align::COLUMNS }>().unwrap();
        assert!(0 <= aligned && aligned <= own && aligned <= count && (of_letters || own == a));
        assert!(of_letters || aligned <= matched);
        assert!(0 <= start && start <= end && end <= one.len() as i64);
        assert!(0 <= facing && facing <= facing_end && facing_end <= other.len() as i64);
        assert!(0 <= before && 0 <= behind && before + behind <= own);
    }
}
