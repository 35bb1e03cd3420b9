//! A party as folded from its facts, before anybody asks for a day.

use super::commitment::Mark;
use super::event::consent::{Deposited, Signed};
use super::event::parties::{Aliased, Party};
use super::vocabulary::SignatureMode;

/// A party with what it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyRecord {
    /// As declared.
    pub party: Party,
    /// The fact that declared it, or the opening that names it.
    pub declared: Mark,
    /// Its other names.
    pub aliases: Vec<Aliased>,
    /// Its initials under the text.
    pub initialled: Option<Mark>,
    /// Its signature.
    pub signed: Option<(Signed, Mark)>,
    /// Its instruments, in order.
    pub deposited: Vec<(Deposited, Mark)>,
    /// When the agreement came into force for it, where that is declared.
    pub in_force: Option<Mark>,
    /// Its provisional application.
    pub provisional: Option<Provisional>,
    /// When it left, unless it has come back.
    pub withdrew: Option<Mark>,
    /// Every time that it left, in order.
    pub departures: Vec<Mark>,
}

impl PartyRecord {
    /// Whether its signature binds only with a later act of consent (VCLT 12(2)(b), 14).
    #[must_use]
    pub fn subject_to_consent(&self) -> bool {
        let mode = self.signed.as_ref().map(|(signed, _)| signed.mode);
        matches!(mode, Some(SignatureMode::Simple | SignatureMode::AdReferendum))
    }
}

/// An application before entry into force (VCLT 25).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisional {
    /// Since when.
    pub since: Mark,
    /// The notice that ended it.
    pub ended: Option<Mark>,
}

impl Provisional {
    /// Begun by a fact, and not ended.
    #[must_use]
    pub const fn from(since: Mark) -> Self {
        Self { since, ended: None }
    }

    /// Whether no notice has ended it.
    #[must_use]
    pub const fn runs(&self) -> bool {
        self.ended.is_none()
    }
}
