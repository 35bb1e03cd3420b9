//! The list of everything that can speak against a fact; `guard` is what finds it.
//!
//! An objection is a value with a stable code and the two things that disagree. Whether it is a contradiction or an
//! oddity is said here and nowhere else; what to do about it is said at the edge, in `cli::hint`.

use super::day::Day;
use super::id::{BodyId, CalendarId, CommitmentId, PartyId};
use super::period::Period;
use super::recurrence::Owed;

/// What speaks against a fact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// It names a party that nobody declared.
    #[error("party {party} is not declared in this agreement (declared: {declared})")]
    PartyNotDeclared {
        /// The party.
        party: PartyId,
        /// The declared ones, in words.
        declared: String,
    },
    /// It names a commitment that nobody made.
    #[error("there is no commitment {commitment} in this agreement (there are: {made})")]
    NoSuchCommitment {
        /// The commitment.
        commitment: CommitmentId,
        /// The ones there are, in words.
        made: String,
    },
    /// The commitment has no such instance.
    #[error("there is no instance {owed} (there are: {there})")]
    NoSuchInstance {
        /// The instance.
        owed: Owed,
        /// The ones there are, in words.
        there: String,
    },
    /// The commitment recurs, and which instance is meant is not said.
    #[error("commitment {commitment} recurs, and this is about one instance of it (open: {open})")]
    WhichInstance {
        /// The commitment.
        commitment: CommitmentId,
        /// The open instances, in words.
        open: String,
    },
    /// It names a body that nobody announced or formed.
    #[error("there is no body {body} in this agreement (there are: {known})")]
    NoSuchBody {
        /// The body.
        body: BodyId,
        /// The ones there are, in words.
        known: String,
    },
    /// It names a calendar that nobody defined.
    #[error("there is no calendar {calendar} (there are: {known})")]
    NoSuchCalendar {
        /// The calendar.
        calendar: CalendarId,
        /// The ones there are, in words.
        known: String,
    },
    /// Its date would hang on itself.
    #[error("the dates would hang on each other in a circle: {path}")]
    Circle {
        /// What hangs on what, from the date that it is about back to that.
        path: String,
    },
    /// It points at a fact that is not there, or was retracted.
    #[error("there is no fact @{event} in this agreement that has effect")]
    NoSuchFact {
        /// The fact's place.
        event: u64,
    },
    /// The party is declared already.
    #[error("party {party} is declared already")]
    DeclaredTwice {
        /// The party.
        party: PartyId,
    },
    /// A pledge has no instrument that could be signed, ratified, or come into force.
    #[error("a pledge has no instrument, so it cannot be {act}")]
    PledgeHasNoInstrument {
        /// What was to be recorded.
        act: &'static str,
    },
    /// What can happen once has happened already.
    #[error("{what} is on record already, as @{earlier}")]
    Twice {
        /// What it is.
        what: String,
        /// The earlier fact.
        earlier: u64,
    },
    /// The commitment was withdrawn.
    #[error("commitment {commitment} was withdrawn by @{by}")]
    Withdrawn {
        /// The commitment.
        commitment: Owed,
        /// The fact that withdrew it.
        by: u64,
    },
    /// There is nothing that the act could refer to.
    #[error("there is no {what} that this could refer to")]
    NothingTo {
        /// What is missing.
        what: String,
    },
    /// The agreement had ended.
    #[error("the agreement ended with @{by}, on or before {ended}")]
    AfterEnd {
        /// The fact that ended it.
        by: u64,
        /// The latest day on which it ended.
        ended: Day,
    },
    /// It is dated before the agreement itself.
    #[error("its day, {day}, lies before the agreement was {opened} on {opening}")]
    BeforeOpening {
        /// The latest possible day of the fact.
        day: Day,
        /// How the agreement was opened.
        opened: &'static str,
        /// The earliest possible day of the opening.
        opening: Day,
    },
    /// In force before anybody signed.
    #[error("nobody has signed by {day}")]
    NotSigned {
        /// The day of the fact.
        day: Day,
    },
    /// Ratified without a signature on record.
    #[error("party {party} has no signature on record that could be ratified; an accession needs none")]
    RatifiedUnsigned {
        /// The party.
        party: PartyId,
    },
    /// The text was settled after it was signed.
    #[error("the text was signed before it was adopted or initialled")]
    SignedFirst,
    /// A party acts that had left.
    #[error("party {party} left by @{by}")]
    PartyLeft {
        /// The party.
        party: PartyId,
        /// The fact by which it left.
        by: u64,
    },
    /// The commitment has a deadline already.
    #[error("commitment {commitment} has a deadline already, due {due}")]
    DeadlineAgain {
        /// The commitment.
        commitment: CommitmentId,
        /// The due date there is, in words.
        due: String,
    },
    /// The new due date is not later.
    #[error("the new due date {to} is not after the present one, {due}")]
    NotLater {
        /// The new one.
        to: Day,
        /// The present one.
        due: Day,
    },
    /// Nothing more is owed.
    #[error("commitment {commitment} is {state} since @{by}")]
    Closed {
        /// The commitment.
        commitment: Owed,
        /// How it was closed.
        state: &'static str,
        /// The fact that closed it.
        by: u64,
    },
    /// A party waives what is not owed to it.
    #[error("commitment {commitment} is not owed to {party} but to {owed_to}")]
    NotEntitled {
        /// The commitment.
        commitment: Owed,
        /// The party that waives.
        party: PartyId,
        /// To whom it is owed, in words.
        owed_to: String,
    },
    /// Some commitments are open.
    #[error("{open} still open: {which}")]
    StillOpen {
        /// How many, in words.
        open: String,
        /// Which, in words.
        which: String,
    },
    /// A body acts that was not formed, or had ended.
    #[error("body {body} {state}")]
    BodyNotThere {
        /// The body.
        body: BodyId,
        /// What is the matter with it.
        state: &'static str,
    },
    /// It is dated after the day on which it is recorded.
    #[error("its day, {day}, lies after today, {today}")]
    InTheFuture {
        /// The earliest possible day of the fact.
        day: Day,
        /// Today.
        today: Day,
    },
    /// The term was set already.
    #[error("the term was set already, by @{earlier}")]
    TermAgain {
        /// The fact that set it.
        earlier: u64,
    },
    /// A notice would have to be given, or prepared, before the term begins.
    #[error("{of}, {lead}, is longer than the term it is counted back in")]
    LeadTooLong {
        /// Of what.
        of: &'static str,
        /// How long it is.
        lead: Period,
    },
    /// A renewal does not prolong.
    #[error("the renewal's last day, {until}, is not after the present one, {end}")]
    RenewalNotLater {
        /// The new last day.
        until: Day,
        /// The present one.
        end: Day,
    },
    /// The term had run out.
    #[error("the term ran out on {end}")]
    RanOut {
        /// Its last day.
        end: Day,
    },
    /// The notice had taken effect.
    #[error("notice @{notice} took effect on {effect}")]
    NoticeTookEffect {
        /// The notice.
        notice: u64,
        /// The day.
        effect: Day,
    },
}

