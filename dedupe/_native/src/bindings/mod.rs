//! Python bindings: flat buffers in, flat arrays out; no logic and no policy.
//!
//! Every function releases the GIL and looks for signals between pieces of work.

pub mod boilerplate;
pub mod duplicates;
pub mod entries;
pub mod fingerprints;
pub mod language;
pub mod passages;
pub mod quality;
pub mod texts;
pub mod threads;

use crate::batch::{Batch, Failure};
use crate::fold::Stop;
use crate::memory;
use crate::shingle::Unit;
use crate::tables::{self, Fold};
use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyReadwriteArray1, PyReadwriteArray2,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyKeyboardInterrupt, PyMemoryError, PyValueError};
use pyo3::prelude::*;

/// Raised by one whenever a function's arguments or results change.
const ABI: u32 = 12;
const NO_MEMORY: &str = "not enough memory for the arrays of this batch; work on fewer or shorter texts at a time";

type Buffer<'py> = PyReadonlyArray1<'py, u8>;
type Offsets<'py> = PyReadonlyArray1<'py, i64>;
type Array<'py, T> = Bound<'py, PyArray1<T>>;
type Positions<'py> = PyReadonlyArray1<'py, u32>;

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> PyErr {
        match failure {
            // The signal's own exception is already set; this one only stands in when it is not.
            Failure::Stopped => Python::attach(|py| PyErr::take(py).unwrap_or_else(|| PyKeyboardInterrupt::new_err(()))),
            Failure::Invalid(message) => PyValueError::new_err(message),
            Failure::Memory => PyMemoryError::new_err(NO_MEMORY),
        }
    }
}

/// What a kernel that begins asks now and then: whether there is memory for more, the work of this thread was stopped, or
/// a signal has arrived. The exception stays set for `From<Failure>`.
fn signals() -> impl FnMut() -> Result<(), Stop> {
    memory::begin();
    look
}

fn look() -> Result<(), Stop> {
    if threads::is_stopped() {
        return Err(Stop);
    }
    if memory::look().is_err() {
        Python::attach(|py| PyMemoryError::new_err(NO_MEMORY).restore(py));
        return Err(Stop);
    }
    Python::attach(|py| {
        py.check_signals().map_err(|error| {
            error.restore(py);
            Stop
        })
    })
}

fn unit(kind: u8, n: usize) -> PyResult<Unit> {
    if !(1..=32).contains(&n) {
        return Err(PyValueError::new_err(format!("shingle length {n} is not in 1..32")));
    }
    match kind {
        0 => Ok(Unit::Word),
        1 => Ok(Unit::Char),
        _ => Err(PyValueError::new_err(format!("unknown shingle kind {kind}"))),
    }
}

fn fold_version(version: u8) -> PyResult<Fold> {
    match version {
        1 => Ok(Fold::V1),
        2 => Ok(Fold::V2),
        _ => Err(PyValueError::new_err(format!("unknown version of the fold {version}"))),
    }
}

/// Put constants and functions into the extension module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("ABI", ABI)?;
    module.add("SCHEME", "minhash-v1")?;
    module.add("FOLD_SCHEME", tables::scheme())?;
    module.add_function(wrap_pyfunction!(texts::tokenize, module)?)?;
    module.add_function(wrap_pyfunction!(texts::read_lines, module)?)?;
    module.add_function(wrap_pyfunction!(texts::cut, module)?)?;
    module.add_function(wrap_pyfunction!(texts::byte_places, module)?)?;
    module.add_function(wrap_pyfunction!(texts::place_lines, module)?)?;
    module.add_function(wrap_pyfunction!(texts::join, module)?)?;
    module.add_function(wrap_pyfunction!(texts::same_fold, module)?)?;
    module.add_function(wrap_pyfunction!(texts::fold_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(texts::fact_texts, module)?)?;
    module.add_function(wrap_pyfunction!(texts::sign_texts, module)?)?;
    module.add_function(wrap_pyfunction!(texts::sign_hashes, module)?)?;
    module.add_function(wrap_pyfunction!(fingerprints::shingle_sets, module)?)?;
    module.add_function(wrap_pyfunction!(fingerprints::sign, module)?)?;
    module.add_function(wrap_pyfunction!(fingerprints::sign_datasketch, module)?)?;
    module.add_function(wrap_pyfunction!(fingerprints::keys, module)?)?;
    module.add_function(wrap_pyfunction!(fingerprints::overlaps, module)?)?;
    module.add_function(wrap_pyfunction!(fingerprints::placed_sets, module)?)?;
    module.add_function(wrap_pyfunction!(fingerprints::confirm, module)?)?;
    module.add_function(wrap_pyfunction!(duplicates::equal_runs, module)?)?;
    module.add_function(wrap_pyfunction!(duplicates::components, module)?)?;
    module.add_function(wrap_pyfunction!(duplicates::unite, module)?)?;
    module.add_function(wrap_pyfunction!(duplicates::group, module)?)?;
    module.add_function(wrap_pyfunction!(duplicates::near_pairs, module)?)?;
    module.add_function(wrap_pyfunction!(duplicates::same_facts, module)?)?;
    module.add_function(wrap_pyfunction!(entries::sort_entries, module)?)?;
    module.add_function(wrap_pyfunction!(entries::find_entries, module)?)?;
    module.add_function(wrap_pyfunction!(boilerplate::boilerplate_features, module)?)?;
    module.add_function(wrap_pyfunction!(boilerplate::boilerplate_evidence, module)?)?;
    module.add_function(wrap_pyfunction!(boilerplate::boilerplate_scores, module)?)?;
    module.add_function(wrap_pyfunction!(boilerplate::recurrence_keys, module)?)?;
    module.add_function(wrap_pyfunction!(boilerplate::category_scores, module)?)?;
    module.add_function(wrap_pyfunction!(boilerplate::tree_scores, module)?)?;
    module.add_function(wrap_pyfunction!(language::language_scores, module)?)?;
    module.add_function(wrap_pyfunction!(quality::quality_counts, module)?)?;
    module.add_function(wrap_pyfunction!(passages::letters_of, module)?)?;
    module.add_function(wrap_pyfunction!(passages::weigh, module)?)?;
    module.add_function(wrap_pyfunction!(passages::letter_places, module)?)?;
    module.add_function(wrap_pyfunction!(passages::anchors_of, module)?)?;
    module.add_function(wrap_pyfunction!(passages::passages_within, module)?)?;
    module.add_function(wrap_pyfunction!(passages::passages_across, module)?)?;
    module.add_function(wrap_pyfunction!(passages::common_tokens, module)?)?;
    module.add_function(wrap_pyfunction!(passages::align_units, module)?)?;
    module.add_function(wrap_pyfunction!(passages::fit_ends, module)?)?;
    module.add_function(wrap_pyfunction!(passages::same_stretches, module)?)?;
    module.add_function(wrap_pyfunction!(passages::shared_anchors, module)?)?;
    module.add_function(wrap_pyfunction!(threads::begin_work, module)?)?;
    module.add_function(wrap_pyfunction!(threads::stop_work, module)?)?;
    Ok(())
}
