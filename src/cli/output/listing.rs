//! An answer of one table whose rows come one after the other, however many there are.
//!
//! Says what [`super::present`] says of the same rows, and holds no more of them than it must: JSON, CSV and Markdown are written
//! as rows come; columns for people are as wide as their widest cell, so these hold the text of the cells and nothing else.
//! Should the register fail in the middle, the rows before it may be out already; the exit code tells.

use std::io;
use std::ops::ControlFlow;

use serde::Serialize;

use super::blocks::{self, Value};
use super::columns::{order, share};
use super::emit::Delivery;
use super::measure::display_width;
use super::pen::Pen;
use super::report::{Body, Cell, Column, Report, Section, Tone};
use super::{Format, Layout, Terminal, json, markdown, render, safe, sheet, table};

/// How much text waits until it is written.
const WAITING_BYTES: usize = 64 * 1024;

/// How a document ends whose last field is an empty list.
const INSIDE: &str = "[]\n}\n";

/// How many rows for people are drawn at a time.
const DRAWN: usize = 256;

/// Writes text, as [`emit`](mod@super::emit) does.
type Out = Box<dyn FnMut(&str) -> io::Result<Delivery> + Send>;

/// What a row is in the form asked for, but for people; rows can be made so before it is their turn.
#[derive(Clone)]
pub struct Rows {
    format: Format,
    terminal: Terminal,
    columns: Vec<Column>,
    /// How deep a row lies in a JSON document, in steps of two spaces.
    deep: usize,
}

impl Rows {
    /// Rows of a table, which lie so deep in a JSON document: once in a list alone, twice in one inside of a document.
    pub fn of(format: Format, terminal: Terminal, section: &Section, deep: usize) -> Self {
        Self { format, terminal, columns: columns_of(section), deep }
    }

    /// The text of a row.
    ///
    /// # Errors
    ///
    /// Whatever the `Serialize` implementation of the row reports.
    pub fn text<R: Serialize>(&self, row: &R, cells: impl FnOnce() -> Vec<Cell>) -> Result<String, serde_json::Error> {
        Ok(match self.format {
            Format::Json => {
                let deeper = "  ".repeat(self.deep.saturating_sub(1));
                format!("{deeper}{}", json::item_text(row)?.replace('\n', &format!("\n{deeper}")))
            }
            Format::Jsonl => json::jsonl_text([row])?,
            Format::Csv => sheet::record(&self.columns, &cells(), self.terminal),
            Format::Markdown => format!("{}\n", markdown::table_row(&cells())),
            Format::Table => String::new(),
        })
    }
}

/// An answer of one table, row by row.
pub struct Listing {
    format: Format,
    terminal: Terminal,
    /// Its lines are paragraphs of a page.
    heading: String,
    section: Section,
    columns: Vec<Column>,
    making: Rows,
    /// The JSON document that has the rows in its last field, and ends with them.
    document: Option<String>,
    /// How many rows there were.
    rows: usize,
    /// What people will see of them.
    kept: Kept,
    waiting: String,
    out: Out,
    outcome: io::Result<Delivery>,
}

/// The cells of rows, row by row.
#[derive(Default)]
struct Kept {
    text: String,
    /// The length and the tone of each cell.
    cells: Vec<(usize, Tone)>,
    /// The width of the widest cell of each column.
    widths: Vec<usize>,
}

impl Listing {
    /// Begins an answer with a line above, and a table without rows that says what there is to say if none comes.
    pub fn begin(format: Format, terminal: Terminal, heading: String, section: Section, out: Out) -> Self {
        let columns = columns_of(&section);
        let kept = Kept { widths: vec![0; columns.len()], ..Kept::default() };
        let (waiting, outcome) = (String::new(), Ok(Delivery::Complete));
        let (making, document) = (Rows { format, terminal, columns: columns.clone(), deep: 1 }, None);
        let mut listing = Self {
            format,
            terminal,
            heading,
            section,
            columns,
            making,
            document,
            rows: 0,
            kept,
            waiting,
            out,
            outcome,
        };
        if format == Format::Csv {
            listing.waiting = sheet::header(&listing.columns);
        }
        listing
    }

    /// Has the rows stand in the last field of a document, which is empty in it, where the answer is one JSON document.
    ///
    /// # Errors
    ///
    /// Whatever the `Serialize` implementation of the document reports.
    pub fn inside(self, document: &impl Serialize) -> Result<Self, serde_json::Error> {
        let text = if self.format == Format::Json { Some(json::json_text(document)?) } else { None };
        let document = text.filter(|text| text.ends_with(INSIDE));
        let deep = if document.is_some() { 2 } else { 1 };
        Ok(Self { document, making: Rows { deep, ..self.making }, ..self })
    }

