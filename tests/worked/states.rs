//! What stands, what is due and what is late, in memory and on sled.

use serde_json::json;
use servanda::domain::status::{AgreementStatus, CommitmentState};
use servanda::domain::text::Line;
use servanda::domain::vocabulary::AgreementKind;
use servanda::views::filter::Filter;

use super::register::{Register, names};
use super::{HEALTH, HOSPITAL, LABORATORY, PLEDGE, lines_with};

/// One law, on both backends.
macro_rules! laws {
    ($($law:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test] async fn $law() { super::$law(super::Register::memory()).await; })+
        }
        mod sled {
            $(#[tokio::test] async fn $law() { super::$law(super::Register::sled()).await; })+
        }
    };
}

laws![
    every_line_is_recorded_and_a_second_import_changes_nothing,
    the_working_group_is_due_on_the_17th_and_overdue_on_the_18th,
    the_working_group_is_met_when_formed_in_time,
    the_working_group_is_met_late_when_formed_late,
    a_correction_of_the_announcement_moves_the_due_date,
    the_signatures_of_the_health_memorandum_are_settled_by_other_reports,
    the_day_of_the_hospital_memorandum_stays_an_interval_until_it_is_settled,
    a_pledge_is_never_signed_and_not_rated,
    the_laboratory_is_an_agreement_of_companies_and_its_promises_stay_visible,
];

async fn every_line_is_recorded_and_a_second_import_changes_nothing(register: Register) {
    let first = register.import(&super::lines()).await;
    assert!(first.refused.is_empty(), "{:?}", first.refused);
    assert_eq!((first.commands, first.recorded), (38, 38));
    register.set_clock(super::CORRECTED);
    let second = register.import(&super::lines()).await;
    assert!(second.refused.is_empty(), "{:?}", second.refused);
    assert_eq!((second.recorded, second.repeated), (0, 38));
    let asked = register.asked("2026-01-20");
    let stats = register.service.stats(asked, &Filter::default()).await.expect("the store works");
    let stats = serde_json::to_value(stats).expect("JSON");
    assert_eq!(stats["facts"], 38, "{stats}");
}

async fn the_working_group_is_due_on_the_17th_and_overdue_on_the_18th(register: Register) {
    let register = register.with_the_four().await;
    let c1 = |state: &str, days| (state.to_owned(), Some("2025-10-17".to_owned()), days);
    assert_eq!(register.c1("2025-10-02").await, c1("pending", 0));
    assert_eq!(register.c1("2025-10-03").await, c1("due_soon", 0));
    assert_eq!(register.c1("2025-10-16").await, c1("due_soon", 0));
    assert_eq!(register.c1("2025-10-17").await, c1("due_today", 0));
    assert_eq!(register.c1("2025-10-18").await, c1("overdue", 1));
    assert_eq!(register.c1("2026-01-10").await, c1("overdue", 85));

    let [late, possibly, soon, _] = register.overdue("2025-10-17").await;
    assert_eq!((names(&late), names(&possibly)), (vec![], vec![]));
    assert_eq!(names(&soon), [format!("{HEALTH}/c1")]);
    let [late, possibly, soon, _] = register.overdue("2025-10-18").await;
    assert_eq!(names(&late), [format!("{HEALTH}/c1")]);
    assert_eq!((names(&possibly), names(&soon)), (vec![], vec![]));
}

async fn the_working_group_is_met_when_formed_in_time(register: Register) {
    let register = register.with_the_four().await;
    let formed = json!({ "command": "form-working-group", "agreement": HEALTH, "name": "Health Working Group",
        "fulfils": "c1", "on": "2025-10-10" });
    register.tell(&formed).await.expect("it is recorded");
    assert_eq!(register.c1("2025-10-09").await.0, "due_soon");
    assert_eq!(register.c1("2025-10-10").await.0, "met");
    assert_eq!(register.c1("2025-10-18").await.0, "met");
    let [late, ..] = register.overdue("2025-10-18").await;
    assert_eq!(names(&late), Vec::<String>::new());
    let bodies = register.show(HEALTH, "2025-10-18").await.bodies;
    assert_eq!(bodies.len(), 1, "the announced group is the one that was formed: {bodies:?}");
    assert_eq!(bodies[0].status, "formed");
}

