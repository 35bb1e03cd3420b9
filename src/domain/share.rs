//! Weights of parties and the shares that they add up to: exact decimals and fractions, no floating point.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many parts a whole is kept in: four decimal places.
const SCALE: u64 = 10_000;
/// The most digits before the point; a thousand such weights still add up exactly.
const DIGITS_MAX: usize = 12;
/// The most digits of each number of a fraction.
const FRACTION_DIGITS_MAX: usize = 6;

/// A text that is no weight or share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a {what} ({form})")]
pub struct ShareError {
    what: &'static str,
    given: String,
    form: &'static str,
}

const WEIGHT_FORM: &str = "a decimal number without sign, at most 12 digits before and 4 after the point, such as 12.5";
const SHARE_FORM: &str = "per cent above 0 up to 100, such as 55 or 66.67, or a fraction up to one, such as 2/3";

fn wrong(what: &'static str, given: &str, form: &'static str) -> ShareError {
    ShareError { what, given: given.chars().take(80).collect(), form }
}

fn number(digits: &str, most: usize) -> Option<u64> {
    let fits = !digits.is_empty() && digits.len() <= most && digits.bytes().all(|b| b.is_ascii_digit());
    if fits { digits.parse().ok() } else { None }
}

/// What a party counts for, such as its part of the world's emissions; kept in ten-thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Weight(u64);

impl Weight {
    /// Reads a weight.
    ///
    /// # Errors
    ///
    /// [`ShareError`] unless it is a decimal number of at most 12 digits before and 4 after the point.
    pub fn parse(given: &str) -> Result<Self, ShareError> {
        let read = || {
            let (whole, part) = given.split_once('.').unwrap_or((given, "0"));
            let whole = number(whole, DIGITS_MAX)?;
            let part = number(part, 4).map(|read| (part.len()..4).fold(read, |read, _| read * 10))?;
            Some(Self(whole * SCALE + part))
        };
        read().ok_or_else(|| wrong("weight", given, WEIGHT_FORM))
    }

    /// The weight in ten-thousandths.
    #[must_use]
    pub const fn parts(self) -> u64 {
        self.0
    }

    /// The sum of two weights; a sum beyond what is kept stays at the most.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// This weight without the other, at least nothing.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// How much of a total it is, in per cent, cut after two places, since what is nearly reached is not reached.
    #[must_use]
    pub fn per_cent_of(self, total: Self) -> Option<Self> {
        let hundredths = u128::from(self.0).checked_mul(10_000)?.checked_div(u128::from(total.0))?;
        u64::try_from(hundredths).ok()?.checked_mul(SCALE / 100).map(Self)
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / SCALE, self.0 % SCALE);
        if part == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{whole}.{}", format!("{part:04}").trim_end_matches('0'))
    }
}

/// The part of a total that has to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Share {
    /// So many per cent.
    PerCent(Weight),
    /// A fraction: two thirds cannot be said in per cent.
    Fraction(u32, u32),
}

impl Share {
    /// Reads a share: per cent (`55`, `66.67`) or a fraction (`2/3`).
    ///
    /// # Errors
    ///
    /// [`ShareError`] for any other form, for nothing, and for more than the whole.
    pub fn parse(given: &str) -> Result<Self, ShareError> {
        let read = || {
            if let Some((over, of)) = given.split_once('/') {
                let part = |digits| number(digits, FRACTION_DIGITS_MAX).and_then(|read| u32::try_from(read).ok());
                let (over, of) = part(over).zip(part(of))?;
                return (0 < over && over <= of).then_some(Self::Fraction(over, of));
            }
            let per_cent = Weight::parse(given).ok()?;
            (per_cent.0 > 0 && per_cent.0 <= 100 * SCALE).then_some(Self::PerCent(per_cent))
        };
        read().ok_or_else(|| wrong("share", given, SHARE_FORM))
    }

    /// Whether a sum is that part of a total, or more; of nothing no part is reached.
    #[must_use]
    pub fn is_reached(self, sum: Weight, total: Weight) -> bool {
        let (over, of) = match self {
            Self::PerCent(per_cent) => (u128::from(per_cent.0), u128::from(100 * SCALE)),
            Self::Fraction(over, of) => (u128::from(over), u128::from(of)),
        };
        total.0 > 0 && u128::from(sum.0) * of >= u128::from(total.0) * over
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerCent(per_cent) => per_cent.fmt(f),
            Self::Fraction(over, of) => write!(f, "{over}/{of}"),
        }
    }
}

macro_rules! as_text {
    ($name:ident, $pattern:literal) => {
        impl TryFrom<String> for $name {
            type Error = ShareError;
            fn try_from(given: String) -> Result<Self, ShareError> {
                Self::parse(&given)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl schemars::JsonSchema for $name {
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

as_text!(Weight, r"^[0-9]{1,12}(\.[0-9]{1,4})?$");
as_text!(Share, r"^([0-9]{1,3}(\.[0-9]{1,4})?|[0-9]{1,6}/[0-9]{1,6})$");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weight(text: &str) -> Weight {
        Weight::parse(text).expect("a weight")
    }

    #[test]
    fn what_is_no_weight_or_share_is_refused() {
        for given in ["", "-1", "+1", "1.", ".5", "1.23456", "1e3", "1234567890123", "1,5", " 1", "٣"] {
            assert!(Weight::parse(given).is_err(), "{given}");
        }
        for given in ["0", "0.0000", "100.0001", "101", "0/3", "4/3", "1/0", "2/3/4", "55%", "", "-5"] {
            assert!(Share::parse(given).is_err(), "{given}");
        }
    }

    #[test]
    fn two_thirds_are_two_thirds_exactly() {
        let two_thirds = Share::parse("2/3").expect("a share");
        assert!(two_thirds.is_reached(weight("2"), weight("3")));
        assert!(!two_thirds.is_reached(weight("1.9999"), weight("3")));
        assert!(!two_thirds.is_reached(weight("0"), weight("0")));
    }

    #[test]
    fn what_is_nearly_reached_is_not_rounded_up() {
        assert_eq!(weight("54.9999").per_cent_of(weight("100")).expect("a part").to_string(), "54.99");
        assert_eq!(weight("1").per_cent_of(weight("0")), None);
    }

    proptest! {
        #[test]
        fn a_weight_is_written_as_it_is_read(parts in 0..10_000_000_000_000_000u64) {
            prop_assert_eq!(Weight::parse(&Weight(parts).to_string()), Ok(Weight(parts)));
        }

        #[test]
        fn a_share_once_reached_stays_reached(sum in 0..1_000_000u64, more in 0..1_000_000u64, total in 1..1_000_000u64, of in 1..=1_000_000u64) {
            let share = Share::PerCent(Weight(of));
            prop_assert!(!share.is_reached(Weight(sum), Weight(total)) || share.is_reached(Weight(sum + more), Weight(total)));
            prop_assert_eq!(Share::parse(&share.to_string()), Ok(share));
        }
    }
}
