//! The one clock of the crate.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::instant::Instant;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Instant;
}

/// By how much a clock may lie before the last record without a word, in microseconds: a minute, which is more than clocks are
/// put right by while they run.
const BEHIND_MIN: i64 = 60 * 1_000_000;

/// The clock says an earlier time than the last record bears; what is recorded bears the later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockBehind {
    /// What the clock says.
    pub clock: Instant,
    /// The time of the last record.
    pub last: Instant,
}

impl ClockBehind {
    /// Its stable code.
    pub const CODE: &'static str = "clock_behind";

    /// A clock that is behind the last record by more than clocks are put right by.
    #[must_use]
    pub fn of(clock: Instant, last: Instant) -> Option<Self> {
        (last.micros().saturating_sub(clock.micros()) > BEHIND_MIN).then_some(Self { clock, last })
    }
}

impl std::fmt::Display for ClockBehind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { clock, last } = self;
        write!(
            f,
            "this machine's clock says {clock}, but the last record is of {last}; recorded times never run backwards, so \
             what is recorded now bears the time of the last record: look at the clock"
        )
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine for the time")]
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let micros = since.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX));
        Instant::from_micros(micros)
    }
}

/// A clock that stands still, for tests and for making old reports again.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Instant);

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        self.0
    }
}
