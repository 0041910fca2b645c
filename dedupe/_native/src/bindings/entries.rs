//! Bindings of runs of (key, unit).

use crate::entries;

use super::*;

#[pyfunction]
pub fn sort_entries<'py>(
    py: Python<'py>,
    keys: PyReadonlyArray1<'py, u64>,
    units: Positions<'py>,
) -> PyResult<(Array<'py, u64>, Array<'py, u32>)> {
    let (keys, units) = (keys.as_slice()?, units.as_slice()?);
    let (keys, units) = py.detach(|| entries::sort_entries(keys, units, &mut signals()))?;
    Ok((keys.into_pyarray(py), units.into_pyarray(py)))
}

#[pyfunction]
pub fn find_entries<'py>(
    py: Python<'py>,
    run: PyReadonlyArray1<'py, u64>,
    keys: PyReadonlyArray1<'py, u64>,
) -> PyResult<(Array<'py, i64>, Array<'py, i64>)> {
    let (run, keys) = (run.as_slice()?, keys.as_slice()?);
    let (low, high) = py.detach(|| entries::find_entries(run, keys, &mut signals()))?;
    Ok((low.into_pyarray(py), high.into_pyarray(py)))
}
