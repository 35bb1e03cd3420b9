//! Trust: keys, signed tree heads, the look at everything, and proofs for whoever has no access.

pub mod keys;
pub mod prove;
pub mod verify;

use std::path::PathBuf;

use super::error::{Exit, Failure};
use super::place;
use super::session::Session;
use crate::service::trust::keyring::Keyring;

/// What lets others rely on the record.
#[derive(Clone, Debug, clap::Subcommand)]
#[command(rename_all = "kebab-case")]
pub enum Trust {
    /// The keys that sign tree heads: make one, list them, replace the one that signs
    #[command(subcommand)]
    Key(keys::KeyCommand),
    /// Sign how many events there are and the root over them: give that to others, and nothing can be changed unseen
    #[command(after_help = "Example:\n  servanda tree-head > register-2025-10.note\n\n\
                            It is a C2SP tlog-checkpoint in a signed note. What was given out is kept in the register and held \
                            against it by every verify; a copy elsewhere is what an owner of both register and key cannot change.")]
    TreeHead(keys::TreeHeadArgs),
    /// Look at everything: every record, hash, place, version and view, the tree, and every head that was given out
    #[command(after_help = "Example:\n  servanda verify --against register-2025-10.note\n\n\
                            Exit code 4 when anything is found. Each finding says what it is and where.")]
    Verify(verify::VerifyArgs),
    /// Write a proof that an event is in the log, or that the log only grew, as one file
    #[command(
        after_help = "Examples:\n  servanda prove pk-ps-health-2025@7 > signature.tlog-proof\n  servanda prove --consistency register-2025-10.note > growth.proof\n\n\
                            A proof stands under a head that was given out: servanda tree-head."
    )]
    Prove(prove::ProveArgs),
    /// Check a proof, without any register
    #[command(
        after_help = "Examples:\n  servanda verify-proof signature.tlog-proof --key example.com/register+c74f20a3+ARpc2Q…\n  servanda verify-proof growth.proof --head register-2025-10.note --key …"
    )]
    VerifyProof(prove::VerifyProofArgs),
}

impl Trust {
    /// Does it.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it cannot be done, or does not hold.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        match self {
            Self::Key(command) => Box::pin(keys::run(command, session)).await,
            Self::TreeHead(args) => keys::tree_head(args, session).await,
            Self::Verify(args) => verify::run(args, session).await,
            Self::Prove(args) => prove::run(args, session).await,
            Self::VerifyProof(args) => prove::check(&args, session),
        }
    }
}

/// Where private keys are.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct KeysArgs {
    /// The folder of private keys; else `SERVANDA_KEYS`, else servanda/keys in the user's folder of settings.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

impl KeysArgs {
    fn keyring(&self, session: &Session) -> Result<Keyring, Failure> {
        Ok(Keyring::new(place::keys(self.keys.as_deref()), &session.folder())?)
    }
}
