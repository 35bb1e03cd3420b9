//! Keys on record: one signs at a time, none is ever corrected away, and each counts for the heads of its time.

use serde_json::json;

use super::{Story, say};
use crate::domain::event::Event;
use crate::domain::event::keys::{KeyAdopted, KeyRotated};
use crate::domain::keys::Keys;
use crate::proof::key::{SecretKey, VerifierKey};

fn key(name: &str, seed: u8) -> VerifierKey {
    SecretKey::of_seed(name, &[seed; 32]).expect("a name").public().clone()
}

fn adopted() -> Story {
    Story::of([say("adopt-key", json!({ "agreement": "register", "key": key("example.com/a", 1).as_str() }))])
}

#[test]
fn a_key_is_replaced_by_another_of_the_same_name_alone() {
    let rotate = |key: VerifierKey| json!({ "agreement": "register", "key": key.as_str(), "reason": "lost" });
    assert_eq!(adopted().answer("rotate-key", rotate(key("example.com/a", 2))), "accepted");
    assert_eq!(adopted().answer("rotate-key", rotate(key("example.com/b", 2))), "field");
    let nothing = Story::of([]);
    assert_eq!(nothing.answer("rotate-key", rotate(key("example.com/a", 2))), "field");
}

#[test]
fn a_key_on_record_is_neither_corrected_nor_retracted() {
    let about = json!({ "agreement": "register", "event": 1, "reason": "a mistake" });
    assert_eq!(adopted().answer("retract", about.clone()), "field");
    let mut corrected = about;
    corrected["set"] = json!([format!("data.key={}", key("example.com/a", 2))]);
    assert_eq!(adopted().answer("correct", corrected), "field");
    let redated = json!({ "agreement": "register", "event": 1, "on": "2020-01-01", "reason": "a mistake" });
    assert_eq!(adopted().answer("correct", redated), "field");
}

#[test]
fn a_key_counts_for_heads_over_its_own_fact_and_none_over_its_replacement() {
    let (first, second) = (key("example.com/a", 1), key("example.com/a", 2));
    let mut keys = Keys::default();
    keys.take(1, 8, &Event::KeyAdopted(KeyAdopted { key: first.clone() }));
    keys.take(2, 11, &Event::KeyRotated(KeyRotated { key: second.clone(), replaces: first }));
    let of = |number: usize| (0..16).filter(|events| keys.all()[number].counts_for(*events)).collect::<Vec<u64>>();
    assert_eq!(of(0), [9, 10, 11]);
    assert_eq!(of(1), [12, 13, 14, 15]);
    assert_eq!(keys.current().map(|known| &known.key), Some(&second));
}
