//! Random histories of two to four agreements: every verb, certain and uncertain days, spoken ones, second thoughts.
//!
//! A step is made from a row of dice, so that a failing history shrinks towards the first choice of everything.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use servanda::domain::day::Day;
use servanda::proof::key::SecretKey;

/// The agreements of a history; it opens two to four of them.
pub(crate) const REFERENCES: [&str; 4] = ["pk-ps-health-2025", "heart-sphere-fatima", "lab-2020", "pledge-geneva"];

const PARTIES: [(&str, &str, &str); 3] =
    [("pk", "state", "Government of Pakistan"), ("ps", "state", "دولة فلسطين"), ("heart", "ngo", "一心公益基金会")];

fn choose(which: usize, of: Vec<Value>) -> Value {
    let at = which % of.len();
    of.into_iter().nth(at).unwrap_or_default()
}

/// How many dice a step has.
const DICE: usize = 36;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// One command, and how long after the one before it.
#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) command: Map<String, Value>,
    /// In microseconds; at least one, unless the clock is to jump.
    pub(crate) pause: i64,
}

/// As an import line: a failing history can be imported as it is printed.
impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", Value::Object(self.command.clone()))
    }
}

/// A row of dice, thrown from left to right.
struct Dice<'a> {
    rest: &'a [u16],
}

impl Dice<'_> {
    fn throw(&mut self) -> usize {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        usize::from(*first)
    }

    fn below(&mut self, sides: usize) -> usize {
        self.throw() % sides
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn party(&mut self) -> &'static str {
        PARTIES[self.below(5) % 3].0
    }

    fn commitment(&mut self) -> String {
        format!("c{}", 1 + self.below(12) % 4)
    }

    /// A recurrence rule, or none.
    fn repeat(&mut self) -> Value {
        let rules = [
            Value::Null,
            json!("FREQ=MONTHLY;COUNT=4"),
            json!("FREQ=MONTHLY;INTERVAL=3;UNTIL=20261231"),
            json!("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;INTERVAL=2;COUNT=3"),
            json!("FREQ=WEEKLY;INTERVAL=6;COUNT=3"),
        ];
        self.one(&rules)
    }

    /// A day from 2024 to early 2027, most of them before the clock begins.
    fn day(&mut self) -> Day {
        let beginning = Day::parse("2024-01-01").unwrap();
        let days = if self.once_in(8) { self.below(1100) } else { self.below(680) };
        beginning.plus_days(i64::try_from(days).unwrap()).unwrap()
    }

    /// When it happened, in one of the forms that people write.
    fn on(&mut self) -> Option<String> {
        let form = self.below(14);
        let day = self.day();
        match form {
            0..=5 => Some(day.to_string()),
            6 => Some("yesterday".to_owned()),
            7 => Some("3 days ago".to_owned()),
            8 => Some(day.to_string()[..7].to_owned()),
            9 => Some(format!("../{day}")),
            10 => Some(format!("{day}/{}", day.plus_days(9).unwrap())),
            11 => Some(format!("{day}~")),
            12 => Some(day.to_string()[..4].to_owned()),
            _ => None,
        }
    }

    /// Where a last day ends, if somebody says.
    fn zone(&mut self) -> Value {
        self.one(&[Value::Null, Value::Null, json!("America/New_York"), json!("Pacific/Kiritimati")])
    }

    /// When it ends, if somebody says.
    fn cut_off(&mut self) -> Value {
        self.one(&[Value::Null, Value::Null, json!("17:00"), json!("00:30")])
    }

    fn anchor(&mut self) -> String {
        match self.below(10) {
            0 | 1 => "signature".to_owned(),
            2 => "signature:first".to_owned(),
            3 => format!("signature:{}", self.party()),
            4 => "entry-into-force".to_owned(),
            5 => "announcement".to_owned(),
            6 => "formation:wg1".to_owned(),
            7 => format!("fulfilment:{}", self.commitment()),
            8 => format!("@{}", 1 + self.below(6)),
            _ => self.day().to_string(),
        }
    }
}

fn opening(number: usize, dice: &mut Dice<'_>) -> Value {
    let parties: Vec<String> =
        PARTIES.iter().take(2 + dice.below(2)).map(|(id, kind, name)| format!("{id}:{kind}={name}")).collect();
    let (command, kind) = match number {
        3 => ("announce", None),
        _ if dice.once_in(3) => ("record", Some("treaty")),
        _ => ("propose", Some(dice.one(&["mou", "treaty", "contract"]))),
    };
    let mut object =
        json!({ "command": command, "agreement": REFERENCES[number], "title": "On health", "party": parties });
    if let Some(kind) = kind {
        object["kind"] = Value::from(kind);
    }
    object
}

