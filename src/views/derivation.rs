//! Why a commitment is due when it is: the fact it hangs on, the rule, each step of the count, and what was assumed.

use schemars::JsonSchema;
use serde::Serialize;

use super::Asked;
use super::recurrence;
use crate::domain::agreement::Agreement;
use crate::domain::commitment::{Commitment, DeadlineStep};
use crate::domain::day::Day;
use crate::domain::decide::agreement_of;
use crate::domain::due::{self, Due, DueDates};
use crate::domain::fact::{Evidence, Occurred};
use crate::domain::id::{CommitmentId, PartyId, Reference};
use crate::domain::instant::Instant;
use crate::domain::recurrence::{InstanceNumber, Owed, series};
use crate::domain::rule::{Authority, Length, Rule, WhileSuspended};
use crate::domain::status::recurring::{self, Counts};
use crate::domain::status::{CommitmentState, standing};
use crate::domain::suspension;
use crate::domain::text::Text;
use crate::domain::timeline::{Readings, Timeline};

/// The fact that a deadline is counted from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct AnchorView {
    /// The anchor, as the rule has it.
    pub anchor: String,
    /// Whether it has happened, or is a day.
    pub known: bool,
    /// Its earliest possible day.
    pub earliest: Option<Day>,
    /// Its latest possible day.
    pub latest: Option<Day>,
    /// The fact's place in the agreement; null for a day that the rule states, or a computed one.
    pub fact: Option<u64>,
    /// The fact's stored name.
    #[serde(rename = "type")]
    pub kind: Option<&'static str>,
    /// When the fact happened.
    pub occurred: Option<Occurred>,
    /// Where the fact is from.
    pub evidence: Vec<Evidence>,
    /// The places of facts that changed how it is read.
    pub changed_by: Vec<u64>,
}

/// One step towards the due date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Step {
    /// What is done, in words.
    pub words: String,
    /// The earliest day after it; null where that is not known.
    pub earliest: Option<Day>,
    /// The latest day after it; null where that is not known.
    pub latest: Option<Day>,
    /// The fact that brought the step about, where one did.
    pub fact: Option<u64>,
    /// The parties that agreed to it.
    pub agreed_by: Vec<PartyId>,
}

/// Why a commitment is due when it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Derivation {
    /// The day it is about.
    pub as_of: Day,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// The agreement's reference.
    pub agreement: Reference,
    /// The commitment.
    pub commitment: CommitmentId,
    /// Which instance of it; null for a commitment as a whole.
    pub instance: Option<InstanceNumber>,
    /// What was undertaken.
    pub text: Text,
    /// Its state.
    pub state: CommitmentState,
    /// The day after which it is late.
    pub due: Option<Day>,
    /// The earliest day that it can be due.
    pub due_earliest: Option<Day>,
    /// The latest day that it can be due.
    pub due_latest: Option<Day>,
    /// The due date as first set.
    pub original_due: Option<Day>,
    /// The last day of grace, where there is any.
    pub grace_until: Option<Day>,
    /// The rule, as recorded; null where there is no deadline.
    pub rule: Option<Rule>,
    /// What the deadline is counted from.
    pub anchor: Option<AnchorView>,
    /// Each step, in order.
    pub steps: Vec<Step>,
    /// Who says that it is counted so.
    pub authority: Option<Authority>,
    /// What was stated.
    pub stated: Vec<String>,
    /// What the register assumed because nobody stated it.
    pub assumed: Vec<String>,
    /// Of a recurring commitment as a whole, how many instances stand how.
    pub instances: Option<Counts>,
    /// Why the commitment is in its state, in one sentence.
    pub because: String,
}

pub(super) fn spelled(dates: DueDates) -> String {
    match (dates.earliest, dates.latest) {
        (Some(a), Some(b)) if a == b => format!("{} {b}", b.weekday_name()),
        (Some(a), Some(b)) => format!("{a} to {b}"),
        (None, Some(b)) => format!("on or before {b}"),
        (Some(a), None) => format!("on or after {a}"),
        (None, None) => "an unknown day".to_owned(),
    }
}

pub(super) fn count_words(rule: &Rule) -> String {
    let Some(length) = &rule.length else { return "the due date is stated".to_owned() };
    let length = match length {
        Length::Period(period) => period.to_string(),
        Length::WorkingDays(days) => format!("{days} working days"),
        Length::ClearDays(days) => format!("{days} clear days"),
    };
    format!(
        "count {length} {}",
        if rule.direction == crate::domain::rule::Direction::After { "forward" } else { "back" }
    )
}

