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
use crate::views::lint::duplicates::Standing;
use crate::views::lint::{Assumptions, Findings, Lint};
use crate::views::mou_return::{self, MouReturn, ReturnRow};

/// The share of the log's events up to which agreements are read one by one: a pass over the log is quicker beyond it, since
/// reading stream after stream seeks as often as there are agreements.
const READ_ALONE_SHARE: u64 = 1_024;

impl Service {
    /// Hands over how the agreements that a filter wants stood with what was recorded by a time, without their commitments, in
    /// the order of their references.
    async fn each_outlined(
        &self,
        asked: Asked,
        filter: &Filter,
        mut each: impl FnMut(&Entry),
    ) -> Result<(), QueryError> {
        if let Some(reference) = &filter.agreement {
            self.only(reference, asked, filter).await?.iter().for_each(each);
            return Ok(());
        }
        if self.all_known(asked.known_at).await? {
            self.catch_up().await?;
            let _viewing = self.viewing.read().await;
            let mut going = self.going(filter, |_| true).await?;
            while let Some(heads) = self.next_heads(&mut going, asked, filter).await? {
                for head in &heads {
                    each(&head.entry);
                }
            }
            return Ok(());
        }
        let take = |all: &mut Vec<Entry>, entry: Entry| {
            all.push(Entry { commitments: Vec::new(), terms: Vec::new(), ..entry });
        };
        let gathered = self.gathered_known_at(asked, filter, take).await?;
        let mut entries: Vec<Entry> = gathered.into_iter().flatten().collect();
        entries.sort_by(|a, b| a.reference.cmp(&b.reference));
        entries.iter().for_each(each);
        Ok(())
    }

    /// Gathers what is made of each of some agreements and its facts, with what was recorded by a time; in no order.
    async fn gathered_of<A: Default + Send + 'static>(
        &self,
        wanted: HashMap<Uuid, Reference>,
        asked: Asked,
        take: impl Fn(&mut A, &Reference, AgreementId, &Timeline) + Send + Sync + 'static,
    ) -> Result<Vec<A>, QueryError> {
        if wanted.len() as u64 <= (self.log.end().await?.get() / READ_ALONE_SHARE).max(1) {
            let mut gathered = A::default();
            for (id, reference) in wanted {
                let timeline = self.timeline_of(AgreementId(id)).await?.known_at(asked.known_at);
                take(&mut gathered, &reference, AgreementId(id), &timeline);
            }
            return Ok(vec![gathered]);
        }
        let register = self.register().await?.known_at(asked.known_at);
        let only = wanted.keys().copied().collect();
        let fold = Arc::new(move |gathered: &mut A, id: AgreementId, timeline: Timeline| {
            if let Some(reference) = wanted.get(&id.0) {
                take(gathered, reference, id, &timeline);
            }
            Ok(())
        });
        let reading = Reading::of(only, self.known_by(asked.known_at).await?);
        self.fold(reading, &register, &fold, |_| ()).await
    }

    /// The return of all memoranda and agreements that a filter wants.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn mou_return(&self, asked: Asked, filter: &Filter) -> Result<MouReturn, QueryError> {
        let (mut listed, mut pledges) = (HashMap::new(), 0);
        self.each_outlined(asked, filter, |entry| {
            let kind = entry.on(asked.as_of).map_or(AgreementKind::Agreement, |outline| outline.kind);
            if mou_return::lists(kind, filter) {
                listed.insert(entry.id.0, entry.reference.clone());
            } else {
                pledges += 1;
            }
        })
        .await?;
        let take = move |rows: &mut Vec<ReturnRow>, _: &Reference, id, timeline: &Timeline| {
            rows.extend(mou_return::row(id, timeline, asked));
        };
        let rows = self.gathered_of(listed, asked, take).await?.into_iter().flatten().collect();
        Ok(mou_return::mou_return(rows, pledges, asked))
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
        let mut findings = Findings::default();
        let mut wanted: HashMap<Uuid, Reference> = HashMap::new();
        for reference in named {
            let (id, timeline) = self.known(reference, asked).await?;
            if let Some(entry) = Entry::of(id, &timeline) {
                findings.take(&entry.reference, &timeline, assuming, asked);
                wanted.insert(id.0, entry.reference);
            }
        }
        let mut standing = Standing::default();
        let every = Filter { retracted: true, ..Filter::default() };
        self.each_outlined(asked, &every, |entry| {
            standing.take(entry, asked.as_of);
            if named.is_empty() && filter.wants(entry, asked.as_of) {
                wanted.insert(entry.id.0, entry.reference.clone());
            }
        })
        .await?;
        let about: HashSet<Reference> = wanted.values().cloned().collect();
        if named.is_empty() {
            let take = move |findings: &mut Findings, reference: &Reference, _, timeline: &Timeline| {
                findings.take(reference, timeline, assuming, asked);
            };
            for found in self.gathered_of(wanted, asked, take).await? {
                findings.join(found);
            }
        }
        Ok(findings.lint(standing.twice(|reference| about.contains(reference)), asked))
    }
}
