//! The ends of passages: they lie in the matched core, at the edges of sentences where these are near. The twin of
//! `dedupe/kernels/reference/passages/ends.py`, which documents the rules.

use super::common::common_subsequence;
use super::edges::{Beside, SNAP, Sight, Words, equal_edges};
use super::outermost::{Edge, Stretch, Tokens};
use crate::batch::Batch;
use crate::equal::{common_prefix, common_suffix};
use crate::failure::{Failure, Poll, Stop};
use crate::pace::poll_at;
use crate::points::count_points;

/// Tokens at either end among which a match is looked for; and those among which a firm one is.
const EDGE: usize = 4;
const FAR: usize = 8;
/// Bytes of folded letters that must be equal for a firm match, however they are spaced.
const FIRM: usize = 12;
/// How far an end may move to the edge of a sentence, as a share of the passage.
const SNAP_SHARE: i64 = 4;
/// More than the letters of a text weigh.
const MOST: i64 = 1 << 40;
/// Tokens by which the two sides may differ beyond their inner edges.
const UNEVEN: usize = 2;

/// Finds the ends of passages; its buffers are reused.
#[derive(Default)]
pub struct Ends {
    words: Words,
    tokens: [Tokens; 2],
    sights: [Sight; 2],
}

/// Fit the ends of a passage's two sides to each other and, if wanted, to sentences: what each side is then. The letters
/// that it may lose weigh `left`.
pub fn fit(
    ends: &mut Ends,
    texts: [&[u8]; 2],
    mut sides: [Stretch; 2],
    same: bool,
    left: i64,
    snap: bool,
    poll: Poll,
) -> Result<[Stretch; 2], Stop> {
    let lost = ends.cut(texts, &mut sides, poll)?;
    for ((sight, text), side) in ends.sights.iter_mut().zip(texts).zip(&sides) {
        sight.look(text, side.first, side.last);
    }
    ends.moved(texts, sides, same, left - lost, snap, poll)
}

/// Where an end moves, of both sides.
#[derive(Clone, Copy)]
enum Move {
    /// Out, by code points.
    Out([usize; 2]),
    /// In to a byte.
    In([usize; 2]),
}

impl Ends {
    /// Cut both sides so that they begin and end with the same token; answers with what the heavier cuts weigh.
    fn cut(&mut self, texts: [&[u8]; 2], sides: &mut [Stretch; 2], poll: Poll) -> Result<i64, Stop> {
        let Ends { words: Words { folded, numbers }, tokens, .. } = self;
        numbers.clear(0);
        for ((text, side), out) in texts.into_iter().zip(&*sides).zip(&mut *tokens) {
            out.read(text, side, numbers, folded, poll)?;
        }
        let mut lost = 0;
        for at_start in [true, false] {
            let [a, b] = &*tokens;
            let (i, j) = nearest_match(a, b, at_start);
            let mut heavier = 0;
            for (((tokens, side), text), skip) in tokens.iter_mut().zip(&mut *sides).zip(texts).zip([i, j]) {
                if skip == 0 {
                    continue;
                }
                if at_start {
                    heavier = heavier.max(tokens.weight(0..skip));
                    tokens.first = skip;
                    let place = tokens.all[skip].start;
                    side.start += count_points(&text[side.first..place]) as i64;
                    side.first = place;
                } else {
                    heavier = heavier.max(tokens.weight(tokens.end - skip..tokens.end));
                    tokens.end -= skip;
                    let place = tokens.all[tokens.end - 1].end;
                    side.end -= count_points(&text[place..side.last]) as i64;
                    side.last = place;
                }
            }
            lost += heavier;
        }
        Ok(lost)
    }

    /// How far both sides go back to begin a sentence; none if they would take in words that do not match.
    fn starts(
        &mut self,
        texts: [&[u8]; 2],
        sides: &[Stretch; 2],
        same: bool,
        wanted: (usize, usize),
        poll: Poll,
    ) -> Result<Option<[usize; 2]>, Stop> {
        let [a, b] = &self.sights;
        let beside = [
            a.words_before(texts[0], sides[0].first, wanted, &mut self.words, poll)?,
            b.words_before(texts[1], sides[1].first, wanted, &mut self.words, poll)?,
        ];
        let taken = Beside { moved: wanted.0, ..Beside::default() };
        // A colon sets words apart like the edge of a sentence.
        let [one, other] = [0, 1].map(|i| {
            let is_closed = beside[i].as_ref().is_some_and(|one| one.words.is_empty());
            if !is_closed && self.sights[i].is_behind_colon(wanted.0) { Some(&taken) } else { beside[i].as_ref() }
        });
        if let Some(moves) = whole(one, other, &self.words, <[u32]>::first, poll)? {
            return Ok(Some(moves));
        }
        Ok(match &beside {
            [Some(one), Some(other)] if same && one.is_opening() && other.is_opening() => Some([one.moved, other.moved]),
            _ => None,
        })
    }