fn steps(agreement: &Agreement, commitment: &Commitment, day: Day) -> Vec<Step> {
    let mut all = Vec::new();
    let empty = DueDates { earliest: None, latest: None };
    for (at, (step, mark, agreed_by)) in commitment.deadline.iter().enumerate() {
        let due = due::counted_steps(agreement, commitment, at + 1);
        if let (DeadlineStep::Set(rule), true) = (step, recurrence::recurs(step)) {
            all.extend(recurrence::steps(agreement, commitment, rule, mark, &due));
            continue;
        }
        let (words, dates) = match (&step, &due) {
            (DeadlineStep::Set(rule), due) => {
                if let Some(from) = due::resolve(agreement, &rule.anchor).filter(|_| rule.length.is_some()) {
                    let start = format!("start at {}: {}", rule.anchor, spelled(from.days));
                    let (earliest, latest) = (from.days.earliest, from.days.latest);
                    all.push(Step { words: start, earliest, latest, fact: from.fact, agreed_by: Vec::new() });
                }
                match due {
                    Due::On(dates) => (format!("{}: {}", count_words(rule), spelled(*dates)), *dates),
                    Due::Awaiting(anchor) => (format!("wait for {anchor}, which has not happened"), empty),
                    // No suspension is added before the steps are done.
                    Due::Stopped(..) | Due::Undated => ("no deadline".to_owned(), empty),
                    Due::Beyond => ("the date lies outside the years 1 to 9999".to_owned(), empty),
                }
            }
            (DeadlineStep::To(day), _) => {
                let dates = DueDates { earliest: Some(*day), latest: Some(*day) };
                (format!("moved to {}", spelled(dates)), dates)
            }
            (DeadlineStep::By(period), Due::On(dates)) => (format!("moved by {period}: {}", spelled(*dates)), *dates),
            (DeadlineStep::By(period), _) => (format!("moved by {period} once the date is known"), empty),
        };
        let (earliest, latest) = (dates.earliest, dates.latest);
        all.push(Step { words, earliest, latest, fact: Some(mark.seq), agreed_by: agreed_by.clone() });
    }
    all.extend(suspended_steps(agreement, commitment, day));
    all
}

/// One step for each suspension that moves the due date.
fn suspended_steps(agreement: &Agreement, commitment: &Commitment, day: Day) -> Vec<Step> {
    let steps = commitment.deadline.len();
    let counted = due::counted_steps(agreement, commitment, steps);
    let (Due::On(mut before), Some(clock)) = (counted, due::clock(agreement, commitment, steps)) else {
        return Vec::new();
    };
    let counted = before;
    let suspensions = suspension::suspensions(agreement);
    let mut all = Vec::new();
    for (at, suspended) in suspensions.iter().enumerate() {
        let first = suspended.first.latest.map(|first| first.to_string()).unwrap_or_default();
        let (words, dates) = match due::stopped(&suspensions[..=at], clock, counted) {
            Due::On(dates) if dates == before => continue,
            Due::On(dates) => {
                let added = before.latest.zip(dates.latest).map_or(0, |(before, now)| before.days_until(now));
                let last = suspended.last.and_then(|last| last.latest).map(|last| last.to_string()).unwrap_or_default();
                let days = if added == 1 { "1 day".to_owned() } else { format!("{added} days") };
                (format!("the clock stood still from {first} to {last}, {days}: {}", spelled(dates)), dates)
            }
            Due::Stopped(since, _) if day < since => continue,
            Due::Stopped(..) => {
                let words = format!("the clock stands still from {first} on, until the agreement is resumed");
                (words, DueDates { earliest: None, latest: None })
            }
            Due::Undated | Due::Awaiting(_) | Due::Beyond => {
                let words = "with the suspension the date lies outside the years 1 to 9999".to_owned();
                (words, DueDates { earliest: None, latest: None })
            }
        };
        before = dates;
        let (earliest, latest) = (dates.earliest, dates.latest);
        let agreed_by = Vec::new();
        all.push(Step { words, earliest, latest, fact: Some(suspended.begun_by), agreed_by });
    }
    all
}

fn stated_and_assumed(rule: &Rule, suspended: bool) -> (Vec<String>, Vec<String>) {
    let (mut stated, mut assumed) = (Vec::new(), Vec::new());
    let fixed = rule.length.is_none();
    stated.push(if fixed {
        format!("due date {}", rule.anchor)
    } else {
        format!("{} from {}", count_words(rule), rule.anchor)
    });
    if !fixed {
        match rule.first_day {
            Some(word) => stated.push(format!("the first day: {word}d")),
            None => assumed.push("the day it is counted from is not counted itself".to_owned()),
        }
        if let Some(word) = rule.month_end {
            stated.push(format!("month ends: {word:?}").to_lowercase());
        } else {
            let months = matches!(&rule.length, Some(Length::Period(p)) if p.months() > 0 || p.years() > 0);
            if months {
                assumed.push("a month end that does not exist becomes the last day of that month".to_owned());
            }
        }
        assumed.push("days off in between are counted".to_owned());
    }
    assumed.push("the last day does not move when it is a day off".to_owned());
    match rule.while_suspended {
        Some(WhileSuspended::Stops) => stated.push("the clock stops while the agreement is suspended".to_owned()),
        Some(WhileSuspended::Runs) => stated.push("the clock runs on while the agreement is suspended".to_owned()),
        None if suspended => assumed.push("the clock runs on while the agreement is suspended".to_owned()),
        None => {}
    }
    if let Some(floor) = rule.floor {
        stated.push(format!("not before {floor}"));
    }
    if let Some(grace) = rule.grace {
        stated.push(format!("{grace} of grace before it is called overdue"));
    }
    (stated, assumed)
}

