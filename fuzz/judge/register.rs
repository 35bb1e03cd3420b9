//! A register on the embedded log beside one in memory: the same commands, with closings and crashes between, give the
//! same answers and the same record.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Map, Value, json};
use servanda::domain::command::Request;
use servanda::domain::id::Actor;
use servanda::domain::instant::Instant;
use servanda::domain::zone::Zone;
use servanda::log::Heard;
use servanda::service::Service;
use servanda::service::clock::Clock;
use servanda::service::execute::Execution;
use servanda::service::identity::SeededIds;
use servanda::service::open::{Opening, in_memory, open};
use servanda::service::settings::Settings;
use servanda::views::Asked;
use servanda::views::filter::Filter;
use tempfile::TempDir;

use super::log::{Choices, copy};

/// How many acts are tried at most.
const ACTS_MAX: usize = 60;

/// 2025-11-21T09:00:00Z.
const MORNING: i64 = 1_763_715_600_000_000;

const AGREEMENTS: [&str; 3] = ["a", "b", "c"];
const PARTIES: [&str; 3] = ["pk", "ps", "cn"];
const DAYS: [&str; 8] =
    ["2025-09-17", "2025-10-02", "2025-09", "2025-09-17/2025-10-01", "2025-11-20", "2024-02-29", "today", "2025~"];

struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }
}

fn command(choices: &mut Choices<'_>) -> Map<String, Value> {
    let agreement = AGREEMENTS[usize::from(choices.of_many(3))];
    let party = PARTIES[usize::from(choices.of_many(3))];
    let on = DAYS[usize::from(choices.of_many(8))];
    let commitment = format!("{agreement}/c{}", choices.of_many(3) + 1);
    let event = format!("{agreement}@{}", choices.of_many(9) + 1);
    let made = match choices.of_many(21) {
        0 | 1 => {
            json!({"command": "propose", "agreement": agreement, "title": format!("Agreement {agreement}"), "kind": "mou",
            "party": ["pk:state=Pakistan", "ps:state=Palestine"], "on": on})
        }
        2 | 3 => json!({"command": "sign", "agreement": agreement, "party": party, "on": on}),
        4 | 5 => json!({"command": "set-deadline", "agreement": agreement, "text": "Form the group", "within": "P30D",
            "after": "signature", "owed_by": "pk", "on": on}),
        6 => json!({"command": "set-deadline", "agreement": agreement, "text": "Meet", "working_days": 5, "after": on,
            "calendar": ["cn"], "owed_by": party}),
        7 => {
            json!({"command": "form-working-group", "agreement": agreement, "name": "Group", "fulfils": "c1", "on": on})
        }
        8 | 9 => json!({"command": "report-milestone", "agreement": commitment, "status": "met", "on": on}),
        10 => json!({"command": "extend-deadline", "agreement": commitment, "to": "2026-01-31", "reason": "late"}),
        11 => json!({"command": "waive", "agreement": commitment, "by": party, "reason": "no longer wanted"}),
        12 => json!({"command": "correct", "agreement": event, "on": on, "reason": "misread"}),
        13 => json!({"command": "retract", "agreement": event, "reason": "never happened"}),
        14 => json!({"command": "set-term", "agreement": agreement, "start": on, "duration": "P1Y", "renewal": "tacit",
            "notice_period": "P90D"}),
        15 => json!({"command": "add-party", "agreement": agreement, "party": "cn:state=China", "on": on}),
        16 => json!({"command": "terminate", "agreement": agreement, "on": on, "ground": "notice"}),
        17 => json!({"command": "suspend", "agreement": agreement, "on": on, "reason": "war"}),
        18 => json!({"command": "note", "agreement": agreement, "text": "seen"}),
        19 => {
            let fields = [json!(null), json!(["evidence"]), json!(["data.text"]), json!(["reason", "data.title"])];
            let field = &fields[usize::from(choices.of_many(4))];
            json!({"command": "redact", "agreement": event, "field": field, "reason": "a person asked", "authority": "a court"})
        }
        _ => {
            json!({"command": "list-days-off", "agreement": "register", "calendar": "cn", "day": [on], "source": "the press"})
        }
    };
    let Value::Object(object) = made else { unreachable!() };
    object
}

