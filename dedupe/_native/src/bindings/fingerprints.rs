//! Bindings of shingles, signatures and sets.

use crate::batch::Batch;
use crate::datasketch::{self, Scheme};
use crate::minhash;
use crate::sets::{self, PlacedSets};

use super::arguments::*;
use numpy::{IntoPyArray, PyArrayMethods, PyReadwriteArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// The columns of `PlacedSets`.
#[derive(FromPyObject)]
pub struct Placed<'py>(Hashes<'py>, Offsets<'py>, Positions<'py>, Positions<'py>, Offsets<'py>, Buffer<'py>, Offsets<'py>);

impl Placed<'_> {
    fn sets(&self, kind: u8, n: usize) -> PyResult<PlacedSets<'_>> {
        let offsets = self.1.as_slice()?;
        let sets = PlacedSets {
            sets: Batch::adjacent(self.0.as_slice()?, offsets)?,
            positions: Batch::adjacent(self.2.as_slice()?, offsets)?,
            begins: Batch::adjacent(self.3.as_slice()?, self.4.as_slice()?)?,
            folded: Batch::adjacent(self.5.as_slice()?, self.6.as_slice()?)?,
            unit: unit(kind, n)?,
            n,
        };
        if [sets.begins.len(), sets.folded.len()] != [sets.sets.len(); 2] {
            return Err(PyValueError::new_err("every set needs a folded text: the arrays differ in length"));
        }
        Ok(sets)
    }
}

#[pyfunction]
pub fn sign<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    kind: u8,
    n: usize,
    count: usize,
) -> PyResult<(Table<'py, u32>, Array<'py, u64>)> {
    let (batch, unit) = (texts.batch()?, unit(kind, n)?);
    let (signatures, fingerprints) = run(py, |poll| minhash::sign(&batch, unit, n, count, poll))?;
    Ok((signatures.into_pyarray(py).reshape([batch.len(), count])?, fingerprints.into_pyarray(py)))
}

#[pyfunction]
pub fn keys<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    kind: u8,
    n: usize,
    rows: usize,
    mut out: PyReadwriteArray2<'py, u64>,
) -> PyResult<Array<'py, u64>> {
    let (batch, unit) = (texts.batch()?, unit(kind, n)?);
    let mut keys = out.as_array_mut();
    let count = keys.nrows();
    let mut bands: Vec<&mut [u64]> = keys.rows_mut().into_iter().filter_map(|row| row.into_slice()).collect();
    if bands.len() != count {
        return Err(PyValueError::new_err("the keys of a band must lie side by side"));
    }
    array(py, |poll| minhash::keys(&batch, unit, n, rows, &mut bands, poll))
}

#[pyfunction]
pub fn sign_datasketch<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    kind: u8,
    n: usize,
    legacy: bool,
    factors: Hashes<'py>,
    offsets: Hashes<'py>,
) -> PyResult<Table<'py, u32>> {
    let (batch, unit) = (texts.batch()?, unit(kind, n)?);
    let scheme = if legacy { Scheme::Legacy } else { Scheme::Affine32 };
    let (factors, offsets) = (factors.as_slice()?, offsets.as_slice()?);
    table(py, [batch.len(), factors.len()], |poll| datasketch::sign(&batch, unit, n, scheme, factors, offsets, poll))
}

#[pyfunction]
pub fn shingle_sets<'py>(py: Python<'py>, texts: Texts<'py>, kind: u8, n: usize) -> PyResult<Bound<'py, PyTuple>> {
    let (batch, unit) = (texts.batch()?, unit(kind, n)?);
    arrays(py, |poll| sets::shingle_sets(&batch, unit, n, poll))
}

#[pyfunction]
pub fn placed_sets<'py>(py: Python<'py>, texts: Texts<'py>, kind: u8, n: usize) -> PyResult<Bound<'py, PyTuple>> {
    let (batch, unit) = (texts.batch()?, unit(kind, n)?);
    arrays(py, |poll| {
        let out = sets::placed_sets(&batch, unit, n, poll)?;
        Ok((out.values, out.offsets, out.positions, out.begins, out.begin_offsets, out.folded, out.folded_offsets))
    })
}

#[pyfunction]
pub fn overlaps<'py>(py: Python<'py>, sets: Lists<'py, u64>, a: Offsets<'py>, b: Offsets<'py>) -> PyResult<Array<'py, i64>> {
    let (sets, a, b) = (sets.batch()?, a.as_slice()?, b.as_slice()?);
    array(py, |poll| sets.pairs(a, b, poll, |i, j, pace| Ok(sets::overlap(sets.item(i), sets.item(j), pace)? as i64)))
}

#[pyfunction]
pub fn confirm<'py>(
    py: Python<'py>,
    sets: Placed<'py>,
    kind: u8,
    n: usize,
    a: Offsets<'py>,
    b: Offsets<'py>,
) -> PyResult<Array<'py, u8>> {
    let (placed, a, b) = (sets.sets(kind, n)?, a.as_slice()?, b.as_slice()?);
    array(py, |poll| placed.sets.pairs(a, b, poll, |i, j, pace| Ok(u8::from(placed.confirm(i, j, pace)?))))
}
