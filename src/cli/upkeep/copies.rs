//! `backup` and `restore`.

use std::path::{Path, PathBuf};

use super::exchange::input;
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Item, Progress, Report, Section};
use crate::cli::session::Session;
use crate::service::backup::{BackupError, Kept, Source};
use crate::service::salvaged::Taken;
use crate::views::outcome::{BackupView, RestoredView};

/// What is counted while a backup is made or restored.
const EVENTS: &str = "events copied, and read back";

/// Options of `backup`.
#[derive(Clone, Debug, clap::Args)]
pub struct BackupArgs {
    /// A folder, or with a name that ends in .tar.zst one file; nothing may be there yet.
    #[arg(value_name = "DIR|FILE")]
    to: PathBuf,
}

/// Options of `restore`.
#[derive(Clone, Debug, clap::Args)]
pub struct RestoreArgs {
    /// A backup, one file or a folder, or an export; - reads an export from standard input.
    #[arg(value_name = "FILE|DIR")]
    from: PathBuf,
    /// Take events out of the file of a repair, behind those that the register has: they get other positions.
    #[arg(long)]
    renumber: bool,
}

pub(super) async fn backup(args: &BackupArgs, session: &Session) -> Result<Exit, Failure> {
    let service = session.open(false)?;
    let mut bar = Progress::when_long();
    let made = service.backup(&args.to, &mut |done, all| bar.of(done, all, EVENTS)).await;
    bar.end();
    let closed = service.close().await;
    let made = made?;
    closed?;
    let Kept { events, sha256, files, is_one_file } = made;
    let form = if is_one_file { "file" } else { "folder" };
    let view = BackupView { to: args.to.display().to_string(), form, events, files, sha256 };
    session.answer(&view, [&view], || {
        let words = format!("wrote {events} events and {files} other files to {}, and read them back", view.to);
        Report::new().heading(words).heading(format!("the hash of all events is {}", view.sha256))
    })
}

pub(super) async fn restore(args: &RestoreArgs, session: &Session) -> Result<Exit, Failure> {
    let is_stdin = args.from.as_os_str() == "-";
    if !is_stdin && !args.from.exists() {
        return Err(Failure::refused("file", format!("{}: there is no such file or folder", args.from.display())));
    }
    let source = if is_stdin || args.renumber { None } else { Source::at(&args.from)? };
    if args.renumber {
        return take_salvaged(&args.from, session).await;
    }
    match source {
        Some(source) => restore_backup(&source, session).await,
        None => restore_lines(&args.from, session).await,
    }
}

async fn restore_backup(source: &Source, session: &Session) -> Result<Exit, Failure> {
    if let Source::Folder(from) = source {
        let same = |a: &Path, b: &Path| a.canonicalize().ok().is_some_and(|a| b.canonicalize().is_ok_and(|b| a == b));
        if same(from, &session.folder()) {
            let why = format!("{} is the register that it was to be restored to", from.display());
            return Err(Failure::usage("store", why).hinted("name another folder with --store"));
        }
        if !from.join("log").is_dir() {
            return Err(BackupError::NotOne { path: from.clone() }.into());
        }
    }
    let service = session.open_in(true, Some(source.settings()?.zone))?;
    let mut bar = Progress::when_long();
    let restored = service.restore_backup(source, &mut |done, all| bar.of(done, all, EVENTS)).await;
    bar.end();
    let closed = service.close().await;
    let Kept { events, sha256, files, .. } = restored?;
    closed?;
    let view = RestoredView { events, files, sha256: Some(sha256), ..RestoredView::default() };
    session.answer(&view, [&view], || {
        let words = format!("restored {events} events and {files} other files, and read them back");
        Report::new().heading(words)
    })
}

async fn take_salvaged(from: &Path, session: &Session) -> Result<Exit, Failure> {
    let mut input = input(from)?;
    let service = session.open(true)?;
    let result = service.take_salvaged(input.as_mut()).await;
    let closed = service.close().await;
    let Taken { events, repeated, left_out, named } = result?;
    closed?;
    let view = RestoredView { events, files: 0, sha256: None, repeated, left_out: named };
    session.answer(&view, [&view], || {
        let words = format!(
            "took in {events} events under new positions; {repeated} were in the register already; {left_out} were left out, \
             because an event of their agreement before them is missing"
        );
        let named = view.left_out.iter().map(|name| Item::bullet(0, Cell::from(name)));
        Report::new().heading(words).section(Section::text("left_out", named))
    })
}

async fn restore_lines(from: &Path, session: &Session) -> Result<Exit, Failure> {
    let mut input = input(from)?;
    let service = session.open(true)?;
    let result = service.restore(input.as_mut()).await;
    let closed = service.close().await;
    let events = result?;
    closed?;
    let view = RestoredView { events, ..RestoredView::default() };
    session.answer(&view, [&view], || Report::new().heading(format!("restored {events} events")))
}
