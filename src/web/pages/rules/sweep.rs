//! What each value of a threshold would cost: the values to try, the table and the curves, and a draft with one of them.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::api::{Problem, QueryFault, Trials};
use crate::application;
use crate::application::{ExportColumn, ListTable, SWEEP_VALUES, Sweep, SweepPoint, SweepTerms};
use crate::charts::{CurveChart, CurveFigure, CurveValue, curve_chart, top_of};
use crate::domain::ids::MinistryCode;
use crate::domain::rules::overlay::RulePath;
use crate::domain::value::{Value, float};
use crate::foresight::Estimate;
use crate::frame::dictionary::Unit;
use crate::rules::{Threshold, shown_figure, typed_figure};
use crate::support::french;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::list_file;
use crate::web::query::PageQuery;

const PARAMETERS: [&str; 3] = ["de", "a", "valeurs"];

const FILTERS: [(&str, &str); 3] = [("de", "De"), ("a", "À"), ("valeurs", "Nombre de valeurs")];

/// Values tried where nothing is said.
const USUAL_VALUES: usize = 11;

#[derive(Debug, Serialize)]
struct SweepPage {
    query: PageQuery,
    name: String,
    label: String,
    bounds: String,
    in_force: Option<String>,
    /// What the form shows: as typed, or around the value in force.
    from: String,
    to: String,
    values: String,
    fewest: usize,
    most: usize,
    /// `None` until a range is chosen.
    found: Option<SweptView>,
}

