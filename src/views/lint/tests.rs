//! For each code a story in which it is found and one, as like it as can be, in which it is not.

use serde_json::{Value, json};

use super::case::Case;
use super::code::{Code, Severity};
use super::{Finding, duplicates, found_in};
use crate::domain::day::Day;
use crate::domain::id::{AgreementId, Reference};
use crate::domain::period::Period;
use crate::domain::scenario::{Story, TODAY, say};
use crate::views::entry::Entry;

/// Where the code is found, and where it is not.
type Row = (Code, Vec<Value>, Vec<Value>);

fn linted(story: &Story, within: Option<&str>) -> Vec<Finding> {
    let reference = Reference::parse("a").expect("a reference");
    let within = within.map(|period| Period::parse(period).expect("a period"));
    let today = Day::parse(TODAY).expect("a day");
    let case = Case::of(&reference, &story.timeline, today, within).expect("a story that opens");
    found_in(&case).findings
}

/// The findings of one code in a story; entry into force for each party is counted with three months.
fn found(code: Code, commands: &[Value]) -> Vec<Finding> {
    let all = linted(&Story::of(commands.iter().cloned()), Some("P3M"));
    all.into_iter().filter(|finding| finding.code == code.word()).collect()
}

#[track_caller]
fn check(rows: Vec<Row>) {
    for (code, fires, silent) in rows {
        assert_eq!(found(code, &fires).len(), 1, "{code} is found: {fires:?}");
        assert_eq!(found(code, &silent), Vec::new(), "{code} is not found");
    }
}

fn opened(kind: &str) -> Value {
    say("record", json!({ "kind": kind, "party": ["pk:state=Pakistan", "ps:state=Palestine"], "on": "2020-03-02" }))
}

fn mou(more: impl IntoIterator<Item = Value>) -> Vec<Value> {
    [opened("mou")].into_iter().chain(more).collect()
}

fn treaty(more: impl IntoIterator<Item = Value>) -> Vec<Value> {
    [opened("treaty")].into_iter().chain(more).collect()
}

fn on(verb: &str, day: &str, fields: Value) -> Value {
    let mut command = say(verb, fields);
    command["on"] = day.into();
    command
}

fn odd(mut command: Value) -> Value {
    command["reason"] = "so the register says".into();
    command
}

fn signed(party: &str, day: &str) -> Value {
    on("sign", day, json!({ "party": party }))
}

fn committed() -> Value {
    on("commit", "2021-05-03", json!({ "text": "Train", "owed_by": "pk" }))
}

fn reported(day: &str, status: &str) -> Value {
    on("report-milestone", day, json!({ "commitment": "c1", "status": status }))
}

fn entry() -> Vec<Row> {
    let rule = || say("set-entry-into-force", json!({ "within": "P3M", "after": "2020-03-31" }));
    let entered = |day| odd(on("enter-into-force", day, json!({})));
    let early = || odd(on("enter-into-force", "2021-03-03", json!({ "party": "ps" })));
    let deposit = |day| on("deposit", day, json!({ "party": "pk", "instrument": "accession" }));
    let for_party = |day| on("enter-into-force", day, json!({ "party": "pk" }));
    vec![
        (Code::EntryIntoForceDiffers, treaty([rule(), entered("2020-07-02")]), treaty([rule(), entered("2020-06-30")])),
        (
            Code::EntryIntoForceMonthEnd,
            treaty([rule(), entered("2020-07-01")]),
            treaty([rule(), entered("2020-06-30")]),
        ),
        (
            Code::PartyEntryIntoForceDiffers,
            treaty([early(), deposit("2021-02-01"), for_party("2021-05-02")]),
            treaty([early(), deposit("2021-02-01"), for_party("2021-05-01")]),
        ),
    ]
}

fn deadlines() -> Vec<Row> {
    let rule = || say("set-deadline", json!({ "text": "Form", "within": "P30D", "after": "signature" }));
    let fixed = |due: &str| odd(say("set-deadline", json!({ "commitment": "c1", "due": due })));
    let ends = |end: &str| say("set-term", json!({ "end": end }));
    let due = |day: &str| on("set-deadline", "2021-05-03", json!({ "text": "Train", "due": day }));
    let both = |due| mou([signed("pk", "2020-03-02"), signed("ps", "2020-03-02"), rule(), fixed(due)]);
    vec![
        (Code::DueDateDiffers, both("2020-04-02"), both("2020-04-01")),
        (Code::DueBeforeMade, mou([due("2021-05-02")]), mou([due("2021-05-03")])),
        (
            Code::TermEndsBeforeStart,
            mou([ends("2020-12-31"), signed("pk", "2021-01-04"), signed("ps", "2021-01-04")]),
            mou([ends("2021-12-31"), signed("pk", "2021-01-04"), signed("ps", "2021-01-04")]),
        ),
    ]
}

