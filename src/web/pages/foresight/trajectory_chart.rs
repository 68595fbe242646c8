//! The rate of past editions, and where it may lie at those to come.

use chrono::NaiveDate;
use serde_json::Value as Json;

use crate::application::{RateForecast, RatePoint, TableRow};
use crate::charts::{ChartBand, ChartSeries, LineChart, fan_chart};
use crate::domain::portfolio::edition::EditionId;
use crate::foresight::Quantiles;
use crate::support::french;

/// The rate that was, its median in the futures, and the bands of one future in two and of eight in ten. `series` has the past
/// editions, where they are of the same projects.
pub(super) fn chart(
    rate: &RateForecast,
    edition: EditionId,
    series: &[TableRow],
    is_supposed: bool,
) -> Option<LineChart> {
    let start = edition.as_of();
    let past = past(series, "global_drift").filter(|(date, _)| *date < start);
    let known: Vec<_> = past.chain([(start, rate.rate)]).collect();
    let median = |of: fn(&RatePoint) -> Option<Quantiles>| {
        let points =
            rate.points.iter().map(|one| (one.edition.as_of(), of(one).map(|all| all.p50)));
        std::iter::once((start, rate.rate)).chain(points).collect::<Vec<_>>()
    };
    let mut lines = vec![
        ChartSeries { label: "Taux constaté", look: "line", points: known },
        ChartSeries { label: "Médiane", look: "baseline", points: median(|one| one.rate) },
        ChartSeries { label: "Cible", look: "target", points: targets(rate, edition, series) },
    ];
    if is_supposed {
        lines.push(ChartSeries {
            label: "Médiane avec l’hypothèse",
            look: "line vigie-chart__line--second",
            points: median(|one| one.what_if),
        });
    }
    let band = |label, look, ends: fn(Quantiles) -> (f64, f64)| {
        let points = rate.points.iter().map(|one| (one.edition.as_of(), one.rate.map(ends)));
        let start = (start, rate.rate.map(|rate| (rate, rate)));
        ChartBand { label, look, points: std::iter::once(start).chain(points).collect() }
    };
    let bands = [
        band("8 chances sur 10", "band", |all| (all.p10, all.p90)),
        band("1 chance sur 2", "band vigie-chart__band--inner", |all| (all.p25, all.p75)),
    ];
    fan_chart(&lines, &bands, french::percent)
}

fn past<'t>(
    series: &'t [TableRow],
    field: &'t str,
) -> impl Iterator<Item = (NaiveDate, Option<f64>)> + use<'t> {
    series.iter().filter_map(move |row| {
        let date = row.get("edition_on").and_then(Json::as_str)?.parse().ok()?;
        Some((date, row.get(field).and_then(Json::as_f64)))
    })
}

/// The target of each edition: of those that were, as then; of those to come, the next one to meet.
fn targets(
    rate: &RateForecast,
    edition: EditionId,
    series: &[TableRow],
) -> Vec<(NaiveDate, Option<f64>)> {
    let start = edition.as_of();
    let next =
        |date: NaiveDate| rate.targets.iter().find(|one| one.by >= date).map(|one| one.target);
    let before = past(series, "target_drift").filter(|(date, _)| *date < start);
    let ahead = rate.points.iter().map(|one| one.edition.as_of());
    before.chain(std::iter::once(start).chain(ahead).map(|date| (date, next(date)))).collect()
}
