//! One project beside another, or beside itself at an earlier date.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value as Json;

use crate::api::{Problem, QueryFault};
use crate::application;
use crate::application::{ProjectView, TableRow};
use crate::domain::portfolio::snapshot::Phase;
use crate::support::french;
use crate::web::context::{Heading, PageContext};
use crate::web::query::{Choice, PageQuery};

#[derive(Debug, Serialize)]
struct ComparisonPage {
    project: String,
    name: String,
    /// What the form was given.
    other: String,
    as_of: String,
    /// Names of the projects that the reader sees.
    names: Vec<Choice>,
    /// What the two columns are.
    columns: Option<[String; 2]>,
    rows: Vec<ComparedRow>,
}

#[derive(Debug, Serialize)]
struct ComparedRow {
    label: &'static str,
    values: [String; 2],
    differs: bool,
}

/// How a field is written.
#[derive(Clone, Copy, Debug)]
enum Written {
    Text,
    Phase,
    Meur,
    Percent,
    Months,
    Month,
    Count,
}

const FIELDS: [(&str, &str, Written); 14] = [
    ("Ministère", "ministry_label", Written::Text),
    ("Édition", "edition_on", Written::Month),
    ("Phase", "phase", Written::Phase),
    ("Début", "start_on", Written::Month),
    ("Fin prévue", "forecast_end_on", Written::Month),
    ("Coût au départ", "cost_initial", Written::Meur),
    ("Coût", "cost_current", Written::Meur),
    ("Dérive du coût", "budget_drift", Written::Percent),
    ("Durée au départ", "duration_initial", Written::Months),
    ("Durée prévue", "duration_current", Written::Months),
    ("Dérive de la durée", "calendar_drift", Written::Percent),
    ("Hausses de coût", "budget_slips", Written::Count),
    ("Reports de la fin", "calendar_slips", Written::Count),
    ("Recadrages", "rebaseline_count", Written::Count),
];

/// Shows a project beside another, beside itself at another date, or beside another at that date.
///
/// # Errors
/// If a project is unknown, the date is none, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    project: web::Path<String>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let given = |name: &str| {
        query.given.get(name).and_then(|values| values.first()).cloned().unwrap_or_default()
    };
    let (other, date) = (given("avec"), given("le"));
    if let Some(name) = query.given.keys().find(|name| !["avec", "le"].contains(&name.as_str())) {
        return Err(QueryFault::unknown(name, ["avec", "le"]).into());
    }
    let as_of: Option<NaiveDate> = match date.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| {
            let words = format!("found `{text}`, expected a date such as 2020-06-30");
            QueryFault::of("le", words)
        })?),
    };
    let known = context.store.known_projects().await?;
    let one = application::project(&context, &project, None).await?;
    let name = shown_name(&one);
    let against = if other.is_empty() { one.id.to_string() } else { other.clone() };
    let beside = if other.is_empty() && as_of.is_none() {
        None
    } else {
        Some(application::project(&context, &against, as_of).await?)
    };
    let page = ComparisonPage {
        columns: beside.as_ref().map(|beside| {
            let then = as_of.map_or_else(String::new, |day| format!(", {}", french::date(day)));
            [name.clone(), format!("{}{then}", shown_name(beside))]
        }),
        rows: beside.as_ref().map(|beside| rows(&one, beside)).unwrap_or_default(),
        names: Choice::projects(&known).unwrap_or_default(),
        project: one.id.to_string(),
        as_of: date,
        other,
        name,
    };
    let title = format!("Comparer {}", page.name);
    let address = format!("/projets/{}", page.project);
    let heading =
        Heading::of(&title, "projet").under(&[("Projets", "/projets"), (&page.name, &address)]);
    context.page("pages/project_comparison.html", &heading, &page)
}

fn shown_name(view: &ProjectView) -> String {
    view.names.last().cloned().unwrap_or_else(|| view.id.to_string())
}

fn rows(one: &ProjectView, other: &ProjectView) -> Vec<ComparedRow> {
    let row = |(label, field, written): &(&'static str, &str, Written)| {
        let value = |view: &ProjectView| said(view.project.as_ref(), field, *written);
        let values = [value(one), value(other)];
        let [left, right] = &values;
        ComparedRow { label, differs: left != right, values }
    };
    FIELDS.iter().map(row).collect()
}

/// A field in French; a figure that is withheld is said to be, and one that is not known too.
fn said(row: Option<&TableRow>, field: &str, written: Written) -> String {
    let value = row.and_then(|row| row.get(field)).filter(|value| !value.is_null());
    let Some(value) = value else {
        let withheld = field.split('_').next().map(|kind| format!("{kind}_withheld"));
        let is_withheld = withheld.and_then(|name| row?.get(&name)?.as_bool()).unwrap_or_default();
        return if is_withheld { "non communiqué" } else { "inconnu" }.to_owned();
    };
    let number = value.as_f64();
    let text = value.as_str().unwrap_or_default();
    let words = match written {
        Written::Text => Some(text.to_owned()),
        Written::Phase => text.parse::<Phase>().ok().map(|phase| phase.label().to_owned()),
        Written::Meur => number.map(french::meur),
        Written::Percent => number.map(french::percent),
        Written::Months => number.map(french::months),
        Written::Month => text.parse().ok().map(french::month_and_year),
        Written::Count => value.as_i64().map(french::integer),
    };
    words.unwrap_or_else(|| Json::to_string(value))
}
