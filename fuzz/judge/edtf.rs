//! A day as people state it: read or refused, and what was read is written and read again as the same.

use servanda::domain::day::Day;
use servanda::domain::edtf::Edtf;
use servanda::domain::spoken::{parse_day_spoken, parse_spoken};

/// Judges any text.
pub(crate) fn judge(bytes: &[u8]) {
    let Some(given) = super::words(bytes) else { return };
    let today = Day::new(2026, 11, 22).unwrap();
    let _ = parse_day_spoken(given, today);
    if let Ok(spoken) = parse_spoken(given, today) {
        let _ = spoken.into_parts();
    }
    let Ok(edtf) = Edtf::parse(given) else { return };
    let written = edtf.to_string();
    assert_eq!(Edtf::parse(&written).expect("what was written is read").to_string(), written);
    if let (Some(earliest), Some(latest)) = (edtf.earliest(), edtf.latest()) {
        assert!(earliest <= latest, "{written}: {earliest} after {latest}");
    }
    let bounds = edtf.bounded_by(today);
    if let Some(earliest) = bounds.earliest
        && earliest <= today
    {
        assert!(earliest <= bounds.latest, "{written}: {bounds:?}");
    }
}
