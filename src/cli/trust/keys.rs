//! `key` and `tree-head`.

use super::KeysArgs;
use crate::cli::error::{Exit, Failure};
use crate::cli::output::{Cell, Column, Report, Section, Tone};
use crate::cli::session::Session;
use crate::service::execute::Execution;
use crate::service::trust::keyring::NewKey;
use crate::views::trust::KeyRow;

/// What can be done with keys.
#[derive(Clone, Debug, clap::Subcommand)]
#[command(rename_all = "kebab-case")]
pub enum KeyCommand {
    /// Make the register's key: its public half goes on record, its private half into your folder of keys
    #[command(after_help = "Example:\n  servanda key new --name health.gov.example/agreements\n\n\
                            Keep a copy of the private key's file where only you can reach it. It is never shown.")]
    New(NewArgs),
    /// Every key that is or was on record, in the form that others check with
    #[command(after_help = "Example:\n  servanda key list --json")]
    List(ListArgs),
    /// Make a key that takes the place of the one that signs: what the old one signs from then on does not count
    #[command(after_help = "Example:\n  servanda key rotate --reason \"the clerk who held it left\"")]
    Rotate(RotateArgs),
}

/// Options of `key new`.
#[derive(Clone, Debug, clap::Args)]
pub struct NewArgs {
    /// The name under which heads are signed, best a domain of yours with a path; made of chance if left out.
    #[arg(long, value_name = "ORIGIN")]
    name: Option<String>,
    #[command(flatten)]
    keys: KeysArgs,
}

/// Options of `key list`.
#[derive(Clone, Debug, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    keys: KeysArgs,
}

/// Options of `key rotate`.
#[derive(Clone, Debug, clap::Args)]
pub struct RotateArgs {
    /// Why; it goes on record.
    #[arg(long, value_name = "REASON")]
    reason: String,
    #[command(flatten)]
    keys: KeysArgs,
}

/// Options of `tree-head`.
#[derive(Clone, Debug, clap::Args)]
pub struct TreeHeadArgs {
    #[command(flatten)]
    keys: KeysArgs,
}

pub(super) async fn run(command: KeyCommand, session: &Session) -> Result<Exit, Failure> {
    let execution = Execution { actor: session.actor()?, dry_run: false, asserted_times: false };
    match command {
        KeyCommand::New(args) => {
            let keyring = args.keys.keyring(session)?;
            let service = session.open(false)?;
            let made = service.new_key(args.name.as_deref(), &keyring, &execution).await;
            service.close().await?;
            told(&made?, session)
        }
        KeyCommand::Rotate(args) => {
            let keyring = args.keys.keyring(session)?;
            let service = session.open(false)?;
            let made = service.rotate_key(&args.reason, &keyring, &execution).await;
            service.close().await?;
            told(&made?, session)
        }
        KeyCommand::List(args) => list(&args, session).await,
    }
}

fn told(made: &NewKey, session: &Session) -> Result<Exit, Failure> {
    session.say(&format!("the private key is in {}; keep a copy where only you can reach it", made.file.display()));
    if crate::cli::place::ids_are_repeatable() {
        session.say("SERVANDA_SEED is set: whoever knows it can make this key too");
    }
    let row = KeyRow::of(&made.key, true);
    session.answer(&row, [&row], || {
        Report::new()
            .heading(format!("on record as register@{}; others check with this key:", row.fact))
            .heading(row.key.to_string())
    })
}

async fn list(args: &ListArgs, session: &Session) -> Result<Exit, Failure> {
    let keyring = args.keys.keyring(session)?;
    let service = session.open(false)?;
    let keys = service.keys().await?;
    let rows: Vec<KeyRow> =
        keys.all().iter().map(|known| KeyRow::of(known, keyring.file(&known.key).exists())).collect();
    session.answer(&rows, &rows, || {
        let columns = [
            Column::id("fact", "Fact"),
            Column::id("since", "Since"),
            Column::id("until", "Until"),
            Column::word("here", "Private key"),
            Column::id("key", "Key to check with"),
        ];
        let cells = rows.iter().map(|row| {
            let tone = if row.until.is_some() { Tone::Dim } else { Tone::Plain };
            [
                Cell::from(format!("register@{}", row.fact)).tone(Tone::Strong),
                Cell::from(format!("#{}", row.since)),
                Cell::from(row.until.map_or_else(|| "–".to_owned(), |until| format!("#{until}"))),
                Cell::from(if row.here { "here" } else { "elsewhere" }),
                Cell::from(&row.key).tone(tone),
            ]
        });
        Report::new().section(Section::table("keys", columns).when_empty("no key is on record").rows(cells))
    })
}

pub(super) async fn tree_head(args: TreeHeadArgs, session: &Session) -> Result<Exit, Failure> {
    let keyring = args.keys.keyring(session)?;
    let service = session.open(false)?;
    let head = service.tree_head(&keyring).await;
    service.close().await?;
    // A note is a note in every format: others check its very bytes.
    session.write(head?.as_str())
}