fn order() -> Vec<Row> {
    let adopted = |day| odd(on("adopt", day, json!({})));
    let deposit = |day, fields: Value| {
        let mut command = on("deposit", day, json!({ "party": "pk", "instrument": "ratification" }));
        for (name, value) in fields.as_object().expect("fields") {
            command[name] = value.clone();
        }
        command
    };
    let plain = |day| odd(deposit(day, json!({})));
    let dated = |day: &str| odd(deposit("2021-05-04", json!({ "dated": day })));
    let entered = |day| odd(on("enter-into-force", day, json!({})));
    let for_party = |day| odd(on("enter-into-force", day, json!({ "party": "pk" })));
    let ended = |day| odd(on("terminate", day, json!({})));
    let notice = |effect: &str| {
        on("give-notice", "2022-05-04", json!({ "party": "pk", "kind": "withdrawal", "takes_effect": effect }))
    };
    let formed = |day| on("form-working-group", day, json!({ "name": "Board" }));
    let announced = |day| odd(on("announce-working-group", day, json!({ "name": "Board" })));
    let met = |day| odd(on("record-meeting", day, json!({ "body": "wg1" })));
    let gone = |day| odd(on("dissolve-working-group", day, json!({ "body": "wg1" })));
    let pk = || signed("pk", "2021-05-04");
    let told = |published: &str, read: &str| {
        let told = json!({ "party": "pk", "source": "a paper", "published": published, "retrieved": read });
        on("sign", "2021-05-04", told)
    };
    let formed_at_last = |day| odd(on("form-working-group", day, json!({ "name": "Board", "body": "wg1" })));
    vec![
        (
            Code::PublishedBeforeOccurred,
            mou([told("2021-05-03", "2021-05-06")]),
            mou([told("2021-05-04", "2021-05-06")]),
        ),
        (
            Code::RetrievedBeforePublished,
            mou([told("2021-05-05", "2021-05-04")]),
            mou([told("2021-05-05", "2021-05-05")]),
        ),
        (Code::SignedBeforeAdopted, treaty([pk(), adopted("2021-05-05")]), treaty([pk(), adopted("2021-05-04")])),
        (Code::DepositedBeforeSigned, treaty([plain("2021-05-03"), pk()]), treaty([plain("2021-05-04"), pk()])),
        (
            Code::DatedAfterReceived,
            treaty([signed("pk", "2021-01-04"), dated("2021-05-05")]),
            treaty([signed("pk", "2021-01-04"), dated("2021-05-04")]),
        ),
        (Code::EnteredBeforeConsent, treaty([pk(), entered("2021-05-03")]), treaty([pk(), entered("2021-05-04")])),
        (Code::InForceBeforeConsent, treaty([pk(), for_party("2021-05-03")]), treaty([pk(), for_party("2021-05-04")])),
        (
            Code::InForceBeforeAgreement,
            treaty([pk(), entered("2021-06-05"), for_party("2021-06-04")]),
            treaty([pk(), entered("2021-06-05"), for_party("2021-06-05")]),
        ),
        (
            Code::EndedBeforeEntry,
            treaty([pk(), entered("2021-06-05"), ended("2021-06-04")]),
            treaty([pk(), entered("2021-06-05"), ended("2021-06-06")]),
        ),
        (Code::EffectBeforeNotice, mou([notice("2022-05-03")]), mou([notice("2022-05-04")])),
        (
            Code::ReportedBeforeMade,
            mou([committed(), reported("2021-05-02", "progress")]),
            mou([committed(), reported("2021-05-03", "progress")]),
        ),
        (
            Code::MetBeforeStarted,
            mou([committed(), reported("2021-06-02", "started"), odd(reported("2021-06-01", "met"))]),
            mou([committed(), reported("2021-06-02", "started"), odd(reported("2021-06-02", "met"))]),
        ),
        (
            Code::FormedBeforeAnnounced,
            mou([announced("2021-06-03"), formed_at_last("2021-06-02")]),
            mou([announced("2021-06-02"), formed_at_last("2021-06-02")]),
        ),
        (
            Code::MetBeforeFormed,
            mou([formed("2021-06-02"), met("2021-06-01")]),
            mou([formed("2021-06-02"), met("2021-06-02")]),
        ),
        (
            Code::DissolvedBeforeFormed,
            mou([formed("2021-06-02"), gone("2021-06-01")]),
            mou([formed("2021-06-02"), gone("2021-06-02")]),
        ),
    ]
}

