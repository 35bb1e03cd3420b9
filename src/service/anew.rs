//! Making views anew from the log's beginning, the register's view and the words in one pass where both are wanted.
//!
//! Workers make rows of the agreements and keep them in runs (`runs.rs`); at the end these are read side by side, and each view
//! is written once, from its first key to its last.

use std::io;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::Service;
use super::dealt::Bounds;
use super::error::QueryError;
use super::marks::{MARKED_HELD, MARKS, Marked};
use super::register::VIEW;
use super::replay::{Progress, Reading};
use super::runs::{Merged, OPEN_BYTES, Runs};
use super::search::{Gathered, POSTINGS_HELD, WORDS};
use super::spool::{Aside, failed};
use crate::domain::timeline::{Register, Timeline};
use crate::log::{Change, Position, ReadError};
use crate::views::entry::Entry;
use crate::views::tables::{self, Row};
use crate::views::{marks, postings};

/// How many changes are written to a view at a time, and how many bytes of them.
const CHANGES: usize = 16_384;
const CHANGES_BYTES: usize = 2 * 1024 * 1024;

/// Which views are made anew.
#[derive(Clone, Copy)]
pub(super) struct Anew {
    /// The register's view.
    pub(super) register: bool,
    /// The words.
    pub(super) words: bool,
    /// What filters look for.
    pub(super) marks: bool,
}

impl Anew {
    /// What filters look for alone.
    pub(super) const MARKS: Self = Self { register: false, words: false, marks: true };

    fn views(self) -> impl Iterator<Item = &'static str> {
        let wanted = [(self.register, VIEW), (self.words, WORDS), (self.marks, MARKS)];
        wanted.into_iter().filter_map(|(wanted, view)| wanted.then_some(view))
    }
}

/// What a worker makes of its agreements.
#[derive(Default)]
struct Made {
    rows: Option<Runs>,
    words: Gathered,
    lists: Option<Runs>,
    marks: Marked,
    marked: Option<Runs>,
}

/// How much a worker holds; less in tests.
#[derive(Clone, Copy)]
struct Held {
    reading: Bounds,
    /// Bytes of rows of one kind, until they are set aside.
    rows: usize,
    /// Postings, until they are made rows.
    postings: usize,
    /// Marks, until they are made rows.
    marks: usize,
}

impl Held {
    const USUAL: Self = Self { reading: Bounds::USUAL, rows: OPEN_BYTES, postings: POSTINGS_HELD, marks: MARKED_HELD };
}

/// Adds rows to those that a worker has.
fn keep(
    runs: &mut Option<Runs>,
    rows: impl IntoIterator<Item = Row>,
    (aside, most): (&Aside, usize),
) -> Result<(), QueryError> {
    runs.get_or_insert_with(|| Runs::new(aside.clone(), most)).take(rows).map_err(failed)
}

/// Makes the changes of a view of a key and the values that it has; none where these are not what they should be.
pub(super) type Making = fn(Vec<u8>, Vec<Vec<u8>>, &mut Vec<Change>) -> Option<()>;

/// Makes a row of a key that has one value.
pub(super) fn alone(key: Vec<u8>, mut values: Vec<Vec<u8>>, rows: &mut Vec<Change>) -> Option<()> {
    rows.push((key, Some(values.pop()?)));
    Some(())
}

/// Makes one list of those that a word has in a block.
fn posted(key: Vec<u8>, lists: Vec<Vec<u8>>, rows: &mut Vec<Change>) -> Option<()> {
    rows.push((key, Some(postings::joined(lists)?)));
    Some(())
}

/// Rows in batches, each key once.
struct Batches {
    rows: Merged,
    next: Option<Row>,
    making: Making,
}

impl Batches {
    /// The next batch; an empty one after the last.
    fn next(&mut self) -> io::Result<Vec<Change>> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < CHANGES && bytes < CHANGES_BYTES {
            let Some((key, value)) = self.next.take().map_or_else(|| self.rows.next(), |row| Ok(Some(row)))? else {
                break;
            };
            let mut values = vec![value];
            loop {
                match self.rows.next()? {
                    Some((same, value)) if same == key => values.push(value),
                    other => break self.next = other,
                }
            }
            let already = batch.len();
            (self.making)(key, values, &mut batch).ok_or(io::ErrorKind::InvalidData)?;
            let size = |(key, value): &Change| key.len() + value.as_ref().map_or(0, Vec::len);
            bytes += batch[already..].iter().map(size).sum::<usize>();
        }
        Ok(batch)
    }
}

