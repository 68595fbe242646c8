//! From the domain's rows to columns: the only place of this layer that walks rows.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, Expr, NamedFrom, Series, col, lit};

use super::dictionary::{
    ANSWERS_UNKNOWN, ANSWERS_WITHHELD, Dictionary, Field, FieldKind, Past, Supplier,
};
use crate::domain::portfolio::campaign::Campaign;
use crate::domain::portfolio::follow_up::{Answer, Fact, NoAnswer};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::snapshot::{Phase, Snapshot};
use crate::domain::value::Value;

pub(super) fn snapshots(rows: &[&Snapshot]) -> PolarsResult<DataFrame> {
    let texts = |name: &str, text: fn(&Snapshot) -> Option<&str>| {
        column(name, rows.iter().map(|row| text(row)).collect::<Vec<Option<&str>>>())
    };
    let flags = |name: &str, flag: fn(&Snapshot) -> Option<bool>| {
        column(name, rows.iter().map(|row| flag(row)).collect::<Vec<Option<bool>>>())
    };
    let floats = |name: &str, float: fn(&Snapshot) -> Option<f64>| {
        column(name, rows.iter().map(|row| float(row)).collect::<Vec<Option<f64>>>())
    };
    let dates = |name: &str, date: fn(&Snapshot) -> Option<NaiveDate>| {
        column(name, rows.iter().map(|row| date(row)).collect::<Vec<Option<NaiveDate>>>())
    };
    DataFrame::new_infer_height(vec![
        texts("project_id", |row| Some(row.project.as_str())),
        dates("edition_on", |row| Some(row.edition.as_of())),
        texts("name", |row| Some(&row.name)),
        texts("ministry", |row| Some(row.ministry.as_str())),
        texts("ministry_label", |row| Some(&row.ministry_label)),
        texts("phase", |row| row.phase.given().copied().map(Phase::as_str)),
        dates("start_on", |row| row.start_on.given().copied()),
        floats("duration_current", |row| row.duration_months.given().copied()),
        floats("cost_current", |row| row.cost_meur.given().copied()),
        flags("cost_withheld", |row| Some(row.cost_meur.is_withheld())),
        flags("duration_withheld", |row| Some(row.duration_months.is_withheld())),
        flags("start_withheld", |row| Some(row.start_on.is_withheld())),
        flags("inter_ministerial", |row| row.inter_ministerial),
        texts("functional_zone", |row| row.functional_zone.as_deref()),
        texts("programme", |row| row.programme.as_deref()),
    ])
}

/// Answers that rules count days up to, with the field that says when each was given.
pub(super) const DATED_ANSWERS: [(&str, &str); 4] = [
    ("cost_updated_on", "cost_updated_answered_on"),
    ("director_vacant_since", "director_vacancy_answered_on"),
    ("steering_committee_last_on", "steering_committee_answered_on"),
    ("last_user_test_on", "last_user_test_answered_on"),
];

/// One row per project that has a fact reported by `as_of` or that the last campaign asks, one column per fact of
/// `fields`, and when any fact was last reported: `facts_on`, and `questionnaire_on` for those of the questionnaire. Each
/// fact keeps the date of its own answer: `questionnaire_current_on` is of most of them, and those of `DATED_ANSWERS` of
/// one.
pub(super) fn facts(
    portfolio: &Portfolio,
    as_of: NaiveDate,
    fields: impl Iterator<Item = &'static Field>,
    dictionary: &Dictionary,
) -> PolarsResult<DataFrame> {
    let known = portfolio.facts.iter().filter(|fact| fact.reported_on <= as_of);
    let mut past: Vec<&Fact> = known.collect();
    // Stable: of two facts of one day, the one imported later comes later.
    past.sort_by_key(|fact| fact.reported_on);

    let campaign = last_campaign(portfolio, as_of);
    let asked = campaign.map(|one| portfolio.asked_by(&one)).unwrap_or_default();
    let mut projects: Vec<&str> = asked.iter().map(|project| project.as_str()).collect();
    let mut reports: Vec<Reports<'_>> =
        asked.iter().map(|_| Reports { campaign, ..Reports::default() }).collect();
    let mut rows: HashMap<&str, usize> =
        projects.iter().enumerate().map(|(row, project)| (*project, row)).collect();
    let mut by_field: HashMap<&str, Vec<(usize, Option<&Value>)>> = HashMap::new();
    for fact in past {
        let row = *rows.entry(fact.project.as_str()).or_insert_with(|| {
            projects.push(fact.project.as_str());
            reports.push(Reports::default());
            projects.len() - 1
        });
        by_field.entry(fact.field.as_str()).or_default().push((row, fact.answer.value()));
        let is_answer = dictionary
            .field(&fact.field)
            .is_some_and(|field| field.supplier == Supplier::Questionnaire);
        if let Some(of_project) = reports.get_mut(row) {
            of_project.add(fact, is_answer);
        }
    }

    let height = projects.len();
    let dates = |date: fn(&Reports<'_>) -> Option<NaiveDate>| {
        reports.iter().map(date).collect::<Vec<Option<NaiveDate>>>()
    };
    let without =
        |why| reports.iter().map(|one| one.without_value(why)).collect::<Vec<Option<String>>>();
    let mut columns = vec![
        column("project_id", projects),
        column("facts_on", dates(|one| one.last_on)),
        column("questionnaire_on", dates(|one| one.answered.values().max().copied())),
        column(
            "questionnaire_current_on",
            reports.iter().map(Reports::of_most).collect::<Vec<_>>(),
        ),
        column(ANSWERS_UNKNOWN, without(NoAnswer::Unknown)),
        column(ANSWERS_WITHHELD, without(NoAnswer::Withheld)),
        column("campaign_opened_on", dates(|one| Some(one.campaign?.opens_on))),
        column("campaign_closes_on", dates(|one| Some(one.campaign?.closes_on))),
        column("campaign_answered_on", dates(|one| one.campaign_answered_on)),
    ];
    for (field, date) in DATED_ANSWERS {
        let given = reports.iter().map(|one| one.given_on(field));
        columns.push(column(date, given.collect::<Vec<Option<NaiveDate>>>()));
    }
    for field in fields {
        let values = by_field.get(field.name).map_or(&[][..], Vec::as_slice);
        columns.push(fact_column(field, height, values));
    }
    DataFrame::new_infer_height(columns)
}

