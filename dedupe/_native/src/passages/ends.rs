//! The ends of passages: they meet in a token, take in equal punctuation, and move to a sentence's edge.

use super::anchors::poll_at;
use super::common::Numbers;
use super::signs::{BREAK, CLOSING, OPENING, SIGN, SPACE, STOP, STRONG, sign};
use crate::batch::{Batch, Failure};
use crate::fold::{Poll, Sink, Stop, fold};
use crate::folded::{Folded, Token};
use crate::points::count_points;
use crate::seam::seam;
use crate::segment::decode_back;
use crate::utf8::decode;

/// Tokens at either end among which a match is looked for.
const EDGE: usize = 4;
/// How far an end may move to the edge of its sentence: in code points, and as a share of the passage.
const SNAP: i64 = 40;
const SNAP_SHARE: i64 = 4;
/// Code points on either side of a span that are looked at.
const SIGHT: usize = SNAP as usize + 8;
/// Bytes at either end of a longer stretch, at least, in which its first or last tokens are looked for.
const LONG: usize = 128;
const BYTE_ORDER_MARK: u32 = 0xFEFF;

/// A stretch of a text: first byte and end, first code point and end.
#[derive(Clone, Copy)]
pub struct Stretch {
    pub first: usize,
    pub last: usize,
    pub start: i64,
    pub end: i64,
}

/// Finds the ends of passages; its buffers are reused.
#[derive(Default)]
pub struct Ends {
    folded: Folded,
    numbers: Numbers,
    tokens: [Vec<TokenAt>; 2],
    sights: [Sight; 2],
}

/// A token's number, and its bytes in its text.
type TokenAt = (u32, usize, usize);

struct Located<'a> {
    numbers: &'a mut Numbers,
    out: &'a mut Vec<TokenAt>,
}

impl Sink for Located<'_> {
    const KEEPS: bool = false;

    fn token(&mut self, buffer: &[u8], token: Token) {
        let number = self.numbers.of(&buffer[token.start..token.end]);
        self.out.push((number, token.source_start, token.source_end));
    }
}

/// A code point next to a stretch, what it is, and where it ends on the far side.
struct Seen {
    point: u32,
    bits: u8,
    edge: usize,
}

/// The code points before and behind a stretch, the nearest first.
#[derive(Default)]
struct Sight {
    before: Vec<Seen>,
    after: Vec<Seen>,
    /// Whether the text begins within sight.
    from_start: bool,
}

impl Sight {
    fn look(&mut self, text: &[u8], first: usize, last: usize) {
        self.before.clear();
        self.after.clear();
        let mut at = first;
        while at > 0 && self.before.len() < SIGHT {
            let (point, begin) = decode_back(text, at);
            self.before.push(Seen { point, bits: sign(point), edge: begin });
            at = begin;
        }
        self.from_start = at == 0;
        let mut at = last;
        while at < text.len() && self.after.len() < SIGHT {
            let (point, end) = decode(text, at);
            self.after.push(Seen { point, bits: sign(point), edge: end });
            at = end;
        }
    }
}

/// Fit the ends of a passage's two sides to each other and, if wanted, to sentences: what each side is then.
pub fn fit(
    ends: &mut Ends,
    texts: [&[u8]; 2],
    mut sides: [Stretch; 2],
    same: bool,
    snap: bool,
    poll: Poll,
) -> Result<[Stretch; 2], Stop> {
    ends.cut(texts, &mut sides, poll)?;
    for ((sight, text), side) in ends.sights.iter_mut().zip(texts).zip(&sides) {
        sight.look(text, side.first, side.last);
    }
    let (back, on) = moves(&ends.sights, &sides, same, snap);
    for (i, side) in sides.iter_mut().enumerate() {
        let sight = &ends.sights[i];
        if let Some(seen) = back[i].checked_sub(1).and_then(|last| sight.before.get(last)) {
            (side.first, side.start) = (seen.edge, side.start - back[i] as i64);
        }
        if let Some(seen) = on[i].checked_sub(1).and_then(|last| sight.after.get(last)) {
            (side.last, side.end) = (seen.edge, side.end + on[i] as i64);
        }
    }
    Ok(sides)
}

