//! A CSV file as commands: what a mapping file can say, and what it makes of a row.
//!
//! Lives here: the language of mapping files ([`language`], [`value`], [`template`], [`date`], [`slug`]), which is pure;
//! the reading of a CSV file ([`sheet`]), and its rows as the flat JSON requests that lines of an import are
//! ([`survey`], [`rows`]). Whether a request is recorded is decided where every other one is, in `service::import`.
//! Promises: a value is taken as the mapping says or is a problem of its line; nothing is guessed, dropped or changed
//! without being told. To add a form of value: a case of [`value::Form`], one arm in [`row`].

pub mod date;
pub mod language;
pub mod problem;
pub mod row;
pub mod rows;
pub mod sheet;
pub mod slug;
pub mod survey;
pub mod template;
pub mod value;
pub mod verify;

pub use language::Mapping;
pub use problem::{MappingError, Problem, ProblemKind, Warned};
pub use rows::Rows;
