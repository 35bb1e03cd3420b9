//! Every verb as its own help shows it: the example runs, records what it says, and is the same as an import line.

use serde_json::{Map, Value, json};
use servanda::domain::command::{Subject, VERBS};

use crate::harness::{Desk, copy_folder, words};

const P: &str = r#"propose pk-ps-health-2025 --kind mou --title "MoU on health cooperation" --party pk:state="Government of Pakistan" --party ps:state="State of Palestine""#;
const S1: &str = "sign pk-ps-health-2025 --party pk --on 2025-09-17";
const S2: &str = "sign pk-ps-health-2025 --party ps --on 2025-09-17";
const SIGNED: &str = r#"sign pk-ps-health-2025 --party pk --by "Syed Mustafa Kamal, Federal Minister" --on 2025-09-17"#;
const C1: &str = r#"set-deadline pk-ps-health-2025 "Form the Health Working Group" --within P30D --after signature --owed-by pk --owed-to ps"#;
const C2: &str = r#"set-deadline pk-ps-health-2025 "Train 40 doctors" --due 2025-12-01 --owed-by pk --owed-to ps"#;
const C3: &str = r#"commit pk-ps-health-2025 "Help build capacity" --owed-by pk --owed-to ps"#;
const MET: &str = "report-milestone pk-ps-health-2025/c2 --status met --on 2025-11-01";
const DISPUTED: &str = "dispute pk-ps-health-2025/c3 --by ps --on 2026-01-15";
const WG: &str = r#"form-working-group pk-ps-health-2025 --name "Health Working Group" --on 2025-10-02"#;
const WHO: &str = r#"add-party pk-ps-health-2025 --party who --kind io --name "World Health Organization""#;
const SUSPENDED: &str = "suspend pk-ps-health-2025 --on 2026-01-10";
const TERM: &str = "set-term pk-ps-health-2025 --length P5Y --renewal express";
const LATER: &str = "propose pk-ps-health-2030 --kind mou --party pk:state=Pakistan --party ps:state=Palestine";
const NOTE: &str = "note pk-ps-health-2025 filler";
const NOTICE: &str =
    "give-notice pk-ps-health-2025 --party ps --kind withdrawal --on 2026-03-15 --takes-effect 2027-03-15";
const FATIMA: &str =
    "record heart-sphere-fatima-2025 --kind mou --party heart-sphere:ngo=Heart --party fatima:hospital=Fatima";
const FATIMA_SIGNED: &str = "sign heart-sphere-fatima-2025 --party fatima --on 2025-06";
const BEIJING: &str = "record beijing-treaty --kind treaty --party dz:state=Algeria --party cn:state=China --party fr:state=France --on 2012-06-24";
const BEIJING_CN: &str = "sign beijing-treaty --party cn --on 2012-06-26";
const BEIJING_DZ: &str = "sign beijing-treaty --party dz --on 2012-06-26";
const BEIJING_APPLIED: &str = "enter-into-force beijing-treaty --party cn --provisional --on 2014-07-09";
const BEIJING_NOTE: &str = "note beijing-treaty filler";
const RESERVED: &str = r#"reserve beijing-treaty "does not apply Article 11(1)" --party cn --on 2014-07-09"#;
const LAB: &str = "record cancer-laboratory-2020 --kind mou --party pk:state=Pakistan --party cn:state=China";
const PLEDGE: &str = "announce pk-cn-health-2025 --party pk:state=Pakistan --party cn:state=China --on 2025-05-19";
const VACCINE: &str = "propose pk-cn-vaccine-mou-2026 --kind mou --party pk:state=Pakistan --party cn:state=China";

const KEY: &str = "adopt-key example.com/register+0e5f1e69+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const OFFICE: &str = r#"define-calendar our-office --title "Our office""#;

