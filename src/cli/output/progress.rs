//! How far a long work has come: a bar on standard error, for the eye of somebody who waits at a terminal.

use std::io::{self, BufRead, IsTerminal as _, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the bar moves on while nothing is told, so that it is seen to live.
const TICK: Duration = Duration::from_millis(250);

/// A bar; nothing at all where standard error is no terminal.
pub struct Progress {
    bar: ProgressBar,
    read: Option<Arc<AtomicU64>>,
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

impl Progress {
    /// A bar for a work of this length, whose steps are called so.
    #[must_use]
    pub fn new(length: Length, steps: &'static str) -> Self {
        if !io::stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden(), read: None };
        }
        let (total, read, template) = match length {
            Length::Bytes(bytes, read) => {
                (Some(bytes), Some(read), "[{bar:30}] {percent}%, {msg}, {bytes_per_sec}, {eta} left".to_owned())
            }
            Length::Steps(all) => (
                Some(all),
                None,
                format!("[{{bar:30}}] {{human_pos}} of {{human_len}} {steps}, {{per_sec}}, {{eta}} left"),
            ),
            Length::Unknown => (None, None, format!("{{human_pos}} {steps}, {{per_sec}}")),
        };
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        bar.enable_steady_tick(TICK);
        Self { bar, read }
    }

    /// Tells that so many steps are done.
    pub fn at(&self, steps: u64, called: &str) {
        match &self.read {
            Some(read) => {
                self.bar.set_message(format!("{steps} {called}"));
                self.bar.set_position(read.load(Ordering::Relaxed));
            }
            None => self.bar.set_position(steps),
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
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
}
