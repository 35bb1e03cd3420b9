//! The terms of agreements: when one ends or renews, by when to give notice, by when to prepare it.

use schemars::JsonSchema;
use serde::Serialize;

use super::entry::Entry;
use crate::domain::agreement::Agreement;
use crate::domain::day::Day;
use crate::domain::due::DueDates;
use crate::domain::id::Reference;
use crate::domain::status::AgreementStatus;
use crate::domain::term::{Prolonged, Term, term_of};
use crate::domain::text::Line;
use crate::domain::vocabulary::{Renewal, vocabulary};

vocabulary! {
    /// What a day of a term is for.
    TermEvent {
        /// A notice is to be prepared by it, by the register's own lead.
        PrepareNotice = "prepare_notice",
        /// A notice has to be given by it.
        Notice = "notice",
        /// The agreement's last day.
        End = "end",
        /// The first day of the next period.
        Renewal = "renewal",
    }
}

/// One day of an agreement's term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct TermRow {
    /// The agreement's reference.
    pub agreement: Reference,
    /// The agreement's title.
    pub title: Option<Line>,
    /// The agreement's status.
    pub status: AgreementStatus,
    /// What the day is for.
    pub what: TermEvent,
    /// The day; where it is not known to the day, the latest that it can be.
    pub day: Day,
    /// The earliest that it can be; null where that is not known.
    pub day_earliest: Option<Day>,
    /// How many days are left until it, or until the earliest that it can be; below 0 when that has passed.
    pub days_left: i64,
    /// The last day of the period that it is about.
    pub period_ends: Option<Day>,
    /// What happens when the term runs out; null where none is on record.
    pub renewal: Option<Renewal>,
    /// How long before the last day a notice has to be given.
    pub notice_period: Option<String>,
    /// Of a renewal, whether a notice would come too late for it.
    pub certain: bool,
    /// The standing notice that settles the end.
    pub notice: Option<u64>,
}

/// Whether an agreement of this status has no days of a term to come.
#[must_use]
pub const fn is_over(status: AgreementStatus) -> bool {
    matches!(
        status,
        AgreementStatus::Retracted
            | AgreementStatus::Expired
            | AgreementStatus::Terminated
            | AgreementStatus::Superseded
            | AgreementStatus::Completed
    )
}

