//! Answers from the rows of the kept view: what is asked about is read, page by page, and no more.

use std::collections::{BTreeMap, BTreeSet};

use super::Service;
use super::error::QueryError;
use super::register::{VIEW, damaged, read};
use crate::domain::day::Day;
use crate::domain::id::{AgreementId, CommitmentId, Reference};
use crate::views::Asked;
use crate::views::entry::{CommitmentEntry, Entry};
use crate::views::filter::Filter;
use crate::views::tables::{self, Coming, Head, Range};

/// How many rows are read at a time.
const PAGE: usize = 1_024;

/// How many heads are read at a time that may each be a long agreement's.
const HEADS: usize = 64;

/// How many rows are looked up one by one, before the table is read through for them instead.
const LOOKED_UP: usize = 1_024;

/// How many references are compared with one that there is not.
const COMPARED: usize = 4_096;

/// How alike two references have to be for one to be meant by the other, from 0 to 1.
const LIKE: f64 = 0.8;

impl Service {
    /// Reads the rows of a range, in the order of their keys.
    pub(super) async fn scan(
        &self,
        range: Range,
        each: impl FnMut(&[u8], &[u8]) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        self.scan_in(VIEW, range, each).await
    }

    /// Reads the rows of a range of a view, in the order of their keys.
    pub(super) async fn scan_in(
        &self,
        view: &str,
        (mut from, before): Range,
        mut each: impl FnMut(&[u8], &[u8]) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        loop {
            let page = self.views.scan_page(view, &from, Some(&before), PAGE).await?;
            for (key, value) in &page {
                each(key, value)?;
            }
            match page.last() {
                Some((last, _)) if page.len() == PAGE => {
                    from.clone_from(last);
                    from.push(0);
                }
                _ => return Ok(()),
            }
        }
    }

    /// Reads entries of one commitment each, judged at the moment asked about, in no order.
    pub(super) async fn commitments_in(
        &self,
        ranges: &[Range],
        asked: Asked,
        mut each: impl FnMut(&Entry),
    ) -> Result<(), QueryError> {
        let mut elsewhere = Elsewhere::default();
        for range in ranges {
            self.scan(range.clone(), |key, value| {
                let entry: Entry = read(key, value)?;
                if !elsewhere.takes(&entry, asked) {
                    each(&entry);
                }
                Ok(())
            })
            .await?;
        }
        self.judged(elsewhere, asked, each).await
    }

    /// Reads the commitments under some keys, an entry for each, judged at the moment asked about.
    pub(super) async fn commitments_at(
        &self,
        keys: &[Vec<u8>],
        asked: Asked,
        mut each: impl FnMut(&Entry),
    ) -> Result<(), QueryError> {
        let mut elsewhere = Elsewhere::default();
        for (key, value) in keys.iter().zip(self.views.get_many(VIEW, keys).await?) {
            let Some(value) = value else { continue };
            let entry: Entry = read(key, &value)?;
            if !elsewhere.takes(&entry, asked) {
                each(&entry);
            }
        }
        self.judged(elsewhere, asked, each).await
    }

    /// Judges by their own facts the commitments whose last day ends elsewhere, or at a time of day.
    async fn judged(&self, elsewhere: Elsewhere, asked: Asked, mut each: impl FnMut(&Entry)) -> Result<(), QueryError> {
        for (id, commitments) in elsewhere.0 {
            let timeline = self.timeline_of(id).await?;
            let Some(mut entry) = Entry::at(id, &timeline, asked.moment()) else { continue };
            entry.terms.clear();
            entry.commitments.retain(|commitment| commitments.contains(&commitment.id));
            each(&entry);
        }
        Ok(())
    }

    /// Reads what a list of what is late, or soon due, can hold on the day asked about.
    pub(super) async fn kept_owed(
        &self,
        asked: Asked,
        filter: &Filter,
        mut each: impl FnMut(&Entry),
    ) -> Result<(), QueryError> {
        self.catch_up_for(filter).await?;
        let _viewing = self.viewing.read().await;
        let ranges = tables::owed_on(asked.as_of);
        if filter.wants_all() {
            return self.commitments_in(&ranges, asked, each).await;
        }
        let mut entries = Vec::new();
        self.commitments_in(&ranges, asked, |entry| entries.push(entry.clone())).await?;
        self.only_wanted(entries, asked, filter, &mut each).await
    }

