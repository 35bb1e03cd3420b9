//! The three verbs that open an agreement.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::{Making, Unsaid, Verb};
use crate::domain::decide::Refusal;
use crate::domain::event::opening::Opened;
use crate::domain::event::parties::Party;
use crate::domain::event::{Event, LocalName};
use crate::domain::id::PartyId;
use crate::domain::share::Weight;
use crate::domain::text::Line;
use crate::domain::vocabulary::{AgreementKind, PartyKind};

/// The most parties that one agreement can have; the largest treaties have some 200.
pub const PARTIES_MAX: usize = 1_000;

/// A party as given: `pk:state="Government of Pakistan"`, or an object with id, kind and name.
#[derive(Clone, Debug)]
pub struct PartyInput(Party);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
struct PartyObject {
    /// Its short name inside the agreement.
    id: PartyId,
    /// What it is.
    kind: PartyKind,
    /// Its name.
    name: Line,
    /// Its name in other languages.
    #[serde(default)]
    names: Vec<LocalName>,
    /// Its role, such as donor or host.
    role: Option<Line>,
    /// The organ through which it acts.
    acting_through: Option<Line>,
    /// What it counts for where a share of a total decides, as a decimal number.
    weight: Option<Weight>,
}

impl PartyInput {
    fn read(given: &str) -> Result<Self, String> {
        let shape = "a party is written ID:KIND=NAME, such as pk:state=\"Government of Pakistan\"";
        let (id, rest) = given.split_once(':').ok_or(shape)?;
        let (kind, name) = rest.split_once('=').ok_or(shape)?;
        let id = PartyId::parse(id).map_err(|e| e.to_string())?;
        let kind: PartyKind = serde_json::from_value(Value::from(kind)).map_err(|_| {
            let kinds: Vec<_> = PartyKind::ALL.iter().map(|kind| kind.word()).collect();
            let given: String = kind.chars().take(80).collect();
            format!("{given:?} is no kind of party; the kinds are {}", kinds.join(", "))
        })?;
        let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        let name = Line::parse(bare).map_err(|e| format!("name of party {id}: {e}"))?;
        Ok(Self(Party { id, kind, name, names: Vec::new(), role: None, acting_through: None, weight: None }))
    }
}

impl<'de> Deserialize<'de> for PartyInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Self::read(&text).map_err(de::Error::custom),
            object => {
                let party: PartyObject = serde_json::from_value(object).map_err(de::Error::custom)?;
                Ok(Self(Party {
                    id: party.id,
                    kind: party.kind,
                    name: party.name,
                    names: party.names,
                    role: party.role,
                    acting_through: party.acting_through,
                    weight: party.weight,
                }))
            }
        }
    }
}

impl JsonSchema for PartyInput {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PartyInput".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let object = generator.subschema_for::<PartyObject>();
        let kinds: Vec<_> = PartyKind::ALL.iter().map(|kind| kind.word()).collect();
        let pattern = format!("^[a-z0-9]([a-z0-9-]{{0,38}}[a-z0-9])?:({})=.+$", kinds.join("|"));
        schemars::json_schema!({ "anyOf": [
            { "type": "string", "pattern": pattern, "maxLength": 1200 },
            object
        ] })
    }
}

fn opened(
    making: &Making<'_>,
    kind: AgreementKind,
    title: Option<Line>,
    parties: Vec<PartyInput>,
    subjects: Vec<Line>,
    place: Option<Line>,
) -> Result<Opened, Refusal> {
    if parties.len() > PARTIES_MAX {
        return Err(Refusal::TooMany { what: "parties", given: parties.len(), most: PARTIES_MAX });
    }
    if subjects.len() > PARTIES_MAX {
        return Err(Refusal::TooMany { what: "subjects", given: subjects.len(), most: PARTIES_MAX });
    }
    let parties: Vec<Party> = parties.into_iter().map(|party| party.0).collect();
    for (at, party) in parties.iter().enumerate() {
        if parties[..at].iter().any(|earlier| earlier.id == party.id) {
            return Err(Refusal::Field { field: "party", why: format!("{} is given twice", party.id) });
        }
    }
    Ok(Opened { reference: making.reference.clone(), kind, title, parties, subjects, place })
}

