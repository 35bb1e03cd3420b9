//! The small languages of rules: each reads or refuses, and what was read is written and read again as the same.

use servanda::domain::day::Day;
use servanda::domain::period::MonthEnd;
use servanda::domain::period::Period;
use servanda::domain::recurrence::{Owed, RepeatRule};
use servanda::domain::rule::{Anchor, Floor};
use servanda::domain::share::{Share, Weight};
use servanda::domain::zone::ClockTime;

/// Judges any text as the word of each language.
pub(crate) fn judge(bytes: &[u8]) {
    let Some(given) = super::words(bytes) else { return };
    if let Ok(period) = Period::parse(given) {
        let written = period.to_string();
        assert_eq!(Period::parse(&written).expect("what was written is read"), period, "{given} as {written}");
        let day = Day::new(2024, 2, 29).unwrap();
        for month_end in [MonthEnd::Clamp, MonthEnd::Spill] {
            if let Some(after) = period.add_to(day, month_end) {
                assert!(after >= day);
            }
            if let Some(before) = period.subtract_from(day, month_end) {
                assert!(before <= day);
            }
        }
    }
    if let Ok(rule) = RepeatRule::parse(given) {
        let written = rule.to_string();
        assert_eq!(RepeatRule::parse(&written).expect("what was written is read"), rule, "{given} as {written}");
    }
    if let Ok(anchor) = Anchor::parse(given) {
        let written = anchor.to_string();
        assert_eq!(Anchor::parse(&written).expect("what was written is read"), anchor, "{given} as {written}");
    }
    let _ = (Floor::parse(given), Owed::parse(given), Share::parse(given), Weight::parse(given));
    let _ = ClockTime::parse(given);
}
