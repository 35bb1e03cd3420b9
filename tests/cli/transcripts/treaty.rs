//! The chart of signatures and ratifications: before entry into force, and after somebody gave notice.

use super::seen;
use crate::harness::Desk;

const TREATY: [&str; 16] = [
    r#"record clear-lakes --kind treaty --title "Convention on clear lakes" --on 2024-01-10 --source Depositary"#,
    "add-party clear-lakes --party fr --kind state --name France --weight 35",
    r#"add-party clear-lakes --party pk --kind state --name "پاکستان" --weight 24.5"#,
    "add-party clear-lakes --party ch --kind state --name Switzerland --weight 10",
    r#"add-party clear-lakes --party th --kind state --name "ประเทศไทย" --weight 30.5"#,
    r#"add-party clear-lakes --party eu --kind io --name "European Union""#,
    r#"set-entry-into-force clear-lakes --after deposit:#2 --share 55 --within P30D --clause "Article 9""#,
    "set-entry-into-force clear-lakes --each-party --after deposit:own --within P3M --floor entry-into-force",
    "sign clear-lakes --party fr --mode simple --on 2024-01-10",
    "sign clear-lakes --party ch --mode definitive --on 2024-01-10",
    r#"reserve clear-lakes "does not apply Article 7" --party fr --on 2024-03-01"#,
    "deposit clear-lakes --party fr --instrument ratification --dated 2024-02-20 --received 2024-03-01",
    "deposit clear-lakes --party eu --instrument formal_confirmation --received 2024-03-01 --not-counted",
    "deposit clear-lakes --party pk --instrument accession --received 2024-06-15",
    r#"enter-into-force clear-lakes --party fr --on 2024-07-16 --source "a yearbook""#,
    "give-notice clear-lakes --party pk --kind withdrawal --effect-after P12M --on 2025-10-31",
];

pub(super) fn told(width: u16, line: &str) -> String {
    let desk = Desk::with(&TREATY);
    desk.morning_of("2026-01-06");
    desk.width(width);
    seen(desk.run(line))
}

#[test]
fn what_is_missing_before_entry_into_force() {
    insta::assert_snapshot!(told(100, "status clear-lakes --as-of 2024-05-01"), @"
    as of Wed 2024-05-01, as recorded by 2026-01-06T09:00:00Z

    Agreement:   clear-lakes
    Title:       Convention on clear lakes
    Status:      treaty, open for signature
    In force:    1 of 2 deposits; share 35 of 55 %
    Rule:        P30D after deposit:#2; with 55 % of the declared weights (Article 9, @7)
    Each party:  P3M after deposit:own; not before entry-into-force (@8)
    Parties:     5 named, 2 signed, 3 consented (2 counted), in force for 0

    As  Signature     Instrument      In force  Weight  Status       Party
    ──  ────────────  ──────────────  ────────  ──────  ───────────  ──────────────
    eu  –             2024-03-01 c +  –              –  contracting  European Union
    fr  2024-01-10    2024-03-01      –             35  contracting  France
    ch  2024-01-10 s  –               –             10  contracting  Switzerland
    pk  –             –               –           24.5  declared     پاکستان
    th  –             –               –           30.5  declared     ประเทศไทย

    Remarks
    - fr: reservation @11; instrument dated 2024-02-20

    s: definitive signature; no letter: ratification; c: formal confirmation; +: not counted on top of
    the members' instruments
    ");
}

#[test]
fn who_is_in_and_who_leaves() {
    insta::assert_snapshot!(told(80, "status clear-lakes"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:00Z

    Agreement:   clear-lakes
    Title:       Convention on clear lakes
    Status:      treaty, in force
    In force:    2024-07-15 (computed)
    Rule:        P30D after deposit:#2; with 55 % of the declared weights (Article
                 9, @7)
    Each party:  P3M after deposit:own; not before entry-into-force (@8)
    Parties:     5 named, 2 signed, 4 consented (3 counted), in force for 4

    As  Signature     Instrument      In force      Status       Party
    ──  ────────────  ──────────────  ────────────  ───────────  ──────────────
    eu  –             2024-03-01 c +  2024-07-15    party        European Union
    fr  2024-01-10    2024-03-01      2024-07-16 !  party        France
    ch  2024-01-10 s  –               2024-07-15    party        Switzerland
    pk  –             2024-06-15 a    2024-09-15    withdrawing  پاکستان
    th  –             –               –             declared     ประเทศไทย

    Remarks
    - fr: reservation @11; instrument dated 2024-02-20
    - pk: notice of withdrawal 2025-10-31 (@16), effect 2026-10-31

    s: definitive signature; no letter: ratification; a: accession; c: formal
    confirmation; +: not counted on top of the members' instruments; !: declared by
    a source, and computed otherwise; in force without a mark: computed
    ");
}

#[test]
fn the_chart_for_a_spreadsheet() {
    insta::assert_snapshot!(told(80, "status clear-lakes --format csv"), @"
    party,name,kind,status,weight,signed,signature_mode,instrument,letter,received,dated,counted,in_force,in_force_declared,in_force_computed,provisional_since,provisional_ended,reservations,declarations,objections,notice,withdrawn
    eu,European Union,io,party,,,,formal_confirmation,c,2024-03-01,,false,2024-07-15,false,2024-07-15,,,0,0,0,,
    fr,France,state,party,35,2024-01-10,simple,ratification,,2024-03-01,2024-02-20,true,2024-07-16,true,2024-07-15,,,1,0,0,,
    ch,Switzerland,state,party,10,2024-01-10,definitive,,,,,,2024-07-15,false,2024-07-15,,,0,0,0,,
    pk,پاکستان,state,withdrawing,24.5,,,accession,a,2024-06-15,,true,2024-09-15,false,2024-09-15,,,0,0,0,2025-10-31,2026-10-31
    th,ประเทศไทย,state,declared,30.5,,,,,,,,,,,,,0,0,0,,
    ");
}
