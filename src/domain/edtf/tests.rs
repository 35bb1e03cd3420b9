//! EDTF texts that are read, refused, printed and bounded.

use proptest::prelude::*;

use super::*;
use crate::domain::day::tests::{any_day, day};
use crate::domain::typed::TypedError;

fn edtf(given: &str) -> Edtf {
    Edtf::parse(given).unwrap()
}

/// Any single date that is kept, with and without a qualifier: texts near the grammar, most of them likely dates.
fn any_date() -> impl Strategy<Value = Edtf> {
    let likely = "([0-9]{3}[0-9X]|[0-9]{2}XX|[0-9]{4}-(0[1-9]|1[0-2]|2[1-4]|XX)|[0-9]{4}-XX-XX|\
                  ([0-9]{4}|XXXX)-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])|XXXX-(0[1-9]|1[0-2])|\
                  [0-9]{4}-(0[1-9]|1[0-2])-XX)[?~%]?";
    prop_oneof![1 => DATE_PATTERN, 4 => likely].prop_filter_map("not a date", |text| Edtf::parse(&text).ok())
}

/// Any date or interval that is kept.
fn any_edtf() -> impl Strategy<Value = Edtf> {
    prop_oneof![any_day().prop_map(Edtf::from), any_date(), any_interval()]
}

fn any_interval() -> impl Strategy<Value = Edtf> {
    let end = || prop_oneof![Just(String::new()), Just("..".to_owned()), any_date().prop_map(|date| date.to_string())];
    (end(), end()).prop_filter_map("not an interval", |(from, to)| {
        let there = Edtf::parse(&format!("{from}/{to}"));
        there.or_else(|_| Edtf::parse(&format!("{to}/{from}"))).ok()
    })
}

