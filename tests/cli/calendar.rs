//! Calendars: what is shipped, what is put on record, and the files of others.

use serde_json::{Value, json};

use crate::harness::Desk;

/// A file as calendar programs write it: folded, CRLF, exclusive ends, a cancelled entry.
const HOLIDAYS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Office//Holidays//EN\r\n\
    BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20251201T000000Z\r\nDTSTART;VALUE=DATE:20260323\r\nDTEND;VALUE=DATE:20260324\r\nSUMMARY:Pakistan\r\n  Day\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:2\r\nDTSTAMP:20251201T000000Z\r\nDTSTART;VALUE=DATE:20260320\r\nDTEND;VALUE=DATE:20260323\r\nSUMMARY:Eid al-Fitr\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:3\r\nDTSTAMP:20251201T000000Z\r\nDTSTART;VALUE=DATE:20260501\r\nSUMMARY:Labour Day\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:4\r\nDTSTAMP:20251201T000000Z\r\nDTSTART;VALUE=DATE:20260910\r\nSTATUS:CANCELLED\r\nSUMMARY:Not held\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

fn write(desk: &Desk, name: &str, text: &str) {
    std::fs::write(desk.home().join(name), text).expect("a file can be written");
}

fn days(view: &Value, listing: usize, which: &str) -> Vec<String> {
    let days = view["listings"][listing][which].as_array().expect("a list");
    days.iter().map(|day| day["day"].as_str().expect("a day").to_owned()).collect()
}

#[test]
fn an_icalendar_file_becomes_days_off_with_its_source() {
    let desk = Desk::new();
    write(&desk, "holidays.ics", HOLIDAYS);
    desk.done(&["calendar import holidays.ics --calendar pk --year 2026 --source \"Cabinet Division\""]);
    let view = desk.json("calendar show pk");
    assert_eq!(days(&view, 0, "off"), ["2026-03-20", "2026-03-21", "2026-03-22", "2026-03-23", "2026-05-01"]);
    assert_eq!(view["listings"][0]["evidence"][0]["source"], "Cabinet Division");
    assert_eq!(view["listings"][0]["off"][3]["name"], "Pakistan Day");
    assert_eq!(
        (&view["listings"][0]["from"], &view["listings"][0]["to"]),
        (&json!("2026-01-01"), &json!("2026-12-31"))
    );
    assert_eq!(view["weeks"].as_array().expect("its weeks stay").len(), 4);
}

#[test]
fn an_entry_that_is_no_whole_day_is_refused_by_name_and_nothing_is_recorded() {
    let desk = Desk::new();
    desk.done(&["init"]);
    let spoiled = [
        ("DTSTART;VALUE=DATE:20260501", "DTSTART:20260501T090000Z", "not a whole day"),
        ("DTSTART;VALUE=DATE:20260501", "DTSTART;VALUE=DATE:20261301", "not a whole day"),
        ("DTSTART;VALUE=DATE:20260501\r\n", "", "no DTSTART"),
        ("SUMMARY:Labour Day", "RRULE:FREQ=YEARLY\r\nSUMMARY:Labour Day", "repeats"),
        ("DTSTART;VALUE=DATE:20260501", "DTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20260401", "before it begins"),
        ("DTSTART;VALUE=DATE:20260501", "DTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20290501", "lasts"),
    ];
    for (sound, wrong, why) in spoiled {
        write(&desk, "holidays.ics", &HOLIDAYS.replace(sound, wrong));
        let refused = desk.run("calendar import holidays.ics --calendar pk --year 2026").exits(1);
        assert!(refused.stderr.contains("Labour Day") && refused.stderr.contains(why), "{}", refused.stderr);
    }
    assert_eq!(desk.export(), "");
}

