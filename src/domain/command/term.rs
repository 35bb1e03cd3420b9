//! The verbs about how long an agreement runs, and how it ends.

use schemars::JsonSchema;
use serde::Deserialize;

use super::deadline::{Counting, counted_rule};
use super::{Making, Subject, Unsaid, Verb};
use crate::domain::day::Day;
use crate::domain::decide::Refusal;
use crate::domain::due;
use crate::domain::event::Event;
use crate::domain::event::term::{
    Completed, NoticeGiven, NoticeRevoked, Renewed, Resumed, Superseded, Suspended, TermSet, Terminated,
};
use crate::domain::id::{PartyId, ProfileId, Reference};
use crate::domain::period::Period;
use crate::domain::rule::{Anchor, DeadlineNature};
use crate::domain::term;
use crate::domain::text::Text;
use crate::domain::vocabulary::{NoticeKind, Renewal, TerminationGround};

/// Records how long the agreement runs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTerm {
    /// Its first day; left out: the day it begins to operate.
    pub start: Option<Day>,
    /// How long it runs, such as P5Y.
    #[serde(alias = "duration")]
    #[schemars(extend("x-aliases" = ["duration"]))]
    pub length: Option<Period>,
    /// Its last day, where that is stated instead.
    pub end: Option<Day>,
    /// What happens when it runs out.
    pub renewal: Option<Renewal>,
    /// How long one renewal lasts; left out: as long as the first term.
    pub renewal_length: Option<Period>,
    /// How long before the last day a notice has to be given, such as P6M.
    pub notice_period: Option<Period>,
    /// How long before the last day for a notice it is to be prepared, such as P30D: the register's own lead.
    pub prepare: Option<Period>,
}

impl Verb for SetTerm {
    const NAME: &'static str = "set-term";
    const EXAMPLE: &'static str =
        "servanda set-term pk-ps-health-2025 --length P5Y --renewal tacit --notice-period P6M --prepare P30D";
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let set = TermSet {
            start: self.start,
            length: self.length,
            end: self.end,
            renewal: self.renewal.unwrap_or(Renewal::None),
            renewal_length: self.renewal_length,
            notice_period: self.notice_period,
            prepare: self.prepare,
        };
        if let Some((field, why)) = cannot_be(&set) {
            return Err(Refusal::Field { field, why });
        }
        let began = making.agreement.and_then(due::entry_into_force).and_then(|entry| entry.days.latest);
        match beyond(&set, set.start.or(began)) {
            Some(what) => Err(Refusal::BeyondCalendar { what }),
            None => Ok(Event::TermSet(set)),
        }
    }
}

/// What no term can be, with the field that says so.
pub(super) fn cannot_be(set: &TermSet) -> Option<(&'static str, String)> {
    match (set.length, set.end) {
        (Some(_), Some(_)) => return Some(("end", "give either the length or the last day, not both".to_owned())),
        (None, None) => return Some(("length", "give the length or the last day of the term".to_owned())),
        (Some(length), None) if length.is_zero() => return Some(("length", "a term of no days is none".to_owned())),
        _ => {}
    }
    if let Some((start, end)) = set.start.zip(set.end).filter(|(start, end)| end < start) {
        return Some(("end", format!("a term cannot end on {end} before it starts on {start}")));
    }
    let zero = |period: Option<Period>| period.is_some_and(Period::is_zero);
    if zero(set.renewal_length) {
        return Some(("renewal_length", "a renewal by no days renews nothing".to_owned()));
    }
    if zero(set.notice_period) {
        return Some((
            "notice_period",
            "a notice period of no days is none: leave it out, and a notice is in time until the last day".to_owned(),
        ));
    }
    if zero(set.prepare) {
        return Some(("prepare", "a lead of no days is none: leave it out".to_owned()));
    }
    if set.prepare.is_some() && set.notice_period.is_none() {
        let why = "the lead is counted back from the last day for a notice: give the notice period too".to_owned();
        return Some(("prepare", why));
    }
    None
}

/// Which date of a term lies outside the calendar, where one does.
fn beyond(set: &TermSet, start: Option<Day>) -> Option<String> {
    let end = match (set.end, set.length) {
        (Some(end), _) => Some(end),
        (None, Some(length)) => {
            let Some(end) = term::end_of(start?, length) else {
                return Some(format!("the end of a term of {length} from {}", start?));
            };
            Some(end)
        }
        (None, None) => None,
    }?;
    let notice = set.notice_period?;
    let Some(notice_by) = term::counted_back(end, notice) else {
        return Some(format!("the day {notice} before {end}"));
    };
    let prepare = set.prepare?;
    term::counted_back(notice_by, prepare).is_none().then(|| format!("the day {prepare} before {notice_by}"))
}

/// Records that the term was renewed; without a day or a length, by as long as the term says.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Renew {
    /// The new last day.
    pub until: Option<Day>,
    /// How much longer, where that is stated instead.
    pub length: Option<Period>,
}