proptest! {
    #[test]
    fn a_date_survives_its_own_text(edtf in any_edtf()) {
        prop_assert_eq!(Edtf::parse(&edtf.to_string()), Ok(edtf));
        let json = serde_json::to_string(&edtf).unwrap();
        prop_assert_eq!(serde_json::from_str::<Edtf>(&json).unwrap(), edtf);
    }

    #[test]
    fn the_schema_accepts_every_date(edtf in any_edtf()) {
        let schema = serde_json::to_value(schemars::schema_for!(Edtf)).unwrap();
        prop_assert!(jsonschema::is_valid(&schema, &serde_json::to_value(edtf).unwrap()), "{}", edtf);
    }

    #[test]
    fn no_bounds_are_crossed(edtf in any_edtf(), cap in any_day()) {
        if let (Some(earliest), Some(latest)) = (edtf.earliest(), edtf.latest()) {
            prop_assert!(earliest <= latest);
        }
        let bounds = edtf.bounded_by(cap);
        prop_assert!(bounds.earliest.is_none_or(|earliest| earliest <= bounds.latest), "{edtf} {bounds:?}");
    }

    #[test]
    fn the_cap_never_overrules_what_is_stated(edtf in any_edtf(), cap in any_day()) {
        let bounds = edtf.bounded_by(cap);
        prop_assert_eq!(bounds.earliest, edtf.earliest());
        match edtf.latest() {
            Some(stated) => prop_assert_eq!(bounds.latest, stated),
            None if edtf.earliest().is_none_or(|earliest| earliest <= cap) => prop_assert!(bounds.latest <= cap),
            None => prop_assert!(bounds.latest > cap),
        }
    }

    #[test]
    fn a_later_cap_never_brings_the_latest_day_forward(edtf in any_edtf(), a in any_day(), b in any_day()) {
        // The calendar's first eight years are left out: there the cap stands in for a day that has not come yet.
        let (a, b) = (a.min(b), a.max(b));
        if a.year() > 8 && edtf.earliest().is_none_or(|earliest| earliest <= a || earliest > b) {
            prop_assert!(edtf.bounded_by(a).latest <= edtf.bounded_by(b).latest);
        }
    }

    #[test]
    fn a_day_is_exactly_itself(day in any_day(), cap in any_day()) {
        let edtf = Edtf::from(day);
        prop_assert_eq!(Edtf::parse(&day.to_string()), Ok(edtf));
        prop_assert_eq!((edtf.earliest(), edtf.latest(), edtf.exact()), (Some(day), Some(day), Some(day)));
        prop_assert_eq!(edtf.bounded_by(cap), Bounds { earliest: Some(day), latest: day });
    }

    #[test]
    fn a_qualifier_moves_nothing_but_exactness(date in any_date(), cap in any_day()) {
        let plain = edtf(date.to_string().trim_end_matches(['?', '~', '%']));
        for qualifier in ["?", "~", "%"] {
            let qualified = edtf(&format!("{plain}{qualifier}"));
            prop_assert_eq!(qualified.bounded_by(cap), plain.bounded_by(cap));
            prop_assert_eq!(qualified.exact(), None);
            prop_assert_eq!(qualified.is_uncertain(), qualifier != "~");
            prop_assert_eq!(qualified.is_approximate(), qualifier != "?");
        }
        prop_assert!(!plain.is_uncertain() && !plain.is_approximate());
    }

    #[test]
    fn without_a_year_it_is_the_last_such_day_up_to_the_cap(of in any_day(), cap in any_day()) {
        prop_assume!(cap.year() > 8);
        let text = of.to_string().replace(&format!("{:04}-", of.year()), "XXXX-");
        let same = |day: &Day| (day.month(), day.day_of_month()) == (of.month(), of.day_of_month());
        let back = std::iter::successors(Some(cap), |day| day.previous()).find(same).unwrap();
        prop_assert_eq!(edtf(&text).bounded_by(cap), Bounds { earliest: None, latest: back });
        prop_assert_eq!(edtf(&format!("../{text}")).bounded_by(cap), Bounds { earliest: None, latest: back });

        let month = &text[..7];
        let back = std::iter::successors(Some(cap), |day| day.previous()).find(|day| day.month() == of.month());
        prop_assert_eq!(Some(edtf(month).bounded_by(cap).latest), back);
    }

    #[test]
    fn no_text_breaks_it(
        given in "\\PC*",
        near in "[0-9XY?~%./ST:{}\\[\\],E-]{0,28}",
        shaped in "(..)?[0-9X]{4}(-[0-9X]{2}){0,2}[?~%]?/?([0-9X]{4}(-[0-9X]{2}){0,2}[?~%]?)?(..)?",
        bytes in any::<Vec<u8>>(),
    ) {
        for text in [given, near, shaped, String::from_utf8_lossy(&bytes).into_owned()] {
            match Edtf::parse(&text) {
                Ok(edtf) => {
                    prop_assert_eq!(edtf.to_string(), text);
                    edtf.bounded_by(Day::MIN);
                    edtf.bounded_by(Day::MAX);
                }
                Err(error) => prop_assert!(error.to_string().chars().all(|c| !c.is_control())),
            }
        }
    }
}

