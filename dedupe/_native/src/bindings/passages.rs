//! Bindings of the search for repeated passages.

use crate::passages::align::{self, UnitPlaces};
use crate::passages::anchors;
use crate::passages::common;
use crate::passages::ends;
use crate::passages::letters::{self, Letters};
use crate::passages::shared;
use crate::passages::stretches;
use crate::passages::{Preset, Wanted, across, within};

use super::*;

type Units<'py> = PyReadonlyArray1<'py, u16>;
type Sections<'py> = (Bound<'py, PyArray2<i64>>, Array<'py, i64>);

#[pyfunction(name = "letters")]
pub fn letters_of<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<(Array<'py, u16>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (units, offsets) = py.detach(|| letters::letters(&batch, &mut signals()))?;
    Ok((units.into_pyarray(py), offsets.into_pyarray(py)))
}

#[pyfunction]
pub fn weigh<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<(Array<'py, i64>, Array<'py, u64>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (weights, keys) = py.detach(|| letters::weigh(&batch, &mut signals()))?;
    Ok((weights.into_pyarray(py), keys.into_pyarray(py)))
}

#[pyfunction]
#[allow(clippy::type_complexity)]
pub fn letter_places<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    texts: Offsets<'py>,
    first: Offsets<'py>,
    last: Offsets<'py>,
) -> PyResult<(Array<'py, i64>, Array<'py, i64>, Array<'py, i64>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (texts, first, last) = (texts.as_slice()?, first.as_slice()?, last.as_slice()?);
    let out = py.detach(|| crate::passages::letter_places::letter_places(&batch, texts, first, last, &mut signals()))?;
    Ok((out.starts.into_pyarray(py), out.ends.into_pyarray(py), out.first.into_pyarray(py), out.last.into_pyarray(py)))
}

#[pyfunction(name = "anchors")]
pub fn anchors_of<'py>(
    py: Python<'py>,
    units: Units<'py>,
    offsets: Offsets<'py>,
    k: usize,
    window: usize,
) -> PyResult<(Array<'py, u64>, Array<'py, u32>)> {
    let (units, offsets) = (units.as_slice()?, offsets.as_slice()?);
    let documents = vec![0; offsets.len().saturating_sub(1)];
    let (hashes, places) =
        py.detach(|| anchors::anchors(&Letters::new(units, offsets, &documents)?, k, window, &mut signals()))?;
    Ok((hashes.into_pyarray(py), places.into_pyarray(py)))
}

#[pyfunction]
#[allow(clippy::type_complexity, clippy::too_many_arguments)]
pub fn passages_within<'py>(
    py: Python<'py>,
    units: Units<'py>,
    offsets: Offsets<'py>,
    documents: Offsets<'py>,
    k: usize,
    window: usize,
    min_length: i64,
    preset: u8,
    find: bool,
) -> PyResult<(Bound<'py, PyArray2<i64>>, Array<'py, i64>, Array<'py, i64>, Array<'py, i64>)> {
    let (units, offsets, documents) = (units.as_slice()?, offsets.as_slice()?, documents.as_slice()?);
    let wanted = wanted(min_length, preset)?;
    let wanted = find.then_some(wanted);
    let (found, covered) = py.detach(|| within(&Letters::new(units, offsets, documents)?, k, window, wanted, &mut signals()))?;
    let (sections, offsets) = sections(py, found.sections, found.offsets)?;
    Ok((sections, offsets, covered.starts.into_pyarray(py), covered.ends.into_pyarray(py)))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn passages_across<'py>(
    py: Python<'py>,
    units: Units<'py>,
    offsets: Offsets<'py>,
    documents: Offsets<'py>,
    hashes: Positions<'py>,
    places: Positions<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    min_length: i64,
    preset: u8,
) -> PyResult<Sections<'py>> {
    let (units, offsets, documents) = (units.as_slice()?, offsets.as_slice()?, documents.as_slice()?);
    let (hashes, places) = (hashes.as_slice()?, places.as_slice()?);
    let covered = (starts.as_slice()?, ends.as_slice()?);
    let wanted = wanted(min_length, preset)?;
    let found =
        py.detach(|| across(&Letters::new(units, offsets, documents)?, hashes, places, covered, wanted, &mut signals()))?;
    sections(py, found.sections, found.offsets)
}

