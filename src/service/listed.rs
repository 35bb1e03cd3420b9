//! Lists of agreements and of parties, and their numbers, from the rows of the kept view: page by page, so that what is held does
//! not grow with the register, and by their marks, so that only what a filter can want is read.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::Service;
use super::error::QueryError;
use super::register::{VIEW, damaged, read};
use crate::domain::id::{AgreementId, Reference};
use crate::views::Asked;
use crate::views::entry::Entry;
use crate::views::filter::Filter;
use crate::views::list::{self, Counted, Dues, ListRow, PartyRow};
use crate::views::stats::Tally;
use crate::views::tables::{self, Head, Range};

/// How many heads are held at a time.
const PAGE: usize = 512;

/// The commitments of so many agreements are looked up one by one at least, before the table is read through for them instead.
const LOOKED_UP: u64 = 256;

/// The share of a large register up to which they are: a look-up costs what reading through a hundred events' rows costs.
const LOOKED_UP_SHARE: u64 = 256;

/// Takes one row after the other, until it has enough.
pub type Each<'a, R> = dyn FnMut(R) -> ControlFlow<()> + Send + 'a;

/// Where going through the heads that a filter can want has come to.
pub(super) enum Going {
    /// In all of them, before this range.
    All(Range),
    /// In these, from the last to the first.
    Named(Vec<Reference>),
}

impl Filter {
    /// Whether it wants every agreement that is not retracted, or every one at all.
    pub(super) fn wants_all(&self) -> bool {
        *self == Self { retracted: self.retracted, ..Self::default() }
    }
}

impl Service {
    /// Begins to go through the heads that a filter can want; `among` says which come into question.
    pub(super) async fn going(
        &self,
        filter: &Filter,
        asked: Asked,
        among: impl Fn(&Reference) -> bool,
    ) -> Result<Going, QueryError> {
        let Some(mut named) = self.candidates(filter, asked.as_of).await? else {
            return Ok(Going::All(tables::heads()));
        };
        named.retain(among);
        named.reverse();
        Ok(Going::Named(named))
    }

    /// Reads the next heads that the filter wants, in the order of their references; nothing when there are no more.
    pub(super) async fn next_heads(
        &self,
        going: &mut Going,
        asked: Asked,
        filter: &Filter,
    ) -> Result<Option<Vec<Head>>, QueryError> {
        let mut heads = Vec::new();
        let mut take = |key: &[u8], value: &[u8]| {
            let head: Head = read(key, value)?;
            heads.extend(Some(head).filter(|head| filter.wants(&head.entry, asked.as_of)));
            Ok::<_, QueryError>(())
        };
        match going {
            Going::All((from, before)) => {
                let page = self.views.scan_page(VIEW, from, Some(before), PAGE).await?;
                let Some((last, _)) = page.last() else { return Ok(None) };
                from.clone_from(last);
                from.push(0);
                page.iter().try_for_each(|(key, value)| take(key, value))?;
            }
            Going::Named(named) => {
                if named.is_empty() {
                    return Ok(None);
                }
                let next = named.split_off(named.len().saturating_sub(PAGE));
                let keys: Vec<Vec<u8>> = next.iter().rev().map(|of| tables::head_key(of.as_str())).collect();
                for (key, value) in keys.iter().zip(self.views.get_many(VIEW, &keys).await?) {
                    // An agreement that bears a mark has a head.
                    take(key, &value.ok_or_else(|| damaged(key))?)?;
                }
            }
        }
        Ok(Some(heads))
    }

    /// Whether these are so few that their commitments are looked up one by one.
    async fn are_few(&self, going: &Going) -> Result<bool, QueryError> {
        let few = (self.log.end().await?.get() / LOOKED_UP_SHARE).max(LOOKED_UP);
        Ok(matches!(going, Going::Named(named) if named.len() as u64 <= few))
    }

    /// Reads the commitments of a page of agreements.
    async fn commitments_of(&self, heads: &[Head], asked: Asked, each: impl FnMut(&Entry)) -> Result<(), QueryError> {
        let mut keys: Vec<Vec<u8>> = heads.iter().flat_map(Head::commitment_keys).collect();
        keys.sort_unstable();
        self.commitments_at(&keys, asked, each).await
    }

