//! Rows of columns as lines: the twin of `dedupe/kernels/reference/rows.py`.

use crate::batch::Batch;
use crate::failure::{Failure, Poll};
use crate::numbers;
use crate::pace::{BYTE, Pace};

/// Steps that a number takes.
const NUMBER: usize = 8;

/// A column: numbers, or texts of which each row has one, by its number.
pub enum Column<'a> {
    Floats(&'a [f64]),
    Whole(&'a [i64]),
    Texts(Batch<'a, u8>, &'a [i64]),
}

impl Column<'_> {
    fn len(&self) -> usize {
        match self {
            Column::Floats(values) => values.len(),
            Column::Whole(values) => values.len(),
            Column::Texts(_, places) => places.len(),
        }
    }

    /// Write the value of a row.
    #[inline]
    fn write(&self, row: usize, out: &mut Vec<u8>) -> Result<(), Failure> {
        match self {
            Column::Floats(values) => numbers::write(values[row], out),
            Column::Whole(values) => out.extend_from_slice(itoa::Buffer::new().format(values[row]).as_bytes()),
            Column::Texts(texts, places) => out.extend_from_slice(texts.item(texts.checked(places[row])?)),
        }
        Ok(())
    }
}

/// Every row of some columns: what stands before each value, the value, and what stands behind the last one.
pub fn row_lines(heads: &Batch<u8>, columns: &[Column], poll: Poll) -> Result<Vec<u8>, Failure> {
    let count = columns.first().map_or(0, Column::len);
    if columns.iter().any(|column| column.len() != count) || heads.len() != columns.len() + 1 {
        return Err(Failure::Invalid("columns differ in length, or there is not one text more than columns".into()));
    }
    let (mut out, mut pace) = (Vec::new(), Pace::new(poll));
    for row in 0..count {
        let before = out.len();
        for (i, column) in columns.iter().enumerate() {
            out.extend_from_slice(heads.item(i));
            column.write(row, &mut out)?;
        }
        out.extend_from_slice(heads.item(columns.len()));
        pace.spend(NUMBER * columns.len() + BYTE * (out.len() - before))?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_put_together() {
        let heads = Batch::adjacent(b"<,;>\n", &[0, 1, 2, 3, 5]).unwrap();
        let texts = Batch::adjacent("éb".as_bytes(), &[0, 2, 3]).unwrap();
        let lines = |places: &[i64]| {
            let columns = [Column::Whole(&[-3, i64::MIN]), Column::Floats(&[0.5, 1e-7]), Column::Texts(texts, places)];
            row_lines(&heads, &columns, &mut || Ok(()))
        };
        assert_eq!(lines(&[1, 0]).unwrap(), "<-3,0.5;b>\n<-9223372036854775808,1e-07;é>\n".as_bytes());
        for places in [&[1, 2][..], &[-1, 0], &[0]] {
            assert!(lines(places).is_err());
        }
        assert!(row_lines(&heads, &[], &mut || Ok(())).is_err());
    }
}
