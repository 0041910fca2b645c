//! Words in one spelling and numbers in one notation; parts of the twin of `dedupe/duplicates/fact_notation.py`.

use crate::fact_text::{MARKS, ZEROS, put};
use crate::fact_words::points;
use crate::hash;
use crate::utf8::decode;

const SPELLINGS: [(&[u8], &[u8]); 8] = [
    (b"https", b"http"),
    (b"our", b"or"),
    (b"ogue", b"og"),
    (b"tre", b"ter"),
    (b"ae", b"e"),
    (b"oe", b"e"),
    (b"z", b"s"),
    (b"c", b"s"),
];
const LONGEST_HAN: usize = 12;

/// Letters of a word without its marks, and the hash of it so.
pub fn bare(word: &[u8]) -> (u32, u64) {
    if word.is_ascii() {
        return (word.len() as u32, hash::token(word));
    }
    let mut without = Vec::with_capacity(word.len());
    let mut letters = 0;
    for point in points(word).filter(|point| !MARKS.contains(point)) {
        put(&mut without, point);
        letters += 1;
    }
    (letters, hash::token(&without))
}

/// Put a word into one spelling.
pub fn spell(word: &mut Vec<u8>) {
    for (variant, common) in SPELLINGS {
        if word.len() < variant.len() || !word.contains(&variant[0]) {
            continue;
        }
        let (mut read, mut write) = (0, 0);
        while read < word.len() {
            if word[read..].starts_with(variant) {
                for &byte in common {
                    word[write] = byte;
                    write += 1;
                }
                read += variant.len();
            } else {
                word[write] = word[read];
                (read, write) = (read + 1, write + 1);
            }
        }
        word.truncate(write);
    }
    // A doubled letter at the beginning is an abbreviation.
    let doubled = if word.is_ascii() {
        word.windows(2).skip(1).any(|pair| pair[0] == pair[1])
    } else {
        let letters: Vec<u32> = points(word).collect();
        letters.windows(2).skip(1).any(|pair| pair[0] == pair[1])
    };
    if doubled {
        let letters: Vec<u32> = points(word).collect();
        word.clear();
        for (place, &letter) in letters.iter().enumerate() {
            if place < 2 || letters[place - 1] != letter {
                put(word, letter);
            }
        }
    }
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
    if number.len() > LONGEST_HAN {
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
