//! `diff`: what changed, and by which event.

use serde_json::Value;

use super::instant;
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Format, Kind, Report, Section, Tone};
use crate::cli::session::{Session, day, knowledge, reference};
use crate::domain::dates::DateKey;
use crate::domain::day::Day;
use crate::domain::id::Reference;
use crate::views::diff::{Change, DateMove};

/// Options of `diff`.
#[derive(Clone, Debug, clap::Args)]
pub struct DiffArgs {
    /// The agreement's reference.
    #[arg(value_name = "REF", add = crate::cli::place::references())]
    agreement: String,
    /// Given twice: from what was known then to what was known later.
    #[arg(long, value_name = "WHEN", action = clap::ArgAction::Append)]
    known_at: Vec<String>,
    /// Given twice: from how it stood then to how it stood later.
    #[arg(long, value_name = "DAY", action = clap::ArgAction::Append)]
    as_of: Vec<String>,
}

pub(super) async fn run(args: DiffArgs, session: &Session) -> Result<Exit, Failure> {
    let reference = reference(&args.agreement)?;
    let service = session.open(false)?;
    let days = args.as_of.iter().map(|text| day(&service, "as-of", text)).collect::<Result<Vec<_>, _>>()?;
    let times = args.known_at.iter().map(|text| knowledge(&service, text)).collect::<Result<Vec<_>, _>>()?;
    let (changes, between) = match (days.as_slice(), times.as_slice()) {
        (as_of @ ([] | [_]), [from, to]) => {
            let as_of = as_of.first().copied().unwrap_or_else(|| service.today());
            let changes = service.diff_knowledge(&reference, as_of, *from, *to).await?;
            (
                changes,
                format!(
                    "as of {as_of}, from what was known at {} to what was known at {}",
                    instant(*from),
                    instant(*to)
                ),
            )
        }
        ([from, to], known_at @ ([] | [_])) => {
            let known_at = match known_at.first() {
                Some(known_at) => *known_at,
                None => service.knowledge_now().await?,
            };
            let changes = service.diff_days(&reference, known_at, *from, *to).await?;
            (changes, format!("from {from} to {to}, as recorded by {}", instant(known_at)))
        }
        (days, times) => {
            let message =
                format!("diff wants two --known-at, or two --as-of; given were {} and {}", times.len(), days.len());
            return Err(Failure::usage("two_points", message)
                .hinted("servanda diff REF --known-at 2025-10-01 --known-at 2025-11-01"));
        }
    };
    // A spreadsheet wants one table, in which the dates are rows like the others.
    let sheet = session.format() == Format::Csv;
    session.answer(&changes, &changes, || {
        if sheet {
            return Report::new().section(table(changes.iter()));
        }
        let moved = moved_rows(&changes);
        let columns = [
            Column::id("date", "Date"),
            Column::new(Kind::Day, "before", "Before"),
            Column::new(Kind::Day, "after", "After"),
            Column::text("because", "Because"),
        ];
        let moved = Section::table("moved", columns).titled("Dates that moved").rows(moved);
        let rest = table(changes.iter().filter(|change| change.date.is_none()));
        let rest = if moved.is_empty() { rest } else { rest.titled("Everything that changed") };
        Report::new().heading(format!("{reference}: {between}")).section(moved).section(rest)
    })
}

/// A row for each move of a date; parties whose date moves with the agreement's own are told there.
fn moved_rows(changes: &[Change]) -> Vec<[Cell; 4]> {
    let whole = DateKey::EntryIntoForce.to_string();
    let whole = changes.iter().find(|change| change.date.as_ref() == Some(&whole));
    let of_party = |change: &&Change| {
        let date = change.date.as_deref().unwrap_or_default();
        date.starts_with("entry-into-force:") && whole.is_some_and(|whole| whole.moves == change.moves)
    };
    let parties = changes.iter().filter(of_party).count();
    let mut rows = Vec::new();
    for change in changes.iter().filter(|change| !of_party(change)) {
        let so = match parties {
            0 => String::new(),
            _ if whole != Some(change) => String::new(),
            1 => "; so for 1 party".to_owned(),
            parties => format!("; so for {parties} parties"),
        };
        rows.extend(change.moves.iter().map(|step| moved_cells(change, step, &so)));
    }
    rows
}

fn table<'a>(changes: impl Iterator<Item = &'a Change>) -> Section {
    let columns = [
        Column::id("event", "By event"),
        Column::id("path", "What"),
        Column::text("before", "Before"),
        Column::text("after", "After"),
    ];
    Section::table("changes", columns).when_empty("nothing changed").rows(changes.map(cells))
}

fn moved_cells(change: &Change, step: &DateMove, so: &str) -> [Cell; 4] {
    let date = change.date.clone().unwrap_or_default();
    let days = |earliest: Option<Day>, latest: Option<Day>| match (earliest, latest) {
        (Some(earliest), Some(latest)) if earliest == latest => latest.to_string(),
        (Some(earliest), Some(latest)) => format!("{earliest}/{latest}"),
        (None, Some(latest)) => format!("../{latest}"),
        (Some(earliest), None) => format!("{earliest}/.."),
        (None, None) => "–".to_owned(),
    };
    [
        Cell::from(date).tone(Tone::Strong),
        Cell::from(days(step.before_earliest, step.before)),
        Cell::from(days(step.after_earliest, step.after)),
        Cell::from(format!("{}{so}", step.because)),
    ]
}

fn cells(change: &Change) -> [Cell; 4] {
    let event = change.event.as_ref().map_or_else(
        || "(time)".to_owned(),
        |by| format!("{}@{} {}", if by.of_register { Reference::REGISTER } else { "" }, by.seq, by.kind),
    );
    [Cell::from(event), Cell::from(&change.path), Cell::from(plain(&change.before)), Cell::from(plain(&change.after))]
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(map) => {
            let word = |value: &Value| value.as_str().map(str::to_owned);
            let day = |when: &Value| ["on", "by"].iter().find_map(|field| when.get(*field).and_then(word));
            let name = ["text", "name", "title"].iter().find_map(|field| map.get(*field).and_then(word));
            let when = map.get("when").and_then(day);
            match (name, when.or_else(|| day(value))) {
                (Some(name), Some(day)) => format!("{name}, {day}"),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => value.to_string(),
            }
        }
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
