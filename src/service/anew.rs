//! Making views anew from the log's beginning, the register's view and the words in one pass where both are wanted.

use std::sync::Arc;

use super::Service;
use super::error::QueryError;
use super::register::VIEW;
use super::replay::{EVENTS_AT_ONCE, Progress};
use super::runs::Runs;
use super::search::{Gathered, WORDS, damaged};
use crate::domain::timeline::{Register, Timeline};
use crate::log::{AppendError, Change, Position};
use crate::views::entry::Entry;
use crate::views::postings;
use crate::views::tables::{self, Row};

/// How many changes are written to a view at a time.
const CHANGES: usize = 16_384;

/// How many bytes of changes are held, compressed to a fifth or less, before they are written.
const PENDING_BYTES: usize = 64 * 1024 * 1024;

/// What parts change in a view, before it is written.
struct Pending {
    runs: Runs,
    /// How many bytes are held at most.
    most: usize,
    /// Where the view stands; nowhere until something is written.
    at: Option<Position>,
}

impl Pending {
    fn of(most: usize) -> Self {
        Self { runs: Runs::default(), most, at: None }
    }
}

fn kept(source: std::io::Error) -> QueryError {
    QueryError::View(AppendError::Storage { doing: "holding the rows of a view", source: source.into() })
}

/// Which views are made anew.
#[derive(Clone, Copy)]
pub(super) struct Anew {
    /// The register's view.
    pub(super) register: bool,
    /// The words.
    pub(super) words: bool,
}

impl Anew {
    fn views(self) -> impl Iterator<Item = &'static str> {
        let wanted = [(self.register, VIEW), (self.words, WORDS)];
        wanted.into_iter().filter_map(|(wanted, view)| wanted.then_some(view))
    }
}

/// What a worker makes of the agreements of a part.
#[derive(Default)]
struct Made {
    rows: Vec<Row>,
    words: Gathered,
}

impl Service {
    /// Makes views anew from the log's beginning to a position; false when somebody else wrote to one of them meanwhile.
    ///
    /// While several parts are being written a view's position stays at the beginning: a crash in between is a view that
    /// is still to be made.
    pub(super) async fn make_anew(
        &self,
        anew: Anew,
        end: Position,
        progress: &mut Progress<'_>,
    ) -> Result<bool, QueryError> {
        self.make_anew_in(anew, end, (EVENTS_AT_ONCE, PENDING_BYTES), progress).await
    }

    async fn make_anew_in(
        &self,
        anew: Anew,
        end: Position,
        (events_at_once, pending): (u64, usize),
        progress: &mut Progress<'_>,
    ) -> Result<bool, QueryError> {
        // No word hangs on the register's own facts.
        let register = if anew.register { self.register().await? } else { Register::default() };
        for view in anew.views() {
            self.views.clear(view).await.map_err(QueryError::View)?;
        }
        let fold = Arc::new(move |made: &mut Made, id, timeline: Timeline| {
            let readings = timeline.read();
            if anew.register {
                made.rows.extend(Entry::read(id, &timeline, &readings).map(tables::rows).into_iter().flatten());
            }
            if anew.words {
                made.words.take_whole(&timeline, &readings);
            }
        });
        let (mut all_rows, mut all_words) = (Pending::of(pending), Pending::of(pending));
        let (mut dealt, mut begun, mut begun_now) = (0, 0, 0);
        let parts = self.parts(end, None, events_at_once).await?;
        let last = parts.len().saturating_sub(1);
        for (number, part) in parts.into_iter().enumerate() {
            let to = (number == last).then_some(end);
            let told = |many| {
                dealt += many;
                progress(dealt, end.get());
            };
            let (mut rows, mut words) = (Vec::new(), Gathered::default());
            for made in self.fold(part, &register, &fold, told).await? {
                rows.extend(made.rows.into_iter().map(|(key, value)| (key, Some(value))));
                words.join(made.words);
            }
            if anew.register && !self.write_pending(VIEW, &mut all_rows, to, rows).await? {
                return Ok(false);
            }
            if anew.words {
                // Parts follow each other in the log: only blocks that began before can be written already.
                begun_now = words.agreements().map(|first| postings::block_of(first) + 1).max().unwrap_or(begun_now);
                let changes = self.posted(words, begun).await?;
                if !self.write_pending(WORDS, &mut all_words, to, changes).await? {
                    return Ok(false);
                }
                if all_words.at.is_some() {
                    begun = begun_now;
                }
            }
        }
        Ok(true)
    }

