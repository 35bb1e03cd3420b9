//! The `servanda` program.

/// The system's allocator keeps what each thread freed for that thread: an import, whose stages hand their work from thread to
/// thread, then holds twice what it uses. How soon this one gives memory back is in `.cargo/config.toml`.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    servanda::cli::main()
}
