//! What a project that is well would answer, to see what an answer leads to before anybody gives it.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::case_file::{Case, read};
use super::case_verdict::cell;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::worsening::Direction;
use crate::domain::value::Value;
use crate::frame::dictionary::{Dictionary, Field, FieldKind, Unit};
use crate::rules::catalogue::toml_dates::date;

const FILE: &str = "cases/baseline.toml";

/// The figure that amounts of money are read against.
const COST: &str = "cost_current";

/// The values of the first healthy project of `cases/baseline.toml`.
#[derive(Clone, Debug, Default)]
pub struct QuietAnswers {
    values: BTreeMap<&'static str, Value>,
    /// The date as of which they are healthy.
    as_of: NaiveDate,
}

impl QuietAnswers {
    /// Reads the file among the texts of a catalogue. Where it has no value, or is not there, answers are made from the
    /// bounds of their fields.
    pub fn of(texts: &BTreeMap<String, String>, dictionary: &Dictionary) -> Self {
        let cases = texts.get(FILE).and_then(|text| read(text).ok()).unwrap_or_default().case;
        let is_project = |case: &&Case| {
            let left = case.fields.get("has_left").and_then(toml::Value::as_bool);
            case.scope.unwrap_or(SubjectKind::Project) == SubjectKind::Project && left != Some(true)
        };
        let Some(healthy) = cases.iter().find(is_project) else { return Self::default() };
        let Ok(as_of) = date(&healthy.as_of) else { return Self::default() };
        let known = |(name, value): (&String, &toml::Value)| {
            cell((SubjectKind::Project, dictionary), name, value).ok()
        };
        Self { values: healthy.fields.iter().filter_map(known).collect(), as_of }
    }

    /// An answer as of a date, of a project of this cost: as old as that of the healthy project, and the same share of the
    /// cost.
    pub fn answer(&self, field: &Field, as_of: NaiveDate, cost: Option<f64>) -> Value {
        match self.values.get(field.name) {
            Some(Value::Date(day)) => Value::Date(self.as_old(*day, as_of)),
            Some(Value::Float(figure)) if is_amount(field) => {
                Value::Float(field.plausible(figure * self.share_of(cost)).unwrap_or(*figure))
            }
            Some(value) => value.clone(),
            None => within_bounds(field, as_of),
        }
    }

    fn as_old(&self, day: NaiveDate, as_of: NaiveDate) -> NaiveDate {
        let days = day.signed_duration_since(self.as_of).num_days();
        let away = Days::new(days.unsigned_abs());
        let moved =
            if days < 0 { as_of.checked_sub_days(away) } else { as_of.checked_add_days(away) };
        moved.unwrap_or(as_of)
    }

    /// What a cost is to that of the healthy project; one where it is not known.
    fn share_of(&self, cost: Option<f64>) -> f64 {
        let Some(Value::Float(healthy)) = self.values.get(COST) else { return 1.0 };
        let known = cost.filter(|amount| *amount > 0.0 && *healthy > 0.0);
        known.map_or(1.0, |amount| amount / healthy)
    }
}

fn is_amount(field: &Field) -> bool {
    matches!(field.unit, Unit::Meur | Unit::MeurPerYear)
}

/// The better end of what the field can be; its least value where neither end is said to be better.
fn within_bounds(field: &Field, as_of: NaiveDate) -> Value {
    let most = field.max.or_else(|| field.is_share().then_some(1.0));
    let worse = field.worsening.map(|worsening| worsening.worse);
    let least = field.least().unwrap_or_default();
    let figure = match worse {
        Some(Direction::Lower) => most.unwrap_or(least),
        Some(Direction::Higher) | None => least,
    };
    match field.kind {
        FieldKind::Bool => Value::Bool(false),
        // Checked to be whole when it was read.
        FieldKind::Int => Value::Int(format!("{figure:.0}").parse().unwrap_or_default()),
        FieldKind::Float => Value::Float(figure),
        FieldKind::Text => Value::Text(field.choices.first().copied().unwrap_or_default().into()),
        FieldKind::Date => Value::Date(as_of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::dictionary::{add, built_in};

    const HEALTHY: &str = r#"
        [[case]]
        name = "Sorti"
        as_of = 2020-11-01
        fields = { has_left = true, committees_count = 9 }

        [[case]]
        name = "Va bien"
        as_of = 2020-11-01
        fields = { cost_current = 20.0, spent_to_date = 10.0, committees_count = 3, go_live_on = 2020-12-01, last_user_test_on = 2020-10-31 }
    "#;

    fn quiet() -> QuietAnswers {
        QuietAnswers::of(&[(FILE.to_owned(), HEALTHY.to_owned())].into(), built_in())
    }

    #[track_caller]
    fn answer(field: &str, cost: Option<f64>) -> Value {
        let as_of = "2026-03-10".parse().unwrap();
        quiet().answer(built_in().field(field).unwrap(), as_of, cost)
    }

    #[test]
    fn answers_are_as_old_as_those_of_the_healthy_project_and_the_same_share_of_the_cost() {
        assert_eq!(answer("committees_count", None), Value::Int(3));
        assert_eq!(answer("go_live_on", None), Value::Date("2026-04-09".parse().unwrap()));
        assert_eq!(answer("last_user_test_on", None), Value::Date("2026-03-09".parse().unwrap()));
        assert_eq!(answer("spent_to_date", Some(200.0)), Value::Float(100.0));
        assert_eq!(answer("spent_to_date", None), Value::Float(10.0));
    }

    #[test]
    fn a_field_that_the_healthy_project_lacks_is_within_its_bounds() {
        assert_eq!(answer("sites_planned", None), Value::Int(0));
        let mut dictionary = built_in().as_ref().clone();
        let text = "[mood]\nkind = \"int\"\nlabel = \"Humeur\"\nmeaning = \"Humeur\"\nsupplier = \"questionnaire\"\n\
                    min = 1\nmax = 5\nworsening = { worse = \"lower\", step = 1 }\n";
        add(&mut dictionary, "mood", text).unwrap();
        let as_of = "2026-03-10".parse().unwrap();
        let mood = dictionary.field("mood").unwrap();
        assert_eq!(quiet().answer(mood, as_of, None), Value::Int(5));
        assert_eq!(QuietAnswers::default().answer(mood, as_of, None), Value::Int(5));
    }
}
