//! What people see, looked at: a tour in tables, with names of many scripts, narrow and wide.

mod answers;
mod counting;
mod dates;
mod formats;
mod recurring;
mod lint;
mod moved;
mod returns;
mod terms;
mod treaty;
mod widths;
mod zones;

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

/// The worked agreements, as an export: imported once.
static WORKED: LazyLock<String> = LazyLock::new(|| {
    let desk = Desk::new();
    let lines = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/worked-agreements.jsonl");
    let lines = std::fs::read(lines).expect("the example is in the repository");
    let _ = desk.piped("import -", &lines).ok();
    desk.export()
});

/// What a line shows of the worked agreements at a width, on the morning after.
fn of_worked(width: u16, line: &str) -> String {
    let desk = Desk::new();
    desk.morning_of("2026-01-06");
    let _ = desk.piped("restore -", WORKED.as_bytes()).ok();
    desk.width(width);
    seen(desk.run(line))
}
