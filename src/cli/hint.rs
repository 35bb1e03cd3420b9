//! What to do next: one sentence for each way in which something can be refused.
//!
//! The matches have no wildcard arm: a new refusal does not compile until somebody says what to do about it.

mod ailment;
mod finding;

use crate::domain::command::RequestError;
use crate::domain::counting::{Need, Uncounted};
use crate::domain::decide::Refusal;
use crate::domain::id::{CalendarId, Reference};
use crate::domain::objection::Objection;
use crate::domain::patch::PatchError;
use crate::domain::recurrence::{INSTANCES_MAX, RepeatError};
use crate::domain::redaction::RedactionError;
use crate::domain::zone::Zone;
use crate::log::OpenError;
use crate::service::backup::BackupError;
use crate::service::error::{QueryError, RegisterError};
use crate::service::mapping::{MappingError, ProblemKind};
use crate::service::settings::SettingsError;
use crate::service::trust::TrustError;

use super::error::Exit;

pub use ailment::of_ailment;
pub use finding::of_finding;

#[expect(clippy::unnecessary_wraps, reason = "every arm of the matches below is an option")]
fn said(words: impl Into<String>) -> Option<String> {
    Some(words.into())
}

fn did_you_mean(meant: &[Reference], otherwise: &str) -> Option<String> {
    match meant {
        [] => said(otherwise),
        [one] => said(format!("did you mean {one}?")),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            said(format!("did you mean one of {}?", names.join(", ")))
        }
    }
}

/// What to do about a refusal.
#[must_use]
pub fn of_refusal(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::Field { .. } | Refusal::Patch(PatchError::Value { .. }) => None,
        Refusal::Sources(_) => said("--source, --url, --quote and --published go together in the order given"),
        Refusal::TooMany { .. } => said("split it into several agreements, linked with servanda link"),
        Refusal::NoSuchAgreement { meant, .. } => {
            did_you_mean(meant, "servanda list shows all agreements; propose, record or announce opens one")
        }
        Refusal::ReferenceTaken { reference } => {
            said(format!("choose another reference, or look at it: servanda show {reference}"))
        }
        Refusal::RegistersOwn { .. } => {
            said("choose another reference for an agreement; servanda history register lists the register's own facts")
        }
        Refusal::NotTheRegister { verb, .. } => said(format!(
            "write \"agreement\": \"register\" in an import line; on the command line see servanda {verb} --help"
        )),
        Refusal::AgreementRetracted { reference, by } => {
            said(format!("if it was retracted by mistake: servanda retract {reference}@{by} --reason …"))
        }
        Refusal::AlreadyRetracted { by, .. } => {
            said(format!("if that was a mistake, retract @{by}; the fact has effect again then"))
        }
        Refusal::Contradicts(objections) => objections.first().and_then(|objected| of_objection(&objected.objection)),
        Refusal::Odd(objections) => objections
            .iter()
            .find_map(|odd| of_objection(&odd.objection))
            .or_else(|| said("if it is so all the same, say why with --reason; the reason is recorded")),
        Refusal::NoReason { .. } => said("add --reason \"…\"; it is recorded and shown in the history"),
        Refusal::NothingChanges { .. } => {
            said("give the fact's right day with --on, or another field with --set FIELD=VALUE")
        }
        Refusal::BeyondCalendar { .. } => said("give a shorter period or an earlier day"),
        Refusal::Repeat(error) => of_repeat(error),
        Refusal::Uncounted(uncounted) => of_uncounted(uncounted),
        Refusal::Patch(PatchError::NoSuchField { .. }) => {
            said("servanda history REF --json shows the fact's fields; write data.FIELD, occurred.on, confidence …")
        }
        Refusal::Patch(PatchError::Identity { .. }) => {
            said("retract the fact and record it anew; the retracted one stays listed with the reason")
        }
        Refusal::Redaction(error) => of_redaction(error),
        Refusal::CommandReused { .. } => said("give each command an id of its own, or leave --command-id out"),
    }
}

