//! Where a text can be cut without a change of its tokens.

/// A place in `low..=high` where a text can be cut in two, its tokens being those of the parts: a space between two letters
/// or digits of ASCII. The nearest to `high` is taken.
pub fn seam(text: &[u8], low: usize, high: usize) -> Option<usize> {
    let is_seam = |&at: &usize| {
        let around = at.checked_sub(2).and_then(|first| text.get(first..=at));
        around.is_some_and(|around| around[0].is_ascii_alphanumeric() && around[1] == b' ' && around[2].is_ascii_alphanumeric())
    };
    (low..=high).rev().find(is_seam)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_words_only() {
        assert_eq!(seam(b"ab cd ef", 0, 8), Some(6));
        assert_eq!(seam(b"ab cd ef", 0, 5), Some(3));
        assert_eq!(seam(b"ab cd ef", 4, 5), None);
        assert_eq!(seam(b"well- known", 0, 11), None);
        assert_eq!(seam("à b".as_bytes(), 0, 4), None);
        assert_eq!(seam(b"a b", 5, 9), None);
    }
}
