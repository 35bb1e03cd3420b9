//! The verbs about deadlines, and how their options make a rule.

use schemars::JsonSchema;
use serde::Deserialize;

use super::countable::countable;
use super::{Making, Subject, Unsaid, Verb, recurring};
use crate::domain::day::Day;
use crate::domain::decide::Refusal;
use crate::domain::due;
use crate::domain::edtf::Edtf;
use crate::domain::event::Event;
use crate::domain::event::commitments::{DeadlineSet, Extended, Undertaking};
use crate::domain::id::{CalendarId, CommitmentId, PartyId, ProfileId};
use crate::domain::objection::Objection;
use crate::domain::period::{MonthEnd, Period};
use crate::domain::recurrence::{InstanceNumber, Owed, RepeatFrom, series};
use crate::domain::rule::{
    Anchor, Authority, DaysOff, DeadlineNature, Direction, FirstDay, Floor, Landing, Length, Open, PLAIN, Roll, Rule,
    Which, WhileSuspended,
};
use crate::domain::text::{Line, Text};
use crate::domain::vocabulary::{Bindingness, Nature};
use crate::domain::zone::{ClockTime, ZoneName};

/// The options from which a rule is made.
#[derive(Clone, Debug, Default)]
pub struct Counting {
    /// A fixed due date.
    pub due: Option<Edtf>,
    /// A calendar period.
    pub within: Option<Period>,
    /// Working days.
    pub working_days: Option<u32>,
    /// Clear days.
    pub clear_days: Option<u32>,
    /// Counted forward from this.
    pub after: Option<Anchor>,
    /// Counted back from this.
    pub before: Option<Anchor>,
    /// The counting profile.
    pub counting: Option<ProfileId>,
    /// Calendars.
    pub calendar: Vec<CalendarId>,
    /// Which calendars must be open.
    pub open: Option<Open>,
    /// What a last day off does.
    pub roll: Option<Roll>,
    /// Whether the anchor's day counts.
    pub first_day: Option<FirstDay>,
    /// What days off inside the period do.
    pub days_off: Option<DaysOff>,
    /// What a month end that does not exist becomes.
    pub month_end: Option<MonthEnd>,
    /// On which day a period comes to rest.
    pub landing: Option<Landing>,
    /// Not before this day, or not before the agreement's entry-into-force.
    pub floor: Option<Floor>,
    /// How long after the due date it is not yet called overdue.
    pub grace: Option<Period>,
    /// The fewest working days in the period.
    pub min_working_days: Option<u32>,
    /// The time of day at which the last day ends.
    pub cut_off: Option<ClockTime>,
    /// The zone in which the last day ends.
    pub zone: Option<ZoneName>,
    /// Act or effect.
    pub nature: Option<DeadlineNature>,
    /// What the clock does while the agreement is suspended.
    pub while_suspended: Option<WhileSuspended>,
    /// Who says so.
    pub authority: Option<Authority>,
}

fn wrong<T>(field: &'static str, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Field { field, why: why.into() })
}

