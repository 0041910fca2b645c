//! Paragraphs of a text: the twin of `dedupe/kernels/reference/paragraphs.py`, which documents the rules.

use std::ops::Range;

use crate::ascii::{BLOCK, bits};
use crate::utf8::{decode, decode_back, is_space};
use crate::wrapping::Finder;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Auto,
    Lines,
    Blank,
}

type Place = (usize, usize);

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Shrink a place by the white space at both ends.
pub fn trim(text: &[u8], (mut start, mut end): Place) -> Place {
    if start == 0 && text.starts_with(BYTE_ORDER_MARK) {
        start = BYTE_ORDER_MARK.len();
    }
    while start < end {
        let (point, after) = decode(text, start);
        if !is_space(point) {
            break;
        }
        start = after;
    }
    while end > start {
        let (point, before) = decode_back(text, end);
        if !is_space(point) {
            break;
        }
        end = before;
    }
    (start, end)
}

/// The places of the bytes with which a line break may begin.
fn maybe_breaks(text: &[u8]) -> impl Iterator<Item = usize> + '_ {
    text.chunks(BLOCK).enumerate().flat_map(|(number, chunk)| {
        let mut flags = [0u8; BLOCK];
        for (flag, &byte) in flags.iter_mut().zip(chunk) {
            *flag = if (byte.wrapping_sub(b'\n') < 4) | (byte == 0xC2) | (byte == 0xE2) { 0xFF } else { 0 };
        }
        let mut left = bits(&flags);
        std::iter::from_fn(move || {
            let place = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (place < BLOCK).then_some(number * BLOCK + place)
        })
    })
}

/// Hand the trimmed lines of a text to `f`; `None` for blank ones.
pub fn lines(text: &[u8], mut f: impl FnMut(Option<Place>)) {
    let mut line = |start, end| {
        let (start, end) = trim(text, (start, end));
        f((start < end).then_some((start, end)));
    };
    let mut start = 0;
    for at in maybe_breaks(text) {
        let length = match text[at] {
            // The second half of a break that has been taken.
            _ if at < start => continue,
            b'\r' if text.get(at + 1) == Some(&b'\n') => 2,
            b'\n' | b'\r' | 0x0B | 0x0C => 1,
            0xC2 if text.get(at + 1) == Some(&0x85) => 2,
            0xE2 if matches!(text.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) => 3,
            _ => continue,
        };
        line(start, at);
        start = at + length;
    }
    line(start, text.len());
}

/// Hand the places of a text's paragraphs to `f`, in bytes.
pub fn paragraphs(text: &[u8], mode: Mode, mut f: impl FnMut(Place)) {
    if mode == Mode::Lines {
        return lines(text, |line| line.into_iter().for_each(&mut f));
    }
    let mut places: Vec<Place> = Vec::new();
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut begin = 0;
    let mut finish = |places: &[Place]| {
        if begin < places.len() {
            blocks.push(begin..places.len());
        }
        begin = places.len();
    };
    lines(text, |line| match line {
        Some(place) => places.push(place),
        None => finish(&places),
    });
    finish(&places);
    if mode == Mode::Blank {
        return blocks.iter().for_each(|block| f((places[block.start].0, places[block.end - 1].1)));
    }
    let mut finder = Finder::new(text, &places);
    blocks.iter().filter(|block| block.len() > 1).for_each(|block| finder.add(block.clone()));
    let mut start = None;
    for (&place, wraps) in places.iter().zip(finder.finish()) {
        let begin = *start.get_or_insert(place.0);
        if !wraps {
            f((begin, place.1));
            start = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, mode: Mode) -> Vec<&str> {
        let mut out = Vec::new();
        paragraphs(text.as_bytes(), mode, |(start, end)| out.push(&text[start..end]));
        out
    }

    #[test]
    fn lines_end_at_every_kind_of_break() {
        assert_eq!(cut("\u{FEFF} a\r\nb\rc\u{2028}d \u{85}\u{3000}\ne\u{B}", Mode::Lines), ["a", "b", "c", "d", "e"]);
        assert!(cut(" \u{A0}\n", Mode::Lines).is_empty());
    }

    #[test]
    fn wrapped_lines_are_one_paragraph() {
        let text =
            "A line that is wrapped at a margin, as in mail,\ngoes on in the next and ends here, a bit short.\n\n- one\n- two";
        assert_eq!(cut(text, Mode::Auto).len(), 3);
        assert_eq!(cut(text, Mode::Blank).len(), 2);
        assert_eq!(cut(text, Mode::Lines).len(), 4);
    }
}
