//! What is derived for a day: the status of an agreement, of each party, of each commitment.
//!
//! Nothing here is stored as a fact and nothing ticks: each answer is a function of the folded facts and the day.

pub mod commitment;
pub mod lifecycle;
pub mod party;
pub mod recurring;

pub use commitment::{CommitmentState, Standing, dated_state, standing, standing_at};
pub use lifecycle::{AgreementStatus, status, turning_days};
pub use party::{PartyStatus, party_status, party_statuses};

/// How long without a fact until something counts as stale, in days.
pub const STALE_AFTER_DAYS: i64 = 180;

/// How many days ahead a deadline counts as due soon.
pub const DUE_SOON_DAYS: i64 = 14;
