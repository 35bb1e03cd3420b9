//! The layout for spreadsheets: RFC 4180, UTF-8, one header, CRLF.
//!
//! Values are as recorded, with one exception. A spreadsheet may run a cell that begins with `=`, `+`, `-`, `@`, a
//! tab or a carriage return as a formula (CWE-1236), and quoting does not help. Such a cell gets a leading `'`,
//! unless it stands in a column of numbers and is one.
//!
//! On a terminal, where nobody but a person reads it, control characters are made visible as everywhere else.

use super::blocks::NOTHING;
use super::report::{Body, Cell, Column, Kind, Report, Section};
use super::{Terminal, safe};

/// The column that tells the sections apart.
const SECTION: &str = "section";

/// What one section has to say in CSV.
struct Part {
    section: &'static str,
    keys: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// Returns one table. With several sections it begins with a column `section`, and has every column of each of them
/// in the order in which they first occur; a key that occurs twice within a section stays two columns.
pub(super) fn render(report: &Report, terminal: Terminal) -> String {
    let parts: Vec<Part> = report.sections.iter().map(|section| part(section, terminal)).collect();
    let several = parts.len() > 1;
    let columns = union(&parts);
    if columns.is_empty() {
        return String::new();
    }
    let header = several.then_some(SECTION).into_iter().chain(columns.iter().map(|(key, _)| *key));
    let mut records = vec![header.map(str::to_owned).collect::<Vec<_>>()];
    for part in &parts {
        let own = numbered(&part.keys);
        let places: Vec<_> = columns.iter().map(|column| own.iter().position(|key| key == column)).collect();
        for row in &part.rows {
            let cells = places.iter().map(|place| place.and_then(|at| row.get(at)).cloned().unwrap_or_default());
            records.push(several.then(|| part.section.to_owned()).into_iter().chain(cells).collect());
        }
    }
    write(&records)
}

/// Returns each key with the number of times it occurred before.
fn numbered(keys: &[&'static str]) -> Vec<(&'static str, usize)> {
    let before = |at: usize, key: &str| keys.iter().take(at).filter(|other| **other == key).count();
    keys.iter().enumerate().map(|(at, key)| (*key, before(at, key))).collect()
}

fn union(parts: &[Part]) -> Vec<(&'static str, usize)> {
    let mut columns = Vec::new();
    for key in parts.iter().flat_map(|part| numbered(&part.keys)) {
        if !columns.contains(&key) {
            columns.push(key);
        }
    }
    columns
}

fn part(section: &Section, terminal: Terminal) -> Part {
    let cell = |text: &str, kind| shown(text, kind, terminal);
    let (keys, rows) = match &section.body {
        Body::Table { columns, rows } => {
            let row = |row: &Vec<_>| {
                columns.iter().zip(row).map(|(column, value): (_, &Cell)| cell(&value.text, column.kind)).collect()
            };
            (columns.iter().map(|column| column.key).collect(), rows.iter().map(row).collect())
        }
        Body::Fields(fields) => {
            let row = fields.iter().map(|field| {
                let values: Vec<&str> = field.values.iter().map(|value| value.text.as_str()).collect();
                cell(&values.join("; "), field.kind)
            });
            let rows = if fields.is_empty() { Vec::new() } else { vec![row.collect()] };
            (fields.iter().map(|field| field.key).collect(), rows)
        }
        Body::Text(items) => (vec!["text"], items.iter().map(|item| vec![cell(&item.cell.text, Kind::Text)]).collect()),
    };
    Part { section: section.key, keys, rows }
}

/// The first line of a table alone.
pub(super) fn header(columns: &[Column]) -> String {
    if columns.is_empty() {
        String::new()
    } else {
        write(&[columns.iter().map(|column| column.key.to_owned()).collect()])
    }
}

/// The line of a row of a table alone.
pub(super) fn record(columns: &[Column], row: &[Cell], terminal: Terminal) -> String {
    let cells = columns.iter().zip(row).map(|(column, cell)| shown(&cell.text, column.kind, terminal));
    write(&[cells.collect()])
}

fn shown(text: &str, kind: Kind, terminal: Terminal) -> String {
    let text = harmless(text, kind);
    if terminal.isolate { safe::visible(&text) } else { text }
}

fn harmless(text: &str, kind: Kind) -> String {
    // A spreadsheet has a way of its own to say that there is nothing.
    if text == NOTHING {
        return String::new();
    }
    let number = kind == Kind::Number && text.parse().is_ok_and(f64::is_finite);
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula && !number { format!("'{text}") } else { text.to_owned() }
}

fn write(records: &[Vec<String>]) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for record in records {
        // Writing to memory cannot fail, and every record is as long as the header.
        let _ = writer.write_record(record);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
