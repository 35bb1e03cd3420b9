//! `import`, `export` and `restore`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Kind, Report, Section, Tone};
use crate::cli::session::Session;
use crate::service::execute::Execution;
use crate::service::import::{ImportOptions, Imported};
use crate::views::outcome::{ImportView, RefusedView, RestoredView};

/// Options of `import`.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportArgs {
    /// The file, one JSON object a line; - reads standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Decide every line, and record nothing.
    #[arg(long)]
    dry_run: bool,
    /// Record nothing when one line is refused.
    #[arg(long)]
    all_or_nothing: bool,
    /// Accept `recorded_at` on lines, and mark each such event as asserted by the importer.
    #[arg(long)]
    asserted_times: bool,
    /// Who records, where a line does not say.
    #[arg(long, value_name = "ACTOR")]
    actor: Option<String>,
}

/// Options of `export`.
#[derive(Clone, Debug, clap::Args)]
pub struct ExportArgs {
    /// The file to write; standard output if left out.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Options of `restore`.
#[derive(Clone, Debug, clap::Args)]
pub struct RestoreArgs {
    /// The export; - reads standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

fn input(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    if path.is_dir() {
        return Err(Failure::refused("file", format!("{} is a folder, not a file", path.display())));
    }
    let file = File::open(path).map_err(|e| Failure::refused("file", format!("{}: {e}", path.display())))?;
    Ok(Box::new(BufReader::with_capacity(1 << 18, file)))
}

pub(super) async fn import(args: &ImportArgs, session: &Session) -> Result<Exit, Failure> {
    let mut input = input(&args.file)?;
    let actor = match &args.actor {
        Some(name) => crate::domain::id::Actor::parse(name).map_err(|e| Failure::usage("actor", e.to_string()))?,
        None => session.actor()?,
    };
    let execution = Execution { actor, dry_run: args.dry_run, asserted_times: args.asserted_times };
    let options = ImportOptions { execution, all_or_nothing: args.all_or_nothing };
    let service = if args.dry_run { session.open_to_try()? } else { session.open(true)? };
    let watched = io::stderr().is_terminal();
    let mut shown = 0;
    let result = service
        .import(input.as_mut(), &options, |lines| {
            if watched && lines >= shown + 5_000 {
                shown = lines;
                let _ = write!(io::stderr(), "\r{lines} lines read");
            }
        })
        .await;
    if shown > 0 {
        let _ = writeln!(io::stderr());
    }
    let closed = service.close().await;
    let imported = result?;
    closed?;
    answer(&imported, args.dry_run, session)
}

/// Answers with what an import did.
pub(in crate::cli) fn answer(imported: &Imported, dry_run: bool, session: &Session) -> Result<Exit, Failure> {
    let view = view(imported, dry_run);
    let exit = session.answer(&view, [&view], || report(&view))?;
    // For cron, which mails what is on standard error.
    let refused = view.refused.len();
    if refused > 0 && session.format().layout().is_some() {
        session.say(&format!("{refused} of {} commands were refused", view.commands));
    }
    Ok(if imported.refused.is_empty() { exit } else { Exit::Refused })
}

fn view(imported: &Imported, dry_run: bool) -> ImportView {
    let refused = imported.refused.iter().map(|refused| {
        let failure = Failure::from_execute(&refused.error);
        RefusedView { line: refused.line, code: failure.code, message: failure.message, hint: failure.hint }
    });
    ImportView {
        commands: imported.commands,
        recorded: imported.recorded,
        repeated: imported.repeated,
        dry_run,
        refused: refused.collect(),
    }
}

fn report(view: &ImportView) -> Report {
    let would = if view.dry_run { "would be recorded" } else { "recorded" };
    let columns = [
        Column::number("line", "Line"),
        Column::new(Kind::Word, "code", "Code"),
        Column::text("message", "Why").priority(3),
        Column::text("hint", "What to do").priority(4),
    ];
    let rows = view.refused.iter().map(|refused| {
        [
            Cell::from(refused.line),
            Cell::from(&refused.code).tone(Tone::Bad),
            Cell::from(&refused.message),
            Cell::from(refused.hint.as_deref().unwrap_or_default()),
        ]
    });
    Report::new()
        .heading(format!(
            "{} commands: {} {would}, {} recorded before, {} refused",
            view.commands,
            view.recorded,
            view.repeated,
            view.refused.len()
        ))
        .section(Section::table("refused", columns).titled("Refused").rows(rows))
}

pub(super) async fn export(args: &ExportArgs, session: &Session) -> Result<Exit, Failure> {
    let service = session.open(false)?;
    let fault = |e: io::Error| Failure::storage("output", format!("the export cannot be written: {e}"));
    let to_file = args.output.as_deref();
    let mut out: Box<dyn io::Write> = match to_file {
        Some(path) => Box::new(BufWriter::new(File::create(path).map_err(fault)?)),
        None => Box::new(BufWriter::new(io::stdout().lock())),
    };
    let written = service.export(|line| writeln!(out, "{line}")).await?;
    let written = written.and_then(|events| out.flush().map(|()| events));
    match written {
        Ok(events) => {
            if let Some(path) = to_file {
                session.say(&format!("wrote {events} events to {}", path.display()));
            }
            Ok(Exit::Done)
        }
        // A reader that has seen enough is a polite end.
        Err(error) if to_file.is_none() && error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => Err(fault(error)),
    }
}

pub(super) async fn restore(args: &RestoreArgs, session: &Session) -> Result<Exit, Failure> {
    let mut input = input(&args.file)?;
    let service = session.open(true)?;
    let result = service.restore(input.as_mut()).await;
    let closed = service.close().await;
    let events = result?;
    closed?;
    let made = RestoredView { events };
    session.answer(&made, [&made], || Report::new().heading(format!("restored {events} events")))
}
