//! The health memorandum with deadlines that end with the day in New York, and at five in Karachi.

use serde_json::{Value, json};
use servanda::domain::id::{CommitmentId, Reference};
use servanda::domain::instant::Instant;
use servanda::domain::recurrence::Owed;
use servanda::domain::zone::Zone;
use servanda::views::Asked;
use servanda::views::filter::Filter;

use super::HEALTH;
use super::register::Register;

/// A deadline on 1 November 2026, when the clocks of New York go back.
fn deadline(text: &str, fields: &Value) -> Value {
    let mut line = json!({ "command": "set-deadline", "agreement": HEALTH, "text": text, "owed_by": "pk", "owed_to": "ps",
        "due": "2026-11-01", "on": "2026-01-10" });
    line.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    line
}

/// The states of these two at an instant, by `show`, `why` and `overdue` alike, with the days that each is late.
async fn states(register: &Register, names: [CommitmentId; 2], at: &str) -> [(String, i64); 2] {
    let at = Instant::parse(at).expect("a time");
    let as_of = Zone::named("Asia/Karachi").expect("bundled").day_of(at);
    let asked = Asked { as_of, at: Some(at), at_stated: true, known_at: register.service.now() };
    let reference = Reference::parse(HEALTH).expect("a reference");
    let shown = register.service.show(&reference, asked).await.expect("it is on record");
    let overdue = register.service.overdue(asked, &Filter::default()).await.expect("the store works").overdue;
    let mut states = Vec::new();
    for name in names {
        let row = shown.commitments.iter().find(|row| row.commitment == name).expect("it was made");
        let owed = Owed { commitment: name, instance: None };
        let why = register.service.why(&reference, owed, asked).await.expect("it was made");
        assert_eq!((why.state, why.ends_at), (row.state, row.ends_at), "why and show agree at {at}");
        assert_eq!(overdue.contains(row), row.state.word() == "overdue", "overdue and show agree at {at}");
        states.push((row.state.word().to_owned(), row.days_overdue));
    }
    states.try_into().expect("two")
}

async fn the_last_day_ends_where_the_deadline_says(register: Register) {
    let register = register.with_the_four().await;
    let before = register.show(HEALTH, "2026-01-10").await.commitments.len();
    for line in [
        deadline("Publish the list", &json!({ "zone": "America/New_York" })),
        deadline("Deliver the vaccines", &json!({ "cut_off": "17:00" })),
    ] {
        register.tell(&line).await.expect("it is recorded");
    }
    let name = |after: usize| CommitmentId::nth(u32::try_from(before + after).expect("few"));
    let names = [name(1), name(2)];
    let is = |first: (&str, i64), second: (&str, i64)| [(first.0.to_owned(), first.1), (second.0.to_owned(), second.1)];
    for (at, first, second) in [
        ("2026-11-01T03:59:59Z", ("due_soon", 0), ("due_today", 0)),
        ("2026-11-01T04:00:00Z", ("due_today", 0), ("due_today", 0)),
        ("2026-11-01T12:00:00Z", ("due_today", 0), ("overdue", 1)),
        // That day has 25 hours in New York.
        ("2026-11-02T04:59:59Z", ("due_today", 0), ("overdue", 1)),
        ("2026-11-02T05:00:00Z", ("overdue", 1), ("overdue", 1)),
        ("2026-11-02T12:00:00Z", ("overdue", 1), ("overdue", 2)),
    ] {
        assert_eq!(states(&register, names, at).await, is(first, second), "at {at}");
    }
}

mod memory {
    #[tokio::test]
    async fn the_last_day_ends_where_the_deadline_says() {
        super::the_last_day_ends_where_the_deadline_says(super::Register::memory()).await;
    }
}

mod sled {
    #[tokio::test]
    async fn the_last_day_ends_where_the_deadline_says() {
        super::the_last_day_ends_where_the_deadline_says(super::Register::sled()).await;
    }
}
