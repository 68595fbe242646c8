//! `vigie questionnaire`: what project teams are asked; `vigie campaigns`: when, and what came of it.

pub(in crate::cli) mod campaigns;
mod export;
mod priorities;

use clap::Subcommand;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::session::Session;
use export::ExportQuestionnaireArgs;
use priorities::PrioritiesArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum QuestionnaireCommand {
    /// Write the workbook that asks a ministry about its projects: one column each, last answers beside
    ///
    /// Filled in, `vigie import` reads it: each answer with its date and who gave it, « Ne sait pas » and « Non communiqué » apart.
    Export(ExportQuestionnaireArgs),
    /// List, for each project, the three answers that would settle the most verdicts
    ///
    /// Each project is judged again as if it had given them, with the answers of a project that is well: a worrying answer
    /// may settle less, when a rule then asks for more, or more, when it fires at once.
    Priorities(PrioritiesArgs),
}

pub(in crate::cli) async fn run(
    command: &QuestionnaireCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match command {
        QuestionnaireCommand::Export(request) => export::run(request, session).await,
        QuestionnaireCommand::Priorities(request) => priorities::run(request, session).await,
    }
}