#[derive(Debug, Serialize)]
struct SweptView {
    as_of: chrono::NaiveDate,
    rules: Vec<Link>,
    lines: Vec<SweepLine>,
    counts: Option<CurveChart>,
    shares: Option<CurveChart>,
    /// How far the past allows to conclude.
    sureness: String,
    /// Where the value makes no difference.
    alike: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SweepLine {
    value: String,
    /// As the form of the draft sends it.
    figure: String,
    is_in_force: bool,
    alerts: usize,
    projects: usize,
    missions: usize,
    ministries: Vec<String>,
    warnings: u32,
    hits: u32,
    precision: Option<String>,
    recall: Option<String>,
    finding: String,
}

const LIST: ListTable<SweepLine> = ListTable {
    name: "balayage",
    title: "Balayage d’un seuil",
    meaning: "Ce que donnerait chaque valeur d’un seuil : alertes, projets et missions à ce jour, et avertissements vérifiés aux éditions passées.",
    columns: &[
        ExportColumn::text("Valeur", |line| line.value.clone()),
        ExportColumn::flag("En vigueur", |line| Some(line.is_in_force)),
        ExportColumn::count("Alertes", |line| i64::try_from(line.alerts).ok()),
        ExportColumn::count("Projets", |line| i64::try_from(line.projects).ok()),
        ExportColumn::count("Missions", |line| i64::try_from(line.missions).ok()),
        ExportColumn::text("Ministères concernés", |line| line.ministries.join(", ")),
        ExportColumn::count("Avertis par le passé", |line| Some(i64::from(line.warnings))),
        ExportColumn::count("Suivis d’une dérive", |line| Some(i64::from(line.hits))),
        ExportColumn::text("Précision", |line| line.precision.clone().unwrap_or_default()),
        ExportColumn::text("Rappel", |line| line.recall.clone().unwrap_or_default()),
        ExportColumn::text("Conclusion", |line| line.finding.clone()),
    ],
};

/// Shows the values to try and, once a range is chosen, what each would cost.
///
/// # Errors
/// If there is no such threshold, a value is no number or out of its bounds, or no place for a trial is free.
pub(in crate::web) async fn show(
    context: PageContext,
    trials: Trials,
    name: web::Path<String>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    query.only(&PARAMETERS)?;
    let in_force = application::catalogue(&context).await?;
    let threshold = in_force.catalogue.thresholds().get(&name);
    let threshold =
        threshold.ok_or_else(|| Problem::NotFound { kind: "threshold", id: name.clone() })?;
    let today = application::today(context.clock.now());
    let now = figure(threshold.at(today));
    let found = match terms(&query, threshold)? {
        Some(terms) => {
            let trial = trials.begin(&context).await?;
            Some(application::sweep(&context, &trial, terms).await?)
        }
        None => None,
    };
    if let Some(format) = query.format {
        let lines = found.iter().flat_map(lines).collect();
        return list_file(&context, (&LIST, format), lines, query.filters(&FILTERS)).await;
    }
    let (from, to) = around(now, threshold);
    let typed = |parameter: &str, usual: f64| {
        query.one(parameter).map_or_else(|| shown_figure(usual, threshold.unit), str::to_owned)
    };
    let titles = application::rule_titles(&context).await?;
    let rules = |sweep: &Sweep| {
        let link = |rule| Link {
            label: titles.get(rule).cloned().unwrap_or_else(|| rule.to_string()),
            href: format!("/regles/{rule}"),
        };
        sweep.rules.iter().map(link).collect()
    };
    let view = SweepPage {
        name: threshold.name.clone(),
        label: threshold.label.clone(),
        bounds: threshold.bounds_shown(),
        in_force: threshold.shown_at(today),
        from: typed("de", from),
        to: typed("a", to),
        values: query.one("valeurs").map_or_else(|| USUAL_VALUES.to_string(), str::to_owned),
        fewest: SWEEP_VALUES[0],
        most: SWEEP_VALUES[1],
        found: found.map(|found| swept(&found, rules(&found))),
        query,
    };
    let title = format!("Balayage : {}", view.label);
    let heading =
        Heading::of(&title, "balayage").under(&[("Règles", "/regles"), ("Seuils", "/seuils")]);
    context.page("pages/sweep.html", &heading, &view)
}

/// What is asked; `None` until a range is chosen.
fn terms(query: &PageQuery, threshold: &Threshold) -> Result<Option<SweepTerms>, QueryFault> {
    let (Some(from), Some(to)) = (query.one("de"), query.one("a")) else { return Ok(None) };
    let number = |name: &str, typed: &str| {
        let expected = || {
            let words = format!("found `{typed}`, expected a number in the unit of the threshold");
            QueryFault::of(name, words)
        };
        typed_figure(typed, threshold.unit).ok_or_else(expected)
    };
    let [fewest, most] = SWEEP_VALUES;
    let values = match query.one("valeurs") {
        None => USUAL_VALUES,
        Some(typed) => {
            let count = typed.parse().ok().filter(|count| (fewest..=most).contains(count));
            count.ok_or_else(|| {
                let words = format!("found `{typed}`, expected a count from {fewest} to {most}");
                QueryFault::of("valeurs", words)
            })?
        }
    };
    let (from, to) = (number("de", from)?, number("a", to)?);
    Ok(Some(SweepTerms { threshold: threshold.name.clone(), from, to, values }))
}

/// Half of the value in force to one and a half, within the bounds of the threshold.
fn around(now: Option<f64>, threshold: &Threshold) -> (f64, f64) {
    let now = now.unwrap_or_default();
    let (least, most) = (threshold.min.unwrap_or(f64::MIN), threshold.max.unwrap_or(f64::MAX));
    let whole = |figure: f64| match threshold.unit {
        Unit::Days | Unit::Count => figure.round(),
        Unit::Ratio | Unit::Points => (figure * 1_000.0).round() / 1_000.0,
        Unit::None | Unit::Meur | Unit::MeurPerYear | Unit::Months | Unit::Fte => {
            (figure * 10.0).round() / 10.0
        }
    };
    let (from, to) = (whole(now * 0.5).clamp(least, most), whole(now * 1.5).clamp(least, most));
    if from < to {
        (from, to)
    } else {
        (threshold.min.unwrap_or(0.0), threshold.max.unwrap_or(1.0))
    }
}

fn figure(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::Float(figure) => Some(*figure),
        Value::Int(count) => Some(float(*count)),
        Value::Bool(_) | Value::Text(_) | Value::Date(_) => None,
    }
}

fn lines(found: &Sweep) -> Vec<SweepLine> {
    let in_percent = |of: Option<&Estimate>| of.map(Estimate::in_percent);
    let line = |point: &SweepPoint| SweepLine {
        value: shown_figure(point.value, found.unit),
        figure: point.value.to_string(),
        is_in_force: point.is_in_force,
        alerts: point.alerts,
        projects: point.projects,
        missions: point.missions,
        ministries: point.ministries.iter().map(MinistryCode::to_string).collect(),
        warnings: point.score.warnings,
        hits: point.score.hits,
        precision: in_percent(point.score.precision.as_ref()),
        recall: in_percent(point.score.recall_of_warnings()),
        finding: point.score.in_words(),
    };
    found.points.iter().map(line).collect()
}

