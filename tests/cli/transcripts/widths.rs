//! Tables in a narrow, a usual and a wide terminal.

use super::at;

#[test]
fn the_list_60_wide() {
    insta::assert_snapshot!(at(60, "list"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    Reference:          cn-th-care-2024
    Kind:               mou
    Status:             in operation
    Signed:             by 2024-05-31
    Open:               2
    Late:               1
    Title and parties:  谅解备忘录 (北京一心球公益基金会,
                        กระทรวงสาธารณสุข)

    Reference:          pk-ps-health-2025
    Kind:               mou
    Status:             in operation
    Signed:             2025-09-17
    Open:               1
    Late:               0
    Title and parties:  MoU on health cooperation (حکومت
                        پاکستان, دولة فلسطين)
    ");
}

#[test]
fn one_agreement_60_wide() {
    insta::assert_snapshot!(at(60, "show pk-ps-health-2025"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    Reference:          pk-ps-health-2025
    Title:              MoU on health cooperation
    Kind:               mou
    Status:             in operation
    Opened:             proposed, 2025-09-01 (@1)
    In operation from:  2025-09-17
    On record:          6 events

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
    insta::assert_snapshot!(at(60, "overdue"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

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
    Made:        2024-05-06
    Days old:    610
    Owed by:     cn
    Owed to:     th
    What:        Keep helping
    ");
}

#[test]
fn the_parties_60_wide() {
    insta::assert_snapshot!(at(60, "parties"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

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
    Signed:         by 2024-05-31
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
    insta::assert_snapshot!(at(80, "list"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    Reference:          cn-th-care-2024
    Kind:               mou
    Status:             in operation
    Signed:             by 2024-05-31
    Open:               2
    Late:               1
    Title and parties:  谅解备忘录 (北京一心球公益基金会, กระทรวงสาธารณสุข)

    Reference:          pk-ps-health-2025
    Kind:               mou
    Status:             in operation
    Signed:             2025-09-17
    Open:               1
    Late:               0
    Title and parties:  MoU on health cooperation (حکومت پاکستان, دولة فلسطين)
    ");
}

#[test]
fn one_agreement_80_wide() {
    insta::assert_snapshot!(at(80, "show pk-ps-health-2025"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    Reference:          pk-ps-health-2025
    Title:              MoU on health cooperation
    Kind:               mou
    Status:             in operation
    Opened:             proposed, 2025-09-01 (@1)
    In operation from:  2025-09-17
    On record:          6 events

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
    insta::assert_snapshot!(at(80, "overdue"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

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
    Commitment          Made        Days old  Owed by  Owed to  What
    ──────────────────  ──────────  ────────  ───────  ───────  ────────────
    cn-th-care-2024/c2  2024-05-06       610  cn       th       Keep helping
    ");
}

#[test]
fn the_parties_80_wide() {
    insta::assert_snapshot!(at(80, "parties"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

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
    Signed:         by 2024-05-31
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
    insta::assert_snapshot!(at(120, "list"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    Reference          Kind  Status        Signed         Open  Late  Title and parties
    ─────────────────  ────  ────────────  ─────────────  ────  ────  ──────────────────────────────────────────────────────
    cn-th-care-2024    mou   in operation  by 2024-05-31     2     1  谅解备忘录 (北京一心球公益基金会, กระทรวงสาธารณสุข)
    pk-ps-health-2025  mou   in operation  2025-09-17        1     0  MoU on health cooperation (حکومت پاکستان, دولة فلسطين)
    ");
}

#[test]
fn one_agreement_120_wide() {
    insta::assert_snapshot!(at(120, "show pk-ps-health-2025"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    Reference:          pk-ps-health-2025
    Title:              MoU on health cooperation
    Kind:               mou
    Status:             in operation
    Opened:             proposed, 2025-09-01 (@1)
    In operation from:  2025-09-17
    On record:          6 events

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
    insta::assert_snapshot!(at(120, "overdue"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

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
    Commitment          Made        Days old  Owed by  Owed to  What
    ──────────────────  ──────────  ────────  ───────  ───────  ────────────
    cn-th-care-2024/c2  2024-05-06       610  cn       th       Keep helping
    ");
}

#[test]
fn the_parties_120_wide() {
    insta::assert_snapshot!(at(120, "parties"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    Kind      Agreement          As  Status  Signed         Owes  Late  Owed  Party                 Also known as
    ────────  ─────────────────  ──  ──────  ─────────────  ────  ────  ────  ────────────────────  ─────────────
    state     pk-ps-health-2025  pk  party   2025-09-17        1     0     0  حکومت پاکستان
    state     pk-ps-health-2025  ps  party   2025-09-17        0     0     1  دولة فلسطين
    ministry  cn-th-care-2024    th  party   by 2024-05-31     0     0     2  กระทรวงสาธารณสุข
    ngo       cn-th-care-2024    cn  party   2024-05-06        2     1     0  北京一心球公益基金会
    ");
}
