//! Kernels that take arrays of numbers, which come from files too: whatever stands in them, the answer leads nowhere else.
//!
//! Numbers are of any size; a kernel refuses them, or answers as `check` says.

#![no_main]

use std::collections::HashSet;

use _kernels::batch::Batch;
use _kernels::buckets::{components, equal_runs, unite};
use _kernels::entries::{find_entries, sort_entries};
use _kernels::groups::Grouping;
use _kernels::passages::align::{COLUMNS, UnitPlaces, align_units};
use _kernels::passages::ends::fit_ends;
use _kernels::passages::letter_places::letter_places;
use _kernels::passages::letters::Letters;
use _kernels::passages::shared::shared_anchors;
use _kernels::passages::stretches::same_stretches;
use _kernels::passages::{Preset, Wanted, across};
use _kernels::places;
use _kernels::rows::{self, Column};
use _kernels::sets::{PlacedSets, overlap};
use _kernels::shingle::Unit;
use _kernels::trees::{Features, Trees};
use libfuzzer_sys::fuzz_target;
use shared::{Source, Texts, go_on};

const MOST: usize = 40;

fuzz_target!(|data: &[u8]| {
    let mut source = Source::new(data);
    match source.byte() % 12 {
        0 => entries(source),
        1 => joined(source),
        2 => grouped(source),
        3 => runs(source),
        4 => sets(source),
        5 => trees(source),
        6 => regions(source),
        7 => places(source),
        8 => fitted(source),
        9 => aligned(source),
        10 => stretches(source),
        _ => refused(source),
    }
});

fn unsigned(source: &mut Source) -> Vec<u64> {
    source.integers(MOST).into_iter().map(|number| number as u64).collect()
}

fn small(source: &mut Source) -> Vec<u32> {
    source.integers(MOST).into_iter().map(|number| number as u32).collect()
}

fn nodes(source: &mut Source) -> Vec<i32> {
    source.integers(MOST).into_iter().map(|number| number as i32).collect()
}

/// Offsets that fit, or any.
fn offsets(source: &mut Source, items: usize) -> Vec<i64> {
    if source.byte() % 4 == 0 { source.integers(MOST) } else { source.offsets(MOST, items) }
}

/// As many numbers as wanted.
fn filled(source: &mut Source, count: usize) -> Vec<i64> {
    (0..count).map(|_| source.integer()).collect()
}

fn entries(mut source: Source) {
    let (mut run, keys, units) = (unsigned(&mut source), unsigned(&mut source), small(&mut source));
    if let Ok((sorted_keys, sorted_units)) = sort_entries(&keys, &units, &mut go_on) {
        let mut plain: Vec<(u64, u32)> = keys.iter().copied().zip(units).collect();
        plain.sort_unstable();
        assert!(plain.into_iter().eq(sorted_keys.into_iter().zip(sorted_units)));
    }
    // A run of a damaged file does not ascend.
    for _ in 0..2 {
        if let Ok((low, high)) = find_entries(&run, &keys, &mut go_on) {
            for ((&key, low), high) in keys.iter().zip(low).zip(high) {
                assert!(0 <= low && low <= high && high <= run.len() as i64);
                if run.is_sorted() {
                    assert_eq!(low as usize, run.partition_point(|&other| other < key));
                    assert_eq!(high as usize, run.partition_point(|&other| other <= key));
                }
            }
        }
        run.sort_unstable();
    }
}

fn joined(mut source: Source) {
    let (mut parent, members, sizes) = (small(&mut source), small(&mut source), small(&mut source));
    if unite(&mut parent, &members, &sizes, &mut go_on).is_ok() {
        assert!(parent.iter().enumerate().all(|(unit, &above)| above as usize <= unit));
    }
    let count = usize::from(source.byte());
    let members = source.integers(MOST);
    let offsets = offsets(&mut source, members.len());
    let Ok(buckets) = Batch::adjacent(&members, &offsets) else { return };
    if let Ok(labels) = components(buckets, count, &mut go_on) {
        assert_eq!(labels.len(), count);
        for (unit, &label) in labels.iter().enumerate() {
            assert!(0 <= label && label as usize <= unit && labels[label as usize] == label);
        }
    }
}

