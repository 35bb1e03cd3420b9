//! Questions that read every fact of the agreements wanted: the return of all memoranda, and lint.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use super::Service;
use super::error::QueryError;
use super::replay::Reading;
use crate::domain::id::{AgreementId, Reference};
use crate::domain::timeline::Timeline;
use crate::domain::vocabulary::AgreementKind;
use crate::views::Asked;
use crate::views::entry::Entry;
use crate::views::filter::Filter;
use crate::views::lint::{self, Assumptions, Lint};
use crate::views::mou_return::{self, MouReturn};

impl Service {
    /// The agreements that a filter wants, by reference, each with the facts that were recorded by a time.
    async fn facts_known_at(&self, asked: Asked, filter: &Filter) -> Result<Vec<(Entry, Timeline)>, QueryError> {
        let entries = self.entries_known_at(asked, filter).await?;
        if let [entry] = entries.as_slice() {
            let timeline = self.timeline_of(entry.id).await?.known_at(asked.known_at);
            return Ok(entries.into_iter().map(|entry| (entry, timeline.clone())).collect());
        }
        // One pass over the log: reading stream after stream would seek as often as there are agreements.
        let only: HashSet<Uuid> = entries.iter().map(|entry| entry.id.0).collect();
        let register = self.register().await?.known_at(asked.known_at);
        let fold = Arc::new(|all: &mut Vec<_>, id, timeline: Timeline| {
            all.push((id, timeline));
            Ok(())
        });
        let reading = Reading::of(only, self.known_by(asked.known_at).await?);
        let all = self.fold(reading, &register, &fold, |_| ()).await?;
        let mut timelines: HashMap<AgreementId, Timeline> = all.into_iter().flatten().collect();
        let known = |entry: Entry| timelines.remove(&entry.id).map(|timeline| (entry, timeline));
        Ok(entries.into_iter().filter_map(known).collect())
    }

    /// The return of all memoranda and agreements that a filter wants.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn mou_return(&self, asked: Asked, filter: &Filter) -> Result<MouReturn, QueryError> {
        let (listed, pledges): (Vec<_>, Vec<_>) =
            self.facts_known_at(asked, filter).await?.into_iter().partition(|(entry, _)| {
                let kind = entry.on(asked.as_of).map_or(AgreementKind::Agreement, |outline| outline.kind);
                mou_return::lists(kind, filter)
            });
        let listed: Vec<_> = listed.into_iter().map(|(entry, timeline)| (entry.id, timeline)).collect();
        Ok(mou_return::mou_return(&listed, pledges.len(), asked))
    }

    /// What cannot be right in the record of some agreements, or of those that a filter wants where none is named.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no such agreement, or the store cannot be read.
    pub async fn lint(
        &self,
        named: &[Reference],
        asked: Asked,
        filter: &Filter,
        assuming: Assumptions,
    ) -> Result<Lint, QueryError> {
        let register = self.entries_known_at(asked, &Filter::default()).await?;
        let mut agreements = Vec::new();
        for reference in named {
            let (id, timeline) = self.known(reference, asked).await?;
            agreements.extend(Entry::of(id, &timeline).map(|entry| (entry, timeline)));
        }
        if named.is_empty() {
            agreements = self.facts_known_at(asked, filter).await?;
        }
        Ok(lint::lint(&agreements, &register, assuming, asked))
    }
}
