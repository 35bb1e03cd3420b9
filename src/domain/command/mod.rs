//! THE LIST: every request that people can make, by its verb.
//!
//! A request is one flat JSON object: `command`, `agreement`, the verb's own fields, and the fields of
//! [`framing::Framing`] that every verb shares. The command line's long options are the same words with dashes, and
//! an import line is such an object, so there is one definition of each verb. To add one: write its struct with
//! its [`Verb`] in its family's file and add a row here; command line, import, help and schema follow.

pub mod bodies;
pub mod change;
pub mod commitments;
pub mod consent;
pub mod contract;
pub mod countable;
pub mod deadline;
pub mod force;
pub mod framing;
pub mod keys;
pub mod opening;
pub mod papers;
pub mod parties;
pub mod recurring;
pub mod register;
pub mod sound;
pub mod term;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::agreement::Agreement;
use super::day::Day;
use super::decide::Refusal;
use super::edtf::Edtf;
use super::event::Event;
use super::id::{BodyId, CommitmentId, Reference};
use super::recurrence::Owed;
use super::timeline::{Readings, Timeline};
use super::zone::Zone;
use framing::Framing;

/// What a command's first word points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An agreement: `REF`.
    Agreement,
    /// A commitment: `REF/c1`.
    Commitment,
    /// A body: `REF/wg1`.
    Body,
    /// A fact: `REF@7`.
    Fact,
    /// A calendar of the register.
    Calendar,
    /// A counting profile of the register.
    Profile,
    /// A key of the register.
    Key,
}

impl Subject {
    /// Whether it is the register's own instead of an agreement's.
    #[must_use]
    pub const fn of_the_register(self) -> bool {
        matches!(self, Self::Calendar | Self::Profile | Self::Key)
    }
}

/// The day that a verb means when nobody gives one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsaid {
    /// An act that is recorded as it happens: today.
    Today,
    /// A part of what was agreed: it counts from the agreement's beginning.
    Beginning,
    /// The day that one of its own fields states.
    Day(Edtf),
    /// The day that is concluded from one of its own fields.
    Inferred(Edtf),
}

/// What a verb may look at to make its event.
pub struct Making<'a> {
    /// The agreement's reference, as typed.
    pub reference: &'a Reference,
    /// All facts, with those that were retracted.
    pub timeline: &'a Timeline,
    /// The facts as they are read now.
    pub readings: &'a Readings,
    /// The agreement with everything that is known, whatever its day; none for an opening.
    pub agreement: Option<&'a Agreement>,
    /// Today.
    pub today: Day,
}

impl Making<'_> {
    /// The place in the agreement that the fact will have which is being made.
    #[must_use]
    pub fn next_fact(&self) -> u64 {
        self.timeline.facts().len() as u64 + 1
    }

    /// The name of the next commitment; names of retracted ones are not used again.
    #[must_use]
    pub fn next_commitment(&self) -> CommitmentId {
        let used = self.timeline.facts().iter().filter_map(|fact| match &fact.saying.event {
            Event::CommitmentMade(made) => Some(made.commitment.number()),
            Event::DeadlineSet(set) => Some(set.commitment.number()),
            Event::RecordRedacted(redacted) => redacted.commitment.map(CommitmentId::number),
            _ => None,
        });
        CommitmentId::nth(used.max().unwrap_or(0) + 1)
    }

    /// The name of the next body; names of retracted ones are not used again.
    #[must_use]
    pub fn next_body(&self) -> BodyId {
        let used = self.timeline.facts().iter().filter_map(|fact| match &fact.saying.event {
            Event::WorkingGroupAnnounced(announced) => Some(announced.body.number()),
            Event::WorkingGroupFormed(formed) => Some(formed.body.number()),
            Event::RecordRedacted(redacted) => redacted.body.map(BodyId::number),
            _ => None,
        });
        BodyId::nth(used.max().unwrap_or(0) + 1)
    }
}

/// A request that people can make.
pub trait Verb: DeserializeOwned + JsonSchema {
    /// The word on the command line and in import lines.
    const NAME: &'static str;
    /// A full example, as typed.
    const EXAMPLE: &'static str;
    /// What its first word points at.
    const SUBJECT: Subject = Subject::Agreement;
    /// The field that may follow the first word without its option's name, and whether it has to be there.
    const TEXT: Option<(&'static str, bool)> = None;
    /// Whether it opens an agreement.
    const OPENS: bool = false;
    /// Whether it always wants a reason.
    const WANTS_REASON: bool = false;

    /// The day that is meant when nobody gives one.
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Today
    }

    /// The event that this request asks to record.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when its fields do not fit each other or the facts they point at.
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal>;
}

