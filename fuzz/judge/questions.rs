//! Every question, asked of a register however it came about: each is answered or refused, and a view that is made anew
//! answers as the one that was kept.

use servanda::domain::day::Day;
use servanda::domain::id::Reference;
use servanda::domain::instant::Instant;
use servanda::domain::recurrence::Owed;
use servanda::service::Service;
use servanda::views::Asked;
use servanda::views::filter::Filter;
use servanda::views::lint::Assumptions;

/// How many agreements are asked about one by one.
const AGREEMENTS_MAX: usize = 4;

/// How many commitments of each.
const COMMITMENTS_MAX: u32 = 3;

/// Asks about one agreement.
async fn of_one(service: &Service, reference: &Reference, asked: Asked) {
    let (day, known) = (asked.as_of, asked.known_at);
    let _ = (service.show(reference, asked).await, service.status(reference, asked).await);
    let _ = (service.history(reference, known).await, service.dates(reference, asked).await);
    let _ = service.diff_knowledge(reference, day, Instant::from_micros(0), known).await;
    let _ = service.diff_days(reference, known, Day::new(2000, 1, 1).unwrap(), day).await;
    for number in 1..=COMMITMENTS_MAX {
        let _ = service.why(reference, Owed::parse(&format!("c{number}")).unwrap(), asked).await;
    }
}

/// Asks everything about a day.
async fn of_a_day(service: &Service, asked: Asked) {
    let filter = Filter::default();
    let until = Day::new(2040, 1, 1).unwrap();
    let _ = (service.overdue(asked, &filter).await, service.due(asked, until, &filter).await);
    let _ = (service.stats(asked, &filter).await, service.parties(None, asked, &filter).await);
    let _ = (service.calendars(asked).await, service.profiles(None, asked).await);
    let _ = service.mou_return(asked, &filter).await;
    let _ = service.lint(&[], asked, &filter, Assumptions::default(), |finding| format!("{finding:?}")).await;
    let _ = service.search("health", asked, &filter, 10, &mut |_, _| ()).await;
    let Ok(rows) = service.list(asked, &filter).await else { return };
    for row in rows.iter().take(AGREEMENTS_MAX) {
        of_one(service, &row.reference, asked).await;
    }
}

/// Asks everything, about a day and about an earlier one as it was known earlier.
pub(crate) async fn ask(service: &Service, now: Instant) {
    let day = Day::new(2026, 11, 22).unwrap();
    of_a_day(service, Asked::on(day, now)).await;
    of_a_day(service, Asked::on(Day::new(2025, 9, 30).unwrap(), Instant::from_micros(now.micros() / 2))).await;
    let Ok(()) = service.catch_up_all(&mut |_, _| ()).await else { return };
    let kept = service.view_bytes().await.expect("what was caught up can be read");
    service.rebuild().await.expect("what can be caught up can be made anew");
    assert!(kept == service.view_bytes().await.unwrap(), "the view that is made anew is another");
}
