//! Where the letters of texts stand in them: the twin of `letter_places` in `dedupe/kernels/reference/passages/letters.py`.

use super::letters::{count_units, short_ascii};
use crate::batch::Batch;
use crate::failure::{Failure, Poll, Stop};
use crate::fold::{Sink, fold};
use crate::folded::{Folded, Token};
use crate::pace::poll_at;
use crate::points::PointCursor;
use crate::utf8::decode;

/// Letters of the longest token that is never cut.
const LONGEST_WORD: i64 = 40;
/// More letters than a text has.
const BEYOND: i64 = 1 << 40;

/// Where, among the letters of a text, a place begins or ends.
struct Edge {
    letter: i64,
    place: usize,
    is_end: bool,
}

/// Finds the tokens at edges, which are in order, as the tokens of a text come by.
struct Edges<'a> {
    edges: std::slice::Iter<'a, Edge>,
    next: Option<&'a Edge>,
    letters: i64,
    tokens: i64,
    /// Where the last token ended.
    end: usize,
    spans: &'a mut Spans,
    inside: &'a mut Vec<Inside>,
}

/// An edge inside a token that is too long to be a word.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Inside {
    /// The bytes of the token, and its letters.
    token: (usize, usize),
    letters: i64,
    /// Letters of the token before the edge.
    before: i64,
    place: usize,
    is_end: bool,
}

impl Edges<'_> {
    /// Note the edges inside a token.
    #[cold]
    fn note(&mut self, token: (usize, usize), first: i64, end: i64) {
        let edges = self.next.into_iter().chain(self.edges.as_slice()).take_while(|edge| edge.letter < end);
        self.inside.extend(edges.filter(|edge| edge.letter > first).map(|edge| Inside {
            token,
            letters: end - first,
            before: edge.letter - first,
            place: edge.place,
            is_end: edge.is_end,
        }));
    }

    /// The next token, which begins at a byte, is the first one of which less than half is before the edge.
    #[cold]
    fn pass(&mut self, start: usize, twice_middle: i64) {
        while let Some(edge) = self.next
            && 2 * edge.letter <= twice_middle
        {
            if edge.is_end {
                self.spans.ends[edge.place] = self.end as i64;
                self.spans.tokens[edge.place] += self.tokens;
            } else {
                self.spans.starts[edge.place] = start as i64;
                self.spans.tokens[edge.place] -= self.tokens;
            }
            self.next = self.edges.next();
        }
    }
}

impl Sink for &mut Edges<'_> {
    const KEEPS: bool = false;

    #[inline(always)]
    fn token(&mut self, buffer: &[u8], token: Token) {
        let first = self.letters;
        self.letters += match short_ascii(buffer, token.start, token.end) {
            Some(_) => (token.end - token.start) as i64,
            None => count_units(&buffer[token.start..token.end]),
        };
        if self.letters - first > LONGEST_WORD && self.next.is_some_and(|edge| edge.letter < self.letters) {
            self.note((token.source_start, token.source_end), first, self.letters);
        }
        if self.next.is_some_and(|edge| 2 * edge.letter <= first + self.letters) {
            self.pass(token.source_start, first + self.letters);
        }
        self.tokens += 1;
        self.end = token.source_end;
    }
}

/// The places of letters in their texts.
#[derive(Default)]
pub struct Spans {
    /// Bytes.
    pub starts: Vec<i64>,
    pub ends: Vec<i64>,
    /// Code points.
    pub first: Vec<i64>,
    pub last: Vec<i64>,
    /// How many, to tell whether any.
    tokens: Vec<i64>,
}

/// Move the edges inside long tokens of a text to where their letters stand.
fn cut_tokens(text: &[u8], inside: &mut Vec<Inside>, spans: &mut Spans, folded: &mut Folded, poll: Poll) -> Result<(), Stop> {
    inside.sort_unstable();
    for group in inside.chunk_by(|one, other| one.token == other.token) {
        // Where each letter stands is known only if the token has those of its code points.
        let Some(starts) = letter_starts(text, group[0].token, group[0].letters, folded, poll)? else {
            continue;
        };
        for edge in group {
            let at = starts.partition_point(|&(_, letters)| letters <= edge.before) - 1;
            let bytes = if edge.is_end { &mut spans.ends } else { &mut spans.starts };
            bytes[edge.place] = starts[at].0 as i64;
        }
        for edge in group {
            spans.tokens[edge.place] = i64::from(spans.starts[edge.place] < spans.ends[edge.place]);
        }
    }
    inside.clear();
    Ok(())
}

/// The code points of a token, each with how many letters are before it; none if it has other letters than these.
fn letter_starts(
    text: &[u8],
    (start, end): (usize, usize),
    letters: i64,
    folded: &mut Folded,
    poll: Poll,
) -> Result<Option<Vec<(usize, i64)>>, Stop> {
    let mut out = Vec::new();
    let (mut at, mut before) = (start, 0);
    while at < end {
        out.push((at, before));
        let after = decode(text, at).1;
        fold(&text[at..after], folded, poll, Count(&mut before))?;
        at = after;
        poll_at(out.len(), poll)?;
    }
    Ok((before == letters).then_some(out))
}

struct Count<'a>(&'a mut i64);

impl Sink for Count<'_> {
    const KEEPS: bool = false;

    fn token(&mut self, buffer: &[u8], token: Token) {
        *self.0 += count_units(&buffer[token.start..token.end]);
    }
}

/// Where letters `first[i]..last[i]` of text `texts[i]` stand, cut at the edges of tokens; one that is too long to be a word is cut inside.
pub fn letter_places(batch: &Batch<u8>, texts: &[i64], first: &[i64], last: &[i64], poll: Poll) -> Result<Spans, Failure> {
    if texts.len() != first.len() || texts.len() != last.len() {
        return Err(Failure::Invalid("a place needs a text, a first and a last letter: the arrays differ in length".into()));
    }
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&i| texts[i]);
    let none = || vec![0; texts.len()];
    let mut out = Spans { starts: none(), ends: none(), first: none(), last: none(), tokens: none() };
    let mut folded = Folded::default();
    let (mut edges, mut inside, mut points) = (Vec::new(), Vec::new(), Vec::new());
    for group in order.chunk_by(|&i, &j| texts[i] == texts[j]) {
        let item = batch.item(batch.checked(texts[group[0]])?);
        edges.clear();
        for &place in group {
            let [first, last] = [first[place], last[place]].map(|letter| letter.clamp(0, BEYOND));
            edges.push(Edge { letter: first, place, is_end: false });
            edges.push(Edge { letter: last.max(first), place, is_end: true });
        }
        edges.sort_unstable_by_key(|edge| edge.letter);
        let mut in_order = edges.iter();
        let next = in_order.next();
        let mut sink = Edges { edges: in_order, next, letters: 0, tokens: 0, end: 0, spans: &mut out, inside: &mut inside };
        fold(item, &mut folded, poll, &mut sink)?;
        sink.pass(item.len(), i64::MAX);
        cut_tokens(item, &mut inside, &mut out, &mut folded, poll)?;
        points.clear();
        for &i in group {
            if out.tokens[i] > 0 {
                points.extend([(out.starts[i], i, false), (out.ends[i], i, true)]);
            } else {
                (out.starts[i], out.ends[i]) = (0, 0);
            }
        }
        points.sort_unstable();
        let mut cursor = PointCursor::new(item);
        for &(byte, i, is_end) in &points {
            let out = if is_end { &mut out.last } else { &mut out.first };
            out[i] = cursor.before(byte as usize) as i64;
        }
    }
    Ok(out)
}
