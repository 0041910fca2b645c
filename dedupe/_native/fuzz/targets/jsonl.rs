//! The reader of JSON lines against the JSON library, line by line.

#![no_main]

use _kernels::jsonl::{Lines, Status, read};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use shared::{LONGEST, check_offsets, go_on};

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

fuzz_target!(|data: &[u8]| {
    let block = &data[..data.len().min(LONGEST)];
    for (text_field, id_field) in [("text", "id"), ("id", "text")] {
        let (lines, texts) = read_all(block, text_field, id_field);
        check_offsets(&lines.offsets, block.len());
        assert_eq!(lines.offsets.len(), lines.status.len() + 1);
        check_offsets(&lines.text_offsets, texts.len());
        check_offsets(&lines.id_offsets, lines.ids.len());
        let mut record = 0;
        for (place, &status) in lines.offsets.windows(2).zip(&lines.status) {
            let line = &block[place[0] as usize..place[1] as usize];
            let (alone, _) = read_all(line, text_field, id_field);
            assert_eq!(alone.status, [status], "a line is read as it is by itself");
            let is_read = status >= Status::Unnamed as u8;
            let own = is_read.then(|| {
                let of = |bytes: &[u8], offsets: &[i64]| {
                    let own = offsets[record] as usize..offsets[record + 1] as usize;
                    String::from_utf8(bytes[own].to_vec()).unwrap()
                };
                (of(&texts, &lines.text_offsets), of(&lines.ids, &lines.id_offsets))
            });
            record += usize::from(is_read);
            check(line, status, own, text_field, id_field);
        }
        assert_eq!(lines.text_offsets.len(), record + 1);
        assert_eq!(lines.id_offsets.len(), record + 1);
    }
});

fn read_all(block: &[u8], text_field: &str, id_field: &str) -> (Lines, Vec<u8>) {
    let mut texts = vec![0; block.len()];
    let lines = read(block, text_field, id_field, &mut texts, go_on).unwrap();
    texts.truncate(lines.text_offsets.last().map_or(0, |&end| end as usize));
    (lines, texts)
}

/// Check what was read of a line, or that it was left for a reason.
fn check(line: &[u8], status: u8, own: Option<(String, String)>, text_field: &str, id_field: &str) {
    let Ok(line) = std::str::from_utf8(line) else {
        return assert_eq!(status, Status::Left as u8);
    };
    assert_eq!(status == Status::Blank as u8, line.trim_matches(SPACE).is_empty());
    match (serde_json::from_str::<Value>(line), own) {
        (Ok(record), Some((text, id))) => {
            assert_eq!(record[text_field], Value::String(text));
            match record.get(id_field) {
                None | Some(Value::Null) => assert_eq!((status, &*id), (Status::Unnamed as u8, "")),
                Some(Value::String(own)) => assert_eq!((status, &id), (Status::Named as u8, own)),
                Some(own) => assert_eq!((status, Some(id)), (Status::Numbered as u8, own.as_i64().map(|own| own.to_string()))),
            }
        }
        // Values of other fields are passed over here, and made there.
        (Err(error), Some(_)) => {
            let error = error.to_string();
            let reasons = ["recursion limit", "number out of range", "surrogate", "end of hex escape"];
            assert!(reasons.iter().any(|reason| error.contains(reason)), "{error}");
        }
        (Ok(record), None) => assert!(!is_plain(&record, line, text_field, id_field), "a plain line is left"),
        (Err(_), None) => {}
    }
}

/// Whether a record is one that must be read: no escapes, no name twice, no value of a kind that is left to others.
fn is_plain(record: &Value, line: &str, text_field: &str, id_field: &str) -> bool {
    let once = [text_field, id_field].iter().all(|name| line.matches(&format!("\"{name}\"")).count() < 2);
    let has_id = record.get(id_field).is_none_or(|id| id.is_null() || id.is_string() || (id.is_i64() && *id != Value::from(0)));
    let shallow = line.matches(['[', '{']).count() < 400;
    record.is_object() && record[text_field].is_string() && has_id && once && shallow && !line.contains('\\')
}
