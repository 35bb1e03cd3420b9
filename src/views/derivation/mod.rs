//! Why a commitment is due when it is: the fact it hangs on, the rule, each step of the count, and what was assumed.
//!
//! `anchor`, `steps`, `terms` and `others` speak of any date that is computed by a rule; what is told of a commitment
//! beyond that is put together here, and of every other date in `dates`, with `force` and `term`.

pub mod anchor;
pub mod dates;
mod force;
pub mod others;
pub mod steps;
mod term;
pub mod terms;

use schemars::JsonSchema;
use serde::Serialize;

use super::Asked;
use super::document::{RedactedView, redacted_views};
use super::outcome::RemarkView;
use super::recurrence;
use crate::domain::agreement::Agreement;
use crate::domain::commitment::{Commitment, DeadlineStep};
use crate::domain::counting::terms::Terms;
use crate::domain::counting::{BeyondKnown, DueDates};
use crate::domain::day::Day;
use crate::domain::decide::agreement_of;
use crate::domain::due::{self, Due};
use crate::domain::id::{CommitmentId, Reference};
use crate::domain::instant::Instant;
use crate::domain::recurrence::{InstanceNumber, Owed, series};
use crate::domain::rule::{Authority, DeadlineNature, Rule};
use crate::domain::status::recurring::{self, Counts};
use crate::domain::status::{CommitmentState, Standing, standing_at};
use crate::domain::suspension;
use crate::domain::text::Text;
use crate::domain::timeline::Timeline;
use crate::domain::zone::{ClockTime, Shown, ZoneName};
use anchor::{AnchorView, anchor_view};
use others::{OtherProfile, other_profiles};
use steps::{Step, counted_steps, spelled};
use terms::{CalendarView, ProfileView, Said, calendar_views, profile_view, said};

/// How a due date comes about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Derivation {
    /// The day it is about.
    pub as_of: Day,
    /// At this instant of it; null for the whole day.
    pub at: Option<Instant>,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// The agreement's reference.
    pub agreement: Reference,
    /// Which date, by the word that `why` takes.
    pub date: String,
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
    /// The zone in which the last day ends, where the deadline says where or when that is.
    pub zone: Option<ZoneName>,
    /// The time of day at which it ends there; null: with the day.
    pub cut_off: Option<ClockTime>,
    /// The first moment after the last day, where the deadline says where or when that ends.
    pub ends_at: Option<Instant>,
    /// Where the count reached a day that a calendar does not know, so that the date stays open.
    pub beyond_calendar: Option<BeyondKnown>,
    /// The due date as first set.
    pub original_due: Option<Day>,
    /// The last day of grace, where there is any.
    pub grace_until: Option<Day>,
    /// The rule, as recorded; null where there is no deadline.
    pub rule: Option<Rule>,
    /// The counting profile of the rule.
    pub profile: Option<ProfileView>,
    /// The calendars by which days off are known.
    pub calendars: Vec<CalendarView>,
    /// What the deadline is counted from.
    pub anchor: Option<AnchorView>,
    /// Each step, in order.
    pub steps: Vec<Step>,
    /// What has to be said beside the date.
    pub remarks: Vec<RemarkView>,
    /// Who says that it is counted so.
    pub authority: Option<Authority>,
    /// What was stated.
    pub stated: Vec<String>,
    /// What the counting profile supplies because nobody stated it.
    pub by_profile: Vec<String>,
    /// What the register assumed because nobody stated it.
    pub assumed: Vec<String>,
    /// Of a recurring commitment as a whole, how many instances stand how.
    pub instances: Option<Counts>,
    /// What the rule would give under each other counting profile, before anything moved the date.
    pub other_profiles: Vec<OtherProfile>,
    /// What was taken out of the agreement's facts on legal duty; the date is counted without it.
    pub redacted: Vec<RedactedView>,
    /// Why the commitment is in its state, in one sentence.
    pub because: String,
}

