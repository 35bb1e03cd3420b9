//! What holds for every report and every terminal.

use proptest::prelude::*;
use servanda::cli::output::{
    Align, Cell, Column, Field, Item, Kind, Layout, Report, Section, Terminal, display_width, render, safe,
};

use crate::{at, shown, strip};

/// Text of every kind: any characters at all, the scripts of our readers, hostile characters, long words.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ a-zA-Z0-9/,.-]{0,60}",
        "[\u{621}-\u{64a}\u{6cc}a-z0-9 ()\u{200c}]{0,60}",
        "[\u{4e00}-\u{4e50}。，a-z0-9 ]{0,40}",
        "[\u{e01}-\u{e3a}\u{e40}-\u{e4e} ]{0,60}",
        "[\u{1f600}-\u{1f64f}\u{200d}\u{fe0f}\u{1f1e6}-\u{1f1ff}\u{1f3fb}#1\u{20e3}\u{1100}\u{1161}\u{11a8}]{0,30}",
        "[\u{0}-\u{20}\u{7f}-\u{a0}\u{2028}-\u{202e}\u{2066}-\u{2069}\u{200e}\u{61c}a]{0,30}",
        "[a-f0-9]{64}",
    ]
}

fn reports() -> impl Strategy<Value = Report> {
    let kind = prop_oneof![
        Just(Kind::Text),
        Just(Kind::Text),
        Just(Kind::Word),
        Just(Kind::Id),
        Just(Kind::Number),
        Just(Kind::Day)
    ];
    let column = (kind.clone(), words(), any::<bool>(), 0..3u8).prop_map(|(kind, header, right, priority)| {
        let align = if right { Align::Right } else { Align::Left };
        Column { align, ..Column::new(kind, "key", header).priority(priority) }
    });
    let rows = prop::collection::vec(prop::collection::vec(words(), 0..5), 0..5);
    let table = (prop::collection::vec(column, 1..5), rows, words()).prop_map(|(columns, rows, title)| {
        let rows = rows.into_iter().map(|row| row.into_iter().map(Cell::from));
        Section::table("table", columns).titled(title).rows(rows).when_empty("Nothing.")
    });
    let fields = prop::collection::vec((words(), words(), kind), 0..4).prop_map(|fields| {
        Section::fields(
            "fields",
            fields
                .into_iter()
                .map(|(label, value, kind)| Field::list("key", label, [value.clone().into(), value.into()]).kind(kind)),
        )
    });
    let text = prop::collection::vec((words(), 0..6u8), 0..4).prop_map(|items| {
        Section::text("text", items.into_iter().map(|(text, depth)| Item { depth, cell: text.into() }))
    });
    (words(), table, fields, text, words()).prop_map(|(heading, table, fields, text, footing)| {
        Report::new().heading(heading).section(table).section(fields).section(text).footing(footing)
    })
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

proptest! {
    #[test]
    fn no_line_is_wider_than_the_terminal(report in reports(), width in 30..140u16, isolate: bool) {
        let text = shown(&report, Terminal { isolate, ..at(width) });
        for line in text.lines() {
            prop_assert!(display_width(line) <= usize::from(width), "{} > {width}: {line:?}", display_width(line));
        }
    }

    #[test]
    fn no_line_ends_in_a_space(report in reports(), width in prop::option::of(30..140u16)) {
        let text = shown(&report, Terminal { width, ..Terminal::PLAIN });
        prop_assert!(text.lines().all(|line| !line.ends_with(' ')), "{text}");
    }

    #[test]
    fn nothing_unsafe_reaches_people(report in reports(), width in prop::option::of(30..140u16)) {
        let terminal = Terminal { width, ..Terminal::PLAIN };
        for layout in [Layout::Table, Layout::Markdown] {
            let text = render(&report, layout, terminal);
            prop_assert!(!text.contains(|c| c != '\n' && safe::is_unsafe(c)), "{text:?}");
        }
    }

    #[test]
    fn a_terminal_gets_no_mark_but_our_own(report in reports()) {
        let terminal = Terminal { width: Some(80), color: true, isolate: true };
        let text = strip(&shown(&report, terminal)).replace(['\u{2068}', '\u{2069}'], "");
        prop_assert_eq!(text, shown(&report, at(80)));
        let sheet = render(&report, Layout::Csv, terminal);
        prop_assert!(!sheet.contains(|c| !"\r\n\t".contains(c) && safe::is_unsafe(c)), "{:?}", sheet);
    }

    #[test]
    fn no_word_of_a_table_is_lost(cells in prop::collection::vec(words(), 3), width in 30..140u16) {
        let table = Section::table("t", [Column::text("a", ""), Column::id("b", ""), Column::text("c", "")])
            .row(cells.iter().map(Cell::from));
        let text = shown(&Report::new().section(table), at(width));
        let mut expected: Vec<char> = cells.iter().flat_map(|cell| letters(&visible(cell)).chars().collect::<Vec<_>>()).collect();
        let mut found: Vec<char> = letters(&text).chars().collect();
        expected.sort_unstable();
        found.sort_unstable();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn a_csv_says_what_was_recorded(rows in prop::collection::vec(prop::collection::vec(words(), 3), 1..6)) {
        let columns = [Column::text("a", "A"), Column::text("b", "B"), Column::id("c", "C")];
        let table = Section::table("t", columns).rows(rows.iter().map(|row| row.iter().map(Cell::from)));
        let text = render(&Report::new().section(table), Layout::Csv, Terminal::PLAIN);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let read: Vec<Vec<String>> =
            reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        let quoted = |cell: &String| {
            if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.clone() }
        };
        let expected: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(quoted).collect()).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn every_row_of_markdown_has_every_cell(rows in prop::collection::vec(prop::collection::vec(words(), 3), 1..6)) {
        let columns = [Column::text("a", "A"), Column::text("b", "B"), Column::id("c", "C")];
        let table = Section::table("t", columns).rows(rows.iter().map(|row| row.iter().map(Cell::from)));
        let text = render(&Report::new().section(table), Layout::Markdown, Terminal::PLAIN);
        prop_assert_eq!(text.lines().count(), rows.len() + 2);
        for line in text.lines() {
            let bare = line.replace(r"\\", "").replace(r"\|", "");
            prop_assert_eq!(bare.matches('|').count(), 4, "{}", line);
        }
    }
}

/// The text as a terminal shows it, without its spaces.
fn visible(text: &str) -> String {
    safe::sentence(text, Terminal::PLAIN)
}
