//! The agreement's own time: its term, the period that runs, when notice has to be given, when it ends.
//!
//! [`Term`] is what the facts say, resolved to days; [`Term::on`] is arithmetic on it, so that any later day can be
//! asked of the same term, however often it has been renewed tacitly by then. Nothing here is stored as a date: all of
//! it moves when a fact is corrected. A notice day is counted back from the last day, and does not roll.

mod steps;

pub use steps::{TermPart, TermStep};

use serde::{Deserialize, Serialize};

use crate::domain::agreement::{Agreement, Notice};
use crate::domain::day::Day;
use crate::domain::due::{self, DueDates};
use crate::domain::event::term::TermSet;
use crate::domain::objection::Objection;
use crate::domain::period::{MonthEnd, Period};
use crate::domain::vocabulary::{NoticeKind, Renewal, vocabulary};

/// The most periods that are gone through one by one: a month each, from the year 1 to 9999.
const PERIODS_MOST: usize = 12 * 9_999;

const UNKNOWN: DueDates = DueDates { earliest: None, latest: None };

vocabulary! {
    /// How a period of the term came about.
    Prolonged {
        /// It is the first.
        First = "first",
        /// The parties said so.
        Express = "express",
        /// Nobody gave notice in time.
        Tacit = "tacit",
    }
}

/// One period of the term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermPeriod {
    /// Its first day.
    pub first: DueDates,
    /// Its last day; unknown where its length is.
    pub last: DueDates,
    /// How many renewals came before it, express and tacit.
    pub renewals: u64,
    /// How it came about.
    pub by: Prolonged,
    /// The fact that it rests on; none for a tacit renewal, which no fact makes.
    pub fact: Option<u64>,
}

/// The last day of an agreement, where that is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermEnd {
    /// The last day.
    pub last: DueDates,
    /// The notice that brings it; none where the term runs out by itself.
    pub notice: Option<u64>,
    /// The end of an earlier period for which that notice came too late, where it did.
    pub missed: Option<Day>,
}

/// A standing notice against renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stop {
    /// The last day that it brings.
    last: DueDates,
    /// Its fact.
    notice: u64,
    /// By when it can have been given at the latest.
    given: Day,
    /// The period's end for which it came too late, where it did.
    missed: Option<Day>,
}

/// When something can be done to end the agreement with one of its periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeWindow {
    /// The last day that a notice brings which is given in time.
    pub ends: DueDates,
    /// The last day for giving it.
    pub notice_by: DueDates,
    /// The day by which it is to be prepared, where the register was told how long before.
    pub prepare_by: Option<DueDates>,
}

/// The dates of an agreement's term, as they stand on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermDates {
    /// Its first day.
    pub start: DueDates,
    /// The period that runs on the day; before the start the first, after the end the last. None without a term.
    pub period: Option<TermPeriod>,
    /// The last day of all, where it is settled; none while the term goes on tacitly.
    pub ends: Option<TermEnd>,
    /// The next window for a notice; none where no period of notice is on record, or a notice stands.
    pub notice: Option<NoticeWindow>,
    /// The first day of the next tacit period, where nobody gives notice before; none where there will be none.
    pub next_renewal: Option<DueDates>,
    /// Whether a notice would come too late to keep it from renewing then.
    pub renewal_certain: bool,
}

/// What the facts of an agreement say about how long it runs, resolved to days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The term as it was set, and by which fact; none where there is only a notice.
    pub set: Option<(TermSet, u64)>,
    /// Its first day.
    pub start: DueDates,
    /// The fact that the first day rests on, where it is not computed from several.
    start_fact: Option<u64>,
    /// How long a further period lasts, where that is known.
    pub one_more: Option<Period>,
    /// The periods that are settled by facts, in order.
    periods: Vec<TermPeriod>,
    /// The notice that keeps it from renewing again.
    stop: Option<Stop>,
    /// The days on which a notice of termination takes effect, and its fact.
    terminated: Option<(DueDates, u64)>,
    /// The day by which an act ended the agreement: terminated, superseded or completed.
    closed: Option<Day>,
}

fn each(days: DueDates, moved: impl Fn(Day) -> Option<Day>) -> DueDates {
    DueDates { earliest: days.earliest.and_then(&moved), latest: days.latest.and_then(&moved) }
}

/// The last day of a period of this length: one year from 1 January ends with 31 December, the day before its
/// return, and one from 29 February with 28 February.
#[must_use]
pub fn end_of(first: Day, length: Period) -> Option<Day> {
    length.add_to(first, MonthEnd::Spill)?.previous()
}

/// The last day for a notice that is to end a period: counted back from its last day, a month end clamped, no roll.
#[must_use]
pub fn counted_back(last: Day, period: Period) -> Option<Day> {
    period.subtract_from(last, MonthEnd::Clamp)
}

