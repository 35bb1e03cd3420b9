//! `report mou-return`: one record a page for people, one row an agreement for spreadsheets.
//!
//! Two dozen columns fit no terminal, so people get a block for each agreement; a page has an overview above them.

use crate::cli::args::{AskedArgs, FilterArgs};
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Field, Format, Layout, Report, Section, Tone, render};
use crate::cli::questions::{asked_line, board, by_or_on, day_or_dash, joined, spaced};
use crate::cli::session::{Session, asked, filter};
use crate::domain::edtf::Edtf;
use crate::domain::id::PartyId;
use crate::domain::status::CommitmentState;
use crate::domain::vocabulary::{Certainty, Lifecycle};
use crate::service::audit::ReturnRows;
use crate::views::document::{BodyView, When};
use crate::views::mou_return::{LatestReport, ProgressLine, ReturnParty, ReturnRow, ReturnTotals};

/// What is said of what nobody recorded.
const NOT_ON_RECORD: &str = "not on record";

/// How much text of blocks waits until it is written.
const WRITTEN_BYTES: usize = 64 * 1024;

/// How many sources a block for people names; CSV and JSON have all.
const SOURCES_SHOWN: usize = 6;

/// Options of `report mou-return`.
#[derive(Clone, Debug, clap::Args)]
pub struct MouReturnArgs {
    #[command(flatten)]
    asked: AskedArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

pub(super) async fn run(args: MouReturnArgs, session: &Session) -> Result<Exit, Failure> {
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    let filter = filter(&args.filter)?;
    let (made, mut rows) = service.mou_return(asked, &filter).await?;
    let format = session.format();
    let headings = [asked_line(asked), totals(&made.totals)];
    // A row is long, and there is one for each agreement: they are written as they are read back.
    if format == Format::Markdown {
        let mut listing = session.listing(headings.join("\n"), overview());
        while let Some(row) = rows.next().transpose()? {
            if listing.row(&row, || overview_cells(&row)).is_break() {
                break;
            }
        }
        session.listed(listing)?;
        // The table of all stands above the blocks, so the rows are made once more for these.
        (_, rows) = service.mou_return(asked, &filter).await?;
        return blocks(&mut rows, Layout::Markdown, session);
    }
    if format == Format::Table {
        let report = headings.into_iter().fold(Report::new(), Report::heading);
        let nothing = made.totals.agreements == 0;
        let report = if nothing { report.section(overview()) } else { report };
        session.answer(&made, &made.agreements, || report)?;
        return blocks(&mut rows, Layout::Table, session);
    }
    let listing = session.listing(asked_line(asked), Section::table("agreements", columns()));
    let mut listing = listing.inside(&made).map_err(|e| Failure::storage("output", e.to_string()))?;
    while let Some(row) = rows.next().transpose()? {
        if listing.row(&row, || cells(&row)).is_break() {
            break;
        }
    }
    session.listed(listing)
}

fn count(number: usize, one: &str, more: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {more}") }
}

fn totals(totals: &ReturnTotals) -> String {
    let mut parts = vec![
        count(totals.agreements, "agreement", "agreements"),
        format!("{} signed", totals.signed),
        format!("{} in operation", totals.in_operation),
        format!("{} expired", totals.expired),
        format!("{} ended otherwise", totals.ended),
        format!("nothing reported on {}", totals.nothing_reported),
    ];
    if totals.mous > 0 {
        let mous = count(totals.mous, "MoU", "MoUs");
        parts.push(format!("{} of {mous} became an agreement", totals.became_agreements));
    }
    if totals.pledges_left_out > 0 {
        parts.push(format!("{} left out", count(totals.pledges_left_out, "pledge", "pledges")));
    }
    parts.join("; ")
}

/// A day as it is on record: exact, or with what is not known about it.
fn stated(when: &When) -> String {
    let Some(on) = &when.on else { return format!("day not on record, by {} at the latest", when.by) };
    let day = match Edtf::parse(on) {
        Ok(day) if day.exact().is_some() => on.clone(),
        Ok(day) if day.earliest().is_none() && day.latest().is_some() => format!("on or before {}", when.by),
        Ok(day) if day.has_unknown_year() => format!("{on}, the year is not known"),
        _ => format!("{on}, not known to the day"),
    };
    let sure = match when.certainty {
        Certainty::Stated | Certainty::Unknown => String::new(),
        other => format!(", {other}"),
    };
    let printed = when.as_printed.as_ref().map(|words| format!(", printed \"{words}\"")).unwrap_or_default();
    format!("{day}{sure}{printed}")
}

fn title(row: &ReturnRow) -> String {
    row.title.as_ref().map_or_else(|| format!("{} (no title on record)", row.reference), ToString::to_string)
}

fn party(party: &ReturnParty) -> String {
    let others = if party.names.is_empty() { String::new() } else { format!(" ({})", joined(&party.names)) };
    let organ = party.acting_through.as_ref().map(|organ| format!(", acting through {organ}")).unwrap_or_default();
    format!("{}{others}{organ}", party.name)
}

/// Who signed for each party, or that it is not on record.
fn signatories(row: &ReturnRow) -> Vec<String> {
    let for_party = |party: &ReturnParty| {
        let signed = row.signatories.iter().find(|signed| signed.party == party.id);
        let who = match signed.map(|signed| (&signed.name, &signed.title)) {
            None => "no signature on record".to_owned(),
            Some((Some(name), Some(title))) => format!("{name}, {title}"),
            Some((Some(name), None)) => format!("{name}, title {NOT_ON_RECORD}"),
            Some((None, Some(title))) => format!("{title}, name {NOT_ON_RECORD}"),
            Some((None, None)) => NOT_ON_RECORD.to_owned(),
        };
        format!("{}: {who}", party.name)
    };
    row.parties.iter().map(for_party).collect()
}

/// The days of signature: one where they are the same, else each with its party.
fn signed(row: &ReturnRow) -> Vec<String> {
    let mut days: Vec<String> = row.signatories.iter().map(|signed| stated(&signed.when)).collect();
    days.dedup();
    match days.len() {
        0 => vec!["no signature on record".to_owned()],
        1 => days,
        _ => {
            let name = |id: &PartyId| {
                row.parties
                    .iter()
                    .find(|party| party.id == *id)
                    .map_or_else(|| id.to_string(), |party| party.name.to_string())
            };
            let each = row.signatories.iter();
            each.map(|signed| format!("{}: {}", name(&signed.party), stated(&signed.when))).collect()
        }
    }
}

fn places(row: &ReturnRow) -> String {
    if row.places.is_empty() { NOT_ON_RECORD.to_owned() } else { joined(&row.places) }
}

fn in_operation(row: &ReturnRow) -> String {
    match (row.in_operation_from_earliest, row.in_operation_from) {
        (_, None) => NOT_ON_RECORD.to_owned(),
        (Some(earliest), Some(latest)) if earliest == latest => latest.to_string(),
        (Some(earliest), Some(latest)) => format!("a day from {earliest} to {latest}"),
        (None, Some(latest)) => format!("on or before {latest}"),
    }
}

fn expiry(row: &ReturnRow) -> String {
    let Some(renewal) = row.renewal else { return format!("term {NOT_ON_RECORD}") };
    let ends = row.expires.map_or_else(|| "goes on".to_owned(), |day| day.to_string());
    let length = row.term.as_ref().map(|length| format!(", term {length}")).unwrap_or_default();
    let notice = row.notice_period.as_ref().map(|notice| format!(", notice {notice}")).unwrap_or_default();
    format!("{ends}{length}, renewal {renewal}{notice}")
}

fn areas(row: &ReturnRow) -> String {
    if row.areas.is_empty() { NOT_ON_RECORD.to_owned() } else { joined(&row.areas) }
}

fn tally(row: &ReturnRow) -> String {
    let progress = row.progress;
    if progress.commitments == 0 {
        return "no commitment on record".to_owned();
    }
    let closed = if progress.closed > 0 { format!(", {} closed otherwise", progress.closed) } else { String::new() };
    let open = match (progress.overdue, progress.undated) {
        (0, 0) => String::new(),
        (overdue, 0) => format!(" ({overdue} overdue)"),
        (0, undated) => format!(" ({undated} undated)"),
        (overdue, undated) => format!(" ({overdue} overdue, {undated} undated)"),
    };
    let all = count(progress.commitments, "commitment", "commitments");
    format!("{all}: {} met, {} open{open}{closed}", progress.met, progress.open)
}

/// A report's own words and day.
fn report_words(report: &LatestReport) -> String {
    let share = report.share.map(|share| format!(", {share} %")).unwrap_or_default();
    let by = report.by.as_ref().map(|by| format!(", by {by}")).unwrap_or_default();
    let words = if report.words.is_empty() { String::new() } else { format!(": {}", joined(&report.words)) };
    format!("{}{share} {}{by}{words}", spaced(report.status.word()), stated(&report.when))
}

fn line(line: &ProgressLine) -> String {
    let due = match (line.state, line.due_earliest, line.due) {
        (CommitmentState::Met | CommitmentState::MetLate, ..) => {
            line.met_on.map(|day| format!(" {day}")).unwrap_or_default()
        }
        (_, earliest, Some(due)) => format!(", due {}", by_or_on(earliest, Some(due))),
        _ => String::new(),
    };
    let report = match (&line.report, line.met_on) {
        (Some(report), _) => format!("reported {}", report_words(report)),
        (None, Some(_)) => "by the formation of a body".to_owned(),
        (None, None) => "nothing reported".to_owned(),
    };
    format!("{} {}{due}: {}; {report}", line.commitment, spaced(line.state.word()), line.text)
}

fn body(body: &BodyView) -> String {
    let at = |what: &str, when: &Option<When>| when.as_ref().map(|when| format!("{what} {}", stated(when)));
    let met = body.meetings.len();
    let all: Vec<String> = [
        at("announced", &body.announced),
        at("formed", &body.formed),
        (met > 0).then(|| format!("met {}", count(met, "time", "times"))),
        at("dissolved", &body.dissolved),
    ]
    .into_iter()
    .flatten()
    .collect();
    let missing = if body.status == "announced" { ", not formed on record" } else { "" };
    format!("{}: {}{missing}", body.name, all.join(", "))
}

fn next_step(row: &ReturnRow) -> String {
    row.next_step.as_ref().map_or_else(
        || "nothing with a date".to_owned(),
        |step| format!("{} {}, due {}: {}", step.commitment, spaced(step.state.word()), step.due, step.text),
    )
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn list(values: &[String]) -> Vec<Cell> {
    values.iter().map(Cell::from).collect()
}

/// Writes a block for each agreement, some at a time.
fn blocks(rows: &mut ReturnRows, layout: Layout, session: &Session) -> Result<Exit, Failure> {
    let mut text = String::new();
    while let Some(row) = rows.next().transpose()? {
        text.push('\n');
        text.push_str(&render(&Report::new().section(block(&row)), layout, session.terminal()));
        if text.len() >= WRITTEN_BYTES {
            session.write(&text)?;
            text.clear();
        }
    }
    session.write(&text)
}

fn block(row: &ReturnRow) -> Section {
    let began = match row.kind.lifecycle() {
        Lifecycle::Treaty => "In force from",
        Lifecycle::Contract => "Effective from",
        Lifecycle::Mou | Lifecycle::Pledge => "In operation from",
    };
    let mut progress = vec![Cell::from(tally(row)).tone(Tone::Strong)];
    progress.extend(row.lines.iter().map(|entry| Cell::from(line(entry)).tone(board::tone(entry.state))));
    let bodies: Vec<String> = row.bodies.iter().map(body).collect();
    let late = row.next_step.as_ref().map_or(Tone::Plain, |step| board::tone(step.state));
    let mut sources: Vec<String> = row.sources.iter().take(SOURCES_SHOWN).map(ToString::to_string).collect();
    if row.sources.len() > SOURCES_SHOWN {
        sources.push(format!("and {} more", row.sources.len() - SOURCES_SHOWN));
    }
    let mut fields = vec![
        Field::new("reference", "Reference", &row.reference),
        Field::new("kind", "Kind", spaced(row.kind.word())),
        Field::new("status", "Status", Cell::from(spaced(row.status.word())).tone(Tone::Strong)),
        Field::list("parties", "Parties", row.parties.iter().map(|one| Cell::from(party(one)))),
        Field::list("signatories", "Signatories", list(&signatories(row))),
        Field::list("signed", "Signed", list(&signed(row))),
        Field::new("place", "Place", places(row)),
        Field::new("in_operation_from", began, in_operation(row)),
        Field::new("expiry", "Expiry", expiry(row)),
        Field::new("areas", "Areas", areas(row)),
        Field::list("progress", "Progress", progress),
        Field::list(
            "bodies",
            "Bodies",
            if bodies.is_empty() { list(&["none on record".to_owned()]) } else { list(&bodies) },
        ),
        Field::new("next_step", "Next step", Cell::from(next_step(row)).tone(late)),
    ];
    if !row.became.is_empty() {
        fields.push(Field::new("became", "Became", joined(&row.became)));
    }
    let none = [NOT_ON_RECORD.to_owned()];
    fields.push(Field::list("source", "Source", list(if sources.is_empty() { &none } else { &sources })));
    Section::fields("agreement", fields).titled(format!("{}. {}", row.no, title(row)))
}

/// One line an agreement, above the blocks of a page.
fn overview() -> Section {
    let columns = [
        Column::number("no", "No."),
        Column::text("title", "Title"),
        Column::text("parties", "Parties"),
        Column::text("signed", "Signed"),
        Column::word("status", "Status"),
        Column::text("expiry", "Expiry"),
        Column::text("progress", "Progress"),
    ];
    Section::table("agreements", columns).when_empty("no MoU or agreement is on record by then")
}

fn overview_cells(row: &ReturnRow) -> Vec<Cell> {
    let parties: Vec<_> = row.parties.iter().map(|party| &party.name).collect();
    vec![
        Cell::from(row.no),
        Cell::from(title(row)),
        Cell::from(joined(&parties)),
        Cell::from(signed(row).join("; ")),
        Cell::from(spaced(row.status.word())),
        Cell::from(expiry(row)),
        Cell::from(tally(row)),
    ]
}

/// Every column of the return, a row for each agreement; several values in a cell are parted by bars,
/// which titles and names have least.
fn columns() -> [Column; 28] {
    [
        Column::number("no", "No."),
        Column::id("reference", "Reference"),
        Column::text("title", "Title"),
        Column::word("kind", "Kind"),
        Column::text("parties", "Parties"),
        Column::text("signatories", "Signatories"),
        Column::day("signed", "Signed"),
        Column::text("signed_as_stated", "Signed, as stated"),
        Column::text("place", "Place"),
        Column::day("in_operation_from", "In operation from"),
        Column::text("in_operation_as_stated", "In operation, as stated"),
        Column::day("expires", "Expires"),
        Column::text("expiry_as_stated", "Term and renewal"),
        Column::word("status", "Status"),
        Column::text("areas", "Areas"),
        Column::number("commitments", "Commitments"),
        Column::number("met", "Met"),
        Column::number("open", "Open"),
        Column::number("overdue", "Overdue"),
        Column::number("undated", "Undated"),
        Column::text("progress", "Progress"),
        Column::day("latest_report_on", "Latest report on"),
        Column::text("latest_report", "Latest report"),
        Column::text("bodies", "Bodies"),
        Column::day("next_due", "Next due"),
        Column::text("next_step", "Next step"),
        Column::text("became", "Became"),
        Column::text("source", "Source"),
    ]
}

fn cells(row: &ReturnRow) -> Vec<Cell> {
    let report = row.latest_report.as_ref();
    let words = |all: &[String]| all.join(" | ");
    let each = |all: Vec<String>| Cell::from(words(&all));
    let lines: Vec<String> = row.lines.iter().map(line).collect();
    vec![
        Cell::from(row.no),
        Cell::from(&row.reference),
        Cell::from(row.title.as_ref().map(ToString::to_string).unwrap_or_default()),
        Cell::from(spaced(row.kind.word())),
        each(row.parties.iter().map(party).collect()),
        each(signatories(row)),
        Cell::from(day_or_dash(row.signatories.iter().map(|signed| signed.when.by).max())),
        each(signed(row)),
        Cell::from(if row.places.is_empty() { places(row) } else { words(&texts(&row.places)) }),
        // A day of which only an interval is known is no day for a sheet to reckon with.
        Cell::from(day_or_dash(row.in_operation_from.filter(|latest| row.in_operation_from_earliest == Some(*latest)))),
        Cell::from(in_operation(row)),
        Cell::from(day_or_dash(row.expires)),
        Cell::from(expiry(row)),
        Cell::from(spaced(row.status.word())),
        Cell::from(if row.areas.is_empty() { areas(row) } else { words(&texts(&row.areas)) }),
        Cell::from(row.progress.commitments),
        Cell::from(row.progress.met),
        Cell::from(row.progress.open),
        Cell::from(row.progress.overdue),
        Cell::from(row.progress.undated),
        each(lines),
        Cell::from(day_or_dash(report.map(|report| report.when.by))),
        Cell::from(report.map(|report| format!("{}: {}", report.commitment, report_words(report))).unwrap_or_default()),
        each(row.bodies.iter().map(body).collect()),
        Cell::from(day_or_dash(row.next_step.as_ref().map(|step| step.due))),
        Cell::from(row.next_step.as_ref().map(|_| next_step(row)).unwrap_or_default()),
        each(texts(&row.became)),
        each(texts(&row.sources)),
    ]
}
