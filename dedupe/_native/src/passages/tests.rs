//! Whole searches, and the extension against a plain table.

use std::collections::HashMap;

use super::extend::{Extender, FARTHEST, Gain};
use super::letter_places::letter_places;
use super::letters::{Letters, is_wide, letters};
use super::*;
use crate::batch::Batch;

/// Numbers that look random.
struct Source(u32);

impl Source {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 16) % limit
    }

    fn word(&mut self) -> String {
        (0..2 + self.below(7)).map(|_| char::from(b'a' + self.below(20) as u8)).collect()
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// The texts as a batch, and their letters.
fn with_letters<T>(texts: &[&str], work: impl FnOnce(&Batch<u8>, &Letters) -> T) -> T {
    let buffer = texts.concat().into_bytes();
    let mut offsets = vec![0];
    texts.iter().for_each(|text| offsets.push(offsets[offsets.len() - 1] + text.len() as i64));
    let batch = Batch::new(&buffer, &offsets[..texts.len()], &offsets[1..]).unwrap();
    let (units, bounds) = letters(&batch, &mut || Ok(())).unwrap();
    let documents: Vec<i64> = (0..texts.len() as i64).collect();
    work(&batch, &Letters::new(&units, &bounds, &documents).unwrap())
}

/// The same extension over all cells that can be reached, one after the other.
fn extended(a: &[u16], b: &[u16]) -> Gain {
    let weight = |unit: u16| 1 + i64::from(is_wide(unit));
    let (mut before, mut last) = (HashMap::new(), HashMap::from([(0, (0, 0))]));
    let (mut best, mut gain) = (0, Gain::default());
    for sum in 1..=a.len() + b.len() {
        let mut cells: HashMap<usize, (i64, i64)> = HashMap::new();
        let reached: Vec<usize> = before.keys().chain(last.keys()).copied().collect();
        let (Some(&low), Some(&high)) = (reached.iter().min(), reached.iter().max()) else { break };
        for i in low.max(sum.saturating_sub(b.len()))..=(high + 1).min(sum).min(a.len()) {
            let j = sum - i;
            let from = |cells: &HashMap<usize, (i64, i64)>, i: Option<usize>| i.and_then(|i| cells.get(&i).copied());
            let up = from(&last, i.checked_sub(1)).map(|(score, matched)| (score - 3 * weight(a[i - 1]), matched));
            let left = from(&last, (j > 0).then_some(i)).map(|(score, matched)| (score - 3 * weight(b[j - 1]), matched));
            let diagonal = from(&before, i.checked_sub(1).filter(|_| j > 0)).map(|(score, matched)| {
                let (x, y) = (a[i - 1], b[j - 1]);
                if x == y {
                    (score + 2 * weight(x), matched + weight(x))
                } else {
                    (score - 3 * weight(x).max(weight(y)), matched)
                }
            });
            if let Some(cell) = [up, left, diagonal].into_iter().flatten().max()
                && cell.0 >= best - 40
            {
                cells.insert(i, cell);
            }
        }
        if let Some(&top) = cells.values().max()
            && top.0 > best
        {
            let a = cells.iter().filter(|(_, cell)| **cell == top).map(|(&i, _)| i).min().unwrap();
            (best, gain) = (top.0, Gain { a, b: sum - a, matched: top.1 });
        }
        before = std::mem::replace(&mut last, cells);
    }
    gain
}

#[test]
fn extension_equals_the_plain_table() {
    let mut source = Source(3);
    let mut extender = Extender::default();
    for round in 0..302 {
        // At last, farther than an end may be extended.
        let length = if round < 300 { [3, 20, 33, 64, 90, 150][round % 6] } else { FARTHEST + 60 };
        let unit = |source: &mut Source| if source.below(5) == 0 { 0x65E5 } else { 97 + source.below(6) as u16 };
        let one: Vec<u16> = (0..length).map(|_| unit(&mut source)).collect();
        let mut other = Vec::new();
        for &own in &one {
            match source.below(if round < 300 { 12 } else { 40 }) {
                0 => {}
                1 => other.extend([own, unit(&mut source)]),
                2 => other.push(unit(&mut source)),
                _ => other.push(own),
            }
        }
        let cut = source.below(other.len() as u32 + 1) as usize;
        other.truncate(if round % 2 == 0 || round > 300 { other.len() } else { cut });
        let (mut units, middle) = (one.clone(), one.len());
        units.extend(&other);
        let all = Letters::new(&units, &[0, middle as i64, units.len() as i64], &[0, 1]).map(|letters| {
            let on = extender.extend::<true>(&letters, (0, middle), (middle, letters.units.len()));
            let back = extender.extend::<false>(&letters, (middle, 0), (letters.units.len(), middle));
            (on, back)
        });
        let near = |side: &[u16]| side[..side.len().min(FARTHEST)].to_vec();
        let reversed = |side: &[u16]| near(&side.iter().rev().copied().collect::<Vec<_>>());
        let expected = (extended(&near(&one), &near(&other)), extended(&reversed(&one), &reversed(&other)));
        assert!(round < 300 || expected.0.a > FARTHEST - 60);
        assert_eq!(all.unwrap(), expected);
    }
}

#[test]
fn repeats_are_found_and_fitted() {
    let mut source = Source(1);
    let block = source.words(40);
    let edited: Vec<&str> = block.split(' ').enumerate().filter(|(i, _)| i % 13 != 7).map(|(_, word)| word).collect();
    let inside = format!("{} {block} {} {block}.", source.words(30), source.words(30));
    let across = format!("{} 日本語 {}. {}", source.words(20), edited.join(" "), source.words(20));
    with_letters(&[&inside, &across], |batch, letters| {
        let wanted = Wanted { min_length: 60, preset: Preset::Prose };
        let (found, covered) = within(letters, 10, 6, Some(wanted), &mut || Ok(())).unwrap();
        assert_eq!(found.offsets, [0, 1]);
        let (hashes, places) = anchors::anchors(letters, 14, 12, &mut || Ok(())).unwrap();
        let hashes: Vec<u32> = hashes.iter().map(|&hash| hash as u32).collect();
        let both = super::across(letters, &hashes, &places, (&covered.starts, &covered.ends), wanted, &mut || Ok(())).unwrap();
        assert_eq!(both.offsets, [0, 1, 2]);
        let (start, end) = (found.sections[0], found.sections[1]);
        let spans = letter_places(batch, &[0], &[start], &[end], &mut || Ok(())).unwrap();
        let place = spans.starts[0] as usize..spans.ends[0] as usize;
        assert!(inside[place].contains(&block));
        let row = |text: i64, own: &str, part: &str| {
            let start = own.find(part).unwrap() as i64;
            [text, start, start + part.len() as i64, start, start + part.len() as i64]
        };
        let words: Vec<&str> = block.split(' ').collect();
        let (a, b) = (row(0, &inside, &words[1..].join(" ")), row(1, &across, edited[1..].join(" ").as_str()));
        let [one, _] = ends::fit_ends(batch, &a, &b, &[40], true, &mut || Ok(())).unwrap();
        assert_eq!(one[0], a[1]);
    });
}

#[test]
fn the_first_of_what_is_mostly_the_same_stands_for_it() {
    let same = stretches::same_stretches(&[0, 0, 1, 0], &[0, 2, 2, 90], &[50, 52, 52, 99], &mut || Ok(())).unwrap();
    assert_eq!(same, [0, 0, 2, 3]);
}

#[test]
fn anchors_that_are_equal_by_chance_make_no_passage() {
    with_letters(&["abc", "xyz"], |_, letters| {
        let wanted = Wanted { min_length: 1, preset: Preset::Prose };
        let found = super::across(letters, &[7, 7], &[0, 3], (&[], &[]), wanted, &mut || Ok(())).unwrap();
        assert_eq!(found.offsets, [0]);
    });
}

#[test]
fn what_repeats_cover_lies_among_the_letters() {
    with_letters(&["abc", "xyz"], |_, letters| {
        let wanted = Wanted { min_length: 1, preset: Preset::Prose };
        let search = |starts: &[i64], ends: &[i64]| super::across(letters, &[], &[], (starts, ends), wanted, &mut || Ok(()));
        assert!(search(&[0, 3], &[2, 6]).is_ok());
        for (starts, ends) in [(&[0, 0][..], &[-1, 0][..]), (&[1, 5], &[4, 4]), (&[-1], &[2]), (&[0], &[7]), (&[0], &[])] {
            assert!(search(starts, ends).is_err());
        }
    });
}

#[test]
fn ends_of_what_is_no_stretch_are_refused() {
    with_letters(&["one two three", "one two three"], |batch, _| {
        let fit = |end: i64, slack: i64| {
            let row = |text: i64| [text, 0, 13, 0, end];
            ends::fit_ends(batch, &row(0), &row(1), &[slack], true, &mut || Ok(()))
        };
        for slack in [i64::MIN, 0, i64::MAX] {
            assert_eq!(fit(13, slack).unwrap(), [vec![0, 13, 0, 13], vec![0, 13, 0, 13]]);
        }
        assert!(fit(14, 0).is_err() && fit(i64::MAX, 0).is_err());
    });
}

#[test]
fn letters_beyond_a_text_are_at_its_ends() {
    with_letters(&["one two"], |batch, _| {
        for far in [99, i64::MAX / 2, i64::MAX] {
            let spans = letter_places(batch, &[0, 0], &[-far, 3], &[3, far], &mut || Ok(())).unwrap();
            assert_eq!((spans.starts, spans.ends), (vec![0, 4], vec![3, 7]));
        }
    });
}
