//! `status`: the chart of signatures and ratifications.

use super::{asked_line, by_or_on, joined, spaced};
use crate::cli::args::AskedArgs;
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Field, Format, Item, Report, Section, Tone};
use crate::cli::session::{Session, asked, reference};
use crate::domain::share::Share;
use crate::domain::status::PartyStatus;
use crate::domain::vocabulary::{InstrumentKind, Lifecycle, SignatureMode};
use crate::views::chart::{
    Awaited, Chart, ChartDay, ChartEntry, ChartInstrument, ChartProvisional, ChartRow, ChartRule, ChartSignature,
    ChartWithdrawal, share_words,
};

/// Options of `status`.
#[derive(Clone, Debug, clap::Args)]
pub struct StatusArgs {
    /// The agreement's reference.
    #[arg(value_name = "REF", add = crate::cli::place::references())]
    agreement: String,
    #[command(flatten)]
    asked: AskedArgs,
}

/// The width from which weights have room beside the dates.
const WIDE: u16 = 100;

/// How many of the parties whose consent is missing are named.
const AWAITED_MAX: usize = 12;

pub(super) async fn run(args: StatusArgs, session: &Session) -> Result<Exit, Failure> {
    let reference = reference(&args.agreement)?;
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    let chart = service.status(&reference, asked).await?;
    // A spreadsheet wants one table with every column; a page, those in which something stands.
    let sheet = session.format() == Format::Csv;
    session.answer(&chart, &chart.rows, || {
        if sheet {
            return Report::new().section(parties(&chart, sheet_columns(), ""));
        }
        let width = session.terminal().width;
        let wide = session.format() != Format::Table || width.is_none_or(|width| width >= WIDE);
        let report = Report::new()
            .heading(asked_line(asked))
            .section(Section::fields("agreement", head(&chart)))
            .section(parties(&chart, columns(wide), "–"))
            .section(Section::text("remarks", chart.rows.iter().filter_map(remarks)).titled("Remarks"));
        notes(&chart).into_iter().fold(report, Report::footing)
    })
}

fn day(day: &ChartDay) -> String {
    by_or_on(day.earliest, day.on)
}

/// The day, and behind it the mark that the footing explains.
fn entry(entry: &ChartEntry) -> String {
    let mark = match entry.computed {
        Some(computed) if entry.declared && Some(computed) != entry.from.on => " !",
        _ if entry.declared => " *",
        _ => "",
    };
    format!("{}{mark}", day(&entry.from))
}

fn signature(signature: &ChartSignature) -> String {
    let mode = match signature.mode {
        SignatureMode::Definitive => " s",
        SignatureMode::AdReferendum => " ref.",
        SignatureMode::Exchange => " note",
        SignatureMode::Simple | SignatureMode::NotStated => "",
    };
    format!("{}{mode}", day(&signature.when))
}

fn instrument(instrument: &ChartInstrument) -> String {
    let letter = if instrument.letter.is_empty() { String::new() } else { format!(" {}", instrument.letter) };
    let mark = if instrument.counted { "" } else { " +" };
    format!("{}{letter}{mark}", day(&instrument.received))
}

fn provisional(provisional: &ChartProvisional) -> String {
    let ended = provisional.ended.as_ref().map(|ended| format!(" to {}", told_by(ended))).unwrap_or_default();
    format!("from {}{ended}", told_by(&provisional.since))
}

fn withdrawal(withdrawal: &ChartWithdrawal) -> String {
    let notice = withdrawal.notice.as_ref().map(|notice| format!("notice of withdrawal {}", told_by(notice)));
    let effect = match (&withdrawal.effect, &withdrawal.notice) {
        (Some(effect), Some(_)) => format!("effect {}", told_by(effect)),
        (Some(left), None) => format!("left {}", told_by(left)),
        (None, _) => "effect not stated".to_owned(),
    };
    notice.into_iter().chain([effect]).collect::<Vec<_>>().join(", ")
}

/// A day with the fact that says so.
fn told_by(on: &ChartDay) -> String {
    let fact = on.fact.map(|fact| format!(" (@{fact})")).unwrap_or_default();
    format!("{}{fact}", day(on))
}

fn statements(row: &ChartRow) -> Vec<String> {
    let all = [("reservation", &row.reservations), ("declaration", &row.declarations), ("objection", &row.objections)];
    all.into_iter().flat_map(|(what, facts)| facts.iter().map(move |fact| format!("{what} @{fact}"))).collect()
}

/// The date of the instrument, where that is not the day of its receipt.
fn dated(row: &ChartRow) -> Option<String> {
    let consent = row.consent.as_ref()?;
    let received = consent.received.on.map(|on| on.to_string());
    consent.dated.clone().filter(|dated| Some(dated) != received.as_ref())
}

/// What does not fit into a row: one line a party, for those that have any.
fn remarks(row: &ChartRow) -> Option<Item> {
    let mut words = statements(row);
    words.extend(dated(row).map(|dated| format!("instrument dated {dated}")));
    words.extend(row.other_instruments.iter().map(|fact| format!("another instrument @{fact}")));
    words.extend(row.provisional.as_ref().map(|own| format!("applied provisionally {}", provisional(own))));
    words.extend(row.withdrawal.as_ref().map(withdrawal));
    (!words.is_empty()).then(|| Item::bullet(0, format!("{}: {}", row.party, words.join("; "))))
}

