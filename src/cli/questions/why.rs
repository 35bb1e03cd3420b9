//! `why`: how a due date comes about, or, with `why_date`, another computed date.

use serde_json::Value;

use super::{asked_line, instant, joined, passed, spaced};
use crate::cli::args::AskedArgs;
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Field, Item, Kind, Report, Section, Tone};
use crate::cli::session::{Session, asked};
use crate::domain::command::split_address;
use crate::domain::dates::DateKey;
use crate::domain::day::Day;
use crate::domain::id::Reference;
use crate::domain::recurrence::Owed;
use crate::domain::vocabulary::Weekday;
use crate::views::derivation::Derivation;
use crate::views::derivation::anchor::AnchorView;
use crate::views::derivation::others::OtherProfile;
use crate::views::derivation::steps::Step;
use crate::views::derivation::terms::{CalendarView, ProfileView};

/// Options of `why`.
#[derive(Clone, Debug, clap::Args)]
pub struct WhyArgs {
    /// The commitment, such as pk-ps-health-2025/c1, or its third instance, pk-ps-health-2025/c1.3; or the agreement,
    /// alone or with a date.
    #[arg(value_name = "REF[/cN]", add = crate::cli::place::references())]
    commitment: String,
    /// Another date: entry-into-force, entry-into-force:PARTY, expiry, notice, prepare, renewal, or @7 for the effect
    /// of the notice recorded as fact 7; without one, the agreement's dates are listed.
    #[arg(value_name = "DATE")]
    date: Option<String>,
    #[command(flatten)]
    asked: AskedArgs,
}

/// What is asked for: the agreement, and the date where one is named.
fn meant(args: &WhyArgs) -> Result<(Reference, Option<DateKey>), Failure> {
    let (reference, about) = split_address(&args.commitment)?;
    let carried = match (owed(&about), about.first()) {
        (Some(owed), _) => Some(owed.to_string()),
        (None, Some(("event", Value::Number(seq)))) => Some(format!("@{seq}")),
        (None, Some((what, _))) => {
            return Err(Failure::usage("date", format!("a {what} has no date of its own in {reference}"))
                .hinted(format!("servanda why {reference} lists the dates that can be asked for")));
        }
        (None, None) => None,
    };
    let word = match (carried, &args.date) {
        (Some(carried), Some(date)) => {
            return Err(Failure::usage("date", format!("why was asked for two dates, {carried} and {date}"))
                .hinted(format!("ask for one at a time: servanda why {reference} {date}")));
        }
        (Some(word), None) => word,
        (None, Some(word)) => word.clone(),
        (None, None) => return Ok((reference, None)),
    };
    let key = DateKey::parse(&word).map_err(|e| {
        Failure::usage("date", e.to_string())
            .hinted(format!("servanda why {reference} lists the dates that can be asked for"))
    })?;
    Ok((reference, Some(key)))
}

pub(super) async fn run(args: WhyArgs, session: &Session) -> Result<Exit, Failure> {
    let (reference, key) = meant(&args)?;
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    match key {
        Some(DateKey::Due(owed)) => {
            let why = service.why(&reference, owed, asked).await?;
            session.answer(&why, [&why], || report(&why).heading(asked_line(asked)))
        }
        Some(key) => {
            let why = service.why_date(&reference, &key, asked).await?;
            session.answer(&why, [&why], || super::why_date::report(&why).heading(asked_line(asked)))
        }
        None => {
            let rows = service.dates(&reference, asked).await?;
            session.answer(&rows, &rows, || super::why_date::list(&reference, &rows).heading(asked_line(asked)))
        }
    }
}