/// The length of a term of which the first and the last day are stated: in whole months if it fits, else in days.
fn length_between(start: Day, end: Day) -> Option<Period> {
    let after = end.next()?;
    let months =
        (after.year() - start.year()) * 12 + i32::try_from(after.month()).ok()? - i32::try_from(start.month()).ok()?;
    let months = u32::try_from(months).ok()?;
    let whole = Period::new(months / 12, months % 12, 0, 0).ok()?;
    if !whole.is_zero() && end_of(start, whole) == Some(end) {
        return Some(whole);
    }
    Period::new(0, 0, 0, u32::try_from(start.days_until(after)).ok()?).ok()
}

impl TermPeriod {
    /// The period of this length that follows; none where there is no day after this one, or the length is none.
    fn next(&self, length: Option<Period>) -> Option<Self> {
        let first = each(self.last, Day::next);
        first.latest?;
        let last = length.map_or(UNKNOWN, |length| each(first, |first| end_of(first, length)));
        // A length of no days leads nowhere; an end outside the calendar is not known.
        if last.latest.is_some() && last.latest <= self.last.latest {
            return None;
        }
        Some(Self { first, last, renewals: self.renewals + 1, by: Prolonged::Tacit, fact: None })
    }

    /// The first period of this chain that ends on a day or after it; the last there is, where none does.
    fn reaching(self, length: Option<Period>, day: Day) -> Self {
        let mut reached = self;
        if let Some((days, last)) = length.and_then(whole_days).zip(self.last.latest) {
            // Periods of days are all alike: no need to go through them.
            let ahead = (last.days_until(day) - 1).max(0) / days;
            let jumped = |from: Day| from.plus_days(ahead * days);
            let (first, last) = (each(self.last, Day::next), each(self.last, jumped));
            if ahead > 0 && last.latest.is_some() {
                let first = each(first, |from| from.plus_days((ahead - 1) * days));
                let renewals = self.renewals + ahead.unsigned_abs();
                reached = Self { first, last, renewals, by: Prolonged::Tacit, fact: None };
            }
        }
        for _ in 0..PERIODS_MOST {
            if reached.last.latest.is_none_or(|last| last >= day) {
                break;
            }
            let Some(next) = reached.next(length) else { break };
            reached = next;
        }
        reached
    }
}

/// The days of a period that holds neither months nor years.
fn whole_days(period: Period) -> Option<i64> {
    let days = i64::from(period.weeks()) * 7 + i64::from(period.days());
    (period.years() == 0 && period.months() == 0 && days > 0).then_some(days)
}

/// What the facts say about an agreement's term; none where there is neither a term nor a notice of termination.
#[must_use]
pub fn term_of(agreement: &Agreement) -> Option<Term> {
    let terminated = agreement
        .notices
        .iter()
        .filter(|(notice, _, revoked)| notice.kind == NoticeKind::Termination && revoked.is_none())
        .filter_map(|notice| Some((due::notice_effect(agreement, notice)?.days, notice.1.seq)))
        .min_by_key(|(effect, seq)| (effect.latest.unwrap_or(Day::MAX), *seq));
    let closed = agreement.ending.as_ref().map(|(_, mark)| mark.bounds.latest);
    let Some((set, mark)) = agreement.term.as_ref() else {
        terminated?;
        return Some(Term {
            set: None,
            start: UNKNOWN,
            start_fact: None,
            one_more: None,
            periods: Vec::new(),
            stop: None,
            terminated,
            closed,
        });
    };
    let (start, start_fact) = match set.start {
        Some(start) => (DueDates { earliest: Some(start), latest: Some(start) }, Some(mark.seq)),
        None => due::entry_into_force(agreement).map_or((UNKNOWN, None), |entry| (entry.days, entry.fact)),
    };
    let last = match (set.end, set.length) {
        (Some(end), _) => DueDates { earliest: Some(end), latest: Some(end) },
        (None, Some(length)) => each(start, |start| end_of(start, length)),
        (None, None) => UNKNOWN,
    };
    let known = start.earliest.filter(|earliest| Some(*earliest) == start.latest).zip(set.end);
    let one_more =
        set.renewal_length.or(set.length).or_else(|| known.and_then(|(start, end)| length_between(start, end)));
    let mut term = Term {
        set: Some((set.clone(), mark.seq)),
        start,
        start_fact,
        one_more,
        periods: Vec::new(),
        stop: None,
        terminated,
        closed,
    };
    if last.latest.is_some() {
        let first = TermPeriod { first: start, last, renewals: 0, by: Prolonged::First, fact: Some(mark.seq) };
        term.settle(agreement, first);
    }
    Some(term)
}

