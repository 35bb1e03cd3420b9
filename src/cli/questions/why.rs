//! `why`: how a due date comes about.

use serde_json::Value;

use super::{asked_line, joined, spaced};
use crate::cli::args::AskedArgs;
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Field, Item, Report, Section, Tone};
use crate::cli::session::{Session, asked};
use crate::domain::command::split_address;
use crate::domain::recurrence::Owed;
use crate::views::derivation::Derivation;

/// Options of `why`.
#[derive(Clone, Debug, clap::Args)]
pub struct WhyArgs {
    /// The commitment, such as pk-ps-health-2025/c1, or its third instance, pk-ps-health-2025/c1.3.
    #[arg(value_name = "REF/cN", add = crate::cli::place::references())]
    commitment: String,
    #[command(flatten)]
    asked: AskedArgs,
}

pub(super) async fn run(args: WhyArgs, session: &Session) -> Result<Exit, Failure> {
    let (reference, about) = split_address(&args.commitment)?;
    let Some(owed) = owed(&about) else {
        return Err(Failure::usage("commitment", format!("why wants to know which commitment of {reference}"))
            .hinted(format!("write {reference}/c1; servanda show {reference} lists the commitments")));
    };
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    let why = service.why(&reference, owed, asked).await?;
    session.answer(&why, [&why], || report(&why).heading(asked_line(asked)))
}

/// The commitment or instance that an address names.
fn owed(about: &[(&'static str, Value)]) -> Option<Owed> {
    let named = |wanted: &str| about.iter().find(|(field, _)| *field == wanted).map(|(_, value)| value);
    let commitment = named("commitment").and_then(Value::as_str)?;
    let instance = named("instance").map(|number| format!(".{number}")).unwrap_or_default();
    Owed::parse(&format!("{commitment}{instance}")).ok()
}

fn report(why: &Derivation) -> Report {
    let due = match (why.due_earliest, why.due_latest) {
        (Some(a), Some(b)) if a == b => format!("{} {b}", b.weekday_name()),
        (Some(a), Some(b)) => format!("between {a} and {b}"),
        (None, Some(b)) => format!("on or before {b}"),
        (Some(a), None) => format!("on or after {a}"),
        (None, None) => "no date".to_owned(),
    };
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
        Field::new("due", "Due", due),
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
        report = report.section(Section::fields("anchor", anchor_fields(anchor, why)).titled("Counted from"));
    }
    let step = |step: &crate::views::derivation::Step| {
        let by = step.fact.map(|seq| format!(" (@{seq})")).unwrap_or_default();
        let agreed =
            if step.agreed_by.is_empty() { String::new() } else { format!(", agreed by {}", joined(&step.agreed_by)) };
        Item::bullet(0, format!("{}{by}{agreed}", step.words))
    };
    let lines = |words: &[String]| words.iter().map(|words| Item::bullet(0, words)).collect::<Vec<_>>();
    report
        .section(Section::text("steps", why.steps.iter().map(step)).titled("Steps"))
        .section(Section::text("stated", lines(&why.stated)).titled("Stated"))
        .section(Section::text("assumed", lines(&why.assumed)).titled("Assumed, because nobody stated it"))
}

fn anchor_fields(anchor: &crate::views::derivation::AnchorView, why: &Derivation) -> Vec<Field> {
    let mut fields = vec![Field::new("anchor", "Anchor", &anchor.anchor)];
    if !anchor.known {
        fields.push(Field::new("known", "Happened", "not yet"));
        return fields;
    }
    if let (Some(fact), Some(kind)) = (anchor.fact, anchor.kind) {
        fields.push(Field::new("fact", "Fact", format!("{}@{fact} {kind}", why.agreement)));
    }
    if let Some(occurred) = &anchor.occurred {
        let on = occurred.on.as_ref().map_or_else(|| "undated".to_owned(), ToString::to_string);
        fields.push(Field::new("occurred", "Happened", format!("{on} ({})", occurred.certainty)));
        if let Some(words) = &occurred.as_printed {
            fields.push(Field::new("as_printed", "As printed", words));
        }
    }
    if !anchor.changed_by.is_empty() {
        let by: Vec<String> = anchor.changed_by.iter().map(|seq| format!("@{seq}")).collect();
        fields.push(Field::new("changed_by", "Read with", by.join(", ")));
    }
    for evidence in &anchor.evidence {
        let published = evidence.published.map(|day| format!(", {day}")).unwrap_or_default();
        let url = evidence.url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
        fields.push(Field::new("evidence", "Evidence", format!("{}{published}{url}", evidence.source)));
    }
    fields
}
