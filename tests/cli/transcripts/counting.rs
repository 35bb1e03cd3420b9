//! Days counted by profiles and calendars, as people see them: why a date is what it is, and what is refused.

use super::seen;
use crate::harness::Desk;

/// A desk with a deadline of each sort.
fn desk(width: u16) -> Desk {
    let desk = Desk::with(&[
        r#"record pk-ps --kind mou --title "MoU on health" --party pk:state=Pakistan --party ps:state=Palestine --on 2025-09-17"#,
        "sign pk-ps --party pk --on 2025-09-17 --source Dawn --published 2025-09-18",
        r#"set-deadline pk-ps "Meet" --within P30D --after signature --calendar fri-sat --calendar sat-sun --roll following"#,
        r#"set-deadline pk-ps "Reply to Beijing" --working-days 5 --after 2025-09-26 --calendar cn"#,
        r#"set-deadline pk-ps "Report" --within P2D --after 2025-09-19 --counting eu-1182-71"#,
    ]);
    desk.width(width);
    desk
}

#[test]
fn why_a_last_day_moved_over_the_weekends_of_two_parties() {
    insta::assert_snapshot!(seen(desk(100).run("why pk-ps/c1")), @"
    as of Mon 2026-01-05, as recorded by 2026-01-05T09:00:05Z

    Commitment:  pk-ps/c1
    What:        Meet
    State:       overdue
    Because:     2026-01-05 is 77 days after 2025-10-20, and no fulfilment is on record
    Due:         Mon 2025-10-20
    Counted as:  assumed

    Counted from
    Anchor:    signature
    Fact:      pk-ps@2 agreement.signed
    Happened:  2025-09-17 (stated)
    Evidence:  Dawn, 2025-09-18

    Counted by
    Profile:   plain: Calendar days, first day excluded, no roll
    Source:    the register's default; nobody's law
    It says:   a last day off does not move, and is told where a calendar is named
    Calendar:  fri-sat: Friday and Saturday off; fri, sat off
               by definition (confirmed)
    Calendar:  sat-sun: Saturday and Sunday off; sat, sun off
               by definition (confirmed)

    Steps
    - start at signature: Wed 2025-09-17 (@2)
    - count P30D forward: Fri 2025-10-17 (@3)
    - a day off, so on to the next open day: Mon 2025-10-20
      - Fri 17 Oct 2025: weekend (fri-sat)
      - Sat 18 Oct: weekend (fri-sat), weekend (sat-sun)
      - Sun 19 Oct: weekend (sat-sun)
      - Mon 20 Oct: open

    Stated
    - count P30D forward from signature
    - a last day off moves to the next open day
    - days off are those of fri-sat and sat-sun

    Assumed, because nobody stated it
    - the day it is counted from is not counted itself
    - days off in between are counted
    - a day is open when it is open in all of them

    By the other profiles
    Profile         Due             What it is
    ──────────────  ──────────────  ────────────────────────────────────────────────────────────────────
    eu-1182-71      Mon 2025-10-20  Regulation (EEC, Euratom) No 1182/71
    cisg-20         Mon 2025-10-20  United Nations Convention on Contracts for the International Sale of
                                    Goods, article 20
    pecl-1-304      Mon 2025-10-20  Principles of European Contract Law, article 1:304
    unidroit-1-12   Mon 2025-10-20  UNIDROIT Principles of International Commercial Contracts, article
                                    1.12
    uncitral-arb-2  Mon 2025-10-20  UNCITRAL Arbitration Rules, article 2
    depositary      Mon 2025-10-20  Depositary practice
    coe-month       Mon 2025-11-03  Council of Europe clause: the first day of the month after three
                                    months
    basel-1972      Mon 2025-10-20  European Convention on the Calculation of Time-Limits (Basel, 1972)
    fr-franc        Mon 2025-10-20  Clear days (jours francs)
    ");
}

#[test]
fn why_a_golden_week_is_passed_over_on_a_narrow_screen() {
    insta::assert_snapshot!(seen(desk(80).run("why pk-ps/c2")), @"
    as of Mon 2026-01-05, as recorded by 2026-01-05T09:00:05Z

    Commitment:  pk-ps/c2
    What:        Reply to Beijing
    State:       overdue
    Because:     2026-01-05 is 87 days after 2025-10-10, and no fulfilment is on
                 record
    Due:         Fri 2025-10-10
    Counted as:  assumed

    Counted from
    Anchor:  2025-09-26

    Counted by
    Profile:   plain: Calendar days, first day excluded, no roll
    Source:    the register's default; nobody's law
    It says:   a last day off does not move, and is told where a calendar is named
    Calendar:  cn: China: public holidays and worked weekend days; sat, sun off
               Provisions of the State Council on the working hours of workers, as
               amended by decree 174 of 1995 (reported)
               General Office of the State Council, notice on public holidays; as
               collected by github NateScarlet/holiday-cn (MIT) (confirmed),
               https://www.gov.cn/zhengce/zhengceku/202411/content_6986383.htm

    Steps
    - start at Fri 2025-09-26
    - count 5 working days forward: Fri 2025-10-10 (@4)
      - Sat 27 Sep 2025: weekend (cn)
      - Sun 28 Sep: day 1, worked for 国庆节、中秋节 (cn)
      - Mon 29, Tue 30 Sep: days 2–3
      - 1–8 Oct: 国庆节、中秋节 (cn)
      - Thu 9, Fri 10 Oct: days 4–5

    Stated
    - count 5 working days forward from 2025-09-26
    - days off are those of cn

    Assumed, because nobody stated it
    - the day it is counted from is not counted itself

    By the other profiles
    Profile         Due             What it is
    ──────────────  ──────────────  ────────────────────────────────────────────────
    eu-1182-71      Fri 2025-10-10  Regulation (EEC, Euratom) No 1182/71
    cisg-20         Fri 2025-10-10  United Nations Convention on Contracts for the
                                    International Sale of Goods, article 20
    pecl-1-304      Fri 2025-10-10  Principles of European Contract Law, article
                                    1:304
    unidroit-1-12   Fri 2025-10-10  UNIDROIT Principles of International Commercial
                                    Contracts, article 1.12
    uncitral-arb-2  Fri 2025-10-10  UNCITRAL Arbitration Rules, article 2
    depositary      Fri 2025-10-10  Depositary practice
    coe-month       Sat 2025-11-01  Council of Europe clause: the first day of the
                                    month after three months
    basel-1972      Fri 2025-10-10  European Convention on the Calculation of
                                    Time-Limits (Basel, 1972)
    fr-franc        Sat 2025-10-11  Clear days (jours francs)
    ");
}

#[test]
fn why_two_days_became_four() {
    insta::assert_snapshot!(seen(desk(80).run("why pk-ps/c3")), @"
    as of Mon 2026-01-05, as recorded by 2026-01-05T09:00:05Z

    Commitment:  pk-ps/c3
    What:        Report
    State:       overdue
    Because:     2026-01-05 is 104 days after 2025-09-23, and no fulfilment is on
                 record
    Due:         Tue 2025-09-23
    Counted as:  stated

    Counted from
    Anchor:  2025-09-19

    Counted by
    Profile:   eu-1182-71: Regulation (EEC, Euratom) No 1182/71
    Source:    Regulation (EEC, Euratom) No 1182/71, articles 2 to 5
    URL:       https://eur-lex.europa.eu/legal-content/EN/TXT/HTML/?uri=CELEX:31971R
               1182
    It says:   2: working days are all days but holidays, Sundays and Saturdays;
               whose holidays is for the deadline to say: sat-sun is assumed
               3(1): the day of the event is not counted
               3(2)(c): a month that lacks the day ends on its last day
               3(3): days off inside count unless the period is expressed in working
               days
               3(4): a last day off moves to the end of the next working day; not
               for periods calculated retroactively
               3(5): a period of two days or more holds at least two working days
               4 and 5: what takes effect, applies or expires, and what is done on a
               fixed date, does not move
    Calendar:  sat-sun: Saturday and Sunday off; sat, sun off
               by definition (confirmed)

    Steps
    - start at Fri 2025-09-19
    - count P2D forward: Sun 2025-09-21 (@5)
    - longer, so that it holds 2 working days: Tue 2025-09-23
      - Sat 20, Sun 21 Sep 2025: weekend (sat-sun)
      - Mon 22, Tue 23 Sep: days 1–2

    Stated
    - count P2D forward from 2025-09-19
    - counted by eu-1182-71

    By the profile, because nobody stated it
    - the day it is counted from is not counted itself
    - days off in between are counted
    - where it is of 2 days or more, it holds at least 2 working days
    - a last day off moves to the next open day

    Assumed, because nobody stated it
    - something has to be done by then (an act)
    - days off are those of sat-sun

    By the other profiles
    Profile         Due             What it is
    ──────────────  ──────────────  ────────────────────────────────────────────────
    plain           Sun 2025-09-21  Calendar days, first day excluded, no roll
    cisg-20         –               needs a calendar
    pecl-1-304      –               needs a calendar
    unidroit-1-12   –               needs a calendar
    uncitral-arb-2  –               needs a calendar
    depositary      Sun 2025-09-21  Depositary practice
    coe-month       Wed 2025-10-01  Council of Europe clause: the first day of the
                                    month after three months
    basel-1972      –               needs a calendar
    fr-franc        –               needs a calendar
    ");
}

#[test]
fn a_date_that_a_calendar_does_not_reach_is_said_to_be_open() {
    let desk = desk(100);
    let set = r#"set-deadline pk-ps "Reply again" --working-days 5 --after 2026-12-29 --calendar cn"#;
    insta::assert_snapshot!(seen(desk.run(set)), @"
    recorded: pk-ps@6 deadline.set, undated: it counts from the agreement's beginning
    it is now pk-ps/c4

    - whether 2027-01-01 is open is not known in calendar cn, which knows the days from 2020-01-01 to
      2026-12-31
    - pk-ps/c4 is due on or after 2027-01-03
      - because: deadline of c4 set: 5 working days after 2026-12-29 (@6)
    ");
    insta::assert_snapshot!(seen(desk.run("due --within P2Y")), @"
    as of Mon 2026-01-05, as recorded by 2026-01-05T09:00:06Z

    Due by 2028-01-05
    Commitment  State    Due            Days late  First due  Counted  Owed by  Owed to  What
    ──────────  ───────  ─────────────  ─────────  ─────────  ───────  ───────  ───────  ───────────
    pk-ps/c4    pending  2027-01-03/..          0  –          assumed  –        –        Reply again

    pk-ps/c4: whether 2027-01-01 is open is not known in calendar cn, which knows the days from
    2020-01-01 to 2026-12-31
    ");
}

#[test]
fn a_last_day_off_is_told_where_it_stays() {
    let set = r#"set-deadline pk-ps "Meet again" --within P31D --after signature --calendar sat-sun"#;
    insta::assert_snapshot!(seen(desk(100).run(set)), @"
    recorded: pk-ps@6 deadline.set, undated: it counts from the agreement's beginning
    it is now pk-ps/c4

    - the last day, Sat 2025-10-18, is off (weekend (sat-sun)) and does not move
    - pk-ps/c4 is due 2025-10-18
      - because: deadline of c4 set: P31D after signature (@6)
    ");
}

#[test]
fn what_needs_a_calendar_or_names_what_there_is_not_is_refused() {
    let desk = desk(100);
    let refused = |options: &str| seen(desk.run(&format!(r#"set-deadline pk-ps "Pay" --after 2025-09-19 {options}"#)));
    insta::assert_snapshot!(refused("--within P30D --counting cisg-20"), @"
    error[needs_calendar]: a last day off moves to the next working day at the place of the addressee (by cisg-20), and no calendar says which days are off
    hint: name one with --calendar, repeated where several count: cn, fri-sat, pk, ps, sat-sun; or say that it stays with --roll none
    ");
    insta::assert_snapshot!(refused("--within P30D --counting cisg20"), @"
    error[no_such_profile]: there is no counting profile cisg20
    hint: did you mean cisg-20?
    ");
    insta::assert_snapshot!(refused("--working-days 5 --calendar mars"), @"
    error[no_such_calendar]: there is no calendar mars
    hint: there are: cn, fri-sat, pk, ps, sat-sun
    ");
    insta::assert_snapshot!(refused("--within P1M --days-off skip --calendar sat-sun"), @"
    error[not_in_days]: days off are passed over in a period of days only, and P1M is none: its weeks, months or years hold them
    hint: give the number of days with --working-days, or let days off count
    ");
}
