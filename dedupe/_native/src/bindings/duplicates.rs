//! Bindings of buckets and groups.

use crate::batch::BYTE;
use crate::facts;
use crate::groups::{self, Grouping};
use crate::pace::Pace;

use super::*;

#[pyfunction]
pub fn equal_runs<'py>(py: Python<'py>, values: PyReadonlyArray1<'py, u64>) -> PyResult<(Array<'py, i64>, Array<'py, i64>)> {
    let values = values.as_slice()?;
    let (positions, offsets) = py.detach(|| groups::equal_runs(values, &mut signals()))?;
    Ok((positions.into_pyarray(py), offsets.into_pyarray(py)))
}

#[pyfunction]
pub fn components<'py>(py: Python<'py>, members: Offsets<'py>, offsets: Offsets<'py>, count: usize) -> PyResult<Array<'py, i64>> {
    let buckets = Batch::adjacent(members.as_slice()?, offsets.as_slice()?)?;
    let labels = py.detach(|| groups::components(buckets, count, &mut signals()))?;
    Ok(labels.into_pyarray(py))
}

#[pyfunction]
pub fn unite(
    py: Python<'_>,
    mut parent: PyReadwriteArray1<'_, u32>,
    members: Positions<'_>,
    sizes: Positions<'_>,
) -> PyResult<()> {
    let (parent, members, sizes) = (parent.as_slice_mut()?, members.as_slice()?, sizes.as_slice()?);
    py.detach(|| groups::unite(parent, members, sizes, &mut signals()))?;
    Ok(())
}

#[pyfunction]
#[allow(clippy::too_many_arguments, clippy::type_complexity)]
pub fn group<'py>(
    py: Python<'py>,
    members: Offsets<'py>,
    offsets: Offsets<'py>,
    sets: PyReadonlyArray1<'py, u64>,
    set_offsets: Offsets<'py>,
    rank: Offsets<'py>,
    pinned: Buffer<'py>,
    rejected: Vec<(i64, i64)>,
    threshold: f64,
    texts: Buffer<'py>,
    text_offsets: Offsets<'py>,
    facts: bool,
) -> PyResult<(Array<'py, i64>, Array<'py, f64>, i64)> {
    let grouping = Grouping {
        buckets: Batch::adjacent(members.as_slice()?, offsets.as_slice()?)?,
        sets: Batch::adjacent(sets.as_slice()?, set_offsets.as_slice()?)?,
        pinned: pinned.as_slice()?,
        threshold,
        facts: if facts { Some(Batch::adjacent(texts.as_slice()?, text_offsets.as_slice()?)?) } else { None },
    };
    let (rank, rejected) = (rank.as_slice()?, rejected.into_iter().collect());
    let groups = py.detach(|| grouping.group(rank, &rejected, &mut signals()))?;
    Ok((groups.kept.into_pyarray(py), groups.similarity.into_pyarray(py), groups.compared))
}

#[pyfunction]
#[allow(clippy::too_many_arguments, clippy::type_complexity)]
pub fn near_pairs<'py>(
    py: Python<'py>,
    members: Offsets<'py>,
    offsets: Offsets<'py>,
    sets: PyReadonlyArray1<'py, u64>,
    set_offsets: Offsets<'py>,
    pinned: Buffer<'py>,
    threshold: f64,
    texts: Buffer<'py>,
    text_offsets: Offsets<'py>,
    facts: bool,
) -> PyResult<(Array<'py, i64>, Array<'py, i64>, Array<'py, f64>, i64)> {
    let grouping = Grouping {
        buckets: Batch::adjacent(members.as_slice()?, offsets.as_slice()?)?,
        sets: Batch::adjacent(sets.as_slice()?, set_offsets.as_slice()?)?,
        pinned: pinned.as_slice()?,
        threshold,
        facts: if facts { Some(Batch::adjacent(texts.as_slice()?, text_offsets.as_slice()?)?) } else { None },
    };
    let pairs = py.detach(|| grouping.pairs(&mut signals()))?;
    Ok((pairs.a.into_pyarray(py), pairs.b.into_pyarray(py), pairs.similarity.into_pyarray(py), pairs.compared))
}

#[pyfunction]
pub fn same_facts<'py>(
    py: Python<'py>,
    texts: Buffer<'py>,
    offsets: Offsets<'py>,
    a: Offsets<'py>,
    b: Offsets<'py>,
) -> PyResult<Array<'py, u8>> {
    let texts = Batch::adjacent(texts.as_slice()?, offsets.as_slice()?)?;
    let (a, b) = (a.as_slice()?, b.as_slice()?);
    let same = |i, j, pace: &mut Pace| {
        let (one, other) = (texts.item(i), texts.item(j));
        // A text agrees with itself.
        if one == other {
            return Ok(1);
        }
        let pair = facts::profiles(&[one, other], pace)?;
        pace.spend(BYTE * (one.len() + other.len()))?;
        Ok(u8::from(facts::agree(&pair[0], &pair[1], pace)?))
    };
    let same = py.detach(|| texts.pairs(a, b, &mut signals(), same))?;
    Ok(same.into_pyarray(py))
}
