//! `verify`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Progress, Report, Section, Tone};
use crate::cli::session::Session;
use crate::proof::head::{HEAD_BYTES_MAX, Head, HeadError};
use crate::service::trust::heads;
use crate::service::trust::verify::Against;
use crate::views::trust::{Finding, Verified};

/// Options of `verify`.
#[derive(Clone, Debug, clap::Args)]
pub struct VerifyArgs {
    /// A tree head from elsewhere that the log must have grown from; - reads one from standard input; repeat it.
    #[arg(long, value_name = "FILE")]
    against: Vec<PathBuf>,
}

/// Reads a head from a file, or from standard input.
pub(super) fn read(path: &Path) -> Result<Result<Head, HeadError>, Failure> {
    if path.as_os_str() != "-" {
        return Ok(heads::read(path)?);
    }
    let mut bytes = Vec::new();
    let input = std::io::stdin().lock().take(HEAD_BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
    input.map_err(|e| Failure::storage("input", format!("standard input: {e}")))?;
    Ok(String::from_utf8(bytes).map_err(|_| HeadError::Form).and_then(|text| Head::parse(&text)))
}

/// What is counted while everything is looked at.
const LOOKED: &str = "events looked at";

pub(super) async fn run(args: VerifyArgs, session: &Session) -> Result<Exit, Failure> {
    let mut against = Vec::new();
    for path in &args.against {
        against.push(Against { name: path.display().to_string(), head: read(path)? });
    }
    let service = session.open(false)?;
    let mut bar = Progress::when_long();
    let verified = service.verify(against, &mut |done, all| bar.of(done, all, LOOKED)).await;
    bar.end();
    let closed = service.close().await;
    let verified = verified?;
    closed?;
    let exit = session.answer(&verified, &verified.findings, || report(&verified))?;
    Ok(if verified.ok { exit } else { Exit::Integrity })
}

fn report(verified: &Verified) -> Report {
    let columns = [
        Column::word("code", "Finding"),
        Column::id("position", "Log"),
        Column::id("event", "Event"),
        Column::id("head", "Head"),
        Column::text("message", "What is wrong").priority(4),
    ];
    let section = Section::table("findings", columns).rows(verified.findings.iter().map(cells));
    let events = if verified.events == 1 { "1 event".to_owned() } else { format!("{} events", verified.events) };
    let heads = match verified.heads {
        0 => "no tree head was given out yet".to_owned(),
        1 => "1 tree head".to_owned(),
        heads => format!("{heads} tree heads"),
    };
    let verdict = if verified.ok { "everything is as it was recorded" } else { "NOT everything is as it was recorded" };
    let report = Report::new().heading(format!("{verdict}: {events}, {heads}")).section(section);
    let report = match &verified.root {
        Some(root) => report.footing(format!("root {root}")),
        None => report.footing("no root: some events cannot be read"),
    };
    match verified.findings_left_out {
        0 => report,
        more => report.footing(format!("and {more} more findings")),
    }
}

fn cells(finding: &Finding) -> [Cell; 5] {
    [
        Cell::from(finding.code).tone(Tone::Bad),
        Cell::from(finding.position.map(|position| format!("#{position}")).unwrap_or_default()),
        Cell::from(finding.event.as_deref().unwrap_or_default()).tone(Tone::Strong),
        Cell::from(finding.head.as_deref().unwrap_or_default()),
        Cell::from(&finding.message),
    ]
}
