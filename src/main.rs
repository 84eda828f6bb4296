//! Calls the command and turns its answer into an exit status.

#![forbid(unsafe_code)]

/// Reading a notice makes many small texts, for which this allocator takes less time than the system's
/// (docs/dependencies.md).
#[cfg(feature = "cli")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(feature = "cli")]
fn main() -> std::process::ExitCode {
    fubiao::cli::main()
}

/// Without the feature `cli` there is a library and no command.
#[cfg(not(feature = "cli"))]
fn main() {}
