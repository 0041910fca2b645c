//! Trees of decisions over integer features: the twin of `dedupe/boilerplate/trees.py`.

use crate::failure::{Failure, Poll};
use crate::pace::Pace;

/// Nodes of all trees, one behind the other; a leaf is its own left child.
pub struct Trees<'a> {
    pub column: &'a [i32],
    pub threshold: &'a [i64],
    pub left: &'a [i32],
    pub right: &'a [i32],
    pub value: &'a [i64],
    pub roots: &'a [i32],
}

#[derive(Clone, Copy)]
struct Node {
    threshold: i64,
    column: u32,
    /// Where the way goes up to the threshold, and above it; a leaf leads to itself.
    next: [u32; 2],
}

/// Rows that go through the trees side by side: their ways are independent, and none waits for another.
const ROWS: usize = 128;
/// Rows whose values, and a count of each, are kept in registers.
const TOGETHER: usize = 64;
/// Steps down a tree, about.
const DEPTH: usize = 8;
/// Leaves of a tree of which a row holds in one number which it may still reach.
const LEAVES: usize = u16::BITS as usize;
const FIRST_LEAF: u16 = 1 << (LEAVES - 1);

/// A tree with few leaves, asked without a way: each answer rules leaves out, and the first that is left is the one.
struct Small {
    /// For each node the column, the place of its threshold among those of the column, and the leaves to its left, the
    /// first leaf of the tree by the highest bit.
    asked: Vec<(u32, i16, u16)>,
    leaves: [i64; LEAVES],
}

/// Thresholds of a column up to which a value is compared with each of them, which takes no branches.
const FEW: usize = 80;

/// The thresholds that are asked of a column, ascending, each once.
#[derive(Default)]
struct Scale {
    thresholds: Vec<i64>,
    /// The same in half words, where there are few and they fit; the largest half word stands for all that is larger.
    few: Option<Vec<i32>>,
}

impl Scale {
    fn new(mut thresholds: Vec<i64>) -> Scale {
        thresholds.sort_unstable();
        thresholds.dedup();
        let half = |&threshold: &i64| i32::try_from(threshold).ok().filter(|&threshold| threshold < i32::MAX);
        let few = thresholds.iter().map(half).collect::<Option<Vec<i32>>>().filter(|few| few.len() <= FEW);
        Scale { thresholds, few }
    }

    /// How many thresholds are below a value.
    fn place(&self, value: i64) -> usize {
        self.thresholds.partition_point(|&threshold| threshold < value)
    }

    /// The same for values of several rows.
    #[inline(always)]
    fn places(&self, values: &[i64; ROWS], out: &mut [i16; ROWS]) {
        let Some(few) = &self.few else {
            return *out = values.map(|value| self.place(value) as i16);
        };
        for (values, out) in values.as_chunks::<TOGETHER>().0.iter().zip(out.as_chunks_mut::<TOGETHER>().0) {
            let mut counts = [0i32; TOGETHER];
            let halves = values.map(|value| value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
            for &threshold in few {
                for (count, &half) in counts.iter_mut().zip(&halves) {
                    *count += i32::from(threshold < half);
                }
            }
            *out = counts.map(|count| count as i16);
        }
    }
}

/// Features of rows, one row behind the other or one column behind the other.
#[derive(Clone, Copy)]
pub struct Features<'a> {
    pub values: &'a [i64],
    pub columns: usize,
    pub by_column: bool,
}

impl Features<'_> {
    fn count(&self) -> usize {
        self.values.len() / self.columns
    }

    fn at(&self, row: usize, column: usize) -> i64 {
        self.values[if self.by_column { column * self.count() + row } else { row * self.columns + column }]
    }

    /// The values of a column from a row on, as many as there are.
    #[inline(always)]
    fn read(&self, first: usize, column: usize, out: &mut [i64; ROWS]) {
        let rows = ROWS.min(self.count() - first);
        if self.by_column {
            out[..rows].copy_from_slice(&self.values[column * self.count() + first..][..rows]);
        } else {
            let values = self.values[first * self.columns + column..].iter().step_by(self.columns);
            out[..rows].iter_mut().zip(values).for_each(|(out, &value)| *out = value);
        }
    }
}

/// The places of values among the thresholds that are asked of each column, row by row side by side.
type Bins = Vec<[i16; ROWS]>;

