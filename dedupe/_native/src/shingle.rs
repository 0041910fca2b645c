//! Shingles of a text: n consecutive tokens, or n consecutive characters of the folded text.

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
    /// Where each character of the shingled stream begins in `stream`, and its end.
    char_starts: Vec<usize>,
    /// The characters that character shingles run over.
    stream: Vec<u8>,
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

    /// The characters of the tokens, with a space between two words of scripts that use spaces.
    fn read_characters(&mut self) {
        self.stream.clear();
        self.char_starts.clear();
        self.char_hashes.clear();
        let mut spaced = false;
        for token in &self.tokens.tokens {
            if spaced && !token.unspaced {
                self.char_starts.push(self.stream.len());
                self.char_hashes.push(hash::point(u32::from(b' ')));
                self.stream.push(b' ');
            }
            let bytes = self.tokens.bytes(token);
            // Folded bytes are valid UTF-8 by construction; `chunks` costs nothing and cannot fail.
            for chunk in bytes.utf8_chunks() {
                for (offset, char) in chunk.valid().char_indices() {
                    self.char_starts.push(self.stream.len() + offset);
                    self.char_hashes.push(hash::point(u32::from(char)));
                }
            }
            self.stream.extend_from_slice(bytes);
            spaced = !token.unspaced;
        }
        self.char_starts.push(self.stream.len());
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
                &self.stream[self.char_starts[i]..self.char_starts[last]]
            }
        }
    }
}