/// What is asked for: one command, or one and its answer.
#[expect(clippy::too_many_lines, reason = "one arm a verb: the list is the point")]
fn act(reference: &str, dice: &mut Dice<'_>) -> Value {
    let to = |name: &str| format!("{reference}/{name}");
    let fact = |dice: &mut Dice<'_>| format!("{reference}@{}", 1 + dice.below(9));
    let commitment = |dice: &mut Dice<'_>| to(&dice.commitment());
    // Much of it is refused: whether a commitment recurs is not looked up.
    let owed = |dice: &mut Dice<'_>| {
        let instance = if dice.once_in(2) { format!(".{}", 1 + dice.below(4)) } else { String::new() };
        to(&dice.commitment()) + &instance
    };
    let which = dice.throw();
    match dice.below(66) {
        0..=4 => json!({ "command": "sign", "agreement": reference, "party": dice.party(),
            "mode": dice.one(&["simple", "definitive", "ad_referendum"]), "by": "Name, Minister" }),
        5..=8 => json!({ "command": "set-deadline", "agreement": reference, "text": "Form the group",
            "repeat": if dice.once_in(4) { dice.repeat() } else { Value::Null },
            "within": dice.one(&["P30D", "P3M", "P1Y", "P2W"]), "after": dice.anchor(), "owed_by": dice.party(),
            "grace": dice.one(&[Value::Null, Value::Null, json!("P7D")]), "zone": dice.zone(), "cut_off": dice.cut_off() }),
        9 | 10 => json!({ "command": "set-deadline", "agreement": reference, "text": "Report",
            "due": dice.day().to_string(), "repeat": dice.repeat(), "zone": dice.zone(), "cut_off": dice.cut_off(),
            "repeat_from": dice.one(&[Value::Null, Value::Null, json!("fulfilment")]) }),
        11 => {
            json!({ "command": "set-deadline", "agreement": commitment(dice), "within": "P60D", "after": dice.anchor() })
        }
        12 => json!({ "command": "commit", "agreement": reference, "text": "Build capacity", "owed_by": [dice.party()],
            "nature": dice.one(&["result", "best_efforts", "intent"]) }),
        13..=16 => json!({ "command": "report-milestone", "agreement": owed(dice),
            "status": dice.one(&["met", "started", "progress", "not_met"]), "share": dice.below(100) }),
        17 => json!({ "command": "report-milestone", "agreement": owed(dice), "status": "partially_met",
            "closed": dice.once_in(2) }),
        18..=21 => json!({ "command": "correct", "agreement": fact(dice) }),
        22 => json!({ "command": "correct", "agreement": fact(dice), "on": null,
            "set": dice.one(&["data.place=Lahore", "data.title=On food", "data.due=2025-12-01", "confidence=confirmed"]) }),
        23..=25 => json!({ "command": "retract", "agreement": fact(dice) }),
        26 => json!({ "command": "extend-deadline", "agreement": owed(dice), "to": dice.day().to_string(),
            "agreed_by": ["pk", "ps"] }),
        27 => json!({ "command": "extend-deadline", "agreement": owed(dice), "by": "P14D" }),
        28 | 29 => {
            // The first commitment is there most often, and what is not there cannot be met.
            let about = if dice.once_in(2) { to("c1") } else { owed(dice) };
            json!([
                { "command": "report-milestone", "agreement": about, "status": "met" },
                { "command": dice.one(&["verify-fulfilment", "reject-fulfilment"]), "agreement": about },
            ])
        }
        30 => json!({ "command": "waive", "agreement": owed(dice), "by": dice.party() }),
        31 | 32 => {
            let about = owed(dice);
            json!([
                { "command": "dispute", "agreement": about, "by": dice.party() },
                { "command": "settle", "agreement": about, "outcome": "forty places" },
            ])
        }
        33 => json!({ "command": "withdraw-commitment", "agreement": commitment(dice) }),
        34 => json!({ "command": "announce-working-group", "agreement": reference, "name": "Health Working Group" }),
        35 | 36 => json!({ "command": "form-working-group", "agreement": reference, "name": "Health Working Group",
            "fulfils": if dice.once_in(2) { vec!["c1"] } else { vec![] } }),
        37 => json!({ "command": "record-meeting", "agreement": to("wg1"), "place": "Islamabad" }),
        38 => json!({ "command": "dissolve-working-group", "agreement": to("wg1") }),
        39 => json!({ "command": "add-party", "agreement": reference, "party": dice.one(&["who", "heart"]),
            "kind": "io", "name": "World Health Organization" }),
        40 => {
            json!({ "command": "alias-party", "agreement": reference, "party": dice.party(), "name": "پاکستان", "lang": "ur" })
        }
        41 => json!({ "command": "withdraw-party", "agreement": reference, "party": dice.party() }),
        42 => choose(
            which,
            vec![
                json!({ "command": "adopt", "agreement": reference }),
                json!({ "command": "initial", "agreement": reference, "party": "pk" }),
            ],
        ),
        43 => {
            json!({ "command": "deposit", "agreement": reference, "party": dice.party(), "instrument": "ratification" })
        }
        44 => {
            json!({ "command": "set-entry-into-force", "agreement": reference, "after": "signature", "within": "P30D" })
        }
        45 => json!({ "command": "enter-into-force", "agreement": reference }),
        46 => json!([
            { "command": dice.one(&["reserve", "reserve", "declare"]), "agreement": reference, "text": "not Article 11",
                "party": "ps" },
            { "command": "object", "agreement": fact(dice), "party": "pk" },
        ]),
        47 | 48 => json!([
            { "command": "set-term", "agreement": reference, "length": "P1Y", "notice_period": "P3M",
                "prepare": "P30D", "renewal": dice.one(&["none", "tacit", "express"]) },
            { "command": "renew", "agreement": reference, "length": "P1Y" },
        ]),
        49 => json!([
            { "command": "give-notice", "agreement": reference, "party": "ps", "takes_effect": "2026-03-15",
                "kind": dice.one(&["withdrawal", "non_renewal", "termination", "suspension"]) },
            { "command": "revoke-notice", "agreement": fact(dice) },
        ]),
        50 => json!([
            { "command": "suspend", "agreement": reference, "until": "2026-06-30" },
            { "command": "resume", "agreement": reference },
        ]),
        51 => choose(
            which,
            vec![
                json!({ "command": "complete", "agreement": reference }),
                json!({ "command": "terminate", "agreement": reference, "ground": "consent" }),
                json!({ "command": "supersede", "agreement": reference, "by": REFERENCES[1] }),
            ],
        ),
        52 => choose(
            which,
            vec![
                json!({ "command": "amend", "agreement": reference, "what": "new title", "title": "On health and food",
                "effective": dice.day().to_string() }),
                json!({ "command": "amend", "agreement": to("c1"), "what": "widened", "text": "Train nurses too" }),
            ],
        ),
        53 => choose(
            which,
            vec![
                json!({ "command": "dispute-fact", "agreement": fact(dice), "field": "occurred.on", "value": ["2025-06-24"] }),
                json!({ "command": "resolve-fact", "agreement": fact(dice) }),
            ],
        ),
        54 => choose(
            which,
            vec![
                json!({ "command": "link", "agreement": reference, "relation": "implements", "to": REFERENCES[dice.below(4)] }),
                json!({ "command": "attach", "agreement": reference, "name": "mou.pdf", "media_type": "application/pdf",
                "size": 120_000, "sha256": "ab".repeat(32) }),
            ],
        ),
        55..=64 => counted(reference, dice),
        _ => json!({ "command": "note", "agreement": reference, "text": "the outlet calls it the 77th" }),
    }
}

