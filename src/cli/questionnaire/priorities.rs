//! `vigie questionnaire priorities`: the answers to ask each project for first.

use std::cmp::Reverse;

use chrono::NaiveDate;
use clap::Args;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::session::Session;
use crate::cli::values::date;
use vigie::application::WantedAnswers;
use vigie::domain::ids::RuleId;
use vigie::support::french;

const NOTE: &str = "Décompte fait en jugeant chaque projet comme s’il avait donné des réponses sans alerte : une réponse préoccupante peut en décider moins, ou davantage.";

#[derive(Debug, Args)]
pub(crate) struct PrioritiesArgs {
    /// Projects of this ministry only, by its code
    #[arg(long, value_name = "MINISTRY")]
    ministry: Option<String>,
    /// One project only, by its id or any of its names
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Date as of which projects are judged, as YYYY-MM-DD; today by default
    #[arg(long, value_parser = date, value_name = "DATE")]
    as_of: Option<NaiveDate>,
}

pub(in crate::cli) async fn run(
    request: &PrioritiesArgs,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let PrioritiesArgs { ministry, project, as_of } = request;
    let place = api.at(&["wanted-answers"]);
    let place = place.with("ministry", ministry.as_deref()).with("project", project.as_deref());
    let mut wanted: Vec<WantedAnswers> = api.all(place.with("as_of", *as_of)).await?;
    // Stable: those that settle as much stay in the order of their ids.
    wanted.sort_by_key(|one| Reverse(one.settles.len()));
    printer.answer(&wanted, &[sheet(&wanted)], 0)
}

fn sheet(wanted: &[WantedAnswers]) -> Sheet {
    let unknown: u64 = wanted.iter().map(|one| one.unknown).sum();
    let settled: usize = wanted.iter().map(|one| one.settles.len()).sum();
    let settled = french::counted(settled, "verdict en dépend", "verdicts en dépendent");
    let title =
        format!("Réponses à demander d’abord : {settled} ; non évaluables aujourd’hui : {unknown}");
    let sheet = Sheet::list(
        title,
        wanted.iter(),
        &[
            ("project", "Projet", &|one| Cell::of(&one.name, one.project.as_str())),
            ("ministry", "Ministère", &|one| Cell::text(one.ministry.as_str())),
            ("unknown", "Non évaluables", &|one| Cell::count(one.unknown)),
            ("answers", "Réponses à demander", &answers),
            ("settles", "Verdicts rendus", &|one| {
                let rules = one.settles.iter().map(RuleId::as_str);
                let rules: Vec<&str> = rules.collect();
                Cell::of(rules.len().to_string(), rules.join(" "))
            }),
            ("left", "Resteraient", &|one| Cell::count(one.left)),
            ("other_data", "Faute d’autres données", &|one| Cell::count(one.other_data)),
        ],
    );
    sheet.with_note(NOTE)
}

fn answers(one: &WantedAnswers) -> Cell {
    let labels: Vec<&str> = one.answers.iter().map(|answer| answer.label.as_str()).collect();
    let fields: Vec<&str> = one.answers.iter().map(|answer| answer.field.as_str()).collect();
    Cell::of(labels.join("\n"), fields.join(" "))
}
