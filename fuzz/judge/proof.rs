//! Heads, keys and proofs from strangers: read or refused, and what is read has one text.

use servanda::proof::file::Proof;
use servanda::proof::head::Head;
use servanda::proof::key::{SecretKey, VerifierKey};

/// Judges any text as each of them.
pub(crate) fn judge(bytes: &[u8]) {
    let Some(given) = super::words(bytes) else { return };
    let ours = SecretKey::of_seed("example.com/register", &[7; 32]).unwrap();
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
            let _ = proof.check();
        }
        Ok(Proof::Growth(proof)) => {
            assert_eq!(proof.to_string(), given);
            let _ = proof.check(&proof.head);
        }
        Err(_) => {}
    }
}
