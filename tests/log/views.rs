//! Read models beside the log, as laws over every backend.

use std::collections::BTreeMap;

use servanda::log::{AppendError, BODY_BYTES_MAX, Change, InvalidAppend, Position};

use crate::given::{Backend, Bench, commit};

laws! {
    views_are_changed_with_their_position,
    views_are_scanned_in_the_order_of_their_keys,
    views_keep_large_values_whole,
    views_are_never_ahead_of_the_log,
    a_cleared_view_is_gone,
    views_are_asked_for_a_range_or_a_page_of_it,
    views_are_asked_for_several_keys,
    views_stay_the_map_of_their_changes,
    views_whose_names_begin_alike_are_apart,
    readers_see_a_change_whole_or_not_at_all,
}

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// A key among thousands, in an order that is not that of the numbers.
fn scattered(number: u64) -> Vec<u8> {
    let mut key = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes().to_vec();
    key.extend_from_slice(b"\0of one");
    key
}

fn take_in(map: &mut Map, changes: &[Change]) {
    for (key, value) in changes {
        match value {
            Some(value) => map.insert(key.clone(), value.clone()),
            None => map.remove(key),
        };
    }
}

/// Asks in every way for what a view holds.
async fn assert_holds(log: &dyn Backend, view: &str, map: &Map) {
    let all: Vec<_> = map.clone().into_iter().collect();
    assert!(log.scan(view).await.unwrap() == all);
    let (mut paged, mut from) = (Vec::new(), Vec::new());
    loop {
        let page = log.scan_page(view, &from, None, 333).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        assert_eq!(page.len(), (all.len() - paged.len()).min(333));
        from = [last.as_slice(), &[0]].concat();
        paged.extend(page);
    }
    assert!(paged == all);
    for ends in (0..20).map(|number| [scattered(number), scattered(number + 50)]) {
        let within = |key: &[u8]| key >= ends[0].as_slice() && key < ends[1].as_slice();
        let wanted: Vec<_> = all.iter().filter(|(key, _)| within(key)).cloned().collect();
        assert!(log.scan_range(view, &ends[0], Some(&ends[1])).await.unwrap() == wanted);
    }
    let keys: Vec<_> = (0..40).map(|number| scattered(number * 131)).collect();
    let found = log.get_many(view, &keys).await.unwrap();
    assert!(found == keys.iter().map(|key| map.get(key).cloned()).collect::<Vec<_>>());
    for (key, value) in keys.iter().zip(found) {
        assert!(log.get(view, key).await.unwrap() == value);
    }
}

async fn views_are_asked_for_a_range_or_a_page_of_it(bench: Bench) {
    let log = &bench.log;
    assert_eq!(log.scan_range("v", b"", None).await.unwrap(), []);
    assert_eq!(log.scan_page("v", b"", None, 9).await.unwrap(), []);
    let keys: [&[u8]; 7] = [b"", b"\0", b"a", b"a\0", b"b", b"\xff", b"\xff\xff"];
    log.put("v", Position::START, keys.map(|key| entry(key, b"1")).to_vec()).await.unwrap();
    let asked = async |from: &[u8], before: Option<&[u8]>| {
        let found = log.scan_range("v", from, before).await.unwrap();
        found.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
    };
    assert_eq!(asked(b"", None).await, keys);
    assert_eq!(asked(b"a", Some(b"b")).await, keys[2..4]);
    assert_eq!(asked(b"a\0", None).await, keys[3..]);
    assert_eq!(asked(b"b", Some(b"b")).await, [b""; 0]);
    assert_eq!(asked(b"b", Some(b"a")).await, [b""; 0]);
    assert_eq!(asked(b"", Some(b"")).await, [b""; 0]);
    assert_eq!(log.scan_prefix("v", b"\xff").await.unwrap().len(), 2);
    assert_eq!(
        log.scan_page("v", b"a", None, 2).await.unwrap(),
        [(b"a".to_vec(), b"1".to_vec()), (b"a\0".to_vec(), b"1".to_vec())]
    );
    assert_eq!(log.scan_page("v", b"a", Some(b"a\0"), 2).await.unwrap().len(), 1);
    assert_eq!(log.scan_page("v", b"a", None, 0).await.unwrap(), []);
}

async fn views_are_asked_for_several_keys(mut bench: Bench) {
    let keys: Vec<_> = [3, 1, 1, 7, 0, 2].map(scattered).to_vec();
    assert_eq!(bench.log.get_many("v", &keys).await.unwrap(), vec![None; 6]);
    let changes = (0..6_u8).map(|number| entry(&scattered(number.into()), &[number])).collect();
    bench.log.put("v", Position::START, changes).await.unwrap();
    if bench.keeps {
        bench.reopen().await;
    }
    let wanted =
        [Some(3), Some(1), Some(1), None, Some(0), Some(2)].map(|number: Option<u8>| number.map(|it| vec![it]));
    assert_eq!(bench.log.get_many("v", &keys).await.unwrap(), wanted);
    assert_eq!(bench.log.get_many("v", &[]).await.unwrap(), [None; 0]);
}

