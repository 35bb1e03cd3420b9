//! A made-up register of any size: the commands by which it is imported, one at a time, made of a seed.
//!
//! Agreements have 5 to 200 events, most of them few (the mean is about 16). Three in a hundred events are corrections. Their days
//! lie over forty years, their words are in three scripts, evidence stands beside half of the facts. Sixty agreements
//! are under way at a time, so that one agreement's events do not lie together. The first lines of a longer register
//! are the register of so many lines.
//!
//! What is open on [`AS_OF`] is what is open in an old register: almost everything was met, in time or late, or was waived, withdrawn
//! or closed; one agreement in forty is running, and its first commitment is due years ahead. Overdue are the first
//! commitments of [`NEGLECTED`] agreements among the first few hundred, and some of the sixty that the end of the lines cut off:
//! of 10,000 lines as many as of 4,000,000, so that a question about what is overdue has the same answer to give at every size.

#![allow(dead_code, reason = "each bench, and the laws, use a part")]

mod agreement;
pub(crate) mod chance;
mod words;

use serde_json::Value;
use servanda::domain::instant::Instant;

use agreement::Agreement;
use chance::Chance;

/// The first day on which anything happens.
const FIRST_DAY: &str = "1985-01-01";
/// The last day on which anything happens.
const LAST_DAY: &str = "2024-12-31";
/// As of which day questions are asked: all of it is in the past.
pub(crate) const AS_OF: &str = "2025-03-01";
/// The same as the program's clock.
pub(crate) const NOW: &str = "2025-03-01T09:00:00Z";
/// When the first line was recorded, by the importer's word; each line a second later.
const FIRST_RECORDED: &str = "2025-01-01T00:00:00Z";
/// Agreements that are under way at a time.
const UNDER_WAY: usize = 60;
/// How many agreements leave their first commitment undone for ever.
const NEGLECTED: usize = 40;
/// They are one in so many of the first agreements.
const NEGLECTED_EVERY: usize = 8;
/// How many agreements one hospital has.
const PARTY_AGREEMENTS: usize = 6;

/// An agreement that every register of some hundred lines has.
pub(crate) const AGREEMENT: &str = "agreement-000007";

/// A word that only its title has.
pub(crate) const RARE_WORD: &str = "000007";

/// A word of one title in fifty.
pub(crate) const FREQUENT_WORD: &str = "telemedicine";

/// From this number on are agreements that a bench adds notes to, so that the one that is asked for stays as it is.
pub(crate) const NOTED_FROM: usize = 20;

/// The first of them.
pub(crate) const NOTED: &str = "agreement-000020";

/// The hospital of [`AGREEMENT`]; five other agreements have it too.
pub(crate) fn party() -> String {
    agreement::local_party(7)
}

/// The lines of an import, one command each, without end.
pub(crate) struct Lines {
    chance: Chance,
    opened: usize,
    under_way: Vec<Agreement>,
    made: u64,
}

impl Lines {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { chance: Chance::new(seed), opened: 0, under_way: Vec::new(), made: 0 }
    }
}

impl Iterator for Lines {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        while self.under_way.len() < UNDER_WAY {
            self.opened += 1;
            self.under_way.push(Agreement::open(self.opened, &mut self.chance));
        }
        let at = self.chance.below(self.under_way.len());
        let mut line = self.under_way[at].next(&mut self.chance);
        if self.under_way[at].is_over() {
            self.under_way.swap_remove(at);
        }
        line["recorded_at"] = Value::from(recorded_at(self.made));
        self.made += 1;
        Some(line)
    }
}

/// When the event at a place of the log was recorded.
pub(crate) fn recorded_at(position: u64) -> String {
    let first = Instant::parse(FIRST_RECORDED).expect("a time").micros();
    let seconds = i64::try_from(position).expect("in range");
    Instant::from_micros(first + seconds * 1_000_000).to_string()
}

/// The first `events` lines, as a file of an import that is read while it is made.
pub(crate) fn reader(events: usize) -> impl std::io::BufRead {
    std::io::BufReader::with_capacity(1 << 16, Text { lines: Lines::new(1).take(events), line: Vec::new(), at: 0 })
}

struct Text {
    lines: std::iter::Take<Lines>,
    line: Vec<u8>,
    at: usize,
}

impl std::io::Read for Text {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.line.len() {
            let Some(line) = self.lines.next() else { return Ok(0) };
            self.line = line.to_string().into_bytes();
            self.line.push(b'\n');
            self.at = 0;
        }
        let count = into.len().min(self.line.len() - self.at);
        into[..count].copy_from_slice(&self.line[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
