//! Bindings of what is done with texts: read, cut, folded, told as lines.

use crate::fact_signs;
use crate::jsonl;
use crate::places;
use crate::rows::{self, Column};
use crate::segment::Mode;
use crate::tables::Fold;
use crate::tokens;

use super::arguments::*;
use numpy::{PyReadonlyArray1, PyReadwriteArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

#[pyfunction]
pub fn tokenize<'py>(py: Python<'py>, texts: Texts<'py>) -> PyResult<Bound<'py, PyTuple>> {
    let batch = texts.batch()?;
    arrays(py, |poll| {
        let out = tokens::tokenize(&batch, poll)?;
        Ok((out.hashes, out.starts, out.ends, out.unspaced, out.text_offsets))
    })
}

#[pyfunction]
#[pyo3(signature = (texts, version=2))]
pub fn fold_bytes<'py>(py: Python<'py>, texts: Texts<'py>, version: u8) -> PyResult<Bound<'py, PyTuple>> {
    let version = match version {
        1 => Fold::V1,
        2 => Fold::V2,
        _ => return Err(PyValueError::new_err(format!("unknown version of the fold {version}"))),
    };
    let batch = texts.batch()?;
    arrays(py, |poll| tokens::fold_bytes(&batch, version, poll))
}

#[pyfunction]
pub fn fact_texts<'py>(py: Python<'py>, texts: Texts<'py>) -> PyResult<Bound<'py, PyTuple>> {
    let batch = texts.batch()?;
    arrays(py, |poll| fact_signs::fact_texts(&batch, poll))
}

#[pyfunction]
pub fn sign_texts<'py>(py: Python<'py>, texts: Texts<'py>) -> PyResult<Bound<'py, PyTuple>> {
    let batch = texts.batch()?;
    arrays(py, |poll| fact_signs::sign_texts(&batch, poll))
}

#[pyfunction]
pub fn sign_hashes<'py>(py: Python<'py>, texts: Texts<'py>) -> PyResult<Array<'py, u64>> {
    let batch = texts.batch()?;
    array(py, |poll| fact_signs::sign_hashes(&batch, poll))
}

#[pyfunction]
pub fn join<'py>(py: Python<'py>, texts: Texts<'py>) -> PyResult<Array<'py, u8>> {
    let batch = texts.batch()?;
    array(py, |_| Ok(places::join(&batch)))
}

#[pyfunction]
pub fn same_fold<'py>(py: Python<'py>, texts: Texts<'py>, other: Texts<'py>, signs: bool) -> PyResult<Array<'py, u8>> {
    let (batch, other) = (texts.batch()?, other.batch()?);
    array(py, |poll| fact_signs::same_fold(&batch, &other, signs, poll))
}

#[pyfunction]
pub fn read_lines<'py>(
    py: Python<'py>,
    block: Buffer<'py>,
    text_field: &str,
    id_field: &str,
    mut texts: PyReadwriteArray1<'py, u8>,
) -> PyResult<Bound<'py, PyTuple>> {
    let (block, texts) = (block.as_slice()?, texts.as_slice_mut()?);
    if texts.len() < block.len() {
        return Err(PyValueError::new_err("the texts of a block need as much room as the block"));
    }
    arrays(py, |poll| {
        let out = jsonl::read(block, text_field, id_field, texts, poll)?;
        Ok((out.offsets, out.status, out.text_offsets, out.ids, out.id_offsets))
    })
}

#[pyfunction]
pub fn cut<'py>(py: Python<'py>, texts: Texts<'py>, mode: u8) -> PyResult<Bound<'py, PyTuple>> {
    let into_sentences = mode & 4 != 0;
    let mode = match mode {
        0 => None,
        1 | 5 => Some(Mode::Auto),
        2 | 6 => Some(Mode::Lines),
        3 | 7 => Some(Mode::Blank),
        _ => return Err(PyValueError::new_err(format!("unknown way to cut {mode}"))),
    };
    let batch = texts.batch()?;
    arrays(py, |poll| {
        let units = places::cut(&batch, mode, into_sentences, poll)?;
        Ok((units.texts, units.first, units.last, units.starts, units.ends))
    })
}

#[pyfunction]
pub fn byte_places<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    owner: Offsets<'py>,
    first: Offsets<'py>,
    last: Offsets<'py>,
) -> PyResult<Bound<'py, PyTuple>> {
    let (batch, owner, first, last) = (texts.batch()?, owner.as_slice()?, first.as_slice()?, last.as_slice()?);
    arrays(py, |poll| places::byte_places(&batch, owner, first, last, poll))
}

#[pyfunction]
pub fn place_lines<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    owner: Offsets<'py>,
    first: Offsets<'py>,
    last: Offsets<'py>,
) -> PyResult<Array<'py, u8>> {
    let (batch, owner, first, last) = (texts.batch()?, owner.as_slice()?, first.as_slice()?, last.as_slice()?);
    array(py, |poll| places::place_lines(&batch, owner, first, last, poll))
}

/// A column of rows: numbers, or texts and which of them each row has.
#[derive(FromPyObject)]
pub enum RowColumn<'py> {
    Floats(PyReadonlyArray1<'py, f64>),
    Whole(Offsets<'py>),
    Texts(Texts<'py>, Offsets<'py>),
}

#[pyfunction]
pub fn row_lines<'py>(py: Python<'py>, heads: Texts<'py>, columns: Vec<RowColumn<'py>>) -> PyResult<Array<'py, u8>> {
    let heads = heads.batch()?;
    let columns = columns.iter().map(|column| {
        Ok(match column {
            RowColumn::Floats(values) => Column::Floats(values.as_slice()?),
            RowColumn::Whole(values) => Column::Whole(values.as_slice()?),
            RowColumn::Texts(texts, places) => Column::Texts(texts.batch()?, places.as_slice()?),
        })
    });
    let columns = columns.collect::<PyResult<Vec<Column>>>()?;
    array(py, |poll| rows::row_lines(&heads, &columns, poll))
}
