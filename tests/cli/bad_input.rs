//! Every verb and question with everything wrong that people, programs and attackers type.
//!
//! The laws, for each run: the program ends by itself with 0, 1, 2 or 3 and never panics; a failure says what is
//! wrong, as `error:` or as JSON, without characters that a terminal would obey; and the log is what it was before.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use serde_json::{Map, Value, json};
use servanda::domain::command::framing::Framing;
use servanda::domain::command::{Subject, VERBS, VerbSpec, schema_of};

use crate::harness::{Desk, Output, finish};

const SETUP: [&str; 7] = [
    r#"propose here --kind mou --title "A title" --party a:state=A --party b:state=B --on 2025-09-01"#,
    "sign here --party a --on 2025-09-17",
    "sign here --party b --on 2025-09-17",
    r#"set-deadline here "Do it" --within P30D --after signature --owed-by a --owed-to b"#,
    r#"form-working-group here --name "A group" --on 2025-10-02"#,
    "give-notice here --party a --kind withdrawal --on 2025-12-01 --takes-effect 2026-12-01",
    "propose other --kind mou --party a:state=A --party b:state=B",
];

/// Texts that are wrong for nearly every field, and harmful for some readers.
fn wrong_texts() -> Vec<Value> {
    let texts = [
        "",
        " ",
        "\t\n",
        "-5",
        "0",
        "NaN",
        "1e999",
        "null",
        "true",
        "0000",
        "0000-01-01",
        "9999",
        "9999-12-31",
        "10000",
        "10000-01-01",
        "2025-02-30",
        "2025-13",
        "2025-00-00",
        "-0001-01-01",
        "2025-09-17/2025-09-01",
        "../..",
        "/",
        "P9999Y",
        "P0D",
        "P99999999999D",
        "P-1D",
        "P1D1Y",
        "PT0S",
        "P",
        "99999999999999999999",
        "-99999999999999999999",
        "0.1",
        "18446744073709551615",
        "9007199254740993",
        "\u{0}",
        "\u{1b}[31mred",
        "a\u{7}b",
        "\u{202e}gnirts",
        "\u{2066}x",
        "\u{feff}",
        "../../x",
        "a/../b",
        "c0",
        "c-1",
        "c99999999999999999999",
        "wg0",
        "x/c1",
        "signature:",
        "signature:nobody",
        "fulfilment:c9",
        "formation:wg9",
        "@0",
        "@99999999999999999999",
        "here@99",
        "other@1",
        "=",
        "data=",
        "data.party=",
        "occurred.on=10000-01-01",
        "data.party=null",
        "data..x=1",
        "reference=x",
        "a:b",
        "a:b=c",
        ":=",
        "a:state=",
        "LANG=",
        "=x",
        "e\u{301}",
        "\u{10ffff}",
        "x\u{200b}y",
        "tomorrow",
        "99999999999 days ago",
        "0 days ago",
        "-3 days ago",
        "last Wednesday",
        "Feb 30",
        "../",
        "/..",
        "XXXX",
        "2025~",
        "2025-XX-17",
        "1985-04-12T23:20:30Z",
    ];
    let mut all: Vec<Value> = texts.iter().map(|text| json!(text)).collect();
    all.push(json!("x".repeat(100_000)));
    all.extend([
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!([[]]),
        json!([null]),
        json!({ "a": 1 }),
        json!(["", ""]),
        json!([1, "x"]),
    ]);
    all
}

/// A request of a verb that is as right as its schema can tell.
fn plausible(verb: &VerbSpec) -> Map<String, Value> {
    let agreement = match verb.subject {
        Subject::Agreement if verb.opens => "new-one",
        Subject::Agreement => "here",
        Subject::Commitment => "here/c1",
        Subject::Body => "here/wg1",
        Subject::Fact => "here@2",
        Subject::Calendar | Subject::Profile | Subject::Key => "register",
    };
    let mut line = Map::from_iter([
        ("command".to_owned(), json!(verb.name)),
        ("agreement".to_owned(), json!(agreement)),
        ("reason".to_owned(), json!("to try it")),
    ]);
    let schema = Value::from((verb.schema)());
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for name in required.into_iter().filter(|name| !["commitment", "body", "event"].contains(name)) {
        let field = &schema["properties"][name];
        let first_word = field["enum"][0].as_str().or_else(|| field["oneOf"][0]["const"].as_str());
        let value = match (name, field["type"].as_str()) {
            ("party", _) => json!("a"),
            ("by" | "to", _) => json!("other"),
            ("sha256", _) => json!("ab".repeat(32)),
            (_, Some("integer")) => json!(2),
            _ => json!(first_word.unwrap_or("some words")),
        };
        line.insert(name.to_owned(), value);
    }
    line
}