/// The last day of the term, renewals applied; none when it has none, or goes on by tacit renewal.
///
/// A notice of termination is no end of the term: it terminates.
#[must_use]
pub fn last_day(agreement: &Agreement) -> Option<Day> {
    agreement.term.as_ref()?;
    term_of(agreement)?.runs_out().and_then(|end| end.last.latest)
}

/// The day on which a notice against renewal has taken effect: the one after the last; none for any other fact.
#[must_use]
pub fn non_renewal_effect(agreement: &Agreement, notice: u64) -> Option<Day> {
    let stop = term_of(agreement)?.stop.filter(|stop| stop.notice == notice)?;
    stop.last.latest?.next()
}

/// Whether a notice, or its preparation, would have to come before the term itself begins.
///
/// A term that is to start with the agreement is measured from the day on which that operates, or from any day.
#[must_use]
pub fn longer_than_term(set: &TermSet, operates: Option<Day>) -> Option<Objection> {
    let any = || set.length.and(Day::new(2001, 1, 1));
    let start = set.start.or(operates).or_else(any)?;
    let end = set.end.or_else(|| end_of(start, set.length?))?;
    let notice_by = counted_back(end, set.notice_period?);
    if notice_by.is_none_or(|by| by < start) {
        return Some(Objection::LeadTooLong { of: "the notice period", lead: set.notice_period? });
    }
    let prepare = set.prepare?;
    let prepare_by = notice_by.and_then(|by| counted_back(by, prepare));
    prepare_by
        .is_none_or(|by| by < start)
        .then_some(Objection::LeadTooLong { of: "the lead for preparing", lead: prepare })
}

impl Term {
    fn renewal(&self) -> Renewal {
        self.set.as_ref().map_or(Renewal::None, |(set, _)| set.renewal)
    }

    fn notice_period(&self) -> Option<Period> {
        self.set.as_ref().and_then(|(set, _)| set.notice_period)
    }

    /// Puts the periods together that express renewals settled, and finds the notice against the next one.
    fn settle(&mut self, agreement: &Agreement, first: TermPeriod) {
        let tacit = self.renewal() == Renewal::Tacit;
        let against = |(notice, _, revoked): &&Notice| notice.kind == NoticeKind::NonRenewal && revoked.is_none();
        let mut notices: Vec<&Notice> = agreement.notices.iter().filter(against).collect();
        let mut current = first;
        self.periods.push(first);
        for (renewed, mark) in &agreement.renewals {
            let on = mark.bounds.latest;
            // An express renewal answers every notice before it.
            let before = notices.partition_point(|(_, given, _)| (given.bounds.latest, given.seq) < (on, mark.seq));
            let answered: Vec<&Notice> = notices.drain(..before).collect();
            if tacit {
                let stop = self.stop_by(current, &answered);
                let base = match stop.and_then(|stop| stop.last.latest) {
                    Some(last) => current.reaching(self.one_more, on.min(last)),
                    None => current.reaching(self.one_more, on),
                };
                if base != current {
                    self.periods.push(base);
                    current = base;
                }
            }
            // What had run out begins anew on the day on which it was renewed.
            let ran_out = current.last.latest.is_some_and(|last| on > last);
            let first =
                if ran_out { DueDates { earliest: Some(on), latest: Some(on) } } else { each(current.last, Day::next) };
            let last = match (renewed.until, renewed.length.or(self.one_more)) {
                (Some(until), _) => DueDates { earliest: Some(until), latest: Some(until) },
                (None, Some(length)) => each(first, |first| end_of(first, length)),
                (None, None) => continue,
            };
            if last.latest.is_none() {
                continue;
            }
            let renewals = current.renewals + 1;
            current = TermPeriod { first, last, renewals, by: Prolonged::Express, fact: Some(mark.seq) };
            self.periods.push(current);
        }
        if tacit {
            self.stop = self.stop_by(current, &notices);
        }
    }

    /// The end that the first effective of some notices brings, counted from a period that is settled.
    fn stop_by(&self, current: TermPeriod, notices: &[&Notice]) -> Option<Stop> {
        let stops = notices.iter().map(|(_, mark, _)| {
            let given = mark.bounds.latest;
            let ends = self.in_time(current, given);
            let missed = self.missed(current, given).filter(|missed| Some(*missed) != ends.last.latest);
            Stop { last: ends.last, notice: mark.seq, given, missed }
        });
        stops.min_by_key(|stop| (stop.last.latest.unwrap_or(Day::MAX), stop.notice))
    }

    /// The last day for a notice that ends a period with its last day.
    fn notice_by(&self, last: DueDates) -> DueDates {
        match self.notice_period() {
            None => last,
            Some(period) => each(last, |last| counted_back(last, period)),
        }
    }

