//! What a command says: a [`Report`] for people and spreadsheets, JSON for programs.
//!
//! A command builds a [`Report`] and hands it to [`present`] together with the value behind it. Only this room
//! writes to the standard streams, and only this room knows about widths, colours and directions of writing.
//!
//! Names, titles and quotations come from strangers. No control character and no invisible direction mark of
//! theirs reaches a terminal, a Markdown page or a line of JSON as such: see [`safe`] for the whole promise.

mod blocks;
mod columns;
mod emit;
mod json;
mod listing;
mod markdown;
mod measure;
mod pen;
mod progress;
mod report;
pub mod safe;
mod sheet;
mod table;
mod terminal;

pub use emit::{Delivery, emit, emit_error};
pub use json::{json_text, jsonl_text};
pub use listing::{Listing, Rows};
pub use measure::display_width;
pub use progress::{Counted, EVENTS, Length, Progress, closing};
pub use report::{Align, Cell, Column, Field, Item, Kind, Report, Section, Tone};
pub use terminal::{ColorChoice, Stream, Terminal};

use serde::Serialize;

/// The forms in which every command can answer (`--format`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// Tables and lists for people, fitted to the terminal. Their layout may change between versions.
    #[default]
    Table,
    /// One JSON document, indented.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// Comma-separated values (RFC 4180) with a header, safe to open in a spreadsheet.
    Csv,
    /// Tables and lists in Markdown, for a page or an issue.
    Markdown,
}

impl Format {
    /// Returns how a [`Report`] is laid out in this format; nothing for JSON, which is made from the value itself.
    pub fn layout(self) -> Option<Layout> {
        match self {
            Self::Table => Some(Layout::Table),
            Self::Csv => Some(Layout::Csv),
            Self::Markdown => Some(Layout::Markdown),
            Self::Json | Self::Jsonl => None,
        }
    }
}

/// The forms in which a [`Report`] can be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// For people at a terminal.
    Table,
    /// For spreadsheets.
    Csv,
    /// For pages.
    Markdown,
}

/// Returns the report as text that ends with a line break, or the empty text for an empty report.
pub fn render(report: &Report, layout: Layout, terminal: Terminal) -> String {
    match layout {
        Layout::Table => table::render(report, terminal),
        Layout::Csv => sheet::render(report, terminal),
        Layout::Markdown => markdown::render(report),
    }
}

/// Returns one answer in the format asked for: `document` as JSON, `rows` as JSON lines, else the report.
///
/// # Errors
///
/// Whatever the `Serialize` implementation of the value reports.
pub fn present<Row: Serialize>(
    format: Format,
    terminal: Terminal,
    document: &impl Serialize,
    rows: impl IntoIterator<Item = Row>,
    report: impl FnOnce() -> Report,
) -> Result<String, serde_json::Error> {
    match format {
        Format::Json => json_text(document),
        Format::Jsonl => jsonl_text(rows),
        Format::Table => Ok(render(&report(), Layout::Table, terminal)),
        Format::Csv => Ok(render(&report(), Layout::Csv, terminal)),
        Format::Markdown => Ok(render(&report(), Layout::Markdown, terminal)),
    }
}