fn field_names(schema: &schemars::Schema) -> Vec<String> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.map(|all| all.keys().cloned().collect()).unwrap_or_default()
}

#[track_caller]
fn keeps_the_laws(output: &Output) {
    let start: String = output.stderr.chars().take(2_000).collect();
    let context = format!("{}\n{start}", output.typed);
    assert!(matches!(output.code, Some(0..=3)), "{:?} {context}", output.code);
    assert!(!output.stderr.contains("panicked"), "{context}");
    assert!(output.stderr.len() < 20_000, "{} bytes of {context}", output.stderr.len());
    let obeyed =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!output.stderr.contains(obeyed), "{context}");
    if output.code != Some(0) {
        assert!(output.stderr.starts_with("error") || output.stderr.starts_with("{\n"), "{context}");
    }
    if output.stderr.starts_with('{') {
        let error = output.error();
        assert!(error["code"].is_string() && error["message"].is_string(), "{context}");
        assert_eq!(error["exit_code"], json!(output.code), "{context}");
    }
}

/// The laws of an import that is only tried, with many lines in one process.
#[track_caller]
fn tried(desk: &Desk, lines: &[u8]) -> Value {
    let output = desk.piped("import - --dry-run --json", lines);
    assert!(matches!(output.code, Some(0 | 1)), "{:?} {}", output.code, output.stderr);
    assert_eq!(output.stderr, "");
    let view = output.json();
    for refused in view["refused"].as_array().expect("a list") {
        let message = refused["message"].as_str().expect("a text");
        assert!(!message.is_empty() && message.len() < 4_000, "{} bytes: {message:.300}", message.len());
        assert!(refused["code"].is_string());
    }
    view
}

#[test]
fn every_field_of_every_verb_takes_wrong_values_with_a_refusal_or_in_stride() {
    let desk = Desk::with(&SETUP);
    let before = desk.export();
    let framing = field_names(&schema_of::<Framing>());
    let wrong = wrong_texts();
    for verb in VERBS {
        let right = plausible(verb);
        let mut lines = Vec::new();
        let mut count = 0;
        let own = field_names(&(verb.schema)());
        // What all verbs share is tried with one verb only, and in all verbs with the worst few.
        let shared = if verb.name == "sign" { wrong.len() } else { 0 };
        let fields = own.iter().map(|name| (name, wrong.len())).chain(framing.iter().map(|name| (name, shared)));
        for (name, most) in fields {
            for value in wrong.iter().take(most) {
                let mut line = right.clone();
                line.insert(name.clone(), value.clone());
                lines.push(Value::Object(line).to_string());
                count += 1;
            }
            let mut line = right.clone();
            line.remove(name);
            lines.push(Value::Object(line).to_string());
            count += 1;
        }
        for name in ["agreement", "command", "nonsense"] {
            for value in wrong.iter().skip(count % 7).step_by(if verb.name == "sign" { 1 } else { 7 }) {
                let mut line = right.clone();
                line.insert(name.to_owned(), value.clone());
                lines.push(Value::Object(line).to_string());
                count += 1;
            }
        }
        let view = tried(&desk, lines.join("\n").as_bytes());
        assert_eq!(view["commands"], count, "{}", verb.name);
        let refused = view["refused"].as_array().expect("a list").len();
        assert!(refused * 5 > count, "{}: only {refused} of {count} are refused", verb.name);
    }
    assert_eq!(desk.export(), before);
}

