//! The layout for people, looked at.

use servanda::cli::output::{
    Cell, Column, Field, Item, Kind, Layout, Report, Section, Terminal, Tone, display_width, render,
};

use crate::{at, shown, strip};

const TITLE_300: &str = "Memorandum of Understanding on cooperation in the field of health between the Government of \
    the Islamic Republic of Pakistan and the Government of the State of Palestine, covering training, medicines, \
    emergency care and the exchange of specialists, together with the annexes on funding and review, agreed today";

fn columns() -> [Column; 5] {
    [
        Column::id("agreement", "Agreement"),
        Column::text("title", "Title"),
        Column::text("owed_by", "Owed by").priority(1),
        Column::day("due", "Due"),
        Column::word("state", "State"),
    ]
}

fn row(reference: &str, title: &str, by: &str, due: &str, state: &str, tone: Tone) -> [Cell; 5] {
    [reference.into(), title.into(), by.into(), due.into(), Cell::from(state).tone(tone)]
}

fn many_scripts() -> Report {
    let table = Section::table("overdue", columns())
        .titled("Overdue")
        .row(row("pk-ps-health", "فاطمۃ الزہرا میڈیکل سینٹر", "حكومة فلسطين", "2025-10-17", "overdue", Tone::Bad))
        .row(row("cn-aid-7", "北京一心球公益基金会", "กระทรวงสาธารณสุข", "2025-10-20", "due soon", Tone::Warn))
        .row(row("oic-3", "منظمة التعاون الإسلامي", "Pakistan 🇵🇰 👩‍👧", "2026-01-02", "met", Tone::Good));
    Report::new().heading("As of 2025-10-18.").section(table).footing("Next: servanda why pk-ps-health/c1")
}

fn long_title() -> Report {
    let table = Section::table("overdue", columns())
        .row(row("pk-ps-health", TITLE_300, "Government of Pakistan", "2025-10-17", "overdue", Tone::Bad))
        .row(row("cn-aid-7", "Aid", "China", "2025-10-20", "due soon", Tone::Warn));
    Report::new().section(table)
}

