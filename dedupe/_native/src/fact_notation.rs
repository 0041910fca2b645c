//! Words in one spelling and numbers in one notation; parts of the twin of `dedupe/kernels/reference/fact_notation.py`.

use crate::fact_points::{MARKS, ZEROS, points, put};
use crate::failure::Stop;
use crate::hash;
use crate::pace::{BYTE, Pace};
use crate::utf8::decode;

/// English spellings of one word, and how many groups of vowels come before.
const SPELLINGS: [(&[u8], &[u8], usize); 5] =
    [(b"https", b"http", 0), (b"illful", b"ilful", 0), (b"woollen", b"woolen", 0), (b"our", b"or", 1), (b"ogue", b"og", 1)];
/// Letters of a word, and of its rest behind `ae` or `oe`, from which on these are `e`.
const LIGATURE: usize = 6;
const BEHIND_LIGATURE: usize = 2;
const LONGEST_HAN: usize = 12;

/// Letters of a word, which has this hash, without its marks, and the hash of it so.
pub fn bare(word: &[u8], hash: u64) -> (u32, u64) {
    if word.is_ascii() {
        return (word.len() as u32, hash);
    }
    let mut without = Vec::with_capacity(word.len());
    let mut letters = 0;
    for point in points(word).filter(|point| !MARKS.contains(point)) {
        put(&mut without, point);
        letters += 1;
    }
    (letters, hash::token(&without))
}

/// Whether two letters that follow each other are a part of any spelling but the common one.
const fn is_variant(first: u8, second: u8) -> bool {
    let pair = [first, second];
    let doubled = first == second && first.is_ascii_lowercase() && !matches!(first, b'a' | b'e' | b'i' | b'o' | b'u');
    doubled || matches!(&pair, b"ht" | b"ou" | b"og" | b"tr" | b"ae" | b"oe" | b"iz" | b"yz" | b"ic" | b"nc")
}

/// A bit for each letter of ASCII that, behind another one, is a part of any spelling but the common one.
const VARIANTS: [[u64; 2]; 128] = {
    let mut table = [[0; 2]; 128];
    let mut pair = 0;
    while pair < 1 << 14 {
        let (first, second) = (pair >> 7, pair & 0x7F);
        table[first][second / 64] |= (is_variant(first as u8, second as u8) as u64) << (second % 64);
        pair += 1;
    }
    table
};

/// Put an English word into the common spelling: into `out`, unless it is so already, and whether it is not.
pub fn spell(word: &[u8], out: &mut Vec<u8>, pace: &mut Pace) -> Result<bool, Stop> {
    let is_variant = |pair: &[u8]| {
        let row = VARIANTS.get(usize::from(pair[0])).map_or(0, |row| row[usize::from(pair[1] >> 6 & 1)]);
        pair[1] < 0x80 && row >> (pair[1] % 64) & 1 == 1
    };
    if !word.windows(2).any(is_variant) {
        pace.spend(BYTE * word.len())?;
        return Ok(false);
    }
    let (mut read, mut groups) = (0, 0);
    out.clear();
    while read < word.len() {
        pace.spend(BYTE)?;
        let (length, common) = spelling(word, read, groups);
        out.extend_from_slice(common.unwrap_or(&word[read..read + length]));
        for at in read..read + length {
            groups += usize::from(is_vowel(word, at) && !(at > 0 && is_vowel(word, at - 1)));
        }
        read += length;
    }
    Ok(true)
}

/// How many bytes at a place, behind so many groups of vowels, are spelled in another way, and which.
fn spelling(word: &[u8], place: usize, groups: usize) -> (usize, Option<&'static [u8]>) {
    let (letter, behind) = (word[place], &word[place + 1..]);
    let before = place.checked_sub(1).map(|at| word[at]);
    for (variant, common, least) in SPELLINGS {
        if groups >= least && word[place..].starts_with(variant) {
            return (variant.len(), Some(common));
        }
    }
    if groups > 0 && letter == b't' && matches!(behind, b"re" | b"res") {
        return (3, Some(b"ter"));
    }
    let is_ligature = matches!(letter, b'a' | b'o') && behind.first() == Some(&b'e');
    if is_ligature && points(word).nth(LIGATURE - 1).is_some() && points(behind).nth(BEHIND_LIGATURE).is_some() {
        return (2, Some(b"e"));
    }
    if groups > 1 {
        if letter == b'z' && matches!(before, Some(b'i' | b'y')) {
            return (1, Some(b"s"));
        }
        if letter == b'c' && matches!(before, Some(b'i' | b'n')) && matches!(behind.first(), Some(b'e' | b'i')) {
            return (1, Some(b"s"));
        }
        let doubled = before == Some(letter) && letter.is_ascii_lowercase() && !is_vowel(word, place);
        if doubled && !(letter == b's' && behind.is_empty()) {
            return (1, Some(b""));
        }
    }
    (1, None)
}

fn is_vowel(word: &[u8], place: usize) -> bool {
    matches!(word[place], b'a' | b'e' | b'i' | b'o' | b'u') || (word[place] == b'y' && place > 0)
}

/// A decimal digit of any script as one of ASCII.
pub fn figure(point: u32) -> u8 {
    let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&point));
    zero.map_or(b'0', |zero| b'0' + (point - zero) as u8)
}

/// A digit of a number in Chinese characters, or the unit that a character stands for.
fn han(point: u32) -> Option<Result<u64, u64>> {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let char = char::from_u32(point)?;
    if let Some(digit) = DIGITS.iter().position(|&digit| digit == char) {
        return Some(Ok(digit as u64));
    }
    match char {
        '〇' => Some(Ok(0)),
        '十' => Some(Err(10)),
        '百' => Some(Err(100)),
        '千' => Some(Err(1000)),
        '万' | '萬' => Some(Err(10_000)),
        '亿' | '億' => Some(Err(100_000_000)),
        _ => None,
    }
}

/// Whether a word is a digit or a unit of a number in Chinese characters.
pub fn is_han_number(text: &[u8]) -> bool {
    text.len() == 3 && han(decode(text, 0).0).is_some()
}

/// What a number in Chinese characters says, in digits; as it is where it is none.
pub fn han_value(number: &[u32]) -> Vec<u8> {
    let as_it_is = || {
        let mut out = Vec::new();
        number.iter().for_each(|&point| put(&mut out, point));
        out
    };
    let parts: Vec<Result<u64, u64>> = number.iter().filter_map(|&point| han(point)).collect();
    if parts.iter().all(Result::is_ok) {
        return parts.iter().map(|part| b'0' + part.unwrap_or(0) as u8).collect();
    }
    // A last digit behind a hundred counts tens in Chinese and ones in Japanese.
    let is_open = matches!(parts[..], [.., Err(unit), Ok(_)] if unit > 10);
    if number.len() > LONGEST_HAN || is_open {
        return as_it_is();
    }
    let (mut total, mut section, mut digit) = (0u64, 0u64, None::<u64>);
    for part in parts {
        match part {
            Ok(_) if digit.is_some_and(|digit| digit != 0) => return as_it_is(),
            Ok(value) => digit = Some(value),
            Err(unit) if unit < 10_000 => {
                section += digit.unwrap_or(1) * unit;
                digit = None;
            }
            Err(unit) => {
                section += digit.unwrap_or(0);
                total += section.max(1) * unit;
                (section, digit) = (0, None);
            }
        }
    }
    (total + section + digit.unwrap_or(0)).to_string().into_bytes()
}