    /// Both sides with their ends at the edges of sentences where these are near.
    fn moved(
        &mut self,
        texts: [&[u8]; 2],
        mut sides: [Stretch; 2],
        same: bool,
        mut left: i64,
        snap: bool,
        poll: Poll,
    ) -> Result<[Stretch; 2], Stop> {
        let [a, b] = &self.sights;
        let room = if same { sides[1].start - sides[0].end } else { i64::MAX };
        let (mut before, mut after) = equal_edges(a, b);
        // In one text they may grow towards each other, but not meet.
        if (before + after) as i64 > room {
            (before, after) = (0, 0);
        }
        let (mut back, mut on) = (Move::Out([before; 2]), Move::Out([after; 2]));
        let reach = sides.iter().map(|side| (side.end - side.start) / SNAP_SHARE).fold(SNAP as i64, i64::min);
        if snap && reach > 0 {
            let reach = reach as usize;
            if let Some(starts) = self.starts(texts, &sides, same, (before, reach), poll)? {
                back = Move::Out(starts);
            } else if let Some(pair) = inner_edges(&self.tokens, texts, &sides, reach, left, true) {
                back = Move::In(pair.map(|edge| edge.place));
                left -= pair[0].weight.max(pair[1].weight);
            }
            let [a, b] = &self.sights;
            let one = a.words_behind(texts[0], sides[0].last, (after, reach), &mut self.words, poll)?;
            let other = b.words_behind(texts[1], sides[1].last, (after, reach), &mut self.words, poll)?;
            if let Some(ends) = whole(one.as_ref(), other.as_ref(), &self.words, <[u32]>::last, poll)? {
                on = Move::Out(ends);
            } else if let Some(pair) = inner_edges(&self.tokens, texts, &sides, reach, left, false) {
                on = Move::In(pair.map(|edge| edge.place));
            }
            let grown = |one: Move, side: usize| if let Move::Out(counts) = one { counts[side] as i64 } else { 0 };
            if grown(on, 0) + grown(back, 1) > room {
                for (one, least) in [(&mut back, before), (&mut on, after)] {
                    if let Move::Out(counts) = one {
                        *counts = counts.map(|count| count.min(least));
                    }
                }
            }
        }
        for (i, side) in sides.iter_mut().enumerate() {
            let (sight, text) = (&self.sights[i], texts[i]);
            match back {
                Move::In(places) => {
                    side.start += count_points(&text[side.first..places[i]]) as i64;
                    side.first = places[i];
                }
                Move::Out(counts) => {
                    if let Some(seen) = counts[i].checked_sub(1).and_then(|last| sight.before.get(last)) {
                        (side.first, side.start) = (seen.edge, side.start - counts[i] as i64);
                    }
                }
            }
            match on {
                Move::In(places) => {
                    side.end -= count_points(&text[places[i]..side.last]) as i64;
                    side.last = places[i];
                }
                Move::Out(counts) => {
                    if let Some(seen) = counts[i].checked_sub(1).and_then(|last| sight.after.get(last)) {
                        (side.last, side.end) = (seen.edge, side.end + counts[i] as i64);
                    }
                }
            }
        }
        Ok(sides)
    }
}

/// How far both sides go to the edges of their sentences, if no words are there, or if the outermost ones match, and half
/// of all.
fn whole(
    one: Option<&Beside>,
    other: Option<&Beside>,
    words: &Words,
    outermost: fn(&[u32]) -> Option<&u32>,
    poll: Poll,
) -> Result<Option<[usize; 2]>, Stop> {
    let (Some(one), Some(other)) = (one, other) else {
        return Ok(None);
    };
    let (a, b) = (&one.words, &other.words);
    let is_whole =
        outermost(a) == outermost(b) && 2 * common_subsequence(a, b, words.numbers.count(), poll)? >= a.len().max(b.len());
    Ok(is_whole.then_some([one.moved, other.moved]))
}

