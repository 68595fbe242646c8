//! Cases: small subjects on which a rule must give the verdict that its author expects.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::case_series;
use super::case_series::Series;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::plausible;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::verdict::{Judgement, Verdict};
use crate::domain::value::Value;
use crate::frame::dictionary;
use crate::frame::dictionary::{Field, FieldKind};
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::fault::{TextPosition, nearest};
use crate::rules::catalogue::front_matter::{Rule, Subjects};
use crate::rules::evaluate::budget::OverBudget;
use crate::rules::evaluate::specimen::Specimen;

const FOLDER: &str = "cases/";

/// Name of the file of healthy subjects: on these, no rule may fire or fail.
const BASELINE: &str = "baseline";

/// Path of the cases of a rule in the catalogue's folder.
pub fn cases_path(rule: &str) -> String {
    format!("{FOLDER}{rule}.toml")
}

/// The result of one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseOutcome {
    /// The rule that was run, or `None` when the file could not be read.
    pub rule: Option<RuleId>,
    pub file: String,
    /// What the case says, in French.
    pub name: String,
    /// What was expected and what was found; `None` when the case passed.
    pub difference: Option<String>,
}

impl CaseOutcome {
    pub fn passed(&self) -> bool {
        self.difference.is_none()
    }

    /// Approximate memory taken by this value, in bytes.
    fn bytes(&self) -> usize {
        let difference = self.difference.as_ref().map_or(0, String::len);
        size_of::<Self>() + self.file.len() + self.name.len() + difference
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rules) struct File {
    #[serde(default)]
    case: Vec<Case>,
    /// Only in the file of a rule, not in the file of healthy subjects.
    #[serde(default)]
    pub(in crate::rules) series: Vec<Series>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    as_of: toml::value::Datetime,
    /// Values of the fields that the case needs; all the others are missing.
    #[serde(default)]
    fields: BTreeMap<String, toml::Value>,
    expect: Option<Level>,
    unknown: Option<Vec<String>>,
    explanation_contains: Option<String>,
    /// Only for a healthy subject; the cases of a rule have the scope of the rule.
    scope: Option<SubjectKind>,
}

/// Runs the cases whose `RULE/name` satisfies `wanted`.
///
/// # Errors
/// When the catalogue's budget does not cover them. When there are too many, none is run.
pub fn run_cases(
    catalogue: &Catalogue,
    texts: &BTreeMap<String, String>,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<CaseOutcome>, OverBudget> {
    let mut outcomes = Vec::new();
    let mut planned = Vec::new();
    for (path, text) in texts {
        let Some(stem) = stem(path) else { continue };
        let cases = match read(text) {
            Ok(mut file) => {
                file.case.retain(|case| wanted(&format!("{stem}/{}", case.name)));
                file.case
            }
            Err(difference) => {
                outcomes.push(broken(path, difference));
                continue;
            }
        };
        let rule = catalogue.rule(&RuleId::new(stem));
        if stem != BASELINE && rule.is_none() {
            outcomes.push(broken(path, format!("the catalogue has no sound rule `{stem}`")));
            continue;
        }
        let turns = |case: &Case| rule.map_or_else(|| concerned(catalogue, case).count(), |_| 1);
        catalogue.budget.plan(cases.iter().map(turns).sum())?;
        planned.push((path, rule, cases));
    }
    for (path, rule, cases) in planned {
        for case in &cases {
            let mut run = |outcome: CaseOutcome| {
                catalogue.budget.ran(outcome.bytes())?;
                outcomes.push(outcome);
                Ok(())
            };
            match rule {
                Some(rule) => run(run_case(catalogue, rule, path, case)),
                None => run_healthy(catalogue, path, case).try_for_each(run),
            }?;
        }
    }
    Ok(outcomes)
}

/// What the cases leave untested. Each rule needs one case per level it can return, one clear, one
/// unknown, and a series for each of `for` and `clear_for` greater than one.
pub fn missing_cases(catalogue: &Catalogue, texts: &BTreeMap<String, String>) -> Vec<String> {
    let mut missing = Vec::new();
    for rule in catalogue.rules() {
        let text = texts.get(&format!("{FOLDER}{}.toml", rule.id));
        let File { case: cases, series } =
            text.and_then(|text| read(text).ok()).unwrap_or_default();
        let shown: BTreeSet<Level> = cases.iter().filter_map(|case| case.expect).collect();
        let mut wanted = catalogue.levels_of(&rule.id);
        wanted.insert(Level::Clear);
        for level in wanted.difference(&shown) {
            missing.push(format!("{}: no case expects {}", rule.id, level.as_str()));
        }
        if !cases.iter().any(|case| case.unknown.is_some()) {
            missing.push(format!("{}: no case expects unknown", rule.id));
        }
        missing.extend(case_series::untested(rule, &series));
    }
    missing
}

pub(in crate::rules) fn stem(path: &str) -> Option<&str> {
    path.strip_prefix(FOLDER)?.strip_suffix(".toml")
}

pub(in crate::rules) fn read(text: &str) -> Result<File, String> {
    toml::from_str(text).map_err(|error| {
        let TextPosition { line, column } = TextPosition::of_span(text, 0, error.span());
        let place = [line, column].map(|number| number.unwrap_or_default().to_string());
        format!("line {}: {}", place.join(":"), error.message())
    })
}

fn broken(path: &str, difference: String) -> CaseOutcome {
    CaseOutcome {
        rule: None,
        file: path.to_owned(),
        name: String::new(),
        difference: Some(difference),
    }
}

fn run_case(catalogue: &Catalogue, rule: &Rule, path: &str, case: &Case) -> CaseOutcome {
    let difference = expectation(case.expect, case.unknown.as_deref()).and_then(|expected| {
        let judgement = judge(catalogue, rule, (&case.as_of, &case.fields), rule.subjects)?
            .ok_or("the rule does not judge this subject: see `in_panorama` and `has_left`")?;
        let mut differences = Vec::new();
        let found = words(&judgement.verdict);
        if found != expected {
            differences.push(format!("expected {expected}, found {found}"));
        }
        let explanation = judgement.explanation.unwrap_or_default();
        let part = case.explanation_contains.as_deref().unwrap_or_default();
        if !plain(&explanation).contains(&plain(part)) {
            let message =
                format!("expected an explanation with « {part} », found « {explanation} »");
            differences.push(message);
        }
        if differences.is_empty() { Ok(()) } else { Err(differences.join("; ")) }
    });
    CaseOutcome {
        rule: Some(rule.id.clone()),
        file: path.to_owned(),
        name: case.name.clone(),
        difference: difference.err(),
    }
}

/// Replaces no-break spaces by plain ones: authors do not type the spaces that French puts before a
/// unit.
fn plain(text: &str) -> String {
    text.replace(['\u{202f}', '\u{a0}'], " ")
}

/// The rules that judge the healthy subject of a case.
fn concerned<'c>(catalogue: &'c Catalogue, case: &Case) -> impl Iterator<Item = &'c Rule> {
    let scope = case.scope.unwrap_or(SubjectKind::Project);
    catalogue.rules().filter(move |rule| rule.scope == scope)
}

