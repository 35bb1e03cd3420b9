//! The layout for people: sections one below the other, tables in columns where they fit.

use anstyle::Style;

use super::blocks::{self, Value};
use super::columns::{GAP, order, share};
use super::measure::{display_width, wrap};
use super::pen::{FAINT, LABEL, Pen, TITLE, style};
use super::report::{Align, Body, Cell, Column, Item, Kind, Report, Section};
use super::{Terminal, safe};

pub(super) fn render(report: &Report, terminal: Terminal) -> String {
    let mut pen = Pen::new(terminal);
    for line in &report.heading {
        pen.paragraph(0, line, Style::new());
    }
    for section in &report.sections {
        if !section.is_empty() || !section.empty.is_empty() {
            pen.blank();
            draw_section(&mut pen, section);
        }
    }
    if !report.footing.is_empty() {
        pen.blank();
    }
    for line in &report.footing {
        pen.paragraph(0, line, Style::new());
    }
    pen.finish()
}

fn draw_section(pen: &mut Pen, section: &Section) {
    if let Some(title) = &section.title {
        pen.paragraph(0, title, TITLE);
    }
    if section.is_empty() {
        return pen.paragraph(0, &section.empty, Style::new());
    }
    match &section.body {
        Body::Table { columns, rows } => draw_table(pen, columns, rows),
        Body::Fields(fields) => blocks::fields(pen, fields),
        Body::Text(items) => items.iter().for_each(|item| draw_item(pen, item)),
    }
}

fn draw_item(pen: &mut Pen, item: &Item) {
    let indent = 2 * usize::from(item.depth.min(4));
    for (nth, line) in pen.fit(&item.cell.text, indent).into_iter().enumerate() {
        if nth == 0 && indent > 0 {
            pen.space(indent - 2);
            pen.value("-", FAINT);
            pen.space(1);
        } else {
            pen.space(indent);
        }
        pen.sentence(&line, style(item.cell.tone));
        pen.end_line();
    }
}

/// Draws columns if they fit, else one record below the other.
fn draw_table(pen: &mut Pen, columns: &[Column], cells: &[Vec<Cell>]) {
    let order = order(columns);
    let columns = headed(columns, &order);
    let cells: Vec<Vec<Value<'_>>> = cells.iter().map(|row| values(&order, row)).collect();
    let contents: Vec<usize> = (0..columns.len())
        .map(|at| cells.iter().filter_map(|row| row.get(at)).map(|(text, _)| display_width(text)).max().unwrap_or(0))
        .collect();
    match share(&columns, &contents, pen.width()) {
        Some(widths) => {
            draw_head(pen, &columns, &widths);
            rows(pen, &columns, &widths, &cells);
        }
        None => blocks::records(pen, &columns, &cells),
    }
}

/// The columns in the order in which people see them, with headers of one line.
pub(super) fn headed(columns: &[Column], order: &[usize]) -> Vec<Column> {
    let columns = order.iter().filter_map(|&at| columns.get(at));
    columns.map(|column| Column { header: safe::one_line(&column.header).into_owned(), ..column.clone() }).collect()
}

/// The cells of a row in the order in which people see them.
pub(super) fn values<'r>(order: &[usize], row: &'r [Cell]) -> Vec<Value<'r>> {
    order.iter().filter_map(|&at| row.get(at)).map(|cell| (safe::one_line(&cell.text), cell)).collect()
}

/// Begins a page of one table, with its head where it is drawn in columns.
pub(super) fn begin(pen: &mut Pen, heading: &str, columns: &[Column], widths: Option<&[usize]>) {
    pen.paragraph(0, heading, Style::new());
    pen.blank();
    if let Some(widths) = widths {
        draw_head(pen, columns, widths);
    }
}

fn draw_head(pen: &mut Pen, columns: &[Column], widths: &[usize]) {
    let headers = columns.iter().zip(widths).map(|(column, &width)| (wrap(&column.header, width), LABEL));
    draw_row(pen, columns, widths, &headers.collect::<Vec<_>>());
    for (at, width) in widths.iter().enumerate() {
        pen.space(if at == 0 { 0 } else { GAP });
        pen.value(&"─".repeat(*width), FAINT);
    }
    pen.end_line();
}

/// Draws rows below the head.
pub(super) fn rows(pen: &mut Pen, columns: &[Column], widths: &[usize], rows: &[Vec<Value<'_>>]) {
    for row in rows {
        let cells = row.iter().zip(columns).zip(widths).map(|(((text, cell), column), &width)| {
            let lines = if column.kind == Kind::Text { wrap(text, width) } else { vec![text.to_string()] };
            (lines, style(cell.tone))
        });
        draw_row(pen, columns, widths, &cells.collect::<Vec<_>>());
    }
}

/// Draws the lines of one row side by side.
fn draw_row(pen: &mut Pen, columns: &[Column], widths: &[usize], cells: &[(Vec<String>, Style)]) {
    let height = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    for nth in 0..height {
        for (at, (((lines, style), column), &width)) in cells.iter().zip(columns).zip(widths).enumerate() {
            let line = lines.get(nth).map_or("", String::as_str);
            let room = width.saturating_sub(display_width(line));
            let (left, right) = if column.align == Align::Right { (room, 0) } else { (0, room) };
            pen.space(left + if at == 0 { 0 } else { GAP });
            pen.value(line, *style);
            pen.space(right);
        }
        pen.end_line();
    }
}
