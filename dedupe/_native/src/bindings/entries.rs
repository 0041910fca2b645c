//! Bindings of runs of (key, unit).

use crate::entries;

use super::arguments::*;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

#[pyfunction]
pub fn sort_entries<'py>(py: Python<'py>, keys: Hashes<'py>, units: Positions<'py>) -> PyResult<Bound<'py, PyTuple>> {
    let (keys, units) = (keys.as_slice()?, units.as_slice()?);
    arrays(py, |poll| entries::sort_entries(keys, units, poll))
}

#[pyfunction]
pub fn find_entries<'py>(py: Python<'py>, run: Hashes<'py>, keys: Hashes<'py>) -> PyResult<Bound<'py, PyTuple>> {
    let (run, keys) = (run.as_slice()?, keys.as_slice()?);
    arrays(py, |poll| entries::find_entries(run, keys, poll))
}
