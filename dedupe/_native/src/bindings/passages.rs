//! Bindings of the search for repeated passages.

use crate::passages::{self, Found, Preset, Wanted};
use crate::passages::{align, common, ends, letters as own, shared, stretches, surroundings as around};

use super::arguments::*;
use numpy::{IntoPyArray, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

type Letters<'py> = Lists<'py, u16>;
type Sections<'py> = (Table<'py, i64>, Array<'py, i64>);

#[pyfunction]
pub fn letters<'py>(py: Python<'py>, texts: Texts<'py>) -> PyResult<Bound<'py, PyTuple>> {
    let batch = texts.batch()?;
    arrays(py, |poll| own::letters(&batch, poll))
}

#[pyfunction]
pub fn weigh<'py>(py: Python<'py>, texts: Texts<'py>) -> PyResult<Bound<'py, PyTuple>> {
    let batch = texts.batch()?;
    arrays(py, |poll| own::weigh(&batch, poll))
}

#[pyfunction]
pub fn letter_places<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    owner: Offsets<'py>,
    first: Offsets<'py>,
    last: Offsets<'py>,
) -> PyResult<Bound<'py, PyTuple>> {
    let (batch, owner, first, last) = (texts.batch()?, owner.as_slice()?, first.as_slice()?, last.as_slice()?);
    arrays(py, |poll| {
        let out = passages::letter_places::letter_places(&batch, owner, first, last, poll)?;
        Ok((out.starts, out.ends, out.first, out.last))
    })
}

#[pyfunction]
pub fn anchors<'py>(py: Python<'py>, letters: Letters<'py>, sampling: (usize, usize)) -> PyResult<Bound<'py, PyTuple>> {
    let (units, offsets, (k, window)) = (letters.0.as_slice()?, letters.1.as_slice()?, sampling);
    let documents = vec![0; offsets.len().saturating_sub(1)];
    arrays(py, |poll| passages::anchors::anchors(&own::Letters::new(units, offsets, &documents)?, k, window, poll))
}

#[pyfunction]
#[allow(clippy::type_complexity)]
pub fn passages_within<'py>(
    py: Python<'py>,
    letters: Letters<'py>,
    documents: Offsets<'py>,
    sampling: (usize, usize),
    wanted: (i64, u8),
    find: bool,
) -> PyResult<(Table<'py, i64>, Array<'py, i64>, Array<'py, i64>, Array<'py, i64>)> {
    let (units, offsets, documents) = (letters.0.as_slice()?, letters.1.as_slice()?, documents.as_slice()?);
    let ((k, window), wanted) = (sampling, checked(wanted)?);
    let (found, covered) = run(py, |poll| {
        let letters = own::Letters::new(units, offsets, documents)?;
        passages::within(&letters, k, window, find.then_some(wanted), poll)
    })?;
    let (sections, offsets) = sections(py, found)?;
    Ok((sections, offsets, covered.starts.into_pyarray(py), covered.ends.into_pyarray(py)))
}

#[pyfunction]
pub fn passages_across<'py>(
    py: Python<'py>,
    letters: Letters<'py>,
    documents: Offsets<'py>,
    anchors: (Positions<'py>, Positions<'py>),
    covered: (Offsets<'py>, Offsets<'py>),
    wanted: (i64, u8),
) -> PyResult<Sections<'py>> {
    let (units, offsets, documents) = (letters.0.as_slice()?, letters.1.as_slice()?, documents.as_slice()?);
    let (hashes, places) = (anchors.0.as_slice()?, anchors.1.as_slice()?);
    let (covered, wanted) = ((covered.0.as_slice()?, covered.1.as_slice()?), checked(wanted)?);
    let found = run(py, |poll| {
        let letters = own::Letters::new(units, offsets, documents)?;
        passages::across(&letters, hashes, places, covered, wanted, poll)
    })?;
    sections(py, found)
}

#[pyfunction]
pub fn common_tokens<'py>(py: Python<'py>, texts: Texts<'py>, other: Texts<'py>) -> PyResult<Bound<'py, PyTuple>> {
    let (left, right) = (texts.batch()?, other.batch()?);
    arrays(py, |poll| {
        let out = common::common_tokens(&left, &right, poll)?;
        Ok((out.matched, out.left, out.right))
    })
}

#[pyfunction]
pub fn align_units<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    other: Texts<'py>,
    offsets: Offsets<'py>,
    first: Offsets<'py>,
    last: Offsets<'py>,
    letters: bool,
) -> PyResult<Table<'py, i64>> {
    let (left, right) = (texts.batch()?, other.batch()?);
    let units = align::UnitPlaces { offsets: offsets.as_slice()?, first: first.as_slice()?, last: last.as_slice()? };
    rows(py, run(py, |poll| align::align_units(&left, &right, &units, letters, poll))?, align::COLUMNS)
}

#[pyfunction]
pub fn fit_ends<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    a: PyReadonlyArray2<'py, i64>,
    b: PyReadonlyArray2<'py, i64>,
    slack: Offsets<'py>,
    snap: bool,
) -> PyResult<(Table<'py, i64>, Table<'py, i64>)> {
    let (batch, a, b, slack) = (texts.batch()?, a.as_slice()?, b.as_slice()?, slack.as_slice()?);
    let [one, other] = run(py, |poll| ends::fit_ends(&batch, a, b, slack, snap, poll))?;
    Ok((rows(py, one, 4)?, rows(py, other, 4)?))
}

#[pyfunction]
pub fn same_stretches<'py>(py: Python<'py>, stretches: (Offsets<'py>, Offsets<'py>, Offsets<'py>)) -> PyResult<Array<'py, i64>> {
    let (text, start, end) = (stretches.0.as_slice()?, stretches.1.as_slice()?, stretches.2.as_slice()?);
    array(py, |poll| stretches::same_stretches(text, start, end, poll))
}

#[pyfunction]
pub fn shared_anchors<'py>(py: Python<'py>, hashes: Hashes<'py>, owners: Positions<'py>) -> PyResult<Bound<'py, PyTuple>> {
    let (hashes, owners) = (hashes.as_slice()?, owners.as_slice()?);
    arrays(py, |poll| {
        let out = shared::shared_anchors(hashes, owners, poll)?;
        Ok((out.a, out.b, out.count))
    })
}

#[pyfunction]
pub fn surroundings<'py>(
    py: Python<'py>,
    letters: Letters<'py>,
    places: Positions<'py>,
    sizes: (usize, usize),
) -> PyResult<Bound<'py, PyTuple>> {
    let (units, offsets, places) = (letters.0.as_slice()?, letters.1.as_slice()?, places.as_slice()?);
    arrays(py, |poll| around::surroundings(units, offsets, places, sizes, poll))
}

fn checked((min_length, preset): (i64, u8)) -> PyResult<Wanted> {
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

fn sections(py: Python<'_>, found: Found) -> PyResult<Sections<'_>> {
    Ok((rows(py, found.sections, 4)?, found.offsets.into_pyarray(py)))
}
