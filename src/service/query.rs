//! Questions: catch up, then answer, for a day and a time of knowledge.
//!
//! What is known now is answered from the kept rows (`rows.rs`); what was known earlier, by one pass over the log.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Service;
use super::almanac::REGISTER;
use super::by_name::ByName;
use super::error::QueryError;
use super::execute::Loaded;
use super::listed::Each;
use super::replay::Reading;
use crate::domain::dates::DateKey;
use crate::domain::day::Day;
use crate::domain::id::{AgreementId, CalendarId, ProfileId, Reference};
use crate::domain::instant::Instant;
use crate::domain::recurrence::Owed;
use crate::domain::timeline::Timeline;
use crate::views::Asked;
use crate::views::board::{self, DueList, Overdue};
use crate::views::calendar::{self, CalendarRow, CalendarView, ProfileRow};
use crate::views::chart::{Chart, chart};
use crate::views::derivation::dates::{DateDerivation, DateRow, date_derivation, date_rows};
use crate::views::derivation::{Derivation, derivation};
use crate::views::diff::{self, Change};
use crate::views::document::{Document, document};
use crate::views::entry::Entry;
use crate::views::filter::Filter;
use crate::views::history::{HistoryRow, history};
use crate::views::list::{self, ListRow, PartyRow};
use crate::views::stats::{Stats, Tally};

