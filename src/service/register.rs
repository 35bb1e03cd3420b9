//! The view that is kept beside the log: the register's entry of each agreement, by reference.
//!
//! A question first brings it up to the log's end, then answers. It is a fold: thrown away and rebuilt, it is the
//! same, byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::Service;
use super::almanac::REGISTER;
use super::error::QueryError;
use crate::domain::fact::Fact;
use crate::domain::id::{AgreementId, Reference};
use crate::domain::timeline::{Register, Timeline};
use crate::log::{Change, Position, Recorded, StreamId, codec};
use crate::views::entry::Entry;

/// The view's name in the store; its number grows when the form of its values changes.
pub const VIEW: &str = "register.11";

/// How many events are read from the log at a time.
const PAGE: usize = 4_096;

fn written(entry: &Entry) -> Vec<u8> {
    serde_json::to_vec(entry).unwrap_or_default()
}

impl Service {
    /// Reads an agreement's facts.
    pub(super) async fn facts_of(&self, id: AgreementId) -> Result<Vec<Fact>, QueryError> {
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
                return Ok(facts);
            }
        }
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
        let end = self.log.end().await?;
        let at = self.views.position(VIEW).await?.unwrap_or(Position::START);
        if at >= end {
            return Ok(());
        }
        let mut changes: Vec<Change> = Vec::new();
        if at == Position::START {
            self.views.clear(VIEW).await.map_err(QueryError::View)?;
            for (id, timeline) in self.all_timelines(|_| true).await? {
                changes.extend(Entry::of(id, &timeline).map(|entry| change(&entry)));
            }
        } else {
            let mut touched: BTreeSet<Uuid> = BTreeSet::new();
            let mut from = at;
            while from < end {
                let records = self.log.read(from, PAGE).await?;
                let Some(last) = records.last() else { break };
                from = last.position.plus(1);
                touched.extend(records.iter().map(|record| record.stream.get()));
            }
            let register_moved = touched.remove(&REGISTER.0);
            if register_moved {
                // Whoever counts by a calendar may stand elsewhere now, though nothing was recorded about them.
                touched.extend(self.counted_by_the_register().await?.iter().map(|entry| entry.id.0));
            }
            for id in touched.into_iter().map(AgreementId) {
                let timeline = self.timeline_of(id).await?;
                changes.extend(Entry::of(id, &timeline).map(|entry| change(&entry)));
            }
        }
        self.views.put(VIEW, end, changes).await.map_err(QueryError::View)
    }

    /// The agreements whose dates can move when the register's own facts change, as they are kept.
    pub(super) async fn counted_by_the_register(&self) -> Result<Vec<Entry>, QueryError> {
        let stored = self.views.scan(VIEW).await?;
        let mut entries = Vec::new();
        for (key, bytes) in &stored {
            let entry = read(key, bytes)?;
            if entry.by_almanac {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// Keeps the entries of what was appended between two positions by a caller that has folded it already.
    ///
    /// Where the view stands elsewhere, or somebody else wrote in between, it catches up instead.
    pub(super) async fn keep(&self, from: Position, to: Position, entries: Vec<Entry>) -> Result<(), QueryError> {
        let at = self.views.position(VIEW).await?.unwrap_or(Position::START);
        if at != from || self.log.end().await? != to {
            return self.catch_up().await;
        }
        self.views.put(VIEW, to, entries.iter().map(change).collect()).await.map_err(QueryError::View)
    }

    /// Throws the view away and makes it anew; returns how many agreements it holds.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the log cannot be read or the view cannot be written.
    pub async fn rebuild(&self) -> Result<usize, QueryError> {
        let _deciding = self.deciding.lock().await;
        self.views.clear(VIEW).await.map_err(QueryError::View)?;
        self.catch_up().await?;
        Ok(self.views.scan(VIEW).await?.len())
    }

    /// Reads the whole log, as long as its records are wanted, into the timelines of the agreements.
    pub(super) async fn all_timelines(
        &self,
        wanted: impl Fn(&Recorded) -> bool,
    ) -> Result<BTreeMap<AgreementId, Timeline>, QueryError> {
        let mut timelines: BTreeMap<AgreementId, Timeline> = BTreeMap::new();
        let mut from = Position::START;
        'reading: loop {
            let records = self.log.read(from, PAGE).await?;
            let Some(last) = records.last() else { break };
            from = last.position.plus(1);
            for record in &records {
                // Times never run backwards in the log: the first that is not wanted ends the reading.
                if !wanted(record) {
                    break 'reading;
                }
                timelines.entry(AgreementId(record.stream.get())).or_default().push(codec::decode(record)?);
            }
        }
        let own = timelines.remove(&REGISTER).unwrap_or_default();
        let register = Register::new(own.facts().to_vec()).in_zone(self.settings.zone_name());
        Ok(timelines.into_iter().map(|(id, timeline)| (id, timeline.within(register.clone()))).collect())
    }

    /// The entry of a reference, with everything that is known.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn entry(&self, reference: &Reference) -> Result<Option<Entry>, QueryError> {
        self.catch_up().await?;
        self.kept_entry(reference).await
    }

    /// The entry of a reference as it is kept, without catching up first.
    pub(super) async fn kept_entry(&self, reference: &Reference) -> Result<Option<Entry>, QueryError> {
        let stored = self.views.get(VIEW, reference.as_str().as_bytes()).await?;
        stored.map(|bytes| read(reference.as_str().as_bytes(), &bytes)).transpose()
    }

    /// Every entry, in the order of the references, with everything that is known.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn entries(&self) -> Result<Vec<Entry>, QueryError> {
        self.catch_up().await?;
        let stored = self.views.scan(VIEW).await?;
        stored.iter().map(|(key, bytes)| read(key, bytes)).collect()
    }

    /// The view's keys and values as they are kept, for comparing a rebuilt one with one that was kept up.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn view_bytes(&self) -> Result<Vec<(Vec<u8>, Vec<u8>)>, QueryError> {
        self.catch_up().await?;
        Ok(self.views.scan(VIEW).await?)
    }

    /// The references that were perhaps meant by one that there is not, the likeliest first; at most three.
    pub(super) async fn meant(&self, given: &Reference) -> Result<Vec<Reference>, QueryError> {
        let mut likely: Vec<(f64, Reference)> = Vec::new();
        for (key, _) in self.views.scan(VIEW).await? {
            let Ok(reference) = Reference::parse(&String::from_utf8_lossy(&key)) else { continue };
            let likeness = strsim::jaro_winkler(reference.as_str(), given.as_str());
            if likeness > 0.8 {
                likely.push((likeness, reference));
            }
        }
        likely.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        Ok(likely.into_iter().take(3).map(|(_, reference)| reference).collect())
    }
}

fn change(entry: &Entry) -> Change {
    (entry.reference.as_str().as_bytes().to_vec(), Some(written(entry)))
}

fn read(key: &[u8], bytes: &[u8]) -> Result<Entry, QueryError> {
    serde_json::from_slice(bytes)
        .map_err(|_| QueryError::ViewDamaged { view: VIEW, key: String::from_utf8_lossy(key).into_owned() })
}
