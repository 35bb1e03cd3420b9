//! Names on the left, values on the right: fields, and the records of a table that is too wide.

use std::borrow::Cow;

use anstyle::Style;

use super::measure::{display_width, wrap};
use super::pen::{FAINT, LABEL, Pen, style};
use super::report::{Cell, Column, Field, Kind};
use super::safe;

/// A cell with its text on one line.
pub(super) type Value<'r> = (Cow<'r, str>, &'r Cell);

/// Values narrower than this stand below their names.
const VALUE_MIN: usize = 16;
/// How far a value stands in when it is below its name.
const INDENT: usize = 2;
/// Said for a value that is not there, here and in the cells of reports.
pub(super) const NOTHING: &str = "–";

/// Draws the fields of one thing.
pub(super) fn fields(pen: &mut Pen, fields: &[Field]) {
    let labels: Vec<String> = fields.iter().map(|field| label(&field.label)).collect();
    let room = label_room(pen, &labels);
    for (field, label) in fields.iter().zip(&labels) {
        let values = field.values.iter().map(|cell| (safe::one_line(&cell.text), cell));
        draw(pen, room, label, &values.collect::<Vec<_>>(), field.kind);
    }
}

/// Draws the rows of a table one below the other, with an empty line between them.
pub(super) fn records(pen: &mut Pen, columns: &[Column], rows: &[Vec<Value<'_>>]) {
    let labels: Vec<String> = columns.iter().map(|column| label(&column.header)).collect();
    let room = label_room(pen, &labels);
    for (nth, row) in rows.iter().enumerate() {
        if nth > 0 {
            pen.blank();
        }
        for ((value, column), label) in row.iter().zip(columns).zip(&labels) {
            draw(pen, room, label, std::slice::from_ref(value), column.kind);
        }
    }
}

fn label(name: &str) -> String {
    let name = safe::one_line(name);
    if name.is_empty() { String::new() } else { format!("{name}:") }
}

/// Returns the width for names: the widest, but at most a third of the terminal.
fn label_room(pen: &Pen, labels: &[String]) -> usize {
    let widest = labels.iter().map(|label| display_width(label)).max().unwrap_or(0);
    match pen.width() {
        Some(width) if width - width / 3 >= VALUE_MIN + 2 => widest.min(width / 3),
        Some(_) => 0,
        None => widest,
    }
}

/// Draws one name and its values: side by side, or the values below when something is too long for that.
fn draw(pen: &mut Pen, room: usize, label: &str, values: &[Value<'_>], kind: Kind) {
    let rest = pen.width().map_or(usize::MAX, |width| width.saturating_sub(room + 2));
    let too_long = kind != Kind::Text && values.iter().any(|(text, _)| display_width(text) > rest);
    let below = display_width(label) > room || too_long;
    let indent = if below { INDENT } else { room + 2 };
    let mut lines: Vec<(String, Style)> =
        values.iter().flat_map(|(text, cell)| value_lines(pen, indent, text, cell)).collect();
    if lines.is_empty() {
        lines.push((NOTHING.to_owned(), FAINT));
    }
    if !below {
        pen.value(label, LABEL);
        pen.space(indent - display_width(label));
    } else if !label.is_empty() {
        pen.paragraph(0, label, LABEL);
    }
    for (nth, (line, look)) in lines.iter().enumerate() {
        if nth > 0 || below {
            pen.space(indent);
        }
        pen.value(line, *look);
        pen.end_line();
    }
}

fn value_lines(pen: &Pen, indent: usize, text: &str, cell: &Cell) -> Vec<(String, Style)> {
    let (text, look) = if text.is_empty() { (NOTHING, FAINT) } else { (text, style(cell.tone)) };
    let lines = match pen.width().map(|width| width.saturating_sub(indent)) {
        None => vec![text.to_owned()],
        Some(width) => wrap(text, width),
    };
    lines.into_iter().map(|line| (line, look)).collect()
}