/// A verb, what has to be on record before its example, and the event that it records.
type Row = (&'static str, &'static [&'static str], &'static str);

const ROWS: &[Row] = &[
    ("propose", &[], "agreement.proposed"),
    ("record", &[], "agreement.recorded"),
    ("announce", &[], "pledge.announced"),
    ("add-party", &[P], "party.declared"),
    ("alias-party", &[FATIMA], "party.aliased"),
    ("withdraw-party", &[P, WHO], "party.withdrew"),
    ("adopt", &[P], "text.adopted"),
    ("initial", &[P], "text.initialled"),
    ("sign", &[P], "agreement.signed"),
    ("deposit", &[BEIJING, BEIJING_DZ], "instrument.deposited"),
    ("set-entry-into-force", &[BEIJING], "entry-into-force.set"),
    ("enter-into-force", &[BEIJING, BEIJING_CN], "agreement.entered-into-force"),
    ("end-provisional-application", &[BEIJING, BEIJING_CN, BEIJING_APPLIED], "provisional-application.ended"),
    ("reserve", &[BEIJING, BEIJING_CN], "reservation.made"),
    ("declare", &[BEIJING], "declaration.made"),
    (
        "object",
        &[
            BEIJING,
            BEIJING_CN,
            BEIJING_NOTE,
            BEIJING_NOTE,
            BEIJING_NOTE,
            BEIJING_NOTE,
            BEIJING_NOTE,
            BEIJING_NOTE,
            RESERVED,
        ],
        "objection.made",
    ),
    ("set-term", &[P, S1, S2], "term.set"),
    ("renew", &[P, S1, S2, TERM], "term.renewed"),
    ("give-notice", &[P, S1, S2], "notice.given"),
    ("revoke-notice", &[P, S1, S2, NOTE, NOTE, NOTE, NOTE, NOTE, NOTE, NOTE, NOTE, NOTICE], "notice.revoked"),
    ("suspend", &[P, S1, S2], "agreement.suspended"),
    ("resume", &[P, S1, S2, SUSPENDED], "agreement.resumed"),
    ("terminate", &[P, S1, S2], "agreement.terminated"),
    ("supersede", &[P, S1, S2, LATER], "agreement.superseded"),
    ("complete", &[P, S1, S2], "agreement.completed"),
    ("commit", &[P], "commitment.made"),
    ("set-deadline", &[P], "deadline.set"),
    ("extend-deadline", &[P, S1, S2, C1], "deadline.extended"),
    ("report-milestone", &[P, S1, S2, C1, C2], "milestone.reported"),
    ("verify-fulfilment", &[P, S1, S2, C1, C2, MET], "fulfilment.verified"),
    ("reject-fulfilment", &[P, S1, S2, C1, C2, MET], "fulfilment.rejected"),
    ("waive", &[P, S1, S2, C1], "commitment.waived"),
    ("dispute", &[P, S1, S2, C1, C2, C3], "commitment.disputed"),
    ("settle", &[P, S1, S2, C1, C2, C3, DISPUTED], "dispute.settled"),
    ("withdraw-commitment", &[P, S1, S2, C1, C2, C3], "commitment.withdrawn"),
    ("announce-working-group", &[P], "working-group.announced"),
    ("form-working-group", &[P, S1, S2, C1], "working-group.formed"),
    ("record-meeting", &[P, S1, S2, WG], "meeting.recorded"),
    ("dissolve-working-group", &[P, S1, S2, WG], "working-group.dissolved"),
    ("amend", &[P, S1, S2, C1, C2], "agreement.amended"),
    ("correct", &[P, S1, S2], "record.corrected"),
    ("retract", &[P, S1, S2], "record.retracted"),
    ("redact", &[P, SIGNED], "record.redacted"),
    ("dispute-fact", &[LAB], "fact.disputed"),
    ("resolve-fact", &[FATIMA, FATIMA_SIGNED], "fact.resolved"),
    ("attach", &[P], "paper.attached"),
    ("note", &[PLEDGE], "note.added"),
    ("link", &[PLEDGE, VACCINE], "agreement.linked"),
    ("define-calendar", &[], "calendar.defined"),
    ("set-week", &[OFFICE], "calendar.week-set"),
    ("list-days-off", &[OFFICE], "calendar.days-listed"),
    ("define-profile", &[], "profile.defined"),
    ("adopt-key", &[], "key.adopted"),
    ("rotate-key", &[KEY], "key.rotated"),
];

fn example(verb: &str) -> &'static str {
    let spec = VERBS.iter().find(|spec| spec.name == verb).expect("the rows are those of the verbs");
    spec.example.strip_prefix("servanda ").expect("an example is typed in full")
}

/// A desk, late enough for the examples, with what a verb's example needs.
fn desk_for(setup: &[&str]) -> Desk {
    let desk = Desk::new();
    desk.morning_of("2031-01-06");
    std::fs::write(desk.home().join("mou.pdf"), b"%PDF-1.7 not really").expect("the home can be written to");
    let lines: Vec<String> = setup.iter().map(|line| import_line(line).to_string()).collect();
    if !lines.is_empty() {
        let imported = desk.piped("import - --json", lines.join("\n").as_bytes());
        assert_eq!(imported.exits(0).json()["recorded"], lines.len(), "{lines:?}");
    }
    desk
}