/// What to do about what cannot be taken out of the record so.
fn of_redaction(error: &RedactionError) -> Option<String> {
    match error {
        RedactionError::Already { .. } => said("servanda history REF says when, why and by whom it was taken out"),
        RedactionError::Absent { .. } => {
            said("servanda history REF --json shows the fact's fields; write data.FIELD, evidence.0.quote, reason …")
        }
        RedactionError::Needed { .. } => said("take out the texts in it, or the whole body: leave --field out"),
        RedactionError::Holds { .. } => said("take out its texts one by one: --field data.title, --field reason …"),
        RedactionError::Stands { .. } => said("record what is right anew; the redaction stays listed"),
        RedactionError::InImport => said("give it by itself: servanda redact REF@7 --reason … --authority …"),
    }
}

/// What to do about a rule that nothing can recur by.
fn of_repeat(error: &RepeatError) -> Option<String> {
    match error {
        RepeatError::Form { .. } => {
            said("write it as in FREQ=MONTHLY;INTERVAL=3;COUNT=8 or FREQ=YEARLY;UNTIL=20301231")
        }
        RepeatError::Beside { .. } => {
            said("leave it out; a day that is not owed is let go with servanda waive REF/c1.3")
        }
        RepeatError::WithinDay { .. } => said("use FREQ=DAILY, and --cut-off for a time of day"),
        RepeatError::Endless { .. } => {
            said("add COUNT=8 or UNTIL=20281231; set another deadline when it is agreed that it goes on")
        }
        RepeatError::TooMany { .. } => {
            said(format!("end it after at most {INSTANCES_MAX} instances, and set another deadline when it goes on"))
        }
        RepeatError::TooFar { .. } | RepeatError::Never { .. } => {
            said("look at INTERVAL and the BY parts: together they leave too few days")
        }
        RepeatError::EndsFirst { .. } => said("give a later UNTIL, or an earlier first due date"),
        RepeatError::NotItsDay { first, .. } => {
            said(format!("give the first due date as --due {first}, or another rule"))
        }
        RepeatError::Picks { .. } => said("leave it out, or count from the due date: --repeat-from due"),
    }
}

/// The most names that are listed in a hint.
const NAMES_MAX: usize = 30;
/// How alike two names have to be (Jaro–Winkler) for one to have been meant.
const LIKENESS: f64 = 0.8;

/// The names that there are, or the one that was perhaps meant.
fn one_of<T: ToString>(given: &str, known: &[T], what: &str) -> Option<String> {
    let names: Vec<String> = known.iter().map(ToString::to_string).collect();
    let likeness = |name: &String| strsim::jaro_winkler(name, given);
    let nearest = names.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    if let Some(meant) = nearest.filter(|name| likeness(name) > LIKENESS) {
        return said(format!("did you mean {meant}?"));
    }
    let more = if names.len() > NAMES_MAX { ", …" } else { "" };
    said(format!("{what}: {}{more}", names[..names.len().min(NAMES_MAX)].join(", ")))
}

/// What to do about a rule that cannot be counted as it says.
fn of_uncounted(uncounted: &Uncounted) -> Option<String> {
    match uncounted {
        Uncounted::NoSuchProfile { profile, known } => one_of(profile.as_str(), known, "there are"),
        Uncounted::NoSuchCalendar { calendar, known } => one_of(calendar.as_str(), known, "there are"),
        Uncounted::NeedsCalendar { need, known, .. } => {
            let names: Vec<&str> = known.iter().take(NAMES_MAX).map(CalendarId::as_str).collect();
            let or = match need {
                Need::WorkingDays => "",
                Need::Roll(_) => "; or say that it stays with --roll none",
                Need::Fewest(_) => "; or say that there is no fewest with --min-working-days 0",
            };
            said(format!("name one with --calendar, repeated where several count: {}{or}", names.join(", ")))
        }
        Uncounted::NotInDays { .. } => said("give the number of days with --working-days, or let days off count"),
        Uncounted::LandsBack => said("leave the landing to periods counted forward: --landing day"),
        Uncounted::TooMany { .. } => said("give a calendar period with --within, such as P40Y"),
        Uncounted::NoOpenDay { .. } | Uncounted::TooFar => {
            said("look at the weeks of the calendars; where one open place is enough, say --open any")
        }
        Uncounted::Beyond => said("give a shorter period or an earlier day"),
    }
}

