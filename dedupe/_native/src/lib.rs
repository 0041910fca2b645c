//! Python bindings: flat buffers in, flat arrays out; no logic and no policy.
//!
//! Every function releases the GIL and looks for signals between pieces of work.

pub mod batch;
pub mod fold;
pub mod hash;
pub mod linear;
pub mod minhash;
pub mod sets;
pub mod shingle;
pub mod tables;

use batch::{Batch, Failure};
use fold::Stop;
use linear::Linear;
use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::{PyKeyboardInterrupt, PyValueError};
use pyo3::prelude::*;
use shingle::Unit;

/// Raised by one whenever a function's arguments or results change.
const ABI: u32 = 1;

type Buffer<'py> = PyReadonlyArray1<'py, u8>;
type Offsets<'py> = PyReadonlyArray1<'py, i64>;
type Array<'py, T> = Bound<'py, PyArray1<T>>;

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> PyErr {
        match failure {
            // The signal's own exception is already set; this one only stands in when it is not.
            Failure::Stopped => Python::attach(|py| PyErr::take(py).unwrap_or_else(|| PyKeyboardInterrupt::new_err(()))),
            Failure::Invalid(message) => PyValueError::new_err(message),
        }
    }
}

/// Ask Python whether a signal has arrived; the exception it raises stays set for `From<Failure>`.
fn signals() -> Result<(), Stop> {
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

#[pyfunction]
#[allow(clippy::type_complexity)]
fn tokenize<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    offsets: Offsets<'py>,
) -> PyResult<(Array<'py, u64>, Array<'py, i64>, Array<'py, i64>, Array<'py, u8>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, offsets.as_slice()?)?;
    let out = py.detach(|| batch.tokenize(&mut signals))?;
    Ok((
        out.hashes.into_pyarray(py),
        out.starts.into_pyarray(py),
        out.ends.into_pyarray(py),
        out.unspaced.into_pyarray(py),
        out.text_offsets.into_pyarray(py),
    ))
}

#[pyfunction]
fn fold_bytes<'py>(py: Python<'py>, buffer: Buffer<'py>, offsets: Offsets<'py>) -> PyResult<(Array<'py, u8>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, offsets.as_slice()?)?;
    let (folded, ends) = py.detach(|| batch.fold_bytes(&mut signals))?;
    Ok((folded.into_pyarray(py), ends.into_pyarray(py)))
}

#[pyfunction]
fn shingle_sets<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    offsets: Offsets<'py>,
    kind: u8,
    n: usize,
) -> PyResult<(Array<'py, u64>, Array<'py, i64>)> {
    let unit = unit(kind, n)?;
    let batch = Batch::new(buffer.as_slice()?, offsets.as_slice()?)?;
    let (sets, ends) = py.detach(|| batch.shingle_sets(unit, n, &mut signals))?;
    Ok((sets.into_pyarray(py), ends.into_pyarray(py)))
}

#[pyfunction]
fn sign<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    offsets: Offsets<'py>,
    kind: u8,
    n: usize,
    count: usize,
    threads: usize,
) -> PyResult<(Bound<'py, PyArray2<u32>>, Array<'py, u64>)> {
    let unit = unit(kind, n)?;
    let batch = Batch::new(buffer.as_slice()?, offsets.as_slice()?)?;
    let (signatures, fingerprints) = py.detach(|| batch.sign(unit, n, count, threads, &mut signals))?;
    let rows = fingerprints.len();
    Ok((signatures.into_pyarray(py).reshape([rows, count])?, fingerprints.into_pyarray(py)))
}

#[pyfunction]
fn band_keys<'py>(
    py: Python<'py>,
    signatures: PyReadonlyArray2<'py, u32>,
    bands: usize,
    rows: usize,
) -> PyResult<Bound<'py, PyArray2<u64>>> {
    let [texts, width]: [usize; 2] = signatures.as_array().shape().try_into().unwrap_or([0, 0]);
    if bands == 0 || rows == 0 || bands.checked_mul(rows).is_none_or(|used| used > width) {
        return Err(PyValueError::new_err(format!("{bands} bands of {rows} rows do not fit {width} permutations")));
    }
    let flat = signatures.as_slice()?;
    let keys = py.detach(|| {
        let mut keys = vec![0; texts * bands];
        for (signature, out) in flat.chunks_exact(width).zip(keys.chunks_exact_mut(bands)) {
            minhash::band_keys(signature, rows, out);
        }
        keys
    });
    keys.into_pyarray(py).reshape([texts, bands])
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn keys<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    offsets: Offsets<'py>,
    kind: u8,
    n: usize,
    bands: usize,
    rows: usize,
    threads: usize,
) -> PyResult<(Bound<'py, PyArray2<u64>>, Array<'py, u64>)> {
    let unit = unit(kind, n)?;
    let batch = Batch::new(buffer.as_slice()?, offsets.as_slice()?)?;
    let (keys, fingerprints) = py.detach(|| batch.keys(unit, n, bands, rows, threads, &mut signals))?;
    let texts = fingerprints.len();
    Ok((keys.into_pyarray(py).reshape([texts, bands])?, fingerprints.into_pyarray(py)))
}

