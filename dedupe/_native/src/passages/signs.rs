//! What the signs at the ends of sentences are.

use std::sync::OnceLock;

use crate::tables::{Kind, tables};
use crate::utf8::is_space;

/// Belongs to what follows it.
pub const OPENING: u8 = 1;
/// Belongs to the sentence before it.
pub const CLOSING: u8 = 2;
/// Ends a sentence wherever it stands.
pub const STRONG: u8 = 4;
/// Ends a sentence before white space.
pub const STOP: u8 = 8;
/// Ends a line.
pub const BREAK: u8 = 16;
pub const SPACE: u8 = 32;
/// Separates tokens, and is no white space.
pub const SIGN: u8 = 64;

const SIGNS: [(u8, &str); 5] = [
    (OPENING, "\"'“‘„«‹([{¿¡「『（【〈《-–—•*#"),
    (CLOSING, "\"'”’»›)]}」』）】〉》"),
    (STRONG, "。！？｡．؟۔।॥։።፧፨။។៕᠃᠉꓿"),
    (STOP, ".!?…‥"),
    (BREAK, "\n\r\u{2028}\u{2029}"),
];

/// What a code point is: bits.
pub fn sign(point: u32) -> u8 {
    static ASCII: OnceLock<[u8; 128]> = OnceLock::new();
    match ASCII.get_or_init(|| std::array::from_fn(|point| look_up(point as u32))).get(point as usize) {
        Some(&bits) => bits,
        None => look_up(point),
    }
}

fn look_up(point: u32) -> u8 {
    static LISTED: OnceLock<Vec<(u32, u8)>> = OnceLock::new();
    let listed = LISTED.get_or_init(|| {
        let chars = SIGNS.iter().flat_map(|&(bit, chars)| chars.chars().map(move |char| (u32::from(char), bit)));
        let mut listed: Vec<(u32, u8)> = chars.collect();
        listed.sort_unstable();
        listed.dedup_by(|other, one| {
            other.0 == one.0 && {
                one.1 |= other.1;
                true
            }
        });
        listed
    });
    let bits = listed.binary_search_by_key(&point, |one| one.0).map_or(0, |i| listed[i].1);
    match is_space(point) {
        true => bits | SPACE,
        false if tables().entry(point).kind() == Kind::Separator => bits | SIGN,
        false => bits,
    }
}
