//! Cases: small subjects on which a rule must give the verdict that its author expects.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::case_file::{Case, File, cases_path, read, stem};
use super::case_verdict::{expectation, words};
use super::{case_series, case_verdict};
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::verdict::Verdict;
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::rule::{Rule, Subjects};
use crate::rules::evaluate::budget::OverBudget;
use crate::rules::evaluate::specimen::SpecimenJudge;
use crate::support::workers::run_in_parallel;

/// Cases that a thread takes at a time.
const CASES_AT_A_TIME: usize = 16;

/// Name of the file of healthy subjects: on these, no rule may fire or fail.
const BASELINE: &str = "baseline";

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
    let runs: Vec<CaseRun<'_>> =
        planned.iter().flat_map(|of_file| runs_of_file(catalogue, of_file)).collect();
    let judge = SpecimenJudge::of(catalogue);
    let ran = run_in_parallel(runs.chunks(CASES_AT_A_TIME), |some| {
        catalogue.budget.check()?;
        let run = |one: &CaseRun<'_>| {
            let outcome = one.run(&judge);
            catalogue.budget.ran(outcome.bytes())?;
            Ok(outcome)
        };
        some.iter().map(run).collect::<Result<Vec<CaseOutcome>, OverBudget>>()
    });
    for some in ran {
        outcomes.extend(some?);
    }
    Ok(outcomes)
}

/// What the cases of a file run. A healthy subject is judged by every rule of its scope.
fn runs_of_file<'c>(
    catalogue: &'c Catalogue,
    (path, own, cases): &'c (&String, Option<&'c Rule>, Vec<Case>),
) -> Vec<CaseRun<'c>> {
    let mut runs = Vec::new();
    for case in cases {
        let run = |rule, is_healthy| CaseRun { rule, path, case, is_healthy };
        match own {
            Some(rule) => runs.push(run(*rule, false)),
            None => runs.extend(concerned(catalogue, case).map(|rule| run(rule, true))),
        }
    }
    runs
}

/// A rule to run on the subject of a case.
struct CaseRun<'c> {
    rule: &'c Rule,
    path: &'c str,
    case: &'c Case,
    /// Whether the rule must find nothing on the subject.
    is_healthy: bool,
}

impl CaseRun<'_> {
    fn run(&self, judge: &SpecimenJudge<'_>) -> CaseOutcome {
        let difference = if self.is_healthy {
            self.alarm_on_healthy(judge)
        } else {
            self.difference(judge).err()
        };
        CaseOutcome {
            rule: Some(self.rule.id.clone()),
            file: self.path.to_owned(),
            name: self.case.name.clone(),
            difference,
        }
    }

    fn difference(&self, judge: &SpecimenJudge<'_>) -> Result<(), String> {
        let Self { rule, case, .. } = *self;
        let expected = expectation(case.expect, case.unknown.as_deref())?;
        let judgement =
            case_verdict::judge(judge, rule, (&case.as_of, &case.fields), rule.subjects)?
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
    }

    /// Why the verdict on a healthy subject is wrong; `None` when it is fine.
    fn alarm_on_healthy(&self, judge: &SpecimenJudge<'_>) -> Option<String> {
        let subject = (&self.case.as_of, &self.case.fields);
        match case_verdict::judge(judge, self.rule, subject, Subjects::Present) {
            Ok(judgement) => judgement.and_then(|judgement| alarm(&judgement.verdict)),
            Err(difference) => Some(difference),
        }
    }
}

/// What the cases leave untested. Each rule needs one case per level it can return, one clear, one
/// unknown, and a series for each of `for` and `clear_for` greater than one.
pub fn missing_cases(catalogue: &Catalogue, texts: &BTreeMap<String, String>) -> Vec<String> {
    let mut missing = Vec::new();
    for rule in catalogue.rules() {
        let text = texts.get(&cases_path(rule.id.as_str()));
        // What a file that cannot be read leaves untested is not known.
        let Ok(File { case: cases, series }) =
            text.map_or_else(|| Ok(File::default()), |text| read(text))
        else {
            continue;
        };
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

fn broken(path: &str, difference: String) -> CaseOutcome {
    CaseOutcome {
        rule: None,
        file: path.to_owned(),
        name: String::new(),
        difference: Some(difference),
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

/// Why this verdict is wrong on a healthy subject; `None` when it is fine.
fn alarm(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Level { level: Level::Clear } | Verdict::Unknown { .. } => None,
        Verdict::Level { .. } | Verdict::Failed { .. } => {
            Some(format!("expected nothing, found {}", words(verdict)))
        }
    }
}
