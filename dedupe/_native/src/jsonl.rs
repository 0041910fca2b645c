//! JSON lines: the text and the id of every line of a block, everything else left unread.
//!
//! Only what every JSON reader reads alike is taken here. Any other line is left to the caller, who knows what to
//! say about it: broken ones, lone surrogates, ids that are no string or integer, missing fields, numbers that
//! only some readers accept.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::literal;

/// What became of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Status {
    /// Not read here.
    Left,
    Blank,
    /// A text without an id.
    Unnamed,
    /// The id is a string.
    Named,
    /// The id is an integer.
    Numbered,
}

/// The lines of a block; ids of those that were read, one behind the other, like their texts in a buffer of the caller's.
#[derive(Default)]
pub struct Lines {
    /// Where each line begins, and the end of the block.
    pub offsets: Vec<i64>,
    pub status: Vec<u8>,
    pub text_offsets: Vec<i64>,
    /// Ids as text; nothing for unnamed ones.
    pub ids: Vec<u8>,
    pub id_offsets: Vec<i64>,
}

enum Id {
    None,
    Text(String),
    Number(i64),
    Other,
}

/// Read the lines of a block and put their texts into `texts`, which is as long; `poll` is asked between lines.
pub fn read<E>(
    block: &[u8],
    text_field: &str,
    id_field: &str,
    texts: &mut [u8],
    mut poll: impl FnMut() -> Result<(), E>,
) -> Result<Lines, E> {
    let mut filled = 0;
    let mut out = Lines { offsets: vec![0], text_offsets: vec![0], id_offsets: vec![0], ..Lines::default() };
    // Sound or not is asked once for all: a block that is not is asked line by line.
    let sound = simdutf8::basic::from_utf8(block).ok();
    let mut start = 0;
    let mut next_poll = POLL_BYTES;
    while start < block.len() {
        if start >= next_poll {
            poll()?;
            next_poll = start + POLL_BYTES;
        }
        let end = memchr::memchr(b'\n', &block[start..]).map_or(block.len(), |length| start + length + 1);
        let line = match sound {
            Some(text) => text.get(start..end),
            None => simdutf8::basic::from_utf8(&block[start..end]).ok(),
        };
        let record = Record { text_field, id_field, room: &mut texts[filled..] };
        let (status, length) = line.map_or((Status::Left, 0), |line| line_status(line, record, &mut out.ids));
        if let Status::Unnamed | Status::Named | Status::Numbered = status {
            filled += length;
            out.text_offsets.push(filled as i64);
            out.id_offsets.push(out.ids.len() as i64);
        }
        out.status.push(status as u8);
        out.offsets.push(end as i64);
        start = end;
    }
    Ok(out)
}

const POLL_BYTES: usize = 1 << 20;

/// What became of a line, and how long its text is.
fn line_status(line: &str, record: Record, ids: &mut Vec<u8>) -> (Status, usize) {
    if line.trim_matches(SPACE).is_empty() {
        return (Status::Blank, 0);
    }
    let Some((Some(length), id)) = record.read(line) else {
        return (Status::Left, 0);
    };
    let status = match id {
        Id::None => Status::Unnamed,
        Id::Text(id) => {
            ids.extend_from_slice(id.as_bytes());
            Status::Named
        }
        Id::Number(id) => {
            ids.extend_from_slice(itoa::Buffer::new().format(id).as_bytes());
            Status::Numbered
        }
        Id::Other => Status::Left,
    };
    (status, length)
}

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// Goes through the fields of an object: nearly all bytes are those of the text, which is read here; the library reads
/// the values of all other fields.
struct Record<'a> {
    text_field: &'a str,
    id_field: &'a str,
    /// As long as the line at least.
    room: &'a mut [u8],
}

impl Record<'_> {
    /// The length of the text, which is put into `room`, and the id. The last of equal names counts.
    fn read(self, line: &str) -> Option<(Option<usize>, Id)> {
        let (mut length, mut id) = (None, Id::None);
        let mut rest = line.trim_start_matches(SPACE).strip_prefix('{')?.trim_start_matches(SPACE);
        if !rest.starts_with('}') {
            loop {
                let (name, value) = name(rest)?;
                rest = if name == self.text_field {
                    let literal = value.strip_prefix('"')?;
                    let (read, written) = literal::read(literal.as_bytes(), self.room)?;
                    length = Some(written);
                    literal.get(read..)?
                } else if name == self.id_field {
                    let (found, rest) = value_of(value)?;
                    id = found;
                    rest
                } else {
                    value_of::<IgnoredAny>(value)?.1
                };
                rest = rest.trim_start_matches(SPACE);
                match rest.strip_prefix(',') {
                    Some(more) => rest = more.trim_start_matches(SPACE),
                    None => break,
                }
            }
        }
        rest.strip_prefix('}')?.trim_start_matches(SPACE).is_empty().then_some((length, id))
    }
}

