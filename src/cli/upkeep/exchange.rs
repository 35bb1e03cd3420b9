//! `import` and `export`.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Counted, EVENTS, Item, Kind, Length, Progress, Report, Section, Tone};
use crate::cli::session::Session;
use crate::cli::verbs::{behind, moved_items};
use crate::service::error::ExecuteError;
use crate::service::execute::Execution;
use crate::service::import::{Far, ImportOptions, Imported};
use crate::service::mapping::language::MAPPING_BYTES_MAX;
use crate::service::mapping::{Mapping, Rows};
use crate::views::outcome::{ImportView, MovedView, RefusedView, TableView, WarningView};

/// What is counted while an import runs.
const LINES: &str = "lines";

/// Options of `import`.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportArgs {
    /// The file, one JSON object a line, or a CSV table with --mapping; - reads lines from standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How the rows of a CSV table become commands (a JSON file; docs/csv-mapping.md).
    #[arg(long, value_name = "MAPPING")]
    mapping: Option<PathBuf>,
    /// Decide every line, and record nothing.
    #[arg(long)]
    dry_run: bool,
    /// Record nothing when one line is refused; until the last is decided, all are held in memory.
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

pub(super) fn input(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    if path.is_dir() {
        return Err(Failure::refused("file", format!("{} is a folder, not a file", path.display())));
    }
    let file = File::open(path).map_err(|e| Failure::refused("file", format!("{}: {e}", path.display())))?;
    Ok(Box::new(BufReader::with_capacity(1 << 18, file)))
}

/// The input, and how long it is and how much of it is read, where it is a file.
fn watched_input(path: &Path, length: &mut Option<(u64, Arc<AtomicU64>)>) -> Result<Box<dyn BufRead>, Failure> {
    let (counted, read) = Counted::new(input(path)?);
    let file = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file);
    *length = file.map(|file| (file.len(), read));
    Ok(Box::new(counted))
}

/// Reads a mapping file, of which there is only so much.
fn mapping(path: &Path) -> Result<Mapping, Failure> {
    let wrong = |why: String| Failure::refused("file", format!("{}: {why}", path.display()));
    let file = File::open(path).map_err(|e| wrong(e.to_string()))?;
    let mut text = String::new();
    let read = file.take(MAPPING_BYTES_MAX + 1).read_to_string(&mut text).map_err(|e| wrong(e.to_string()))?;
    if read as u64 > MAPPING_BYTES_MAX {
        return Err(wrong(format!("a mapping has at most {MAPPING_BYTES_MAX} bytes")));
    }
    Ok(Mapping::parse(&text)?)
}

pub(super) async fn import(args: &ImportArgs, session: &Session) -> Result<Exit, Failure> {
    // A table is read through before anything is opened: a mapping that does not fit it changes nothing.
    let mut rows = match &args.mapping {
        Some(_) if args.file.as_os_str() == "-" => {
            let why = "a table is read several times, so it cannot come from standard input";
            return Err(Failure::usage("file", why).hinted("write it to a file first"));
        }
        Some(path) => Some(Rows::open(&args.file, mapping(path)?)?),
        None => None,
    };
    let mut length = None;
    let mut lines = if rows.is_none() { Some(watched_input(&args.file, &mut length)?) } else { None };
    let actor = match &args.actor {
        Some(name) => crate::domain::id::Actor::parse(name).map_err(|e| Failure::usage("actor", e.to_string()))?,
        None => session.actor()?,
    };
    let execution = Execution { actor, dry_run: args.dry_run, asserted_times: args.asserted_times };
    let options = ImportOptions { execution, all_or_nothing: args.all_or_nothing };
    let service = if args.dry_run { session.open_to_try()? } else { session.open(true)? };
    let length = match (&rows, length) {
        (Some(rows), _) => Length::Steps(rows.rows()),
        (None, Some((bytes, read))) => Length::Bytes(bytes, read),
        (None, None) => Length::Unknown,
    };
    let mut bar = Progress::new(length, LINES);
    let progress = |far: Far| match far {
        Far::Lines(lines) => bar.at(lines, LINES),
        Far::View { done, all } => bar.of(done, all, EVENTS),
    };
    let result = match (&mut rows, &mut lines) {
        (Some(rows), _) => service.import_commands(rows, &options, progress).await,
        (None, Some(lines)) => service.import(lines.as_mut(), &options, progress).await,
        (None, None) => Ok(Imported::default()),
    };
    bar.end();
    let closed = service.close().await;
    let imported = result?;
    closed?;
    told(&ImportView { table: rows.as_ref().map(table), ..view(&imported, args.dry_run) }, session)
}

/// Answers with what an import did.
pub(in crate::cli) fn answer(imported: &Imported, dry_run: bool, session: &Session) -> Result<Exit, Failure> {
    told(&view(imported, dry_run), session)
}