#[test]
fn whatever_an_import_takes_can_be_asked_about_and_restored() {
    let desk = Desk::with(&SETUP);
    let wrong = wrong_texts();
    let mut lines = Vec::new();
    for verb in VERBS {
        for name in field_names(&(verb.schema)()) {
            // A sixth of them for each field, another sixth for the next: what is taken makes the register slower.
            for value in wrong.iter().skip(lines.len() % 6).step_by(6) {
                let mut line = plausible(verb);
                if verb.opens {
                    line.insert("agreement".to_owned(), json!(format!("new-{}", lines.len())));
                }
                line.insert(name.clone(), value.clone());
                lines.push(Value::Object(line).to_string());
            }
        }
    }
    let import = desk.piped("import - --json", lines.join("\n").as_bytes());
    assert!(matches!(import.code, Some(0 | 1)), "{:?} {}", import.code, import.stderr);
    let export = desk.export();
    assert!(export.lines().count() > 50, "some are odd but right: {}", export.lines().count());
    for line in [
        "list",
        "show here",
        "overdue",
        "due --within P400Y",
        "history here",
        "why here/c1",
        "parties",
        "search here",
        "stats",
        "overdue --as-of 0001-01-01",
        "overdue --as-of 9999-12-31",
        "show here --as-of 9999-12-31",
        "list --format markdown",
        "diff here --as-of 0001-01-01 --as-of 9999-12-31",
        "rebuild",
        "list --json",
    ] {
        let output = desk.run(line);
        keeps_the_laws(&output);
        let obeyed =
            |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!output.stdout.contains(obeyed), "{line}");
    }
    let _ = desk.piped("restore - --store copy", export.as_bytes()).ok();
    assert_eq!(desk.run("export --store copy").ok().stdout, export);
}

#[test]
fn lines_that_are_no_commands_are_refused_one_by_one() {
    let desk = Desk::with(&SETUP);
    let before = desk.export();
    let deep = "[".repeat(100_000);
    let deep_object = format!("{{\"command\":{}", "{\"a\":".repeat(100_000));
    let many =
        format!("{{\"command\":\"note\",\"agreement\":\"here\",\"text\":{}1{}}}", "[".repeat(120), "]".repeat(120));
    let lines: [&[u8]; 22] = [
        b"nonsense",
        b"[]",
        b"[1,2]",
        b"\"text\"",
        b"42",
        b"null",
        b"{}",
        b"{",
        b"}",
        b"{\"command\":1}",
        b"{\"command\":null,\"agreement\":\"here\"}",
        b"{\"command\":\"note\"}",
        b"{\"command\":\"note\",\"agreement\":[]}",
        deep.as_bytes(),
        deep_object.as_bytes(),
        many.as_bytes(),
        b"{\"command\":\"note\",\"agreement\":\"here\",\"text\":\"a\0b\"}",
        b"\0\0\0",
        b"{\"command\":\"note\",\"agreement\":\"here\",\"text\":\"\\u0000\"}",
        b"{\"command\":\"note\",\"agreement\":\"here\",\"text\":\"\\ud800\"}",
        b"{\"command\":\"note\",\"agreement\":\"here\",\"text\":1}",
        b"{\"command\":\"note\",\"agreement\":\"here\",\"text\":\"x\",}",
    ];
    let view = tried(&desk, &lines.join(&b'\n'));
    assert_eq!((&view["commands"], &view["recorded"]), (&json!(22), &json!(0)));
    let places: Vec<u64> =
        view["refused"].as_array().expect("a list").iter().filter_map(|r| r["line"].as_u64()).collect();
    assert_eq!(places, (1..=22).collect::<Vec<u64>>());
    let output = desk.piped("import -", &lines.join(&b'\n')).exits(1);
    assert!(!output.stdout.contains(|c: char| c.is_control() && c != '\n'), "{}", output.stdout);
    assert_eq!(desk.export(), before);
}

