//! Proofs in one file each, as text.
//!
//! That an event is in the log: C2SP tlog-proof, whose `extra` line carries the event's header and, after a line feed, its
//! body. That a log only grew from an earlier head: the body of an `add-checkpoint` request of C2SP tlog-witness, which is
//! checked with the earlier head.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::Hash;
use super::head::{HEAD_BYTES_MAX, Head, HeadError};
use super::tree::{self, PATH_MAX, TreeError};

/// The first line of a proof that an event is in the log.
const INCLUSION: &str = "c2sp.org/tlog-proof@v1";

/// The most bytes of an event that a proof carries: the longest header and the longest body that the log takes.
const EXTRA_BYTES_MAX: usize = 5 * 1024 * 1024;

/// The most bytes of a proof that is read.
pub const PROOF_BYTES_MAX: usize = EXTRA_BYTES_MAX / 3 * 4 + HEAD_BYTES_MAX + 8 * 1024;

/// Why a file is no proof, or does not prove what it says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not of the form of a proof.
    #[error("it is neither a proof of an event (C2SP tlog-proof) nor one of growth (C2SP tlog-witness): {0}")]
    Form(&'static str),
    /// Its tree head cannot be read, or nobody that counts signed it.
    #[error("its tree head: {0}")]
    Head(#[from] HeadError),
    /// Its hashes do not prove it.
    #[error("{0}")]
    Tree(#[from] TreeError),
}

/// Bytes as base64 (RFC 4648).
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// Base64 (RFC 4648) as bytes; nothing for any other text.
#[must_use]
pub fn unbase64(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text).ok()
}

/// A proof that a leaf is in the tree of a head.
#[derive(Debug, PartialEq)]
pub struct Inclusion {
    /// The leaf: the event's header.
    pub header: Vec<u8>,
    /// The event's body, where it is not left out; the header has its hash.
    pub body: Option<Vec<u8>>,
    /// The leaf's index, which is the event's position.
    pub index: u64,
    /// The path from the leaf to the root.
    pub path: Vec<Hash>,
    /// The head of the tree.
    pub head: Head,
}

/// A proof that the tree of a head grew from that of an earlier one.
#[derive(Debug, PartialEq)]
pub struct Growth {
    /// How many leaves the earlier tree has.
    pub from: u64,
    /// The path between the roots.
    pub path: Vec<Hash>,
    /// The later head.
    pub head: Head,
}

/// A proof in a file.
#[derive(Debug, PartialEq)]
pub enum Proof {
    /// That an event is in the log.
    Inclusion(Inclusion),
    /// That the log only grew.
    Growth(Growth),
}

impl Inclusion {
    /// Checks that the leaf is in the tree of its head; whether the head can be trusted is not looked at.
    ///
    /// # Errors
    ///
    /// [`ProofError::Tree`].
    pub fn check(&self) -> Result<(), ProofError> {
        let leaf = tree::leaf(&self.header);
        Ok(tree::check_inclusion(&self.path, self.index, leaf, self.head.leaves(), self.head.root())?)
    }
}

impl Growth {
    /// Checks that the tree of its head grew from that of an earlier head; whether they can be trusted is not looked at.
    ///
    /// # Errors
    ///
    /// [`ProofError`] where the earlier head is another than the proof is about, or it is not proven.
    pub fn check(&self, earlier: &Head) -> Result<(), ProofError> {
        if earlier.leaves() != self.from {
            return Err(ProofError::Form("it begins at another size than the earlier head has"));
        }
        let to = (self.head.leaves(), self.head.root());
        Ok(tree::check_growth(&self.path, (self.from, earlier.root()), to)?)
    }
}

fn lines(f: &mut fmt::Formatter<'_>, path: &[Hash], head: &Head) -> fmt::Result {
    for hash in path {
        writeln!(f, "{hash}")?;
    }
    write!(f, "\n{}", head.as_str())
}

impl fmt::Display for Inclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body.iter().flat_map(|body| [b"\n".as_slice(), body]);
        let extra: Vec<u8> = std::iter::once(self.header.as_slice()).chain(body).flatten().copied().collect();
        writeln!(f, "{INCLUSION}\nextra {}\nindex {}", base64(&extra), self.index)?;
        lines(f, &self.path, &self.head)
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.from)?;
        lines(f, &self.path, &self.head)
    }
}

/// A decimal number without leading zeroes.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

fn path(text: &str) -> Result<Vec<Hash>, ProofError> {
    let wrong = ProofError::Form("a line of its path is not the base64 of a hash");
    let hashes: Option<Vec<Hash>> =
        text.split_terminator('\n').take(PATH_MAX + 1).map(|line| Hash::parse_hash(line).ok()).collect();
    hashes.filter(|hashes| hashes.len() <= PATH_MAX).ok_or(wrong)
}

impl Proof {
    /// Reads a proof of either kind.
    ///
    /// # Errors
    ///
    /// [`ProofError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        if text.len() > PROOF_BYTES_MAX {
            return Err(ProofError::Form("it is too long"));
        }
        let (before, head) = text.split_once("\n\n").ok_or(ProofError::Form("it has no tree head"))?;
        let before = format!("{before}\n");
        let read = if let Some(rest) = before.strip_prefix(INCLUSION) {
            let rest = rest.strip_prefix("\nextra ").ok_or(ProofError::Form("it carries no event"))?;
            let (extra, rest) = rest.split_once('\n').ok_or(ProofError::Form("it has no index"))?;
            let (index, rest) = rest.split_once('\n').ok_or(ProofError::Form("it has no index"))?;
            let index = index.strip_prefix("index ").and_then(number).ok_or(ProofError::Form("it has no index"))?;
            let extra = unbase64(extra).ok_or(ProofError::Form("the event in it is not base64"))?;
            let mut parts = extra.splitn(2, |byte| *byte == b'\n').map(<[u8]>::to_vec);
            let header = parts.next().unwrap_or_default();
            let (body, path) = (parts.next(), path(rest)?);
            Self::Inclusion(Inclusion { header, body, index, path, head: Head::parse(head)? })
        } else {
            let (old, rest) = before.split_once('\n').ok_or(ProofError::Form("it has no first line"))?;
            let from = old.strip_prefix("old ").and_then(number);
            let from = from.ok_or(ProofError::Form("its first line is of neither"))?;
            Self::Growth(Growth { from, path: path(rest)?, head: Head::parse(head)? })
        };
        // One proof has one text.
        if read.to_string() == text { Ok(read) } else { Err(ProofError::Form("it is written in another way")) }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inclusion(proof) => proof.fmt(f),
            Self::Growth(proof) => proof.fmt(f),
        }
    }
}