impl Objection {
    /// The stable code of this kind of objection.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PartyNotDeclared { .. } => "party_not_declared",
            Self::NoSuchCommitment { .. } => "no_such_commitment",
            Self::NoSuchInstance { .. } => "no_such_instance",
            Self::WhichInstance { .. } => "which_instance",
            Self::NoSuchBody { .. } => "no_such_body",
            Self::NoSuchCalendar { .. } => "no_such_calendar",
            Self::Circle { .. } => "circle",
            Self::NoSuchFact { .. } => "no_such_fact",
            Self::DeclaredTwice { .. } => "declared_twice",
            Self::PledgeHasNoInstrument { .. } => "pledge_has_no_instrument",
            Self::Twice { .. } => "twice",
            Self::Withdrawn { .. } => "withdrawn",
            Self::NothingTo { .. } => "nothing_to",
            Self::AfterEnd { .. } => "after_end",
            Self::BeforeOpening { .. } => "before_opening",
            Self::NotSigned { .. } => "not_signed",
            Self::RatifiedUnsigned { .. } => "ratified_unsigned",
            Self::SignedFirst => "signed_first",
            Self::PartyLeft { .. } => "party_left",
            Self::DeadlineAgain { .. } => "deadline_again",
            Self::NotLater { .. } => "not_later",
            Self::Closed { .. } => "closed",
            Self::NotEntitled { .. } => "not_entitled",
            Self::StillOpen { .. } => "still_open",
            Self::BodyNotThere { .. } => "body_not_there",
            Self::InTheFuture { .. } => "in_the_future",
            Self::TermAgain { .. } => "term_again",
            Self::LeadTooLong { .. } => "lead_too_long",
            Self::RenewalNotLater { .. } => "renewal_not_later",
            Self::RanOut { .. } => "ran_out",
            Self::NoticeTookEffect { .. } => "notice_took_effect",
        }
    }

    /// Whether it can never be true together with what is on record; else it is odd, and wants a reason.
    #[must_use]
    pub const fn is_contradiction(&self) -> bool {
        matches!(
            self,
            Self::PartyNotDeclared { .. }
                | Self::NoSuchCommitment { .. }
                | Self::NoSuchInstance { .. }
                | Self::WhichInstance { .. }
                | Self::NoSuchBody { .. }
                | Self::NoSuchCalendar { .. }
                | Self::Circle { .. }
                | Self::NoSuchFact { .. }
                | Self::DeclaredTwice { .. }
                | Self::PledgeHasNoInstrument { .. }
                | Self::Twice { .. }
                | Self::Withdrawn { .. }
                | Self::NothingTo { .. }
                | Self::NoticeTookEffect { .. }
        )
    }
}
