//! THE PAGE: every event that can lie in the log, by its stored name.
//!
//! These names and payloads are what is on people's disks. A row is never renamed, never removed, and once it is
//! released (`schemas/FROZEN`) its payload stays as it is: a field more is a new version with an upcaster. To add an
//! event: write its payload in its family's file, add a row here, and the compiler asks for the arms in
//! `agreement::evolve` and `guard`.

pub mod bodies;
pub mod change;
pub mod commitments;
pub mod consent;
pub mod keys;
pub mod naming;
pub mod opening;
pub mod papers;
pub mod parties;
pub mod register;
pub mod term;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why a stored payload cannot be read as an event.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// No such event, or a later version of it: written by a newer release, or not by us.
    #[error("event type {name:?} version {version} is not known to this release")]
    Unknown {
        /// The stored name.
        name: String,
        /// The stored schema version.
        version: u32,
    },
    /// The payload does not have the event's fields.
    #[error("payload of {name}: {source}")]
    Payload {
        /// The stored name.
        name: String,
        /// What does not fit.
        source: serde_json::Error,
    },
}

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident($payload:ty) = $name:literal v $version:literal),+ $(,)?) => {
        /// One thing that happened in the life of an agreement.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(clippy::large_enum_variant, reason = "facts are held in lists by the million rarely, read often")]
        pub enum Event {
            $($(#[$doc])* $variant($payload),)+
            /// An event whose body was taken out; only its kind is known. It is on no page: nothing is stored as it.
            TakenOut(TakenOut),
        }

        impl Event {
            /// The stored name.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)+
                    Self::TakenOut(kind) => kind.name,
                }
            }

            /// The schema version of the payload as it is written today.
            #[must_use]
            pub const fn version(&self) -> u32 {
                match self {
                    $(Self::$variant(_) => $version,)+
                    Self::TakenOut(kind) => kind.version,
                }
            }

            /// The payload as JSON.
            ///
            /// # Errors
            ///
            /// Only when a payload type cannot be serialised, which none can fail to.
            pub fn data(&self) -> Result<Value, serde_json::Error> {
                match self {
                    $(Self::$variant(payload) => serde_json::to_value(payload),)+
                    Self::TakenOut(_) => Ok(Value::Object(serde_json::Map::new())),
                }
            }

            /// Writes the payload, as [`Self::data`] has it.
            ///
            /// # Errors
            ///
            /// The serializer's own.
            pub fn write_data<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(payload) => payload.serialize(serializer),)+
                    Self::TakenOut(_) => serde_json::Map::new().serialize(serializer),
                }
            }

            /// Reads a stored payload, given as JSON text.
            ///
            /// # Errors
            ///
            /// [`EventError::Unknown`] for a name or version that this release does not know,
            /// [`EventError::Payload`] when the fields do not fit.
            pub fn from_stored(name: &str, version: u32, data: &str) -> Result<Self, EventError> {
                match (name, version) {
                    $(($name, $version) => serde_json::from_str::<$payload>(data)
                        .map(Self::$variant)
                        .map_err(|source| EventError::Payload { name: name.to_owned(), source }),)+
                    _ => Err(EventError::Unknown { name: name.to_owned(), version }),
                }
            }

            /// Every stored name with its version and the JSON Schema of its payload, in the page's order.
            #[must_use]
            pub fn catalogue() -> Vec<(&'static str, u32, schemars::Schema)> {
                vec![$(($name, $version, crate::domain::schema::stored::<$payload>()),)+]
            }
        }

        impl TakenOut {
            /// The kind of a stored name and version.
            ///
            /// # Errors
            ///
            /// [`EventError::Unknown`] for a name or version that this release does not know.
            pub fn stored(name: &str, version: u32) -> Result<Self, EventError> {
                match (name, version) {
                    $(($name, $version) => Ok(Self { name: $name, version: $version }),)+
                    _ => Err(EventError::Unknown { name: name.to_owned(), version }),
                }
            }
        }
    };
}