/// What to do about a contradiction, or an oddity that has a remedy of its own.
fn of_objection(objection: &Objection) -> Option<String> {
    match objection {
        Objection::PartyNotDeclared { .. } => said("declare it first with servanda add-party, or check its short name"),
        Objection::NoSuchCommitment { .. } => said("servanda show REF lists the commitments"),
        Objection::NoSuchInstance { .. } => said("servanda show REF lists the instances"),
        Objection::WhichInstance { commitment, .. } => {
            said(format!("write REF/{commitment}.1 for the first, and so on"))
        }
        Objection::NoSuchCalendar { .. } => {
            said("servanda calendar list shows those there are; servanda define-calendar makes one")
        }
        Objection::Circle { .. } => {
            said("count one of them from something that happens by itself: a day, a signature, a formation")
        }
        Objection::NoSuchBody { .. } => said("servanda show REF lists the bodies"),
        Objection::NoSuchFact { .. } => said("servanda history REF lists the facts with their places"),
        Objection::DeclaredTwice { .. } => said("for another name use servanda alias-party"),
        Objection::PledgeHasNoInstrument { .. } => said(
            "record the instrument as an agreement of its own, then servanda link PLEDGE --relation becomes --to REF",
        ),
        Objection::Twice { earlier, .. } => {
            said(format!("if @{earlier} has it wrong, correct it: servanda correct REF@{earlier} …, or retract it"))
        }
        Objection::Withdrawn { by, .. } => said(format!("if it was not withdrawn, retract @{by}")),
        Objection::NothingTo { .. } => said("servanda history REF shows what is on record"),
        Objection::NoticeTookEffect { .. } => said("a notice can be taken back only before it takes effect"),
        // Oddities that more often than not have another remedy than a reason.
        Objection::TermAgain { earlier } => said(format!(
            "if @{earlier} has it wrong, correct it: servanda correct REF@{earlier} …; if the parties agreed on another \
             term, say so with --reason"
        )),
        Objection::RanOut { .. } => said(
            "an expired agreement needs no end; if it is so all the same, such as a renewal agreed late, say why with \
             --reason",
        ),
        // Oddities: they are refused together, and want a reason.
        Objection::AfterEnd { .. }
        | Objection::BeforeOpening { .. }
        | Objection::NotSigned { .. }
        | Objection::RatifiedUnsigned { .. }
        | Objection::SignedFirst
        | Objection::PartyLeft { .. }
        | Objection::DeadlineAgain { .. }
        | Objection::NotLater { .. }
        | Objection::Closed { .. }
        | Objection::NotEntitled { .. }
        | Objection::StillOpen { .. }
        | Objection::BodyNotThere { .. }
        | Objection::InTheFuture { .. }
        | Objection::LeadTooLong { .. }
        | Objection::RenewalNotLater { .. } => None,
    }
}

/// What to do about a line or command line that is no request.
#[must_use]
pub fn of_request(error: &RequestError) -> Option<String> {
    match error {
        RequestError::NoCommand => said("write {\"command\": \"sign\", \"agreement\": \"REF\", …}"),
        RequestError::UnknownVerb { meant: Some(meant), .. } => said(format!("did you mean {meant}?")),
        RequestError::UnknownVerb { meant: None, .. } => said("servanda --help lists the commands"),
        RequestError::Agreement(_) => {
            said("write the reference, such as pk-ps-health-2025, with /c1, /wg1 or @7 behind it where asked")
        }
        RequestError::Fields { zone: Some(zone), .. } => said(format!("did you mean {zone}?")),
        RequestError::Fields { verb, zone: None, .. } => {
            said(format!("servanda {verb} --help shows its options, with an example"))
        }
        RequestError::Framing(_) => None,
    }
}

/// What to do about a name that is no time zone.
#[must_use]
pub fn of_zone(given: &str) -> Option<String> {
    match Zone::meant(given) {
        Some(zone) => said(format!("did you mean {zone}?")),
        None => said("write a name of the IANA database: AREA/CITY, such as America/New_York"),
    }
}

