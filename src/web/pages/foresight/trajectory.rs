//! Where the rate is going: its futures, the chances to meet the targets, what would change them, and what such forecasts were worth.

use actix_web::HttpResponse;
use serde::Serialize;

use super::trajectory_chart::chart;
use crate::api::{Problem, QueryFault};
use crate::application;
use crate::application::{
    ExportColumn, Forecast, ForecastTerms, ListTable, RateForecast, SupposedSlip, TargetChance,
};
use crate::charts::LineChart;
use crate::domain::ids::MinistryCode;
use crate::domain::portfolio::edition::EditionId;
use crate::foresight::Quantiles;
use crate::frame::dictionary::Unit;
use crate::support::french;
use crate::web::context::{Heading, PageContext};
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery};

const PARAMETERS: [&str; 6] = ["edition", "date", "ministere", "quitte", "tient", "glisse"];

/// Projects to tick: with more of them, the page would weigh more than a reader can use.
const MOST_PROJECTS: usize = 60;

#[derive(Debug, Serialize)]
struct TrajectoryPage {
    query: PageQuery,
    forecast: Forecast,
    /// The rate that the page is about: of all projects, or of a ministry.
    rate: Option<RateForecast>,
    chart: Option<LineChart>,
    cautions: Vec<String>,
    chances: Vec<String>,
    calibration: String,
    ministries: Vec<MinistryLine>,
    choices: Vec<Choice>,
    /// The address of the figures as a file.
    download: String,
    /// Projects that are not shown, since there are too many.
    hidden: usize,
}

#[derive(Debug, Serialize)]
struct MinistryLine {
    label: String,
    href: String,
    rate: Option<f64>,
    project_count: u32,
    /// At the last edition to come.
    last: Option<Quantiles>,
    /// Of each target.
    chances: Vec<String>,
}

/// A rate at an edition to come, for files.
#[derive(Debug)]
struct FutureRate {
    label: String,
    edition: EditionId,
    kind: &'static str,
    quantiles: Option<Quantiles>,
}

const TABLE: ListTable<FutureRate> = ListTable {
    name: "trajectoire",
    title: "Où va le taux",
    meaning: "Le taux de glissement aux prochaines éditions, tel que les simulations le donnent.",
    columns: &[
        ExportColumn::text("Ensemble ou ministère", |row| row.label.clone()),
        ExportColumn::text("Édition", |row| row.edition.to_string()),
        ExportColumn::text("Taux", |row| row.kind.to_owned()),
        ExportColumn::number("1 sur 10 au-dessous", Unit::Ratio, |row| {
            row.quantiles.map(|all| all.p10)
        }),
        ExportColumn::number("1 sur 4 au-dessous", Unit::Ratio, |row| {
            row.quantiles.map(|all| all.p25)
        }),
        ExportColumn::number("Médiane", Unit::Ratio, |row| row.quantiles.map(|all| all.p50)),
        ExportColumn::number("3 sur 4 au-dessous", Unit::Ratio, |row| {
            row.quantiles.map(|all| all.p75)
        }),
        ExportColumn::number("9 sur 10 au-dessous", Unit::Ratio, |row| {
            row.quantiles.map(|all| all.p90)
        }),
    ],
};

/// Shows where the rate is going.
///
/// # Errors
/// If a parameter is unknown, a named project is not listed, too few editions are known, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let terms = terms(&query)?;
    let mut forecast = application::forecast(&context, &terms).await?;
    if let Some(format) = query.format {
        return list_file(&context, (&TABLE, format), future_rates(&forecast), vec![]).await;
    }
    let panorama = application::panorama(&context, Some(forecast.as_of)).await?;
    let rate = forecast.rates.first().cloned();
    // The figures of past editions are those of all that the reader sees.
    let is_of_all = terms.ministry.is_none()
        && (context.caller().scope.is_whole() || forecast.rates.len() == 1);
    let series = if is_of_all { panorama.series.as_slice() } else { &[] };
    let drawn = |one: &RateForecast| chart(one, forecast.edition, series, forecast.is_supposed);
    let hidden = forecast.projects.len().saturating_sub(MOST_PROJECTS);
    let page = TrajectoryPage {
        chart: rate.as_ref().and_then(drawn),
        cautions: forecast.cautions(),
        chances: rate.as_ref().map(chances).unwrap_or_default(),
        calibration: forecast.calibration.in_words(),
        ministries: ministries(&forecast, &query),
        choices: choices(&panorama.ministries),
        download: query.with("format", "xlsx"),
        forecast: {
            forecast.projects.truncate(MOST_PROJECTS);
            forecast
        },
        rate,
        query,
        hidden,
    };
    context.page("pages/trajectory.html", &Heading::of("Où va le taux", "trajectoire"), &page)
}

