//! What lies between two words, and the signs in it that count: the twin of `_Gap` in `dedupe/kernels/reference/fact_text.py`.

use crate::fact_points::{NEWLINE, Words, is_digit, points};
use crate::signs::{Role, Signs};

/// Whether a text has a sign or a mark that could count: a quick look, which may say so of a text that has none.
pub fn may_have_signs(text: &[u8]) -> bool {
    let at = |place: usize| text.get(place).copied().unwrap_or(b' ');
    let ends_unit = |place: usize| place > 1 && cased_unit(&text[place - 2..place]).is_some();
    ends_unit(text.len())
        || text.iter().enumerate().any(|(place, &byte)| {
            if byte.is_ascii_alphanumeric() {
                return false;
            }
            if ends_unit(place) {
                return true;
            }
            if byte == b' ' {
                return false;
            }
            let before = if place > 0 { at(place - 1) } else { b' ' };
            let after = at(place + 1);
            let joins = before.is_ascii_digit() && after.is_ascii_digit();
            match byte {
                b'<' | b'>' | b'%' | b'$' | b'+' | b'^' | b'=' | b'~' | b'&' | 0x80.. => true,
                b'-' if before.is_ascii_alphanumeric() => {
                    !after.is_ascii_alphanumeric() || (after.is_ascii_digit() && matches!(before, b'e' | b'E'))
                }
                b'-' => matches!(after, b'0'..=b'9' | b'.' | b')'),
                b'.' => joins || (matches!(after, b'0'..=b'9' | b'.' | b'/') && !before.is_ascii_alphanumeric()),
                b'/' => joins || (after.is_ascii_alphanumeric() && !before.is_ascii_digit()) || after.is_ascii_alphabetic(),
                b',' | b':' | b'\'' => joins,
                b'!' => after == b'=' || after.is_ascii_alphanumeric(),
                b'#' => before.is_ascii_alphanumeric(),
                b'|' => after == b'|',
                b'*' => text[place + 1..]
                    .iter()
                    .find(|byte| !byte.is_ascii_whitespace() && **byte != 0xB)
                    .is_some_and(u8::is_ascii_digit),
                _ => false,
            }
        })
}

/// Whether a gap of ASCII has no sign that could count.
pub fn is_plain(gap: &[u8], before: u32, after: u32) -> bool {
    let after_digit = is_digit(after);
    if gap.len() == 1 && after_digit && before != 0 && is_digit(before) {
        return false;
    }
    let plain = |&byte: &u8| match byte {
        b'<' | b'>' | b'%' | b'$' | b'/' | b'!' | b'+' | b'#' | b'^' | b'=' | b'~' | b'*' | b'&' | b'|' | 0x80.. => false,
        b'-' => !after_digit && matches!(gap, b"-" | b" - " | b"\n- " | b" -- "),
        b'.' => !after_digit,
        _ => true,
    };
    gap.iter().all(plain)
}

/// What the case of a unit says, whose letters are others in capitals: `mW` is no `MW`, `Mb` no `MB`.
pub fn cased_unit(unit: &[u8]) -> Option<&'static str> {
    match unit {
        [b'm', b'W' | b'V' | b'J' | b'A'] => Some("milli"),
        [b'k' | b'K' | b'M' | b'G' | b'T', b'b'] => Some("bit"),
        _ => None,
    }
}

/// What signs behind a word may belong to.
#[derive(Clone, Copy, Default)]
pub struct WordBefore {
    /// Whether it ends like `1e`, before an exponent.
    pub exponent: bool,
    /// Whether it may be a grade or an ion.
    pub charged: bool,
    /// Whether it may be a unit.
    pub unit: bool,
}

/// How many letters a unit has before a slash.
const UNIT: usize = 2;

/// Whether a word may be a grade or an ion before its sign (`BBB-`, `Cl-`, `NO3-`).
pub fn is_charged(word: &[u8]) -> bool {
    /// No byte of a text.
    const NONE: u8 = 0xFF;
    let mut letters = word.iter().filter(|byte| !byte.is_ascii_digit());
    let four = [letters.next(), letters.next(), letters.next(), letters.next()].map(|byte| byte.copied().unwrap_or(NONE));
    match four {
        [b'A'..=b'Z', second, NONE, NONE] => second == NONE || second.is_ascii_alphabetic(),
        [first, second, third, NONE] => [first, second, third].iter().all(u8::is_ascii_uppercase),
        _ => false,
    }
}

