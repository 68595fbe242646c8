//! `vigie backtest`: how often the warnings of the rules came true on past editions.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use vigie::application;
use vigie::application::{Backtest, BacktestEdition, BacktestTerms, CatalogueTexts, OrderScore};
use vigie::domain::ids::RuleId;
use vigie::domain::portfolio::edition::EditionId;
use vigie::foresight::{Estimate, FIRST, Scorecard, Target};
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
    let found = match &request.rules {
        Some(_) => of_folder(request, session).await?,
        None => {
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
        }
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
    let sheets = [editions(found), signals(found, levels), orders(found)];
    printer.answer(found, &sheets, 1)?;
    Ok(Conclusion::Good)
}

fn editions(found: &Backtest) -> Sheet {
    let row = |one: &BacktestEdition| {
        let later = one.later.map(|later| later.to_string());
        let why = match (one.later, one.is_too_far) {
            (None, _) => "édition suivante à venir",
            (Some(_), true) => "pas compté : plus de neuf mois",
            (Some(_), false) => "",
        };
        vec![
            Cell::text(one.edition.to_string()),
            Cell::optional(later),
            Cell::count(one.steps),
            Cell::count(one.drifts),
            Cell::count(one.left_out.left),
            Cell::count(one.left_out.undetermined),
            Cell::text(why),
        ]
    };
    let base = found
        .base_rate
        .map_or_else(String::new, |base| format!(", soit {}", french::percent(base)));
    let title = format!(
        "{} : {} sur {} pas d’une édition à la suivante{base}",
        found.target.label(),
        found.drifts,
        found.steps
    );
    let columns = vec![
        ("edition", "Édition"),
        ("later", "Constaté en"),
        ("steps", "Pas"),
        ("drifts", "Dérives"),
        ("left", "Sorties"),
        ("undetermined", "Chiffres non publiés"),
        ("why", ""),
    ];
    Sheet::new(title, columns, found.editions.iter().map(row).collect())
}

fn signals(found: &Backtest, levels: bool) -> Sheet {
    let mut rows = Vec::new();
    for rule in &found.rules {
        rows.push(row(rule.rule.as_str(), &rule.title, &rule.score));
        for level in rule.levels.iter().filter(|_| levels) {
            rows.push(row(rule.rule.as_str(), level.level.label(), &level.score));
        }
    }
    for family in &found.families {
        rows.push(row("famille", family.family.label(), &family.score));
    }
    rows.push(row("ensemble", "Une règle au moins", &found.any_rule));
    for baseline in &found.baselines {
        rows.push(row("repère", &baseline.label, &baseline.score));
    }
    let by_chance = f64::from(u32::try_from(found.comparisons).unwrap_or(u32::MAX)) / 20.0;
    let title = format!(
        "Avertissements (« Modéré » et au-delà) et ce qu’il en est advenu. Intervalles à 90 % ; {} \
         comparées au hasard, dont {} en sembleraient meilleures par hasard",
        french::counted(found.comparisons, "règle", "règles"),
        french::decimal(by_chance, 1)
    );
    let columns = vec![
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
    ];
    Sheet::new(title, columns, rows)
}

/// What became of the projects that come first.
fn orders(found: &Backtest) -> Sheet {
    let row = |one: &OrderScore| {
        let share = one.rise_share;
        vec![
            Cell::of(one.label.as_str(), one.order.as_str()),
            Cell::count(one.score.warnings),
            Cell::count(one.score.hits),
            estimate(one.score.precision, Estimate::in_percent),
            estimate(one.score.lift, Estimate::in_words),
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

fn estimate(of: Option<Estimate>, write: fn(&Estimate) -> String) -> Cell {
    of.map_or_else(Cell::nothing, |of| Cell::of(write(&of), of.value))
}

fn row(rule: &str, title: &str, score: &Scorecard) -> Vec<Cell> {
    let figure = |of: Option<f64>, write: &dyn Fn(f64) -> String| {
        of.map_or_else(Cell::nothing, |of| Cell::of(write(of), of))
    };
    vec![
        Cell::text(rule),
        Cell::text(title),
        Cell::count(score.warnings),
        Cell::count(score.hits),
        estimate(score.precision, Estimate::in_percent),
        estimate(score.recall, Estimate::in_percent),
        estimate(score.lift, Estimate::in_words),
        estimate(score.false_calm, Estimate::in_percent),
        figure(score.coverage, &french::percent),
        figure(score.median_lead_months, &|lead| french::decimal_at_most(lead, 1)),
        Cell::of(score.in_words(), score.finding.as_str()),
    ]
}
