//! Why a date moved: the fact that moved it, in words, with its place.
//!
//! Said of a fact of the agreement (`@6`) and of one of the register's own (`register@9`) alike.

use crate::domain::almanac::Almanac;
use crate::domain::almanac::calendar::{Calendar, DayIs};
use crate::domain::day::Day;
use crate::domain::event::Event;
use crate::domain::event::change::FieldChange;
use crate::domain::event::commitments::Extended;
use crate::domain::event::register::{DaysListed, ListedDay, WeekSet};
use crate::domain::event::term::Renewed;
use crate::domain::fact::{Fact, Occurred, Saying};
use crate::domain::id::{PartyId, Reference};

use super::chart::{chart_rule, rule_words};
use crate::domain::commitment::Mark;
use crate::domain::edtf::Bounds;

/// The most days of a listing that are compared with what was known before.
const DAYS_COMPARED_MAX: usize = 4_000;
/// The most days that are named one by one.
const DAYS_NAMED_MAX: usize = 3;
/// The most characters of a value that are told.
const VALUE_MAX: usize = 80;

/// A fact that may have moved dates, with what is needed to say how.
#[derive(Clone, Copy)]
pub struct Cause<'a> {
    /// The fact, as it was recorded.
    pub fact: &'a Fact,
    /// The facts of its stream, in which what it speaks of is looked up.
    pub stream: &'a [Fact],
    /// For one of the register's own: the calendars and profiles before it and after it.
    pub almanacs: Option<(&'a Almanac, &'a Almanac)>,
}

impl Cause<'_> {
    /// The place of a fact of the same stream: `@6`, `register@9`.
    fn place(&self, seq: u64) -> String {
        if self.almanacs.is_some() { format!("{}@{seq}", Reference::REGISTER) } else { format!("@{seq}") }
    }

    /// What the fact says that makes dates move, with its place; `span` are the days that matter for the date.
    #[must_use]
    pub fn words(&self, span: Option<(Day, Day)>) -> String {
        let saying = &self.fact.saying;
        let own = self.place(self.fact.seq);
        let (target, did, fields) = match &saying.event {
            Event::RecordCorrected(corrected) => (corrected.event, "corrected", corrected.fields.as_slice()),
            Event::FactResolved(resolved) => (resolved.event, "settled", resolved.fields.as_slice()),
            Event::RecordRetracted(retracted) => (retracted.event, "retracted", [].as_slice()),
            Event::RecordRedacted(redacted) => (redacted.event, "redacted", [].as_slice()),
            event => {
                let listed = match (event, self.almanacs) {
                    (Event::DaysListed(listed), Some(almanacs)) => Some(days_listed(listed, almanacs, span)),
                    _ => None,
                };
                return format!("{} ({own})", listed.unwrap_or_else(|| told(saying, self.fact.seq)));
            }
        };
        let fact = self.stream.iter().find(|fact| fact.seq == target);
        let what = fact.map_or_else(|| "a fact".to_owned(), |fact| noun(&fact.saying, target));
        let changes: Vec<String> = fields.iter().map(changed).collect();
        let changes = match (did, changes.is_empty()) {
            ("retracted", _) => " does not count any more".to_owned(),
            ("redacted", _) => " was taken out of the record, in whole or in part".to_owned(),
            (_, true) => " stands as recorded".to_owned(),
            (_, false) => format!(" {}", changes.join("; ")),
        };
        format!("{what}{changes} ({}, {did} by {own})", self.place(target))
    }
}

