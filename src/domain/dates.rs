//! Every computed date of an agreement on a day, each under the word by which it is asked for.
//!
//! What is asked about dates in general (which there are, why one is what it is, which ones moved) starts here, so that
//! no question knows a date that another does not. Nothing is stored: a list is made of a fold when somebody asks.

use std::borrow::Cow;
use std::fmt;

use super::agreement::{Agreement, Notice, PartyRecord};
use super::commitment::Commitment;
use super::consent;
use super::day::Day;
use super::due::{self, DueDates};
use super::force;
use super::id::PartyId;
use super::recurrence::{Owed, series};
use super::rule::Means;
use super::status::standing;
use super::term::{self, term_of};
use super::vocabulary::{InstrumentDay, Lifecycle, NoticeKind};

/// A date of which nothing is known.
pub const UNKNOWN: DueDates = DueDates { earliest: None, latest: None };

/// Which computed date of an agreement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateKey {
    /// The due date of a commitment, or of one instance of it.
    Due(Owed),
    /// The day on which it came, or comes, into force or operation.
    EntryIntoForce,
    /// The same for one party.
    EntryIntoForceFor(PartyId),
    /// Its last day.
    Expiry,
    /// The last day for the next notice that can be given in time.
    Notice,
    /// The day by which that notice is to be prepared.
    Prepare,
    /// The first day of the next tacit period.
    Renewal,
    /// The day on which the notice that is recorded as this fact takes effect.
    Effect(u64),
}

/// A word that names no date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} names no date: c1, c1.3, entry-into-force, entry-into-force:PARTY, expiry, notice, prepare, renewal, or @7 for \
     the effect of a notice"
)]
pub struct DateKeyError {
    given: String,
}

impl DateKey {
    /// Reads the word for a date; `end` is another for `expiry`.
    ///
    /// # Errors
    ///
    /// [`DateKeyError`] when it is none.
    pub fn parse(word: &str) -> Result<Self, DateKeyError> {
        let wrong = || DateKeyError { given: word.chars().take(80).collect() };
        if let Some(seq) = word.strip_prefix('@') {
            let seq = seq.parse().ok().filter(|seq| *seq > 0 && !word.starts_with("@+"));
            return seq.map(Self::Effect).ok_or_else(wrong);
        }
        if let Some(party) = word.strip_prefix("entry-into-force:") {
            return PartyId::parse(party).map(Self::EntryIntoForceFor).map_err(|_| wrong());
        }
        match word {
            "entry-into-force" => Ok(Self::EntryIntoForce),
            "expiry" | "end" => Ok(Self::Expiry),
            "notice" => Ok(Self::Notice),
            "prepare" => Ok(Self::Prepare),
            "renewal" => Ok(Self::Renewal),
            _ => Owed::parse(word).map(Self::Due).map_err(|_| wrong()),
        }
    }

    /// The commitment or instance whose due date it is.
    #[must_use]
    pub const fn owed(&self) -> Option<Owed> {
        match self {
            Self::Due(owed) => Some(*owed),
            _ => None,
        }
    }
}

impl fmt::Display for DateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Due(owed) => owed.fmt(f),
            Self::EntryIntoForce => f.write_str("entry-into-force"),
            Self::EntryIntoForceFor(party) => write!(f, "entry-into-force:{party}"),
            Self::Expiry => f.write_str("expiry"),
            Self::Notice => f.write_str("notice"),
            Self::Prepare => f.write_str("prepare"),
            Self::Renewal => f.write_str("renewal"),
            Self::Effect(seq) => write!(f, "@{seq}"),
        }
    }
}

/// A computed date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputedDate {
    /// Which.
    pub key: DateKey,
    /// Between which days it lies; unknown where what it waits for has not happened.
    pub days: DueDates,
    /// The places of the facts that it rests on, in order.
    pub hangs_on: Vec<u64>,
}

fn date(key: DateKey, days: DueDates, facts: impl IntoIterator<Item = u64>) -> ComputedDate {
    let mut hangs_on: Vec<u64> = facts.into_iter().collect();
    hangs_on.sort_unstable();
    hangs_on.dedup();
    ComputedDate { key, days, hangs_on }
}

/// Every computed date of an agreement as it stands on a day, those that still wait for something included; in the
/// order of [`DateKey`].
#[must_use]
pub fn dates(agreement: &Agreement, day: Day) -> Vec<ComputedDate> {
    let mut all: Vec<ComputedDate> =
        each_owed(agreement).iter().filter_map(|(owed, part)| due_date(agreement, *owed, part, day)).collect();
    let entry = entry_date(agreement);
    all.extend(agreement.parties.iter().filter_map(|record| party_date(agreement, record, entry.as_ref())));
    all.extend(entry);
    all.extend(term_dates(agreement, day));
    all.extend(agreement.notices.iter().filter_map(|notice| effect_date(agreement, notice)));
    all.sort_by(|one, other| one.key.cmp(&other.key));
    all
}

/// Everything that is owed by itself: each commitment that is due once, and each instance of one that recurs.
#[must_use]
pub fn each_owed(agreement: &Agreement) -> Vec<(Owed, Cow<'_, Commitment>)> {
    let mut all = Vec::new();
    for commitment in &agreement.commitments {
        if commitment.repeats().is_none() {
            all.push((commitment.id.into(), Cow::Borrowed(commitment)));
            continue;
        }
        let instances = series::instances(agreement, commitment);
        if instances.is_empty() {
            // While none is known, the whole waits.
            all.push((commitment.id.into(), Cow::Borrowed(commitment)));
        }
        all.extend(instances.into_iter().filter_map(|instance| {
            let number = instance.instance.as_ref()?.number;
            Some((Owed { commitment: commitment.id, instance: Some(number) }, Cow::Owned(instance)))
        }));
    }
    all.sort_by_key(|(owed, _)| *owed);
    all
}

