"""The readable twins of the native kernels, under the names of the modules of the Rust crate."""
