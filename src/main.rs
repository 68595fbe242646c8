//! The `vigie` command: reads its arguments, hands over, and turns the answer into an exit code.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
