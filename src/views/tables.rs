//! How entries lie in the kept view: several small tables, so that a question reads what it answers.
//!
//! ```text
//! a <reference>                                      the head: an entry without its commitments, and where they lie
//! c <closes 4> <opens 4> <reference> / <commitment>  one commitment, in an entry that holds nothing but what its row needs
//! d <size> <cell 3> <first 4> <last 4> <address>      a span of days on which a commitment or a term can come due: of a commitment
//!                                                    `closes` and `opens`, of a term, addressed by its reference, nothing
//! k <reference>                                      the id of an agreement whose dates move with the register's calendars
//! r <round 5> <cell 4> <places 8> <from 4> <reference> where the days fall of a term that renews itself without an end
//! s <status> 0 <closes 4> <opens 4> <reference>       an agreement that ever had this status, from the first of its days on
//! ```
//!
//! *Closes* is the first day from which a row stays out of every list of what is owed; *opens* is the earliest due day that
//! it ever has. Both are days since [`Day::MIN`], big-endian; all ones for never. So the rows that can matter on a day are
//! two ranges of keys: those that close later, and those that never close and open in time. For today these are what is
//! open; for an earlier day somewhat more; never all. What comes due up to a day is read by the cells of `d` and `r` (see
//! [`agenda`]): neither what is late for good nor what lies further ahead.
//!
//! Rows are entries, and the rows of an answer are made of them by the same functions as of whole entries. Everything here
//! is a function of the entry, so a view that was kept up equals one made anew.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::agenda;
use super::agenda::cycle;
use super::agenda::span::{NEVER, Span, number};
use super::entry::{CommitmentEntry, Entry, Naming, Turn};
use crate::domain::day::Day;
use crate::domain::id::{AgreementId, CommitmentId, Reference};
use crate::domain::status::{AgreementStatus, CommitmentState, DUE_SOON_DAYS};
use crate::log::Change;

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);

/// A range of keys: from one on, before the other.
pub type Range = (Vec<u8>, Vec<u8>);

const HEAD: u8 = b'a';
const COMMITMENT: u8 = b'c';
const COUNTED: u8 = b'k';
const DUE: u8 = b'd';
const ROUND: u8 = b'r';
const STATUS: u8 = b's';

/// How far beyond the day asked about a due date can lie that makes something due soon: at an instant, a last day may be
/// judged by the next day of another zone.
const AHEAD_DAYS: i64 = DUE_SOON_DAYS + 2;

/// Where a commitment of an agreement lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lies {
    #[serde(rename = "i")]
    id: CommitmentId,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    closes: Option<Day>,
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    opens: Option<Day>,
    /// The days on which a list of what comes due can hold it.
    #[serde(rename = "d", default, skip_serializing_if = "Vec::is_empty")]
    spans: Vec<Span>,
}

/// What is kept of an agreement under its reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its entry, without commitments.
    #[serde(rename = "e")]
    pub entry: Entry,
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    lies: Vec<Lies>,
}

fn day_key(day: Option<Day>) -> [u8; 4] {
    number(day).to_be_bytes()
}

/// The key of a head.
#[must_use]
pub fn head_key(reference: &str) -> Vec<u8> {
    [&[HEAD], reference.as_bytes()].concat()
}

/// Whether a key is that of a head; they lie before all others.
#[must_use]
pub fn is_head(key: &[u8]) -> bool {
    key.first() == Some(&HEAD)
}

/// The reference in the key of a head, or of what is counted by the register.
#[must_use]
pub fn reference_in(key: &[u8]) -> Option<Reference> {
    Reference::parse(std::str::from_utf8(key.get(1..)?).ok()?).ok()
}

fn counted_key(reference: &Reference) -> Vec<u8> {
    [&[COUNTED], reference.as_str().as_bytes()].concat()
}

/// The keys of an agreement's term: of its spans, and of its places in a round.
fn term_keys(entry: &Entry) -> impl Iterator<Item = Vec<u8>> {
    let (spans, cycles) = agenda::of_terms(entry, closes_term(entry));
    let spans = spans.into_iter().flat_map(|span| span.stems(DUE));
    let mut keys: Vec<Vec<u8>> = spans.chain(cycles.into_iter().flat_map(|cycle| cycle.stems(ROUND))).collect();
    // A term that was set again may go round as it did before.
    keys.sort_unstable();
    keys.dedup();
    let reference = entry.reference.as_str().as_bytes().to_vec();
    keys.into_iter().map(move |stem| [&stem[..], &reference].concat())
}

/// What the keys of a status begin with.
fn status_stem(status: AgreementStatus) -> Vec<u8> {
    [&[STATUS], status.word().as_bytes(), &[0]].concat()
}