    /// Adds a row; breaks when nobody reads on, or nothing can be written.
    pub fn row<R: Serialize>(&mut self, row: &R, cells: impl FnOnce() -> Vec<Cell>) -> ControlFlow<()> {
        if self.format == Format::Table {
            self.rows += 1;
            self.kept.take(cells());
            return self.going();
        }
        match self.making.text(row, cells) {
            Ok(text) => self.made(&text),
            Err(error) => {
                self.outcome = Err(error.into());
                ControlFlow::Break(())
            }
        }
    }

    /// Adds a row whose text was made before; breaks as [`Listing::row`] does.
    pub fn made(&mut self, text: &str) -> ControlFlow<()> {
        let first = self.rows == 0;
        self.rows += 1;
        match self.format {
            Format::Json if first => {
                let document = self.document.as_deref().unwrap_or_default();
                self.waiting.push_str(document.strip_suffix(INSIDE).unwrap_or_default());
                self.waiting.push_str("[\n");
            }
            Format::Json => self.waiting.push_str(",\n"),
            Format::Markdown if first => {
                for line in self.heading.lines() {
                    self.waiting.push_str(&markdown::paragraph(line));
                    self.waiting.push_str("\n\n");
                }
                self.waiting.push_str(&markdown::table_head(&self.columns));
                self.waiting.push('\n');
            }
            Format::Jsonl | Format::Csv | Format::Markdown | Format::Table => {}
        }
        self.waiting.push_str(text);
        self.going()
    }

