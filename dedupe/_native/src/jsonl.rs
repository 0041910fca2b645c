//! JSON lines: the text and the id of every line of a block, everything else left unread.
//!
//! Only what every JSON reader reads alike is taken here. Any other line is left to the caller, who knows what to
//! say about it: broken ones, lone surrogates, ids that are no string or integer, missing fields, numbers that
//! only some readers accept.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

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

/// The lines of a block; texts and ids of those that were read, one behind the other.
#[derive(Default)]
pub struct Lines {
    /// Where each line begins, and the end of the block.
    pub offsets: Vec<i64>,
    pub status: Vec<u8>,
    pub texts: Vec<u8>,
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

/// Read the lines of a block; `poll` is asked between lines.
pub fn read<E>(block: &[u8], text_field: &str, id_field: &str, mut poll: impl FnMut() -> Result<(), E>) -> Result<Lines, E> {
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
        let length = out.texts.len();
        let status = line.map_or(Status::Left, |line| line_status(line, text_field, id_field, &mut out));
        match status {
            Status::Left | Status::Blank => out.texts.truncate(length),
            Status::Unnamed | Status::Named | Status::Numbered => {
                out.text_offsets.push(out.texts.len() as i64);
                out.id_offsets.push(out.ids.len() as i64);
            }
        }
        out.status.push(status as u8);
        out.offsets.push(end as i64);
        start = end;
    }
    Ok(out)
}

const POLL_BYTES: usize = 1 << 20;

fn line_status(line: &str, text_field: &str, id_field: &str, out: &mut Lines) -> Status {
    if line.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
        return Status::Blank;
    }
    let mut reader = serde_json::Deserializer::from_str(line);
    let record = Record { text_field, id_field, texts: &mut out.texts };
    let Ok((has_text, id)) = reader.deserialize_map(record) else {
        return Status::Left;
    };
    if reader.end().is_err() || !has_text {
        return Status::Left;
    }
    match id {
        Id::None => Status::Unnamed,
        Id::Text(id) => {
            out.ids.extend_from_slice(id.as_bytes());
            Status::Named
        }
        Id::Number(id) => {
            out.ids.extend_from_slice(id.to_string().as_bytes());
            Status::Numbered
        }
        Id::Other => Status::Left,
    }
}

/// Appends the text to `texts`; answers with whether there was one, and the id. The last of equal names counts.
struct Record<'a> {
    text_field: &'a str,
    id_field: &'a str,
    texts: &'a mut Vec<u8>,
}

impl<'de> Visitor<'de> for Record<'_> {
    type Value = (bool, Id);

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let start = self.texts.len();
        let (mut has_text, mut id) = (false, Id::None);
        while let Some(key) = map.next_key_seed(Name)? {
            if key == self.text_field {
                self.texts.truncate(start);
                map.next_value_seed(Append(self.texts))?;
                has_text = true;
            } else if key == self.id_field {
                id = map.next_value_seed(AnyId)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok((has_text, id))
    }
}

/// A field's name, copied only where it has escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a name")
    }
    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }
    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// Appends a string to a buffer.
struct Append<'a>(&'a mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Append<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Append<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a string")
    }
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

struct AnyId;

impl<'de> DeserializeSeed<'de> for AnyId {
    type Value = Id;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Id, D::Error> {
        deserializer.deserialize_any(self)
    }
}

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
        let out = read(block, "text", "id", || Ok::<(), ()>(())).unwrap();
        assert_eq!(out.text_offsets.len(), out.id_offsets.len());
        assert_eq!(out.offsets.len(), out.status.len() + 1);
        (out.status, String::from_utf8(out.texts).unwrap(), String::from_utf8(out.ids).unwrap())
    }

    #[test]
    fn reads_what_is_plain() {
        let block = br#"{"id": "a", "x": [1, {"text": "no"}], "text": "one\n\u00e9"}

{"text": "t", "id": -7}
{"te\u0078t": "first", "id": null, "text": "last"}"#;
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
            b"{\"text\": \"\xFF\"}",
            b"\xEF\xBB\xBF{\"text\": \"a\"}",
        ] {
            let (status, texts, ids) = statuses(line);
            assert_eq!((&status[..], &texts[..], &ids[..]), (&[0][..], "", ""), "{}", String::from_utf8_lossy(line));
        }
        let mixed = b"{\"text\": \"a\"}\n{\"text\": \"\xFF\"}\n{\"text\": \"b\"}\n";
        assert_eq!(statuses(mixed).0, [2, 0, 2]);
    }
}