fn terms(query: &PageQuery) -> Result<ForecastTerms, QueryFault> {
    query.only(&PARAMETERS)?;
    let all = |name: &str| query.given.get(name).cloned().unwrap_or_default();
    let edition = query.one("edition").map(str::parse::<EditionId>).transpose();
    let slip = all("glisse").iter().map(|one| one.parse::<SupposedSlip>()).collect();
    Ok(ForecastTerms {
        as_of: query.date("date")?,
        edition: edition.map_err(|fault| QueryFault::of("edition", fault.to_string()))?,
        ministry: query.one("ministere").map(MinistryCode::new),
        leave: all("quitte"),
        hold: all("tient"),
        slip: Result::map_err(slip, |words| QueryFault::of("glisse", words))?,
    })
}

/// `25 % au 31 décembre 2021 : 7 chances sur 10`
fn chances(rate: &RateForecast) -> Vec<String> {
    let line = |one: &TargetChance| {
        let by = format!("{} au {}", french::percent_at_most(one.target), french::date(one.by));
        let Some(chance) = one.chance else {
            return format!("{by}\u{a0}: hors de la période simulée");
        };
        let supposed =
            one.what_if.map(|met| format!(" ; avec l’hypothèse, {}", french::chances(met)));
        format!("{by}\u{a0}: {}{}", french::chances(chance), supposed.unwrap_or_default())
    };
    rate.targets.iter().map(line).collect()
}

fn ministries(forecast: &Forecast, query: &PageQuery) -> Vec<MinistryLine> {
    let line = |one: &RateForecast| {
        let code = one.ministry.as_ref()?;
        let chance = |target: &TargetChance| {
            target.chance.map_or_else(|| "n.\u{a0}c.".to_owned(), french::chances)
        };
        Some(MinistryLine {
            label: one.label.clone(),
            href: query.with("ministere", code.as_str()),
            rate: one.rate,
            project_count: one.project_count,
            last: one.points.last().and_then(|point| point.rate),
            chances: one.targets.iter().map(chance).collect(),
        })
    };
    forecast.rates.iter().filter_map(line).collect()
}

fn choices(ministries: &[application::TableRow]) -> Vec<Choice> {
    let text = |row: &application::TableRow, field: &str| {
        row.get(field).and_then(|value| value.as_str()).map(str::to_owned)
    };
    let choice =
        |row| Some(Choice { value: text(row, "ministry")?, label: text(row, "ministry_label")? });
    ministries.iter().filter_map(choice).collect()
}

fn future_rates(forecast: &Forecast) -> Vec<FutureRate> {
    let of_rate = |rate: &RateForecast| {
        let label = rate.label.clone();
        let is_supposed = forecast.is_supposed;
        rate.points.clone().into_iter().flat_map(move |point| {
            let row = |kind, quantiles| FutureRate {
                label: label.clone(),
                edition: point.edition,
                kind,
                quantiles,
            };
            let mut rows = vec![row("Taux", point.rate), row("Plancher", point.floor)];
            if is_supposed {
                rows.push(row("Taux avec l’hypothèse", point.what_if));
                rows.push(row("Plancher avec l’hypothèse", point.what_if_floor));
            }
            rows
        })
    };
    forecast.rates.iter().flat_map(of_rate).collect()
}
