//! What is true and what is allowed: pure functions over facts.
//!
//! Lives here: the vocabulary, events, commands, the fold of an agreement, its derived states, due dates.
//! May use: the standard library, date types, serde for what is stored. Never: a clock, randomness, I/O.
//! Promises: same facts, same command, same context, same answer; a fact is never refused, only a request is.
//! To add a command or an event: see the heads of `command` and `event`.

pub mod agreement;
pub mod almanac;
pub mod circle;
pub mod command;
pub mod commitment;
pub mod consent;
pub mod counting;
pub mod dates;
pub mod day;
pub mod decide;
pub mod docket;
pub mod due;
pub mod edtf;
pub mod event;
pub mod fact;
pub mod force;
pub mod guard;
pub mod id;
pub mod instant;
pub mod keys;
pub mod moment;
pub mod objection;
pub mod party;
pub mod patch;
pub mod period;
pub mod recurrence;
pub mod redaction;
pub mod rule;
pub mod schema;
pub mod sentinel;
pub mod share;
pub mod spoken;
pub mod status;
pub mod suspension;
pub mod term;
pub mod text;
pub mod timeline;
pub mod typed;
pub mod vocabulary;
pub mod zone;

#[cfg(test)]
pub(crate) mod laws;
#[cfg(test)]
pub(crate) mod scenario;
