//! Shingles of a text: n consecutive tokens, or n consecutive characters of the folded text
//! (its tokens joined by one space, graphemes of scripts without spaces too).

use crate::fold::{Poll, Stop, Tokens};
use crate::hash;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Word,
    Char,
}

/// A text's tokens and shingle hashes; its buffers are reused from text to text.
#[derive(Default)]
pub struct Shingles {
    pub tokens: Tokens,
    /// Hashes of the tokens (always) and of the characters (for character shingles).
    pub token_hashes: Vec<u64>,
    char_hashes: Vec<u64>,
    /// Where each character of the folded text begins, and its end.
    char_starts: Vec<usize>,
    /// Shingle hashes in the order of the text, with repetitions.
    pub hashes: Vec<u64>,
}

impl Shingles {
    /// Replace the contents by the shingles of `text`.
    pub fn read(&mut self, text: &[u8], unit: Unit, n: usize, poll: Poll) -> Result<(), Stop> {
        self.tokens.read(text, poll)?;
        self.token_hashes.clear();
        self.token_hashes.extend(self.tokens.tokens.iter().map(|token| hash::token(self.tokens.bytes(token))));
        self.hashes.clear();
        match unit {
            Unit::Word => hash::shingles(&self.token_hashes, n, &mut self.hashes),
            Unit::Char => {
                self.read_characters();
                hash::shingles(&self.char_hashes, n, &mut self.hashes);
            }
        }
        Ok(())
    }

    /// The characters of the folded text.
    fn read_characters(&mut self) {
        self.char_starts.clear();
        self.char_hashes.clear();
        // Folded bytes are valid UTF-8 by construction; reading them in chunks cannot fail.
        for chunk in self.tokens.folded.utf8_chunks() {
            for (offset, char) in chunk.valid().char_indices() {
                self.char_starts.push(offset);
                self.char_hashes.push(hash::point(u32::from(char)));
            }
        }
        self.char_starts.push(self.tokens.folded.len());
    }

    /// The folded bytes of shingle number `i`.
    pub fn bytes(&self, i: usize, unit: Unit, n: usize) -> &[u8] {
        match unit {
            Unit::Word => {
                let tokens = &self.tokens.tokens;
                let last = (i + n).min(tokens.len()) - 1;
                &self.tokens.folded[tokens[i].start..tokens[last].end]
            }
            Unit::Char => {
                let last = (i + n).min(self.char_starts.len() - 1);
                &self.tokens.folded[self.char_starts[i]..self.char_starts[last]]
            }
        }
    }
}
