//! The recording verbs: options made from a request's fields, and the same path as an import line.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use clap::{Arg, ArgMatches, Command};
use serde_json::{Map, Value};

use super::error::{Exit, Failure};
use super::output::{Cell, EVENTS, Field, Item, Progress, Report, Section, Tone};
use super::questions::spaced;
use super::session::Session;
use super::shape::{Shape, description, first_sentence, shapes};
use crate::domain::command::framing::Framing;
use crate::domain::command::{Command as Verb, Request, Subject, VERBS, VerbSpec, schema_of};
use crate::domain::dates::DateKey;
use crate::domain::due::DueDates;
use crate::domain::id::Reference;
use crate::log::Heard;
use crate::service::Service;
use crate::service::clock::ClockBehind;
use crate::service::error::ExecuteError;
use crate::service::execute::{Execution, Outcome};
use crate::service::papers::{Paper, read_paper};
use crate::views::outcome::{MovedView, OddView, OutcomeView, RemarkView};

/// Fields that the first word carries: `REF/c1`, `REF/wg1`, `REF@7`.
const CARRIED: [(&str, Subject); 3] =
    [("commitment", Subject::Commitment), ("body", Subject::Body), ("event", Subject::Fact)];

/// Fields of an attachment that its file supplies.
const OF_THE_FILE: [&str; 4] = ["name", "media_type", "size", "sha256"];

/// Framing that only import lines have.
const IMPORT_ONLY: &str = "recorded_at";

/// A verb's line in the list; its options are made when it is asked for.
pub(super) fn outline(verb: &VerbSpec) -> Command {
    Command::new(verb.name).hide(true).defer(|command| {
        let name = command.get_name().to_owned();
        match VERBS.iter().find(|verb| verb.name == name) {
            Some(verb) => full(command, verb),
            None => command,
        }
    })
}

fn full(command: Command, verb: &VerbSpec) -> Command {
    let words = description(verb);
    let (value_name, help) = match verb.subject {
        Subject::Agreement if verb.opens => {
            ("REF", "The reference that it gets: lower-case letters, digits and dashes")
        }
        Subject::Agreement => ("REF", "The agreement's reference"),
        Subject::Commitment => {
            ("REF/cN", "The commitment, such as pk-ps-health-2025/c1, or its third instance, …/c1.3")
        }
        Subject::Body => ("REF/wgN", "The body, such as pk-ps-health-2025/wg1"),
        Subject::Fact => ("REF@N", "The fact, by its place in the agreement, such as pk-ps-health-2025@3"),
        Subject::Calendar => ("CALENDAR", "The calendar's name: lower-case letters, digits and dashes, such as pk"),
        Subject::Key => ("KEY", "The public key, NAME+ID+KEY; a private key is never given"),
        Subject::Profile => ("PROFILE", "The counting profile's name: lower-case letters, digits and dashes"),
    };
    let mut first = Arg::new("agreement").value_name(value_name).help(help).required(true);
    if !verb.opens && !verb.subject.of_the_register() {
        first = first.add(super::place::references());
    }
    let mut command = command
        .about(first_sentence(&words))
        .long_about(words)
        .after_help(format!("Example:\n  {}", verb.example))
        .arg(first);
    for shape in shapes(&(verb.schema)()) {
        command = match verb.text {
            Some((name, required)) if name == shape.name => command.arg(shape.option().required(required).index(2)),
            _ if own_name(verb) == Some(shape.name.as_str()) => command,
            _ => {
                let carried = CARRIED.iter().any(|(name, _)| *name == shape.name);
                let from_file = verb.name == "attach" && OF_THE_FILE.contains(&shape.name.as_str());
                let required = shape.required && !carried && !from_file;
                command.arg(shape.option().long(shape.name.replace('_', "-")).required(required))
            }
        };
    }
    if verb.name == "attach" {
        command = command.arg(
            Arg::new("file")
                .long("file")
                .value_name("PATH")
                .value_parser(clap::value_parser!(PathBuf))
                .help("The document; its name, media type, size and hash are taken from it, and a copy is kept"),
        );
    }
    for shape in framing_shapes() {
        let heading = match shape.name.as_str() {
            "on" | "certainty" | "as_printed" | "confidence" | "reason" => "When and why",
            "command_id" | "actor" => "Recording",
            _ => "Evidence",
        };
        command = command.arg(shape.option().long(shape.name.replace('_', "-")).help_heading(heading));
    }
    command.arg(
        Arg::new("dry_run")
            .long("dry-run")
            .action(clap::ArgAction::SetTrue)
            .help_heading("Recording")
            .help("Show what would be recorded, and record nothing"),
    )
}

