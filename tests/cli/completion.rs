//! What helps at the keyboard: completion with the register's own names, and the manual.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use servanda::domain::command::VERBS;

use crate::harness::{Desk, Output, finish, start};

const SETUP: [&str; 4] = [
    r#"propose pk-ps-health-2025 --kind mou --title "MoU on health" --party pk:state=Pakistan --party ps:state=Palestine"#,
    "propose cn-aid-7 --kind mou --party a:state=A --party b:state=B",
    r#"set-deadline pk-ps-health-2025 "Form the group" --due 2026-02-01 --owed-by pk"#,
    r#"set-deadline pk-ps-health-2025 "Train 40 doctors" --due 2026-03-01 --owed-by pk"#,
];

/// Completes the last of these words, as the script that bash is given does it.
fn completing(desk: &Desk, words: &[&str]) -> Command {
    let mut command = desk.servanda();
    command
        .env("COMPLETE", "bash")
        .env("_CLAP_IFS", "\n")
        .env("_CLAP_COMPLETE_INDEX", (words.len()).to_string())
        .env("_CLAP_COMPLETE_COMP_TYPE", "9")
        .env("_CLAP_COMPLETE_SPACE", "true")
        .args(["--", "servanda"])
        .args(words);
    command
}

fn complete(desk: &Desk, words: &[&str]) -> Output {
    finish(&mut completing(desk, words), b"")
}

fn offered(desk: &Desk, words: &[&str]) -> Vec<String> {
    complete(desk, words).ok().stdout.lines().map(str::to_owned).collect()
}

#[test]
fn references_and_commitments_of_the_register_are_offered() {
    let desk = Desk::with(&SETUP);
    assert_eq!(offered(&desk, &["show", "p"]), ["pk-ps-health-2025"]);
    assert_eq!(offered(&desk, &["why", "pk-ps-health-2025/"]), ["pk-ps-health-2025/c1", "pk-ps-health-2025/c2"]);
    assert_eq!(offered(&desk, &["sign", "cn"]), ["cn-aid-7"]);
    assert_eq!(offered(&desk, &["overdue", "--agreement", "c"]), ["cn-aid-7"]);
    assert_eq!(offered(&desk, &["sign", "zz"]), Vec::<String>::new());
}

#[test]
fn verbs_options_and_their_words_are_offered() {
    let desk = Desk::new();
    assert!(offered(&desk, &["report-m"]).contains(&"report-milestone".to_owned()));
    assert!(offered(&desk, &["sign", "x", "--pa"]).contains(&"--party".to_owned()));
    let modes = offered(&desk, &["sign", "x", "--mode", ""]);
    assert!(modes.contains(&"ad_referendum".to_owned()), "{modes:?}");
}

#[test]
fn completion_is_silent_and_quick_where_it_cannot_know() {
    let desk = Desk::new();
    let none = complete(&desk, &["show", "p"]).ok();
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("", ""));
    assert!(!desk.store().exists(), "completion makes no register");

    desk.done(&SETUP);
    let mut holder = start(desk.servanda().args(["import", "-"]));
    while desk.run("list --wait 0").code != Some(5) {
        std::thread::sleep(Duration::from_millis(20));
    }
    // It is over long before --wait would be: were it to wait like a command, the holder would have to end first.
    let (done, told) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let mut servanda = completing(&desk, &["show", "p"]);
        scope.spawn(move || {
            done.send(finish(&mut servanda, b"")).expect("somebody listens");
        });
        let held = told.recv_timeout(Duration::from_secs(5)).expect("it does not wait for the holder").ok();
        assert_eq!((held.stdout.as_str(), held.stderr.as_str()), ("", ""));
    });
    drop(holder.stdin.take());
    assert!(holder.wait().expect("it ends").success());
}

#[test]
fn each_shell_gets_a_line_that_turns_completion_on() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let line = desk.run(&format!("completions {shell}")).ok().stdout;
        assert!(line.contains(shell) && line.ends_with('\n'), "{line}");
        let script = finish(desk.servanda().env("COMPLETE", shell), b"").ok().stdout;
        assert!(script.contains("servanda"), "{shell}");
    }
    let _ = desk.run("completions tcsh").exits(2);
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let desk = Desk::new();
    let said = desk.run("man --out pages").ok();
    assert!(said.stderr.contains("pages"), "{}", said.stderr);
    let pages: BTreeSet<String> = std::fs::read_dir(desk.home().join("pages"))
        .expect("the folder was made")
        .map(|page| page.expect("it can be read").file_name().to_string_lossy().into_owned())
        .collect();
    let others = [
        "list",
        "show",
        "overdue",
        "due",
        "history",
        "diff",
        "why",
        "parties",
        "search",
        "stats",
        "init",
        "import",
        "export",
        "restore",
        "rebuild",
        "completions",
        "man",
    ];
    for name in VERBS.iter().map(|verb| verb.name).chain(others) {
        assert!(pages.contains(&format!("servanda-{name}.1")), "{name} is not among {pages:?}");
    }
    let page = std::fs::read_to_string(desk.home().join("pages/servanda-sign.1")).expect("a page is text");
    assert!(page.contains("Syed Mustafa Kamal") && page.contains("party"), "{page}");
}
