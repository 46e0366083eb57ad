//! Outside inputs.