fn tone(status: PartyStatus) -> Tone {
    match status {
        PartyStatus::Party => Tone::Good,
        PartyStatus::Withdrawing => Tone::Warn,
        PartyStatus::FormerParty | PartyStatus::Declared => Tone::Dim,
        PartyStatus::Initialled | PartyStatus::Signatory | PartyStatus::Contracting | PartyStatus::Provisional => {
            Tone::Plain
        }
    }
}

/// One column: how it is headed, what stands in it, and whether it is there when nothing does.
struct Told {
    column: Column,
    cell: fn(&ChartRow) -> Option<Cell>,
    always: bool,
}

fn told(column: Column, always: bool, cell: fn(&ChartRow) -> Option<Cell>) -> Told {
    Told { column, cell, always }
}

/// The columns of a depositary's chart; what else there is to say stands below it.
fn columns(wide: bool) -> Vec<Told> {
    let mut columns = vec![
        told(Column::id("party", "As"), true, |row| Some(Cell::from(&row.party).tone(Tone::Strong))),
        told(Column::word("signature", "Signature"), true, |row| row.signature.as_ref().map(|s| signature(s).into())),
        told(Column::word("consent", "Instrument"), true, |row| row.consent.as_ref().map(|c| instrument(c).into())),
        told(Column::word("in_force", "In force"), true, |row| row.in_force.as_ref().map(|e| entry(e).into())),
        told(Column::word("status", "Status"), true, |row| {
            Some(Cell::from(spaced(row.status.word())).tone(tone(row.status)))
        }),
        told(Column::text("name", "Party").priority(1), true, |row| Some(Cell::from(&row.name))),
    ];
    if wide {
        columns.insert(4, told(Column::number("weight", "Weight"), false, |row| row.weight.map(Into::into)));
    }
    columns
}

/// The columns of a spreadsheet: one value in each.
fn sheet_columns() -> Vec<Told> {
    let on = |column| Column::day(column, "");
    vec![
        told(Column::id("party", ""), true, |row| Some(Cell::from(&row.party))),
        told(Column::text("name", ""), true, |row| Some(Cell::from(&row.name))),
        told(Column::word("kind", ""), true, |row| Some(Cell::from(row.kind))),
        told(Column::word("status", ""), true, |row| Some(Cell::from(row.status))),
        told(Column::number("weight", ""), true, |row| row.weight.map(Into::into)),
        told(on("signed"), true, |row| row.signature.as_ref()?.when.on.map(Into::into)),
        told(Column::word("signature_mode", ""), true, |row| row.signature.as_ref().map(|s| s.mode.into())),
        told(Column::word("instrument", ""), true, |row| row.consent.as_ref().map(|c| c.instrument.into())),
        told(Column::word("letter", ""), true, |row| row.consent.as_ref().map(|c| c.letter.into())),
        told(on("received"), true, |row| row.consent.as_ref()?.received.on.map(Into::into)),
        told(on("dated"), true, |row| row.consent.as_ref()?.dated.as_ref().map(Into::into)),
        told(Column::word("counted", ""), true, |row| row.consent.as_ref().map(|c| c.counted.into())),
        told(on("in_force"), true, |row| row.in_force.as_ref()?.from.on.map(Into::into)),
        told(Column::word("in_force_declared", ""), true, |row| row.in_force.as_ref().map(|e| e.declared.into())),
        told(on("in_force_computed"), true, |row| row.in_force.as_ref()?.computed.map(Into::into)),
        told(on("provisional_since"), true, |row| row.provisional.as_ref()?.since.on.map(Into::into)),
        told(on("provisional_ended"), true, |row| row.provisional.as_ref()?.ended.as_ref()?.on.map(Into::into)),
        told(Column::number("reservations", ""), true, |row| Some(row.reservations.len().into())),
        told(Column::number("declarations", ""), true, |row| Some(row.declarations.len().into())),
        told(Column::number("objections", ""), true, |row| Some(row.objections.len().into())),
        told(on("notice"), true, |row| row.withdrawal.as_ref()?.notice.as_ref()?.on.map(Into::into)),
        told(on("withdrawn"), true, |row| row.withdrawal.as_ref()?.effect.as_ref()?.on.map(Into::into)),
    ]
}

fn parties(chart: &Chart, mut columns: Vec<Told>, nothing: &str) -> Section {
    columns.retain(|told| told.always || chart.rows.iter().any(|row| (told.cell)(row).is_some()));
    let cell = |told: &Told, row| (told.cell)(row).unwrap_or_else(|| Cell::from(nothing));
    let rows: Vec<Vec<Cell>> =
        chart.rows.iter().map(|row| columns.iter().map(|told| cell(told, row)).collect()).collect();
    Section::table("parties", columns.into_iter().map(|told| told.column))
        .when_empty("no party is named in it by then")
        .rows(rows)
}

