//! The days that a count looked at, in runs: "Sat 27, Sun 28 Sep 2025: weekend (pk)".

use crate::domain::day::Day;
use crate::views::derivation::steps::{BecauseView, DayView, Step};

/// The most runs that are shown of one step; JSON has every day.
const RUNS_MAX: usize = 40;
/// The longest run whose days are named one by one.
const NAMED_MAX: usize = 2;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The days of a step, days in a row of which the same is said put together; the year where it is another.
pub(super) fn runs(step: &Step) -> Vec<String> {
    let mut runs: Vec<&[DayView]> = Vec::new();
    let mut rest = step.days.as_slice();
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|day| alike(first, day)).count();
        let (run, after) = rest.split_at(length);
        runs.push(run);
        rest = after;
    }
    let mut year = None;
    let mut words: Vec<String> = Vec::new();
    for run in runs.iter().take(RUNS_MAX) {
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            let told = year.replace(last.day.year());
            let years = if told == Some(last.day.year()) { String::new() } else { format!(" {}", last.day.year()) };
            words.push(format!("{}{years}: {}", days(run), what(first, last)));
        }
    }
    let more: usize = runs.iter().skip(RUNS_MAX).map(|run| run.len()).sum::<usize>() + step.days_left_out;
    if more > 0 {
        words.push(format!("and {more} more days: --json lists them"));
    }
    words
}

fn alike(one: &DayView, other: &DayView) -> bool {
    one.taken == other.taken && one.because == other.because
}

fn month(day: Day) -> &'static str {
    usize::try_from(day.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?)).copied().unwrap_or("")
}

fn days(run: &[DayView]) -> String {
    match run {
        [first, .., last] if run.len() > NAMED_MAX => {
            let (from, to) = (first.day.min(last.day), first.day.max(last.day));
            let from_month = if (from.year(), from.month()) == (to.year(), to.month()) {
                String::new()
            } else {
                format!(" {}", month(from))
            };
            let year = if from.year() == to.year() { String::new() } else { format!(" {}", from.year()) };
            let dash = if from_month.is_empty() { "–" } else { " – " };
            format!("{}{from_month}{year}{dash}{} {}", from.day_of_month(), to.day_of_month(), month(to))
        }
        run => {
            let mut words = Vec::new();
            for (at, day) in run.iter().enumerate() {
                let next = run.get(at + 1);
                let is_last = next.is_none_or(|next| next.day.month() != day.day.month());
                let month = if is_last { format!(" {}", month(day.day)) } else { String::new() };
                words.push(format!("{} {}{month}", day.weekday, day.day.day_of_month()));
            }
            words.join(", ")
        }
    }
}

fn what(first: &DayView, last: &DayView) -> String {
    let because: Vec<String> = first.because.iter().map(because_words).collect();
    let because = because.join(", ");
    let number = match (first.number, last.number) {
        (Some(a), Some(b)) if a == b => format!("day {a}"),
        (Some(a), Some(b)) => format!("days {a}–{b}"),
        _ if first.taken == "skipped" => String::new(),
        _ => "open".to_owned(),
    };
    match (number.is_empty(), because.is_empty()) {
        (false, false) => format!("{number}, {because}"),
        (false, true) => number,
        (true, _) => because,
    }
}

fn because_words(because: &BecauseView) -> String {
    let calendar = &because.calendar;
    match (because.said, &because.name) {
        ("off", Some(name)) => format!("{name} ({calendar})"),
        ("off", None) => format!("day off ({calendar})"),
        ("worked", Some(name)) => format!("worked for {name} ({calendar})"),
        ("worked", None) => format!("a day of rest that is worked ({calendar})"),
        ("unknown", _) => format!("taken as open, {calendar} does not know it"),
        (said, _) => format!("{said} ({calendar})"),
    }
}