#[test]
fn each_form_has_its_first_and_last_day() {
    for (given, first, last) in [
        ("2025-09-17", "2025-09-17", "2025-09-17"),
        ("2025-09", "2025-09-01", "2025-09-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("202X", "2020-01-01", "2029-12-31"),
        ("20XX", "2000-01-01", "2099-12-31"),
        ("000X", "0001-01-01", "0009-12-31"),
        ("2004-XX", "2004-01-01", "2004-12-31"),
        ("1985-04-XX", "1985-04-01", "1985-04-30"),
        ("1985-XX-XX", "1985-01-01", "1985-12-31"),
        ("2025-21", "2025-03-01", "2025-05-31"),
        ("2025-22", "2025-06-01", "2025-08-31"),
        ("2025-23", "2025-09-01", "2025-11-30"),
        ("2023-24", "2023-12-01", "2024-02-29"),
        ("2025-09-17/2025-10", "2025-09-17", "2025-10-31"),
        ("2025-09~/202X?", "2025-09-01", "2029-12-31"),
        ("2025/2025", "2025-01-01", "2025-12-31"),
    ] {
        let edtf = edtf(given);
        assert_eq!((edtf.earliest(), edtf.latest()), (Some(day(first)), Some(day(last))), "{given}");
    }
}

#[test]
fn an_end_that_is_not_stated_has_no_day() {
    let ends = |given| (edtf(given).earliest(), edtf(given).latest());
    let known = Some(day("2025-09-17"));
    assert_eq!(ends("../2025-09-17"), (None, known));
    assert_eq!(ends("/2025-09-17"), (None, known));
    assert_eq!(ends("2025-09-17/.."), (known, None));
    assert_eq!(ends("2025-09-17/"), (known, None));
    assert_eq!(ends("XXXX-06-26"), (None, None));
    assert_eq!(ends("../XXXX-06"), (None, None));
}

#[test]
fn an_end_that_is_not_stated_is_filled_in_by_the_cap() {
    let latest = |given, cap| edtf(given).bounded_by(day(cap)).latest.to_string();
    assert_eq!(latest("2025-09-17/..", "2025-10-01"), "2025-10-01");
    assert_eq!(latest("2025-09-17/", "2025-10-01"), "2025-10-01");
    assert_eq!(latest("2025-09/..", "2025-09-10"), "2025-09-10");
    assert_eq!(latest("XXXX-06-26/..", "2025-10-01"), "2025-10-01");
    // What is stated stays, even beyond the cap.
    assert_eq!(latest("2025-09", "2025-09-10"), "2025-09-30");
    assert_eq!(latest("../2025-12-31", "2025-09-10"), "2025-12-31");
    assert_eq!(latest("2027-01-01", "2025-09-10"), "2027-01-01");
    // A start after the cap is a fact of the future, and it is not brought back.
    assert_eq!(latest("2027-01-01/..", "2025-09-10"), "2027-01-01");
    assert_eq!(latest("2027-01/", "2025-09-10"), "2027-01-31");
}

#[test]
fn a_day_without_a_year_is_looked_for_back_from_the_cap() {
    let latest = |given, cap| edtf(given).bounded_by(day(cap)).latest.to_string();
    assert_eq!(latest("XXXX-06-26", "2025-10-01"), "2025-06-26");
    assert_eq!(latest("XXXX-06-26", "2025-06-26"), "2025-06-26");
    assert_eq!(latest("XXXX-06-26", "2025-06-25"), "2024-06-26");
    assert_eq!(latest("XXXX-06-26?/..", "2025-06-25"), "2025-06-25");
    assert_eq!(latest("XXXX-06-26/XXXX-07-02", "2025-07-01"), "2024-07-02");
    assert_eq!(latest("XXXX-06", "2025-06-10"), "2025-06-10");
    assert_eq!(latest("XXXX-06", "2025-05-31"), "2024-06-30");
    assert_eq!(latest("XXXX-02-29", "2025-01-01"), "2024-02-29");
    assert_eq!(latest("XXXX-02-29", "1904-02-28"), "1896-02-29");
    // Before the first such day of the calendar only the cap is left.
    assert_eq!(latest("XXXX-06-26", "0001-01-15"), "0001-01-15");
    assert_eq!(latest("XXXX-02-29", "0003-12-31"), "0003-12-31");
}

#[test]
fn only_a_bare_day_is_exact() {
    assert_eq!(edtf("2025-09-17").exact(), Some(day("2025-09-17")));
    for given in ["2025-09-17?", "2025-09-17~", "2025-09", "XXXX-06-26", "2025-09-17/2025-09-17", "2025-09-17/.."] {
        assert_eq!(edtf(given).exact(), None, "{given}");
    }
    assert!(edtf("../XXXX-06-26").has_unknown_year());
    assert!(!edtf("20XX").has_unknown_year());
}

#[test]
fn a_qualifier_at_either_end_counts() {
    let marks = |given| (edtf(given).is_approximate(), edtf(given).is_uncertain());
    assert_eq!(marks("2025-09~/2026"), (true, false));
    assert_eq!(marks("../2026?"), (false, true));
    assert_eq!(marks("2025-09~/2026?"), (true, true));
    assert_eq!(marks("2026%"), (true, true));
    assert_eq!(marks("2025/2026"), (false, false));
}

#[test]
fn each_refusal_has_its_own_reason() {
    type Is = fn(&EdtfError) -> bool;
    let table: [(&[&str], Is); 8] = [
        (&["2025-09-17T10:00", "2025-09-17T10:00:00Z", "2025-09-17 10:00", "10:00"], |e| {
            matches!(e, EdtfError::TimeOfDay { .. })
        }),
        (&["0000", "0000-05", "-0044", "-0044-03-15", "Y17000", "Y-17000", "Y1E9", "9999-24", "../0000-01-01"], |e| {
            matches!(e, EdtfError::Year { .. })
        }),
        (&["../..", "/", "../", "/..", "XXXX", "XXXX-XX", "XXXX-XX-XX", "XXXX/.."], |e| {
            matches!(e, EdtfError::SaysNothing { .. })
        }),
        (&["2026/2025", "2025-10-01/2025-09", "202X/2019"], |e| matches!(e, EdtfError::Backwards { .. })),
        (&["2025/XXXX-06-26", "XXXX-06-26/2025-07-01"], |e| matches!(e, EdtfError::YearAtOneEnd { .. })),
        (
            &[
                "2XXX",
                "XX00-02-29",
                "XXX5",
                "2X25",
                "1985-1X",
                "1985-04-1X",
                "202X-04",
                "20XX-04-12",
                "XXXX-06-XX",
                "XXXX-06-2X",
                "XXXX-21",
                "XXXX-1X",
                "XXXX-XX-17",
                "1985-XX-04",
                "2001-25",
                "1950S2",
                "2004-06~-11",
                "{2025,2026}",
                "[2025..]",
                "..2025-09-17/2026",
                "2025/2026..",
            ],
            |e| matches!(e, EdtfError::NotKept { .. }),
        ),
        (&["?2004-?06-?11", "?2004", "?2004~"], |e| matches!(e, EdtfError::Spelling { .. })),
        (
            &[
                "2025-02-29",
                "2025-13",
                "2025-20",
                "XXXX-02-30",
                "20250917",
                "202x",
                "2025/2026/2027",
                "..",
                "P30D",
                " 2025",
                "2025 ",
                "-0000",
                "2025-09-17/bad",
                "soon",
            ],
            |e| matches!(e, EdtfError::Grammar { .. }),
        ),
    ];
    for (texts, is) in table {
        for given in texts {
            let error = Edtf::parse(given).unwrap_err();
            assert!(is(&error), "{given}: {error:?}");
            assert!(error.to_string().contains(given), "{error}");
        }
    }
    assert!(matches!(Edtf::parse("2025\u{0}"), Err(EdtfError::Typed(TypedError::Foreign { at: 5, .. }))));
    assert!(matches!(Edtf::parse("٢٠٢٥"), Err(EdtfError::Typed(TypedError::Foreign { .. }))));
    assert!(matches!(Edtf::parse(&"2".repeat(65)), Err(EdtfError::Typed(TypedError::TooLong { .. }))));
    assert_eq!(Edtf::parse(""), Err(EdtfError::Typed(TypedError::Empty)));
}

#[test]
fn a_refusal_shows_what_was_given_and_what_is_accepted() {
    let message = |given| Edtf::parse(given).unwrap_err().to_string();
    assert_eq!(
        message("2025-02-30"),
        "\"2025-02-30\" is not a date: day is out of range for the month (accepted: 2025-09-17, 2025-09, 2025, a \
         season 2025-21 to 2025-24, X for digits that are not known as in 2025-XX, 202X or XXXX-06-26, one of ?~% at \
         the end, and intervals such as 2025/2026-03, ../2025-09-17 or 2025-09/..)"
    );
    assert_eq!(
        message("2025-09-17T10:00"),
        "\"2025-09-17T10:00\" has a time of day: give the day (YYYY-MM-DD), and keep the words in --as-printed"
    );
    assert_eq!(
        message("2026/2025"),
        "\"2026/2025\" runs backwards: 2025 is before 2026; an interval is written START/END"
    );
}
