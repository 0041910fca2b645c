//! The outermost tokens of a stretch, and the edges of sentences among them.

use super::common::Numbers;
use super::edges::{SNAP, edge_between};
use super::letters::token_weight;
use crate::failure::{Poll, Stop};
use crate::fold::{Sink, fold};
use crate::folded::{Folded, Token};
use crate::points::count_points;
use crate::seam::seam;

/// Tokens at either end that are looked at.
const WINDOW: usize = 32;
/// Bytes at either end of a longer stretch, at least, in which its first or last tokens are looked for.
const LONG: usize = 256;

/// A stretch of a text: first byte and end, first code point and end.
#[derive(Clone, Copy)]
pub struct Stretch {
    pub first: usize,
    pub last: usize,
    pub start: i64,
    pub end: i64,
}

/// The first and the last tokens of a stretch, from the first to the one behind the last that counts.
#[derive(Default)]
pub struct Tokens {
    pub all: Vec<TokenAt>,
    /// The letters of all of them.
    letters: Vec<u8>,
    pub first: usize,
    pub end: usize,
}

pub struct TokenAt {
    pub number: u32,
    /// Its bytes in the text.
    pub start: usize,
    pub end: usize,
    /// Its bytes among the letters.
    letters: (usize, usize),
    weight: i64,
}

/// An edge of a sentence inside a stretch.
#[derive(Clone, Copy)]
pub struct Edge {
    /// Tokens that lie beyond it, and what their letters weigh.
    pub beyond: usize,
    pub weight: i64,
    /// Byte of the text.
    pub place: usize,
    /// The token that is the outermost then.
    pub token: usize,
}

struct Located<'a> {
    numbers: &'a mut Numbers,
    out: &'a mut Tokens,
    /// Where the folded part begins in the text.
    base: usize,
}

impl Sink for Located<'_> {
    const KEEPS: bool = false;

    fn token(&mut self, buffer: &[u8], token: Token) {
        let bytes = &buffer[token.start..token.end];
        let begin = self.out.letters.len();
        self.out.letters.extend_from_slice(bytes);
        self.out.all.push(TokenAt {
            number: self.numbers.of(bytes),
            start: self.base + token.source_start,
            end: self.base + token.source_end,
            letters: (begin, self.out.letters.len()),
            weight: token_weight(bytes),
        });
    }
}

impl Tokens {
    /// Put in the first and the last tokens of a stretch; of a short one all of them.
    pub fn read(
        &mut self,
        text: &[u8],
        side: &Stretch,
        numbers: &mut Numbers,
        folded: &mut Folded,
        poll: Poll,
    ) -> Result<(), Stop> {
        self.all.clear();
        self.letters.clear();
        let item = &text[side.first..side.last];
        let head = seam(item, LONG, item.len().min(2 * LONG));
        let tail =
            head.and_then(|head| seam(item, head.max(item.len().saturating_sub(2 * LONG)), item.len().saturating_sub(LONG)));
        let parts = match (head, tail) {
            (Some(head), Some(tail)) if has_tokens(&item[..head]) && has_tokens(&item[tail..]) => [0..head, tail..item.len()],
            _ => [0..item.len(), 0..0],
        };
        for part in parts {
            let base = side.first + part.start;
            fold(&item[part], folded, poll, Located { numbers: &mut *numbers, out: &mut *self, base })?;
        }
        (self.first, self.end) = (0, self.all.len());
        Ok(())
    }

    /// The tokens that are looked at, as places among all of them, at the start or at the end.
    pub fn window(&self, at_start: bool) -> std::ops::Range<usize> {
        match at_start {
            true => self.first..self.end.min(WINDOW),
            false => self.first.max(self.all.len().saturating_sub(WINDOW))..self.end,
        }
    }

    /// The letters from a token on to the other end of a window.
    pub fn run(&self, token: usize, at_start: bool) -> &[u8] {
        let window = self.window(at_start);
        let begin = self.all[if at_start { token } else { window.start }].letters.0;
        let end = self.all[if at_start { window.end - 1 } else { token }].letters.1;
        &self.letters[begin..end]
    }

    /// What the letters of tokens weigh.
    pub fn weight(&self, tokens: std::ops::Range<usize>) -> i64 {
        self.all[tokens].iter().map(|token| token.weight).sum()
    }

    /// The edges of sentences inside a side that are within reach of an end, the nearest first.
    pub fn edges(&self, text: &[u8], side: &Stretch, reach: usize, left: i64, at_start: bool) -> Vec<Edge> {
        let mut out = Vec::new();
        let mut weight = 0;
        let window = self.window(at_start);
        for beyond in 1..window.len() {
            let token = if at_start { window.start + beyond } else { window.end - 1 - beyond };
            let (one, other) = if at_start { (token - 1, token) } else { (token, token + 1) };
            weight += self.all[if at_start { one } else { other }].weight;
            let gap = (self.all[one].end, self.all[other].start);
            let distance = |place: usize| match at_start {
                true => count_points(&text[side.first..place.max(side.first)]),
                false => count_points(&text[place.min(side.last)..side.last]),
            };
            if weight > left.min(SNAP as i64) || distance(if at_start { gap.0 } else { gap.1 }) > reach {
                break;
            }
            if let Some((end, start)) = edge_between(text, side.first, gap.0, gap.1) {
                let place = if at_start { start } else { end };
                if distance(place) <= reach {
                    out.push(Edge { beyond, weight, place, token });
                }
            }
        }
        out
    }
}

/// Whether a text has as many tokens as are looked at, at the least.
fn has_tokens(text: &[u8]) -> bool {
    let is_start = |at: usize| text[at] == b' ' && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
    (0..text.len()).filter(|&at| is_start(at)).take(WINDOW).count() == WINDOW
}
