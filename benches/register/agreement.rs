//! One made-up agreement, from its opening to its end, one command after the other.

use serde_json::{Value, json};
use servanda::domain::day::Day;

use super::chance::Chance;
use super::words::{self, OUTLETS, STATES};
use super::{FIRST_DAY, LAST_DAY, NEGLECTED, NEGLECTED_EVERY, PARTY_AGREEMENTS};

/// What becomes of an agreement's commitments by the last day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// All are met, in time or late, or closed, waived or withdrawn.
    Settled,
    /// The first is still to come, years ahead.
    Running,
    /// The first is overdue, and nobody does anything about it.
    Neglected,
}

pub(super) struct Agreement {
    reference: String,
    parties: Vec<(String, &'static str, String)>,
    script: usize,
    fate: Fate,
    /// The most days from one event to the next.
    pace: usize,
    opened_on: Day,
    signed_on: Day,
    day: Day,
    events: usize,
    wanted: usize,
    /// The commitments so far, and whether each is open.
    open: Vec<bool>,
    /// The last commitment that was reported as met and is not confirmed.
    unconfirmed: Option<usize>,
    has_body: bool,
    has_term: bool,
    day_corrected: bool,
}

/// How many events an agreement has: most of them few, one in a hundred some two hundred.
fn length(chance: &mut Chance) -> usize {
    match chance.below(100) {
        0..=79 => 5 + chance.below(10),
        80..=94 => 15 + chance.below(25),
        95..=98 => 40 + chance.below(60),
        _ => 100 + chance.below(101),
    }
}

fn days(of: usize) -> i64 {
    i64::try_from(of).expect("some years")
}

/// A party that a few agreements in a row have, so that its list stays short in a register of any size.
pub(super) fn local_party(number: usize) -> String {
    format!("hospital-{:05}", number / PARTY_AGREEMENTS)
}

impl Agreement {
    /// The agreement of a number, from 1.
    pub(super) fn open(number: usize, chance: &mut Chance) -> Self {
        let wanted = length(chance);
        let fate = match () {
            () if number % NEGLECTED_EVERY == 3 && number <= NEGLECTED * NEGLECTED_EVERY => Fate::Neglected,
            () if chance.once_in(40) => Fate::Running,
            () => Fate::Settled,
        };
        let pace = if fate == Fate::Running { 3 } else { chance.one(&[3, 10, 30, 60]) };
        let first = chance.below(STATES.len());
        let states = if wanted < 8 { 1 } else { 1 + chance.below(3) };
        let mut parties: Vec<_> = (0..states).map(|nth| STATES[(first + nth) % STATES.len()]).collect::<Vec<_>>();
        parties.dedup();
        let mut parties: Vec<(String, &'static str, String)> =
            parties.into_iter().map(|(id, kind, name)| (id.to_owned(), kind, name.to_owned())).collect();
        let script = words::script(chance);
        parties.push((local_party(number), "hospital", format!("{} {}", words::place(script, chance), number)));
        let (from, last) = (Day::parse(FIRST_DAY).expect("a day"), Day::parse(LAST_DAY).expect("a day"));
        // Two years more, so that what a neglected agreement owes is overdue by the last day.
        let span = usize::try_from(from.days_until(last)).expect("forty years") - wanted * pace - 800;
        let after = if fate == Fate::Running { days(span) + 800 } else { days(chance.below(span)) };
        let day = from.plus_days(after).expect("in the calendar");
        Self {
            reference: format!("agreement-{number:06}"),
            parties,
            script,
            fate,
            pace,
            opened_on: day,
            signed_on: day,
            day,
            events: 0,
            wanted,
            open: Vec::new(),
            unconfirmed: None,
            has_body: false,
            has_term: false,
            day_corrected: false,
        }
    }

    pub(super) const fn is_over(&self) -> bool {
        self.events >= self.wanted
    }

    /// The next command about it.
    pub(super) fn next(&mut self, chance: &mut Chance) -> Value {
        let nth = self.events;
        self.events += 1;
        if nth > 0 {
            self.day = self.day.plus_days(days(chance.below(self.pace))).expect("in the calendar");
        }
        let on = self.day.to_string();
        let mut object = self.act(nth, &on, chance);
        object["agreement"] = match object["agreement"].as_str() {
            Some(about) => Value::from(format!("{}{about}", self.reference)),
            None => Value::from(self.reference.clone()),
        };
        if chance.once_in(2) {
            object["source"] = Value::from(chance.one(&OUTLETS));
            object["url"] = Value::from(format!("https://news.example/{:08}", chance.below(100_000_000)));
            object["published"] = Value::from(on);
            if chance.once_in(3) {
                object["quote"] = Value::from(words::remark(self.script, chance));
            }
        }
        object
    }

    /// The digits of its number.
    fn file(&self) -> &str {
        self.reference.rsplit('-').next().unwrap_or_default()
    }

    fn act(&mut self, nth: usize, on: &str, chance: &mut Chance) -> Value {
        if nth == 0 {
            let party: Vec<Value> =
                self.parties.iter().map(|(id, kind, name)| json!({ "id": id, "kind": kind, "name": name })).collect();
            return json!({ "command": chance.one(&["propose", "record"]), "on": on, "party": party,
                "kind": chance.one(&["mou", "treaty", "contract"]), "title": words::title(self.script, &on[..4], self.file(), chance) });
        }
        if let Some((id, ..)) = self.parties.get(nth - 1) {
            if nth == 1 {
                self.signed_on = self.day;
            }
            return json!({ "command": "sign", "party": id, "by": words::person(chance), "on": on,
                "place": words::place(self.script, chance) });
        }
        if self.open.is_empty() {
            return self.promise(chance);
        }
        let left = self.wanted - nth;
        let unsettled: Vec<usize> =
            (usize::from(self.fate != Fate::Settled)..self.open.len()).filter(|number| self.open[*number]).collect();
        if left <= unsettled.len() {
            return self.settle(unsettled[0], on, chance);
        }
        if left == 1 && self.fate == Fate::Settled && chance.once_in(3) {
            return if chance.once_in(2) {
                json!({ "command": "complete", "summary": words::remark(self.script, chance), "on": on })
            } else {
                json!({ "command": "terminate", "ground": "consent", "on": on })
            };
        }
        // Three in a hundred of all events.
        if chance.below(1000) < 47 {
            return self.correct(nth, chance);
        }
        if left > unsettled.len() + 2 && self.open.len() < 12 && chance.once_in(8) {
            return self.promise(chance);
        }
        if !unsettled.is_empty() && chance.once_in(6) {
            return self.settle(chance.one(&unsettled), on, chance);
        }
        self.go_on(on, chance)
    }

    /// Another commitment with its deadline.
    fn promise(&mut self, chance: &mut Chance) -> Value {
        let first = self.open.is_empty();
        self.open.push(true);
        let within = match self.fate {
            Fate::Running if first => "P5Y",
            _ => chance.one(&["P30D", "P3M", "P6M", "P1Y", "P2Y"]),
        };
        let (by, to) = self.two(chance);
        json!({ "command": "set-deadline", "text": words::undertaking(self.script, chance), "within": within,
            "owed_by": by, "owed_to": to, "after": chance.one(&["signature", "signature:first"]) })
    }

    fn two(&self, chance: &mut Chance) -> (String, String) {
        let first = chance.below(self.parties.len());
        (self.parties[first].0.clone(), self.parties[(first + 1) % self.parties.len()].0.clone())
    }

    /// The end of a commitment: most are met, in time or late as the day has it.
    fn settle(&mut self, number: usize, on: &str, chance: &mut Chance) -> Value {
        self.open[number] = false;
        let about = format!("/c{}", number + 1);
        let why = words::remark(self.script, chance);
        match chance.below(12) {
            0 => json!({ "command": "waive", "agreement": about, "by": self.two(chance).1, "on": on, "reason": why }),
            1 => json!({ "command": "withdraw-commitment", "agreement": about, "on": on, "reason": why }),
            2 => json!({ "command": "report-milestone", "agreement": about, "status": "partially_met", "closed": true,
                "share": chance.below(100), "on": on, "evidence": why }),
            _ => {
                self.unconfirmed = Some(number);
                json!({ "command": "report-milestone", "agreement": about, "status": "met", "on": on, "evidence": why })
            }
        }
    }

    /// The register was wrong: the day of the first signature once, then what stands beside it.
    fn correct(&mut self, nth: usize, chance: &mut Chance) -> Value {
        let reason = "the ministry's own release has it otherwise";
        if !self.day_corrected && self.signed_on > self.opened_on {
            self.day_corrected = true;
            let day = self.signed_on.previous().expect("in the calendar").to_string();
            return json!({ "command": "correct", "agreement": "@2", "on": day, "reason": reason });
        }
        let place = format!("data.place={}, hall {nth}", words::place(self.script, chance));
        json!({ "command": "correct", "agreement": "@2", "set": [place], "reason": reason })
    }

    /// What happens between the beginning and the end.
    fn go_on(&mut self, on: &str, chance: &mut Chance) -> Value {
        let about = self.open.iter().position(|open| *open).map(|number| format!("/c{}", number + 1));
        match (chance.below(16), about) {
            (0, Some(about)) if self.fate != Fate::Running => json!({ "command": "extend-deadline", "agreement": about,
                "by": "P14D", "agreed_by": self.two(chance).0, "on": on, "reason": "at the partner's request" }),
            (1, _) if !self.has_body => {
                self.has_body = true;
                json!({ "command": "form-working-group", "name": format!("Joint group {}", chance.below(1000)), "on": on,
                    "member": [words::person(chance), words::person(chance)] })
            }
            (1..=3, _) if self.has_body => json!({ "command": "record-meeting", "agreement": "/wg1", "on": on,
                "place": words::place(self.script, chance), "decision": words::remark(self.script, chance) }),
            (4 | 5, _) if !self.has_term && self.wanted < 40 => {
                self.has_term = true;
                json!({ "command": "set-term", "length": "P10Y", "renewal": chance.one(&["none", "none", "tacit"]),
                    "notice_period": "P90D" })
            }
            (6 | 7, _) if let Some(number) = self.unconfirmed.take() => json!({ "command": "verify-fulfilment",
                "agreement": format!("/c{}", number + 1), "by": words::person(chance), "on": on }),
            (8, _) => json!({ "command": "attach", "name": format!("annex-{}.pdf", chance.below(9)), "on": on,
                "media_type": "application/pdf", "size": 1 + chance.below(9_000_000),
                "sha256": format!("{:016x}{:016x}{:016x}{:016x}", chance.below(usize::MAX), chance.below(usize::MAX),
                    chance.below(usize::MAX), chance.below(usize::MAX)) }),
            (9..=14, Some(about)) => json!({ "command": "report-milestone", "agreement": about, "status": "progress",
                "share": chance.below(100), "on": on, "reason": "reported at the review",
                "evidence": words::remark(self.script, chance) }),
            _ => json!({ "command": "note", "text": words::remark(self.script, chance), "on": on }),
        }
    }
}
