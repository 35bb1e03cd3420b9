//! servanda: agreements must be kept.
#![forbid(unsafe_code)]
pub mod domain;
