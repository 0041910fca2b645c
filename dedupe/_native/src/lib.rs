//! Python bindings: flat buffers in, flat arrays out; no logic and no policy.
//!
//! Every function releases the GIL and looks for signals between pieces of work.

pub mod ascii;
pub mod batch;
pub mod datasketch;
pub mod facts;
pub mod fold;
pub mod folded;
pub mod groups;
pub mod hash;
pub mod jsonl;
pub mod linear;
pub mod minhash;
pub mod points;
pub mod segment;
pub mod sets;
pub mod shingle;
pub mod tables;

use batch::{Batch, Failure};
use datasketch::Scheme;
use fold::Stop;
use groups::Grouping;
use linear::Linear;
use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadwriteArray2};
use pyo3::exceptions::{PyKeyboardInterrupt, PyValueError};
use pyo3::prelude::*;
use segment::Mode;
use sets::PlacedSets;
use shingle::Unit;

/// Raised by one whenever a function's arguments or results change.
const ABI: u32 = 2;

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
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<(Array<'py, u64>, Array<'py, i64>, Array<'py, i64>, Array<'py, u8>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
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
fn fold_bytes<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<(Array<'py, u8>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (folded, ends) = py.detach(|| batch.fold_bytes(&mut signals))?;
    Ok((folded.into_pyarray(py), ends.into_pyarray(py)))
}

#[pyfunction]
fn shingle_sets<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    kind: u8,
    n: usize,
) -> PyResult<(Array<'py, u64>, Array<'py, i64>)> {
    let unit = unit(kind, n)?;
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (sets, ends) = py.detach(|| batch.shingle_sets(unit, n, &mut signals))?;
    Ok((sets.into_pyarray(py), ends.into_pyarray(py)))
}

#[pyfunction]
fn sign<'py>(
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
    let (signatures, fingerprints) = py.detach(|| batch.sign(unit, n, count, &mut signals))?;
    let rows = fingerprints.len();
    Ok((signatures.into_pyarray(py).reshape([rows, count])?, fingerprints.into_pyarray(py)))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn keys<'py>(
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
    let fingerprints = py.detach(|| batch.keys(unit, n, rows, &mut bands, &mut signals))?;
    Ok(fingerprints.into_pyarray(py))
}

#[pyfunction]
fn overlaps<'py>(
    py: Python<'py>,
    sets: PyReadonlyArray1<'py, u64>,
    set_offsets: Offsets<'py>,
    a: Offsets<'py>,
    b: Offsets<'py>,
) -> PyResult<Array<'py, i64>> {
    let sets = Batch::adjacent(sets.as_slice()?, set_offsets.as_slice()?)?;
    let (a, b) = (a.as_slice()?, b.as_slice()?);
    let counts = py.detach(|| sets.pairs(a, b, &mut signals, |i, j| sets::overlap(sets.item(i), sets.item(j)) as i64))?;
    Ok(counts.into_pyarray(py))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn sign_datasketch<'py>(
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
    let signatures = py.detach(|| datasketch::sign(&batch, unit, n, scheme, factors, offsets, &mut signals))?;
    signatures.into_pyarray(py).reshape([batch.len(), factors.len()])
}

type Positions<'py> = PyReadonlyArray1<'py, u32>;

#[pyfunction]
#[allow(clippy::type_complexity)]
fn placed_sets<'py>(
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
    let sets = py.detach(|| batch.placed_sets(unit, n, &mut signals))?;
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
#[allow(clippy::too_many_arguments)]
fn confirm<'py>(
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
    let equal = py.detach(|| placed.sets.pairs(a, b, &mut signals, |i, j| u8::from(placed.confirm(i, j))))?;
    Ok(equal.into_pyarray(py))
}

#[pyfunction]
fn same_fold<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    other: Buffer<'py>,
    other_starts: Offsets<'py>,
    other_ends: Offsets<'py>,
) -> PyResult<Array<'py, u8>> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let other = Batch::new(other.as_slice()?, other_starts.as_slice()?, other_ends.as_slice()?)?;
    let equal = py.detach(|| batch.same_fold(&other, &mut signals))?;
    Ok(equal.into_pyarray(py))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn byte_places<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    texts: Offsets<'py>,
    first: Offsets<'py>,
    last: Offsets<'py>,
) -> PyResult<(Array<'py, i64>, Array<'py, i64>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (texts, first, last) = (texts.as_slice()?, first.as_slice()?, last.as_slice()?);
    let (first, last) = py.detach(|| batch.byte_places(texts, first, last, &mut signals))?;
    Ok((first.into_pyarray(py), last.into_pyarray(py)))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn place_lines<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    texts: Offsets<'py>,
    first: Offsets<'py>,
    last: Offsets<'py>,
) -> PyResult<Array<'py, u8>> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let (texts, first, last) = (texts.as_slice()?, first.as_slice()?, last.as_slice()?);
    let lines = py.detach(|| batch.place_lines(texts, first, last, &mut signals))?;
    Ok(lines.into_pyarray(py))
}

#[pyfunction]
#[allow(clippy::type_complexity)]
fn cut<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    mode: u8,
) -> PyResult<(Array<'py, i64>, Array<'py, i64>, Array<'py, i64>, Array<'py, i64>, Array<'py, i64>)> {
    let mode = match mode {
        0 => None,
        1 => Some(Mode::Auto),
        2 => Some(Mode::Lines),
        3 => Some(Mode::Blank),
        _ => return Err(PyValueError::new_err(format!("unknown way to cut {mode}"))),
    };
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let units = py.detach(|| batch.cut(mode, &mut signals))?;
    Ok((
        units.texts.into_pyarray(py),
        units.first.into_pyarray(py),
        units.last.into_pyarray(py),
        units.starts.into_pyarray(py),
        units.ends.into_pyarray(py),
    ))
}

