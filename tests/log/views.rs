//! Read models beside the log, as laws over every backend.

use servanda::log::{AppendError, BODY_BYTES_MAX, InvalidAppend, Position};

use crate::given::{Bench, commit};

laws! {
    views_are_changed_with_their_position,
    views_are_scanned_in_the_order_of_their_keys,
    views_keep_large_values_whole,
    views_are_never_ahead_of_the_log,
    a_cleared_view_is_gone,
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
    bench.log.clear(&"v".repeat(48)).await.unwrap();
    bench.log.append(commit(99, 0, 1)).await.unwrap();
    let blobs = std::fs::read_dir(bench.path().join("log/blobs")).unwrap();
    assert_eq!(blobs.count(), 0);
}
