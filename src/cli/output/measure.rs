//! How many columns text takes on a terminal, and where it may be broken.
//!
//! Widths are summed over grapheme clusters. `str::width` of the whole text would count the ligature of lam and
//! alef as one column (الإسلامية: 7), while terminals give every letter its own cell (9, measured in tmux 3.3a).

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns the number of terminal columns that the text takes.
pub fn display_width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(UnicodeWidthStr::width).sum() }
}

/// Breaks text into lines of at most `width` columns: between words where it can, within a long word where it must.
///
/// Spaces at a break are dropped. Chinese breaks between any two characters but not before closing punctuation;
/// Thai, which has no spaces between words, fills the line. The result is never empty.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut filling = Filling::new(width);
    for piece in pieces(text) {
        let word = piece.trim_end_matches(is_space);
        filling.word(word);
        filling.spaces = &piece[word.len()..];
    }
    filling.finish()
}

struct Filling<'t> {
    limit: usize,
    done: Vec<String>,
    line: String,
    used: usize,
    /// Spaces read and not yet written: dropped if the line ends here.
    spaces: &'t str,
}

impl<'t> Filling<'t> {
    fn new(limit: usize) -> Self {
        Self { limit: limit.max(1), done: Vec::new(), line: String::new(), used: 0, spaces: "" }
    }

    fn word(&mut self, word: &'t str) {
        let (gap, wide) = (display_width(self.spaces), display_width(word));
        if self.line.is_empty() {
            // Spaces at the start of a line are dropped.
        } else if self.used + gap + wide <= self.limit || wide > self.limit && self.used + gap < self.limit {
            self.line.push_str(self.spaces);
            self.used += gap;
        } else {
            self.break_line();
        }
        self.letters(word);
    }

    fn letters(&mut self, text: &str) {
        for cluster in text.graphemes(true) {
            let wide = cluster.width();
            if wide <= self.limit {
                self.push(cluster, wide);
            } else {
                // A cluster of many wide letters, as conjoining Hangul can form: its letters one by one.
                for c in cluster.chars() {
                    self.push(c.encode_utf8(&mut [0; 4]), c.width().unwrap_or(0));
                }
                self.break_line();
            }
        }
    }

    fn push(&mut self, piece: &str, wide: usize) {
        if self.used + wide > self.limit {
            self.break_line();
        }
        self.line.push_str(piece);
        self.used += wide;
    }

    fn break_line(&mut self) {
        // A gap whose next word begins with a letter too wide for the rest of the line.
        self.line.truncate(self.line.trim_end_matches(is_space).len());
        if !self.line.is_empty() {
            self.done.push(std::mem::take(&mut self.line));
        }
        self.used = 0;
    }

    fn finish(mut self) -> Vec<String> {
        if self.done.is_empty() || !self.line.is_empty() {
            self.done.push(self.line);
        }
        self.done
    }
}

/// Returns the unbreakable pieces of a text, each with the spaces that follow it.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut clusters = text.grapheme_indices(true).peekable();
    while let Some((_, cluster)) = clusters.next() {
        let Some(&(at, next)) = clusters.peek() else { break };
        let (last, first) = (base(cluster), base(next));
        if may_break(last, first) {
            pieces.push(&text[start..at]);
            start = at;
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// Returns the character that decides about a cluster; a space that carries a mark is no space.
fn base(cluster: &str) -> char {
    cluster.chars().find(|&c| !is_space(c)).unwrap_or(' ')
}

/// Tells whether a line may end between `last` and `first`.
///
/// A small part of UAX #14, enough for names and titles. Hyphens and slashes do not break: dates, references and
/// commands to copy hold together.
fn may_break(last: char, first: char) -> bool {
    if is_space(last) {
        return !is_space(first);
    }
    match last {
        '\u{200b}' | '—' => true,
        _ if is_closing(first) || is_opening(last) || is_space(first) => false,
        _ => is_wide(last) || (is_wide(first) && !last.is_numeric()),
    }
}

/// Tells whether the character is a space at which a line may end; no-break spaces are not.
fn is_space(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

fn is_wide(c: char) -> bool {
    c.width() == Some(2)
}

fn is_opening(c: char) -> bool {
    "([{“‘（〔［｛〈《「『【".contains(c)
}

fn is_closing(c: char) -> bool {
    ")]}”’.,;:!?%、。，．：；？！）〕］｝〉》」』】…‥・ー々".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, width: usize, lines: &[&str]) {
        assert_eq!(wrap(text, width), lines);
    }

    #[test]
    fn every_arabic_letter_takes_a_cell() {
        assert_eq!(display_width("لا"), 2);
        assert_eq!(display_width("الإسلامية"), 9);
    }

    #[test]
    fn widths_are_those_of_a_terminal() {
        assert_eq!(display_width("فاطمۃ الزہرا میڈیکل سینٹر"), 25);
        assert_eq!(display_width("北京一心球公益基金会"), 20);
        assert_eq!(display_width("กระทรวงสาธารณสุข"), 15);
        assert_eq!(display_width("👩‍👧🇵🇰"), 4);
        assert_eq!(display_width("\u{2068}قرار\u{2069}"), 4);
    }

    #[test]
    fn words_stay_whole() {
        check("Form the Health Working Group", 12, &["Form the", "Health", "Working", "Group"]);
    }

    #[test]
    fn a_text_that_fits_is_one_line() {
        check("", 5, &[""]);
        check("Form a", 6, &["Form a"]);
    }

    #[test]
    fn dates_and_references_hold_together() {
        check("see pk-ps-health/c1", 16, &["see", "pk-ps-health/c1"]);
        check("a on 2025-10-17", 12, &["a on", "2025-10-17"]);
    }

    #[test]
    fn chinese_breaks_anywhere_but_before_closing_punctuation() {
        check("北京一心球公益", 6, &["北京一", "心球公", "益"]);
        check("北京一。心球", 6, &["北京", "一。心", "球"]);
        check("签于2025年底", 6, &["签于", "2025年", "底"]);
    }

    #[test]
    fn thai_fills_the_line_and_keeps_its_marks() {
        check("กระทรวงสาธารณสุข", 8, &["กระทรวงส", "าธารณสุข"]);
    }

    #[test]
    fn a_long_word_starts_beside_the_word_before() {
        check("see abcdefghijkl", 9, &["see abcde", "fghijkl"]);
    }

    #[test]
    fn no_break_spaces_do_not_break() {
        check("a b\u{a0}c", 4, &["a", "b\u{a0}c"]);
    }

    #[test]
    fn a_space_that_carries_a_mark_is_not_dropped() {
        check("ab \u{e47} cd", 3, &["ab \u{e47}", "cd"]);
    }

    #[test]
    fn no_line_ends_in_the_gap_before_a_wide_letter() {
        check("a กำกำ", 3, &["a", "กำ", "กำ"]);
    }

    #[test]
    fn a_cluster_wider_than_the_line_is_taken_apart() {
        assert_eq!(wrap("ᄀᄀᄀ", 4).concat(), "ᄀᄀᄀ");
        assert!(wrap("ᄀᄀᄀ", 4).iter().all(|line| display_width(line) <= 4));
    }

    #[test]
    fn a_hash_is_split_evenly() {
        check("0123456789", 4, &["0123", "4567", "89"]);
    }
}
