//! Where the register is, what the environment says, and what the shell may complete.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use etcetera::BaseStrategy as _;

use crate::domain::instant::Instant;
use crate::service::clock::{Clock, FixedClock, SystemClock};
use crate::service::identity::{IdSource, SeededIds, SystemIds};
use crate::service::open::{Opening, open};

/// The folder name that is looked for at and above the working folder.
pub const FOLDER: &str = ".servanda";

/// A variable of the environment, if it is set, not empty, and text.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The folder that `SERVANDA_STORE` names, whatever its bytes; none where it is not set, or empty.
#[must_use]
pub fn named_store() -> Option<PathBuf> {
    std::env::var_os("SERVANDA_STORE").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Whether the command line asks for JSON, as far as can be told of one that cannot be parsed.
#[must_use]
pub fn json_is_asked_for() -> bool {
    let words: Vec<_> = std::env::args_os().skip(1).take_while(|word| word != "--").collect();
    let is_json = |word: &std::ffi::OsStr| word == "json" || word == "jsonl";
    words.iter().any(|word| word == "--json" || word == "--format=json" || word == "--format=jsonl")
        || words.windows(2).any(|pair| pair[0] == "--format" && is_json(&pair[1]))
}

/// The folder of the register: the one given, else the one that the environment names, else the nearest `.servanda` at or above the working folder, else the
/// data folder of the user.
#[must_use]
pub fn store(given: Option<&Path>) -> PathBuf {
    if let Some(given) = given.map(Path::to_owned).or_else(named_store) {
        return given;
    }
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    if let Some(found) = here.ancestors().map(|folder| folder.join(FOLDER)).find(|folder| folder.is_dir()) {
        return found;
    }
    etcetera::choose_base_strategy().map_or_else(|_| here.join(FOLDER), |base| base.data_dir().join("servanda"))
}

/// The folder of private keys: the one given, else the one that the environment names, else `servanda/keys` in the user's
/// folder of settings.
#[must_use]
pub fn keys(given: Option<&Path>) -> PathBuf {
    let named = || std::env::var_os("SERVANDA_KEYS").filter(|value| !value.is_empty()).map(PathBuf::from);
    given.map(Path::to_owned).or_else(named).unwrap_or_else(|| {
        let own = etcetera::choose_base_strategy().map(|base| base.config_dir());
        own.unwrap_or_else(|_| PathBuf::from(".")).join("servanda").join("keys")
    })
}

/// Whether identities, salts and keys are a repeatable sequence, as in tests.
#[must_use]
pub fn ids_are_repeatable() -> bool {
    variable("SERVANDA_SEED").is_some()
}

/// The machine's clock, or a fixed one for tests and for making old reports again (`SERVANDA_NOW`, RFC 3339).
///
/// # Errors
///
/// The variable's text where it is no time.
pub fn clock() -> Result<Arc<dyn Clock>, String> {
    match variable("SERVANDA_NOW") {
        None => Ok(Arc::new(SystemClock)),
        Some(text) => match Instant::parse(&text) {
            Ok(now) => Ok(Arc::new(FixedClock(now))),
            Err(error) => Err(format!("SERVANDA_NOW: {error}")),
        },
    }
}

/// The machine's randomness, or a repeatable sequence for tests (`SERVANDA_SEED`).
#[must_use]
pub fn ids() -> Arc<dyn IdSource> {
    match variable("SERVANDA_SEED") {
        None => Arc::new(SystemIds),
        Some(seed) => {
            // Each run of the program goes on where no earlier one was, so the process's words are part of the seed.
            let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
            Arc::new(SeededIds::new(&format!("{seed} {}", words.join(" "))))
        }
    }
}

/// Who is at the keyboard, where nobody says.
#[must_use]
pub fn actor() -> String {
    variable("SERVANDA_ACTOR")
        .or_else(|| variable("USER"))
        .or_else(|| variable("LOGNAME"))
        .unwrap_or_else(|| "unknown".to_owned())
}

/// What this process calls itself to others that wait for the register: the program and the command, and nothing else of
/// what was typed, which may be confidential.
#[must_use]
pub fn holder(command: &str) -> String {
    format!("servanda {command}")
}

/// Completes references of the register, with their titles; never waits long, and is silent where it cannot.
#[must_use]
pub fn references() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &std::ffi::OsStr| {
        let typed = typed.to_string_lossy().into_owned();
        candidates(&typed).unwrap_or_default()
    })
}

/// The most completions that a shell is given: more could not be read.
const COMPLETIONS_MAX: usize = 512;

fn candidates(typed: &str) -> Option<Vec<CompletionCandidate>> {
    let folder = store(None);
    let opening =
        Opening { create: false, wait: Duration::from_millis(200), holder: "completion".to_owned(), zone: None };
    let service = open(&folder, &opening, clock().ok()?, ids()).ok()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let found = runtime.block_on(service.completions(typed, COMPLETIONS_MAX)).ok()?;
    let help = |words: Option<String>| words.map(|words| super::output::safe::one_line(&words).into_owned().into());
    Some(found.into_iter().map(|(value, words)| CompletionCandidate::new(value).help(help(words))).collect())
}
