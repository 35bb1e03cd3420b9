//! The verbs about the keys that sign the register's tree heads. They take public keys only.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Making, Subject, Verb};
use crate::domain::decide::Refusal;
use crate::domain::event::Event;
use crate::domain::event::keys::{KeyAdopted, KeyRotated};
use crate::domain::keys::Keys;
use crate::proof::key::VerifierKey;

fn wrong<T>(why: String) -> Result<T, Refusal> {
    Err(Refusal::Field { field: "key", why })
}

/// Puts the first key on record that signs the register's tree heads; servanda key new makes one and does so.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptKey {
    /// The public key, NAME+ID+KEY, in the form of C2SP signed-note.
    pub key: VerifierKey,
}

impl Verb for AdoptKey {
    const NAME: &'static str = "adopt-key";
    const EXAMPLE: &'static str =
        "servanda adopt-key example.com/register+71669834+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const SUBJECT: Subject = Subject::Key;
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        match Keys::of(making.timeline.facts()).current() {
            Some(now) => wrong(format!(
                "{}+{} is on record as register@{}: rotate-key puts another in its place",
                now.key.name(),
                now.key.id(),
                now.seq
            )),
            None => Ok(Event::KeyAdopted(KeyAdopted { key: self.key })),
        }
    }
}

/// Puts a key in the place of the one that signs; what the old one signs from then on does not count.
///
/// servanda key rotate makes one and does so.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateKey {
    /// The new public key, NAME+ID+KEY, with the name of the one before.
    pub key: VerifierKey,
}

impl Verb for RotateKey {
    const NAME: &'static str = "rotate-key";
    const EXAMPLE: &'static str = "servanda rotate-key example.com/register+71669834+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k --reason \"the clerk who held the old one left\"";
    const SUBJECT: Subject = Subject::Key;
    const WANTS_REASON: bool = true;
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let keys = Keys::of(making.timeline.facts());
        let Some(now) = keys.current() else {
            return wrong("there is no key on record that it could replace: adopt-key puts the first there".to_owned());
        };
        if let Some(known) = keys.all().iter().find(|known| known.key == self.key) {
            return wrong(format!("it is on record as register@{}: a key that was replaced stays so", known.seq));
        }
        if now.key.name() != self.key.name() {
            return wrong(format!(
                "it is called {}, and the register's heads bear the name {}",
                self.key.name(),
                now.key.name()
            ));
        }
        Ok(Event::KeyRotated(KeyRotated { key: self.key, replaces: now.key.clone() }))
    }
}