/// Opens an agreement whose proposal is witnessed: a text is on the table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Propose {
    /// Its title.
    pub title: Option<Line>,
    /// What it is called.
    pub kind: AgreementKind,
    /// A party, as ID:KIND=NAME; repeat it.
    #[serde(default)]
    #[serde(alias = "parties")]
    #[schemars(extend("x-aliases" = ["parties"]))]
    pub party: Vec<PartyInput>,
    /// What it is about; repeat it.
    #[serde(default)]
    #[serde(alias = "subjects")]
    #[schemars(extend("x-aliases" = ["subjects"]))]
    pub subject: Vec<Line>,
    /// Where.
    pub place: Option<Line>,
}

impl Verb for Propose {
    const NAME: &'static str = "propose";
    const EXAMPLE: &'static str = "servanda propose pk-ps-health-2025 --kind mou --title \"MoU on health cooperation\" --party pk:state=\"Government of Pakistan\" --party ps:state=\"State of Palestine\"";
    const OPENS: bool = true;
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        if self.kind == AgreementKind::Pledge {
            return Err(Refusal::Field {
                field: "kind",
                why: "a pledge has no text to propose; use announce".to_owned(),
            });
        }
        opened(making, self.kind, self.title, self.party, self.subject, self.place).map(Event::AgreementProposed)
    }
}

/// Opens an agreement that is known from a source only, such as the news: nobody witnessed its proposal.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its title.
    pub title: Option<Line>,
    /// What it is called.
    pub kind: AgreementKind,
    /// A party, as ID:KIND=NAME; repeat it.
    #[serde(default)]
    #[serde(alias = "parties")]
    #[schemars(extend("x-aliases" = ["parties"]))]
    pub party: Vec<PartyInput>,
    /// What it is about; repeat it.
    #[serde(default)]
    #[serde(alias = "subjects")]
    #[schemars(extend("x-aliases" = ["subjects"]))]
    pub subject: Vec<Line>,
    /// Where.
    pub place: Option<Line>,
}

impl Verb for Record {
    const NAME: &'static str = "record";
    const EXAMPLE: &'static str = "servanda record heart-sphere-fatima-2025 --kind mou --party heart-sphere:ngo=\"Beijing One Heart Sphere Charity Foundation\" --party fatima:hospital=\"Fatima Tuz Zahra Medical Center\" --source Xinhua";
    const OPENS: bool = true;
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        if self.kind == AgreementKind::Pledge {
            return Err(Refusal::Field { field: "kind", why: "a pledge is opened by announce".to_owned() });
        }
        opened(making, self.kind, self.title, self.party, self.subject, self.place).map(Event::AgreementRecorded)
    }
}

/// Opens a pledge: an intention that was announced without an instrument.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Announce {
    /// Its title.
    pub title: Option<Line>,
    /// A party, as ID:KIND=NAME; repeat it.
    #[serde(default)]
    #[serde(alias = "parties")]
    #[schemars(extend("x-aliases" = ["parties"]))]
    pub party: Vec<PartyInput>,
    /// What it is about; repeat it.
    #[serde(default)]
    #[serde(alias = "subjects")]
    #[schemars(extend("x-aliases" = ["subjects"]))]
    pub subject: Vec<Line>,
    /// Where it was announced.
    pub place: Option<Line>,
}

impl Verb for Announce {
    const NAME: &'static str = "announce";
    const EXAMPLE: &'static str = "servanda announce pk-cn-health-2025 --title \"Health ministers' meeting in Geneva\" --party pk:state=Pakistan --party cn:state=China --on 2025-05-19 --place Geneva";
    const OPENS: bool = true;
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        opened(making, AgreementKind::Pledge, self.title, self.party, self.subject, self.place)
            .map(Event::PledgeAnnounced)
    }
}
