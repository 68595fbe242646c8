//! Small rules on small subjects: what the other `rules_…` files share.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::compile::rule_text::{THRESHOLDS, rule};
use vigie::domain::ids::RuleId;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::domain::rules::verdict::{Absence, Judgement, Verdict};
use vigie::domain::value::Value;
use vigie::frame::dictionary::built_in;
use vigie::rules::{Catalogue, ScriptLimits, Specimen, compile_catalogue};

/// A rule whose `assess` is the given text, from column 19 of the first line of its functions.
pub(crate) fn rule_assessing(id: &str, body: &str) -> String {
    rule(id, &format!("fn assess(p, t) {{ {body} }}\nfn explain(p, t) {{ \"Parce que.\" }}"))
}

pub(crate) fn texts(rules: &[(&str, String)]) -> BTreeMap<String, String> {
    let mut texts: BTreeMap<String, String> =
        rules.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect();
    texts.insert("thresholds.toml".to_owned(), THRESHOLDS.to_owned());
    texts
}

#[track_caller]
pub(crate) fn catalogue(rules: &[(&str, String)]) -> Catalogue {
    let (catalogue, faults) = compile_catalogue(&texts(rules), &ScriptLimits::default());
    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(shown, Vec::<String>::new());
    catalogue
}

pub(crate) fn faults(rules: &[(&str, String)]) -> String {
    let (_, faults) = compile_catalogue(&texts(rules), &ScriptLimits::default());
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn text(word: &str) -> Value {
    Value::Text(word.to_owned())
}

pub(crate) fn project(cells: &[(&'static str, Value)]) -> Specimen {
    let mut specimen = Specimen::new(SubjectKind::Project, day("2021-07-01"));
    for (field, value) in cells {
        specimen.set(field, value.clone());
    }
    specimen
}

/// Judges one project by a rule with this `assess`.
#[track_caller]
pub(crate) fn judge(body: &str, cells: &[(&'static str, Value)]) -> Judgement {
    judge_by(&catalogue(&[("X1.rhai", rule_assessing("X1", body))]), cells)
}

#[track_caller]
pub(crate) fn judge_by(catalogue: &Catalogue, cells: &[(&'static str, Value)]) -> Judgement {
    let frames = project(cells).frames(built_in()).unwrap();
    let judged = catalogue.judge_by(&RuleId::new("X1"), &frames, day("2021-07-01"));
    judged.into_iter().next().unwrap()
}

/// `high`, `unknown cost_current missing`, `failed X1.rhai:10:24 why`.
pub(crate) fn words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Level { level } => level.as_str().to_owned(),
        Verdict::Unknown { missing } => {
            let fields = missing.iter().map(|missing| {
                let why = match missing.why {
                    Absence::Missing => "missing",
                    Absence::Withheld => "withheld",
                    Absence::Unknown => "unknown",
                };
                format!(" {} {why}", missing.field)
            });
            format!("unknown{}", fields.collect::<String>())
        }
        Verdict::Failed { fault } => {
            let place = [fault.line, fault.column].into_iter().flatten();
            let place = place.fold(fault.file.clone(), |place, number| format!("{place}:{number}"));
            format!("failed {place} {}", fault.message)
        }
    }
}
