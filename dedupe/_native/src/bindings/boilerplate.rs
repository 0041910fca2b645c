//! Bindings of the boilerplate model.

use crate::evidence;
use crate::features::{self, SHAPES};
use crate::linear::{self, COLUMNS, Categories, Linear};
use crate::network::{self, Network};
use crate::recurrence;
use crate::trees::{self, Trees};

use super::arguments::*;
use numpy::{IntoPyArray, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

type Nodes<'py> = PyReadonlyArray1<'py, i32>;
type Features<'py> = (Array<'py, u32>, Array<'py, i64>, Array<'py, u32>, Array<'py, i64>, Table<'py, u8>);

/// Weights of characters, words and shapes, and the scales of the first two.
#[derive(FromPyObject)]
pub struct Weights<'py>(PyReadonlyArray1<'py, i8>, PyReadonlyArray1<'py, i8>, Nodes<'py>, i64, i64);

impl Weights<'_> {
    fn linear(&self) -> PyResult<Linear<'_>> {
        let size = |_| PyValueError::new_err("the weights are not of the sizes of this model scheme");
        Ok(Linear {
            chars: self.0.as_slice()?.try_into().map_err(size)?,
            words: self.1.as_slice()?.try_into().map_err(size)?,
            shapes: self.2.as_slice()?.try_into().map_err(size)?,
            char_scale: self.3,
            word_scale: self.4,
        })
    }
}

/// Weights of characters and words for each category, the bias of each, and the scales.
#[derive(FromPyObject)]
pub struct CategoryWeights<'py>(PyReadonlyArray2<'py, i8>, PyReadonlyArray2<'py, i8>, Nodes<'py>, i64, i64);

/// Vectors of characters and of words, the two layers, and the scales of the vectors.
#[derive(FromPyObject)]
pub struct NetworkWeights<'py>(
    PyReadonlyArray2<'py, i8>,
    PyReadonlyArray2<'py, i8>,
    PyReadonlyArray2<'py, i32>,
    PyReadonlyArray2<'py, i32>,
    i64,
    i64,
);

/// Columns of nodes, and the roots.
#[derive(FromPyObject)]
pub struct Columns<'py>(Nodes<'py>, Offsets<'py>, Nodes<'py>, Nodes<'py>, Offsets<'py>, Nodes<'py>);

#[pyfunction]
pub fn boilerplate_features<'py>(py: Python<'py>, texts: Texts<'py>) -> PyResult<Features<'py>> {
    let batch = texts.batch()?;
    let out = run(py, |poll| features::boilerplate_features(&batch, poll))?;
    Ok((
        out.chars.into_pyarray(py),
        out.char_offsets.into_pyarray(py),
        out.words.into_pyarray(py),
        out.word_offsets.into_pyarray(py),
        out.shapes.into_pyarray(py).reshape([batch.len(), SHAPES])?,
    ))
}

#[pyfunction]
pub fn boilerplate_scores<'py>(py: Python<'py>, texts: Texts<'py>, model: Weights<'py>) -> PyResult<Table<'py, i64>> {
    let (batch, model) = (texts.batch()?, model.linear()?);
    table(py, [batch.len(), COLUMNS], |poll| linear::boilerplate_scores(&batch, &model, poll))
}

#[pyfunction]
pub fn network_scores<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    model: Weights<'py>,
    network: NetworkWeights<'py>,
) -> PyResult<Table<'py, i64>> {
    let (batch, model) = (texts.batch()?, model.linear()?);
    let NetworkWeights(chars, words, hidden, output, char_scale, word_scale) = &network;
    let vectors = [chars.as_slice()?, words.as_slice()?];
    let network = Network::new(vectors, hidden.as_slice()?, output.as_slice()?, [*char_scale, *word_scale])?;
    table(py, [batch.len(), network::WIDTH], |poll| network::network_scores(&batch, &model, &network, poll))
}

#[pyfunction]
pub fn boilerplate_evidence<'py>(
    py: Python<'py>,
    texts: Texts<'py>,
    model: Weights<'py>,
    longest: usize,
) -> PyResult<Bound<'py, PyTuple>> {
    let (batch, model) = (texts.batch()?, model.linear()?);
    arrays(py, |poll| {
        let out = evidence::boilerplate_evidence(&batch, &model, longest, poll)?;
        Ok((out.offsets, out.first, out.last, out.weights))
    })
}

#[pyfunction]
pub fn recurrence_keys<'py>(py: Python<'py>, texts: Texts<'py>) -> PyResult<Array<'py, u64>> {
    let batch = texts.batch()?;
    array(py, |poll| recurrence::recurrence_keys(&batch, poll))
}

#[pyfunction]
pub fn category_scores<'py>(py: Python<'py>, texts: Texts<'py>, model: CategoryWeights<'py>) -> PyResult<Table<'py, i64>> {
    let CategoryWeights(chars, words, bias, char_scale, word_scale) = &model;
    let batch = texts.batch()?;
    let model = Categories::new(chars.as_slice()?, words.as_slice()?, bias.as_slice()?, (*char_scale, *word_scale))?;
    table(py, [batch.len(), model.count()], |poll| linear::category_scores(&batch, &model, poll))
}

#[pyfunction]
pub fn tree_scores<'py>(py: Python<'py>, features: PyReadonlyArray2<'py, i64>, trees: Columns<'py>) -> PyResult<Array<'py, i64>> {
    let trees = Trees {
        column: trees.0.as_slice()?,
        threshold: trees.1.as_slice()?,
        left: trees.2.as_slice()?,
        right: trees.3.as_slice()?,
        value: trees.4.as_slice()?,
        roots: trees.5.as_slice()?,
    };
    // A slice is of what lies in one piece, by rows or by columns.
    let (columns, by_column) = (features.shape()[1], !features.is_c_contiguous());
    let features = trees::Features { values: features.as_slice()?, columns, by_column };
    array(py, |poll| trees.scores(features, poll))
}