/// What the edges need to know of a verb.
#[derive(Clone, Copy)]
pub struct VerbSpec {
    /// The family it belongs to, for help.
    pub family: &'static str,
    /// The word.
    pub name: &'static str,
    /// A full example, as typed.
    pub example: &'static str,
    /// What its first word points at.
    pub subject: Subject,
    /// The field that may follow the first word, and whether it has to be there.
    pub text: Option<(&'static str, bool)>,
    /// Whether it opens an agreement.
    pub opens: bool,
    /// Whether it always wants a reason.
    pub wants_reason: bool,
    /// The JSON Schema of its own fields; its description is the verb's help.
    pub schema: fn() -> Schema,
}

/// The schema of a type with everything in place, no references.
#[must_use]
pub fn schema_of<T: JsonSchema>() -> Schema {
    super::schema::taken::<T>()
}

macro_rules! commands {
    ($($family:literal: $($variant:ident($fields:ty)),+;)+) => {
        /// One request of one verb.
        #[derive(Clone, Debug)]
        #[allow(clippy::large_enum_variant, missing_docs, reason = "a request lives for one decision; each is documented where it is defined")]
        pub enum Command {
            $($($variant($fields),)+)+
        }

        /// Every verb, in the order of the list.
        pub const VERBS: &[VerbSpec] = &[
            $($(VerbSpec {
                family: $family,
                name: <$fields as Verb>::NAME,
                example: <$fields as Verb>::EXAMPLE,
                subject: <$fields as Verb>::SUBJECT,
                text: <$fields as Verb>::TEXT,
                opens: <$fields as Verb>::OPENS,
                wants_reason: <$fields as Verb>::WANTS_REASON,
                schema: schema_of::<$fields>,
            },)+)+
        ];

        impl Command {
            fn read(name: &str, fields: Value) -> Result<Self, RequestError> {
                match name {
                    $($(<$fields as Verb>::NAME => serde_path_to_error::deserialize::<_, $fields>(fields)
                        .map(Self::$variant)
                        .map_err(|source| RequestError::Fields {
                            verb: <$fields as Verb>::NAME,
                            why: in_words(&source),
                            zone: None,
                        }),)+)+
                    _ => Err(RequestError::unknown_verb(name)),
                }
            }

            /// The verb.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $($(Self::$variant(_) => <$fields as Verb>::NAME,)+)+ }
            }

            /// What its first word points at.
            #[must_use]
            pub const fn subject(&self) -> Subject {
                match self { $($(Self::$variant(_) => <$fields as Verb>::SUBJECT,)+)+ }
            }

            /// Whether it opens an agreement.
            #[must_use]
            pub const fn opens(&self) -> bool {
                match self { $($(Self::$variant(_) => <$fields as Verb>::OPENS,)+)+ }
            }

            /// Whether it always wants a reason.
            #[must_use]
            pub const fn wants_reason(&self) -> bool {
                match self { $($(Self::$variant(_) => <$fields as Verb>::WANTS_REASON,)+)+ }
            }

            /// The day that is meant when nobody gives one.
            #[must_use]
            pub fn unsaid_day(&self) -> Unsaid {
                match self { $($(Self::$variant(fields) => fields.unsaid_day(),)+)+ }
            }

            /// The event that this request asks to record.
            ///
            /// # Errors
            ///
            /// A [`Refusal`] when its fields do not fit each other or the facts they point at.
            pub fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
                match self { $($(Self::$variant(fields) => fields.event(making),)+)+ }
            }
        }
    };
}

