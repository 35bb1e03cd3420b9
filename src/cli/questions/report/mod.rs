//! `report`: the returns that somebody asks for, each with the columns that are handed in. One file each.

pub mod mou_return;

use crate::cli::error::{Exit, Failure};
use crate::cli::session::Session;

/// Options of `report`.
#[derive(Clone, Debug, clap::Args)]
pub struct ReportArgs {
    #[command(subcommand)]
    which: Return,
}

/// The returns there are.
#[derive(Clone, Debug, clap::Subcommand)]
#[command(rename_all = "kebab-case")]
pub enum Return {
    /// Every memorandum and agreement with its signatories, dates, expiry and progress
    #[command(
        after_help = "Example:\n  servanda report mou-return --party Pakistan --as-of 2025-10-18 --format csv\n\n\
                      Pledges have no instrument: they are left out, and counted, unless --kind pledge asks for them."
    )]
    MouReturn(mou_return::MouReturnArgs),
}

impl ReportArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        match self.which {
            Return::MouReturn(args) => mou_return::run(args, session).await,
        }
    }
}