async fn the_working_group_is_met_late_when_formed_late(register: Register) {
    let register = register.with_the_four().await;
    let formed = json!({ "command": "form-working-group", "agreement": format!("{HEALTH}/wg1"),
        "fulfils": ["c1"], "on": "2025-10-20" });
    register.tell(&formed).await.expect("it is recorded");
    assert_eq!(register.c1("2025-10-19").await, ("overdue".to_owned(), Some("2025-10-17".to_owned()), 2));
    assert_eq!(register.c1("2025-10-20").await.0, "met_late");
    assert_eq!(register.c1("2026-01-10").await.0, "met_late");
}

async fn a_correction_of_the_announcement_moves_the_due_date(register: Register) {
    let register = register.with_the_four().await;
    register.set_clock(super::CORRECTED);
    let correct = |fact: u32| {
        json!({ "command": "correct", "agreement": format!("{HEALTH}@{fact}"), "on": "2025-09-20",
            "reason": "the ministry's own release gives the 20th" })
    };
    // The signatures are not what the deadline is counted from.
    for signature in [3, 4] {
        register.tell(&correct(signature)).await.expect("it is recorded");
        assert_eq!(register.c1("2025-10-18").await.1.as_deref(), Some("2025-10-17"));
    }
    register.tell(&correct(7)).await.expect("it is recorded");
    let due = Some("2025-10-20".to_owned());
    assert_eq!(register.c1("2025-10-18").await, ("due_soon".to_owned(), due.clone(), 0));
    assert_eq!(register.c1("2025-10-20").await, ("due_today".to_owned(), due.clone(), 0));
    assert_eq!(register.c1("2025-10-21").await, ("overdue".to_owned(), due, 1));
}

async fn the_signatures_of_the_health_memorandum_are_settled_by_other_reports(register: Register) {
    let settling = |line: &str| line.contains("resolve-fact") && line.contains(HEALTH);
    register.import(&lines_with(|line| !settling(line))).await;
    let days = |document: servanda::views::document::Document| {
        let days = document.parties.into_iter().filter_map(|party| party.signature.and_then(|signed| signed.when.on));
        days.collect::<Vec<_>>()
    };
    assert_eq!(days(register.show(HEALTH, "2025-10-18").await), ["../2025-09-17", "../2025-09-17"]);
    // The lines are looked up in the order of the file, so the settling facts now stand at the end of the stream.
    register.import(&lines_with(settling)).await;
    let settled = register.show(HEALTH, "2025-10-18").await;
    assert_eq!(settled.status, AgreementStatus::InOperation);
    let pakistan = settled.parties.iter().find(|party| party.id.as_str() == "pk").expect("a party");
    assert_eq!(pakistan.acting_through.as_ref().map(Line::as_str), Some("Ministry of National Health Services"));
    let palestine = settled.parties.iter().find(|party| party.id.as_str() == "ps").expect("a party");
    let signature = palestine.signature.as_ref().expect("it signed");
    assert_eq!(signature.name, None, "the ambassador is not named");
    assert_eq!(signature.title.as_ref().map(Line::as_str), Some("Ambassador of Palestine"));
    assert_eq!(days(settled), ["2025-09-17", "2025-09-17"]);
}

