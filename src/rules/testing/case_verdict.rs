//! The verdict on the subject of a case, in the words in which authors expect it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::verdict::{Judgement, Verdict};
use crate::domain::value::Value;
use crate::frame::dictionary::{Dictionary, Field, FieldKind};
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::fault::resemblance;
use crate::rules::catalogue::rule::{Rule, Subjects};
use crate::rules::catalogue::toml_dates::date;
use crate::rules::evaluate::specimen::{Specimen, SpecimenJudge};
use crate::rules::language::wording::float;

pub(in crate::rules) fn expectation(
    level: Option<Level>,
    unknown: Option<&[String]>,
) -> Result<String, String> {
    match (level, unknown) {
        (Some(level), None) => Ok(level.as_str().to_owned()),
        (None, Some(fields)) => Ok(format!("unknown ({})", fields.join(", "))),
        (Some(_), Some(_)) => Err("has both `expect` and `unknown`, expected one".to_owned()),
        (None, None) => Err("has neither `expect` nor `unknown`".to_owned()),
    }
}

pub(in crate::rules) fn words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Level { level } => level.as_str().to_owned(),
        Verdict::Unknown { missing } => {
            let fields: Vec<_> = missing.iter().map(|missing| missing.field.as_str()).collect();
            format!("unknown ({})", fields.join(", "))
        }
        Verdict::Failed { fault } => {
            let line = fault.line.map_or_else(String::new, |line| format!(" at line {line}"));
            format!("failed{line}: {}", fault.message)
        }
    }
}

/// A value written `at(name)`, `just_above(name)` or `just_below(name)`: that of a threshold at the date of the case, or
/// one more or less, or a thousandth for a figure that is not whole. Any other value is itself.
fn beside_threshold(
    catalogue: &Catalogue,
    as_of: NaiveDate,
    value: &toml::Value,
) -> Result<toml::Value, String> {
    let call = value.as_str().and_then(|text| text.strip_suffix(')')?.split_once('('));
    let Some((side @ ("at" | "just_above" | "just_below"), name)) = call else {
        return Ok(value.clone());
    };
    let thresholds = catalogue.thresholds();
    let threshold = thresholds
        .get(name)
        .ok_or_else(|| format!("no threshold `{name}`{}", resemblance(name, thresholds.names())))?;
    let sign: f64 = match side {
        "just_above" => 1.0,
        "just_below" => -1.0,
        _ => 0.0,
    };
    match threshold.at(as_of) {
        Some(Value::Int(count)) if sign > 0.0 => Ok(toml::Value::Integer(count + 1)),
        Some(Value::Int(count)) if sign < 0.0 => Ok(toml::Value::Integer(count - 1)),
        Some(Value::Int(count)) => Ok(toml::Value::Integer(*count)),
        Some(Value::Float(figure)) => Ok(toml::Value::Float(sign.mul_add(0.001, *figure))),
        Some(Value::Bool(_) | Value::Text(_) | Value::Date(_)) | None => {
            Err(format!("the threshold `{name}` is not in force at the date of the case"))
        }
    }
}

/// Judges the subject of a case; `None` when the rule does not judge such a subject.
pub(in crate::rules) fn judge(
    judge: &SpecimenJudge<'_>,
    rule: &Rule,
    (as_of, fields): (&toml::value::Datetime, &BTreeMap<String, toml::Value>),
    unless_said: Subjects,
) -> Result<Option<Judgement>, String> {
    let as_of = date(as_of)?;
    let specimen = specimen(judge.catalogue, rule, (as_of, fields), unless_said)?;
    Ok(judge.judge(&rule.id, &specimen, as_of))
}

fn specimen(
    catalogue: &Catalogue,
    rule: &Rule,
    (as_of, fields): (NaiveDate, &BTreeMap<String, toml::Value>),
    unless_said: Subjects,
) -> Result<Specimen, String> {
    let mut specimen = Specimen::new(rule.scope, as_of);
    if unless_said == Subjects::Left {
        specimen.set("in_panorama", Value::Bool(false));
        specimen.set("has_left", Value::Bool(true));
    }
    for (name, value) in fields {
        let value = beside_threshold(catalogue, as_of, value)?;
        let (field, value) = cell((rule.scope, catalogue.dictionary()), name, &value)?;
        specimen.set(field, value);
    }
    Ok(specimen)
}

pub(in crate::rules) fn cell(
    (scope, dictionary): (SubjectKind, &Dictionary),
    name: &str,
    value: &toml::Value,
) -> Result<(&'static str, Value), String> {
    let named = dictionary.fields_of(scope).find(|field| field.name == name);
    let field = named.ok_or_else(|| {
        let known = dictionary.fields_of(scope).map(|known| known.name);
        format!("no field `{name}`{}", resemblance(name, known))
    })?;
    let read = match (field.kind, value) {
        (FieldKind::Bool, toml::Value::Boolean(held)) => Value::Bool(*held),
        (FieldKind::Int, toml::Value::Integer(count)) => {
            check(field, float(*count))?;
            Value::Int(*count)
        }
        (FieldKind::Float, toml::Value::Integer(count)) => {
            Value::Float(check(field, float(*count))?)
        }
        (FieldKind::Float, toml::Value::Float(figure)) => Value::Float(check(field, *figure)?),
        (FieldKind::Text, toml::Value::String(text)) => Value::Text(text.clone()),
        (FieldKind::Date, toml::Value::Datetime(day)) => Value::Date(date(day)?),
        (kind, found) => {
            return Err(format!("field `{name}`: found {}, expected {kind:?}", found.type_str()));
        }
    };
    Ok((field.name, read))
}

fn check(field: &Field, figure: f64) -> Result<f64, String> {
    let refused = |expected| format!("field `{}`: found {figure}, expected {expected}", field.name);
    field.plausible(figure).map_err(refused)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::domain::ids::RuleId;
    use crate::rules::catalogue::compiled_catalogue::compile_catalogue;
    use crate::rules::catalogue::folder::read_folder;
    use crate::rules::language::sandbox::ScriptLimits;
    use crate::rules::testing::case_file;

    #[test]
    fn the_subject_of_a_case_gets_the_verdict_that_it_would_get_in_frames() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let texts = read_folder(&folder).unwrap();
        let (catalogue, _) = compile_catalogue(&texts, &ScriptLimits::default());
        let judge = SpecimenJudge::of(&catalogue);
        let mut judged = 0;
        for (path, text) in &texts {
            let rule = case_file::stem(path).and_then(|stem| catalogue.rule(&RuleId::new(stem)));
            let Some(rule) = rule else { continue };
            // One in four of the cases shows it, at a quarter of the time.
            for case in case_file::read(text).unwrap().case.iter().step_by(4) {
                let as_of = date(&case.as_of).unwrap();
                let specimen =
                    specimen(&catalogue, rule, (as_of, &case.fields), rule.subjects).unwrap();
                let frames = specimen.frames(catalogue.dictionary()).unwrap();
                let in_frames = catalogue.judge_by(&rule.id, &frames, as_of);
                let alone = judge.judge(&rule.id, &specimen, as_of);
                assert_eq!(alone.into_iter().collect::<Vec<_>>(), in_frames, "{}", case.name);
                judged += 1;
            }
        }
        assert!(judged > 100, "{judged} cases");
    }
}
