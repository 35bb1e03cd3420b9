//! The command line: verbs and questions for people and scripts.
//!
//! Lives here: what is typed, and what is shown. May use: everything but concrete backends. Promises: data on standard
//! output, messages on standard error; the exit codes of [`error::Exit`]. To add a question: its file in `questions`
//! and its rows in that list; a verb needs nothing here, its options are made from its fields.

pub mod args;
pub mod error;
pub mod hint;
pub mod output;
pub mod place;
pub mod questions;
pub mod session;
pub mod shape;
pub mod trust;
pub mod upkeep;
pub mod verbs;

use std::process::ExitCode;

use clap::FromArgMatches;
use clap::Subcommand;

use crate::domain::command::VERBS;
use args::Globals;
use error::{Exit, Failure};
use session::Session;

/// The columns of help where neither the terminal nor `COLUMNS` says; as clap has it.
const HELP_WIDTH: u16 = 100;
/// The most columns of help: longer lines are hard to read.
const HELP_WIDTH_MAX: u16 = 120;
/// The column after the names in the list of commands.
const NAMES_END: usize = 26;

/// The whole command line, for help, completions and man pages.
#[must_use]
pub fn command() -> clap::Command {
    parser().after_help(overview().trim_start().to_owned())
}

/// The command line without the list of commands that its help shows: that takes a sentence out of each verb's schema,
/// which is most of the time that parsing would take.
fn parser() -> clap::Command {
    let root = clap::Command::new("servanda")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(false)
        .max_term_width(HELP_WIDTH_MAX.into())
        .help_template("{about-with-newline}\n{usage-heading} {usage}{after-help}\n\nOptions:\n{options}");
    let root = <Globals as clap::Args>::augment_args(root);
    let root = root.subcommands(VERBS.iter().map(verbs::outline));
    let root = questions::Question::augment_subcommands(root);
    let root = trust::Trust::augment_subcommands(root);
    // Last of all: adding a list of subcommands also writes the list's own description over these.
    upkeep::Upkeep::augment_subcommands(root)
        .about("Keeps the record of agreements: what stands, what is due, what is late and why.")
        .long_about(
            "Keeps the record of agreements (treaties, MoUs, contracts, pledges) and of what each side promised in \
             them, as events that are never changed: says at any moment what stands, what is due, what is late and \
             why, and replays how it came about.",
        )
}

/// Every verb and question with one line each, by family.
fn overview() -> String {
    use std::fmt::Write as _;
    let terminal = output::Terminal::of(output::Stream::Stdout, output::ColorChoice::Never, place::variable);
    let width = usize::from(terminal.width.unwrap_or(HELP_WIDTH).min(HELP_WIDTH_MAX));
    let mut text = String::new();
    let mut family = "";
    for verb in VERBS {
        if verb.family != family {
            family = verb.family;
            let _ = write!(text, "\n{family}:\n");
        }
        let about = shape::first_sentence(&shape::description(verb));
        // That it records something is plain in this list.
        let short = about.strip_prefix("Records that ").or_else(|| about.strip_prefix("Records ")).unwrap_or(&about);
        let mut letters = short.chars();
        let first = letters.next().map(char::to_uppercase).into_iter().flatten();
        text.push_str(&entry(verb.name, &first.chain(letters).collect::<String>(), width));
    }
    let mut section = |title: &str, commands: clap::Command| {
        let _ = write!(text, "\n{title}:\n");
        for command in commands.get_subcommands().filter(|command| !command.is_hide_set()) {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            text.push_str(&entry(command.get_name(), &about, width));
        }
    };
    section("Questions", questions::Question::augment_subcommands(clap::Command::new("")));
    section("Trust", trust::Trust::augment_subcommands(clap::Command::new("")));
    section("Upkeep", upkeep::Upkeep::augment_subcommands(clap::Command::new("")));
    text.push_str("\nEach has an example: servanda sign --help");
    text
}

/// A command with what it does, in lines that fit: clap would start the second line at the margin.
fn entry(name: &str, about: &str, width: usize) -> String {
    let mut lines = vec![format!("  {name:24}")];
    for word in about.split_whitespace() {
        let line = lines.last_mut().map_or("", |line| line.as_str());
        let full = line.len() > NAMES_END && line.chars().count() + 1 + word.chars().count() > width;
        if full {
            lines.push(" ".repeat(NAMES_END));
        }
        if let Some(line) = lines.last_mut() {
            if line.len() > NAMES_END {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    clap_complete::CompleteEnv::with_factory(command).complete();
    // What is no command, help among it, is said by the whole command line.
    let whole = |error: clap::Error| match error.kind() {
        clap::error::ErrorKind::DisplayVersion => Err(error),
        _ => command().try_get_matches(),
    };
    let matches = match parser().try_get_matches().or_else(whole) {
        Ok(matches) => matches,
        Err(error) => return ExitCode::from(error::report_usage(&error).code()),
    };
    let globals = match Globals::from_arg_matches(&matches) {
        Ok(globals) => globals,
        Err(error) => return ExitCode::from(error::report_usage(&error).code()),
    };
    let format = globals.format();
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(globals, &matches))) {
        Ok(Ok(exit)) => ExitCode::from(exit.code()),
        Ok(Err(failure)) => ExitCode::from(error::report(&failure, format).code()),
        // The panic's own message is on standard error already.
        Err(_) => ExitCode::from(Exit::Bug.code()),
    }
}

fn run(globals: Globals, matches: &clap::ArgMatches) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::storage("runtime", format!("the program cannot start its runtime: {e}")))?;
    let Some((name, sub)) = matches.subcommand() else {
        return Err(Failure::usage("no_command", "no command was given"));
    };
    let session = Session::new(globals, name);
    runtime.block_on(async {
        if let Some(verb) = VERBS.iter().find(|verb| verb.name == name) {
            return verbs::run(verb, sub, &session).await;
        }
        if let Ok(question) = questions::Question::from_arg_matches(matches) {
            return question.run(&session).await;
        }
        if let Ok(trust) = trust::Trust::from_arg_matches(matches) {
            return trust.run(&session).await;
        }
        let upkeep = upkeep::Upkeep::from_arg_matches(matches).map_err(|e| Failure::usage("usage", e.to_string()))?;
        upkeep.run(&session).await
    })
}
