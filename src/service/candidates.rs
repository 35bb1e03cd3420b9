//! Which agreements a filter can want, from the kept marks and statuses: their lists are read, and no row of all agreements.
//!
//! Lists are taken one after the other, the shortest first. Of the next ones only the blocks are read in which somebody is left,
//! and none at all where asking the few that are left costs less.

use super::Service;
use super::error::QueryError;
use super::marks::{MARKS, damaged};
use super::register;
use crate::domain::day::Day;
use crate::domain::id::Reference;
use crate::domain::status::AgreementStatus;
use crate::log::Position;
use crate::views::filter::Filter;
use crate::views::marks::{self, Aspect, Mark, Sought};
use crate::views::postings::{agreement_key, reference_of};
use crate::views::tables;

/// So many agreements are asked themselves rather than looked for in one more list.
const FEW: usize = 16;

/// The most lists that are read for some words: after these next to nobody is left who lacks one of the others.
const LISTS_MAX: usize = 24;

/// How many agreements of several lists are held, before those that come twice are taken out.
const JOINED_MIN: usize = 64 * 1024;

/// Those of a list that are in another one; both are in order.
fn in_both<T: Ord>(mut list: Vec<T>, other: &[T]) -> Vec<T> {
    let mut rest = other;
    list.retain(|one| {
        let before = rest.partition_point(|other| other < one);
        rest = &rest[before..];
        rest.first() == Some(one)
    });
    list
}

impl Service {
    /// The references of the agreements that a filter can want on a day, in their order; none where only going through all
    /// agreements tells.
    pub(super) async fn candidates(&self, filter: &Filter, day: Day) -> Result<Option<Vec<Reference>>, QueryError> {
        let mut named = match self.marked(filter).await? {
            Some(positions) => Some(self.references_at(&positions).await?),
            None => None,
        };
        if let Some(status) = filter.status
            && named.as_ref().is_none_or(|named| named.len() > FEW)
        {
            let having = self.having(status, day).await?;
            named = Some(match named {
                Some(named) => in_both(named, &having),
                None => having,
            });
        }
        Ok(named)
    }

    /// The agreements that have a status on a day, and perhaps some that have it before and after.
    async fn having(&self, status: AgreementStatus, day: Day) -> Result<Vec<Reference>, QueryError> {
        let mut having = Vec::new();
        for range in tables::having(status, day) {
            self.scan(range, |key, _| {
                having.extend(tables::had_by(day, key).ok_or_else(|| register::damaged(key))?);
                Ok(())
            })
            .await?;
        }
        having.sort_unstable();
        Ok(having)
    }

    /// The agreements that bear the marks that a filter looks for, by the positions of their first events; none where it looks
    /// for none.
    async fn marked(&self, filter: &Filter) -> Result<Option<Vec<u64>>, QueryError> {
        // Before the first event there is nothing to be made of it.
        if self.views.position(MARKS).await?.is_none_or(|at| at == Position::START) {
            return Ok(None);
        }
        let mut among: Option<Vec<u64>> = None;
        if let Some(party) = &filter.party {
            let mut named = self.with_words(Aspect::Name, party, None).await?;
            let short = Mark::Whole(Aspect::Party, party.clone()).stem();
            named.extend(self.listed(&short, None).await?);
            named.sort_unstable();
            named.dedup();
            among = Some(named);
        }
        if let Some(subject) = &filter.subject
            && among.as_ref().is_none_or(|among| among.len() > FEW)
        {
            among = Some(self.with_words(Aspect::Title, subject, among).await?);
        }
        if let Some(kind) = filter.kind
            && among.as_ref().is_none_or(|among| among.len() > FEW)
        {
            let kind = Mark::Whole(Aspect::Kind, kind.word().to_owned()).stem();
            among = Some(self.listed(&kind, among.as_deref()).await?);
        }
        Ok(among)
    }

    /// The agreements with a text that can have some words in it; among some, where these are given.
    async fn with_words(
        &self,
        aspect: Aspect,
        words: &str,
        mut among: Option<Vec<u64>>,
    ) -> Result<Vec<u64>, QueryError> {
        match marks::sought(aspect, words) {
            Sought::Any(range) => {
                let (mut all, mut most) = (Vec::new(), JOINED_MIN);
                self.scan_in(MARKS, range, |key, list| {
                    marks::read_onto(&mut all, list).ok_or_else(|| damaged(key))?;
                    if all.len() > most {
                        all.sort_unstable();
                        all.dedup();
                        most = JOINED_MIN.max(2 * all.len());
                    }
                    Ok(())
                })
                .await?;
                all.sort_unstable();
                all.dedup();
                Ok(match among {
                    Some(among) => in_both(among, &all),
                    None => all,
                })
            }
            Sought::All(marks) => {
                for stem in self.shortest(&marks).await? {
                    if among.as_ref().is_some_and(|among| among.len() <= FEW) {
                        break;
                    }
                    among = Some(self.listed(&stem, among.as_deref()).await?);
                }
                Ok(among.unwrap_or_default())
            }
        }
    }

    /// The stems of marks, those first whose lists are likely the shortest, as a block in the middle of the log says.
    async fn shortest(&self, marks: &[Mark]) -> Result<Vec<Vec<u8>>, QueryError> {
        let stems = marks.iter().map(Mark::stem);
        if marks.len() < 2 {
            return Ok(stems.collect());
        }
        let at = self.views.position(MARKS).await?.unwrap_or(Position::START);
        let block = marks::block_of(at.get() / 2);
        let keys: Vec<Vec<u8>> = stems.clone().map(|stem| marks::list_key(&stem, block)).collect();
        let lists = self.views.get_many(MARKS, &keys).await?;
        let mut long: Vec<(usize, Vec<u8>)> =
            lists.into_iter().map(|list| list.map_or(0, |list| list.len())).zip(stems).collect();
        long.sort();
        Ok(long.into_iter().take(LISTS_MAX).map(|(_, stem)| stem).collect())
    }

