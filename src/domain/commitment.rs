//! A commitment as folded from its events, before anybody asks for a day.

use super::day::Day;
use super::edtf::Bounds;
use super::event::commitments::{Reported, Undertaking};
use super::id::{CommitmentId, PartyId};
use super::period::Period;
use super::recurrence::series::Nth;
use super::rule::Rule;
use super::vocabulary::MilestoneStatus;

/// Which fact brought something about, and between which days it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The fact's place in the agreement.
    pub seq: u64,
    /// Between which days.
    pub bounds: Bounds,
}

impl Mark {
    /// Where the fact lies in the order of the facts.
    #[must_use]
    pub const fn place(&self) -> (Day, u64) {
        (self.bounds.latest, self.seq)
    }
}

/// One step in the life of a deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadlineStep {
    /// A rule was set.
    Set(Box<Rule>),
    /// The due date was moved to a day.
    To(super::day::Day),
    /// The due date was moved by a period.
    By(Period),
}

/// How a commitment came to be fulfilled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fulfilment {
    /// The fact that fulfilled it.
    pub mark: Mark,
    /// The fact that confirmed it, if any did.
    pub verified: Option<Mark>,
    /// How many deadline steps were in force then.
    pub steps: usize,
    /// Whether it was closed with a part only.
    pub in_part: bool,
}

/// A report on how a commitment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was reported.
    pub reported: Reported,
    /// By which fact.
    pub mark: Mark,
    /// Whether that fact names a source.
    pub sourced: bool,
    /// The fact that did not accept it, if any.
    pub rejected: Option<Mark>,
}

/// A commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// Its name inside the agreement.
    pub id: CommitmentId,
    /// What was undertaken, amendments applied.
    pub undertaking: Undertaking,
    /// The fact that made it.
    pub made: Mark,
    /// Its deadline's steps, in order, each with the fact and the parties that agreed.
    pub deadline: Vec<(DeadlineStep, Mark, Vec<PartyId>)>,
    /// The reports on it, in order.
    pub reports: Vec<Report>,
    /// How it was fulfilled, if it was.
    pub fulfilment: Option<Fulfilment>,
    /// The fact that let it go, if any.
    pub waived: Option<Mark>,
    /// The fact that withdrew it, if any.
    pub withdrawn: Option<Mark>,
    /// The fact that disputes it, while the dispute is open.
    pub disputed: Option<Mark>,
    /// The last fact about it.
    pub last: Mark,
    /// Which instance of a recurring commitment this is; none for a commitment itself.
    pub instance: Option<Nth>,
    /// The instances of a recurring commitment about which something is on record, in the order of their numbers.
    pub instances: Vec<Self>,
}

impl Commitment {
    /// A commitment that was just made.
    #[must_use]
    pub fn made(id: CommitmentId, undertaking: Undertaking, mark: Mark) -> Self {
        Self {
            id,
            undertaking,
            made: mark.clone(),
            deadline: Vec::new(),
            reports: Vec::new(),
            fulfilment: None,
            waived: None,
            withdrawn: None,
            disputed: None,
            last: mark,
            instance: None,
            instances: Vec::new(),
        }
    }

    /// How often the due date was moved.
    #[must_use]
    pub fn extensions(&self) -> usize {
        self.deadline.iter().filter(|(step, ..)| !matches!(step, DeadlineStep::Set(_))).count()
    }

    /// The rule that the current due date hangs on, with the fact that set it.
    #[must_use]
    pub fn rule(&self) -> Option<(&Rule, &Mark)> {
        self.deadline.iter().rev().find_map(|(step, mark, _)| match step {
            DeadlineStep::Set(rule) => Some((rule.as_ref(), mark)),
            DeadlineStep::To(_) | DeadlineStep::By(_) => None,
        })
    }

    /// Whether nothing more is owed: fulfilled, waived or withdrawn.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.fulfilment.is_some() || self.waived.is_some() || self.withdrawn.is_some()
    }

    /// Takes its fulfilment over; only one in part gives way to another.
    pub(super) fn fulfil(&mut self, mark: &Mark, in_part: bool) {
        if self.fulfilment.as_ref().is_none_or(|earlier| earlier.in_part) {
            let steps = self.deadline.len();
            self.fulfilment = Some(Fulfilment { mark: mark.clone(), verified: None, steps, in_part });
        }
    }

    /// Takes a report over.
    pub(super) fn report(&mut self, reported: &Reported, mark: &Mark, sourced: bool) {
        self.reports.push(Report { reported: reported.clone(), mark: mark.clone(), sourced, rejected: None });
        match reported.status {
            MilestoneStatus::Met => self.fulfil(mark, false),
            MilestoneStatus::PartiallyMet if reported.closed => self.fulfil(mark, true),
            // A later judgement that it was not met takes an earlier claim back.
            MilestoneStatus::NotMet => self.fulfilment = None,
            MilestoneStatus::Started | MilestoneStatus::Progress | MilestoneStatus::PartiallyMet => {}
        }
    }
}