fn grouped(mut source: Source) {
    let (members, mut values) = (source.integers(MOST), unsigned(&mut source));
    if source.byte() % 4 > 0 {
        values.sort_unstable();
        values.dedup();
    }
    let (bounds, bucket_bounds) = (offsets(&mut source, values.len()), offsets(&mut source, members.len()));
    let (Ok(buckets), Ok(sets)) = (Batch::adjacent(&members, &bucket_bounds), Batch::adjacent(&values, &bounds)) else { return };
    let count = sets.len();
    let rank = filled(&mut source, count);
    let pinned: Vec<u8> = rank.iter().map(|&rank| u8::from(rank % 7 == 3)).collect();
    let rejected: HashSet<(i64, i64)> = source.integers(MOST).as_chunks::<2>().0.iter().map(|pair| (pair[0], pair[1])).collect();
    let threshold = f64::from(source.byte()) / 255.0;
    let has_facts = source.byte() % 2 == 0;
    let text = source.text();
    let ends: Vec<i64> = (0..=count).map(|i| (i * text.len() / count.max(1)) as i64).collect();
    let facts = has_facts.then(|| Batch::adjacent(text, &ends).unwrap());
    let grouping = Grouping { buckets, sets, pinned: &pinned, threshold, facts };
    if let Ok(pairs) = grouping.pairs(&mut go_on) {
        assert!(pairs.a.iter().zip(&pairs.b).all(|(a, b)| 0 <= *a && a < b && *b < count as i64));
        assert!(pairs.similarity.iter().all(|similarity| (threshold..=1.0).contains(similarity)));
    }
    let Ok(groups) = grouping.group(&rank, &rejected, &mut go_on) else { return };
    assert_eq!((groups.kept.len(), groups.similarity.len()), (count, count));
    for (unit, (&kept, &similarity)) in groups.kept.iter().zip(&groups.similarity).enumerate() {
        assert_eq!(groups.kept[kept as usize], kept, "a kept unit joins no other");
        assert!(threshold <= similarity && similarity <= 1.0 && (pinned[unit] == 0 || kept == unit as i64));
    }
}

fn runs(mut source: Source) {
    let values = unsigned(&mut source);
    let (positions, starts) = equal_runs(&values, &mut go_on).unwrap();
    assert!(starts.windows(2).all(|run| run[1] - run[0] > 1));
    let mut seen = 0;
    for run in starts.windows(2) {
        let own = &positions[run[0] as usize..run[1] as usize];
        assert!(own.is_sorted() && own.iter().all(|&place| values[place as usize] == values[own[0] as usize]));
        seen += own.len();
    }
    let again = values.iter().filter(|&value| values.iter().filter(|&other| other == value).count() > 1).count();
    assert_eq!(seen, again);
    let owners = small(&mut source);
    if let Ok(shared) = shared_anchors(&values, &owners, &mut go_on) {
        assert!(shared.a.iter().zip(&shared.b).all(|(a, b)| a < b) && shared.count.iter().all(|&count| count > 0));
    }
}

fn sets(mut source: Source) {
    let (values, positions, begins) = (unsigned(&mut source), small(&mut source), small(&mut source));
    let (bounds, begin_bounds) = (offsets(&mut source, values.len()), offsets(&mut source, begins.len()));
    let (a, b) = (source.integers(MOST), source.integers(MOST));
    let unit = if source.byte() % 2 == 0 { Unit::Word } else { Unit::Char };
    let n = 1 + usize::from(source.byte()) % 32;
    let text = source.text();
    let Ok(sets) = Batch::adjacent(&values, &bounds) else { return };
    if let Ok(counts) = sets.pairs(&a, &b, &mut go_on, |i, j, pace| overlap(sets.item(i), sets.item(j), pace)) {
        for ((&i, &j), count) in a.iter().zip(&b).zip(counts) {
            assert!(count <= sets.item(i as usize).len().min(sets.item(j as usize).len()));
        }
    }
    let (Ok(positions), Ok(begins)) = (Batch::adjacent(&positions, &bounds), Batch::adjacent(&begins, &begin_bounds)) else {
        return;
    };
    let ends: Vec<i64> = (0..=sets.len()).map(|i| (i * text.len() / sets.len().max(1)) as i64).collect();
    let folded = Batch::adjacent(text, &ends).unwrap();
    if begins.len() == sets.len() {
        let placed = PlacedSets { sets, positions, begins, folded, unit, n };
        let _ = sets.pairs(&a, &b, &mut go_on, |i, j, pace| placed.confirm(i, j, pace));
    }
}

fn trees(mut source: Source) {
    let (column, left, right, roots) = (nodes(&mut source), nodes(&mut source), nodes(&mut source), nodes(&mut source));
    let (threshold, value) = (filled(&mut source, left.len()), filled(&mut source, left.len()));
    let columns = usize::from(source.byte()) % 20;
    let by_column = source.byte() % 2 == 1;
    let features = source.integers(200);
    let trees = Trees { column: &column, threshold: &threshold, left: &left, right: &right, value: &value, roots: &roots };
    if let Ok(scores) = trees.scores(Features { values: &features, columns, by_column }, &mut go_on) {
        assert_eq!(scores.len(), features.len() / columns);
    }
}

