//! `show`: one agreement in full.

use super::board::{day_words, due_words, tone, what_words};
use super::{asked_line, joined, spaced};
use crate::cli::args::AskedArgs;
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Field, Format, Item, Report, Section, Tone};
use crate::cli::session::{Session, asked, reference};
use crate::domain::day::Day;
use crate::domain::recurrence::Owed;
use crate::domain::status::recurring::Counts;
use crate::domain::vocabulary::Lifecycle;
use crate::views::document::{Document, Saying, When};
use crate::views::term::TermView;

/// Options of `show`.
#[derive(Clone, Debug, clap::Args)]
pub struct ShowArgs {
    /// The agreement's reference.
    #[arg(value_name = "REF", add = crate::cli::place::references())]
    agreement: String,
    #[command(flatten)]
    asked: AskedArgs,
}

pub(super) async fn run(args: ShowArgs, session: &Session) -> Result<Exit, Failure> {
    let reference = reference(&args.agreement)?;
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    let document = service.show(&reference, asked).await?;
    session.answer(&document, [&document], || {
        report(&document, session.format() == Format::Csv).heading(asked_line(asked))
    })
}

/// How often, for people.
fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

/// When, for people: the day or interval, how sure, and the fact that says so.
fn when(when: &When) -> String {
    let on = when.on.clone().unwrap_or_else(|| format!("undated, by {}", when.by));
    let sure = match when.certainty {
        crate::domain::vocabulary::Certainty::Stated | crate::domain::vocabulary::Certainty::Unknown => String::new(),
        other => format!(", {other}"),
    };
    let printed = when.as_printed.as_ref().map(|words| format!(", printed \"{words}\"")).unwrap_or_default();
    format!("{on}{sure}{printed} (@{})", when.fact)
}

fn head(document: &Document) -> Vec<Field> {
    let mut fields = vec![
        Field::new("reference", "Reference", Cell::from(&document.reference).tone(Tone::Strong)),
        Field::new("kind", "Kind", spaced(document.kind.word())),
        Field::new("status", "Status", Cell::from(spaced(document.status.word())).tone(Tone::Strong)),
    ];
    if let Some(title) = &document.title {
        fields.insert(1, Field::new("title", "Title", title));
    }
    if let Some(opened) = &document.opened {
        fields.push(Field::new("opened", "Opened", format!("{}, {}", document.opening, when(opened))));
    }
    if let Some(adopted) = &document.adopted {
        fields.push(Field::new("adopted", "Adopted", when(adopted)));
    }
    if let Some(day) = document.entry_into_force {
        let from = match document.entry_into_force_earliest {
            Some(earliest) if earliest == day => day.to_string(),
            Some(earliest) => format!("a day from {earliest} to {day}"),
            None => format!("a day on or before {day}"),
        };
        let label = match document.kind.lifecycle() {
            Lifecycle::Treaty => "In force from",
            Lifecycle::Contract => "Effective from",
            Lifecycle::Mou | Lifecycle::Pledge => "In operation from",
        };
        fields.push(Field::new("entry_into_force", label, from));
    }
    fields.extend(document.term.iter().flat_map(|term| term_fields(document, term)));
    if let Some(ended) = &document.ended {
        fields.push(Field::new("ended", "Ended", format!("{}, {}", ended.text, when(&ended.when))));
    }
    if let Some(place) = &document.place {
        fields.push(Field::new("place", "Place", place));
    }
    if !document.subjects.is_empty() {
        fields.push(Field::new("subjects", "About", joined(&document.subjects)));
    }
    if !document.disputed_facts.is_empty() {
        let facts: Vec<String> = document.disputed_facts.iter().map(|seq| format!("@{seq}")).collect();
        let cell = Cell::from(format!("sources disagree about {}", facts.join(", "))).tone(Tone::Warn);
        fields.push(Field::new("disputed_facts", "Disputed", cell));
    }
    fields.push(Field::new("facts", "On record", format!("{} events", document.facts)));
    fields
}

