//! The layout for pages: `CommonMark` with the tables of GitHub.
//!
//! Text that was recorded stays text: whatever could become a heading, a list, emphasis, code, HTML, a link, a
//! picture or a character reference is escaped. Line breaks become `<br>`.

use super::report::{Align, Body, Cell, Column, Field, Item, Report, Section};
use super::safe;

pub(super) fn render(report: &Report) -> String {
    let mut parts: Vec<String> = report.heading.iter().map(|line| paragraph(line)).collect();
    for section in report.sections.iter().filter(|section| !section.is_empty() || !section.empty.is_empty()) {
        parts.extend(section.title.as_ref().map(|title| format!("## {}", inline(title))));
        parts.push(draw_section(section));
    }
    parts.extend(report.footing.iter().map(|line| paragraph(line)));
    if parts.is_empty() { String::new() } else { parts.join("\n\n") + "\n" }
}

fn draw_section(section: &Section) -> String {
    if section.is_empty() {
        return paragraph(&section.empty);
    }
    match &section.body {
        Body::Table { columns, rows } => table(columns, rows),
        Body::Fields(fields) => fields.iter().map(field).collect::<Vec<_>>().join("\n"),
        Body::Text(items) => list(items),
    }
}

fn table(columns: &[Column], rows: &[Vec<Cell>]) -> String {
    [table_head(columns)].into_iter().chain(rows.iter().map(|row| table_row(row))).collect::<Vec<_>>().join("\n")
}

/// The two lines above the rows of a table.
pub(super) fn table_head(columns: &[Column]) -> String {
    let header = line(columns.iter().map(|column| inline(&column.header)));
    let rule = line(columns.iter().map(|column| match column.align {
        Align::Left => "---".to_owned(),
        Align::Right => "---:".to_owned(),
    }));
    format!("{header}\n{rule}")
}

/// The line of one row.
pub(super) fn table_row(row: &[Cell]) -> String {
    line(row.iter().map(|cell| inline(&cell.text)))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

fn field(field: &Field) -> String {
    let values: Vec<String> = field.values.iter().map(|cell| inline(&cell.text)).collect();
    format!("- **{}:** {}", inline(&field.label), values.join("<br>")).trim_end().to_owned()
}

/// Items follow each other; a paragraph stands apart.
fn list(items: &[Item]) -> String {
    let mut text = String::new();
    let mut apart = false;
    for item in items {
        if !text.is_empty() {
            text.push_str(if apart || item.depth == 0 { "\n\n" } else { "\n" });
        }
        apart = item.depth == 0;
        if item.depth > 0 {
            text.push_str(&"  ".repeat(usize::from(item.depth.min(4) - 1)));
            text.push_str("- ");
        }
        text.push_str(&paragraph(&item.cell.text));
    }
    text
}

/// Returns the text where a block could begin: what would begin one is escaped too.
pub(super) fn paragraph(text: &str) -> String {
    let text = inline(text);
    if text.starts_with(['#', '-', '+', '>', '=', '~']) {
        return format!("\\{text}");
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = text.split_at(digits);
    if digits > 0 && rest.starts_with(['.', ')']) { format!("{number}\\{rest}") } else { text }
}

/// Returns the text where words can stand.
fn inline(text: &str) -> String {
    let lines: Vec<String> = safe::lines(text).iter().map(|line| escaped(line)).collect();
    lines.join("<br>")
}

fn escaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        if matches!(c, '|' | '\\' | '`' | '<' | '>' | '*' | '_' | '[' | ']' | '&' | '~') || (at == 0 && c == '#') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}
