//! The register that the benches work on: agreements as they are recorded, made of a seed, any number of events.
//!
//! An agreement has 5 to 40 events; three in a hundred events are corrections; days lie over forty years; names are in
//! three scripts; evidence stands beside half of the facts. Some sixty agreements are under way at a time, so that
//! one agreement's events do not lie together.

#![allow(
    dead_code,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench asks the clock and prints its table, and each uses a part"
)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use servanda::domain::day::Day;

const NAMES: [(&str, &str, &str); 9] = [
    ("pk", "state", "Government of the Islamic Republic of Pakistan"),
    ("ps", "state", "دولة فلسطين"),
    ("cn", "state", "中华人民共和国政府"),
    ("nhsrc", "ministry", "Ministry of National Health Services, Regulations and Coordination"),
    ("moh", "ministry", "وزارة الصحة"),
    ("one-heart", "ngo", "北京一心圆慈善基金会"),
    ("fatima", "hospital", "فاطمۃ الزہرا میڈیکل سینٹر"),
    ("who", "io", "World Health Organization"),
    ("duhs", "university", "Dow University of Health Sciences"),
];

const TITLES: [&str; 5] = [
    "Memorandum of understanding on cooperation in the field of health",
    "مذكرة تفاهم في مجال الصحة والعلوم الطبية",
    "关于中医药合作的谅解备忘录",
    "Agreement on the training of physicians and nurses",
    "صحت کے شعبے میں تعاون کا معاہدہ",
];

const PROMISES: [&str; 5] = [
    "Form a joint health working group to review the implementation",
    "Train forty physicians a year in the partner's teaching hospitals",
    "تجهيز مختبر الأورام بالأجهزة اللازمة",
    "提供设备并派遣专家",
    "Exchange lists of registered medicines",
];

const FIRST_DAY: &str = "1985-01-01";
/// As of which day the questions are asked.
pub(crate) const AS_OF: &str = "2015-06-30";
/// Agreements that are under way at a time.
const UNDER_WAY: usize = 60;

/// Chance that repeats itself (splitmix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).expect("below the sides")
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

struct Agreement {
    reference: String,
    parties: Vec<(&'static str, &'static str, &'static str)>,
    day: Day,
    events: usize,
    wanted: usize,
    commitments: usize,
    met: Vec<bool>,
    body: bool,
}

/// The lines of an import, one command each, without end.
pub(crate) struct Lines {
    chance: Chance,
    opened: usize,
    under_way: Vec<Agreement>,
    made: u64,
}

impl Lines {
    pub(crate) fn new(seed: u64) -> Self {
        Self { chance: Chance::new(seed), opened: 0, under_way: Vec::new(), made: 0 }
    }

    fn open(&mut self) -> Agreement {
        let chance = &mut self.chance;
        let first = chance.below(NAMES.len());
        let parties = (0..2 + chance.below(3)).map(|nth| NAMES[(first + nth) % NAMES.len()]).collect();
        let days = i64::try_from(chance.below(40 * 365 - 400)).expect("some years");
        self.opened += 1;
        Agreement {
            reference: format!("agreement-{:06}", self.opened),
            parties,
            day: Day::parse(FIRST_DAY).expect("a day").plus_days(days).expect("in the calendar"),
            events: 0,
            wanted: 5 + chance.below(36),
            commitments: 0,
            met: Vec::new(),
            body: false,
        }
    }
}

impl Agreement {
    fn next(&mut self, chance: &mut Chance) -> Value {
        let nth = self.events;
        self.events += 1;
        let reference = self.reference.clone();
        if nth > 0 {
            let days = i64::try_from(chance.below(12)).expect("some days");
            self.day = self.day.plus_days(days).expect("in the calendar");
        }
        let on = self.day.to_string();
        let mut object = self.act(nth, &on, chance);
        object["agreement"] = match object["agreement"].as_str() {
            Some(about) => Value::from(format!("{reference}{about}")),
            None => Value::from(reference),
        };
        if chance.below(2) == 0 {
            object["source"] = Value::from(chance.one(&["Associated Press of Pakistan", "وفا", "新华社"]));
            object["url"] = Value::from(format!("https://news.example/{:08}", chance.below(100_000_000)));
            object["published"] = Value::from(on);
        }
        object
    }