/// One row per project with the days on which it reported another value of a fact than before, oldest first, and the last
/// of these days, for each of `pasts` that has them. Of what is reported on one day, the last holds. Missing where the
/// fact is not known.
pub(super) fn changes(
    facts: &[Fact],
    as_of: NaiveDate,
    pasts: &'static [Past],
) -> PolarsResult<DataFrame> {
    let followed: HashMap<&str, (&str, &str)> = pasts
        .iter()
        .filter_map(|past| Some((past.field, (past.changes?, past.last_change?))))
        .collect();
    let is_followed =
        |fact: &&Fact| fact.reported_on <= as_of && followed.contains_key(fact.field.as_str());
    let mut past: Vec<&Fact> = facts.iter().filter(is_followed).collect();
    past.sort_by_key(|fact| fact.reported_on);
    let mut rows: BTreeMap<&str, BTreeMap<&str, FactHistory<'_>>> = BTreeMap::new();
    for fact in past {
        let of_project = rows.entry(fact.project.as_str()).or_default();
        of_project.entry(fact.field.as_str()).or_default().report(fact);
    }
    let mut columns = vec![column("project_id", rows.keys().copied().collect::<Vec<_>>())];
    for (field, (changes, last)) in followed {
        let days = || rows.values().map(|known| known.get(field).map(FactHistory::changes));
        let words = |of: Vec<String>| of.join(" ");
        let texts = days().map(|known| Some(words(known?.map(|day| day.to_string()).collect())));
        columns.push(column(changes, texts.collect::<Vec<Option<String>>>()));
        columns.push(column(last, days().map(|known| known?.last()).collect::<Vec<_>>()));
    }
    DataFrame::new_infer_height(columns)
}

/// The days on which a fact of a project became another, and its value from then on.
#[derive(Default)]
struct FactHistory<'f>(Vec<(NaiveDate, &'f Value)>);

impl<'f> FactHistory<'f> {
    /// Facts are reported in the order of their days.
    fn report(&mut self, fact: &'f Fact) {
        let Some(reported) = fact.answer.value() else { return };
        if self.0.last().is_some_and(|(day, _)| *day == fact.reported_on) {
            self.0.pop();
        }
        if self.0.last().is_none_or(|(_, value)| *value != reported) {
            self.0.push((fact.reported_on, reported));
        }
    }

    /// Without the day on which it was first known.
    fn changes(&self) -> impl DoubleEndedIterator<Item = NaiveDate> {
        self.0.iter().skip(1).map(|(day, _)| *day)
    }
}

/// The campaign that opened last.
fn last_campaign(portfolio: &Portfolio, as_of: NaiveDate) -> Option<Campaign> {
    let opened = portfolio.campaigns.iter().filter(|campaign| campaign.opens_on <= as_of);
    opened.max_by_key(|campaign| (campaign.opens_on, campaign.edition)).copied()
}

