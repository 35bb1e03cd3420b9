//! `init` and `rebuild`.

use crate::cli::args::Globals;
use crate::cli::error::{Exit, Failure};
use crate::cli::hint;
use crate::cli::output::{EVENTS, Progress, Report};
use crate::cli::place::{FOLDER, named_store};
use crate::cli::session::Session;
use crate::domain::zone::Zone;
use crate::service::settings::FILE;
use crate::views::outcome::{MadeView, RebuiltView};

/// Options of `init`.
#[derive(Clone, Debug, clap::Args)]
pub struct InitArgs {
    /// The IANA time zone in which the register's days begin and end; the machine's if left out.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
}

pub(super) async fn init(args: &InitArgs, session: &Session) -> Result<Exit, Failure> {
    let zone = args
        .zone
        .as_deref()
        .map(|name| {
            let hinted = |failure: Failure| Failure { hint: hint::of_zone(name), ..failure };
            Zone::named(name).map_err(|e| hinted(Failure::usage("zone", e.to_string())))
        })
        .transpose()?;
    // Without a folder given, a register is made here, even where one further up would be found.
    let mut globals: Globals = session.globals().clone();
    if globals.store.is_none() {
        globals.store = Some(named_store().unwrap_or_else(|| std::path::PathBuf::from(FOLDER)));
    }
    let session = session.with(globals);
    let folder = session.folder();
    if folder.join(FILE).exists() {
        return Err(Failure::refused("register_there", format!("there is a register in {} already", folder.display())));
    }
    let service = session.open_in(true, zone)?;
    let zone = service.settings().zone.name().to_owned();
    service.close().await?;
    let made = MadeView { store: folder.display().to_string(), zone };
    session.answer(&made, [&made], Report::new)
}

/// Options of `rebuild`.
#[derive(Clone, Debug, clap::Args)]
pub struct RebuildArgs {
    /// Write the store's files anew without gaps, however short they are, and fail where that fails.
    #[arg(long)]
    compact: bool,
}

pub(super) async fn rebuild(args: &RebuildArgs, session: &Session) -> Result<Exit, Failure> {
    let service = session.open(false)?;
    let mut bar = Progress::when_long();
    let rebuilt = service.rebuild_with(&mut |done, all| bar.of(done, all, EVENTS)).await;
    bar.end();
    let agreements = rebuilt?;
    if args.compact {
        service.compact();
    }
    service.close().await?;
    let made = RebuiltView { agreements };
    session.answer(&made, [&made], || {
        let words = if agreements == 1 { "1 agreement".to_owned() } else { format!("{agreements} agreements") };
        Report::new().heading(format!("rebuilt the views of {words}"))
    })
}
