//! The view that is kept beside the log: the register's entries, in the tables of `views/tables.rs`.
//!
//! A question first brings it up to the log's end, then answers. It is a fold: thrown away and rebuilt, it is the
//! same, byte for byte. Few commits are taken in by folding the agreements that they touch; many, by going through the log.

use std::sync::Arc;

use uuid::Uuid;

use super::Service;
use super::almanac::REGISTER;
use super::anew::{self, Anew};
use super::error::QueryError;
use super::marks::MARKS;
use super::replay::{PAGE, Progress, Reading};
use super::runs::{OPEN_BYTES, Runs};
use super::search::WORDS;
use super::spool::failed;
use super::trust::tree::TREE;
use crate::domain::decide::opening_of;
use crate::domain::fact::Fact;
use crate::domain::id::{AgreementId, Reference};
use crate::domain::timeline::{Register, Timeline};
use crate::log::codec::CodecError;
use crate::log::{Change, Position, StreamId, codec};
use crate::views::entry::Entry;
use crate::views::tables::{self, Head};

/// The view's name in the store; its number grows when the form of its values changes.
pub const VIEW: &str = "register.15";

/// The names that earlier versions gave to views.
const FORMER: [&str; 2] = ["register.13", "register.14"];

/// How many events the view may lag behind before it is perhaps made anew.
const LAG: u64 = 4_096;

/// The share of the log that the view must lag behind to be made anew: from one event in so many on.
const LAG_SHARE: u64 = 4;

/// How many agreements are read one by one, before the log is gone through for them instead.
const READ_ALONE: usize = 1_024;

/// How many agreements are held that something was recorded about; where there are more, the view is made anew.
const TOUCHED_MAX: usize = 256 * 1024;

/// How often bringing the view up is begun anew when somebody else did it at the same time.
const ATTEMPTS_MAX: u32 = 64;

impl Service {
    /// Reads an agreement's facts.
    pub(super) async fn facts_of(&self, id: AgreementId) -> Result<Vec<Fact>, QueryError> {
        match self.read_facts(id).await {
            // Something may have been taken out between two pages; then it is so in both now.
            Err(QueryError::Codec(CodecError::Redaction { .. })) => self.read_facts(id).await,
            read => read,
        }
    }

    async fn read_facts(&self, id: AgreementId) -> Result<Vec<Fact>, QueryError> {
        let mut facts = Vec::new();
        loop {
            let after = facts.len() as u64;
            let records = self.log.read_stream(StreamId::new(id.0), after, PAGE).await?;
            for record in &records {
                facts.push(codec::decode(record)?);
            }
            // An answer ends early at a bound of bytes only; else a short one is the last, and nothing need be asked again.
            let bytes: usize = records.iter().map(|record| record.header.len() + record.body.len()).sum();
            if records.is_empty() || (records.len() < PAGE && bytes < crate::log::READ_BYTES_MAX) {
                codec::agree(id.0, &facts, true)?;
                return Ok(facts);
            }
        }
    }

    /// Reads those of an agreement's facts that lie before a position.
    ///
    /// For views: what lands while one is brought up to a position is taken in when it goes on from there. If it were in the
    /// view before, and taken back then, nothing would say that it has to be taken away.
    pub(super) async fn facts_before(&self, id: AgreementId, end: Position) -> Result<Vec<Fact>, QueryError> {
        let mut facts = self.facts_of(id).await?;
        facts.truncate(facts.partition_point(|fact| fact.position < end.get()));
        Ok(facts)
    }

    /// The register's own facts that lie before a position.
    pub(super) async fn register_before(&self, end: Position) -> Result<Register, QueryError> {
        let register = self.register().await?;
        let before = register.facts().partition_point(|fact| fact.position < end.get());
        if before == register.facts().len() {
            return Ok(register);
        }
        Ok(Register::new(register.facts()[..before].to_vec()).in_zone(self.settings.zone_name()))
    }

    /// The reference under which the agreement of a stream was opened, or that of the register's own; none where nothing says.
    pub(super) async fn opened_as(&self, stream: StreamId) -> Result<Option<Reference>, QueryError> {
        if stream.get() == REGISTER.0 {
            return Ok(Reference::parse(Reference::REGISTER).ok());
        }
        let first = self.log.read_stream(stream, 0, 1).await?;
        let timeline = Timeline::new(first.iter().map(codec::decode).collect::<Result<Vec<_>, _>>()?);
        Ok(opening_of(&timeline, &timeline.read()).map(|(opened, _)| opened.reference))
    }

    /// Reads an agreement's facts, with those of the register that its dates hang on.
    pub(super) async fn timeline_of(&self, id: AgreementId) -> Result<Timeline, QueryError> {
        Ok(Timeline::new(self.facts_of(id).await?).within(self.register().await?))
    }