async fn told(service: &Service, object: &Map<String, Value>) -> String {
    let request = match Request::from_json(object.clone()) {
        Ok(request) => request,
        Err(error) => return format!("{error}"),
    };
    let execution = Execution { actor: Actor::parse("fuzz").unwrap(), dry_run: false, asserted_times: false };
    let heard: Heard = Arc::new(|_, _| ());
    let told = match object["command"].as_str() {
        Some("redact") => service.redact(&request, &execution, &heard).await,
        _ => service.execute(&request, &execution).await,
    };
    match told {
        Ok(outcome) => format!("{outcome:?}"),
        Err(error) => format!("{error}"),
    }
}

async fn exported(service: &Service) -> Vec<String> {
    let mut lines = Vec::new();
    let receive = |line: &str| -> Result<(), ()> {
        lines.push(line.to_owned());
        Ok(())
    };
    service.export(receive).await.unwrap().unwrap();
    lines
}

async fn answers(service: &Service, now: Instant) -> String {
    let asked = Asked::on(Zone::utc().day_of(now), now);
    let filter = Filter::default();
    let overdue = service.overdue(asked, &filter).await.unwrap();
    let list = service.list(asked, &filter).await.unwrap();
    format!("{}{}", serde_json::to_string(&overdue).unwrap(), serde_json::to_string(&list).unwrap())
}

/// Judges bytes as a history of acts.
pub(crate) fn judge(bytes: &[u8]) {
    let dir = TempDir::new().unwrap();
    let clock = Arc::new(HandClock(AtomicI64::new(MORNING)));
    let memory = in_memory(clock.clone(), Arc::new(SeededIds::new("fuzz")), Settings { zone: Zone::utc() });
    let ids = Arc::new(SeededIds::new("fuzz"));
    let opened = |path: &Path| {
        let opening =
            Opening { create: true, wait: Duration::ZERO, holder: "fuzz".to_owned(), zone: Some(Zone::utc()) };
        open(path, &opening, clock.clone(), ids.clone()).expect("it opens without help")
    };
    let mut path = dir.path().join("0");
    let mut sled = opened(&path);
    let mut choices = Choices::of(bytes);
    super::finish(async {
        for act in 0..ACTS_MAX {
            if !choices.is_open() {
                break;
            }
            match choices.of_many(16) {
                0 => {
                    sled.close().await.unwrap();
                    sled = opened(&path);
                }
                1 => {
                    let next = dir.path().join((act + 1).to_string());
                    copy(&path, &next);
                    sled.close().await.unwrap();
                    path = next;
                    sled = opened(&path);
                }
                2 => {
                    let hours = i64::from(choices.of_many(200)) - 100;
                    clock.0.fetch_add(hours * 3_600_000_000, Ordering::SeqCst);
                }
                _ => {
                    let object = command(&mut choices);
                    assert_eq!(told(&sled, &object).await, told(&memory, &object).await, "{object:?}");
                }
            }
        }
        let later = Instant::from_micros(MORNING + 400 * 86_400_000_000);
        assert_eq!(exported(&sled).await, exported(&memory).await);
        assert_eq!(answers(&sled, later).await, answers(&memory, later).await);
        assert!(sled.view_bytes().await.unwrap() == memory.view_bytes().await.unwrap(), "the views differ");
        sled.close().await.unwrap();
        let reopened = opened(&path);
        assert_eq!(exported(&reopened).await, exported(&memory).await);
        let verified = reopened.verify(Vec::new(), &mut |_, _| ()).await.unwrap();
        assert!(verified.ok, "{verified:?}");
        reopened.close().await.unwrap();
    });
}