#[test]
fn columns_align_in_every_script() {
    insta::assert_snapshot!(shown(&many_scripts(), at(100)), @r#"
    As of 2025-10-18.

    Overdue
    Agreement     Due         State     Title                      Owed by
    ────────────  ──────────  ────────  ─────────────────────────  ───────────────
    pk-ps-health  2025-10-17  overdue   فاطمۃ الزہرا میڈیکل سینٹر  حكومة فلسطين
    cn-aid-7      2025-10-20  due soon  北京一心球公益基金会       กระทรวงสาธารณสุข
    oic-3         2026-01-02  met       منظمة التعاون الإسلامي     Pakistan 🇵🇰 👩‍👧

    Next: servanda why pk-ps-health/c1
    "#);
}

#[test]
fn the_last_column_starts_at_the_same_place_in_every_line() {
    let text = shown(&many_scripts(), Terminal::PLAIN);
    let starts: Vec<usize> = ["حكومة", "กระทรวง", "Pakistan 🇵🇰"]
        .iter()
        .map(|by| text.lines().find_map(|line| line.find(by).map(|at| display_width(&line[..at]))).unwrap())
        .collect();
    assert_eq!(starts, [starts[0]; 3]);
}

#[test]
fn a_long_title_at_width_100_is_wrapped_in_its_column() {
    insta::assert_snapshot!(shown(&long_title(), at(100)), @r#"
    Agreement     Due         State     Title                                           Owed by
    ────────────  ──────────  ────────  ──────────────────────────────────────────────  ────────────────
    pk-ps-health  2025-10-17  overdue   Memorandum of Understanding on cooperation in   Government of
                                        the field of health between the Government of   Pakistan
                                        the Islamic Republic of Pakistan and the
                                        Government of the State of Palestine, covering
                                        training, medicines, emergency care and the
                                        exchange of specialists, together with the
                                        annexes on funding and review, agreed today
    cn-aid-7      2025-10-20  due soon  Aid                                             China
    "#);
}

#[test]
fn a_long_title_at_width_80_is_wrapped_in_its_column() {
    insta::assert_snapshot!(shown(&long_title(), at(80)), @r#"
    Agreement     Due         State     Title                       Owed by
    ────────────  ──────────  ────────  ──────────────────────────  ────────────────
    pk-ps-health  2025-10-17  overdue   Memorandum of               Government of
                                        Understanding on            Pakistan
                                        cooperation in the field
                                        of health between the
                                        Government of the Islamic
                                        Republic of Pakistan and
                                        the Government of the
                                        State of Palestine,
                                        covering training,
                                        medicines, emergency care
                                        and the exchange of
                                        specialists, together with
                                        the annexes on funding and
                                        review, agreed today
    cn-aid-7      2025-10-20  due soon  Aid                         China
    "#);
}

#[test]
fn at_width_40_records_stand_one_below_the_other() {
    insta::assert_snapshot!(shown(&long_title(), at(40)), @r#"
    Agreement:  pk-ps-health
    Due:        2025-10-17
    State:      overdue
    Title:      Memorandum of Understanding
                on cooperation in the field
                of health between the
                Government of the Islamic
                Republic of Pakistan and the
                Government of the State of
                Palestine, covering
                training, medicines,
                emergency care and the
                exchange of specialists,
                together with the annexes on
                funding and review, agreed
                today
    Owed by:    Government of Pakistan

    Agreement:  cn-aid-7
    Due:        2025-10-20
    State:      due soon
    Title:      Aid
    Owed by:    China
    "#);
}

#[test]
fn without_a_width_every_row_is_one_line() {
    let text = shown(&long_title(), Terminal::PLAIN);
    assert_eq!(text.lines().count(), 4);
    assert!(text.contains(TITLE_300));
}

#[test]
fn fields_stand_beside_their_names() {
    let fields = Section::fields(
        "agreement",
        [
            Field::new("reference", "Reference", "pk-ps-health").kind(Kind::Id),
            Field::list("parties", "Parties", ["حكومة باكستان".into(), "State of Palestine".into()]),
            Field::new("title", "Title", TITLE_300),
            Field::new("place", "Place", ""),
        ],
    );
    insta::assert_snapshot!(shown(&Report::new().section(fields), at(60)), @r#"
    Reference:  pk-ps-health
    Parties:    حكومة باكستان
                State of Palestine
    Title:      Memorandum of Understanding on cooperation in
                the field of health between the Government of
                the Islamic Republic of Pakistan and the
                Government of the State of Palestine, covering
                training, medicines, emergency care and the
                exchange of specialists, together with the
                annexes on funding and review, agreed today
    Place:      –
    "#);
}

#[test]
fn text_is_wrapped_and_lists_are_indented() {
    let text = Section::text(
        "derivation",
        [
            Item::paragraph("The group is formed within 30 days after the last signature."),
            Item::bullet(1, "signed by Pakistan on 2025-09-17"),
            Item::bullet(2, Cell::from("counted from the day after").tone(Tone::Dim)),
        ],
    );
    insta::assert_snapshot!(shown(&Report::new().section(text.titled("Why")), at(40)), @r#"
    Why
    The group is formed within 30 days after
    the last signature.
    - signed by Pakistan on 2025-09-17
      - counted from the day after
    "#);
}

#[test]
fn an_empty_section_says_so_or_is_left_out() {
    let said = Section::table("overdue", columns()).titled("Overdue").when_empty("Nothing is overdue.");
    let silent = Section::table("undated", columns()).titled("Undated");
    let report = Report::new().section(said).section(silent);
    assert_eq!(shown(&report, at(80)), "Overdue\nNothing is overdue.\n");
    assert_eq!(render(&report, Layout::Markdown, at(80)), "## Overdue\n\nNothing is overdue.\n");
}

#[test]
fn an_empty_report_is_an_empty_text() {
    for layout in [Layout::Table, Layout::Csv, Layout::Markdown] {
        assert_eq!(render(&Report::new(), layout, Terminal::PLAIN), "");
    }
}

#[test]
fn a_cell_too_many_gets_a_column_and_a_missing_one_is_empty() {
    let table = Section::table("t", [Column::id("a", "A")]).row([]).row(["1".into(), "2".into()]);
    let report = Report::new().section(table);
    assert_eq!(render(&report, Layout::Csv, Terminal::PLAIN), "a,extra\r\n,\r\n1,2\r\n");
}

#[test]
fn colour_repeats_what_the_word_says_and_surrounds_no_padding() {
    let colored = Terminal { color: true, ..Terminal::PLAIN };
    let text = shown(&many_scripts(), colored);
    assert!(text.contains("\u{1b}[1m\u{1b}[31moverdue\u{1b}[0m "));
    assert_eq!(strip(&text), shown(&many_scripts(), Terminal::PLAIN));
}

#[test]
fn right_to_left_cells_are_isolated_on_a_terminal_only() {
    let terminal = Terminal { isolate: true, ..at(100) };
    let text = shown(&many_scripts(), terminal);
    assert!(text.contains("\u{2068}فاطمۃ الزہرا میڈیکل سینٹر\u{2069}"));
    assert!(!text.contains("\u{2068}cn"));
    let plain = shown(&many_scripts(), at(100));
    assert_eq!(text.replace(['\u{2068}', '\u{2069}'], ""), plain);
}

#[test]
fn isolates_are_closed_in_every_line_of_a_wrapped_cell() {
    let title = "اتفاقية بين حكومة باكستان وحكومة فلسطين بشأن التعاون في مجال الصحة ".repeat(4);
    let table = Section::table("t", columns()).row(row("a", &title, "pk", "2025-10-17", "met", Tone::Good));
    let text = shown(&Report::new().section(table), Terminal { isolate: true, ..at(80) });
    assert!(text.lines().count() > 4);
    for line in text.lines() {
        assert_eq!(line.matches('\u{2068}').count(), line.matches('\u{2069}').count());
    }
}

#[test]
fn a_count_after_a_right_to_left_name_stays_after_it() {
    let terminal = Terminal { isolate: true, ..Terminal::PLAIN };
    let text = shown(&Report::new().heading("Owed by وزارة الصحة (3)"), terminal);
    assert_eq!(text, "Owed by \u{2068}وزارة الصحة\u{2069} (3)\n");
}
