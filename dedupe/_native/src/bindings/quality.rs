//! Bindings of the quality counts.

use crate::quality::{self, COLUMNS, StopWords};

use super::*;

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn quality_counts<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    stop_words: Buffer<'py>,
    stop_starts: Offsets<'py>,
    stop_ends: Offsets<'py>,
    stop_masks: PyReadonlyArray1<'py, u64>,
    languages: PyReadonlyArray1<'py, u64>,
) -> PyResult<Bound<'py, PyArray2<i64>>> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let words = Batch::new(stop_words.as_slice()?, stop_starts.as_slice()?, stop_ends.as_slice()?)?;
    let stop_words = StopWords::new(words, stop_masks.as_slice()?)?;
    let languages = languages.as_slice()?;
    let counts = py.detach(|| quality::quality_counts(&batch, &stop_words, languages, &mut signals()))?;
    counts.into_pyarray(py).reshape([batch.len(), COLUMNS])
}
