//! Which agreements a report is about: the same filter for every report.

use super::entry::Entry;
use crate::domain::day::Day;
use crate::domain::id::Reference;
use crate::domain::status::AgreementStatus;
use crate::domain::vocabulary::AgreementKind;

/// Which agreements are wanted; each condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this one.
    pub agreement: Option<Reference>,
    /// Only of this kind.
    pub kind: Option<AgreementKind>,
    /// Only of this status.
    pub status: Option<AgreementStatus>,
    /// Only with a party of this short name, or with these words in one of its names.
    pub party: Option<String>,
    /// Only with these words in one of its subjects, or in its title.
    pub subject: Option<String>,
    /// Also those whose opening was retracted.
    pub retracted: bool,
}

impl Filter {
    /// Whether an agreement is wanted, as it stands on a day.
    #[must_use]
    pub fn wants(&self, entry: &Entry, day: Day) -> bool {
        let Some(outline) = entry.on(day) else { return false };
        let named = |wanted: &String| {
            let lower = wanted.to_lowercase();
            outline.parties.iter().any(|party| {
                let has = |name: &str| name.to_lowercase().contains(&lower);
                party.id.as_str() == wanted
                    || has(party.name.as_str())
                    || party.names.iter().any(|name| has(name.as_str()))
            })
        };
        let about = |wanted: &String| {
            let lower = wanted.to_lowercase();
            let mut words = outline.subjects.iter().chain(outline.title);
            words.any(|words| words.as_str().to_lowercase().contains(&lower))
        };
        let retracted_wanted = self.retracted || self.status == Some(AgreementStatus::Retracted);
        (retracted_wanted || outline.status != AgreementStatus::Retracted)
            && self.agreement.as_ref().is_none_or(|wanted| *wanted == entry.reference)
            && self.kind.is_none_or(|wanted| wanted == outline.kind)
            && self.status.is_none_or(|wanted| wanted == outline.status)
            && self.party.as_ref().is_none_or(named)
            && self.subject.as_ref().is_none_or(about)
    }
}