/// The import line that says the same as a line typed: by the rules of DESIGN §7, not by the program's own code.
fn import_line(typed: &str) -> Value {
    let mut words = words(typed).into_iter();
    let verb = words.next().expect("a verb");
    let spec = VERBS.iter().find(|spec| spec.name == verb).expect("a verb of the list");
    let schema = (spec.schema)();
    let is = |name: &str, kind: &str| schema.get("properties").is_some_and(|all| all[name]["type"] == kind);
    let mut line = Map::from_iter([("command".to_owned(), json!(verb))]);
    let first = json!(words.next());
    let own = match spec.subject {
        Subject::Calendar => Some("calendar"),
        Subject::Profile => Some("profile"),
        Subject::Key => Some("key"),
        _ => None,
    };
    line.insert("agreement".to_owned(), if own.is_some() { json!("register") } else { first.clone() });
    line.extend(own.map(|name| (name.to_owned(), first)));
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix("--") else {
            let (text, _) = spec.text.expect("only a text stands alone");
            line.insert(text.to_owned(), json!(word));
            continue;
        };
        let name = option.replace('-', "_");
        if is(&name, "boolean") {
            line.insert(name, json!(true));
            continue;
        }
        let value = words.next().expect("an option has a value");
        if name == "file" {
            line.extend(paper());
        } else if is(&name, "array") {
            line.entry(name).or_insert(json!([])).as_array_mut().expect("a list").push(json!(value));
        } else {
            line.insert(name, json!(value));
        }
    }
    Value::Object(line)
}

/// What a line says of the document that the example attaches.
fn paper() -> Map<String, Value> {
    let sha256 = "71f4a74b3a63d3dfc09a78c82a2f4d0f6f1b9f0a8bd2d8bc4ee5d4b0a8ae70e3";
    let paper = json!({ "name": "mou.pdf", "media_type": "application/pdf", "size": 19, "sha256": sha256 });
    paper.as_object().expect("an object").clone()
}

/// What an event says, without what differs from one recording to the next.
fn said(event: &Value) -> Value {
    let mut event = event.as_object().expect("an event is an object").clone();
    for name in ["id", "agreement", "recorded", "cause", "body_hash", "salt", "position", "seq"] {
        event.remove(name);
    }
    Value::Object(event)
}

#[test]
fn every_verb_has_a_row_and_every_row_a_verb() {
    let verbs: Vec<&str> = VERBS.iter().map(|verb| verb.name).collect();
    let rows: Vec<&str> = ROWS.iter().map(|row| row.0).collect();
    assert_eq!(verbs, rows);
}

#[test]
fn the_help_of_every_verb_shows_its_example() {
    let desk = Desk::new();
    desk.width(1_000);
    for verb in VERBS {
        let help = desk.run(&format!("{} --help", verb.name)).ok().stdout;
        let shown: Vec<&str> = help.lines().skip_while(|line| *line != "Example:").skip(1).map(str::trim).collect();
        let shown = shown.join(" ");
        assert_eq!(shown.trim(), verb.example, "{}", verb.name);
    }
}

#[test]
fn the_example_of_every_verb_runs_and_says_the_same_as_its_import_line() {
    // Two halves at a time: most of this is waiting for the disk.
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || ROWS.iter().skip(half).step_by(2).for_each(|row| runs(*row)));
        }
    });
}

fn runs((name, setup, kind): Row) {
    let desk = desk_for(setup);
    let typed = example(name);
    let copy = desk.home().join("copy");
    if desk.store().exists() {
        copy_folder(&desk.store(), &copy);
    }

    let tried = desk.run(&format!("{typed} --dry-run")).ok();
    assert!(tried.stdout.contains("would record"), "{name}: {}", tried.stdout);
    assert_eq!(desk.store().exists(), copy.exists(), "{name} --dry-run makes no register");
    assert_eq!(desk.export().lines().count(), setup.len(), "{name} --dry-run appends nothing");

    let recorded = desk.run(&format!("{typed} --json")).ok().json();
    assert_eq!((&recorded["recorded"], &recorded["command"]), (&json!(true), &json!(name)));
    let events = desk.events();
    assert_eq!(events.len(), setup.len() + 1, "{name} appends one event");
    let event = &events[setup.len()];
    assert_eq!(event["type"], kind, "{name}");

    let line = if name == "attach" { attached(event) } else { import_line(typed) };
    if name == "redact" {
        // It rewrites the store, which is no part of an import.
        let refused = desk.piped(&format!("import - --json --store {}", copy.display()), line.to_string().as_bytes());
        assert_eq!(refused.exits(1).json()["refused"][0]["code"], "not_in_import");
        return;
    }
    let imported = desk.piped(&format!("import - --json --store {}", copy.display()), line.to_string().as_bytes());
    assert_eq!(imported.ok().json()["recorded"], 1, "{name}: {line}");
    let again = desk.run(&format!("export --store {}", copy.display())).ok().stdout;
    let again: Value = serde_json::from_str(again.lines().last().expect("an event")).expect("JSON");
    assert_eq!(said(&again), said(event), "{name}: {line}");
}

/// The attachment's import line, where the hash is that of the file.
fn attached(event: &Value) -> Value {
    let mut line = import_line(example("attach"));
    line["sha256"] = event["data"]["sha256"].clone();
    line
}
