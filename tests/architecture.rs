//! The house rules that the compiler cannot see, as tests.
//!
//! Each rule is a function from files to findings. It is run twice: on the tree, where it has to find nothing, and on
//! a made-up file that breaks it, where it has to find that. ARCHITECTURE.md says why the rules are what they are.

#![allow(
    clippy::unwrap_used,
    clippy::case_sensitive_file_extension_comparisons,
    clippy::needless_pass_by_value,
    reason = "a tree that cannot be read fails the test, its files are ours, and findings are handed over"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The rooms in their order: each may know itself and those before it.
const ROOMS: [&str; 6] = ["proof", "domain", "log", "views", "service", "cli"];

/// The most lines of a file: beyond it nobody reads the whole.
const LINES_MAX: usize = 600;

/// What a pure room never says: time, chance, input and output, waiting.
const IMPURE: [&str; 23] = [
    "SystemTime",
    "Instant::now",
    "Utc::now",
    "std::fs",
    "std::env",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "std::{",
    "thread::",
    "tokio",
    "sled",
    "rand",
    "getrandom",
    "new_v4",
    "now_v7",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "async",
    ".await",
];

/// What only some files may say: one clock, one source of identities, one place that names backends, one that reads
/// the environment; and chrono's own clocks nowhere.
const ONLY_IN: [(&str, &[&str]); 9] = [
    ("SystemTime::now", &["src/service/clock.rs"]),
    ("Instant::now", &["src/service/clock.rs"]),
    ("Utc::now", &[]),
    ("Local", &[]),
    ("getrandom", &["src/service/identity.rs"]),
    ("now_v7", &["src/service/identity.rs"]),
    ("env::var", &["src/cli/place.rs"]),
    ("SledLog", &["src/service/open.rs", "src/log/"]),
    ("MemoryLog", &["src/service/open.rs", "src/log/"]),
];

/// Names that say nothing about what is inside.
const UNNAMED: [&str; 6] = ["utils", "util", "helpers", "manager", "common", "misc"];

/// A file of the tree, with its path from the root.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn of(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// What the compiler of the released program sees: no comments, no texts, no tests.
    fn code(&self) -> String {
        without_tests(&bare(&self.text))
    }

    fn room(&self) -> Option<&str> {
        self.path.strip_prefix("src/")?.split_once('/').map(|(room, _)| room)
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// The files that people wrote: everything but what is built, what is generated data, and what belongs to git.
fn tree() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().unwrap().is_dir() {
                if name != "target" && (!name.starts_with('.') || name == ".ci") {
                    folders.push(entry.path());
                }
            } else if name != "Cargo.lock"
                && name != ".git"
                && let Ok(text) = fs::read_to_string(entry.path())
            {
                let path = entry.path().strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 50, "the tree was not found");
    found
}