/// The field of a verb about the register that its first word carries.
fn own_name(verb: &VerbSpec) -> Option<&'static str> {
    match verb.subject {
        Subject::Calendar => Some("calendar"),
        Subject::Profile => Some("profile"),
        Subject::Key => Some("key"),
        Subject::Agreement | Subject::Commitment | Subject::Body | Subject::Fact => None,
    }
}

fn framing_shapes() -> Vec<Shape> {
    shapes(&schema_of::<Framing>()).into_iter().filter(|shape| shape.name != IMPORT_ONLY).collect()
}

/// What was typed, as the flat object that an import line is.
fn typed(verb: &VerbSpec, matches: &ArgMatches) -> Result<(Map<String, Value>, Option<Paper>), Failure> {
    let mut object = Map::new();
    object.insert("command".to_owned(), Value::from(verb.name));
    let own = own_name(verb);
    if let Some(first) = matches.get_one::<String>("agreement") {
        let agreement = if own.is_some() { Reference::REGISTER } else { first.as_str() };
        object.insert("agreement".to_owned(), Value::from(agreement));
        object.extend(own.map(|name| (name.to_owned(), Value::from(first.as_str()))));
    }
    let own_shapes = shapes(&(verb.schema)());
    for shape in own_shapes.iter().filter(|shape| own != Some(shape.name.as_str())).chain(&framing_shapes()) {
        if let Some(value) = shape.value(matches) {
            object.insert(shape.name.clone(), value);
        }
    }
    let path = if verb.name == "attach" { matches.get_one::<PathBuf>("file") } else { None };
    let paper = path.map(|path| of_the_file(path, &mut object)).transpose()?;
    if let Some((field, subject)) = CARRIED.iter().find(|(_, subject)| *subject == verb.subject) {
        let carries = object.get("agreement").and_then(Value::as_str).is_some_and(|a| a.contains(['/', '@']));
        if !carries && !object.contains_key(*field) {
            let form = match subject {
                Subject::Commitment => "REF/c1",
                Subject::Body => "REF/wg1",
                Subject::Fact | Subject::Agreement | Subject::Calendar | Subject::Profile | Subject::Key => "REF@3",
            };
            return Err(Failure::usage("agreement", format!("{} wants to know which {field}", verb.name))
                .hinted(format!("write {form}; servanda history REF lists the facts, servanda show REF the rest")));
        }
    }
    Ok((object, paper))
}

/// Fills in what a document itself says.
fn of_the_file(path: &std::path::Path, object: &mut Map<String, Value>) -> Result<Paper, Failure> {
    let paper = read_paper(path).map_err(|e| Failure::storage("file", format!("{}: {e}", path.display())))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let media_type = media_type(path);
    let mut supply = |field: &str, value: Value| {
        object.entry(field.to_owned()).or_insert(value);
    };
    supply("name", Value::from(name));
    supply("media_type", Value::from(media_type));
    supply("size", Value::from(paper.content.len() as u64));
    supply("sha256", Value::from(paper.sha256.as_str()));
    if object.get("sha256").and_then(Value::as_str) != Some(paper.sha256.as_str()) {
        return Err(Failure::refused(
            "sha256",
            format!("{} hashes to {}, not to the --sha256 given", path.display(), paper.sha256),
        ));
    }
    Ok(paper)
}

/// The media type that a file's ending stands for.
fn media_type(path: &std::path::Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("pdf") => "application/pdf",
        Some("txt") => "text/plain",
        Some("md") => "text/markdown",
        Some("html" | "htm") => "text/html",
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("doc") => "application/msword",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("odt") => "application/vnd.oasis.opendocument.text",
        _ => "application/octet-stream",
    }
}

/// Carries out what was typed.
pub(super) async fn run(verb: &VerbSpec, matches: &ArgMatches, session: &Session) -> Result<Exit, Failure> {
    let (object, paper) = typed(verb, matches)?;
    // Everything that can be refused without the register is, before one is made.
    let request = Request::from_json(object)?;
    let dry_run = matches.get_flag("dry_run");
    let execution = Execution { actor: session.actor()?, dry_run, asserted_times: false };
    let begins = verb.opens || verb.subject.of_the_register();
    if begins && !dry_run {
        // A register is made for what is recorded, not for what is refused.
        session.try_first(&request, &execution).await?;
    }
    let service = if begins && dry_run { session.open_to_try()? } else { session.open(begins)? };
    if let Some(paper) = paper.filter(|_| !dry_run) {
        service
            .keep_paper(&paper)
            .map_err(|e| Failure::storage("papers", format!("the document was not kept: {e}")))?;
    }
    let outcome = match &request.command {
        Verb::Redact(_) => redacted(&service, &request, &execution).await,
        _ => service.execute(&request, &execution).await,
    };
    let closed = service.close().await;
    let outcome = outcome?;
    closed?;
    let view = view(&outcome);
    session.answer(&view, &view.events, || report(&outcome, &view))
}

