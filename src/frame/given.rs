//! Builds a frame from a table that a user supplies: columns are taken as they are, measures that can be
//! computed from them are, and every other field is missing.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::{DataType, Expr, IntoLazy, NULL, coalesce, col, lit, when};

use super::columns::{day, typed};
use super::dictionary;
use super::dictionary::{Dictionary, Field};
use super::projects::{cpi, days_since, funding_months, remaining_months, spi};
use super::steps::{difference, drift, end_shift, forecast_end, pace, pace_in_days, rounded};
use crate::domain::portfolio::subject::SubjectKind;

/// How the frame of a scope is made from tables that all have the same fields.
#[derive(Clone, Debug)]
pub struct GivenFrame {
    fields: Vec<&'static Field>,
    measures: Vec<(&'static str, Expr)>,
    computed: Vec<&'static str>,
    absent: Vec<&'static str>,
    /// Lists of declared causes that the table gives with their count: an empty cell is then an empty list.
    lists: Vec<&'static str>,
}

const LISTS: [&str; 2] = ["causes_declared_list", "causes_declared_levels"];

/// An empty list for projects of which no cause is declared; missing where nothing is known of their causes.
fn no_cause() -> Expr {
    let none = col("causes_declared").eq(lit(0_i64));
    when(none).then(lit("")).otherwise(lit(NULL).cast(DataType::String))
}

/// A measure of one row, and the fields that it is computed from.
pub(super) struct Measure {
    pub(super) name: &'static str,
    pub(super) from: &'static [&'static str],
    expression: Expr,
}

impl GivenFrame {
    /// Plans the frame of a scope for tables that have the fields `given`, with the fields `wanted`. A measure
    /// that is given is not computed again.
    pub fn plan(
        (scope, dictionary): (SubjectKind, &Dictionary),
        given: &BTreeSet<&'static str>,
        wanted: &BTreeSet<&'static str>,
        as_of: NaiveDate,
        target: Option<f64>,
    ) -> Self {
        let fields: Vec<&'static Field> = dictionary
            .fields_of(scope)
            .filter(|field| wanted.contains(field.name) || given.contains(field.name))
            .collect();
        let mut known = given.clone();
        let mut measures = Vec::new();
        for Measure { name, from, expression } in of_scope(scope, as_of, target) {
            if !known.contains(name) && from.iter().all(|field| known.contains(field)) {
                known.insert(name);
                measures.push((name, expression.alias(name)));
            }
        }
        let computed = measures.iter().map(|(name, _)| *name);
        let computed = computed.filter(|name| wanted.contains(name)).collect();
        let names = fields.iter().map(|field| field.name);
        let absent = names.filter(|name| !known.contains(name)).collect();
        let is_counted = given.contains("causes_declared");
        let lists = LISTS.into_iter().filter(|name| is_counted && given.contains(name)).collect();
        Self { fields, measures, computed, absent, lists }
    }

