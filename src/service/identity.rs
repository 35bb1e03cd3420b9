//! The one source of randomness of the crate: identities and salts.

use std::sync::Mutex;

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::domain::instant::Instant;

/// Makes identities and salts.
pub trait IdSource: Send + Sync {
    /// Sixteen bytes that nobody can guess.
    fn bytes(&self) -> [u8; 16];

    /// A `UUIDv7` of a time.
    fn uuid(&self, now: Instant) -> Uuid {
        let bytes = self.bytes();
        let mut random = [0; 10];
        random.copy_from_slice(&bytes[..10]);
        let millis = u64::try_from(now.micros() / 1_000).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// The machine's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemIds;

/// How much randomness is asked for at once: an import wants some fifty bytes a command.
const DRAWN: usize = 4_096;

/// What was drawn, and how much of it is given out.
static DRAWING: Mutex<([u8; DRAWN], usize)> = Mutex::new(([0; DRAWN], DRAWN));

impl IdSource for SystemIds {
    fn bytes(&self) -> [u8; 16] {
        let mut drawing = DRAWING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (drawn, given) = &mut *drawing;
        if *given + 16 > DRAWN {
            getrandom::fill(drawn).expect("without randomness from the machine no identity is safe to make");
            *given = 0;
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&drawn[*given..*given + 16]);
        // What was given out is not kept.
        drawn[*given..*given + 16].fill(0);
        *given += 16;
        bytes
    }
}

/// A repeatable sequence, for tests whose output must be the same each time.
#[derive(Debug)]
pub struct SeededIds {
    seed: String,
    made: Mutex<u64>,
}

impl SeededIds {
    /// The sequence of a seed.
    #[must_use]
    pub fn new(seed: &str) -> Self {
        Self { seed: seed.to_owned(), made: Mutex::new(0) }
    }
}

impl IdSource for SeededIds {
    fn bytes(&self) -> [u8; 16] {
        let mut made = self.made.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *made += 1;
        let hash = Sha256::digest(format!("{} {made}", self.seed));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bytes_are_given_out_twice() {
        let mut all: Vec<[u8; 16]> = (0..3 * DRAWN / 16).map(|_| SystemIds.bytes()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 3 * DRAWN / 16);
        assert!(!all.contains(&[0; 16]));
    }
}
