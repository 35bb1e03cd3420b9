//! Texts with columns in them: `{Contracting Party}`, `Loan[ of {amount} {currency}]`.

/// A text with names in it.
///
/// `{name}` stands for a column or a named value, `[…]` for a part that is left out where a name in it is empty, and
/// each of the four signs stands for itself when doubled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub(super) parts: Vec<Part>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Words as they are.
    Words(String),
    /// A column, a named value, `@file`, `@line`, or `each`.
    Name(String),
    /// A part that is there where all its names have something.
    Optional(Vec<Part>),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn parse(given: &str) -> Result<Self, String> {
        let mut outer = Vec::new();
        let mut inner: Option<Vec<Part>> = None;
        let mut words = String::new();
        let mut rest = given.chars().peekable();
        while let Some(c) = rest.next() {
            let parts = inner.as_mut().unwrap_or(&mut outer);
            if matches!(c, '{' | '}' | '[' | ']') && rest.next_if_eq(&c).is_some() {
                words.push(c);
                continue;
            }
            if matches!(c, '{' | '[' | ']') && !words.is_empty() {
                parts.push(Part::Words(std::mem::take(&mut words)));
            }
            match c {
                '{' => {
                    let mut name = String::new();
                    loop {
                        match rest.next() {
                            Some('}') => break,
                            Some(c) => name.push(c),
                            None => return Err(format!("{given:?} opens a brace that it does not close")),
                        }
                    }
                    if name.is_empty() {
                        return Err(format!("{given:?} names nothing between its braces"));
                    }
                    parts.push(Part::Name(name));
                }
                '[' if inner.is_some() => return Err(format!("{given:?} has an optional part inside another")),
                '[' => inner = Some(Vec::new()),
                ']' => match inner.take() {
                    Some(part) => outer.push(Part::Optional(part)),
                    None => {
                        return Err(format!(
                            "{given:?} closes an optional part that it does not open (write ]] for ])"
                        ));
                    }
                },
                '}' => return Err(format!("{given:?} closes a brace that it does not open (write }}}} for }})")),
                c => words.push(c),
            }
        }
        if inner.is_some() {
            return Err(format!("{given:?} opens an optional part that it does not close (write [[ for [)"));
        }
        if !words.is_empty() {
            outer.push(Part::Words(words));
        }
        Ok(Self { parts: outer })
    }

    /// The name, where the template is nothing but one.
    #[must_use]
    pub fn only_name(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Name(name)] => Some(name),
            _ => None,
        }
    }

    /// Every name in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().flat_map(|part| match part {
            Part::Words(_) => Vec::new(),
            Part::Name(name) => vec![name.as_str()],
            Part::Optional(parts) => {
                let named = parts.iter().filter_map(|part| if let Part::Name(name) = part { Some(name) } else { None });
                named.map(String::as_str).collect()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(name: &str) -> Part {
        Part::Name(name.to_owned())
    }
    fn words(words: &str) -> Part {
        Part::Words(words.to_owned())
    }

    #[test]
    fn a_template_is_words_names_and_optional_parts() {
        let read = |given: &str| Template::parse(given).unwrap().parts;
        assert_eq!(read("{a b}"), [name("a b")]);
        assert_eq!(read("x {a}[ of {b}]"), [words("x "), name("a"), Part::Optional(vec![words(" of "), name("b")])]);
        assert_eq!(read("{{a}} [[b]]"), [words("{a} [b]")]);
        assert_eq!(Template::parse("{a}[ {b}] {c}").unwrap().names().collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn what_is_opened_is_closed() {
        for wrong in ["{a", "a}", "[a", "a]", "{}", "[a[b]]"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_template_or_not(given in "[{}\\[\\]ab ]{0,20}") {
            let _ = Template::parse(&given);
        }
    }
}
