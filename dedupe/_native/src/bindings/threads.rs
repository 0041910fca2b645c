//! Work in other threads, which hear no signals: it is stopped by a number that it was begun under.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;

thread_local! {
    static WORK: Cell<u64> = const { Cell::new(0) };
}
static STOPPED: Mutex<Option<HashSet<u64>>> = Mutex::new(None);
/// How many there are in `STOPPED`: nearly always none.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Say which work this thread does from now on; 0 for none that can be stopped.
#[pyfunction]
pub fn begin_work(number: u64) {
    WORK.set(number);
}

/// Stop what works under a number, or, with `stopped` false, forget that it was stopped.
#[pyfunction]
pub fn stop_work(number: u64, stopped: bool) {
    let mut all = STOPPED.lock().unwrap_or_else(PoisonError::into_inner);
    let numbers = all.get_or_insert_default();
    if stopped {
        numbers.insert(number);
    } else {
        numbers.remove(&number);
    }
    COUNT.store(numbers.len(), Ordering::Relaxed);
}

/// Whether what this thread does was stopped.
pub fn is_stopped() -> bool {
    if COUNT.load(Ordering::Relaxed) == 0 {
        return false;
    }
    let all = STOPPED.lock().unwrap_or_else(PoisonError::into_inner);
    all.as_ref().is_some_and(|numbers| numbers.contains(&WORK.get()))
}
