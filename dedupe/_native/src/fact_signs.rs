//! Fact texts of a batch, and what they have beside folded words.

use crate::batch::Batch;
use crate::fact_gaps::may_have_signs;
use crate::fact_text::{Extras, Reader, Written};
use crate::failure::{Failure, Poll};
use crate::fold::fold;
use crate::folded::Folded;
use crate::hash;
use crate::pace::{BYTE, Pace};

/// The fact text of each text.
pub fn fact_texts(batch: &Batch<u8>, poll: Poll) -> Result<(Vec<u8>, Vec<i64>), Failure> {
    let mut pace = Pace::new(poll);
    let mut reader = Reader::default();
    let (mut texts, mut written, mut ends) = (Vec::new(), Written::default(), vec![0]);
    for i in 0..batch.len() {
        pace.spend(BYTE * batch.item(i).len())?;
        written.0.clear();
        reader.read(batch.item(i), pace.poll(), &mut written)?;
        texts.extend_from_slice(&written.0);
        ends.push(texts.len() as i64);
    }
    Ok((texts, ends))
}

/// What the fact text of each text has beside folded words.
pub fn sign_texts(batch: &Batch<u8>, poll: Poll) -> Result<(Vec<u8>, Vec<i64>), Failure> {
    let (mut texts, mut ends) = (Vec::new(), vec![0]);
    read_signs(batch, poll, |signs| {
        texts.extend_from_slice(signs);
        ends.push(texts.len() as i64);
    })?;
    Ok((texts, ends))
}

/// A hash of what the fact text of each text has beside folded words; 0 where there is nothing.
pub fn sign_hashes(batch: &Batch<u8>, poll: Poll) -> Result<Vec<u64>, Failure> {
    let mut hashes = Vec::with_capacity(batch.len());
    read_signs(batch, poll, |signs| hashes.push(if signs.is_empty() { 0 } else { hash::token(signs) }))?;
    Ok(hashes)
}

fn read_signs(batch: &Batch<u8>, poll: Poll, mut take: impl FnMut(&[u8])) -> Result<(), Failure> {
    let mut pace = Pace::new(poll);
    let (mut reader, mut extras) = (Reader::default(), Extras::default());
    for i in 0..batch.len() {
        pace.spend(BYTE * batch.item(i).len())?;
        extras.0.clear();
        if may_have_signs(batch.item(i)) {
            reader.read(batch.item(i), pace.poll(), &mut extras)?;
        }
        take(&extras.0);
    }
    Ok(())
}

/// 1 for each text that is equal, after folding, to the one of the same number in another batch;
/// with `signs` they also have the same signs and marks.
pub fn same_fold(batch: &Batch<u8>, other: &Batch<u8>, signs: bool, poll: Poll) -> Result<Vec<u8>, Failure> {
    let mut pace = Pace::new(poll);
    if batch.len() != other.len() {
        return Err(Failure::Invalid("a pair needs two texts: the batches differ in length".into()));
    }
    let (mut left, mut right) = (Folded::default(), Folded::default());
    let (mut reader, mut extras) = (Reader::default(), (Extras::default(), Extras::default()));
    let mut out = Vec::with_capacity(batch.len());
    for i in 0..batch.len() {
        pace.spend(BYTE * batch.item(i).len())?;
        let (one, two) = (batch.item(i), other.item(i));
        let mut equal = one == two;
        if !equal {
            fold(one, &mut left, pace.poll(), ())?;
            fold(two, &mut right, pace.poll(), ())?;
            equal = left.bytes() == right.bytes();
            if equal && signs {
                extras.0.0.clear();
                extras.1.0.clear();
                reader.read(one, pace.poll(), &mut extras.0)?;
                reader.read(two, pace.poll(), &mut extras.1)?;
                equal = extras.0.0 == extras.1.0;
            }
        }
        out.push(u8::from(equal));
    }
    Ok(out)
}