async fn the_day_of_the_hospital_memorandum_stays_an_interval_until_it_is_settled(register: Register) {
    let settling = |line: &str| line.contains("resolve-fact") && line.contains(HOSPITAL);
    register.import(&lines_with(|line| !settling(line))).await;
    let shown = register.show(HOSPITAL, "2026-01-10").await;
    assert_eq!(shown.title, None);
    for party in &shown.parties {
        let signature = party.signature.as_ref().expect("it signed");
        assert_eq!(signature.when.on.as_deref(), Some("../XXXX-06-26"));
        assert_eq!(signature.when.as_printed.as_ref().map(Line::as_str), Some("Wednesday"));
        assert_eq!(signature.when.by.to_string(), "2025-06-26", "the last 26 June before it was recorded");
        assert_eq!(signature.name, None);
    }
    let entry = (shown.entry_into_force_earliest, shown.entry_into_force.map(|day| day.to_string()));
    assert_eq!(entry, (None, Some("2025-06-26".to_owned())), "no first day is made up");
    register.import(&lines_with(settling)).await;
    let shown = register.show(HOSPITAL, "2026-01-10").await;
    for party in &shown.parties {
        let when = &party.signature.as_ref().expect("it signed").when;
        assert_eq!((when.on.as_deref(), when.by.to_string().as_str()), (Some("2025-06-25"), "2025-06-25"));
    }
    assert_eq!(shown.entry_into_force, shown.entry_into_force_earliest);
    let hospital = shown.parties.iter().find(|party| party.id.as_str() == "fatima").expect("a party");
    assert_eq!(
        hospital.names.iter().map(|local| local.name.as_str()).collect::<Vec<_>>(),
        ["فاطمة الزہرا میڈیکل سینٹر"]
    );
    let states: Vec<_> = shown.commitments.iter().map(|row| row.state).collect();
    assert_eq!(states, [CommitmentState::Undated; 3]);
}

async fn a_pledge_is_never_signed_and_not_rated(register: Register) {
    let register = register.with_the_four().await;
    let shown = register.show(PLEDGE, "2025-10-18").await;
    assert_eq!((shown.kind, shown.status), (AgreementKind::Pledge, AgreementStatus::NotRated));
    assert_eq!(shown.entry_into_force, None);
    assert!(shown.parties.iter().all(|party| party.signature.is_none()));
    assert_eq!(shown.commitments.len(), 4);
    assert!(shown.notes.iter().any(|note| note.text.contains("78th")), "the outlet's slip is noted");
    let sign = json!({ "command": "sign", "agreement": PLEDGE, "party": "pk", "on": "2025-05-19" });
    let refused = register.tell(&sign).await.expect_err("there is nothing to sign");
    assert!(refused.contains("a pledge has no instrument"), "{refused}");
    let sign = json!({ "command": "sign", "agreement": PLEDGE, "party": "pk", "on": "2025-05-19", "reason": "odd" });
    register.tell(&sign).await.expect_err("a reason does not make an instrument");
    assert_eq!(register.show(PLEDGE, "2025-10-18").await, shown);
}

async fn the_laboratory_is_an_agreement_of_companies_and_its_promises_stay_visible(register: Register) {
    let register = register.with_the_four().await;
    let [_, _, _, undated] = register.overdue("2025-10-18").await;
    let expected: Vec<String> = [(LABORATORY, 1..=3), (PLEDGE, 1..=4), (HOSPITAL, 1..=3), (HEALTH, 2..=3)]
        .into_iter()
        .flat_map(|(agreement, numbers)| numbers.map(move |number| format!("{agreement}/c{number}")))
        .collect();
    assert_eq!(names(&undated), expected, "the oldest first");
    assert_eq!(undated[0].age_days, 1852);
    assert!(undated[0].stale);
    let shown = register.show(LABORATORY, "2025-10-18").await;
    let parties: Vec<_> = shown.parties.iter().map(|party| (party.id.as_str(), party.kind.word())).collect();
    assert_eq!(parties, [("life-rehealth", "company"), ("anlong", "company")]);
    let on: Vec<_> = shown.parties.iter().filter_map(|party| party.signature.as_ref()?.when.on.clone()).collect();
    assert_eq!(on, ["../2020-09-22", "../2020-09-22"]);
}
