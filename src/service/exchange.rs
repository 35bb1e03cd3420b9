//! The whole log as JSON Lines, out and in again.

use std::io::{BufRead, Read as _};

use super::Service;
use super::error::{QueryError, RestoreError};
use crate::log::codec::{self, Restored};
use crate::log::{Append, CommandId, Position, StreamId, StreamVersion};

/// The most bytes of one line that is read; a record's parts are bounded, and so is a command.
pub const LINE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// How many events are read or written at a time.
const PAGE: usize = 1_024;

/// A file's first line without the byte order mark that some editors put before it.
pub(super) fn without_mark(line: &str) -> &str {
    line.strip_prefix('\u{feff}').unwrap_or(line)
}

/// Reads one line of at most [`LINE_BYTES_MAX`] bytes, without its end; none at the end of the input.
///
/// # Errors
///
/// The input's own error, or `InvalidData` for a line that is too long or not UTF-8; the next call reads the line
/// after it.
pub fn read_line(input: &mut dyn BufRead) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = input.take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut bytes)?;
    if read == 0 {
        return Ok(None);
    }
    if read as u64 > LINE_BYTES_MAX {
        if bytes.last() != Some(&b'\n') {
            input.skip_until(b'\n')?;
        }
        let why = format!("a line is longer than {LINE_BYTES_MAX} bytes");
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, why));
    }
    while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        bytes.pop();
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| std::io::Error::new(std::io::ErrorKind::InvalidData, "a line is not UTF-8"))
}

impl Service {
    /// Hands every event out as one line of JSON, in the order of positions; returns how many there were.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the log cannot be read; an error of the receiver ends the export and is handed back inside.
    pub async fn export<E>(
        &self,
        mut receive: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<Result<u64, E>, QueryError> {
        let mut from = Position::START;
        loop {
            let records = self.log.read(from, PAGE).await?;
            let Some(last) = records.last() else { return Ok(Ok(from.get())) };
            from = last.position.plus(1);
            for record in &records {
                let line = serde_json::Value::Object(codec::flat(record)?).to_string();
                if let Err(error) = receive(&line) {
                    return Ok(Err(error));
                }
            }
        }
    }

    /// Makes the same log from an export, byte for byte; the register must be empty. Returns how many events.
    ///
    /// # Errors
    ///
    /// [`RestoreError`] naming the line that cannot be taken over; the lines before it may be in the log then.
    pub async fn restore(&self, input: &mut dyn BufRead) -> Result<u64, RestoreError> {
        let _alone = self.turns.alone().await;
        let end = self.log.end().await?;
        if end != Position::START {
            return Err(RestoreError::NotEmpty { events: end.get() });
        }
        let mut number = 0;
        let mut position = 0;
        let mut commits: Vec<Append> = Vec::new();
        let mut redactions = codec::Redactions::default();
        while let Some(line) = read_line(input).map_err(RestoreError::Input)? {
            number += 1;
            if line.trim().is_empty() {
                continue;
            }
            let at = |why: String| RestoreError::Line { line: number, why };
            let line = if number == 1 { without_mark(&line) } else { &line };
            let restored = codec::unflat(line).map_err(|e| at(e.to_string()))?;
            if restored.position != position {
                let found = restored.position;
                return Err(at(format!("its position is {found}, and {position} is next")));
            }
            redactions.note(restored.agreement, position, restored.seq, restored.redacted.as_ref(), &restored.event);
            position += 1;
            let joins = commits.last().is_some_and(|commit| {
                commit.command.get() == restored.cause
                    && commit.stream.get() == restored.agreement
                    && commit.recorded_at == restored.recorded_at
            });
            if joins && let Some(commit) = commits.last_mut() {
                commit.events.push(restored.draft);
                continue;
            }
            if commits.len() >= PAGE {
                self.append_restored(std::mem::take(&mut commits), number).await?;
            }
            commits.push(commit_of(restored));
        }
        self.append_restored(commits, number).await?;
        // A redaction comes after what it redacts, so only the end tells.
        match redactions.disagreements(true).into_iter().next() {
            Some(error) => Err(RestoreError::Line { line: number, why: error.to_string() }),
            None => Ok(position),
        }
    }

    async fn append_restored(&self, commits: Vec<Append>, line: u64) -> Result<(), RestoreError> {
        for result in self.log.append_all(commits).await {
            if result?.repeated {
                let why = "a command's events do not lie together".to_owned();
                return Err(RestoreError::Line { line, why });
            }
        }
        Ok(())
    }
}

fn commit_of(restored: Restored) -> Append {
    Append {
        command: CommandId::new(restored.cause),
        stream: StreamId::new(restored.agreement),
        expected: StreamVersion::new(restored.seq.saturating_sub(1)),
        expected_end: None,
        recorded_at: restored.recorded_at,
        events: vec![restored.draft],
    }
}
