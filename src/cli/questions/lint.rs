//! `lint`: what cannot be right in the record.
//!
//! For people the findings of one code stand together, with what to do about the first; spreadsheets and pages get a
//! row for each.

use std::fmt::Write as _;

use super::asked_line;
use crate::cli::args::{AskedArgs, FilterArgs};
use crate::cli::error::{Exit, Failure};
use crate::cli::hint;
use crate::cli::output::{Cell, Column, Format, Item, Report, Rows, Section, Terminal, Tone};
use crate::cli::session::{Session, asked, filter, reference};
use crate::domain::period::Period;
use crate::service::audit::Texts;
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
    let (format, section) = (session.format(), table());
    let assuming = Assumptions { each_party_within };
    // Each finding becomes text where it is found: of those of a whole register only some are in memory.
    let made = texts(format, session.terminal());
    let (lint, mut texts) = service.lint(&named, asked, &filter(&args.filter)?, assuming, made).await?;
    let mut headings = vec![asked_line(asked), summary(&lint)];
    if lint.recomputed > 0 {
        headings.push(format!("{} recomputed, {} agree", count(lint.recomputed, "stated date"), lint.agree));
    }
    let found = lint.errors + lint.warnings;
    let exit = if format == Format::Table {
        let report = headings.into_iter().fold(Report::new(), Report::heading);
        let report = grouped(report, &mut texts, section)?;
        session.answer(&lint, &lint.findings, || report)?
    } else {
        let wrong = |e: serde_json::Error| Failure::storage("output", e.to_string());
        let mut listing = session.listing(headings.join("\n"), section).inside(&lint).map_err(wrong)?;
        while let Some(text) = texts.next().transpose()? {
            if listing.made(&text).is_break() {
                break;
            }
        }
        session.listed(listing)?
    };
    Ok(if args.exit_code && found > 0 { Exit::Found } else { exit })
}

/// What a finding is for people: how grave it is, its code, its words, and what to do about it.
type ForPeople = (Severity, String, String, String);

/// Makes the text of a finding in the form asked for.
fn texts(format: Format, terminal: Terminal) -> impl Fn(&Finding) -> String + Send + Sync + 'static {
    let rows = Rows::of(format, terminal, &table(), 2);
    move |found| {
        let mut finding = found.clone();
        finding.next = hint::of_finding(&finding);
        let made = if format == Format::Table {
            let reason =
                finding.reason.as_ref().map(|reason| format!("; recorded because: {reason}")).unwrap_or_default();
            let words = format!("{}: {}{reason}", place(&finding), finding.message);
            serde_json::to_string(&(finding.severity, finding.code, words, &finding.next))
        } else {
            rows.text(&finding, || cells(&finding))
        };
        // Words, numbers and lists of them become JSON always.
        made.unwrap_or_default()
    }
}

/// The findings of one code stand together, with what to do about the first.
fn grouped(report: Report, texts: &mut Texts, nothing: Section) -> Result<Report, Failure> {
    let mut groups: Vec<Group> = Vec::new();
    while let Some(text) = texts.next().transpose()? {
        let read: Result<ForPeople, _> = serde_json::from_str(&text);
        let (severity, code, words, next) = read.map_err(|e| Failure::storage("output", e.to_string()))?;
        match groups.last_mut() {
            Some(group) if (group.severity, &group.code) == (severity, &code) => group.take(words),
            _ => groups.push(Group { severity, code, next, found: 1, words: vec![words] }),
        }
    }
    if groups.is_empty() {
        return Ok(report.section(nothing));
    }
    Ok(groups.into_iter().fold(report, |report, group| report.section(group.section())))
}

/// The findings of one code, of which people see some.
struct Group {
    severity: Severity,
    code: String,
    next: String,
    found: usize,
    words: Vec<String>,
}

impl Group {
    fn take(&mut self, words: String) {
        self.found += 1;
        if self.words.len() < SHOWN {
            self.words.push(words);
        }
    }

    fn section(self) -> Section {
        let Self { severity, code, next, found, words } = self;
        let shown = words.len();
        let mut items: Vec<Item> =
            words.into_iter().map(|words| Item::bullet(1, Cell::from(words).tone(tone(severity)))).collect();
        if found > shown {
            items.push(Item::bullet(1, format!("and {} more; --format csv lists all", found - shown)));
        }
        items.push(Item::paragraph(Cell::from(format!("next: {next}")).tone(Tone::Dim)));
        Section::text("findings", items).titled(format!("{severity} {code} ({found})"))
    }
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

/// The table that spreadsheets and pages get, without its rows.
fn table() -> Section {
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
    Section::table("findings", columns).when_empty("nothing is found")
}

fn cells(finding: &Finding) -> Vec<Cell> {
    let value = |at: usize| finding.values.get(at).map(|told| format!("{}: {}", told.of, told.is));
    vec![
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
}
