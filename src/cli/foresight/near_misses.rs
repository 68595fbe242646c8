//! `vigie near-misses`: the verdicts that one figure, near its limit, separates from a more serious level.

use chrono::NaiveDate;
use clap::Args;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::session::Session;
use crate::cli::values::{date, level, number};
use vigie::application::NearMissLine;
use vigie::domain::ids::MinistryCode;
use vigie::domain::level::Level;

#[derive(Debug, Args)]
pub(crate) struct NearMissesArgs {
    /// How near a figure is to its limit, as a share of the limit: `10 %`
    #[arg(long, value_parser = number, value_name = "SHARE")]
    within: Option<f64>,
    /// How near a rate is to its limit: `2 points`
    #[arg(long, value_parser = number, value_name = "DIFFERENCE")]
    points: Option<f64>,
    /// One ministry only, by its code
    #[arg(long, value_name = "MINISTRY")]
    ministry: Option<String>,
    /// One rule only, by its id
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// One level only, that the verdicts would be
    #[arg(long, value_parser = level, value_name = "LEVEL")]
    level: Option<Level>,
    /// Date as of which rules are evaluated, as YYYY-MM-DD; today by default
    #[arg(long, value_parser = date, value_name = "DATE")]
    as_of: Option<NaiveDate>,
}

pub(in crate::cli) async fn run(
    request: &NearMissesArgs,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let place = api
        .at(&["near-misses"])
        .with("within", request.within)
        .with("points", request.points)
        .with("ministry", request.ministry.as_ref())
        .with("rule", request.rule.as_ref())
        .with("level", request.level.map(Level::as_str))
        .with("as_of", request.as_of);
    let lines: Vec<NearMissLine> = api.all(place).await?;
    let row = |line: &NearMissLine| {
        vec![
            Cell::text(&line.subject_name),
            Cell::text(line.ministry.as_ref().map_or("", MinistryCode::as_str)),
            Cell::text(line.rule.as_str()),
            Cell::text(&line.rule_title),
            Cell::level(line.level),
            Cell::level(line.next_level.level),
            Cell::text(&line.next_level.words),
        ]
    };
    let columns = vec![
        ("subject_name", "Sujet"),
        ("ministry", "Ministère"),
        ("rule", "Code"),
        ("rule_title", "Règle"),
        ("level", "Niveau"),
        ("next_level", "Niveau proche"),
        ("words", "Ce qui le changerait"),
    ];
    let title = format!("Verdicts proches d’un niveau plus grave : {}", lines.len());
    let sheet = Sheet::new(title, columns, lines.iter().map(row).collect());
    printer.answer(&lines, &[sheet], 0)?;
    Ok(Conclusion::Good)
}
