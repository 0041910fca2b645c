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
    let (characters, upper, slots) = (characters.as_slice()?, upper.as_slice()?, slots.as_slice()?);
    let (keys, offsets, language, weight) = (keys.as_slice()?, offsets.as_slice()?, language.as_slice()?, weight.as_slice()?);
    let scores = py.detach(|| {
        let profiles = Profiles::new(characters, upper, slots, keys, offsets, language, weight, languages)?;
        language::language_scores(&batch, &profiles, &mut signals)
    })?;
    let sums = scores.sums.into_pyarray(py).reshape([batch.len(), languages])?;
    Ok((sums, scores.counts.into_pyarray(py), scores.signs.into_pyarray(py)))
}