/// Rust text with comments and the insides of texts taken out, line by line as it was.
fn bare(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let starts = |at: usize, what: &str| what.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c));
    let skip_to = |at: &mut usize, to: usize, out: &mut String| {
        let to = to.min(chars.len());
        out.extend(chars[*at..to].iter().filter(|c| **c == '\n'));
        *at = to;
    };
    while at < chars.len() {
        let word_before = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
        if starts(at, "//") {
            let end = (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len());
            skip_to(&mut at, end, &mut out);
        } else if starts(at, "/*") {
            let end = (at + 2..chars.len()).find(|i| starts(*i, "*/")).map_or(chars.len(), |i| i + 2);
            skip_to(&mut at, end, &mut out);
        } else if chars[at] == 'r' && !word_before && (starts(at + 1, "\"") || starts(at + 1, "#")) {
            let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
            if chars.get(at + 1 + hashes) == Some(&'"') {
                let close = format!("\"{}", "#".repeat(hashes));
                let from = at + 2 + hashes;
                let end = (from..chars.len()).find(|i| starts(*i, &close)).map_or(chars.len(), |i| i + close.len());
                out.push_str("\"\"");
                skip_to(&mut at, end, &mut out);
            } else {
                out.push('r');
                at += 1;
            }
        } else if chars[at] == '"' {
            let mut end = at + 1;
            while end < chars.len() && chars[end] != '"' {
                end += if chars[end] == '\\' { 2 } else { 1 };
            }
            out.push_str("\"\"");
            skip_to(&mut at, end + 1, &mut out);
        } else if chars[at] == '\'' && (starts(at + 1, "\\") || chars.get(at + 2) == Some(&'\'')) {
            let end = (at + 2..chars.len()).find(|i| chars[*i] == '\'' && *i > at + 1).unwrap_or(chars.len());
            let end = if starts(at + 1, "\\'") { end + 1 } else { end };
            skip_to(&mut at, end + 1, &mut out);
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// Leaves out what stands under `#[cfg(test)]`; rustfmt puts its end at the same depth as its beginning.
fn without_tests(code: &str) -> String {
    let mut out = String::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        let depth = line.len() - line.trim_start().len();
        for line in lines.by_ref() {
            let here = line.len() - line.trim_start().len();
            let ends = line.trim_end().ends_with([';', '}']);
            if here == depth && ends && !line.trim().is_empty() {
                break;
            }
        }
    }
    out
}

/// Where a word stands by itself, not as a part of another.
fn places(code: &str, word: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let free = |at: usize| {
        let before = code[..at].chars().next_back().is_some_and(is_word);
        let after = code[at + word.len()..].chars().next().is_some_and(is_word);
        !(before && word.starts_with(is_word) || after && word.ends_with(is_word))
    };
    code.match_indices(word).map(|(at, _)| at).filter(|at| free(*at)).collect()
}

fn rank(room: &str) -> Option<usize> {
    ROOMS.iter().position(|known| *known == room)
}

/// The one place that knows both the log and the domain, in its parts.
fn is_codec(path: &str) -> bool {
    path == "src/log/codec.rs" || path.starts_with("src/log/codec/")
}

/// Files that know a room after their own, or hide which room they know.
fn climbs(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        let Some(room) = source.room() else { continue };
        let path = &source.path;
        let Some(own) = rank(room) else {
            found.push(format!("{path}: {room} is not one of the rooms {ROOMS:?}"));
            continue;
        };
        let code = source.code();
        for at in places(&code, "crate::") {
            let rest = &code[at + "crate::".len()..];
            let named: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            match rank(&named) {
                None => found.push(format!("{path}: `crate::{named}…` names no room; one `use` line a room")),
                Some(other) if other > own => found.push(format!("{path}: {room} may not know {named}")),
                Some(_) if room == "log" && named == "domain" && !is_codec(path) => {
                    found.push(format!("{path}: only src/log/codec may know both the log and the domain"));
                }
                Some(_) => {}
            }
        }
        if !places(&code, "super::super").is_empty() {
            found.push(format!("{path}: `super::super` hides a climb; name the room"));
        }
        if path == &format!("src/{room}/mod.rs") && !places(&code, "super::").is_empty() {
            found.push(format!("{path}: `super::` leaves the room; name it"));
        }
        if !places(&code, "servanda::").is_empty() {
            found.push(format!("{path}: the crate calls itself `crate`"));
        }
    }
    found
}

/// Files of the pure rooms that reach for time, chance or the outside.
fn impurities(sources: &[Source]) -> Vec<String> {
    let pure = sources.iter().filter(|source| matches!(source.room(), Some("proof" | "domain" | "views")));
    let pure = pure.filter(|source| !source.path.ends_with("/tests.rs"));
    pure.flat_map(|source| {
        let code = source.code();
        let said = IMPURE.iter().filter(move |word| !places(&code, word).is_empty());
        said.map(|word| format!("{}: a pure room never says `{word}`", source.path))
    })
    .collect()
}

/// Files that say what only others may say.
fn strays(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust() && source.path.starts_with("src/")) {
        let code = source.code();
        for (word, allowed) in ONLY_IN {
            let may = allowed.iter().any(|allowed| source.path.starts_with(allowed));
            if !may && !places(&code, word).is_empty() {
                found.push(format!("{}: `{word}` belongs to {allowed:?} alone", source.path));
            }
        }
    }
    found
}

