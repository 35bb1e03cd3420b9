//! What is answered to a question, a recording and a mistake.

use super::at;

#[test]
fn what_comes_due() {
    insta::assert_snapshot!(at(100, "due"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

    Due by 2026-02-05
    Commitment            State     Due         Days  First due   Counted  Owed  Owed  What
                                                late                       by    to
    ────────────────────  ────────  ──────────  ────  ──────────  ───────  ────  ────  ────────────────
    pk-ps-health-2025/c2  due soon  2026-01-20     0  2026-01-20  stated   pk    ps    Train 40 doctors
    ");
}

#[test]
fn why_a_day() {
    insta::assert_snapshot!(at(100, "why cn-th-care-2024/c1"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

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

    Counted by
    Profile:  plain: Calendar days, first day excluded, no roll
    Source:   the register's default; nobody's law
    It says:  a last day off does not move, and is told where a calendar is named

    Steps
    - start at signature: 2024-05-06 to 2024-05-31 (@3)
    - count P1Y forward: 2025-05-06 to 2025-05-31 (@4)

    Stated
    - count P1Y forward from signature

    Assumed, because nobody stated it
    - the day it is counted from is not counted itself
    - days off in between are counted
    - a month end that does not exist becomes the last day of that month
    - the last day does not move when it is a day off

    By the other profiles
    Profile         Due                    What it is
    ──────────────  ─────────────────────  ─────────────────────────────────────────────────────────────
    eu-1182-71      2025-05-06/2025-06-02  Regulation (EEC, Euratom) No 1182/71
    cisg-20         –                      needs a calendar
    pecl-1-304      –                      needs a calendar
    unidroit-1-12   –                      needs a calendar
    uncitral-arb-2  –                      needs a calendar
    depositary      2025-05-06/2025-05-31  Depositary practice
    coe-month       Sun 2025-06-01         Council of Europe clause: the first day of the month after
                                           three months
    basel-1972      –                      needs a calendar
    fr-franc        –                      needs a calendar
    ");
}

#[test]
fn the_history() {
    insta::assert_snapshot!(at(100, "history cn-th-care-2024"), @"
    cn-th-care-2024: 5 events, as recorded by 2026-01-06T09:00:01Z

    Event  Recorded              Happened    What
    ─────  ────────────────────  ──────────  ───────────────────────────────────────────────────────────
    @1     2026-01-05T09:00:06Z  2024-05-06  agreement.recorded: reference: cn-th-care-2024; kind: mou;
                                             title: 谅解备忘录; parties: cn = 北京一心球公益基金会, th =
                                             กระทรวงสาธารณสุข; source: Xinhua; by clerk
    @2     2026-01-05T09:00:07Z  2024-05-06  agreement.signed: party: cn; mode: not_stated; by clerk
    @3     2026-01-05T09:00:08Z  2024-05     agreement.signed: party: th; mode: not_stated; by clerk
    @4     2026-01-05T09:00:09Z  undated     deadline.set: commitment: c1; undertaking: (text: Send the
                                             second team, owed by: cn, owed to: th); rule: P1Y after
                                             signature; by clerk
    @5     2026-01-05T09:00:10Z  undated     commitment.made: commitment: c2; undertaking: (text: Keep
                                             helping, owed by: cn, owed to: th); by clerk
    ");
}

#[test]
fn what_changed() {
    insta::assert_snapshot!(at(100, "diff pk-ps-health-2025 --as-of 2025-09-10 --as-of 2025-12-31"), @"
    pk-ps-health-2025: from 2025-09-10 to 2025-12-31, as recorded by 2026-01-06T09:00:01Z

    Dates that moved
    Date              Before  After       Because
    ────────────────  ──────  ──────────  ────────────────────────────────────────────────────
    c1                –       2025-10-17  signature of pk on 2025-09-17 (@2)
    entry-into-force  –       2025-09-17  signature of ps on 2025-09-17 (@3); so for 2 parties

    Everything that changed
    By event                 What                         Before            After
    ───────────────────────  ───────────────────────────  ────────────────  ────────────────────────────
    @3 agreement.signed      status                       proposed          in_operation
    @3 agreement.signed      parties.pk.status            declared          party
    @2 agreement.signed      parties.pk.signature         –                 Syed Mustafa Kamal,
                                                                            2025-09-17
    @6 working-group.formed  commitments.c1.state         awaiting_trigger  met_late
    @2 agreement.signed      commitments.c1.due           –                 2025-10-17
    @2 agreement.signed      commitments.c1.original_due  –                 2025-10-17
    @3 agreement.signed      parties.ps.status            declared          party
    @3 agreement.signed      parties.ps.signature         –                 2025-09-17
    @3 agreement.signed      entry_into_force             –                 2025-09-17
    @6 working-group.formed  commitments.c1.met_on        –                 2025-12-02
    @6 working-group.formed  commitments.c1.verified      –                 false
    @6 working-group.formed  bodies.wg1                   –                 Health Working Group
    ");
}

#[test]
fn the_register_in_numbers() {
    insta::assert_snapshot!(at(100, "stats"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:01Z

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
fn a_recording() {
    insta::assert_snapshot!(at(100, "extend-deadline cn-th-care-2024/c1 --by P6M --agreed-by cn --agreed-by th --reason \"the flood\""), @"
    recorded: cn-th-care-2024@6 deadline.extended, 2026-01-06
    it is about cn-th-care-2024/c1

    - cn-th-care-2024/c1 was due 2025-05-06 to 2025-05-31, is now due 2025-11-06 to 2025-11-30
      - because: extended by P6M, agreed by cn and th (@6)
    ");
}

#[test]
fn a_trial() {
    insta::assert_snapshot!(at(100, "commit pk-ps-health-2025 \"Help build capacity\" --owed-by pk --dry-run"), @r#"
    would record: pk-ps-health-2025@7 commitment.made, undated: it counts from the agreement's beginning
    it is now pk-ps-health-2025/c3

    commitment:   c3
    undertaking:  {"text":"Help build capacity","owed_by":["pk"]}
    "#);
}

#[test]
fn a_reference_that_is_not_there() {
    insta::assert_snapshot!(at(100, "show pk-ps-helth-2025"), @r"
    error[no_such_agreement]: there is no agreement pk-ps-helth-2025
    hint: did you mean pk-ps-health-2025?
    ");
}

#[test]
fn a_party_that_is_not_declared() {
    insta::assert_snapshot!(at(100, "sign pk-ps-health-2025 --party cn"), @r"
    error[party_not_declared]: party cn is not declared in this agreement (declared: pk, ps)
    hint: declare it first with servanda add-party, or check its short name
    ");
}

#[test]
fn a_signature_twice() {
    insta::assert_snapshot!(at(100, "sign pk-ps-health-2025 --party pk"), @r"
    error[twice]: the signature of pk is on record already, as @2
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
    insta::assert_snapshot!(at(100, "sign pk-ps-health-2025 --party pk --on 2025-02-30"), @r#"error[field]: on: "2025-02-30" is not a date: day is out of range for the month (accepted: 2025-09-17, 2025-09, 2025, a season 2025-21 to 2025-24, X for digits that are not known as in 2025-XX, 202X or XXXX-06-26, one of ?~% at the end, and intervals such as 2025/2026-03, ../2025-09-17 or 2025-09/..)"#);
}

#[test]
fn something_odd() {
    insta::assert_snapshot!(at(100, "report-milestone pk-ps-health-2025/c2 --status met --on 2024-01-01"), @r"
    error[before_opening]: this is unusual: its day, 2024-01-01, lies before the agreement was proposed on 2025-09-01
    hint: if it is so all the same, say why with --reason; the reason is recorded
    ");
}

#[test]
fn a_commitment_that_is_not_named() {
    insta::assert_snapshot!(at(100, "waive pk-ps-health-2025 --by ps"), @r"
    error[agreement]: waive wants to know which commitment
    hint: write REF/c1; servanda history REF lists the facts, servanda show REF the rest
    ");
}

#[test]
fn a_correction_without_a_reason() {
    insta::assert_snapshot!(at(100, "correct pk-ps-health-2025@2 --on 2025-09-20"), @r#"
    error[no_reason]: correct wants a reason, and none was given
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
    error[field]: party[0]: a party is written ID:KIND=NAME, such as pk:state="Government of Pakistan"
    hint: servanda propose --help shows its options, with an example
    "#);
}