/// What to do about a question without an answer.
#[must_use]
pub fn of_query(error: &QueryError) -> Option<String> {
    match error {
        QueryError::NoSuchAgreement { meant, .. } => did_you_mean(meant, "servanda list shows all agreements"),
        QueryError::Words(_) => said("give one to sixteen words, such as: servanda search health nurses"),
        QueryError::NotYet { .. } => said("ask for a later --as-of or --known-at"),
        QueryError::NoSuchInstance { reference, .. } => said(format!("servanda show {reference} lists the instances")),
        QueryError::NoSuchCommitment { reference, .. } => {
            said(format!("servanda show {reference} lists the commitments"))
        }
        QueryError::NoSuchDate { reference, .. } => {
            said(format!("servanda why {reference} lists the dates that can be asked for"))
        }
        QueryError::ViewDamaged { .. } => said("servanda rebuild makes the views anew from the log"),
        QueryError::Read(_) | QueryError::View(_) => None,
        QueryError::Codec(_) => said("servanda doctor says what is damaged and what can be saved, and changes nothing"),
    }
}

/// What to do about a register that cannot be opened.
#[must_use]
pub fn of_opening(error: &RegisterError) -> Option<String> {
    match error {
        RegisterError::Open(OpenError::Held { .. }) => said("wait for it, or wait longer with --wait SECONDS"),
        RegisterError::Open(OpenError::NewerFormat { by, .. })
        | RegisterError::Settings(SettingsError::Newer { by, .. }) => match by {
            Some(by) => said(format!("use servanda {by} or a later one; nothing was changed")),
            None => said("use the servanda that wrote it, or a later one; nothing was changed"),
        },
        RegisterError::Open(OpenError::Damaged { .. })
        | RegisterError::Settings(SettingsError::Damaged { .. } | SettingsError::File { .. }) => said(
            "servanda doctor says what is damaged and what can be saved, and changes nothing; a backup is restored into a new \
             folder with servanda restore",
        ),
        RegisterError::Open(OpenError::Missing { .. }) => {
            said("the first command that records makes it; servanda init makes it empty; --store names another folder")
        }
        RegisterError::Open(_) => said("look at the folder's permissions and the disk's free space"),
    }
}

/// What to do about a failure of the store.
#[must_use]
pub fn of_storage(exit: Exit) -> Option<String> {
    match exit {
        Exit::Conflict => said("nothing was recorded; try again"),
        Exit::Integrity => said("servanda doctor says what is damaged and what can be saved, and changes nothing"),
        Exit::Storage => {
            said("look at the disk's free space, then run the same command again with the same --command-id")
        }
        Exit::Done | Exit::Refused | Exit::Usage | Exit::Found | Exit::Bug => None,
    }
}

/// What to do about a backup that was not made or cannot be restored.
pub fn of_backup(error: &BackupError) -> Option<String> {
    match error {
        BackupError::Exists { .. } => said("give another name, such as one with today's date"),
        BackupError::Inside { .. } => said("give a place outside the store, best on another disk"),
        BackupError::InMemory | BackupError::Read(_) | BackupError::Append(_) | BackupError::Settings(_) => None,
        BackupError::Output { .. } => {
            said("look at the folder's permissions and the disk's free space; nothing was kept")
        }
        BackupError::Input { .. } => {
            said("look at the permissions of the file, and that nobody else writes to the folder")
        }
        BackupError::Differs { .. } => {
            said("nothing was kept: the disk gives back other bytes than were written to it; use another one")
        }
        BackupError::NotOne { .. } => said("give a file or folder that servanda backup made, or an export"),
        BackupError::Newer { by: Some(by), .. } => said(format!("use servanda {by} or a later one")),
        BackupError::Newer { by: None, .. } => said("use the servanda that made it, or a later one"),
        BackupError::Damaged { .. } => {
            said("restore another backup; the register in which this was found is to be thrown away")
        }
        BackupError::NotEmpty { .. } => said("give a new folder: servanda restore FILE --store DIR"),
        BackupError::Open { source: OpenError::Held { .. }, .. } => said("wait until nobody uses it"),
        BackupError::Open { path, .. } => {
            said(format!("servanda doctor --store {} says what is wrong", path.display()))
        }
    }
}

