//! Follows a log from a position on, over any backend.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{EventLog, Place, Position, ReadError, Recorded};

/// How many events a tail reads at a time: few enough to be cheap to drop, many enough to catch up quickly.
const TAIL_PAGE: usize = 256;

/// Follows a log; made by [`tail`].
pub struct Tail {
    log: Arc<dyn EventLog>,
    next: Position,
    page: VecDeque<Recorded>,
}

/// Follows a log from a position on: first the events that are there, then those that come (L6).
pub fn tail(log: Arc<dyn EventLog>, from: Position) -> Tail {
    Tail { log, next: from, page: VecDeque::new() }
}

impl Tail {
    /// Returns the next event, and waits for it where it is not there yet.
    ///
    /// Dropping the future half-way loses nothing: the next call returns the same event.
    ///
    /// # Errors
    ///
    /// As [`EventLog::read`]; [`ReadError::Closed`] when the log is closed while waiting.
    pub async fn next(&mut self) -> Result<Recorded, ReadError> {
        loop {
            if let Some(event) = self.page.pop_front() {
                if event.position != self.next {
                    return Err(ReadError::Damaged {
                        place: Place::Event(self.next),
                        what: format!("{} came in its place", event.position),
                    });
                }
                self.next = self.next.plus(1);
                return Ok(event);
            }
            self.page = self.log.read(self.next, TAIL_PAGE).await?.into();
            if self.page.is_empty() {
                self.log.wait_beyond(self.next).await?;
            }
        }
    }

    /// Returns the position of the event that comes next.
    pub const fn position(&self) -> Position {
        self.next
    }
}
