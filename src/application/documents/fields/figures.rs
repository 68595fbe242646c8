//! Figures, dates and names as documents print them, each with the page that says where it comes from.

use chrono::NaiveDate;
use serde_json::Value as Json;

use crate::application::queries::table_rows::TableRow;
use crate::documents::Datum;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::snapshot::Phase;
use crate::support::french;

pub(super) fn number(row: Option<&TableRow>, field: &str) -> Option<f64> {
    row?.get(field)?.as_f64()
}

pub(super) fn text<'row>(row: Option<&'row TableRow>, field: &str) -> Option<&'row str> {
    row?.get(field)?.as_str()
}

pub(super) fn flag(row: Option<&TableRow>, field: &str) -> Option<bool> {
    row?.get(field).and_then(Json::as_bool)
}

pub(super) fn date(row: Option<&TableRow>, field: &str) -> Option<NaiveDate> {
    text(row, field)?.parse().ok()
}

/// A figure in its unit, with the page that it comes from.
pub(super) fn figure(value: Option<f64>, written: impl FnOnce(f64) -> String, href: &str) -> Datum {
    value.map_or(Datum::Missing, |value| Datum::figure(written(value), value, href))
}

/// How many there are.
pub(super) fn count(number: usize, href: &str) -> Datum {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    Datum::figure(french::integer(i64::from(number)), f64::from(number), href)
}

pub(super) fn counted_field(row: Option<&TableRow>, field: &str, href: &str) -> Datum {
    let written = |value: f64| french::decimal(value, 0);
    figure(number(row, field), written, href)
}

/// `30 novembre 2020`
pub(super) fn day(date: Option<NaiveDate>) -> Datum {
    date.map_or(Datum::Missing, |date| Datum::text(french::date(date)))
}

/// `novembre 2020`
pub(super) fn month(date: Option<NaiveDate>) -> Datum {
    date.map_or(Datum::Missing, |date| Datum::text(french::month_and_year(date)))
}

pub(super) fn edition(edition: EditionId) -> Datum {
    let words = french::month_and_year(edition.as_of());
    Datum::linked(words, format!("/editions/{edition}"))
}

pub(super) fn phase(row: Option<&TableRow>) -> Datum {
    let phase = text(row, "phase").and_then(|phase| phase.parse::<Phase>().ok());
    phase.map_or(Datum::Missing, |phase| Datum::text(phase.label()))
}

/// What documents say of a project: its name, its ministry, its figures. Without a row, the names of these.
pub(super) fn project(row: Option<&TableRow>) -> Datum {
    Datum::group(project_fields(row))
}

pub(super) fn project_fields(row: Option<&TableRow>) -> [(&'static str, Datum); 11] {
    let id = text(row, "project_id").unwrap_or_default();
    let here = format!("/projets/{id}");
    let name = text(row, "name").map(|name| Datum::linked(name, here.as_str()));
    let ministry = text(row, "ministry_label");
    let drift = |field: &str| figure(number(row, field), french::percent, &here);
    let change = |field: &str| figure(number(row, field), french::points, &here);
    [
        ("name", name.unwrap_or_default()),
        ("ministry", ministry.map(Datum::text).unwrap_or_default()),
        (
            "of_ministry",
            ministry.map(|label| Datum::text(french::of_ministry(label))).unwrap_or_default(),
        ),
        ("phase", phase(row)),
        ("cost", withheld(row, "cost", figure(number(row, "cost_current"), french::meur, &here))),
        ("end_on", month(date(row, "forecast_end_on"))),
        ("exit_on", month(date(row, "expected_exit_on"))),
        ("budget_drift", withheld(row, "cost", drift("budget_drift"))),
        ("calendar_drift", withheld(row, "duration", drift("calendar_drift"))),
        ("budget_change", change("budget_drift_change")),
        ("calendar_change", change("calendar_drift_change")),
    ]
}

/// A figure that the publisher keeps back on purpose is not one that nobody gave.
fn withheld(row: Option<&TableRow>, what: &str, found: Datum) -> Datum {
    let is_withheld = flag(row, &format!("{what}_withheld")) == Some(true);
    if found == Datum::Missing && is_withheld {
        return Datum::text("non communiqué");
    }
    found
}
