//! Views that are brought up while commands land hold what they hold when they are made anew.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::{Value, json};
use servanda::log::MemoryLog;
use tokio::task::JoinHandle;

use crate::given::{Register, cases, over, over_any, wait_for};
use crate::histories::Step;
use crate::hooked::{Hook, Hooked, Question};

/// How often others get their turn while the log is asked something, so that what lands then has landed.
const TURNS: usize = 256;

/// A key and a value of a view.
type Row = (Vec<u8>, Vec<u8>);

/// How often the log is asked at most while views are brought up.
const QUESTIONS: u32 = 12;

type Landing = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Has something land just before a log is asked something for the n-th time.
struct Overtaken {
    lands: Mutex<Option<(u32, Landing)>>,
    landing: Mutex<Option<JoinHandle<()>>>,
}

impl Overtaken {
    fn lands(&self, nth: u32, landing: Landing) {
        *self.lands.lock().unwrap() = Some((nth, landing));
    }

    /// Waits for what lands; what never found its moment lands now.
    async fn landed(&self) {
        if let Some((_, landing)) = { self.lands.lock().unwrap().take() } {
            landing.await;
        }
        if let Some(landing) = { self.landing.lock().unwrap().take() } {
            landing.await.unwrap();
        }
    }
}

#[async_trait]
impl Hook for Overtaken {
    async fn asked(&self, _question: Question) {
        let due = {
            let mut lands = self.lands.lock().unwrap();
            if let Some((left, _)) = lands.as_mut() {
                *left = left.saturating_sub(1);
            }
            lands.take_if(|(left, _)| *left == 0)
        };
        if let Some((_, landing)) = due {
            *self.landing.lock().unwrap() = Some(tokio::spawn(landing));
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Two registers over one log: things land while the first asks it.
struct Two {
    one: Arc<Register>,
    other: Arc<Register>,
    log: Arc<Hooked<Overtaken>>,
}

fn two() -> Two {
    let memory = Arc::new(MemoryLog::new());
    let hook = Overtaken { lands: Mutex::default(), landing: Mutex::default() };
    let log = Arc::new(Hooked { log: memory.clone(), hook });
    let one = Arc::new(over_any(log.clone(), memory.clone(), "one"));
    Two { one, other: Arc::new(over(&memory, "other")), log }
}

impl Two {
    fn by(&self, by_one: bool) -> &Arc<Register> {
        if by_one { &self.one } else { &self.other }
    }

    /// Brings all views of the first up, with steps being carried out, by the first or the other, when the log is asked for
    /// the n-th time.
    async fn brought_up_meanwhile(&self, nth: u32, steps: Vec<(bool, Step)>) {
        let steps: Vec<_> = steps.into_iter().map(|(by_one, step)| (self.by(by_one).clone(), step)).collect();
        let landing = async move {
            for (by, step) in steps {
                by.step(&step).await;
            }
        };
        self.log.hook.lands(nth, Box::pin(landing));
        self.one.service.view_bytes().await.unwrap();
        self.log.hook.landed().await;
    }

    /// What the views hold that were kept up, and what they hold when they are made anew.
    async fn kept_up_and_anew(&self) -> [Vec<Row>; 2] {
        let kept_up = self.one.service.view_bytes().await.unwrap();
        self.one.service.rebuild().await.unwrap();
        [kept_up, self.one.service.view_bytes().await.unwrap()]
    }
}

/// Opens an agreement.
fn opening(of: &str) -> Step {
    let command = json!({ "command": "propose", "agreement": of, "kind": "mou", "title": of,
        "party": ["pk:state=Pakistan", "ps:state=Palestine"], "on": "2025-01-01" });
    step(command)
}

fn step(command: Value) -> Step {
    let Value::Object(command) = command else { unreachable!("it is an object") };
    Step { command, pause: 1_000_000 }
}

/// One of few commands about two agreements, which say the same and take it away again and again.
fn steps() -> impl Strategy<Value = Step> {
    let (days, words) = (["2025-03-01", "2025-04-01", "2025-05-01"], ["alpha", "beta", "gamma"]);
    let days = (prop::sample::select(days.to_vec()), prop::sample::select(days.to_vec()));
    (0_usize..2, 0_usize..12, prop::sample::select(words.to_vec()), days, 2_u64..9).prop_map(
        |(of, which, word, (on, by), fact)| {
            let of = ["a", "b"][of];
            let command = match which {
                0 | 1 => json!({ "command": "note", "agreement": of, "text": word, "on": on }),
                2 => json!({ "command": "set-deadline", "agreement": of, "text": word, "due": by, "owed_by": "pk", "on": on }),
                3 => json!({ "command": "alias-party", "agreement": of, "party": "pk", "name": word, "on": on }),
                4 => json!({ "command": "amend", "agreement": of, "what": "it", "title": word, "on": on }),
                5 => json!({ "command": "correct", "agreement": format!("{of}@1"), "reason": "so", "set": [format!("data.title={word}")] }),
                6 => json!({ "command": "set-deadline", "agreement": of, "text": word, "working_days": 9, "after": by,
                    "calendar": ["ours"], "owed_by": "pk" }),
                7 => json!({ "command": "list-days-off", "agreement": "register", "calendar": "ours", "from": on,
                    "to": "2025-12-31", "off": ["2025-05-06 a feast"] }),
                _ => json!({ "command": "retract", "agreement": format!("{of}@{fact}"), "reason": "so" }),
            };
            step(command)
        },
    )
}

/// Says something, and takes it away again or has it say something else; beside it what is there before.
fn said_and_taken_back() -> Vec<[Step; 3]> {
    let note = |word: &str, on: &str| step(json!({ "command": "note", "agreement": "a", "text": word, "on": on }));
    let retract = |fact: u64| step(json!({ "command": "retract", "agreement": format!("a@{fact}"), "reason": "so" }));
    let corrected = |fact: u64, field: &str| {
        let command = json!({ "command": "correct", "agreement": format!("a@{fact}"), "reason": "so", "set": [field] });
        step(command)
    };
    let due = |day: &str| {
        step(json!({ "command": "set-deadline", "agreement": "a", "text": "Report", "due": day, "owed_by": "pk" }))
    };
    let moved =
        |day: &str| step(json!({ "command": "extend-deadline", "agreement": "a/c1", "to": day, "on": "2025-03-01" }));
    vec![
        [note("alpha", "2025-04-01"), note("beta", "2025-04-01"), retract(4)],
        // The word was said before, and counts from an earlier day for a while.
        [note("alpha", "2025-04-01"), note("alpha", "2025-03-01"), retract(4)],
        [note("alpha", "2025-04-01"), corrected(1, "data.title=beta"), retract(4)],
        [due("2025-06-01"), moved("2025-07-01"), retract(4)],
        [due("2025-06-01"), moved("2025-07-01"), moved("2025-08-01")],
        [due("2025-06-01"), corrected(2, "data.rule.anchor=2025-07-01"), corrected(2, "data.rule.anchor=2025-06-01")],
    ]
}

#[test]
fn what_lands_while_views_are_brought_up_and_is_taken_back_stays_in_none() {
    let mut stayed = Vec::new();
    for [before, landing, back] in said_and_taken_back() {
        let aside = step(json!({ "command": "note", "agreement": "a", "text": "aside" }));
        for (nth, by_one) in (1..=QUESTIONS).flat_map(|nth| [(nth, true), (nth, false)]) {
            wait_for(async {
                let two = two();
                two.one.step(&opening("a")).await;
                two.one.service.view_bytes().await.unwrap();
                // What the other records has to be read in the log, and with it what the first recorded after it.
                assert!(two.other.step(&opening("b")).await);
                let by = two.by(by_one);
                assert!(by.step(&before).await && by.step(&aside).await);
                two.brought_up_meanwhile(nth, vec![(by_one, landing.clone())]).await;
                assert!(by.step(&back).await, "{back:?}");
                let [kept_up, anew] = two.kept_up_and_anew().await;
                if kept_up != anew {
                    stayed.push(format!("{landing:?} {back:?}, {nth}., {by_one}: {:?}", differing(&kept_up, &anew)));
                }
            });
        }
    }
    assert!(stayed.is_empty(), "{}", stayed.join("\n"));
}

/// The keys that are not in both with the same value.
fn differing(one: &[Row], other: &[Row]) -> Vec<String> {
    let only = |these: &[Row], those: &[Row]| {
        let only = these.iter().filter(|row| !those.contains(row)).map(|(key, _)| key.escape_ascii().to_string());
        only.collect::<Vec<_>>()
    };
    [only(one, other), only(other, one)].concat()
}

/// What comes of one bringing up: what another register records before it, and what lands during it, when and by whom.
fn parts() -> impl Strategy<Value = (Step, Vec<(bool, Step)>, u32)> {
    (steps(), prop::collection::vec((any::<bool>(), steps()), 0..3), 1..=QUESTIONS)
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn views_that_are_brought_up_while_commands_land_are_those_made_anew(parts in prop::collection::vec(parts(), 1..12)) {
        wait_for(async {
            let two = two();
            let ours =
                json!({ "command": "define-calendar", "agreement": "register", "calendar": "ours", "title": "Ours" });
            for first in [opening("a"), opening("b"), step(ours)] {
                assert!(two.one.step(&first).await);
            }
            for (before, landing, nth) in parts {
                two.other.step(&before).await;
                two.brought_up_meanwhile(nth, landing).await;
            }
            let [kept_up, anew] = two.kept_up_and_anew().await;
            prop_assert!(kept_up == anew, "{:?}", differing(&kept_up, &anew));
            Ok(())
        })?;
    }
}