commands! {
    "Opening":
        Propose(opening::Propose), Record(opening::Record), Announce(opening::Announce);
    "Parties":
        AddParty(parties::AddParty), AliasParty(parties::AliasParty), WithdrawParty(parties::WithdrawParty);
    "Text and consent":
        Adopt(consent::Adopt), Initial(consent::Initial), Sign(consent::Sign), Deposit(consent::Deposit),
        SetEntryIntoForce(force::SetEntryIntoForce), EnterIntoForce(consent::EnterIntoForce),
        EndProvisionalApplication(consent::EndProvisionalApplication),
        Reserve(consent::Reserve), Declare(consent::Declare), Object(consent::Object);
    "Term":
        SetTerm(term::SetTerm), Renew(term::Renew), GiveNotice(term::GiveNotice), RevokeNotice(term::RevokeNotice),
        Suspend(term::Suspend), Resume(term::Resume), Terminate(term::Terminate), Supersede(term::Supersede),
        Complete(term::Complete);
    "Commitments":
        Commit(commitments::Commit), SetDeadline(deadline::SetDeadline), ExtendDeadline(deadline::ExtendDeadline),
        ReportMilestone(commitments::ReportMilestone), VerifyFulfilment(commitments::VerifyFulfilment),
        RejectFulfilment(commitments::RejectFulfilment), Waive(commitments::Waive), Dispute(commitments::Dispute),
        Settle(commitments::Settle), WithdrawCommitment(commitments::WithdrawCommitment);
    "Working groups":
        AnnounceWorkingGroup(bodies::AnnounceWorkingGroup), FormWorkingGroup(bodies::FormWorkingGroup),
        RecordMeeting(bodies::RecordMeeting), DissolveWorkingGroup(bodies::DissolveWorkingGroup);
    "Change":
        Amend(change::Amend), Correct(change::Correct), Retract(change::Retract), Redact(change::Redact),
        DisputeFact(change::DisputeFact), ResolveFact(change::ResolveFact);
    "Papers":
        Attach(papers::Attach), Note(papers::Note), Link(papers::Link);
    "Register":
        DefineCalendar(register::DefineCalendar), SetWeek(register::SetWeek),
        ListDaysOff(register::ListDaysOff), DefineProfile(register::DefineProfile),
        AdoptKey(keys::AdoptKey), RotateKey(keys::RotateKey);
}

/// What a field's error says, with the field's path.
fn in_words(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let why = shortened(&error.inner().to_string());
    match error.path().to_string().as_str() {
        "." => why,
        path => format!("{}: {why}", shortened(path)),
    }
}

/// The most characters of a message that may quote what was given, at its start and at its end.
const QUOTED_MAX: (usize, usize) = (200, 400);

/// A message without the middle, where it quotes much of what was given; what was expected stands at its end.
fn shortened(why: &str) -> String {
    let (head, tail) = QUOTED_MAX;
    let length = why.chars().count();
    if length <= head + tail {
        return why.to_owned();
    }
    let start: String = why.chars().take(head).collect();
    let end: String = why.chars().skip(length - tail).collect();
    format!("{start} … {end}")
}

/// Why an object is not a request.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// No `command`, or not a text.
    #[error("the line names no command")]
    NoCommand,
    /// No such verb.
    #[error("there is no command {given:?}")]
    UnknownVerb {
        /// What was given, cut to 80 characters.
        given: String,
        /// The verb that was perhaps meant.
        meant: Option<&'static str>,
    },
    /// No `agreement`, or one that is not a reference.
    #[error("agreement: {0}")]
    Agreement(String),
    /// The verb's own fields do not fit.
    #[error("{why}")]
    Fields {
        /// The verb.
        verb: &'static str,
        /// What does not fit, with the field's path.
        why: String,
        /// The time zone that was perhaps meant by a field that names none.
        zone: Option<String>,
    },
    /// The fields that all verbs share do not fit.
    #[error("{0}")]
    Framing(String),
}

impl RequestError {
    fn unknown_verb(given: &str) -> Self {
        let given: String = given.chars().take(80).collect();
        let meant = VERBS
            .iter()
            .map(|verb| (strsim::jaro_winkler(verb.name, &given), verb.name))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, name)| name);
        Self::UnknownVerb { given, meant }
    }
}

/// A command for one agreement, with what surrounds it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The agreement's reference.
    pub agreement: Reference,
    /// What is asked for.
    pub command: Command,
    /// When, why, from where.
    pub framing: Framing,
}

/// The fields of each verb that are lists.
static LISTS: LazyLock<BTreeMap<&'static str, Vec<String>>> =
    LazyLock::new(|| VERBS.iter().map(|verb| (verb.name, list_fields(&(verb.schema)()))).collect());
static FRAMING: LazyLock<(BTreeSet<String>, Vec<String>)> = LazyLock::new(|| {
    let schema = schema_of::<Framing>();
    let names = schema.get("properties").and_then(Value::as_object);
    (names.map(|names| names.keys().cloned().collect()).unwrap_or_default(), list_fields(&schema))
});

fn list_fields(schema: &Schema) -> Vec<String> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let is_list = |property: &Value| match property.get("type") {
        Some(Value::String(word)) => word == "array",
        Some(Value::Array(words)) => words.iter().any(|word| word == "array"),
        _ => false,
    };
    properties
        .map(|all| all.iter().filter(|(_, property)| is_list(property)).map(|(name, _)| name.clone()).collect())
        .unwrap_or_default()
}