impl Trees<'_> {
    /// The nodes, after checking that every way ends: children stand behind their parents.
    fn nodes(&self, columns: usize) -> Result<Vec<Node>, Failure> {
        let count = self.left.len();
        let sizes = [self.column.len(), self.threshold.len(), self.right.len(), self.value.len()];
        let mut nodes = Vec::with_capacity(count);
        for i in 0..count {
            if sizes != [count; 4] {
                break;
            }
            let [column, left, right] =
                [self.column[i], self.left[i], self.right[i]].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
            let inner = i < left && left < count && i < right && right < count && column < columns;
            if left == i {
                nodes.push(Node { threshold: 0, column: 0, next: [i as u32; 2] });
            } else if inner {
                nodes.push(Node { threshold: self.threshold[i], column: column as u32, next: [left as u32, right as u32] });
            }
        }
        let roots = self.roots.iter().all(|&root| usize::try_from(root).is_ok_and(|root| root < count));
        if nodes.len() != count || !roots || columns == 0 {
            return Err(Failure::Invalid("a node of the trees leads nowhere or asks for what is not there".into()));
        }
        Ok(nodes)
    }

    /// For each row of features the sum of the leaves that the trees lead to.
    pub fn scores(&self, features: Features, poll: Poll) -> Result<Vec<i64>, Failure> {
        let nodes = self.nodes(features.columns)?;
        let scales = scales(&nodes, features.columns);
        let (mut small, mut large) = (Vec::new(), Vec::new());
        for &root in self.roots {
            match self.small(&nodes, &scales, root as u32) {
                Some(tree) => small.push(tree),
                None => large.push(root as u32),
            }
        }
        let mut bins: Bins = vec![[0; ROWS]; features.columns];
        let count = features.count();
        let mut out = Vec::with_capacity(count);
        let mut pace = Pace::new(poll);
        for first in (0..count).step_by(ROWS) {
            pace.spend(ROWS * DEPTH * self.roots.len())?;
            let (mut sums, rows) = ([0i64; ROWS], ROWS.min(count - first));
            add_small(&small, &scales, (features, first), &mut bins, &mut sums);
            for &root in &large {
                self.add_large(&nodes, root, (features, first), &mut sums[..rows]);
            }
            out.extend(&sums[..rows]);
        }
        Ok(out)
    }

    /// A tree as a small one, if it is one.
    fn small(&self, nodes: &[Node], scales: &[Scale], root: u32) -> Option<Small> {
        let mut tree = Small { asked: Vec::new(), leaves: [0; LEAVES] };
        let mut count = 0;
        self.collect(nodes, scales, root, &mut tree, &mut count)?;
        Some(tree)
    }

    /// Add what lies below a node, leaves from the left to the right.
    fn collect(&self, nodes: &[Node], scales: &[Scale], at: u32, tree: &mut Small, count: &mut usize) -> Option<()> {
        let node = nodes[at as usize];
        if node.next[0] == at {
            *tree.leaves.get_mut(*count)? = self.value[at as usize];
            *count += 1;
            return Some(());
        }
        if tree.asked.len() == LEAVES {
            return None;
        }
        let scale = &scales[node.column as usize];
        let place = i16::try_from(scale.place(node.threshold)).ok()?;
        i16::try_from(scale.thresholds.len()).ok()?;
        let (asked, first) = (tree.asked.len(), *count);
        tree.asked.push((node.column, place, 0));
        self.collect(nodes, scales, node.next[0], tree, count)?;
        tree.asked[asked].2 = (first..*count).fold(0, |leaves, leaf| leaves | FIRST_LEAF >> leaf);
        self.collect(nodes, scales, node.next[1], tree, count)
    }

    /// Add the leaf of a tree by the way of each row through it.
    fn add_large(&self, nodes: &[Node], root: u32, (features, first): (Features, usize), sums: &mut [i64]) {
        for (row, sum) in sums.iter_mut().enumerate() {
            let mut at = root;
            loop {
                let node = &nodes[at as usize];
                let next = node.next[usize::from(features.at(first + row, node.column as usize) > node.threshold)];
                if next == at {
                    break;
                }
                at = next;
            }
            *sum = sum.wrapping_add(self.value[at as usize]);
        }
    }
}

/// The thresholds that are asked of each column.
fn scales(nodes: &[Node], columns: usize) -> Vec<Scale> {
    let mut out = vec![Vec::new(); columns];
    for (i, node) in nodes.iter().enumerate() {
        if node.next[0] as usize != i {
            out[node.column as usize].push(node.threshold);
        }
    }
    out.into_iter().map(Scale::new).collect()
}

/// The places of the values of rows among the thresholds of their columns.
#[inline(always)]
fn find_places(scales: &[Scale], (features, first): (Features, usize), bins: &mut [[i16; ROWS]]) {
    let mut values = [0; ROWS];
    for (column, (scale, bins)) in scales.iter().zip(bins).enumerate() {
        if !scale.thresholds.is_empty() {
            features.read(first, column, &mut values);
            scale.places(&values, bins);
        }
    }
}