    /// Brings the view up to the log's end.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the log cannot be read or the view cannot be written.
    pub async fn catch_up(&self) -> Result<(), QueryError> {
        self.catch_up_with(&mut |_, _| ()).await
    }

    /// Brings the view up to the log's end; where that is long, `progress` hears how many events of how many are done.
    ///
    /// # Errors
    ///
    /// As for [`Service::catch_up`].
    pub async fn catch_up_with(&self, progress: &mut Progress<'_>) -> Result<(), QueryError> {
        self.bring_up(false, progress).await
    }

    /// Brings the view and the words up to the log's end, in one pass over the log where both are to be made anew.
    ///
    /// # Errors
    ///
    /// As for [`Service::catch_up`].
    pub async fn catch_up_all(&self, progress: &mut Progress<'_>) -> Result<(), QueryError> {
        self.bring_up(true, progress).await?;
        self.catch_up_words(progress).await
    }

    /// Brings the view up to the log's end; where it is made anew, so are the words if they lag behind too and are there
    /// or wanted.
    async fn bring_up(&self, words_wanted: bool, progress: &mut Progress<'_>) -> Result<(), QueryError> {
        if self.lag().await?.is_none() {
            return Ok(());
        }
        let _keeping = self.viewing.write().await;
        Box::pin(self.take_in_waiting()).await?;
        for _ in 0..ATTEMPTS_MAX {
            let Some((at, end)) = self.lag().await? else { return Ok(()) };
            let lag = end.get() - at.get();
            let whole = at == Position::START || (lag > LAG && lag * LAG_SHARE > end.get());
            let taken_in = if whole { None } else { self.take_in(at, end, TOUCHED_MAX, progress).await? };
            let done = if let Some(done) = taken_in {
                done
            } else {
                let words = match self.views.position(WORDS).await? {
                    None | Some(Position::START) => words_wanted,
                    Some(at) => at < end,
                };
                self.clear_former().await?;
                self.make_anew(Anew { register: true, words, marks: true }, end, progress).await?
            };
            if done {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes away what earlier versions kept.
    async fn clear_former(&self) -> Result<(), QueryError> {
        for view in FORMER {
            self.views.clear(view).await.map_err(QueryError::View)?;
        }
        Ok(())
    }

    /// Where the view and the log stand; none where the view lacks nothing.
    async fn lag(&self) -> Result<Option<(Position, Position)>, QueryError> {
        let end = self.log.end().await?;
        let at = self.views.position(VIEW).await?.unwrap_or(Position::START);
        Ok((at < end).then_some((at, end)))
    }

    /// Takes in what was recorded between two positions; false when somebody else wrote to the view meanwhile, nothing where
    /// more than `most` agreements would have to be.
    pub(super) async fn take_in(
        &self,
        at: Position,
        end: Position,
        most: usize,
        progress: &mut Progress<'_>,
    ) -> Result<Option<bool>, QueryError> {
        let mut touched = self.written_to(at, end, most).await?;
        if touched.remove(&REGISTER.0) {
            // Whoever counts by a calendar may stand elsewhere now, though nothing was recorded about them.
            self.scan(tables::counted(), |key, id| {
                if touched.len() <= most {
                    touched.insert(Uuid::from_slice(id).map_err(|_| damaged(key))?);
                }
                Ok(())
            })
            .await?;
        }
        if touched.len() > most {
            return Ok(None);
        }
        let register = self.register_before(end).await?;
        let mut rows = Vec::new();
        if touched.len() > READ_ALONE {
            let reading = Reading::of(touched, end);
            let aside = self.aside(reading.workers());
            let fold = Arc::new(move |rows: &mut Option<Runs>, id, timeline: Timeline| {
                let made = Entry::of(id, &timeline).map(tables::rows).into_iter().flatten();
                rows.get_or_insert_with(|| Runs::new(aside.clone(), OPEN_BYTES)).take(made).map_err(failed)
            });
            let made = self.fold(reading, &register, &fold, |done| progress(done, end.get())).await?;
            rows.extend(made.into_iter().flatten());
        } else {
            let mut made = Runs::new(self.aside(1), OPEN_BYTES);
            for id in touched.into_iter().map(AgreementId) {
                let timeline = Timeline::new(self.facts_before(id, end).await?).within(register.clone());
                made.take(Entry::of(id, &timeline).map(tables::rows).into_iter().flatten()).map_err(failed)?;
            }
            rows.push(made);
        }
        self.write(VIEW, rows, anew::alone, Some(at), end).await.map(Some)
    }

    /// What an entry changes in the view: its rows are put, and those that it had before are taken away.
    pub(super) async fn changes(&self, entry: Entry) -> Result<Vec<Change>, QueryError> {
        let rows: Vec<Change> = tables::rows(entry).into_iter().map(|(key, value)| (key, Some(value))).collect();
        let mut changes = self.outdated(&rows).await?;
        changes.extend(rows);
        Ok(changes)
    }

    /// What has to be taken away for rows to take the place of those that their agreements had.
    pub(super) async fn outdated(&self, rows: &[Change]) -> Result<Vec<Change>, QueryError> {
        let heads = rows.iter().map(|(key, _)| key).filter(|key| tables::is_head(key));
        let heads: Vec<Vec<u8>> = heads.cloned().collect();
        let mut outdated = Vec::new();
        for (key, value) in heads.iter().zip(self.views.get_many(VIEW, &heads).await?) {
            if let Some(value) = value {
                let head: Head = read(key, &value)?;
                outdated.extend(head.keys().into_iter().map(|key| (key, None)));
            }
        }
        Ok(outdated)
    }

    /// The agreements whose dates can move when the register's own facts change, in the order of their references.
    pub(super) async fn counted_by_the_register(&self) -> Result<Vec<(Reference, AgreementId)>, QueryError> {
        let mut counted = Vec::new();
        self.scan(tables::counted(), |key, value| {
            let id = Uuid::from_slice(value).map_err(|_| damaged(key))?;
            counted.push((tables::reference_in(key).ok_or_else(|| damaged(key))?, AgreementId(id)));
            Ok(())
        })
        .await?;
        Ok(counted)
    }

    /// Throws the views away and makes them anew; returns how many agreements it holds.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the log cannot be read or the view cannot be written.
    pub async fn rebuild(&self) -> Result<usize, QueryError> {
        self.rebuild_with(&mut |_, _| ()).await
    }

    /// Throws the views away and makes them anew; `progress` hears how many events of how many are done.
    ///
    /// # Errors
    ///
    /// As for [`Service::rebuild`].
    pub async fn rebuild_with(&self, progress: &mut Progress<'_>) -> Result<usize, QueryError> {
        let _alone = self.turns.alone().await;
        {
            let _keeping = self.viewing.write().await;
            self.forget_waiting();
            self.views.clear(VIEW).await.map_err(QueryError::View)?;
            self.views.clear(WORDS).await.map_err(QueryError::View)?;
            self.views.clear(MARKS).await.map_err(QueryError::View)?;
        }
        let had_tree = self.views.position(TREE).await.map_or(true, |at| at.is_some());
        self.views.clear(TREE).await.map_err(QueryError::View)?;
        self.catch_up_all(progress).await?;
        if had_tree {
            self.catch_up_tree(progress).await?;
        }
        let mut agreements = 0;
        self.scan(tables::heads(), |_, _| {
            agreements += 1;
            Ok(())
        })
        .await?;
        Ok(agreements)
    }

    /// The entry of a reference without its commitments, with everything that is known.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn entry(&self, reference: &Reference) -> Result<Option<Entry>, QueryError> {
        self.catch_up().await?;
        self.kept_entry(reference).await
    }

    /// The entry of a reference without its commitments, as it is kept: without catching up first.
    pub(super) async fn kept_entry(&self, reference: &Reference) -> Result<Option<Entry>, QueryError> {
        Ok(self.head(reference).await?.map(|head| head.entry))
    }

    /// What is kept under a reference.
    pub(super) async fn head(&self, reference: &Reference) -> Result<Option<Head>, QueryError> {
        let key = tables::head_key(reference.as_str());
        let stored = self.views.get(VIEW, &key).await?;
        stored.map(|bytes| read(&key, &bytes)).transpose()
    }

    /// The views' keys and values as they are kept, for comparing a rebuilt one with one that was kept up.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn view_bytes(&self) -> Result<Vec<(Vec<u8>, Vec<u8>)>, QueryError> {
        self.catch_up_all(&mut |_, _| ()).await?;
        self.catch_up_marks(&mut |_, _| ()).await?;
        let mut all = self.views.scan(VIEW).await?;
        all.extend(self.views.scan(WORDS).await?);
        all.extend(self.views.scan(MARKS).await?);
        Ok(all)
    }
}

/// The error of a kept value that cannot be read.
pub(super) fn damaged(key: &[u8]) -> QueryError {
    QueryError::ViewDamaged { view: VIEW, key: key.escape_ascii().to_string() }
}

/// Reads a kept value.
pub(super) fn read<'a, T: serde::Deserialize<'a>>(key: &[u8], bytes: &'a [u8]) -> Result<T, QueryError> {
    serde_json::from_slice(bytes).map_err(|_| damaged(key))
}
