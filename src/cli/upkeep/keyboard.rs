//! `completions` and `man`.

use std::path::PathBuf;

use crate::cli::error::{Exit, Failure};
use crate::cli::session::Session;

/// Options of `completions`.
#[derive(Clone, Debug, clap::Args)]
pub struct CompletionsArgs {
    /// Which shell.
    #[arg(value_parser = ["bash", "zsh", "fish", "elvish", "powershell"])]
    shell: String,
}

/// Options of `man`.
#[derive(Clone, Debug, clap::Args)]
pub struct ManArgs {
    /// The folder to write the pages to.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn completions(args: &CompletionsArgs, session: &Session) -> Result<Exit, Failure> {
    let line = match args.shell.as_str() {
        "fish" => "COMPLETE=fish servanda | source\n",
        "elvish" => "eval (E:COMPLETE=elvish servanda | slurp)\n",
        "powershell" => {
            "$env:COMPLETE = \"powershell\"; servanda | Out-String | Invoke-Expression; Remove-Item Env:\\COMPLETE\n"
        }
        "zsh" => "source <(COMPLETE=zsh servanda)\n",
        _ => "source <(COMPLETE=bash servanda)\n",
    };
    session.write(line)
}

pub(super) fn man(args: &ManArgs, session: &Session) -> Result<Exit, Failure> {
    let fault = |e: std::io::Error| Failure::storage("man", format!("{}: {e}", args.out.display()));
    std::fs::create_dir_all(&args.out).map_err(fault)?;
    // The verbs are left out of the short list; in the manual each has its page.
    let mut command = crate::cli::command();
    command.build();
    let command = command.mut_subcommands(|command| command.hide(false));
    clap_mangen::generate_to(command, &args.out).map_err(fault)?;
    session.say(&format!("wrote the manual pages to {}", args.out.display()));
    Ok(Exit::Done)
}
