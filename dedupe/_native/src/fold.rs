//! Fold and tokenise UTF-8 bytes: the twin of `dedupe/text/fold.py`, which documents the rules.
//!
//! Input is any bytes. Well-formed UTF-8 (encoded surrogates included) is decoded by code point; a byte that
//! fits nowhere is a separator of its own.

mod entities;

use crate::ascii::{BLOCK, Classes, classify};
use crate::failure::{Poll, Stop};
use crate::folded::{Folded, Token};
use crate::tables::{Class, Fold, Kind, Step, Tables, tables, tables_of};
use crate::utf8::decode;

/// Bytes of text between two polls: well under 100 ms of work.
const POLL_BYTES: usize = 1 << 20;
const FARTHEST_MARK: usize = 30;

/// Takes the tokens of a text as they are folded. Methods are always inlined, so that they are compiled for the
/// same instructions as the folder.
pub trait Sink {
    /// Whether the folded text is wanted too; else tokens may be handed on without being put there.
    const KEEPS: bool = true;

    /// A token, and the buffer that its bytes lie in with more behind them.
    fn token(&mut self, buffer: &[u8], token: Token);
}

/// For who wants the folded text alone.
impl Sink for () {
    #[inline(always)]
    fn token(&mut self, _: &[u8], _: Token) {}
}

/// Replace the contents of `out` by the tokens of `text`.
pub fn fold(text: &[u8], out: &mut Folded, poll: Poll, sink: impl Sink) -> Result<(), Stop> {
    fold_start(text, text.len(), out, poll, sink)
}

/// The same for the first `length` bytes of a buffer. What stands behind them changes nothing, but saves a copy.
pub fn fold_start(buffer: &[u8], length: usize, out: &mut Folded, poll: Poll, sink: impl Sink) -> Result<(), Stop> {
    fold_by(tables(), buffer, length, out, poll, sink)
}

/// `fold` as a version of it has it, for what was trained on that.
pub fn fold_as(version: Fold, text: &[u8], out: &mut Folded, poll: Poll, sink: impl Sink) -> Result<(), Stop> {
    fold_by(tables_of(version), text, text.len(), out, poll, sink)
}

fn fold_by(
    tables: &'static Tables,
    buffer: &[u8],
    length: usize,
    out: &mut Folded,
    poll: Poll,
    sink: impl Sink,
) -> Result<(), Stop> {
    out.clear();
    let text = &buffer[..length];
    let mut folder = Folder { text, buffer, out, sink, tables, open: false, unspaced: false, token: 0, start: 0, end: 0 };
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2") {
        // SAFETY: all three features have just been detected.
        return unsafe { run_avx2(&mut folder, poll) };
    }
    folder.run(poll)
}

/// The same code, compiled for wider registers and better bit instructions.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn run_avx2<S: Sink>(folder: &mut Folder<S>, poll: Poll) -> Result<(), Stop> {
    folder.run(poll)
}

/// The state of one pass over a text.
struct Folder<'a, S> {
    text: &'a [u8],
    /// The text and what stands behind it.
    buffer: &'a [u8],
    out: &'a mut Folded,
    sink: S,
    tables: &'static Tables,
    /// Whether a token is under way; its folded bytes begin at `token`.
    open: bool,
    unspaced: bool,
    token: usize,
    start: usize,
    end: usize,
}

