//! What is asked about the words of a line.

use super::columns::{column_behind, is_anywhere, is_wide, points, skip};
use super::lines::{Line, is_lower};
use crate::utf8::{decode, decode_back, is_one_of, is_space};

const NEVER_FIRST: &str = "、。，．！？：；・」』）】〉》］｝ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ";
const HANGS: &str = "、。，．";
const OPENS: &str = "「『（【〈《";

impl Line<'_> {
    pub fn is_of_comment(&self) -> bool {
        self.mark.0 == b'*'
    }

    /// Whether a part of the line begins at a column: behind its bullet or number, or behind a gap.
    pub fn hangs_at(&self, column: usize) -> bool {
        if self.item > 0 && column == self.indent + self.item {
            return true;
        }
        let (mut at, mut gap, mut behind) = (0, 0, self.indent);
        for (point, after) in points(self.text) {
            if matches!(point, 0x20 | 0xA0) {
                gap += 1;
            } else {
                if gap > 1 && behind == column {
                    return true;
                }
                gap = 0;
            }
            behind = column_behind(&self.text[at..after], behind);
            at = after;
        }
        gap > 1 && behind == column
    }

    pub fn has_lower(&self) -> bool {
        points(self.text).any(|(point, _)| is_lower(point))
    }

    /// The last byte, or 0.
    pub fn last(&self) -> u8 {
        self.text.last().copied().unwrap_or(0)
    }

    /// Whether the line ends with a sign that may stand beyond the margin.
    pub fn hangs_over(&self) -> bool {
        self.anywhere && is_one_of(decode_back(self.text, self.text.len()).0, HANGS)
    }

    /// Whether a line that goes on in another needs no space between them.
    pub fn needs_no_space(&self, following: &Line) -> bool {
        let last = !self.text.is_empty() && is_anywhere(decode_back(self.text, self.text.len()).0);
        last && points(following.text).next().is_some_and(|(point, _)| is_anywhere(point))
    }

    /// Columns and characters of what the line before must take in at once: a word, or a character and what never
    /// begins a line behind it.
    pub fn first_unit(&self) -> (usize, usize) {
        if self.is_plain {
            return (self.first_word(), self.first_word());
        }
        let opened = skip(self.text, 0, |point| is_one_of(point, OPENS));
        let end = match points(&self.text[opened..]).next() {
            Some((point, after)) if is_anywhere(point) => skip(self.text, opened + after, |point| is_one_of(point, NEVER_FIRST)),
            _ => skip(self.text, opened, |point| !is_space(point) && !is_anywhere(point)),
        };
        let unit = &self.text[..end];
        (column_behind(unit, 0), points(unit).count())
    }

    /// Characters before the first white space.
    pub fn first_word(&self) -> usize {
        if self.is_plain {
            return self.text.iter().position(|&byte| byte == b' ').unwrap_or(self.text.len());
        }
        points(self.text).take_while(|&(point, _)| !is_space(point)).count()
    }

    /// Words but for numbers, and those of them that are names of code, paths or addresses.
    pub fn count_words(&self) -> (usize, usize) {
        let (mut words, mut odd) = (0, 0);
        if self.text.is_ascii() {
            for word in self.text.split(|&byte| is_space(u32::from(byte))).filter(|word| !word.is_empty()) {
                let is_odd = judge_word(word);
                words += usize::from(is_odd.is_some());
                odd += usize::from(is_odd == Some(true));
            }
            return (words, odd);
        }
        let mut begin = 0;
        let mut at = 0;
        while at <= self.text.len() {
            let (point, after) = if at < self.text.len() { decode(self.text, at) } else { (0x20, at + 1) };
            let wide = is_wide(point);
            if wide || is_space(point) {
                words += usize::from(wide);
                if begin < at
                    && let Some(is_odd) = judge_word(&self.text[begin..at])
                {
                    words += 1;
                    odd += usize::from(is_odd);
                }
                begin = after;
            }
            at = after;
        }
        (words, odd)
    }
}

/// Whether a word holds more than letters, between the signs around it; nothing for numbers.
fn judge_word(word: &[u8]) -> Option<bool> {
    let opens = |byte: &u8| matches!(byte, b'"' | b'\'' | b'(' | b'[' | b'*' | b'`');
    let start = word.iter().position(|byte| !opens(byte)).unwrap_or(word.len());
    let core = &word[start..];
    let closes =
        |byte: &u8| matches!(byte, b',' | b'.' | b';' | b':' | b'!' | b'?' | b')' | b']' | b'"' | b'\'' | b'*' | b'`' | b'-');
    let end = core.iter().rposition(|byte| !closes(byte)).map_or(0, |last| last + 1);
    let core = &core[..end];
    if core.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',' | b':' | b';' | b'(' | b')' | b'%' | b'+' | b'-')) {
        return None;
    }
    Some(!core.iter().all(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii() || matches!(byte, b'\'' | b'-')))
}
