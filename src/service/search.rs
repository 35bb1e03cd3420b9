//! Where words stand: a view of its own, brought up when somebody searches, so that recording does not wait for it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use super::Service;
use super::almanac::REGISTER;
use super::anew::Anew;
use super::error::QueryError;
use super::replay::{Progress, Reading};
use crate::domain::day::Day;
use crate::domain::decide::opening_of;
use crate::domain::id::{AgreementId, Reference};
use crate::domain::timeline::{Readings, Register, Timeline};
use crate::log::{Change, Position};
use crate::views::Asked;
use crate::views::entry::Entry;
use crate::views::filter::Filter;
use crate::views::postings::{self, Postings};
use crate::views::search::{self, Search, SearchRow, WordDays};
use crate::views::tables::Row;
use crate::views::words::{Sought, sought};

/// The view's name in the store; its number grows when the form of its values or what is a word changes.
pub const WORDS: &str = "words.1";

/// How many agreements are read one by one, before the log is gone through for them instead.
const READ_ALONE: usize = 1_024;

/// How many agreements the view takes in at a time, their words being in memory; for more of them it is made anew.
const TAKEN_IN_MAX: usize = 8_192;

/// How many postings a worker holds: some 100 bytes each, where most words stand in one agreement alone.
pub(super) const POSTINGS_HELD: usize = 48 * 1024;

/// How often bringing the view up is begun anew when somebody else did it at the same time.
const ATTEMPTS_MAX: u32 = 64;

/// An agreement, by the position of its first event, with the first day of a word in it; none where it stands no more.
type Posting = (u64, Option<Day>);

/// What the words of agreements change: for each word the agreements with its first day there, or none where it stands no
/// more; and the references of agreements.
#[derive(Default)]
pub(super) struct Gathered {
    words: HashMap<String, Vec<Posting>>,
    references: Vec<(u64, Reference)>,
    /// How many postings there are.
    postings: usize,
}

impl Gathered {
    /// Takes in what an agreement says beyond what it said with the facts before a position.
    fn take(&mut self, timeline: &Timeline, since: Position) {
        let Some(first) = timeline.facts().first().map(|fact| fact.position) else { return };
        let Some((reference, now)) = words_of(timeline, &timeline.read()) else { return };
        let earlier: Vec<_> = timeline.facts().iter().filter(|fact| fact.position < since.get()).cloned().collect();
        let earlier = Timeline::new(earlier);
        let mut before = words_of(&earlier, &earlier.read()).map(|(_, words)| words.days).unwrap_or_default();
        for (word, day) in now.days {
            if before.remove(&word) != Some(day) {
                self.change(word, first, Some(day));
            }
        }
        for word in before.into_keys() {
            self.change(word, first, None);
        }
        self.references.push((first, reference));
    }

    /// Takes in everything that an agreement says, as its facts are read.
    pub(super) fn take_whole(&mut self, timeline: &Timeline, readings: &Readings) {
        let Some(first) = timeline.facts().first().map(|fact| fact.position) else { return };
        let Some((reference, now)) = words_of(timeline, readings) else { return };
        for (word, day) in now.days {
            self.change(word, first, Some(day));
        }
        self.references.push((first, reference));
    }

    /// How many postings there are.
    pub(super) const fn postings(&self) -> usize {
        self.postings
    }

    /// The rows of agreements that are in no list yet, in no order.
    pub(super) fn into_rows(self) -> Vec<Row> {
        let mut rows = Vec::with_capacity(self.references.len() + self.words.len());
        for (position, reference) in self.references {
            rows.push((postings::agreement_key(position), reference.as_str().as_bytes().to_vec()));
        }
        for (word, mut of_word) in self.words {
            of_word.sort_unstable();
            for of_block in of_word.chunk_by(|(a, _), (b, _)| postings::block_of(*a) == postings::block_of(*b)) {
                let block = of_block.first().map_or(0, |(position, _)| postings::block_of(*position));
                let standing = of_block.iter().filter_map(|(position, day)| Some((*position, (*day)?)));
                rows.extend(postings::listed(standing).map(|list| (postings::word_key(&word, block), list)));
            }
        }
        rows
    }

    fn change(&mut self, word: String, agreement: u64, day: Option<Day>) {
        self.postings += 1;
        self.words.entry(word).or_default().push((agreement, day));
    }

    fn join(&mut self, other: Self) {
        self.references.extend(other.references);
        self.postings += other.postings;
        for (word, changes) in other.words {
            self.words.entry(word).or_default().extend(changes);
        }
    }
}

/// The reference and the words of an agreement's facts; none without an opening.
fn words_of(timeline: &Timeline, readings: &Readings) -> Option<(Reference, WordDays)> {
    let reference = opening_of(timeline, readings)?.0.reference;
    let words = search::word_days(&search::said(&reference, readings));
    Some((reference, words))
}