/// The term as it was agreed, the period that runs, and the dates to keep.
fn term_fields(document: &Document, term: &TermView) -> Vec<Field> {
    let stated = |word: &str, period: &Option<String>| period.as_ref().map(|period| format!("{word}{period}"));
    let stated_days = match (term.start, term.stated_end) {
        (Some(start), Some(end)) => Some(format!("{start} to {end}")),
        (Some(start), None) => Some(format!("from {start}")),
        (None, Some(end)) => Some(format!("until {end}")),
        (None, None) => None,
    };
    let agreed = [
        stated_days,
        term.length.clone(),
        Some(format!("renewal {}", term.renewal)),
        stated("renewed by ", &term.renewal_length),
        stated("notice ", &term.notice_period),
        stated("prepared ", &term.prepare).map(|words| format!("{words} before")),
    ];
    let agreed: Vec<String> = agreed.into_iter().flatten().collect();
    let mut fields = vec![Field::new("term", "Term", agreed.join(", "))];
    if let Some(period) = &term.period {
        let first = period.first.map_or_else(|| "an unknown day".to_owned(), |day| day.to_string());
        let last = match (period.last_earliest, period.last) {
            (_, None) => "an unknown day".to_owned(),
            (Some(earliest), Some(last)) if earliest != last => format!("a day from {earliest} to {last}"),
            (_, Some(last)) => last.to_string(),
        };
        let renewals = match period.renewals {
            0 => String::new(),
            1 => format!(", renewed once, {} at last", period.by),
            times => format!(", renewed {times} times, {} at last", period.by),
        };
        fields.push(Field::new("period", "Period", format!("{first} to {last}{renewals}")));
    } else {
        fields.push(Field::new("period", "Period", "begins when the agreement does, of which no day is known"));
    }
    let certainly = |earliest: Option<Day>, by: Day| {
        let weekday = if earliest == Some(by) { format!("{} ", by.weekday_name()) } else { String::new() };
        let passed = if by < document.as_of { " (passed)" } else { "" };
        format!("{weekday}{}{passed}", day_words(earliest, Some(by)))
    };
    if let Some(by) = term.notice_by {
        let ends = term.notice_ends.map(|day| format!(", to end with {day}")).unwrap_or_default();
        let cell = Cell::from(certainly(term.notice_by_earliest, by) + &ends).tone(Tone::Strong);
        fields.push(Field::new("notice_by", "Notice by", cell));
    }
    if let Some(by) = term.prepare_by {
        fields.push(Field::new("prepare_by", "Prepare by", certainly(term.prepare_by_earliest, by)));
    }
    if let Some(day) = term.next_renewal {
        let unless =
            if term.renewal_certain { "no notice can come in time for it" } else { "unless notice is given before" };
        fields.push(Field::new("next_renewal", "Renews on", format!("{} {day}, {unless}", day.weekday_name())));
    }
    if let Some(day) = term.ends {
        let notice = term.notice.map(|seq| format!(", by the notice @{seq}")).unwrap_or_default();
        let missed = term.notice_missed.map(|day| format!(", too late for {day}")).unwrap_or_default();
        let verb = if day < document.as_of { "Ended" } else { "Ends" };
        fields.push(Field::new("ends", verb, format!("{} {day}{notice}{missed}", day.weekday_name())));
    }
    fields
}

fn parties(document: &Document) -> Section {
    let columns = [
        Column::id("id", "As"),
        Column::word("kind", "Kind").priority(3),
        Column::word("status", "Status"),
        Column::text("name", "Party").priority(3),
        Column::text("signature", "Signature").priority(4),
    ];
    let rows = document.parties.iter().map(|party| {
        let signature = party.signature.as_ref().map(|signature| {
            let who = match (&signature.name, &signature.title) {
                (Some(name), Some(title)) => format!("{name}, {title}"),
                (Some(name), None) => name.to_string(),
                (None, Some(title)) => title.to_string(),
                (None, None) => "signatory not named".to_owned(),
            };
            let place = signature.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
            format!("{who}; {}{place}", when(&signature.when))
        });
        let instruments =
            party.instruments.iter().map(|deposit| format!("{}, {}", deposit.instrument, when(&deposit.received)));
        let own = party.entry_into_force.map(|_| {
            let from = super::by_or_on(party.entry_into_force_earliest, party.entry_into_force);
            format!("in force for it {from}")
        });
        let signature: Vec<String> = signature.into_iter().chain(instruments).chain(own).collect();
        let mut names = vec![party.name.to_string()];
        names.extend(party.names.iter().map(|local| local.name.to_string()));
        names.extend(party.aliases.iter().map(ToString::to_string));
        if let Some(organ) = &party.acting_through {
            names.push(format!("acting through {organ}"));
        }
        [
            Cell::from(&party.id).tone(Tone::Strong),
            Cell::from(party.kind),
            Cell::from(spaced(party.status.word())),
            Cell::from(names.join("; ")),
            Cell::from(signature.join("; ")),
        ]
    });
    Section::table("parties", columns).titled("Parties").rows(rows)
}

