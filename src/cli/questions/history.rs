//! `history`: what was recorded about an agreement.

use serde_json::Value;

use crate::cli::args::AskedArgs;
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Format, Item, Report, Section, Tone};
use crate::cli::session::{Session, asked, reference};
use crate::domain::text::Line;
use crate::views::document::RedactedView;
use crate::views::history::{HistoryRow, RedactedRow};

/// Options of `history`.
#[derive(Clone, Debug, clap::Args)]
pub struct HistoryArgs {
    /// The agreement's reference.
    #[arg(value_name = "REF", add = crate::cli::place::references())]
    agreement: String,
    /// As recorded by this instant, or by the end of this day; now if left out.
    #[arg(long, value_name = "WHEN")]
    known_at: Option<String>,
}

pub(super) async fn run(args: HistoryArgs, session: &Session) -> Result<Exit, Failure> {
    let reference = reference(&args.agreement)?;
    let service = session.open(false)?;
    let asked = asked(&service, &AskedArgs { as_of: None, known_at: args.known_at }).await?;
    let rows = service.history(&reference, asked.known_at).await?;
    // A terminal is narrow: there the position in the log is left out, and who recorded it stands with the rest.
    let narrow = session.format() == Format::Table;
    session.answer(&rows, &rows, || {
        let mut columns = vec![
            Column::id("event", "Event"),
            Column::new(crate::cli::output::Kind::Id, "recorded", "Recorded").priority(2),
            Column::id("occurred", "Happened"),
            Column::text("what", "What").priority(4),
        ];
        if !narrow {
            columns.insert(1, Column::id("position", "Log"));
            columns.insert(3, Column::word("by", "By"));
            columns.insert(4, Column::id("type", "Type"));
        }
        let section = Section::table("events", columns).rows(rows.iter().map(|row| cells(row, narrow)));
        Report::new()
            .heading(format!("{reference}: {} events, as recorded by {}", rows.len(), super::instant(asked.known_at)))
            .section(section)
    })
}

fn cells(row: &HistoryRow, narrow: bool) -> Vec<Cell> {
    let tone = if row.retracted_by.is_some() { Tone::Dim } else { Tone::Plain };
    let seconds = row.recorded.at.to_string();
    let seconds = seconds.split('.').next().unwrap_or_default().to_owned();
    let asserted = if row.recorded.asserted { "Z (asserted)" } else { "Z" };
    let on = row.occurred.on.as_ref().map_or_else(|| "undated".to_owned(), ToString::to_string);
    let event = Cell::from(format!("@{}", row.seq)).tone(Tone::Strong);
    let recorded = Cell::from(seconds + asserted);
    if narrow {
        let what = format!("{}: {}; by {}", row.kind, what(row), row.recorded.by);
        return vec![event, recorded, Cell::from(on), Cell::from(what).tone(tone)];
    }
    vec![
        event,
        Cell::from(format!("#{}", row.position)),
        recorded,
        Cell::from(&row.recorded.by),
        Cell::from(row.kind).tone(tone),
        Cell::from(on),
        Cell::from(what(row)).tone(tone),
    ]
}

/// One line of what an event says, with what became of it.
fn what(row: &HistoryRow) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(by) = row.retracted_by {
        parts.push(format!("[retracted by @{by}]"));
    }
    if let Some(redacted) = &row.redacted {
        parts.push(format!("[{}]", taken_out(redacted)));
    }
    if !row.changed_by.is_empty() {
        let by: Vec<String> = row.changed_by.iter().map(|seq| format!("@{seq}")).collect();
        parts.push(format!("[now read with {}]", by.join(", ")));
    }
    if let Value::Object(data) = &row.data {
        for (name, value) in data {
            parts.push(words(name, value));
        }
    }
    if let Some(reason) = &row.reason {
        parts.push(format!("reason: {reason}"));
    }
    let sources: Vec<String> = row.evidence.iter().map(|evidence| evidence.source.to_string()).collect();
    if !sources.is_empty() {
        parts.push(format!("source: {}", sources.join(", ")));
    }
    parts.join("; ")
}

/// What was taken out, by which fact, when, by whom, under which authority and why.
fn taken_out(redacted: &RedactedRow) -> String {
    let what = if redacted.whole {
        "all that it says was".to_owned()
    } else {
        let fields: Vec<&str> = redacted.fields.iter().map(Line::as_str).collect();
        let were = if fields.len() == 1 { "was" } else { "were" };
        if fields.is_empty() { "a part of it was".to_owned() } else { format!("{} {were}", fields.join(", ")) }
    };
    let on = redacted.recorded.as_ref().map(|recorded| {
        let at = recorded.at.to_string();
        format!(" on {} by {}", at.split('T').next().unwrap_or_default(), recorded.by)
    });
    let authority = redacted.authority.as_ref().map(|authority| format!(" under {authority}"));
    let reason = redacted.reason.as_ref().map(|reason| format!(": {reason}"));
    let details: String = [on, authority, reason].into_iter().flatten().collect();
    format!("{what} taken out by @{}{details}", redacted.by)
}

/// The facts out of which something was taken, as other questions tell of them.
pub(super) fn redacted(facts: &[RedactedView]) -> Section {
    let item = |fact: &RedactedView| {
        let later = if fact.known { "" } else { "; not yet by the time asked about, and gone all the same" };
        Item::bullet(0, format!("@{} {}: {}{later}", fact.event, fact.kind, taken_out(&fact.redaction)))
    };
    Section::text("redacted", facts.iter().map(item)).titled("Taken out on legal duty")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Null => "none".to_owned(),
        Value::Object(map) => {
            if let (Some(field), Some(was), Some(now)) = (map.get("field"), map.get("was"), map.get("now")) {
                format!("{} was {}, is {}", plain(field), plain(was), plain(now))
            } else {
                let inner: Vec<String> = map.iter().map(|(name, value)| words(name, value)).collect();
                format!("({})", inner.join(", "))
            }
        }
        other => other.to_string(),
    }
}

fn words(name: &str, value: &Value) -> String {
    match (name, value) {
        ("event", Value::Number(seq)) => format!("@{seq}"),
        ("parties", Value::Array(list)) => {
            let names: Vec<String> = list
                .iter()
                .map(|party| {
                    let id = party.get("id").map(plain).unwrap_or_default();
                    format!("{id} = {}", party.get("name").map(plain).unwrap_or_default())
                })
                .collect();
            format!("parties: {}", names.join(", "))
        }
        ("rule", Value::Object(rule)) => {
            let part = |name: &str| rule.get(name).map(plain).unwrap_or_default();
            let again = rule.get("repeat").map(|repeat| format!(", again by {}", plain(repeat))).unwrap_or_default();
            match rule.get("length") {
                Some(Value::Object(length)) => {
                    let length: Vec<String> = length.values().map(plain).collect();
                    format!("rule: {} {} {}{again}", length.join(" "), part("direction"), part("anchor"))
                }
                _ => format!("rule: due {}{again}", part("anchor")),
            }
        }
        _ => format!("{}: {}", name.replace('_', " "), plain(value)),
    }
}