    /// Reads what a list of what comes due by a day can hold on the day asked about: commitments, each in an entry of its own,
    /// and what agreements are without theirs.
    pub(super) async fn kept_coming(
        &self,
        asked: Asked,
        until: Day,
        filter: &Filter,
        mut each: impl FnMut(&Entry),
    ) -> Result<(), QueryError> {
        self.catch_up_for(filter).await?;
        let _viewing = self.viewing.read().await;
        let coming = self.coming(asked.as_of, until).await?;
        let (all, mut entries) = (filter.wants_all(), Vec::new());
        let mut take = |entry: &Entry| if all { each(entry) } else { entries.push(entry.clone()) };
        let (mut commitments, mut heads) = (Vec::new(), Vec::new());
        for coming in coming {
            match coming {
                Coming::Commitment(key) => commitments.push(key),
                Coming::Term(key) => heads.push(key),
            }
        }
        for keys in commitments.chunks(PAGE) {
            self.commitments_at(keys, asked, &mut take).await?;
        }
        for keys in heads.chunks(HEADS) {
            for (key, value) in keys.iter().zip(self.views.get_many(VIEW, keys).await?) {
                let head: Option<Head> = value.map(|value| read(key, &value)).transpose()?;
                if let Some(head) = head {
                    take(&head.entry);
                }
            }
        }
        self.only_wanted(entries, asked, filter, &mut each).await
    }

    /// What may come due in the days from one to another, each once.
    async fn coming(&self, on: Day, until: Day) -> Result<BTreeSet<Coming>, QueryError> {
        let mut coming = BTreeSet::new();
        for range in tables::due_in(on, until) {
            self.scan(range, |key, value| {
                coming.extend(tables::coming_in(on, until, (key, value)).ok_or_else(|| damaged(key))?);
                Ok(())
            })
            .await?;
        }
        let (mut from, before) = tables::rounds();
        while let Some((key, _)) = self.views.scan_page(VIEW, &from, Some(&before), 1).await?.into_iter().next() {
            let (ranges, next) = tables::round_in(on, until, &key).ok_or_else(|| damaged(&key))?;
            for range in ranges {
                self.scan(range, |key, _| {
                    coming.extend(tables::going_round_in(on, until, key).ok_or_else(|| damaged(key))?);
                    Ok(())
                })
                .await?;
            }
            from = next;
        }
        Ok(coming)
    }

    /// Passes on the rows whose agreements a filter wants.
    async fn only_wanted(
        &self,
        entries: Vec<Entry>,
        asked: Asked,
        filter: &Filter,
        each: &mut impl FnMut(&Entry),
    ) -> Result<(), QueryError> {
        let references: BTreeSet<Reference> = entries.iter().map(|entry| entry.reference.clone()).collect();
        let mut wanted = BTreeSet::new();
        if references.len() > LOOKED_UP {
            let mut going = self.going(filter, asked, |reference| references.contains(reference)).await?;
            while let Some(heads) = self.next_heads(&mut going, asked, filter).await? {
                wanted.extend(heads.into_iter().map(|head| head.entry.reference));
            }
        } else {
            let keys: Vec<Vec<u8>> = references.iter().map(|of| tables::head_key(of.as_str())).collect();
            for (key, value) in keys.iter().zip(self.views.get_many(VIEW, &keys).await?) {
                let head: Option<Head> = value.map(|value| read(key, &value)).transpose()?;
                wanted
                    .extend(head.map(|head| head.entry).filter(|e| filter.wants(e, asked.as_of)).map(|e| e.reference));
            }
        }
        entries.iter().filter(|entry| wanted.contains(&entry.reference)).for_each(each);
        Ok(())
    }