#[pyfunction]
#[allow(clippy::type_complexity)]
fn read_lines<'py>(
    py: Python<'py>,
    block: Buffer<'py>,
    text_field: &str,
    id_field: &str,
) -> PyResult<(Array<'py, i64>, Array<'py, u8>, Array<'py, u8>, Array<'py, i64>, Array<'py, u8>, Array<'py, i64>)> {
    let block = block.as_slice()?;
    let lines = py.detach(|| jsonl::read(block, text_field, id_field, signals)).map_err(Failure::from)?;
    Ok((
        lines.offsets.into_pyarray(py),
        lines.status.into_pyarray(py),
        lines.texts.into_pyarray(py),
        lines.text_offsets.into_pyarray(py),
        lines.ids.into_pyarray(py),
        lines.id_offsets.into_pyarray(py),
    ))
}

#[pyfunction]
fn same_facts<'py>(
    py: Python<'py>,
    folded: Buffer<'py>,
    offsets: Offsets<'py>,
    a: Offsets<'py>,
    b: Offsets<'py>,
) -> PyResult<Array<'py, u8>> {
    let texts = Batch::adjacent(folded.as_slice()?, offsets.as_slice()?)?;
    let (a, b) = (a.as_slice()?, b.as_slice()?);
    let words = |i| facts::Words::new(texts.item(i));
    let same = py.detach(|| texts.pairs(a, b, &mut signals, |i, j| u8::from(facts::agree(&words(i), &words(j)))))?;
    Ok(same.into_pyarray(py))
}

#[pyfunction]
fn equal_runs<'py>(py: Python<'py>, values: PyReadonlyArray1<'py, u64>) -> PyResult<(Array<'py, i64>, Array<'py, i64>)> {
    let values = values.as_slice()?;
    let (positions, offsets) = py.detach(|| groups::equal_runs(values))?;
    Ok((positions.into_pyarray(py), offsets.into_pyarray(py)))
}

#[pyfunction]
fn components<'py>(py: Python<'py>, members: Offsets<'py>, offsets: Offsets<'py>, count: usize) -> PyResult<Array<'py, i64>> {
    let buckets = Batch::adjacent(members.as_slice()?, offsets.as_slice()?)?;
    let labels = py.detach(|| groups::components(buckets, count))?;
    Ok(labels.into_pyarray(py))
}

#[pyfunction]
#[allow(clippy::too_many_arguments, clippy::type_complexity)]
fn group<'py>(
    py: Python<'py>,
    members: Offsets<'py>,
    offsets: Offsets<'py>,
    sets: PyReadonlyArray1<'py, u64>,
    set_offsets: Offsets<'py>,
    rank: Offsets<'py>,
    pinned: Buffer<'py>,
    rejected: Vec<(i64, i64)>,
    threshold: f64,
    folded: Buffer<'py>,
    folded_offsets: Offsets<'py>,
    facts: bool,
) -> PyResult<(Array<'py, i64>, Array<'py, f64>, i64)> {
    let grouping = Grouping {
        buckets: Batch::adjacent(members.as_slice()?, offsets.as_slice()?)?,
        sets: Batch::adjacent(sets.as_slice()?, set_offsets.as_slice()?)?,
        rank: rank.as_slice()?,
        pinned: pinned.as_slice()?,
        rejected: rejected.into_iter().collect(),
        threshold,
        facts: if facts { Some(Batch::adjacent(folded.as_slice()?, folded_offsets.as_slice()?)?) } else { None },
    };
    let groups = py.detach(|| grouping.run(&mut signals))?;
    Ok((groups.kept.into_pyarray(py), groups.similarity.into_pyarray(py), groups.compared))
}

#[pyfunction]
#[allow(clippy::type_complexity)]
fn boilerplate_features<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<(Array<'py, u32>, Array<'py, i64>, Array<'py, u32>, Array<'py, i64>, Bound<'py, PyArray2<u8>>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
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
    starts: Offsets<'py>,
    ends: Offsets<'py>,
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
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let scores = py.detach(|| batch.boilerplate_scores(&model, &mut signals))?;
    Ok(scores.into_pyarray(py))
}

#[pymodule]
fn _kernels(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("ABI", ABI)?;
    module.add("SCHEME", "minhash-v1")?;
    module.add_function(wrap_pyfunction!(tokenize, module)?)?;
    module.add_function(wrap_pyfunction!(read_lines, module)?)?;
    module.add_function(wrap_pyfunction!(cut, module)?)?;
    module.add_function(wrap_pyfunction!(byte_places, module)?)?;
    module.add_function(wrap_pyfunction!(place_lines, module)?)?;
    module.add_function(wrap_pyfunction!(same_fold, module)?)?;
    module.add_function(wrap_pyfunction!(equal_runs, module)?)?;
    module.add_function(wrap_pyfunction!(components, module)?)?;
    module.add_function(wrap_pyfunction!(group, module)?)?;
    module.add_function(wrap_pyfunction!(fold_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(shingle_sets, module)?)?;
    module.add_function(wrap_pyfunction!(sign, module)?)?;
    module.add_function(wrap_pyfunction!(sign_datasketch, module)?)?;
    module.add_function(wrap_pyfunction!(keys, module)?)?;
    module.add_function(wrap_pyfunction!(overlaps, module)?)?;
    module.add_function(wrap_pyfunction!(placed_sets, module)?)?;
    module.add_function(wrap_pyfunction!(confirm, module)?)?;
    module.add_function(wrap_pyfunction!(same_facts, module)?)?;
    module.add_function(wrap_pyfunction!(boilerplate_features, module)?)?;
    module.add_function(wrap_pyfunction!(boilerplate_scores, module)?)?;
    Ok(())
}