async fn views_stay_the_map_of_their_changes(mut bench: Bench) {
    let mut map = Map::new();
    let large: Vec<_> = (0..20_000).map(|number| entry(&scattered(number), &[1; 60])).collect();
    take_in(&mut map, &large);
    bench.log.put("v", Position::START, large).await.unwrap();
    assert_holds(&*bench.log, "v", &map).await;
    // More small changes than the embedded backend keeps apart, some of which take back others.
    for round in 0..40_u64 {
        let changes: Vec<_> = (0..300)
            .map(|number| {
                let key = scattered((round * 8_191 + number * 97) % 22_000);
                let value = vec![u8::try_from(round).unwrap(); usize::try_from(number % 90).unwrap()];
                (key, (number % 5 > 0).then_some(value))
            })
            .collect();
        take_in(&mut map, &changes);
        bench.log.put("v", Position::START, changes).await.unwrap();
        if round % 13 == 5 {
            if bench.keeps {
                bench.reopen().await;
            }
            assert_holds(&*bench.log, "v", &map).await;
        }
    }
    // A value that is too large to be kept apart, over one that was; and back.
    for length in [200_000, 3, 7_000, 0] {
        let changes = vec![entry(&scattered(5), &vec![9; length]), (scattered(131), None)];
        take_in(&mut map, &changes);
        bench.log.put("v", Position::START, changes).await.unwrap();
    }
    assert_holds(&*bench.log, "v", &map).await;
    let everything: Vec<_> = map.keys().map(|key| (key.clone(), None)).collect();
    bench.log.put("v", Position::START, everything).await.unwrap();
    assert_holds(&*bench.log, "v", &Map::new()).await;
    assert_eq!(bench.log.position("v").await.unwrap(), Some(Position::START));
}

async fn views_whose_names_begin_alike_are_apart(mut bench: Bench) {
    let names = ["r", "r\0", "ro", "rok", "row", "rp", "rw"];
    for (round, count) in [(1_u8, 3_usize), (2, 700)] {
        for name in names {
            let value = [name.as_bytes(), &[round]].concat();
            let changes = (0..count as u64).map(|number| entry(&scattered(number), &value)).collect();
            bench.log.put(name, Position::START, changes).await.unwrap();
        }
    }
    bench.log.clear("ro").await.unwrap();
    if bench.keeps {
        bench.reopen().await;
    }
    for name in names {
        let wanted = [name.as_bytes(), &[2]].concat();
        let found = bench.log.scan(name).await.unwrap();
        assert_eq!(found.len(), if name == "ro" { 0 } else { 700 });
        assert!(found.iter().all(|(_, value)| *value == wanted));
    }
}

async fn readers_see_a_change_whole_or_not_at_all(bench: Bench) {
    let of_round = |round: u32| (0..600).map(move |number| entry(&scattered(number), &round.to_be_bytes().repeat(40)));
    bench.log.put("v", Position::START, of_round(0).collect()).await.unwrap();
    let log = bench.log.clone();
    let writer = tokio::spawn(async move {
        for round in 1..60_u32 {
            // Sometimes half of the entries goes away and comes back, so that pages are joined and cut.
            if round % 2 == 0 {
                let some = of_round(round).skip(300).map(|(key, _)| (key, None)).collect();
                log.put("v", Position::START, some).await.unwrap();
            }
            log.put("v", Position::START, of_round(round).collect()).await.unwrap();
        }
    });
    let mut seen = 0;
    while !writer.is_finished() {
        let found = bench.log.scan("v").await.unwrap();
        assert!([300, 600].contains(&found.len()), "{}", found.len());
        assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].1));
        assert!(bench.log.get("v", &scattered(7)).await.unwrap().is_some());
        seen += 1;
    }
    writer.await.unwrap();
    assert!(seen > 0);
}

fn entry(key: &[u8], value: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
    (key.to_vec(), Some(value.to_vec()))
}

async fn views_are_changed_with_their_position(mut bench: Bench) {
    bench.log.append(commit(1, 0, 5)).await.unwrap();
    assert_eq!(bench.log.position("list").await.unwrap(), None);
    bench.log.put("list", Position::new(2), vec![entry(b"a", b"1"), entry(b"b", b"2")]).await.unwrap();
    bench
        .log
        .put(
            "list",
            Position::new(5),
            vec![entry(b"a", b"3"), (b"b".to_vec(), None), entry(b"c", b"4"), entry(b"c", b"5")],
        )
        .await
        .unwrap();
    bench.log.put("other", Position::new(1), vec![entry(b"a", b"9")]).await.unwrap();
    if bench.keeps {
        bench.reopen().await;
    }
    assert_eq!(bench.log.position("list").await.unwrap(), Some(Position::new(5)));
    assert_eq!(bench.log.get("list", b"a").await.unwrap(), Some(b"3".to_vec()));
    assert_eq!(bench.log.get("list", b"b").await.unwrap(), None);
    let entries = bench.log.scan("list").await.unwrap();
    assert_eq!(entries, [(b"a".to_vec(), b"3".to_vec()), (b"c".to_vec(), b"5".to_vec())]);
}