#[test]
fn line_ends_of_other_systems_and_a_mark_at_the_start_are_taken() {
    let desk = Desk::with(&SETUP);
    let line = |words: &str| format!(r#"{{"command":"note","agreement":"here","text":"{words}"}}"#);
    let crlf = format!("{}\r\n\r\n{}\r\n", line("one"), line("two"));
    assert_eq!(desk.piped("import - --json", crlf.as_bytes()).ok().json()["recorded"], 2);
    let marked = format!("\u{feff}{}\n", line("three"));
    assert_eq!(desk.piped("import - --json", marked.as_bytes()).ok().json()["recorded"], 1);
    let unended = line("four");
    assert_eq!(desk.piped("import - --json", unended.as_bytes()).ok().json()["recorded"], 1);
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let desk = Desk::with(&SETUP);
    let twice = br#"{"command":"sign","agreement":"other","party":"a","on":"2025-01-01","on":"2024-01-01"}"#;
    let view = tried(&desk, twice);
    assert_eq!(view["recorded"], 0, "nobody can tell which of the two is meant");
    assert!(view["refused"][0]["message"].as_str().is_some_and(|words| words.contains("\"on\"")), "{view}");
}

#[test]
fn a_line_of_twenty_mebibytes_or_no_text_is_refused_and_the_rest_goes_in() {
    let desk = Desk::with(&SETUP);
    let good = |words: &str| format!(r#"{{"command":"note","agreement":"here","text":"{words}"}}"#).into_bytes();
    let huge = format!(r#"{{"command":"note","agreement":"here","text":"{}"}}"#, "x".repeat(20 << 20)).into_bytes();
    let lines = [good("one"), huge, good("two"), b"{\"command\":\"\xff\xfe\"}".to_vec(), good("three")].join(&b'\n');
    let view = desk.piped("import - --json", &lines).exits(1).json();
    assert_eq!(view["recorded"], 3, "{view}");
    let places: Vec<u64> =
        view["refused"].as_array().expect("a list").iter().filter_map(|r| r["line"].as_u64()).collect();
    assert_eq!(places, [2, 4]);
}

#[test]
fn a_mebibyte_in_any_field_of_any_verb_is_refused() {
    let desk = Desk::with(&SETUP);
    let before = desk.export();
    let long = Value::from("x".repeat(1 << 20));
    for verb in VERBS {
        let names = field_names(&(verb.schema)());
        let shared = if verb.name == "sign" { field_names(&schema_of::<Framing>()) } else { Vec::new() };
        let lines: Vec<String> = names
            .iter()
            .chain(&shared)
            .map(|name| {
                let mut line = plausible(verb);
                line.insert(name.clone(), long.clone());
                Value::Object(line).to_string()
            })
            .collect();
        let view = tried(&desk, lines.join("\n").as_bytes());
        assert_eq!(view["refused"].as_array().map(Vec::len), Some(lines.len()), "{}: {view}", verb.name);
    }
    assert_eq!(desk.export(), before);
}

#[test]
fn ten_thousand_parties_are_too_many_and_a_thousand_are_not() {
    let desk = Desk::with(&["init"]);
    let line = |count: usize| {
        let parties: Vec<String> = (0..count).map(|n| format!("p{n}:state=Party {n}")).collect();
        json!({ "command": "propose", "agreement": format!("with-{count}"), "kind": "treaty", "party": parties })
            .to_string()
    };
    let view = desk.piped("import - --json", format!("{}\n{}", line(10_000), line(1_000)).as_bytes()).exits(1).json();
    assert_eq!((&view["recorded"], &view["refused"][0]["code"]), (&json!(1), &json!("too_many")));
    let _ = desk.run("show with-1000").ok();
}

/// Words on the command line that are wrong wherever they stand.
fn wrong_words() -> Vec<OsString> {
    let texts = [
        "",
        " ",
        "\u{1b}[31mred\u{7}",
        "\u{202e}gnirts",
        "-5",
        "10000-01-01",
        "99999999999999999999",
        "P9999Y",
        "../../x",
        "here/c0",
        "here@0",
        "here@99999999999999999999",
        "here//",
        "here/c1/c1",
        "@",
        "/",
        "--",
    ];
    let mut all: Vec<OsString> = texts.iter().map(OsString::from).collect();
    all.push(OsString::from_vec(b"a\xff\xfeb".to_vec()));
    all.push("x".repeat(100_000).into());
    all
}

#[test]
fn wrong_words_on_the_command_line_keep_the_laws() {
    let desk = Desk::with(&SETUP);
    let before = desk.export();
    let words = wrong_words();
    let questions = ["show", "why", "history", "diff", "list", "parties", "import", "restore", "due"];
    let verbs = VERBS.iter().map(|verb| verb.name);
    // Each verb and question meets some of the words, so that all meet all together: a process costs its time.
    for (turn, name) in verbs.chain(questions).enumerate() {
        for step in [0, 7] {
            let word = words[(turn + step) % words.len()].as_os_str();
            let mut all: Vec<&OsStr> = vec![OsStr::new(name), word];
            if turn % 2 == 0 {
                all.push(OsStr::new("--json"));
            }
            let output = finish(desk.servanda().args(&all), b"");
            keeps_the_laws(&output);
            assert!(output.code != Some(0) || ["list", "import"].contains(&name), "{}", output.typed);
        }
    }
    assert_eq!(desk.export(), before);
}

#[test]
fn wrong_values_of_options_keep_the_laws() {
    let desk = Desk::with(&SETUP);
    let before = desk.export();
    let options = ["--as-of", "--known-at", "--party", "--agreement", "--status", "--format", "--wait", "--color"];
    for option in options {
        for word in wrong_words() {
            let mut command = desk.servanda();
            command.args(["list", option]).arg(&word);
            keeps_the_laws(&finish(&mut command, b""));
        }
    }
    for words in [
        &["due", "--within", "P99999999999D"][..],
        &["due", "--within", "P9999Y"],
        &["due", "--within", "-5"],
        &["due", "--until", "9999-12-31"],
        &["due", "--until", "10000"],
        &["overdue", "--as-of", "9999-12-31"],
        &["overdue", "--as-of", "0001-01-01"],
        &["overdue", "--as-of", "2025/2026"],
        &["diff", "here", "--known-at", "2025"],
        &["list", "--known-at", "9999-12-31"],
        &["list", "--known-at", "0001-01-01"],
        &["list", "--known-at", "9999-12-31T23:59:60Z"],
        &["why", "here/wg1"],
        &["why", "here@1"],
        &["show", "here/c1"],
        &["waive", "here", "--by", "b"],
        &["sign", "here/c1", "--party", "a"],
        &["correct", "here", "--reason", "x"],
        &["attach", "here"],
        &["attach", "here", "--file", "nowhere.pdf"],
        &["attach", "here", "--file", "."],
        &["import", "nowhere.jsonl"],
        &["import", "."],
        &["restore", "nowhere"],
        &["init", "--zone", "../x"],
        &["init"],
        &["list", "--wait", "3601"],
        &["list", "--wait", "-1"],
        &["correct", "here@2", "--set", "data.party", "--reason", "x"],
        &["note", "here", "a", "b"],
        &["note", "here", "--text", "a"],
        &["note"],
        &[],
        &["help", "nonsense"],
        &["export", "--output", "/nowhere/x"],
        &["man", "--out", "/dev/null/x"],
    ] {
        let output = desk.args(words);
        if output.code == Some(5) {
            // A file that cannot be written is the file system's failure, and says so.
            assert!(output.stderr.starts_with("error"), "{}", output.stderr);
        } else if words.is_empty() {
            assert_eq!(output.code, Some(2));
        } else {
            keeps_the_laws(&output);
        }
    }
    assert_eq!(desk.export(), before);
}

#[test]
fn a_store_of_any_name_stays_where_it_is_named() {
    let desk = Desk::new();
    let inner = desk.home().join("inner");
    std::fs::create_dir(&inner).expect("a folder can be made");
    let propose = ["propose", "x", "--kind", "mou", "--party", "a:state=A", "--party", "b:state=B"];
    for name in [
        OsStr::new("../../x"),
        OsStr::new(" "),
        OsStr::new("-"),
        OsStr::new("نص"),
        OsStr::from_bytes(b"\xff\xfe"),
        OsStr::new("a\nb"),
    ] {
        let mut command = desk.servanda();
        // Two folders up from here is still at home.
        std::fs::create_dir_all(inner.join("deep")).expect("a folder can be made");
        command.current_dir(inner.join("deep")).args(propose);
        let mut given = OsString::from("--store=");
        given.push(name);
        let output = finish(command.arg(given), b"");
        keeps_the_laws(&output);
        assert_eq!(output.code, Some(0));
        assert!(inner.join("deep").join(name).join("register.json").is_file(), "{}", name.display());
    }
    std::fs::write(desk.home().join("file"), b"not a folder").expect("the home can be written to");
    let output = desk.run("list --store file");
    assert!(matches!(output.code, Some(1 | 5)), "{output:?}");
    assert_eq!(std::fs::read(desk.home().join("file")).expect("it is there"), b"not a folder");
}

#[test]
fn what_the_environment_says_wrong_is_named() {
    let desk = Desk::with(&SETUP);
    let with = |name: &str, value: &OsStr| finish(desk.servanda().env(name, value).args(["note", "here", "x"]), b"");
    let now = with("SERVANDA_NOW", OsStr::new("yesterday")).exits(2);
    assert!(now.stderr.contains("SERVANDA_NOW"), "{}", now.stderr);
    let actor = with("SERVANDA_ACTOR", OsStr::new("a\u{7}b")).exits(2);
    assert!(actor.stderr.contains("SERVANDA_ACTOR"), "{}", actor.stderr);
    for value in ["0", "-1", "x", "1", "99999999999999999999", ""] {
        let list = finish(desk.servanda().env("COLUMNS", value).arg("list"), b"").ok();
        assert!(list.stdout.contains("here"), "{}", list.stdout);
    }
}
