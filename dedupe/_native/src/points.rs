//! Code points in UTF-8: how many, and where the n-th begins.

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
        for (count, &place) in places.iter().enumerate() {
            assert_eq!(skip_points(text.as_bytes(), count), place);
        }
        assert_eq!(skip_points(text.as_bytes(), 1000), text.len());
    }
}
