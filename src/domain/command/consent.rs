//! The verbs about text, signature, consent and entry into force.

use schemars::JsonSchema;
use serde::Deserialize;

use super::deadline::{Counting, counted_rule};
use super::{Making, Subject, Unsaid, Verb};
use crate::domain::day::Day;
use crate::domain::decide::Refusal;
use crate::domain::edtf::Edtf;
use crate::domain::event::Event;
use crate::domain::event::consent::{
    Adopted, Deposited, EnteredIntoForce, EntryRule, Initialled, Objection, Signed, Statement,
};
use crate::domain::id::{CalendarId, PartyId, ProfileId};
use crate::domain::period::{MonthEnd, Period};
use crate::domain::rule::{Anchor, Authority, DaysOff, DeadlineNature, FirstDay, Landing, Open, Roll};
use crate::domain::text::{Line, Text};
use crate::domain::vocabulary::{InstrumentKind, SignatureMode};

/// Records that the negotiators settled the text.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adopt {
    /// Where.
    pub place: Option<Line>,
}

impl Verb for Adopt {
    const NAME: &'static str = "adopt";
    const EXAMPLE: &'static str = "servanda adopt pk-ps-health-2025 --on 2025-09-16 --place Islamabad";
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::TextAdopted(Adopted { place: self.place }))
    }
}

/// Records a party's initials under the text, which authenticate it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Initial {
    /// Which party.
    pub party: PartyId,
    /// Whose hand.
    pub by: Option<Line>,
    /// Where.
    pub place: Option<Line>,
}

impl Verb for Initial {
    const NAME: &'static str = "initial";
    const EXAMPLE: &'static str = "servanda initial pk-ps-health-2025 --party ps --on 2025-09-16";
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::TextInitialled(Initialled { party: self.party, by: self.by, place: self.place }))
    }
}

/// Records a party's signature.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// Which party.
    pub party: PartyId,
    /// The signatory, as "Name, Title"; leave it out where the source names nobody.
    pub by: Option<Line>,
    /// The signatory's title, where it is not in --by.
    pub title: Option<Line>,
    /// How the signature was given.
    pub mode: Option<SignatureMode>,
    /// Where.
    pub place: Option<Line>,
}

impl Verb for Sign {
    const NAME: &'static str = "sign";
    const EXAMPLE: &'static str = "servanda sign pk-ps-health-2025 --party pk --by \"Syed Mustafa Kamal, Federal Minister for Health\" --on 2025-09-17 --place Islamabad";
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        let (name, title) = match (self.by, self.title) {
            (Some(by), None) => match by.as_str().split_once(',') {
                Some((name, title)) => (Line::parse(name).ok(), Line::parse(title).ok()),
                None => (Some(by), None),
            },
            (by, title) => (by, title),
        };
        let mode = self.mode.unwrap_or(SignatureMode::NotStated);
        Ok(Event::AgreementSigned(Signed { party: self.party, name, title, mode, place: self.place }))
    }
}

/// Records the deposit of a party's instrument; its day is the day on which the depositary received it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deposit {
    /// Which party.
    pub party: PartyId,
    /// What kind of instrument.
    pub instrument: InstrumentKind,
    /// The date that the instrument bears.
    pub dated: Option<Edtf>,
    /// When the depositary received it; the same as --on.
    pub received: Option<Edtf>,
    /// With whom.
    pub depositary: Option<Line>,
}

impl Verb for Deposit {
    const NAME: &'static str = "deposit";
    const EXAMPLE: &'static str = "servanda deposit beijing-treaty --party dz --instrument accession --dated 2017-07-20 --received 2017-07-25 --depositary WIPO";
    fn unsaid_day(&self) -> Unsaid {
        // An instrument is received on the day it bears at the earliest: a conclusion, where nobody says when.
        match (self.received, self.dated) {
            (Some(received), _) => Unsaid::Day(received),
            (None, Some(dated)) => Unsaid::Inferred(dated),
            (None, None) => Unsaid::Today,
        }
    }
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        let received = self.received.as_ref().and_then(Edtf::latest);
        let dated = self.dated.as_ref().and_then(Edtf::earliest);
        if let (Some(dated), Some(received)) = (dated, received)
            && dated > received
        {
            let why = format!("an instrument dated {dated} cannot have been received on {received}");
            return Err(Refusal::Field { field: "received", why });
        }
        Ok(Event::InstrumentDeposited(Deposited {
            party: self.party,
            instrument: self.instrument,
            dated: self.dated,
            depositary: self.depositary,
        }))
    }
}

