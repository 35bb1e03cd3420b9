//! The `servanda` program.

fn main() -> std::process::ExitCode {
    servanda::cli::main()
}
