//! servanda: agreements must be kept.
//!
//! The rooms, in the order in which they may know each other; a room imports only from rooms above it:
//! `proof` (what bytes prove), `domain` (what is true and allowed), `log` (where facts are kept), `views` (what can be asked), `service`
//! (load, decide, append), `cli` (verbs and output).

pub mod proof;
pub mod domain;
pub mod log;
pub mod views;
pub mod service;
pub mod cli;
