//! Bindings of the boilerplate model.

use crate::linear::{self, Linear};

use super::*;

#[pyfunction]
#[allow(clippy::type_complexity)]
pub fn boilerplate_features<'py>(
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