#[test]
fn a_file_does_not_say_for_which_time_it_is_complete() {
    let desk = Desk::new();
    desk.done(&["init"]);
    write(&desk, "holidays.ics", HOLIDAYS);
    insta::assert_snapshot!(desk.run("calendar import holidays.ics --calendar pk").exits(1).stderr, @"
    error[calendar_file]: holidays.ics: the file lists 5 days from 2026-03-20 to 2026-05-01, and does not say for which time that is all of them
    hint: say so: --year 2026, or --from DAY --to DAY
    ");
    assert_eq!(desk.export(), "");
}

#[test]
fn what_is_no_calendar_is_refused() {
    let desk = Desk::new();
    for (name, text) in [("empty.ics", ""), ("words.txt", "1 May is off"), ("other.json", "{\"year\": 2026}")] {
        write(&desk, name, text);
        let refused = desk.run(&format!("calendar import {name} --calendar pk --year 2026")).exits(1);
        assert!(refused.stderr.contains("error[calendar_file]"), "{}", refused.stderr);
    }
    let _ = desk.run("calendar import nowhere.ics --calendar pk --year 2026").exits(1);
    let _ = desk.run("calendar show nowhere").exits(1);
    let _ = desk.run("calendar show ../pk").exits(2);
}

#[test]
fn a_year_of_another_register_is_what_is_shipped_of_it() {
    let desk = Desk::new();
    write(&desk, "cn.json", include_str!("../data/calendars/holiday_cn_2026.json"));
    desk.done(&["calendar import cn.json --calendar our-cn --title China --off sat --off sun"]);
    let (ours, shipped) = (desk.json("calendar show our-cn"), desk.json("calendar show cn"));
    for which in ["off", "worked"] {
        assert_eq!(days(&ours, 0, which), days(&shipped, 2, which));
    }
    assert!(days(&ours, 0, "worked").contains(&"2026-02-14".to_owned()));
}

#[test]
fn a_calendar_that_was_shown_can_be_put_on_record_elsewhere() {
    let desk = Desk::new();
    let shown = desk.json("calendar show cn");
    write(&desk, "shown.json", &shown.to_string());
    desk.done(&["calendar import shown.json --calendar our-cn"]);
    let again = desk.json("calendar show our-cn");
    assert_eq!((&again["weeks"], &again["title"]), (&shown["weeks"], &shown["title"]));
    for listing in 0..3 {
        for which in ["off", "worked"] {
            assert_eq!(again["listings"][listing][which], shown["listings"][listing][which]);
        }
    }
}

#[test]
fn impossible_calendars_are_refused() {
    let desk = Desk::new();
    desk.done(&["define-calendar ours --title Ours"]);
    let before = desk.export();
    let all = "--off mon --off tue --off wed --off thu --off fri --off sat --off sun";
    for line in [
        format!("set-week ours {all}"),
        "set-week ours --off sun --off sun".to_owned(),
        "set-week ours --off sun --from 2026-02-01 --to 2026-01-01".to_owned(),
        "set-week nobodys --off sun".to_owned(),
        "list-days-off ours --from 2026-01-01 --to 2026-01-02 --off 2026-01-01 --off 2026-01-02".to_owned(),
        "list-days-off ours --from 2026-01-01 --to 2026-12-31 --off 2027-01-01".to_owned(),
        "list-days-off ours --from 2026-01-01 --to 2026-12-31 --off 2026-01-01 --worked 2026-01-01".to_owned(),
        "list-days-off ours --from 1900-01-01 --to 2026-12-31".to_owned(),
        "list-days-off ours --from 2026-12-31 --to 2026-01-01".to_owned(),
        "list-days-off ours --from 2026-01-01 --to 2026-12-31 --off someday".to_owned(),
        "define-calendar ours --title Again".to_owned(),
        "define-calendar pk --title Mine".to_owned(),
        "define-profile plain --title Mine --law None".to_owned(),
        "define-profile mine --title Mine --law None --like nobodys".to_owned(),
        "propose register --kind mou".to_owned(),
    ] {
        let refused = desk.run(&line);
        assert!(matches!(refused.code, Some(1 | 2)) && refused.stderr.starts_with("error["), "{line}: {refused:?}");
    }
    assert_eq!(desk.export(), before);
}

#[test]
fn every_calendar_in_one_line() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.run("calendar list").ok().stdout, @"
    as of Mon 2026-01-05, as recorded by 2026-01-05T09:00:00Z

    Calendar  Off  Worked  Relied on  On record  Title                   Week's rest  Days off listed
    ────────  ───  ──────  ─────────  ─────────  ──────────────────────  ───────────  ──────────────────
    cn         91      18  reported   shipped    China: public holidays  sat, sun     2020, 2025 to 2026
                                                 and worked weekend
                                                 days
    fri-sat     0       0  confirmed  shipped    Friday and Saturday     fri, sat     none: weeks only
                                                 off
    pk          0       0  inferred   shipped    Pakistan: the federal   sat, sun     none: weeks only
                                                 office week
    ps          0       0  inferred   shipped    Palestine: the office   fri, sat     none: weeks only
                                                 week
    sat-sun     0       0  confirmed  shipped    Saturday and Sunday     sat, sun     none: weeks only
                                                 off
    ");
}

