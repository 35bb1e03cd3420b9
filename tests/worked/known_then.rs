//! What was known then: every report, made again after a correction, is what it was.

use super::{BEFORE, CORRECTED, HEALTH, HOSPITAL, LABORATORY, PLEDGE, correct, recorded, run};

const FORMS: [&str; 4] = ["table", "json", "csv", "markdown"];

/// Every question, about the register and about each agreement in it.
fn questions() -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for day in ["2025-09-18", "2025-10-17", "2025-10-18", "2025-10-21", "2026-01-10"] {
        for question in ["list", "overdue", "due", "parties", "stats"] {
            all.push(format!("{question} --as-of {day}"));
        }
        all.push(format!("due --within P90D --as-of {day}"));
        all.push(format!("overdue --party Pakistan --as-of {day}"));
        all.push(format!("why {HEALTH}/c1 --as-of {day}"));
        all.extend([HEALTH, HOSPITAL, PLEDGE, LABORATORY].map(|agreement| format!("show {agreement} --as-of {day}")));
    }
    all.extend([HEALTH, HOSPITAL, PLEDGE, LABORATORY].map(|agreement| format!("history {agreement}")));
    all
}

/// Which form of which question is asked for: every JSON, and of the other forms those of one day.
fn asked(question: &str, form: &str) -> bool {
    form == "json" || question.ends_with("2025-10-18") || question.starts_with("history")
}

#[test]
fn every_report_of_before_the_correction_can_be_made_again_byte_for_byte() {
    let folder = recorded();
    let folder = folder.path();
    let mut then = Vec::new();
    for question in questions() {
        for form in FORMS.into_iter().filter(|form| asked(&question, form)) {
            let words = format!("{question} --known-at {BEFORE} --format {form}");
            then.push((run(folder, BEFORE, &words), words));
        }
    }
    correct(folder);
    for (before, words) in then {
        assert_eq!(run(folder, CORRECTED, &words), before, "{words}");
    }
}

#[test]
fn a_report_made_without_a_time_of_knowledge_can_be_made_again_with_one() {
    let folder = recorded();
    let folder = folder.path();
    let words = "overdue --as-of 2025-10-18 --format json";
    let then = run(folder, BEFORE, words);
    correct(folder);
    assert_ne!(run(folder, CORRECTED, words), then);
    assert_eq!(run(folder, CORRECTED, &format!("{words} --known-at {BEFORE}")), then);
}

#[test]
fn the_correction_says_which_due_date_it_moved() {
    let folder = recorded();
    let folder = folder.path();
    let said = correct(folder);
    assert!(said.contains(&format!("{HEALTH}/c1 was due 2025-10-17, is now due 2025-10-20")), "{said}");
    let before = run(folder, CORRECTED, &format!("why {HEALTH}/c1 --as-of 2025-10-18 --known-at {BEFORE}"));
    assert!(before.contains("2025-10-18 is 1 day after 2025-10-17"), "{before}");
    let now = run(folder, CORRECTED, &format!("why {HEALTH}/c1 --as-of 2025-10-18"));
    assert!(now.contains("Mon 2025-10-20"), "{now}");

    let words = format!("diff {HEALTH} --known-at {BEFORE} --known-at {CORRECTED} --json");
    let changes: Vec<serde_json::Value> =
        serde_json::from_str(&run(folder, CORRECTED, &words)).expect("diff prints JSON");
    let due = changes.iter().find(|change| change["path"] == "commitments.c1.due").expect("the due date moved");
    assert_eq!((&due["before"], &due["after"]), (&"2025-10-17".into(), &"2025-10-20".into()));
    assert_eq!(due["event"]["seq"], 14);
    assert_eq!(due["event"]["type"], "record.corrected");
}

#[test]
fn what_is_signed_on_or_before_a_day_is_not_said_to_be_signed_on_it() {
    let folder = recorded();
    let folder = folder.path();
    let shown = run(folder, BEFORE, &format!("show {LABORATORY}"));
    assert!(shown.contains("on or before 2020-09-22"), "{shown}");
    let listed = run(folder, BEFORE, "list");
    assert!(listed.contains("by 2020-09-22"), "{listed}");
    assert!(!listed.contains("by 2025-09-17"), "{listed}");
}

#[test]
fn a_pledge_cannot_be_signed() {
    let folder = recorded();
    let words = ["sign", PLEDGE, "--party", "pk", "--on", "2025-05-19"];
    let output = super::program(folder.path(), BEFORE).args(words).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("a pledge has no instrument"), "{said}");
}