/// What work on another thread came to; its panic is this one's.
fn joined<T>(work: Result<T, tokio::task::JoinError>) -> Result<T, QueryError> {
    work.map_err(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        // Else the runtime is being shut down.
        Err(_) => ReadError::Closed.into(),
    })
}

impl Service {
    /// Makes views anew from the log's beginning to a position; false when somebody else wrote to one of them meanwhile.
    ///
    /// While a view is being written its position stays at the beginning: a crash in between is a view that is still to be
    /// made.
    pub(super) async fn make_anew(
        &self,
        anew: Anew,
        end: Position,
        progress: &mut Progress<'_>,
    ) -> Result<bool, QueryError> {
        self.make_anew_in(anew, end, Held::USUAL, progress).await
    }

    async fn make_anew_in(
        &self,
        anew: Anew,
        end: Position,
        held: Held,
        progress: &mut Progress<'_>,
    ) -> Result<bool, QueryError> {
        // No word hangs on the register's own facts.
        let register = if anew.register { self.register_before(end).await? } else { Register::default() };
        for view in anew.views() {
            self.views.clear(view).await.map_err(QueryError::View)?;
        }
        let reading = Reading { bounds: held.reading, ..Reading::up_to(end) };
        let aside = self.aside(3 * reading.workers());
        let to = aside.clone();
        let fold = Arc::new(move |made: &mut Made, id, timeline: Timeline| {
            let readings = timeline.read();
            let entry = (anew.register || anew.marks).then(|| Entry::read(id, &timeline, &readings)).flatten();
            if let (true, Some(entry), Some(first)) = (anew.marks, &entry, timeline.facts().first()) {
                made.marks.take(first.position, entry);
                if made.marks.held() > held.marks {
                    keep(&mut made.marked, std::mem::take(&mut made.marks).into_rows(), (&to, held.rows))?;
                }
            }
            if anew.register {
                keep(&mut made.rows, entry.map(tables::rows).into_iter().flatten(), (&to, held.rows))?;
            }
            if anew.words {
                made.words.take_whole(&timeline, &readings);
                if made.words.postings() > held.postings {
                    keep(&mut made.lists, std::mem::take(&mut made.words).into_rows(), (&to, held.rows))?;
                }
            }
            Ok(())
        });
        let made = self.fold(reading, &register, &fold, |done| progress(done, end.get())).await?;
        let sorting = made.into_iter().map(|mut made| {
            let aside = aside.clone();
            tokio::task::spawn_blocking(move || {
                keep(&mut made.lists, made.words.into_rows(), (&aside, held.rows))?;
                keep(&mut made.marked, made.marks.into_rows(), (&aside, held.rows))?;
                made.rows.iter_mut().chain(&mut made.lists).chain(&mut made.marked).for_each(Runs::sort);
                Ok::<_, QueryError>((made.rows, made.lists, made.marked))
            })
        });
        let (mut rows, mut lists, mut marked) = (Vec::new(), Vec::new(), Vec::new());
        for sorted in sorting.collect::<Vec<_>>() {
            let (of_register, of_words, of_marks) = joined(sorted.await)??;
            rows.extend(of_register);
            lists.extend(of_words);
            marked.extend(of_marks);
        }
        let written = async |wanted: bool, view, rows, making| {
            Ok::<_, QueryError>(!wanted || self.write(view, rows, making, None, end).await?)
        };
        // Rows of the one are read back while the other is written.
        let (register, words, marks) = tokio::try_join!(
            written(anew.register, VIEW, rows, alone as Making),
            written(anew.words, WORDS, lists, posted),
            written(anew.marks, MARKS, marked, marks::parted),
        )?;
        Ok(register && words && marks)
    }

