//! Tables that are wrong in every way that tables are, and mappings that do not fit them.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Desk, Output};

/// A mapping for a table of signatures: who, what, when.
const SIGNATURES: &str = r#"{
  "servanda_mapping": 1,
  "dates": { "Signed": "DD/MM/YYYY" },
  "ignored": ["Remark"],
  "tables": { "kind": { "State": "state", "Organisation": "io" } },
  "group": "{Treaty}",
  "agreement": { "slug": "{Treaty}" },
  "evidence": [{ "object": { "source": "{@file}, line {@line}" } }],
  "commands": [
    { "command": "record", "once": "agreement", "fields": { "kind": "treaty", "title": "{Treaty}" } },
    { "command": "add-party", "once": "{Party}",
      "fields": { "party": { "slug": "{Party}" }, "kind": { "table": "kind", "of": "{Kind}" }, "name": "{Party}" } },
    { "command": "sign", "when": [{ "of": "Signed", "is": "filled" }],
      "fields": { "party": { "slug": "{Party}" }, "on": "{Signed}" } }
  ]
}"#;

const HEADER: &str = "Treaty,Party,Kind,Signed,Remark\n";

/// Imports a table under a mapping.
fn import(desk: &Desk, table: impl AsRef<[u8]>, mapping: &str, more: &str) -> Output {
    fs::write(desk.home().join("table.csv"), table).expect("a file can be written");
    fs::write(desk.home().join("mapping.json"), mapping).expect("a file can be written");
    desk.run(&format!("import table.csv --mapping mapping.json {more}"))
}

fn table(rows: &str) -> String {
    format!("{HEADER}{rows}")
}

/// What was refused: line, column or command, code.
fn refused(import: &Value) -> Vec<(u64, &str, &str)> {
    let all = import["refused"].as_array().expect("a list");
    all.iter()
        .map(|row| {
            let place = row["column"].as_str().or(row["command"].as_str()).unwrap_or_default();
            (row["line"].as_u64().expect("a number"), place, row["code"].as_str().expect("a code"))
        })
        .collect()
}

#[test]
fn a_table_in_order_goes_in_and_a_second_time_changes_nothing() {
    let desk = Desk::new();
    let rows = "Rome Pact,Côte d'Ivoire,State,25/12/2020,\nRome Pact,EU,Organisation,,\nOslo Pact,EU,Organisation,01/02/2021,x\n";
    let first = import(&desk, table(rows), SIGNATURES, "--json").ok().json();
    assert_eq!(
        (&first["recorded"], &first["table"]["rows"], &first["table"]["agreements"]),
        (&json!(7), &json!(3), &json!(2))
    );
    let before = desk.export();
    assert!(before.contains("table.csv, line 2") && before.contains("cote-d-ivoire"), "{before}");
    // The same rows are the same commands wherever they stand, and whatever the file is called.
    let moved = rows.replace("Rome Pact,EU", "\nRome Pact,EU");
    let second = import(&desk, table(&moved), SIGNATURES, "--json").ok().json();
    assert_eq!((&second["recorded"], &second["repeated"]), (&json!(0), &json!(7)));
    assert_eq!(desk.export(), before);
}

