//! Names and numbers that point at things: references, parties, commitments, bodies, events.
//!
//! Each is a type of its own with a private field, read once at the edge, so that a party cannot be handed in
//! where a body is meant.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::text::{Line, TextError};
use super::typed;

/// Why a name or number was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not of the form that this kind of name has.
    #[error("{what} {given:?} is not of the form {form}")]
    Form {
        /// What the name was meant to be.
        what: &'static str,
        /// What was given, cut to 80 characters.
        given: String,
        /// The form, in words.
        form: &'static str,
    },
    /// The text itself cannot be kept.
    #[error("{what}: {source}")]
    Text {
        /// What the name was meant to be.
        what: &'static str,
        /// Why not.
        source: TextError,
    },
}

fn cut(given: &str) -> String {
    given.chars().take(80).collect()
}

/// Lower-case letters, digits and dashes, beginning and ending with a letter or digit.
fn is_slug(given: &str, most: usize) -> bool {
    let bytes = given.as_bytes();
    let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    !bytes.is_empty()
        && bytes.len() <= most
        && bytes.iter().all(|b| plain(b) || *b == b'-')
        && bytes.first().is_some_and(plain)
        && bytes.last().is_some_and(plain)
}

macro_rules! slug_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $most:literal, $form:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl $name {
            /// Reads the name.
            ///
            /// # Errors
            ///
            /// [`IdError::Form`] unless it is lower-case letters, digits and dashes within the bound.
            pub fn parse(given: &str) -> Result<Self, IdError> {
                if is_slug(given, $most) {
                    Ok(Self(given.to_owned()))
                } else {
                    Err(IdError::Form { what: $what, given: cut(given), form: $form })
                }
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(given: String) -> Result<Self, IdError> {
                if is_slug(&given, $most) { Ok(Self(given)) } else { Self::parse(&given) }
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
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
                schemars::json_schema!({
                    "type": "string",
                    "minLength": 1,
                    "maxLength": $most,
                    "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
                })
            }
        }
    };
}

slug_type! {
    /// The name by which people call an agreement; unique in the register.
    Reference, "reference", 80, "lower-case letters, digits and dashes, at most 80, such as pk-ps-health-2025"
}

slug_type! {
    /// The name of a calendar of days off.
    CalendarId, "calendar", 40, "lower-case letters, digits and dashes, at most 40, such as pk"
}

slug_type! {
    /// The name of a counting profile.
    ProfileId, "counting profile", 40, "lower-case letters, digits and dashes, at most 40, such as eu-1182-71"
}

slug_type! {
    /// A party's short name inside an agreement.
    PartyId, "party", 40, "lower-case letters, digits and dashes, at most 40, such as pk"
}

impl Reference {
    /// The reserved name of the register's own facts: its calendars and counting profiles.
    pub const REGISTER: &'static str = "register";

    /// Whether it names the register itself instead of an agreement.
    #[must_use]
    pub fn is_register(&self) -> bool {
        self.0 == Self::REGISTER
    }
}

macro_rules! number_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $prefix:literal, $form:literal, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                typed::deserialized(deserializer, Self::parse)
            }
        }

        impl $name {
            /// The `n`-th of its agreement, counted from 1.
            #[must_use]
            pub const fn nth(n: u32) -> Self {
                Self(n)
            }

            /// Its number, counted from 1.
            #[must_use]
            pub const fn number(self) -> u32 {
                self.0
            }

            /// Reads the name.
            ///
            /// # Errors
            ///
            /// [`IdError::Form`] unless it is the prefix and a number from 1 to 999,999.
            pub fn parse(given: &str) -> Result<Self, IdError> {
                given
                    .strip_prefix($prefix)
                    .filter(|digits| digits.len() <= 6 && !digits.starts_with(['0', '+']))
                    .and_then(|digits| digits.parse().ok())
                    .map(Self)
                    .ok_or_else(|| IdError::Form { what: $what, given: cut(given), form: $form })
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(given: String) -> Result<Self, IdError> {
                Self::parse(&given)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
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
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

number_type! {
    /// A commitment's name inside its agreement: `c1`, `c2` …
    CommitmentId, "commitment", "c", "c1, c2 …", "^c[1-9][0-9]{0,5}$"
}

number_type! {
    /// A body's name inside its agreement: `wg1`, `wg2` …
    BodyId, "body", "wg", "wg1, wg2 …", "^wg[1-9][0-9]{0,5}$"
}

macro_rules! uuid_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
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
                schemars::json_schema!({
                    "type": "string",
                    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
                })
            }
        }
    };
}

uuid_type! {
    /// An agreement's lasting identity (`UUIDv7`), which no person types.
    AgreementId
}

uuid_type! {
    /// An event's identity (`UUIDv7`).
    EventId
}

uuid_type! {
    /// A command's identity: the same one again changes nothing.
    CommandId
}

/// Who recorded something: one line, as the person or program calls itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Actor(Line);

impl Actor {
    /// Reads an actor's name.
    ///
    /// # Errors
    ///
    /// [`IdError::Text`] when it cannot be kept as one line.
    pub fn parse(given: &str) -> Result<Self, IdError> {
        Line::parse(given).map(Self).map_err(|source| IdError::Text { what: "actor", source })
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_lower_case_letters_digits_and_dashes() {
        assert!(Reference::parse("pk-ps-health-2025").is_ok());
        for bad in ["", "-a", "a-", "A", "a_b", "a b", "ü", &"a".repeat(81)] {
            assert!(Reference::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn numbered_names_have_one_spelling() {
        assert_eq!(CommitmentId::parse("c12").map(CommitmentId::number), Ok(12));
        for bad in ["c0", "c01", "c", "c+1", "C1", "wg1", "c1000000"] {
            assert!(CommitmentId::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(BodyId::nth(3).to_string(), "wg3");
    }
}