    /// Writes what a part changes: at once where it is the only one; else all parts together, at the end or once there is
    /// much of them. False when somebody else wrote to the view meanwhile.
    async fn write_pending(
        &self,
        view: &str,
        pending: &mut Pending,
        end: Option<Position>,
        changes: Vec<Change>,
    ) -> Result<bool, QueryError> {
        if let (Some(end), true) = (end, pending.runs.is_empty()) {
            return self.write(view, &mut pending.at, end, changes).await;
        }
        pending
            .runs
            .take(changes.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
            .map_err(kept)?;
        if end.is_none() && pending.runs.bytes() < pending.most {
            return Ok(true);
        }
        let mut merged = std::mem::take(&mut pending.runs).merged().map_err(kept)?;
        let mut batch: Vec<Change> = Vec::new();
        while let Some((key, value)) = merged.next().map_err(kept)? {
            match batch.last_mut() {
                // Two parts share the block in which they meet.
                Some((before, list)) if *before == key => {
                    let both = [list.as_deref().unwrap_or_default(), value.as_slice()];
                    *list = Some(postings::joined(both).ok_or_else(|| damaged(&key))?);
                }
                _ => {
                    if batch.len() >= CHANGES
                        && !self.put(view, &mut pending.at, Position::START, std::mem::take(&mut batch)).await?
                    {
                        return Ok(false);
                    }
                    batch.push((key, Some(value)));
                }
            }
        }
        self.put(view, &mut pending.at, end.unwrap_or(Position::START), batch).await
    }

    /// Writes changes in the order of their keys, and where the view stands with the last of them; false when somebody
    /// else wrote to it meanwhile.
    async fn write(
        &self,
        view: &str,
        at: &mut Option<Position>,
        to: Position,
        mut changes: Vec<Change>,
    ) -> Result<bool, QueryError> {
        changes.sort_unstable();
        while changes.len() > CHANGES {
            let rest = changes.split_off(CHANGES);
            let first = std::mem::replace(&mut changes, rest);
            // What is written in several steps is not there until the last of them.
            if !self.put(view, at, Position::START, first).await? {
                return Ok(false);
            }
        }
        self.put(view, at, to, changes).await
    }

    /// Changes a view that stands at a position, which goes on to another; false when it stood elsewhere.
    pub(super) async fn put(
        &self,
        view: &str,
        at: &mut Option<Position>,
        to: Position,
        changes: Vec<Change>,
    ) -> Result<bool, QueryError> {
        let put = self.views.put_after(view, *at, to, changes).await.map_err(QueryError::View)?;
        *at = Some(to);
        Ok(put)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::import::Far;
    use crate::service::replay::tests::{commands, empty, import};

    const BOTH: Anew = Anew { register: true, words: true };

    async fn words_at(service: &Service) -> Option<Position> {
        service.views.position(WORDS).await.expect("it reads")
    }

    #[tokio::test]
    async fn views_made_anew_in_parts_equal_those_kept_up() {
        let service = empty();
        for line in commands().lines() {
            import(&service, line).await;
            service.catch_up_all(&mut |_, _| ()).await.expect("it catches up");
        }
        let kept_up = service.view_bytes().await.expect("it reads");
        assert!(kept_up.len() > 100);
        let end = service.log.end().await.expect("it reads");
        for bounds in [(1, 0), (7, 0), (7, 2_000), (7, usize::MAX), (50, 0), (50, usize::MAX), (u64::MAX, 0)] {
            let mut told = Vec::new();
            let made = service.make_anew_in(BOTH, end, bounds, &mut |done, _| told.push(done)).await;
            assert!(made.expect("it is made"));
            assert_eq!(service.view_bytes().await.expect("it reads"), kept_up);
            assert_eq!(told.last(), Some(&120), "each event is read as a fact once");
        }
        for anew in [Anew { words: false, ..BOTH }, Anew { register: false, ..BOTH }] {
            assert!(service.make_anew(anew, end, &mut |_, _| ()).await.expect("it is made"));
            assert_eq!(service.view_bytes().await.expect("it reads"), kept_up);
        }
    }

    #[tokio::test]
    async fn views_of_which_the_last_part_is_missing_are_absent() {
        let service = empty();
        import(&service, &commands()).await;
        let (mut at, end) = (None, service.log.end().await.expect("it reads"));
        let whole = service.view_bytes().await.expect("it reads");
        for view in [VIEW, WORDS] {
            service.views.clear(view).await.expect("it clears");
            let some = vec![(b"x".to_vec(), Some(b"of a part".to_vec()))];
            assert!(service.write(view, &mut at, Position::START, some).await.expect("it writes"));
            at = None;
        }
        let mut told = 0;
        service.catch_up_all(&mut |done, _| told = done).await.expect("it catches up");
        assert_eq!(told, 120);
        assert_eq!(service.views.position(VIEW).await.expect("it reads"), Some(end));
        assert_eq!(service.view_bytes().await.expect("it reads"), whole);
    }

    #[tokio::test]
    async fn an_import_makes_no_words_before_somebody_searched() {
        let service = empty();
        let text = commands();
        let told = import(&service, &text).await;
        assert_eq!(told.first(), Some(&Far::Lines(120)));
        assert!(matches!(told.last(), Some(Far::View { done: 120, .. })), "{told:?}");
        assert_eq!(words_at(&service).await, None);
        service.catch_up_all(&mut |_, _| ()).await.expect("it catches up");
        assert_eq!(words_at(&service).await, Some(service.log.end().await.expect("it reads")));
    }
}
