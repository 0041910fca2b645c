//! String literals of JSON, read and copied in one pass.

use crate::ascii::{BLOCK, bits};
use crate::folded::encode;

/// Read the literal that begins behind its opening quote and write what it stands for to the beginning of `out`.
///
/// Answers with the bytes read (its closing quote included) and written; with nothing where it is not valid, an
/// escape is half a surrogate pair, or `out` is shorter than the literal.
pub fn read(literal: &[u8], out: &mut [u8]) -> Option<(usize, usize)> {
    let (mut from, mut to) = (0, 0);
    // Where a run begins, a whole block is copied: what is behind the run will be written again.
    while literal.len() - from >= 2 * BLOCK && out.len() - to >= 2 * BLOCK {
        let start = from;
        let block: &[u8; BLOCK] = literal[start..].first_chunk()?;
        let mut ends = bits(&block.map(|byte| if ends_run(byte) { 0xFF } else { 0 }));
        while from < start + BLOCK {
            let run = start + ends.trailing_zeros() as usize - from;
            out[to..to + BLOCK].copy_from_slice(&literal[from..from + BLOCK]);
            (from, to) = (from + run, to + run);
            if ends != 0 {
                let Some((read, written)) = special(&literal[from..], &mut out[to..])? else {
                    return Some((from + 1, to));
                };
                (from, to) = (from + read, to + written);
                // What an escape has taken ends no run.
                ends &= u64::MAX.checked_shl((from - start) as u32).unwrap_or(0);
            }
        }
    }
    loop {
        let byte = *literal.get(from)?;
        if !ends_run(byte) {
            *out.get_mut(to)? = byte;
            (from, to) = (from + 1, to + 1);
        } else if let Some((read, written)) = special(&literal[from..], &mut out[to..])? {
            (from, to) = (from + read, to + written);
        } else {
            return Some((from + 1, to));
        }
    }
}

/// Read an escape: the bytes read and written; nothing in it for the closing quote; nothing for what is not valid.
#[inline(always)]
fn special(literal: &[u8], out: &mut [u8]) -> Option<Option<(usize, usize)>> {
    match literal[0] {
        b'"' => return Some(None),
        b'\\' => {}
        _ => return None,
    }
    let own = match literal.get(1)? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        same @ (b'"' | b'\\' | b'/') => *same,
        b'u' => {
            let (point, length) = unicode(literal)?;
            let (bytes, size) = encode(point);
            out.get_mut(..size)?.copy_from_slice(&bytes[..size]);
            return Some(Some((length, size)));
        }
        _ => return None,
    };
    *out.get_mut(0)? = own;
    Some(Some((2, 1)))
}

/// Whether a byte is no part of the text as it stands: a quote, a backslash, or a control character, which is not allowed.
#[inline(always)]
fn ends_run(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

/// `\uXXXX`, or two of them for a code point beyond the first plane.
fn unicode(rest: &[u8]) -> Option<(u32, usize)> {
    let unit = |at: usize| {
        let digits = rest.get(at..at + 6)?.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
    };
    match unit(0)? {
        high @ 0xD800..0xDC00 => match unit(6)? {
            low @ 0xDC00..0xE000 => Some((0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), 12)),
            _ => None,
        },
        0xDC00..0xE000 => None,
        point => Some((point, 6)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(literal: &str) -> Option<String> {
        let mut out = vec![0; literal.len()];
        let (read, written) = read(literal.as_bytes(), &mut out)?;
        assert_eq!(literal.as_bytes()[read - 1], b'"');
        out.truncate(written);
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn agrees_with_the_library_wherever_an_escape_stands() {
        let valid = [r"\n", r"\t\r\b\f", r#"\"\\\/"#, r"\u00e9", r"\u20AC", r"\ud83d\uDE00", r"\u0000", "é\\n😀", ""];
        let invalid = [r"\x", r"\u12", r"\u+123", r"\", r"\ud800", r"\udc00", r"\ud800\n", r"\ud800\ud800", "\n", "\0", "\x1f"];
        for escape in valid.into_iter().chain(invalid) {
            for before in 0..2 * BLOCK {
                for after in [0, 1, BLOCK - 1, BLOCK, 3 * BLOCK] {
                    let literal = format!("{}{escape}{escape}{}\"", "a".repeat(before), "é".repeat(after));
                    let plain: Option<String> = serde_json::from_str(&format!("\"{literal}")).ok();
                    assert_eq!(text(&literal), plain, "{literal}");
                }
            }
        }
    }

    #[test]
    fn ends_where_the_literal_does() {
        let mut out = [0; 100];
        assert_eq!(read(br#"a\n", "b": "c"}"#, &mut out), Some((4, 2)));
        assert_eq!(read(br#"never closed"#, &mut out), None);
        assert_eq!(read(br#"longer than the room for it""#, &mut out[..20]), None);
        assert_eq!(read(b"", &mut out), None);
    }
}