    fn going(&mut self) -> ControlFlow<()> {
        if self.waiting.len() >= WAITING_BYTES {
            self.write();
        }
        if matches!(self.outcome, Ok(Delivery::Complete)) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn write(&mut self) {
        if matches!(self.outcome, Ok(Delivery::Complete)) {
            self.outcome = (self.out)(&self.waiting);
        }
        self.waiting.clear();
    }

    /// Writes what is left.
    ///
    /// # Errors
    ///
    /// Whatever went wrong with the output, but for a reader that has gone.
    pub fn finish(mut self) -> io::Result<Delivery> {
        match (self.format, self.rows) {
            (Format::Json, 0) => self.waiting.push_str(self.document.as_deref().unwrap_or("[]\n")),
            (Format::Json, _) => self.waiting.push_str(if self.document.is_some() { "\n  ]\n}\n" } else { "\n]\n" }),
            (Format::Markdown, 0) => self.waiting = render(&self.nothing(), Layout::Markdown, self.terminal),
            (Format::Jsonl | Format::Csv | Format::Markdown, _) => {}
            (Format::Table, 0) => self.waiting = render(&self.nothing(), Layout::Table, self.terminal),
            (Format::Table, _) => self.draw(),
        }
        if !self.waiting.is_empty() {
            self.write();
        }
        self.outcome
    }

    fn nothing(&self) -> Report {
        self.heading.lines().fold(Report::new(), Report::heading).section(self.section.clone())
    }

    /// Draws the rows for people, some at a time.
    fn draw(&mut self) {
        let order = order(&self.columns);
        let columns = table::headed(&self.columns, &order);
        let contents: Vec<usize> = order.iter().map(|&at| self.kept.widths.get(at).copied().unwrap_or(0)).collect();
        let mut pen = Pen::new(self.terminal);
        let widths = share(&columns, &contents, pen.width());
        table::begin(&mut pen, &self.heading, &columns, widths.as_deref());
        let Kept { text, cells, .. } = std::mem::take(&mut self.kept);
        let mut rest = text.as_str();
        let across = self.columns.len().max(1);
        for (nth, chunk) in cells.chunks(DRAWN * across).enumerate() {
            let mut drawn: Vec<Cell> = Vec::with_capacity(chunk.len());
            for (length, tone) in chunk {
                let (cell, after) = rest.split_at(*length);
                drawn.push(Cell::from(cell).tone(*tone));
                rest = after;
            }
            let rows: Vec<Vec<Value<'_>>> = drawn.chunks(across).map(|row| table::values(&order, row)).collect();
            if let Some(widths) = &widths {
                table::rows(&mut pen, &columns, widths, &rows);
            } else {
                if nth > 0 {
                    pen.blank();
                }
                blocks::records(&mut pen, &columns, &rows);
            }
            self.waiting.push_str(&pen.taken());
            if self.waiting.len() >= WAITING_BYTES {
                self.write();
            }
            if !matches!(self.outcome, Ok(Delivery::Complete)) {
                return;
            }
        }
    }
}

fn columns_of(section: &Section) -> Vec<Column> {
    match &section.body {
        Body::Table { columns, .. } => columns.clone(),
        Body::Fields(_) | Body::Text(_) => Vec::new(),
    }
}

impl Kept {
    fn take(&mut self, cells: Vec<Cell>) {
        // A row has as many cells as there are columns.
        let cells = cells.into_iter().chain(std::iter::repeat_with(Cell::default));
        for (cell, widest) in cells.zip(&mut self.widths) {
            *widest = (*widest).max(display_width(&safe::one_line(&cell.text)));
            self.text.push_str(&cell.text);
            self.cells.push((cell.text.len(), cell.tone));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;
    use crate::cli::output::present;

    fn section() -> Section {
        let columns = [
            Column::text("title", "A title").priority(4),
            Column::id("reference", "Reference"),
            Column::number("late", "Late"),
            Column::text("parties", "Parties").priority(1),
        ];
        Section::table("rows", columns).when_empty("nothing is here")
    }

    fn cells(row: &(String, u8, String)) -> Vec<Cell> {
        let late = if row.1 > 3 { Tone::Bad } else { Tone::Plain };
        vec![
            Cell::from(&row.0),
            Cell::from("ref-1").tone(Tone::Strong),
            Cell::from(row.1).tone(late),
            Cell::from(&row.2),
        ]
    }

    /// What is written, by pieces as they come.
    fn listed(format: Format, terminal: Terminal, rows: &[(String, u8, String)], taken: usize) -> (String, usize) {
        let written = Arc::new(Mutex::new((String::new(), 0)));
        let into = Arc::clone(&written);
        let out = move |text: &str| {
            let mut into = into.lock().expect("nobody panicked");
            into.0.push_str(text);
            into.1 += 1;
            Ok(if into.1 < taken { Delivery::Complete } else { Delivery::Closed })
        };
        let mut listing = Listing::begin(format, terminal, "as of a day".to_owned(), section(), Box::new(out));
        let gone = rows.iter().take_while(|row| listing.row(row, || cells(row)).is_continue()).count();
        assert!(listing.finish().is_ok());
        let written = written.lock().expect("nobody panicked");
        (written.0.clone(), gone)
    }

    fn presented(format: Format, terminal: Terminal, rows: &[(String, u8, String)]) -> String {
        let report = || Report::new().heading("as of a day").section(section().rows(rows.iter().map(cells)));
        present(format, terminal, &rows, rows, report).expect("it can be written")
    }

    const FORMATS: [Format; 5] = [Format::Table, Format::Json, Format::Jsonl, Format::Csv, Format::Markdown];

    proptest! {
        #[test]
        fn rows_that_come_one_by_one_look_like_rows_that_come_together(
            rows in prop::collection::vec(("[a-c é|\"=\u{202e}\n,ب]{0,40}", 0_u8..6, "[a-z -]{0,60}"), 0..6),
            many in prop::option::weighted(0.1, 250_usize..600),
            width in prop::option::of(10_u16..120),
            (color, isolate) in any::<(bool, bool)>(),
        ) {
            let rows: Vec<_> = many.map_or(rows.clone(), |many| rows.iter().cycle().take(many).cloned().collect());
            let terminal = Terminal { width, color, isolate };
            for format in FORMATS {
                prop_assert_eq!(listed(format, terminal, &rows, usize::MAX).0, presented(format, terminal, &rows), "{:?}", format);
            }
        }
    }

    #[test]
    fn rows_inside_of_a_document_look_as_they_do_in_it() {
        #[derive(Serialize)]
        struct Document<'a> {
            day: u8,
            rows: &'a [(String, u8, String)],
        }
        let all = [("a\ntitle".to_owned(), 1, "[]".to_owned()), ("another".to_owned(), 2, String::new())];
        for rows in [&all[..], &all[..1], &[]] {
            for format in FORMATS.into_iter().filter(|format| *format != Format::Table) {
                let written = Arc::new(Mutex::new(String::new()));
                let into = Arc::clone(&written);
                let out = move |text: &str| {
                    into.lock().expect("nobody panicked").push_str(text);
                    Ok(Delivery::Complete)
                };
                let begun =
                    Listing::begin(format, Terminal::PLAIN, "as of\na day".to_owned(), section(), Box::new(out));
                let mut listing = begun.inside(&Document { day: 3, rows: &[] }).expect("it can be written");
                let making = Rows::of(format, Terminal::PLAIN, &section(), 2);
                for row in rows {
                    let made = making.text(row, || cells(row)).expect("it can be written");
                    assert!(listing.made(&made).is_continue());
                }
                assert!(listing.finish().is_ok());
                let report = || {
                    let rows = section().rows(rows.iter().map(cells));
                    Report::new().heading("as of").heading("a day").section(rows)
                };
                let whole = present(format, Terminal::PLAIN, &Document { day: 3, rows }, rows, report);
                assert_eq!(*written.lock().expect("nobody panicked"), whole.expect("it can be written"), "{format:?}");
            }
        }
    }

    #[test]
    fn a_long_list_is_written_in_pieces_and_ends_when_nobody_reads_on() {
        let rows = vec![("a title".repeat(10), 1, "somebody".to_owned()); 20_000];
        for format in FORMATS {
            let whole = presented(format, Terminal::PLAIN, &rows);
            assert!(whole.len() > 10 * WAITING_BYTES);
            let (begun, asked) = listed(format, Terminal::PLAIN, &rows, 2);
            assert!(begun.len() < 5 * WAITING_BYTES && whole.starts_with(&begun), "{format:?}");
            assert!(asked < rows.len() || format == Format::Table, "{format:?}");
        }
    }
}
