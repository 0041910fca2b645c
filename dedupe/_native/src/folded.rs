//! The folded tokens of a text, in one buffer that is reused from text to text.

use crate::utf8::decode;

/// Free bytes that are kept behind the folded text, so that short copies and loads need no case of their own.
const SLACK: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Place of the folded bytes in the buffer.
    pub start: usize,
    pub end: usize,
    /// Place in the text, in bytes.
    pub source_start: usize,
    pub source_end: usize,
    /// A grapheme of a script without spaces.
    pub unspaced: bool,
}

/// Tokens with a space before each.
#[derive(Default)]
pub struct Folded {
    /// Longer than what is in use by at least `SLACK`.
    buffer: Vec<u8>,
    length: usize,
}

impl Folded {
    /// The tokens joined by one space.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.length.min(1)..self.length]
    }

    /// All that is written, and more: tokens lie here at their places.
    pub fn buffer(&self) -> &[u8] {
        &self.buffer
    }

    pub fn clear(&mut self) {
        self.length = 0;
        self.reserve();
    }

    /// Make room for what one step may write: a space and 64 bytes a few times over.
    #[inline]
    pub fn reserve(&mut self) {
        if self.length + 2 * SLACK > self.buffer.len() {
            self.buffer.resize((2 * self.buffer.len()).max(16 * SLACK), 0);
        }
    }

    /// Begin a token; answers with where its bytes begin.
    #[inline]
    pub fn begin(&mut self) -> usize {
        self.buffer[self.length] = b' ';
        self.length += 1;
        self.length
    }

    pub fn end(&self) -> usize {
        self.length
    }

    /// Append the first `length` of some bytes.
    #[inline]
    pub fn append<const N: usize>(&mut self, bytes: [u8; N], length: usize) {
        self.buffer[self.length..self.length + N].copy_from_slice(&bytes);
        self.length += length;
    }

    #[inline]
    pub fn encode(&mut self, point: u32) {
        let (bytes, length) = encode(point);
        self.append(bytes, length);
    }

    /// The last code point that was written.
    pub fn last(&self) -> u32 {
        let mut at = self.length;
        while at > 0 {
            at -= 1;
            if self.buffer[at] & 0xC0 != 0x80 {
                return decode(&self.buffer, at).0;
            }
        }
        0
    }

    /// Take back what was written from a place on.
    pub fn truncate(&mut self, length: usize) {
        self.length = length.min(self.length);
    }

    /// Take back the last code point.
    pub fn pop(&mut self) {
        while self.length > 0 {
            self.length -= 1;
            if self.buffer[self.length] & 0xC0 != 0x80 {
                return;
            }
        }
    }
}

/// The UTF-8 bytes of a code point and how many they are.
#[inline]
pub fn encode(point: u32) -> ([u8; 4], usize) {
    let low = |shift: u32| 0x80 | (point >> shift & 0x3F) as u8;
    match point {
        0..0x80 => ([point as u8, 0, 0, 0], 1),
        0x80..0x800 => ([0xC0 | (point >> 6) as u8, low(0), 0, 0], 2),
        0x800..0x10000 => ([0xE0 | (point >> 12) as u8, low(6), low(0), 0], 3),
        _ => ([0xF0 | (point >> 18) as u8, low(12), low(6), low(0)], 4),
    }
}