async fn views_are_scanned_in_the_order_of_their_keys(bench: Bench) {
    let keys: [&[u8]; 10] = [b"", b"\0", b"\0\0", b"\0\x01", b"\0\xff", b"a", b"a\0", b"a\0b", b"ab", b"\xff"];
    let changes: Vec<_> = keys.iter().rev().map(|key| entry(key, key)).collect();
    bench.log.put("v", Position::START, changes.clone()).await.unwrap();
    bench.log.put("v2", Position::START, changes).await.unwrap();
    let scanned = bench.log.scan("v").await.unwrap();
    assert_eq!(scanned, keys.map(|key| (key.to_vec(), key.to_vec())));
    let of_a = bench.log.scan_prefix("v", b"a").await.unwrap();
    assert_eq!(of_a, keys[5..9].iter().map(|key| (key.to_vec(), key.to_vec())).collect::<Vec<_>>());
    let of_zero = bench.log.scan_prefix("v", b"\0").await.unwrap();
    assert_eq!(of_zero.len(), 4);
    for key in keys {
        assert_eq!(bench.log.get("v", key).await.unwrap(), Some(key.to_vec()));
    }
}

async fn views_keep_large_values_whole(mut bench: Bench) {
    let large: Vec<u8> = (0..300_000_u32).flat_map(u32::to_be_bytes).collect();
    let changes = vec![entry(b"a", &large), entry(b"b", b"small"), entry(b"c", &large)];
    bench.log.put("v", Position::START, changes).await.unwrap();
    bench.log.put("v", Position::START, vec![entry(b"a", &large[..20_000]), (b"c".to_vec(), None)]).await.unwrap();
    if bench.keeps {
        bench.reopen().await;
    }
    let entries = bench.log.scan("v").await.unwrap();
    assert!(entries == [(b"a".to_vec(), large[..20_000].to_vec()), (b"b".to_vec(), b"small".to_vec())]);
    assert!(bench.log.get("v", b"a").await.unwrap().as_deref() == Some(&large[..20_000]));
}

async fn views_are_never_ahead_of_the_log(bench: Bench) {
    let outcome = bench.log.put("v", Position::new(1), vec![entry(b"a", b"1")]).await;
    assert!(matches!(outcome, Err(AppendError::Invalid(InvalidAppend::View { .. }))));
    assert_eq!(bench.log.scan("v").await.unwrap(), []);
}

async fn a_cleared_view_is_gone(bench: Bench) {
    let many: Vec<_> = (0..10_000_u32).map(|key| entry(&key.to_be_bytes(), b"x")).collect();
    bench.log.put("v", Position::START, many).await.unwrap();
    bench.log.put("w", Position::START, vec![entry(b"a", b"1")]).await.unwrap();
    bench.log.clear("v").await.unwrap();
    assert_eq!(bench.log.position("v").await.unwrap(), None);
    assert_eq!(bench.log.scan("v").await.unwrap(), []);
    bench.log.put("v", Position::START, vec![entry(b"a", b"1")]).await.unwrap();
    assert_eq!(bench.log.scan("v").await.unwrap().len(), 1);
    assert_eq!(bench.log.scan("w").await.unwrap().len(), 1);
}

#[tokio::test]
async fn no_value_ever_goes_to_a_blob_file() {
    let bench = Bench::sled();
    for round in 0..3 {
        let mut large = commit(1, round, 1);
        large.events[0].body = vec![u8::try_from(round).unwrap(); BODY_BYTES_MAX];
        bench.log.append(large).await.unwrap();
        for to in 2..40 {
            let mut medium = commit(to, round, 1);
            medium.events[0].body = vec![9; 5000];
            bench.log.append(medium).await.unwrap();
        }
    }
    let keys = (0..200_u32).map(|key| (vec![0; 188], key));
    let changes = keys.map(|(mut key, n)| {
        key.extend(n.to_be_bytes());
        (key, Some(vec![7; 70_000]))
    });
    bench.log.put(&"v".repeat(48), Position::START, changes.collect()).await.unwrap();
    let noise = |number: u64| (0..3000).flat_map(|at| scattered(number << 32 | at)).collect::<Vec<u8>>();
    for number in 0..40 {
        let changes = (0..20).map(|at| entry(&scattered(number + at * 100), &noise(number + at)[..2000])).collect();
        bench.log.put("w", Position::START, changes).await.unwrap();
        bench.log.put("w", Position::START, vec![entry(&scattered(number), &noise(number))]).await.unwrap();
    }
    bench.log.clear(&"v".repeat(48)).await.unwrap();
    bench.log.append(commit(99, 0, 1)).await.unwrap();
    let blobs = std::fs::read_dir(bench.path().join("log/blobs")).unwrap();
    assert_eq!(blobs.count(), 0);
}
