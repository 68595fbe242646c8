//! The command line: results on standard output, messages on standard error, exit codes 0 (done),
//! 1 (refused, or not as it should be), 2 (wrong usage) and 3 (remarks that count as failures on request).

mod accounts;
mod args;
mod decisions;
mod dispatch;
mod documents;
mod foresight;
mod language;
mod operation;
mod outcome;
mod output;
mod person;
mod portfolio;
mod questionnaire;
mod remote;
mod rules;
mod session;
mod values;

pub(crate) use dispatch::run;
