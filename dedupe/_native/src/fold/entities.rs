//! HTML entities.

use crate::tables::Tables;
use crate::utf8::decode;

const NAME_LIMIT: usize = 8;

/// What the entity stands for whose name begins at a place, and where it ends. One that stands for an ampersand may open
/// another one.
pub fn entity(text: &[u8], tables: &Tables, name_start: usize) -> Option<(u32, usize)> {
    let (mut decoded, mut end) = read(text, tables, name_start)?;
    for _ in 1..tables.escapes {
        if !matches!(decoded, 0x26 | 0xFF06) {
            break;
        }
        let Some(inner) = read(text, tables, end) else { break };
        (decoded, end) = inner;
    }
    Some((decoded, end))
}

/// The character that the name of an entity at `position` stands for, and where it ends.
fn read(text: &[u8], tables: &Tables, mut position: usize) -> Option<(u32, usize)> {
    let mut name = [0u8; NAME_LIMIT + 1];
    let mut length = 0;
    while position < text.len() && length <= NAME_LIMIT {
        let (mut point, after) = decode(text, position);
        position = after;
        if (0xFF01..=0xFF5E).contains(&point) {
            point -= 0xFEE0;
        }
        if point == u32::from(b';') {
            let point = character(std::str::from_utf8(&name[..length]).ok()?, tables)?;
            return Some((point, position));
        }
        name[length] = u8::try_from(point).ok().filter(|&byte| byte == b'#' || byte.is_ascii_alphanumeric())?;
        length += 1;
    }
    None
}

fn character(name: &str, tables: &Tables) -> Option<u32> {
    let Some(number) = name.strip_prefix('#') else {
        return Some(tables.entity(name)).filter(|&point| point != 0);
    };
    let (digits, radix, limit) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 6),
        None => (number, 10, 7),
    };
    // `from_str_radix` alone would take a sign.
    if digits.is_empty() || digits.len() > limit || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok().filter(|&point| point != 0 && char::from_u32(point).is_some())
}
