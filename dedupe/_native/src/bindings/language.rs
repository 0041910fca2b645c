//! Bindings of the language scores.

use crate::language::{self, Profiles};

use super::arguments::*;
use numpy::{IntoPyArray, PyArrayMethods};
use pyo3::prelude::*;

/// The columns of `Profiles`, and how many languages there are.
#[derive(FromPyObject)]
pub struct Columns<'py>(Positions<'py>, Positions<'py>, Hashes<'py>, Positions<'py>, Buffer<'py>, Signed<'py>, usize);

#[pyfunction]
#[allow(clippy::type_complexity)]
pub fn language_scores<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    profiles: Columns<'py>,
) -> PyResult<(Table<'py, i32>, Array<'py, i64>, Array<'py, u8>)> {
    let batch = texts.batch()?;
    let profiles = Profiles {
        characters: profiles.0.as_slice()?,
        slots: profiles.1.as_slice()?,
        keys: profiles.2.as_slice()?,
        offsets: profiles.3.as_slice()?,
        language: profiles.4.as_slice()?,
        weight: profiles.5.as_slice()?,
        languages: profiles.6,
    };
    let scores = run(py, |poll| language::language_scores(&batch, &profiles, poll))?;
    let sums = scores.sums.into_pyarray(py).reshape([batch.len(), profiles.languages])?;
    Ok((sums, scores.counts.into_pyarray(py), scores.signs.into_pyarray(py)))
}
