//! What a law wants out is out of every answer, and nothing else of the record changes.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use servanda::domain::instant::Instant;
use servanda::log::{EventLog, Position, Recorded};
use servanda::views::Asked;
use servanda::views::filter::Filter;

use crate::given::{Register, carry_out, cases, day, in_memory, is_refusal, wait_for, with_log};
use crate::histories::{REFERENCES, histories};

/// Fields that facts of many kinds have.
const FIELDS: [&str; 7] =
    ["data.text", "data.title", "data.name", "data.parties.0.name", "evidence", "reason", "occurred.as_printed"];

fn command(verb: &str, reference: &str, seq: u64, field: Option<&str>) -> Map<String, Value> {
    let mut command = json!({ "command": verb, "agreement": format!("{reference}@{seq}"), "reason": "asked" });
    if verb == "redact" {
        command["authority"] = json!("article 17");
        command["field"] = json!(field.into_iter().collect::<Vec<_>>());
    }
    command.as_object().unwrap().clone()
}

/// Redacts what can be, whole or by a field; what was redacted, by reference, place and field.
async fn redacted(register: &Register, picks: &[(usize, u64, bool)]) -> Vec<(String, u64, Option<&'static str>)> {
    let mut done = Vec::new();
    for (at, seq, whole) in picks {
        let reference = REFERENCES[at % REFERENCES.len()];
        let fields = FIELDS.iter().map(|field| Some(*field));
        let tries: Vec<Option<&str>> = if *whole { vec![None] } else { fields.collect() };
        for field in tries {
            match carry_out(&register.service, &command("redact", reference, *seq, field), false).await {
                Ok(_) => {
                    done.push((reference.to_owned(), *seq, field));
                    break;
                }
                Err(error) => assert!(is_refusal(&error), "{error}"),
            }
        }
    }
    done
}

fn headers(records: &[Recorded]) -> Vec<(u64, &[u8])> {
    records.iter().map(|record| (record.position.get(), record.header.as_slice())).collect()
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn headers_and_places_stay_and_only_what_was_named_changes(
        history in histories(),
        picks in prop::collection::vec((0_usize..9, 1_u64..12, any::<bool>()), 1..6),
    ) {
        wait_for(async {
            let (register, log) = with_log();
            register.live_through(&history).await;
            let before = log.read(Position::START, usize::MAX).await.unwrap();
            let done = redacted(&register, &picks).await;
            let after = log.read(Position::START, usize::MAX).await.unwrap();
            assert_eq!(headers(&after[..before.len()]), headers(&before));
            assert_eq!(after.len(), before.len() + done.len());
            let touched = before.iter().zip(&after).filter(|(before, after)| before.body != after.body).count();
            assert!(touched <= done.len() && (touched > 0) != done.is_empty());
            // What was kept up is what is made anew, and an export is the same register.
            let kept = register.service.view_bytes().await.unwrap();
            register.service.rebuild().await.unwrap();
            assert!(register.service.view_bytes().await.unwrap() == kept);
            let export = register.exported().await;
            let copy = in_memory();
            copy.service.restore(&mut export.join("\n").as_bytes()).await.unwrap();
            assert_eq!(copy.exported().await, export);
            for (as_of, known_at) in [("2024-06-01", Instant::MAX), ("2025-11-21", Instant::from_micros(1_763_715_600_000_000))] {
                assert_eq!(copy.answers(day(as_of), known_at).await, register.answers(day(as_of), known_at).await);
            }
        });
    }

    #[test]
    fn what_is_gone_whole_counts_as_little_as_what_was_retracted(
        history in histories(),
        picks in prop::collection::vec((0_usize..9, 1_u64..12, Just(true)), 1..4),
    ) {
        wait_for(async {
            let (gone, retracted) = (in_memory(), in_memory());
            gone.live_through(&history).await;
            retracted.live_through(&history).await;
            for (reference, seq, _) in redacted(&gone, &picks).await {
                match carry_out(&retracted.service, &command("retract", &reference, seq, None), false).await {
                    Ok(_) => {}
                    // What was retracted before has no effect to lose.
                    Err(error) => assert!(error.to_string().contains("was retracted by"), "{error}"),
                }
            }
            for as_of in ["2024-02-01", "2024-09-01", "2025-11-21", "2026-11-21"] {
                let asked = Asked::on(day(as_of), Instant::MAX);
                let mut told = Vec::new();
                for register in [&gone, &retracted] {
                    let (service, all) = (&register.service, Filter::default());
                    let overdue = service.overdue(asked, &all).await.unwrap();
                    let mut stats = serde_json::to_value(service.stats(asked, &all).await.unwrap()).unwrap();
                    // What was retracted already is not retracted again.
                    stats["facts"] = Value::Null;
                    told.push(json!({
                        "overdue": [overdue.overdue, overdue.possibly_overdue, overdue.due_soon, overdue.undated],
                        "parties": service.parties(None, asked, &all).await.unwrap(),
                        "stats": stats,
                    }));
                }
                assert_eq!(told[0], told[1], "{as_of}");
            }
        });
    }
}
