//! Lint: what in the record cannot be right, or looks as if it were not.
//!
//! Lives here: the checks, one file a topic, each a pure function of one agreement's facts; [`duplicates`] alone
//! compares agreements. May use: `domain`. Promises: lint changes nothing and judges nobody; a finding names the facts,
//! the two values that disagree and a stable code; what was recorded with its reason is a note that gives the reason.
//! To add a check: its code in [`code`], its function in its topic's file, a row in `CHECKS`, and what to do about
//! it in `cli::hint`, where the compiler asks for it.

pub mod case;
pub mod code;
mod deadlines;
mod disputes;
pub mod duplicates;
mod entry;
mod fields;
mod order;
mod recorded;
mod sentinels;
mod sources;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Serialize;

use super::Asked;
use crate::domain::day::Day;
use crate::domain::id::Reference;
use crate::domain::instant::Instant;
use crate::domain::objection::Objection;
use crate::domain::period::Period;
use crate::domain::text::Text;
use crate::domain::timeline::Timeline;
use case::{Case, Found};
use code::{Code, Severity};

/// Every check of one agreement; what the guards have against facts comes last, to leave out what was said already.
const CHECKS: &[fn(&Case<'_>, &mut Found)] = &[
    entry::agreement,
    entry::parties,
    deadlines::stated_and_computed,
    deadlines::term,
    deadlines::due_before_made,
    order::consent,
    order::entry,
    order::end,
    order::notices,
    order::commitments,
    order::bodies,
    order::publications,
    fields::done_without_day,
    fields::met_and_not_met,
    fields::shares,
    sources::commitments,
    sources::facts,
    sources::silence,
    sources::signatures,
    sources::nothing_undertaken,
    sentinels::sentinels,
    sentinels::first_of_year,
    sentinels::years,
    duplicates::parties_within,
    disputes::facts,
    disputes::commitments,
    disputes::confidence,
    recorded::objections,
    recorded::future,
];

/// One of the values that disagree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Told {
    /// What it is the value of.
    pub of: String,
    /// The value.
    pub is: String,
}

/// What a finding comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A check of lint.
    Check(Code),
    /// A guard of the register.
    Guard(Objection),
}

/// Something that is not right, or may not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Finding {
    /// The stable code of what it is.
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// The agreement.
    pub agreement: Reference,
    /// The party, commitment or body inside it; null where it is about the agreement.
    pub subject: Option<String>,
    /// The facts concerned, as `REF@7`.
    pub events: Vec<String>,
    /// What is the matter, with the values.
    pub message: String,
    /// The values that disagree; empty where something is missing.
    pub values: Vec<Told>,
    /// The reason that was recorded for it; null where none was.
    pub reason: Option<Text>,
    /// What to do next.
    pub next: String,
    /// What found it.
    #[serde(skip)]
    pub cause: Cause,
}

/// What lint found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lint {
    /// The day to which ages are counted.
    pub as_of: Day,
    /// At this instant of it; null for the whole day.
    pub at: Option<Instant>,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// How many agreements were read.
    pub agreements: usize,
    /// How many stated dates were computed anew.
    pub recomputed: usize,
    /// How many of them agree with what was stated.
    pub agree: usize,
    /// How many findings are errors.
    pub errors: usize,
    /// How many are warnings.
    pub warnings: usize,
    /// How many are notes.
    pub notes: usize,
    /// The findings: errors first, then by code, agreement and fact.
    pub findings: Vec<Finding>,
}

/// What the one who asks states besides the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assumptions {
    /// Comes into force for each party so long after its instrument, and not before the agreement itself.
    pub each_party_within: Option<Period>,
}

/// What was found in some agreements, one after the other.
#[derive(Default)]
pub struct Findings {
    agreements: usize,
    recomputed: usize,
    agree: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    found: Vec<Finding>,
}

impl Findings {
    /// Reads an agreement, with its facts as they were known.
    pub fn take(&mut self, reference: &Reference, timeline: &Timeline, assuming: Assumptions, asked: Asked) {
        self.agreements += 1;
        let Some(case) = Case::of(reference, timeline, asked.as_of, assuming.each_party_within) else { return };
        let found = found_in(&case);
        self.recomputed += found.recomputed;
        self.agree += found.agree;
        self.add(found.findings);
    }

    /// Adds findings, such as those between agreements.
    pub fn add(&mut self, found: Vec<Finding>) {
        for finding in &found {
            match finding.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Note => self.notes += 1,
            }
        }
        self.found.extend(found);
    }

    /// Hands over the findings that are here; they stay counted.
    pub fn handed_over(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.found)
    }

    /// Adds what was found in other agreements.
    pub fn join(&mut self, other: Self) {
        self.agreements += other.agreements;
        self.recomputed += other.recomputed;
        self.agree += other.agree;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
        self.found.extend(other.found);
    }

    /// The whole of it, with the findings that were not handed over.
    #[must_use]
    pub fn lint(mut self, asked: Asked) -> Lint {
        // What was found in one agreement stays in its order.
        self.found.sort_by(|a, b| (a.severity, a.code, &a.agreement).cmp(&(b.severity, b.code, &b.agreement)));
        Lint {
            as_of: asked.as_of,
            at: asked.at,
            known_at: asked.known_at,
            agreements: self.agreements,
            recomputed: self.recomputed,
            agree: self.agree,
            errors: self.errors,
            warnings: self.warnings,
            notes: self.notes,
            findings: self.found,
        }
    }
}

/// What the checks find in one agreement, in the order of `CHECKS`.
#[must_use]
pub fn found_in(case: &Case<'_>) -> Found {
    let mut found = Found::default();
    for check in CHECKS {
        check(case, &mut found);
    }
    found
}
