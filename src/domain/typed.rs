//! The first look at a date that somebody typed, before any grammar reads it.
//!
//! Every date type asks this first, so each parser works on at most 64 bytes of printable ASCII and no message
//! can carry what would change a terminal.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};

/// The most bytes that any date grammar reads; the longest interval needs 23, the longest spoken form about 30.
pub const MOST: usize = 64;

/// How much of a refused text is shown, in characters.
const SHOWN: usize = 32;

/// Why a text was refused before its grammar was looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypedError {
    /// Nothing there.
    #[error("a date or period is empty: leave it out or write one, such as 2025-09-17 or P30D")]
    Empty,
    /// Longer than [`MOST`].
    #[error("{given:?} is the start of {length} bytes, at most {MOST} are read as a date or period")]
    TooLong {
        /// The first characters of what was given.
        given: String,
        /// Length of what was given, in bytes.
        length: usize,
    },
    /// A character that no date form has.
    #[error("{given:?} holds U+{code:04X} at character {at}: dates and periods are written in plain ASCII")]
    Foreign {
        /// The first characters of what was given.
        given: String,
        /// The character's code point.
        code: u32,
        /// Its place, in characters from 1.
        at: usize,
    },
}

/// Passes what is short, not empty, and printable ASCII.
pub(super) fn check(given: &str) -> Result<(), TypedError> {
    if given.is_empty() {
        return Err(TypedError::Empty);
    }
    let shown = || given.chars().take(SHOWN).collect();
    if given.len() > MOST {
        return Err(TypedError::TooLong { given: shown(), length: given.len() });
    }
    match given.chars().enumerate().find(|(_, c)| !matches!(c, ' '..='~')) {
        None => Ok(()),
        Some((at, c)) => Err(TypedError::Foreign { given: shown(), code: u32::from(c), at: at + 1 }),
    }
}

/// Reads a text of a format, which need not be copied for that.
pub(super) fn deserialized<'de, D, T, E>(deserializer: D, parse: fn(&str) -> Result<T, E>) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: fmt::Display,
{
    struct Reader<T, E>(fn(&str) -> Result<T, E>);

    impl<T, E: fmt::Display> Visitor<'_> for Reader<T, E> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_str<F: de::Error>(self, given: &str) -> Result<T, F> {
            (self.0)(given).map_err(F::custom)
        }
    }

    deserializer.deserialize_str(Reader(parse))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_passes_is_short_and_printable_ascii(given in "\\PC*") {
            let plain = given.bytes().all(|b| (b' '..=b'~').contains(&b));
            prop_assert_eq!(check(&given).is_ok(), plain && !given.is_empty() && given.len() <= MOST);
        }
    }

    #[test]
    fn a_refusal_names_the_character_and_its_place() {
        let error = check("2025\u{202E}-09").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"2025\\u{202e}-09\" holds U+202E at character 5: dates and periods are written in plain ASCII"
        );
    }

    #[test]
    fn sixty_four_characters_are_read_and_sixty_five_are_not() {
        assert_eq!(check(&"1".repeat(64)), Ok(()));
        assert!(matches!(check(&"1".repeat(65)), Err(TypedError::TooLong { length: 65, .. })));
        assert_eq!(check(""), Err(TypedError::Empty));
    }
}
