//! The promises L1 to L9 as laws over a backend, L10 in `replacing.rs`; one row of the macro per backend.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use servanda::log::{
    AppendError, BODY_BYTES_MAX, COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX, Draft, EventLog, HEADER_BYTES_MAX, InvalidAppend,
    Position, ReadError, StreamVersion, ViewStore, tail,
};
use tokio::time::timeout;

use crate::given::{Bench, command, commit, draft, everything, recorded, stream};

/// Long enough for any machine; a law that waits longer is broken.
const PATIENCE: Duration = Duration::from_secs(30);

laws! {
    l1_a_commit_comes_back_whole,
    l1_a_refused_commit_leaves_no_trace,
    l1_a_commit_beyond_its_bounds_is_refused,
    l1_the_largest_commit_is_accepted,
    l1_in_a_group_a_refusal_fails_no_neighbour,
    l2_what_was_acknowledged_is_there_after_reopening,
    l3_two_writers_racing_one_wins,
    l3_a_commit_on_another_version_is_refused,
    l3_a_commit_on_another_end_is_refused,
    l3_a_group_sees_its_own_commits,
    l4_positions_grow_without_gaps,
    l4_a_reader_resumes_without_gap_or_repeat,
    l4_a_stream_is_read_in_order_from_any_place,
    l4_simultaneous_writers_leave_no_gap,
    l5_the_same_command_again_returns_the_first_receipt,
    l5_the_same_command_twice_in_a_group_is_written_once,
    l5_a_command_is_found_by_its_id,
    l6_a_tail_misses_nothing_under_many_writers,
    l6_a_tail_starts_anywhere,
    l6_waiting_ends_when_the_log_is_closed,
    l8_a_closed_log_refuses_everything,
    time_never_runs_backwards,
}

async fn l1_a_commit_comes_back_whole(bench: Bench) {
    let mut one = commit(1, 0, 3);
    one.recorded_at = 1_700_000_000_000_000;
    one.events[1] = Draft { header: vec![0, 255], body: Vec::new() };
    let receipt = bench.log.append(one.clone()).await.unwrap();
    assert_eq!((receipt.first, receipt.first_seq, receipt.count), (Position::START, 1, 3));
    assert_eq!(receipt.recorded_at, one.recorded_at);
    assert!(!receipt.repeated);
    assert_eq!(everything(&*bench.events()).await, recorded(&one, &receipt));
}

async fn l1_a_refused_commit_leaves_no_trace(bench: Bench) {
    bench.log.append(commit(1, 0, 2)).await.unwrap();
    let before = everything(&*bench.events()).await;
    bench.log.append(commit(1, 1, 2)).await.unwrap_err();
    assert_eq!(everything(&*bench.events()).await, before);
    assert_eq!(bench.log.version(stream(1)).await.unwrap(), StreamVersion::new(2));
    assert_eq!(bench.log.find(commit(1, 1, 2).command).await.unwrap(), None);
}

async fn l1_a_commit_beyond_its_bounds_is_refused(bench: Bench) {
    let with = |events: Vec<Draft>| {
        let mut one = commit(1, 0, 0);
        one.events = events;
        one
    };
    let body = |bytes: usize| Draft { header: vec![1], body: vec![7; bytes] };
    let cases = [
        (with(vec![]), InvalidAppend::Empty),
        (
            with(vec![draft("x"); COMMIT_EVENTS_MAX + 1]),
            InvalidAppend::TooManyEvents { count: COMMIT_EVENTS_MAX + 1, max: COMMIT_EVENTS_MAX },
        ),
        (with(vec![draft("x"), Draft { header: vec![], body: vec![1] }]), InvalidAppend::NoHeader { index: 1 }),
        (
            with(vec![Draft { header: vec![1; HEADER_BYTES_MAX + 1], body: vec![] }]),
            InvalidAppend::HeaderTooLarge { index: 0, bytes: HEADER_BYTES_MAX + 1, max: HEADER_BYTES_MAX },
        ),
        (
            with(vec![body(BODY_BYTES_MAX + 1)]),
            InvalidAppend::BodyTooLarge { index: 0, bytes: BODY_BYTES_MAX + 1, max: BODY_BYTES_MAX },
        ),
        (
            with(vec![body(BODY_BYTES_MAX), body(COMMIT_BYTES_MAX - BODY_BYTES_MAX)]),
            InvalidAppend::CommitTooLarge { bytes: COMMIT_BYTES_MAX + 2, max: COMMIT_BYTES_MAX },
        ),
    ];
    for (refused, why) in cases {
        match bench.log.append(refused).await {
            Err(AppendError::Invalid(found)) => assert_eq!(found, why),
            other => panic!("{why}: {other:?}"),
        }
    }
    assert_eq!(bench.log.end().await.unwrap(), Position::START);
}