/// What to do about what is not signed, proven or checked.
pub fn of_trust(error: &TrustError) -> Option<String> {
    match error {
        TrustError::NoKey => said("servanda key new makes one"),
        TrustError::KeyThere { .. } => said("servanda key rotate --reason … puts another in its place"),
        TrustError::KeyElsewhere { .. } => {
            said("sign where the key is, name its folder with --keys, or replace it: servanda key rotate --reason …")
        }
        TrustError::KeysInStore { .. } => said("name another folder with --keys or SERVANDA_KEYS"),
        TrustError::KeysOpen { path, .. } => {
            said(format!("take the others' rights away: chmod go= {}", path.display()))
        }
        TrustError::KeyFile { .. } => said("put the copy of the key's file back that was made when the key was new"),
        TrustError::NoHead { .. } => said("servanda tree-head signs and keeps one"),
        TrustError::NoSuchEvent { reference, .. } => said(format!("servanda history {reference} lists its events")),
        TrustError::Forked { .. } => {
            said("servanda verify says what is wrong, and where; keep a copy of the folder as it is")
        }
        TrustError::Name(_) => said("servanda key list shows the keys of a register"),
        TrustError::Head { .. } | TrustError::Proof(_) | TrustError::Event(_) => {
            said("do not rely on it; ask for it again, and whoever gave it to you how it came about")
        }
        TrustError::File { .. } | TrustError::Unfounded(_) | TrustError::Query(_) | TrustError::Execute(_) => None,
    }
}

/// What to do about a mapping that does not fit its file.
pub fn of_mapping(error: &MappingError) -> Option<String> {
    match error {
        MappingError::Form(_) => said("docs/csv-mapping.md describes the language, schemas/mapping.v1.json its form"),
        MappingError::Faults(_) => {
            said("the names in the mapping are those of the file's first line, letter by letter")
        }
        MappingError::Ambiguous(_) => {
            said("state the format in the mapping; a day and a month are never guessed apart")
        }
        MappingError::Empty | MappingError::Input(_) => None,
        MappingError::TooMany { .. } => said("split the file"),
    }
}

/// What to do about a row of a table.
pub fn of_problem(problem: &ProblemKind) -> Option<String> {
    match problem {
        ProblemKind::RaggedRow { .. } => said("a field with a separator or a line break in it stands in quotes"),
        ProblemKind::OpenQuote => said("a quote inside a field is doubled, and the field stands in quotes"),
        ProblemKind::NotUtf8 { .. } => said(
            "if the file is older than UTF-8, say so in the mapping: \"encoding\": \"windows-1252\" or \"latin-1\"",
        ),
        ProblemKind::SentinelDate { value } => {
            said(format!("say in the mapping what it means: \"sentinels\": {{{value:?}: \"unknown\"}}, or \"stated\""))
        }
        ProblemKind::NotInTable { meant: Some(word), .. } => {
            said(format!("add it to the table; it is close to {word:?} there"))
        }
        ProblemKind::NotInTable { meant: None, .. } => said("add it to the table, or say what is meant \"otherwise\""),
        ProblemKind::NoAsciiForm { .. } | ProblemKind::NothingLeft => {
            said("give its short name in a table of the mapping")
        }
        ProblemKind::SameGroup { .. } => said("let \"group\" tell them apart"),
        ProblemKind::SameReference { .. } => said("give one of them another in a table of the mapping"),
        ProblemKind::SameParty { .. } => said("give one of them another short name in a table of the mapping"),
        ProblemKind::FileChanged => said("import it again when nobody writes to it"),
        ProblemKind::TooLong { .. }
        | ProblemKind::TooManyParts { .. }
        | ProblemKind::NotWindows1252 { .. }
        | ProblemKind::Date { .. }
        | ProblemKind::NoAgreement { .. } => None,
    }
}