/// Add the leaves of small trees, of rows from one on.
fn add_small(trees: &[Small], scales: &[Scale], rows: (Features, usize), bins: &mut [[i16; ROWS]], sums: &mut [i64; ROWS]) {
    #[cfg(target_arch = "x86_64")]
    if x86::is_wide() {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { x86::add_small_avx512(trees, scales, rows, bins, sums) };
    } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("lzcnt") {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { x86::add_small_avx2(trees, scales, rows, bins, sums) };
    }
    add_small_portable(trees, scales, rows, bins, sums);
}

#[inline(always)]
fn add_small_portable(
    trees: &[Small],
    scales: &[Scale],
    rows: (Features, usize),
    bins: &mut [[i16; ROWS]],
    sums: &mut [i64; ROWS],
) {
    find_places(scales, rows, bins);
    for tree in trees {
        let mut left = [u16::MAX; ROWS];
        for &(column, place, leaves) in &tree.asked {
            for (left, &bin) in left.iter_mut().zip(&bins[column as usize]) {
                *left &= !(leaves & u16::from(bin > place).wrapping_neg());
            }
        }
        for (sum, left) in sums.iter_mut().zip(left) {
            // The last leaf lies to the left of no node: one is always left.
            *sum = sum.wrapping_add(tree.leaves[left.leading_zeros() as usize % LEAVES]);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Features, LEAVES, ROWS, Scale, Small, add_small_portable, find_places};
    use std::arch::x86_64::*;

    /// Rows of which half a word each fits into one register.
    const HALVES: usize = 32;

    pub fn is_wide() -> bool {
        is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512cd")
    }

    /// The same code, compiled for wider registers.
    #[target_feature(enable = "avx2,lzcnt")]
    pub fn add_small_avx2(
        trees: &[Small],
        scales: &[Scale],
        rows: (Features, usize),
        bins: &mut [[i16; ROWS]],
        sums: &mut [i64; ROWS],
    ) {
        add_small_portable(trees, scales, rows, bins, sums);
    }

    /// The same with what is left of many rows in one register, and the leaves of a tree in two, among which one is
    /// looked up.
    #[target_feature(enable = "avx512f,avx512bw,avx512cd")]
    pub fn add_small_avx512(
        trees: &[Small],
        scales: &[Scale],
        rows: (Features, usize),
        bins: &mut [[i16; ROWS]],
        sums: &mut [i64; ROWS],
    ) {
        find_places(scales, rows, bins);
        for tree in trees {
            let mut left = [_mm512_set1_epi16(-1); ROWS / HALVES];
            for &(column, place, leaves) in &tree.asked {
                let (place, leaves) = (_mm512_set1_epi16(place), _mm512_set1_epi16(leaves.cast_signed()));
                for (left, &bins) in left.iter_mut().zip(bins[column as usize].as_chunks().0) {
                    let above = _mm512_cmpgt_epi16_mask(halves(bins), place);
                    *left = _mm512_andnot_si512(_mm512_maskz_mov_epi16(above, leaves), *left);
                }
            }
            let [low, high] = words(tree.leaves);
            // Of the zeros before the first leaf the last four bits are its number: words have sixteen bits more.
            let number = |half: __m256i| _mm512_lzcnt_epi32(_mm512_cvtepu16_epi32(half));
            let leaf = |numbers: __m256i| _mm512_permutex2var_epi64(low, _mm512_cvtepu32_epi64(numbers), high);
            for (left, sums) in left.into_iter().zip(sums.as_chunks_mut::<HALVES>().0) {
                let [first, second] = [_mm512_castsi512_si256(left), _mm512_extracti64x4_epi64::<1>(left)].map(number);
                let leaves = [first, second]
                    .map(|numbers| [leaf(_mm512_castsi512_si256(numbers)), leaf(_mm512_extracti64x4_epi64::<1>(numbers))]);
                // SAFETY: both types are of one size, and all values of both are valid.
                let leaves = unsafe { std::mem::transmute::<[[__m512i; 2]; 2], [i64; HALVES]>(leaves) };
                sums.iter_mut().zip(leaves).for_each(|(sum, leaf)| *sum = sum.wrapping_add(leaf));
            }
        }
    }

    #[inline(always)]
    fn halves(bins: [i16; HALVES]) -> __m512i {
        // SAFETY: both types are of one size, and all values of both are valid.
        unsafe { std::mem::transmute(bins) }
    }

    #[inline(always)]
    fn words(leaves: [i64; LEAVES]) -> [__m512i; 2] {
        // SAFETY: as above.
        unsafe { std::mem::transmute(leaves) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_finds_the_place_of_any_value() {
        let wide = [i64::MIN, -(1 << 40), -257, -1, 0, 1, 3, 255, 256, 1 << 33, i64::MAX];
        let narrow = [i64::from(i32::MIN), -1, 7, i64::from(i32::MAX) - 1, i64::from(i32::MAX)];
        let near = |edge: &i64| [-1, 0, 1].map(|step| edge.saturating_add(step));
        let values: Vec<i64> = wide.iter().chain(&narrow).flat_map(near).cycle().take(2 * ROWS).collect();
        for edges in [&wide[..], &narrow, &narrow[..4]] {
            for own in (0..=edges.len()).map(|end| &edges[..end]) {
                let scale = Scale::new(own.iter().rev().chain(own).copied().collect());
                for some in values.chunks_exact(ROWS) {
                    let (mut places, below) = ([0; ROWS], |value| own.iter().filter(|&&edge| edge < value).count());
                    let rows: [i64; ROWS] = some.try_into().unwrap();
                    scale.places(&rows, &mut places);
                    assert_eq!(places.map(|place| place as usize), rows.map(below));
                    assert_eq!(rows.map(|value| scale.place(value)), rows.map(below));
                }
            }
        }
    }

    #[test]
    fn every_processor_finds_the_same_leaves() {
        let mut draw = 7u64;
        let mut next = |most: u64| {
            draw = draw.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            (draw >> 33) % most
        };
        let scales: Vec<Scale> = (0..3).map(|_| Scale::new((0..9).map(|_| next(40) as i64).collect())).collect();
        let mut tree = || {
            let asked = (0..LEAVES - 1).map(|_| (next(3) as u32, next(9) as i16, next(1 << 16) as u16 & !1));
            Small { asked: asked.collect(), leaves: std::array::from_fn(|_| next(1 << 30) as i64 - (1 << 29)) }
        };
        let trees: Vec<Small> = (0..5).map(|_| tree()).collect();
        let values: Vec<i64> = (0..3 * ROWS).map(|_| next(50) as i64 - 5).collect();
        let rows = (Features { values: &values, columns: 3, by_column: true }, 0);
        let (mut bins, mut sums) = (vec![[0; ROWS]; 3], [[i64::MAX; ROWS]; 3]);
        add_small_portable(&trees, &scales, rows, &mut bins, &mut sums[0]);
        add_small(&trees, &scales, rows, &mut bins, &mut sums[1]);
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("lzcnt") {
            // SAFETY: the processor has what the function is compiled for.
            unsafe { x86::add_small_avx2(&trees, &scales, rows, &mut bins, &mut sums[2]) };
            assert_eq!(sums[0], sums[2]);
        }
        assert_eq!(sums[0], sums[1]);
    }

    #[test]
    fn ways_lead_to_leaves() {
        let mut trees = Trees {
            column: &[1, 0, 0, 0],
            threshold: &[5, 0, 0, 0],
            left: &[1, 1, 2, 3],
            right: &[2, 1, 2, 3],
            value: &[0, 10, -20, 3],
            roots: &[0, 3],
        };
        let scores = |trees: &Trees, values: &[i64], columns, by_column| {
            trees.scores(Features { values, columns, by_column }, &mut || Ok(()))
        };
        assert_eq!(scores(&trees, &[9, 5, 9, 6], 2, false).unwrap(), [13, -17]);
        assert_eq!(scores(&trees, &[9, 9, 5, 6], 2, true).unwrap(), [13, -17]);
        assert!(scores(&trees, &[9, 5], 1, false).is_err());
        // Of more than so many leaves.
        let count = 2 * LEAVES as i32 + 1;
        let chain: Vec<i32> = (0..count).map(|i| if i % 2 == 0 && i + 1 < count { i + 1 } else { i }).collect();
        let right: Vec<i32> = (0..count).map(|i| if i % 2 == 0 && i + 1 < count { i + 2 } else { i }).collect();
        let values: Vec<i64> = (0..i64::from(count)).collect();
        let zeros = vec![0; count as usize];
        let large = Trees { column: &zeros, threshold: &values, left: &chain, right: &right, value: &values, roots: &[0] };
        assert_eq!(scores(&large, &[-1, 0, 1, 2, 7, 99], 1, false).unwrap(), [1, 1, 3, 3, 9, 32]);
        trees.left = &[0, 0, 2, 3];
        assert!(scores(&trees, &[9, 5], 2, false).is_err());
        trees.left = &[1, 1, 2];
        assert!(scores(&trees, &[9, 5], 2, false).is_err());
    }
}