/// One field of a fact, as it was and as it is read now.
fn changed(change: &FieldChange) -> String {
    let plain = |value: &serde_json::Value| {
        let text = match value {
            serde_json::Value::Null => "nothing".to_owned(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match text.char_indices().nth(VALUE_MAX) {
            Some((at, _)) => format!("{}…", &text[..at]),
            None => text,
        }
    };
    let (was, now) = (plain(&change.was), plain(&change.now));
    match change.field.as_str() {
        "occurred.on" => format!("moved from {was} to {now}"),
        field => format!("{} was {was}, is now {now}", field.strip_prefix("data.").unwrap_or(field)),
    }
}

fn on(occurred: &Occurred) -> String {
    occurred.on.as_ref().map(|on| format!(" on {on}")).unwrap_or_default()
}

/// What a fact is called when something is said about it.
pub(super) fn noun(saying: &Saying, seq: u64) -> String {
    match &saying.event {
        Event::AgreementSigned(signed) => format!("signature of {}", signed.party),
        Event::InstrumentDeposited(deposited) => {
            format!("{} of {}", apart(deposited.instrument.word()), deposited.party)
        }
        Event::DeadlineSet(set) => format!("deadline of {}", set.commitment),
        Event::DeadlineExtended(extended) => format!("extension of {}", extended.commitment),
        Event::EntryIntoForceSet(rule) if rule.each_party => "rule for each party's entry into force".to_owned(),
        Event::EntryIntoForceSet(_) => "rule for entry into force".to_owned(),
        Event::AgreementEnteredIntoForce(_) => "declared entry into force".to_owned(),
        Event::TermSet(_) => "term".to_owned(),
        Event::TermRenewed(_) => "renewal".to_owned(),
        Event::NoticeGiven(given) => format!("notice of {} by {}", given.kind.word().replace('_', "-"), given.party),
        Event::MilestoneReported(reported) => format!("report on {}", reported.commitment),
        Event::RecordCorrected(corrected) => format!("correction of @{}", corrected.event),
        Event::RecordRetracted(retracted) => format!("retraction of @{}", retracted.event),
        Event::RecordRedacted(redacted) => format!("redaction of @{}", redacted.event),
        Event::CalendarDefined(_)
        | Event::WeekSet(_)
        | Event::DaysListed(_)
        | Event::KeyAdopted(_)
        | Event::KeyRotated(_) => told(saying, seq),
        Event::ProfileDefined(profile) => format!("counting profile {}", profile.profile),
        event => spelled(event),
    }
}

/// What a fact says.
fn told(saying: &Saying, seq: u64) -> String {
    let noun = || noun(saying, seq);
    let on = on(&saying.occurred);
    match &saying.event {
        Event::DeadlineSet(set) => format!("{} set: {}", noun(), rule_words(&set.rule)),
        Event::DeadlineExtended(extended) => extended_words(extended),
        Event::EntryIntoForceSet(rule) => {
            let mark = Mark { seq, bounds: Bounds { earliest: None, latest: Day::MAX } };
            format!("{}: {}", noun(), chart_rule(&(rule.clone(), mark)).words)
        }
        Event::AgreementEnteredIntoForce(entered) => {
            let party = entered.party.as_ref().map(|party| format!(" for {party}")).unwrap_or_default();
            let how = if entered.provisional { "applied provisionally" } else { "declared in force" };
            format!("{how}{party}{on}")
        }
        Event::TermSet(_) => "term set".to_owned(),
        Event::TermRenewed(Renewed { until: Some(until), .. }) => format!("renewed until {until}{on}"),
        Event::TermRenewed(Renewed { length: Some(length), .. }) => format!("renewed by {length}{on}"),
        Event::TermRenewed(_) => format!("renewed{on}"),
        Event::NoticeRevoked(revoked) => format!("notice @{} taken back{on}", revoked.event),
        Event::AgreementSuspended(suspended) => {
            let until = suspended.until.map(|until| format!(" until {until}")).unwrap_or_default();
            format!("suspended{}{until}", on.replacen(" on ", " from ", 1))
        }
        Event::AgreementResumed(_) => format!("resumed{on}"),
        Event::AgreementTerminated(_) => format!("terminated{on}"),
        Event::AgreementSuperseded(superseded) => format!("superseded by {}{on}", superseded.by),
        Event::AgreementCompleted(_) => format!("completed{on}"),
        Event::PartyDeclared(party) => format!("party {} named", party.id),
        Event::PartyWithdrew(withdrew) => format!("{} left{on}", withdrew.party),
        Event::MilestoneReported(reported) => {
            format!("{} reported {}{on}", reported.commitment, apart(reported.status.word()))
        }
        Event::WorkingGroupAnnounced(body) => format!("{} announced{on}", body.body),
        Event::WorkingGroupFormed(body) => format!("{} formed{on}", body.body),
        Event::CalendarDefined(defined) => format!("calendar {} put on record", defined.calendar),
        Event::WeekSet(week) => week_words(week),
        Event::DaysListed(days) => {
            format!("calendar {}: days off from {} to {} listed", days.calendar, days.from, days.to)
        }
        Event::ProfileDefined(_) => format!("{} defined", noun()),
        Event::KeyAdopted(adopted) => format!("key {}+{} put on record", adopted.key.name(), adopted.key.id()),
        Event::KeyRotated(rotated) => {
            format!("key {}+{} put in the place of {}", rotated.key.name(), rotated.key.id(), rotated.replaces.id())
        }
        _ => format!("{}{on}", noun()),
    }
}

fn extended_words(extended: &Extended) -> String {
    let how = match (extended.to, extended.by) {
        (Some(to), _) => format!("extended to {to}"),
        (None, Some(by)) => format!("extended by {by}"),
        (None, None) => "extended".to_owned(),
    };
    let agreed: Vec<&str> = extended.agreed_by.iter().map(PartyId::as_str).collect();
    if agreed.is_empty() { how } else { format!("{how}, agreed by {}", agreed.join(" and ")) }
}

fn week_words(week: &WeekSet) -> String {
    let off: Vec<String> = week.off.iter().map(ToString::to_string).collect();
    let off = if off.is_empty() { "no day of the week".to_owned() } else { off.join(" and ") };
    let from = week.from.map(|from| format!(" from {from}")).unwrap_or_default();
    let to = week.to.map(|to| format!(" to {to}")).unwrap_or_default();
    format!("calendar {}: {off} off{from}{to}", week.calendar)
}

/// What is different in a calendar by a listing, of the days that matter.
fn days_listed(listed: &DaysListed, (before, after): (&Almanac, &Almanac), span: Option<(Day, Day)>) -> String {
    #[derive(PartialEq, Eq)]
    enum Known {
        Open,
        Off,
        Nothing,
    }
    let known = |calendar: Option<&Calendar>, day| match calendar.map(|calendar| calendar.on(day)) {
        Some(DayIs::Open) => Known::Open,
        Some(DayIs::Weekend(_) | DayIs::Off(_)) => Known::Off,
        Some(DayIs::Unknown) | None => Known::Nothing,
    };
    let (was, is) = (before.calendar(&listed.calendar), after.calendar(&listed.calendar));
    let first = span.map_or(listed.from, |(first, _)| first.max(listed.from));
    let last = span.map_or(listed.to, |(_, last)| last.min(listed.to));
    let days = std::iter::successors(Some(first), |day| day.next()).take_while(|day| *day <= last);
    let (mut off, mut open, mut learned) = (Vec::new(), Vec::new(), false);
    for day in days.take(DAYS_COMPARED_MAX) {
        match (known(was, day), known(is, day)) {
            (Known::Open, Known::Off) => off.push(day),
            (Known::Off, Known::Open) => open.push(day),
            (Known::Nothing, Known::Open | Known::Off) => learned = true,
            _ => {}
        }
    }
    let mut words = Vec::new();
    if learned {
        words.push(format!("days off from {} to {} became known", listed.from, listed.to));
    }
    let named = |day: &Day| {
        let name = listed.off.iter().find(|listed| listed.day == *day).and_then(|ListedDay { name, .. }| name.as_ref());
        name.map_or_else(|| day.to_string(), |name| format!("{day} ({name})"))
    };
    let several = |days: &[Day], one: &str, many: &str| match days {
        [] => None,
        [day] => Some(format!("{} {one}", named(day))),
        days if days.len() <= DAYS_NAMED_MAX => {
            Some(format!("{} {many}", days.iter().map(named).collect::<Vec<_>>().join(", ")))
        }
        [first, .., last] => Some(format!("{} days from {first} to {last} {many}", days.len())),
    };
    words.extend(several(&off, "listed as a day off", "listed as days off"));
    words.extend(several(&open, "is no day off any more", "are no days off any more"));
    if words.is_empty() {
        words.push(format!("days off from {} to {} listed", listed.from, listed.to));
    }
    format!("calendar {}: {}", listed.calendar, words.join("; "))
}

fn apart(word: &str) -> String {
    word.replace('_', " ")
}

fn spelled(event: &Event) -> String {
    event.name().replace(['.', '-'], " ")
}