/// Makes a rule of its options, and counts it once where its anchor is known, so that a date that cannot be is
/// refused now. `usual` is an act or an effect, for a rule that does not say which it is.
///
/// # Errors
///
/// A [`Refusal`] when options are missing, contradict each other, need a calendar that nobody named, or lead outside
/// the years that there are.
pub fn counted_rule(counting: Counting, making: &Making<'_>, usual: DeadlineNature) -> Result<Rule, Refusal> {
    let length = length(&counting)?;
    let (anchor, direction) = match (&counting.due, &length, counting.after, counting.before) {
        (Some(due), None, None, None) => (Anchor::On(*due), Direction::After),
        (Some(_), ..) => return wrong("due", "a fixed due date is not counted from anything: leave the others out"),
        (None, _, Some(_), Some(_)) => return wrong("before", "give either what it comes after or before, not both"),
        (None, Some(_), Some(after), None) => (after, Direction::After),
        (None, Some(_), None, Some(before)) => (before, Direction::Before),
        (None, Some(_), None, None) => {
            return wrong("after", "say from what it is counted, such as --after signature, or --before a day");
        }
        (None, None, Some(_), None) => {
            return wrong("within", "say how long after, such as --within P30D or --working-days 5");
        }
        (None, None, None, Some(_)) => {
            return wrong("within", "say how long before, such as --within P30D or --working-days 5");
        }
        (None, None, None, None) => {
            return wrong("due", "give the due date, or a period and from what it is counted");
        }
    };
    if let Anchor::On(day) = &anchor
        && day.earliest().is_none()
        && day.latest().is_none()
    {
        return wrong("after", format!("{day} gives neither an earliest nor a latest day to count from"));
    }
    if counting.while_suspended == Some(WhileSuspended::Stops) && direction == Direction::Before {
        return wrong("while_suspended", "a deadline counted back from a later day has no clock that could stop");
    }
    let named_profile = counting.counting.is_some();
    let fixed = length.is_none();
    let rule = Rule {
        anchor,
        length,
        direction,
        profile: match counting.counting {
            Some(profile) => profile,
            None => ProfileId::parse(PLAIN).map_err(|e| Refusal::Field { field: "counting", why: e.to_string() })?,
        },
        calendars: counting.calendar,
        open: counting.open,
        first_day: counting.first_day,
        days_off: counting.days_off,
        month_end: counting.month_end,
        landing: counting.landing,
        roll: counting.roll,
        floor: counting.floor,
        grace: counting.grace,
        min_working_days: counting.min_working_days,
        cut_off: counting.cut_off,
        zone: counting.zone,
        nature: counting.nature,
        repeat: None,
        repeat_from: None,
        while_suspended: counting.while_suspended,
        authority: counting.authority.unwrap_or(if fixed || named_profile {
            Authority::Stated
        } else {
            Authority::Assumed
        }),
    };
    check_anchor(&rule, making)?;
    countable(&rule, usual, making)?;
    Ok(rule)
}

/// The one length that the options give.
fn length(counting: &Counting) -> Result<Option<Length>, Refusal> {
    let given = [
        counting.within.map(|period| ("within", Length::Period(period))),
        counting.working_days.map(|days| ("working_days", Length::WorkingDays(days))),
        counting.clear_days.map(|days| ("clear_days", Length::ClearDays(days))),
    ];
    let mut given = given.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some((one, _)), Some((other, _))) => wrong(other, format!("give one length: {one} says another")),
        (first, _) => Ok(first.map(|(_, length)| length)),
    }
}

/// The anchor must be able to happen.
fn check_anchor(rule: &Rule, making: &Making<'_>) -> Result<(), Refusal> {
    let Some(agreement) = making.agreement else { return Ok(()) };
    let missing = |objection| Err(Refusal::against(0, objection));
    let list = |names: Vec<String>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    match &rule.anchor {
        Anchor::SignatureOf(party) | Anchor::EntryIntoForceFor(party) | Anchor::Consent(_, Which::Of(party))
            if agreement.party(party).is_none() =>
        {
            let declared = list(agreement.parties.iter().map(|record| record.party.id.to_string()).collect());
            return missing(Objection::PartyNotDeclared { party: party.clone(), declared });
        }
        Anchor::Fulfilment(commitment) | Anchor::FulfilmentOf(commitment, _)
            if agreement.commitment(*commitment).is_none() =>
        {
            let made = list(agreement.commitments.iter().map(|c| c.id.to_string()).collect());
            return missing(Objection::NoSuchCommitment { commitment: *commitment, made });
        }
        Anchor::FulfilmentOf(commitment, number) => {
            if let Some(commitment) = agreement.commitment(*commitment)
                && series::instance(agreement, commitment, *number).is_none()
            {
                let owed = Owed { commitment: commitment.id, instance: Some(*number) };
                let there = series::there_are(agreement, commitment);
                return missing(Objection::NoSuchInstance { owed, there });
            }
        }
        Anchor::Event(event) if making.readings.fact(*event).is_none() => {
            return missing(Objection::NoSuchFact { event: *event });
        }
        _ => {}
    }
    Ok(())
}

