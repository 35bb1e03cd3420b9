//! The name of a time zone: found, or refused with the one that was perhaps meant, which is found.
//!
//! Every zone's name is held against it, which takes a hundred times as long as to read a rule.

use servanda::domain::zone::Zone;

/// Judges any text.
pub(crate) fn judge(bytes: &[u8]) {
    let Some(given) = super::words(bytes) else { return };
    if Zone::named(given).is_err()
        && let Some(meant) = Zone::meant(given)
    {
        assert!(Zone::named(&meant).is_ok(), "{meant}");
    }
}