fn due_date(agreement: &Agreement, owed: Owed, commitment: &Commitment, day: Day) -> Option<ComputedDate> {
    if commitment.deadline.is_empty() {
        return None;
    }
    let anchor = commitment.rule().and_then(|(rule, _)| due::resolve(agreement, &rule.anchor)?.fact);
    let steps = commitment.deadline.iter().map(|(_, mark, _)| mark.seq);
    Some(date(DateKey::Due(owed), standing(agreement, commitment, day).due, steps.chain(anchor)))
}

/// A treaty without a rule has no computed day, and a pledge never has one: listed only where somebody declared it.
fn entry_date(agreement: &Agreement) -> Option<ComputedDate> {
    let lifecycle = agreement.opened.kind.lifecycle();
    let by_kind = matches!(lifecycle, Lifecycle::Mou | Lifecycle::Contract);
    let entry = due::entry_into_force(agreement);
    if entry.is_none() && agreement.entry_rule.is_none() && !by_kind {
        return None;
    }
    let rule = agreement.entry_rule.as_ref().filter(|_| agreement.entered.is_none());
    let from = rule.and_then(|(rule, _)| force::runs_from(agreement, rule)?.fact);
    let facts = entry.and_then(|entry| entry.fact).into_iter().chain(rule.map(|(_, mark)| mark.seq)).chain(from);
    Some(date(DateKey::EntryIntoForce, entry.map_or(UNKNOWN, |entry| entry.days), facts))
}

fn party_date(agreement: &Agreement, record: &PartyRecord, whole: Option<&ComputedDate>) -> Option<ComputedDate> {
    let entry = due::party_entry_into_force(agreement, record)?;
    let computed = record.in_force.is_none();
    let rule = agreement.party_rule.as_ref().filter(|_| computed).map(|(_, mark)| mark.seq);
    let own = computed.then(|| bound_by(agreement, record)).flatten();
    let key = DateKey::EntryIntoForceFor(record.party.id.clone());
    let whole = whole.filter(|_| computed).map(|whole| whole.hangs_on.clone()).unwrap_or_default();
    Some(date(key, entry.days, entry.fact.into_iter().chain(rule).chain(own).chain(whole)))
}

/// The fact by which a party bound itself: its consent, else its signature.
#[must_use]
pub fn bound_by(agreement: &Agreement, record: &PartyRecord) -> Option<u64> {
    force::bound_since(agreement, record)?;
    let consented = consent::last(agreement, record, Means::Consent, InstrumentDay::Received);
    consented.map(|span| span.fact).or_else(|| record.signed.as_ref().map(|(_, mark)| mark.seq))
}

/// The dates of the term, as far as it has such.
fn term_dates(agreement: &Agreement, day: Day) -> Vec<ComputedDate> {
    let Some(term) = term_of(agreement) else { return Vec::new() };
    let on = term.on(day);
    let window = on.notice;
    [
        (DateKey::Expiry, on.ends.map(|end| end.last)),
        (DateKey::Notice, window.map(|window| window.notice_by)),
        (DateKey::Prepare, window.and_then(|window| window.prepare_by)),
        (DateKey::Renewal, on.next_renewal),
    ]
    .into_iter()
    .filter_map(|(key, days)| Some(date(key, days?, term.hangs_on())))
    .collect()
}

/// The days on which a notice takes effect, of whatever kind; none where it was taken back, or nobody says.
#[must_use]
pub fn effect_of(agreement: &Agreement, notice: &Notice) -> Option<DueDates> {
    let (given, mark, revoked) = notice;
    if revoked.is_some() {
        return None;
    }
    let settled = || {
        let day = term::non_renewal_effect(agreement, mark.seq).filter(|_| given.kind == NoticeKind::NonRenewal)?;
        Some(DueDates { earliest: Some(day), latest: Some(day) })
    };
    due::notice_effect(agreement, notice).map(|effect| effect.days).or_else(settled)
}

fn effect_date(agreement: &Agreement, notice: &Notice) -> Option<ComputedDate> {
    let seq = notice.1.seq;
    let by_the_term = notice.0.takes_effect.is_none() && notice.0.effect.is_none();
    let term = agreement.term.as_ref().filter(|_| by_the_term).map(|(_, mark)| mark.seq);
    Some(date(DateKey::Effect(seq), effect_of(agreement, notice)?, [seq].into_iter().chain(term)))
}

/// The dates in which two lists differ, each with its days before and after; a date that is not listed is unknown.
#[must_use]
pub fn moved(before: &[ComputedDate], after: &[ComputedDate]) -> Vec<(DateKey, DueDates, DueDates)> {
    let days = |list: &[ComputedDate], key: &DateKey| {
        list.binary_search_by(|date| date.key.cmp(key)).map_or(UNKNOWN, |at| list[at].days)
    };
    let mut keys: Vec<&DateKey> = before.iter().chain(after).map(|date| &date.key).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .map(|key| (key.clone(), days(before, key), days(after, key)))
        .filter(|(_, before, after)| before != after)
        .collect()
}
