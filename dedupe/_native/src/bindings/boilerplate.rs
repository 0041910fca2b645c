//! Bindings of the boilerplate model.

use crate::features::{SHAPE_VALUES, SHAPES};
use crate::linear::{COLUMNS, Categories, Linear};
use crate::trees::Trees;

use super::*;

/// Shapes are no words.
const NO_SHAPES: [i32; SHAPES * SHAPE_VALUES] = [0; SHAPES * SHAPE_VALUES];

#[pyfunction]
#[allow(clippy::type_complexity)]
pub fn boilerplate_features<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<(Array<'py, u32>, Array<'py, i64>, Array<'py, u32>, Array<'py, i64>, Bound<'py, PyArray2<u8>>)> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let out = py.detach(|| batch.boilerplate_features(&mut signals()))?;
    Ok((
        out.chars.into_pyarray(py),
        out.char_offsets.into_pyarray(py),
        out.words.into_pyarray(py),
        out.word_offsets.into_pyarray(py),
        out.shapes.into_pyarray(py).reshape([batch.len(), SHAPES])?,
    ))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn boilerplate_scores<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    char_weights: PyReadonlyArray1<'py, i8>,
    word_weights: PyReadonlyArray1<'py, i8>,
    shape_weights: PyReadonlyArray1<'py, i32>,
    char_scale: i64,
    word_scale: i64,
) -> PyResult<Bound<'py, PyArray2<i64>>> {
    let model = linear(&char_weights, &word_weights, shape_weights.as_slice()?, (char_scale, word_scale))?;
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let scores = py.detach(|| batch.boilerplate_scores(&model, &mut signals()))?;
    scores.into_pyarray(py).reshape([batch.len(), COLUMNS])
}

#[pyfunction]
#[allow(clippy::too_many_arguments, clippy::type_complexity)]
pub fn boilerplate_evidence<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    char_weights: PyReadonlyArray1<'py, i8>,
    word_weights: PyReadonlyArray1<'py, i8>,
    char_scale: i64,
    word_scale: i64,
    longest: usize,
) -> PyResult<(Array<'py, i64>, Array<'py, i64>, Array<'py, i64>, Array<'py, i64>)> {
    let model = linear(&char_weights, &word_weights, &NO_SHAPES, (char_scale, word_scale))?;
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let out = py.detach(|| batch.boilerplate_evidence(&model, longest, &mut signals()))?;
    Ok((out.offsets.into_pyarray(py), out.first.into_pyarray(py), out.last.into_pyarray(py), out.weights.into_pyarray(py)))
}

#[pyfunction]
pub fn recurrence_keys<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
) -> PyResult<Array<'py, u64>> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    Ok(py.detach(|| batch.recurrence_keys(&mut signals()))?.into_pyarray(py))
}

/// The model that arrays from Python hold.
fn linear<'a>(
    chars: &'a PyReadonlyArray1<i8>,
    words: &'a PyReadonlyArray1<i8>,
    shapes: &'a [i32],
    (char_scale, word_scale): (i64, i64),
) -> PyResult<Linear<'a>> {
    let size = |_| PyValueError::new_err("the weights are not of the sizes of this model scheme");
    Ok(Linear {
        chars: chars.as_slice()?.try_into().map_err(size)?,
        words: words.as_slice()?.try_into().map_err(size)?,
        shapes: shapes.try_into().map_err(size)?,
        char_scale,
        word_scale,
    })
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn category_scores<'py>(
    py: Python<'py>,
    buffer: Buffer<'py>,
    starts: Offsets<'py>,
    ends: Offsets<'py>,
    char_weights: PyReadonlyArray2<'py, i8>,
    word_weights: PyReadonlyArray2<'py, i8>,
    bias: PyReadonlyArray1<'py, i32>,
    char_scale: i64,
    word_scale: i64,
) -> PyResult<Bound<'py, PyArray2<i64>>> {
    let batch = Batch::new(buffer.as_slice()?, starts.as_slice()?, ends.as_slice()?)?;
    let scales = (char_scale, word_scale);
    let model = Categories::new(char_weights.as_slice()?, word_weights.as_slice()?, bias.as_slice()?, scales)?;
    let scores = py.detach(|| batch.category_scores(&model, &mut signals()))?;
    scores.into_pyarray(py).reshape([batch.len(), model.count()])
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn tree_scores<'py>(
    py: Python<'py>,
    features: PyReadonlyArray2<'py, i64>,
    column: PyReadonlyArray1<'py, i32>,
    threshold: Offsets<'py>,
    left: PyReadonlyArray1<'py, i32>,
    right: PyReadonlyArray1<'py, i32>,
    value: Offsets<'py>,
    roots: PyReadonlyArray1<'py, i32>,
) -> PyResult<Array<'py, i64>> {
    let trees = Trees {
        column: column.as_slice()?,
        threshold: threshold.as_slice()?,
        left: left.as_slice()?,
        right: right.as_slice()?,
        value: value.as_slice()?,
        roots: roots.as_slice()?,
    };
    let columns = features.shape()[1];
    let features = features.as_slice()?;
    let scores = py.detach(|| trees.scores(features, columns, &mut signals()))?;
    Ok(scores.into_pyarray(py))
}
