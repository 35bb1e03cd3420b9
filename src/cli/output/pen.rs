//! Puts lines on a page: padding that never trails, and colour that never pads.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::report::Tone;
use super::{Terminal, measure, safe};

/// A page being written for one terminal.
pub(super) struct Pen {
    terminal: Terminal,
    page: String,
    /// Whether a part of the page was taken away already.
    begun: bool,
    /// Spaces owed: written before the next text of the line, forgotten at its end.
    spaces: usize,
}

impl Pen {
    pub(super) fn new(terminal: Terminal) -> Self {
        Self { terminal, page: String::new(), begun: false, spaces: 0 }
    }

    /// Returns the columns to fit into; nothing when there is no limit.
    ///
    /// Below 20 columns no layout makes sense; lines are then longer than the terminal, which wraps them itself.
    pub(super) fn width(&self) -> Option<usize> {
        self.terminal.width.map(|width| usize::from(width).max(20))
    }

    /// Leaves room.
    pub(super) fn space(&mut self, columns: usize) {
        self.spaces += columns;
    }

    /// Writes one value, or one line of it, as a unit with a direction of its own.
    pub(super) fn value(&mut self, text: &str, style: Style) {
        self.write(&safe::isolated(text, self.terminal), style);
    }

    /// Writes one line of a sentence in which values may stand.
    pub(super) fn sentence(&mut self, text: &str, style: Style) {
        self.write(&safe::isolated_within(text, self.terminal), style);
    }

    fn write(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        self.page.extend(std::iter::repeat_n(' ', std::mem::take(&mut self.spaces)));
        let style = if self.terminal.color { style } else { Style::new() };
        // Writing to a string cannot fail.
        let _ = write!(self.page, "{style}{text}{style:#}");
    }

    /// Ends the line.
    pub(super) fn end_line(&mut self) {
        self.spaces = 0;
        self.page.push('\n');
    }

    /// Leaves an empty line, unless the page has just begun.
    pub(super) fn blank(&mut self) {
        if self.begun || !self.page.is_empty() {
            self.end_line();
        }
    }

    /// Writes a whole sentence, wrapped, with all its lines `indent` columns from the left.
    pub(super) fn paragraph(&mut self, indent: usize, text: &str, style: Style) {
        for line in self.fit(text, indent) {
            self.space(indent);
            self.sentence(&line, style);
            self.end_line();
        }
    }

    /// Returns the text as lines that fit beside what already takes `taken` columns.
    pub(super) fn fit(&self, text: &str, taken: usize) -> Vec<String> {
        let text = safe::one_line(text);
        match self.width() {
            Some(width) => measure::wrap(&text, width.saturating_sub(taken)),
            None => vec![text.into_owned()],
        }
    }

    /// Returns what was written, and goes on with the same page.
    pub(super) fn taken(&mut self) -> String {
        self.begun |= !self.page.is_empty();
        std::mem::take(&mut self.page)
    }

    /// Returns the page.
    pub(super) fn finish(self) -> String {
        self.page
    }
}

/// Names of columns and fields.
pub(super) const LABEL: Style = Style::new().bold();
/// Titles of sections.
pub(super) const TITLE: Style = Style::new().bold().underline();
/// Rules and other furniture.
pub(super) const FAINT: Style = Style::new().dimmed();

/// Returns how a tone looks: the sixteen colours only, which every reader's own palette keeps legible.
pub(super) fn style(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Warn => AnsiColor::Yellow.on_default(),
        Tone::Bad => AnsiColor::Red.on_default().bold(),
        Tone::Dim => Style::new().dimmed(),
        Tone::Strong => Style::new().bold(),
    }
}
