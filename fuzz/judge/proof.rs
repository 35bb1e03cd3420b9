//! Heads, keys and proofs from strangers: read or refused, and what is read has one text.

use servanda::proof::file::{Inclusion, Proof};
use servanda::proof::head::Head;
use servanda::proof::key::{SecretKey, VerifierKey};

/// Judges any text as each of them.
pub(crate) fn judge(bytes: &[u8]) {
    let Some(given) = super::words(bytes) else { return };
    let ours = SecretKey::of_seed("example.com/register", &[7; 32]).unwrap();
    // A key in the first line, and under it what it may have signed.
    if let Some((Ok(key), Ok(head))) =
        given.split_once('\n').map(|(key, head)| (VerifierKey::parse(key), Head::parse(head)))
        && let Ok(by) = head.signed_by(std::slice::from_ref(&key))
    {
        assert_eq!((by, head.origin()), (&key, key.name()));
    }
    if let Ok(head) = Head::parse(given) {
        assert_eq!(head.as_str(), given);
        let _ = (head.signers(), head.time());
        assert!(head.signed_by(&[ours.public().clone()]).is_err(), "nobody has the key");
    }
    if let Ok(key) = VerifierKey::parse(given) {
        assert_eq!(key.as_str(), given);
    }
    if let Ok(key) = SecretKey::parse(given) {
        assert_eq!(key.to_text().trim_end(), given.trim_end());
    }
    match Proof::parse(given) {
        Ok(Proof::Inclusion(proof)) => {
            assert_eq!(proof.to_string(), given);
            if proof.check().is_ok() {
                let leaf = Inclusion { header: [&proof.header, &b"\0"[..]].concat(), ..proof };
                assert!(leaf.check().is_err(), "another header is proven as well");
            }
        }
        Ok(Proof::Growth(proof)) => {
            assert_eq!(proof.to_string(), given);
            let _ = proof.check(&proof.head);
            let root = proof.path.first().copied().unwrap_or_else(|| proof.head.root());
            if let Ok(earlier) = Head::sign(&ours, proof.from, root, "2026-11-22T09:00:00Z") {
                let _ = proof.check(&earlier);
            }
        }
        Err(_) => {}
    }
}