    fn act(&mut self, nth: usize, on: &str, chance: &mut Chance) -> Value {
        let party = self.parties[chance.below(self.parties.len())].0;
        if nth == 0 {
            let parties: Vec<Value> =
                self.parties.iter().map(|(id, kind, name)| json!({ "id": id, "kind": kind, "name": name })).collect();
            return json!({ "command": chance.one(&["propose", "record"]), "kind": chance.one(&["mou", "treaty", "contract"]),
                "title": chance.one(&TITLES), "party": parties, "on": on });
        }
        if nth <= self.parties.len() {
            return json!({ "command": "sign", "party": self.parties[nth - 1].0, "by": "Syed Mustafa Kamal, Federal Minister",
                "place": "Islamabad", "on": on });
        }
        if self.commitments == 0 || (self.commitments < 6 && chance.below(6) == 0) {
            self.commitments += 1;
            self.met.push(false);
            return json!({ "command": "set-deadline", "text": chance.one(&PROMISES), "owed_by": party,
                "within": chance.one(&["P30D", "P3M", "P6M", "P1Y", "P2Y"]),
                "after": chance.one(&["signature", "signature:first"]) });
        }
        let number = chance.below(self.commitments);
        let about = format!("/c{}", number + 1);
        // Three in a hundred of all events.
        if chance.below(25) == 0 {
            return json!({ "command": "correct", "agreement": "@2", "on": self.day.plus_days(-1).map(|day| day.to_string()),
                "set": [format!("data.place=Hall {}", nth)], "reason": "the ministry's own release gives another day" });
        }
        match chance.below(12) {
            0 if !self.met[number] => {
                self.met[number] = true;
                json!({ "command": "report-milestone", "agreement": about, "status": "met", "on": on, "evidence": "40 doctors trained" })
            }
            1 => json!({ "command": "extend-deadline", "agreement": about, "by": "P14D", "agreed_by": party, "on": on,
                "reason": "at the partner's request" }),
            2 if !self.body => {
                self.body = true;
                json!({ "command": "form-working-group", "name": "Joint Health Working Group", "on": on,
                    "member": ["Director General of Health", "مدير عام الصحة"] })
            }
            3 | 4 if self.body => {
                json!({ "command": "record-meeting", "agreement": "/wg1", "place": "Ramallah", "on": on,
                "decision": "train 40 doctors" })
            }
            5 => {
                json!({ "command": "note", "text": "the outlet calls it the 77th assembly; it was the 78th", "on": on })
            }
            6 => json!({ "command": "attach", "name": "annex.pdf", "media_type": "application/pdf", "size": 120_000,
                "sha256": format!("{:064x}", chance.below(usize::MAX)), "on": on }),
            _ => {
                json!({ "command": "report-milestone", "agreement": about, "status": "progress", "share": chance.below(100),
                "on": on, "reason": "reported at the review", "evidence": chance.one(&PROMISES) })
            }
        }
    }
}

impl Iterator for Lines {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        if self.under_way.len() < UNDER_WAY {
            let opened = self.open();
            self.under_way.push(opened);
        }
        let at = self.chance.below(self.under_way.len());
        let agreement = &mut self.under_way[at];
        let mut line = agreement.next(&mut self.chance);
        if agreement.events >= agreement.wanted {
            self.under_way.swap_remove(at);
        }
        line["recorded_at"] = Value::from(recorded_at(self.made));
        self.made += 1;
        Some(line)
    }
}

/// When the event at a place of the log was recorded, by the importer's word: one a second from 2025 on.
pub(crate) fn recorded_at(position: u64) -> String {
    let seconds = i64::try_from(position).expect("in range");
    servanda::domain::instant::Instant::from_micros(1_735_689_600_000_000 + seconds * 1_000_000).to_string()
}

/// The first `events` lines, as a file of an import.
pub(crate) fn lines(events: usize) -> String {
    let mut text = String::new();
    for line in Lines::new(1).take(events) {
        text.push_str(&line.to_string());
        text.push('\n');
    }
    text
}

/// A number given after `--`, or one in its place.
pub(crate) fn sized(default: usize) -> usize {
    std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(default)
}

pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = work();
    (start.elapsed(), done)
}

/// The times of one kind of work.
#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The time that this part of the rounds stayed below.
    pub(crate) fn quantile(&self, percent: usize) -> f64 {
        let mut times = self.0.clone();
        times.sort();
        times.get((times.len() - 1) * percent / 100).map_or(0.0, |time| time.as_secs_f64() * 1e6)
    }
}

/// One row for each kind of work, in microseconds, against the one at `base`.
pub(crate) fn table(title: &str, base: usize, rows: &[(&str, &Times)]) {
    println!("\n{title}");
    println!("{:<44} {:>10} {:>10} {:>10} {:>8}", "µs", "quiet 10 %", "median", "90 %", "ratio");
    for (name, times) in rows {
        let ratio = times.quantile(50) / rows[base].1.quantile(50);
        println!(
            "{name:<44} {:>10.1} {:>10.1} {:>10.1} {ratio:>7.2} ×",
            times.quantile(10),
            times.quantile(50),
            times.quantile(90)
        );
    }
}