fn fields() -> Vec<Row> {
    let with = |mut command: Value, name: &str, value: Value| {
        command[name] = value;
        command
    };
    let share = |status: &str, share: u32| with(reported("2021-06-01", status), "share", share.into());
    vec![
        (
            Code::DoneWithoutDay,
            mou([committed(), with(reported("2021-06-01", "met"), "certainty", "unknown".into())]),
            mou([committed(), reported("2021-06-01", "met")]),
        ),
        (
            Code::MetAndNotMet,
            mou([committed(), reported("2021-06-01", "met"), reported("2021-07-01", "not_met")]),
            mou([
                committed(),
                reported("2021-06-01", "met"),
                odd(on("reject-fulfilment", "2021-06-20", json!({ "commitment": "c1" }))),
                reported("2021-07-01", "not_met"),
            ]),
        ),
        (
            Code::RecordedAsDisputed,
            mou([with(committed(), "confidence", "disputed".into())]),
            mou([with(committed(), "confidence", "reported".into())]),
        ),
        (Code::MetInPart, mou([committed(), share("met", 90)]), mou([committed(), share("met", 100)])),
        (Code::DoneNotMet, mou([committed(), share("progress", 100)]), mou([committed(), share("progress", 99)])),
    ]
}

fn sources() -> Vec<Row> {
    let sourced = |mut command: Value| {
        command["source"] = "a paper".into();
        command
    };
    let dispute = || on("dispute", "2022-01-10", json!({ "commitment": "c1", "by": "pk" }));
    vec![
        (Code::CommitmentWithoutSource, mou([committed()]), mou([sourced(committed())])),
        (Code::FactsWithoutSource, mou([]), vec![sourced(opened("mou"))]),
        (Code::UndatedAndSilent, mou([committed()]), mou([committed(), reported("2021-06-01", "progress")])),
        (Code::NoSignature, mou([]), mou([signed("pk", "2020-03-02")])),
        (Code::NoCommitment, mou([]), mou([committed()])),
        (
            Code::DisputeOpen,
            mou([committed(), dispute()]),
            mou([committed(), dispute(), say("settle", json!({ "commitment": "c1", "outcome": "forty places" }))]),
        ),
    ]
}

fn dates() -> Vec<Row> {
    let second = |name: &str| say("add-party", json!({ "party": "pak", "kind": "state", "name": name }));
    let due = |day: &str| say("set-deadline", json!({ "text": "Train", "due": day }));
    vec![
        (Code::SentinelDate, mou([due("9999-12-31")]), mou([due("2029-12-31")])),
        (Code::FirstOfYear, mou([signed("pk", "2021-01-01")]), mou([signed("pk", "2021-01-02")])),
        (Code::YearOutOfLine, mou([due("2225-05-03")]), mou([due("2100-05-03")])),
        (Code::PartyTwice, mou([second("PAKISTAN")]), mou([second("Pakistan Post")])),
    ]
}

fn rows() -> Vec<Row> {
    [entry(), deadlines(), order(), fields(), sources(), dates()].concat()
}

#[test]
fn entry_into_force_is_compared_with_its_rule() {
    check(entry());
}

#[test]
fn what_is_stated_of_a_deadline_is_compared_with_what_is_counted() {
    check(deadlines());
}

#[test]
fn an_impossible_order_is_found() {
    check(order());
}

#[test]
fn fields_that_cannot_both_be_true_are_found() {
    check(fields());
}

#[test]
fn what_nothing_bears_out_is_found() {
    check(sources());
}

#[test]
fn dates_that_are_none_and_slips_are_found() {
    check(dates());
}

/// The entries of two stories, as agreements `a` and `b`.
fn register(first: &[Value], second: &[Value]) -> Vec<Entry> {
    let id = |n| AgreementId(uuid::Uuid::from_u128(n));
    let entry = |n, commands: &[Value]| Entry::of(id(n), &Story::of(commands.iter().cloned()).timeline);
    let second: Vec<Value> = second
        .iter()
        .cloned()
        .map(|mut command| {
            command["agreement"] = "b".into();
            command
        })
        .collect();
    [entry(1, first), entry(2, &second)].into_iter().map(|entry| entry.expect("it opens")).collect()
}

fn between(first: &[Value], second: &[Value]) -> Vec<&'static str> {
    let register = register(first, second);
    let mut standing = duplicates::Standing::default();
    for entry in &register {
        standing.take(entry, Day::parse(TODAY).expect("a day"));
    }
    standing.twice(|_| true).iter().map(|f| f.code).collect()
}