/// The keys of an agreement's statuses, each once.
fn status_keys(entry: &Entry) -> Vec<Vec<u8>> {
    let mut spans: Vec<(AgreementStatus, Day, Option<Day>)> = Vec::new();
    for (nth, (day, turn)) in entry.turns.iter().enumerate() {
        let closes = entry.turns.get(nth + 1).map(|(next, _)| *next);
        match spans.iter_mut().find(|(status, ..)| *status == turn.status) {
            Some((.., last)) => *last = closes,
            None => spans.push((turn.status, *day, closes)),
        }
    }
    let reference = entry.reference.as_str().as_bytes();
    let key = |(status, opens, closes): (AgreementStatus, Day, Option<Day>)| {
        [&status_stem(status), &day_key(closes)[..], &day_key(Some(opens)), reference].concat()
    };
    spans.into_iter().map(key).collect()
}

impl Lies {
    fn key(&self, reference: &Reference) -> Vec<u8> {
        [&[COMMITMENT][..], &self.days(), self.address(reference).as_bytes()].concat()
    }

    fn address(&self, reference: &Reference) -> String {
        format!("{reference}/{}", self.id)
    }

    /// When it closes, and when it opens.
    fn days(&self) -> [u8; 8] {
        let mut days = [0; 8];
        days[..4].copy_from_slice(&day_key(self.closes));
        days[4..].copy_from_slice(&day_key(self.opens));
        days
    }

    /// The keys of its spans.
    fn due_keys(&self, reference: &Reference) -> impl Iterator<Item = Vec<u8>> {
        let address = self.address(reference);
        let stems = self.spans.iter().flat_map(|span| span.stems(DUE));
        stems.map(move |stem| [&stem[..], address.as_bytes()].concat())
    }
}

/// Every key of a table.
fn whole(table: u8) -> Range {
    (vec![table], vec![table + 1])
}

/// Every head, in the order of the references.
#[must_use]
pub fn heads() -> Range {
    whole(HEAD)
}

/// The heads whose references begin so.
#[must_use]
pub fn heads_from(prefix: &str) -> Range {
    let from = head_key(prefix);
    let mut before = from.clone();
    // References are ASCII: no byte of a key overflows.
    if let Some(last) = before.last_mut() {
        *last += 1;
    }
    (from, before)
}

/// Every commitment.
#[must_use]
pub fn commitments() -> Range {
    whole(COMMITMENT)
}

/// What is counted by the register's calendars.
#[must_use]
pub fn counted() -> Range {
    whole(COUNTED)
}

/// The commitments that a list of what is owed by then, or soon, can hold on a day.
#[must_use]
pub fn owed_on(day: Day) -> [Range; 2] {
    let soon = day.plus_days(AHEAD_DAYS).unwrap_or(Day::MAX);
    let later = number(Some(day)).saturating_add(1);
    let never = [&[COMMITMENT][..], &NEVER.to_be_bytes()].concat();
    let opened = number(Some(soon)).saturating_add(1);
    let before = [&never[..], &opened.to_be_bytes()].concat();
    [([&[COMMITMENT][..], &later.to_be_bytes()].concat(), never.clone()), (never, before)]
}

/// The spans that a list of what comes due up to a day can be made of, asked on another.
#[must_use]
pub fn due_in(on: Day, until: Day) -> Vec<Range> {
    Span::window(on, until).ranges(DUE)
}

/// What may come due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coming {
    /// A commitment, by its key.
    Commitment(Vec<u8>),
    /// The term of an agreement, by the key of its head.
    Term(Vec<u8>),
}

/// What a span is of, nothing where it lies outside a window; none where it is no span.
#[must_use]
pub fn coming_in(on: Day, until: Day, (key, value): (&[u8], &[u8])) -> Option<Option<Coming>> {
    let (meets, address) = Span::window(on, until).meets(key)?;
    Some(meets.then(|| match value {
        [] => Coming::Term(head_key(address)),
        days => Coming::Commitment([&[COMMITMENT], days, address.as_bytes()].concat()),
    }))
}

/// The terms that renew themselves without an end, by their rounds.
#[must_use]
pub fn rounds() -> Range {
    whole(ROUND)
}

/// The ranges of the round that a key is of, in which the terms lie that can have days in a window, and where the next round
/// begins; none where it is no such key.
#[must_use]
pub fn round_in(on: Day, until: Day, key: &[u8]) -> Option<(Vec<Range>, Vec<u8>)> {
    cycle::ranges((on, until), key)
}

/// The term that goes round in a key, nothing where it can have no day in a window; none where it is no such key.
#[must_use]
pub fn going_round_in(on: Day, until: Day, key: &[u8]) -> Option<Option<Coming>> {
    let (meets, reference) = cycle::meets((on, until), key)?;
    Some(meets.then(|| Coming::Term(head_key(reference))))
}

