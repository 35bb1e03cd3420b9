//! Keys, heads and proofs as people and scripts meet them.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::harness::{Desk, Output};

fn desk() -> Desk {
    Desk::with(&[
        "propose a --kind mou --party pk:state=Pakistan --party ps:state=Palestine --on 2025-01-01",
        "key new --name example.com/register",
        "sign a --party pk --on 2025-02-01",
    ])
}

fn kept(desk: &Desk, name: &str, output: Output) {
    std::fs::write(desk.home().join(name), output.ok().stdout).expect("the home can be written to");
}

fn code(output: &Output) -> String {
    output.error()["code"].as_str().expect("a code").to_owned()
}

fn key(desk: &Desk) -> String {
    desk.json("key list")[0]["key"].as_str().expect("a key").to_owned()
}

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

#[test]
fn a_private_key_lies_outside_the_register_for_its_owner_alone_and_is_shown_nowhere() {
    let desk = Desk::with(&["init --store register"]);
    let made = desk.run("key new --name example.com/register").ok();
    let folder = desk.home().join(".config/servanda/keys");
    let file = std::fs::read_dir(&folder).expect("it is there").next().expect("a file").expect("it reads").path();
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    let secret = std::fs::read_to_string(&file).expect("it reads");
    let seed = secret.trim_end().rsplit('+').next().expect("a last part").to_owned();
    assert!(secret.starts_with("PRIVATE+KEY+example.com/register+"));
    let head = desk.run("tree-head").ok();
    let all = [
        made.stdout,
        made.stderr,
        head.stdout,
        desk.export(),
        desk.run("key list").ok().stdout,
        desk.run("history register").ok().stdout,
    ];
    assert!(all.iter().all(|text| !text.contains(&seed) && !text.contains("PRIVATE")));
    let mut folders = vec![desk.store()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("it reads") {
            let path = entry.expect("it reads").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("it reads");
                assert!(!String::from_utf8_lossy(&bytes).contains(&seed), "{}", path.display());
            }
        }
    }
}

