//! The command itself, inside Python: `python -m fubiao` is `fubiao`.

use fubiao::archive::isolate::Program;
use pyo3::prelude::*;
use std::ffi::OsString;
use std::path::PathBuf;

/// How the command is started anew with this interpreter: nothing of Python's is loaded but the library itself, so that
/// neither the environment nor a file that lies about can have a say in it.
pub fn program(python: PathBuf, library: PathBuf) -> Program {
    const START: &str = "\
import sys, importlib.util as u
s = u.spec_from_file_location('_fubiao', sys.argv[1])
m = u.module_from_spec(s)
s.loader.exec_module(m)
m.run_command(sys.executable, sys.argv[1], ['fubiao'] + sys.argv[2:])
";
    let flags = ["-I", "-S", "-c", START].map(OsString::from);
    let args = flags.into_iter().chain([library.clone().into()]).collect();
    Program { path: python, args, code: library }
}

/// Runs the command with these words, the first of which is its name, and ends the process with its status. Call it
/// before any thread is started.
#[pyfunction]
pub fn run_command(python: PathBuf, library: PathBuf, words: Vec<OsString>) {
    std::process::exit(fubiao::cli::main_of(program(python, library), words).into())
}
