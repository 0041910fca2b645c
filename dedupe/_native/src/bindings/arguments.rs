//! What bindings take and give: arrays that belong together are one argument, a tuple.

use crate::batch::Batch;
use crate::failure::{Failure, Poll, Stop};
use crate::memory;
use crate::shingle::Unit;

use super::threads;
use numpy::{Element, IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1};
use pyo3::exceptions::{PyKeyboardInterrupt, PyMemoryError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

const NO_MEMORY: &str = "not enough memory for the arrays of this batch; work on fewer or shorter texts at a time";

pub type Buffer<'py> = PyReadonlyArray1<'py, u8>;
pub type Offsets<'py> = PyReadonlyArray1<'py, i64>;
pub type Positions<'py> = PyReadonlyArray1<'py, u32>;
pub type Hashes<'py> = PyReadonlyArray1<'py, u64>;
pub type Signed<'py> = PyReadonlyArray1<'py, i32>;
pub type Array<'py, T> = Bound<'py, PyArray1<T>>;
pub type Table<'py, T> = Bound<'py, PyArray2<T>>;

/// A `TextBatch`: a buffer, where each text begins, and where it ends.
#[derive(FromPyObject)]
pub struct Texts<'py>(Buffer<'py>, Offsets<'py>, Offsets<'py>);

impl Texts<'_> {
    pub fn batch(&self) -> PyResult<Batch<'_, u8>> {
        Ok(Batch::new(self.0.as_slice()?, self.1.as_slice()?, self.2.as_slice()?)?)
    }
}

/// Lists one behind the other, and where each begins, and the last one's end.
#[derive(FromPyObject)]
pub struct Lists<'py, T: Element>(pub PyReadonlyArray1<'py, T>, pub Offsets<'py>);

impl<T: Element + Sync> Lists<'_, T> {
    pub fn batch(&self) -> PyResult<Batch<'_, T>> {
        Ok(Batch::adjacent(self.0.as_slice()?, self.1.as_slice()?)?)
    }
}

/// The unit of shingles of `n`.
pub fn unit(kind: u8, n: usize) -> PyResult<Unit> {
    if !(1..=32).contains(&n) {
        return Err(PyValueError::new_err(format!("shingle length {n} is not in 1..32")));
    }
    match kind {
        0 => Ok(Unit::Word),
        1 => Ok(Unit::Char),
        _ => Err(PyValueError::new_err(format!("unknown shingle kind {kind}"))),
    }
}

/// Let a kernel work without the GIL.
pub fn run<T: Send>(py: Python, work: impl Send + FnOnce(Poll) -> Result<T, Failure>) -> PyResult<T> {
    Ok(py.detach(|| {
        memory::begin();
        work(&mut look)
    })?)
}

/// What a kernel asks now and then: whether there is memory for more, the work of this thread was stopped, or a signal has
/// arrived. The exception stays set for `From<Failure>`.
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

/// The array that a kernel gives.
pub fn array<'py, T: Element>(
    py: Python<'py>,
    work: impl Send + FnOnce(Poll) -> Result<Vec<T>, Failure>,
) -> PyResult<Array<'py, T>> {
    Ok(run(py, work)?.into_pyarray(py))
}

/// The arrays that a kernel gives.
pub fn arrays<'py, T: Arrays>(
    py: Python<'py>,
    work: impl Send + FnOnce(Poll) -> Result<T, Failure>,
) -> PyResult<Bound<'py, PyTuple>> {
    run(py, work)?.tuple(py)
}

/// The rows that a kernel gives, one behind the other.
pub fn table<'py, T: Element>(
    py: Python<'py>,
    shape: [usize; 2],
    work: impl Send + FnOnce(Poll) -> Result<Vec<T>, Failure>,
) -> PyResult<Table<'py, T>> {
    array(py, work)?.reshape(shape)
}

/// Rows of so many columns.
pub fn rows<T: Element>(py: Python<'_>, numbers: Vec<T>, columns: usize) -> PyResult<Table<'_, T>> {
    let count = numbers.len() / columns;
    numbers.into_pyarray(py).reshape([count, columns])
}

/// Several arrays, which Python gets as a tuple.
pub trait Arrays: Send {
    fn tuple(self, py: Python<'_>) -> PyResult<Bound<'_, PyTuple>>;
}

macro_rules! arrays {
    ($($name:ident: $kind:ident),+) => {
        impl<$($kind: Element),+> Arrays for ($(Vec<$kind>,)+) {
            fn tuple(self, py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
                let ($($name,)+) = self;
                ($($name.into_pyarray(py),)+).into_pyobject(py)
            }
        }
    };
}

arrays!(a: A, b: B);
arrays!(a: A, b: B, c: C);
arrays!(a: A, b: B, c: C, d: D);
arrays!(a: A, b: B, c: C, d: D, e: E);
arrays!(a: A, b: B, c: C, d: D, e: E, f: F, g: G);
