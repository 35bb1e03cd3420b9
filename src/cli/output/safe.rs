//! Makes strangers' text safe to show.
//!
//! The promise, kept by every layout but raw CSV in a pipe: control characters (C0, DEL, C1, with ESC among them),
//! direction marks, embeddings, overrides and isolates, invisible format characters and line separators never come
//! out as such. Line breaks and tabs become a space, everything else a visible escape such as `\u{202e}`.
//! Joiners (U+200C, U+200D) stay: Urdu spelling and emoji need them.
//!
//! The attacks: terminal escape sequences in a title (CWE-150), and text that reads differently from what is
//! recorded ("Trojan Source", CVE-2021-42574).

use std::borrow::Cow;

use super::Terminal;

/// First Strong Isolate: what follows has a direction of its own.
pub(super) const ISOLATE: char = '\u{2068}';
/// Pop Directional Isolate: the end of it.
pub(super) const END_ISOLATE: char = '\u{2069}';

/// Tells whether the character must not be shown as such.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2061}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

/// Tells whether the character ends a line, for some reader of text.
fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Returns the text on one line, harmless, without spaces at its ends.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut broken = false;
    for c in text.chars() {
        let breaks = ends_line(c);
        if breaks && !broken || c == '\t' {
            clean.push(' ');
        } else if !breaks {
            push_visibly(&mut clean, c);
        }
        broken = breaks;
    }
    Cow::Owned(clean)
}

/// Returns the lines of the text, each harmless; there is at least one.
pub(super) fn lines(text: &str) -> Vec<Cow<'_, str>> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while let Some((at, c)) = rest.char_indices().find(|&(_, c)| ends_line(c)) {
        lines.push(one_line(&rest[..at]));
        let after = &rest[at + c.len_utf8()..];
        rest = if c == '\r' { after.strip_prefix('\n').unwrap_or(after) } else { after };
    }
    lines.push(one_line(rest));
    lines
}

/// Returns the text with its line breaks and tabs, and every other unsafe character made visible.
pub(super) fn visible(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\r' | '\t') { clean.push(c) } else { push_visibly(&mut clean, c) }
    }
    clean
}

fn push_visibly(clean: &mut String, c: char) {
    if is_unsafe(c) { clean.extend(c.escape_unicode()) } else { clean.push(c) }
}

/// Tells whether the character is written from right to left.
///
/// The ranges are those that `DerivedBidiClass.txt` (Unicode 16) sets aside for R and AL, whether assigned or not.
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Returns one value for a terminal: enclosed in isolates if any of it is written from right to left.
pub(super) fn isolated(text: &str, terminal: Terminal) -> Cow<'_, str> {
    if terminal.isolate && text.contains(is_right_to_left) {
        Cow::Owned(format!("{ISOLATE}{text}{END_ISOLATE}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns a sentence of ours for a terminal: each name in it that is written from right to left is isolated.
///
/// Such a name reaches from its first to its last right-to-left character, over spaces and punctuation; digits and
/// other letters end it, so that a count after a name stays after it.
pub(super) fn isolated_within(text: &str, terminal: Terminal) -> Cow<'_, str> {
    if !terminal.isolate || !text.contains(is_right_to_left) {
        return Cow::Borrowed(text);
    }
    let mut marked = String::with_capacity(text.len() + 12);
    let mut rest = text;
    while let Some(start) = rest.find(is_right_to_left) {
        let name = &rest[start..];
        let reach = name.find(|c: char| c.is_alphanumeric() && !is_right_to_left(c)).unwrap_or(name.len());
        let end = name[..reach].trim_end_matches(|c| !is_right_to_left(c)).len();
        marked.push_str(&rest[..start]);
        marked.push(ISOLATE);
        marked.push_str(&name[..end]);
        marked.push(END_ISOLATE);
        rest = &name[end..];
    }
    marked.push_str(rest);
    Cow::Owned(marked)
}

/// Returns a sentence on one line, ready for the terminal; for messages that are not part of a report.
pub fn sentence(text: &str, terminal: Terminal) -> String {
    isolated_within(&one_line(text), terminal).into_owned()
}
