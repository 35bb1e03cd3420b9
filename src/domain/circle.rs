//! Dates that hang on each other in a circle: none of them could ever be reckoned.
//!
//! A deadline can hang on the fulfilment of another commitment, or on entry into force; and that by its rule on a
//! fulfilment. Whoever follows what hangs on what must not come back to where he began.

use std::fmt;

use super::agreement::Agreement;
use super::event::Event;
use super::event::consent::EntryRule;
use super::id::CommitmentId;
use super::rule::{Anchor, Floor, Rule};

/// A date that can hang on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// That of a commitment.
    Due(CommitmentId),
    /// The agreement's entry into force, or that for its parties.
    EntryIntoForce,
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Due(commitment) => commitment.fmt(f),
            Self::EntryIntoForce => f.write_str("entry into force"),
        }
    }
}

/// Whether a rule makes a date hang on another, so that a circle could close.
pub(super) fn hangs(rule: &Rule) -> bool {
    !hangs_on(rule).is_empty()
}

/// On what a rule makes a date hang.
fn hangs_on(rule: &Rule) -> Vec<Link> {
    let mut links = match &rule.anchor {
        Anchor::Fulfilment(commitment) | Anchor::FulfilmentOf(commitment, _) => vec![Link::Due(*commitment)],
        Anchor::EntryIntoForce | Anchor::EntryIntoForceFor(_) => vec![Link::EntryIntoForce],
        _ => Vec::new(),
    };
    if rule.floor == Some(Floor::EntryIntoForce) {
        links.push(Link::EntryIntoForce);
    }
    links
}

/// On what the agreement's entry into force hangs; that a party's waits for the agreement's own is no circle.
fn force_hangs_on(entry: &EntryRule) -> Vec<Link> {
    hangs_on(&entry.rule).into_iter().filter(|link| *link != Link::EntryIntoForce).collect()
}

fn next(agreement: &Agreement, link: Link) -> Vec<Link> {
    match link {
        Link::Due(id) => {
            let rule = agreement.commitment(id).and_then(|commitment| commitment.rule());
            rule.map(|(rule, _)| hangs_on(rule)).unwrap_or_default()
        }
        Link::EntryIntoForce => {
            let rules = [&agreement.entry_rule, &agreement.party_rule];
            rules.into_iter().flatten().flat_map(|(entry, _)| force_hangs_on(entry)).collect()
        }
    }
}

/// The circle that a rule would close, in words, from the date that it is about back to that; none where it closes none.
#[must_use]
pub fn closed_by(agreement: &Agreement, event: &Event) -> Option<String> {
    let (start, first) = match event {
        Event::DeadlineSet(set) => (Link::Due(set.commitment), hangs_on(&set.rule)),
        Event::EntryIntoForceSet(entry) => (Link::EntryIntoForce, force_hangs_on(entry)),
        _ => return None,
    };
    let mut seen: Vec<Link> = Vec::new();
    let mut paths: Vec<Vec<Link>> = first.into_iter().map(|link| vec![start, link]).collect();
    while let Some(path) = paths.pop() {
        let link = *path.last()?;
        if link == start {
            let words: Vec<String> = path.iter().map(ToString::to_string).collect();
            return Some(words.join(" on "));
        }
        // Each date is followed once, so the way ends after as many steps as there are dates.
        if !seen.contains(&link) {
            seen.push(link);
            paths.extend(next(agreement, link).into_iter().map(|to| [path.as_slice(), &[to]].concat()));
        }
    }
    None
}
