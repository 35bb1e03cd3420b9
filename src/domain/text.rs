//! Bounded text: parsed once, then trusted.
//!
//! Whatever people type ends up in reports, terminals and proofs for ever, so control characters and the
//! invisible characters that reorder what a reader sees (bidirectional embeddings, overrides, isolates) are
//! refused at the door, and length is bounded.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Why a text was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("text is empty")]
    Empty,
    /// Longer than the bound, in bytes of UTF-8.
    #[error("text is {length} bytes long, at most {most} are kept")]
    TooLong {
        /// Length of what was given, in bytes.
        length: usize,
        /// The bound, in bytes.
        most: usize,
    },
    /// A character that would not be seen, or would change how the rest is seen.
    #[error("text holds U+{code:04X} at character {at}, which cannot be shown safely")]
    Unsafe {
        /// The character's code point.
        code: u32,
        /// Its place, in characters from 1.
        at: usize,
    },
}

/// Whether a character reorders or hides text: bidirectional embeddings, overrides and isolates, and
/// line and paragraph separators.
const fn reorders(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

fn checked(given: &str, most: usize, lines: bool) -> Result<Cow<'_, str>, TextError> {
    // The bound comes first: a mebibyte of anything is not worth normalising.
    if given.len() > most {
        return Err(TextError::TooLong { length: given.len(), most });
    }
    // Most texts are of plain letters, and need no closer look.
    let edges = [given.as_bytes().first(), given.as_bytes().last()];
    if edges.iter().flatten().all(|byte| **byte != b' ') && !given.is_empty() && given.bytes().all(is_printable) {
        return Ok(Cow::Borrowed(given));
    }
    let trimmed = given.trim();
    if trimmed.is_empty() {
        return Err(TextError::Empty);
    }
    for (at, c) in trimmed.chars().enumerate() {
        let allowed_break = lines && matches!(c, '\n' | '\t');
        if (c.is_control() && !allowed_break) || reorders(c) {
            return Err(TextError::Unsafe { code: u32::from(c), at: at + 1 });
        }
    }
    // What is read back from the record is in this form already.
    if trimmed.is_ascii() || is_nfc_quick(trimmed.chars()) == IsNormalized::Yes {
        return Ok(Cow::Borrowed(trimmed));
    }
    let text: String = trimmed.nfc().collect();
    // Some characters grow when they are normalised, and what is kept must be read again.
    if text.len() > most {
        return Err(TextError::TooLong { length: text.len(), most });
    }
    Ok(Cow::Owned(text))
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $most:expr, $lines:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The most bytes of UTF-8 that are kept.
            pub const MOST: usize = $most;

            /// Reads a text: trimmed, in Unicode normalisation form C, without unsafe characters.
            ///
            /// # Errors
            ///
            /// [`TextError`] when empty, too long, or holding a control or reordering character.
            pub fn parse(given: &str) -> Result<Self, TextError> {
                checked(given, Self::MOST, $lines).map(|text| Self(text.into_owned()))
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(given: String) -> Result<Self, TextError> {
                let other = match checked(&given, Self::MOST, $lines)? {
                    Cow::Borrowed(text) if text.len() == given.len() => None,
                    text => Some(text.into_owned()),
                };
                Ok(Self(other.unwrap_or(given)))
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": $most })
            }
        }
    };
}

text_type! {
    /// One line: a title, a name, a place; at most 1,024 bytes.
    Line, 1024, false
}

text_type! {
    /// A passage, which may have several lines: a commitment's words, a quote, a reason; at most 16,384 bytes.
    Text, 16_384, true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_any_text_is_stable_or_a_refusal(given in "\\PC{0,80}") {
            if let Ok(line) = Line::parse(&given) {
                prop_assert_eq!(Line::parse(line.as_str()), Ok(line.clone()));
            }
        }
    }

    #[test]
    fn an_override_is_refused_with_its_place() {
        let refused = Line::parse("pay \u{202E}001").expect_err("an override");
        assert_eq!(refused, TextError::Unsafe { code: 0x202E, at: 5 });
    }

    #[test]
    fn a_mebibyte_is_refused_with_both_lengths() {
        let refused = Text::parse(&"x".repeat(1 << 20)).expect_err("too long");
        assert_eq!(refused, TextError::TooLong { length: 1 << 20, most: 16_384 });
    }

    #[test]
    fn a_text_that_would_outgrow_its_bound_in_normal_form_is_refused() {
        // U+0958 has three bytes, and six in normalisation form C.
        let refused = Line::parse(&"\u{0958}".repeat(300)).expect_err("it grows beyond 1,024 bytes");
        assert_eq!(refused, TextError::TooLong { length: 1_800, most: 1_024 });
    }

    #[test]
    fn urdu_and_joiners_are_kept() {
        assert!(Line::parse("فاطمۃ الزہرا میڈیکل سینٹر").is_ok());
        assert!(Line::parse("می\u{200C}خواهم").is_ok());
    }
}
