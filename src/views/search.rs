//! `search`: where words stand in the register.
//!
//! Every word that is looked for has to stand somewhere in an agreement: in its reference, title or subjects, in the names of
//! parties and bodies, in commitments, in statements, notes and papers' names, in evidence. A word counts from the day of
//! the fact that says it, and goes on to count: who looks for a former title finds what is now called otherwise. What a
//! correction replaced, or a retraction took away, counts no more.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::Serialize;

use super::entry::Entry;
use super::words::{Sought, words};
use crate::domain::day::Day;
use crate::domain::event::Event;
use crate::domain::event::commitments::Undertaking;
use crate::domain::event::parties::Party;
use crate::domain::id::Reference;
use crate::domain::instant::Instant;
use crate::domain::status::AgreementStatus;
use crate::domain::text::Line;
use crate::domain::timeline::{Reading, Readings};
use crate::domain::vocabulary::{AgreementKind, vocabulary};

/// The most different words that are kept of an agreement: a treaty's register has some two hundred.
pub const WORDS_MAX: usize = 4_000;

/// The most places that a row shows.
const SHOWN_MAX: usize = 4;

/// How many characters are shown before and after a word.
const AROUND: usize = 40;

vocabulary! {
    /// Where a word stands; where it stands in several places, the first of these is shown.
    Place {
        /// In the agreement's reference.
        Reference = "reference",
        /// In a title.
        Title = "title",
        /// In a subject.
        Subject = "subject",
        /// In a name of a party, in its role, or in the organ through which it acts.
        Party = "party",
        /// In what was undertaken.
        Commitment = "commitment",
        /// In the name, mandate, members or meetings of a body.
        Body = "body",
        /// In what was signed, declared, amended, settled or reported.
        Statement = "statement",
        /// In a note.
        Note = "note",
        /// In a paper's name.
        Paper = "paper",
        /// In the source of a fact, or in its words.
        Evidence = "evidence",
    }
}

/// A text of an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<'a> {
    place: Place,
    fact: u64,
    day: Day,
    text: &'a str,
}

/// Every text of an agreement that can be searched, in the order of the places and facts.
#[must_use]
pub fn said<'a>(reference: &'a Reference, readings: &'a Readings) -> Vec<Said<'a>> {
    let mut all = Vec::new();
    for reading in &readings.facts {
        let mut say = |place, text| all.push(Said { place, fact: reading.seq, day: reading.bounds.latest, text });
        say(Place::Reference, reference.as_str());
        each_text(reading, &mut say);
        let saying = &reading.saying;
        for evidence in &saying.evidence {
            say(Place::Evidence, evidence.source.as_str());
            evidence.quote.iter().for_each(|quote| say(Place::Evidence, quote.as_str()));
        }
        saying.reason.iter().for_each(|reason| say(Place::Note, reason.as_str()));
        saying.occurred.as_printed.iter().for_each(|words| say(Place::Evidence, words.as_str()));
    }
    all.sort_by_key(|said| (said.place, said.fact));
    // The reference is there from the first day on, and once.
    let first = all.iter().filter(|said| said.place == Place::Reference).map(|said| said.day).min();
    let references = all.partition_point(|said| said.place == Place::Reference);
    all.drain(references.min(1)..references);
    if let (Some(said), Some(first)) = (all.first_mut(), first) {
        said.day = first;
    }
    all
}

fn each_party<'a>(party: &'a Party, say: &mut impl FnMut(Place, &'a str)) {
    say(Place::Party, party.id.as_str());
    say(Place::Party, party.name.as_str());
    party.names.iter().for_each(|local| say(Place::Party, local.name.as_str()));
    party.role.iter().chain(&party.acting_through).for_each(|line| say(Place::Party, line.as_str()));
}

fn each_undertaking<'a>(undertaking: &'a Undertaking, say: &mut impl FnMut(Place, &'a str)) {
    say(Place::Commitment, undertaking.text.as_str());
}