    /// The fields that a table may give towards the wanted ones: those, and what they are computed from.
    pub fn inputs(scope: SubjectKind, wanted: &BTreeSet<&'static str>) -> BTreeSet<&'static str> {
        let mut inputs = wanted.clone();
        // Measures come after those that they are computed from.
        for measure in of_scope(scope, NaiveDate::default(), Some(0.0)).iter().rev() {
            if inputs.contains(measure.name) {
                inputs.extend(measure.from);
            }
        }
        // Whether a figure is withheld decides how its absence is said.
        let withheld: Vec<_> =
            inputs.iter().filter_map(|name| dictionary::withheld_by(name)).collect();
        inputs.extend(withheld);
        inputs
    }

    /// The wanted fields that are computed from those given.
    pub fn computed(&self) -> &[&'static str] {
        &self.computed
    }

    /// The wanted fields that are neither given nor computed: missing on every row.
    pub fn absent(&self) -> &[&'static str] {
        &self.absent
    }

    /// Builds the frame of a table that has exactly the fields given to `plan`, in the dictionary's types.
    ///
    /// # Errors
    ///
    /// Fails when the table lacks one of them.
    pub fn build(&self, table: DataFrame) -> PolarsResult<DataFrame> {
        let mut rows = table.lazy();
        let absent = self.absent.iter().map(|name| lit(NULL).alias(*name));
        rows = rows.with_columns(absent.collect::<Vec<_>>());
        // One after the other: a measure may be computed from the one before.
        for (_, measure) in &self.measures {
            rows = rows.with_column(measure.clone());
        }
        let lists = self.lists.iter().map(|name| coalesce(&[col(*name), no_cause()]).alias(*name));
        rows = rows.with_columns(lists.collect::<Vec<_>>());
        rows.select(self.fields.iter().map(|field| typed(field)).collect::<Vec<_>>()).collect()
    }
}

pub(super) fn of_scope(scope: SubjectKind, as_of: NaiveDate, target: Option<f64>) -> Vec<Measure> {
    let mut measures = vec![measure("as_of", &[], day(as_of))];
    match scope {
        SubjectKind::Project => {
            measures.extend(presence());
            measures.extend(baselines());
            measures.extend(drifts());
            measures.extend(ages(as_of));
            measures.extend(answers());
            measures.extend(changes());
            measures.extend(earned());
            measures.extend(LISTS.map(|name| measure(name, &["causes_declared"], no_cause())));
        }
        SubjectKind::Ministry | SubjectKind::Portfolio => {
            measures.extend(target.map(|target| measure("target_drift", &[], lit(target))));
            measures.extend(of_totals());
        }
    }
    measures
}

/// A table of projects lists those that it lists.
fn presence() -> [Measure; 2] {
    [
        measure("in_panorama", &[], lit(true)),
        measure("has_left", &["in_panorama"], col("in_panorama").not()),
    ]
}

/// Initial figures that a table gives are declared ones.
fn baselines() -> [Measure; 2] {
    let declared =
        |figure: &str| when(col(figure).is_not_null()).then(lit("declared")).otherwise(lit(NULL));
    [
        measure("cost_baseline_source", &["cost_initial"], declared("cost_initial")),
        measure("duration_baseline_source", &["duration_initial"], declared("duration_initial")),
    ]
}

/// Without a re-baseline, the latest baseline is the first one.
fn drifts() -> [Measure; 8] {
    [
        ratio("budget_drift", &["cost_current", "cost_initial"]),
        ratio("calendar_drift", &["duration_current", "duration_initial"]),
        ratio("budget_drift_year_ago", &["cost_year_ago", "cost_initial"]),
        ratio("calendar_drift_year_ago", &["duration_year_ago", "duration_initial"]),
        measure("cost_rebaselined", &["cost_initial"], col("cost_initial")),
        measure("duration_rebaselined", &["duration_initial"], col("duration_initial")),
        ratio("budget_drift_latest", &["cost_current", "cost_rebaselined"]),
        ratio("calendar_drift_latest", &["duration_current", "duration_rebaselined"]),
    ]
}

fn changes() -> Vec<Measure> {
    let unknown = || lit(NULL).cast(DataType::Int64);
    let cost_pace = |months| pace(col("cost_change"), months);
    vec![
        ratio("budget_drift_previous", &["cost_previous", "cost_initial"]),
        ratio("calendar_drift_previous", &["duration_previous", "duration_initial"]),
        ratio("cost_change", &["cost_current", "cost_previous"]),
        change("cost_change_meur", &["cost_current", "cost_previous"]),
        change("duration_change_months", &["duration_current", "duration_previous"]),
        change("budget_drift_change", &["budget_drift", "budget_drift_previous"]),
        change("calendar_drift_change", &["calendar_drift", "calendar_drift_previous"]),
        measure("end_shift_days", &["forecast_end_on", "forecast_end_previous"], end_shift()),
        // Of two measures of one name, the first one whose fields are given.
        measure(
            "cost_change_pace",
            &["cost_change", "cost_step_months"],
            cost_pace(col("cost_step_months")),
        ),
        measure("cost_change_pace", &["cost_change"], cost_pace(unknown())),
        measure(
            "end_shift_pace",
            &["end_shift_days", "end_step_months"],
            pace_in_days(col("end_step_months")),
        ),
        measure("end_shift_pace", &["end_shift_days"], pace_in_days(unknown())),
    ]
}

fn ages(as_of: NaiveDate) -> [Measure; 4] {
    [
        measure("forecast_end_on", &["start_on", "duration_current"], forecast_end()),
        measure("remaining_months", &["forecast_end_on"], remaining_months(as_of)),
        measure("data_age_days", &["figures_on"], days_since("figures_on", as_of)),
        measure("follow_up_age_days", &["follow_up_on"], days_since("follow_up_on", as_of)),
    ]
}

/// A table with one date for the whole questionnaire says of each answer that it was given then.
fn answers() -> Vec<Measure> {
    let all = measure("questionnaire_current_on", &["questionnaire_on"], col("questionnaire_on"));
    let mut measures = vec![all];
    for (from, name) in GIVEN_ANSWERS {
        let [field, _] = from;
        let given =
            when(col(*field).is_not_null()).then(col("questionnaire_on")).otherwise(lit(NULL));
        measures.push(measure(name, from, given));
    }
    measures
}

/// The answers of `columns::DATED_ANSWERS`, with what each is computed from.
const GIVEN_ANSWERS: [(&[&str; 2], &str); 4] = [
    (&["cost_updated_on", "questionnaire_on"], "cost_updated_answered_on"),
    (&["director_vacant_since", "questionnaire_on"], "director_vacancy_answered_on"),
    (&["steering_committee_last_on", "questionnaire_on"], "steering_committee_answered_on"),
    (&["last_user_test_on", "questionnaire_on"], "last_user_test_answered_on"),
];

fn earned() -> [Measure; 3] {
    [
        measure("cpi", &["progress_pct", "cost_current", "spent_to_date"], cpi()),
        measure("spi", &["progress_pct", "planned_progress_pct"], spi()),
        measure(
            "funding_months",
            &["cost_current", "spent_to_date", "credits_secured_12m"],
            funding_months(),
        ),
    ]
}

fn of_totals() -> [Measure; 2] {
    let mean = (col("budget_drift_mean") + col("calendar_drift_mean")) / lit(2.0);
    [
        measure("global_drift", &["budget_drift_mean", "calendar_drift_mean"], rounded(mean)),
        change("target_distance", &["global_drift", "target_drift"]),
    ]
}

/// The first field over the second, less one.
fn ratio(name: &'static str, from: &'static [&'static str; 2]) -> Measure {
    let [current, reference] = from;
    measure(name, from, drift(current, reference))
}

/// The first field less the second.
fn change(name: &'static str, from: &'static [&'static str; 2]) -> Measure {
    let [current, reference] = from;
    measure(name, from, difference(current, reference))
}

fn measure(name: &'static str, from: &'static [&'static str], expression: Expr) -> Measure {
    Measure { name, from, expression }
}