    /// Every entry whole, in the order of the references, with everything that is known.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn entries(&self) -> Result<Vec<Entry>, QueryError> {
        self.catch_up().await?;
        let _viewing = self.viewing.read().await;
        let mut commitments: BTreeMap<Reference, Vec<CommitmentEntry>> = BTreeMap::new();
        self.scan(tables::commitments(), |key, value| {
            let entry: Entry = read(key, value)?;
            commitments.entry(entry.reference).or_default().extend(entry.commitments);
            Ok(())
        })
        .await?;
        let mut entries = Vec::new();
        self.scan(tables::heads(), |key, value| {
            let mut entry = read::<Head>(key, value)?.entry;
            entry.commitments = commitments.remove(&entry.reference).unwrap_or_default();
            entry.commitments.sort_by_key(|commitment| commitment.id);
            entries.push(entry);
            Ok(())
        })
        .await?;
        Ok(entries)
    }

    /// The references that were perhaps meant by one that there is not, the likeliest first; at most three.
    ///
    /// All references are compared where they are few, else those that begin most alike.
    pub(super) async fn meant(&self, given: &Reference) -> Result<Vec<Reference>, QueryError> {
        let mut near = self.references(tables::heads(), COMPARED).await?;
        if near.len() == COMPARED {
            near.clear();
            for length in (1..=given.as_str().len()).rev() {
                near.extend(self.references(tables::heads_from(&given.as_str()[..length]), COMPARED / 4).await?);
                if near.len() >= COMPARED {
                    break;
                }
            }
        }
        let mut likely: Vec<(f64, Reference)> = Vec::new();
        for reference in near {
            let likeness = strsim::jaro_winkler(reference.as_str(), given.as_str());
            if likeness > LIKE {
                likely.push((likeness, reference));
            }
        }
        likely.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        likely.dedup();
        Ok(likely.into_iter().take(3).map(|(_, reference)| reference).collect())
    }

    /// The first references of a range of heads, at most `most`.
    async fn references(&self, (mut from, before): Range, most: usize) -> Result<Vec<Reference>, QueryError> {
        let mut all = Vec::new();
        while all.len() < most {
            let wanted = PAGE.min(most - all.len());
            let page = self.views.scan_page(VIEW, &from, Some(&before), wanted).await?;
            all.extend(page.iter().filter_map(|(key, _)| tables::reference_in(key)));
            match page.last() {
                Some((last, _)) if page.len() == wanted => {
                    from.clone_from(last);
                    from.push(0);
                }
                _ => break,
            }
        }
        Ok(all)
    }

    /// What completes the beginning of a reference, or of a commitment's address, each with its title or text; at most
    /// `most` of them.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn completions(&self, typed: &str, most: usize) -> Result<Vec<(String, Option<String>)>, QueryError> {
        self.catch_up().await?;
        let today = self.today();
        let Some((reference, _)) = typed.split_once('/') else {
            if !typed.is_ascii() {
                return Ok(Vec::new());
            }
            let (from, before) = tables::heads_from(typed);
            let mut found = Vec::new();
            for (key, value) in self.views.scan_page(VIEW, &from, Some(&before), most).await? {
                let entry = read::<Head>(&key, &value)?.entry;
                let title = entry.on(today).and_then(|outline| outline.title).map(ToString::to_string);
                found.push((entry.reference.to_string(), title));
            }
            return Ok(found);
        };
        let Ok(reference) = Reference::parse(reference) else { return Ok(Vec::new()) };
        let Some(head) = self.head(&reference).await? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for key in head.commitment_keys().into_iter().take(most) {
            let Some(value) = self.views.get(VIEW, &key).await? else { continue };
            for commitment in read::<Entry>(&key, &value)?.commitments {
                let words = commitment.words.last().map(|(_, words)| words.text.to_string());
                found.push((format!("{reference}/{}", commitment.id), words));
            }
        }
        found.retain(|(address, _)| address.starts_with(typed));
        Ok(found)
    }
}

/// Commitments that have to be judged by another day than the register's.
#[derive(Default)]
struct Elsewhere(BTreeMap<AgreementId, BTreeSet<CommitmentId>>);

impl Elsewhere {
    /// Takes the entry of one commitment over if it is one of them.
    fn takes(&mut self, entry: &Entry, asked: Asked) -> bool {
        let another = entry.is_another_at(asked.moment());
        if another {
            self.0.entry(entry.id).or_default().extend(entry.commitments.iter().map(|commitment| commitment.id));
        }
        another
    }
}