/// Takes something out of the record, with a bar where the store is large.
async fn redacted(service: &Service, request: &Request, execution: &Execution) -> Result<Outcome, ExecuteError> {
    let bar = Arc::new(Mutex::new(Progress::when_long()));
    let told = Arc::clone(&bar);
    let heard: Heard = Arc::new(move |done, all| {
        if let Ok(mut bar) = told.lock() {
            bar.of(done, all, EVENTS);
        }
    });
    let outcome = service.redact(request, execution, &heard).await;
    if let Ok(bar) = bar.lock() {
        bar.end();
    }
    outcome
}

/// Where else the words stand, and which papers go with them, one item each.
fn elsewhere_items(outcome: &Outcome) -> Vec<Item> {
    let elsewhere = &outcome.elsewhere;
    let mut items: Vec<Item> = Vec::new();
    for place in &elsewhere.places {
        let agreement = place.agreement.as_ref().map_or_else(|| "an agreement".to_owned(), ToString::to_string);
        let words = format!("the same words stand in {agreement}@{} ({})", place.event, place.fields.join(", "));
        items.push(Item::bullet(0, Cell::from(words).tone(Tone::Warn)));
    }
    let more = elsewhere.count.saturating_sub(elsewhere.places.len() as u64);
    if more > 0 {
        items.push(Item::bullet(0, format!("and in {more} more facts")));
    }
    if elsewhere.count > 0 {
        items.push(Item::bullet(2, "they stay there until they are redacted too; what a header says stays for ever"));
    }
    let would = if outcome.dry_run { "would be removed" } else { "was removed" };
    for paper in &elsewhere.papers {
        items.push(Item::bullet(0, format!("the attached paper {paper} {would}")));
    }
    items
}

fn view(outcome: &Outcome) -> OutcomeView {
    OutcomeView {
        command: outcome.verb,
        agreement: outcome.reference.clone(),
        recorded: !outcome.repeated && !outcome.dry_run,
        repeated: outcome.repeated,
        dry_run: outcome.dry_run,
        events: outcome.events.clone(),
        adopted: outcome.adopted.clone(),
        odd: outcome
            .odd
            .iter()
            .map(|odd| OddView { code: odd.objection.code(), message: odd.objection.to_string(), fact: odd.seq })
            .collect(),
        remarks: outcome.remarks.iter().map(RemarkView::from).chain(outcome.clock_behind.map(behind)).collect(),
        moved: outcome.moved.iter().map(MovedView::from).collect(),
        elsewhere: outcome.elsewhere.places.clone(),
        papers_removed: outcome.elsewhere.papers.clone(),
    }
}

/// What is said of a clock that is behind the last record.
pub(super) fn behind(clock: ClockBehind) -> RemarkView {
    RemarkView { code: ClockBehind::CODE, message: clock.to_string() }
}

fn report(outcome: &Outcome, view: &OutcomeView) -> Report {
    let mut report = Report::new();
    let did = match (outcome.dry_run, outcome.repeated) {
        (_, true) => "recorded before, nothing changed",
        (true, false) => "would record",
        (false, false) => "recorded",
    };
    for event in &view.events {
        let on = match &event.occurred.on {
            Some(on) => format!(", {on}"),
            // What the register knows of calendars counts for every day.
            None if outcome.reference.is_register() => String::new(),
            None => ", undated: it counts from the agreement's beginning".to_owned(),
        };
        report = report.heading(format!("{did}: {}@{} {}{on}", outcome.reference, event.seq, event.kind));
        let instance = event.data.get("instance").map(|number| format!(".{number}")).unwrap_or_default();
        let named = ["commitment", "body"].iter().find_map(|name| event.data.get(name).and_then(Value::as_str));
        if let Some(name) = named {
            // Commands number what they make; the others say what they are about.
            let is_new = event.data.get("undertaking").is_some()
                || matches!(event.kind, "working-group.announced" | "working-group.formed");
            let words = if is_new { "it is now" } else { "it is about" };
            report = report.heading(format!("{words} {}/{name}{instance}", outcome.reference));
        }
        if outcome.dry_run
            && let Value::Object(data) = &event.data
        {
            let fields = data.iter().map(|(name, value)| {
                let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Field::new("data", name.clone(), words)
            });
            report = report.section(Section::fields("data", fields));
        }
    }
    let odd = view.odd.iter().map(|odd| {
        Item::bullet(0, Cell::from(format!("unusual, recorded with the reason: {}", odd.message)).tone(Tone::Warn))
    });
    let remarks = view.remarks.iter().map(|remark| Item::bullet(0, Cell::from(&remark.message).tone(Tone::Warn)));
    let adopted = view.adopted.iter().map(|calendar| {
        let words = if outcome.dry_run { "would go on record with it" } else { "went on record with it" };
        Item::bullet(0, Cell::from(format!("calendar {calendar} {words}: see servanda calendar show {calendar}")))
    });
    report.section(Section::text(
        "notes",
        odd.chain(remarks).chain(adopted).chain(moved_items(&view.moved, view.dry_run)).chain(elsewhere_items(outcome)),
    ))
}

