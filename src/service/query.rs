//! Questions: catch up, then answer, for a day and a time of knowledge.

use super::Service;
use super::almanac::REGISTER;
use super::error::QueryError;
use super::execute::Loaded;
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
use crate::views::stats::{self, Stats};

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

    /// The entries that a filter wants, with what was recorded by a time, in the order of the references.
    pub(super) async fn entries_known_at(&self, asked: Asked, filter: &Filter) -> Result<Vec<Entry>, QueryError> {
        let mut entries = match &filter.agreement {
            Some(reference) => self.entry_known_at(reference, asked).await?.into_iter().collect(),
            None => self.all_entries_known_at(asked.known_at).await?,
        };
        entries.retain(|entry| filter.wants(entry, asked.as_of));
        // What is kept is judged by the register's days: the few that end elsewhere are judged from their own facts.
        for entry in entries.iter_mut().filter(|entry| entry.is_another_at(asked.moment())) {
            let timeline = self.timeline_of(entry.id).await?.known_at(asked.known_at);
            if let Some(judged) = Entry::at(entry.id, &timeline, asked.moment()) {
                *entry = judged;
            }
        }
        Ok(entries)
    }

    /// The entry of one agreement with what was recorded by a time: one look-up, however large the register is.
    async fn entry_known_at(&self, reference: &Reference, asked: Asked) -> Result<Option<Entry>, QueryError> {
        let Some(entry) = self.entry(reference).await? else { return Ok(None) };
        let timeline = self.timeline_of(entry.id).await?.known_at(asked.known_at);
        Ok(Entry::of(entry.id, &timeline))
    }

    async fn all_entries_known_at(&self, known_at: Instant) -> Result<Vec<Entry>, QueryError> {
        let all_known = self.log.last_recorded_at().await?.is_none_or(|last| last <= known_at.micros());
        if all_known {
            return self.entries().await;
        }
        let timelines = self.all_timelines(|record| record.recorded_at <= known_at.micros()).await?;
        let mut entries: Vec<Entry> = timelines.iter().filter_map(|(id, timeline)| Entry::of(*id, timeline)).collect();
        entries.sort_by(|a, b| a.reference.cmp(&b.reference));
        Ok(entries)
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
        let entries = self.entries_known_at(asked, filter).await?;
        Ok(entries.iter().filter_map(|entry| list::row(entry, asked.as_of)).collect())
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
        let entries = match only {
            Some(reference) => {
                let (id, timeline) = self.known(reference, asked).await?;
                Entry::at(id, &timeline, asked.moment()).into_iter().collect()
            }
            None => self.entries_known_at(asked, filter).await?,
        };
        let mut rows: Vec<PartyRow> = entries.iter().flat_map(|entry| list::party_rows(entry, asked.as_of)).collect();
        if only.is_none() {
            rows.sort_by(|a, b| (&a.name, &a.agreement, &a.party).cmp(&(&b.name, &b.agreement, &b.party)));
        }
        Ok(rows)
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
        Ok(board::overdue(&self.entries_known_at(asked, filter).await?, asked))
    }

    /// What comes due by a day.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn due(&self, asked: Asked, until: Day, filter: &Filter) -> Result<DueList, QueryError> {
        Ok(board::due(&self.entries_known_at(asked, filter).await?, asked, until))
    }

    /// The register in numbers.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when the store cannot be read.
    pub async fn stats(&self, asked: Asked, filter: &Filter) -> Result<Stats, QueryError> {
        Ok(stats::stats(&self.entries_known_at(asked, filter).await?, asked))
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