/// Each step of a commitment's deadline: the rules, with their counts, and what moved it since.
fn steps(agreement: &Agreement, commitment: &Commitment, day: Day) -> Vec<Step> {
    let mut all = Vec::new();
    let nowhere = DueDates { earliest: None, latest: None };
    for (at, (step, mark, agreed_by)) in commitment.deadline.iter().enumerate() {
        let due = due::counted_steps(agreement, commitment, at + 1);
        if let (DeadlineStep::Set(rule), true) = (step, recurrence::recurs(step)) {
            all.extend(recurrence::steps(agreement, commitment, rule, mark, &due));
            continue;
        }
        let (words, dates) = match (&step, &due) {
            (DeadlineStep::Set(rule), _) => {
                all.extend(of_the_rule(agreement, rule, mark.seq));
                continue;
            }
            (DeadlineStep::To(day), _) => {
                let dates = DueDates { earliest: Some(*day), latest: Some(*day) };
                (format!("moved to {}", spelled(dates)), dates)
            }
            (DeadlineStep::By(period), Due::On(dates)) => (format!("moved by {period}: {}", spelled(*dates)), *dates),
            (DeadlineStep::By(period), _) => (format!("moved by {period} once the date is known"), nowhere),
        };
        all.push(Step { fact: Some(mark.seq), agreed_by: agreed_by.clone(), ..Step::to(words, dates) });
    }
    all.extend(suspended_steps(agreement, commitment, day));
    all
}

