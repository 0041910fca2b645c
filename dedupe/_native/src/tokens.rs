//! Tokens of texts, and folded texts.

use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::fold::{Sink, fold, fold_as};
use crate::folded::{Folded, Token};
use crate::hash;
use crate::pace::{BYTE, Pace};
use crate::tables::Fold;

/// Tokens of texts, those of one text behind those of another.
#[derive(Default)]
pub struct TokenArrays {
    pub hashes: Vec<u64>,
    pub starts: Vec<i64>,
    pub ends: Vec<i64>,
    pub unspaced: Vec<u8>,
    pub text_offsets: Vec<i64>,
}

impl Sink for &mut TokenArrays {
    #[inline(always)]
    fn token(&mut self, buffer: &[u8], token: Token) {
        self.hashes.push(hash::token_in(buffer, token.start, token.end));
        self.starts.push(token.source_start as i64);
        self.ends.push(token.source_end as i64);
        self.unspaced.push(u8::from(token.unspaced));
    }
}

/// The tokens of each text; places are bytes from its start.
pub fn tokenize(batch: &Batch<u8>, poll: Poll) -> Result<TokenArrays, Failure> {
    let mut pace = Pace::new(poll);
    let mut folded = Folded::default();
    let mut out = TokenArrays { text_offsets: vec![0], ..Default::default() };
    for i in 0..batch.len() {
        pace.spend(BYTE * batch.item(i).len())?;
        fold(batch.item(i), &mut folded, pace.poll(), &mut out)?;
        out.text_offsets.push(out.hashes.len() as i64);
    }
    Ok(out)
}

/// The folded text of each text.
pub fn fold_bytes(batch: &Batch<u8>, version: Fold, poll: Poll) -> Result<(Vec<u8>, Vec<i64>), Failure> {
    let mut pace = Pace::new(poll);
    let mut text = Folded::default();
    let (mut folded, mut ends) = (Vec::new(), vec![0]);
    for i in 0..batch.len() {
        pace.spend(BYTE * batch.item(i).len())?;
        fold_as(version, batch.item(i), &mut text, pace.poll(), ())?;
        folded.extend_from_slice(text.bytes());
        ends.push(folded.len() as i64);
    }
    Ok((folded, ends))
}
