//! The ways to write a word of a fact text: with marks, without, and transcribed.

use crate::fact_points::{MARKS, points, put};

const UMLAUT: u32 = 0x308;
/// Letters with a stroke: what they are without it, and as they are transcribed.
const STROKES: [(u32, &str, &str); 5] =
    [(0x111, "d", "d"), (0x142, "l", "l"), (0xF8, "o", "oe"), (0x127, "h", "h"), (0x167, "t", "t")];

/// The ways to write a word of the fact text.
#[derive(Default)]
pub struct Forms {
    /// With its marks; an umlaut is an `e` behind its letter.
    pub marked: Vec<u8>,
    /// Without marks.
    pub plain: Vec<u8>,
    /// Without marks, but for the `e` of an umlaut.
    pub transcribed: Vec<u8>,
}

impl Forms {
    /// Replace them by those of a word, given without its flag; whether it has marks.
    pub fn read(&mut self, word: &[u8]) -> bool {
        let split = word.iter().position(|&byte| byte == b'M').unwrap_or(word.len());
        let body = &word[..split];
        for form in [&mut self.marked, &mut self.plain, &mut self.transcribed] {
            form.clear();
        }
        if split == word.len() && !has_stroke(body) {
            for form in [&mut self.marked, &mut self.plain, &mut self.transcribed] {
                form.extend_from_slice(body);
            }
            return false;
        }
        let letters: Vec<u32> = points(body).collect();
        let mut behind: Vec<(usize, u32)> = Vec::new();
        let (mut number, mut any) = (0usize, false);
        for point in points(word.get(split + 1..).unwrap_or(&[])) {
            if MARKS.contains(&point) {
                behind.push((if any { number.min(letters.len()) } else { letters.len() }, point));
                (number, any) = (0, false);
            } else {
                number = number.saturating_mul(10).saturating_add(point.saturating_sub(0x30) as usize);
                any = true;
            }
        }
        behind.sort_unstable();
        let mut rest = &behind[..];
        for (place, &letter) in letters.iter().enumerate() {
            let before = rest.iter().take_while(|&&(at, _)| at < place + 1).count();
            let count = rest[before..].iter().take_while(|&&(at, _)| at == place + 1).count();
            let own = &rest[before..before + count];
            let umlaut = matches!(letter, 0x61 | 0x6F | 0x75) && own.iter().any(|&(_, mark)| mark == UMLAUT);
            put(&mut self.marked, letter);
            if let Some((_, bare, common)) = STROKES.iter().find(|(stroke, _, _)| *stroke == letter) {
                self.plain.extend_from_slice(bare.as_bytes());
                self.transcribed.extend_from_slice(common.as_bytes());
            } else {
                put(&mut self.plain, letter);
                put(&mut self.transcribed, letter);
                if umlaut {
                    self.marked.push(b'e');
                    self.transcribed.push(b'e');
                }
            }
            for &(_, mark) in own.iter().filter(|&&(_, mark)| !(umlaut && mark == UMLAUT)) {
                put(&mut self.marked, mark);
            }
            rest = &rest[before + count..];
        }
        self.marked != self.plain || has_stroke(&self.marked)
    }
}

/// Whether a text has letters with a stroke.
fn has_stroke(text: &[u8]) -> bool {
    !text.is_ascii() && points(text).any(|point| STROKES.iter().any(|(stroke, _, _)| *stroke == point))
}

/// Whether a word of a fact text has marks, or a letter with a stroke.
pub fn may_have_marks(fact_text: &[u8]) -> bool {
    fact_text.contains(&b'M') || has_stroke(fact_text)
}