/// The least i + j, then the least i, for which the i-th of one and the j-th of the other match; only firmly if they are
/// far. A side that begins with its own first word begins one token further in, if the match is firm there alone.
fn nearest_match(a: &Tokens, b: &Tokens, at_start: bool) -> (usize, usize) {
    let (one, other) = (a.window(at_start), b.window(at_start));
    let place = |window: &std::ops::Range<usize>, i: usize| if at_start { window.start + i } else { window.end - 1 - i };
    let firm = |i: usize, j: usize| {
        let inside = i < one.len() && j < other.len();
        inside && is_firm(a.run(place(&one, i), at_start), b.run(place(&other, j), at_start), at_start)
    };
    for reach in [EDGE, FAR] {
        for total in 0..2 * reach - 1 {
            for i in total.saturating_sub(reach - 1)..(total + 1).min(reach).min(one.len()) {
                let j = total - i;
                if j >= other.len() {
                    continue;
                }
                if firm(i, j) {
                    return (i, j);
                }
                if reach == EDGE && a.all[place(&one, i)].number == b.all[place(&other, j)].number {
                    return [(i + 1, j), (i, j + 1)].into_iter().find(|&(i, j)| firm(i, j)).unwrap_or((i, j));
                }
            }
        }
    }
    (0, 0)
}

/// Whether letters are equal as far as it takes, from the start on or from the end back.
fn is_firm(a: &[u8], b: &[u8], at_start: bool) -> bool {
    let equal = if at_start { common_prefix(a, b) } else { common_suffix(a, b) };
    equal >= FIRM
}

/// The edges of sentences nearest to an end of both sides that face each other.
fn inner_edges(
    tokens: &[Tokens; 2],
    texts: [&[u8]; 2],
    sides: &[Stretch; 2],
    reach: usize,
    left: i64,
    at_start: bool,
) -> Option<[Edge; 2]> {
    let [a, b] = tokens;
    let one = a.edges(texts[0], &sides[0], reach, left, at_start);
    let other = b.edges(texts[1], &sides[1], reach, left, at_start);
    let mut pairs: Vec<[Edge; 2]> = one.iter().flat_map(|&one| other.iter().map(move |&other| [one, other])).collect();
    pairs.sort_by_key(|[one, other]| (one.beyond + other.beyond, one.beyond));
    pairs.into_iter().find(|[one, other]| {
        one.beyond.abs_diff(other.beyond) <= UNEVEN.max(one.beyond.min(other.beyond))
            && (a.all[one.token].number == b.all[other.token].number
                || is_firm(a.run(one.token, at_start), b.run(other.token, at_start), at_start))
    })
}

/// Fit the ends of passages: text, first byte and end, first code point and end of either side in each row.
pub fn fit_ends(
    batch: &Batch<u8>,
    a: &[i64],
    b: &[i64],
    slack: &[i64],
    snap: bool,
    poll: Poll,
) -> Result<[Vec<i64>; 2], Failure> {
    let (rows, others) = (a.as_chunks::<5>(), b.as_chunks::<5>());
    if rows.0.len() != others.0.len() || rows.0.len() != slack.len() || !rows.1.is_empty() || !others.1.is_empty() {
        return Err(Failure::Invalid("a passage needs two sides of five numbers: the arrays differ in shape".into()));
    }
    let side = |&[text, first, last, start, end]: &[i64; 5]| -> Result<(&[u8], Stretch), Failure> {
        let own = batch.item(batch.checked(text)?);
        let places = [(first, last), (start, end)];
        // A text has no more code points than bytes.
        if !places.iter().all(|&(from, to)| 0 <= from && from <= to && to as u64 <= own.len() as u64) {
            return Err(Failure::Invalid(format!(
                "bytes {first} to {last}, code points {start} to {end} are no stretch of text {text}"
            )));
        }
        Ok((own, Stretch { first: first as usize, last: last as usize, start, end }))
    };
    let mut ends = Ends::default();
    let mut out = [Vec::with_capacity(4 * rows.0.len()), Vec::with_capacity(4 * rows.0.len())];
    for (number, ((row, other), &left)) in rows.0.iter().zip(others.0).zip(slack).enumerate() {
        poll_at(number, poll)?;
        let ((text, one), (facing, two)) = (side(row)?, side(other)?);
        let fitted = fit(&mut ends, [text, facing], [one, two], row[0] == other[0], left.clamp(-MOST, MOST), snap, poll)?;
        for (out, side) in out.iter_mut().zip(fitted) {
            out.extend([side.first as i64, side.last as i64, side.start, side.end]);
        }
    }
    Ok(out)
}
