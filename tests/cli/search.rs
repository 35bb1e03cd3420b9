//! `search`, in the scripts that people write.

use serde_json::Value;

use crate::harness::Desk;

const OPENINGS: [&str; 4] = [
    r#"propose pk-ps-health-2025 --title "MoU on Health Cooperation" --kind mou --party pk:state="Government of Pakistan" --party ps:state="دولة فلسطين" --on 2025-09-01"#,
    r#"propose ps-eg-2024 --title "اتفاقية التعاون في مجال الصحة" --kind mou --party ps:state="State of Palestine" --party eg:state=Egypt --on 2024-03-01"#,
    r#"propose pk-sa-2023 --title "مفاہمت کی یادداشت برائے صحت" --kind mou --party pk:state="حکومتِ پاکستان" --party sa:state="Saudi Arabia" --on 2023-05-05"#,
    r#"propose cn-pk-2022 --title "中华人民共和国和巴基斯坦卫生合作谅解备忘录" --kind mou --party cn:state=China --party pk:state=Pakistan --on 2022-02-02"#,
];

fn desk() -> Desk {
    let desk = Desk::new();
    desk.done(&OPENINGS);
    desk
}

fn references(answer: &Value) -> Vec<&str> {
    let found = answer["found"].as_array().expect("a list");
    found.iter().map(|row| row["reference"].as_str().expect("a reference")).collect()
}

#[test]
fn a_title_is_found_in_its_own_script_and_from_another_keyboard() {
    let desk = desk();
    for (words, found) in [
        ("health", vec!["pk-ps-health-2025"]),
        ("HEALTH cooper", vec!["pk-ps-health-2025"]),
        ("الصحة", vec!["ps-eg-2024"]),
        ("اتفاقيه", vec!["ps-eg-2024"]),
        ("یادداشت", vec!["pk-sa-2023"]),
        ("يادداشت", vec!["pk-sa-2023"]),
        ("卫生合作", vec!["cn-pk-2022"]),
        ("录", vec!["cn-pk-2022"]),
        ("pakistan", vec!["pk-ps-health-2025", "cn-pk-2022"]),
        ("حكومت پاكستان", vec!["pk-sa-2023"]),
        ("mou egypt", vec![]),
    ] {
        let answer = desk.json(&format!("search {words}"));
        assert_eq!(references(&answer), found, "{words}");
    }
}

#[test]
fn a_row_shows_the_words_around_and_the_fact_that_says_them() {
    let desk = desk();
    desk.done(&[
        r#"set-deadline pk-ps-health-2025 "Train two hundred nurses at the teaching hospital in Ramallah" --due 2025-12-01 --owed-by pk --on 2025-09-02"#,
    ]);
    let answer = desk.json("search nurses ramal");
    let row = &answer["found"][0];
    assert_eq!(row["since"], "2025-09-02");
    assert_eq!(row["found"][0]["place"], "commitment");
    assert_eq!(row["found"][0]["fact"], 2);
    assert_eq!(row["found"][0]["words"], "Train two hundred nurses at the teaching hospital in Ramallah");
    assert_eq!(answer["words"], serde_json::json!(["nurses", "ramal"]));
    let sheet = desk.run("search nurses --format csv").ok().stdout;
    assert!(sheet.contains("commitment @2: Train two hundred nurses"), "{sheet}");
}

#[test]
fn words_count_from_their_day_and_from_when_they_were_recorded() {
    let desk = desk();
    assert_eq!(references(&desk.json("search palestine --as-of 2024-03-01")), ["ps-eg-2024"]);
    assert!(references(&desk.json("search palestine --as-of 2024-02-29")).is_empty());
    let before = desk.next_time();
    desk.morning_of("2026-03-01");
    desk.done(&[r#"correct ps-eg-2024@1 --set data.title="A memorandum on schools" --reason "misread""#]);
    assert_eq!(references(&desk.json("search schools")), ["ps-eg-2024"]);
    assert!(references(&desk.json("search الصحة")).is_empty());
    assert_eq!(references(&desk.json(&format!("search الصحة --known-at {before}"))), ["ps-eg-2024"]);
    desk.done(&[r#"retract ps-eg-2024@1 --reason "never was""#]);
    assert!(references(&desk.json("search schools")).is_empty());
}

#[test]
fn no_more_are_shown_than_asked_for_and_nothing_to_look_for_is_a_mistake() {
    let desk = desk();
    let answer = desk.json("search mou pk --limit 1");
    assert_eq!(answer["more"], false);
    let answer = desk.json("search 2 --limit 1");
    assert_eq!((references(&answer).len(), &answer["more"]), (1, &Value::Bool(true)));
    assert!(desk.run("search 2 --limit 1").ok().stdout.contains("there are more than 1"));
    let refused = desk.run("search – --json").exits(2);
    assert!(refused.stderr.contains("\"words\""), "{}", refused.stderr);
}
