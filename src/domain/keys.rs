//! The keys on record that sign the register's tree heads, and from where to where in the log each of them counts.
//!
//! They are read from the facts as they were recorded: a key is neither corrected nor retracted, only replaced, so that a
//! head which was good when it was given out stays good.

use super::event::Event;
use super::fact::Fact;
use crate::proof::key::VerifierKey;

/// A key on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOnRecord {
    /// The key.
    pub key: VerifierKey,
    /// The place in the register's own stream of the fact that put it there.
    pub seq: u64,
    /// The position of that fact.
    pub position: u64,
    /// The position of the fact that replaced it, if any did.
    pub replaced: Option<u64>,
}

impl KeyOnRecord {
    /// Whether it may sign a head of so many events: its own fact is among them, and the one that replaced it is not.
    #[must_use]
    pub fn counts_for(&self, events: u64) -> bool {
        self.position < events && self.replaced.is_none_or(|replaced| events <= replaced)
    }
}

/// The keys on record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys(Vec<KeyOnRecord>);

impl Keys {
    /// The keys that the register's own facts put on record, in their order.
    #[must_use]
    pub fn of(facts: &[Fact]) -> Self {
        let mut keys = Self::default();
        for fact in facts {
            keys.take(fact.seq, fact.position, &fact.saying.event);
        }
        keys
    }

    /// Takes in one more of the register's own facts.
    pub fn take(&mut self, seq: u64, position: u64, event: &Event) {
        let (key, replaces) = match event {
            Event::KeyAdopted(adopted) => (&adopted.key, None),
            Event::KeyRotated(rotated) => (&rotated.key, Some(&rotated.replaces)),
            _ => return,
        };
        for old in self.0.iter_mut().filter(|old| replaces == Some(&old.key) && old.replaced.is_none()) {
            old.replaced = Some(position);
        }
        self.0.push(KeyOnRecord { key: key.clone(), seq, position, replaced: None });
    }

    /// All of them, the oldest first.
    #[must_use]
    pub fn all(&self) -> &[KeyOnRecord] {
        &self.0
    }

    /// The one that signs now.
    #[must_use]
    pub fn current(&self) -> Option<&KeyOnRecord> {
        self.0.iter().rev().find(|known| known.replaced.is_none())
    }
}