/// One step for each suspension that moves the due date.
fn suspended_steps(agreement: &Agreement, commitment: &Commitment, day: Day) -> Vec<Step> {
    let steps = commitment.deadline.len();
    let counted = due::before_rolling(agreement, commitment, steps);
    let (Some(counted), Some(clock)) = (counted, due::clock(agreement, commitment, steps)) else { return Vec::new() };
    let Some((rule, _)) = commitment.rule() else { return Vec::new() };
    let mut before = counted;
    let suspensions = suspension::suspensions(agreement);
    let mut all = Vec::new();
    for (at, suspended) in suspensions.iter().enumerate() {
        let first = suspended.first.latest.map(|first| first.to_string()).unwrap_or_default();
        let (words, dates) = match due::stopped(agreement, rule, &suspensions[..=at], clock, counted) {
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
        all.push(Step { fact: Some(suspended.begun_by), ..Step::to(words, dates) });
    }
    if let (false, Due::On(rolled)) = (all.is_empty(), due::current(agreement, commitment))
        && rolled != before
    {
        let to = if rolled.latest < before.latest { "back to the last open day" } else { "on to the next open day" };
        all.push(Step::to(format!("a day off, so {to}: {}", spelled(rolled)), rolled));
    }
    all
}

/// The steps of a deadline's rule, which one fact set.
fn of_the_rule(agreement: &Agreement, rule: &Rule, fact: u64) -> Vec<Step> {
    let nowhere = DueDates { earliest: None, latest: None };
    let waits = |anchor| {
        let words = format!("wait for {anchor}, which has not happened");
        vec![Step { fact: Some(fact), ..Step::to(words, nowhere) }]
    };
    let Some(from) = due::resolve(agreement, &rule.anchor) else { return waits(&rule.anchor) };
    let floor = due::floor(agreement, rule);
    let known = floor.clone().unwrap_or_default();
    let days = due::stated_due(rule, from.days);
    let almanac = &agreement.almanac;
    let mut all = counted_steps(rule, DeadlineNature::Act, almanac, (days, from.fact), known, Some(fact));
    if let Err(awaited) = floor {
        all.extend(waits(&awaited));
    }
    all
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
    let standing = standing_at(&agreement, commitment, asked.moment());
    let rule = commitment.rule().map(|(rule, _)| rule);
    let has_grace = rule.is_some_and(|rule| rule.grace.is_some());
    let grace_until = standing.due.latest.filter(|_| has_grace).map(|latest| due::end_of_grace(commitment, latest));
    let almanac = &agreement.almanac;
    let terms = rule.and_then(|rule| Terms::of(rule, DeadlineNature::Act, almanac).ok());
    let mut steps = steps(&agreement, commitment, asked.as_of);
    steps.extend(of_the_day_end(&standing, commitment.rule().map(|(_, mark)| mark.seq)));
    let suspended = !suspension::suspensions(&agreement).is_empty();
    let Said { mut stated, by_profile, mut assumed } =
        rule.map(|rule| said(rule, terms.as_ref(), almanac.zone(), suspended)).unwrap_or_default();
    if let Some(rule) = rule {
        recurrence::stated_and_assumed(&agreement, rule, &mut stated, &mut assumed);
    }
    let because = because(&standing, grace_until, asked);
    let running = standing.judged_on.unwrap_or(asked.as_of);
    let by = recurring::whole(&recurring::instances(&agreement, commitment, asked.as_of), running);
    let because = match by {
        Some(whole) => recurrence::because(owed.commitment, &whole, &because),
        None => because,
    };
    // What is to be said of the count is said of its first date, which is no instance's own.
    let once = rule.filter(|rule| rule.repeat.is_none());
    let counted = once.and_then(|rule| due::counted(&agreement, rule).ok()).and_then(Result::ok);
    let told_on = standing.due.latest.or(standing.due.earliest).unwrap_or(asked.as_of);
    let other_profiles = once.filter(|rule| rule.length.is_some()).map(|rule| {
        other_profiles(rule, almanac, |rule| due::counted(&agreement, rule).map_err(|anchor| anchor.to_string()))
    });
    Some(Derivation {
        as_of: asked.as_of,
        at: asked.at,
        known_at: asked.known_at,
        agreement: agreement.opened.reference.clone(),
        date: owed.to_string(),
        commitment: owed.commitment,
        instance: owed.instance,
        text: commitment.undertaking.text.clone(),
        state: standing.state,
        due: standing.due.latest,
        due_earliest: standing.due.earliest,
        due_latest: standing.due.latest,
        zone: standing.end.as_ref().map(|end| end.zone.clone()),
        cut_off: standing.end.as_ref().and_then(|end| end.cut_off),
        ends_at: standing.ends_at,
        beyond_calendar: standing.beyond,
        original_due: standing.original_due,
        grace_until,
        rule: rule.cloned(),
        profile: rule.and_then(|rule| profile_view(rule, almanac)),
        calendars: terms.as_ref().map(|terms| calendar_views(terms, told_on)).unwrap_or_default(),
        anchor: rule
            .filter(|rule| rule.length.is_some())
            .map(|rule| anchor_view(&agreement, timeline, &readings, rule)),
        steps,
        remarks: counted.iter().flat_map(|counted| &counted.remarks).map(RemarkView::from).collect(),
        authority: standing.authority,
        stated,
        by_profile,
        assumed,
        other_profiles: other_profiles.unwrap_or_default(),
        instances: standing.instances,
        redacted: redacted_views(timeline),
        because,
    })
}

/// The end of the last day, where the deadline says where or when that is.
fn of_the_day_end(standing: &Standing, fact: Option<u64>) -> Option<Step> {
    let (end, latest) = standing.end.as_ref().zip(standing.due.latest)?;
    let time = end.cut_off.unwrap_or(ClockTime::END);
    let words = match end.ends(latest) {
        None => format!("the last day ends at {time} in {}, outside the years 1 to 9999", end.zone),
        Some((at, shown)) => {
            let how = match shown {
                Shown::Once => "",
                Shown::Never => ", which the clocks there pass over, so it ends as they do",
                Shown::Twice => ", which the clocks there show twice, so it ends with the second",
            };
            format!("the last day ends at {time} in {}{how}: {}", end.zone, at.plain())
        }
    };
    Some(Step { fact, ..Step::to(words, standing.due) })
}

fn days_in_words(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

fn because(standing: &Standing, grace_until: Option<Day>, asked: Asked) -> String {
    let dates = standing.due;
    let day = standing.judged_on.unwrap_or(asked.as_of);
    let due = spelled(dates);
    // At an instant it is the end of the last day that counts, wherever the register is.
    let ended = asked.at.and(standing.ends_at).zip(dates.latest);
    match standing.state {
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
        CommitmentState::Overdue if let Some((ended, latest)) = ended => {
            let days = days_in_words(latest.days_until(day));
            format!("its last day ended at {}, {days} begun since, and no fulfilment is on record", ended.plain())
        }
        CommitmentState::Overdue => match dates.latest {
            Some(latest) => {
                let days = days_in_words(latest.days_until(day));
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
