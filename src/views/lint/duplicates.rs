//! The same thing twice: agreements, and parties.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{Case, Found};
use super::code::Code;
use super::{Cause, Finding};
use crate::domain::agreement::PartyRecord;
use crate::domain::day::Day;
use crate::domain::id::{PartyId, Reference};
use crate::domain::redaction::MARK;
use crate::domain::status::AgreementStatus;
use crate::domain::text::Line;
use crate::views::entry::{Entry, Outline};

/// A name without what people write differently: case, spaces, hyphens and points.
fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Two parties to one agreement whose names, other names included, are equal.
pub(super) fn parties_within(case: &Case<'_>, found: &mut Found) {
    let names = |record: &PartyRecord| -> Vec<String> {
        let local = record.party.names.iter().map(|local| &local.name);
        let aliases = record.aliases.iter().map(|alias| &alias.name);
        let names = [&record.party.name].into_iter().chain(local).chain(aliases).map(Line::as_str);
        // A name that was taken out is nobody's.
        names.filter(|name| *name != MARK).map(bare).collect()
    };
    let mut first: BTreeMap<String, &PartyRecord> = BTreeMap::new();
    for record in &case.agreement.parties {
        let mut said = false;
        for name in names(record) {
            let earlier = *first.entry(name).or_insert(record);
            if said || earlier.party.id == record.party.id {
                continue;
            }
            said = true;
            let (a, b) = (&earlier.party, &record.party);
            let message = format!("{} ({}) and {} ({}) have an equal name", a.id, a.name, b.id, b.name);
            let facts: Vec<u64> = [&a.id, &b.id].into_iter().filter_map(|id| case.declared(id)).collect();
            let finding = case.finding(Code::PartyTwice, &facts, message).about(&b.id);
            found.findings.push(finding.told(a.id.to_string(), &a.name).told(b.id.to_string(), &b.name));
        }
    }
}

/// What makes two agreements look the same: title, or kind and day of signature where there is none, and parties.
fn likeness(outline: &Outline<'_>) -> Option<String> {
    let title = match outline.title.filter(|title| title.as_str() != MARK) {
        Some(title) => bare(title.as_str()),
        None => format!("{} {}", outline.kind, outline.signed?),
    };
    let named = outline.parties.iter().map(|party| party.name.as_str()).filter(|name| *name != MARK);
    let mut parties: Vec<String> = named.map(bare).collect();
    parties.sort();
    (!parties.is_empty()).then(|| [vec![title], parties].concat().join("|"))
}

/// A finding about the openings of agreements; the first of them is the one that it is listed under.
fn finding(code: Code, agreements: &[&Reference], message: String) -> Option<Finding> {
    let agreement = agreements.first()?;
    Some(Finding {
        code: code.word(),
        severity: code.severity(),
        agreement: (*agreement).clone(),
        subject: None,
        events: agreements.iter().map(|reference| format!("{reference}@1")).collect(),
        message,
        values: Vec::new(),
        reason: None,
        next: String::new(),
        cause: Cause::Check(code),
    })
}

/// A register's agreements, as far as one can be another and a party several.
#[derive(Default)]
pub struct Standing {
    /// Agreements that look the same, each with the day of its signature.
    alike: BTreeMap<String, Vec<(Reference, Option<Day>)>>,
    /// The short names of each party, with the first agreement that has it under that, and its name there.
    ids: BTreeMap<String, Vec<(PartyId, Reference, String)>>,
}

impl Standing {
    /// Takes in how an agreement stands on a day; they come in the order of their references.
    pub fn take(&mut self, entry: &Entry, day: Day) {
        let outline = entry.on(day).filter(|outline| outline.status != AgreementStatus::Retracted);
        let Some(outline) = outline else { return };
        // Nearly every list has one member in a register of many agreements.
        let alone = || Vec::with_capacity(1);
        if let Some(likeness) = likeness(&outline) {
            self.alike.entry(likeness).or_insert_with(alone).push((entry.reference.clone(), outline.signed));
        }
        for party in outline.parties {
            let known = self.ids.entry(bare(party.name.as_str())).or_insert_with(|| Vec::with_capacity(1));
            if known.iter().all(|(id, ..)| *id != party.id) {
                known.push((party.id.clone(), entry.reference.clone(), party.name.to_string()));
            }
        }
    }

    /// What is there twice, as far as one of the agreements wanted is concerned.
    #[must_use]
    pub fn twice(self, wanted: impl Fn(&Reference) -> bool) -> Vec<Finding> {
        let mut found = Vec::new();
        let of_wanted = |same: &Vec<(Reference, _)>| same.iter().any(|(reference, _)| wanted(reference));
        for same in self.alike.into_values().filter(of_wanted) {
            for pair in same.windows(2) {
                let [(a, signed), (b, again)] = pair else { continue };
                // Signed on another day it is another agreement, such as one that follows the first.
                if signed.zip(*again).is_none_or(|(signed, again)| signed == again) {
                    let message = format!("{a} and {b} have the same title and parties");
                    let finding = finding(Code::AgreementTwice, &[b, a], message);
                    found.extend(finding.map(|finding| finding.told("one", a).told("other", b)));
                }
            }
        }
        for (_, mut known) in self.ids.into_iter().filter(|(name, _)| !name.is_empty()) {
            known.sort();
            let places: BTreeSet<&Reference> = known.iter().map(|(_, reference, _)| reference).collect();
            if known.len() < 2 || places.len() < 2 {
                continue;
            }
            let Some((.., name)) = known.iter().find(|(_, reference, _)| wanted(reference)) else { continue };
            let list: Vec<String> = known.iter().map(|(id, reference, _)| format!("{id} in {reference}")).collect();
            let message = format!("{name} has several short names: {}", list.join(", "));
            let ids = known.iter().map(|(id, ..)| id.to_string()).collect::<Vec<_>>().join(", ");
            let places: Vec<&Reference> = places.into_iter().collect();
            let finding = finding(Code::PartyUnderSeveralIds, &places, message);
            found.extend(finding.map(|finding| finding.told("name", name).told("ids", ids)));
        }
        found
    }
}
