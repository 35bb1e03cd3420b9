//! What is answered from the kept tables is what whole entries answer.

use proptest::prelude::*;
use servanda::domain::day::Day;
use servanda::domain::id::Reference;
use servanda::domain::instant::Instant;
use servanda::domain::status::AgreementStatus;
use servanda::domain::vocabulary::AgreementKind;
use servanda::log::MemoryLog;
use servanda::views::Asked;
use servanda::views::entry::Entry;
use servanda::views::filter::Filter;
use servanda::views::{board, list, stats};

use crate::given::{cases, day, timelines, wait_for, with_log};
use crate::histories::{REFERENCES, histories};

/// The whole entries that a filter wants, judged at the moment asked about, in the order of their references.
async fn whole(log: &MemoryLog, asked: Asked, filter: &Filter) -> Vec<Entry> {
    let of = |(id, timeline)| Entry::at(id, &timeline, asked.moment());
    let mut entries: Vec<Entry> = timelines(log).await.into_iter().filter_map(of).collect();
    entries.retain(|entry| filter.wants(entry, asked.as_of));
    entries.sort_by(|a, b| a.reference.cmp(&b.reference));
    entries
}

fn filters() -> Vec<Filter> {
    let all = Filter::default;
    vec![
        all(),
        Filter { retracted: true, ..all() },
        Filter { agreement: Some(Reference::parse(REFERENCES[0]).unwrap()), ..all() },
        Filter { kind: Some(AgreementKind::Treaty), ..all() },
        Filter { status: Some(AgreementStatus::InForce), ..all() },
        Filter { status: Some(AgreementStatus::Retracted), ..all() },
        Filter { party: Some("heart".to_owned()), ..all() },
        Filter { party: Some("GOVERNMENT of".to_owned()), ..all() },
        Filter { party: Some("pk".to_owned()), ..all() },
        Filter { party: Some("PK".to_owned()), kind: Some(AgreementKind::Mou), ..all() },
        Filter { subject: Some("h".to_owned()), ..all() },
        Filter { subject: Some("H".to_owned()), status: Some(AgreementStatus::Proposed), retracted: true, ..all() },
    ]
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn every_list_made_of_the_tables_is_that_of_whole_entries(
        history in histories(),
        begin in 0_i64..1200,
        ahead in 0_i64..400,
        hour in 0_i64..24,
    ) {
        wait_for(async {
            let (register, log) = with_log();
            register.live_through(&history).await;
            let service = &register.service;
            for as_of in [0, 1, 15, 90, 365].map(|days| day("2023-12-01").plus_days(begin + days).unwrap()) {
                let noon = service.settings().zone.end_of(as_of).micros() - hour * 3_600_000_000;
                let at = Some(Instant::from_micros(noon));
                let until = as_of.plus_days(ahead).unwrap();
                for asked in [Asked::on(as_of, Instant::MAX), Asked { at, ..Asked::on(as_of, Instant::MAX) }] {
                    for filter in filters() {
                        let entries = whole(&log, asked, &filter).await;
                        prop_assert_eq!(service.overdue(asked, &filter).await.unwrap(), board::overdue(&entries, asked));
                        for until in [until, as_of.previous().unwrap(), Day::MAX] {
                            let due = service.due(asked, until, &filter).await.unwrap();
                            prop_assert_eq!(due, board::due(&entries, asked, until));
                        }
                        let rows: Vec<_> = entries.iter().filter_map(|entry| list::row(entry, as_of)).collect();
                        prop_assert_eq!(service.list(asked, &filter).await.unwrap(), rows);
                        let parties = entries.iter().flat_map(|entry| list::party_rows(entry, as_of));
                        let mut parties: Vec<_> = parties.collect();
                        parties.sort_by(|a, b| (&a.name, &a.agreement, &a.party).cmp(&(&b.name, &b.agreement, &b.party)));
                        prop_assert_eq!(service.parties(None, asked, &filter).await.unwrap(), parties);
                        prop_assert_eq!(service.stats(asked, &filter).await.unwrap(), stats::stats(&entries, asked));
                    }
                }
            }
            Ok(())
        })?;
    }
}
