//! Edges of sentences beside a stretch of text, and inside it: the twin of `dedupe/kernels/reference/passages/edges.py`.

use super::common::Numbers;
use super::signs::{BREAK, CLOSING, OPENING, SIGN, SPACE, STOP, STRONG, sign};
use crate::failure::{Poll, Stop};
use crate::fold::{Sink, fold};
use crate::folded::{Folded, Token};
use crate::full_stops::{ends_nothing, goes_on};
use crate::utf8::{decode, decode_back};

/// How far an end may move to the edge of a sentence, in code points.
pub const SNAP: usize = 40;
/// Code points on either side of a stretch that are looked at.
const SIGHT: usize = SNAP + 8;
/// Words without digits that may differ at the beginning, inside one document.
const OPENING_WORDS: usize = 12;
const BYTE_ORDER_MARK: u32 = 0xFEFF;

/// A code point next to a stretch, what it is, and where it ends on the far side.
pub struct Seen {
    point: u32,
    bits: u8,
    pub edge: usize,
}

/// The code points before and behind a stretch, the nearest first.
#[derive(Default)]
pub struct Sight {
    pub before: Vec<Seen>,
    pub after: Vec<Seen>,
    /// Whether the text begins within sight.
    from_start: bool,
}

impl Sight {
    pub fn look(&mut self, text: &[u8], first: usize, last: usize) {
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

    /// How far back a sentence begins, and the words that are taken in before a place of the text; none if that is too much.
    pub fn words_before(
        &self,
        text: &[u8],
        place: usize,
        (taken, reach): (usize, usize),
        words: &mut Words,
        poll: Poll,
    ) -> Result<Option<Beside>, Stop> {
        let Some(back) = self.last_start(taken).filter(|&back| back <= reach) else {
            return Ok(None);
        };
        let edge = |count: usize| edge_of(&self.before, count).unwrap_or(place);
        words.beside(taken + back, &text[edge(taken + back)..edge(taken)], poll).map(Some)
    }

    /// How far on a sentence ends, and the words that are taken in behind a place of the text; none if that is too much.
    pub fn words_behind(
        &self,
        text: &[u8],
        place: usize,
        (taken, reach): (usize, usize),
        words: &mut Words,
        poll: Poll,
    ) -> Result<Option<Beside>, Stop> {
        let Some(end) = self.sentence_end(taken).filter(|&end| end - taken <= reach) else {
            return Ok(None);
        };
        let edge = |count: usize| edge_of(&self.after, count).unwrap_or(place);
        words.beside(end, &text[edge(taken)..edge(end)], poll).map(Some)
    }

    /// Whether a colon stands before a side.
    pub fn is_behind_colon(&self, taken: usize) -> bool {
        self.before[taken..].iter().find(|one| one.bits & SPACE == 0).is_some_and(|one| matches!(one.point, 0x3A | 0xFF1A))
    }

    /// How far back the last sentence begins, beyond what is taken already.
    fn last_start(&self, taken: usize) -> Option<usize> {
        let before = || self.before[taken..].iter().rev();
        let bits: Vec<u8> = before().map(|one| one.bits).collect();
        let mark = || usize::from(before().next().is_some_and(|one| one.point == BYTE_ORDER_MARK));
        let start = last_start(&bits).or_else(|| self.from_start.then(|| skip(&bits, mark(), SPACE)))?;
        Some(bits.len() - start)
    }

    /// How far on a sentence ends, with what is taken already.
    fn sentence_end(&self, taken: usize) -> Option<usize> {
        let bits: Vec<u8> = self.after.iter().map(|one| one.bits).collect();
        let closing = bits[..taken].iter().rev().take_while(|&&bits| bits & CLOSING != 0).count();
        if bits[..taken - closing].last().is_some_and(|bits| bits & (STOP | STRONG) != 0) {
            return Some(taken);
        }
        first_end(&bits, taken).map(|(_, end)| end).or_else(|| {
            let spaces = bits.iter().rev().take_while(|&&bits| bits & SPACE != 0).count();
            (bits.len() < SIGHT).then_some(taken.max(bits.len() - spaces))
        })
    }
}

/// Where the last of so many code points ends on the far side.
fn edge_of(seen: &[Seen], count: usize) -> Option<usize> {
    count.checked_sub(1).and_then(|last| seen.get(last)).map(|seen| seen.edge)
}

/// What stands between a stretch and the edge of its sentence.
#[derive(Default)]
pub struct Beside {
    /// Code points that an end moves out by to get there.
    pub moved: usize,
    /// The number of each word.
    pub words: Vec<u32>,
    pub has_digits: bool,
}

impl Beside {
    /// Whether the words are few and hold no digit.
    pub fn is_opening(&self) -> bool {
        self.words.len() <= OPENING_WORDS && !self.has_digits
    }
}

/// Numbers words; equal ones have one number.
#[derive(Default)]
pub struct Words {
    pub folded: Folded,
    pub numbers: Numbers,
}

impl Words {
    fn beside(&mut self, moved: usize, text: &[u8], poll: Poll) -> Result<Beside, Stop> {
        let mut out = Beside { moved, ..Beside::default() };
        fold(text, &mut self.folded, poll, Numbered { numbers: &mut self.numbers, out: &mut out })?;
        Ok(out)
    }
}

struct Numbered<'a> {
    numbers: &'a mut Numbers,
    out: &'a mut Beside,
}

