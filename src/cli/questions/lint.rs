//! `lint`: what cannot be right in the record.
//!
//! For people the findings of one code stand together, with what to do about the first; spreadsheets and pages get a
//! row for each.

use std::fmt::Write as _;

use super::asked_line;
use crate::cli::args::{AskedArgs, FilterArgs};
use crate::cli::error::{Exit, Failure};
use crate::cli::hint;
use crate::cli::output::{Cell, Column, Format, Item, Report, Section, Tone};
use crate::cli::session::{Session, asked, filter, reference};
use crate::domain::period::Period;
use crate::views::lint::code::Severity;
use crate::views::lint::{Assumptions, Finding, Lint};

/// How many findings of one code people see; the other formats have all.
const SHOWN: usize = 20;

/// How many facts of one finding people see.
const PLACES_SHOWN: usize = 6;

/// Options of `lint`.
#[derive(Clone, Debug, clap::Args)]
pub struct LintArgs {
    /// The agreements' references; all that the filter wants where none is given.
    #[arg(value_name = "REF", add = crate::cli::place::references(), conflicts_with_all = ["agreement", "kind", "status", "party", "subject"])]
    agreements: Vec<String>,
    #[command(flatten)]
    asked: AskedArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Assume that it comes into force for each party so long after its instrument, not before the agreement itself.
    #[arg(long, value_name = "PERIOD")]
    each_party_within: Option<String>,
    /// Exit with code 10 when there is an error or a warning, for cron.
    #[arg(long)]
    exit_code: bool,
}

pub(super) async fn run(args: LintArgs, session: &Session) -> Result<Exit, Failure> {
    let named = args.agreements.iter().map(|text| reference(text)).collect::<Result<Vec<_>, _>>()?;
    let each_party_within = args.each_party_within.as_deref().map(Period::parse).transpose();
    let each_party_within =
        each_party_within.map_err(|e| Failure::usage("each-party-within", format!("--each-party-within: {e}")))?;
    let service = session.open(false)?;
    let asked = asked(&service, &args.asked).await?;
    let mut lint = service.lint(&named, asked, &filter(&args.filter)?, Assumptions { each_party_within }).await?;
    for finding in &mut lint.findings {
        finding.next = hint::of_finding(finding);
    }
    let exit = session.answer(&lint, &lint.findings, || {
        let mut report = Report::new().heading(asked_line(asked)).heading(summary(&lint));
        if lint.recomputed > 0 {
            report =
                report.heading(format!("{} recomputed, {} agree", count(lint.recomputed, "stated date"), lint.agree));
        }
        match session.format() {
            Format::Csv | Format::Markdown => report.section(rows(&lint)),
            _ if lint.findings.is_empty() => report.section(rows(&lint)),
            _ => lint.findings.chunk_by(|a, b| (a.severity, a.code) == (b.severity, b.code)).fold(report, group),
        }
    })?;
    Ok(if args.exit_code && lint.errors + lint.warnings > 0 { Exit::Found } else { exit })
}

fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

fn summary(lint: &Lint) -> String {
    format!(
        "{} read: {}, {}, {}",
        count(lint.agreements, "agreement"),
        count(lint.errors, "error"),
        count(lint.warnings, "warning"),
        count(lint.notes, "note")
    )
}

const fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Note => Tone::Plain,
    }
}

/// The facts concerned, or the agreement where it is about no fact alone, and whom or what in it: `REF@3, @4 pk`.
fn place(finding: &Finding) -> String {
    let mut events = finding.events.iter().map(String::as_str);
    let first = events.next().unwrap_or_else(|| finding.agreement.as_str());
    let own = |event: &str| event.strip_prefix(finding.agreement.as_str()).is_some_and(|rest| rest.starts_with('@'));
    // The agreement is said once, unless the facts are of several.
    let short = own(first);
    let more = events.map(|event| if short && own(event) { &event[finding.agreement.as_str().len()..] } else { event });
    let mut place = [first].into_iter().chain(more).take(PLACES_SHOWN).collect::<Vec<_>>().join(", ");
    if finding.events.len() > PLACES_SHOWN {
        let _ = write!(place, " and {} more", finding.events.len() - PLACES_SHOWN);
    }
    let said = finding.message.to_lowercase();
    let unnamed = finding.subject.as_ref().filter(|subject| !said.contains(subject.as_str()));
    unnamed.map_or(place.clone(), |subject| format!("{place} {subject}"))
}

/// The findings of one code, with what to do about them.
fn group(report: Report, findings: &[Finding]) -> Report {
    let Some(first) = findings.first() else { return report };
    let mut items: Vec<Item> = Vec::new();
    for finding in findings.iter().take(SHOWN) {
        let reason = finding.reason.as_ref().map(|reason| format!("; recorded because: {reason}")).unwrap_or_default();
        let words = format!("{}: {}{reason}", place(finding), finding.message);
        items.push(Item::bullet(1, Cell::from(words).tone(tone(finding.severity))));
    }
    if findings.len() > SHOWN {
        items.push(Item::bullet(1, format!("and {} more; --format csv lists all", findings.len() - SHOWN)));
    }
    items.push(Item::paragraph(Cell::from(format!("next: {}", first.next)).tone(Tone::Dim)));
    let title = format!("{} {} ({})", first.severity, first.code, findings.len());
    report.section(Section::text("findings", items).titled(title))
}

fn rows(lint: &Lint) -> Section {
    let columns = [
        Column::word("severity", "Severity"),
        Column::id("code", "Code"),
        Column::id("agreement", "Agreement"),
        Column::word("subject", "About"),
        Column::text("events", "Facts"),
        Column::text("message", "What"),
        Column::text("value", "Value"),
        Column::text("against", "Against"),
        Column::text("reason", "Reason"),
        Column::text("next", "Next"),
    ];
    let cells = lint.findings.iter().map(|finding| {
        let value = |at: usize| finding.values.get(at).map(|told| format!("{}: {}", told.of, told.is));
        [
            Cell::from(finding.severity).tone(tone(finding.severity)),
            Cell::from(finding.code),
            Cell::from(&finding.agreement),
            Cell::from(finding.subject.clone().unwrap_or_default()),
            Cell::from(finding.events.join(", ")),
            Cell::from(&finding.message),
            Cell::from(value(0).unwrap_or_default()),
            Cell::from(value(1).unwrap_or_default()),
            Cell::from(finding.reason.as_ref().map(ToString::to_string).unwrap_or_default()),
            Cell::from(&finding.next),
        ]
    });
    Section::table("findings", columns).when_empty("nothing is found").rows(cells)
}
