//! What lies under a view's position: how far it is, and how large its overlay.

use super::overlay::{OVERLAY_BYTES_MAX, OVERLAY_ENTRIES_MAX};
use crate::log::Position;

/// What lies under a view's position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) position: Position,
    /// How many entries the overlay has, and how many bytes in keys and values.
    pub(super) entries: usize,
    pub(super) bytes: usize,
    /// The key at which the next part of a full overlay begins.
    pub(super) turn: Vec<u8>,
}

const STATE_HEAD_BYTES: usize = 24;

impl State {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(STATE_HEAD_BYTES + self.turn.len());
        for number in [self.position.get(), self.entries as u64, self.bytes as u64] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&self.turn);
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (numbers, turn) = bytes.split_at_checked(STATE_HEAD_BYTES)?;
        let mut numbers = numbers.chunks_exact(8).filter_map(|number| number.try_into().ok()).map(u64::from_be_bytes);
        let position = Position::new(numbers.next()?);
        let mut size = || usize::try_from(numbers.next()?).ok();
        Some(Self { position, entries: size()?, bytes: size()?, turn: turn.to_vec() })
    }

    pub(super) fn is_full(&self) -> bool {
        self.entries > OVERLAY_ENTRIES_MAX || self.bytes > OVERLAY_BYTES_MAX
    }

    pub(super) fn add(&mut self, bytes: usize) {
        self.entries += 1;
        self.bytes += bytes;
    }

    pub(super) fn take(&mut self, bytes: usize) {
        self.entries = self.entries.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}