impl WordBefore {
    /// Of a folded word, whether it may be a grade or an ion, and whether a number is before it.
    pub fn new(folded: &[u8], charged: bool, counted: bool) -> WordBefore {
        let (mut count, mut digits, mut last) = (0, 0, [0, 0]);
        for point in points(folded) {
            digits += usize::from(digits == count && is_digit(point));
            count += 1;
            last = [last[1], point];
        }
        WordBefore {
            exponent: count > 1 && is_digit(last[0]) && last[1] == 0x65,
            charged,
            unit: count > digits && count - digits <= UNIT && (counted || digits > 0),
        }
    }
}

/// What lies between two words, as signs and what is beside them.
pub struct Gap<'a> {
    pub table: &'a Signs,
    pub gap: &'a [u32],
    /// The same, signs read as those that they stand for.
    pub signs: &'a [u32],
    /// For each of them white space or another sign; and at the ends a digit, a letter, or an edge of the text.
    pub line: &'a [u8],
    /// Whether signs count at once behind the word before.
    pub is_open: bool,
    pub previous: WordBefore,
}

const MINUS: u32 = b'-' as u32;
const GREATER: u32 = b'>' as u32;
const LESS: u32 = b'<' as u32;
const EQUAL: u32 = b'=' as u32;
const SLASH: u32 = b'/' as u32;
const DOT: u32 = b'.' as u32;

