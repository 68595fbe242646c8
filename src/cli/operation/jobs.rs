//! `vigie jobs`: what runs by itself, when, and what came of it; and running one now.

use chrono::{DateTime, Utc};
use clap::Subcommand;
use serde::Serialize;
use serde_json::json;

use super::runs;
use crate::cli::language::translate;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::person::anybody;
use crate::cli::session::Session;
use crate::cli::values::word;
use vigie::application::Services;
use vigie::domain::operation::job::{
    ImportSource, JobName, JobRun, JobStanding, JobTrigger, RunOutcome, SourceOutcome,
};
use vigie::server;
use vigie::server::config::Config;

/// Characters of a refusal shown in the table; JSON has it whole.
const DETAIL_SHOWN: usize = 300;

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List jobs: their times and last runs
    List,
    /// Run a job now, unless it is running
    ///
    /// Exit code 1: the run failed, in whole or in part.
    Run {
        #[arg(value_parser = job_name, value_name = "JOB")]
        job: JobName,
    },
    /// List the files known to the import job, with the reason of each refusal
    Files,
}

#[derive(Debug, Serialize)]
struct Listed<'a> {
    /// Cron expression, in Paris time; none for never.
    timetable: Option<&'a str>,
    #[serde(flatten)]
    standing: &'a JobStanding,
}

pub(in crate::cli) async fn run(
    command: &JobsCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let Session { config, printer, api, .. } = session;
    match command {
        // Its timetables are settings that a server keeps to itself.
        JobsCommand::List => list(config, session.database_for("jobs list")?, printer).await,
        JobsCommand::Run { job } => {
            if let Some(services) = session.database() {
                return run_one(*job, config, services, printer).await;
            }
            let place = api.at(&["jobs", job.as_str(), "runs"]);
            show_run(&runs::begin(place, &json!({}), api).await?.job, printer)
        }
        JobsCommand::Files => show_files(&api.all(api.at(&["sources"])).await?, printer),
    }
}

async fn list(
    config: &Config,
    services: &Services,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let runner = server::runner(config, services.clone())?;
    let standings = runner.standings().await?;
    let listed: Vec<Listed<'_>> = standings
        .iter()
        .map(|standing| Listed {
            timetable: runner
                .timetable(standing.job)
                .map(vigie::schedule::JobTimetable::expression),
            standing,
        })
        .collect();
    let rows = listed.iter().map(row).collect();
    let sheet = Sheet::new(
        "Tâches",
        vec![
            ("job", "Tâche"),
            ("timetable", "Horaire"),
            ("next_at", "Prochaine"),
            ("started_at", "Dernière"),
            ("occasion", "Déclenchement"),
            ("outcome", "Résultat"),
            ("detail", "Détail"),
            ("last_success_at", "Dernier succès"),
            ("missed", "Manquées"),
        ],
        rows,
    );
    printer.answer(&listed, &[sheet], 0)
}

fn row(Listed { timetable, standing }: &Listed<'_>) -> Vec<Cell> {
    let run = standing.last_run.as_ref();
    vec![
        Cell::of(standing.job.label(), standing.job.as_str()),
        Cell::of(timetable.unwrap_or("jamais"), *timetable),
        moment(standing.next_at),
        moment(run.map(|run| run.started_at)),
        Cell::optional(run.map(occasion)),
        run.map_or_else(Cell::nothing, |run| outcome(run.outcome)),
        Cell::optional(run.map(|run| shortened(&translate(&run.detail)))),
        moment(standing.last_success_at),
        Cell::count(standing.missed),
    ]
}

async fn run_one(
    job: JobName,
    config: &Config,
    services: &Services,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let runner = server::runner(config, services.clone())?;
    // A timer of the machine may ask, and is nobody.
    let actor = anybody(config);
    let stop = server::stop_signal()?;
    show_run(&runner.run_now(job, actor, &stop).await?, printer)
}

fn show_run(run: &JobRun, printer: &Printer) -> Result<Conclusion, CliError> {
    let columns = vec![("job", "Tâche"), ("outcome", "Résultat"), ("detail", "Détail")];
    let cells = vec![
        Cell::of(run.job.label(), run.job.as_str()),
        outcome(run.outcome),
        Cell::translated(&run.detail),
    ];
    printer.answer(run, &[Sheet::new("Tâche exécutée", columns, vec![cells])], 0)?;
    let good = run.outcome == RunOutcome::Success;
    Ok(if good { Conclusion::Good } else { Conclusion::Bad })
}

fn show_files(sources: &[ImportSource], printer: &Printer) -> Result<Conclusion, CliError> {
    let rows = sources.iter().map(|source| {
        let ImportSource { source: place, outcome, import, detail, seen_at, .. } = source;
        vec![
            Cell::text(place),
            Cell::of(source_label(*outcome), outcome.as_str()),
            Cell::optional(import.map(|number| number.to_string())),
            Cell::moment(*seen_at),
            Cell::of(shortened(detail), detail.as_str()),
        ]
    });
    let sheet = Sheet::new(
        format!("Fichiers et adresses : {}", sources.len()),
        vec![
            ("source", "Fichier ou adresse"),
            ("outcome", "Résultat"),
            ("import", "Importation"),
            ("seen_at", "Vu le"),
            ("detail", "Raison"),
        ],
        rows.collect(),
    );
    printer.answer(&sources, &[sheet], 0)
}

fn occasion(run: &JobRun) -> String {
    match (run.occasion, run.missed) {
        (JobTrigger::CatchUp, 1) => "rattrapage d’une fois".to_owned(),
        (JobTrigger::CatchUp, missed) => format!("rattrapage de {missed} fois"),
        (trigger, _) => trigger.label().to_owned(),
    }
}

fn outcome(outcome: RunOutcome) -> Cell {
    Cell::of(outcome.label(), outcome.as_str())
}

fn source_label(outcome: SourceOutcome) -> &'static str {
    match outcome {
        SourceOutcome::Imported => "importé",
        SourceOutcome::Known => "déjà connu",
        SourceOutcome::Refused => "refusé",
        SourceOutcome::Failed => "non obtenu",
    }
}

fn moment(instant: Option<DateTime<Utc>>) -> Cell {
    instant.map_or_else(Cell::nothing, Cell::moment)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(DETAIL_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn job_name(text: &str) -> Result<JobName, String> {
    word(text, &JobName::ALL.map(JobName::as_str))
}