/// Files that are too long, are named after nothing, or do not say what they are.
fn misfits(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for Source { path, text } in sources.iter().filter(|source| source.is_rust()) {
        let lines = text.lines().count();
        if lines > LINES_MAX {
            found.push(format!("{path}: {lines} lines are more than {LINES_MAX}"));
        }
        if let Some(word) = path.trim_end_matches(".rs").split('/').find(|part| UNNAMED.contains(part)) {
            found.push(format!("{path}: {word:?} says nothing about what is inside"));
        }
        for name in declared(&bare(text)).into_iter().filter(|name| UNNAMED.contains(&name.as_str())) {
            found.push(format!("{path}: module {name:?} says nothing about what is inside"));
        }
        if !text.starts_with("//! ") {
            found.push(format!("{path}: its first line does not say what it is (`//! …`)"));
        }
    }
    found
}

/// The modules that a file declares, inside or as files of their own.
fn declared(code: &str) -> Vec<String> {
    let names = places(code, "mod ").into_iter().map(|at| {
        let rest = &code[at + "mod ".len()..];
        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// Files that no `mod` line leads to, which the compiler never sees.
fn forgotten(sources: &[Source]) -> Vec<String> {
    let all: BTreeSet<&str> = sources.iter().filter(|s| s.is_rust()).map(|s| s.path.as_str()).collect();
    let is_root = |path: &str| {
        let parts: Vec<&str> = path.split('/').collect();
        matches!(parts.as_slice(), ["src", "lib.rs" | "main.rs"] | ["tests" | "benches" | "examples", _])
            || matches!(parts.as_slice(), ["tests" | "benches" | "examples", _, "main.rs"])
            // A package of its own.
            || matches!(parts.as_slice(), ["benches", package, "src", "main.rs"]
                if sources.iter().any(|source| source.path == format!("benches/{package}/Cargo.toml")))
    };
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> = all.iter().filter(|path| is_root(path)).map(|path| (*path).to_owned()).collect();
    while let Some(path) = open.pop() {
        let Some(source) = sources.iter().find(|source| source.path == path) else { continue };
        if !reached.insert(path.clone()) {
            continue;
        }
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
        let own = matches!(file, "mod.rs" | "lib.rs" | "main.rs") || is_root(&path);
        let below = if own { folder.to_owned() } else { format!("{folder}/{}", file.trim_end_matches(".rs")) };
        for name in declared(&bare(&source.text)) {
            open.extend([format!("{below}/{name}.rs"), format!("{below}/{name}/mod.rs")]);
        }
    }
    let watched = |path: &&&str| ["src/", "tests/", "benches/", "examples/"].iter().any(|at| path.starts_with(at));
    let lost = all.iter().filter(watched).filter(|path| !reached.contains(**path));
    lost.map(|path| format!("{path}: no `mod` line leads here, so nobody compiles it")).collect()
}

/// Paths that a document names in code or links to, and that are not there.
fn dead_paths(document: &Source, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let (folder, _) = document.path.rsplit_once('/').unwrap_or(("", ""));
    let mut named: BTreeSet<String> = BTreeSet::new();
    let mut fenced = false;
    for line in document.text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            named.extend(line.split('`').skip(1).step_by(2).filter_map(repository_path));
            for link in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let link = link.split('#').next().unwrap_or_default();
                if !link.is_empty() && !link.contains(':') {
                    named.insert(if folder.is_empty() { link.to_owned() } else { format!("{folder}/{link}") });
                }
            }
        }
    }
    let dead = named.into_iter().filter(|path| !exists(path));
    dead.map(|path| format!("{}: there is no {path}", document.path)).collect()
}

/// The path of the repository that a piece of code names, up to its first placeholder; none where it names no file.
fn repository_path(code: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/<>*".contains(c);
    if code.is_empty() || !code.chars().all(plain) {
        return None;
    }
    let fixed = match code.find(['<', '*']) {
        Some(at) => code[..at].rsplit_once('/')?.0,
        None => code.trim_end_matches('/'),
    };
    let first = code.split('/').next()?;
    let is_at_root = ["src", "tests", "benches", "examples", "docs", "schemas", "fuzz", ".ci"].contains(&first);
    let is_document = !code.contains('/') && [".md", ".toml"].iter().any(|end| code.ends_with(end));
    if is_at_root && code.contains('/') || is_document {
        Some(fixed.to_owned())
    } else if rank(first).is_some() && code.ends_with(".rs") {
        Some(format!("src/{fixed}"))
    } else {
        None
    }
}

