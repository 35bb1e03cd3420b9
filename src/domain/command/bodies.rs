//! The verbs about working groups and committees.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Making, Subject, Verb};
use crate::domain::decide::Refusal;
use crate::domain::event::Event;
use crate::domain::event::bodies::{Announced, Dissolved, Formed, Meeting};
use crate::domain::id::{BodyId, CommitmentId};
use crate::domain::text::{Line, Text};

/// Records that a working group or committee was announced.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnounceWorkingGroup {
    /// What it is called.
    pub name: Line,
    /// What it is for.
    pub mandate: Option<Text>,
}

impl Verb for AnnounceWorkingGroup {
    const NAME: &'static str = "announce-working-group";
    const EXAMPLE: &'static str =
        "servanda announce-working-group pk-ps-health-2025 --name \"Health Working Group\" --on 2025-09-17";
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::WorkingGroupAnnounced(Announced { body: making.next_body(), name: self.name, mandate: self.mandate }))
    }
}

/// Records that a working group or committee was formed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormWorkingGroup {
    /// The announced body that it is, such as wg1; left out: the one announced under this name, else a new one.
    pub body: Option<BodyId>,
    /// What it is called; may be left out where the body was announced.
    pub name: Option<Line>,
    /// A member; repeat it.
    #[serde(default)]
    pub member: Vec<Line>,
    /// Who chairs it.
    pub chair: Option<Line>,
    /// What it is for.
    pub mandate: Option<Text>,
    /// A commitment that its formation fulfils; repeat it.
    #[serde(default)]
    pub fulfils: Vec<CommitmentId>,
}

impl Verb for FormWorkingGroup {
    const NAME: &'static str = "form-working-group";
    const EXAMPLE: &'static str = "servanda form-working-group pk-ps-health-2025 --name \"Health Working Group\" --fulfils c1 --on 2025-10-02 --member \"Director General of Health\"";
    const SUBJECT: Subject = Subject::Agreement;
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let most = super::opening::PARTIES_MAX;
        if self.member.len() > most {
            return Err(Refusal::TooMany { what: "members", given: self.member.len(), most });
        }
        let bodies = making.agreement.map_or(&[][..], |agreement| &agreement.bodies);
        let known = match (self.body, &self.name) {
            (Some(body), _) => bodies.iter().find(|known| known.id == body),
            (None, Some(name)) => bodies.iter().find(|known| known.name == *name && known.formed.is_none()),
            (None, None) => None,
        };
        if let (Some(body), None) = (self.body, known) {
            return Err(Refusal::Field {
                field: "body",
                why: format!("no body {body} was announced; leave it out to form a new one"),
            });
        }
        let Some(name) = self.name.or_else(|| known.map(|known| known.name.clone())) else {
            return Err(Refusal::Field { field: "name", why: "give the name, or the announced body".to_owned() });
        };
        Ok(Event::WorkingGroupFormed(Formed {
            body: known.map_or_else(|| making.next_body(), |known| known.id),
            name,
            members: self.member,
            chair: self.chair,
            mandate: self.mandate,
            fulfils: self.fulfils,
        }))
    }
}

/// Records a meeting of a body.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordMeeting {
    /// Which body.
    pub body: BodyId,
    /// Where.
    pub place: Option<Line>,
    /// What was said, in short.
    pub minutes: Option<Text>,
    /// A decision; repeat it.
    #[serde(default)]
    pub decision: Vec<Text>,
}

impl Verb for RecordMeeting {
    const NAME: &'static str = "record-meeting";
    const EXAMPLE: &'static str = "servanda record-meeting pk-ps-health-2025/wg1 --on 2025-11-12 --place Islamabad --decision \"train 40 doctors\"";
    const SUBJECT: Subject = Subject::Body;
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::MeetingRecorded(Meeting {
            body: self.body,
            place: self.place,
            minutes: self.minutes,
            decisions: self.decision,
        }))
    }
}

/// Records that a body ended.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DissolveWorkingGroup {
    /// Which body.
    pub body: BodyId,
}

impl Verb for DissolveWorkingGroup {
    const NAME: &'static str = "dissolve-working-group";
    const EXAMPLE: &'static str = "servanda dissolve-working-group pk-ps-health-2025/wg1 --on 2027-01-31";
    const SUBJECT: Subject = Subject::Body;
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::WorkingGroupDissolved(Dissolved { body: self.body }))
    }
}
