//! JSON for programs.
//!
//! `serde_json` escapes C0 only. Here DEL, C1, direction marks and line separators are escaped too: the value is
//! the same, and a terminal that shows it comes to no harm.

use std::fmt::Write;

use serde::Serialize;

use super::safe;

/// Returns the value as one JSON document, indented by two spaces, with a line break at its end.
///
/// # Errors
///
/// Whatever the `Serialize` implementation of the value reports.
pub fn json_text(value: &(impl Serialize + ?Sized)) -> Result<String, serde_json::Error> {
    let mut text = ascii_where_unsafe(serde_json::to_string_pretty(value)?);
    text.push('\n');
    Ok(text)
}

/// Returns the values as JSON, one on each line.
///
/// # Errors
///
/// Whatever the `Serialize` implementation of a value reports.
pub fn jsonl_text<T: Serialize>(values: impl IntoIterator<Item = T>) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for value in values {
        text.push_str(&ascii_where_unsafe(serde_json::to_string(&value)?));
        text.push('\n');
    }
    Ok(text)
}

/// Returns the value as [`json_text`] shows it inside a list, without a line break at its end.
///
/// # Errors
///
/// Whatever the `Serialize` implementation of the value reports.
pub(super) fn item_text(value: &(impl Serialize + ?Sized)) -> Result<String, serde_json::Error> {
    // Line breaks inside strings are escaped, so every line begins a new one of the document.
    let text = ascii_where_unsafe(serde_json::to_string_pretty(value)?);
    Ok(format!("  {}", text.replace('\n', "\n  ")))
}

/// Outside of its strings JSON has no unsafe character but the line break, so the text can be treated as a whole.
fn ascii_where_unsafe(json: String) -> String {
    let unsafe_here = |c: char| c != '\n' && safe::is_unsafe(c);
    if !json.contains(unsafe_here) {
        return json;
    }
    let mut text = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if unsafe_here(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_indented_and_ends_with_a_line_break() {
        let value = serde_json::json!({"title": "قرار", "days": 3});
        assert_eq!(json_text(&value).unwrap(), "{\n  \"title\": \"قرار\",\n  \"days\": 3\n}\n");
    }

    #[test]
    fn each_value_has_its_line() {
        assert_eq!(jsonl_text([1, 2]).unwrap(), "1\n2\n");
        assert_eq!(jsonl_text::<u8>([]).unwrap(), "");
    }

    #[test]
    fn unsafe_characters_are_escaped_and_come_back_the_same() {
        let title = "a\u{1b}[2J\u{9b}\u{7f}\u{202e}\u{2028}\u{e0041}\nz";
        let text = jsonl_text([title]).unwrap();
        assert_eq!(text, "\"a\\u001b[2J\\u009b\\u007f\\u202e\\u2028\\udb40\\udc41\\nz\"\n");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), title);
    }
}
