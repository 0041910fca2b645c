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
        let mut out = Vec::with_capacity(features.len() / columns);
        let mut pace = Pace::new(poll);
        for rows in features.chunks(ROWS * columns) {
            pace.spend(ROWS * DEPTH * self.roots.len())?;
            let count = rows.len() / columns;
            let mut sums = [0i64; ROWS];
            for &root in self.roots {
                let mut at = [root as u32; ROWS];
                loop {
                    let mut moved = 0;
                    for (at, row) in at[..count].iter_mut().zip(rows.chunks_exact(columns)) {
                        let node = &nodes[*at as usize];
                        let next = node.next[usize::from(row[node.column as usize] > node.threshold)];
                        moved |= next ^ *at;
                        *at = next;
                    }
                    if moved == 0 {
                        break;
                    }
                }
                for (sum, &leaf) in sums.iter_mut().zip(&at[..count]) {
                    *sum = sum.wrapping_add(self.value[leaf as usize]);
                }
            }
            out.extend(&sums[..count]);
        }
        Ok(out)
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
        trees.left = &[0, 0, 2, 3];
        assert!(trees.scores(&[9, 5], 2, &mut || Ok(())).is_err());
        trees.left = &[1, 1, 2];
        assert!(trees.scores(&[9, 5], 2, &mut || Ok(())).is_err());
    }
}
