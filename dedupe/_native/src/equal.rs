//! How far two slices are equal.

/// Items that are compared at a time.
const BLOCK: usize = 16;

/// How many items two slices begin with in common.
pub fn common_prefix<T: Copy + PartialEq>(a: &[T], b: &[T]) -> usize {
    let blocks = a.as_chunks::<BLOCK>().0.iter().zip(b.as_chunks::<BLOCK>().0);
    let done = BLOCK * blocks.take_while(|(x, y)| same(x, y)).count();
    done + a[done..].iter().zip(&b[done..]).take_while(|(x, y)| x == y).count()
}

/// How many items two slices end with in common.
pub fn common_suffix<T: Copy + PartialEq>(a: &[T], b: &[T]) -> usize {
    let blocks = a.as_rchunks::<BLOCK>().1.iter().rev().zip(b.as_rchunks::<BLOCK>().1.iter().rev());
    let done = BLOCK * blocks.take_while(|(x, y)| same(x, y)).count();
    let (a, b) = (&a[..a.len() - done], &b[..b.len() - done]);
    done + a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count()
}

/// Without a branch for each item.
#[inline(always)]
fn same<T: Copy + PartialEq>(a: &[T; BLOCK], b: &[T; BLOCK]) -> bool {
    a.iter().zip(b).fold(true, |same, (x, y)| same & (x == y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_found_in_and_between_blocks() {
        for length in 0..50 {
            for place in 0..=length {
                let one = vec![7u16; length];
                let mut other = one.clone();
                if place < length {
                    other[place] = 8;
                }
                assert_eq!(common_prefix(&one, &other), place);
                let behind = if place < length { length - place - 1 } else { length };
                assert_eq!(common_suffix(&one, &other), behind);
                assert_eq!(common_prefix(&one, &other[..place]), place);
                assert_eq!(common_suffix(&one[..place], &one), place);
            }
        }
    }
}