/// Hands over the texts of what happened.
fn each_text<'a>(reading: &'a Reading, say: &mut impl FnMut(Place, &'a str)) {
    match &reading.saying.event {
        Event::AgreementProposed(opened) | Event::AgreementRecorded(opened) | Event::PledgeAnnounced(opened) => {
            opened.title.iter().for_each(|title| say(Place::Title, title.as_str()));
            opened.subjects.iter().for_each(|subject| say(Place::Subject, subject.as_str()));
            opened.parties.iter().for_each(|party| each_party(party, say));
            opened.place.iter().for_each(|place| say(Place::Statement, place.as_str()));
        }
        Event::PartyDeclared(party) => each_party(party, say),
        Event::PartyAliased(aliased) => say(Place::Party, aliased.name.as_str()),
        Event::TextAdopted(adopted) => adopted.place.iter().for_each(|place| say(Place::Statement, place.as_str())),
        Event::TextInitialled(initialled) => {
            initialled.by.iter().chain(&initialled.place).for_each(|line| say(Place::Statement, line.as_str()));
        }
        Event::AgreementSigned(signed) => {
            let lines = signed.name.iter().chain(&signed.title).chain(&signed.place);
            lines.for_each(|line| say(Place::Statement, line.as_str()));
        }
        Event::InstrumentDeposited(deposited) => {
            deposited.depositary.iter().for_each(|line| say(Place::Statement, line.as_str()));
        }
        Event::ReservationMade(statement) | Event::DeclarationMade(statement) => {
            say(Place::Statement, statement.text.as_str());
        }
        Event::ObjectionMade(objection) => objection.text.iter().for_each(|text| say(Place::Statement, text.as_str())),
        Event::AgreementCompleted(completed) => {
            completed.summary.iter().for_each(|text| say(Place::Statement, text.as_str()));
        }
        Event::AgreementAmended(amended) => {
            say(Place::Statement, amended.what.as_str());
            amended.title.iter().for_each(|title| say(Place::Title, title.as_str()));
            amended.subjects.iter().for_each(|subject| say(Place::Subject, subject.as_str()));
            amended.text.iter().for_each(|text| say(Place::Commitment, text.as_str()));
        }
        Event::WorkingGroupAnnounced(announced) => {
            say(Place::Body, announced.name.as_str());
            announced.mandate.iter().for_each(|text| say(Place::Body, text.as_str()));
        }
        Event::WorkingGroupFormed(formed) => {
            say(Place::Body, formed.name.as_str());
            formed.members.iter().chain(&formed.chair).for_each(|line| say(Place::Body, line.as_str()));
            formed.mandate.iter().for_each(|text| say(Place::Body, text.as_str()));
        }
        Event::MeetingRecorded(meeting) => {
            meeting.place.iter().for_each(|line| say(Place::Body, line.as_str()));
            meeting.minutes.iter().chain(&meeting.decisions).for_each(|text| say(Place::Body, text.as_str()));
        }
        Event::CommitmentMade(made) => each_undertaking(&made.undertaking, say),
        Event::DeadlineSet(set) => set.undertaking.iter().for_each(|undertaking| each_undertaking(undertaking, say)),
        Event::MilestoneReported(reported) => {
            reported.evidence.iter().for_each(|text| say(Place::Statement, text.as_str()));
            reported.by.iter().for_each(|line| say(Place::Statement, line.as_str()));
        }
        Event::DisputeSettled(settled) => say(Place::Statement, settled.outcome.as_str()),
        Event::PaperAttached(attached) => say(Place::Paper, attached.name.as_str()),
        Event::NoteAdded(note) => say(Place::Note, note.text.as_str()),
        Event::AgreementLinked(linked) => say(Place::Statement, linked.to.as_str()),
        Event::AgreementSuperseded(_)
        | Event::PartyWithdrew(_)
        | Event::EntryIntoForceSet(_)
        | Event::AgreementEnteredIntoForce(_)
        | Event::ProvisionalApplicationEnded(_)
        | Event::TermSet(_)
        | Event::TermRenewed(_)
        | Event::NoticeGiven(_)
        | Event::NoticeRevoked(_)
        | Event::AgreementSuspended(_)
        | Event::AgreementResumed(_)
        | Event::AgreementTerminated(_)
        | Event::RecordCorrected(_)
        | Event::RecordRetracted(_)
        | Event::RecordRedacted(_)
        | Event::TakenOut(_)
        | Event::FactDisputed(_)
        | Event::FactResolved(_)
        | Event::WorkingGroupDissolved(_)
        | Event::DeadlineExtended(_)
        | Event::FulfilmentVerified(_)
        | Event::FulfilmentRejected(_)
        | Event::CommitmentWaived(_)
        | Event::CommitmentDisputed(_)
        | Event::CommitmentWithdrawn(_)
        | Event::CalendarDefined(_)
        | Event::WeekSet(_)
        | Event::DaysListed(_)
        | Event::ProfileDefined(_)
        | Event::KeyAdopted(_)
        | Event::KeyRotated(_) => {}
    }
}

/// The words of an agreement, each with the first day from which it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordDays {
    /// The words, folded.
    pub days: BTreeMap<String, Day>,
    /// Whether there were more than are kept.
    pub cut: bool,
}

