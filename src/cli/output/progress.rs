//! How far a long work has come: a bar on standard error, for the eye of somebody who waits at a terminal.

use std::fmt;
use std::io::{self, BufRead, IsTerminal as _, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::log::Heard;

/// What is counted while the views are made or brought up.
pub const EVENTS: &str = "events in the views";

/// What is shown while closing a register writes its files anew: how long they become is known when they are written.
const CLOSING: &str = "{spinner} writing the files of the register anew, without gaps: {bytes}, {elapsed}";

/// How often the bar moves on while nothing is told, so that it is seen to live.
const TICK: Duration = Duration::from_millis(250);

/// How long a work goes on before a bar is shown for it, where it is mostly short.
const PATIENCE: Duration = Duration::from_millis(500);

/// A bar; nothing at all where standard error is no terminal.
pub struct Progress {
    bar: ProgressBar,
    read: Option<Arc<AtomicU64>>,
    /// Its length and looks for its own work; what else is done meanwhile has others.
    own: (Option<u64>, ProgressStyle),
    is_elsewhere: bool,
    /// Whether it waits for its work to be a long one.
    is_hidden: bool,
}

/// How much there is to do.
pub enum Length {
    /// So many bytes of a file, of which so many are read by now.
    Bytes(u64, Arc<AtomicU64>),
    /// So many of what is told.
    Steps(u64),
    /// Nobody knows.
    Unknown,
}

/// The bar takes the room that the words leave, so that a line stays one line.
fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    // indicatif's own rate has three decimals.
    style.progress_chars("=> ").with_key("rate", |state: &ProgressState, into: &mut dyn fmt::Write| {
        // A bar that cannot be drawn ends no work.
        let _ = write!(into, "{:.0}/s", state.per_sec());
    })
}

fn counting(steps: &str) -> ProgressStyle {
    style(&format!("[{{wide_bar}}] {{human_pos}} of {{human_len}} {steps}, {{rate}}, {{eta}} left"))
}

impl Progress {
    /// A bar for a work of this length, whose steps are called so.
    #[must_use]
    pub fn new(length: Length, steps: &'static str) -> Self {
        let (total, read, own) = match length {
            Length::Bytes(bytes, read) => {
                (Some(bytes), Some(read), style("[{wide_bar}] {percent}%, {msg}, {bytes_per_sec}, {eta} left"))
            }
            Length::Steps(all) => (Some(all), None, counting(steps)),
            Length::Unknown => (None, None, style(&format!("{{human_pos}} {steps}, {{rate}}"))),
        };
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        bar.set_style(own.clone());
        let made = Self { bar, read, own: (total, own), is_elsewhere: false, is_hidden: false };
        made.show();
        made
    }

    /// A bar that is shown once [`Progress::of`] is told of a work that goes on for long.
    #[must_use]
    pub fn when_long() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let own = (None, ProgressStyle::default_bar());
        Self { bar, read: None, own, is_elsewhere: false, is_hidden: true }
    }

    fn show(&self) {
        if io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(TICK);
        }
    }

    /// Tells that so many steps are done.
    pub fn at(&mut self, steps: u64, called: &str) {
        if std::mem::take(&mut self.is_elsewhere) {
            let (length, own) = &self.own;
            self.bar.set_style(own.clone());
            if let Some(length) = length {
                self.bar.set_length(*length);
            }
            self.bar.reset_eta();
        }
        match &self.read {
            Some(read) => {
                self.bar.set_message(format!("{steps} {called}"));
                self.bar.set_position(read.load(Ordering::Relaxed));
            }
            None => self.bar.set_position(steps),
        }
    }

    /// Tells how far a work is that the bar's own one waits for: steps that are done, of how many, and what they are called.
    pub fn of(&mut self, done: u64, all: u64, called: &str) {
        if !std::mem::replace(&mut self.is_elsewhere, true) {
            self.bar.set_style(counting(called));
            self.bar.set_position(0);
            self.bar.reset_eta();
        }
        self.bar.set_length(all);
        self.bar.set_position(done);
        self.show_when_long();
    }

    fn show_when_long(&mut self) {
        if self.is_hidden && self.bar.elapsed() > PATIENCE {
            self.is_hidden = false;
            self.show();
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// Shows how far closing a register is that writes its files anew, where that is long, until it is let go of.
pub fn closing() -> Heard {
    let begun: Mutex<Option<Progress>> = Mutex::new(None);
    Arc::new(move |bytes, _| {
        if let Ok(mut begun) = begun.lock() {
            let progress = begun.get_or_insert_with(|| {
                let progress = Progress::when_long();
                progress.bar.set_style(style(CLOSING));
                progress
            });
            progress.bar.set_position(bytes);
            progress.show_when_long();
        }
    })
}

/// An input whose bytes are counted as they are read.
pub struct Counted<R> {
    input: R,
    read: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    /// An input of which nothing is read yet, and where the count is found.
    pub fn new(input: R) -> (Self, Arc<AtomicU64>) {
        let read = Arc::new(AtomicU64::new(0));
        (Self { input, read: Arc::clone(&read) }, read)
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.input.consume(amount);
        self.read.fetch_add(amount as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_is_read_is_counted_once() {
        let (mut input, read) = Counted::new(&b"one\ntwo\nthree"[..]);
        let mut line = String::new();
        input.read_line(&mut line).unwrap();
        assert_eq!(read.load(Ordering::Relaxed), 4);
        input.read_to_string(&mut line).unwrap();
        assert_eq!((line.as_str(), read.load(Ordering::Relaxed)), ("one\ntwo\nthree", 13));
    }

    #[test]
    fn a_bar_that_told_of_another_work_goes_on_with_its_own() {
        let mut progress = Progress::new(Length::Steps(70), "lines");
        progress.at(20, "lines");
        progress.of(3, 500, EVENTS);
        assert_eq!((progress.bar.position(), progress.bar.length()), (3, Some(500)));
        progress.at(21, "lines");
        assert_eq!((progress.bar.position(), progress.bar.length()), (21, Some(70)));
        progress.end();
    }

    #[test]
    fn the_line_of_a_closing_is_taken_away_when_it_is_let_go_of() {
        let mut progress = Progress::when_long();
        progress.at(3, "bytes");
        let bar = progress.bar.clone();
        assert!(!bar.is_finished());
        drop(progress);
        assert!(bar.is_finished());
    }
}
