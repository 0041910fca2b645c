//! Bindings of buckets and groups.

use crate::buckets;
use crate::facts;
use crate::groups::Grouping;

use super::arguments::*;
use numpy::{IntoPyArray, PyReadwriteArray1};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

type Texts<'py> = Lists<'py, u8>;
type Sets<'py> = Lists<'py, u64>;
type Buckets<'py> = Lists<'py, i64>;

#[pyfunction]
pub fn equal_runs<'py>(py: Python<'py>, values: Hashes<'py>) -> PyResult<Bound<'py, PyTuple>> {
    let values = values.as_slice()?;
    arrays(py, |poll| buckets::equal_runs(values, poll))
}

#[pyfunction]
pub fn components<'py>(py: Python<'py>, buckets: Buckets<'py>, count: usize) -> PyResult<Array<'py, i64>> {
    let buckets = buckets.batch()?;
    array(py, |poll| buckets::components(buckets, count, poll))
}

#[pyfunction]
pub fn unite(
    py: Python<'_>,
    mut parent: PyReadwriteArray1<'_, u32>,
    members: Positions<'_>,
    sizes: Positions<'_>,
) -> PyResult<()> {
    let (parent, members, sizes) = (parent.as_slice_mut()?, members.as_slice()?, sizes.as_slice()?);
    run(py, |poll| buckets::unite(parent, members, sizes, poll))
}

/// What `group` and `near_pairs` go by.
fn grouping<'a>(
    buckets: &'a Buckets,
    sets: &'a Sets,
    pinned: &'a Buffer,
    threshold: f64,
    facts: &'a Option<Texts>,
) -> PyResult<Grouping<'a>> {
    let facts = facts.as_ref().map(Lists::batch).transpose()?;
    Ok(Grouping { buckets: buckets.batch()?, sets: sets.batch()?, pinned: pinned.as_slice()?, threshold, facts })
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn group<'py>(
    py: Python<'py>,
    buckets: Buckets<'py>,
    sets: Sets<'py>,
    rank: Offsets<'py>,
    pinned: Buffer<'py>,
    rejected: Vec<(i64, i64)>,
    threshold: f64,
    facts: Option<Texts<'py>>,
) -> PyResult<(Array<'py, i64>, Array<'py, f64>, i64)> {
    let grouping = grouping(&buckets, &sets, &pinned, threshold, &facts)?;
    let (rank, rejected) = (rank.as_slice()?, rejected.into_iter().collect());
    let groups = run(py, |poll| grouping.group(rank, &rejected, poll))?;
    Ok((groups.kept.into_pyarray(py), groups.similarity.into_pyarray(py), groups.compared))
}

#[pyfunction]
#[allow(clippy::type_complexity)]
pub fn near_pairs<'py>(
    py: Python<'py>,
    buckets: Buckets<'py>,
    sets: Sets<'py>,
    pinned: Buffer<'py>,
    threshold: f64,
    facts: Option<Texts<'py>>,
) -> PyResult<(Array<'py, i64>, Array<'py, i64>, Array<'py, f64>, i64)> {
    let grouping = grouping(&buckets, &sets, &pinned, threshold, &facts)?;
    let pairs = run(py, |poll| grouping.pairs(poll))?;
    Ok((pairs.a.into_pyarray(py), pairs.b.into_pyarray(py), pairs.similarity.into_pyarray(py), pairs.compared))
}

#[pyfunction]
pub fn fact_differences<'py>(py: Python<'py>, texts: Texts<'py>, a: Offsets<'py>, b: Offsets<'py>) -> PyResult<Array<'py, u8>> {
    let (texts, a, b) = (texts.batch()?, a.as_slice()?, b.as_slice()?);
    array(py, |poll| facts::differences(&texts, a, b, poll))
}

#[pyfunction]
pub fn same_facts<'py>(py: Python<'py>, texts: Texts<'py>, a: Offsets<'py>, b: Offsets<'py>) -> PyResult<Array<'py, u8>> {
    let (texts, a, b) = (texts.batch()?, a.as_slice()?, b.as_slice()?);
    array(py, |poll| facts::same_facts(&texts, a, b, poll))
}