/// The words of texts, those of the first places first where there are too many.
#[must_use]
pub fn word_days(said: &[Said<'_>]) -> WordDays {
    let mut all = WordDays::default();
    let mut texts: HashMap<&str, Day> = HashMap::new();
    for one in said {
        // Sources and names are said again and again; what was taken apart once has nothing new from the same day on.
        let taken = texts.entry(one.text).or_insert(Day::MAX);
        if *taken <= one.day {
            continue;
        }
        *taken = one.day;
        words(one.text, |word, _| {
            if let Some(day) = all.days.get_mut(word) {
                *day = one.day.min(*day);
            } else if all.days.len() < WORDS_MAX {
                all.days.insert(word.to_owned(), one.day);
            } else {
                all.cut = true;
            }
        });
    }
    all
}

impl WordDays {
    /// The first day from which every word that is looked for counts; none where one does not stand there.
    #[must_use]
    pub fn since(&self, sought: &[Sought]) -> Option<Day> {
        let first = |sought: &Sought| {
            let from = self.days.range(sought.word.clone()..);
            from.take_while(|(word, _)| sought.is(word)).map(|(_, day)| *day).min()
        };
        let all: Option<Vec<Day>> = sought.iter().map(first).collect();
        all?.into_iter().max()
    }
}

/// One place where words stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Found {
    /// Where.
    pub place: Place,
    /// In which fact of the agreement.
    pub fact: u64,
    /// The words around, as they were written; `…` stands for what is left out.
    pub words: String,
}

/// An agreement in which words were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct SearchRow {
    /// Its reference.
    pub reference: Reference,
    /// Its title.
    pub title: Option<Line>,
    /// What it is called.
    pub kind: AgreementKind,
    /// Its status.
    pub status: AgreementStatus,
    /// The first day from which all the words stand in it.
    pub since: Day,
    /// Where they stand.
    pub found: Vec<Found>,
    /// Whether it has more words than are kept of one agreement, so that others of it are not found.
    pub cut: bool,
}

/// Where words stand in the register: the agreements in which they were said last come first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Search {
    /// The day it is about.
    pub as_of: Day,
    /// At this instant of it; null for the whole day.
    pub at: Option<Instant>,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// The words looked for, as they are compared.
    pub words: Vec<String>,
    /// The agreements.
    pub found: Vec<SearchRow>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

/// The row of an agreement in which words stand on a day; none where they do not.
#[must_use]
pub fn row(entry: &Entry, readings: &Readings, sought: &[Sought], day: Day) -> Option<SearchRow> {
    let said = said(&entry.reference, readings);
    let kept = word_days(&said);
    let since = kept.since(sought).filter(|since| *since <= day)?;
    let outline = entry.on(day)?;
    Some(SearchRow {
        reference: entry.reference.clone(),
        title: outline.title.cloned(),
        kind: outline.kind,
        status: outline.status,
        since,
        found: shown(&said, sought, day),
        cut: kept.cut,
    })
}

/// For each word the first place where it stands on a day, each place once.
fn shown(said: &[Said<'_>], sought: &[Sought], day: Day) -> Vec<Found> {
    let mut places: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for word in sought {
        let stands = said.iter().enumerate().filter(|(_, one)| one.day <= day).find_map(|(number, one)| {
            let mut first = None;
            words(one.text, |other, at| {
                if first.is_none() && word.is(other) {
                    first = Some((at, at + other.len()));
                }
            });
            Some((number, first?))
        });
        if let Some((number, (from, until))) = stands {
            let place = places.entry(number).or_insert((from, until));
            *place = (place.0.min(from), place.1.max(until));
        }
    }
    let found = |(number, (from, until)): (usize, (usize, usize))| {
        let one: &Said<'_> = &said[number];
        Found { place: one.place, fact: one.fact, words: around(one.text, from, until) }
    };
    places.into_iter().take(SHOWN_MAX).map(found).collect()
}

/// The words around a place in a text.
fn around(text: &str, from: usize, until: usize) -> String {
    let begins = text[..from].char_indices().rev().take(AROUND).last().map_or(from, |(place, _)| place);
    let tail = text.char_indices().filter(|(place, _)| *place >= until.min(begins + 4 * AROUND)).nth(AROUND);
    let ends = tail.map_or(text.len(), |(place, _)| place);
    let (head, tail) = (if begins > 0 { "…" } else { "" }, if ends < text.len() { "…" } else { "" });
    format!("{head}{}{tail}", &text[begins..ends])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_said_again_counts_from_its_first_day() {
        let said = |place, fact, day, text| Said { place, fact, day: Day::parse(day).expect("a day"), text };
        let all = [
            said(Place::Title, 1, "2025-03-01", "Health accord"),
            said(Place::Note, 2, "2025-02-01", "accord"),
            said(Place::Note, 3, "2025-04-01", "Health accord"),
            said(Place::Note, 4, "2025-01-01", "Health accord"),
        ];
        let days =
            |said: &[Said<'_>]| word_days(said).days.into_values().map(|day| day.to_string()).collect::<Vec<_>>();
        assert_eq!(days(&all[..3]), ["2025-02-01", "2025-03-01"]);
        assert_eq!(days(&all), ["2025-01-01", "2025-01-01"]);
    }
}