impl Gap<'_> {
    /// Hand the signs that count to `out`.
    pub fn read<W: Words>(&self, number: usize, out: &mut W) {
        let (signs, line) = (self.signs, self.line);
        if signs.len() == 1 && line[0] == b'd' && line[2] == b'd' && (self.table.joins(signs[0]) || line[1] == b' ') {
            let join = if line[1] == b' ' { u32::from(b'_') } else { signs[0] };
            return out.sign(number, b'J', &[join]);
        }
        let mut place = 0;
        while place < signs.len() {
            let role = self.table.role(signs[place]);
            place += if role == Role::None { 1 } else { self.sign(role, place, number, out) };
        }
    }

    /// Hand on the sign at a place, if it counts; answers with how many signs it takes.
    fn sign<W: Words>(&self, role: Role, place: usize, number: usize, out: &mut W) -> usize {
        let sign = self.signs[place];
        let (left, right) = (self.line[place], self.line[place + 2]);
        let following = self.signs.get(place + 1).copied().unwrap_or(0);
        let is_word = |kind: u8| matches!(kind, b'd' | b'w');
        let mut emit = |points: &[u32], width: usize| {
            out.sign(number, b'X', points);
            width
        };
        match role {
            Role::None => 1,
            Role::Anywhere => emit(&[sign], 1),
            Role::Inside if !self.begins_line(place) => emit(&[sign], 1),
            Role::Minus if self.subtracts(place) || self.is_bracketed(place) => emit(&[sign], 1),
            Role::Prime if left == b'd' => emit(&[sign], 1),
            Role::Power if right == b'd' || is_word(left) => emit(&[if sign == 0x207B { 0x2D } else { 0x2B }], 1),
            Role::Compare if following == EQUAL => emit(&[if sign == LESS { 0x2264 } else { 0x2265 }], 2),
            Role::Compare if self.compares(place) => emit(&[sign], 1),
            Role::Tilde if following == SLASH && self.opens(place) => emit(&[sign, SLASH], 2),
            Role::Tilde if self.opens(place) && right == b'd' => emit(&[sign], 1),
            Role::Percent if self.near_left(place) == b'd' => emit(&[sign], 1),
            Role::Dollar if self.near_left(place) == b'd' || self.near_right(place) == b'd' => emit(&[sign], 1),
            Role::Slash if place == 0 && self.previous.unit && right == b'w' => emit(&[sign], 1),
            Role::Slash if self.opens(place) && is_word(right) => emit(&[sign], 1),
            Role::Dot => {
                let dots = if following == DOT { 2 } else { 1 };
                if self.signs.get(place + dots) == Some(&SLASH) && self.opens(place) {
                    return emit(&[DOT, DOT, SLASH][2 - dots..], dots + 1);
                }
                if self.opens(place) && right == b'd' { emit(&[sign], 1) } else { 1 }
            }
            Role::Bang if following == EQUAL => emit(&[0x2260], 2),
            Role::Bang if self.opens(place) && right == b'w' => emit(&[sign], 1),
            Role::Plus => {
                let width = self.run(place);
                let joins = self.between_digits(place) || (left == b' ' && right == b' ' && !self.begins_line(place));
                let counts = is_word(left) || (width == 1 && (joins || self.is_bracketed(place)));
                if counts { emit(&[sign, sign][..width.min(2)], width) } else { width }
            }
            Role::Hash if left == b'w' && !is_word(right) => emit(&[sign], 1),
            Role::Caret if is_word(left) && is_word(right) => emit(&[sign], 1),
            Role::Equals => {
                let width = self.run(place);
                let edge = self.line[0] == b'e' || self.line[self.line.len() - 1] == b'e';
                let counts = width <= 2 && !edge && !self.gap.contains(&NEWLINE) && self.line[place + width + 1] != b'o';
                if counts { emit(&[sign, sign][..width], width) } else { width }
            }
            Role::Twice => {
                let width = self.run(place);
                if width == 2 { emit(&[sign, sign], width) } else { width }
            }
            Role::Row if self.is_in_row(place) => emit(&[sign], 1),
            Role::Times if self.between_digits(place) => {
                out.sign(number, b'x', &[sign]);
                1
            }
            _ => 1,
        }
    }

    /// Whether nothing but an edge, white space or an opening sign is before a place.
    fn opens(&self, place: usize) -> bool {
        match place {
            0 => self.is_open || self.line[0] == b'e',
            _ => self.line[place] == b' ' || self.table.opens(self.gap[place - 1]),
        }
    }

    /// Whether a minus is a sign of a number, an exponent, a grade or an ion.
    fn subtracts(&self, place: usize) -> bool {
        let right = self.line[place + 2];
        if place == 0 && self.previous.exponent && right == b'd' {
            return true;
        }
        if place == 0 && self.previous.charged && !matches!(right, b'd' | b'w') {
            return self.gap.get(1) != Some(&NEWLINE) && !matches!(self.signs.get(1), Some(&(MINUS | GREATER)));
        }
        let is_money = |place: usize| matches!(self.table.role(self.signs[place]), Role::Anywhere | Role::Dollar);
        (place > 0 && right == b'd' && is_money(place - 1)) || (self.opens(place) && self.is_before_digit(place))
    }

    /// Whether a sign alone is in brackets: `(-)-menthol`.
    fn is_bracketed(&self, place: usize) -> bool {
        place > 0 && self.gap[place - 1] == u32::from(b'(') && self.gap.get(place + 1) == Some(&u32::from(b')'))
    }

    /// Whether a digit follows at once, or behind a currency or a decimal point.
    fn is_before_digit(&self, place: usize) -> bool {
        if self.line[place + 2] == b'd' {
            return true;
        }
        let money = |&sign: &u32| matches!(self.table.role(sign), Role::Anywhere | Role::Dollar | Role::Dot);
        self.signs.get(place + 1).is_some_and(money) && self.line[place + 3] == b'd'
    }

    /// Whether `<` or `>` compares: no bracket, arrow, or quotation at the beginning of a line.
    fn compares(&self, place: usize) -> bool {
        let (left, right) = (self.line[place], self.line[place + 2]);
        if self.begins_line(place) || (place > 0 && matches!(self.signs[place - 1], 0x2D | EQUAL)) {
            return false;
        }
        if matches!(left, b'd' | b'w') && matches!(right, b'd' | b'w') {
            return true;
        }
        let mut step = place + 1;
        while step < self.signs.len() && self.line[step + 1] == b' ' {
            step += 1;
        }
        let number = self.line[step + 1] == b'd' || (step < self.signs.len() && self.is_before_digit(step));
        number || (left == b' ' && right == b' ')
    }

    /// Whether nothing but white space and quotation marks of mail is before a place in its line.
    fn begins_line(&self, place: usize) -> bool {
        for step in (0..place).rev() {
            if self.gap[step] == NEWLINE {
                return true;
            }
            if self.line[step + 1] != b' ' && self.signs[step] != u32::from(b'>') {
                return false;
            }
        }
        self.line[0] == b'e'
    }

    /// What is nearest to a place on its left, white space left out.
    fn near_left(&self, place: usize) -> u8 {
        self.line[..=place].iter().rev().copied().find(|&kind| kind != b' ').unwrap_or(b'e')
    }

    fn near_right(&self, place: usize) -> u8 {
        self.line[place + 2..].iter().copied().find(|&kind| kind != b' ').unwrap_or(b'e')
    }

    fn between_digits(&self, place: usize) -> bool {
        self.near_left(place) == b'd' && self.near_right(place) == b'd'
    }

    /// Whether the sign before or behind a place belongs to a row, too.
    fn is_in_row(&self, place: usize) -> bool {
        let is_row = |place: usize| self.signs.get(place).is_some_and(|&sign| self.table.role(sign) == Role::Row);
        (place > 0 && is_row(place - 1)) || is_row(place + 1)
    }

    /// How many signs of one kind follow each other from a place on.
    fn run(&self, place: usize) -> usize {
        self.signs[place..].iter().take_while(|&&sign| sign == self.signs[place]).count()
    }
}
