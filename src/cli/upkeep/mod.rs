//! Upkeep: making a register, moving it in and out, and what helps at the keyboard.

pub mod copies;
pub mod doctor;
pub mod exchange;
pub mod keyboard;
pub mod store;

use super::error::{Exit, Failure};
use super::session::Session;

/// What keeps a register going.
#[derive(Clone, Debug, clap::Subcommand)]
#[command(rename_all = "kebab-case")]
pub enum Upkeep {
    /// Make an empty register here, in .servanda
    #[command(after_help = "Example:\n  servanda init --zone Asia/Karachi")]
    Init(store::InitArgs),
    /// Record many commands: one JSON object a line, or the rows of a CSV table
    #[command(
        after_help = "Examples:\n  servanda import register.jsonl --dry-run\n  servanda import membership.csv --mapping membership.json"
    )]
    Import(exchange::ImportArgs),
    /// Every event, one JSON object a line
    #[command(after_help = "Example:\n  servanda export > register.events.jsonl")]
    Export(exchange::ExportArgs),
    /// Copy the whole register while others use it, and read the copy back
    #[command(
        after_help = "A name that ends in .tar.zst makes one file, any other name a folder that opens as it is.\n\nExamples:\n  servanda backup /mnt/backup/register-2026-01-05.tar.zst\n  servanda backup /mnt/backup/register"
    )]
    Backup(copies::BackupArgs),
    /// Make the same register from a backup, or the same log from an export, byte for byte
    #[command(
        after_help = "Examples:\n  servanda restore register-2026-01-05.tar.zst --store register\n  servanda restore register.events.jsonl --store copy"
    )]
    Restore(copies::RestoreArgs),
    /// Say what is wrong with the store, and mend it
    #[command(
        after_help = "Looks at the files, their rights, every event, every index and view, and every attached paper; changes nothing without --fix. Exits with 0 when nothing is damaged or lost, and with 4 when something is.\n\nExamples:\n  servanda doctor\n  servanda doctor --fix"
    )]
    Doctor(doctor::DoctorArgs),
    /// Throw the views away and make them anew from the log
    #[command(
        after_help = "The files of a store of more than 16 MiB are written anew as well, without gaps, where there is room for a second store while it runs. With --compact those of any store are, and a rebuild that cannot do it says so.\n\nExamples:\n  servanda rebuild\n  servanda rebuild --compact"
    )]
    Rebuild(store::RebuildArgs),
    /// The line that turns completion on in a shell
    #[command(after_help = "Example:\n  source <(servanda completions bash)")]
    Completions(keyboard::CompletionsArgs),
    /// Write the manual pages
    #[command(after_help = "Example:\n  servanda man --out ~/.local/share/man/man1")]
    Man(keyboard::ManArgs),
}

impl Upkeep {
    /// Does it.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it cannot be done.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        match self {
            Self::Init(args) => store::init(&args, session).await,
            Self::Import(args) => exchange::import(&args, session).await,
            Self::Export(args) => exchange::export(&args, session).await,
            Self::Backup(args) => copies::backup(&args, session).await,
            Self::Restore(args) => copies::restore(&args, session).await,
            Self::Doctor(args) => doctor::doctor(&args, session),
            Self::Rebuild(args) => store::rebuild(&args, session).await,
            Self::Completions(args) => keyboard::completions(&args, session),
            Self::Man(args) => keyboard::man(&args, session),
        }
    }
}