fn told(view: &ImportView, session: &Session) -> Result<Exit, Failure> {
    let exit = session.answer(view, [view], || report(view))?;
    // For cron, which mails what is on standard error.
    let refused = all_refused(view);
    if refused > 0 && session.format().layout().is_some() {
        session.say(&format!("{refused} of {} commands were refused", view.commands));
    }
    Ok(if view.refused.is_empty() { exit } else { Exit::Refused })
}

fn view(imported: &Imported, dry_run: bool) -> ImportView {
    let refused = imported.refused.iter().map(|refused| {
        let failure = Failure::from_execute(&refused.error);
        let (column, value) = match &refused.error {
            ExecuteError::Row(problem) => (problem.column.clone(), problem.value.clone()),
            _ => (None, None),
        };
        RefusedView {
            line: refused.line,
            command: refused.command.clone(),
            column,
            value,
            code: failure.code,
            message: failure.message,
            hint: failure.hint,
        }
    });
    ImportView {
        commands: imported.commands,
        recorded: imported.recorded,
        repeated: imported.repeated,
        dry_run,
        refused: refused.collect(),
        refused_left_out: imported.refused_left_out,
        moved: imported.moved.iter().map(MovedView::from).collect(),
        remarks: imported.clock_behind.map(behind).into_iter().collect(),
        table: None,
    }
}

fn table(rows: &Rows) -> TableView {
    let (told, untold) = rows.told();
    let warnings = told.iter().map(|warned| WarningView {
        line: warned.line,
        column: warned.column.clone(),
        value: warned.value.clone(),
        message: warned.message.clone(),
    });
    TableView {
        rows: rows.rows(),
        agreements: rows.agreements() as u64,
        warnings: warnings.collect(),
        warnings_left_out: untold,
    }
}

/// How many were refused, told or not.
const fn all_refused(view: &ImportView) -> u64 {
    view.refused.len() as u64 + view.refused_left_out
}

/// The totals: above a list of lines, which is short, and below the lists of a table, which are not.
fn totals(view: &ImportView) -> String {
    let would = if view.dry_run { "would be recorded" } else { "recorded" };
    let mut commands = format!(
        "{} commands: {} {would}, {} recorded before, {} refused",
        view.commands,
        view.recorded,
        view.repeated,
        all_refused(view)
    );
    if view.refused_left_out > 0 {
        let _ = write!(commands, " (the first {} are listed)", view.refused.len());
    }
    match &view.table {
        None => commands,
        Some(table) => {
            let warnings = table.warnings.len() as u64 + table.warnings_left_out;
            format!("{} rows of {} agreements; {commands}; {warnings} warnings", table.rows, table.agreements)
        }
    }
}

fn report(view: &ImportView) -> Report {
    let why = [
        Column::new(Kind::Word, "code", "Code"),
        Column::text("message", "Why").priority(3),
        Column::text("hint", "What to do").priority(4),
    ];
    let line = Column::number("line", "Line");
    let remarks = view.remarks.iter().map(|remark| Item::bullet(0, Cell::from(&remark.message).tone(Tone::Warn)));
    let remarks = Section::text("remarks", remarks);
    let Some(table) = &view.table else {
        let rows = view.refused.iter().map(|refused| {
            [
                Cell::from(refused.line),
                Cell::from(&refused.code).tone(Tone::Bad),
                Cell::from(&refused.message),
                Cell::from(refused.hint.as_deref().unwrap_or_default()),
            ]
        });
        let columns = [line].into_iter().chain(why);
        let refused = Section::table("refused", columns).titled("Refused").rows(rows);
        let moved = Section::text("moved", moved_items(&view.moved, view.dry_run));
        return Report::new().heading(totals(view)).section(refused).section(moved).section(remarks);
    };
    let text = |text: &Option<String>| Cell::from(text.as_deref().unwrap_or_default());
    let place = |first: &'static str, title: &str| {
        [line.clone(), Column::text(first, title).priority(1), Column::text("value", "Value").priority(5)]
    };
    let refused = view.refused.iter().map(|refused| {
        let place = if refused.column.is_some() { &refused.column } else { &refused.command };
        [
            Cell::from(refused.line),
            text(place),
            text(&refused.value),
            Cell::from(&refused.code).tone(Tone::Bad),
            Cell::from(&refused.message),
            text(&refused.hint),
        ]
    });
    let warned = table.warnings.iter().map(|warned| {
        [Cell::from(warned.line), text(&warned.column), text(&warned.value), Cell::from(&warned.message)]
    });
    let refused_columns = place("column", "Column or command").into_iter().chain(why);
    let warned_columns = place("column", "Column").into_iter().chain([Column::text("message", "Warning")]);
    Report::new()
        .section(Section::table("refused", refused_columns).titled("Refused").rows(refused))
        .section(Section::table("warnings", warned_columns).titled("Warnings").rows(warned))
        .section(remarks)
        .footing(totals(view))
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
