//! Bindings of the language scores.

use crate::language::{self, Profiles};

use super::*;

#[pyfunction]
#[allow(clippy::too_many_arguments, clippy::type_complexity)]
pub fn language_scores<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    characters: Positions<'py>,
    upper: Buffer<'py>,
    slots: Positions<'py>,
    keys: PyReadonlyArray1<'py, u64>,
    offsets: Positions<'py>,
    language: Buffer<'py>,
    weight: Positions<'py>,
    languages: usize,
) -> PyResult<(Bound<'py, PyArray2<i64>>, Array<'py, i64>, Array<'py, u8>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let profiles = Profiles {
        characters: characters.as_slice()?,
        upper: upper.as_slice()?,
        slots: slots.as_slice()?,
        keys: keys.as_slice()?,
        offsets: offsets.as_slice()?,
        language: language.as_slice()?,
        weight: weight.as_slice()?,
        languages,
    };
    let scores = py.detach(|| language::language_scores(&batch, &profiles, &mut signals()))?;
    let sums = scores.sums.into_pyarray(py).reshape([batch.len(), languages])?;
    Ok((sums, scores.counts.into_pyarray(py), scores.signs.into_pyarray(py)))
}
