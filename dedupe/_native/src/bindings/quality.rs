//! Bindings of the counts of quality.

use crate::quality::{self, COLUMNS, StopWords};

use super::arguments::*;
use pyo3::prelude::*;

#[pyfunction]
pub fn quality_counts<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    stop_words: Texts<'py>,
    stop_masks: Hashes<'py>,
    languages: Hashes<'py>,
) -> PyResult<Table<'py, i64>> {
    let (batch, languages) = (texts.batch()?, languages.as_slice()?);
    let stop_words = StopWords::new(stop_words.batch()?, stop_masks.as_slice()?)?;
    table(py, [batch.len(), COLUMNS], |poll| quality::quality_counts(&batch, &stop_words, languages, poll))
}

#[pyfunction]
pub fn listed_words<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    entries: Texts<'py>,
    lists: Offsets<'py>,
    count: usize,
) -> PyResult<Table<'py, i64>> {
    let (batch, entries, lists) = (texts.batch()?, entries.batch()?, lists.as_slice()?);
    table(py, [batch.len(), count], |poll| quality::listed_words(&batch, &entries, lists, count, poll))
}