events! {
    /// A text was put on the table.
    AgreementProposed(opening::Opened) = "agreement.proposed" v 1,
    /// An agreement became known from a source; nobody witnessed its proposal.
    AgreementRecorded(opening::Opened) = "agreement.recorded" v 1,
    /// An intention was announced without an instrument.
    PledgeAnnounced(opening::Opened) = "pledge.announced" v 1,

    /// A party was named.
    PartyDeclared(parties::Party) = "party.declared" v 1,
    /// A party is also known by another name.
    PartyAliased(parties::Aliased) = "party.aliased" v 1,
    /// A party left.
    PartyWithdrew(parties::Withdrew) = "party.withdrew" v 1,

    /// The negotiators settled the text (VCLT 9).
    TextAdopted(consent::Adopted) = "text.adopted" v 1,
    /// The text was authenticated by initials (VCLT 10(b)).
    TextInitialled(consent::Initialled) = "text.initialled" v 1,
    /// A party signed.
    AgreementSigned(consent::Signed) = "agreement.signed" v 1,
    /// A party deposited its instrument; it counts from the day the depositary received it (VCLT 16).
    InstrumentDeposited(consent::Deposited) = "instrument.deposited" v 1,
    /// How the agreement comes into force was settled (VCLT 24).
    EntryIntoForceSet(consent::EntryRule) = "entry-into-force.set" v 1,
    /// The agreement came into force, as a source declares.
    AgreementEnteredIntoForce(consent::EnteredIntoForce) = "agreement.entered-into-force" v 1,
    /// The provisional application ended by notice (VCLT 25(2)).
    ProvisionalApplicationEnded(consent::ProvisionalEnded) = "provisional-application.ended" v 1,
    /// A party made a reservation (VCLT 19).
    ReservationMade(consent::Statement) = "reservation.made" v 1,
    /// A party made a declaration.
    DeclarationMade(consent::Statement) = "declaration.made" v 1,
    /// A party objected to another's reservation (VCLT 20).
    ObjectionMade(consent::Objection) = "objection.made" v 1,

    /// How long the agreement runs was settled.
    TermSet(term::TermSet) = "term.set" v 1,
    /// The term was renewed.
    TermRenewed(term::Renewed) = "term.renewed" v 1,
    /// A party gave notice.
    NoticeGiven(term::NoticeGiven) = "notice.given" v 1,
    /// A notice was taken back before it took effect (VCLT 68).
    NoticeRevoked(term::NoticeRevoked) = "notice.revoked" v 1,
    /// The operation was suspended (VCLT 57).
    AgreementSuspended(term::Suspended) = "agreement.suspended" v 1,
    /// The operation was taken up again.
    AgreementResumed(term::Resumed) = "agreement.resumed" v 1,
    /// The agreement was ended before its term.
    AgreementTerminated(term::Terminated) = "agreement.terminated" v 1,
    /// A later agreement took its place (VCLT 59).
    AgreementSuperseded(term::Superseded) = "agreement.superseded" v 1,
    /// Everything that was agreed is done.
    AgreementCompleted(term::Completed) = "agreement.completed" v 1,

    /// The terms were changed from a day on (VCLT 39).
    AgreementAmended(change::Amended) = "agreement.amended" v 1,
    /// The register had a fact wrong.
    RecordCorrected(change::Corrected) = "record.corrected" v 1,
    /// A fact should not have been recorded; it stays listed and has no effect.
    RecordRetracted(change::Retracted) = "record.retracted" v 1,
    /// What a fact said was taken out of the record on legal duty, whole or in part.
    RecordRedacted(change::Redacted) = "record.redacted" v 1,
    /// Sources disagree about a fact.
    FactDisputed(change::FactDisputed) = "fact.disputed" v 1,
    /// A disagreement of sources, or an uncertainty, was settled.
    FactResolved(change::FactResolved) = "fact.resolved" v 1,

    /// A working group or committee was announced.
    WorkingGroupAnnounced(bodies::Announced) = "working-group.announced" v 1,
    /// A working group or committee was formed.
    WorkingGroupFormed(bodies::Formed) = "working-group.formed" v 1,
    /// A body met.
    MeetingRecorded(bodies::Meeting) = "meeting.recorded" v 1,
    /// A body ended.
    WorkingGroupDissolved(bodies::Dissolved) = "working-group.dissolved" v 1,

    /// A party undertook something.
    CommitmentMade(commitments::Made) = "commitment.made" v 1,
    /// A commitment got a deadline; with a text, the commitment was made by the same act.
    DeadlineSet(commitments::DeadlineSet) = "deadline.set" v 1,
    /// A deadline was moved by agreement.
    DeadlineExtended(commitments::Extended) = "deadline.extended" v 1,
    /// How a commitment stands was reported.
    MilestoneReported(commitments::Reported) = "milestone.reported" v 1,
    /// A reported fulfilment was confirmed.
    FulfilmentVerified(commitments::Judged) = "fulfilment.verified" v 1,
    /// A reported fulfilment was not accepted.
    FulfilmentRejected(commitments::Judged) = "fulfilment.rejected" v 1,
    /// The party entitled to a commitment let it go.
    CommitmentWaived(commitments::Waived) = "commitment.waived" v 1,
    /// A party disputes a commitment or its fulfilment.
    CommitmentDisputed(commitments::Disputed) = "commitment.disputed" v 1,
    /// A dispute over a commitment was settled.
    DisputeSettled(commitments::Settled) = "dispute.settled" v 1,
    /// A commitment was withdrawn by the party that made it.
    CommitmentWithdrawn(commitments::Withdrawn) = "commitment.withdrawn" v 1,

    /// A document was attached; its content is kept by its hash.
    PaperAttached(papers::Attached) = "paper.attached" v 1,
    /// A remark that changes no state.
    NoteAdded(papers::Note) = "note.added" v 1,
    /// The agreement was linked to another.
    AgreementLinked(papers::Linked) = "agreement.linked" v 1,

    /// A calendar got its name.
    CalendarDefined(register::CalendarDefined) = "calendar.defined" v 1,
    /// The days of the week that are off in a calendar were set for a time.
    WeekSet(register::WeekSet) = "calendar.week-set" v 1,
    /// The days off of a calendar became known for a time.
    DaysListed(register::DaysListed) = "calendar.days-listed" v 1,
    /// A counting profile of the register's own was defined.
    ProfileDefined(super::almanac::profile::Profile) = "profile.defined" v 1,
    /// A key went on record that signs the register's tree heads.
    KeyAdopted(keys::KeyAdopted) = "key.adopted" v 1,
    /// A key took the place of the one before it.
    KeyRotated(keys::KeyRotated) = "key.rotated" v 1,
}

/// The kind of an event whose body was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenOut {
    name: &'static str,
    version: u32,
}

impl TakenOut {
    /// The kind of an event.
    #[must_use]
    pub const fn of(event: &Event) -> Self {
        Self { name: event.name(), version: event.version() }
    }
}

/// Leaves an empty list out of what is stored.
pub(crate) fn is_empty<T>(list: &[T]) -> bool {
    list.is_empty()
}

/// Leaves a flag that is not raised out of what is stored.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field by reference")]
pub(crate) const fn is_unset(flag: &bool) -> bool {
    !*flag
}

/// A name in one language, by its BCP 47 tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct LocalName {
    /// The language's tag, such as `ur`.
    pub lang: super::text::Line,
    /// The name in it.
    pub name: super::text::Line,
}