/// A single value may stand where a list of one is meant.
fn wrap_lists(fields: &mut Map<String, Value>, lists: &[String]) {
    for name in lists {
        match fields.get_mut(name) {
            None | Some(Value::Array(_)) => {}
            // Null says nothing, as for a field that holds one value.
            Some(Value::Null) => {
                fields.remove(name);
            }
            Some(value) => *value = Value::Array(vec![value.take()]),
        }
    }
}

impl Request {
    /// Reads a request from its flat JSON object.
    ///
    /// `agreement` may carry what the verb is about: `REF/c1`, `REF/c1.3`, `REF/wg1`, `REF@7` set `commitment`,
    /// `instance`, `body`, `event`.
    ///
    /// # Errors
    ///
    /// [`RequestError`] naming the field that is missing, unknown or wrong.
    pub fn from_json(mut object: Map<String, Value>) -> Result<Self, RequestError> {
        let Some(Value::String(verb)) = object.remove("command") else { return Err(RequestError::NoCommand) };
        let Some((verb_name, lists)) = LISTS.get_key_value(verb.as_str()) else {
            return Err(RequestError::unknown_verb(&verb));
        };
        let agreement = match object.remove("agreement") {
            Some(Value::String(agreement)) => agreement,
            Some(other) => return Err(RequestError::Agreement(shortened(&format!("{other} is not a reference")))),
            None => return Err(RequestError::Agreement("it is missing".to_owned())),
        };
        let (reference, about) = split_address(&agreement)?;
        for (field, value) in about {
            if field == "instance" && !INSTANCED.contains(verb_name) {
                let why = format!("{agreement} is one instance, and {verb_name} is about the whole commitment");
                return Err(RequestError::Agreement(why));
            }
            if object.insert(field.to_owned(), value).is_some() {
                return Err(RequestError::Agreement(format!("{agreement} and {field:?} both say what is meant")));
            }
        }
        let (framing_names, framing_lists) = &*FRAMING;
        let (mut framing, mut object): (Map<_, _>, Map<_, _>) =
            object.into_iter().partition(|(name, _)| framing_names.contains(name.as_str()));
        wrap_lists(&mut framing, framing_lists);
        wrap_lists(&mut object, lists);
        let framing = serde_path_to_error::deserialize(Value::Object(framing))
            .map_err(|e| RequestError::Framing(in_words(&e)))?;
        let zone = object.get("zone").and_then(Value::as_str).and_then(zone_meant);
        let command = Command::read(verb_name, Value::Object(object)).map_err(|error| match error {
            RequestError::Fields { verb, why, .. } => RequestError::Fields { verb, why, zone },
            error => error,
        })?;
        Ok(Self { agreement: reference, command, framing })
    }
}

/// The time zone that was perhaps meant, where none is named.
fn zone_meant(given: &str) -> Option<String> {
    Zone::named(given).is_err().then(|| Zone::meant(given)).flatten()
}

/// The verbs that are about one instance where a commitment recurs.
static INSTANCED: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let instanced = |spec: &&VerbSpec| {
        let schema = (spec.schema)();
        schema.get("properties").is_some_and(|all| all.get("instance").is_some())
    };
    VERBS.iter().filter(instanced).map(|spec| spec.name).collect()
});

/// An agreement's reference, and the fields and values of what follows it.
type Address = (Reference, Vec<(&'static str, Value)>);

/// Splits `REF/c1`, `REF/c1.3`, `REF/wg1` and `REF@7`.
///
/// # Errors
///
/// [`RequestError::Agreement`] when a part is not of its form.
pub fn split_address(address: &str) -> Result<Address, RequestError> {
    let wrong = |why: String| RequestError::Agreement(why);
    let reference = |given: &str| Reference::parse(given).map_err(|e| wrong(e.to_string()));
    if let Some((before, seq)) = address.split_once('@') {
        let number: Option<u64> = seq.parse().ok().filter(|n| *n > 0 && !seq.starts_with('+'));
        let number = number.ok_or_else(|| wrong(format!("{:?} is not a fact's place, such as @7", cut(seq))))?;
        return Ok((reference(before)?, vec![("event", Value::from(number))]));
    }
    if let Some((before, name)) = address.split_once('/') {
        if name.starts_with('w') {
            BodyId::parse(name).map_err(|e| wrong(e.to_string()))?;
            return Ok((reference(before)?, vec![("body", Value::from(name))]));
        }
        let owed = Owed::parse(name).map_err(wrong)?;
        let mut about = vec![("commitment", Value::from(owed.commitment.to_string()))];
        about.extend(owed.instance.map(|instance| ("instance", Value::from(instance.get()))));
        return Ok((reference(before)?, about));
    }
    Ok((reference(address)?, Vec::new()))
}

fn cut(given: &str) -> String {
    given.chars().take(80).collect()
}