/// One of some public keys.
fn key(number: usize) -> String {
    let seed = [u8::try_from(number).unwrap_or(0); 32];
    SecretKey::of_seed("example.com/register", &seed).unwrap().public().as_str().to_owned()
}

/// What is counted by calendars and profiles, what changes them, and provisional application.
fn counted(reference: &str, dice: &mut Dice<'_>) -> Value {
    let calendar = |dice: &mut Dice<'_>| dice.one(&["pk", "ps", "cn", "sat-sun", "ours"]);
    let deadline = |more: Value, dice: &mut Dice<'_>| {
        let mut deadline = json!({ "command": "set-deadline", "agreement": reference, "text": "By working days",
            "after": dice.anchor(), "calendar": [calendar(dice), calendar(dice)], "owed_by": "pk" });
        deadline.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        deadline
    };
    match dice.below(11) {
        0 | 1 => deadline(json!({ "working_days": 1 + dice.below(40) }), dice),
        2 => deadline(json!({ "within": "P30D", "roll": "following", "open": dice.one(&["all", "any"]) }), dice),
        3 => deadline(json!({ "within": "P1M", "counting": dice.one(&["eu-1182-71", "cisg-20", "house"]) }), dice),
        4 => json!([
            { "command": "define-calendar", "agreement": "register", "calendar": "ours", "title": "Ours" },
            { "command": "set-week", "agreement": "register", "calendar": "ours", "off": ["fri"] },
        ]),
        5 => json!({ "command": "set-week", "agreement": "register", "calendar": calendar(dice), "off": ["sun"],
            "from": dice.day().to_string() }),
        6 | 7 => json!({ "command": "list-days-off", "agreement": "register", "calendar": calendar(dice),
            "from": "2024-01-01", "to": dice.one(&["2025-12-31", "2026-06-30", "2027-12-31"]),
            "off": ["2025-10-20 a feast", "2025-10-21"] }),
        8 => json!([
            { "command": "define-profile", "agreement": "register", "profile": "house", "title": "Ours", "law": "Rules",
                "like": "eu-1182-71", "act_forward": dice.one(&["none", "following", "preceding"]) },
            { "command": dice.one(&["retract", "correct"]), "agreement": format!("register@{}", 1 + dice.below(9)) },
        ]),
        9 => json!([
            { "command": "adopt-key", "agreement": "register", "key": key(1) },
            { "command": "rotate-key", "agreement": "register", "key": key(1 + dice.below(3)) },
        ]),
        _ => json!([
            { "command": "enter-into-force", "agreement": reference, "provisional": true },
            { "command": "end-provisional-application", "agreement": reference },
        ]),
    }
}

