//! `doctor`: what is wrong with a store, and what can be done about it.

use crate::cli::error::{Exit, Failure};
use crate::cli::hint;
use crate::cli::output::{Cell, Column, Format, Item, Progress, Report, Section, Tone};
use crate::cli::session::Session;
use crate::views::checkup::{Checkup, CheckupFinding};
use crate::views::lint::code::Severity;

/// What is counted.
const STEPS: &str = "steps";

/// How many findings of one kind people see; the other formats have all.
const SHOWN: usize = 20;

/// Options of `doctor`.
#[derive(Clone, Debug, clap::Args)]
pub struct DoctorArgs {
    /// Mend what can be mended: damaged files are kept in a folder of their own, nothing is deleted.
    #[arg(long)]
    fix: bool,
}

pub(super) fn doctor(args: &DoctorArgs, session: &Session) -> Result<Exit, Failure> {
    let mut bar = Progress::when_long();
    let looked = session.look(args.fix, &mut |done, all| bar.of(done, all, STEPS));
    bar.end();
    let checkup = looked?;
    let format = session.format();
    let exit = session.answer(&checkup, [&checkup], || {
        let report = Report::new().heading(summary(&checkup, args.fix));
        match format {
            Format::Csv | Format::Markdown => report.section(rows(&checkup)),
            _ => {
                let kinds = checkup.findings.chunk_by(|a, b| (a.code, a.mended) == (b.code, b.mended));
                kinds
                    .fold(report, |report, findings| group(report, findings, args.fix))
                    .section(next(&checkup, args.fix))
            }
        }
    })?;
    Ok(if checkup.ok { exit } else { Exit::Integrity })
}

fn summary(checkup: &Checkup, fix: bool) -> String {
    let events = checkup.events;
    match &checkup.log {
        None if checkup.findings.is_empty() => format!("{events} events, nothing is wrong"),
        None => format!("{events} events, all of them whole"),
        Some(log) => {
            let verb = if fix { "were" } else { "can be" };
            let kept = format!("{} events from the beginning on {verb} saved", log.kept);
            if log.missing == 0 && log.behind == 0 {
                format!("{kept}, which is all of them")
            } else {
                format!(
                    "{kept}, {} are missing, {} lie undamaged behind the first missing one",
                    log.missing, log.behind
                )
            }
        }
    }
}

const fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Note => Tone::Plain,
    }
}

/// The findings of one kind, with what to do about them.
fn group(report: Report, findings: &[CheckupFinding], fix: bool) -> Report {
    let Some(first) = findings.first() else { return report };
    let bullet = |finding: &CheckupFinding| {
        let words = format!("{}: {}", finding.place, finding.message);
        Item::bullet(1, Cell::from(words).tone(tone(finding.severity)))
    };
    let mut items: Vec<Item> = findings.iter().take(SHOWN).map(bullet).collect();
    if findings.len() > SHOWN {
        items.push(Item::bullet(1, format!("and {} more; --format csv lists all", findings.len() - SHOWN)));
    }
    let next = if first.mended { "it was mended".to_owned() } else { hint::of_ailment(first.code, fix).to_owned() };
    items.push(Item::paragraph(Cell::from(format!("next: {next}")).tone(Tone::Dim)));
    let title = format!("{} {} ({})", first.severity, first.code, findings.len());
    report.section(Section::text("findings", items).titled(title))
}

/// What was done, and what is left to a person.
fn next(checkup: &Checkup, fix: bool) -> Section {
    let mut items = Vec::new();
    if let Some(mended) = &checkup.mended {
        items.extend(mended.aside.iter().map(|aside| {
            Item::bullet(0, format!("what was damaged is kept in {aside}; remove it when nobody misses anything"))
        }));
        items.extend(mended.salvaged.iter().map(|salvaged| {
            let words = format!(
                "the undamaged events behind the first missing one are in {salvaged}: a backup that has them all is better \
                 (servanda restore BACKUP --store DIR); else servanda restore {salvaged} --renumber takes them in under other \
                 positions, where nothing before them in their agreement is missing"
            );
            Item::bullet(0, Cell::from(words).tone(Tone::Warn))
        }));
    } else if !fix && checkup.log.is_some() {
        items.push(Item::bullet(0, "servanda doctor --fix does this, and keeps the damaged files as they are"));
    }
    Section::text("next", items)
}

fn rows(checkup: &Checkup) -> Section {
    let columns = [
        Column::word("severity", "Severity"),
        Column::id("code", "Code"),
        Column::text("place", "Where"),
        Column::text("message", "What"),
        Column::word("mended", "Mended"),
    ];
    let cells = checkup.findings.iter().map(|finding| {
        [
            Cell::from(finding.severity).tone(tone(finding.severity)),
            Cell::from(finding.code.word()),
            Cell::from(&finding.place),
            Cell::from(&finding.message),
            Cell::from(if finding.mended { "yes" } else { "no" }),
        ]
    });
    Section::table("findings", columns).when_empty("nothing is wrong").rows(cells)
}
