//! URLs, e-mail addresses and telephone numbers: the twin of `dedupe/kernels/reference/quality/contacts.py`.

use crate::failure::Stop;
use crate::pace::{BYTE, Pace};

const SIGNS: &[u8] = b" ./()-";
/// Groups of digits that are told apart; more are no telephone number.
const GROUPS: usize = 18;

/// URLs, e-mail addresses and telephone numbers of a text; `digits` are the places of its digits.
pub fn count(text: &[u8], digits: &[u32], pace: &mut Pace) -> Result<[usize; 3], Stop> {
    pace.spend(BYTE * text.len())?;
    let [mut urls, mut emails] = [0; 2];
    let mut end = 0;
    for at in memchr::memchr3_iter(b':', b'.', b'@', text) {
        if text[at] == b'@' {
            emails += usize::from(is_email(text, at));
        } else if let Some(url) = url(text, end, at) {
            urls += 1;
            end = url;
        }
    }
    Ok([urls, emails, count_phones(text, digits)])
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The end of the URL that begins from `least` on and has the first `:` or `.` of its scheme at a place.
fn url(text: &[u8], least: usize, at: usize) -> Option<usize> {
    let (schemes, sign): (&[&[u8]], &[u8]) =
        if text[at] == b'.' { (&[b"www"], b".") } else { (&[b"http", b"https", b"ftp"], b"://") };
    if !text[at..].starts_with(sign) {
        return None;
    }
    let begins = |scheme: &&[u8]| {
        let start = at.checked_sub(scheme.len()).filter(|&start| start >= least)?;
        let is_start = start == 0 || !text[start - 1].is_ascii_alphanumeric();
        (is_start && text[start..at].eq_ignore_ascii_case(scheme)).then_some(())
    };
    schemes.iter().find_map(begins)?;
    let mut end = at + sign.len();
    let first = *text.get(end)?;
    if !(first.is_ascii_alphanumeric() || first == b'[' || first >= 0x80) {
        return None;
    }
    end += 1;
    while first >= 0x80 && text.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end += 1;
    }
    let length = text[end..].iter().take_while(|&&byte| matches!(byte, b'!'..=b'~') && !b"\"<>".contains(&byte)).count();
    Some(end + length)
}

/// Whether `@` stands between a name and a host with a dot.
fn is_email(text: &[u8], at: usize) -> bool {
    if !at.checked_sub(1).is_some_and(|i| is_word(text[i]) || b"%+-".contains(&text[i])) {
        return false;
    }
    let mut at = at + 1;
    loop {
        let label = text[at..].iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'-').count();
        at += label;
        if label == 0 || text.get(at) != Some(&b'.') {
            return false;
        }
        at += 1;
        if text[at..].first_chunk::<2>().is_some_and(|pair| pair.iter().all(u8::is_ascii_alphabetic)) {
            return true;
        }
    }
}

fn count_phones(text: &[u8], digits: &[u32]) -> usize {
    let (mut count, mut end) = (0, 0);
    for &place in digits {
        let at = place as usize;
        // Digits that fold to those of ASCII are in none.
        if at < end || !text[at].is_ascii_digit() || at > 0 && is_word(text[at - 1]) {
            continue;
        }
        let plus = at.checked_sub(if at > 0 && text[at - 1] == b'(' { 2 } else { 1 });
        let international = plus.is_some_and(|plus| text[plus] == b'+' && !(plus > 0 && is_word(text[plus - 1])));
        let is_phone;
        (end, is_phone) = number(text, at, international);
        count += usize::from(is_phone);
    }
    count
}

/// The end of the groups of digits that begin at a place, and whether they are a telephone number.
fn number(text: &[u8], first: usize, international: bool) -> (usize, bool) {
    let mut at = first;
    // Sizes of groups, and the signs behind each.
    let (mut groups, mut signs, mut count) = ([0; GROUPS], [&text[..0]; GROUPS], 0);
    loop {
        let size = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        at += size;
        let between = text[at..].iter().take(2).take_while(|byte| SIGNS.contains(byte)).count();
        let goes_on = between > 0 && text.get(at + between).is_some_and(u8::is_ascii_digit);
        if count < GROUPS {
            groups[count] = size;
            signs[count] = &text[at..at + between];
        }
        count += 1;
        if !goes_on {
            break;
        }
        at += between;
    }
    let followed = text.get(at).is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_');
    let is_phone = count <= GROUPS && !followed && is_phone(international, &text[first..], &groups[..count], &signs[..count]);
    (at, is_phone)
}

fn is_phone(international: bool, text: &[u8], groups: &[usize], signs: &[&[u8]]) -> bool {
    let digits: usize = groups.iter().sum();
    let several = groups.len() > 1;
    if international {
        return (8..=15).contains(&digits);
    }
    if text[0] == b'0' && groups[0] > 1 && text[1] == b'0' {
        return groups[0] > 2 && text[2] != b'0' && several && (10..=17).contains(&digits);
    }
    if text[0] == b'0' {
        let alike = |signs: &[&[u8]]| signs.windows(2).all(|pair| pair[0] == pair[1]);
        return several && (9..=12).contains(&digits) && groups.iter().all(|&size| size > 1) && alike(&signs[1..signs.len() - 1]);
    }
    groups == [3, 3, 4] || (text[0] == b'1' && groups == [1, 3, 3, 4])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> [usize; 3] {
        let digits: Vec<u32> = (0u32..).zip(text.bytes()).filter(|(_, byte)| byte.is_ascii_digit()).map(|(i, _)| i).collect();
        count(text.as_bytes(), &digits, &mut Pace::new(&mut || Ok(()))).unwrap_or_default()
    }

    #[test]
    fn all_kinds_are_found() {
        assert_eq!(counts("see https://a.org/?u=http://b.org, www.c.org and WWW.d.org"), [3, 0, 0]);
        assert_eq!(counts("a@b.org, c.d+e@f-g.co.uk; a@b, @c.org, a@b..org"), [0, 2, 0]);
        assert_eq!(counts("+43 664 1234567, (212) 555-0123, 01 23 45 67 89, 2024-01-15, 01.02.2024 10:00"), [0, 0, 3]);
        assert_eq!(counts(&"1 ".repeat(40)), [0, 0, 0]);
    }
}