/// Sets a deadline: a due date, or a period counted from something. With a text it makes the commitment too.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetDeadline {
    /// What is undertaken; leave it out for a commitment that is on record, as REF/c1.
    pub text: Option<Text>,
    /// The commitment on record.
    pub commitment: Option<CommitmentId>,
    /// Who owes it; repeat it.
    #[serde(default)]
    pub owed_by: Vec<PartyId>,
    /// To whom; repeat it.
    #[serde(default)]
    pub owed_to: Vec<PartyId>,
    /// A fixed due date (EDTF).
    pub due: Option<Edtf>,
    /// A calendar period, such as P30D, P3M, P2W.
    pub within: Option<Period>,
    /// A number of working days.
    pub working_days: Option<u32>,
    /// A number of clear days: neither the first nor the last counts.
    pub clear_days: Option<u32>,
    /// Counted forward from: signature, signature:first, signature:PARTY, deposit, deposit:first, deposit:#55,
    /// deposit:PARTY, consent likewise, entry-into-force, entry-into-force:PARTY, announcement, formation:wg1,
    /// fulfilment:c2, @7 or REF@7, or a day.
    pub after: Option<Line>,
    /// Counted back from: the same words as for --after.
    pub before: Option<Line>,
    /// The counting profile; plain if left out.
    pub counting: Option<ProfileId>,
    /// A calendar whose days off matter; repeat it.
    #[serde(default)]
    pub calendar: Vec<CalendarId>,
    /// Whether all calendars must be open, or any.
    pub open: Option<Open>,
    /// What a last day off does.
    pub roll: Option<Roll>,
    /// Whether the day it is counted from counts itself.
    pub first_day: Option<FirstDay>,
    /// Whether days off inside the period count, or are skipped so that it is counted in working days.
    pub days_off: Option<DaysOff>,
    /// What a month end that does not exist becomes: clamp to the last day, or spill to the first of the next.
    pub month_end: Option<MonthEnd>,
    /// Whether the period ends on the day that the count gives, or on the first day of the next month.
    pub landing: Option<Landing>,
    /// Not before this day, or not before the agreement's entry-into-force.
    pub floor: Option<Floor>,
    /// How long after the due date it is not yet called overdue.
    pub grace: Option<Period>,
    /// The fewest working days that the period must hold.
    pub min_working_days: Option<u32>,
    /// The time of day at which the last day ends, such as 17:00; the end of the day if left out.
    pub cut_off: Option<ClockTime>,
    /// The IANA time zone in which the last day ends.
    pub zone: Option<ZoneName>,
    /// By which rule it recurs (RFC 5545), such as FREQ=MONTHLY;INTERVAL=3;COUNT=8, or …;UNTIL=20281231.
    pub repeat: Option<Line>,
    /// From where the next instance is counted: from the first due date, or from the fulfilment of the one before.
    pub repeat_from: Option<RepeatFrom>,
    /// Whether something has to be done by then, or takes effect.
    pub nature: Option<DeadlineNature>,
    /// Whether its time runs on while the agreement is suspended, or stops; it runs if left out.
    pub while_suspended: Option<WhileSuspended>,
    /// Whether a source states how it is counted, or the register assumes it.
    pub authority: Option<Authority>,
    /// A result, best efforts, or an intention: of the commitment that is made.
    pub owed: Option<Nature>,
    /// How far the commitment that is made binds.
    pub bindingness: Option<Bindingness>,
    /// The clause that it is in.
    pub clause: Option<Line>,
}