/// Dependencies that do not say what they are for, beside or above their line.
fn unexplained(manifest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut listed, mut reason_above) = (false, false);
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            listed = line.contains("dependencies");
        } else if listed && line.contains('=') && !line.starts_with('#') && !reason_above && !line.contains(" # ") {
            found.push(format!("Cargo.toml: {line:?} does not say what it is for"));
        }
        reason_above = line.starts_with('#') && !line.starts_with("# ---");
    }
    found
}

/// Paths of one machine, and notes to oneself.
fn debris(sources: &[Source]) -> Vec<String> {
    let machine = [["/wo", "rk"], ["/ro", "ot"], ["/tm", "p"], ["/ho", "me"]].map(|halves| halves.concat());
    let notes = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"]].map(|halves| halves.concat());
    let mut found = Vec::new();
    for Source { path, text } in sources {
        for word in &machine {
            let part_of_longer = |at: &usize| {
                let before = text[..*at].chars().next_back();
                before.is_some_and(|c| c.is_alphanumeric() || "._-~/}>)".contains(c))
            };
            if places(text, word).iter().any(|at| !part_of_longer(at)) {
                found.push(format!("{path}: `{word}` is a path of one machine"));
            }
        }
        let is_data = [".json", ".jsonl", ".csv", ".txt"].iter().any(|end| path.ends_with(end));
        for word in notes.iter().filter(|word| !is_data && !places(text, word).is_empty()) {
            found.push(format!("{path}: {word} is a note to oneself; finish it or open an issue"));
        }
    }
    found
}

#[track_caller]
fn none(findings: Vec<String>) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// The rule finds exactly this many faults in a made-up file.
#[track_caller]
fn finds(count: usize, rule: impl Fn(&[Source]) -> Vec<String>, path: &str, text: &str) {
    let found = rule(&[Source::of(path, text)]);
    assert_eq!(found.len(), count, "{path}: {text:?}\n{}", found.join("\n"));
}

#[test]
fn a_room_knows_only_the_rooms_before_it() {
    none(climbs(&tree()));
}

#[test]
fn a_climb_is_noticed() {
    finds(0, climbs, "src/views/a.rs", "use crate::domain::day::Day;\nuse super::Asked;\n");
    finds(0, climbs, "src/domain/a.rs", "//! See crate::cli.\nconst A: &str = \"crate::cli\"; // crate::log\n");
    finds(1, climbs, "src/domain/a.rs", "use crate::views::Asked;\n");
    finds(1, climbs, "src/views/a.rs", "fn f() -> crate::service::Service { todo() }\n");
    finds(1, climbs, "src/service/a.rs", "use crate::{domain, cli};\n");
    finds(1, climbs, "src/log/sled/a.rs", "use super::super::codec;\n");
    finds(1, climbs, "src/log/mod.rs", "use super::domain;\n");
    finds(0, climbs, "src/log/codec.rs", "use crate::domain::event::Event;\n");
    finds(0, climbs, "src/log/codec/part.rs", "use crate::domain::event::Event;\n");
    finds(1, climbs, "src/log/codecs.rs", "use crate::domain::event::Event;\n");
    finds(1, climbs, "src/log/tail.rs", "use crate::domain::event::Event;\n");
    finds(1, climbs, "src/web/mod.rs", "");
}

#[test]
fn facts_and_answers_are_made_without_clock_chance_or_io() {
    none(impurities(&tree()));
}

#[test]
fn an_impurity_is_noticed() {
    finds(0, impurities, "src/domain/a.rs", "use super::instant::Instant;\n// not std::fs\nlet random = operand;\n");
    finds(0, impurities, "src/service/a.rs", "std::fs::read(path);\n");
    finds(0, impurities, "src/domain/a.rs", "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n");
    finds(1, impurities, "src/domain/a.rs", "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\nuse std::env;\n");
    for word in IMPURE {
        assert!(!impurities(&[Source::of("src/views/a.rs", &format!("x({word} y);\n"))]).is_empty(), "{word}");
    }
}

