//! `vigie backtest`: how often the warnings of the rules came true on past editions.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use vigie::application;
use vigie::application::{
    Backtest, BacktestEdition, BacktestTerms, CatalogueTexts, OrderScore, RuleScore,
};
use vigie::domain::ids::RuleId;
use vigie::domain::portfolio::edition::EditionId;
use vigie::foresight::{Baseline, Estimate, FIRST, Scorecard, Target};
use vigie::support::french;

/// What to foresee, how far ahead, and with which rules.
#[derive(Debug, Args)]
pub(crate) struct BacktestArgs {
    /// One rule only, with each of its levels
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// Rules as they would be with this draft
    #[arg(long, value_name = "DRAFT", conflicts_with = "rules")]
    draft: Option<i64>,
    /// Rules of this folder in place of those in force
    #[arg(long, value_name = "FOLDER")]
    rules: Option<PathBuf>,
    /// Drift to foresee: cost above +5 %, duration above +3 months, or any of the two
    #[arg(long, value_enum, default_value_t = TargetArg::Any)]
    target: TargetArg,
    /// Editions from the warning to the edition in which the drift shows
    #[arg(long, value_name = "EDITIONS", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=4))]
    horizon: u8,
    /// First edition as of which rules are judged, as YYYY-MM
    #[arg(long, value_name = "EDITION")]
    from: Option<EditionId>,
    /// Last edition as of which rules are judged, as YYYY-MM
    #[arg(long, value_name = "EDITION")]
    to: Option<EditionId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TargetArg {
    Any,
    Cost,
    Duration,
}

impl TargetArg {
    fn target(self) -> Target {
        match self {
            Self::Any => Target::Any,
            Self::Cost => Target::Cost,
            Self::Duration => Target::Duration,
        }
    }
}

pub(in crate::cli) async fn run(
    request: &BacktestArgs,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let found = if request.rules.is_some() {
        of_folder(request, session).await?
    } else {
        let place = session
            .api
            .at(&["backtest"])
            .with("rule", request.rule.as_deref())
            .with("draft", request.draft)
            .with("target", Some(request.target.target().as_str()))
            .with("horizon", Some(request.horizon))
            .with("from", request.from)
            .with("to", request.to);
        session.api.get(place).await?
    };
    show(&found, request.rule.is_some(), session.printer)
}

/// The folder is one of this machine.
async fn of_folder(request: &BacktestArgs, session: &Session<'_>) -> Result<Backtest, CliError> {
    let services = session.database_for("backtest --rules")?;
    let folder = request.rules.clone().unwrap_or_default();
    let texts = CatalogueTexts::read(&folder).await?;
    let terms = BacktestTerms {
        target: request.target.target(),
        horizon: request.horizon.into(),
        from: request.from,
        to: request.to,
    };
    let trial = session.config.trials.of_command();
    let found = application::backtest_texts(services, &trial, texts, terms).await?;
    let found = found.as_ref().clone();
    Ok(match &request.rule {
        Some(rule) => found.of_rule(&RuleId::new(rule))?,
        None => found,
    })
}

fn show(found: &Backtest, levels: bool, printer: &Printer) -> Result<Conclusion, CliError> {
    let mut sheets = vec![editions(found), signals(found, levels), orders(found)];
    sheets.extend(untestable(found));
    printer.answer(found, &sheets, 1)?;
    Ok(Conclusion::Good)
}

fn editions(found: &Backtest) -> Sheet {
    let row = |one: &BacktestEdition| {
        vec![
            Cell::text(one.edition.to_string()),
            Cell::optional(one.later.map(|later| later.to_string())),
            Cell::count(one.steps),
            Cell::count(one.drifts),
            Cell::count(one.left_out.left),
            Cell::count(one.left_out.undetermined),
            Cell::count(one.left_out.too_far),
            one.why_not().map_or_else(Cell::nothing, Cell::translated),
        ]
    };
    let columns = vec![
        ("edition", "Édition"),
        ("later", "Constaté en"),
        ("steps", "Passages"),
        ("drifts", "Dérives"),
        ("left", "Sorties"),
        ("undetermined", "Chiffres non publiés"),
        ("too_far", "Trop éloignés"),
        ("why", ""),
    ];
    Sheet::new(found.steps_in_words(), columns, found.editions.iter().map(row).collect())
}

fn signals(found: &Backtest, levels: bool) -> Sheet {
    let mut rows = Vec::new();
    for rule in found.rules.iter().filter(|rule| rule.score.is_testable()) {
        rows.push(row(rule.rule.as_str(), &rule.title, &rule.score));
        for level in rule.levels.iter().filter(|_| levels) {
            rows.push(row(rule.rule.as_str(), level.level.label(), &level.score));
        }
    }
    for family in found.families.iter().filter(|family| family.score.is_testable()) {
        rows.push(row("famille", family.family.label(), &family.score));
    }
    rows.push(row("ensemble", "Une règle au moins", &found.any_rule));
    for baseline in &found.baselines {
        let mut cells = row("repère", &baseline.label, &baseline.score);
        // What warns of everything is chance itself.
        if baseline.baseline == Baseline::Always {
            cells.pop();
            cells.push(Cell::nothing());
        }
        rows.push(cells);
    }
    let title = "Avertissements à « Modéré » et au-delà, et leurs suites (intervalles à 90 %)";
    Sheet::new(title, columns(), rows).with_note(found.chance_in_words())
}

/// Rules that no past edition puts to the test, and what they lack.
fn untestable(found: &Backtest) -> Option<Sheet> {
    let row = |rule: &RuleScore| {
        vec![
            Cell::text(rule.rule.as_str()),
            Cell::text(&rule.title),
            Cell::text(rule.missing.join(", ")),
        ]
    };
    let rules = found.rules.iter().filter(|rule| !rule.score.is_testable());
    let rows: Vec<Vec<Cell>> = rules.map(row).collect();
    let columns = vec![("rule", "Règle"), ("title", "Titre"), ("missing", "Données absentes")];
    let title = "Règles qu’aucune édition passée ne permet d’éprouver";
    (!rows.is_empty()).then(|| Sheet::new(title, columns, rows))
}

/// The columns of scorecards.
pub(in crate::cli) fn columns() -> Vec<(&'static str, &'static str)> {
    vec![
        ("rule", "Règle"),
        ("title", "Titre"),
        ("warnings", "Avertis"),
        ("hits", "Suivis d’une dérive"),
        ("precision", "Précision"),
        ("recall", "Rappel"),
        ("lift", "Gain"),
        ("false_calm", "Calme démenti"),
        ("coverage", "Couverture"),
        ("lead", "Avance (mois)"),
        ("finding", "Conclusion"),
    ]
}

/// What became of the projects that come first.
fn orders(found: &Backtest) -> Sheet {
    let row = |one: &OrderScore| {
        let share = one.rise_share;
        vec![
            Cell::of(one.label.as_str(), one.order.as_str()),
            Cell::count(one.score.warnings),
            Cell::count(one.score.hits),
            estimate(one.score.precision.as_ref(), Estimate::in_percent),
            estimate(one.score.lift.as_ref(), Estimate::in_words),
            Cell::of(french::meur(one.rise_meur), one.rise_meur),
            share.map_or_else(Cell::nothing, |share| Cell::of(french::percent(share), share)),
            Cell::of(one.score.in_words(), one.score.finding.as_str()),
        ]
    };
    let columns = vec![
        ("order", "Ordre"),
        ("warnings", "Premiers"),
        ("hits", "Suivis d’une dérive"),
        ("precision", "Précision"),
        ("lift", "Gain"),
        ("rise", "Hausse des coûts"),
        ("rise_share", "Part de la hausse"),
        ("finding", "Conclusion"),
    ];
    let title = format!("Les {FIRST} premiers projets de chaque édition, selon l’ordre");
    Sheet::new(title, columns, found.orders.iter().map(row).collect())
}

pub(in crate::cli) fn estimate(of: Option<&Estimate>, write: fn(&Estimate) -> String) -> Cell {
    of.map_or_else(Cell::nothing, |of| Cell::of(write(of), of.value))
}

/// One scorecard.
pub(in crate::cli) fn row(rule: &str, title: &str, score: &Scorecard) -> Vec<Cell> {
    let figure = |of: Option<f64>, write: &dyn Fn(f64) -> String| {
        of.map_or_else(Cell::nothing, |of| Cell::of(write(of), of))
    };
    vec![
        Cell::text(rule),
        Cell::text(title),
        Cell::count(score.warnings),
        Cell::count(score.hits),
        estimate(score.precision.as_ref(), Estimate::in_percent),
        estimate(score.recall_of_warnings(), Estimate::in_percent),
        estimate(score.lift.as_ref(), Estimate::in_words),
        estimate(score.false_calm.as_ref(), Estimate::in_percent),
        figure(score.coverage, &french::percent),
        figure(score.median_lead_months, &|lead| french::decimal_at_most(lead, 1)),
        Cell::of(score.finding.label(), score.finding.as_str()),
    ]
}