impl Verb for Renew {
    const NAME: &'static str = "renew";
    const EXAMPLE: &'static str = "servanda renew pk-ps-health-2025 --until 2035-09-16 --on 2030-08-01";
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let wrong = |field, why: &str| Err(Refusal::Field { field, why: why.to_owned() });
        if self.until.is_some() && self.length.is_some() {
            return wrong("until", "give either the new last day or the length, not both");
        }
        if self.length.is_some_and(Period::is_zero) {
            return wrong("length", "a renewal by no days renews nothing");
        }
        if let Some(term) = making.agreement.and_then(term::term_of).filter(|term| term.set.is_some()) {
            let Some(length) = self.length.or(term.one_more).filter(|_| self.until.is_none()) else {
                if self.until.is_none() {
                    return wrong("length", "the term says no length to renew it by: give one, or the new last day");
                }
                return Ok(Event::TermRenewed(Renewed { until: self.until, length: None }));
            };
            let last = term.on(making.today).period.and_then(|period| period.last.latest);
            if let Some(last) = last
                && last.next().and_then(|first| term::end_of(first, length)).is_none()
            {
                return Err(Refusal::BeyondCalendar { what: format!("{length} after {last}") });
            }
        }
        Ok(Event::TermRenewed(Renewed { until: self.until, length: self.length }))
    }
}

/// Records a party's notice.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveNotice {
    /// Which party.
    pub party: PartyId,
    /// Of what.
    pub kind: NoticeKind,
    /// The day on which it takes effect, where that is stated.
    pub takes_effect: Option<Day>,
    /// How long after its receipt (--on) it takes effect, such as P12M; the day moves when --on is corrected.
    pub effect_after: Option<Period>,
    /// The counting profile of --effect-after; plain if left out.
    pub counting: Option<ProfileId>,
}

impl Verb for GiveNotice {
    const NAME: &'static str = "give-notice";
    const EXAMPLE: &'static str =
        "servanda give-notice pk-ps-health-2025 --party ps --kind withdrawal --on 2026-03-15 --takes-effect 2027-03-15";
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        let wrong = |field, why: &str| Err(Refusal::Field { field, why: why.to_owned() });
        let effect = match self.effect_after {
            Some(_) if self.takes_effect.is_some() => {
                return wrong(
                    "effect_after",
                    "give either the day on which it takes effect or how long after, not both",
                );
            }
            Some(within) if within.is_zero() => {
                return wrong(
                    "effect_after",
                    "a notice that takes effect at once states the day: give it as --takes-effect",
                );
            }
            Some(within) => {
                let after = Some(Anchor::On(making.today.into()));
                let counting = Counting { within: Some(within), after, counting: self.counting, ..Counting::default() };
                let mut rule = counted_rule(counting, making, DeadlineNature::Effect)?;
                rule.anchor = Anchor::Event(making.next_fact());
                Some(rule)
            }
            None if self.counting.is_some() => {
                return wrong("counting", "a day that is stated is not counted: leave it out, or give --effect-after");
            }
            None => None,
        };
        let (party, kind, takes_effect) = (self.party, self.kind, self.takes_effect);
        Ok(Event::NoticeGiven(NoticeGiven { party, kind, takes_effect, effect }))
    }
}

/// Records that a notice was taken back before it took effect.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeNotice {
    /// The notice's place in the agreement.
    pub event: u64,
}

impl Verb for RevokeNotice {
    const NAME: &'static str = "revoke-notice";
    const EXAMPLE: &'static str = "servanda revoke-notice pk-ps-health-2025@12 --on 2026-06-01";
    const SUBJECT: Subject = Subject::Fact;
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::NoticeRevoked(NoticeRevoked { event: self.event }))
    }
}

/// Records that the operation was suspended.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suspend {
    /// The last day of the suspension, where it is stated.
    pub until: Option<Day>,
}

impl Verb for Suspend {
    const NAME: &'static str = "suspend";
    const EXAMPLE: &'static str = "servanda suspend pk-ps-health-2025 --on 2026-01-10 --until 2026-06-30";
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::AgreementSuspended(Suspended { until: self.until }))
    }
}

/// Records that the operation was taken up again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {}

impl Verb for Resume {
    const NAME: &'static str = "resume";
    const EXAMPLE: &'static str = "servanda resume pk-ps-health-2025 --on 2026-05-01";
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::AgreementResumed(Resumed {}))
    }
}

/// Records that the agreement was ended before its term; of a pledge, that it was taken back.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Terminate {
    /// Why.
    pub ground: Option<TerminationGround>,
}

impl Verb for Terminate {
    const NAME: &'static str = "terminate";
    const EXAMPLE: &'static str = "servanda terminate pk-ps-health-2025 --ground consent --on 2027-03-15";
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::AgreementTerminated(Terminated { ground: self.ground.unwrap_or(TerminationGround::NotStated) }))
    }
}

/// Records that a later agreement took the place of this one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supersede {
    /// The later agreement.
    pub by: Reference,
}

impl Verb for Supersede {
    const NAME: &'static str = "supersede";
    const EXAMPLE: &'static str = "servanda supersede pk-ps-health-2025 --by pk-ps-health-2030 --on 2030-09-17";
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        if self.by == *making.reference {
            let why = "an agreement cannot supersede itself".to_owned();
            return Err(Refusal::Field { field: "by", why });
        }
        Ok(Event::AgreementSuperseded(Superseded { by: self.by }))
    }
}

/// Records that everything that was agreed is done.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// What shows it.
    pub summary: Option<Text>,
}

impl Verb for Complete {
    const NAME: &'static str = "complete";
    const EXAMPLE: &'static str = "servanda complete pk-ps-health-2025 --on 2028-01-31";
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::AgreementCompleted(Completed { summary: self.summary }))
    }
}