fn titled(title: &str, id: &str) -> Value {
    say(
        "record",
        json!({ "kind": "mou", "title": title, "party": [format!("{id}:state=Pakistan")], "on": "2020-03-02" }),
    )
}

#[test]
fn an_agreement_that_is_there_twice_is_found_unless_it_was_signed_again() {
    let twice = [Code::AgreementTwice.word()];
    assert_eq!(between(&[titled("On health", "pk")], &[titled("ON HEALTH.", "pk")]), twice);
    assert_eq!(between(&[titled("On health", "pk")], &[titled("On trade", "pk")]), [""; 0]);
    let signed = |day| [titled("On health", "pk"), signed("pk", day)];
    assert_eq!(between(&signed("2020-04-01"), &signed("2020-04-01")), twice);
    assert_eq!(between(&signed("2020-04-01"), &signed("2025-04-01")), [""; 0]);
}

#[test]
fn a_party_that_has_several_short_names_is_found() {
    let several = [Code::PartyUnderSeveralIds.word()];
    assert_eq!(between(&[titled("On health", "pk")], &[titled("On trade", "pak")]), several);
    assert_eq!(between(&[titled("On health", "pk")], &[titled("On trade", "pk")]), [""; 0]);
}

#[test]
fn every_code_has_its_story() {
    let told: Vec<Code> = rows().into_iter().map(|(code, ..)| code).collect();
    let between = [Code::AgreementTwice, Code::PartyUnderSeveralIds];
    let missing: Vec<&Code> = Code::ALL.iter().filter(|c| !told.contains(c) && !between.contains(c)).collect();
    assert_eq!(missing, Vec::<&Code>::new());
}

#[test]
fn an_oddity_is_a_note_that_gives_its_reason() {
    let story = Story::of(mou([signed("pk", "2020-04-01"), odd(signed("ps", "2020-02-01"))]));
    let found: Vec<Finding> = linted(&story, None).into_iter().filter(|f| f.code == "before_opening").collect();
    let [finding] = found.as_slice() else { panic!("one: {found:?}") };
    assert_eq!((finding.severity, finding.events.as_slice()), (Severity::Note, &["a@3".to_owned()][..]));
    assert_eq!(finding.reason.as_ref().map(ToString::to_string).as_deref(), Some("so the register says"));
}

#[test]
fn an_order_that_a_guard_objects_to_is_said_once_with_its_days() {
    let pk = signed("pk", "2021-05-04");
    let early = odd(on("deposit", "2021-05-03", json!({ "party": "pk", "instrument": "ratification" })));
    let story = Story::of(treaty([pk, early]));
    let codes: Vec<&str> = linted(&story, None).iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&"deposited_before_signed") && !codes.contains(&"ratified_unsigned"), "{codes:?}");
}

#[test]
fn a_contradiction_from_another_log_is_an_error() {
    let story = Story::of(mou([signed("pk", "2020-04-01")]));
    let mut twice = story.clone();
    let mut again = story.timeline.facts().last().expect("the signature").clone();
    (again.seq, again.position) = (3, 2);
    twice.timeline.push(again);
    let grave = |story: &Story| {
        let errors = linted(story, None).into_iter().filter(|finding| finding.severity == Severity::Error);
        errors.map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!((grave(&story), grave(&twice)), (vec![], vec!["twice"]));
}

#[test]
fn a_day_to_come_that_was_recorded_as_past_is_found() {
    let codes = |day: &str| {
        let story = Story::of(mou([odd(signed("pk", day))]));
        linted(&story, None).iter().filter(|finding| finding.code == "in_the_future").count()
    };
    assert_eq!((codes("2028-01-05"), codes("2027-05-05")), (1, 0));
}

#[test]
fn the_stated_dates_that_were_counted_again_are_counted() {
    let rule = say("set-entry-into-force", json!({ "within": "P3M", "after": "2020-03-31" }));
    let entered = |day: &str| odd(on("enter-into-force", day, json!({})));
    let counts = |day: &str| {
        let story = Story::of(treaty([rule.clone(), entered(day)]));
        let reference = Reference::parse("a").expect("a reference");
        let today = Day::parse(TODAY).expect("a day");
        let found = found_in(&Case::of(&reference, &story.timeline, today, None).expect("it opens"));
        (found.recomputed, found.agree)
    };
    assert_eq!((counts("2020-06-30"), counts("2020-07-05")), ((1, 1), (1, 0)));
}
