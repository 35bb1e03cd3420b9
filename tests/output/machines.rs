//! Markdown, CSV and JSON, and text that means harm.

use servanda::cli::output::{Column, Field, Format, Item, Layout, Report, Section, Terminal, present, render};

use crate::shown;

const HOSTILE: &str = "a\u{1b}[2Jb\u{9b}31mc\u{7f}\u{202e}d\u{2066}e\u{200f}f\u{61c}\r\ng\u{2028}h\ti";

#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    let table = Section::table("t", [Column::text("title", "Title")]).row([HOSTILE.into()]);
    let text = shown(&Report::new().section(table), Terminal::PLAIN);
    let seen = r"a\u{1b}[2Jb\u{9b}31mc\u{7f}\u{202e}d\u{2066}e\u{200f}f\u{61c} g h i";
    assert_eq!(text.lines().last(), Some(seen));
}

#[test]
fn a_csv_on_a_terminal_is_harmless_and_in_a_pipe_it_is_exact() {
    let table = Section::table("t", [Column::text("title", "Title")]).row([HOSTILE.into()]);
    let report = Report::new().section(table);
    let pipe = render(&report, Layout::Csv, Terminal::PLAIN);
    assert_eq!(pipe, format!("title\r\n\"{HOSTILE}\"\r\n"));
    let seen = render(&report, Layout::Csv, Terminal { isolate: true, ..Terminal::PLAIN });
    assert!(!seen.contains('\u{1b}') && seen.contains(r"a\u{1b}[2Jb"));
}

#[test]
fn markdown_shows_text_as_text() {
    let table = Section::table("t", [Column::text("title", "Title"), Column::number("days", "Days")])
        .titled("# Late")
        .row([r"#1 | a\b `c` <b> *d* _e_ [x](http://y) &#8238;".into(), 3.into()])
        .row(["first\nsecond\u{202e}".into(), (-2).into()]);
    let list = Section::text("l", [Item::paragraph("1. a"), Item::bullet(1, "- b"), Item::bullet(2, "c")]);
    let fields = Section::fields("f", [Field::list("by", "By", ["a".into(), "b".into()])]);
    let report = Report::new().heading("# not a title").section(table).section(list).section(fields);
    insta::assert_snapshot!(render(&report, Layout::Markdown, Terminal::PLAIN), @r#"
    \# not a title

    ## \# Late

    | Title | Days |
    | --- | ---: |
    | \#1 \| a\\b \`c\` \<b\> \*d\* \_e\_ \[x\](http://y) \&#8238; | 3 |
    | first<br>second\\u{202e} | -2 |

    1\. a

    - \- b
      - c

    - **By:** a<br>b
    "#);
}

#[test]
fn a_spreadsheet_finds_no_formula() {
    let table = Section::table("t", [Column::text("title", "Title"), Column::number("days", "Days")])
        .row(["=1+1".into(), "-3".into()])
        .row(["@x".into(), "-3+cmd".into()])
        .row(["-".into(), "+inf".into()])
        .row(["a, \"b\"".into(), 7.into()]);
    let text = render(&Report::new().section(table), Layout::Csv, Terminal::PLAIN);
    assert_eq!(text, "title,days\r\n'=1+1,-3\r\n'@x,'-3+cmd\r\n'-,'+inf\r\n\"a, \"\"b\"\"\",7\r\n");
}

#[test]
fn several_sections_make_one_csv_table() {
    let agreement = Section::fields("agreement", [Field::new("reference", "Reference", "r")]);
    let parties = Section::table("parties", [Column::id("id", "Id"), Column::text("name", "Name")])
        .row(["pk".into(), "Pakistan".into()]);
    let late = Section::table("overdue", [Column::text("name", "Name"), Column::day("due", "Due")])
        .row(["x".into(), "2025-10-17".into()]);
    let report = Report::new().section(agreement).section(parties).section(late);
    let expected =
        "section,reference,id,name,due\r\nagreement,r,,,\r\nparties,,pk,Pakistan,\r\noverdue,,,x,2025-10-17\r\n";
    assert_eq!(render(&report, Layout::Csv, Terminal::PLAIN), expected);
}

#[test]
fn each_format_answers_in_its_own_way() {
    let rows = ["a", "b"];
    let report =
        || Report::new().section(Section::table("t", [Column::id("id", "Id")]).rows(rows.map(|id| [id.into()])));
    let answer = |format| present(format, Terminal::PLAIN, &rows, rows, report).unwrap();
    assert_eq!(answer(Format::Json), "[\n  \"a\",\n  \"b\"\n]\n");
    assert_eq!(answer(Format::Jsonl), "\"a\"\n\"b\"\n");
    assert_eq!(answer(Format::Csv), "id\r\na\r\nb\r\n");
    assert_eq!(answer(Format::Markdown), "| Id |\n| --- |\n| a |\n| b |\n");
    assert_eq!(answer(Format::Table), "Id\n──\na\nb\n");
}