/// Records how the agreement comes into force: on a day, or so long after something.
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
    /// After what: signature, signature:first, signature:PARTY, announcement, @7, or a day.
    pub after: Option<Anchor>,
    /// Not before this day.
    pub floor: Option<Day>,
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
        "servanda set-entry-into-force pk-ps-health-2025 --after signature --within P30D --clause \"Article 12\"";
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
        if self.date.is_none() {
            if self.after == Some(Anchor::EntryIntoForce) {
                return Err(Refusal::Field {
                    field: "after",
                    why: "entry into force cannot be counted from itself".to_owned(),
                });
            }
            // "On signature" is a period of no days after it.
            counting.within = self.within.or_else(|| Period::parse("P0D").ok().filter(|_| !counts));
            counting.after = self.after;
        } else if self.within.is_some() || counts || self.after.is_some() {
            return Err(Refusal::Field {
                field: "date",
                why: "give either the day or what it is counted from, not both".to_owned(),
            });
        }
        let rule = counted_rule(counting, making, DeadlineNature::Effect)?;
        Ok(Event::EntryIntoForceSet(EntryRule { rule, clause: self.clause }))
    }
}

/// Records that the agreement came into force, as a source declares.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterIntoForce {
    /// The one party for which it did; leave it out for the agreement itself.
    pub party: Option<PartyId>,
    /// Whether it is only applied provisionally.
    #[serde(default)]
    pub provisional: bool,
}

impl Verb for EnterIntoForce {
    const NAME: &'static str = "enter-into-force";
    const EXAMPLE: &'static str = "servanda enter-into-force beijing-treaty --on 2020-04-28 --source WIPO";
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::AgreementEnteredIntoForce(EnteredIntoForce { party: self.party, provisional: self.provisional }))
    }
}

/// Records a party's reservation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reserve {
    /// Which party.
    pub party: PartyId,
    /// What it says.
    pub text: Text,
    /// The clause that it is about.
    pub clause: Option<Line>,
}

impl Verb for Reserve {
    const NAME: &'static str = "reserve";
    const EXAMPLE: &'static str = "servanda reserve beijing-treaty \"does not apply Article 11(1)\" --party cn --clause \"Article 11\" --on 2014-07-09";
    const TEXT: Option<(&'static str, bool)> = Some(("text", true));
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::ReservationMade(Statement { party: self.party, text: self.text, clause: self.clause }))
    }
}

/// Records a party's declaration.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declare {
    /// Which party.
    pub party: PartyId,
    /// What it says.
    pub text: Text,
    /// The clause that it is about.
    pub clause: Option<Line>,
}

impl Verb for Declare {
    const NAME: &'static str = "declare";
    const EXAMPLE: &'static str =
        "servanda declare beijing-treaty \"applies to all its territories\" --party fr --on 2018-01-15";
    const TEXT: Option<(&'static str, bool)> = Some(("text", true));
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::DeclarationMade(Statement { party: self.party, text: self.text, clause: self.clause }))
    }
}

/// Records a party's objection to another's reservation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// The reservation's place in the agreement.
    pub event: u64,
    /// Which party objects.
    pub party: PartyId,
    /// What it says.
    pub text: Option<Text>,
    /// Whether it wants no treaty relations with the reserving party.
    #[serde(default)]
    pub precludes_entry_into_force: bool,
}

impl Verb for Object {
    const NAME: &'static str = "object";
    const EXAMPLE: &'static str = "servanda object beijing-treaty@9 --party fr --on 2015-01-20";
    const SUBJECT: Subject = Subject::Fact;
    const TEXT: Option<(&'static str, bool)> = Some(("text", false));
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::ObjectionMade(Objection {
            party: self.party,
            event: self.event,
            text: self.text,
            precludes_entry_into_force: self.precludes_entry_into_force,
        }))
    }
}