/// The agreements that can have a status on a day: those that have it later too, and those that have it for good.
#[must_use]
pub fn having(status: AgreementStatus, day: Day) -> [Range; 2] {
    let stem = status_stem(status);
    let next = number(Some(day)).saturating_add(1).to_be_bytes();
    let never = [&stem[..], &NEVER.to_be_bytes()].concat();
    let before = [&never[..], &next].concat();
    [([&stem[..], &next].concat(), never.clone()), (never, before)]
}

/// The reference in the key of a status that an agreement has by a day for the first time, nothing where that day is later; none
/// where it is no such key.
#[must_use]
pub fn had_by(day: Day, key: &[u8]) -> Option<Option<Reference>> {
    let end = key.iter().position(|byte| *byte == 0)? + 1;
    let (opens, reference) = key.get(end + 4..)?.split_first_chunk::<4>()?;
    if *opens > day_key(Some(day)) {
        return Some(None);
    }
    Reference::parse(std::str::from_utf8(reference).ok()?).ok().map(Some)
}

/// Where an entry's commitments lie, in their order.
fn lying(entry: &Entry) -> Vec<Lies> {
    let lies = |commitment: &CommitmentEntry| {
        let closes = closes(entry, commitment);
        Lies { id: commitment.id, closes, opens: opens(commitment), spans: agenda::of_commitment(commitment, closes) }
    };
    entry.commitments.iter().map(lies).collect()
}

/// The keys of what an entry is found by beside its head and its commitments, each with its value.
fn found_by(entry: &Entry, lies: &[Lies]) -> Vec<Row> {
    let reference = &entry.reference;
    let mut found: Vec<Row> = status_keys(entry).into_iter().map(|key| (key, Vec::new())).collect();
    if entry.by_almanac {
        found.push((counted_key(reference), entry.id.0.as_bytes().to_vec()));
    }
    found.extend(term_keys(entry).map(|key| (key, Vec::new())));
    found.extend(lies.iter().flat_map(|lies| lies.due_keys(reference).map(|key| (key, lies.days().to_vec()))));
    found
}

/// An [`Entry`] that is only written, with what a row has of it; nothing is copied for that.
#[derive(Serialize)]
struct Written<'a> {
    i: AgreementId,
    r: &'a Reference,
    f: u64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    n: &'a [(Day, Naming)],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    t: &'a [(Day, Turn)],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    c: &'a [CommitmentEntry],
}

impl<'a> Written<'a> {
    fn of(outlined: &'a Entry) -> Self {
        let Entry { id, reference, facts, namings, turns, .. } = outlined;
        Self { i: *id, r: reference, f: *facts, n: namings, t: turns, c: &[] }
    }
}

fn commitment_value(commitment: &CommitmentEntry, outlined: &Entry) -> Vec<u8> {
    written(&Written { c: std::slice::from_ref(commitment), ..Written::of(outlined) })
}

fn head_row(entry: Entry, lies: Vec<Lies>) -> Row {
    let key = head_key(entry.reference.as_str());
    (key, written(&Head { entry: Entry { commitments: Vec::new(), ..entry }, lies }))
}

/// The rows of an entry, in no order.
#[must_use]
pub fn rows(entry: Entry) -> Vec<Row> {
    let (outlined, lying) = (outlined(&entry), lying(&entry));
    let mut made = found_by(&entry, &lying);
    for (commitment, lies) in entry.commitments.iter().zip(&lying) {
        made.push((lies.key(&entry.reference), commitment_value(commitment, &outlined)));
    }
    made.push(head_row(entry, lying));
    made
}

/// What has to change where the rows of an entry lie for those of a later one of the same agreement to lie there; no key
/// comes twice.
#[must_use]
pub fn changes(before: &Entry, after: Entry) -> Vec<Change> {
    let reference = &after.reference;
    let (was, is) = (lying(before), lying(&after));
    let (outlined_before, outlined) = (outlined(before), outlined(&after));
    let alike = outlined_before == outlined;
    let (former, present): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (found_by(before, &was).into_iter().collect(), found_by(&after, &is).into_iter().collect());
    let mut changes: Vec<Change> = Vec::new();
    changes.extend(former.keys().filter(|key| !present.contains_key(*key)).map(|key| (key.clone(), None)));
    let new = present.into_iter().filter(|(key, value)| former.get(key) != Some(value));
    changes.extend(new.map(|(key, value)| (key, Some(value))));
    let place = |lying: &[Lies], id| lying.binary_search_by_key(&id, |lies| lies.id).ok();
    let there = |id| place(&was, id).and_then(|at| Some((was[at].days(), before.commitments.get(at)?)));
    for lies in was.iter().filter(|lies| place(&is, lies.id).is_none_or(|at| is[at].days() != lies.days())) {
        changes.push((lies.key(reference), None));
    }
    for (commitment, lies) in after.commitments.iter().zip(&is) {
        if !(alike && there(commitment.id).is_some_and(|(lay, was)| lay == lies.days() && was == commitment)) {
            changes.push((lies.key(reference), Some(commitment_value(commitment, &outlined))));
        }
    }
    let (key, head) = head_row(after, is);
    changes.push((key, Some(head)));
    changes
}

