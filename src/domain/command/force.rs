//! The verb that says how an agreement comes into force, and what such a rule cannot say.

use schemars::JsonSchema;
use serde::Deserialize;

use super::deadline::{Counting, counted_rule};
use super::{Making, Unsaid, Verb};
use crate::domain::day::Day;
use crate::domain::decide::Refusal;
use crate::domain::edtf::Edtf;
use crate::domain::event::Event;
use crate::domain::event::consent::EntryRule;
use crate::domain::id::{CalendarId, PartyId, ProfileId};
use crate::domain::period::{MonthEnd, Period};
use crate::domain::rule::{
    Anchor, Authority, DaysOff, DeadlineNature, FirstDay, Floor, Landing, NTH_MAX, Open, Roll, Which,
};
use crate::domain::share::{Share, Weight};
use crate::domain::text::Line;
use crate::domain::vocabulary::InstrumentDay;

/// Records how the agreement comes into force, or for each party: on a day, or so long after enough have consented.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetEntryIntoForce {
    /// The day on which it comes into force.
    pub date: Option<Day>,
    /// How long after, such as P30D.
    pub within: Option<Period>,
    /// How many working days after.
    pub working_days: Option<u32>,
    /// How many clear days after: neither the first nor the last counts.
    pub clear_days: Option<u32>,
    /// After what: signature, signature:first, signature:PARTY, deposit (of the last of all parties), deposit:first,
    /// deposit:#55, deposit:PARTY, consent likewise (definitive signatures count too), announcement, @7, or a day; with
    /// --each-party also deposit:own and entry-into-force. Left out where conditions are given: the day on which all
    /// are met.
    pub after: Option<Anchor>,
    /// Not before this day; with --each-party also entry-into-force, that of the agreement itself.
    pub floor: Option<Floor>,
    /// It says when it comes into force for each party, after that party's own act.
    #[serde(default)]
    pub each_party: bool,
    /// A condition: so many consents; for the day of the n-th itself write --after deposit:#N.
    pub consents: Option<u32>,
    /// A condition: those who consent make up this part of the total, in per cent (55) or as a fraction (2/3).
    pub share: Option<Share>,
    /// The total of which it is a part; left out: the weights of all declared parties.
    pub share_total: Option<Weight>,
    /// A condition: this party has consented; repeat it.
    #[serde(default)]
    pub needs: Vec<PartyId>,
    /// The day by which an instrument counts; received if left out.
    pub counted_by: Option<InstrumentDay>,
    /// The counting profile; plain if left out.
    pub counting: Option<ProfileId>,
    /// A calendar whose days off matter; repeat it.
    #[serde(default)]
    pub calendar: Vec<CalendarId>,
    /// Whether all calendars must be open, or any.
    pub open: Option<Open>,
    /// What a last day off does; it stays if left out, since nothing has to be done on it.
    pub roll: Option<Roll>,
    /// Whether the day it is counted from counts itself.
    pub first_day: Option<FirstDay>,
    /// Whether days off inside the period count, or are skipped so that it is counted in working days.
    pub days_off: Option<DaysOff>,
    /// What a month end that does not exist becomes: clamp to the last day, or spill to the first of the next.
    pub month_end: Option<MonthEnd>,
    /// Whether the period ends on the day that the count gives, or on the first day of the next month.
    pub landing: Option<Landing>,
    /// The fewest working days that the period must hold.
    pub min_working_days: Option<u32>,
    /// Whether it is counted as an effect, which it is if left out, or as an act.
    pub nature: Option<DeadlineNature>,
    /// Whether a source states how it is counted, or the register assumes it.
    pub authority: Option<Authority>,
    /// The clause that says so.
    pub clause: Option<Line>,
}

