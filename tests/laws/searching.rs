//! Words are found where they stand, by whatever way they are looked for.

use proptest::prelude::*;
use servanda::domain::instant::Instant;
use servanda::log::{EventLog as _, Position};
use servanda::service::clock::Clock as _;
use servanda::views::Asked;
use servanda::views::entry::Entry;
use servanda::views::filter::Filter;
use servanda::views::search::{self, SearchRow};
use servanda::views::words::sought;

use crate::given::{cases, day, timelines, wait_for, with_log};
use crate::histories::histories;

const GIVEN: [&str; 9] = [
    "health",
    "pak govern",
    "group FORM",
    "دوله فلسطين",
    "公益",
    "会 on health",
    "nurses xinhua",
    "@7 77th",
    "so the ministry says",
];

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn the_kept_lists_find_what_going_through_all_facts_finds(
        history in histories(),
        days in -400_i64..700,
        hours in 0_i64..3000,
        cut in 0_usize..40,
    ) {
        wait_for(async {
            let (register, log) = with_log();
            let begin = register.clock.now().micros();
            let service = &register.service;
            for (number, step) in history.iter().enumerate() {
                register.step(step).await;
                if number == cut {
                    // From here on the lists are kept up, not made.
                    service.search("health", Asked::on(day("2025-01-01"), Instant::MAX), &Filter::default(), 1, &mut |_, _| ())
                        .await
                        .unwrap();
                }
            }
            let as_of = day("2025-06-01").plus_days(days).unwrap();
            for known_at in [Instant::from_micros(begin + hours * 3_600_000_000), Instant::MAX] {
                let asked = Asked::on(as_of, known_at);
                for given in GIVEN {
                    let words = sought(given).unwrap();
                    let filter = Filter::default();
                    let mut rows: Vec<(u64, SearchRow)> = Vec::new();
                    for (id, timeline) in timelines(log.as_ref()).await {
                        let timeline = timeline.known_at(known_at);
                        let Some(entry) = Entry::of(id, &timeline).filter(|entry| filter.wants(entry, as_of)) else { continue };
                        let first = timeline.facts()[0].position;
                        rows.extend(search::row(&entry, &timeline.read(), &words, as_of).map(|row| (first, row)));
                    }
                    rows.sort_by_key(|(first, row)| std::cmp::Reverse((row.since, *first)));
                    let rows: Vec<SearchRow> = rows.into_iter().map(|(_, row)| row).collect();
                    for most in [1, 2, 50] {
                        let found = service.search(given, asked, &filter, most, &mut |_, _| ()).await.unwrap();
                        prop_assert_eq!(&found.found[..], &rows[..most.min(rows.len())], "{} as of {}", given, as_of);
                        prop_assert_eq!(found.more, rows.len() > most);
                    }
                }
            }
            prop_assert!(log.end().await.unwrap() > Position::START);
            let kept_up = service.view_bytes().await.unwrap();
            service.rebuild().await.unwrap();
            prop_assert_eq!(service.view_bytes().await.unwrap(), kept_up);
            Ok(())
        })?;
    }
}
