//! Bindings of what is done with texts: read, cut, folded, told as lines.

use crate::jsonl;
use crate::segment::Mode;

use super::*;

#[pyfunction]
#[allow(clippy::type_complexity)]
pub fn tokenize<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<(Array<'py, u64>, Array<'py, i64>, Array<'py, i64>, Array<'py, u8>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let out = py.detach(|| batch.tokenize(&mut signals()))?;
    Ok((
        out.hashes.into_pyarray(py),
        out.starts.into_pyarray(py),
        out.ends.into_pyarray(py),
        out.unspaced.into_pyarray(py),
        out.text_offsets.into_pyarray(py),
    ))
}

#[pyfunction]
#[pyo3(signature = (buffer, starts, ends, version=2))]
pub fn fold_bytes<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    version: u8,
) -> PyResult<(Array<'py, u8>, Array<'py, i64>)> {
    let version = fold_version(version)?;
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (folded, ends) = py.detach(|| batch.fold_bytes(version, &mut signals()))?;
    Ok((folded.into_pyarray(py), ends.into_pyarray(py)))
}

#[pyfunction]
pub fn fact_texts<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<(Array<'py, u8>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (texts, ends) = py.detach(|| batch.fact_texts(&mut signals()))?;
    Ok((texts.into_pyarray(py), ends.into_pyarray(py)))
}

#[pyfunction]
pub fn sign_texts<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<(Array<'py, u8>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (texts, ends) = py.detach(|| batch.sign_texts(&mut signals()))?;
    Ok((texts.into_pyarray(py), ends.into_pyarray(py)))
}

#[pyfunction]
pub fn sign_hashes<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<Array<'py, u64>> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let hashes = py.detach(|| batch.sign_hashes(&mut signals()))?;
    Ok(hashes.into_pyarray(py))
}

#[pyfunction]
pub fn join<'py>(py: Python<'py>, buffer: Buffer<'py>, starts: Offsets<'py>, ends: Offsets<'py>) -> PyResult<Array<'py, u8>> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    Ok(py.detach(|| batch.join()).into_pyarray(py))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn same_fold<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    other: Buffer<'py>,
    other_starts: Offsets<'py>,
    other_ends: Offsets<'py>,
    signs: bool,
) -> PyResult<Array<'py, u8>> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let other = Batch::new(other.as_slice()?, other_starts.as_slice()?, other_ends.as_slice()?)?;
    let equal = py.detach(|| batch.same_fold(&other, signs, &mut signals()))?;
    Ok(equal.into_pyarray(py))
}

#[pyfunction]
#[allow(clippy::type_complexity)]
pub fn read_lines<'py>(
    py: Python<'py>,
    block: Buffer<'py>,
    text_field: &str,
    id_field: &str,
    mut texts: PyReadwriteArray1<'py, u8>,
) -> PyResult<(Array<'py, i64>, Array<'py, u8>, Array<'py, i64>, Array<'py, u8>, Array<'py, i64>)> {
    let (block, texts) = (block.as_slice()?, texts.as_slice_mut()?);
    if texts.len() < block.len() {
        return Err(PyValueError::new_err("the texts of a block need as much room as the block"));
    }
    let lines = py.detach(|| jsonl::read(block, text_field, id_field, texts, signals())).map_err(Failure::from)?;
    Ok((
        lines.offsets.into_pyarray(py),
        lines.status.into_pyarray(py),
        lines.text_offsets.into_pyarray(py),
        lines.ids.into_pyarray(py),
        lines.id_offsets.into_pyarray(py),
    ))
}

#[pyfunction]
#[allow(clippy::type_complexity)]
pub fn cut<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    mode: u8,
) -> PyResult<(Array<'py, i64>, Array<'py, i64>, Array<'py, i64>, Array<'py, i64>, Array<'py, i64>)> {
    let into_sentences = mode & 4 != 0;
    let mode = match mode {
        0 => None,
        1 | 5 => Some(Mode::Auto),
        2 | 6 => Some(Mode::Lines),
        3 | 7 => Some(Mode::Blank),
        _ => return Err(PyValueError::new_err(format!("unknown way to cut {mode}"))),
    };
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let units = py.detach(|| batch.cut(mode, into_sentences, &mut signals()))?;
    Ok((
        units.texts.into_pyarray(py),
        units.first.into_pyarray(py),
        units.last.into_pyarray(py),
        units.starts.into_pyarray(py),
        units.ends.into_pyarray(py),
    ))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn byte_places<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    texts: Offsets<'py>,
    first: Offsets<'py>,
    last: Offsets<'py>,
) -> PyResult<(Array<'py, i64>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (texts, first, last) = (texts.as_slice()?, first.as_slice()?, last.as_slice()?);
    let (first, last) = py.detach(|| batch.byte_places(texts, first, last, &mut signals()))?;
    Ok((first.into_pyarray(py), last.into_pyarray(py)))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn place_lines<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    texts: Offsets<'py>,
    first: Offsets<'py>,
    last: Offsets<'py>,
) -> PyResult<Array<'py, u8>> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (texts, first, last) = (texts.as_slice()?, first.as_slice()?, last.as_slice()?);
    let lines = py.detach(|| batch.place_lines(texts, first, last, &mut signals()))?;
    Ok(lines.into_pyarray(py))
}