#[pyfunction]
fn overlaps<'py>(
    py: Python<'py>,
    sets: PyReadonlyArray1<'py, u64>,
    set_offsets: Offsets<'py>,
    a: Offsets<'py>,
    b: Offsets<'py>,
) -> PyResult<Array<'py, i64>> {
    let sets = Batch::new(sets.as_slice()?, set_offsets.as_slice()?)?;
    let (a, b) = (a.as_slice()?, b.as_slice()?);
    let counts = py.detach(|| sets.pairs(a, b, &mut signals, |left, right, _| Ok(sets::overlap(left, right))))?;
    Ok(counts.into_pyarray(py))
}

#[pyfunction]
fn confirm<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    offsets: Offsets<'py>,
    kind: u8,
    n: usize,
    a: Offsets<'py>,
    b: Offsets<'py>,
) -> PyResult<Array<'py, u8>> {
    let unit = unit(kind, n)?;
    let batch = Batch::new(buffer.as_slice()?, offsets.as_slice()?)?;
    let (a, b) = (a.as_slice()?, b.as_slice()?);
    let equal = py.detach(|| {
        batch.pairs(a, b, &mut signals, |left, right, poll| Ok(u8::from(sets::confirm(left, right, unit, n, poll)?)))
    })?;
    Ok(equal.into_pyarray(py))
}

#[pyfunction]
#[allow(clippy::type_complexity)]
fn boilerplate_features<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    offsets: Offsets<'py>,
) -> PyResult<(Array<'py, u32>, Array<'py, i64>, Array<'py, u32>, Array<'py, i64>, Bound<'py, PyArray2<u8>>)> {
    let batch = Batch::new(buffer.as_slice()?, offsets.as_slice()?)?;
    let out = py.detach(|| batch.boilerplate_features(&mut signals))?;
    Ok((
        out.chars.into_pyarray(py),
        out.char_offsets.into_pyarray(py),
        out.words.into_pyarray(py),
        out.word_offsets.into_pyarray(py),
        out.shapes.into_pyarray(py).reshape([batch.len(), linear::SHAPES])?,
    ))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn boilerplate_scores<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    offsets: Offsets<'py>,
    char_weights: PyReadonlyArray1<'py, i8>,
    word_weights: PyReadonlyArray1<'py, i8>,
    shape_weights: PyReadonlyArray1<'py, i32>,
    char_scale: i64,
    word_scale: i64,
) -> PyResult<Array<'py, i64>> {
    let size = |_| PyValueError::new_err("the weights are not of the sizes of this model scheme");
    let model = Linear {
        chars: char_weights.as_slice()?.try_into().map_err(size)?,
        words: word_weights.as_slice()?.try_into().map_err(size)?,
        shapes: shape_weights.as_slice()?.try_into().map_err(size)?,
        char_scale,
        word_scale,
    };
    let batch = Batch::new(buffer.as_slice()?, offsets.as_slice()?)?;
    let scores = py.detach(|| batch.boilerplate_scores(&model, &mut signals))?;
    Ok(scores.into_pyarray(py))
}

#[pymodule]
fn _kernels(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("ABI", ABI)?;
    module.add("SCHEME", "minhash-v1")?;
    module.add_function(wrap_pyfunction!(tokenize, module)?)?;
    module.add_function(wrap_pyfunction!(fold_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(shingle_sets, module)?)?;
    module.add_function(wrap_pyfunction!(sign, module)?)?;
    module.add_function(wrap_pyfunction!(band_keys, module)?)?;
    module.add_function(wrap_pyfunction!(keys, module)?)?;
    module.add_function(wrap_pyfunction!(overlaps, module)?)?;
    module.add_function(wrap_pyfunction!(confirm, module)?)?;
    module.add_function(wrap_pyfunction!(boilerplate_features, module)?)?;
    module.add_function(wrap_pyfunction!(boilerplate_scores, module)?)?;
    Ok(())
}
