//! Signed heads of trees: C2SP tlog-checkpoint in a C2SP signed note.
//!
//! Three lines: the origin, which is the name of the key; the number of leaves; the root in base64. An extension line says
//! when it was signed (`time 2026-01-05T09:00:00Z`). Then a blank line and one line a signature.

use signed_note::{Note, Signature, StandardVerifier, VerificationError, Verifier, Verifiers};
use tlog_tiles::Checkpoint;

use super::Hash;
use super::key::{SecretKey, VerifierKey, is_name};
use super::tree::LEAVES_MAX;

/// The most bytes of a head that is read: three lines and a hundred signatures have room in it.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

/// What stands before the time in its line.
const TIME: &str = "time ";

/// Why a text is no head, or is not signed by whom it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// Not a signed note of a checkpoint.
    #[error("it is not a signed tree head (C2SP tlog-checkpoint)")]
    Form,
    /// None of the keys signed it.
    #[error("it is signed by {by}, none of which is a key that counts here")]
    Stranger {
        /// Who signed it: names and ids.
        by: String,
    },
    /// A key that counts is named, and its signature is wrong.
    #[error("the signature of {by} is not that of this text")]
    Signature {
        /// The key's name and id.
        by: String,
    },
}

/// A head of a tree, with its signatures.
#[derive(Debug, PartialEq)]
pub struct Head {
    text: String,
    checkpoint: Checkpoint,
    note: Note,
}

/// Keys by which a head may be signed.
struct Known<'a>(&'a [VerifierKey]);

impl Verifiers for Known<'_> {
    fn verifier(&self, name: &str, id: u32) -> Result<&dyn Verifier, VerificationError> {
        let verifiers = self.0.iter().map(VerifierKey::verifier);
        let found = verifiers.into_iter().find(|key: &&StandardVerifier| key.name() == name && key.key_id() == id);
        let unknown = || VerificationError::UnknownKey { name: name.to_owned(), id };
        found.map(|key| key as &dyn Verifier).ok_or_else(unknown)
    }
}

impl Head {
    /// Signs the head of a tree: how many leaves, its root, and the time by the signer's clock (RFC 3339).
    ///
    /// # Errors
    ///
    /// [`HeadError::Form`] for a time of more than one line.
    pub fn sign(key: &SecretKey, leaves: u64, root: Hash, time: &str) -> Result<Self, HeadError> {
        let name = key.public().name();
        let checkpoint =
            Checkpoint::new(name, leaves, root, &format!("{TIME}{time}\n")).map_err(|_| HeadError::Form)?;
        let body = String::from_utf8(checkpoint.to_bytes()).map_err(|_| HeadError::Form)?;
        let signature = key.sign(&body).ok_or(HeadError::Form)?;
        let note = Note::new(body.as_bytes(), &[signature]).map_err(|_| HeadError::Form)?;
        let text = String::from_utf8(note.to_bytes()).map_err(|_| HeadError::Form)?;
        Self::parse(&text)
    }

    /// Reads a signed head, whoever signed it.
    ///
    /// # Errors
    ///
    /// [`HeadError::Form`].
    pub fn parse(text: &str) -> Result<Self, HeadError> {
        if text.len() > HEAD_BYTES_MAX {
            return Err(HeadError::Form);
        }
        let note = Note::from_bytes(text.as_bytes()).map_err(|_| HeadError::Form)?;
        let checkpoint = Checkpoint::from_bytes(note.text()).map_err(|_| HeadError::Form)?;
        let plain = checkpoint.to_bytes() == note.text() && note.to_bytes() == text.as_bytes();
        if !plain || !is_name(checkpoint.origin()) || checkpoint.size() > LEAVES_MAX {
            return Err(HeadError::Form);
        }
        Ok(Self { text: text.to_owned(), checkpoint, note })
    }

    /// The whole note, byte for byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whose tree it is.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.checkpoint.origin()
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn leaves(&self) -> u64 {
        self.checkpoint.size()
    }

    /// The tree's root.
    #[must_use]
    pub fn root(&self) -> Hash {
        *self.checkpoint.hash()
    }

    /// When it was signed, by the signer's word.
    #[must_use]
    pub fn time(&self) -> Option<&str> {
        self.checkpoint.extension().lines().find_map(|line| line.strip_prefix(TIME))
    }

    /// Who says to have signed it: names and ids of keys.
    #[must_use]
    pub fn signers(&self) -> Vec<String> {
        let (_, lines) = self.text.rsplit_once("\n\n").unwrap_or_default();
        let signatures = lines.lines().filter_map(|line| Signature::from_bytes(line.as_bytes()).ok());
        signatures.map(|by| format!("{}+{:08x}", by.name(), by.id())).collect()
    }

    /// The first of some keys that signed it under its own name; a wrong signature in the name of one of them is an error.
    ///
    /// # Errors
    ///
    /// [`HeadError::Stranger`] or [`HeadError::Signature`].
    pub fn signed_by<'k>(&self, keys: &'k [VerifierKey]) -> Result<&'k VerifierKey, HeadError> {
        let stranger = || HeadError::Stranger { by: self.signers().join(", ") };
        let (good, _) = self.note.verify(&Known(keys)).map_err(|error| match error {
            signed_note::NoteError::InvalidSignature { name, id } => {
                HeadError::Signature { by: format!("{name}+{id:08x}") }
            }
            _ => stranger(),
        })?;
        let is_by = |key: &VerifierKey| {
            key.name() == self.origin()
                && good.iter().any(|by| by.name() == key.name() && by.id() == key.verifier().key_id())
        };
        keys.iter().find(|key| is_by(key)).ok_or_else(stranger)
    }
}
