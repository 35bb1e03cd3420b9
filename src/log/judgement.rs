//! Decides about one commit, the same way in every backend.

use std::collections::BTreeMap;

use super::{
    Append, AppendError, BODY_BYTES_MAX, COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX, HEADER_BYTES_MAX, InvalidAppend,
    Position, REPLACED_MAX, Receipt, Replacement, StreamVersion,
};

/// What the log holds at the moment of the write, as far as one commit depends on it.
pub(super) struct Facts {
    /// The log's end.
    pub(super) end: Position,
    /// The log's last time.
    pub(super) last_recorded_at: Option<i64>,
    /// The version of the commit's stream.
    pub(super) version: StreamVersion,
}

/// Checks what can be checked without looking into the log.
pub(super) fn check_shape(commit: &Append) -> Result<(), InvalidAppend> {
    let count = commit.events.len();
    if count == 0 {
        return Err(InvalidAppend::Empty);
    }
    if count > COMMIT_EVENTS_MAX {
        return Err(InvalidAppend::TooManyEvents { count, max: COMMIT_EVENTS_MAX });
    }
    let mut total = 0;
    for (index, event) in commit.events.iter().enumerate() {
        let (header, body) = (event.header.len(), event.body.len());
        if header == 0 {
            return Err(InvalidAppend::NoHeader { index });
        }
        if header > HEADER_BYTES_MAX {
            return Err(InvalidAppend::HeaderTooLarge { index, bytes: header, max: HEADER_BYTES_MAX });
        }
        if body > BODY_BYTES_MAX {
            return Err(InvalidAppend::BodyTooLarge { index, bytes: body, max: BODY_BYTES_MAX });
        }
        total += header + body;
    }
    if total > COMMIT_BYTES_MAX {
        return Err(InvalidAppend::CommitTooLarge { bytes: total, max: COMMIT_BYTES_MAX });
    }
    Ok(())
}

/// Judges a well-shaped commit of a new command, and returns its receipt.
pub(super) fn judge(commit: &Append, facts: &Facts) -> Result<Receipt, AppendError> {
    if let Some(expected) = commit.expected_end
        && expected != facts.end
    {
        return Err(AppendError::EndMoved { expected, actual: facts.end });
    }
    if commit.expected != facts.version {
        return Err(AppendError::Conflict { stream: commit.stream, expected: commit.expected, actual: facts.version });
    }
    if let Some(last) = facts.last_recorded_at
        && commit.recorded_at < last
    {
        return Err(AppendError::ClockBehind { stamped: commit.recorded_at, last });
    }
    Ok(Receipt {
        command: commit.command,
        stream: commit.stream,
        first: facts.end,
        first_seq: facts.version.get() + 1,
        count: u32::try_from(commit.events.len()).expect("the shape was checked"),
        recorded_at: commit.recorded_at,
        repeated: false,
    })
}

/// Bodies that take the place of others, by the events' positions.
pub(super) type Replaced = BTreeMap<Position, Vec<u8>>;

/// Checks which bodies are to be replaced in a log that ends here.
pub(super) fn check_replaced(replaced: Vec<Replacement>, end: Position) -> Result<Replaced, InvalidAppend> {
    let refuse = |what: String| Err(InvalidAppend::Replacement { what });
    if replaced.len() > REPLACED_MAX {
        return refuse(format!("{} bodies are more than the {REPLACED_MAX} of one call", replaced.len()));
    }
    let mut checked = Replaced::new();
    for Replacement { position, body } in replaced {
        if position >= end {
            return refuse(format!("the log ends at {end} and has no event {position}"));
        }
        if body.len() > BODY_BYTES_MAX {
            return refuse(format!("event {position} would have {} bytes, more than {BODY_BYTES_MAX}", body.len()));
        }
        if checked.insert(position, body).is_some() {
            return refuse(format!("event {position} is named twice"));
        }
    }
    Ok(checked)
}

/// Refuses a commit that its new bodies would make too large.
pub(super) fn check_grown(first: Position, bytes: usize) -> Result<(), InvalidAppend> {
    if bytes > COMMIT_BYTES_MAX {
        let what = format!("the commit at {first} would have {bytes} bytes, more than {COMMIT_BYTES_MAX}");
        return Err(InvalidAppend::Replacement { what });
    }
    Ok(())
}