#[pyfunction]
#[allow(clippy::type_complexity)]
pub fn common_tokens<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    other: Buffer<'py>,
    other_starts: Offsets<'py>,
    other_ends: Offsets<'py>,
) -> PyResult<(Array<'py, i64>, Array<'py, i64>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let other = Batch::new(other.as_slice()?, other_starts.as_slice()?, other_ends.as_slice()?)?;
    let out = py.detach(|| common::common_tokens(&batch, &other, &mut signals()))?;
    Ok((out.matched.into_pyarray(py), out.left.into_pyarray(py), out.right.into_pyarray(py)))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn align_units<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    other: Buffer<'py>,
    other_starts: Offsets<'py>,
    other_ends: Offsets<'py>,
    offsets: Offsets<'py>,
    first: Offsets<'py>,
    last: Offsets<'py>,
    letters: bool,
) -> PyResult<Bound<'py, PyArray2<i64>>> {
    let left = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let right = Batch::new(other.as_slice()?, other_starts.as_slice()?, other_ends.as_slice()?)?;
    let units = UnitPlaces { offsets: offsets.as_slice()?, first: first.as_slice()?, last: last.as_slice()? };
    let out = py.detach(|| align::align_units(&left, &right, &units, letters, &mut signals()))?;
    let rows = out.len() / align::COLUMNS;
    out.into_pyarray(py).reshape([rows, align::COLUMNS])
}

#[pyfunction]
#[allow(clippy::too_many_arguments, clippy::type_complexity)]
pub fn fit_ends<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    a: PyReadonlyArray2<'py, i64>,
    b: PyReadonlyArray2<'py, i64>,
    slack: Offsets<'py>,
    snap: bool,
) -> PyResult<(Bound<'py, PyArray2<i64>>, Bound<'py, PyArray2<i64>>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (a, b, slack) = (a.as_slice()?, b.as_slice()?, slack.as_slice()?);
    let [one, other] = py.detach(|| ends::fit_ends(&batch, a, b, slack, snap, &mut signals()))?;
    Ok((rows_of_four(py, one)?, rows_of_four(py, other)?))
}

#[pyfunction]
pub fn same_stretches<'py>(
    py: Python<'py>,
    texts: Offsets<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<Array<'py, i64>> {
    let (texts, starts, ends) = (texts.as_slice()?, starts.as_slice()?, ends.as_slice()?);
    let out = py.detach(|| stretches::same_stretches(texts, starts, ends, &mut signals()))?;
    Ok(out.into_pyarray(py))
}

#[pyfunction]
pub fn shared_anchors<'py>(
    py: Python<'py>,
    hashes: PyReadonlyArray1<'py, u64>,
    owners: Positions<'py>,
) -> PyResult<(Array<'py, i64>, Array<'py, i64>, Array<'py, i64>)> {
    let (hashes, owners) = (hashes.as_slice()?, owners.as_slice()?);
    let out = py.detach(|| shared::shared_anchors(hashes, owners, &mut signals()))?;
    Ok((out.a.into_pyarray(py), out.b.into_pyarray(py), out.count.into_pyarray(py)))
}

fn wanted(min_length: i64, preset: u8) -> PyResult<Wanted> {
    let preset = match preset {
        0 => Preset::Prose,
        1 => Preset::Template,
        2 => Preset::Exact,
        _ => return Err(PyValueError::new_err(format!("unknown preset {preset}"))),
    };
    if !(1..=1 << 32).contains(&min_length) {
        return Err(PyValueError::new_err(format!("a passage of {min_length} letters is too short or too long")));
    }
    Ok(Wanted { min_length, preset })
}

fn sections<'py>(py: Python<'py>, sections: Vec<i64>, offsets: Vec<i64>) -> PyResult<Sections<'py>> {
    Ok((rows_of_four(py, sections)?, offsets.into_pyarray(py)))
}

fn rows_of_four<'py>(py: Python<'py>, numbers: Vec<i64>) -> PyResult<Bound<'py, PyArray2<i64>>> {
    let rows = numbers.len() / 4;
    numbers.into_pyarray(py).reshape([rows, 4])
}
