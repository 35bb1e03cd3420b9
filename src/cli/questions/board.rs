//! `overdue` and `due`.

use super::{asked_line, day_or_dash, instant, joined, spaced};
use crate::cli::args::{AskedArgs, FilterArgs};
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Format, Report, Section, Tone};
use crate::cli::session::{Session, asked, day, filter};
use crate::domain::day::Day;
use crate::domain::period::{MonthEnd, Period};
use crate::domain::recurrence::Owed;
use crate::domain::status::CommitmentState;
use crate::domain::zone::{ClockTime, ZoneName};
use crate::views::board::CommitmentRow;
use crate::views::term::{TermEvent, TermRow};

/// Options of `overdue`.
#[derive(Clone, Debug, clap::Args)]
pub struct OverdueArgs {
    #[command(flatten)]
    asked: AskedArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Exit with code 10 when something is overdue, for cron.
    #[arg(long)]
    exit_code: bool,
}

/// Options of `due`.
#[derive(Clone, Debug, clap::Args)]
pub struct DueArgs {
    #[command(flatten)]
    asked: AskedArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// How far ahead to look, such as P30D.
    #[arg(long, value_name = "PERIOD", default_value = "P30D", conflicts_with = "until")]
    within: String,
    /// The last day to look at.
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
}

/// The tone of a state.
pub(super) const fn tone(state: CommitmentState) -> Tone {
    match state {
        CommitmentState::Overdue => Tone::Bad,
        CommitmentState::PossiblyOverdue
        | CommitmentState::InGrace
        | CommitmentState::DueToday
        | CommitmentState::MetLate
        | CommitmentState::Disputed => Tone::Warn,
        CommitmentState::Met => Tone::Good,
        CommitmentState::Withdrawn
        | CommitmentState::Superseded
        | CommitmentState::Waived
        | CommitmentState::Suspended => Tone::Dim,
        CommitmentState::PartiallyMet
        | CommitmentState::AwaitingTrigger
        | CommitmentState::Undated
        | CommitmentState::DueSoon
        | CommitmentState::Pending => Tone::Plain,
    }
}

/// The due date for people: a day, an interval, or a dash.
pub(super) fn due_words(row: &CommitmentRow) -> String {
    day_words(row.due_earliest, row.due_latest)
}

/// What is owed; for people with the end of its last day, where that is stated.
pub(super) fn what_words(row: &CommitmentRow, sheet: bool) -> String {
    let end = end_words(row.zone.as_ref(), row.cut_off);
    match row.due {
        Some(due) if !sheet && !end.is_empty() => format!("{} (by {} {due}{end})", row.text, due.weekday_name()),
        _ => row.text.to_string(),
    }
}

/// Where and when a last day ends: `, 17:00 Asia/Karachi`; nothing where nobody says.
pub(super) fn end_words(zone: Option<&ZoneName>, cut_off: Option<ClockTime>) -> String {
    zone.map(|zone| format!(", {} {zone}", cut_off.unwrap_or(ClockTime::END))).unwrap_or_default()
}

/// A day, an interval, or a dash.
pub(super) fn day_words(earliest: Option<Day>, latest: Option<Day>) -> String {
    match (earliest, latest) {
        (Some(a), Some(b)) if a == b => b.to_string(),
        (Some(a), Some(b)) => format!("{a}/{b}"),
        (None, Some(b)) => format!("../{b}"),
        (Some(a), None) => format!("{a}/.."),
        (None, None) => "–".to_owned(),
    }
}

fn address(row: &CommitmentRow) -> Cell {
    Cell::from(format!("{}/{}", row.agreement, Owed { commitment: row.commitment, instance: row.instance }))
        .tone(Tone::Strong)
}

fn dated(key: &'static str, title: &str, empty: &str, rows: &[CommitmentRow], sheet: bool) -> Section {
    let mut columns = vec![
        Column::id("commitment", "Commitment"),
        Column::word("state", "State"),
        Column::new(crate::cli::output::Kind::Day, "due", "Due"),
        Column::number("days_overdue", "Days late"),
        Column::day("original_due", "First due").priority(3),
        Column::word("authority", "Counted").priority(3),
        Column::text("owed_by", "Owed by").priority(2),
        Column::text("owed_to", "Owed to").priority(2),
        Column::text("text", "What").priority(4),
    ];
    // A spreadsheet wants the day as a day, and the moment beside it.
    columns.extend(sheet.then(|| Column::word("ends_at", "Ends at")));
    let cells = rows.iter().map(|row| {
        let mut cells = vec![
            address(row),
            Cell::from(spaced(row.state.word())).tone(tone(row.state)),
            Cell::from(due_words(row)),
            Cell::from(row.days_overdue),
            Cell::from(day_or_dash(row.original_due)),
            Cell::from(row.authority.map_or("–", |authority| authority.word())),
            Cell::from(joined(&row.owed_by)),
            Cell::from(joined(&row.owed_to)),
            Cell::from(what_words(row, sheet)),
        ];
        let ends_at = row.ends_at.map_or_else(|| "–".to_owned(), instant);
        cells.extend(sheet.then(|| Cell::from(ends_at)));
        cells
    });
    let section = Section::table(key, columns).titled(title);
    let section = if empty.is_empty() { section } else { section.when_empty(empty) };
    section.rows(cells)
}

