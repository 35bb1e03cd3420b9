//! The verbs about parties.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Making, Unsaid, Verb};
use crate::domain::decide::Refusal;
use crate::domain::event::parties::{Aliased, Party, Withdrew};
use crate::domain::event::{Event, LocalName};
use crate::domain::id::PartyId;
use crate::domain::share::Weight;
use crate::domain::text::Line;
use crate::domain::vocabulary::PartyKind;

/// Declares a party to an agreement.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddParty {
    /// Its short name inside the agreement.
    pub party: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// Its name.
    pub name: Line,
    /// Its name in another language, as LANG=NAME; repeat it.
    #[serde(default)]
    pub name_in: Vec<Line>,
    /// Its role, such as donor or host.
    pub role: Option<Line>,
    /// The organ through which it acts.
    pub acting_through: Option<Line>,
    /// What it counts for where a share of a total decides, as a decimal number such as 12.5.
    pub weight: Option<Weight>,
}

impl Verb for AddParty {
    const NAME: &'static str = "add-party";
    const EXAMPLE: &'static str = "servanda add-party pk-ps-health-2025 --party who --kind io --name \"World Health Organization\" --name-in fr=\"Organisation mondiale de la Santé\"";
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let declared = making.agreement.map_or(0, |agreement| agreement.parties.len());
        let most = super::opening::PARTIES_MAX;
        if declared >= most {
            return Err(Refusal::TooMany { what: "parties", given: declared + 1, most });
        }
        let names = self.name_in.iter().map(|given| {
            let wrong = || Refusal::Field {
                field: "name_in",
                why: format!("{given} is not of the form LANG=NAME, such as ur=\"پاکستان\""),
            };
            let (lang, name) = given.as_str().split_once('=').ok_or_else(wrong)?;
            let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
            Ok(LocalName {
                lang: Line::parse(lang).map_err(|_| wrong())?,
                name: Line::parse(name).map_err(|_| wrong())?,
            })
        });
        Ok(Event::PartyDeclared(Party {
            id: self.party,
            kind: self.kind,
            name: self.name,
            names: names.collect::<Result<_, Refusal>>()?,
            role: self.role,
            acting_through: self.acting_through,
            weight: self.weight,
        }))
    }
}

/// Records another name of a party.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AliasParty {
    /// Which party.
    pub party: PartyId,
    /// The other name.
    pub name: Line,
    /// Its language, as a BCP 47 tag.
    pub lang: Option<Line>,
}

impl Verb for AliasParty {
    const NAME: &'static str = "alias-party";
    const EXAMPLE: &'static str =
        "servanda alias-party heart-sphere-fatima-2025 --party fatima --name \"فاطمۃ الزہرا میڈیکل سینٹر\" --lang ur";
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::PartyAliased(Aliased { party: self.party, name: self.name, lang: self.lang }))
    }
}

/// Records that a party left the agreement.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawParty {
    /// Which party.
    pub party: PartyId,
}

impl Verb for WithdrawParty {
    const NAME: &'static str = "withdraw-party";
    const EXAMPLE: &'static str = "servanda withdraw-party pk-ps-health-2025 --party who --on 2026-03-01";
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::PartyWithdrew(Withdrew { party: self.party }))
    }
}