impl Service {
    /// The time by which everything on record is known: now, or the last record's time where the clock has since
    /// jumped back behind it.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn knowledge_now(&self) -> Result<Instant, QueryError> {
        let last = self.log.last_recorded_at().await?.map(Instant::from_micros);
        Ok(last.map_or(self.now(), |last| self.now().max(last)))
    }

    /// Whether everything on record was known by a time.
    pub(super) async fn all_known(&self, known_at: Instant) -> Result<bool, QueryError> {
        Ok(self.log.last_recorded_at().await?.is_none_or(|last| last <= known_at.micros()))
    }

    /// The entry of one agreement with what was recorded by a time, judged at the moment asked about, if the filter wants
    /// it: one look-up, however large the register is.
    pub(super) async fn only(
        &self,
        reference: &Reference,
        asked: Asked,
        filter: &Filter,
    ) -> Result<Option<Entry>, QueryError> {
        let Some(entry) = self.entry(reference).await? else { return Ok(None) };
        let timeline = self.timeline_of(entry.id).await?.known_at(asked.known_at);
        Ok(Entry::at(entry.id, &timeline, asked.moment()).filter(|entry| filter.wants(entry, asked.as_of)))
    }

    /// Gathers what is made of each agreement that a filter wants, with what was recorded by a time: one pass over the log
    /// up to then; what each worker gathered, in no order.
    pub(super) async fn gathered_known_at<A: Default + Send + 'static>(
        &self,
        asked: Asked,
        filter: &Filter,
        take: impl Fn(&mut A, Entry) + Send + Sync + 'static,
    ) -> Result<Vec<A>, QueryError> {
        let filter = filter.clone();
        let fold = Arc::new(move |gathered: &mut A, id, timeline: Timeline| {
            if let Some(entry) = Entry::at(id, &timeline, asked.moment())
                && filter.wants(&entry, asked.as_of)
            {
                take(gathered, entry);
            }
            Ok(())
        });
        let register = self.register().await?.known_at(asked.known_at);
        let to = self.known_by(asked.known_at).await?;
        self.fold(Reading::up_to(to), &register, &fold, |_| ()).await
    }

    /// The rows that are made of each agreement that a filter wants, with what was recorded by a time, in no order.
    async fn rows_known_at<R: Send + 'static>(
        &self,
        asked: Asked,
        filter: &Filter,
        rows: impl Fn(&Entry) -> Vec<R> + Send + Sync + 'static,
    ) -> Result<Vec<R>, QueryError> {
        let take = move |gathered: &mut Vec<R>, entry: Entry| gathered.extend(rows(&entry));
        Ok(self.gathered_known_at(asked, filter, take).await?.into_iter().flatten().collect())
    }

    /// An agreement's identity and facts with what was recorded by a time.
    pub(super) async fn known(
        &self,
        reference: &Reference,
        asked: Asked,
    ) -> Result<(AgreementId, Timeline), QueryError> {
        if reference.is_register() {
            let timeline = Loaded::register(self.register().await?).docket.timeline().known_at(asked.known_at);
            return if timeline.is_empty() { Err(not_yet(reference, asked)) } else { Ok((REGISTER, timeline)) };
        }
        let Some(entry) = self.entry(reference).await? else {
            let meant = self.meant(reference).await?;
            return Err(QueryError::NoSuchAgreement { reference: reference.clone(), meant });
        };
        let timeline = self.timeline_of(entry.id).await?.known_at(asked.known_at);
        if timeline.is_empty() {
            return Err(not_yet(reference, asked));
        }
        Ok((entry.id, timeline))
    }

    /// Every agreement in one line.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn list(&self, asked: Asked, filter: &Filter) -> Result<Vec<ListRow>, QueryError> {
        let mut rows = Vec::new();
        let mut take = |row| {
            rows.push(row);
            ControlFlow::Continue(())
        };
        self.each_listed(asked, filter, &mut take).await?;
        Ok(rows)
    }

    /// Hands over every agreement in one line, in the order of their references, as long as more are wanted.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn each_listed(
        &self,
        asked: Asked,
        filter: &Filter,
        each: &mut Each<'_, ListRow>,
    ) -> Result<(), QueryError> {
        let day = asked.as_of;
        let rows = if let Some(reference) = &filter.agreement {
            let entry = self.only(reference, asked, filter).await?;
            entry.iter().filter_map(|entry| list::row(entry, day)).collect()
        } else if self.all_known(asked.known_at).await? {
            return self.kept_list(asked, filter, each).await;
        } else {
            let rows = move |entry: &Entry| list::row(entry, day).into_iter().collect();
            let mut rows = self.rows_known_at(asked, filter, rows).await?;
            rows.sort_by(|a, b| a.reference.cmp(&b.reference));
            rows
        };
        // Whoever has enough is not asked again.
        let _ = rows.into_iter().try_for_each(each);
        Ok(())
    }

    /// The parties to all agreements, by name, or to one.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no such agreement, or the store cannot be read.
    pub async fn parties(
        &self,
        only: Option<&Reference>,
        asked: Asked,
        filter: &Filter,
    ) -> Result<Vec<PartyRow>, QueryError> {
        let mut rows = Vec::new();
        let mut take = |row| {
            rows.push(row);
            ControlFlow::Continue(())
        };
        self.each_party(only, asked, filter, &mut take).await?;
        Ok(rows)
    }

    /// Hands over the parties to all agreements, by name, or to one, as long as more are wanted.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no such agreement, or the store cannot be read.
    pub async fn each_party(
        &self,
        only: Option<&Reference>,
        asked: Asked,
        filter: &Filter,
        each: &mut Each<'_, PartyRow>,
    ) -> Result<(), QueryError> {
        let day = asked.as_of;
        let mut rows = ByName::default();
        if let Some(reference) = only {
            let (id, timeline) = self.known(reference, asked).await?;
            let entry = Entry::at(id, &timeline, asked.moment());
            let _ = entry.iter().flat_map(|entry| list::party_rows(entry, day)).try_for_each(each);
            return Ok(());
        } else if let Some(reference) = &filter.agreement {
            let entry = self.only(reference, asked, filter).await?;
            entry.iter().flat_map(|entry| list::party_rows(entry, day)).for_each(|row| rows.push(row));
        } else if self.all_known(asked.known_at).await? {
            self.kept_parties(asked, filter, |row| rows.push(row)).await?;
        } else {
            let all = self.rows_known_at(asked, filter, move |entry| list::party_rows(entry, day)).await?;
            for row in all {
                rows.push(row);
            }
        }
        let _ = rows.in_order().try_for_each(each);
        Ok(())
    }

    /// An agreement in full.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no such agreement, nothing had happened in it, or the store cannot be read.
    pub async fn show(&self, reference: &Reference, asked: Asked) -> Result<Document, QueryError> {
        let (id, timeline) = self.known(reference, asked).await?;
        document(id, &timeline, asked).ok_or_else(|| not_yet(reference, asked))
    }

    /// An agreement's chart of signatures and ratifications.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no such agreement, nothing had happened in it, or the store cannot be read.
    pub async fn status(&self, reference: &Reference, asked: Asked) -> Result<Chart, QueryError> {
        let (_, timeline) = self.known(reference, asked).await?;
        chart(&timeline, asked).ok_or_else(|| not_yet(reference, asked))
    }

    /// What is overdue.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn overdue(&self, asked: Asked, filter: &Filter) -> Result<Overdue, QueryError> {
        let day = asked.as_of;
        let rows = if let Some(reference) = &filter.agreement {
            let entry = self.only(reference, asked, filter).await?;
            entry.iter().flat_map(|entry| board::late(entry, day)).collect()
        } else if self.all_known(asked.known_at).await? {
            let mut rows = Vec::new();
            self.kept_owed(asked, filter, |entry| rows.extend(board::late(entry, day))).await?;
            rows
        } else {
            self.rows_known_at(asked, filter, move |entry| board::late(entry, day)).await?
        };
        Ok(board::overdue_of(rows, asked))
    }

    /// What comes due by a day.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn due(&self, asked: Asked, until: Day, filter: &Filter) -> Result<DueList, QueryError> {
        let day = asked.as_of;
        let rows = if let Some(reference) = &filter.agreement {
            let entry = self.only(reference, asked, filter).await?;
            entry.iter().filter_map(|entry| board::coming(entry, day, until)).collect()
        } else if self.all_known(asked.known_at).await? {
            let mut rows = Vec::new();
            self.kept_coming(asked, until, filter, |entry| rows.extend(board::coming(entry, day, until))).await?;
            rows
        } else {
            self.rows_known_at(asked, filter, move |entry| board::coming(entry, day, until).into_iter().collect())
                .await?
        };
        Ok(board::due_of(rows, asked, until))
    }

    /// The register in numbers.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn stats(&self, asked: Asked, filter: &Filter) -> Result<Stats, QueryError> {
        let day = asked.as_of;
        let mut tally = Tally::default();
        if let Some(reference) = &filter.agreement {
            self.only(reference, asked, filter).await?.iter().for_each(|entry| tally.take(entry, day));
        } else if self.all_known(asked.known_at).await? {
            tally = self.kept_tally(asked, filter).await?;
        } else {
            let take = move |tally: &mut Tally, entry: Entry| tally.take(&entry, day);
            self.gathered_known_at(asked, filter, take).await?.into_iter().for_each(|part| tally.join(part));
        }
        Ok(tally.stats(asked))
    }

    /// Every calendar, on record or shipped.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn calendars(&self, asked: Asked) -> Result<Vec<CalendarRow>, QueryError> {
        Ok(calendar::calendars(self.register().await?.known_at(asked.known_at).almanac(), asked.as_of))
    }

    /// A calendar in full; none where there is no such calendar.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn calendar(&self, id: &CalendarId, asked: Asked) -> Result<Option<CalendarView>, QueryError> {
        Ok(calendar::calendar(self.register().await?.known_at(asked.known_at).almanac(), id))
    }

    /// Every counting profile, or one.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn profiles(&self, only: Option<&ProfileId>, asked: Asked) -> Result<Vec<ProfileRow>, QueryError> {
        Ok(calendar::profiles(self.register().await?.known_at(asked.known_at).almanac(), only))
    }

    /// What was recorded about an agreement, in the order of recording.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no such agreement, or the store cannot be read.
    pub async fn history(&self, reference: &Reference, known_at: Instant) -> Result<Vec<HistoryRow>, QueryError> {
        let (id, timeline) = self.known(reference, Asked::on(Day::MAX, known_at)).await?;
        Ok(history(id, &timeline))
    }

    /// What was learned about an agreement between two times of knowledge.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no such agreement, or the store cannot be read.
    pub async fn diff_knowledge(
        &self,
        reference: &Reference,
        as_of: Day,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<Change>, QueryError> {
        let (id, timeline) = self.known(reference, Asked::on(as_of, from.max(to))).await?;
        Ok(diff::between_knowledge(id, &timeline, as_of, from, to))
    }

    /// What happened in an agreement between two days.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no such agreement, or the store cannot be read.
    pub async fn diff_days(
        &self,
        reference: &Reference,
        known_at: Instant,
        from: Day,
        to: Day,
    ) -> Result<Vec<Change>, QueryError> {
        let (id, timeline) = self.known(reference, Asked::on(to, known_at)).await?;
        Ok(diff::between_days(id, &timeline, from, to))
    }

    /// Why a commitment is due when it is.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no such agreement or commitment, or the store cannot be read.
    pub async fn why(
        &self,
        reference: &Reference,
        owed: impl Into<Owed>,
        asked: Asked,
    ) -> Result<Derivation, QueryError> {
        let owed = owed.into();
        let (id, timeline) = self.known(reference, asked).await?;
        if let Some(derivation) = derivation(&timeline, owed, asked) {
            return Ok(derivation);
        }
        let commitment = owed.commitment;
        let entry = Entry::of(id, &timeline);
        let commitments = entry.map(|entry| entry.commitments).unwrap_or_default();
        if let Some(known) = commitments.iter().find(|known| known.id == commitment) {
            if owed.instance.is_some() && known.on(asked.as_of).is_some() {
                let there = match known.instances_on(asked.as_of).len() {
                    0 => format!("{commitment} has no instances"),
                    last => format!("the last is {commitment}.{last}"),
                };
                return Err(QueryError::NoSuchInstance { reference: reference.clone(), owed, there });
            }
            return Err(not_yet(reference, asked));
        }
        let names: Vec<String> = commitments.iter().map(|known| known.id.to_string()).collect();
        let made = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        Err(QueryError::NoSuchCommitment { reference: reference.clone(), commitment, made })
    }

    /// Why a computed date that is no commitment's lies where it does.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no such agreement, no party or notice that the date could be of, or the store
    /// cannot be read.
    pub async fn why_date(
        &self,
        reference: &Reference,
        date: &DateKey,
        asked: Asked,
    ) -> Result<DateDerivation, QueryError> {
        let (_, timeline) = self.known(reference, asked).await?;
        if let Some(derivation) = date_derivation(&timeline, date, asked) {
            return Ok(derivation);
        }
        let rows = date_rows(&timeline, asked).ok_or_else(|| not_yet(reference, asked))?;
        let names: Vec<String> = rows.into_iter().map(|row| row.date).take(DATES_NAMED_MAX).collect();
        let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        Err(QueryError::NoSuchDate { reference: reference.clone(), date: date.clone(), there })
    }

    /// Every computed date of an agreement, those that still wait for something included.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no such agreement, nothing had happened in it, or the store cannot be read.
    pub async fn dates(&self, reference: &Reference, asked: Asked) -> Result<Vec<DateRow>, QueryError> {
        let (_, timeline) = self.known(reference, asked).await?;
        date_rows(&timeline, asked).ok_or_else(|| not_yet(reference, asked))
    }
}

/// The most dates that a refusal names.
const DATES_NAMED_MAX: usize = 12;

fn not_yet(reference: &Reference, asked: Asked) -> QueryError {
    QueryError::NotYet { reference: reference.clone(), known_at: asked.known_at, as_of: asked.as_of }
}
