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

/// A tree with few leaves, asked without a way: each answer rules leaves out, and the first that is left is the one.
struct Small {
    /// For each node the column, the place of its threshold among those of the column, and the leaves to its left.
    asked: Vec<(u32, i16, u16)>,
    leaves: [i64; LEAVES],
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
        let thresholds = thresholds(&nodes, columns);
        let (mut small, mut large) = (Vec::new(), Vec::new());
        for &root in self.roots {
            match self.small(&nodes, &thresholds, root as u32) {
                Some(tree) => small.push(tree),
                None => large.push(root as u32),
            }
        }
        let mut bins: Bins = vec![[0; ROWS]; columns];
        let mut out = Vec::with_capacity(features.len() / columns);
        let mut pace = Pace::new(poll);
        for rows in features.chunks(ROWS * columns) {
            pace.spend(ROWS * DEPTH * self.roots.len())?;
            let mut sums = [0i64; ROWS];
            for (i, row) in rows.chunks_exact(columns).enumerate() {
                for ((&value, own), bins) in row.iter().zip(&thresholds).zip(&mut bins) {
                    bins[i] = own.partition_point(|&threshold| threshold < value) as i16;
                }
            }
            add_small(&small, &bins, &mut sums);
            large.iter().for_each(|&root| self.add_large(&nodes, root, rows, columns, &mut sums));
            out.extend(&sums[..rows.len() / columns]);
        }
        Ok(out)
    }

    /// A tree as a small one, if it is one.
    fn small(&self, nodes: &[Node], thresholds: &[Vec<i64>], root: u32) -> Option<Small> {
        let mut tree = Small { asked: Vec::new(), leaves: [0; LEAVES] };
        let mut count = 0;
        self.collect(nodes, thresholds, root, &mut tree, &mut count)?;
        Some(tree)
    }

    /// Add what lies below a node, leaves from the left to the right.
    fn collect(&self, nodes: &[Node], thresholds: &[Vec<i64>], at: u32, tree: &mut Small, count: &mut usize) -> Option<()> {
        let node = nodes[at as usize];
        if node.next[0] == at {
            *tree.leaves.get_mut(*count)? = self.value[at as usize];
            *count += 1;
            return Some(());
        }
        if tree.asked.len() == LEAVES {
            return None;
        }
        let column = &thresholds[node.column as usize];
        let place = i16::try_from(column.partition_point(|&threshold| threshold < node.threshold)).ok()?;
        i16::try_from(column.len()).ok()?;
        let (asked, first) = (tree.asked.len(), *count);
        tree.asked.push((node.column, place, 0));
        self.collect(nodes, thresholds, node.next[0], tree, count)?;
        tree.asked[asked].2 = (first..*count).fold(0, |leaves, leaf| leaves | 1 << leaf);
        self.collect(nodes, thresholds, node.next[1], tree, count)
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

/// The thresholds that are asked of each column, ascending, each once.
fn thresholds(nodes: &[Node], columns: usize) -> Vec<Vec<i64>> {
    let mut out = vec![Vec::new(); columns];
    for (i, node) in nodes.iter().enumerate() {
        if node.next[0] as usize != i {
            out[node.column as usize].push(node.threshold);
        }
    }
    for own in &mut out {
        own.sort_unstable();
        own.dedup();
    }
    out
}

/// Add the leaves of small trees.
fn add_small(trees: &[Small], bins: &[[i16; ROWS]], sums: &mut [i64; ROWS]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { add_small_avx2(trees, bins, sums) };
    }
    add_small_portable(trees, bins, sums);
}

/// The same code, compiled for wider registers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1")]
fn add_small_avx2(trees: &[Small], bins: &[[i16; ROWS]], sums: &mut [i64; ROWS]) {
    add_small_portable(trees, bins, sums);
}

#[inline(always)]
fn add_small_portable(trees: &[Small], bins: &[[i16; ROWS]], sums: &mut [i64; ROWS]) {
    for tree in trees {
        let mut left = [u16::MAX; ROWS];
        for &(column, place, leaves) in &tree.asked {
            for (left, &bin) in left.iter_mut().zip(&bins[column as usize]) {
                *left &= !(leaves & u16::from(bin > place).wrapping_neg());
            }
        }
        for (sum, left) in sums.iter_mut().zip(left) {
            // The last leaf lies to the left of no node: one is always left.
            *sum = sum.wrapping_add(tree.leaves[left.trailing_zeros() as usize % LEAVES]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
