//! Help of commands and faults of their arguments, which clap writes in English, in the language of this run.

use clap::builder::{Str, StyledStr};
use clap::{Arg, Command, CommandFactory as _, Error};

use super::choice::is_english;
use super::said::translate;
use crate::cli::args::Args;
use vigie::support::translation::french_of;

/// What clap puts around the texts of commands.
const FRAME: [&str; 14] = [
    "Print this message or the help of the given subcommand(s)",
    "Print help (see more with '--help')",
    "Print help (see a summary with '-h')",
    "Print help",
    "Print version",
    "Usage:",
    "Commands:",
    "Arguments:",
    "Options:",
    "Server:",
    "Possible values:",
    "[default: ",
    "[possible values: ",
    "COMMAND",
];

/// The requested help, or what is wrong with the arguments.
pub(in crate::cli) fn explain(error: &Error) -> String {
    if is_english() {
        return rendered(error);
    }
    let arguments = std::env::args_os();
    let again = in_french(Args::command()).try_get_matches_from(arguments);
    let error = again.as_ref().err().unwrap_or(error);
    let mut text = rendered(error);
    if error.use_stderr() {
        text = translate(&text).into_owned();
    }
    localised_frame(&text).lines().map(value_in_french).collect::<Vec<_>>().join("\n")
}

/// Help with what clap puts around the texts of commands in the language of this run.
pub(super) fn localised_frame(help: &str) -> String {
    if is_english() {
        return help.to_owned();
    }
    FRAME.into_iter().fold(help.to_owned(), |text, part| text.replace(part, &translate(part)))
}

/// Commands with their texts in the language of this run.
pub(super) fn localised(command: Command) -> Command {
    if is_english() { command } else { in_french(command) }
}

/// `- table: For people`, in the list of the values of an argument.
fn value_in_french(line: &str) -> String {
    let value = line.trim_start().strip_prefix("- ").and_then(|value| value.split_once(": "));
    let french = value.and_then(|(_, words)| Some((words, french_of(words.trim_start())?)));
    french
        .map_or_else(|| line.to_owned(), |(words, french)| line.replace(words.trim_start(), french))
}

/// With colours where the help is shown on a terminal.
fn rendered(error: &Error) -> String {
    let styled = error.render();
    if !error.use_stderr() && console::colors_enabled() {
        return styled.ansi().to_string();
    }
    styled.to_string()
}

fn in_french(command: Command) -> Command {
    let about = command.get_about().map(translated);
    let long_about = command.get_long_about().map(translated);
    let mut command = command.mut_args(argument_in_french).mut_subcommands(in_french);
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(long_about) = long_about {
        command = command.long_about(long_about);
    }
    command
}

fn argument_in_french(argument: Arg) -> Arg {
    let help = argument.get_help().map(translated);
    let long_help = argument.get_long_help().map(translated);
    let french = |name: &Str| french_of(name.as_str()).map_or_else(|| name.clone(), Str::from);
    let names: Option<Vec<Str>> =
        argument.get_value_names().map(|names| names.iter().map(french).collect());
    let mut argument = argument;
    if let Some(help) = help {
        argument = argument.help(help);
    }
    if let Some(long_help) = long_help {
        argument = argument.long_help(long_help);
    }
    if let Some(names) = names {
        argument = argument.value_names(names);
    }
    argument
}

fn translated(text: &StyledStr) -> String {
    translate(&text.to_string()).into_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Every text of the help of `command` and of its commands, paragraph by paragraph.
    pub(in super::super) fn texts_of(command: &Command, texts: &mut Vec<String>) {
        let mut add = |text: Option<&StyledStr>| {
            let text = text.map(ToString::to_string).unwrap_or_default();
            texts.extend(text.lines().filter(|line| !line.is_empty()).map(str::to_owned));
        };
        add(command.get_about());
        add(command.get_long_about());
        for argument in command.get_arguments() {
            add(argument.get_help());
            add(argument.get_long_help());
            for value in argument.get_possible_values() {
                add(value.get_help());
            }
        }
        command.get_subcommands().for_each(|one| texts_of(one, texts));
    }

    #[test]
    fn every_text_of_the_help_is_in_french_too() {
        let mut texts = Vec::new();
        texts_of(&Args::command(), &mut texts);
        texts.extend(FRAME.map(str::to_owned));
        texts.retain(|text| translate(text) == text.as_str());
        texts.sort();
        texts.dedup();
        assert!(
            texts.is_empty(),
            "{} texts of the help have no French:\n{}",
            texts.len(),
            texts.join("\n")
        );
    }
}