impl Ends {
    /// Cut both sides so that they begin and end with the same token.
    fn cut(&mut self, texts: [&[u8]; 2], sides: &mut [Stretch; 2], poll: Poll) -> Result<(), Stop> {
        let Ends { folded, numbers, tokens, .. } = self;
        let own = [0, 1].map(|i| &texts[i][sides[i].first..sides[i].last]);
        if own[0] == own[1] {
            return Ok(());
        }
        numbers.clear(0);
        for (item, out) in own.into_iter().zip(&mut *tokens) {
            out.clear();
            // The first and the last tokens are enough.
            let head = seam(item, LONG, item.len().min(2 * LONG));
            let tail =
                head.and_then(|head| seam(item, head.max(item.len().saturating_sub(2 * LONG)), item.len().saturating_sub(LONG)));
            let parts = match (head, tail) {
                (Some(head), Some(tail)) if has_tokens(&item[..head]) && has_tokens(&item[tail..]) => [0..head, tail..item.len()],
                _ => [0..item.len(), 0..0],
            };
            for part in parts {
                let known = out.len();
                fold(&item[part.clone()], folded, poll, Located { numbers: &mut *numbers, out: &mut *out })?;
                out[known..].iter_mut().for_each(|token| (token.1, token.2) = (token.1 + part.start, token.2 + part.start));
            }
        }
        let [a, b] = tokens;
        let (i, j) = nearest_match(a.iter(), b.iter());
        let (k, m) = nearest_match(a[i..].iter().rev(), b[j..].iter().rev());
        for (((side, item), tokens), (first, last)) in sides.iter_mut().zip(own).zip([&*a, &*b]).zip([(i, k), (j, m)]) {
            if first > 0 {
                let cut = tokens[first].1;
                (side.first, side.start) = (side.first + cut, side.start + count_points(&item[..cut]) as i64);
            }
            if last > 0 {
                let rest = &item[tokens[tokens.len() - 1 - last].2..];
                (side.last, side.end) = (side.last - rest.len(), side.end - count_points(rest) as i64);
            }
        }
        Ok(())
    }
}

/// Whether a text has as many tokens as are tried, at the least.
fn has_tokens(text: &[u8]) -> bool {
    let is_start = |at: usize| text[at] == b' ' && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
    (0..text.len()).filter(|&at| is_start(at)).take(EDGE).count() == EDGE
}

/// The least i + j, then the least i, for which the i-th of one is the j-th of the other.
fn nearest_match<'a>(a: impl Iterator<Item = &'a TokenAt>, b: impl Iterator<Item = &'a TokenAt>) -> (usize, usize) {
    let [a, b]: [Vec<u32>; 2] = [a.take(EDGE).map(|token| token.0).collect(), b.take(EDGE).map(|token| token.0).collect()];
    let pairs = (0..a.len()).flat_map(|i| (0..b.len()).map(move |j| (i + j, i, j)));
    pairs.filter(|&(_, i, j)| a[i] == b[j]).min().map_or((0, 0), |(_, i, j)| (i, j))
}

/// By how many code points both sides grow, back and on.
fn moves(sights: &[Sight; 2], sides: &[Stretch; 2], same: bool, snap: bool) -> ([usize; 2], [usize; 2]) {
    let [a, b] = sights;
    let room = if same { sides[1].start - sides[0].end } else { i64::MAX };
    let mut before = equal_signs(&a.before, &b.before, true);
    let mut after = equal_signs(&a.after, &b.after, false);
    // In one text they may grow towards each other, but not meet.
    if (before + after) as i64 > room {
        (before, after) = (0, 0);
    }
    let least = ([before; 2], [after; 2]);
    let reach = sides.iter().map(|side| (side.end - side.start) / SNAP_SHARE).fold(SNAP, i64::min);
    if !snap || reach <= 0 {
        return least;
    }
    let reach = reach as usize;
    let both = |find: &dyn Fn(&Sight) -> Option<usize>| Some([find(a)?, find(b)?]);
    let back = both(&|sight| sentence_start(sight, before, reach)).unwrap_or(least.0);
    let on = both(&|sight| sentence_end(sight, after, reach)).unwrap_or(least.1);
    if (on[0] + back[1]) as i64 > room { least } else { (back, on) }
}

/// How much punctuation, all of it opening or none, is the same on both sides.
fn equal_signs(a: &[Seen], b: &[Seen], opening: bool) -> usize {
    let equal =
        |(one, other): &(&Seen, &Seen)| one.point == other.point && one.bits & SIGN != 0 && (one.bits & OPENING != 0) == opening;
    a.iter().zip(b).take_while(equal).count()
}