/// Adds what every verb can say beside its own fields.
fn framed(object: Value, dice: &mut Dice<'_>) -> Map<String, Value> {
    let Value::Object(mut object) = object else { unreachable!("every act is an object") };
    let corrects = object["command"] == "correct" && !object.contains_key("on");
    let on = dice.on();
    match on {
        Some(on) if !object.contains_key("on") => {
            object.insert("on".to_owned(), Value::from(on));
        }
        None if corrects => {
            object.insert("on".to_owned(), Value::from("2025-09"));
        }
        _ => {}
    }
    if !dice.once_in(6) {
        object.insert("reason".to_owned(), Value::from("so the ministry says"));
    }
    if dice.once_in(3) {
        object.insert("source".to_owned(), Value::from("Xinhua"));
        object.insert("published".to_owned(), Value::from(dice.day().to_string()));
    }
    if dice.once_in(8) {
        object.insert("confidence".to_owned(), Value::from("confirmed"));
    }
    object.retain(|_, value| !value.is_null());
    object
}

/// Histories of some thirty commands on two to four agreements, each a little after the one before.
pub(crate) fn histories() -> impl Strategy<Value = Vec<Step>> {
    let row = || proptest::collection::vec(any::<u16>(), DICE);
    (2_usize..=4, proptest::collection::vec(row(), 24..30)).prop_map(|(agreements, rows)| {
        let step = |(number, row): (usize, Vec<u16>)| {
            let mut dice = Dice { rest: &row };
            let pause = dice.one(&[1, SECOND, 3_600 * SECOND, DAY, 9 * DAY]);
            let object = if number < agreements {
                opening(number, &mut dice)
            } else {
                act(REFERENCES[dice.below(agreements)], &mut dice)
            };
            let objects = match object {
                Value::Array(several) => several,
                one => vec![one],
            };
            let frame = |object| {
                let mut command = framed(object, &mut dice);
                if number < agreements && dice.once_in(2) {
                    command.remove("on");
                }
                Step { command, pause }
            };
            objects.into_iter().map(frame).collect::<Vec<_>>()
        };
        rows.into_iter().enumerate().flat_map(step).collect()
    })
}

/// Gives each command an identity of its own.
pub(crate) fn named(mut history: Vec<Step>) -> Vec<Step> {
    for (number, step) in history.iter_mut().enumerate() {
        let id = uuid::Uuid::from_u128(0x5e_0000 + u128::try_from(number).unwrap());
        step.command.insert("command_id".to_owned(), Value::from(id.to_string()));
    }
    history
}

/// The commands as lines of an import.
pub(crate) fn lines(history: &[Step]) -> Vec<String> {
    history.iter().map(|step| Value::Object(step.command.clone()).to_string()).collect()
}