    /// Writes rows to a view that stands at a position, or is absent; `making` makes them of what a key has. False when
    /// somebody else wrote to the view meanwhile.
    ///
    /// In a view that is there they take the place of those that their agreements had. What takes several steps is not there
    /// until the last of them: in between the view stands at the beginning, and whoever finds it there makes it anew.
    pub(super) async fn write(
        &self,
        view: &'static str,
        rows: Vec<Runs>,
        making: Making,
        mut at: Option<Position>,
        end: Position,
    ) -> Result<bool, QueryError> {
        let over = at.is_some();
        let (sender, mut batches) = mpsc::channel(1);
        let reading = tokio::task::spawn_blocking(move || {
            let mut batches = Batches { rows: Runs::merged(rows)?, next: None, making };
            loop {
                let batch = batches.next()?;
                // Nobody takes it any more where somebody else writes to the view.
                if batch.is_empty() || sender.blocking_send(batch).is_err() {
                    return Ok(());
                }
            }
        });
        let mut batch = batches.recv().await.unwrap_or_default();
        loop {
            let next = batches.recv().await;
            let mut changes = if over { self.outdated(&batch).await? } else { Vec::new() };
            changes.append(&mut batch);
            let Some(next) = next else {
                joined(reading.await)?.map_err(failed)?;
                return self.put(view, &mut at, end, changes).await;
            };
            batch = next;
            if !self.put(view, &mut at, Position::START, changes).await? {
                return Ok(false);
            }
        }
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

    const ALL: Anew = Anew { register: true, words: true, marks: true };

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
        let small = Bounds { open: 900, bucket: 4_000, bucket_max: 3_000 };
        for (reading, rows, held) in
            [(small, 0, 0), (small, 2_000, 50), (Bounds::USUAL, 5_000, 0), (small, usize::MAX, usize::MAX)]
        {
            let mut told = Vec::new();
            let held = Held { reading, rows, postings: held, marks: held };
            let made = service.make_anew_in(ALL, end, held, &mut |done, _| told.push(done)).await;
            assert!(made.expect("it is made"));
            assert_eq!(service.view_bytes().await.expect("it reads"), kept_up);
            assert_eq!(told.last(), Some(&120), "each event is read as a fact once");
        }
        for anew in [Anew { words: false, ..ALL }, Anew { register: false, ..ALL }, Anew { marks: false, ..ALL }] {
            assert!(service.make_anew(anew, end, &mut |_, _| ()).await.expect("it is made"));
            assert_eq!(service.view_bytes().await.expect("it reads"), kept_up);
        }
    }

    #[tokio::test]
    async fn views_of_which_the_last_part_is_missing_are_absent() {
        let service = empty();
        import(&service, &commands()).await;
        let end = service.log.end().await.expect("it reads");
        let whole = service.view_bytes().await.expect("it reads");
        for view in [VIEW, WORDS, MARKS] {
            service.views.clear(view).await.expect("it clears");
            let some = vec![(b"x".to_vec(), Some(b"of a part".to_vec()))];
            assert!(service.put(view, &mut None, Position::START, some).await.expect("it writes"));
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

    #[tokio::test]
    async fn a_view_that_lacks_more_agreements_than_are_held_is_made_anew() {
        let service = empty();
        let text = commands();
        let (opened, more) = text.split_at(text.match_indices('\n').nth(19).expect("twenty lines").0);
        import(&service, opened).await;
        let at = service.views.position(VIEW).await.expect("it reads").expect("it is there");
        for line in more.lines().filter(|line| !line.is_empty()).take(7) {
            let line = serde_json::from_str(line).expect("an object");
            let request = crate::domain::command::Request::from_json(line).expect("a request");
            let actor = crate::domain::id::Actor::parse("desk").expect("a name");
            let execution = crate::service::execute::Execution { actor, dry_run: false, asserted_times: false };
            service.execute(&request, &execution).await.expect("it is recorded");
        }
        service.forget_waiting();
        let end = service.log.end().await.expect("it reads");
        // Of seven agreements something was recorded, and the calendars that the first of them brought.
        for (most, taken_in) in [(0, None), (6, None), (7, Some(true))] {
            let done = service.take_in(at, end, most, &mut |_, _| ()).await.expect("it reads");
            assert_eq!(done, taken_in, "{most}");
        }
        let taken_in = service.view_bytes().await.expect("it reads");
        assert!(service.make_anew(ALL, end, &mut |_, _| ()).await.expect("it is made"));
        assert_eq!(service.view_bytes().await.expect("it reads"), taken_in);
    }
}