/// The most dates that are told one by one.
const MOVED_TOLD_MAX: usize = 40;

/// What a command moved, one item a date, and below it why.
///
/// Parties for which the agreement comes into force on its own day are told with that day.
pub(super) fn moved_items(moved: &[MovedView], would: bool) -> Vec<Item> {
    let days = |moved: &MovedView| (moved.before_earliest, moved.before, moved.after_earliest, moved.after);
    let is_whole = |moved: &MovedView| moved.date == DateKey::EntryIntoForce.to_string();
    let with_it = |party: &MovedView| {
        let mut wholes = moved.iter().filter(|whole| is_whole(whole) && whole.agreement == party.agreement);
        party.date.starts_with("entry-into-force:") && wholes.any(|whole| days(whole) == days(party))
    };
    let told: Vec<&MovedView> = moved.iter().filter(|moved| !with_it(moved)).collect();
    let mut items: Vec<Item> = Vec::new();
    let mut told_why = "";
    for date in told.iter().take(MOVED_TOLD_MAX) {
        // One fact is the reason of all: it is said below the last that it moved alike.
        if told_why != date.because && !told_why.is_empty() {
            items.push(Item::bullet(2, Cell::from(format!("because: {told_why}"))));
        }
        told_why = &date.because;
        let parties = moved.iter().filter(|party| party.agreement == date.agreement && with_it(party)).count();
        let so = match parties {
            0 => String::new(),
            _ if !is_whole(date) => String::new(),
            1 => "; so for 1 party".to_owned(),
            parties => format!("; so for {parties} parties"),
        };
        let words = format!("{}{so}", moved_words(date, would));
        items.push(Item::bullet(0, Cell::from(words).tone(Tone::Strong)));
    }
    if !told_why.is_empty() {
        items.push(Item::bullet(2, Cell::from(format!("because: {told_why}"))));
    }
    if told.len() > MOVED_TOLD_MAX {
        items.push(Item::bullet(0, format!("and {} more, all of them with --json", told.len() - MOVED_TOLD_MAX)));
    }
    items
}

fn moved_words(moved: &MovedView, would: bool) -> String {
    let before = DueDates { earliest: moved.before_earliest, latest: moved.before };
    let after = DueDates { earliest: moved.after_earliest, latest: moved.after };
    let name = match moved.commitment {
        Some(_) => format!("{}/{}", moved.agreement, moved.date),
        None if moved.date.starts_with('@') => format!("the effect of {}{}", moved.agreement, moved.date),
        None => format!("{} {}", moved.agreement, moved.date),
    };
    let due = if moved.commitment.is_some() { " due" } else { "" };
    let (was, is) = if would { ("is", "would be") } else { ("was", "is now") };
    let dates = match (dated(before), dated(after)) {
        (None, Some(after)) if would => format!("{name} would be{due} {after}"),
        (None, Some(after)) => format!("{name} is{due} {after}"),
        (Some(before), None) => format!("{name} {was}{due} {before}, {is} without a date"),
        (Some(before), Some(after)) if before == after => format!("{name} stays{due} {after}"),
        (Some(before), Some(after)) => format!("{name} {was}{due} {before}, {is}{due} {after}"),
        (None, None) => format!("{name} has no date"),
    };
    match (moved.state_before, moved.state_after) {
        (Some(before), Some(after)) if before != after => {
            format!("{dates}; it {was} {}, {is} {}", spaced(before), spaced(after))
        }
        _ => dates,
    }
}

/// A date as it is told beside another; none where nothing is known of it.
fn dated(dates: DueDates) -> Option<String> {
    match (dates.earliest, dates.latest) {
        (Some(earliest), Some(latest)) if earliest == latest => Some(latest.to_string()),
        (Some(earliest), Some(latest)) => Some(format!("{earliest} to {latest}")),
        (None, Some(latest)) => Some(format!("on or before {latest}")),
        (Some(earliest), None) => Some(format!("on or after {earliest}")),
        (None, None) => None,
    }
}
