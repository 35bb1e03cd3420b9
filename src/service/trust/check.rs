//! Checking a proof where there is no store: with a key, or with a head, that whoever checks has from elsewhere.

use super::TrustError;
use crate::log::codec;
use crate::proof::file::{Growth, Inclusion, Proof};
use crate::proof::head::Head;
use crate::proof::key::VerifierKey;
use crate::views::trust::ProofView;

fn signed<'k>(head: &Head, keys: &'k [VerifierKey]) -> Result<&'k VerifierKey, TrustError> {
    head.signed_by(keys).map_err(|source| TrustError::Head { what: "the proof's tree head".to_owned(), source })
}

/// Checks a proof: its hashes, what it carries, and that its head is signed by a trusted key or is the trusted head itself.
///
/// # Errors
///
/// [`TrustError`] for whatever does not hold, or where nothing that could be trusted was given.
pub fn check(proof: &Proof, keys: &[VerifierKey], trusted: Option<&Head>) -> Result<ProofView, TrustError> {
    match proof {
        Proof::Inclusion(proof) => inclusion(proof, keys, trusted),
        Proof::Growth(proof) => growth(proof, keys, trusted),
    }
}

fn inclusion(proof: &Inclusion, keys: &[VerifierKey], trusted: Option<&Head>) -> Result<ProofView, TrustError> {
    proof.check()?;
    let of = |head: &Head| (head.leaves(), head.root().0);
    if let Some(trusted) = trusted
        && of(trusted) != of(&proof.head)
    {
        return Err(TrustError::Unfounded(
            "the proof is about another tree head than the one that was given: have it proven under that one, or give --key",
        ));
    }
    let key = match (keys, trusted) {
        ([], None) => return Err(NOTHING_TO_TRUST),
        ([], Some(_)) => None,
        (keys, _) => Some(signed(&proof.head, keys)?),
    };
    let event = |error: codec::CodecError| TrustError::Event(error.to_string());
    let header = codec::header(&proof.header, proof.index).map_err(event)?;
    let body = match &proof.body {
        Some(body) => {
            codec::check_body(&proof.header, body).map_err(TrustError::Event)?;
            let body: codec::Body =
                serde_json::from_slice(body).map_err(|error| TrustError::Event(error.to_string()))?;
            Some(body.into())
        }
        None => None,
    };
    Ok(ProofView { header: Some(header), body, position: Some(proof.index), ..view(&proof.head, key) })
}

fn growth(proof: &Growth, keys: &[VerifierKey], trusted: Option<&Head>) -> Result<ProofView, TrustError> {
    let Some(earlier) = trusted else {
        return Err(TrustError::Unfounded("a proof of growth is checked with the earlier head: give it with --head"));
    };
    proof.check(earlier)?;
    if keys.is_empty() {
        return Err(NOTHING_TO_TRUST);
    }
    let key = signed(&proof.head, keys)?;
    Ok(ProofView { from: Some(proof.from), ..view(&proof.head, Some(key)) })
}

/// Anybody can make a proof under a head of his own.
const NOTHING_TO_TRUST: TrustError =
    TrustError::Unfounded("a proof is worth what the key is that signed its head: give that with --key");

fn view(head: &Head, key: Option<&VerifierKey>) -> ProofView {
    ProofView {
        holds: true,
        origin: head.origin().to_owned(),
        events: head.leaves(),
        root: head.root().to_string(),
        time: head.time().map(str::to_owned),
        signed_by: key.map(ToString::to_string),
        position: None,
        from: None,
        header: None,
        body: None,
    }
}
