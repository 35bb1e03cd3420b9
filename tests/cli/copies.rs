//! Copies of a register: made while it stands, restored whole, and never of something else.

#![allow(
    clippy::unwrap_used,
    clippy::format_push_string,
    reason = "a file that is not there fails the test; its texts are short"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use crate::harness::{Desk, finish};

/// A register with a paper, some facts and a zone of its own.
fn desk() -> Desk {
    let desk = Desk::with(&[
        "init --zone Asia/Karachi",
        "propose pk-ps-health-2025 --kind mou --party pk:state=Pakistan --party ps:state=Palestine --on 2025-09-10",
        "sign pk-ps-health-2025 --party pk --on 2025-09-17",
    ]);
    fs::write(desk.home().join("minutes.txt"), "In witness whereof").unwrap();
    desk.done(&["attach pk-ps-health-2025 --file minutes.txt --name Minutes"]);
    desk
}

/// Every file that belongs to a register beside its log, with its bytes.
fn beside(store: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |path: &Path| fs::read(path).unwrap();
    let mut found = BTreeMap::from([("register.json".to_owned(), read(&store.join("register.json")))]);
    for paper in fs::read_dir(store.join("papers")).unwrap() {
        let path = paper.unwrap().path();
        found.insert(path.file_name().unwrap().to_string_lossy().into_owned(), read(&path));
    }
    found
}

#[test]
fn a_backup_in_one_file_and_one_in_a_folder_give_the_same_register_again() {
    let desk = desk();
    let (log, files) = (desk.export(), beside(&desk.store()));
    assert_eq!(files.len(), 2);
    for to in ["backup.tar.zst", "backup"] {
        let made = desk.json(&format!("backup {to}"));
        assert_eq!((made["events"].as_u64(), made["files"].as_u64()), (Some(3), Some(2)), "{made}");
        let restored = desk.json(&format!("restore {to} --store {to}.again"));
        assert_eq!(
            (&restored["events"], &restored["files"], &restored["sha256"]),
            (&made["events"], &made["files"], &made["sha256"])
        );
        let again = desk.home().join(format!("{to}.again"));
        assert_eq!(desk.run(&format!("export --store {to}.again")).ok().stdout, log);
        assert_eq!(beside(&again), files);
    }
    // A folder opens as it is.
    assert_eq!(desk.run("export --store backup").ok().stdout, log);
    assert_eq!(beside(&desk.home().join("backup")), files);
    let show = "show pk-ps-health-2025 --as-of 2026-01-05 --known-at 2026-01-05";
    assert_eq!(desk.json(&format!("{show} --store backup")), desk.json(show));
    let left = fs::read_dir(desk.home()).unwrap().map(|entry| entry.unwrap().file_name());
    let unfinished = left.filter(|name| name.to_string_lossy().contains("unfinished"));
    assert_eq!(unfinished.count(), 0);
}

#[test]
fn a_backup_reads_as_people_see_it() {
    let desk = desk();
    let text = desk.run("backup copy.tar.zst").ok().stdout;
    let hash = desk.json("backup copy")["sha256"].as_str().unwrap().to_owned();
    let expected = format!(
        "wrote 3 events and 2 other files to copy.tar.zst, and read them back\nthe hash of all events is {hash}\n"
    );
    assert_eq!(text, expected);
    let restored = desk.run("restore copy.tar.zst --store again").ok();
    assert_eq!(restored.stderr, "made a new register in again (its days are those of Asia/Karachi)\n");
    assert_eq!(restored.stdout, "restored 3 events and 2 other files, and read them back\n");
}

#[test]
fn a_backup_overwrites_nothing_and_is_never_inside_its_store() {
    let desk = desk();
    fs::write(desk.home().join("mine.tar.zst"), "mine").unwrap();
    fs::create_dir(desk.home().join("empty")).unwrap();
    for to in ["mine.tar.zst", "empty"] {
        let refused = desk.run(&format!("backup {to} --json")).exits(1).error();
        assert_eq!(refused["code"], "exists");
    }
    assert_eq!(fs::read(desk.home().join("mine.tar.zst")).unwrap(), b"mine");
    for to in ["register/copy.tar.zst", "register/papers/copy"] {
        assert_eq!(desk.run(&format!("backup {to} --json")).exits(2).error()["code"], "inside_store");
    }
    assert_eq!(desk.run("restore mine.tar.zst --store new --json").exits(4).error()["code"], "damaged");
    desk.done(&["backup one.tar.zst"]);
    assert_eq!(desk.run("restore one.tar.zst --json").exits(1).error()["code"], "not_empty");
    assert_eq!(desk.run("restore register --json").exits(2).error()["code"], "store");
    assert_eq!(desk.run("restore empty --store new --json").exits(1).error()["code"], "no_backup");
    assert_eq!(desk.run("restore nothing --store new --json").exits(1).error()["code"], "file");
    assert_eq!(desk.run("backup two.tar.zst --store nowhere --json").exits(1).error()["code"], "no_register");
}

