//! Memory: whether there is enough for what a kernel is about to take.
//!
//! An allocation that fails ends the process, since stable Rust cannot raise it. So a kernel asks before: where it
//! looks for signals, whether each of its large arrays may grow to twice its length; and where it takes much at once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Blocks from this size on are counted.
pub const LARGE: usize = 1 << 20;
/// Bytes that a kernel takes between two looks besides, about.
pub const SPARE: usize = 32 << 20;

thread_local! {
    /// Bytes of large blocks that this thread has taken since a kernel began, less those that it gave back.
    static TAKEN: Cell<isize> = const { Cell::new(0) };
    /// The most of them for which there was as much again.
    static PROVEN: Cell<isize> = const { Cell::new(0) };
}

/// There is not enough memory.
#[derive(Debug, PartialEq, Eq)]
pub struct Short;

/// The allocator of the system; large blocks are counted.
pub struct Counted;

fn note(change: isize) {
    // A thread that ends has no count any more.
    let _ = TAKEN.try_with(|taken| taken.set(taken.get().wrapping_add(change)));
}

// SAFETY: the system's allocator does all the work; the counts are plain numbers of the thread.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= LARGE {
            note(layout.size() as isize);
        }
        // SAFETY: the caller keeps the contract of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= LARGE {
            note(layout.size() as isize);
        }
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.size() >= LARGE {
            note(-(layout.size() as isize));
        }
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let large = |size: usize| if size >= LARGE { size as isize } else { 0 };
        if layout.size().max(size) >= LARGE {
            note(large(size) - large(layout.size()));
        }
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// Begin to count for another kernel.
pub fn begin() {
    TAKEN.set(0);
    PROVEN.set(0);
}

/// Ask whether so many bytes can be had at once.
pub fn room(bytes: usize) -> Result<(), Short> {
    if bytes < LARGE {
        return Ok(());
    }
    // The block is looked at, or the optimiser takes it for given.
    let mut block = std::hint::black_box(Vec::<u8>::new());
    let asked = block.try_reserve_exact(bytes).map_err(|_| Short);
    std::hint::black_box(&block);
    asked
}

/// Empty a buffer that is used again; a large one gives its memory back.
pub fn empty<T>(buffer: &mut Vec<T>) {
    buffer.clear();
    if buffer.capacity() * size_of::<T>() >= LARGE {
        *buffer = Vec::new();
    }
}

/// Ask whether all that this kernel holds may double, if it holds more than before.
pub fn look() -> Result<(), Short> {
    let taken = TAKEN.get();
    if taken <= PROVEN.get() {
        return Ok(());
    }
    room(taken as usize + SPARE)?;
    PROVEN.set(taken);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_counted_until_it_is_given_back() {
        begin();
        let mut held = vec![0u8; LARGE];
        let small = vec![0u8; LARGE - 1];
        assert_eq!(TAKEN.get(), LARGE as isize);
        held.reserve_exact(LARGE);
        assert_eq!(TAKEN.get(), 2 * LARGE as isize);
        assert_eq!(look(), Ok(()));
        drop((held, small));
        assert_eq!((TAKEN.get(), PROVEN.get()), (0, 2 * LARGE as isize));
        assert_eq!((room(isize::MAX as usize), room(10)), (Err(Short), Ok(())));
    }
}