    /// The first period that a notice ends which is given by a day: the one that runs, else a later one.
    fn in_time(&self, current: TermPeriod, given: Day) -> TermPeriod {
        // No period that ends much sooner than that can be meant; three days for the ends of months.
        let near = self.notice_period().and_then(|period| period.add_to(given, MonthEnd::Clamp));
        let near = near.and_then(|near| near.plus_days(-3)).unwrap_or(given).max(given);
        let mut ends = current.reaching(self.one_more, near);
        for _ in 0..PERIODS_MOST {
            let in_time = self.notice_by(ends.last).latest.is_some_and(|by| given <= by);
            if in_time || ends.last.latest.is_none() {
                break;
            }
            let Some(next) = ends.next(self.one_more) else { break };
            ends = next;
        }
        ends
    }

    /// The end of the period that runs on a day, where a notice of that day comes too late for it.
    fn missed(&self, current: TermPeriod, given: Day) -> Option<Day> {
        let running = current.reaching(self.one_more, given);
        let late = self.notice_by(running.last).latest.is_none_or(|by| given > by);
        running.last.latest.filter(|_| late)
    }

    /// The last day with which the term runs out, where that is settled.
    fn runs_out(&self) -> Option<TermEnd> {
        if self.renewal() == Renewal::Tacit {
            return self.stop.map(|stop| TermEnd { last: stop.last, notice: Some(stop.notice), missed: stop.missed });
        }
        self.periods.last().map(|period| TermEnd { last: period.last, notice: None, missed: None })
    }

    /// The last day of all, where that is settled: the term's, or the eve of a termination.
    #[must_use]
    pub fn ends(&self) -> Option<TermEnd> {
        let terminated = self.terminated.map(|(effect, notice)| TermEnd {
            last: each(effect, Day::previous),
            notice: Some(notice),
            missed: None,
        });
        let ends = [self.runs_out(), terminated].into_iter().flatten();
        ends.filter(|end| end.last.latest.is_some()).min_by_key(|end| end.last.latest)
    }

    /// The period that runs on a day; before the start the first, after the end the last.
    fn period_on(&self, day: Day) -> Option<TermPeriod> {
        let begun = |period: &&TermPeriod| period.first.latest.is_none_or(|first| first <= day);
        let settled = self.periods.iter().rev().find(begun).or_else(|| self.periods.first())?;
        if self.renewal() != Renewal::Tacit {
            return Some(*settled);
        }
        let until = self.stop.and_then(|stop| stop.last.latest).map_or(day, |stop| day.min(stop));
        Some(settled.reaching(self.one_more, until))
    }

    /// The dates as they stand on a day.
    #[must_use]
    pub fn on(&self, day: Day) -> TermDates {
        let period = self.period_on(self.closed.map_or(day, |closed| day.min(closed)));
        let ends = self.ends();
        let over = ends.and_then(|end| end.last.latest).is_some_and(|last| day > last);
        // What the parties settled beyond the running period is not open to a notice any more.
        let base = period
            .zip(self.periods.last().copied())
            .map(|(running, settled)| if settled.renewals > running.renewals { settled } else { running });
        let noticed = self.stop.is_some() || self.terminated.is_some();
        let tacit = self.renewal() == Renewal::Tacit;
        let open = base.filter(|_| !over && !noticed && self.closed.is_none());
        let notice = open.filter(|_| self.notice_period().is_some()).and_then(|base| {
            let ends = if tacit { self.in_time(base, day) } else { base };
            let notice_by = self.notice_by(ends.last);
            notice_by.latest?;
            let prepare = self.set.as_ref().and_then(|(set, _)| set.prepare);
            let prepare_by = prepare.map(|prepare| each(notice_by, |by| counted_back(by, prepare)));
            Some(NoticeWindow { ends: ends.last, notice_by, prepare_by: prepare_by.filter(|by| by.latest.is_some()) })
        });
        let next_renewal = open.filter(|_| tacit).map(|base| each(base.last, Day::next));
        let next_renewal = next_renewal.filter(|next| next.latest.is_some());
        let renewal_certain = next_renewal.is_some()
            && notice.zip(open).is_some_and(|(window, open)| window.ends.latest > open.last.latest);
        TermDates { start: self.start, period, ends, notice, next_renewal, renewal_certain }
    }

    /// Every fact that the dates rest on, in order.
    #[must_use]
    pub fn hangs_on(&self) -> Vec<u64> {
        let periods = self.periods.iter().filter_map(|period| period.fact);
        let notices = [self.stop.map(|stop| stop.notice), self.terminated.map(|(_, notice)| notice)];
        let set = self.set.as_ref().map(|(_, fact)| *fact);
        let mut facts: Vec<u64> =
            periods.chain(notices.into_iter().flatten()).chain(set).chain(self.start_fact).collect();
        facts.sort_unstable();
        facts.dedup();
        facts
    }
}
