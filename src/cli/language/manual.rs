//! Manual pages of all commands, and completions of shells, made of their help in the language of this run.

use std::io;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use super::help;
use super::said::translate;
use crate::cli::args::Args;

const PROGRAM: &str = "vigie";

/// Headings of manual pages that are not the same in French.
const HEADINGS: [&str; 2] = ["NAME", "SUBCOMMANDS"];

/// One page for the program and one for each of its commands: the name of the file, and its text for `man`.
///
/// # Errors
/// If a page cannot be rendered.
pub(in crate::cli) fn manual_pages() -> io::Result<Vec<(String, String)>> {
    let mut command = help::localised(Args::command()).disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    add_pages(&command, &mut pages)?;
    Ok(pages)
}

fn add_pages(command: &Command, pages: &mut Vec<(String, String)>) -> io::Result<()> {
    let page = Man::new(command.clone());
    let name = page.get_filename();
    let mut text = Vec::new();
    page.render(&mut text)?;
    let mut text = help::localised_frame(&String::from_utf8_lossy(&text));
    for heading in HEADINGS {
        text = text.replace(&format!(".SH {heading}"), &format!(".SH {}", translate(heading)));
    }
    pages.push((name, text));
    let listed = command.get_subcommands().filter(|one| !one.is_hide_set());
    listed.into_iter().try_for_each(|one| add_pages(one, pages))
}

/// The script that completes commands in a shell.
pub(in crate::cli) fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::localised(Args::command()), PROGRAM, &mut script);
    script
}
