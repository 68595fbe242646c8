//! What a draft gives: faults, cases, and its effect on the portfolio, project by project, mission by mission, message by
//! message.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use crate::api::{Problem, Trials};
use crate::application::{
    CatalogueDiff, DifferenceKind, DraftTrial, MinistryNews, ThresholdDifference, VerdictDifference,
};
use crate::domain::ids::{ProjectId, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::overlay::RulePath;
use crate::rules::RuleFault;
use crate::support::{french, translation};
use crate::web::context::PageContext;
use crate::{application, rules};

/// Most lines of verdicts that a page shows.
const MOST_LINES: usize = 60;

/// The trial of a draft, as a page shows it.
#[derive(Debug, Default, Serialize)]
pub(super) struct TrialView {
    /// Why nothing could be tried.
    problem: Option<String>,
    faults: Vec<FaultLine>,
    remarks: Vec<FaultLine>,
    cases: Vec<CaseLine>,
    passed: usize,
    /// Cases of other rules that fail.
    others: Vec<CaseLine>,
    /// How many cases ran in all.
    all_cases: usize,
    /// What no case tests yet.
    missing: Vec<String>,
    effect: Option<EffectView>,
}

/// A fault, and the field of the page where it can be mended.
#[derive(Debug, Serialize)]
pub(super) struct FaultLine {
    /// `drift/D1.rhai, ligne 3, colonne 5`
    place: String,
    text: String,
    line: Option<usize>,
    column: Option<usize>,
    href: Option<String>,
}

#[derive(Debug, Serialize)]
struct CaseLine {
    name: String,
    file: String,
    difference: Option<String>,
}

#[derive(Debug, Serialize)]
struct EffectView {
    as_of: NaiveDate,
    /// « 3 signalés », « 1 levé »
    kinds: Vec<String>,
    verdicts: Vec<VerdictLine>,
    /// Lines that are left out.
    more: usize,
    thresholds: Vec<ThresholdDifference>,
    missions: Vec<MissionLineView>,
    ministries: Vec<MinistryNews>,
    /// Rules of the draft that open no alert, by title, each with its status.
    silent: Vec<String>,
    changes_nothing: bool,
}

#[derive(Debug, Serialize)]
struct VerdictLine {
    subject: String,
    href: Option<String>,
    rule: String,
    rule_title: String,
    kind: &'static str,
    from: Standing,
    to: Standing,
    /// What becomes of the alert; empty if nothing does.
    alert: String,
    /// The sentence that another takes the place of, where nothing else changes.
    explanation_before: Option<String>,
    explanation: Option<String>,
}

#[derive(Debug, Serialize)]
struct Standing {
    word: &'static str,
    label: &'static str,
}

#[derive(Debug, Serialize)]
struct MissionLineView {
    subject: String,
    href: Option<String>,
    mission: &'static str,
    kind: &'static str,
    reasons: Vec<String>,
}

/// Where a fault of a file can be mended on the page.
pub(super) type FaultPlace<'p> = &'p dyn Fn(&RuleFault) -> Option<String>;

/// Tries the files of a draft. What prevents the trial is told, so that the page is shown all the same.
pub(super) async fn tried(
    context: &PageContext,
    trials: &Trials,
    files: &BTreeMap<RulePath, String>,
    place: FaultPlace<'_>,
) -> Result<TrialView, Problem> {
    let found = async {
        let trial = trials.begin(context).await?;
        Ok(application::try_files(context, &trial, files.clone()).await?)
    };
    match found.await {
        Ok(trial) => view(context, trial, files, place).await,
        Err(problem) => Ok(TrialView {
            problem: Some(translation::into_french(&Problem::to_string(&problem)).into_owned()),
            ..TrialView::default()
        }),
    }
}

impl TrialView {
    /// Whether nothing of the draft prevents it from being compared with what is in force.
    pub(super) fn has_effect(&self) -> bool {
        self.effect.is_some()
    }
}

async fn view(
    context: &PageContext,
    tried: DraftTrial,
    files: &BTreeMap<RulePath, String>,
    place: FaultPlace<'_>,
) -> Result<TrialView, Problem> {
    let DraftTrial { proof, remarks, outcomes, effect } = tried;
    let about: BTreeSet<(&str, &str)> =
        outcomes.iter().map(|outcome| (outcome.file.as_str(), outcome.name.as_str())).collect();
    let others = proof.failed.iter();
    let others = others.filter(|one| !about.contains(&(one.file.as_str(), one.name.as_str())));
    let is_of_draft = |fault: &&RuleFault| files.keys().any(|path| path.as_str() == fault.file);
    let faults = proof.faults.iter().map(|fault| fault_line(fault, place));
    let remarks = remarks.iter().filter(is_of_draft).map(|fault| fault_line(fault, place));
    let effect = match effect {
        Some(diff) => Some(effect_view(context, diff, files).await?),
        None => None,
    };
    Ok(TrialView {
        problem: None,
        faults: faults.collect(),
        remarks: remarks.collect(),
        passed: outcomes.iter().filter(|outcome| outcome.passed()).count(),
        others: others.map(case_line).collect(),
        cases: outcomes.iter().map(case_line).collect(),
        all_cases: proof.cases,
        missing: proof
            .missing
            .iter()
            .map(|words| translation::into_french(words).into_owned())
            .collect(),
        effect,
    })
}

fn fault_line(fault: &RuleFault, place: FaultPlace<'_>) -> FaultLine {
    let at = |word: &str, number: Option<usize>| number.map(|number| format!(", {word} {number}"));
    let line = at("ligne", fault.line).unwrap_or_default();
    let column = at("colonne", fault.column).unwrap_or_default();
    let message = translation::into_french(&fault.message);
    let hint = fault.hint.as_deref().map(translation::into_french);
    FaultLine {
        place: format!("{}{line}{column}", fault.file),
        text: hint
            .map_or_else(|| message.clone().into_owned(), |hint| format!("{message} ({hint})")),
        line: fault.line,
        column: fault.column,
        href: place(fault),
    }
}

fn case_line(outcome: &rules::CaseOutcome) -> CaseLine {
    let difference = outcome.difference.as_deref();
    CaseLine {
        name: outcome.name.clone(),
        file: outcome.file.clone(),
        difference: difference.map(|words| translation::into_french(words).into_owned()),
    }
}

async fn effect_view(
    context: &PageContext,
    diff: CatalogueDiff,
    files: &BTreeMap<RulePath, String>,
) -> Result<EffectView, Problem> {
    let mut titles = application::rule_titles(context).await?;
    let of_draft = files.iter().map(|(path, text)| (path.as_str().to_owned(), text.clone()));
    titles.extend(rules::titles(&of_draft.collect()));
    let known = context.store.known_projects().await?;
    let names: BTreeMap<ProjectId, String> =
        known.iter().map(|project| (project.project.clone(), project.name().to_owned())).collect();
    let mut kinds: BTreeMap<DifferenceKind, usize> = BTreeMap::new();
    for difference in &diff.verdicts {
        *kinds.entry(difference.kind).or_default() += 1;
    }
    let silent = diff.rules.iter().filter_map(|one| {
        let status = one.status.filter(|status| !status.opens_alerts())?;
        let title = titles.get(&one.rule).map_or_else(|| one.rule.as_str(), String::as_str);
        Some(format!("{title}\u{a0}: {}", status.label()))
    });
    let silent = silent.collect();
    let verdicts = diff.verdicts.iter().take(MOST_LINES);
    let missions = diff.missions.iter().map(|one| MissionLineView {
        subject: subject_name(&one.subject, &names),
        href: href(&one.subject),
        mission: one.mission.label(),
        kind: one.kind.label(),
        reasons: one.reasons.clone(),
    });
    Ok(EffectView {
        as_of: diff.as_of,
        changes_nothing: diff.verdicts.is_empty() && diff.missions.is_empty(),
        kinds: kinds
            .into_iter()
            .map(|(kind, count)| french::counted(count, kind.label(), kind.plural()))
            .collect(),
        verdicts: verdicts.map(|one| verdict_line(one, &names, &titles)).collect(),
        more: diff.verdicts.len().saturating_sub(MOST_LINES),
        missions: missions.collect(),
        silent,
        thresholds: diff.thresholds,
        ministries: diff.ministries,
    })
}

fn verdict_line(
    one: &VerdictDifference,
    names: &BTreeMap<ProjectId, String>,
    titles: &BTreeMap<RuleId, String>,
) -> VerdictLine {
    let standing = |standing: application::Standing| Standing {
        word: match standing {
            application::Standing::Level(level) => level.as_str(),
            application::Standing::NotJudged
            | application::Standing::Unknown
            | application::Standing::Failed => "unknown",
        },
        label: standing.label(),
    };
    let level = |level: Level| level.label().to_lowercase();
    let alert = match (one.alert_from, one.alert_to) {
        (None, Some(to)) => format!("Alerte ouverte, niveau {}", level(to)),
        (Some(_), None) => "Alerte levée".to_owned(),
        (Some(from), Some(to)) if from != to => {
            format!("Alerte de niveau {} au lieu de {}", level(to), level(from))
        }
        _ => String::new(),
    };
    VerdictLine {
        subject: one.name.clone().unwrap_or_else(|| subject_name(&one.subject, names)),
        href: href(&one.subject),
        rule: one.rule.to_string(),
        rule_title: titles.get(&one.rule).cloned().unwrap_or_else(|| one.rule.to_string()),
        kind: one.kind.label(),
        from: standing(one.from),
        to: standing(one.to),
        alert,
        explanation_before: (one.kind == DifferenceKind::Reworded)
            .then(|| one.explanation_before.clone())
            .flatten(),
        explanation: one.explanation.clone(),
    }
}

fn subject_name(subject: &Subject, names: &BTreeMap<ProjectId, String>) -> String {
    match subject {
        Subject::Project(id) => names.get(id).cloned().unwrap_or_else(|| id.to_string()),
        Subject::Ministry(code) => code.to_string(),
        Subject::Portfolio => "Portefeuille".to_owned(),
    }
}

fn href(subject: &Subject) -> Option<String> {
    subject.project().map(|project| format!("/projets/{project}"))
}