async fn l1_the_largest_commit_is_accepted(mut bench: Bench) {
    let mut one = commit(1, 0, 0);
    let body: Vec<u8> = (0..BODY_BYTES_MAX - HEADER_BYTES_MAX).map(|at| (at * 7 % 251) as u8).collect();
    one.events.push(Draft { header: vec![3; HEADER_BYTES_MAX], body });
    one.events.push(Draft { header: vec![4], body: vec![5; COMMIT_BYTES_MAX - BODY_BYTES_MAX - 1] });
    let small = bench.log.append(commit(2, 0, 1)).await.unwrap();
    let receipt = bench.log.append(one.clone()).await.unwrap();
    let after = bench.log.append(commit(2, 1, 1)).await.unwrap();
    if bench.keeps {
        bench.reopen().await;
    }
    let expected =
        [recorded(&commit(2, 0, 1), &small), recorded(&one, &receipt), recorded(&commit(2, 1, 1), &after)].concat();
    assert!(everything(&*bench.events()).await == expected);
    assert!(bench.log.read_stream(stream(1), 1, 9).await.unwrap() == expected[2..3]);
}

async fn l1_in_a_group_a_refusal_fails_no_neighbour(bench: Bench) {
    let group = vec![commit(1, 0, 2), commit(2, 5, 1), commit(3, 0, 0), commit(4, 0, 1), commit(1, 2, 1)];
    let answers = bench.log.append_all(group).await;
    let firsts: Vec<_> = answers.iter().map(|answer| answer.as_ref().ok().map(|it| it.first.get())).collect();
    assert_eq!(firsts, [Some(0), None, None, Some(2), Some(3)]);
    assert!(matches!(answers[1], Err(AppendError::Conflict { .. })));
    assert!(matches!(answers[2], Err(AppendError::Invalid(InvalidAppend::Empty))));
    assert_eq!(everything(&*bench.events()).await.len(), 4);
}

async fn l2_what_was_acknowledged_is_there_after_reopening(mut bench: Bench) {
    let mut expected = Vec::new();
    for version in 0..20 {
        let one = commit(u128::from(version % 3), version / 3, 1);
        let receipt = bench.log.append(one.clone()).await.unwrap();
        expected.extend(recorded(&one, &receipt));
    }
    let group: Vec<_> = (10..2010).map(|to| commit(to, 0, 1)).collect();
    for (one, answer) in group.iter().zip(bench.log.append_all(group.clone()).await) {
        expected.extend(recorded(one, &answer.unwrap()));
    }
    if bench.keeps {
        bench.reopen().await;
    }
    assert!(everything(&*bench.events()).await == expected);
    assert_eq!(bench.log.version(stream(0)).await.unwrap(), StreamVersion::new(7));
    assert_eq!(bench.log.last_recorded_at().await.unwrap(), Some(0));
}

async fn l3_two_writers_racing_one_wins(bench: Bench) {
    for version in 0..20 {
        let race = (0..8).map(|writer| {
            let log = bench.events();
            let mut one = commit(1, version, 1);
            one.command = command(u128::from(version) * 100 + writer);
            tokio::spawn(async move { log.append(one).await })
        });
        let outcomes: Vec<_> = join_all(race).await.into_iter().map(Result::unwrap).collect();
        let conflicts = outcomes.iter().filter(
            |outcome| matches!(outcome, Err(AppendError::Conflict { actual, .. }) if actual.get() == version + 1),
        );
        assert_eq!(conflicts.count(), 7);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    }
    assert_eq!(bench.log.end().await.unwrap(), Position::new(20));
}

async fn l3_a_commit_on_another_version_is_refused(bench: Bench) {
    bench.log.append(commit(1, 0, 2)).await.unwrap();
    for expected in [0, 1, 3, u64::MAX] {
        let mut one = commit(1, expected, 1);
        one.command = command(7);
        match bench.log.append(one).await {
            Err(AppendError::Conflict { stream: of, expected: was, actual }) => {
                assert_eq!((of, was.get(), actual.get()), (stream(1), expected, 2));
            }
            other => panic!("{other:?}"),
        }
    }
}