impl Sink for Numbered<'_> {
    const KEEPS: bool = false;

    fn token(&mut self, buffer: &[u8], token: Token) {
        let bytes = &buffer[token.start..token.end];
        self.out.words.push(self.numbers.of(bytes));
        self.out.has_digits |= bytes.iter().any(u8::is_ascii_digit);
    }
}

/// How much punctuation is the same beside two stretches: opening before both, closing behind them.
pub fn equal_edges(a: &Sight, b: &Sight) -> (usize, usize) {
    let run = |a: &[Seen], b: &[Seen], opening: bool| {
        let equal = |(one, other): &(&Seen, &Seen)| {
            one.point == other.point && one.bits & SIGN != 0 && (one.bits & OPENING != 0) == opening
        };
        a.iter().zip(b).take_while(equal).count()
    };
    (run(&a.before, &b.before, true), run(&a.after, &b.after, false))
}

/// Where a sentence ends between two tokens, and where the next one begins; `begin` is before both.
pub fn edge_between(text: &[u8], begin: usize, start: usize, end: usize) -> Option<(usize, usize)> {
    let mut seen = Vec::new();
    let mut at = start;
    while at < end {
        let (point, after) = decode(text, at);
        seen.push((at, point));
        at = after;
    }
    // What follows ends no sentence.
    let bits: Vec<u8> = seen.iter().map(|&(_, point)| sign(point)).chain([0]).collect();
    let byte = |place: usize| seen.get(place).map_or(end, |&(byte, _)| byte);
    let (sign, stop) = first_end(&bits, 0)?;
    let following = byte(last_start(&bits)?);
    if bits.iter().all(|bits| bits & BREAK == 0) && bits[sign] & STRONG == 0 {
        let is_point = stop == sign + 1 && seen.get(sign).is_some_and(|&(_, point)| point == u32::from(b'.'));
        if goes_on(decode(text, following).0) || (is_point && ends_nothing(text, begin, byte(sign), following)) {
            return None;
        }
    }
    Some((byte(stop), following))
}

/// Where the last sentence begins.
fn last_start(bits: &[u8]) -> Option<usize> {
    let mut start = None;
    let mut at = 0;
    while at < bits.len() {
        match sentence_end_at(bits, at, false) {
            Some(end) => {
                at = skip(bits, end, SPACE);
                start = Some(at);
            }
            None => at += 1,
        }
    }
    start
}

/// Where from a place on the first signs stand that end a sentence, and where it ends.
fn first_end(bits: &[u8], from: usize) -> Option<(usize, usize)> {
    let breaks = |at: usize| bits[at..skip(bits, at, SPACE)].iter().any(|bits| bits & BREAK != 0);
    let end_at = |at: usize| {
        let signs = bits.get(at).filter(|&&bits| bits & BREAK == 0).and_then(|_| sentence_end_at(bits, at, true));
        signs.or_else(|| breaks(at).then_some(at)).map(|end| (at, end))
    };
    (from..=bits.len()).find_map(end_at)
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
