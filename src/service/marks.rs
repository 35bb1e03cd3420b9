//! What filters look for: a view of its own, made with the register's view and brought up when somebody filters, so that
//! recording does not wait for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Service;
use super::anew::Anew;
use super::error::QueryError;
use super::register::VIEW;
use super::replay::Progress;
use crate::domain::id::{AgreementId, Reference};
use crate::domain::timeline::Timeline;
use crate::log::{Change, Position};
use crate::views::entry::Entry;
use crate::views::filter::Filter;
use crate::views::marks::{self, Aspect, List, Mark};
use crate::views::postings;
use crate::views::tables::Row;

/// The view's name in the store; its number grows when the form of its values or what is a mark changes.
pub const MARKS: &str = "marks.1";

/// How many agreements the view takes in at a time, their marks being in memory; for more of them it is made anew.
const TAKEN_IN_MAX: usize = 2_048;

/// How many marks of agreements a worker holds while it makes the view anew: one or two bytes each, and four where no other
/// agreement has the same text.
pub(super) const MARKED_HELD: usize = 512 * 1024;

/// How often bringing the view up is begun anew when somebody else did it at the same time.
const ATTEMPTS_MAX: u32 = 64;

/// The marks of agreements that are in no list yet. Names come again and again, and are taken apart once.
#[derive(Default)]
pub(super) struct Marked {
    /// Agreements by the positions of their first events, with their texts.
    agreements: Vec<(u64, Reference, Vec<usize>)>,
    /// The numbers of texts, by what they are of.
    texts: [HashMap<String, usize>; Aspect::ALL.len()],
    /// The marks of each text, by their numbers.
    marks_of: Vec<Vec<u32>>,
    /// The numbers of marks.
    marks: HashMap<Mark, u32>,
    held: usize,
}

impl Marked {
    /// Takes an agreement in.
    pub(super) fn take(&mut self, first: u64, entry: &Entry) {
        let mut texts = Vec::new();
        marks::each_text(entry, |aspect, text| texts.push(self.number_of(aspect, text)));
        texts.sort_unstable();
        texts.dedup();
        self.held += texts.iter().map(|text| self.marks_of[*text].len()).sum::<usize>();
        self.agreements.push((first, entry.reference.clone(), texts));
    }

    fn number_of(&mut self, aspect: Aspect, text: &str) -> usize {
        let texts = &mut self.texts[aspect as usize];
        if let Some(number) = texts.get(text) {
            return *number;
        }
        let number = self.marks_of.len();
        texts.insert(text.to_owned(), number);
        let (marks, mut of_text) = (&mut self.marks, Vec::new());
        marks::each_mark(aspect, text, |mark| {
            let next = u32::try_from(marks.len()).unwrap_or(u32::MAX);
            of_text.push(*marks.entry(mark).or_insert(next));
        });
        of_text.sort_unstable();
        of_text.dedup();
        self.held += of_text.len();
        self.marks_of.push(of_text);
        number
    }

    /// How many marks are held.
    pub(super) const fn held(&self) -> usize {
        self.held
    }

    /// Their rows, in no order: the references, and for each mark one list, not yet in blocks.
    pub(super) fn into_rows(mut self) -> Vec<Row> {
        self.agreements.sort_unstable_by_key(|(first, ..)| *first);
        let mut lists = vec![List::default(); self.marks.len()];
        let mut rows = Vec::with_capacity(self.agreements.len() + lists.len());
        for (first, reference, texts) in self.agreements {
            for mark in texts.iter().flat_map(|text| &self.marks_of[*text]) {
                lists[*mark as usize].push(first);
            }
            rows.push((postings::agreement_key(first), reference.as_str().as_bytes().to_vec()));
        }
        for (mark, number) in self.marks {
            let list = std::mem::take(&mut lists[number as usize]).written();
            rows.extend(list.map(|list| (mark.stem(), list)));
        }
        rows
    }
}

/// What agreements changed in the view: for each mark who bears it now, or bears it no more.
#[derive(Default)]
struct Changed {
    marks: BTreeMap<Mark, BTreeMap<u64, bool>>,
    references: BTreeMap<u64, Reference>,
}