fn regions(mut source: Source) {
    let (hashes, mut places) = (small(&mut source), small(&mut source));
    places.resize(hashes.len(), 0);
    let (starts, ends) = (source.integers(MOST), source.integers(MOST));
    let preset = [Preset::Prose, Preset::Template, Preset::Exact][usize::from(source.byte() % 3)];
    let wanted = Wanted { min_length: 1 + source.number() as i64 % 100, preset };
    let mut documents = source.integers(6);
    let free = source.byte();
    let parts = documents.len();
    let mut cuts: Vec<usize> = (0..parts.saturating_sub(1)).map(|_| source.number()).collect();
    let units: Vec<u16> = source.text().iter().map(|&byte| if byte < 0x80 { u16::from(byte) } else { 0x4E00 }).collect();
    if free % 4 > 0 {
        documents.sort_unstable();
    }
    cuts.iter_mut().for_each(|cut| *cut %= units.len() + 1);
    cuts.extend([0, units.len()]);
    cuts.sort_unstable();
    let bounds: Vec<i64> = cuts.into_iter().map(|cut| cut as i64).collect();
    let Ok(letters) = Letters::new(&units, &bounds, &documents) else { return };
    let Ok(found) = across(&letters, &hashes, &places, (&starts, &ends), wanted, &mut go_on) else { return };
    for &[a, a_end, b, b_end] in found.sections.as_chunks::<4>().0 {
        assert!(0 <= a && a <= a_end && a_end <= b && b <= b_end && b_end <= units.len() as i64);
    }
}

/// A text in two parts.
fn halves<'a>(mut source: Source<'a>) -> [&'a [u8]; 2] {
    let cut = source.number();
    let text = source.text();
    text.split_at(cut % (text.len() + 1)).into()
}

fn places(mut source: Source) {
    let (texts, first, last) = (source.integers(MOST), source.integers(MOST), source.integers(MOST));
    let own = Texts::new(&halves(source));
    let batch = own.batch();
    if let Ok(spans) = letter_places(&batch, &texts, &first, &last, &mut go_on) {
        for (i, &text) in texts.iter().enumerate() {
            let size = batch.item(text as usize).len() as i64;
            assert!(0 <= spans.starts[i] && spans.starts[i] <= spans.ends[i] && spans.ends[i] <= size);
            assert!(0 <= spans.first[i] && spans.first[i] <= spans.last[i] && spans.last[i] <= size);
        }
    }
    if let Ok((starts, ends)) = places::byte_places(&batch, &texts, &first, &last, &mut go_on) {
        assert!(starts.iter().chain(&ends).all(|&place| 0 <= place && place <= own.buffer.len() as i64));
    }
    let _ = places::place_lines(&batch, &texts, &first, &last, &mut go_on);
    let floats: Vec<f64> = texts.iter().map(|&bits| f64::from_bits(bits as u64)).collect();
    let columns = [Column::Floats(&floats), Column::Whole(&texts), Column::Texts(batch, &texts)];
    let heads = Texts::new(&[b"[", b",", b",", b"]"]);
    let lines = rows::row_lines(&heads.batch(), &columns, &mut go_on);
    assert!(lines.is_ok() == texts.iter().all(|&text| (0..batch.len() as i64).contains(&text)));
}

fn fitted(mut source: Source) {
    let (a, b) = (source.integers(MOST), source.integers(MOST));
    let (slack, snap) = (filled(&mut source, a.len() / 5), source.byte() % 2 == 0);
    let own = Texts::new(&halves(source));
    let batch = own.batch();
    let Ok(fitted) = fit_ends(&batch, &a, &b, &slack, snap, &mut go_on) else { return };
    for (rows, fitted) in [a, b].iter().zip(fitted) {
        for (row, place) in rows.as_chunks::<5>().0.iter().zip(fitted.as_chunks::<4>().0) {
            assert!(0 <= place[0] && place[0] <= place[1] && place[1] <= batch.item(row[0] as usize).len() as i64);
        }
    }
}

fn aligned(mut source: Source) {
    let (first, last, letters) = (source.integers(MOST), source.integers(MOST), source.byte() % 2 == 0);
    let offsets = offsets(&mut source, first.len());
    let [one, other] = halves(source);
    let (left, right) = (Texts::new(&[one]), Texts::new(&[other]));
    let units = UnitPlaces { offsets: &offsets, first: &first, last: &last };
    let Ok(out) = align_units(&left.batch(), &right.batch(), &units, letters, &mut go_on) else { return };
    for row in out.as_chunks::<COLUMNS>().0 {
        assert!(row.iter().all(|&number| number >= 0) && row[1] <= row[0] && row[2] <= row[3] && row[6] <= row[7]);
        assert!(row[3] <= one.len() as i64 && row[7] <= other.len() as i64);
    }
}

fn stretches(mut source: Source) {
    let (texts, starts, ends) = (source.integers(MOST), source.integers(MOST), source.integers(MOST));
    if let Ok(same) = same_stretches(&texts, &starts, &ends, &mut go_on) {
        assert!(same.iter().zip(0..).all(|(&first, number)| first <= number && same[first as usize] == first));
    }
}

/// Batches with any places are refused, or hold what lies inside.
fn refused(mut source: Source) {
    let (starts, ends) = (source.integers(MOST), source.integers(MOST));
    let text = source.text();
    let Ok(batch) = Batch::new(text, &starts, &ends) else { return };
    let total: usize = (0..batch.len()).map(|i| batch.item(i).len()).sum();
    assert_eq!(places::join(&batch).len(), total);
}
