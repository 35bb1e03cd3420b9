//! Questions that read every fact of the agreements wanted: the return of all memoranda, and lint.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;

use uuid::Uuid;

use super::Service;
use super::error::QueryError;
use super::replay::Reading;
use super::runs::{Merged, OPEN_BYTES, Runs};
use super::spool::{Aside, failed};
use crate::domain::id::{AgreementId, Reference};
use crate::domain::timeline::Timeline;
use crate::domain::vocabulary::AgreementKind;
use crate::views::Asked;
use crate::views::entry::Entry;
use crate::views::filter::Filter;
use crate::views::lint::code::Severity;
use crate::views::lint::duplicates::Standing;
use crate::views::lint::{Assumptions, Finding, Findings, Lint};
use crate::views::mou_return::{self, MouReturn, ReturnRow, ReturnTotals};

/// The share of the log's events up to which agreements are read one by one: a pass over the log is quicker beyond it, since
/// reading stream after stream seeks as often as there are agreements.
const READ_ALONE_SHARE: u64 = 1_024;

/// Texts that were made of rows, in the order of the rows, however many: nearly all of them wait in a file without a name.
pub struct Texts(Merged);

impl Iterator for Texts {
    /// A text, or that what was set aside cannot be read back.
    type Item = Result<String, QueryError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = |text| String::from_utf8(text).map_err(io::Error::other);
        let next = self.0.next().transpose()?;
        Some(next.and_then(|(_, text)| read(text)).map_err(failed))
    }
}

/// The rows of a return, in the order of their references, however many: nearly all of them wait in a file without a name.
pub struct ReturnRows {
    rows: Merged,
    no: usize,
}

impl Iterator for ReturnRows {
    /// A row with its number, or that what was set aside cannot be read back.
    type Item = Result<ReturnRow, QueryError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.rows.next().transpose()?;
        self.no += 1;
        let read = |text: Vec<u8>| Ok(ReturnRow { no: self.no, ..serde_json::from_slice(&text)? });
        Some(next.and_then(|(_, text)| read(text)).map_err(failed))
    }
}

/// What a worker made for a return.
#[derive(Default)]
struct Returned {
    totals: ReturnTotals,
    rows: Option<Runs>,
}

/// What a worker found, and the texts of it.
#[derive(Default)]
struct Linted {
    findings: Findings,
    texts: Option<Runs>,
}

impl Linted {
    /// Makes texts of what was found in an agreement, or between agreements, which comes last.
    fn set_aside(
        &mut self,
        aside: &Aside,
        between: bool,
        made: &impl Fn(&Finding) -> String,
    ) -> Result<(), QueryError> {
        let found = self.findings.handed_over();
        if found.is_empty() {
            return Ok(());
        }
        let rows =
            found.iter().enumerate().map(|(nth, finding)| (key(finding, between, nth), made(finding).into_bytes()));
        let texts = self.texts.get_or_insert_with(|| Runs::new(aside.clone(), OPEN_BYTES));
        texts.take(rows).map_err(failed)
    }
}

/// Errors come first, then by code, agreement and order of finding: what [`Findings::lint`] sorts by.
fn key(finding: &Finding, between: bool, nth: usize) -> Vec<u8> {
    let severity = match finding.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Note => 2,
    };
    let (code, agreement) = (finding.code.as_bytes(), finding.agreement.as_str().as_bytes());
    [&[severity], code, &[0], agreement, &[0, u8::from(between)], &(nth as u64).to_be_bytes()].concat()
}

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
            self.catch_up_for(filter).await?;
            let _viewing = self.viewing.read().await;
            let mut going = self.going(filter, asked, |_| true).await?;
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
        take: impl Fn(&mut A, &Reference, AgreementId, &Timeline) -> Result<(), QueryError> + Send + Sync + 'static,
    ) -> Result<Vec<A>, QueryError> {
        if wanted.len() as u64 <= (self.log.end().await?.get() / READ_ALONE_SHARE).max(1) {
            let mut gathered = A::default();
            for (id, reference) in wanted {
                let timeline = self.timeline_of(AgreementId(id)).await?.known_at(asked.known_at);
                take(&mut gathered, &reference, AgreementId(id), &timeline)?;
            }
            return Ok(vec![gathered]);
        }
        let register = self.register().await?.known_at(asked.known_at);
        let only = wanted.keys().copied().collect();
        let fold = Arc::new(move |gathered: &mut A, id: AgreementId, timeline: Timeline| {
            if let Some(reference) = wanted.get(&id.0) {
                take(gathered, reference, id, &timeline)?;
            }
            Ok(())
        });
        let reading = Reading::of(only, self.known_by(asked.known_at).await?);
        self.fold(reading, &register, &fold, |_| ()).await
    }

    /// The return of all memoranda and agreements that a filter wants: its numbers, and its rows.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn mou_return(&self, asked: Asked, filter: &Filter) -> Result<(MouReturn, ReturnRows), QueryError> {
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
        let aside = self.aside(Reading::up_to(self.log.end().await?).workers());
        let take = move |made: &mut Returned, _: &Reference, id, timeline: &Timeline| {
            let Some(row) = mou_return::row(id, timeline, asked) else { return Ok(()) };
            made.totals.count(&row);
            let text = serde_json::to_vec(&row).map_err(|source| failed(source.into()))?;
            let rows = made.rows.get_or_insert_with(|| Runs::new(aside.clone(), OPEN_BYTES));
            rows.take([(row.reference.as_str().as_bytes().to_vec(), text)]).map_err(failed)
        };
        let (mut totals, mut rows) =
            (ReturnTotals { pledges_left_out: pledges, ..ReturnTotals::default() }, Vec::new());
        for made in self.gathered_of(listed, asked, take).await? {
            totals.join(made.totals);
            rows.extend(made.rows);
        }
        let rows = ReturnRows { rows: Runs::merged(rows).map_err(failed)?, no: 0 };
        Ok((mou_return::mou_return(totals, asked), rows))
    }

    /// What cannot be right in the record of some agreements, or of those that a filter wants where none is named: its numbers,
    /// and what is made of each finding, errors first, then by code, agreement and fact.
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
        made: impl Fn(&Finding) -> String + Send + Sync + 'static,
    ) -> Result<(Lint, Texts), QueryError> {
        let made = Arc::new(made);
        let aside = self.aside(1 + Reading::up_to(self.log.end().await?).workers());
        let mut linted = Linted::default();
        let mut wanted: HashMap<Uuid, Reference> = HashMap::new();
        for reference in named {
            let (id, timeline) = self.known(reference, asked).await?;
            if let Some(entry) = Entry::of(id, &timeline) {
                linted.findings.take(&entry.reference, &timeline, assuming, asked);
                linted.set_aside(&aside, false, made.as_ref())?;
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
        linted.findings.add(standing.twice(|reference| about.contains(reference)));
        linted.set_aside(&aside, true, made.as_ref())?;
        drop(about);
        let mut all = vec![linted];
        if named.is_empty() {
            let take = move |linted: &mut Linted, reference: &Reference, _, timeline: &Timeline| {
                linted.findings.take(reference, timeline, assuming, asked);
                linted.set_aside(&aside, false, made.as_ref())
            };
            all.extend(self.gathered_of(wanted, asked, take).await?);
        }
        let (mut findings, mut texts) = (Findings::default(), Vec::new());
        for linted in all {
            findings.join(linted.findings);
            texts.extend(linted.texts);
        }
        Ok((findings.lint(asked), Texts(Runs::merged(texts).map_err(failed)?)))
    }
}
