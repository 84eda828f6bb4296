//! Calls the command and turns its answer into an exit status.

#![forbid(unsafe_code)]

#[cfg(feature = "cli")]
fn main() -> std::process::ExitCode {
    fubiao::cli::main()
}

/// Without the feature `cli` there is a library and no command.
#[cfg(not(feature = "cli"))]
fn main() {}
