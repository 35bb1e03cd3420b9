//! Why each computed date of a treaty and of a term lies where it does.

use super::terms::on_the_tenth_of_september;
use super::treaty::told;

#[test]
fn the_dates_of_a_treaty() {
    insta::assert_snapshot!(told(80, "why clear-lakes"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:00Z

    Date                 Day             Rests on       What
    ───────────────────  ──────────────  ─────────────  ────────────────────────────
    entry-into-force     Mon 2024-07-15  @7 @14         entry into force
    entry-into-force:ch  Mon 2024-07-15  @7 @8 @10 @14  entry into force for ch
    entry-into-force:eu  Mon 2024-07-15  @7 @8 @13 @14  entry into force for eu
    entry-into-force:fr  Tue 2024-07-16  @15            entry into force for fr
    entry-into-force:pk  Sun 2024-09-15  @7 @8 @14      entry into force for pk
    @16                  Sat 2026-10-31  @16            effect of the notice of
                                                        withdrawal by pk

    ask for one of them: servanda why clear-lakes entry-into-force
    ");
}

#[test]
fn why_a_treaty_came_into_force() {
    insta::assert_snapshot!(told(100, "why clear-lakes entry-into-force"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:00Z

    Agreement:   clear-lakes
    Date:        entry-into-force: entry into force
    Day:         Mon 2024-07-15
    Because:     all that its rule asks for is there since Sat 2024-06-15 (@14)
    Rule:        P30D after deposit:#2; with 55 % of the declared weights (Article 9, @7)
    Counted as:  assumed

    Conditions
    - 2 deposits: met since 2024-06-15 (@14); 2 of 2
    - deposits of parties with 55 % of 100: met since 2024-06-15 (@14); 59.5 % (59.5)

    Consents, in their order
    - Fri 2024-03-01 fr, weight 35 (@12): 1, 35 %
    - Fri 2024-03-01 eu (@13): not counted
    - Sat 2024-06-15 pk, weight 24.5 (@14): 2, 59.5 %

    Counted by
    Profile:  plain: Calendar days, first day excluded, no roll
    Source:   the register's default; nobody's law
    It says:  a last day off does not move, and is told where a calendar is named

    Steps
    - start at deposit:#2: Sat 2024-06-15 (@14)
    - count P30D forward: Mon 2024-07-15 (@7)

    Stated
    - count P30D forward from deposit:#2

    Assumed, because nobody stated it
    - the day it is counted from is not counted itself
    - days off in between are counted
    - the last day does not move when it is a day off

    It rests on: rule for entry into force
    Fact:      clear-lakes@7 entry-into-force.set
    Happened:  undated (unknown)

    It rests on: accession of pk
    Fact:      clear-lakes@14 instrument.deposited
    Happened:  2024-06-15 (stated)

    By the other profiles
    Profile         Day             What it is
    ──────────────  ──────────────  ────────────────────────────────────────────────────────────────────
    eu-1182-71      Mon 2024-07-15  Regulation (EEC, Euratom) No 1182/71
    cisg-20         Mon 2024-07-15  United Nations Convention on Contracts for the International Sale of
                                    Goods, article 20
    pecl-1-304      Mon 2024-07-15  Principles of European Contract Law, article 1:304
    unidroit-1-12   Mon 2024-07-15  UNIDROIT Principles of International Commercial Contracts, article
                                    1.12
    uncitral-arb-2  Mon 2024-07-15  UNCITRAL Arbitration Rules, article 2
    depositary      Mon 2024-07-15  Depositary practice
    coe-month       Thu 2024-08-01  Council of Europe clause: the first day of the month after three
                                    months
    basel-1972      Mon 2024-07-15  European Convention on the Calculation of Time-Limits (Basel, 1972)
    fr-franc        Tue 2024-07-16  Clear days (jours francs)
    ");
}

#[test]
fn what_a_treaty_still_waits_for() {
    insta::assert_snapshot!(told(80, "why clear-lakes entry-into-force --as-of 2024-05-01"), @"
    as of Wed 2024-05-01, as recorded by 2026-01-06T09:00:00Z

    Agreement:   clear-lakes
    Date:        entry-into-force: entry into force
    Day:         no date
    Because:     it waits for 2 deposits: 1 of 2; deposits of parties with 55 % of
                 100: 35 % (35)
    Rule:        P30D after deposit:#2; with 55 % of the declared weights (Article
                 9, @7)
    Counted as:  assumed

    Conditions
    - 2 deposits: not met; 1 of 2
    - deposits of parties with 55 % of 100: not met; 35 % (35)

    Consents, in their order
    - Fri 2024-03-01 fr, weight 35 (@12): 1, 35 %
    - Fri 2024-03-01 eu (@13): not counted

    Counted by
    Profile:  plain: Calendar days, first day excluded, no roll
    Source:   the register's default; nobody's law
    It says:  a last day off does not move, and is told where a calendar is named

    Stated
    - count P30D forward from deposit:#2

    Assumed, because nobody stated it
    - the day it is counted from is not counted itself
    - days off in between are counted
    - the last day does not move when it is a day off

    It rests on: rule for entry into force
    Fact:      clear-lakes@7 entry-into-force.set
    Happened:  undated (unknown)
    ");
}

#[test]
fn why_a_treaty_is_in_force_for_a_party_though_its_rule_gives_another_day() {
    insta::assert_snapshot!(told(100, "why clear-lakes entry-into-force:fr"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:00Z

    Agreement:   clear-lakes
    Date:        entry-into-force:fr: entry into force for fr
    Day:         Tue 2024-07-16
    Because:     a source declares Tue 2024-07-16 (@15), which counts; its rule gives Mon 2024-07-15
    Declared:    Tue 2024-07-16 (@15)
    Computed:    Mon 2024-07-15
    Rule:        P3M after deposit:own; not before entry-into-force (@8)
    Counted as:  assumed

    Counted by
    Profile:  plain: Calendar days, first day excluded, no roll
    Source:   the register's default; nobody's law
    It says:  a last day off does not move, and is told where a calendar is named

    Steps
    - fr bound itself by ratification: Fri 2024-03-01 (@12)
    - start at deposit:own: Fri 2024-03-01 (@12)
    - count P3M forward: Sat 2024-06-01 (@8)
    - not before the agreement's own entry into force (Mon 2024-07-15): Mon 2024-07-15

    Stated
    - count P3M forward from deposit:own
    - not before entry-into-force

    Assumed, because nobody stated it
    - the day it is counted from is not counted itself
    - days off in between are counted
    - a month end that does not exist becomes the last day of that month
    - the last day does not move when it is a day off

    It rests on: rule for each party's entry into force
    Fact:      clear-lakes@8 entry-into-force.set
    Happened:  undated (unknown)

    It rests on: ratification of fr
    Fact:      clear-lakes@12 instrument.deposited
    Happened:  2024-03-01 (stated)

    It rests on: declared entry into force
    Fact:      clear-lakes@15 agreement.entered-into-force
    Happened:  2024-07-16 (stated)
    Evidence:  a yearbook

    By the other profiles
    Profile         Day             What it is
    ──────────────  ──────────────  ────────────────────────────────────────────────────────────────────
    eu-1182-71      Mon 2024-07-15  Regulation (EEC, Euratom) No 1182/71
    cisg-20         Mon 2024-07-15  United Nations Convention on Contracts for the International Sale of
                                    Goods, article 20
    pecl-1-304      Mon 2024-07-15  Principles of European Contract Law, article 1:304
    unidroit-1-12   Mon 2024-07-15  UNIDROIT Principles of International Commercial Contracts, article
                                    1.12
    uncitral-arb-2  Mon 2024-07-15  UNCITRAL Arbitration Rules, article 2
    depositary      Mon 2024-07-15  Depositary practice
    coe-month       Mon 2024-07-15  Council of Europe clause: the first day of the month after three
                                    months
    basel-1972      Mon 2024-07-15  European Convention on the Calculation of Time-Limits (Basel, 1972)
    fr-franc        Mon 2024-07-15  Clear days (jours francs)
    ");
}

#[test]
fn why_a_treaty_is_not_in_force_for_a_party() {
    insta::assert_snapshot!(told(80, "why clear-lakes entry-into-force:th"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:00Z

    Agreement:  clear-lakes
    Date:       entry-into-force:th: entry into force for th
    Day:        no date
    Because:    th has not bound itself: no consent and no binding signature of it
                is on record
    ");
}

#[test]
fn why_a_withdrawal_takes_effect() {
    insta::assert_snapshot!(told(80, "why clear-lakes@16"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:00Z

    Agreement:   clear-lakes
    Date:        @16: effect of the notice of withdrawal by pk
    Day:         Sat 2026-10-31
    Because:     it is counted from the day of the notice
    Rule:        P12M after @16 (@16)
    Counted as:  assumed

    Counted by
    Profile:  plain: Calendar days, first day excluded, no roll
    Source:   the register's default; nobody's law
    It says:  a last day off does not move, and is told where a calendar is named

    Steps
    - pk gave notice: Fri 2025-10-31 (@16)
    - start at @16: Fri 2025-10-31 (@16)
    - count P12M forward: Sat 2026-10-31 (@16)

    Stated
    - count P12M forward from @16

    Assumed, because nobody stated it
    - the day it is counted from is not counted itself
    - days off in between are counted
    - a month end that does not exist becomes the last day of that month
    - the last day does not move when it is a day off

    It rests on: notice of withdrawal by pk
    Fact:      clear-lakes@16 notice.given
    Happened:  2025-10-31 (stated)

    By the other profiles
    Profile         Day             What it is
    ──────────────  ──────────────  ────────────────────────────────────────────────
    eu-1182-71      Sat 2026-10-31  Regulation (EEC, Euratom) No 1182/71
    cisg-20         Sat 2026-10-31  United Nations Convention on Contracts for the
                                    International Sale of Goods, article 20
    pecl-1-304      Sat 2026-10-31  Principles of European Contract Law, article
                                    1:304
    unidroit-1-12   Sat 2026-10-31  UNIDROIT Principles of International Commercial
                                    Contracts, article 1.12
    uncitral-arb-2  Sat 2026-10-31  UNCITRAL Arbitration Rules, article 2
    depositary      Sat 2026-10-31  Depositary practice
    coe-month       Sun 2026-11-01  Council of Europe clause: the first day of the
                                    month after three months
    basel-1972      Sat 2026-10-31  European Convention on the Calculation of
                                    Time-Limits (Basel, 1972)
    fr-franc        Sun 2026-11-01  Clear days (jours francs)
    ");
}

#[test]
fn why_a_contract_goes_on_and_by_when_a_notice_has_to_be_given() {
    insta::assert_snapshot!(on_the_tenth_of_september("why hosting-2025 expiry"), @"
    as of Thu 2026-09-10, as recorded by 2026-09-10T09:00:15Z

    Agreement:  hosting-2025
    Date:       expiry: last day
    Day:        no date
    Because:    it renews tacitly, and no notice against that is on record

    Steps
    - its first day is stated: Wed 2025-01-01 (@4)
    - count P1Y forward; the last day is the one before: Wed 2025-12-31 (@4)
    - no notice came in time: renewed tacitly once, by P1Y: Thu 2026-12-31

    Stated
    - it begins on 2025-01-01
    - it runs for P1Y
    - it renews unless somebody gives notice
    - a notice has to be given P90D before the end
    - it is to be prepared P30D before that, for the register's owner

    Assumed, because nobody stated it
    - a renewal lasts as long as the first term

    It rests on: term
    Fact:      hosting-2025@4 term.set
    Happened:  undated (unknown)
    ");
    insta::assert_snapshot!(on_the_tenth_of_september("why hosting-2025 prepare"), @"
    as of Thu 2026-09-10, as recorded by 2026-09-10T09:00:15Z

    Agreement:  hosting-2025
    Date:       prepare: day for preparing the notice
    Day:        Wed 2026-09-02
    Because:    a notice given by Fri 2026-10-02 ends it with Thu 2026-12-31, and is to be prepared by
                Wed 2026-09-02

    Steps
    - its first day is stated: Wed 2025-01-01 (@4)
    - count P1Y forward; the last day is the one before: Wed 2025-12-31 (@4)
    - no notice came in time: renewed tacitly once, by P1Y: Thu 2026-12-31
    - the last day that a notice can bring: Thu 2026-12-31
    - count P90D back from the last day; a day off does not move it: Fri 2026-10-02 (@4)
    - count P30D back from there, the register's own lead: Wed 2026-09-02 (@4)

    Stated
    - it begins on 2025-01-01
    - it runs for P1Y
    - it renews unless somebody gives notice
    - a notice has to be given P90D before the end
    - it is to be prepared P30D before that, for the register's owner

    Assumed, because nobody stated it
    - a renewal lasts as long as the first term
    - a notice period is counted in the calendar, and no day off moves its last day

    It rests on: term
    Fact:      hosting-2025@4 term.set
    Happened:  undated (unknown)
    ");
    insta::assert_snapshot!(on_the_tenth_of_september("why training-2020 renewal"), @"
    as of Thu 2026-09-10, as recorded by 2026-09-10T09:00:15Z

    Agreement:  training-2020
    Date:       renewal: next renewal
    Day:        Mon 2026-10-05
    Because:    no notice can come in time for it any more

    Steps
    - it starts on the day from which the agreement operates: Tue 2021-10-05 (@3)
    - count P5Y forward; the last day is the one before: Sun 2026-10-04 (@4)
    - no notice can come in time any more: the next period begins on the day after the last: Mon
      2026-10-05 (@4)

    Stated
    - it runs for P5Y
    - it renews unless somebody gives notice
    - a renewal lasts P2Y
    - a notice has to be given P6M before the end

    Assumed, because nobody stated it
    - it starts on the day from which the agreement operates

    It rests on: signature of ps
    Fact:      training-2020@3 agreement.signed
    Happened:  2021-10-05 (stated)

    It rests on: term
    Fact:      training-2020@4 term.set
    Happened:  undated (unknown)
    ");
}

#[test]
fn why_a_contract_ends_with_a_notice() {
    insta::assert_snapshot!(on_the_tenth_of_september("why lease-2023 end"), @"
    as of Thu 2026-09-10, as recorded by 2026-09-10T09:00:15Z

    Agreement:  lease-2023
    Date:       expiry: last day
    Day:        Mon 2026-09-14
    Because:    the notice @5 settles its end

    Steps
    - it starts on the day from which the agreement operates: Sun 2023-10-01 (@3)
    - count P4Y forward; the last day is the one before: Thu 2027-09-30 (@4)
    - the notice of termination takes effect: Tue 2026-09-15 (@5)
    - its last day of all: Mon 2026-09-14 (@5)

    Stated
    - it runs for P4Y
    - it renews only where the parties say so

    Assumed, because nobody stated it
    - it starts on the day from which the agreement operates

    It rests on: signature of own
    Fact:      lease-2023@3 agreement.signed
    Happened:  2023-10-01 (stated)

    It rests on: term
    Fact:      lease-2023@4 term.set
    Happened:  undated (unknown)

    It rests on: notice of termination by own
    Fact:      lease-2023@5 notice.given
    Happened:  2026-08-01 (stated)
    ");
}
