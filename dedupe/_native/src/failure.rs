//! Why a kernel ends without a result, and what it asks on its way whether it is to end.

use crate::memory::Short;

/// The caller asked to stop (a signal arrived).
#[derive(Debug, PartialEq, Eq)]
pub struct Stop;

/// Called now and then in long work; an error ends it.
pub type Poll<'a> = &'a mut dyn FnMut() -> Result<(), Stop>;

/// Why a kernel gave no result.
#[derive(Debug)]
pub enum Failure {
    Stopped,
    Invalid(String),
    Memory,
}

impl From<Short> for Failure {
    fn from(_: Short) -> Failure {
        Failure::Memory
    }
}

impl From<Stop> for Failure {
    fn from(_: Stop) -> Failure {
        Failure::Stopped
    }
}
