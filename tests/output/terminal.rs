//! How the reader's side is judged.

use servanda::cli::output::{ColorChoice, Terminal};

#[track_caller]
fn decided(choice: ColorChoice, size: Option<u16>, env: &[(&str, &str)]) -> Terminal {
    let look = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Terminal::decide(choice, size.is_some(), size, look)
}

#[test]
fn a_pipe_gets_no_width_no_colour_and_no_marks() {
    assert_eq!(decided(ColorChoice::Auto, None, &[("TERM", "xterm")]), Terminal::PLAIN);
}

#[test]
fn a_terminal_gets_all_three() {
    let terminal = decided(ColorChoice::Auto, Some(132), &[("TERM", "xterm")]);
    assert_eq!(terminal, Terminal { width: Some(132), color: true, isolate: true });
}

#[test]
fn a_terminal_that_does_not_know_its_width_gets_80() {
    assert_eq!(decided(ColorChoice::Auto, Some(0), &[]).width, Some(80));
}

#[test]
fn columns_wins_if_it_is_a_width() {
    assert_eq!(decided(ColorChoice::Auto, None, &[("COLUMNS", "100")]).width, Some(100));
    assert_eq!(decided(ColorChoice::Auto, Some(132), &[("COLUMNS", "wide")]).width, Some(132));
    assert_eq!(decided(ColorChoice::Auto, Some(132), &[("COLUMNS", "0")]).width, Some(132));
}

#[test]
fn colour_follows_the_choice_then_the_environment_then_the_stream() {
    let color = |choice, size, env: &[_]| decided(choice, size, env).color;
    assert!(color(ColorChoice::Always, None, &[("NO_COLOR", "1")]));
    assert!(!color(ColorChoice::Never, Some(80), &[("CLICOLOR_FORCE", "1")]));
    assert!(!color(ColorChoice::Auto, Some(80), &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
    assert!(color(ColorChoice::Auto, Some(80), &[("NO_COLOR", "")]));
    assert!(color(ColorChoice::Auto, None, &[("CLICOLOR_FORCE", "1")]));
    assert!(!color(ColorChoice::Auto, None, &[("CLICOLOR_FORCE", "0")]));
    assert!(!color(ColorChoice::Auto, Some(80), &[("TERM", "dumb")]));
    assert!(!color(ColorChoice::Auto, Some(80), &[("CLICOLOR", "0")]));
}

#[test]
fn a_terminal_that_would_draw_isolates_gets_none() {
    assert!(!decided(ColorChoice::Auto, Some(80), &[("TERM", "linux")]).isolate);
    assert!(!decided(ColorChoice::Auto, Some(80), &[("TERM", "dumb")]).isolate);
}
