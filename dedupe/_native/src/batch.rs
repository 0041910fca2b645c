//! A batch of texts (or of sets) in one flat buffer.

use crate::failure::{Failure, Poll, Stop};
use crate::memory;
use crate::pace::Pace;

/// The longest text, in bytes: places in a text and the length of a folded token, which is at most three times
/// that of its source, are kept in 32 bits.
pub const LONGEST_TEXT: usize = 1 << 30;
/// Bytes that a kernel takes at once for each byte of its input, at most.
const FIRST: usize = 4;

/// Item `i` is `buffer[starts[i]..ends[i]]`; `new` has checked that all of them lie inside.
#[derive(Clone, Copy)]
pub struct Batch<'a, T> {
    pub buffer: &'a [T],
    pub starts: &'a [i64],
    pub ends: &'a [i64],
}

impl<'a, T: Sync> Batch<'a, T> {
    pub fn new(buffer: &'a [T], starts: &'a [i64], ends: &'a [i64]) -> Result<Self, Failure> {
        if starts.len() != ends.len() {
            return Err(Failure::Invalid("every item needs a start and an end: the arrays differ in length".into()));
        }
        for (&start, &end) in starts.iter().zip(ends) {
            if start < 0 || start > end || end as u64 > buffer.len() as u64 {
                return Err(Failure::Invalid(format!("{start}..{end} is no place in a buffer of {}", buffer.len())));
            }
            if std::mem::size_of::<T>() == 1 && (end - start) as usize > LONGEST_TEXT {
                return Err(Failure::Invalid(format!("a text is longer than {LONGEST_TEXT} bytes: split it into documents")));
            }
        }
        // What kernels take at the beginning: letters, folded texts, rows.
        let bytes = size_of_val(buffer) + size_of_val(starts);
        if bytes >= memory::LARGE {
            memory::room(FIRST * bytes + memory::SPARE)?;
        }
        Ok(Batch { buffer, starts, ends })
    }

    /// Items that follow each other: item `i` is `buffer[offsets[i]..offsets[i + 1]]`.
    pub fn adjacent(buffer: &'a [T], offsets: &'a [i64]) -> Result<Self, Failure> {
        if offsets.is_empty() {
            return Err(Failure::Invalid("offsets are one more than items: there is none".into()));
        }
        Self::new(buffer, &offsets[..offsets.len() - 1], &offsets[1..])
    }

    pub fn len(&self) -> usize {
        self.starts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn item(&self, i: usize) -> &'a [T] {
        &self.buffer[self.starts[i] as usize..self.ends[i] as usize]
    }

    /// Apply `f` to the numbers of items, pair by pair, after checking that there are such items.
    pub fn pairs<R>(
        &self,
        a: &[i64],
        b: &[i64],
        poll: Poll,
        mut f: impl FnMut(usize, usize, &mut Pace) -> Result<R, Stop>,
    ) -> Result<Vec<R>, Failure> {
        let mut pace = Pace::new(poll);
        if a.len() != b.len() {
            return Err(Failure::Invalid("a pair needs two items: the arrays differ in length".into()));
        }
        let mut out = Vec::with_capacity(a.len());
        for (&left, &right) in a.iter().zip(b) {
            out.push(f(self.checked(left)?, self.checked(right)?, &mut pace)?);
        }
        Ok(out)
    }

    pub fn checked(&self, i: i64) -> Result<usize, Failure> {
        match usize::try_from(i) {
            Ok(i) if i < self.len() => Ok(i),
            _ => Err(Failure::Invalid(format!("there is no item {i} in a batch of {}", self.len()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = "one two three four five six seven été 東京 eight".as_bytes();

    #[test]
    fn bad_places_are_refused() {
        for offsets in [&[][..], &[0, 99999], &[5, 2], &[-1, 3]] {
            assert!(Batch::adjacent(TEXT, offsets).is_err());
        }
        assert!(Batch::new(TEXT, &[0], &[]).is_err());
    }
}