impl Verb for SetDeadline {
    const NAME: &'static str = "set-deadline";
    const EXAMPLE: &'static str = "servanda set-deadline pk-ps-health-2025 \"Form the Health Working Group\" --within P30D --after signature --owed-by pk --owed-to ps";
    const TEXT: Option<(&'static str, bool)> = Some(("text", false));
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let anchor = |field, word: Option<Line>| word.map(|word| read_anchor(field, &word, making)).transpose();
        let counting = Counting {
            due: self.due,
            within: self.within,
            working_days: self.working_days,
            clear_days: self.clear_days,
            after: anchor("after", self.after)?,
            before: anchor("before", self.before)?,
            counting: self.counting,
            calendar: self.calendar,
            open: self.open,
            roll: self.roll,
            first_day: self.first_day,
            days_off: self.days_off,
            month_end: self.month_end,
            landing: self.landing,
            floor: self.floor,
            grace: self.grace,
            min_working_days: self.min_working_days,
            cut_off: self.cut_off,
            zone: self.zone,
            nature: self.nature,
            while_suspended: self.while_suspended,
            authority: self.authority,
        };
        if let Some(anchor @ (Anchor::Conditions | Anchor::Consent(_, Which::Own))) = counting.after.as_ref() {
            return wrong("after", format!("{anchor} is counted from in set-entry-into-force only"));
        }
        if let Some(anchor @ (Anchor::Conditions | Anchor::Consent(_, Which::Own))) = counting.before.as_ref() {
            return wrong("before", format!("{anchor} is counted from in set-entry-into-force only"));
        }
        let rule = counted_rule(counting, making, DeadlineNature::Act)?;
        let rule = recurring::repeated(rule, self.repeat.as_ref(), self.repeat_from, making)?;
        let (commitment, undertaking) = match (self.commitment, self.text) {
            (Some(_), Some(_)) => {
                return wrong("text", "give either a text, which makes a commitment, or the commitment on record");
            }
            (None, None) => return wrong("text", "say what is undertaken, or which commitment: REF/c1"),
            (Some(commitment), None) => {
                let extra = [
                    ("owed_by", !self.owed_by.is_empty()),
                    ("owed_to", !self.owed_to.is_empty()),
                    ("owed", self.owed.is_some()),
                    ("bindingness", self.bindingness.is_some()),
                    ("clause", self.clause.is_some()),
                ];
                if let Some((field, _)) = extra.into_iter().find(|(_, given)| *given) {
                    return wrong(
                        field,
                        format!("{commitment} is on record with what it says; correct it, or amend it"),
                    );
                }
                (commitment, None)
            }
            (None, Some(text)) => (
                making.next_commitment(),
                Some(Undertaking {
                    text,
                    owed_by: self.owed_by,
                    owed_to: self.owed_to,
                    nature: self.owed,
                    bindingness: self.bindingness,
                    clause: self.clause,
                }),
            ),
        };
        if matches!(rule.anchor, Anchor::Fulfilment(own) | Anchor::FulfilmentOf(own, _) if own == commitment) {
            return wrong("after", format!("{commitment} cannot be counted from its own fulfilment"));
        }
        Ok(Event::DeadlineSet(DeadlineSet { commitment, undertaking, rule }))
    }
}

/// Reads an anchor, where `REF@7` of the same agreement is `@7`.
fn read_anchor(field: &'static str, word: &Line, making: &Making<'_>) -> Result<Anchor, Refusal> {
    let word = word.as_str();
    let own = word.strip_prefix(making.reference.as_str()).filter(|rest| rest.starts_with('@'));
    if own.is_none() && word.contains('@') && !word.starts_with('@') {
        return wrong(field, format!("{word} is a fact of another agreement; count from a fact of this one"));
    }
    Anchor::parse(own.unwrap_or(word)).map_err(|e| Refusal::Field { field, why: e.to_string() })
}

/// Moves a deadline by agreement; the first due date and the slippage stay visible.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendDeadline {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs; REF/c1.3 says so too.
    pub instance: Option<InstanceNumber>,
    /// The new due date.
    pub to: Option<Day>,
    /// By how much, where that is stated instead.
    pub by: Option<Period>,
    /// A party that agreed; repeat it.
    #[serde(default)]
    pub agreed_by: Vec<PartyId>,
}

impl Verb for ExtendDeadline {
    const NAME: &'static str = "extend-deadline";
    const EXAMPLE: &'static str = "servanda extend-deadline pk-ps-health-2025/c1 --to 2025-11-30 --agreed-by pk --agreed-by ps --reason \"at Palestine's request\"";
    const SUBJECT: Subject = Subject::Commitment;
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        match (&self.to, &self.by) {
            (Some(_), Some(_)) => return wrong("to", "give either the new due date or by how much, not both"),
            (None, None) => return wrong("to", "give the new due date, or by how much: --by P14D"),
            (None, Some(by)) if by.is_zero() => return wrong("by", "moving it by no days moves nothing"),
            (None, Some(by)) => {
                let agreement = making.agreement;
                let commitment = agreement.and_then(|agreement| agreement.commitment(self.commitment));
                let due = agreement.zip(commitment).and_then(|(agreement, commitment)| match self.instance {
                    None => Some(due::current(agreement, commitment)),
                    Some(number) => series::instance(agreement, commitment, number)
                        .map(|instance| due::current(agreement, &instance)),
                });
                if let Some(due::Due::On(dates)) = due
                    && let Some(latest) = dates.latest
                    && by.add_to(latest, MonthEnd::Clamp).is_none()
                {
                    return Err(Refusal::BeyondCalendar { what: format!("{latest} moved by {by}") });
                }
            }
            (Some(_), None) => {}
        }
        Ok(Event::DeadlineExtended(Extended {
            commitment: self.commitment,
            instance: self.instance,
            to: self.to,
            by: self.by,
            agreed_by: self.agreed_by,
        }))
    }
}