#[test]
fn a_key_in_the_register_or_open_to_others_is_refused() {
    let desk = Desk::with(&["init --store register"]);
    for folder in ["register", "register/keys", "register/../register/log", "./register/heads/keys"] {
        let refused = desk.run(&format!("key new --keys {folder} --json")).exits(1);
        assert_eq!(code(&refused), "keys_in_store", "{folder}");
    }
    std::fs::create_dir(desk.home().join("open")).expect("it can be made");
    std::fs::set_permissions(desk.home().join("open"), std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    assert_eq!(code(&desk.run("key new --keys open --json").exits(1)), "keys_open");
    assert_eq!(desk.export(), "", "nothing is on record");
    desk.done(&["key new --keys own"]);
    let file = std::fs::read_dir(desk.home().join("own")).expect("it is there").next().expect("a file");
    let file = file.expect("it reads").path();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("it is ours");
    assert_eq!(code(&desk.run("tree-head --keys own --json").exits(1)), "keys_open");
    assert_eq!(code(&desk.run("tree-head --json").exits(1)), "key_elsewhere");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
    let _ = desk.run("tree-head --keys own").ok();
}

#[test]
fn a_head_is_a_checkpoint_that_is_signed_once_and_kept() {
    let desk = desk();
    let first = desk.run("tree-head").ok().stdout;
    let lines: Vec<&str> = first.lines().collect();
    assert_eq!(lines[..2], ["example.com/register", "3"]);
    assert_eq!((lines[2].len(), lines[3], lines[4]), (44, "time 2026-01-05T09:00:03Z", ""));
    assert!(lines[5].starts_with("\u{2014} example.com/register "));
    assert_eq!(desk.run("tree-head").ok().stdout, first, "given out once");
    let heads = desk.store().join("heads");
    assert_eq!(mode(&heads), 0o700);
    let file = std::fs::read_dir(heads).expect("it is there").next().expect("a file").expect("it reads").path();
    assert_eq!((mode(&file), std::fs::read_to_string(&file).expect("it reads")), (0o600, first.clone()));
    desk.done(&["note a more"]);
    assert_ne!(desk.run("tree-head").ok().stdout, first);
}

#[test]
fn a_proof_is_checked_without_a_register_and_only_with_something_to_trust() {
    let desk = desk();
    kept(&desk, "head.note", desk.run("tree-head"));
    kept(&desk, "event.proof", desk.run("prove a@2"));
    kept(&desk, "short.proof", desk.run("prove a@2 --without-body"));
    let key = key(&desk);
    std::fs::remove_dir_all(desk.store()).expect("it can be removed");
    let whole = desk.json(&format!("verify-proof event.proof --key {key}"));
    assert_eq!((&whole["holds"], &whole["position"], &whole["events"]), (&true.into(), &2.into(), &3.into()));
    assert_eq!((&whole["header"]["seq"], &whole["body"]["data"]["party"]), (&2.into(), &"pk".into()));
    assert_eq!(whole["signed_by"], key);
    let by_head = desk.json("verify-proof event.proof --head head.note");
    assert_eq!((&by_head["holds"], &by_head["signed_by"]), (&true.into(), &Value::Null));
    let short = desk.json(&format!("verify-proof short.proof --key {key}"));
    assert_eq!((&short["body"], &short["header"]["type"]), (&Value::Null, &"agreement.signed".into()));
    assert_eq!(code(&desk.run("verify-proof event.proof --json").exits(2)), "unfounded");
    let other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(code(&desk.run(&format!("verify-proof event.proof --key {other} --json")).exits(4)), "head");
    assert_eq!(code(&desk.run("verify-proof event.proof --key x --json").exits(2)), "key");
    assert_eq!(code(&desk.run("verify-proof head.note --head head.note --json").exits(4)), "proof");
    let text = std::fs::read_to_string(desk.home().join("event.proof")).expect("it reads");
    std::fs::write(desk.home().join("moved.proof"), text.replace("index 2", "index 1")).expect("it can be written");
    assert_eq!(code(&desk.run(&format!("verify-proof moved.proof --key {key} --json")).exits(4)), "proof");
}

#[test]
fn a_body_that_is_not_the_one_of_the_header_is_refused_in_a_proof() {
    let desk = desk();
    let _ = desk.run("tree-head").ok();
    let proof = desk.run("prove a@2").ok().stdout;
    let (before, rest) = proof.split_once("extra ").expect("it carries the event");
    let (extra, rest) = rest.split_once('\n').expect("it goes on");
    let event = String::from_utf8(servanda::proof::file::unbase64(extra).expect("base64")).expect("text");
    let forged = servanda::proof::file::base64(event.replace("\"party\":\"pk\"", "\"party\":\"ps\"").as_bytes());
    std::fs::write(desk.home().join("forged.proof"), format!("{before}extra {forged}\n{rest}"))
        .expect("it can be written");
    let refused = desk.run(&format!("verify-proof forged.proof --key {} --json", key(&desk))).exits(4);
    assert_eq!(code(&refused), "event");
}

#[test]
fn growth_is_proven_from_a_head_that_somebody_holds() {
    let desk = desk();
    kept(&desk, "early.note", desk.run("tree-head"));
    desk.done(&["note a more", "key rotate --reason \"the clerk left\"", "note a most"]);
    kept(&desk, "late.note", desk.run("tree-head"));
    kept(&desk, "growth.proof", desk.run("prove --consistency early.note"));
    let keys = desk.json("key list");
    let keys: Vec<&str> = keys.as_array().expect("a list").iter().filter_map(|row| row["key"].as_str()).collect();
    let [old, new] = keys[..] else { panic!("two keys") };
    let grown = desk.json(&format!("verify-proof growth.proof --head early.note --key {new}"));
    assert_eq!((&grown["from"], &grown["events"], &grown["holds"]), (&3.into(), &6.into(), &true.into()));
    let codes = [
        (format!("verify-proof growth.proof --head early.note --key {old}"), 4, "head"),
        (format!("verify-proof growth.proof --head late.note --key {new}"), 4, "proof"),
        (format!("verify-proof growth.proof --key {new}"), 2, "unfounded"),
        ("verify-proof growth.proof --head early.note".to_owned(), 2, "unfounded"),
    ];
    for (line, exit, expected) in codes {
        assert_eq!(code(&desk.run(&format!("{line} --json")).exits(exit)), expected, "{line}");
    }
    let verified = desk.json("verify --against early.note --against late.note");
    assert_eq!((&verified["ok"], &verified["heads"]), (&true.into(), &4.into()));
}

#[test]
fn what_cannot_be_signed_or_proven_says_what_to_do() {
    let desk =
        Desk::with(&["propose a --kind mou --party pk:state=Pakistan --party ps:state=Palestine --on 2025-01-01"]);
    let refused = |line: &str, exit| code(&desk.run(&format!("{line} --json")).exits(exit));
    assert_eq!(refused("tree-head", 1), "no_key");
    assert_eq!(refused("key rotate --reason lost", 1), "no_key");
    assert_eq!(refused("prove a@1", 1), "no_head");
    assert_eq!(refused("key new --name \"not a name\"", 2), "key");
    desk.done(&["key new"]);
    assert_eq!(refused("key new", 1), "key_there");
    let _ = desk.run("tree-head").ok();
    let _ = desk.run("prove a@1").ok();
    assert_eq!(refused("prove a@7", 1), "no_such_event");
    assert_eq!(refused("prove a@0", 1), "no_such_event");
    assert_eq!(refused("prove b@1", 1), "no_such_agreement");
    assert_eq!(refused("prove a", 2), "event");
    assert_eq!(refused("verify --against nowhere.note", 5), "file");
}

#[test]
fn what_verify_says_to_people() {
    let desk = desk();
    let shown = desk.run("verify").ok().stdout;
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "everything is as it was recorded: 3 events, no tree head was given out yet");
    assert!(lines.last().is_some_and(|last| last.starts_with("root ")), "{shown}");
    kept(&desk, "head.note", desk.run("tree-head"));
    std::fs::write(desk.home().join("broken.note"), "nothing\n").expect("it can be written");
    let shown = desk.run("verify --against broken.note").exits(4).stdout;
    assert!(shown.starts_with("NOT everything is as it was recorded: 3 events, 2 tree heads\n"), "{shown}");
    assert!(shown.contains("head_unreadable"), "{shown}");
    assert!(shown.contains("it is not a signed tree head (C2SP tlog-checkpoint)"), "{shown}");
}