/// The name of a field without escapes, and its value with all that follows.
fn name(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.strip_prefix('"')?;
    let (name, rest) = rest.split_at_checked(memchr::memchr2(b'"', b'\\', rest.as_bytes())?)?;
    let value = rest.strip_prefix('"')?.trim_start_matches(SPACE).strip_prefix(':')?.trim_start_matches(SPACE);
    (!name.bytes().any(|byte| byte < 0x20)).then_some((name, value))
}

/// A value, and what follows it; none where so many brackets open in it that it may be nested too deeply, which the
/// caller finds out.
fn value_of<'a, T: Deserialize<'a>>(rest: &'a str) -> Option<(T, &'a str)> {
    let mut values = serde_json::Deserializer::from_str(rest).into_iter();
    let value = values.next()?.ok()?;
    let (own, rest) = rest.split_at_checked(values.byte_offset())?;
    (memchr::memchr2_iter(b'[', b'{', own.as_bytes()).take(MOST_BRACKETS).count() < MOST_BRACKETS).then_some((value, rest))
}

/// Fewer than `DEEPEST` in `lines.py`.
const MOST_BRACKETS: usize = 400;

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        deserializer.deserialize_any(AnyId)
    }
}

struct AnyId;

impl<'de> Visitor<'de> for AnyId {
    type Value = Id;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an id")
    }
    fn visit_str<E>(self, id: &str) -> Result<Id, E> {
        Ok(Id::Text(id.to_owned()))
    }
    fn visit_u64<E>(self, id: u64) -> Result<Id, E> {
        Ok(i64::try_from(id).map_or(Id::Other, Id::Number))
    }
    fn visit_i64<E>(self, id: i64) -> Result<Id, E> {
        Ok(Id::Number(id))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Id, E> {
        Ok(Id::Other)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Id, E> {
        Ok(Id::Other)
    }
    fn visit_unit<E>(self) -> Result<Id, E> {
        Ok(Id::None)
    }
    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Id, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Id::Other)
    }
    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Id, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Id::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statuses(block: &[u8]) -> (Vec<u8>, String, String) {
        let mut texts = vec![0; block.len()];
        let out = read(block, "text", "id", &mut texts, || Ok::<(), ()>(())).unwrap();
        assert_eq!(out.text_offsets.len(), out.id_offsets.len());
        assert_eq!(out.offsets.len(), out.status.len() + 1);
        texts.truncate(out.text_offsets[out.text_offsets.len() - 1] as usize);
        (out.status, String::from_utf8(texts).unwrap(), String::from_utf8(out.ids).unwrap())
    }

    #[test]
    fn reads_what_is_plain() {
        let block = br#"{"id": "a", "x": [1, {"text": "no"}], "text": "one\n\u00e9"}

{"text": "t", "id": -7}
{"text": "first", "id": null , "x y" : {}, "text" :"last" } "#;
        let (status, texts, ids) = statuses(block);
        assert_eq!(status, [Status::Named as u8, Status::Blank as u8, Status::Numbered as u8, Status::Unnamed as u8]);
        assert_eq!(texts, "one\nétlast");
        assert_eq!(ids, "a-7");
    }

    #[test]
    fn leaves_what_is_not() {
        for line in [
            &b"{"[..],
            b"[]",
            b"{\"text\": 1}",
            b"{\"id\": 1}",
            b"{\"text\": \"\\ud800\"}",
            b"{\"text\": \"a\", \"id\": true}",
            b"{\"text\": \"a\", \"id\": 1.5}",
            b"{\"text\": \"a\", \"id\": 99999999999999999999}",
            b"{\"text\": \"a\", \"x\": NaN}",
            b"{\"text\": \"a\"} x",
            b"{\"text\": \"a\",}",
            b"{\"text\": \"a\" \"id\": 1}",
            b"{\"text\": \"a\", \"x\": 1x}",
            b"{\"text\": \"a\", \"x\"}",
            b"{\"text\": \"a\", \"\\u0078\": 1}",
            b"{\"text\": \"a\", \"\t\": 1}",
            b"{\"text\": \"a",
            b"{\"text\": \"\xFF\"}",
            b"\xEF\xBB\xBF{\"text\": \"a\"}",
            format!("{{\"text\": \"a\", \"x\": {}{}}}", "[".repeat(400), "]".repeat(400)).as_bytes(),
        ] {
            let (status, texts, ids) = statuses(line);
            assert_eq!((&status[..], &texts[..], &ids[..]), (&[0][..], "", ""), "{}", String::from_utf8_lossy(line));
        }
        let mixed = b"{\"text\": \"a\"}\n{\"text\": \"\xFF\"}\n{\"text\": \"b\"}\n";
        assert_eq!(statuses(mixed).0, [2, 0, 2]);
    }
}