async fn l3_a_commit_on_another_end_is_refused(bench: Bench) {
    let mut one = commit(1, 0, 2);
    one.expected_end = Some(Position::START);
    bench.log.append(one).await.unwrap();
    let mut two = commit(2, 0, 1);
    two.expected_end = Some(Position::new(1));
    match bench.log.append(two.clone()).await {
        Err(AppendError::EndMoved { expected, actual }) => {
            assert_eq!((expected.get(), actual.get()), (1, 2));
        }
        other => panic!("{other:?}"),
    }
    two.expected_end = Some(Position::new(2));
    bench.log.append(two).await.unwrap();
}

async fn l3_a_group_sees_its_own_commits(bench: Bench) {
    let group: Vec<_> = (0..300).map(|version| commit(1, version, 1)).chain([commit(1, 7, 2)]).collect();
    let mut answers = bench.log.append_all(group).await;
    let last = answers.pop().unwrap().unwrap();
    assert!(last.repeated, "version 7's command is there already");
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(bench.log.version(stream(1)).await.unwrap(), StreamVersion::new(300));
    assert_eq!(bench.log.read_stream(stream(1), 0, 1000).await.unwrap().len(), 300);
}

async fn l4_positions_grow_without_gaps(bench: Bench) {
    for version in 0..10 {
        bench.log.append(commit(1, version * 3, 3)).await.unwrap();
        bench.log.append(commit(2, version, 1)).await.unwrap();
    }
    let positions: Vec<_> = everything(&*bench.events()).await.iter().map(|it| it.position.get()).collect();
    assert_eq!(positions, (0..40).collect::<Vec<_>>());
}

async fn l4_a_reader_resumes_without_gap_or_repeat(bench: Bench) {
    for version in 0..10 {
        bench.log.append(commit(1, version * 3, 3)).await.unwrap();
    }
    bench.log.append_all((0..10).map(|at| commit(2, at * 2, 2)).collect()).await;
    let all = everything(&*bench.events()).await;
    for limit in 1..8 {
        let mut seen = Vec::new();
        loop {
            let page = bench.log.read(Position::new(seen.len() as u64), limit).await.unwrap();
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        assert_eq!(seen, all);
    }
    assert_eq!(bench.log.read(Position::new(4), 0).await.unwrap(), []);
    assert_eq!(bench.log.read(Position::new(50), 5).await.unwrap(), []);
    assert_eq!(bench.log.read(Position::new(u64::MAX), 5).await.unwrap(), []);
}

async fn l4_a_stream_is_read_in_order_from_any_place(bench: Bench) {
    let mut expected = Vec::new();
    for round in 0..200 {
        let one = commit(1, round * 2, 2);
        let receipt = bench.log.append(one.clone()).await.unwrap();
        expected.extend(recorded(&one, &receipt));
        bench.log.append(commit(2, round, 1)).await.unwrap();
    }
    for after in (0..405_usize).step_by(13) {
        for limit in [1, 2, 130, 1000] {
            let page = bench.log.read_stream(stream(1), after as u64, limit).await.unwrap();
            let rest = &expected[after.min(400)..];
            assert!(page == rest[..limit.min(rest.len())]);
        }
    }
    assert_eq!(bench.log.read_stream(stream(1), u64::MAX, 9).await.unwrap(), []);
    assert_eq!(bench.log.read_stream(stream(9), 0, 9).await.unwrap(), []);
}

async fn l4_simultaneous_writers_leave_no_gap(bench: Bench) {
    let writers = (1..=8).map(|to| {
        let log = bench.events();
        tokio::spawn(async move {
            for version in 0..10 {
                log.append(commit(to, version * 2, 2)).await.unwrap();
            }
        })
    });
    join_all(writers).await.into_iter().for_each(|done| done.unwrap());
    let all = everything(&*bench.events()).await;
    assert!((0..160).eq(all.iter().map(|event| event.position.get())));
    for to in 1..=8 {
        let of_stream: Vec<_> = all.iter().filter(|it| it.stream == stream(to)).cloned().collect();
        assert_eq!(bench.log.read_stream(stream(to), 0, 99).await.unwrap(), of_stream);
        assert!((1..=20).eq(of_stream.iter().map(|event| event.seq)));
    }
}

async fn l5_the_same_command_again_returns_the_first_receipt(mut bench: Bench) {
    bench.log.append(commit(2, 0, 1)).await.unwrap();
    let first = bench.log.append(commit(1, 0, 2)).await.unwrap();
    bench.log.append(commit(1, 2, 1)).await.unwrap();
    if bench.keeps {
        bench.reopen().await;
    }
    let mut again = commit(1, 0, 2);
    again.expected_end = Some(Position::START);
    again.recorded_at = -5;
    let second = bench.log.append(again).await.unwrap();
    assert!(second.repeated && !first.repeated);
    assert_eq!((second.first, second.first_seq, second.count), (first.first, first.first_seq, first.count));
    assert_eq!(bench.log.end().await.unwrap(), Position::new(4));
}

async fn l5_the_same_command_twice_in_a_group_is_written_once(bench: Bench) {
    let answers = bench.log.append_all(vec![commit(1, 0, 2), commit(1, 0, 2)]).await;
    let repeated: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().repeated).collect();
    assert_eq!(repeated, [false, true]);
    assert_eq!(bench.log.end().await.unwrap(), Position::new(2));
}