fn undated(rows: &[CommitmentRow]) -> Section {
    let columns = [
        Column::id("commitment", "Commitment"),
        Column::day("made", "Made"),
        Column::number("age_days", "Days old"),
        Column::text("owed_by", "Owed by").priority(2),
        Column::text("owed_to", "Owed to").priority(2),
        Column::text("text", "What").priority(4),
    ];
    let cells = rows.iter().map(|row| {
        [
            address(row),
            Cell::from(row.made),
            Cell::from(row.age_days),
            Cell::from(joined(&row.owed_by)),
            Cell::from(joined(&row.owed_to)),
            Cell::from(&row.text),
        ]
    });
    Section::table("undated", columns).titled("Promised without a date").rows(cells)
}

/// The most commitments of which it is said that a calendar does not reach far enough.
const BEYOND_MAX: usize = 10;

/// Says of which dates a calendar does not know enough.
fn beyond<'a>(report: Report, rows: impl IntoIterator<Item = &'a CommitmentRow>) -> Report {
    let told = rows.into_iter().filter_map(|row| row.beyond_calendar.as_ref().map(|beyond| (row, beyond)));
    told.take(BEYOND_MAX)
        .fold(report, |report, (row, beyond)| report.footing(format!("{}/{}: {beyond}", row.agreement, row.commitment)))
}

/// A row of `due`, one a line.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum DueRow<'a> {
    Commitment(&'a CommitmentRow),
    Term(&'a TermRow),
}

fn terms(title: &str, rows: &[TermRow], narrow: bool) -> Section {
    let columns = [
        Column::id("agreement", "Agreement"),
        Column::word("what", "What"),
        Column::new(crate::cli::output::Kind::Day, "day", "Day"),
        Column::number("days_left", "Days left"),
        Column::day("period_ends", "Period ends"),
        Column::word("renewal", "Renewal").priority(2),
        Column::word("notice_period", "Notice").priority(3),
        Column::text("title", "Title").priority(4),
    ];
    let cells = rows.iter().map(|row| {
        let soon = row.days_left <= crate::domain::status::DUE_SOON_DAYS;
        let tone = match row.what {
            TermEvent::PrepareNotice | TermEvent::Notice if row.days_left < 0 => Tone::Bad,
            TermEvent::PrepareNotice | TermEvent::Notice if soon => Tone::Warn,
            TermEvent::PrepareNotice | TermEvent::Notice | TermEvent::End | TermEvent::Renewal => Tone::Plain,
        };
        [
            Cell::from(&row.agreement).tone(Tone::Strong),
            Cell::from(spaced(row.what.word())).tone(tone),
            Cell::from(day_words(row.day_earliest, Some(row.day))),
            Cell::from(row.days_left).tone(tone),
            Cell::from(day_or_dash(row.period_ends)),
            Cell::from(row.renewal.map_or("–", |renewal| renewal.word())),
            Cell::from(match (&row.notice_period, row.certain) {
                // For people only: a spreadsheet wants the period, and has the day of the notice in a row of its own.
                (Some(period), true) if narrow => format!("{period}, passed"),
                (Some(period), _) => period.clone(),
                (None, _) => "–".to_owned(),
            }),
            Cell::from(row.title.as_ref().map(ToString::to_string).unwrap_or_default()),
        ]
    });
    Section::table("terms", columns).titled(title).rows(cells)
}

pub(super) async fn run_overdue(args: OverdueArgs, session: &Session) -> Result<Exit, Failure> {
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    let overdue = service.overdue(asked, &filter(&args.filter)?).await?;
    let all = overdue.overdue.iter().chain(&overdue.possibly_overdue).chain(&overdue.due_soon).chain(&overdue.undated);
    let sheet = session.format() == Format::Csv;
    let exit = session.answer(&overdue, all.clone(), || {
        let report = Report::new()
            .heading(asked_line(asked))
            .section(dated("overdue", "Overdue", "nothing is overdue", &overdue.overdue, sheet))
            .section(dated(
                "possibly_overdue",
                "Possibly overdue: the date is uncertain",
                "",
                &overdue.possibly_overdue,
                sheet,
            ))
            .section(dated("due_soon", "Due today, soon, or in grace", "", &overdue.due_soon, sheet))
            .section(undated(&overdue.undated));
        beyond(report, all)
    })?;
    if args.exit_code && !overdue.overdue.is_empty() {
        return Ok(Exit::Found);
    }
    Ok(exit)
}

pub(super) async fn run_due(args: DueArgs, session: &Session) -> Result<Exit, Failure> {
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    let until = if let Some(text) = &args.until {
        day(&service, "until", text)?
    } else {
        let period = Period::parse(&args.within).map_err(|e| Failure::usage("within", format!("--within: {e}")))?;
        period.add_to(asked.as_of, MonthEnd::Clamp).unwrap_or(crate::domain::day::Day::MAX)
    };
    let due = service.due(asked, until, &filter(&args.filter)?).await?;
    let rows = due.due.iter().chain(&due.awaiting).map(DueRow::Commitment).chain(due.terms.iter().map(DueRow::Term));
    let (narrow, sheet) = (session.format() == Format::Table, session.format() == Format::Csv);
    session.answer(&due, rows, || {
        let report = Report::new()
            .heading(asked_line(asked))
            .section(dated("due", &format!("Due by {until}"), "no commitment comes due by then", &due.due, sheet))
            .section(dated("awaiting", "Waiting for something to happen first", "", &due.awaiting, sheet))
            .section(terms(&format!("Notices, renewals and ends by {until}"), &due.terms, narrow));
        beyond(report, &due.due)
    })
}
