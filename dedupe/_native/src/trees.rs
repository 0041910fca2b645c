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

/// Rows that go through a tree side by side: their ways are independent, and none waits for another.
const ROWS: usize = 32;
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
        let mut counts = [0i32; ROWS];
        let halves = values.map(|value| value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
        for &threshold in few {
            for (count, &half) in counts.iter_mut().zip(&halves) {
                *count += i32::from(threshold < half);
            }
        }
        *out = counts.map(|count| count as i16);
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
    pub fn scores(&self, features: &[i64], columns: usize, poll: Poll) -> Result<Vec<i64>, Failure> {
        let nodes = self.nodes(columns)?;
        let scales = scales(&nodes, columns);
        let (mut small, mut large) = (Vec::new(), Vec::new());
        for &root in self.roots {
            match self.small(&nodes, &scales, root as u32) {
                Some(tree) => small.push(tree),
                None => large.push(root as u32),
            }
        }
        let mut values = vec![[0; ROWS]; columns];
        let mut bins: Bins = vec![[0; ROWS]; columns];
        let mut out = Vec::with_capacity(features.len() / columns);
        let mut pace = Pace::new(poll);
        for rows in features.chunks(ROWS * columns) {
            pace.spend(ROWS * DEPTH * self.roots.len())?;
            let mut sums = [0i64; ROWS];
            for (i, row) in rows.chunks_exact(columns).enumerate() {
                values.iter_mut().zip(row).for_each(|(values, &value)| values[i] = value);
            }
            add_small(&small, &scales, &values, &mut bins, &mut sums);
            large.iter().for_each(|&root| self.add_large(&nodes, root, rows, columns, &mut sums));
            out.extend(&sums[..rows.len() / columns]);
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

    /// Add the leaves of a tree by the ways of rows through it.
    fn add_large(&self, nodes: &[Node], root: u32, rows: &[i64], columns: usize, sums: &mut [i64; ROWS]) {
        let mut at = [root; ROWS];
        loop {
            let mut moved = 0;
            for (at, row) in at.iter_mut().zip(rows.chunks_exact(columns)) {
                let node = &nodes[*at as usize];
                let next = node.next[usize::from(row[node.column as usize] > node.threshold)];
                moved |= next ^ *at;
                *at = next;
            }
            if moved == 0 {
                break;
            }
        }
        for (sum, &leaf) in sums.iter_mut().zip(&at) {
            *sum = sum.wrapping_add(self.value[leaf as usize]);
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

/// The places of values among the thresholds of their columns.
#[inline(always)]
fn find_places(scales: &[Scale], values: &[[i64; ROWS]], bins: &mut [[i16; ROWS]]) {
    for ((scale, values), bins) in scales.iter().zip(values).zip(bins) {
        scale.places(values, bins);
    }
}

/// Add the leaves of small trees.
fn add_small(trees: &[Small], scales: &[Scale], values: &[[i64; ROWS]], bins: &mut [[i16; ROWS]], sums: &mut [i64; ROWS]) {
    #[cfg(target_arch = "x86_64")]
    if x86::is_wide() {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { x86::add_small_avx512(trees, scales, values, bins, sums) };
    } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("lzcnt") {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { x86::add_small_avx2(trees, scales, values, bins, sums) };
    }
    add_small_portable(trees, scales, values, bins, sums);
}

#[inline(always)]
fn add_small_portable(
    trees: &[Small],
    scales: &[Scale],
    values: &[[i64; ROWS]],
    bins: &mut [[i16; ROWS]],
    sums: &mut [i64; ROWS],
) {
    find_places(scales, values, bins);
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
    use super::{LEAVES, ROWS, Scale, Small, add_small_portable, find_places};
    use std::arch::x86_64::*;

    pub fn is_wide() -> bool {
        is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512cd")
    }

    /// The same code, compiled for wider registers.
    #[target_feature(enable = "avx2,lzcnt")]
    pub fn add_small_avx2(
        trees: &[Small],
        scales: &[Scale],
        values: &[[i64; ROWS]],
        bins: &mut [[i16; ROWS]],
        sums: &mut [i64; ROWS],
    ) {
        add_small_portable(trees, scales, values, bins, sums);
    }

    /// The same with all rows in one register, and the leaves of a tree in two, among which one is looked up.
    #[target_feature(enable = "avx512f,avx512bw,avx512cd")]
    pub fn add_small_avx512(
        trees: &[Small],
        scales: &[Scale],
        values: &[[i64; ROWS]],
        bins: &mut [[i16; ROWS]],
        sums: &mut [i64; ROWS],
    ) {
        find_places(scales, values, bins);
        let [mut one, mut two, mut three, mut four] = eighths(*sums);
        for tree in trees {
            let mut left = _mm512_set1_epi16(-1);
            for &(column, place, leaves) in &tree.asked {
                let above = _mm512_cmpgt_epi16_mask(halves(bins[column as usize]), _mm512_set1_epi16(place));
                left = _mm512_andnot_si512(_mm512_maskz_set1_epi16(above, leaves.cast_signed()), left);
            }
            let [low, high] = words(tree.leaves);
            // Of the zeros before the first leaf the last four bits are its number: words have sixteen bits more.
            let number = |half: __m256i| _mm512_lzcnt_epi32(_mm512_cvtepu16_epi32(half));
            let leaf = |numbers: __m256i| _mm512_permutex2var_epi64(low, _mm512_cvtepu32_epi64(numbers), high);
            let (first, second) = (_mm512_castsi512_si256(left), _mm512_extracti64x4_epi64::<1>(left));
            for (half, sums) in [(first, [&mut one, &mut two]), (second, [&mut three, &mut four])] {
                let numbers = number(half);
                let [sum, other] = sums;
                *sum = _mm512_add_epi64(*sum, leaf(_mm512_castsi512_si256(numbers)));
                *other = _mm512_add_epi64(*other, leaf(_mm512_extracti64x4_epi64::<1>(numbers)));
            }
        }
        // SAFETY: both types are of one size, and all values of both are valid.
        *sums = unsafe { std::mem::transmute::<[__m512i; 4], [i64; ROWS]>([one, two, three, four]) };
    }

    #[inline(always)]
    fn halves(bins: [i16; ROWS]) -> __m512i {
        // SAFETY: both types are of one size, and all values of both are valid.
        unsafe { std::mem::transmute(bins) }
    }

    #[inline(always)]
    fn words(leaves: [i64; LEAVES]) -> [__m512i; 2] {
        // SAFETY: as above.
        unsafe { std::mem::transmute(leaves) }
    }

    #[inline(always)]
    fn eighths(sums: [i64; ROWS]) -> [__m512i; 4] {
        // SAFETY: as above.
        unsafe { std::mem::transmute(sums) }
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
        let values: Vec<[i64; ROWS]> = (0..3).map(|_| std::array::from_fn(|_| next(50) as i64 - 5)).collect();
        let (mut bins, mut sums) = (vec![[0; ROWS]; 3], [[i64::MAX; ROWS]; 3]);
        add_small_portable(&trees, &scales, &values, &mut bins, &mut sums[0]);
        add_small(&trees, &scales, &values, &mut bins, &mut sums[1]);
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("lzcnt") {
            // SAFETY: the processor has what the function is compiled for.
            unsafe { x86::add_small_avx2(&trees, &scales, &values, &mut bins, &mut sums[2]) };
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
        assert_eq!(trees.scores(&[9, 5, 9, 6], 2, &mut || Ok(())).unwrap(), [13, -17]);
        assert!(trees.scores(&[9, 5], 1, &mut || Ok(())).is_err());
        // Of more than so many leaves.
        let count = 2 * LEAVES as i32 + 1;
        let chain: Vec<i32> = (0..count).map(|i| if i % 2 == 0 && i + 1 < count { i + 1 } else { i }).collect();
        let right: Vec<i32> = (0..count).map(|i| if i % 2 == 0 && i + 1 < count { i + 2 } else { i }).collect();
        let values: Vec<i64> = (0..i64::from(count)).collect();
        let zeros = vec![0; count as usize];
        let large = Trees { column: &zeros, threshold: &values, left: &chain, right: &right, value: &values, roots: &[0] };
        assert_eq!(large.scores(&[-1, 0, 1, 2, 7, 99], 1, &mut || Ok(())).unwrap(), [1, 1, 3, 3, 9, 32]);
        trees.left = &[0, 0, 2, 3];
        assert!(trees.scores(&[9, 5], 2, &mut || Ok(())).is_err());
        trees.left = &[1, 1, 2];
        assert!(trees.scores(&[9, 5], 2, &mut || Ok(())).is_err());
    }
}
