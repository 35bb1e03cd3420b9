//! What the reader's side can show.
//!
//! The decision is a pure function of facts ([`Terminal::decide`]); [`Terminal::of`] gathers the facts.

use std::io::IsTerminal;

/// The width taken when a terminal does not tell its own.
const WIDTH_UNKNOWN: u16 = 80;

/// When to use colour (`--color`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always, whatever the environment says.
    Always,
    /// Never.
    Never,
}

/// The stream that is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What may be sent to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Terminal {
    /// Columns to fit into; nothing when lines may be as long as they are.
    pub width: Option<u16>,
    /// Whether to colour.
    pub color: bool,
    /// Whether a reader's eye is at the other end, with a bidirectional terminal perhaps: text written from right
    /// to left is then enclosed in isolates, and CSV is freed of control characters.
    pub isolate: bool,
}

impl Terminal {
    /// A file or a pipe: no width, no colour, no marks.
    pub const PLAIN: Self = Self { width: None, color: false, isolate: false };

    /// Decides from facts; `size` is the width the terminal reports and `env` looks a variable up.
    ///
    /// - `COLUMNS` wins over the reported width, also when the output is not a terminal. Shells do not export it,
    ///   so whoever sets it means it.
    /// - Colour: `choice` wins, then `NO_COLOR`, `CLICOLOR_FORCE`, `TERM=dumb`, `CLICOLOR=0`, then whether this is
    ///   a terminal. Empty variables count as unset.
    /// - Isolates go to terminals only, and not to `dumb` and `linux` (the bare console), which would draw them.
    pub fn decide(
        choice: ColorChoice,
        is_terminal: bool,
        size: Option<u16>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        let term = env("TERM").unwrap_or_default();
        let columns = env("COLUMNS").and_then(|text| text.trim().parse().ok()).filter(|&width| width > 0);
        let reported = size.filter(|&width| width > 0).unwrap_or(WIDTH_UNKNOWN);
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if env("NO_COLOR").is_some() => false,
            ColorChoice::Auto if env("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            ColorChoice::Auto if term == "dumb" => false,
            ColorChoice::Auto if env("CLICOLOR").is_some_and(|value| value == "0") => false,
            ColorChoice::Auto => is_terminal,
        };
        Self {
            width: columns.or(is_terminal.then_some(reported)),
            color,
            isolate: is_terminal && term != "dumb" && term != "linux",
        }
    }

    /// Asks the stream of this process, and decides.
    pub fn of(stream: Stream, choice: ColorChoice, env: impl Fn(&str) -> Option<String>) -> Self {
        let (is_terminal, size) = match stream {
            Stream::Stdout => {
                let out = std::io::stdout();
                (out.is_terminal(), terminal_size::terminal_size_of(&out))
            }
            Stream::Stderr => {
                let err = std::io::stderr();
                (err.is_terminal(), terminal_size::terminal_size_of(&err))
            }
        };
        Self::decide(choice, is_terminal, size.map(|(width, _)| width.0), env)
    }
}