impl Verb for SetEntryIntoForce {
    const NAME: &'static str = "set-entry-into-force";
    const EXAMPLE: &'static str =
        "servanda set-entry-into-force beijing-treaty --after deposit:#30 --within P3M --clause \"Article 26\"";
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let mut counting = Counting {
            due: self.date.map(Edtf::from),
            working_days: self.working_days,
            clear_days: self.clear_days,
            floor: self.floor,
            counting: self.counting,
            calendar: self.calendar,
            open: self.open,
            roll: self.roll,
            first_day: self.first_day,
            days_off: self.days_off,
            month_end: self.month_end,
            landing: self.landing,
            min_working_days: self.min_working_days,
            nature: self.nature,
            authority: self.authority,
            ..Counting::default()
        };
        let counts = self.working_days.is_some() || self.clear_days.is_some();
        let conditional = self.consents.is_some() || self.share.is_some() || !self.needs.is_empty();
        if self.date.is_none() {
            // "On signature" is a period of no days after it.
            counting.within = self.within.or_else(|| Period::parse("P0D").ok().filter(|_| !counts));
            counting.after = self.after.or_else(|| conditional.then_some(Anchor::Conditions));
        } else if self.within.is_some() || counts || self.after.is_some() {
            return Err(Refusal::Field {
                field: "date",
                why: "give either the day or what it is counted from, not both".to_owned(),
            });
        }
        let mut entry = EntryRule {
            rule: counted_rule(counting, making, DeadlineNature::Effect)?,
            each_party: self.each_party,
            consents: self.consents,
            share: self.share,
            share_total: self.share_total,
            needs: self.needs,
            counted_by: self.counted_by,
            clause: self.clause,
        };
        entry.needs.sort();
        entry.needs.dedup();
        possible(&entry)?;
        Ok(Event::EntryIntoForceSet(entry))
    }
}

/// Refuses a rule that could never be satisfied, or that hangs on what it decides itself.
///
/// # Errors
///
/// A [`Refusal`] that names the field.
pub(super) fn possible(entry: &EntryRule) -> Result<(), Refusal> {
    let wrong = |field, why: String| Err(Refusal::Field { field, why });
    if let Some(consents) = entry.consents.filter(|consents| !(1..=NTH_MAX).contains(consents)) {
        return wrong("consents", format!("{consents} is not a number of parties from 1 to {NTH_MAX}"));
    }
    if entry.share_total.is_some() && entry.share.is_none() {
        return wrong("share_total", "a total alone is no condition: give the share of it".to_owned());
    }
    if let Some(total) = entry.share_total.filter(|total| total.parts() == 0) {
        return wrong("share_total", format!("of a total of {total} no share can be reached"));
    }
    let conditional = entry.consents.is_some() || entry.share.is_some() || !entry.needs.is_empty();
    let anchor = &entry.rule.anchor;
    match anchor {
        Anchor::EntryIntoForceFor(_) => wrong("after", format!("{anchor} is itself decided by this rule")),
        Anchor::EntryIntoForce if !entry.each_party => {
            wrong("after", "entry into force cannot be counted from itself".to_owned())
        }
        Anchor::Consent(_, Which::Own) if !entry.each_party => wrong(
            "after",
            format!("{anchor} is each party's own: give --each-party with it, or {}", own_of_all(anchor)),
        ),
        Anchor::Conditions if entry.each_party || !conditional => {
            wrong("after", "conditions are counted from only where the agreement's own rule states some".to_owned())
        }
        _ if !entry.each_party && entry.rule.floor == Some(Floor::EntryIntoForce) => wrong(
            "floor",
            "the agreement cannot wait for its own entry into force: give a day, or --each-party".to_owned(),
        ),
        _ if entry.each_party && conditional => wrong(
            "each_party",
            "consents, share and needs are conditions for the agreement: give them in its own rule".to_owned(),
        ),
        _ => Ok(()),
    }
}

/// The same word for the last of all parties.
fn own_of_all(anchor: &Anchor) -> String {
    anchor.to_string().replace(":own", "")
}