async fn l5_a_command_is_found_by_its_id(bench: Bench) {
    let receipt = bench.log.append(commit(1, 0, 2)).await.unwrap();
    assert_eq!(bench.log.find(receipt.command).await.unwrap(), Some(receipt));
    assert_eq!(bench.log.find(command(99)).await.unwrap(), None);
}

async fn l6_a_tail_misses_nothing_under_many_writers(bench: Bench) {
    let followers: Vec<_> = (0..3)
        .map(|_| {
            let mut tail = tail(bench.events(), Position::START);
            tokio::spawn(async move {
                let mut seen = Vec::new();
                while seen.len() < 240 {
                    seen.push(tail.next().await.unwrap());
                }
                seen
            })
        })
        .collect();
    let writers = (1..=6).map(|to| {
        let log = bench.events();
        tokio::spawn(async move {
            for version in 0..20 {
                log.append(commit(to, version * 2, 2)).await.unwrap();
            }
        })
    });
    join_all(writers).await.into_iter().for_each(|done| done.unwrap());
    let all = everything(&*bench.events()).await;
    for follower in followers {
        assert!(timeout(PATIENCE, follower).await.unwrap().unwrap() == all);
    }
}

async fn l6_a_tail_starts_anywhere(bench: Bench) {
    bench.log.append(commit(1, 0, 5)).await.unwrap();
    let mut tail = tail(bench.events(), Position::new(7));
    let log = bench.events();
    let writer = tokio::spawn(async move {
        log.append(commit(1, 5, 2)).await.unwrap();
        log.append(commit(1, 7, 2)).await.unwrap();
    });
    let event = timeout(PATIENCE, tail.next()).await.unwrap().unwrap();
    assert_eq!((event.position, tail.position()), (Position::new(7), Position::new(8)));
    writer.await.unwrap();
}

async fn l6_waiting_ends_when_the_log_is_closed(bench: Bench) {
    let log = bench.events();
    let waiting = tokio::spawn(async move { log.wait_beyond(Position::START).await });
    tokio::task::yield_now().await;
    bench.log.close().await.unwrap();
    let outcome = timeout(PATIENCE, waiting).await.unwrap().unwrap();
    assert!(matches!(outcome, Err(ReadError::Closed)));
}

async fn l8_a_closed_log_refuses_everything(bench: Bench) {
    bench.log.append(commit(1, 0, 1)).await.unwrap();
    bench.log.close().await.unwrap();
    bench.log.close().await.unwrap();
    assert!(matches!(bench.log.append(commit(1, 1, 1)).await, Err(AppendError::Closed)));
    let answers = bench.log.append_all(vec![commit(1, 1, 1), commit(2, 0, 1)]).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(AppendError::Closed))) && answers.len() == 2);
    assert!(matches!(bench.log.read(Position::START, 1).await, Err(ReadError::Closed)));
    assert!(matches!(bench.log.end().await, Err(ReadError::Closed)));
    assert!(matches!(bench.log.put("v", Position::START, vec![]).await, Err(AppendError::Closed)));
}

async fn time_never_runs_backwards(mut bench: Bench) {
    assert_eq!(bench.log.last_recorded_at().await.unwrap(), None);
    let at = |to, time| {
        let mut one = commit(to, 0, 1);
        one.recorded_at = time;
        one
    };
    bench.log.append(at(1, -7)).await.unwrap();
    bench.log.append(at(2, 10)).await.unwrap();
    bench.log.append(at(3, 10)).await.unwrap();
    if bench.keeps {
        bench.reopen().await;
    }
    match bench.log.append(at(4, 9)).await {
        Err(AppendError::ClockBehind { stamped, last }) => assert_eq!((stamped, last), (9, 10)),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.log.last_recorded_at().await.unwrap(), Some(10));
    assert_eq!(bench.log.end().await.unwrap(), Position::new(3));
}

#[test]
fn the_log_is_object_safe_and_shared_between_threads() {
    fn shared<T: Send + Sync + ?Sized>() {}
    shared::<dyn EventLog>();
    shared::<dyn ViewStore>();
    shared::<Arc<dyn EventLog>>();
}