/// What was reported of one project.
#[derive(Default)]
struct Reports<'f> {
    last_on: Option<NaiveDate>,
    /// When each question of the questionnaire was last answered, with a value or without.
    answered: BTreeMap<&'f str, NaiveDate>,
    /// The facts of which the last answer gives no value.
    without: BTreeMap<&'f str, NoAnswer>,
    /// The last one, if it asks the project, and the project's first answer since it opened.
    campaign: Option<Campaign>,
    campaign_answered_on: Option<NaiveDate>,
}

impl<'f> Reports<'f> {
    /// Facts come in the order of their days.
    fn add(&mut self, fact: &'f Fact, is_answer: bool) {
        self.last_on = Some(fact.reported_on);
        if is_answer {
            self.answered.insert(&fact.field, fact.reported_on);
            if self.campaign.is_some_and(|campaign| campaign.opens_on <= fact.reported_on) {
                self.campaign_answered_on.get_or_insert(fact.reported_on);
            }
        }
        match fact.answer {
            Answer::Value(_) => self.without.remove(fact.field.as_str()),
            Answer::None(why) => self.without.insert(&fact.field, why),
        };
    }

    /// The names of the facts without a value for a reason, between spaces; `None` where nothing was reported.
    fn without_value(&self, why: NoAnswer) -> Option<String> {
        self.last_on?;
        let names = self.without.iter().filter(|(_, reason)| **reason == why);
        Some(names.map(|(name, _)| *name).collect::<Vec<_>>().join(" "))
    }

    /// When the value of an answer was given.
    fn given_on(&self, field: &str) -> Option<NaiveDate> {
        self.answered.get(field).copied().filter(|_| !self.without.contains_key(field))
    }

    /// The latest date such that more than half of the answers were given on it or later.
    fn of_most(&self) -> Option<NaiveDate> {
        let mut dates: Vec<NaiveDate> = self.answered.values().copied().collect();
        dates.sort_unstable_by(|a, b| b.cmp(a));
        dates.get(dates.len() / 2).copied()
    }
}

/// `values` come oldest first, as (row, value), without a value where an answer says that there is none. The latest one
/// holds, but the first one of a declarable field.
pub(super) fn fact_column(
    field: &Field,
    height: usize,
    values: &[(usize, Option<&Value>)],
) -> Column {
    let first_holds = field.declarable;
    match field.kind {
        FieldKind::Bool => spread(field.name, height, values, first_holds, |value| match value {
            Value::Bool(flag) => Some(*flag),
            Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Date(_) => None,
        }),
        FieldKind::Int => spread(field.name, height, values, first_holds, |value| match value {
            Value::Int(number) => Some(*number),
            Value::Bool(_) | Value::Float(_) | Value::Text(_) | Value::Date(_) => None,
        }),
        FieldKind::Float => spread(field.name, height, values, first_holds, |value| match value {
            Value::Float(number) => Some(*number).filter(|number| number.is_finite()),
            Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Date(_) => None,
        }),
        FieldKind::Text => spread(field.name, height, values, first_holds, |value| match value {
            Value::Text(text) => Some(text.clone()),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Date(_) => None,
        }),
        FieldKind::Date => spread(field.name, height, values, first_holds, |value| match value {
            Value::Date(date) => Some(*date),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => None,
        }),
    }
}

fn spread<T: Clone>(
    name: &str,
    height: usize,
    values: &[(usize, Option<&Value>)],
    first_holds: bool,
    read: fn(&Value) -> Option<T>,
) -> Column
where
    Series: NamedFrom<Vec<Option<T>>, [Option<T>]>,
{
    let mut cells: Vec<Option<T>> = vec![None; height];
    for (row, value) in values {
        if let Some(cell) = cells.get_mut(*row)
            && !(first_holds && cell.is_some())
        {
            *cell = value.and_then(|value| read(value).or_else(|| cell.take()));
        }
    }
    column(name, cells)
}

/// A column of the dictionary's type, whatever an all-null plan made of it.
pub(super) fn typed(field: &Field) -> Expr {
    let kind = match field.kind {
        FieldKind::Bool => DataType::Boolean,
        FieldKind::Int => DataType::Int64,
        FieldKind::Float => DataType::Float64,
        FieldKind::Text => DataType::String,
        FieldKind::Date => DataType::Date,
    };
    col(field.name).cast(kind)
}

pub(super) fn column<T, V>(name: &str, values: V) -> Column
where
    V: AsRef<[T]>,
    Series: NamedFrom<V, [T]>,
    T: Sized,
{
    Column::from(Series::new(name.into(), values))
}

/// A literal date. Polars' own literal of a `NaiveDate` is a date and time in nanoseconds, which
/// neither subtracts as days nor reaches far.
pub(super) fn day(date: NaiveDate) -> Expr {
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    lit(days).cast(DataType::Int32).cast(DataType::Date)
}