/// The next day of each kind in an agreement's term that lies in a window; none once the agreement has ended.
///
/// A day for preparing a notice that has passed stays until the last day for the notice itself has.
#[must_use]
pub fn rows(entry: &Entry, day: Day, until: Day) -> Vec<TermRow> {
    let Some(outline) = entry.on(day) else { return Vec::new() };
    let Some(term) = outline.term.filter(|_| !is_over(outline.status)) else { return Vec::new() };
    let dates = term.on(day);
    let row = |what, on: DueDates, period_ends: Option<Day>, notice| {
        let latest = on.latest?;
        let first = on.earliest.unwrap_or(latest);
        let set = term.set.as_ref().map(|(set, _)| set);
        (first <= until).then(|| TermRow {
            agreement: entry.reference.clone(),
            title: outline.title.cloned(),
            status: outline.status,
            what,
            day: latest,
            day_earliest: on.earliest,
            days_left: day.days_until(first),
            period_ends,
            renewal: set.map(|set| set.renewal),
            notice_period: set.and_then(|set| set.notice_period).map(|period| period.to_string()),
            certain: what == TermEvent::Renewal && dates.renewal_certain,
            notice,
        })
    };
    let to_come = |days: &DueDates| days.latest.is_some_and(|latest| latest >= day);
    let window = dates.notice.filter(|window| to_come(&window.notice_by));
    let prepare = window.and_then(|window| Some((window.prepare_by?, window.ends.latest)));
    let running = dates.period.and_then(|period| period.last.latest);
    [
        prepare.and_then(|(by, ends)| row(TermEvent::PrepareNotice, by, ends, None)),
        window.and_then(|window| row(TermEvent::Notice, window.notice_by, window.ends.latest, None)),
        dates
            .ends
            .filter(|end| to_come(&end.last))
            .and_then(|end| row(TermEvent::End, end.last, end.last.latest, end.notice)),
        dates.next_renewal.and_then(|next| row(TermEvent::Renewal, next, running, None)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The order of a list of such days: the earliest first.
#[must_use]
pub fn by_day(row: &TermRow) -> (Day, Reference, TermEvent) {
    (row.day_earliest.unwrap_or(row.day), row.agreement.clone(), row.what)
}

/// The period of a term that runs on a day; before the start the first, after the end the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct PeriodView {
    /// Its first day; where it is not known to the day, the latest that it can be.
    pub first: Option<Day>,
    /// Its last day, likewise.
    pub last: Option<Day>,
    /// The earliest that its last day can be.
    pub last_earliest: Option<Day>,
    /// How many renewals came before it.
    pub renewals: u64,
    /// How it came about.
    pub by: Prolonged,
    /// The fact that it rests on; null for a tacit renewal.
    pub fact: Option<u64>,
}

/// The term of the agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct TermView {
    /// Its first day, where stated.
    pub start: Option<Day>,
    /// How long it runs.
    pub length: Option<String>,
    /// Its last day, where that is stated instead; renewals not applied.
    pub stated_end: Option<Day>,
    /// The last day of all, where it is settled; null while it goes on by tacit renewal.
    pub ends: Option<Day>,
    /// What happens then.
    pub renewal: Renewal,
    /// How long one renewal lasts, where that is stated.
    pub renewal_length: Option<String>,
    /// How long before its end a notice has to be given.
    pub notice_period: Option<String>,
    /// How long before the last day for a notice it is to be prepared.
    pub prepare: Option<String>,
    /// The period that runs.
    pub period: Option<PeriodView>,
    /// The last day for the next notice that can be given in time; where it is not known to the day, the latest.
    pub notice_by: Option<Day>,
    /// The earliest that this can be.
    pub notice_by_earliest: Option<Day>,
    /// The last day of the agreement if that notice is given.
    pub notice_ends: Option<Day>,
    /// The day by which that notice is to be prepared.
    pub prepare_by: Option<Day>,
    /// The earliest that this can be.
    pub prepare_by_earliest: Option<Day>,
    /// The first day of the next period, where no notice is given before.
    pub next_renewal: Option<Day>,
    /// Whether a notice would come too late to keep it from renewing then.
    pub renewal_certain: bool,
    /// The standing notice that settles the end.
    pub notice: Option<u64>,
    /// The end of an earlier period for which that notice came too late.
    pub notice_missed: Option<Day>,
    /// The places of the facts that these dates rest on.
    pub hangs_on: Vec<u64>,
}

/// Shows an agreement's term as it stands on a day; none where none is on record.
#[must_use]
pub fn view(agreement: &Agreement, day: Day) -> Option<TermView> {
    let term: Term = term_of(agreement)?;
    let (set, _) = term.set.as_ref()?;
    let dates = term.on(day);
    let written = |period: Option<crate::domain::period::Period>| period.map(|period| period.to_string());
    let prepare = dates.notice.and_then(|window| window.prepare_by);
    Some(TermView {
        start: set.start,
        length: written(set.length),
        stated_end: set.end,
        ends: dates.ends.and_then(|end| end.last.latest),
        renewal: set.renewal,
        renewal_length: written(set.renewal_length),
        notice_period: written(set.notice_period),
        prepare: written(set.prepare),
        period: dates.period.map(|period| PeriodView {
            first: period.first.latest,
            last: period.last.latest,
            last_earliest: period.last.earliest,
            renewals: period.renewals,
            by: period.by,
            fact: period.fact,
        }),
        notice_by: dates.notice.and_then(|window| window.notice_by.latest),
        notice_by_earliest: dates.notice.and_then(|window| window.notice_by.earliest),
        notice_ends: dates.notice.and_then(|window| window.ends.latest),
        prepare_by: prepare.and_then(|by| by.latest),
        prepare_by_earliest: prepare.and_then(|by| by.earliest),
        next_renewal: dates.next_renewal.and_then(|next| next.latest),
        renewal_certain: dates.renewal_certain,
        notice: dates.ends.and_then(|end| end.notice),
        notice_missed: dates.ends.and_then(|end| end.missed),
        hangs_on: term.hangs_on(),
    })
}
