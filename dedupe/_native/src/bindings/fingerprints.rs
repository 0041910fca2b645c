//! Bindings of shingles, signatures and sets.

use crate::datasketch::{self, Scheme};
use crate::sets::{self, PlacedSets};

use super::*;

#[pyfunction]
pub fn sign<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    kind: u8,
    n: usize,
    count: usize,
) -> PyResult<(Bound<'py, PyArray2<u32>>, Array<'py, u64>)> {
    let unit = unit(kind, n)?;
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (signatures, fingerprints) = py.detach(|| batch.sign(unit, n, count, &mut signals()))?;
    let rows = fingerprints.len();
    Ok((signatures.into_pyarray(py).reshape([rows, count])?, fingerprints.into_pyarray(py)))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn keys<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    kind: u8,
    n: usize,
    rows: usize,
    mut out: PyReadwriteArray2<'py, u64>,
) -> PyResult<Array<'py, u64>> {
    let unit = unit(kind, n)?;
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let mut keys = out.as_array_mut();
    let count = keys.nrows();
    let mut bands: Vec<&mut [u64]> = keys.rows_mut().into_iter().filter_map(|row| row.into_slice()).collect();
    if bands.len() != count {
        return Err(PyValueError::new_err("the keys of a band must lie side by side"));
    }
    let fingerprints = py.detach(|| batch.keys(unit, n, rows, &mut bands, &mut signals()))?;
    Ok(fingerprints.into_pyarray(py))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn sign_datasketch<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    kind: u8,
    n: usize,
    legacy: bool,
    factors: PyReadonlyArray1<'py, u64>,
    offsets: PyReadonlyArray1<'py, u64>,
) -> PyResult<Bound<'py, PyArray2<u32>>> {
    let unit = unit(kind, n)?;
    let scheme = if legacy { Scheme::Legacy } else { Scheme::Affine32 };
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (factors, offsets) = (factors.as_slice()?, offsets.as_slice()?);
    let signatures = py.detach(|| datasketch::sign(&batch, unit, n, scheme, factors, offsets, &mut signals()))?;
    signatures.into_pyarray(py).reshape([batch.len(), factors.len()])
}

#[pyfunction]
pub fn shingle_sets<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    kind: u8,
    n: usize,
) -> PyResult<(Array<'py, u64>, Array<'py, i64>)> {
    let unit = unit(kind, n)?;
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (sets, ends) = py.detach(|| batch.shingle_sets(unit, n, &mut signals()))?;
    Ok((sets.into_pyarray(py), ends.into_pyarray(py)))
}

#[pyfunction]
#[allow(clippy::type_complexity)]
pub fn placed_sets<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    kind: u8,
    n: usize,
) -> PyResult<(
    Array<'py, u64>,
    Array<'py, i64>,
    Array<'py, u32>,
    Array<'py, u32>,
    Array<'py, i64>,
    Array<'py, u8>,
    Array<'py, i64>,
)> {
    let unit = unit(kind, n)?;
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let sets = py.detach(|| batch.placed_sets(unit, n, &mut signals()))?;
    Ok((
        sets.values.into_pyarray(py),
        sets.offsets.into_pyarray(py),
        sets.positions.into_pyarray(py),
        sets.begins.into_pyarray(py),
        sets.begin_offsets.into_pyarray(py),
        sets.folded.into_pyarray(py),
        sets.folded_offsets.into_pyarray(py),
    ))
}

#[pyfunction]
pub fn overlaps<'py>(
    py: Python<'py>,
    sets: PyReadonlyArray1<'py, u64>,
    set_offsets: Offsets<'py>,
    a: Offsets<'py>,
    b: Offsets<'py>,
) -> PyResult<Array<'py, i64>> {
    let sets = Batch::adjacent(sets.as_slice()?, set_offsets.as_slice()?)?;
    let (a, b) = (a.as_slice()?, b.as_slice()?);
    let counts =
        py.detach(|| sets.pairs(a, b, &mut signals(), |i, j, pace| Ok(sets::overlap(sets.item(i), sets.item(j), pace)? as i64)))?;
    Ok(counts.into_pyarray(py))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn confirm<'py>(
    py: Python<'py>,
    sets: PyReadonlyArray1<'py, u64>,
    set_offsets: Offsets<'py>,
    positions: Positions<'py>,
    begins: Positions<'py>,
    begin_offsets: Offsets<'py>,
    folded: Buffer<'py>,
    folded_offsets: Offsets<'py>,
    kind: u8,
    n: usize,
    a: Offsets<'py>,
    b: Offsets<'py>,
) -> PyResult<Array<'py, u8>> {
    let placed = PlacedSets {
        sets: Batch::adjacent(sets.as_slice()?, set_offsets.as_slice()?)?,
        positions: Batch::adjacent(positions.as_slice()?, set_offsets.as_slice()?)?,
        begins: Batch::adjacent(begins.as_slice()?, begin_offsets.as_slice()?)?,
        folded: Batch::adjacent(folded.as_slice()?, folded_offsets.as_slice()?)?,
        unit: unit(kind, n)?,
        n,
    };
    let counts = [placed.begins.len(), placed.folded.len()];
    if counts != [placed.sets.len(); 2] {
        return Err(PyValueError::new_err("every set needs a folded text: the arrays differ in length"));
    }
    let (a, b) = (a.as_slice()?, b.as_slice()?);
    let equal = py.detach(|| placed.sets.pairs(a, b, &mut signals(), |i, j, pace| Ok(u8::from(placed.confirm(i, j, pace)?))))?;
    Ok(equal.into_pyarray(py))
}
