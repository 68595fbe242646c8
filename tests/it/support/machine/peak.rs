//! The most memory that a command ever held, as the kernel counts it.

use std::process::{Command, Output};

use crate::support::python;

/// Runs a command to its end and writes the peak of its resident memory, in KiB, to a file.
const RUN: &str = "
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
with open(sys.argv[1], 'w') as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code if code >= 0 else 128 - code)
";

/// The output of a command, and the peak of its resident memory in MiB. `None`, said aloud, without Python.
pub(crate) fn peak_of(command: &Command) -> Option<(Output, u64)> {
    let mut run = python("resource")?;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("peak");
    run.args(["-c", RUN]).arg(&file).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => run.env(name, value),
            None => run.env_remove(name),
        };
    }
    if let Some(current) = command.get_current_dir() {
        run.current_dir(current);
    }
    let output = run.output().unwrap();
    let peak: u64 = std::fs::read_to_string(file).unwrap().parse().unwrap();
    Some((output, peak / 1024))
}
