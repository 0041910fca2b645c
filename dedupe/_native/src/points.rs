//! Code points in UTF-8: how many, and where the n-th begins.

use crate::ascii;

const BLOCK: usize = 128;

fn begins(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// How many code points begin in some bytes.
pub fn count_points(bytes: &[u8]) -> usize {
    #[cfg(target_arch = "x86_64")]
    if bytes.len() >= BLOCK && is_x86_feature_detected!("avx2") {
        // SAFETY: the feature has just been detected.
        return unsafe { count_avx2(bytes) };
    }
    count(bytes)
}

#[inline(always)]
fn count(bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let in_block = |block: &[u8; BLOCK]| block.iter().map(|&byte| u8::from(begins(byte))).sum::<u8>();
    blocks.iter().map(|block| usize::from(in_block(block))).sum::<usize>() + rest.iter().filter(|&&byte| begins(byte)).count()
}

/// The same code, compiled for wider registers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn count_avx2(bytes: &[u8]) -> usize {
    count(bytes)
}

/// Counts the code points before places that ascend, 64 bytes at a time.
pub struct PointCursor<'a> {
    rest: &'a [u8],
    /// Where the block lies that was looked at last, which of its bytes begin a code point, and how many did before.
    block: usize,
    begins: u64,
    before: usize,
}

impl<'a> PointCursor<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        let mut cursor = PointCursor { rest: text, block: 0, begins: 0, before: 0 };
        cursor.look();
        cursor
    }

    /// How many code points begin before a place that is not before the last one asked for.
    #[inline]
    pub fn before(&mut self, place: usize) -> usize {
        while place >= self.block + ascii::BLOCK {
            self.before += self.begins.count_ones() as usize;
            self.block += ascii::BLOCK;
            self.look();
        }
        let earlier = (1 << (place - self.block)) - 1;
        self.before + (self.begins & earlier).count_ones() as usize
    }

    fn look(&mut self) {
        let (block, rest) = self.rest.split_at(self.rest.len().min(ascii::BLOCK));
        let mut flags = [0; ascii::BLOCK];
        for (flag, &byte) in flags.iter_mut().zip(block) {
            *flag = if begins(byte) { 0xFF } else { 0 };
        }
        (self.begins, self.rest) = (ascii::bits(&flags), rest);
    }
}

/// How many bytes `points` code points take, or all bytes where there are fewer.
pub fn skip_points(text: &[u8], points: usize) -> usize {
    let (mut at, mut left) = (0, points);
    while at < text.len() {
        let block = &text[at..text.len().min(at + BLOCK)];
        let here = count(block);
        if here > left {
            // The wanted one begins in this block.
            let inside = block.iter().enumerate().filter(|&(_, &byte)| begins(byte)).nth(left);
            return at + inside.map_or(block.len(), |(place, _)| place);
        }
        left -= here;
        at += block.len();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_are_found() {
        let text = "aé東😀".repeat(50);
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).chain([text.len()]).collect();
        assert_eq!(count_points(text.as_bytes()), text.chars().count());
        let mut cursor = PointCursor::new(text.as_bytes());
        for (count, &place) in places.iter().enumerate() {
            assert_eq!(cursor.before(place), count);
            assert_eq!(cursor.before(place), count);
        }
        assert_eq!(PointCursor::new(text.as_bytes()).before(text.len()), places.len() - 1);
        assert_eq!(PointCursor::new(b"").before(0), 0);
        for (count, &place) in places.iter().enumerate() {
            assert_eq!(skip_points(text.as_bytes(), count), place);
        }
        assert_eq!(skip_points(text.as_bytes(), 1000), text.len());
    }
}