/// The commitment or instance that an address names.
fn owed(about: &[(&'static str, Value)]) -> Option<Owed> {
    let named = |wanted: &str| about.iter().find(|(field, _)| *field == wanted).map(|(_, value)| value);
    let commitment = named("commitment").and_then(Value::as_str)?;
    let instance = named("instance").map(|number| format!(".{number}")).unwrap_or_default();
    Owed::parse(&format!("{commitment}{instance}")).ok()
}

fn report(why: &Derivation) -> Report {
    let due = told(why.due_earliest, why.due_latest);
    let mut fields = vec![
        Field::new(
            "commitment",
            "Commitment",
            Cell::from(format!("{}/{}", why.agreement, Owed { commitment: why.commitment, instance: why.instance }))
                .tone(Tone::Strong),
        ),
        Field::new("text", "What", &why.text),
        Field::new("state", "State", Cell::from(spaced(why.state.word())).tone(super::board::tone(why.state))),
        Field::new("because", "Because", &why.because),
        Field::new(
            "due",
            "Due",
            due + &super::board::end_words(why.zone.as_ref().filter(|_| why.due.is_some()), why.cut_off),
        ),
    ];
    if let Some(original) = why.original_due.filter(|original| Some(*original) != why.due) {
        fields.push(Field::new("original_due", "First due", original));
    }
    if let Some(grace) = why.grace_until {
        fields.push(Field::new("grace_until", "Grace until", grace));
    }
    if let Some(authority) = why.authority {
        fields.push(Field::new("authority", "Counted as", authority));
    }
    let mut report = Report::new().section(Section::fields("commitment", fields));
    if let Some(anchor) = &why.anchor {
        report =
            report.section(Section::fields("anchor", anchor_fields(anchor, &why.agreement)).titled("Counted from"));
    }
    if let Some(profile) = &why.profile {
        report =
            report.section(Section::fields("counting", counting_fields(profile, &why.calendars)).titled("Counted by"));
    }
    let lines = |words: &[String]| words.iter().map(|words| Item::bullet(0, words)).collect::<Vec<_>>();
    let remarks = why.remarks.iter().map(|remark| Item::bullet(0, Cell::from(&remark.message).tone(Tone::Warn)));
    report
        .section(Section::text("steps", why.steps.iter().flat_map(step_items)).titled("Steps"))
        .section(Section::text("remarks", remarks).titled("To be known"))
        .section(Section::text("stated", lines(&why.stated)).titled("Stated"))
        .section(Section::text("by_profile", lines(&why.by_profile)).titled("By the profile, because nobody stated it"))
        .section(Section::text("assumed", lines(&why.assumed)).titled("Assumed, because nobody stated it"))
        .section(others(&why.other_profiles, "Due"))
        .section(super::history::redacted(&why.redacted))
}

/// A date as `why` tells it.
pub(super) fn told(earliest: Option<Day>, latest: Option<Day>) -> String {
    match (earliest, latest) {
        (Some(a), Some(b)) if a == b => format!("{} {b}", b.weekday_name()),
        (Some(a), Some(b)) => format!("between {a} and {b}"),
        (None, Some(b)) => format!("on or before {b}"),
        (Some(a), None) => format!("on or after {a}"),
        (None, None) => "no date".to_owned(),
    }
}

pub(super) fn step_items(step: &Step) -> Vec<Item> {
    let by = step.fact.map(|seq| format!(" (@{seq})")).unwrap_or_default();
    let agreed =
        if step.agreed_by.is_empty() { String::new() } else { format!(", agreed by {}", joined(&step.agreed_by)) };
    let mut items = vec![Item::bullet(0, format!("{}{by}{agreed}", step.words))];
    items.extend(passed::runs(step).into_iter().map(|words| Item::bullet(2, words)));
    items
}

pub(super) fn counting_fields(profile: &ProfileView, calendars: &[CalendarView]) -> Vec<Field> {
    let mut fields = vec![
        Field::new("profile", "Profile", Cell::from(format!("{}: {}", profile.profile, profile.title))),
        Field::new("source", "Source", &profile.source),
    ];
    fields.extend(profile.url.as_ref().map(|url| Field::new("url", "URL", url)));
    let notes = profile.notes.iter().map(Cell::from);
    fields.push(Field::list("notes", "It says", notes));
    fields.extend(calendars.iter().map(|calendar| Field::list("calendar", "Calendar", calendar_cells(calendar))));
    fields
}

fn calendar_cells(calendar: &CalendarView) -> Vec<Cell> {
    let days = |off: &Vec<Weekday>| match off.as_slice() {
        [] => "no day of the week off".to_owned(),
        off => format!("{} off", joined(off)),
    };
    let off = calendar.off.as_ref().map_or_else(|| "its week is not known then".to_owned(), days);
    let mut cells = vec![Cell::from(format!("{}: {}; {off}", calendar.calendar, calendar.title))];
    cells.extend(calendar.sources.iter().map(|source| {
        let url = source.url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
        Cell::from(format!("{} ({}){url}", source.source, source.confidence)).tone(Tone::Dim)
    }));
    cells
}

pub(super) fn others(others: &[OtherProfile], what: &'static str) -> Section {
    let columns = [
        Column::id("profile", "Profile"),
        Column::new(Kind::Day, "due", what),
        Column::text("note", "What it is").priority(1),
    ];
    let cells = others.iter().map(|other| {
        let due = match (other.due_earliest, other.due_latest) {
            (Some(a), Some(b)) if a == b => format!("{} {b}", b.weekday_name()),
            (Some(a), Some(b)) => format!("{a}/{b}"),
            (None, Some(b)) => format!("../{b}"),
            (Some(a), None) => format!("{a}/.."),
            (None, None) => "–".to_owned(),
        };
        let note =
            other.why_not.as_ref().map_or_else(|| Cell::from(&other.title), |why| Cell::from(why).tone(Tone::Dim));
        [Cell::from(&other.profile), Cell::from(due), note]
    });
    Section::table("other_profiles", columns).titled("By the other profiles").rows(cells)
}

fn anchor_fields(anchor: &AnchorView, agreement: &Reference) -> Vec<Field> {
    let mut fields = vec![Field::new("anchor", "Anchor", &anchor.anchor)];
    if !anchor.known {
        fields.push(Field::new("known", "Happened", "not yet"));
        return fields;
    }
    fields.extend(fact_fields(anchor, agreement));
    fields
}

/// A fact with its evidence, and what changed how it is read.
pub(super) fn fact_fields(anchor: &AnchorView, agreement: &Reference) -> Vec<Field> {
    let mut fields = Vec::new();
    if let (Some(fact), Some(kind)) = (anchor.fact, anchor.kind) {
        fields.push(Field::new("fact", "Fact", format!("{agreement}@{fact} {kind}")));
    }
    if let Some(occurred) = &anchor.occurred {
        let on = occurred.on.as_ref().map_or_else(|| "undated".to_owned(), ToString::to_string);
        fields.push(Field::new("occurred", "Happened", format!("{on} ({})", occurred.certainty)));
        if let Some(words) = &occurred.as_printed {
            fields.push(Field::new("as_printed", "As printed", words));
        }
    }
    for change in &anchor.changes {
        let reason = change.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let words = format!("{}; by {}, {}{reason}", change.words, change.by, instant(change.recorded));
        fields.push(Field::new("changed_by", "Changed", words));
    }
    for evidence in &anchor.evidence {
        let published = evidence.published.map(|day| format!(", {day}")).unwrap_or_default();
        let url = evidence.url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
        fields.push(Field::new("evidence", "Evidence", format!("{}{published}{url}", evidence.source)));
    }
    fields
}
