//! A filter finds what it wants by its marks, whatever script names are in and however they came and went.

use proptest::prelude::*;
use serde_json::{Value, json};
use servanda::domain::day::Day;
use servanda::domain::id::Reference;
use servanda::domain::instant::Instant;
use servanda::domain::status::AgreementStatus;
use servanda::domain::vocabulary::AgreementKind;
use servanda::log::MemoryLog;
use servanda::service::Service;
use servanda::views::Asked;
use servanda::views::entry::Entry;
use servanda::views::filter::Filter;

use crate::given::{carry_out, cases, day, is_refusal, timelines, wait_for, with_log};

/// Names of several scripts: among them characters whose lower case is longer, shorter or another at the end of a word, marks
/// that combine, and characters beyond the first plane.
fn names() -> impl Strategy<Value = String> {
    let mixed = "[aAbkK İıẞßΣσςǅ中华人民共和国دولةفلسطين\u{301}\u{307}𐐀𐐨-]{1,9}";
    let known =
        prop::sample::select(vec!["Government of Pakistan", "دولة فلسطين", "中华人民共和国政府", "İstanbul ẞ", "ΟΔΟΣ"]);
    prop_oneof![3 => mixed.prop_map(|name| name), 2 => known.prop_map(str::to_owned), 1 => "\\PC{1,20}"]
}

/// One command about one of four agreements.
fn commands() -> impl Strategy<Value = Value> {
    let about = (0_usize..4).prop_map(|number| format!("a{number}"));
    let days = (0_i64..600).prop_map(|days| day("2024-01-01").plus_days(days).unwrap().to_string());
    (about, days, 0_usize..12, names(), names(), 1_u64..6).prop_map(|(of, on, which, one, other, fact)| match which {
        0..=2 => json!({ "command": "record", "agreement": of, "on": on, "title": one, "subject": [other],
            "kind": (["mou", "treaty", "mou"][which]),
            "party": [{ "id": "pk", "kind": "state", "name": other }, { "id": "ps", "kind": "state", "name": one }] }),
        3 => json!({ "command": "add-party", "agreement": of, "on": on, "party": "heart", "kind": "ngo", "name": one,
            "name_in": [format!("zh:{other}")] }),
        4 | 5 => json!({ "command": "alias-party", "agreement": of, "on": on, "party": "pk", "name": one }),
        6 => json!({ "command": "amend", "agreement": of, "on": on, "what": "its name", "title": one, "subject": [other] }),
        7 | 8 => json!({ "command": "correct", "agreement": format!("{of}@1"), "reason": "so",
            "set": [format!("data.title={one}")] }),
        9 => json!({ "command": "retract", "agreement": format!("{of}@{fact}"), "reason": "so" }),
        10 => json!({ "command": "sign", "agreement": of, "on": on, "party": "pk" }),
        _ => json!({ "command": "note", "agreement": of, "on": on, "text": one }),
    })
}

/// A piece of a name, as somebody types it.
fn piece(names: &[String], (which, from, many, form): (usize, usize, usize, usize)) -> String {
    let name = &names[which % names.len()];
    let from = from % (name.chars().count() + 1);
    let piece: String = name.chars().skip(from).take(many).collect();
    match form {
        0 => piece.to_uppercase(),
        1 => piece.to_lowercase(),
        _ => piece,
    }
}

/// Holds what filters find to what they want of every agreement.
async fn held_to(service: &Service, log: &MemoryLog, as_of: Day, given: &[String]) -> Result<(), TestCaseError> {
    let asked = Asked::on(as_of, Instant::MAX);
    let entries: Vec<Entry> =
        timelines(log).await.into_iter().filter_map(|(id, facts)| Entry::of(id, &facts)).collect();
    let all = Filter::default;
    let mut filters = vec![
        Filter { kind: Some(AgreementKind::Mou), ..all() },
        Filter { kind: Some(AgreementKind::Treaty), retracted: true, ..all() },
        Filter { party: Some("heart".to_owned()), ..all() },
        Filter { party: Some("HEART".to_owned()), ..all() },
    ];
    filters.extend(AgreementStatus::ALL.iter().map(|status| Filter { status: Some(*status), ..all() }));
    for words in given {
        filters.push(Filter { party: Some(words.clone()), retracted: true, ..all() });
        filters.push(Filter { subject: Some(words.clone()), ..all() });
        filters.push(Filter { party: Some(words.clone()), subject: given.first().cloned(), ..all() });
        let (kind, status) = (Some(AgreementKind::Mou), Some(AgreementStatus::Retracted));
        filters.push(Filter { subject: Some(words.clone()), kind, status, ..all() });
    }
    for filter in filters {
        let mut wanted: Vec<Reference> =
            entries.iter().filter(|entry| filter.wants(entry, as_of)).map(|entry| entry.reference.clone()).collect();
        wanted.sort_unstable();
        let found: Vec<Reference> =
            service.list(asked, &filter).await.unwrap().into_iter().map(|row| row.reference).collect();
        prop_assert_eq!(found, wanted, "{:?} as of {}", filter, as_of);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn filters_find_every_name_that_has_their_words_in_it(
        commands in prop::collection::vec(commands(), 1..24),
        pieces in prop::collection::vec((0_usize..99, 0_usize..30, 0_usize..6, 0_usize..3), 8),
        others in prop::collection::vec(names(), 2),
        asks_at in prop::collection::vec(any::<bool>(), 24),
        days in 0_i64..700,
    ) {
        wait_for(async {
            let (register, log) = with_log();
            let service = &register.service;
            let mut names = others;
            let as_of = day("2024-01-01").plus_days(days).unwrap();
            for (command, asks) in commands.into_iter().zip(asks_at) {
                register.clock.turn(1_000_000);
                for name in ["title", "name"] {
                    names.extend(command[name].as_str().map(str::to_owned));
                }
                names.extend(command["party"][0]["name"].as_str().map(str::to_owned));
                let Value::Object(command) = command else { continue };
                if let Err(error) = carry_out(service, &command, false).await {
                    prop_assert!(is_refusal(&error), "{error}");
                }
                if asks {
                    held_to(service, &log, as_of, &names[..1]).await?;
                }
            }
            let mut given: Vec<String> = pieces.into_iter().map(|of| piece(&names, of)).collect();
            given.extend(["", " ", "中", "共和", "a", "\u{307}"].map(str::to_owned));
            given.extend(names.iter().take(4).cloned());
            held_to(service, &log, as_of, &given).await?;
            let kept_up = service.view_bytes().await.unwrap();
            service.rebuild().await.unwrap();
            prop_assert_eq!(service.view_bytes().await.unwrap(), kept_up);
            held_to(service, &log, as_of, &given).await
        })?;
    }
}