fn rule(rule: &ChartRule) -> String {
    let clause = rule.clause.as_ref().map(|clause| format!("{clause}, ")).unwrap_or_default();
    format!("{} ({clause}@{})", rule.words, rule.fact)
}

fn awaiting(awaited: &Awaited) -> String {
    let mut words = Vec::new();
    words.extend(awaited.anchor.as_ref().map(|anchor| format!("waits for {anchor}")));
    words.extend(awaited.consents_needed.map(|needed| format!("{} of {needed} {}s", awaited.consents, awaited.means)));
    words.extend(awaited.share.zip(awaited.share_needed).map(|(share, needed)| match needed {
        Share::PerCent(_) => format!("share {share} of {}", share_words(needed)),
        Share::Fraction(..) => format!("share {share} %, {needed} needed"),
    }));
    if !awaited.parties.is_empty() {
        let told = &awaited.parties[..awaited.parties.len().min(AWAITED_MAX)];
        let more = awaited.parties.len() - told.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        words.push(format!("without {}{more}", joined(told)));
    }
    if words.is_empty() { "not yet".to_owned() } else { words.join("; ") }
}

fn head(chart: &Chart) -> Vec<Field> {
    let mut fields = vec![Field::new("agreement", "Agreement", Cell::from(&chart.agreement).tone(Tone::Strong))];
    fields.extend(chart.title.as_ref().map(|title| Field::new("title", "Title", title)));
    let status = format!("{}, {}", spaced(chart.kind.word()), spaced(chart.status.word()));
    fields.push(Field::new("status", "Status", Cell::from(status).tone(Tone::Strong)));
    let label = match chart.kind.lifecycle() {
        Lifecycle::Treaty => "In force",
        Lifecycle::Contract => "Effective",
        Lifecycle::Mou | Lifecycle::Pledge => "In operation",
    };
    let from = match (&chart.in_force, &chart.awaited) {
        (Some(entry), _) => {
            let by = match entry.from.fact {
                Some(fact) if entry.declared => format!("declared, @{fact}"),
                _ => "computed".to_owned(),
            };
            let other = entry.computed.filter(|computed| entry.declared && Some(*computed) != entry.from.on);
            let other = other.map(|computed| format!("; its rule gives {computed}")).unwrap_or_default();
            format!("{} ({by}{other})", day(&entry.from))
        }
        (None, Some(awaited)) => awaiting(awaited),
        (None, None) => "no rule for it is on record".to_owned(),
    };
    fields.push(Field::new("in_force", label, from));
    fields.extend(chart.rule.as_ref().map(|own| Field::new("rule", "Rule", rule(own))));
    fields.extend(chart.party_rule.as_ref().map(|each| Field::new("party_rule", "Each party", rule(each))));
    fields.extend(chart.provisional.as_ref().map(|own| Field::new("provisional", "Provisional", provisional(own))));
    let totals = chart.totals;
    let mut words = vec![
        format!("{} named", totals.named),
        format!("{} signed", totals.signatures),
        format!("{} consented", totals.consents),
        format!("in force for {}", totals.parties),
    ];
    if totals.counted != totals.consents {
        words[2] = format!("{} consented ({} counted)", totals.consents, totals.counted);
    }
    if totals.left > 0 {
        words.push(format!("{} left", totals.left));
    }
    fields.push(Field::new("totals", "Parties", words.join(", ")));
    fields
}

/// What the letters and marks mean that stand in the chart.
fn notes(chart: &Chart) -> Option<String> {
    let any = |is: &dyn Fn(&ChartRow) -> bool| chart.rows.iter().any(is);
    let signed = |mode| any(&|row| row.signature.as_ref().is_some_and(|signature| signature.mode == mode));
    let mut words = Vec::new();
    let mut mark = |stands: bool, meaning: &str| words.extend(stands.then(|| meaning.to_owned()));
    mark(signed(SignatureMode::Definitive), "s: definitive signature");
    mark(signed(SignatureMode::AdReferendum), "ref.: signature ad referendum");
    mark(signed(SignatureMode::Exchange), "note: by exchange of notes");
    for kind in InstrumentKind::ALL {
        let letter = if kind.letter().is_empty() { "no letter" } else { kind.letter() };
        let stands = any(&|row| row.consent.as_ref().is_some_and(|consent| consent.instrument == *kind));
        mark(stands, &format!("{letter}: {}", spaced(kind.word())));
    }
    mark(
        any(&|row| row.consent.as_ref().is_some_and(|consent| !consent.counted)),
        "+: not counted on top of the members' instruments",
    );
    let entered = |with: &str| any(&|row| row.in_force.as_ref().is_some_and(|own| entry(own).ends_with(with)));
    mark(entered("*"), "*: declared by a source");
    mark(entered("!"), "!: declared by a source, and computed otherwise");
    let computed = any(&|row| row.in_force.as_ref().is_some_and(|own| !own.declared));
    words.extend(computed.then(|| "in force without a mark: computed".to_owned()));
    (!words.is_empty()).then(|| words.join("; "))
}