impl Service {
    /// Brings the words up to the log's end.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the log cannot be read or the view cannot be written.
    pub async fn catch_up_words(&self, progress: &mut Progress<'_>) -> Result<(), QueryError> {
        for _ in 0..ATTEMPTS_MAX {
            let end = self.log.end().await?;
            let at = self.views.position(WORDS).await?;
            let from = at.unwrap_or(Position::START);
            if from >= end {
                return Ok(());
            }
            let _keeping = self.viewing.write().await;
            if self.take_in_words(at, from, end, progress).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes in the words that were recorded between two positions; false when somebody else wrote to the view meanwhile.
    async fn take_in_words(
        &self,
        mut at: Option<Position>,
        from: Position,
        end: Position,
        progress: &mut Progress<'_>,
    ) -> Result<bool, QueryError> {
        if from == Position::START {
            return self.make_anew(Anew { register: false, words: true, marks: false }, end, progress).await;
        }
        let touched = self.touched(from, end, TAKEN_IN_MAX).await?;
        if touched.len() > TAKEN_IN_MAX {
            return self.make_anew(Anew { register: false, words: true, marks: false }, end, progress).await;
        }
        let mut gathered = Gathered::default();
        if touched.len() <= READ_ALONE {
            for id in touched {
                gathered.take(&Timeline::new(self.facts_before(AgreementId(id), end).await?), from);
            }
        } else {
            let fold = Arc::new(move |gathered: &mut Gathered, _, timeline: Timeline| {
                gathered.take(&timeline, from);
                Ok(())
            });
            for made in self.fold(Reading::of(touched, end), &Register::default(), &fold, |_| ()).await? {
                gathered.join(made);
            }
        }
        let changes = self.posted(gathered).await?;
        self.put(WORDS, &mut at, end, changes).await
    }

    /// The streams of agreements that were written to between two positions: all of them, or more than `most`.
    pub(super) async fn touched(
        &self,
        from: Position,
        end: Position,
        most: usize,
    ) -> Result<HashSet<Uuid>, QueryError> {
        // One of them may be the register's own.
        let mut touched = self.written_to(from, end, most.saturating_add(1)).await?;
        touched.remove(&REGISTER.0);
        Ok(touched)
    }

    /// The changes of the lists, in the order of their keys.
    async fn posted(&self, gathered: Gathered) -> Result<Vec<Change>, QueryError> {
        let mut changes: Vec<Change> = Vec::new();
        for (position, reference) in gathered.references {
            changes.push((postings::agreement_key(position), Some(reference.as_str().as_bytes().to_vec())));
        }
        let mut lists: Vec<(Vec<u8>, Vec<Posting>)> = Vec::new();
        for (word, mut of_word) in gathered.words {
            of_word.sort_unstable();
            for of_block in of_word.chunk_by(|(a, _), (b, _)| postings::block_of(*a) == postings::block_of(*b)) {
                let block = of_block.first().map_or(0, |(position, _)| postings::block_of(*position));
                lists.push((postings::word_key(&word, block), of_block.to_vec()));
            }
        }
        lists.sort_unstable();
        let looked_up: Vec<Vec<u8>> = lists.iter().map(|(key, _)| key.clone()).collect();
        let kept = self.views.get_many(WORDS, &looked_up).await?;
        for ((key, of_block), kept) in lists.into_iter().zip(kept) {
            let mut list = match kept {
                Some(bytes) => postings::read(&bytes).ok_or_else(|| damaged(&key))?,
                None => Postings::new(),
            };
            for (position, day) in of_block {
                match day {
                    Some(day) => list.insert(position, day),
                    None => list.remove(&position),
                };
            }
            changes.push((key, postings::written(&list)));
        }
        changes.sort_unstable();
        Ok(changes)
    }

    /// Where words stand: the agreements in which they were said last come first, at most so many.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no word to look for, or the store cannot be read.
    pub async fn search(
        &self,
        given: &str,
        asked: Asked,
        filter: &Filter,
        most: usize,
        progress: &mut Progress<'_>,
    ) -> Result<Search, QueryError> {
        let wanted = sought(given)?;
        let mut found = if let Some(reference) = &filter.agreement {
            self.catch_up().await?;
            self.searched(reference, &wanted, asked, filter).await?.into_iter().collect()
        } else if self.all_known(asked.known_at).await? {
            self.catch_up_all(progress).await?;
            self.searched_kept(&wanted, asked, filter, most).await?
        } else {
            self.searched_known_at(&wanted, asked, filter, most).await?
        };
        let more = found.len() > most;
        found.truncate(most);
        let words = wanted.into_iter().map(|sought| sought.word).collect();
        Ok(Search { as_of: asked.as_of, at: asked.at, known_at: asked.known_at, words, found, more })
    }

    /// The rows of the agreements in which the words stand, from the kept lists: at most one more than asked for.
    async fn searched_kept(
        &self,
        wanted: &[Sought],
        asked: Asked,
        filter: &Filter,
        most: usize,
    ) -> Result<Vec<SearchRow>, QueryError> {
        let _viewing = self.viewing.read().await;
        let mut rows = Vec::new();
        for (_, position) in self.standing(wanted, asked.as_of).await? {
            if rows.len() > most {
                break;
            }
            let key = postings::agreement_key(position);
            let value = self.views.get(WORDS, &key).await?.ok_or_else(|| damaged(&key))?;
            let reference = postings::reference_of(&value).ok_or_else(|| damaged(&key))?;
            rows.extend(self.searched(&reference, wanted, asked, filter).await?);
        }
        Ok(rows)
    }

    /// The agreements in which all words stand by a day, by the positions of their first events: those first in which the
    /// last of the words was said last.
    async fn standing(&self, wanted: &[Sought], day: Day) -> Result<Vec<(Day, u64)>, QueryError> {
        let mut all: Option<HashMap<u64, Day>> = None;
        for sought in wanted {
            let mut of_word: HashMap<u64, Day> = HashMap::new();
            self.scan_in(WORDS, postings::lists_of(sought), |key, value| {
                for (position, since) in postings::read(value).ok_or_else(|| damaged(key))? {
                    let among = all.as_ref().is_none_or(|all| all.contains_key(&position));
                    if among && since <= day {
                        let first = of_word.entry(position).or_insert(since);
                        *first = since.min(*first);
                    }
                }
                Ok(())
            })
            .await?;
            for (position, since) in &mut of_word {
                let other = all.as_ref().and_then(|all| all.get(position));
                *since = other.map_or(*since, |other| *other.max(since));
            }
            all = Some(of_word);
        }
        let mut standing: Vec<(Day, u64)> =
            all.unwrap_or_default().into_iter().map(|(position, since)| (since, position)).collect();
        standing.sort_unstable_by(|a, b| b.cmp(a));
        Ok(standing)
    }

    /// The row of an agreement, where the words stand in it and the filter wants it.
    async fn searched(
        &self,
        reference: &Reference,
        wanted: &[Sought],
        asked: Asked,
        filter: &Filter,
    ) -> Result<Option<SearchRow>, QueryError> {
        let Some(entry) = self.kept_entry(reference).await? else { return Ok(None) };
        let timeline = self.timeline_of(entry.id).await?.known_at(asked.known_at);
        Ok(row(entry.id, &timeline, wanted, asked, filter).map(|(_, row)| row))
    }

    /// The rows of all agreements with what was recorded by a time: one pass over the log up to then.
    async fn searched_known_at(
        &self,
        wanted: &[Sought],
        asked: Asked,
        filter: &Filter,
        most: usize,
    ) -> Result<Vec<SearchRow>, QueryError> {
        let (words, filter) = (wanted.to_vec(), filter.clone());
        let fold = Arc::new(move |rows: &mut BTreeSet<Ranked>, id, timeline: Timeline| {
            if let Some((position, row)) = row(id, &timeline, &words, asked, &filter) {
                rows.insert(Ranked { since: row.since, position, row });
                if rows.len() > most.saturating_add(1) {
                    rows.pop_first();
                }
            }
            Ok(())
        });
        let register = self.register().await?.known_at(asked.known_at);
        let to = self.known_by(asked.known_at).await?;
        let mut ranked = BTreeSet::new();
        ranked.extend(self.fold(Reading::up_to(to), &register, &fold, |_| ()).await?.into_iter().flatten());
        Ok(ranked.into_iter().rev().map(|ranked| ranked.row).collect())
    }
}

/// The row of an agreement with the position of its first event, where the words stand in it and the filter wants it.
fn row(
    id: AgreementId,
    timeline: &Timeline,
    wanted: &[Sought],
    asked: Asked,
    filter: &Filter,
) -> Option<(u64, SearchRow)> {
    let readings = timeline.read();
    let entry = Entry::read(id, timeline, &readings).filter(|entry| filter.wants(entry, asked.as_of))?;
    let first = timeline.facts().first()?.position;
    Some((first, search::row(&entry, &readings, wanted, asked.as_of)?))
}

/// A row in the order of its rank, the last being the first to be shown.
struct Ranked {
    since: Day,
    position: u64,
    row: SearchRow,
}

impl Ranked {
    const fn rank(&self) -> (Day, u64) {
        (self.since, self.position)
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// The error of kept words that cannot be read.
pub(super) fn damaged(key: &[u8]) -> QueryError {
    QueryError::ViewDamaged { view: WORDS, key: key.escape_ascii().to_string() }
}
