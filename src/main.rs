//! The `vigie` command: parses its arguments, runs the command, and returns its exit code.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
