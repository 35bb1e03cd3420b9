//! How the dates of a term come about: each step in words, with the days that come out and the fact that it rests on.

use super::{Prolonged, Term, TermDates, TermPeriod, UNKNOWN};
use crate::domain::day::Day;
use crate::domain::due::DueDates;
use crate::domain::event::term::TermSet;

/// Which of the dates a step leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermPart {
    /// The period that runs, and when it ends.
    Period,
    /// The last day of all.
    End,
    /// The last day for a notice.
    Notice,
    /// The day for preparing it.
    Prepare,
    /// The next tacit renewal.
    Renewal,
}

/// One step towards a date of the term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermStep {
    /// What it leads to.
    pub part: TermPart,
    /// What is done, in words, without the day that comes out.
    pub words: String,
    /// The days that come out.
    pub days: DueDates,
    /// The fact that it rests on.
    pub fact: Option<u64>,
    /// What the register assumes in it because nobody stated it.
    pub assumed: Option<&'static str>,
}

fn found(part: TermPart, words: impl Into<String>, days: DueDates, fact: Option<u64>) -> TermStep {
    TermStep { part, words: words.into(), days, fact, assumed: None }
}

impl Term {
    /// How the dates of a day come about, step by step.
    #[must_use]
    pub fn steps(&self, day: Day) -> Vec<TermStep> {
        let dates = self.on(day);
        let mut steps = self.first_period();
        steps.extend(self.later_periods(&dates));
        steps.extend(self.towards_the_end(&dates));
        if let Some((set, fact)) = &self.set {
            steps.extend(window_steps(set, *fact, &dates));
            let words = if dates.renewal_certain {
                "no notice can come in time any more: the next period begins on the day after the last"
            } else {
                "without a notice in time the next period begins on the day after the last"
            };
            steps.extend(dates.next_renewal.map(|next| found(TermPart::Renewal, words, next, Some(*fact))));
        }
        steps
    }

    fn first_period(&self) -> Vec<TermStep> {
        let Some((set, fact)) = &self.set else { return Vec::new() };
        let start = if set.start.is_some() {
            found(TermPart::Period, "its first day is stated", self.start, Some(*fact))
        } else {
            let words = "it starts on the day from which the agreement operates";
            TermStep { assumed: Some(words), ..found(TermPart::Period, words, self.start, self.start_fact) }
        };
        let words = match (set.end, set.length) {
            (Some(_), _) => "its last day is stated".to_owned(),
            (None, Some(length)) => format!("count {length} forward; the last day is the one before"),
            (None, None) => "it has neither a length nor a last day".to_owned(),
        };
        let last = self.periods.first().map_or(UNKNOWN, |period| period.last);
        vec![start, found(TermPart::Period, words, last, Some(*fact))]
    }

    /// The renewals up to the period that runs, and those that the parties settled beyond it.
    fn later_periods(&self, dates: &TermDates) -> Vec<TermStep> {
        let Some(running) = dates.period else { return Vec::new() };
        let (begun, ahead): (Vec<TermPeriod>, Vec<TermPeriod>) =
            self.periods.iter().copied().skip(1).partition(|period| period.renewals <= running.renewals);
        let mut since = 0;
        let mut steps = Vec::new();
        for (part, period) in begun
            .into_iter()
            .chain([running])
            .map(|p| (TermPart::Period, p))
            .chain(ahead.into_iter().map(|p| (TermPart::End, p)))
        {
            if period.renewals > since {
                steps.push(self.renewed(part, &period, period.renewals - since));
                since = period.renewals;
            }
        }
        steps
    }

    fn renewed(&self, part: TermPart, period: &TermPeriod, times: u64) -> TermStep {
        if period.by != Prolonged::Tacit {
            return found(part, "renewed expressly", period.last, period.fact);
        }
        let (often, each) = if times == 1 { ("once".to_owned(), "") } else { (format!("{times} times"), " each") };
        let by = self.one_more.map(|length| format!(", by {length}{each}")).unwrap_or_default();
        let words = format!("no notice came in time: renewed tacitly {often}{by}");
        let unsaid = self.set.as_ref().is_some_and(|(set, _)| set.renewal_length.is_none());
        let assumed = unsaid.then_some("a renewal lasts as long as the first term");
        TermStep { assumed, ..found(part, words, period.last, None) }
    }

    fn towards_the_end(&self, dates: &TermDates) -> Vec<TermStep> {
        let mut steps = Vec::new();
        if let Some(stop) = self.stop {
            if let Some(missed) = stop.missed {
                let by = self.notice_by(DueDates { earliest: Some(missed), latest: Some(missed) });
                let words = format!(
                    "a notice given by {} is too late for the period until {missed}, which wanted it by",
                    stop.given
                );
                steps.push(found(TermPart::End, words, by, Some(stop.notice)));
            }
            let words = "the notice against renewal ends it with its period";
            steps.push(found(TermPart::End, words, stop.last, Some(stop.notice)));
        }
        if let Some((effect, notice)) = self.terminated {
            steps.push(found(TermPart::End, "the notice of termination takes effect", effect, Some(notice)));
        }
        steps.extend(dates.ends.map(|end| found(TermPart::End, "its last day of all", end.last, end.notice)));
        steps
    }
}

fn window_steps(set: &TermSet, fact: u64, dates: &TermDates) -> Vec<TermStep> {
    let Some((window, notice)) = dates.notice.zip(set.notice_period) else { return Vec::new() };
    let words = format!("count {notice} back from the last day; a day off does not move it");
    let mut steps = vec![
        found(TermPart::Notice, "the last day that a notice can bring", window.ends, None),
        found(TermPart::Notice, words, window.notice_by, Some(fact)),
    ];
    if let Some((by, lead)) = window.prepare_by.zip(set.prepare) {
        let words = format!("count {lead} back from there, the register's own lead");
        steps.push(found(TermPart::Prepare, words, by, Some(fact)));
    }
    steps
}
