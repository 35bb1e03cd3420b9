//! What commands print, seen from outside.

mod laws;
mod machines;
mod people;
mod terminal;

use servanda::cli::output::{Layout, Report, Terminal, render};

/// A terminal of that width, without colour and marks.
fn at(width: u16) -> Terminal {
    Terminal { width: Some(width), ..Terminal::PLAIN }
}

fn shown(report: &Report, terminal: Terminal) -> String {
    render(report, Layout::Table, terminal)
}

/// Removes the colours this crate writes.
fn strip(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}