    /// Every agreement that a filter wants, in one line, in the order of their references.
    pub(super) async fn kept_list(
        &self,
        asked: Asked,
        filter: &Filter,
        each: &mut Each<'_, ListRow>,
    ) -> Result<(), QueryError> {
        self.catch_up_for(filter).await?;
        let _viewing = self.viewing.read().await;
        let mut going = self.going(filter, asked, |_| true).await?;
        let few = self.are_few(&going).await?;
        let mut counted: HashMap<AgreementId, Counted> = HashMap::new();
        let day = asked.as_of;
        if !few {
            let all = [tables::commitments()];
            self.commitments_in(&all, asked, |entry| counted.entry(entry.id).or_default().take(entry, day)).await?;
        }
        while let Some(heads) = self.next_heads(&mut going, asked, filter).await? {
            if few {
                counted.clear();
                self.commitments_of(&heads, asked, |entry| counted.entry(entry.id).or_default().take(entry, day))
                    .await?;
            }
            for head in heads {
                let Some(mut row) = list::row(&head.entry, day) else { continue };
                row.add(counted.get(&head.entry.id).copied().unwrap_or_default());
                if each(row).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The parties to every agreement that a filter wants, in the order of the agreements' references.
    pub(super) async fn kept_parties(
        &self,
        asked: Asked,
        filter: &Filter,
        mut each: impl FnMut(PartyRow),
    ) -> Result<(), QueryError> {
        self.catch_up_for(filter).await?;
        let _viewing = self.viewing.read().await;
        let mut going = self.going(filter, asked, |_| true).await?;
        let few = self.are_few(&going).await?;
        let mut owed: HashMap<AgreementId, Dues> = HashMap::new();
        let take = |owed: &mut HashMap<AgreementId, Dues>, entry: &Entry| {
            let mut dues = Dues::default();
            dues.take(entry, asked.as_of);
            // Most commitments are settled, and nobody owes them.
            if !dues.is_empty() {
                owed.entry(entry.id).or_default().take(entry, asked.as_of);
            }
        };
        if !few {
            self.commitments_in(&[tables::commitments()], asked, |entry| take(&mut owed, entry)).await?;
        }
        while let Some(heads) = self.next_heads(&mut going, asked, filter).await? {
            if few {
                owed.clear();
                self.commitments_of(&heads, asked, |entry| take(&mut owed, entry)).await?;
            }
            for head in heads {
                let mut rows = list::party_rows(&head.entry, asked.as_of);
                if let Some(dues) = owed.get(&head.entry.id) {
                    dues.tell(&mut rows);
                }
                rows.into_iter().for_each(&mut each);
            }
        }
        Ok(())
    }

    /// The numbers of the agreements that a filter wants.
    pub(super) async fn kept_tally(&self, asked: Asked, filter: &Filter) -> Result<Tally, QueryError> {
        self.catch_up_for(filter).await?;
        let _viewing = self.viewing.read().await;
        let mut going = self.going(filter, asked, |_| true).await?;
        let few = self.are_few(&going).await?;
        let (mut tally, mut wanted) = (Tally::default(), HashSet::new());
        while let Some(heads) = self.next_heads(&mut going, asked, filter).await? {
            for head in &heads {
                tally.take(&head.entry, asked.as_of);
            }
            if few {
                self.commitments_of(&heads, asked, |entry| tally.take_commitments(entry, asked.as_of)).await?;
            } else {
                wanted.extend(heads.iter().map(|head| head.entry.id));
            }
        }
        if !few {
            let of_wanted = |entry: &Entry| {
                if wanted.contains(&entry.id) {
                    tally.take_commitments(entry, asked.as_of);
                }
            };
            self.commitments_in(&[tables::commitments()], asked, of_wanted).await?;
        }
        Ok(tally)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::domain::day::Day;
    use crate::service::replay::tests::{empty, import};
    use crate::views::stats;

    /// More agreements than are looked up one by one, of which each seventh is a treaty and has two hospitals.
    fn commands() -> String {
        let mut text = String::new();
        for n in 0..2_000 {
            let (kind, hospital) = if n % 7 == 0 {
                ("treaty", "\"h1:hospital=Mayo\",\"h2:hospital=Shifa\"")
            } else {
                ("mou", "\"ps:state=Palestine\"")
            };
            let _ = writeln!(
                text,
                "{{\"command\":\"record\",\"agreement\":\"a{n}\",\"title\":\"T{n}\",\"kind\":\"{kind}\",\"on\":\"2025-01-01\",\
                 \"party\":[\"pk:state=Pakistan\",{hospital}]}}\n\
                 {{\"command\":\"set-deadline\",\"agreement\":\"a{n}\",\"text\":\"report\",\"due\":\"20{:02}-03-01\",\
                 \"owed_by\":\"pk\",\"on\":\"2025-01-02\"}}",
                20 + n % 10,
            );
        }
        text
    }

    #[tokio::test]
    async fn many_agreements_and_few_are_listed_as_their_entries_are() {
        let service = empty();
        import(&service, &commands()).await;
        let entries = service.entries().await.expect("it reads");
        assert_eq!(entries.len(), 2_000);
        let asked = Asked::on(Day::parse("2025-11-21").expect("a day"), service.knowledge_now().await.expect("a time"));
        let day = asked.as_of;
        let of = |party: &str| Filter { party: Some(party.to_owned()), ..Filter::default() };
        let filters = [(Filter::default(), 2_000), (of("h1"), 286), (of("palest"), 1_714), (of("nobody"), 0)];
        let titled = Filter { subject: Some("t19".to_owned()), ..of("pk") };
        for (filter, many) in filters.into_iter().chain([(titled, 111)]) {
            let few = service
                .are_few(&service.going(&filter, asked, |_| true).await.expect("it reads"))
                .await
                .expect("it reads");
            assert_eq!(few, many < LOOKED_UP, "{filter:?}");
            let wanted: Vec<Entry> = entries.iter().filter(|entry| filter.wants(entry, day)).cloned().collect();
            assert_eq!(wanted.len() as u64, many, "{filter:?}");
            let rows: Vec<_> = wanted.iter().filter_map(|entry| list::row(entry, day)).collect();
            assert_eq!(service.list(asked, &filter).await.expect("it reads"), rows);
            let mut parties: Vec<_> = wanted.iter().flat_map(|entry| list::party_rows(entry, day)).collect();
            parties.sort_by(|a, b| (&a.name, &a.agreement, &a.party).cmp(&(&b.name, &b.agreement, &b.party)));
            assert_eq!(service.parties(None, asked, &filter).await.expect("it reads"), parties);
            assert_eq!(service.stats(asked, &filter).await.expect("it reads"), stats::stats(&wanted, asked));
            let mut first = Vec::new();
            let mut take = |row: ListRow| {
                first.push(row);
                if first.len() < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            };
            service.each_listed(asked, &filter, &mut take).await.expect("it reads");
            assert_eq!(first, rows[..rows.len().min(3)], "no more is read than is wanted");
        }
    }
}