    /// The agreements that bear a mark; among some, where these are given.
    async fn listed(&self, stem: &[u8], among: Option<&[u64]>) -> Result<Vec<u64>, QueryError> {
        let mut all = Vec::new();
        let Some(among) = among else {
            self.scan_in(MARKS, marks::lists_of(stem), |key, list| {
                marks::read_onto(&mut all, list).ok_or_else(|| damaged(key))
            })
            .await?;
            return Ok(all);
        };
        let mut blocks: Vec<u64> = among.iter().map(|position| marks::block_of(*position)).collect();
        blocks.dedup();
        let keys: Vec<Vec<u8>> = blocks.into_iter().map(|block| marks::list_key(stem, block)).collect();
        for (key, list) in keys.iter().zip(self.views.get_many(MARKS, &keys).await?) {
            marks::read_onto(&mut all, &list.unwrap_or_default()).ok_or_else(|| damaged(key))?;
        }
        Ok(in_both(among.to_vec(), &all))
    }

    /// The references of agreements, in their order.
    async fn references_at(&self, positions: &[u64]) -> Result<Vec<Reference>, QueryError> {
        let keys: Vec<Vec<u8>> = positions.iter().map(|position| agreement_key(*position)).collect();
        let mut references = Vec::with_capacity(keys.len());
        for (key, value) in keys.iter().zip(self.views.get_many(MARKS, &keys).await?) {
            let reference = value.as_deref().and_then(reference_of);
            references.push(reference.ok_or_else(|| damaged(key))?);
        }
        references.sort_unstable();
        Ok(references)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::vocabulary::AgreementKind;
    use crate::log::Change;
    use crate::service::replay::tests::{commands, empty, import};

    const PLACES: [&str; 3] = ["Lahore", "Nablus", "北京"];
    const SUBJECTS: [&str; 5] = ["drinking water", "nursing schools", "blood banks", "İlaç", "شرب"];

    /// An agreement of a made-up log, many blocks long: its position, the name of its party, its title and its kind.
    fn agreement(number: u64) -> (u64, String, String, AgreementKind) {
        let one = |of: &[&'static str]| of[usize::try_from(number).unwrap_or(0) % of.len()];
        let kind = if number.is_multiple_of(4) { AgreementKind::Treaty } else { AgreementKind::Mou };
        (number * 7_919, format!("Hospital {number} of {}", one(&PLACES)), format!("On {}", one(&SUBJECTS)), kind)
    }

    /// The view of marks of 400 agreements.
    fn rows() -> Vec<Change> {
        let mut lists: BTreeMap<Vec<u8>, Vec<u64>> = BTreeMap::new();
        for (position, name, title, kind) in (0..400).map(agreement) {
            let short = format!("h{}", position % 5);
            let texts =
                [(Aspect::Name, &*name), (Aspect::Title, &title), (Aspect::Kind, kind.word()), (Aspect::Party, &short)];
            for (aspect, text) in texts {
                marks::each_mark(aspect, text, |mark| lists.entry(mark.stem()).or_default().push(position));
            }
        }
        let mut rows = Vec::new();
        for (stem, positions) in lists {
            marks::parted(stem, marks::written(&positions).into_iter().collect(), &mut rows).expect("a list");
        }
        rows
    }

    #[tokio::test]
    async fn lists_of_many_blocks_name_whoever_a_filter_wants_and_few_others() {
        let service = empty();
        import(&service, &commands()).await;
        let end = service.log.end().await.expect("it reads");
        service.views.clear(MARKS).await.expect("it clears");
        assert!(service.put(MARKS, &mut None, end, rows()).await.expect("it writes"));
        let given = [
            "",
            "nablus",
            "HOSPITAL",
            "北京",
            "京",
            "l",
            "of",
            "39",
            "hospital 39 of lahore",
            "h3",
            "i\u{307}laç",
            "water",
            "x",
        ];
        for party in [None].into_iter().chain(given.map(Some)) {
            for subject in [None].into_iter().chain(given.map(Some)) {
                for kind in [None, Some(AgreementKind::Treaty), Some(AgreementKind::Pledge)] {
                    let words = |given: Option<&str>| given.map(str::to_owned);
                    let filter = Filter { party: words(party), subject: words(subject), kind, ..Filter::default() };
                    let wanted: Vec<u64> = (0..400)
                        .map(agreement)
                        .filter(|(position, name, title, is)| {
                            let has = |text: &str, words: &str| text.to_lowercase().contains(&words.to_lowercase());
                            party.is_none_or(|party| has(name, party) || party == format!("h{}", position % 5))
                                && subject.is_none_or(|subject| has(title, subject))
                                && kind.is_none_or(|kind| kind == *is)
                        })
                        .map(|(position, ..)| position)
                        .collect();
                    let Some(found) = service.marked(&filter).await.expect("it reads") else {
                        assert!(!filter.looks_for_marks());
                        continue;
                    };
                    assert!(found.is_sorted_by(|a, b| a < b));
                    assert!(wanted.iter().all(|position| found.contains(position)), "{filter:?}");
                    assert!(found.len() <= wanted.len().max(FEW), "{} for {}: {filter:?}", found.len(), wanted.len());
                }
            }
        }
    }
}