impl Changed {
    /// Takes in what the facts of an agreement from a position on changed.
    fn take(&mut self, id: AgreementId, timeline: &Timeline, from: Position) {
        let Some(first) = timeline.facts().first().map(|fact| fact.position) else { return };
        let earlier = timeline.facts().iter().filter(|fact| fact.position < from.get()).cloned().collect();
        let (before, after) = (Entry::of(id, &Timeline::new(earlier)), Entry::of(id, timeline));
        let marks_of = |entry: &Option<Entry>| entry.as_ref().map(marks::marks).unwrap_or_default();
        let (had, has): (BTreeSet<Mark>, BTreeSet<Mark>) = (marks_of(&before), marks_of(&after));
        for mark in had.symmetric_difference(&has) {
            self.marks.entry(mark.clone()).or_default().insert(first, has.contains(mark));
        }
        if let Some(after) = after
            && before.is_none_or(|before| before.reference != after.reference)
        {
            self.references.insert(first, after.reference);
        }
    }
}

impl Filter {
    /// Whether what it looks for is in the view of marks.
    pub(super) const fn looks_for_marks(&self) -> bool {
        self.kind.is_some() || self.party.is_some() || self.subject.is_some()
    }
}

impl Service {
    /// Brings what a filter is answered from up to the log's end.
    pub(super) async fn catch_up_for(&self, filter: &Filter) -> Result<(), QueryError> {
        self.catch_up().await?;
        if filter.looks_for_marks() {
            self.catch_up_marks(&mut |_, _| ()).await?;
        }
        Ok(())
    }

    /// Brings the marks up to where the register's view stands.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the log cannot be read or the view cannot be written.
    pub async fn catch_up_marks(&self, progress: &mut Progress<'_>) -> Result<(), QueryError> {
        for _ in 0..ATTEMPTS_MAX {
            if self.marks_lag().await?.is_none() {
                return Ok(());
            }
            let _keeping = self.viewing.write().await;
            let Some((at, end)) = self.marks_lag().await? else { return Ok(()) };
            if self.take_in_marks(at, end, progress).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Where the marks and the register's view stand; none where no mark is lacking. They never go beyond it: whatever they
    /// name has a head.
    async fn marks_lag(&self) -> Result<Option<(Option<Position>, Position)>, QueryError> {
        let end = self.views.position(VIEW).await?.unwrap_or(Position::START);
        let at = self.views.position(MARKS).await?;
        Ok((at.unwrap_or(Position::START) < end).then_some((at, end)))
    }

    /// Takes in what was recorded up to a position; false when somebody else wrote to the view meanwhile.
    async fn take_in_marks(
        &self,
        mut at: Option<Position>,
        end: Position,
        progress: &mut Progress<'_>,
    ) -> Result<bool, QueryError> {
        let Some(from) = at.filter(|at| *at > Position::START) else {
            return self.make_anew(Anew::MARKS, end, progress).await;
        };
        let touched = self.touched(from, end, TAKEN_IN_MAX).await?;
        if touched.len() > TAKEN_IN_MAX {
            return self.make_anew(Anew::MARKS, end, progress).await;
        }
        let mut gathered = Changed::default();
        for id in touched.into_iter().map(AgreementId) {
            // No name hangs on the register's own facts.
            gathered.take(id, &Timeline::new(self.facts_before(id, end).await?), from);
        }
        let changes = self.in_lists(gathered).await?;
        self.put(MARKS, &mut at, end, changes).await
    }

    /// The changes of the lists, in the order of their keys.
    async fn in_lists(&self, gathered: Changed) -> Result<Vec<Change>, QueryError> {
        let mut lists: BTreeMap<Vec<u8>, Vec<(u64, bool)>> = BTreeMap::new();
        for (mark, of_mark) in gathered.marks {
            let stem = mark.stem();
            for (position, bears) in of_mark {
                lists.entry(marks::list_key(&stem, marks::block_of(position))).or_default().push((position, bears));
            }
        }
        let keys: Vec<Vec<u8>> = lists.keys().cloned().collect();
        let kept = self.views.get_many(MARKS, &keys).await?;
        let mut changes = Vec::with_capacity(keys.len() + gathered.references.len());
        for ((key, of_list), kept) in lists.into_iter().zip(kept) {
            let mut list = Vec::new();
            marks::read_onto(&mut list, &kept.unwrap_or_default()).ok_or_else(|| damaged(&key))?;
            for (position, bears) in of_list {
                match (list.binary_search(&position), bears) {
                    (Err(place), true) => list.insert(place, position),
                    (Ok(place), false) => drop(list.remove(place)),
                    _ => {}
                }
            }
            changes.push((key, marks::written(&list)));
        }
        for (position, reference) in gathered.references {
            changes.push((postings::agreement_key(position), Some(reference.as_str().as_bytes().to_vec())));
        }
        changes.sort_unstable();
        Ok(changes)
    }
}

/// The error of kept marks that cannot be read.
pub(super) fn damaged(key: &[u8]) -> QueryError {
    QueryError::ViewDamaged { view: MARKS, key: key.escape_ascii().to_string() }
}
