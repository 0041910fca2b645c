//! Python bindings: flat buffers in, flat arrays out; no logic and no policy.
//!
//! Every function releases the GIL and looks for signals between pieces of work.

pub mod arguments;
pub mod boilerplate;
pub mod duplicates;
pub mod entries;
pub mod fingerprints;
pub mod language;
pub mod passages;
pub mod quality;
pub mod texts;
pub mod threads;

/// The extension module.
#[pyo3::pymodule]
mod _kernels {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::boilerplate::{
        boilerplate_evidence, boilerplate_features, boilerplate_scores, category_scores, network_scores, recurrence_keys,
        tree_scores,
    };
    #[pymodule_export]
    use super::duplicates::{components, equal_runs, fact_differences, group, near_pairs, same_facts, unite};
    #[pymodule_export]
    use super::entries::{find_entries, sort_entries};
    #[pymodule_export]
    use super::fingerprints::{confirm, keys, overlaps, placed_sets, shingle_sets, sign, sign_datasketch};
    #[pymodule_export]
    use super::language::language_scores;
    #[pymodule_export]
    use super::passages::{
        align_units, anchors, common_tokens, fit_ends, letter_places, letters, passages_across, passages_within, same_stretches,
        shared_anchors, surroundings, weigh,
    };
    #[pymodule_export]
    use super::quality::{listed_words, quality_counts};
    #[pymodule_export]
    use super::texts::{
        byte_places, cut, fact_texts, fold_bytes, join, place_lines, read_lines, row_lines, same_fold, sign_hashes, sign_texts,
        tokenize,
    };
    #[pymodule_export]
    use super::threads::{begin_work, stop_work};

    /// Raised by one whenever a function's arguments or results change.
    #[pymodule_export]
    const ABI: u32 = 21;
    #[pymodule_export]
    const SCHEME: &str = "minhash-v1";

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("FOLD_SCHEME", crate::tables::scheme())
    }
}