#[test]
fn one_calendar_in_full() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.run("calendar show pk").ok().stdout, @"
    It lists no days off: public holidays are not in it, only the week's rest.

    Calendar:   pk
    Title:      Pakistan: the federal office week
    On record:  not yet: it is shipped, and recorded when first counted by

    The week's rest
    From        To          Relied on  Off       Who says so
    ──────────  ──────────  ─────────  ────────  ───────────────────────────────────────────────────────
    1998-01-01  2011-10-14  inferred   sun       Concluded from the cabinet's decision of 12 October
                                                 2011 to make the week one of five days; from 26 April
                                                 2010 two days a week had been off for a time that no
                                                 source read here ends
    2011-10-15  2022-04-11  reported   sat, sun  Ministry of Interior, notification of 13 October 2011,
                                                 by a decision of the federal cabinet of 12 October 2011
                                                 (Pakistan Today)
    2022-04-12  2022-06-07  reported   sun       Establishment Division, notification of 12 April 2022,
                                                 kept up by that of 6 May 2022 after one of 28 April
                                                 that was to end it on 2 May (summary for the Prime
                                                 Minister of 30 May 2022); Dunya News
    2022-06-08  …           reported   sat, sun  Establishment Division, notification of 8 June 2022
                                                 (Geo News)
    ");
}

/// A deadline of W1's kind on a day that is open in both countries, and a feast that is listed on it.
#[test]
fn an_imported_feast_says_what_it_moves_before_and_after_it_is_recorded() {
    let desk = Desk::with(&[
        "propose pk-ps-health-2025 --kind mou --party pk:state=Pakistan --party ps:state=Palestine --on 2025-09-01",
        "sign pk-ps-health-2025 --party pk --on 2025-09-17",
        "sign pk-ps-health-2025 --party ps --on 2025-09-17",
        "set-deadline pk-ps-health-2025 \"Form the group\" --within P30D --after signature --calendar pk --calendar ps --roll following",
    ]);
    let feast = HOLIDAYS.replace("20260501", "20251020").replace("Labour Day", "A feast");
    write(&desk, "feasts.ics", &feast);
    let typed = "calendar import feasts.ics --calendar pk --from 2025-01-01 --to 2026-12-31";
    let before = desk.export();
    let known = desk.next_time();
    let tried = desk.run(&format!("{typed} --dry-run")).ok().stdout;
    insta::assert_snapshot!(tried, @"
    1 commands: 1 would be recorded, 0 recorded before, 0 refused

    - pk-ps-health-2025/c1 is due 2025-10-20, would be due 2025-10-21
      - because: calendar pk: 2025-10-20 (A feast) listed as a day off (register@8)
    ");
    assert_eq!(desk.export(), before);
    insta::assert_snapshot!(desk.run(typed).ok().stdout, @"
    1 commands: 1 recorded, 0 recorded before, 0 refused

    - pk-ps-health-2025/c1 was due 2025-10-20, is now due 2025-10-21
      - because: calendar pk: 2025-10-20 (A feast) listed as a day off (register@8)
    ");
    assert_eq!(desk.json(&format!("{typed} --dry-run"))["repeated"], 1);
    let due = |line: &str| desk.json(line)["due"].clone();
    assert_eq!(due("why pk-ps-health-2025/c1"), "2025-10-21");
    assert_eq!(due(&format!("why pk-ps-health-2025/c1 --known-at {known}")), "2025-10-20");
    let last = desk.events().len();
    desk.done(&["retract register@8 --reason \"the feast was another day\""]);
    assert_eq!((desk.events().len(), due("why pk-ps-health-2025/c1")), (last + 1, json!("2025-10-20")));
}
