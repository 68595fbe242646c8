//! The global rate over editions, as a chart.

use serde_json::Value;

use crate::application::queries::table_rows::TableRow;
use crate::charts::{ChartSeries, LineChart, line_chart};
use crate::support::french;

/// The global rate at each edition, beside the dated target and what would be left without the projects that leave; none where no
/// value is known.
pub fn rate_chart(series: &[&TableRow]) -> Option<LineChart> {
    let of = |label, look, field: &str| {
        let point = |row: &&TableRow| {
            let date = row.get("edition_on").and_then(Value::as_str)?.parse().ok()?;
            Some((date, row.get(field).and_then(Value::as_f64)))
        };
        ChartSeries { label, look, points: series.iter().filter_map(point).collect() }
    };
    let lines = [
        of("Taux global de glissement", "line", "global_drift"),
        of("Cible", "target", "target_drift"),
        of("Indicateur plancher", "floor", "floor_drift"),
    ];
    line_chart(&lines, french::percent)
}
