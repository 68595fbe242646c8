//! Who decides on the command line: nobody proved that name, so no command may name them otherwise than marked.

use std::collections::BTreeSet;

use super::{assert_none, code_lines, read, rust_files};

/// Where the command line names somebody who does not decide, or checks a name before it is marked.
const ALLOWED: &[&str] = &["src/cli/person.rs", "src/cli/accounts/mod.rs"];

#[test]
fn only_the_application_in_process_registers_a_local_caller() {
    let mut makers = BTreeSet::new();
    for file in rust_files().into_iter().filter(|file| file.starts_with("src")) {
        for (_, code) in code_lines(&read(&file)) {
            if code.contains("LocalCaller::")
                && !code.starts_with("use ")
                && !code.starts_with("pub use ")
            {
                makers.insert(file.display().to_string());
            }
        }
    }
    assert_eq!(makers.into_iter().collect::<Vec<_>>(), ["src/server/in_process.rs"]);
}

#[test]
fn commands_name_who_decides_through_the_one_function_that_marks_them() {
    let mut faults = BTreeSet::new();
    for file in rust_files().into_iter().filter(|file| file.starts_with("src/cli")) {
        for (line, code) in code_lines(&read(&file)) {
            let names = code.contains("Actor::person(") || code.contains("Actor::from_stored(");
            if names && !ALLOWED.iter().any(|allowed| file.ends_with(allowed)) {
                let place = format!("{}:{line}", file.display());
                faults.insert(format!("{place}: `src/cli/person.rs` names who decides"));
            }
        }
    }
    assert_none(&faults);
}
