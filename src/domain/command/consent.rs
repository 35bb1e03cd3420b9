//! The verbs about text, signature, consent and entry into force.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Making, Subject, Unsaid, Verb};
use crate::domain::decide::Refusal;
use crate::domain::edtf::Edtf;
use crate::domain::event::Event;
use crate::domain::event::consent::{
    Adopted, Deposited, EnteredIntoForce, Initialled, Objection, ProvisionalEnded, Signed, Statement,
};
use crate::domain::id::PartyId;
use crate::domain::text::{Line, Text};
use crate::domain::vocabulary::{InstrumentKind, PartyKind, SignatureMode};

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
    /// An organisation's instrument that is not counted as additional to those of its member States.
    #[serde(default)]
    pub not_counted: bool,
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
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let record = making.agreement.and_then(|agreement| agreement.party(&self.party));
        if let Some(record) = record.filter(|record| self.not_counted && record.party.kind != PartyKind::Io) {
            let why = format!(
                "{} is a {}; only an organisation's (io) instrument is not counted on top of its members'",
                self.party, record.party.kind
            );
            return Err(Refusal::Field { field: "not_counted", why });
        }
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
            not_counted: self.not_counted,
        }))
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

/// Records that the provisional application ended by notice, for one party or for all; entry into force ends it by
/// itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndProvisionalApplication {
    /// The party that gave notice for itself; leave it out where the agreement is no longer applied so by anybody.
    pub party: Option<PartyId>,
}

impl Verb for EndProvisionalApplication {
    const NAME: &'static str = "end-provisional-application";
    const EXAMPLE: &'static str = "servanda end-provisional-application beijing-treaty --party cn --on 2015-10-18";
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::ProvisionalApplicationEnded(ProvisionalEnded { party: self.party }))
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
