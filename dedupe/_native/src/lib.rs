//! The native core. The modules hold plain Rust without Python; `bindings` alone knows it.

pub mod ascii;
pub mod batch;
mod bindings;
pub mod datasketch;
pub mod entries;
pub mod equal;
pub mod evidence;
pub mod fact_gaps;
pub mod fact_keys;
pub mod fact_likeness;
pub mod fact_notation;
pub mod fact_parts;
pub mod fact_pieces;
pub mod fact_readings;
pub mod fact_text;
pub mod fact_views;
pub mod fact_words;
pub mod facts;
pub mod features;
pub mod fold;
pub mod folded;
pub mod full_stops;
pub mod groups;
pub mod hash;
pub mod jsonl;
pub mod kept;
pub mod language;
pub mod linear;
pub mod literal;
pub mod memory;
pub mod minhash;
pub mod near;
pub mod pace;
pub mod passages;
pub mod places;
pub mod points;
pub mod prefixes;
pub mod quality;
pub mod recurrence;
pub mod seam;
pub mod segment;
pub mod sentence_words;
pub mod sentences;
pub mod sets;
pub mod shingle;
pub mod signs;
pub mod sketches;
pub mod tables;
pub mod trees;
pub mod utf8;
pub mod wrapping;

use pyo3::prelude::*;

#[global_allocator]
static MEMORY: memory::Counted = memory::Counted;

#[pymodule]
fn _kernels(module: &Bound<'_, PyModule>) -> PyResult<()> {
    bindings::register(module)
}