fn because(standing_state: CommitmentState, dates: DueDates, grace_until: Option<Day>, day: Day) -> String {
    let due = spelled(dates);
    match standing_state {
        CommitmentState::Withdrawn => "it was withdrawn".to_owned(),
        CommitmentState::Superseded => "its agreement was superseded".to_owned(),
        CommitmentState::Waived => "the party entitled to it let it go".to_owned(),
        CommitmentState::Met => "it was met by the deadline in force when it was met".to_owned(),
        CommitmentState::MetLate => "it was met after the deadline in force when it was met".to_owned(),
        CommitmentState::PartiallyMet => "it was closed with a part of it done".to_owned(),
        CommitmentState::Disputed => "a party disputes it".to_owned(),
        CommitmentState::Suspended => "its agreement is suspended".to_owned(),
        CommitmentState::AwaitingTrigger => "what it is counted from has not happened".to_owned(),
        CommitmentState::Undated => "it has no deadline".to_owned(),
        CommitmentState::Overdue => match dates.latest {
            Some(latest) => {
                let days = latest.days_until(day);
                let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
                format!("{day} is {days} after {latest}, and no fulfilment is on record")
            }
            None => "no fulfilment is on record".to_owned(),
        },
        CommitmentState::PossiblyOverdue => format!("it was due {due}, and {day} lies between the two"),
        CommitmentState::InGrace => match grace_until {
            Some(until) => format!("it was due {due}, and grace runs until {until}"),
            None => format!("it was due {due}"),
        },
        CommitmentState::DueToday => format!("{day} is its due date"),
        CommitmentState::DueSoon | CommitmentState::Pending => format!("it is due {due}"),
    }
}

fn anchor_view(agreement: &Agreement, readings: &Readings, rule: &Rule) -> AnchorView {
    let from = due::resolve(agreement, &rule.anchor);
    let reading = from.and_then(|from| from.fact).and_then(|seq| readings.fact(seq));
    AnchorView {
        anchor: rule.anchor.to_string(),
        known: from.is_some(),
        earliest: from.and_then(|from| from.days.earliest),
        latest: from.and_then(|from| from.days.latest),
        fact: from.and_then(|from| from.fact),
        kind: reading.map(|reading| reading.saying.event.name()),
        occurred: reading.map(|reading| reading.saying.occurred.clone()),
        evidence: reading.map(|reading| reading.saying.evidence.clone()).unwrap_or_default(),
        changed_by: reading.map(|reading| reading.changed_by.clone()).unwrap_or_default(),
    }
}

/// Derives a commitment's due date; none where there is no such commitment by that day.
#[must_use]
pub fn derivation(timeline: &Timeline, owed: Owed, asked: Asked) -> Option<Derivation> {
    let readings = timeline.read();
    let agreement = agreement_of(timeline, &readings, asked.as_of)?;
    let whole = agreement.commitment(owed.commitment)?;
    let instance = match owed.instance {
        Some(number) => Some(series::instance(&agreement, whole, number)?),
        None => None,
    };
    let commitment = instance.as_ref().unwrap_or(whole);
    let standing = standing(&agreement, commitment, asked.as_of);
    let rule = commitment.rule().map(|(rule, _)| rule);
    let has_grace = rule.is_some_and(|rule| rule.grace.is_some());
    let by = recurring::whole(&recurring::instances(&agreement, commitment, asked.as_of), asked.as_of);
    let grace_until = standing.due.latest.filter(|_| has_grace).map(|latest| due::end_of_grace(commitment, latest));
    let suspended = !suspension::suspensions(&agreement).is_empty();
    let (mut stated, mut assumed) = rule.map(|rule| stated_and_assumed(rule, suspended)).unwrap_or_default();
    if let Some(rule) = rule {
        recurrence::stated_and_assumed(&agreement, rule, &mut stated, &mut assumed);
    }
    let because = because(standing.state, standing.due, grace_until, asked.as_of);
    let because = match by {
        Some(whole) => recurrence::because(owed.commitment, &whole, &because),
        None => because,
    };
    Some(Derivation {
        as_of: asked.as_of,
        known_at: asked.known_at,
        agreement: agreement.opened.reference.clone(),
        commitment: owed.commitment,
        instance: owed.instance,
        text: commitment.undertaking.text.clone(),
        state: standing.state,
        due: standing.due.latest,
        due_earliest: standing.due.earliest,
        due_latest: standing.due.latest,
        original_due: standing.original_due,
        grace_until,
        rule: rule.cloned(),
        anchor: rule.filter(|rule| rule.length.is_some()).map(|rule| anchor_view(&agreement, &readings, rule)),
        steps: steps(&agreement, commitment, asked.as_of),
        authority: standing.authority,
        stated,
        assumed,
        instances: standing.instances,
        because,
    })
}