fn run_healthy<'c>(
    catalogue: &'c Catalogue,
    path: &'c str,
    case: &'c Case,
) -> impl Iterator<Item = CaseOutcome> + 'c {
    concerned(catalogue, case).map(move |rule| {
        let difference =
            match judge(catalogue, rule, (&case.as_of, &case.fields), Subjects::Present) {
                Ok(judgement) => judgement.and_then(|judgement| alarm(&judgement.verdict)),
                Err(difference) => Some(difference),
            };
        CaseOutcome {
            rule: Some(rule.id.clone()),
            file: path.to_owned(),
            name: case.name.clone(),
            difference,
        }
    })
}

/// Why this verdict is wrong on a healthy subject; `None` when it is fine.
fn alarm(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Level { level: Level::Clear } | Verdict::Unknown { .. } => None,
        Verdict::Level { .. } | Verdict::Failed { .. } => {
            Some(format!("expected nothing, found {}", words(verdict)))
        }
    }
}

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

/// Judges the subject of a case; `None` when the rule does not judge such a subject.
pub(in crate::rules) fn judge(
    catalogue: &Catalogue,
    rule: &Rule,
    (as_of, fields): (&toml::value::Datetime, &BTreeMap<String, toml::Value>),
    unless_said: Subjects,
) -> Result<Option<Judgement>, String> {
    let as_of = date(as_of)?;
    let mut specimen = Specimen::new(rule.scope, as_of);
    if unless_said == Subjects::Left {
        specimen.set("in_panorama", Value::Bool(false));
        specimen.set("has_left", Value::Bool(true));
    }
    for (name, value) in fields {
        let (field, value) = cell(rule.scope, name, value)?;
        specimen.set(field, value);
    }
    let frames = specimen.frames().map_err(|error| error.to_string())?;
    Ok(catalogue.judge_by(&rule.id, &frames, as_of).into_iter().next())
}

fn cell(
    scope: SubjectKind,
    name: &str,
    value: &toml::Value,
) -> Result<(&'static str, Value), String> {
    let named = dictionary::fields_of(scope).find(|field| field.name == name);
    let field = named.ok_or_else(|| {
        let known = dictionary::fields_of(scope).map(|known| known.name);
        let hint = nearest(name, known).map(|near| format!(", did you mean `{near}`?"));
        format!("no field `{name}`{}", hint.unwrap_or_default())
    })?;
    let read = match (field.kind, value) {
        (FieldKind::Bool, toml::Value::Boolean(held)) => Value::Bool(*held),
        (FieldKind::Int, toml::Value::Integer(count)) => {
            check(field, crate::rules::language::wording::float(*count))?;
            Value::Int(*count)
        }
        (FieldKind::Float, toml::Value::Integer(count)) => {
            Value::Float(check(field, crate::rules::language::wording::float(*count))?)
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

pub(in crate::rules) fn date(datetime: &toml::value::Datetime) -> Result<NaiveDate, String> {
    let text = datetime.to_string();
    plausible::date(&text).map_err(|expected| format!("found `{text}`, expected {expected}"))
}
