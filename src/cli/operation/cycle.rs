//! `vigie cycle` and `vigie cycles`.

use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use serde_json::json;

use super::cycle_names::CycleNames;
use super::cycle_tables::{SUMMARY, alert_moves, summary_cells, title};
use super::{cycle_brief, runs};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::portfolio::{coverage, imports};
use crate::cli::session::Session;
use crate::cli::values::{date, text};
use vigie::application::{AlertMove, CycleOutcome, CycleReport, Services, VoidReport};
use vigie::client::ApiClient;
use vigie::domain::action_bodies::Reason;
use vigie::domain::alerts::alert::AlertChangeKind;
use vigie::domain::operation::cycle::CycleSummary;
use vigie::intake::Aliases;
use vigie::support::french;

/// Cycles listed at most, the latest ones.
const LISTED: usize = 100;

#[derive(Debug, Subcommand)]
pub(crate) enum CyclesCommand {
    /// Void the last valid cycle: it stays listed, its effects on alerts and missions are undone, and
    /// everybody who was notified of it receives a correction
    Void {
        /// Number of the cycle, as listed by `vigie cycles`
        cycle: i64,
        /// Why it was wrong; shown to everybody who was notified of it
        #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: String,
    },
}

#[derive(Debug, Parser)]
pub(crate) struct CycleArgs {
    /// Date as of which rules are evaluated, as YYYY-MM-DD; today by default
    #[arg(long, value_parser = date, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Report what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Send all open alerts and missions to newly configured receivers; by default they only receive
    /// later changes
    #[arg(long)]
    announce: bool,
}

pub(in crate::cli) async fn run(
    request: &CycleArgs,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match session.database() {
        Some(services) => run_here(request, services, session).await,
        None => run_on_server(request, &session.api, session.printer).await,
    }
}

