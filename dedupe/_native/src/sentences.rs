//! Sentences of a text: the twin of `dedupe/kernels/reference/sentences.py`, which documents the rules.

use crate::full_stops::{ends_nothing, goes_on};
use crate::segment::trim;
use crate::utf8::{decode, is_one_of, is_space};

type Place = (usize, usize);

const STRONG: &str = "。！？｡．؟۔।॥։።፧፨။។៕᠃᠉꓿";
const WEAK: &str = ".!?…‥";
const FOLLOWS_STRONG: &str = ".!?…";
const CLOSING: &str = "\"'”’»›)]}」』）】〉》";

/// Hand the places of the sentences of `text[start..end]` to `f`, in bytes.
pub fn sentences(text: &[u8], (start, end): Place, mut f: impl FnMut(Place)) {
    let mut begin = start;
    let mut at = start;
    let ascii = text[start..end].is_ascii();
    while let Some((place, after, strong)) = boundary(&text[..end], at, ascii) {
        at = after;
        let following = skip_space(text, after, end);
        if following >= end {
            break;
        }
        let next = decode(text, following).0;
        if strong {
            if following == after && is_one_of(next, FOLLOWS_STRONG) {
                continue;
            }
        } else if goes_on(next)
            || (after == place + 1 && text[place] == b'.' && ends_nothing(&text[..end], begin, place, following))
        {
            continue;
        }
        f(trim(text, (begin, after)));
        begin = following;
    }
    let last = trim(text, (begin, end));
    if last.0 < last.1 {
        f(last);
    }
}

/// The next place from `at` on where a sentence may end: its begin and end, and whether it needs no space behind it.
fn boundary(text: &[u8], mut at: usize, ascii: bool) -> Option<(usize, usize, bool)> {
    while at < text.len() {
        // Of ASCII only three bytes begin one.
        if ascii {
            at += memchr::memchr3(b'.', b'!', b'?', &text[at..])?;
        } else if text[at].is_ascii() && !matches!(text[at], b'.' | b'!' | b'?') {
            at += 1;
            continue;
        }
        let (point, after) = decode(text, at);
        // Nor do Latin, Greek and Cyrillic letters, kana and ideographs.
        if matches!(point, 0x80..0x589 | 0x3003..0xA4FF) {
            at = after;
            continue;
        }
        if is_one_of(point, STRONG) {
            let end = skip(text, after, STRONG);
            let end = skip_either(text, end);
            return Some((at, skip(text, end, CLOSING), true));
        }
        if !is_one_of(point, WEAK) {
            at = after;
            continue;
        }
        let run = skip(text, after, WEAK);
        let end = skip(text, run, CLOSING);
        let mark = guillemet(text, end);
        if let Some(place) =
            [mark, Some(end)].into_iter().flatten().find(|&place| place < text.len() && is_space(decode(text, place).0))
        {
            return Some((at, place, false));
        }
        at = run;
    }
    None
}

/// The end of a space and a closing guillemet at `at`.
fn guillemet(text: &[u8], at: usize) -> Option<usize> {
    let (space, after) = (at < text.len()).then(|| decode(text, at))?;
    if !matches!(space, 0x20 | 0xA0 | 0x202F) || after >= text.len() {
        return None;
    }
    let (mark, end) = decode(text, after);
    (mark == 0xBB).then_some(end)
}

fn skip(text: &[u8], mut at: usize, set: &str) -> usize {
    while at < text.len() {
        let (point, after) = decode(text, at);
        if !is_one_of(point, set) {
            break;
        }
        at = after;
    }
    at
}

fn skip_either(text: &[u8], mut at: usize) -> usize {
    loop {
        let after = skip(text, skip(text, at, STRONG), FOLLOWS_STRONG);
        if after == at {
            return at;
        }
        at = after;
    }
}

fn skip_space(text: &[u8], mut at: usize, end: usize) -> usize {
    while at < end {
        let (point, after) = decode(text, at);
        if !is_space(point) {
            break;
        }
        at = after;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_do() {
        let text = "Il fait 3.5 degrés. « Venez ! » dit-il. M. Dupont, z.B. hier, etc.) fini. 今日は。元気？ 1. Un";
        let mut found = Vec::new();
        sentences(text.as_bytes(), (0, text.len()), |(start, end)| found.push(&text[start..end]));
        assert_eq!(
            found,
            ["Il fait 3.5 degrés.", "« Venez ! » dit-il.", "M. Dupont, z.B. hier, etc.) fini.", "今日は。", "元気？", "1. Un"]
        );
    }
}