fn swept(found: &Sweep, rules: Vec<Link>) -> SweptView {
    let values: Vec<(f64, String)> = found
        .points
        .iter()
        .map(|point| (point.value, shown_figure(point.value, found.unit)))
        .collect();
    let in_force = found.points.iter().position(|point| point.is_in_force);
    let counted = |label, look, of: fn(&SweepPoint) -> usize| {
        let value = |point| Some(CurveValue { value: french_count(of(point)), interval: None });
        CurveFigure { label, look, values: found.points.iter().map(value).collect() }
    };
    let counts = [
        counted("Alertes", "", |point| point.alerts),
        counted("Projets", "second", |point| point.projects),
        counted("Missions", "third", |point| point.missions),
    ];
    let all = found.points.iter().flat_map(|point| [point.alerts, point.projects, point.missions]);
    let estimated = |label, look, of: fn(&SweepPoint) -> Option<&Estimate>| {
        let value = |point| {
            let of = of(point)?;
            Some(CurveValue { value: of.value, interval: of.low.zip(of.high) })
        };
        CurveFigure { label, look, values: found.points.iter().map(value).collect() }
    };
    let shares = [
        estimated("Précision", "", |point| point.score.precision.as_ref()),
        estimated("Rappel", "second", |point| point.score.recall_of_warnings()),
    ];
    let has_past = shares.iter().any(|figure| figure.values.iter().any(Option::is_some));
    SweptView {
        as_of: found.as_of,
        rules,
        lines: lines(found),
        counts: curve_chart(
            &values,
            in_force,
            &counts,
            (top_of(all), |count| format!("{count:.0}")),
        ),
        shares: has_past
            .then(|| {
                let percent = |share: f64| format!("{}\u{a0}%", french::decimal(share * 100.0, 0));
                curve_chart(&values, in_force, &shares, (1.0, percent))
            })
            .flatten(),
        sureness: sureness(found),
        alike: found.alike_in_words(),
    }
}

/// What the past of these rules allows to say.
fn sureness(found: &Sweep) -> String {
    let most = found.points.iter().map(|point| point.score.warnings).max().unwrap_or_default();
    let steps = found.points.iter().map(|point| point.score.steps).max().unwrap_or_default();
    let compared = found.points.iter().filter(|point| point.score.finding.is_compared()).count();
    let counted = |count: u32, one, many| {
        french::counted(usize::try_from(count).unwrap_or(usize::MAX), one, many)
    };
    if steps == 0 {
        return "Ces règles n’ont pu être éprouvées sur aucune édition passée : rien n’est dit de leurs avertissements.".to_owned();
    }
    let basis = format!(
        "Ces parts reposent sur {} au plus, parmi {} d’une édition à l’autre.",
        counted(most, "avertissement passé", "avertissements passés"),
        counted(steps, "passage", "passages"),
    );
    let conclusion = if compared == 0 {
        "C’est trop peu pour comparer ces valeurs au hasard."
    } else {
        "Deux valeurs dont les intervalles se recouvrent ne se distinguent pas : la courbe ne dit pas laquelle est la meilleure, et la plus haute de plusieurs l’est souvent par hasard."
    };
    format!("{basis} {conclusion}")
}

fn french_count(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// What the form of a value sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct SweptValueForm {
    valeur: String,
}

/// Opens a draft of the threshold with a value, or goes to the one that holds the threshold.
///
/// # Errors
/// If there is no such threshold, or the draft cannot be written.
pub(in crate::web) async fn prepare(
    context: PageContext,
    name: web::Path<String>,
    form: web::Form<SweptValueForm>,
) -> Result<HttpResponse, Problem> {
    let path = RulePath::of_threshold(&name).map_err(application::ApplicationError::from)?;
    if let Some(number) = application::draft_on(&context, &path).await? {
        let address = format!("/brouillons/{number}?fichier={path}");
        return Ok(context.done(Confirmation::DraftFound, &address));
    }
    let in_force = application::catalogue(&context).await?;
    let threshold = in_force.catalogue.thresholds().get(&name);
    let threshold =
        threshold.ok_or_else(|| Problem::NotFound { kind: "threshold", id: name.clone() })?;
    let named = [(name.to_string(), form.valeur.clone())];
    let files = application::with_thresholds(BTreeMap::new(), &in_force.texts, &named)?;
    let value = form.valeur.parse().map(|value| shown_figure(value, threshold.unit));
    let shown = value.unwrap_or_else(|_| form.valeur.clone());
    let act = context.act(&format!("Seuil «\u{a0}{}\u{a0}» à {shown}", threshold.label))?;
    let draft = application::save_draft(&context, None, files, &act).await?;
    Ok(context.done(Confirmation::DraftOpened, &format!("/brouillons/{}", draft.outline.number)))
}