async fn run_here(
    request: &CycleArgs,
    services: &Services,
    Session { api, printer, config, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let CycleArgs { as_of, dry_run, announce } = request;
    if !dry_run {
        match Aliases::read(&config.aliases) {
            Ok(aliases) => {
                vigie::application::record_successions(services, &aliases).await?;
            }
            Err(fault) => print::message(&format!(
                "successions de ministères inchangées, la table des alias ne se lit pas : {fault}"
            )),
        }
    }
    let report = if *announce {
        vigie::application::announce(services, *as_of, *dry_run).await?
    } else {
        vigie::application::run(services, *as_of, *dry_run).await?
    };
    for fault in &report.rule_faults {
        print::message(&format!("règle écartée : {fault}"));
    }
    if report.outgoing.old_news > 0 {
        print::message(&format!(
            "{} avant la configuration de leurs destinataires : tenues pour connues ; « --announce » les aurait \
             annoncées",
            french::counted(
                report.outgoing.old_news,
                "alerte était ouverte",
                "alertes étaient ouvertes"
            )
        ));
    }
    let names = CycleNames::read(api).await?;
    let mut sheets = vec![summary(&report), changes(&report, &names), missions(&report, &names)];
    if !report.silence_changes.is_empty() {
        sheets.push(silences(&report));
    }
    sheets.extend(imports::on_hold(&report.on_hold));
    printer.answer(&report, &sheets, 1)
}

async fn run_on_server(
    request: &CycleArgs,
    api: &ApiClient,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let CycleArgs { as_of, dry_run, announce } = request;
    let body = json!({ "as_of": as_of, "dry_run": dry_run, "announce": announce });
    let run = runs::begin(api.at(&["cycles"]), &body, api).await?;
    let Some(brief) = run.report else {
        print::message(&run.job.detail);
        return Ok(Conclusion::Bad);
    };
    cycle_brief::show(&brief, &CycleNames::read(api).await?, printer)
}

pub(in crate::cli) async fn list(
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    show_list(&api.first(&api.at(&["cycles"]), LISTED).await?, printer)
}

fn show_list(cycles: &[CycleSummary], printer: &Printer) -> Result<Conclusion, CliError> {
    let rows = cycles.iter().map(|cycle| {
        let mut cells = vec![Cell::count(cycle.number.0)];
        cells.extend(summary_cells(&cycle.inputs, cycle.counts.unwrap_or_default()));
        let void = cycle.voided.as_ref();
        let shown = void.map(|void| format!("par {} : {}", void.by, void.reason));
        cells.push(Cell::optional(shown.as_deref()));
        cells
    });
    let mut columns = vec![("number", "N°")];
    columns.extend(SUMMARY);
    columns.push(("voided", "Annulé"));
    let sheet =
        Sheet::new(french::counted(cycles.len(), "cycle", "cycles"), columns, rows.collect());
    printer.answer(&cycles, &[sheet], 0)
}

pub(in crate::cli) async fn void(
    number: i64,
    reason: &str,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let place = api.at(&["cycles", &number.to_string(), "void"]);
    let body = Reason { reason: text("--reason", reason)? };
    show_void(&api.post(place, &body).await?, printer)
}

fn show_void(report: &VoidReport, printer: &Printer) -> Result<Conclusion, CliError> {
    let corrected: Vec<String> = report.corrected.iter().map(ToString::to_string).collect();
    let sheet = Sheet::new(
        format!(
            "Cycle {} au {} annulé",
            report.cycle.number,
            french::date(report.cycle.inputs.as_of)
        ),
        vec![
            ("alerts", "Alertes remises en l’état"),
            ("missions", "Missions remises en l’état ou retirées"),
            ("corrected", "Rectificatif adressé à"),
        ],
        vec![vec![
            Cell::count(report.alerts),
            Cell::count(report.missions),
            Cell::text(corrected.join(", ")),
        ]],
    );
    printer.answer(report, &[sheet], 0)
}

fn summary(report: &CycleReport) -> Sheet {
    let title = title(report.cycle, report.outcome);
    let cells = summary_cells(&report.inputs, report.counts);
    let sheet = Sheet::new(title, SUMMARY.to_vec(), vec![cells]);
    if report.missing_most.is_empty() {
        return sheet;
    }
    let costs: Vec<String> = report.missing_most.iter().map(coverage::cost).collect();
    sheet.with_note(format!("Règles non évaluables, données manquantes : {}.", costs.join(" ; ")))
}

fn changes(report: &CycleReport, names: &CycleNames) -> Sheet {
    let moved = report.alert_changes.iter().filter(|one| one.kind != AlertChangeKind::Persisted);
    let moved: Vec<AlertMove> = moved.map(AlertMove::of).collect();
    let lasting = report.alert_changes.len() - moved.len();
    let title = match report.outcome {
        // Alerts were not looked at.
        CycleOutcome::Unchanged => "Alertes qui changent : aucune".to_owned(),
        CycleOutcome::Committed | CycleOutcome::DryRun => {
            format!("Alertes qui changent : {} ; inchangées : {lasting}", moved.len())
        }
    };
    alert_moves(title, &moved, names)
}

fn silences(report: &CycleReport) -> Sheet {
    Sheet::list(
        format!("Silences qui changent : {}", report.silence_changes.len()),
        report.silence_changes.iter(),
        &[
            ("number", "N°", &|one| Cell::count(one.silence.number.0)),
            ("change", "Changement", &|one| Cell::of(one.kind.label(), one.kind.as_str())),
            ("author", "Auteur", &|one| Cell::text(one.silence.author.to_string())),
            ("last_day", "Dernier jour", &|one| Cell::date(one.silence.last_day)),
            ("reason", "Motif", &|one| Cell::text(&one.reason)),
        ],
    )
}

fn missions(report: &CycleReport, names: &CycleNames) -> Sheet {
    Sheet::list(
        format!("Missions qui changent : {}", report.mission_changes.len()),
        report.mission_changes.iter(),
        &[
            ("change", "Changement", &|one| Cell::of(one.kind.label(), one.kind.as_str())),
            ("kind", "Mission", &|one| {
                Cell::of(one.mission.kind.label(), one.mission.kind.as_str())
            }),
            ("subject", "Sujet", &|one| {
                Cell::of(names.subject(&one.mission.subject), one.mission.subject.to_string())
            }),
            ("reason", "Motif", &|one| Cell::text(&one.reason)),
        ],
    )
}
