//! What people see, looked at: a tour in tables, with names of many scripts, narrow and wide.

use std::sync::LazyLock;

use crate::harness::{Desk, Output};

const SETUP: [&str; 11] = [
    r#"propose pk-ps-health-2025 --kind mou --title "MoU on health cooperation" --party pk:state="حکومت پاکستان" --party ps:state="دولة فلسطين" --on 2025-09-01"#,
    r#"sign pk-ps-health-2025 --party pk --by "Syed Mustafa Kamal, Federal Minister for Health" --on 2025-09-17 --place Islamabad"#,
    "sign pk-ps-health-2025 --party ps --on 2025-09-17 --place Islamabad",
    r#"set-deadline pk-ps-health-2025 "Form the Health Working Group" --within P30D --after signature --owed-by pk --owed-to ps"#,
    r#"set-deadline pk-ps-health-2025 "Train 40 doctors" --due 2026-01-20 --owed-by pk --owed-to ps"#,
    r#"form-working-group pk-ps-health-2025 --name "Health Working Group" --fulfils c1 --on 2025-12-02 --member "Director General of Health""#,
    r#"record cn-th-care-2024 --kind mou --title "谅解备忘录" --party cn:ngo="北京一心球公益基金会" --party th:ministry="กระทรวงสาธารณสุข" --on 2024-05-06 --source Xinhua"#,
    "sign cn-th-care-2024 --party cn --on 2024-05-06",
    "sign cn-th-care-2024 --party th --on 2024-05",
    r#"set-deadline cn-th-care-2024 "Send the second team" --within P1Y --after signature --owed-by cn --owed-to th"#,
    r#"commit cn-th-care-2024 "Keep helping" --owed-by cn --owed-to th"#,
];

fn seen(output: Output) -> String {
    let Output { stdout, stderr, .. } = output;
    // Spaces at the ends of lines are nothing to look at.
    let lines: Vec<&str> = stdout.lines().chain(stderr.lines()).map(str::trim_end).collect();
    lines.join("\n")
}

/// The register of the tour, as an export: made once, restored for each look.
static REGISTER: LazyLock<String> = LazyLock::new(|| Desk::with(&SETUP).export());

/// What a line shows at a width, on the morning after.
fn at(width: u16, line: &str) -> String {
    let desk = Desk::new();
    desk.morning_of("2026-01-06");
    let _ = desk.piped("restore -", REGISTER.as_bytes()).ok();
    desk.width(width);
    seen(desk.run(line))
}

