//! Lint, as an auditor sees it.

use super::{of_worked, seen};
use crate::harness::Desk;

#[test]
fn lint_on_the_worked_agreements() {
    insta::assert_snapshot!(of_worked(100, "lint"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z
    4 agreements read: 0 errors, 10 warnings, 0 notes

    warning undated_and_silent (10)
    - cancer-laboratory-2020@6: c1 has no date and no report in 1932 days: Build a cancer laboratory
      jointly
    - cancer-laboratory-2020@7: c2 has no date and no report in 1932 days: Do joint research on
      treatment
    - cancer-laboratory-2020@8: c3 has no date and no report in 1932 days: Share technology with the
      Pakistani side
    - heart-sphere-fatima-2025@5: c1 has no date and no report in 195 days: Strengthen free and low-cost
      care
    - heart-sphere-fatima-2025@6: c2 has no date and no report in 195 days: Provide medical assistance
      jointly
    - heart-sphere-fatima-2025@7: c3 has no date and no report in 195 days: Bring more Chinese medical
      expertise and resources
    - pk-cn-health-2025@2: c1 has no date and no report in 232 days: Deepen cooperation on vaccine
      production, traditional medicine and medical technology
    - pk-cn-health-2025@3: c2 has no date and no report in 232 days: Advance domestic production of
      vaccines and medicines
    - pk-cn-health-2025@4: c3 has no date and no report in 232 days: Depend less on imported medicine
    - pk-cn-health-2025@5: c4 has no date and no report in 232 days: Share knowledge; China says it is
      ready to
    next: ask the parties; record the answer: servanda report-milestone cancer-laboratory-2020/c1
    --status …
    ");
}

#[test]
fn lint_fits_eighty_columns() {
    insta::assert_snapshot!(of_worked(80, "lint cancer-laboratory-2020 pk-cn-health-2025"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z
    2 agreements read: 0 errors, 7 warnings, 0 notes

    warning undated_and_silent (7)
    - cancer-laboratory-2020@6: c1 has no date and no report in 1932 days: Build a
      cancer laboratory jointly
    - cancer-laboratory-2020@7: c2 has no date and no report in 1932 days: Do joint
      research on treatment
    - cancer-laboratory-2020@8: c3 has no date and no report in 1932 days: Share
      technology with the Pakistani side
    - pk-cn-health-2025@2: c1 has no date and no report in 232 days: Deepen
      cooperation on vaccine production, traditional medicine and medical technology
    - pk-cn-health-2025@3: c2 has no date and no report in 232 days: Advance
      domestic production of vaccines and medicines
    - pk-cn-health-2025@4: c3 has no date and no report in 232 days: Depend less on
      imported medicine
    - pk-cn-health-2025@5: c4 has no date and no report in 232 days: Share
      knowledge; China says it is ready to
    next: ask the parties; record the answer: servanda report-milestone
    cancer-laboratory-2020/c1 --status …
    ");
}

const DOUBTFUL: [&str; 14] = [
    "record marks-2000 --kind treaty --title 'Treaty on marks' --party pk:state=Pakistan --party ch:state=Switzerland --party ch2:state=SWITZERLAND --on 2000-06-01 --source 'a gazette' --published 2000-06-03",
    "sign marks-2000 --party ch --on 2000-06-02",
    "deposit marks-2000 --party ch --instrument ratification --on 2008-03-31 --dated 2008-04-02",
    "enter-into-force marks-2000 --party ch --on 2008-07-01",
    "deposit marks-2000 --party pk --instrument accession --on 2009-03-10",
    "enter-into-force marks-2000 --party pk --on 2009-06-11",
    "set-entry-into-force marks-2000 --within P3M --after 2005-01-28",
    "enter-into-force marks-2000 --on 2005-04-29",
    "record marks-2001 --kind mou --title 'TREATY on marks.' --party pak:state=Pakistan --party ch:state=Switzerland --party sui:state=Switzerland --on 1970-01-01",
    "commit marks-2001 'Share records' --owed-by pak",
    "report-milestone marks-2001/c1 --status progress --share 100 --on 2024-02-05",
    "suspend marks-2001 --on 1825-03-04 --reason 'so the gazette says'",
    "terminate marks-2001 --on 2025-02-03",
    "set-term marks-2001 --length P1Y --on 2025-03-03 --reason 'agreed after the end'",
];

#[test]
fn lint_on_a_doubtful_record() {
    insta::assert_snapshot!(seen(Desk::with(&DOUBTFUL).run("lint --each-party-within P3M")), @r#"
    as of Mon 2026-01-05, as recorded by 2026-01-05T09:00:14Z
    2 agreements read: 3 errors, 9 warnings, 7 notes
    3 stated dates recomputed, 0 agree

    error dated_after_received (1)
    - marks-2000@3 ch: the instrument is dated 2008-04-02, after it was received 2008-03-31
    next: look at the instrument; servanda correct marks-2000@3 --set data.dated=DAY --reason …

    error entry_into_force_differs (1)
    - marks-2000@7, @8: stated to be in force from 2005-04-29; the rule gives 2005-04-28
    next: look at the sources of marks-2000@7, marks-2000@8; correct the wrong one: servanda correct
    marks-2000@8 --on DAY --reason …

    error party_entry_into_force_differs (1)
    - marks-2000@5, @6 pk: stated to be in force for Pakistan from 2009-06-11; its accession of
      2009-03-10 gives 2009-06-10
    next: look at the sources of marks-2000@5, marks-2000@6; correct the wrong one: servanda correct
    marks-2000@6 --on DAY --reason …

    warning agreement_twice (1)
    - marks-2001@1, marks-2000@1: marks-2000 and marks-2001 have the same title and parties
    next: if they are one, retract the opening of marks-2001: servanda retract marks-2001@1 --reason …

    warning commitment_without_source (1)
    - marks-2001@2: c1 names no source: Share records
    next: record the source with the next fact, or record the facts anew with --source, --url, --quote

    warning done_not_met (1)
    - marks-2001@3: c1 is reported as progress with 100 % of it done
    next: correct the status or the share: servanda correct marks-2001@3 --set data.share=N --reason …

    warning entry_into_force_month_end (1)
    - marks-2000@3, @4 ch: stated to be in force for Switzerland from 2008-07-01; its ratification of
      2008-03-31 gives 2008-06-30, and 2008-07-01 with a month end that does not exist becoming the
      first of the next month
    next: ask the depositary how it counts month ends; if the stated day holds, record its rule so

    warning no_signature (1)
    - marks-2001@1: no signature is on record
    next: if it was signed: servanda sign marks-2001 --party … --on …

    warning party_twice (2)
    - marks-2000@1: ch (Switzerland) and ch2 (SWITZERLAND) have an equal name
    - marks-2001@1: ch (Switzerland) and sui (Switzerland) have an equal name
    next: if they are one, retract what ch2 did and record it as the other's, under one short name

    warning sentinel_date (1)
    - marks-2001@1: occurred.on is 1970-01-01, which programs write where they have no date
    next: find the day; servanda correct marks-2001@1 --on DAY --reason …; an uncertain one, such as
    ../2025, will do

    warning year_out_of_line (1)
    - marks-2001@4: happened 1825-03-04; the nearest other day on record is 2024-02-05
    next: look at its source; if it is wrong, servanda correct marks-2001@4 --on DAY --reason …

    note after_end (1)
    - marks-2001@5, @6: @6: the agreement ended with @5, on or before 2025-02-03; recorded because:
      agreed after the end
    next: nothing, if the recorded reason holds

    note before_opening (1)
    - marks-2001@4: @4: its day, 1825-03-04, lies before the agreement was recorded on 1970-01-01;
      recorded because: so the gazette says
    next: nothing, if the recorded reason holds

    note facts_without_source (2)
    - marks-2000@2, @3, @4, @5, @6, @7 and 1 more: 7 of 8 facts name no source
    - marks-2001@1, @2, @3, @4, @5, @6: 6 of 6 facts name no source
    next: record the source with the next fact, or record the facts anew with --source, --url, --quote

    note no_commitment (1)
    - marks-2000@1: no commitment is on record
    next: if it holds any: servanda commit marks-2000 "…" --owed-by …

    note party_under_several_ids (2)
    - marks-2000@1, marks-2001@1: Pakistan has several short names: pak in marks-2001, pk in marks-2000
    - marks-2000@1, marks-2001@1: Switzerland has several short names: ch in marks-2000, ch2 in
      marks-2000, sui in marks-2001
    next: if they are one, use one short name from now on
    "#);
}

#[test]
fn lint_as_csv() {
    insta::assert_snapshot!(seen(Desk::with(&DOUBTFUL).run("lint marks-2000 --format csv")), @r#"
    severity,code,agreement,subject,events,message,value,against,reason,next
    error,dated_after_received,marks-2000,ch,marks-2000@3,"the instrument is dated 2008-04-02, after it was received 2008-03-31",dated: 2008-04-02,received: 2008-03-31,,look at the instrument; servanda correct marks-2000@3 --set data.dated=DAY --reason …
    error,entry_into_force_differs,marks-2000,,"marks-2000@7, marks-2000@8",stated to be in force from 2005-04-29; the rule gives 2005-04-28,stated: 2005-04-29,computed: 2005-04-28,,"look at the sources of marks-2000@7, marks-2000@8; correct the wrong one: servanda correct marks-2000@8 --on DAY --reason …"
    warning,agreement_twice,marks-2001,,"marks-2001@1, marks-2000@1",marks-2000 and marks-2001 have the same title and parties,one: marks-2000,other: marks-2001,,"if they are one, retract the opening of marks-2001: servanda retract marks-2001@1 --reason …"
    warning,party_twice,marks-2000,ch2,marks-2000@1,ch (Switzerland) and ch2 (SWITZERLAND) have an equal name,ch: Switzerland,ch2: SWITZERLAND,,"if they are one, retract what ch2 did and record it as the other's, under one short name"
    note,facts_without_source,marks-2000,,"marks-2000@2, marks-2000@3, marks-2000@4, marks-2000@5, marks-2000@6, marks-2000@7, marks-2000@8",7 of 8 facts name no source,,,,"record the source with the next fact, or record the facts anew with --source, --url, --quote"
    note,no_commitment,marks-2000,,marks-2000@1,no commitment is on record,,,,"if it holds any: servanda commit marks-2000 ""…"" --owed-by …"
    note,party_under_several_ids,marks-2000,,"marks-2000@1, marks-2001@1","Pakistan has several short names: pak in marks-2001, pk in marks-2000",name: Pakistan,"ids: pak, pk",,"if they are one, use one short name from now on"
    note,party_under_several_ids,marks-2000,,"marks-2000@1, marks-2001@1","Switzerland has several short names: ch in marks-2000, ch2 in marks-2000, sui in marks-2001",name: Switzerland,"ids: ch, ch2, sui",,"if they are one, use one short name from now on"
    "#);
}

#[test]
fn lint_as_markdown() {
    insta::assert_snapshot!(seen(Desk::with(&DOUBTFUL).run("lint marks-2000 --format markdown")), @r#"
    as of Mon 2026-01-05, as recorded by 2026-01-05T09:00:14Z

    1 agreement read: 2 errors, 2 warnings, 4 notes

    1 stated date recomputed, 0 agree

    | Severity | Code | Agreement | About | Facts | What | Value | Against | Reason | Next |
    | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
    | error | dated\_after\_received | marks-2000 | ch | marks-2000@3 | the instrument is dated 2008-04-02, after it was received 2008-03-31 | dated: 2008-04-02 | received: 2008-03-31 |  | look at the instrument; servanda correct marks-2000@3 --set data.dated=DAY --reason … |
    | error | entry\_into\_force\_differs | marks-2000 |  | marks-2000@7, marks-2000@8 | stated to be in force from 2005-04-29; the rule gives 2005-04-28 | stated: 2005-04-29 | computed: 2005-04-28 |  | look at the sources of marks-2000@7, marks-2000@8; correct the wrong one: servanda correct marks-2000@8 --on DAY --reason … |
    | warning | agreement\_twice | marks-2001 |  | marks-2001@1, marks-2000@1 | marks-2000 and marks-2001 have the same title and parties | one: marks-2000 | other: marks-2001 |  | if they are one, retract the opening of marks-2001: servanda retract marks-2001@1 --reason … |
    | warning | party\_twice | marks-2000 | ch2 | marks-2000@1 | ch (Switzerland) and ch2 (SWITZERLAND) have an equal name | ch: Switzerland | ch2: SWITZERLAND |  | if they are one, retract what ch2 did and record it as the other's, under one short name |
    | note | facts\_without\_source | marks-2000 |  | marks-2000@2, marks-2000@3, marks-2000@4, marks-2000@5, marks-2000@6, marks-2000@7, marks-2000@8 | 7 of 8 facts name no source |  |  |  | record the source with the next fact, or record the facts anew with --source, --url, --quote |
    | note | no\_commitment | marks-2000 |  | marks-2000@1 | no commitment is on record |  |  |  | if it holds any: servanda commit marks-2000 "…" --owed-by … |
    | note | party\_under\_several\_ids | marks-2000 |  | marks-2000@1, marks-2001@1 | Pakistan has several short names: pak in marks-2001, pk in marks-2000 | name: Pakistan | ids: pak, pk |  | if they are one, use one short name from now on |
    | note | party\_under\_several\_ids | marks-2000 |  | marks-2000@1, marks-2001@1 | Switzerland has several short names: ch in marks-2000, ch2 in marks-2000, sui in marks-2001 | name: Switzerland | ids: ch, ch2, sui |  | if they are one, use one short name from now on |
    "#);
}

#[test]
fn a_record_without_a_flaw_is_said_to_have_none() {
    let desk = Desk::with(&[
        "record tea-2025 --kind mou --party pk:state=Pakistan --on 2025-11-03 --source 'a gazette'",
        "sign tea-2025 --party pk --on 2025-11-03 --source 'a gazette'",
        "set-deadline tea-2025 'Plant tea' --due 2027-11-03 --owed-by pk --source 'a gazette'",
    ]);
    insta::assert_snapshot!(seen(desk.run("lint --exit-code")), @"
    as of Mon 2026-01-05, as recorded by 2026-01-05T09:00:03Z
    1 agreement read: 0 errors, 0 warnings, 0 notes

    nothing is found
    ");
}