#[test]
fn clock_chance_environment_and_backends_have_one_place_each() {
    none(strays(&tree()));
}

#[test]
fn a_second_clock_is_noticed() {
    finds(0, strays, "src/service/clock.rs", "SystemTime::now()\n");
    finds(1, strays, "src/service/execute.rs", "SystemTime::now()\n");
    finds(1, strays, "src/cli/session.rs", "use crate::log::SledLog;\n");
    finds(2, strays, "src/service/clock.rs", "chrono::Utc::now(); chrono::Local::now();\n");
}

#[test]
fn files_are_short_and_named_and_say_what_they_are() {
    none(misfits(&tree()));
}

#[test]
fn a_misfit_is_noticed() {
    finds(0, misfits, "src/log/error.rs", "//! Errors.\n");
    finds(1, misfits, "src/log/error.rs", &"//! Errors.\n".repeat(LINES_MAX + 1));
    finds(1, misfits, "src/log/utils.rs", "//! Things.\n");
    finds(1, misfits, "src/log/error.rs", "//! Errors.\nmod helpers {}\n");
    finds(1, misfits, "src/log/error.rs", "use std::fmt;\n");
}

#[test]
fn every_file_is_compiled() {
    none(forgotten(&tree()));
}

#[test]
fn a_forgotten_file_is_noticed() {
    let lib = Source::of("src/lib.rs", "pub mod log;\n// mod gone;\n");
    let log = Source::of("src/log/mod.rs", "mod sled;\n");
    let main = Source::of("tests/log/main.rs", "mod damage;\n");
    let below = ["src/log/sled.rs", "tests/log/damage.rs"].map(|path| Source::of(path, ""));
    let mut sources: Vec<Source> = [lib, log, main].into_iter().chain(below).collect();
    none(forgotten(&sources));
    sources.extend(["src/gone.rs", "src/log/gone.rs", "tests/log/gone.rs"].map(|path| Source::of(path, "")));
    assert_eq!(forgotten(&sources).len(), 3);
}

#[test]
fn documents_name_only_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = tree();
    let documents = sources.iter().filter(|source| source.path.ends_with(".md"));
    none(documents.flat_map(|document| dead_paths(document, |path| root.join(path).exists())).collect());
}

#[test]
fn a_dead_path_is_noticed() {
    let dead = |text: &str| dead_paths(&Source::of("docs/a.md", text), |path| path == "src/lib.rs" || path == "docs");
    none(dead("`src/lib.rs`, `docs/*.md`, `cargo test`, `log/db`, `--json`\n```\n`src/gone.rs`\n```\n"));
    assert_eq!(dead("see `src/gone.rs`").len(), 1);
    assert_eq!(dead("see `log/gone.rs` and `schemas/<name>.json`").len(), 2);
    assert_eq!(dead("see `GONE.md` and [that](gone.md#there), not [this](https://example.org/gone.md)").len(), 2);
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let tree = tree();
    let manifests: Vec<_> = tree.iter().filter(|source| source.path.ends_with("Cargo.toml")).collect();
    assert!(manifests.len() > 1, "the manifests were not found");
    for manifest in manifests {
        none(unexplained(&manifest.text));
    }
}

#[test]
fn an_unexplained_dependency_is_noticed() {
    none(unexplained("[package]\nname = \"a\"\n[dependencies]\n# why\na = \"1\"\nb = \"1\"   # why\n"));
    assert_eq!(unexplained("[dependencies]\n# --- section\na = \"1\"\n# why\nb = \"1\"\nc = \"1\"\n").len(), 2);
}

#[test]
fn nothing_in_the_tree_speaks_of_one_machine_or_is_left_undone() {
    none(debris(&tree()));
}

#[test]
fn debris_is_noticed() {
    let path = ["/ro", "ot/x"].concat();
    finds(1, debris, "README.md", &format!("see `{path}`"));
    finds(0, debris, "README.md", &format!("see https://example.org{path} and $HOME{path}"));
    finds(1, debris, "src/a.rs", &["// TO", "DO: more"].concat());
    finds(0, debris, "src/a.rs", "\"XXXX-06-26\"");
}