#[test]
fn the_list_60_wide() {
    insta::assert_snapshot!(at(60, "list"), @r"
    as of Tue 2026-01-06, as recorded by
    2026-01-06T09:00:01.000000Z

    Reference:  cn-th-care-2024
    Kind:       mou
    Status:     in operation
    Signed:     2024-05-31
    Open:       2
    Late:       1
    Next due:   –
    Title:      谅解备忘录
    Parties:    北京一心球公益基金会, กระทรวงสาธารณสุข

    Reference:  pk-ps-health-2025
    Kind:       mou
    Status:     in operation
    Signed:     2025-09-17
    Open:       1
    Late:       0
    Next due:   2026-01-20
    Title:      MoU on health cooperation
    Parties:    حکومت پاکستان, دولة فلسطين
    ");
}

#[test]
fn one_agreement_60_wide() {
    insta::assert_snapshot!(at(60, "show pk-ps-health-2025"), @r"
    as of Tue 2026-01-06, as recorded by
    2026-01-06T09:00:01.000000Z

    Reference:      pk-ps-health-2025
    Title:          MoU on health cooperation
    Kind:           mou
    Status:         in operation
    Opened:         proposed, 2025-09-01 (@1)
    In force from:  2025-09-17
    On record:      6 events

    Parties
    As  Kind   Status  Party          Signature
    ──  ─────  ──────  ─────────────  ──────────────────────────
    pk  state  party   حکومت پاکستان  Syed Mustafa Kamal,
                                      Federal Minister for
                                      Health; 2025-09-17 (@2),
                                      Islamabad
    ps  state  party   دولة فلسطين    signatory not named;
                                      2025-09-17 (@3), Islamabad

    Commitments
    No.:        c1
    State:      met late 2025-12-02, reported
    Due:        2025-10-17
    Days late:  0
    Counted:    assumed
    Owed by:    pk
    Owed to:    ps
    What:       Form the Health Working Group
    Moved:      –

    No.:        c2
    State:      due soon
    Due:        2026-01-20
    Days late:  0
    Counted:    stated
    Owed by:    pk
    Owed to:    ps
    What:       Train 40 doctors
    Moved:      –

    Bodies
    No.:      wg1
    Status:   formed
    Body:     Health Working Group
    When:     formed 2025-12-02 (@6)
    Members:  Director General of Health
    ");
}

#[test]
fn what_is_overdue_60_wide() {
    insta::assert_snapshot!(at(60, "overdue"), @r"
    as of Tue 2026-01-06, as recorded by
    2026-01-06T09:00:01.000000Z

    Overdue
    Commitment:  cn-th-care-2024/c1
    State:       overdue
    Due:         2025-05-06/2025-05-31
    Days late:   220
    First due:   2025-05-31
    Counted:     assumed
    Owed by:     cn
    Owed to:     th
    What:        Send the second team

    Due today, soon, or in grace
    Commitment:  pk-ps-health-2025/c2
    State:       due soon
    Due:         2026-01-20
    Days late:   0
    First due:   2026-01-20
    Counted:     stated
    Owed by:     pk
    Owed to:     ps
    What:        Train 40 doctors

    Promised without a date
    Commitment:  cn-th-care-2024/c2
    Made by:     2024-05-06
    Days old:    610
    Last fact:   2024-05-06
    Owed by:     cn
    Owed to:     th
    What:        Keep helping
    ");
}

#[test]
fn the_parties_60_wide() {
    insta::assert_snapshot!(at(60, "parties"), @r"
    as of Tue 2026-01-06, as recorded by
    2026-01-06T09:00:01.000000Z

    Kind:           state
    Agreement:      pk-ps-health-2025
    As:             pk
    Status:         party
    Signed:         2025-09-17
    Owes:           1
    Late:           0
    Owed:           0
    Party:          حکومت پاکستان
    Also known as:  –

    Kind:           state
    Agreement:      pk-ps-health-2025
    As:             ps
    Status:         party
    Signed:         2025-09-17
    Owes:           0
    Late:           0
    Owed:           1
    Party:          دولة فلسطين
    Also known as:  –

    Kind:           ministry
    Agreement:      cn-th-care-2024
    As:             th
    Status:         party
    Signed:         2024-05-31
    Owes:           0
    Late:           0
    Owed:           2
    Party:          กระทรวงสาธารณสุข
    Also known as:  –

    Kind:           ngo
    Agreement:      cn-th-care-2024
    As:             cn
    Status:         party
    Signed:         2024-05-06
    Owes:           2
    Late:           1
    Owed:           0
    Party:          北京一心球公益基金会
    Also known as:  –
    ");
}

#[test]
fn the_list_80_wide() {
    insta::assert_snapshot!(at(80, "list"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    Reference:  cn-th-care-2024
    Kind:       mou
    Status:     in operation
    Signed:     2024-05-31
    Open:       2
    Late:       1
    Next due:   –
    Title:      谅解备忘录
    Parties:    北京一心球公益基金会, กระทรวงสาธารณสุข

    Reference:  pk-ps-health-2025
    Kind:       mou
    Status:     in operation
    Signed:     2025-09-17
    Open:       1
    Late:       0
    Next due:   2026-01-20
    Title:      MoU on health cooperation
    Parties:    حکومت پاکستان, دولة فلسطين
    ");
}

#[test]
fn one_agreement_80_wide() {
    insta::assert_snapshot!(at(80, "show pk-ps-health-2025"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    Reference:      pk-ps-health-2025
    Title:          MoU on health cooperation
    Kind:           mou
    Status:         in operation
    Opened:         proposed, 2025-09-01 (@1)
    In force from:  2025-09-17
    On record:      6 events

    Parties
    As  Kind   Status  Party          Signature
    ──  ─────  ──────  ─────────────  ──────────────────────────────────────────────
    pk  state  party   حکومت پاکستان  Syed Mustafa Kamal, Federal Minister for
                                      Health; 2025-09-17 (@2), Islamabad
    ps  state  party   دولة فلسطين    signatory not named; 2025-09-17 (@3),
                                      Islamabad

    Commitments
    No.:        c1
    State:      met late 2025-12-02, reported
    Due:        2025-10-17
    Days late:  0
    Counted:    assumed
    Owed by:    pk
    Owed to:    ps
    What:       Form the Health Working Group
    Moved:      –

    No.:        c2
    State:      due soon
    Due:        2026-01-20
    Days late:  0
    Counted:    stated
    Owed by:    pk
    Owed to:    ps
    What:       Train 40 doctors
    Moved:      –

    Bodies
    No.  Status  Body                  When                    Members
    ───  ──────  ────────────────────  ──────────────────────  ─────────────────────
    wg1  formed  Health Working Group  formed 2025-12-02 (@6)  Director General of
                                                               Health
    ");
}

#[test]
fn what_is_overdue_80_wide() {
    insta::assert_snapshot!(at(80, "overdue"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    Overdue
    Commitment:  cn-th-care-2024/c1
    State:       overdue
    Due:         2025-05-06/2025-05-31
    Days late:   220
    First due:   2025-05-31
    Counted:     assumed
    Owed by:     cn
    Owed to:     th
    What:        Send the second team

    Due today, soon, or in grace
    Commitment:  pk-ps-health-2025/c2
    State:       due soon
    Due:         2026-01-20
    Days late:   0
    First due:   2026-01-20
    Counted:     stated
    Owed by:     pk
    Owed to:     ps
    What:        Train 40 doctors

    Promised without a date
    Commitment          Made by     Days  Last fact   Owed  Owed  What
                                     old              by    to
    ──────────────────  ──────────  ────  ──────────  ────  ────  ────────────
    cn-th-care-2024/c2  2024-05-06   610  2024-05-06  cn    th    Keep helping
    ");
}

#[test]
fn the_parties_80_wide() {
    insta::assert_snapshot!(at(80, "parties"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    Kind:           state
    Agreement:      pk-ps-health-2025
    As:             pk
    Status:         party
    Signed:         2025-09-17
    Owes:           1
    Late:           0
    Owed:           0
    Party:          حکومت پاکستان
    Also known as:  –

    Kind:           state
    Agreement:      pk-ps-health-2025
    As:             ps
    Status:         party
    Signed:         2025-09-17
    Owes:           0
    Late:           0
    Owed:           1
    Party:          دولة فلسطين
    Also known as:  –

    Kind:           ministry
    Agreement:      cn-th-care-2024
    As:             th
    Status:         party
    Signed:         2024-05-31
    Owes:           0
    Late:           0
    Owed:           2
    Party:          กระทรวงสาธารณสุข
    Also known as:  –

    Kind:           ngo
    Agreement:      cn-th-care-2024
    As:             cn
    Status:         party
    Signed:         2024-05-06
    Owes:           2
    Late:           1
    Owed:           0
    Party:          北京一心球公益基金会
    Also known as:  –
    ");
}

#[test]
fn the_list_120_wide() {
    insta::assert_snapshot!(at(120, "list"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    Reference          Kind  Status        Signed      Open  Late  Next due    Title             Parties
    ─────────────────  ────  ────────────  ──────────  ────  ────  ──────────  ────────────────  ───────────────────────────
    cn-th-care-2024    mou   in operation  2024-05-31     2     1  –           谅解备忘录        北京一心球公益基金会,
                                                                                                 กระทรวงสาธารณสุข
    pk-ps-health-2025  mou   in operation  2025-09-17     1     0  2026-01-20  MoU on health     حکومت پاکستان, دولة فلسطين
                                                                               cooperation
    ");
}

#[test]
fn one_agreement_120_wide() {
    insta::assert_snapshot!(at(120, "show pk-ps-health-2025"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    Reference:      pk-ps-health-2025
    Title:          MoU on health cooperation
    Kind:           mou
    Status:         in operation
    Opened:         proposed, 2025-09-01 (@1)
    In force from:  2025-09-17
    On record:      6 events

    Parties
    As  Kind   Status  Party          Signature
    ──  ─────  ──────  ─────────────  ───────────────────────────────────────────────────────────────────────────
    pk  state  party   حکومت پاکستان  Syed Mustafa Kamal, Federal Minister for Health; 2025-09-17 (@2), Islamabad
    ps  state  party   دولة فلسطين    signatory not named; 2025-09-17 (@3), Islamabad

    Commitments
    No.  State                          Due         Days late  Counted  Owed by  Owed to  What                         Moved
    ───  ─────────────────────────────  ──────────  ─────────  ───────  ───────  ───────  ───────────────────────────  ─────
    c1   met late 2025-12-02, reported  2025-10-17          0  assumed  pk       ps       Form the Health Working
                                                                                          Group
    c2   due soon                       2026-01-20          0  stated   pk       ps       Train 40 doctors

    Bodies
    No.  Status  Body                  When                    Members
    ───  ──────  ────────────────────  ──────────────────────  ──────────────────────────
    wg1  formed  Health Working Group  formed 2025-12-02 (@6)  Director General of Health
    ");
}

#[test]
fn what_is_overdue_120_wide() {
    insta::assert_snapshot!(at(120, "overdue"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    Overdue
    Commitment          State    Due                    Days late  First due   Counted  Owed by  Owed to  What
    ──────────────────  ───────  ─────────────────────  ─────────  ──────────  ───────  ───────  ───────  ──────────────────
    cn-th-care-2024/c1  overdue  2025-05-06/2025-05-31        220  2025-05-31  assumed  cn       th       Send the second
                                                                                                          team

    Due today, soon, or in grace
    Commitment            State     Due         Days late  First due   Counted  Owed by  Owed to  What
    ────────────────────  ────────  ──────────  ─────────  ──────────  ───────  ───────  ───────  ────────────────
    pk-ps-health-2025/c2  due soon  2026-01-20          0  2026-01-20  stated   pk       ps       Train 40 doctors

    Promised without a date
    Commitment          Made by     Days old  Last fact   Owed by  Owed to  What
    ──────────────────  ──────────  ────────  ──────────  ───────  ───────  ────────────
    cn-th-care-2024/c2  2024-05-06       610  2024-05-06  cn       th       Keep helping
    ");
}

#[test]
fn the_parties_120_wide() {
    insta::assert_snapshot!(at(120, "parties"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    Kind      Agreement          As  Status  Signed      Owes  Late  Owed  Party                 Also known as
    ────────  ─────────────────  ──  ──────  ──────────  ────  ────  ────  ────────────────────  ─────────────
    state     pk-ps-health-2025  pk  party   2025-09-17     1     0     0  حکومت پاکستان
    state     pk-ps-health-2025  ps  party   2025-09-17     0     0     1  دولة فلسطين
    ministry  cn-th-care-2024    th  party   2024-05-31     0     0     2  กระทรวงสาธารณสุข
    ngo       cn-th-care-2024    cn  party   2024-05-06     2     1     0  北京一心球公益基金会
    ");
}

#[test]
fn what_comes_due() {
    insta::assert_snapshot!(at(100, "due"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    Due by 2026-02-05
    Commitment            State     Due         Days  First due   Counted  Owed  Owed  What
                                                late                       by    to
    ────────────────────  ────────  ──────────  ────  ──────────  ───────  ────  ────  ────────────────
    pk-ps-health-2025/c2  due soon  2026-01-20     0  2026-01-20  stated   pk    ps    Train 40 doctors
    ");
}

#[test]
fn why_a_day() {
    insta::assert_snapshot!(at(100, "why cn-th-care-2024/c1"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    Commitment:  cn-th-care-2024/c1
    What:        Send the second team
    State:       overdue
    Because:     2026-01-06 is 220 days after 2025-05-31, and no fulfilment is on record
    Due:         between 2025-05-06 and 2025-05-31
    Counted as:  assumed

    Counted from
    Anchor:    signature
    Fact:      cn-th-care-2024@3 agreement.signed
    Happened:  2024-05 (stated)

    Steps
    - start at signature: 2024-05-06 to 2024-05-31 (@3)
    - count P1Y forward: 2025-05-06 to 2025-05-31 (@4)

    Stated
    - count P1Y forward from signature

    Assumed, because nobody stated it
    - the day it is counted from is not counted itself
    - a month end that does not exist becomes the last day of that month
    - days off in between are counted
    - the last day does not move when it is a day off
    ");
}

#[test]
fn the_history() {
    insta::assert_snapshot!(at(100, "history cn-th-care-2024"), @r"
    cn-th-care-2024: 5 events, as recorded by 2026-01-06T09:00:01.000000Z

    Event  Log  Recorded              By     Type                Happened    What
    ─────  ───  ────────────────────  ─────  ──────────────────  ──────────  ───────────────────────────
    @1     #6   2026-01-05T09:00:06Z  clerk  agreement.recorded  2024-05-06  reference: cn-th-care-2024;
                                                                             kind: mou; title: 谅解备忘
                                                                             录; parties: cn = 北京一心
                                                                             球公益基金会, th =
                                                                             กระทรวงสาธารณสุข; source:
                                                                             Xinhua
    @2     #7   2026-01-05T09:00:07Z  clerk  agreement.signed    2024-05-06  party: cn; mode: not_stated
    @3     #8   2026-01-05T09:00:08Z  clerk  agreement.signed    2024-05     party: th; mode: not_stated
    @4     #9   2026-01-05T09:00:09Z  clerk  deadline.set        undated     commitment: c1;
                                                                             undertaking: (text: Send
                                                                             the second team, owed by:
                                                                             cn, owed to: th); rule: P1Y
                                                                             after signature
    @5     #10  2026-01-05T09:00:10Z  clerk  commitment.made     undated     commitment: c2;
                                                                             undertaking: (text: Keep
                                                                             helping, owed by: cn, owed
                                                                             to: th)
    ");
}

#[test]
fn what_changed() {
    insta::assert_snapshot!(at(100, "diff pk-ps-health-2025 --as-of 2025-09-10 --as-of 2025-12-31"), @r#"
    pk-ps-health-2025: from 2025-09-10 to 2025-12-31, as recorded by 2026-01-06T09:00:01.000000Z

    By event                 What                             Before            After
    ───────────────────────  ───────────────────────────────  ────────────────  ────────────────────────
    @3 agreement.signed      status                           proposed          in_operation
    @3 agreement.signed      parties.pk.status                declared          party
    @3 agreement.signed      parties.pk.signature             –                 Syed Mustafa Kamal
    @3 agreement.signed      parties.ps.status                declared          party
    @3 agreement.signed      parties.ps.signature             –                 {"name":null,"title":nul
                                                                                l,"mode":"not_stated","p
                                                                                lace":"Islamabad","when"
                                                                                :{"on":"2025-09-17","by"
                                                                                :"2025-09-17","certainty
                                                                                ":"stated","as_printed":
                                                                                null,"fact":3}}
    @3 agreement.signed      entry_into_force                 –                 2025-09-17
    @3 agreement.signed      commitments.c1.agreement_status  proposed          in_operation
    @6 working-group.formed  commitments.c1.state             awaiting_trigger  met_late
    @3 agreement.signed      commitments.c1.due               –                 2025-10-17
    @3 agreement.signed      commitments.c1.due_earliest      –                 2025-10-17
    @3 agreement.signed      commitments.c1.due_latest        –                 2025-10-17
    @3 agreement.signed      commitments.c1.original_due      –                 2025-10-17
    @3 agreement.signed      commitments.c2.agreement_status  proposed          in_operation
    @6 working-group.formed  commitments.c1.last_fact         2025-09-01        2025-12-02
    @6 working-group.formed  commitments.c1.met_on            –                 2025-12-02
    @6 working-group.formed  commitments.c1.verified          –                 false
    @6 working-group.formed  bodies.wg1                       –                 Health Working Group
    "#);
}

#[test]
fn the_register_in_numbers() {
    insta::assert_snapshot!(at(100, "stats"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    Of                    What             Count
    ────────────────────  ───────────────  ─────
    agreements            in all               2
    agreements by kind    mou                  2
    agreements by status  in operation         2
    commitments           in all               4
    commitments by state  due soon             1
    commitments by state  met late             1
    commitments by state  overdue              1
    commitments by state  undated              1
    parties               different names      4
    events                on record           11
    ");
}

#[test]
fn list_as_csv() {
    insta::assert_snapshot!(at(100, "list --format csv"), @r#"
    reference,kind,status,signed,open,overdue,next_due,title,parties
    cn-th-care-2024,mou,in operation,2024-05-31,2,1,,谅解备忘录,"北京一心球公益基金会, กระทรวงสาธารณสุข"
    pk-ps-health-2025,mou,in operation,2025-09-17,1,0,2026-01-20,MoU on health cooperation,"حکومت پاکستان, دولة فلسطين"
    "#);
}

#[test]
fn overdue_as_csv() {
    insta::assert_snapshot!(at(100, "overdue --format csv"), @r"
    section,commitment,state,due,days_overdue,original_due,authority,owed_by,owed_to,text,made,age_days,last_fact
    overdue,cn-th-care-2024/c1,overdue,2025-05-06/2025-05-31,220,2025-05-31,assumed,cn,th,Send the second team,,,
    due_soon,pk-ps-health-2025/c2,due soon,2026-01-20,0,2026-01-20,stated,pk,ps,Train 40 doctors,,,
    undated,cn-th-care-2024/c2,,,,,,cn,th,Keep helping,2024-05-06,610,2024-05-06
    ");
}

#[test]
fn parties_as_csv() {
    insta::assert_snapshot!(at(100, "parties --format csv"), @r"
    name,kind,agreement,party,status,signed,owes,overdue,owed,names
    حکومت پاکستان,state,pk-ps-health-2025,pk,party,2025-09-17,1,0,0,
    دولة فلسطين,state,pk-ps-health-2025,ps,party,2025-09-17,0,0,1,
    กระทรวงสาธารณสุข,ministry,cn-th-care-2024,th,party,2024-05-31,0,0,2,
    北京一心球公益基金会,ngo,cn-th-care-2024,cn,party,2024-05-06,2,1,0,
    ");
}

#[test]
fn list_as_markdown() {
    insta::assert_snapshot!(at(100, "list --format markdown"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    | Reference | Kind | Status | Signed | Open | Late | Next due | Title | Parties |
    | --- | --- | --- | --- | ---: | ---: | --- | --- | --- |
    | cn-th-care-2024 | mou | in operation | 2024-05-31 | 2 | 1 | – | 谅解备忘录 | 北京一心球公益基金会, กระทรวงสาธารณสุข |
    | pk-ps-health-2025 | mou | in operation | 2025-09-17 | 1 | 0 | 2026-01-20 | MoU on health cooperation | حکومت پاکستان, دولة فلسطين |
    ");
}

#[test]
fn overdue_as_markdown() {
    insta::assert_snapshot!(at(100, "overdue --format markdown"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    ## Overdue

    | Commitment | State | Due | Days late | First due | Counted | Owed by | Owed to | What |
    | --- | --- | --- | ---: | --- | --- | --- | --- | --- |
    | cn-th-care-2024/c1 | overdue | 2025-05-06/2025-05-31 | 220 | 2025-05-31 | assumed | cn | th | Send the second team |

    ## Due today, soon, or in grace

    | Commitment | State | Due | Days late | First due | Counted | Owed by | Owed to | What |
    | --- | --- | --- | ---: | --- | --- | --- | --- | --- |
    | pk-ps-health-2025/c2 | due soon | 2026-01-20 | 0 | 2026-01-20 | stated | pk | ps | Train 40 doctors |

    ## Promised without a date

    | Commitment | Made by | Days old | Last fact | Owed by | Owed to | What |
    | --- | --- | ---: | --- | --- | --- | --- |
    | cn-th-care-2024/c2 | 2024-05-06 | 610 | 2024-05-06 | cn | th | Keep helping |
    ");
}

#[test]
fn parties_as_markdown() {
    insta::assert_snapshot!(at(100, "parties --format markdown"), @r"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01.000000Z

    | Party | Kind | Agreement | As | Status | Signed | Owes | Late | Owed | Also known as |
    | --- | --- | --- | --- | --- | --- | ---: | ---: | ---: | --- |
    | حکومت پاکستان | state | pk-ps-health-2025 | pk | party | 2025-09-17 | 1 | 0 | 0 |  |
    | دولة فلسطين | state | pk-ps-health-2025 | ps | party | 2025-09-17 | 0 | 0 | 1 |  |
    | กระทรวงสาธารณสุข | ministry | cn-th-care-2024 | th | party | 2024-05-31 | 0 | 0 | 2 |  |
    | 北京一心球公益基金会 | ngo | cn-th-care-2024 | cn | party | 2024-05-06 | 2 | 1 | 0 |  |
    ");
}

#[test]
fn a_recording() {
    insta::assert_snapshot!(at(100, "extend-deadline cn-th-care-2024/c1 --by P6M --agreed-by cn --agreed-by th --reason \"the flood\""), @r"
    recorded: cn-th-care-2024@6 deadline.extended, 2026-01-06
    it is about cn-th-care-2024/c1

    - cn-th-care-2024/c1 was due 2025-05-31, is now due 2025-11-30
    ");
}

#[test]
fn a_trial() {
    insta::assert_snapshot!(at(100, "commit pk-ps-health-2025 \"Help build capacity\" --owed-by pk --dry-run"), @r#"
    would record: pk-ps-health-2025@7 commitment.made, undated: it counts from the agreement's beginning
    it is about pk-ps-health-2025/c3

    commitment:   c3
    undertaking:  {"text":"Help build capacity","owed_by":["pk"]}
    "#);
}

#[test]
fn a_reference_that_is_not_there() {
    insta::assert_snapshot!(at(100, "show pk-ps-helth-2025"), @r"
    error: there is no agreement pk-ps-helth-2025
    hint: did you mean pk-ps-health-2025?
    ");
}

#[test]
fn a_party_that_is_not_declared() {
    insta::assert_snapshot!(at(100, "sign pk-ps-health-2025 --party cn"), @r"
    error: party cn is not declared in this agreement (declared: pk, ps)
    hint: declare it first with servanda add-party, or check its short name
    ");
}

#[test]
fn a_signature_twice() {
    insta::assert_snapshot!(at(100, "sign pk-ps-health-2025 --party pk"), @r"
    error: the signature of pk is on record already, as @2
    hint: if @2 has it wrong, correct it: servanda correct REF@2 …, or retract it
    ");
}

#[test]
fn a_verb_that_is_none() {
    insta::assert_snapshot!(at(100, "sgn pk-ps-health-2025"), @r"
    error: unrecognized subcommand 'sgn'

      tip: a similar subcommand exists: 'sign'

    Usage: servanda [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn an_option_that_is_missing() {
    insta::assert_snapshot!(at(100, "sign pk-ps-health-2025"), @r"
    error: the following required arguments were not provided:
      --party <PARTY>

    Usage: servanda sign --party <PARTY> <REF>

    For more information, try '--help'.
    ");
}

#[test]
fn a_day_that_is_none() {
    insta::assert_snapshot!(at(100, "sign pk-ps-health-2025 --party pk --on 2025-02-30"), @r#"error: on: "2025-02-30" is not a date: day is out of range for the month (accepted: 2025-09-17, 2025-09, 2025, a season 2025-21 to 2025-24, X for digits that are not known as in 2025-XX, 202X or XXXX-06-26, one of ?~% at the end, and intervals such as 2025/2026-03, ../2025-09-17 or 2025-09/..)"#);
}

#[test]
fn something_odd() {
    insta::assert_snapshot!(at(100, "report-milestone pk-ps-health-2025/c2 --status met --on 2024-01-01"), @r"
    error: this is unusual: its day, 2024-01-01, lies before the agreement was proposed on 2025-09-01
    hint: if it is so all the same, say why with --reason; the reason is recorded
    ");
}

#[test]
fn a_commitment_that_is_not_named() {
    insta::assert_snapshot!(at(100, "waive pk-ps-health-2025 --by ps"), @r"
    error: waive wants to know which commitment
    hint: write REF/c1; servanda history REF lists the facts, servanda show REF the rest
    ");
}

#[test]
fn a_correction_without_a_reason() {
    insta::assert_snapshot!(at(100, "correct pk-ps-health-2025@2 --on 2025-09-20"), @r#"
    error: correct wants a reason, and none was given
    hint: add --reason "…"; it is recorded and shown in the history
    "#);
}

#[test]
fn a_kind_that_is_none() {
    insta::assert_snapshot!(at(100, "list --kind memo"), @r"
    error: invalid value 'memo' for '--kind <KIND>'
      [possible values: agreement, treaty, mou, contract, exchange_of_notes, joint_statement, pledge, implementing_arrangement, protocol, amendment]

    For more information, try '--help'.
    ");
}

#[test]
fn a_party_in_a_wrong_form() {
    insta::assert_snapshot!(at(100, "propose x --kind mou --party Pakistan"), @r#"
    error: party[0]: a party is written ID:KIND=NAME, such as pk:state="Government of Pakistan"
    hint: servanda propose --help shows its options, with an example
    "#);
}
