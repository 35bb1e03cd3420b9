//! What a filter looks at in an agreement, of all its days together: a short text that is searched quickly, so that agreements
//! which cannot be wanted are passed over without being read.
//!
//! Each line begins with a letter: `k` a kind, `s` a status, `i` the short name of a party, `n` a name of a party and `t` a
//! title or subject, these two in lower case. No line comes twice. Whatever [`Filter::wants`] on any day is a match here; a
//! match is wanted only if the filter says so of the agreement itself.

use std::collections::BTreeSet;

use super::entry::Entry;
use super::filter::Filter;
use crate::domain::status::AgreementStatus;
use crate::domain::vocabulary::AgreementKind;

/// The brief of an agreement.
#[must_use]
pub fn brief(entry: &Entry) -> Vec<u8> {
    let mut lines: BTreeSet<String> = BTreeSet::new();
    for (_, naming) in &entry.namings {
        lines.insert(format!("k{}", naming.kind.word()));
        lines.extend(
            naming.subjects.iter().chain(&naming.title).map(|words| format!("t{}", words.as_str().to_lowercase())),
        );
    }
    lines.extend(entry.turns.iter().map(|(_, turn)| format!("s{}", turn.status.word())));
    for party in entry.parties.iter().flat_map(|(_, parties)| parties) {
        lines.insert(format!("i{}", party.id));
        lines.extend(
            [&party.name].into_iter().chain(&party.names).map(|name| format!("n{}", name.as_str().to_lowercase())),
        );
    }
    lines.into_iter().collect::<Vec<_>>().join("\n").into_bytes()
}

/// What a filter looks for in briefs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    kind: Option<&'static str>,
    status: Option<&'static str>,
    /// A party as it was written, and in lower case.
    party: Option<(String, String)>,
    /// In lower case.
    subject: Option<String>,
}

impl Glance {
    /// What a filter looks for; which agreement it is about is not in a brief.
    #[must_use]
    pub fn of(filter: &Filter) -> Self {
        Self {
            kind: filter.kind.map(AgreementKind::word),
            status: filter.status.map(AgreementStatus::word),
            party: filter.party.as_ref().map(|party| (party.clone(), party.to_lowercase())),
            subject: filter.subject.as_ref().map(|subject| subject.to_lowercase()),
        }
    }

    /// Whether the agreement of a brief can be wanted on some day; so is whatever cannot be read.
    #[must_use]
    pub fn may_want(&self, brief: &[u8]) -> bool {
        let Ok(brief) = std::str::from_utf8(brief) else { return true };
        let any = |letter: char, is: &dyn Fn(&str) -> bool| {
            brief.split('\n').filter_map(|line| line.strip_prefix(letter)).any(is)
        };
        self.kind.is_none_or(|kind| any('k', &|word| word == kind))
            && self.status.is_none_or(|status| any('s', &|word| word == status))
            && self.party.as_ref().is_none_or(|(given, lower)| {
                any('i', &|id| id == given) || any('n', &|name| name.contains(lower.as_str()))
            })
            && self.subject.as_ref().is_none_or(|lower| any('t', &|words| words.contains(lower.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_looks_at_its_own_lines() {
        let brief = "ips\nkmou\nnstate of pakistan\nsin_force\nthealth";
        let wanted = |party: Option<&str>, subject: Option<&str>| {
            let filter =
                Filter { party: party.map(str::to_owned), subject: subject.map(str::to_owned), ..Filter::default() };
            Glance::of(&filter).may_want(brief.as_bytes())
        };
        assert!(wanted(Some("ps"), None) && wanted(Some("PAKistan"), None) && wanted(None, Some("HEAL")));
        assert!(!wanted(Some("PS"), None), "a short name is written as it is");
        assert!(!wanted(Some("health"), None) && !wanted(None, Some("pakistan")));
        assert!(!wanted(Some("ps"), Some("nurses")), "all conditions hold");
        assert!(!wanted(None, Some("ps\nkmou")), "no words go beyond a line");
        let of = |kind| Glance::of(&Filter { kind: Some(kind), ..Filter::default() }).may_want(brief.as_bytes());
        assert!(of(AgreementKind::Mou) && !of(AgreementKind::Treaty));
    }
}