#[test]
fn a_damaged_or_cut_backup_gives_the_same_register_or_is_refused() {
    let desk = desk();
    desk.done(&["backup whole.tar.zst"]);
    let (log, whole) = (desk.export(), fs::read(desk.home().join("whole.tar.zst")).unwrap());
    let (mut refused, every) = (0, whole.len() / 40);
    for number in 0..40 {
        let at = number * every;
        let mut bytes = whole.clone();
        if number % 2 == 0 {
            bytes[at] ^= 0x10;
        } else {
            bytes.truncate(at);
        }
        fs::write(desk.home().join("damaged.tar.zst"), bytes).unwrap();
        let store = format!("restored-{number}");
        let restored = desk.run(&format!("restore damaged.tar.zst --store {store} --json"));
        match restored.code {
            Some(0) => assert_eq!(desk.run(&format!("export --store {store}")).ok().stdout, log),
            Some(1 | 4) => refused += 1,
            other => panic!("{other:?} at {at}: {}", restored.stderr),
        }
    }
    assert!(refused >= 38, "only {refused} of 40 were noticed");
}

/// As when the disk altered it: such bytes can pass for a file of the right form.
#[test]
fn a_backup_whose_events_no_log_would_take_is_called_damaged() {
    let desk = desk();
    desk.done(&["backup whole.tar.zst"]);
    let whole = fs::read(desk.home().join("whole.tar.zst")).unwrap();
    let refused = |from: &str, to: &str| {
        let mut altered = tar::Builder::new(Vec::new());
        let mut archive = tar::Archive::new(zstd::Decoder::new(whole.as_slice()).unwrap());
        for file in archive.entries().unwrap() {
            let mut file = file.unwrap();
            let (mut header, mut content) = (file.header().clone(), String::new());
            file.read_to_string(&mut content).unwrap();
            content = content.replacen(from, to, usize::from(content.contains(from)));
            header.set_size(content.len() as u64);
            header.set_cksum();
            altered.append(&header, content.as_bytes()).unwrap();
        }
        let altered = zstd::encode_all(altered.into_inner().unwrap().as_slice(), 3).unwrap();
        fs::write(desk.home().join("altered.tar.zst"), altered).unwrap();
        let error = desk.run("restore altered.tar.zst --store other --json").exits(4).error();
        fs::remove_dir_all(desk.home().join("other")).unwrap();
        assert_eq!(error["code"], "damaged");
        let message = error["message"].as_str().unwrap().to_owned();
        assert!(message.contains("altered.tar.zst"), "{message}");
        message
    };
    // The first event's time lies behind the next one's, and its place is another.
    assert!(refused("\"recorded_at\":1", "\"recorded_at\":2").contains("before the log's last record"));
    assert!(refused("\"seq\":1,\"command\"", "\"seq\":7,\"command\"").contains("at version 0"));
}

#[test]
fn a_backup_waits_for_another_process_and_then_says_who_has_the_register() {
    let desk = desk();
    let mut holder = crate::harness::start(desk.servanda().args(["import", "-"]));
    let held = (0..200).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let tried = desk.run("backup copy.tar.zst --wait 0 --json");
        let held = (tried.code == Some(5)).then(|| tried.error());
        let _ = fs::remove_file(desk.home().join("copy.tar.zst"));
        held
    });
    let held = held.expect("the import has the register");
    assert_eq!(held["code"], "held");
    assert!(held["message"].as_str().unwrap().contains("servanda import (process"), "{held}");
    assert!(held["hint"].as_str().unwrap().contains("--wait"), "{held}");
    drop(holder.stdin.take());
    assert!(holder.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn everything_that_is_made_belongs_to_its_owner_alone_whatever_the_umask_is() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::new();
    fs::write(desk.home().join("minutes.txt"), "In witness whereof").unwrap();
    let lines = [
        "record a-b-2025 --kind mou --party pk:state=Pakistan --on 2025-09-10",
        "attach a-b-2025 --file minutes.txt --name Minutes",
        "overdue",
        "backup copy",
        "backup copy.tar.zst",
        "restore copy.tar.zst --store again",
    ];
    let program = env!("CARGO_BIN_EXE_servanda");
    for line in lines {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("umask 000; exec {program} {line}")]);
        for (name, value) in desk.servanda().get_envs() {
            shell.env(name, value.unwrap());
        }
        let _ = finish(shell.current_dir(desk.home()), b"").ok();
    }
    let mut paths = vec![desk.store(), desk.home().join("copy"), desk.home().join("again")];
    paths.push(desk.home().join("copy.tar.zst"));
    let mut seen = 0;
    while let Some(path) = paths.pop() {
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "{}", path.display());
        if metadata.is_dir() {
            paths.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        seen += 1;
    }
    assert!(seen > 25, "{seen} files and folders");
}

#[test]
fn nothing_of_what_is_typed_stands_in_the_lock() {
    let desk = desk();
    let mut holder = crate::harness::start(desk.servanda().args(["import", "-", "--actor", "secret-name"]));
    let lock = || fs::read_to_string(desk.store().join("lock")).unwrap_or_default();
    for _ in 0..500 {
        if !lock().is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let words = lock();
    assert_eq!(words.lines().nth(1), Some("servanda import"), "{words}");
    assert!(!words.contains("secret-name"));
    drop(holder.stdin.take());
    assert!(holder.wait().unwrap().success());
}