#[test]
fn a_trial_lists_every_problem_by_line_column_and_value() {
    let desk = Desk::new();
    desk.width(140);
    let rows = "Rome Pact,Norway,State,31/02/2020,\n\
                Rome Pact,Sweden,Kingdom,01/03/2020,\n\
                Rome Pact,Denmark,State\n\
                Rome Pact,پاکستان,State,01/03/2020,\n\
                Rome Pact,Finland,State,01/01/1900,\n\
                Rome Pact,Iceland,State,25/12/2020,\n\
                Rome Pact,Iceland,State,25/12/2020,\n\
                rome-pact,Estonia,State,25/12/2020,\n\
                Rome Pact,Ice Land,State,,\n\
                Rome Pact,ice-land,State,,\n\
                ,Latvia,State,25/12/2020,\n";
    let output = import(&desk, table(rows), SIGNATURES, "--dry-run").exits(1);
    insta::assert_snapshot!(output.stdout, @r#"
    Refused
    Line  Code                Column or command  Value       Why                                                                What to do
    ────  ──────────────────  ─────────────────  ──────────  ─────────────────────────────────────────────────────────────────  ────────────────
       2  date                Signed             31/02/2020  "31/02/2020" is no date of the form DD/MM/YYYY
       3  not_in_table        Kind               Kingdom     "Kingdom" is not in the mapping's table "kind"                     add it to the
                                                                                                                                table, or say
                                                                                                                                what is meant
                                                                                                                                "otherwise"
       3  party_not_declared  sign rome-pact                 party sweden is not declared in this agreement (declared: norway)  declare it first
                                                                                                                                with servanda
                                                                                                                                add-party, or
                                                                                                                                check its short
                                                                                                                                name
       4  ragged_row                                         the row has 3 fields, and the header names 5 columns               a field with a
                                                                                                                                separator or a
                                                                                                                                line break in it
                                                                                                                                stands in quotes
       5  short_name          Party              پاکستان     'پ' has no ASCII form to make a short name of                      give its short
                                                                                                                                name in a table
                                                                                                                                of the mapping
       6  sentinel_date       Signed             01/01/1900  "01/01/1900" is what programs write where they know no day         say in the
                                                                                                                                mapping what it
                                                                                                                                means:
                                                                                                                                "sentinels":
                                                                                                                                {"01/01/1900":
                                                                                                                                "unknown"}, or
                                                                                                                                "stated"
       8  twice               sign rome-pact                 the signature of iceland is on record already, as @5               if @5 has it
                                                                                                                                wrong, correct
                                                                                                                                it: servanda
                                                                                                                                correct REF@5 …,
                                                                                                                                or retract it
       9  same_reference                                     "Rome Pact" and "rome-pact" both give the reference rome-pact      give one of them
                                                                                                                                another in a
                                                                                                                                table of the
                                                                                                                                mapping
      11  same_party                             ice-land    "Ice Land" and "ice-land" both give the party ice-land             give one of them
                                                                                                                                another short
                                                                                                                                name in a table
                                                                                                                                of the mapping
      12  no_agreement                                       its group is empty

    11 rows of 1 agreements; 16 commands: 6 would be recorded, 0 recorded before, 10 refused; 0 warnings
    "#);
    assert_eq!(desk.export(), "");
}

#[test]
fn without_a_trial_the_rest_goes_in_unless_all_is_wanted() {
    let desk = Desk::new();
    let rows = "Rome Pact,Norway,State,31/02/2020,\nRome Pact,Sweden,State,25/12/2020,\n";
    let whole = import(&desk, table(rows), SIGNATURES, "--all-or-nothing --json").exits(1).json();
    assert_eq!((&whole["recorded"], desk.export().lines().count()), (&json!(0), 0));
    let partly = import(&desk, table(rows), SIGNATURES, "--json").exits(1).json();
    assert_eq!(refused(&partly), [(2, "Signed", "date")]);
    assert_eq!((&partly["recorded"], desk.export().lines().count()), (&json!(4), 4));
}

#[test]
fn a_column_that_could_be_read_in_two_ways_is_refused() {
    let desk = Desk::new();
    let unsaid = SIGNATURES.replace(r#"{ "Signed": "DD/MM/YYYY" }"#, "{}");
    let rows = table("A,B,State,04/05/2020,\nA,C,State,01/02/2021,\n");
    let error = import(&desk, &rows, &unsaid, "--json").exits(2).error();
    assert_eq!(error["code"], "ambiguous_column");
    insta::assert_snapshot!(error["message"].as_str().unwrap(), @r#"column "Signed" is ambiguous (such as "04/05/2020" on line 2 and "01/02/2021" on line 3): the mapping states no format, and no value decides between D/M/YYYY, M/D/YYYY; write "dates": {"Signed": "D/M/YYYY"} or "dates": {"Signed": "M/D/YYYY"}, whichever the source uses"#);
    let open = SIGNATURES.replace(r#""DD/MM/YYYY""#, r#"{ "format": ["DD/MM/YYYY", "MM/DD/YYYY"] }"#);
    let error = import(&desk, &rows, &open, "--json").exits(2).error();
    insta::assert_snapshot!(error["message"].as_str().unwrap(), @r#"column "Signed" is ambiguous (such as "04/05/2020" on line 2 and "01/02/2021" on line 3): the mapping leaves several formats open, and no value decides between DD/MM/YYYY, MM/DD/YYYY; write "dates": {"Signed": "DD/MM/YYYY"} or "dates": {"Signed": "MM/DD/YYYY"}, whichever the source uses"#);
    // One value can decide for its column, where the mapping lets it.
    let decided = format!("{rows}A,D,State,25/05/2020,\n");
    let _ = import(&desk, &decided, &open, "--dry-run").ok();
    let error = import(&desk, &decided, &unsaid, "--json").exits(2).error();
    insta::assert_snapshot!(error["message"].as_str().unwrap(), @r#"column "Signed" holds dates (such as "04/05/2020" on line 2 and "01/02/2021" on line 3), and the mapping states no format: only D/M/YYYY fits them all; write "dates": {"Signed": "D/M/YYYY"}"#);
    let neither = format!("{decided}A,E,State,05/25/2020,\n");
    let error = import(&desk, &neither, &open, "--json").exits(2).error();
    insta::assert_snapshot!(error["message"].as_str().unwrap(), @r#"column "Signed" holds dates (such as "04/05/2020" on line 2 and "01/02/2021" on line 3), and the mapping leaves several formats open; none fits them all, not even DD/MM/YYYY, against which stands "05/25/2020" on line 5"#);
    // What is stated is taken at its word, and said where nothing confirms it.
    let stated = import(&desk, &rows, SIGNATURES, "--dry-run --json").ok().json();
    assert_eq!(stated["table"]["warnings"][0]["column"], "Signed");
    // Where a value contradicts it, the others are not read with day and month swapped.
    let against = format!("{rows}A,D,State,05/25/2020,\n");
    let error = import(&desk, &against, SIGNATURES, "--json").exits(2).error();
    assert_eq!(error["code"], "ambiguous_column");
    insta::assert_snapshot!(error["message"].as_str().unwrap(), @r#"column "Signed": "05/25/2020" on line 4 is no date as DD/MM/YYYY, which the mapping states, and every value is one as MM/DD/YYYY; write "dates": {"Signed": "MM/DD/YYYY"}, or correct line 4"#);
    assert!(!desk.store().exists());
}

#[test]
fn a_day_that_means_nothing_is_what_the_mapping_says() {
    let desk = Desk::new();
    let rows = table("A,B,State,31/12/9999,\nA,C,State,01/01/1970,\nA,D,State,00/00/0000,\n");
    let told = import(&desk, &rows, SIGNATURES, "--dry-run --json").exits(1).json();
    assert_eq!(refused(&told), [2, 3, 4].map(|line| (line, "Signed", "sentinel_date")));
    let meant = r#"{ "format": "DD/MM/YYYY", "sentinels": { "31/12/9999": "unknown", "01/01/1970": "stated", "00/00/0000": "unknown" } }"#;
    let meant = SIGNATURES.replace(r#""DD/MM/YYYY""#, meant);
    assert_eq!(import(&desk, &rows, &meant, "--json").ok().json()["recorded"], 5);
}

#[test]
fn a_table_is_read_however_its_program_wrote_it() {
    let rows = "\"A\",\"B \"\"the\nfirst\"\"\",State,25/12/2020,\"one\ntwo\"\nA,C,State,,\n";
    let text = format!("{HEADER}{rows}");
    let plain = SIGNATURES.replace(r#""name": "{Party}""#, r#""name": "B""#);
    for text in [text.clone(), text.replace('\n', "\r\n"), format!("\u{feff}{text}"), text.trim_end().to_owned()] {
        let desk = Desk::new();
        let done = import(&desk, &text, &plain, "--json").ok().json();
        assert_eq!(done["recorded"], 4, "{text:?}");
        assert!(desk.export().contains("table.csv, line 5"), "{text:?}");
    }
    let desk = Desk::new();
    let semicolons = SIGNATURES.replacen('{', r#"{ "separator": ";", "#, 1);
    assert_eq!(
        import(&desk, text.replace(',', ";"), &semicolons.replace(r#""name": "{Party}""#, r#""name": "B""#), "--json")
            .ok()
            .json()["recorded"],
        4
    );
}

#[test]
fn bytes_of_another_encoding_are_told_and_can_be_said() {
    let desk = Desk::new();
    let rows = [HEADER.as_bytes(), b"A,C\xF4te,State,25/12/2020,\nA,D,State,,\n"].concat();
    let told = import(&desk, &rows, SIGNATURES, "--json --dry-run").exits(1).json();
    assert_eq!(refused(&told), [(2, "Party", "encoding")]);
    let hint = told["refused"][0]["hint"].as_str().unwrap();
    assert!(hint.contains("latin-1"), "{hint}");
    let said = SIGNATURES.replacen('{', r#"{ "encoding": "latin-1", "#, 1);
    let _ = import(&desk, &rows, &said, "").ok();
    assert!(desk.export().contains("Côte"));
    let wide: Vec<u8> = std::iter::once(0xFEFF).chain(HEADER.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let error = import(&desk, wide, SIGNATURES, "--json").exits(2).error();
    assert!(error["message"].as_str().unwrap().contains("UTF-16"), "{error}");
}

#[test]
fn an_empty_file_and_one_without_rows_are_told_apart() {
    let desk = Desk::new();
    assert_eq!(import(&desk, "", SIGNATURES, "--json").exits(2).error()["code"], "empty_file");
    assert_eq!(import(&desk, HEADER, SIGNATURES, "--json").ok().json()["commands"], 0);
}

#[test]
fn a_field_of_ten_megabytes_and_a_quote_without_end_are_problems_of_their_line() {
    let desk = Desk::new();
    let rows = table(&format!("A,B,State,25/12/2020,{}\nA,C,State,25/12/2020,\n", "x".repeat(10_000_000)));
    let used = SIGNATURES
        .replace(r#""ignored": ["Remark"],"#, "")
        .replace(r#""name": "{Party}" }"#, r#""name": "{Party}", "role": "{Remark}" }"#);
    let told = import(&desk, &rows, &used, "--json --dry-run").exits(1).json();
    assert_eq!(refused(&told)[0], (2, "Remark", "too_long"));
    assert!(told.to_string().len() < 10_000);
    let unclosed = table("A,B,State,25/12/2020,\nA,C,State,25/12/2020,\"x\nA,D,State,25/12/2020,\n");
    let told = import(&desk, unclosed, SIGNATURES, "--json --dry-run").exits(1).json();
    assert_eq!(refused(&told), [(3, "", "open_quote")]);
}

#[test]
fn a_table_comes_from_a_file_that_is_there() {
    let desk = Desk::new();
    let _ = import(&desk, HEADER, SIGNATURES, "").ok();
    let _ = desk.piped("import - --mapping mapping.json", b"").exits(2);
    let _ = desk.run("import . --mapping mapping.json").exits(1);
    let _ = desk.run("import nowhere.csv --mapping mapping.json").exits(1);
    let _ = desk.run("import table.csv --mapping nowhere.json").exits(1);
    let _ = desk.run("import table.csv --mapping .").exits(1);
}

#[test]
fn a_mapping_says_nothing_that_means_nothing() {
    let desk = Desk::new();
    let rows = table("A,B,State,25/12/2020,\n");
    let said = |mapping: &str| {
        let error = import(&desk, &rows, mapping, "--json").exits(2).error();
        assert_eq!(error["code"], "mapping", "{error}");
        error["message"].as_str().unwrap().to_owned()
    };
    let with = |from: &str, to: &str| {
        assert!(SIGNATURES.contains(from), "{from}");
        said(&SIGNATURES.replacen(from, to, 1))
    };
    let all = [
        said("{}"),
        said("nonsense"),
        with("\"ignored\"", "\"ignore\""),
        with("\"servanda_mapping\": 1", "\"servanda_mapping\": 2"),
        with("\"{Treaty}\",\n", "\"{Traety}\",\n"),
        with("\"Signed\": \"DD", "\"Singed\": \"DD"),
        with("DD/MM/YYYY", "dd/mm/yy"),
        with("\"table\": \"kind\"", "\"table\": \"kinds\""),
        with("\"command\": \"sign\"", "\"command\": \"signs\""),
        with("\"on\": ", "\"ons\": "),
        with("\"source\": ", "\"sources\": "),
        with("\"is\": \"filled\"", "\"is\": \"full\""),
        with(", \"is\": \"filled\"", ""),
        with("\"slug\"", "\"slog\""),
        with("\"{Party}\",", "\"{Party\","),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    the mapping: missing field `servanda_mapping` at line 1 column 2
    the mapping: expected ident at line 1 column 2
    the mapping's ignore: there is no key "ignore" (did you mean "ignored"?)
    the mapping is written in version 2 of the language; this program reads 1
    group: the file has no column "Traety", and no value has that name (did you mean "Treaty"?)
    dates: the file has no column "Singed", and no value has that name (did you mean "Signed"?)
    dates: "Signed": "dd/mm/yy" is no date format: write it with YYYY, MM and DD, such as DD/MM/YYYY, or YYYY alone, or EDTF
    commands[1] (add-party): kind: there is no table "kinds" (did you mean "kind"?)
    commands[2]: there is no command "signs" (did you mean "sign"?)
    commands[2] (sign): ons: sign has no such field (did you mean "on"?)
    evidence: evidence has no "sources" (did you mean "source"?)
    the mapping's commands[2].when[0].is: unknown variant `full`, expected `filled` or `empty` at line 13 column 64
    commands[2] (sign): the condition of "Signed" tests nothing
    the mapping's agreement: "slog" is no form of value (did you mean "slug"?): the forms are table, slug, split, earliest, latest, first_of, when, object at line 7 column 37
    the mapping's commands[1].once: "{Party" opens a brace that it does not close at line 11 column 46
    "#);
}
