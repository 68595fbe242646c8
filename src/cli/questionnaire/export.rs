//! `vigie questionnaire export`: the workbook that a ministry fills in.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::whole_file::write_whole;
use crate::cli::session::Session;
use crate::cli::values::date;

#[derive(Debug, Args)]
pub(crate) struct ExportQuestionnaireArgs {
    /// Ministry to ask, by its code or name
    #[arg(long, value_name = "MINISTRY")]
    ministry: String,
    /// Project to ask about, by its id or name, once for each; all that are under way by default
    #[arg(long = "project", value_name = "PROJECT")]
    projects: Vec<String>,
    /// Date of the edition and of the last answers, as YYYY-MM-DD; today by default
    #[arg(long, value_parser = date, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Workbook to write, as `2020-11.questionnaire-MJ.xlsx`: an import reads the edition in the beginning of the name
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) async fn run(
    request: &ExportQuestionnaireArgs,
    Session { api, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let mut place = api
        .at(&["questionnaire.xlsx"])
        .with("ministry", Some(&request.ministry))
        .with("as_of", request.as_of);
    for project in &request.projects {
        place = place.with("project", Some(project));
    }
    write_whole(&request.out, &api.bytes(place).await?)?;
    print::message(&format!("Classeur écrit : {}", request.out.display()));
    Ok(Conclusion::Good)
}
