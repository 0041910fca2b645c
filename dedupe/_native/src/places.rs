//! Places in the texts of a batch: in bytes of its buffer, and in code points of a text.

use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::pace::{BYTE, Pace};
use crate::points::{PointCursor, count_points, skip_points};
use crate::segment::{Mode, paragraphs};
use crate::sentences::sentences;

/// Units of texts: the text each is of, its bytes in the buffer, its code points in the text.
#[derive(Default)]
pub struct Units {
    pub texts: Vec<i64>,
    pub first: Vec<i64>,
    pub last: Vec<i64>,
    pub starts: Vec<i64>,
    pub ends: Vec<i64>,
}

/// Where code points of texts begin, in bytes of the buffer: for each i, those of `starts[i]` and `ends[i]` in text
/// `texts[i]`; what lies outside a text is at its nearest end. Quickest when the places ascend.
pub fn byte_places(
    batch: &Batch<u8>,
    texts: &[i64],
    starts: &[i64],
    ends: &[i64],
    poll: Poll,
) -> Result<(Vec<i64>, Vec<i64>), Failure> {
    if texts.len() != starts.len() || texts.len() != ends.len() {
        return Err(Failure::Invalid("a place needs a text, a start and an end: the arrays differ in length".into()));
    }
    let mut pace = Pace::new(poll);
    let mut out = (Vec::with_capacity(texts.len()), Vec::with_capacity(texts.len()));
    let (mut text, mut point, mut byte) = (-1, 0, 0);
    for i in 0..texts.len() {
        let own = batch.item(batch.checked(texts[i])?);
        for (wanted, out) in [(starts[i].max(0), &mut out.0), (ends[i].max(0), &mut out.1)] {
            if text != texts[i] || wanted < point {
                (text, point, byte) = (texts[i], 0, 0);
            }
            let skipped = skip_points(&own[byte..], (wanted - point) as usize);
            pace.spend(1 + skipped)?;
            byte += skipped;
            point = wanted;
            out.push(batch.starts[texts[i] as usize] + byte as i64);
        }
    }
    Ok(out)
}

/// The texts one behind the other.
pub fn join(batch: &Batch<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity((0..batch.len()).map(|i| batch.item(i).len()).sum());
    (0..batch.len()).for_each(|i| out.extend_from_slice(batch.item(i)));
    out
}

/// A line for each place: the text of that number, start and end, with tabs between.
pub fn place_lines(batch: &Batch<u8>, texts: &[i64], starts: &[i64], ends: &[i64], poll: Poll) -> Result<Vec<u8>, Failure> {
    if texts.len() != starts.len() || texts.len() != ends.len() {
        return Err(Failure::Invalid("a place needs a text, a start and an end: the arrays differ in length".into()));
    }
    let (mut out, mut pace) = (Vec::new(), Pace::new(poll));
    for i in 0..texts.len() {
        let text = batch.item(batch.checked(texts[i])?);
        pace.spend(BYTE + text.len())?;
        out.extend_from_slice(text);
        for number in [starts[i], ends[i]] {
            out.push(b'\t');
            out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        }
        out.push(b'\n');
    }
    Ok(out)
}

/// Cut every text into paragraphs or their sentences, or leave it whole: places in bytes of the buffer, and in code
/// points of the text.
pub fn cut(batch: &Batch<u8>, mode: Option<Mode>, into_sentences: bool, poll: Poll) -> Result<Units, Failure> {
    let (mut units, mut pace) = (Units::default(), Pace::new(poll));
    for i in 0..batch.len() {
        let (text, base) = (batch.item(i), batch.starts[i]);
        pace.spend(BYTE * text.len())?;
        let mut push = |(start, end): (usize, usize), points: (usize, usize)| {
            units.texts.push(i as i64);
            units.first.push(base + start as i64);
            units.last.push(base + end as i64);
            units.starts.push(points.0 as i64);
            units.ends.push(points.1 as i64);
        };
        match mode {
            Some(mode) => {
                let mut cursor = PointCursor::new(text);
                let mut push = |(start, end)| push((start, end), (cursor.before(start), cursor.before(end)));
                paragraphs(text, mode, |place| if into_sentences { sentences(text, place, &mut push) } else { push(place) });
            }
            None => push((0, text.len()), (0, count_points(text))),
        }
    }
    Ok(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_outside_a_text_are_at_its_ends() {
        let batch = Batch::adjacent("éab".as_bytes(), &[0, 4]).unwrap();
        let (first, last) = ([i64::MIN, -5, 1, 9], [i64::MAX, 1, -9, i64::MAX]);
        let places = byte_places(&batch, &[0; 4], &first, &last, &mut || Ok(())).unwrap();
        assert_eq!(places, (vec![0, 0, 2, 4], vec![4, 2, 0, 4]));
    }
}