impl<S: Sink> Folder<'_, S> {
    #[inline(always)]
    fn run(&mut self, poll: Poll) -> Result<(), Stop> {
        let mut position = 0;
        let mut next_poll = POLL_BYTES;
        while position < self.text.len() {
            if position >= next_poll {
                poll()?;
                next_poll = position + POLL_BYTES;
            }
            position = match self.text[position] {
                0x80.. => self.wide(position, next_poll),
                byte @ (b'&' | b'-') => self.mark(byte, position),
                _ => self.ascii(position, next_poll),
            };
        }
        self.close();
        Ok(())
    }

    /// Take ASCII, 64 bytes at a time, up to a character that may be more than a separator; answers with where to go on.
    #[inline(always)]
    fn ascii(&mut self, mut position: usize, limit: usize) -> usize {
        let text = self.text;
        if self.unspaced {
            self.close();
        }
        while position < text.len().min(limit) {
            let rest = &text[position..];
            let present = rest.len().min(BLOCK);
            let block = self.buffer[position..].first_chunk::<BLOCK>().copied().unwrap_or_else(|| {
                let mut block = [0; BLOCK];
                block[..present].copy_from_slice(&rest[..present]);
                block
            });
            let Classes { lower, mut word, mut special } = classify(&block);
            let inside = u64::MAX >> (BLOCK - present);
            word &= inside;
            special &= inside;
            // A hyphen matters only at a line's end.
            while special != 0 {
                let at = special.trailing_zeros() as usize;
                if block[at] != b'-' || matches!(rest.get(at + 1), Some(b' ' | b'\t' | b'\r' | b'\n')) {
                    break;
                }
                special &= special - 1;
            }
            let stop = special.trailing_zeros() as usize;
            let mut left = if stop < BLOCK { word & ((1 << stop) - 1) } else { word };
            self.out.reserve();
            if self.open && left & 1 == 0 && stop > 0 {
                self.close();
            }
            while left != 0 {
                let start = left.trailing_zeros() as usize;
                let end = start + (!(left >> start)).trailing_zeros() as usize;
                if !S::KEEPS && !self.open && end < stop {
                    let (source_start, source_end) = (position + start, position + end);
                    self.sink.token(&lower, Token { start, end, source_start, source_end, unspaced: false });
                    left = left >> end << end;
                    continue;
                }
                if !self.open {
                    self.begin(position + start, false);
                }
                let mut at = start;
                while at < end {
                    let mut bytes = [0; 16];
                    bytes.copy_from_slice(&lower[at..at + 16]);
                    self.out.append(bytes, (end - at).min(16));
                    at += 16;
                }
                self.end = position + end;
                if end >= stop {
                    // More of this token may follow.
                    break;
                }
                self.close();
                left = left >> end << end;
            }
            if stop < BLOCK {
                return position + stop;
            }
            position += present;
        }
        position
    }

    /// `&` or `-` at `position`: an entity, the end of a wrapped line, or a separator.
    fn mark(&mut self, byte: u8, position: usize) -> usize {
        let after = if byte == b'&' { self.entity(position, position + 1) } else { self.wrapped(position + 1) };
        after.unwrap_or_else(|| {
            self.close();
            position + 1
        })
    }

    /// Take characters beyond ASCII, and separators between them; answers with where to go on.
    #[inline(always)]
    fn wide(&mut self, mut position: usize, limit: usize) -> usize {
        let text = self.text;
        while position < limit {
            let Some(word) = text.get(position..position + 4).and_then(|four| four.first_chunk::<4>()) else { break };
            let word = u32::from_le_bytes(*word);
            let (point, width) = if word & 0xC0E0 == 0x80C0 && word & 0x1E != 0 {
                ((word & 0x1F) << 6 | (word >> 8 & 0x3F), 2)
            } else if word & 0xC0_C0F0 == 0x80_80E0 && word & 0x200F != 0 {
                ((word & 0x0F) << 12 | (word >> 8 & 0x3F) << 6 | (word >> 16 & 0x3F), 3)
            } else if word & 0x80 == 0 {
                let byte = (word & 0x7F) as usize;
                if self.tables.ascii[byte] != 0 || byte == b'&' as usize || byte == b'-' as usize {
                    return position;
                }
                self.close();
                position += 1;
                continue;
            } else {
                break;
            };
            let step = self.tables.step(point);
            let after = position + width;
            match step.class() {
                Class::Word => {
                    if self.unspaced {
                        self.close();
                    }
                    self.take(step, word, width, position, false);
                }
                Class::Unspaced => {
                    self.close();
                    self.take(step, word, width, position, true);
                }
                Class::Mark => self.take(step, word, width, position, false),
                Class::Separator => self.close(),
                Class::Ignored => {
                    if self.open {
                        self.end = after;
                    }
                }
                Class::Other => return self.other(point, position, after),
            }
            position = after;
        }
        if position >= text.len() || text[position] < 0x80 {
            return position;
        }
        let (point, after) = decode(text, position);
        self.other(point, position, after)
    }

    /// Append what a character folds to, the character itself where the step names nothing else.
    #[inline(always)]
    fn take(&mut self, step: Step, own: u32, width: usize, position: usize, unspaced: bool) {
        self.out.reserve();
        if !self.open {
            self.begin(position, unspaced);
        }
        let (bytes, length) = step.folded().unwrap_or((own, width));
        self.out.append(bytes.to_le_bytes(), length);
        self.end = position + width;
    }

    /// A character that has no short way.
    fn other(&mut self, point: u32, position: usize, after: usize) -> usize {
        let special = match point {
            0xFF06 => self.entity(position, after),
            0xAD | 0x2010 => self.wrapped(after),
            _ => None,
        };
        special.unwrap_or_else(|| {
            self.character(point, position, after);
            after
        })
    }

    fn character(&mut self, point: u32, start: usize, end: usize) {
        let tables = self.tables;
        match tables.fold(tables.entry(point)) {
            Some(folded) => folded.iter().for_each(|&point| self.emit(point, start, end)),
            None => self.emit(point, start, end),
        }
    }

    fn emit(&mut self, point: u32, start: usize, end: usize) {
        let entry = self.tables.entry(point);
        let kind = entry.kind();
        self.out.reserve();
        if kind == Kind::Separator {
            return self.close();
        }
        if entry.composes() && self.open {
            let composed = self.tables.composed(self.out.last(), point);
            if composed != 0 {
                self.out.pop();
                self.out.encode(composed);
                self.end = end;
                return;
            }
        }
        match kind {
            Kind::Ignored if !self.open => return,
            Kind::Ignored => {}
            Kind::Mark if self.open => self.insert_mark(point, entry.combining()),
            _ => {
                if kind == Kind::Unspaced || self.unspaced {
                    self.close();
                }
                if !self.open {
                    self.begin(start, kind == Kind::Unspaced);
                }
                self.out.encode(point);
            }
        }
        self.end = end;
    }

    /// Append a mark in canonical order: behind the marks of the same or a lower class, among the last few.
    fn insert_mark(&mut self, mark: u32, class: u8) {
        let follows = |point: u32| class != 0 && self.tables.entry(point).combining() > class;
        let mut behind = Vec::new();
        while behind.len() < FARTHEST_MARK && self.out.end() > self.token && follows(self.out.last()) {
            behind.push(self.out.last());
            self.out.pop();
        }
        for point in std::iter::once(mark).chain(behind.into_iter().rev()) {
            self.out.reserve();
            self.out.encode(point);
        }
    }

    #[inline(always)]
    fn begin(&mut self, start: usize, unspaced: bool) {
        (self.open, self.unspaced) = (true, unspaced);
        (self.token, self.start) = (self.out.begin(), start);
    }

    #[inline(always)]
    fn close(&mut self) {
        if self.open {
            let token = Token {
                start: self.token,
                end: self.out.end(),
                source_start: self.start,
                source_end: self.end,
                unspaced: self.unspaced,
            };
            self.sink.token(self.out.buffer(), token);
            (self.open, self.unspaced) = (false, false);
        }
    }

    /// Take the HTML entity whose `&` stands before `name_start`; answers with where it ends.
    fn entity(&mut self, start: usize, name_start: usize) -> Option<usize> {
        let (decoded, end) = entities::entity(self.text, self.tables, name_start)?;
        self.character(decoded, start, end);
        Some(end)
    }

    /// Where the second half of a word goes on that was wrapped with a hyphen ending at `position`.
    fn wrapped(&self, position: usize) -> Option<usize> {
        if !self.open || self.unspaced {
            return None;
        }
        let blanks = |mut at: usize| {
            while matches!(self.text.get(at), Some(b' ' | b'\t')) {
                at += 1;
            }
            at
        };
        let at = blanks(position);
        let at = match (self.text.get(at)?, self.text.get(at + 1)) {
            (b'\r', Some(b'\n')) => at + 2,
            (b'\r' | b'\n', _) => at + 1,
            _ => return None,
        };
        let at = blanks(at);
        if at >= self.text.len() {
            return None;
        }
        let (point, _) = decode(self.text, at);
        self.tables.entry(point).is_lower().then_some(at)
    }
}

#[cfg(test)]
mod tests;
