//! The same tables for spreadsheets and for pages.

use super::at;

#[test]
fn list_as_csv() {
    insta::assert_snapshot!(at(100, "list --format csv"), @r#"
    reference,kind,status,signed,open,overdue,next_due,ends,superseded_by,title,parties
    cn-th-care-2024,mou,in operation,2024-05-31,2,1,,,,谅解备忘录,"北京一心球公益基金会, กระทรวงสาธารณสุข"
    pk-ps-health-2025,mou,in operation,2025-09-17,1,0,2026-01-20,,,MoU on health cooperation,"حکومت پاکستان, دولة فلسطين"
    "#);
}

#[test]
fn overdue_as_csv() {
    insta::assert_snapshot!(at(100, "overdue --format csv"), @r"
    section,commitment,state,due,days_overdue,original_due,authority,owed_by,owed_to,text,ends_at,made,age_days
    overdue,cn-th-care-2024/c1,overdue,2025-05-06/2025-05-31,220,2025-05-31,assumed,cn,th,Send the second team,,,
    due_soon,pk-ps-health-2025/c2,due soon,2026-01-20,0,2026-01-20,stated,pk,ps,Train 40 doctors,,,
    undated,cn-th-care-2024/c2,,,,,,cn,th,Keep helping,,2024-05-06,610
    ");
}

#[test]
fn parties_as_csv() {
    insta::assert_snapshot!(at(100, "parties --format csv"), @"
    name,kind,agreement,party,status,signed,owes,overdue,owed,names
    حکومت پاکستان,state,pk-ps-health-2025,pk,party,2025-09-17,1,0,0,
    دولة فلسطين,state,pk-ps-health-2025,ps,party,2025-09-17,0,0,1,
    กระทรวงสาธารณสุข,ministry,cn-th-care-2024,th,party,2024-05-31,0,0,2,
    北京一心球公益基金会,ngo,cn-th-care-2024,cn,party,2024-05-06,2,1,0,
    ");
}

#[test]
fn list_as_markdown() {
    insta::assert_snapshot!(at(100, "list --format markdown"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    | Reference | Kind | Status | Signed | Open | Late | Next due | Ends | Superseded by | Title | Parties |
    | --- | --- | --- | --- | ---: | ---: | --- | --- | --- | --- | --- |
    | cn-th-care-2024 | mou | in operation | 2024-05-31 | 2 | 1 | – | – | – | 谅解备忘录 | 北京一心球公益基金会, กระทรวงสาธารณสุข |
    | pk-ps-health-2025 | mou | in operation | 2025-09-17 | 1 | 0 | 2026-01-20 | – | – | MoU on health cooperation | حکومت پاکستان, دولة فلسطين |
    ");
}

#[test]
fn overdue_as_markdown() {
    insta::assert_snapshot!(at(100, "overdue --format markdown"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    ## Overdue

    | Commitment | State | Due | Days late | First due | Counted | Owed by | Owed to | What |
    | --- | --- | --- | ---: | --- | --- | --- | --- | --- |
    | cn-th-care-2024/c1 | overdue | 2025-05-06/2025-05-31 | 220 | 2025-05-31 | assumed | cn | th | Send the second team |

    ## Due today, soon, or in grace

    | Commitment | State | Due | Days late | First due | Counted | Owed by | Owed to | What |
    | --- | --- | --- | ---: | --- | --- | --- | --- | --- |
    | pk-ps-health-2025/c2 | due soon | 2026-01-20 | 0 | 2026-01-20 | stated | pk | ps | Train 40 doctors |

    ## Promised without a date

    | Commitment | Made | Days old | Owed by | Owed to | What |
    | --- | --- | ---: | --- | --- | --- |
    | cn-th-care-2024/c2 | 2024-05-06 | 610 | cn | th | Keep helping |
    ");
}

#[test]
fn parties_as_markdown() {
    insta::assert_snapshot!(at(100, "parties --format markdown"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    | Party | Kind | Agreement | As | Status | Signed | Owes | Late | Owed | Also known as |
    | --- | --- | --- | --- | --- | --- | ---: | ---: | ---: | --- |
    | حکومت پاکستان | state | pk-ps-health-2025 | pk | party | 2025-09-17 | 1 | 0 | 0 |  |
    | دولة فلسطين | state | pk-ps-health-2025 | ps | party | 2025-09-17 | 0 | 0 | 1 |  |
    | กระทรวงสาธารณสุข | ministry | cn-th-care-2024 | th | party | 2024-05-31 | 0 | 0 | 2 |  |
    | 北京一心球公益基金会 | ngo | cn-th-care-2024 | cn | party | 2024-05-06 | 2 | 1 | 0 |  |
    ");
}