impl Head {
    /// The keys of the rows of this agreement beside its head.
    #[must_use]
    pub fn keys(&self) -> Vec<Vec<u8>> {
        let found_by = found_by(&self.entry, &self.lies).into_iter().map(|(key, _)| key);
        self.commitment_keys().into_iter().chain(found_by).collect()
    }

    /// The keys of its commitments, in the order of their numbers.
    #[must_use]
    pub fn commitment_keys(&self) -> Vec<Vec<u8>> {
        self.lies.iter().map(|lies| lies.key(&self.entry.reference)).collect()
    }
}

fn written<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// What every row needs of an entry: what it is called, and how the agreement stands.
fn outlined(entry: &Entry) -> Entry {
    let naming = |naming: &Naming| Naming { kind: naming.kind, title: naming.title.clone(), subjects: Vec::new() };
    let turn = |turn: &Turn| Turn::standing(turn.status);
    Entry {
        id: entry.id,
        reference: entry.reference.clone(),
        facts: 0,
        namings: thinned(entry.namings.iter().map(|(day, value)| (*day, naming(value)))),
        parties: Vec::new(),
        turns: thinned(entry.turns.iter().map(|(day, value)| (*day, turn(value)))),
        terms: Vec::new(),
        commitments: Vec::new(),
        by_almanac: false,
    }
}

/// Only the values that differ from the one before them.
fn thinned<T: PartialEq>(values: impl Iterator<Item = (Day, T)>) -> Vec<(Day, T)> {
    let mut kept: Vec<(Day, T)> = Vec::new();
    for (day, value) in values {
        super::entry::record(&mut kept, day, value);
    }
    kept
}

/// The first day from which something holds on each of the days on which anything changes; none if not on the last.
fn for_good(mut days: Vec<Day>, holds: impl Fn(Day) -> bool) -> Option<Day> {
    days.sort_unstable();
    days.dedup();
    days.into_iter().rev().take_while(|day| holds(*day)).last()
}

/// The first day from which a commitment stays out of every list of what is owed.
fn closes(entry: &Entry, commitment: &CommitmentEntry) -> Option<Day> {
    let instances = commitment.instances.iter().flatten().map(|(day, _)| *day);
    let days = commitment.stands.iter().map(|(day, _)| *day).chain(instances);
    let days = days.chain(entry.turns.iter().map(|(day, _)| *day));
    let retracted = |day| entry.on(day).is_none_or(|outline| outline.status == AgreementStatus::Retracted);
    for_good(days.collect(), |day| {
        retracted(day)
            || commitment.on(day).is_none_or(|(_, stand)| {
                let open = commitment.instances_on(day).iter().any(|instance| instance.state(day).is_open());
                !open && !stand.state.is_open()
            })
    })
}

/// The earliest due day that a commitment ever has; the first of all days where it can be listed without one.
fn opens(commitment: &CommitmentEntry) -> Option<Day> {
    let stands = commitment.stands.iter().filter_map(|(_, stand)| {
        let dateless = matches!(stand.state, CommitmentState::Undated | CommitmentState::AwaitingTrigger);
        if dateless {
            return Some(Day::MIN);
        }
        stand.due_latest.map(|_| stand.due_earliest.unwrap_or(Day::MIN)).or(stand.due_earliest)
    });
    let instances = commitment.instances.iter().flatten().filter_map(|(_, stand)| stand.as_ref()?.opens());
    stands.chain(instances).min()
}

/// The first day from which an agreement's term has no days to come.
fn closes_term(entry: &Entry) -> Option<Day> {
    for_good(entry.turns.iter().map(|(day, _)| *day).collect(), |day| {
        entry.on(day).is_none_or(|outline| super::term::is_over(outline.status))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_key_stays_within_the_bound_of_the_store() {
        let reference = Reference::parse(&"r".repeat(80)).expect("a reference");
        let lies = Lies { id: CommitmentId::nth(999_999), closes: None, opens: None, spans: vec![] };
        assert!(lies.key(&reference).len() <= crate::log::VIEW_KEY_BYTES_MAX);
    }
}