fn commitments(document: &Document, sheet: bool) -> Section {
    let columns = [
        Column::id("commitment", "No."),
        Column::word("state", "State"),
        Column::new(crate::cli::output::Kind::Day, "due", "Due"),
        Column::number("days_overdue", "Days late"),
        Column::word("authority", "Counted").priority(3),
        Column::word("owed_by", "Owed by").priority(2),
        Column::word("owed_to", "Owed to").priority(2),
        Column::text("text", "What").priority(4),
        Column::text("moved", "Moved").priority(4),
    ];
    let rows = document.commitments.iter().map(|row| {
        let moved = match row.original_due {
            Some(first) if row.extensions > 0 => {
                format!("first due {first}, moved {} by {}", times(row.extensions), days(row.slippage_days))
            }
            Some(first) if row.slippage_days > 0 => format!("first due {first}, now {} later", days(row.slippage_days)),
            _ => String::new(),
        };
        let state = match (row.met_on, row.verified) {
            (Some(day), Some(true)) => format!("{} {day}, verified", spaced(row.state.word())),
            (Some(day), _) => format!("{} {day}, reported", spaced(row.state.word())),
            (None, _) => match row.share {
                Some(share) => format!("{}, {share} % done", spaced(row.state.word())),
                None => spaced(row.state.word()),
            },
        };
        [
            Cell::from(row.commitment).tone(Tone::Strong),
            Cell::from(counted(state, row.instances)).tone(tone(row.state)),
            Cell::from(due_words(row)),
            Cell::from(row.days_overdue),
            Cell::from(row.authority.map_or("–", |authority| authority.word())),
            Cell::from(joined(&row.owed_by)),
            Cell::from(joined(&row.owed_to)),
            Cell::from(what_words(row, sheet)),
            Cell::from(moved),
        ]
    });
    Section::table("commitments", columns).titled("Commitments").rows(rows)
}

/// What a report is about.
fn about(report: &crate::views::document::ReportView) -> Owed {
    Owed { commitment: report.commitment, instance: report.instance }
}

/// The state of the whole, with how many instances stand how.
fn counted(state: String, counts: Option<Counts>) -> String {
    match counts {
        None => state,
        Some(counts) => format!("{state}; {} of {} met, {} overdue", counts.met, counts.all, counts.overdue),
    }
}

fn bodies(document: &Document) -> Section {
    let columns = [
        Column::id("id", "No."),
        Column::word("status", "Status"),
        Column::text("name", "Body").priority(3),
        Column::text("when", "When").priority(4),
        Column::text("members", "Members").priority(5),
    ];
    let rows = document.bodies.iter().map(|body| {
        let announced = body.announced.as_ref().map(|at| format!("announced {}", when(at)));
        let formed = body.formed.as_ref().map(|at| format!("formed {}", when(at)));
        let met = (!body.meetings.is_empty()).then(|| format!("met {}", times(body.meetings.len())));
        let all: Vec<String> = [announced, formed, met].into_iter().flatten().collect();
        let members = if body.members.is_empty() { String::new() } else { joined(&body.members) };
        [
            Cell::from(body.id).tone(Tone::Strong),
            Cell::from(&*body.status),
            Cell::from(&body.name),
            Cell::from(all.join("; ")),
            Cell::from(members),
        ]
    });
    Section::table("bodies", columns).titled("Bodies").rows(rows)
}

fn sayings(key: &'static str, title: &str, all: &[Saying]) -> Section {
    let item = |saying: &Saying| {
        let party = saying.party.as_ref().map(|party| format!("{party}: ")).unwrap_or_default();
        Item::bullet(0, format!("{party}{} – {}", saying.text, when(&saying.when)))
    };
    Section::text(key, all.iter().map(item)).titled(title)
}

fn report(document: &Document, sheet: bool) -> Report {
    let reports = document.reports.iter().map(|report| {
        let share = report.share.map(|share| format!(", {share} %")).unwrap_or_default();
        let by = report.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let evidence =
            if report.evidence.is_empty() { String::new() } else { format!(": {}", joined(&report.evidence)) };
        let rejected = if report.rejected { " (not accepted)" } else { "" };
        let status = spaced(report.status.word());
        let words = format!("{} {status}{share}{by}{evidence}{rejected} – {}", about(report), when(&report.when));
        Item::bullet(0, words)
    });
    let papers = document.papers.iter().map(|paper| {
        Item::bullet(0, format!("{} ({}, {} bytes, sha256 {})", paper.name, paper.media_type, paper.size, paper.sha256))
    });
    Report::new()
        .section(Section::fields("agreement", head(document)))
        .section(parties(document))
        .section(commitments(document, sheet))
        .section(super::instances::section(&document.instances))
        .section(super::instances::rest(&document.instances))
        .section(Section::text("reports", reports).titled("Reports"))
        .section(bodies(document))
        .section(sayings("amendments", "Amendments", &document.amendments))
        .section(sayings("statements", "Reservations and declarations", &document.statements))
        .section(sayings("notices", "Notices", &document.notices))
        .section(sayings("links", "Links", &document.links))
        .section(sayings("notes", "Notes", &document.notes))
        .section(Section::text("papers", papers).titled("Papers"))
        .section(super::history::redacted(&document.redacted))
}
