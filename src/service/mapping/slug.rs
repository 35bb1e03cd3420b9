//! Short names made of long ones, without transliteration.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::problem::ProblemKind;

/// Makes a short name: compatibility decomposition (NFKD), marks left out, lower case, one dash for everything that is
/// no letter or digit; `Côte d'Ivoire` becomes `cote-d-ivoire`.
///
/// # Errors
///
/// A [`ProblemKind`] where a letter or digit has no ASCII form, since leaving it out or writing it otherwise would be a
/// guess; and where nothing is left.
pub fn slug(name: &str) -> Result<String, ProblemKind> {
    let mut made = String::with_capacity(name.len());
    for c in name.nfkd().filter(|c| !is_combining_mark(*c)) {
        if c.is_ascii_alphanumeric() {
            made.push(c.to_ascii_lowercase());
        } else if c.is_alphanumeric() {
            return Err(ProblemKind::NoAsciiForm { letter: c });
        } else if !made.is_empty() && !made.ends_with('-') {
            made.push('-');
        }
    }
    let made = made.trim_end_matches('-');
    if made.is_empty() {
        return Err(ProblemKind::NothingLeft);
    }
    Ok(made.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_name_keeps_ascii_letters_and_digits() {
        let made = |name: &str| slug(name).unwrap();
        assert_eq!(made("Côte d'Ivoire"), "cote-d-ivoire");
        assert_eq!(made("  Türkiye "), "turkiye");
        assert_eq!(made("Iran (Islamic Republic of)"), "iran-islamic-republic-of");
        assert_eq!(made("Guinea-Bissau"), made("Guinea Bissau"));
    }

    #[test]
    fn what_has_no_ascii_form_is_not_guessed() {
        for name in ["پاکستان", "中国", "Łódź", "Ærø", "Straße", "…", ""] {
            assert_eq!(slug(name).unwrap_err().code(), "short_name", "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_short_name_is_its_own_short_name(name in "\\PC{0,60}") {
            if let Ok(made) = slug(&name) {
                prop_assert_eq!(slug(&made), Ok(made.clone()));
                prop_assert!(made.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            }
        }
    }
}
