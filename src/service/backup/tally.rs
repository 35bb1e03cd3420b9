//! What a log is, in two values: how many events, and a hash of all of them with all that lies beside them.

use sha2::{Digest, Sha256};

use crate::log::Recorded;
use crate::log::codec::hex;

/// Counts and hashes events in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    events: u64,
    hash: Sha256,
}

/// How many events a log has, and the SHA-256 of all of them, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) events: u64,
    pub(crate) sha256: String,
}

impl Tally {
    /// Takes in the next event.
    pub(crate) fn add(&mut self, event: &Recorded) {
        self.events += 1;
        self.hash.update(event.position.get().to_be_bytes());
        self.hash.update(event.stream.get().as_bytes());
        self.hash.update(event.seq.to_be_bytes());
        self.hash.update(event.command.get().as_bytes());
        self.hash.update(event.recorded_at.to_be_bytes());
        for part in [&event.header, &event.body] {
            self.hash.update((part.len() as u64).to_be_bytes());
            self.hash.update(part);
        }
    }

    /// Takes in the next events.
    pub(crate) fn add_all(&mut self, events: &[Recorded]) {
        for event in events {
            self.add(event);
        }
    }

    /// How many it has taken in.
    pub(crate) const fn events(&self) -> u64 {
        self.events
    }

    /// What came out.
    pub(crate) fn total(self) -> Total {
        Total { events: self.events, sha256: hex(&self.hash.finalize()) }
    }
}
