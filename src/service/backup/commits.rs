//! Events of one log appended to another, as the commits that they were.

use crate::log::{Append, AppendError, Draft, EventLog, Recorded, StreamVersion};

/// How many commits are appended with one flush.
const GROUP: usize = 1_024;
/// After how many bytes they are appended earlier.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// Appends to a log the events of another, in their order.
pub(crate) struct Commits<'l> {
    log: &'l dyn EventLog,
    waiting: Vec<Append>,
    bytes: usize,
}

impl<'l> Commits<'l> {
    pub(crate) fn to(log: &'l dyn EventLog) -> Self {
        Self { log, waiting: Vec::new(), bytes: 0 }
    }

    /// Takes the next events; a command makes one commit, so those of one command that follow each other are one.
    pub(crate) async fn take(&mut self, events: Vec<Recorded>) -> Result<(), AppendError> {
        for event in events {
            let Recorded { stream, seq, command, recorded_at, header, body, .. } = event;
            self.bytes += header.len() + body.len();
            let draft = Draft { header, body };
            let own = self.waiting.last_mut().filter(|last| last.command == command && last.stream == stream);
            if let Some(own) = own {
                own.events.push(draft);
                continue;
            }
            if self.waiting.len() >= GROUP || self.bytes >= GROUP_BYTES {
                self.append().await?;
            }
            let expected = StreamVersion::new(seq.saturating_sub(1));
            let events = vec![draft];
            self.waiting.push(Append { command, stream, expected, expected_end: None, recorded_at, events });
        }
        Ok(())
    }

    /// Appends what it holds.
    pub(crate) async fn append(&mut self) -> Result<(), AppendError> {
        self.bytes = 0;
        for answer in self.log.append_all(std::mem::take(&mut self.waiting)).await {
            answer?;
        }
        Ok(())
    }
}