/// How far back a sentence begins, beyond what is taken already.
fn sentence_start(sight: &Sight, taken: usize, reach: usize) -> Option<usize> {
    let before = || sight.before[taken..].iter().rev();
    let bits: Vec<u8> = before().map(|one| one.bits).collect();
    let mut start = None;
    let mut at = 0;
    while at < bits.len() {
        match sentence_end_at(&bits, at, false) {
            Some(end) => {
                at = skip(&bits, end, SPACE);
                start = Some(at);
            }
            None => at += 1,
        }
    }
    let mark = || usize::from(before().next().is_some_and(|one| one.point == BYTE_ORDER_MARK));
    let start = start.or_else(|| sight.from_start.then(|| skip(&bits, mark(), SPACE)))?;
    let back = bits.len() - start;
    (back <= reach).then_some(taken + back)
}

/// How far on a sentence ends, with what is taken already.
fn sentence_end(sight: &Sight, taken: usize, reach: usize) -> Option<usize> {
    let bits: Vec<u8> = sight.after.iter().map(|one| one.bits).collect();
    let closing = bits[..taken].iter().rev().take_while(|&&bits| bits & CLOSING != 0).count();
    if bits[..taken - closing].last().is_some_and(|bits| bits & (STOP | STRONG) != 0) {
        return Some(taken);
    }
    let breaks = |at: usize| bits[at..skip(&bits, at, SPACE)].iter().any(|bits| bits & BREAK != 0);
    let end_at = |at: usize| {
        let signs = bits.get(at).filter(|&&bits| bits & BREAK == 0).and_then(|_| sentence_end_at(&bits, at, true));
        signs.or_else(|| breaks(at).then_some(at))
    };
    let end = (taken..=bits.len()).find_map(end_at).or_else(|| {
        let spaces = bits.iter().rev().take_while(|&&bits| bits & SPACE != 0).count();
        (bits.len() < SIGHT).then_some(taken.max(bits.len() - spaces))
    })?;
    (end - taken <= reach).then_some(end)
}

/// Where the signs end that end a sentence and begin here; a stop needs white space behind it, or the end if that counts.
fn sentence_end_at(bits: &[u8], at: usize, end_counts: bool) -> Option<usize> {
    if bits[at] & BREAK != 0 {
        return Some(at + 1);
    }
    let own = bits[at] & (STRONG | STOP);
    if own == 0 {
        return None;
    }
    let end = skip(bits, skip(bits, at, own), CLOSING);
    let ends = own == STRONG || bits.get(end).map_or(end_counts, |bits| bits & SPACE != 0);
    ends.then_some(end)
}

/// The first place from `at` on where something else stands.
fn skip(bits: &[u8], at: usize, wanted: u8) -> usize {
    at + bits[at..].iter().take_while(|&&bits| bits & wanted != 0).count()
}

/// Fit the ends of passages: text, first byte and end, first code point and end of either side in each row.
pub fn fit_ends(batch: &Batch<u8>, a: &[i64], b: &[i64], snap: bool, poll: Poll) -> Result<[Vec<i64>; 2], Failure> {
    let (rows, others) = (a.as_chunks::<5>(), b.as_chunks::<5>());
    if rows.0.len() != others.0.len() || !rows.1.is_empty() || !others.1.is_empty() {
        return Err(Failure::Invalid("a passage needs two sides of five numbers: the arrays differ in shape".into()));
    }
    let side = |&[text, first, last, start, end]: &[i64; 5]| -> Result<(&[u8], Stretch), Failure> {
        let own = batch.item(batch.checked(text)?);
        if first < 0 || first > last || last as u64 > own.len() as u64 || start < 0 || start > end {
            return Err(Failure::Invalid(format!(
                "bytes {first} to {last}, code points {start} to {end} are no stretch of text {text}"
            )));
        }
        Ok((own, Stretch { first: first as usize, last: last as usize, start, end }))
    };
    let mut ends = Ends::default();
    let mut out = [Vec::with_capacity(4 * rows.0.len()), Vec::with_capacity(4 * rows.0.len())];
    for (number, (row, other)) in rows.0.iter().zip(others.0).enumerate() {
        poll_at(number, poll)?;
        let ((text, one), (facing, two)) = (side(row)?, side(other)?);
        let fitted = fit(&mut ends, [text, facing], [one, two], row[0] == other[0], snap, poll)?;
        for (out, side) in out.iter_mut().zip(fitted) {
            out.extend([side.first as i64, side.last as i64, side.start, side.end]);
        }
    }
    Ok(out)
}
