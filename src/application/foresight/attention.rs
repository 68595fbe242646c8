//! Which projects to look at first, and why: the chance of a further drift, times the money that a drift usually costs.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::Value as Json;

use super::attention_report::{
    Attention, AttentionLine, LeadingWarning, ListCandidate, MissingAnswers,
};
use super::backtest;
use super::orders::Experience;
use super::report::{Backtest, BacktestTerms, RuleScore};
use crate::application::cache::known_data::KnownData;
use crate::application::cache::rules_in_force::RulesInForce;
use crate::application::queries::table_rows::TableRow;
use crate::application::queries::{table_rows, view};
use crate::application::{ApplicationError, Services};
use crate::domain::ids::{ProjectId, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::follow_up::WatchList;
use crate::domain::portfolio::snapshot::{Phase, Snapshot};
use crate::domain::rules::batch::{RuleVerdicts, Verdicts};
use crate::domain::rules::verdict::Verdict;
use crate::foresight::{MedianFigures, Panel, Stake, UsualDrift};
use crate::frame;
use crate::rules::Catalogue;

/// Most candidates proposed for a list.
const MOST_CANDIDATES: usize = 5;

/// The projects of the edition in force as of a date, today by default, the first to look at first. Worked out once for the
/// same data and rules.
///
/// # Errors
/// When no edition is known at that date, or when the data or the rules cannot be read.
pub async fn attention(
    services: &Services,
    as_of: Option<NaiveDate>,
) -> Result<Arc<Attention>, ApplicationError> {
    let (known, rules) = view::measurable(services, as_of).await?;
    let limits = services.limits;
    let work = move || {
        let compiled = rules.compiled(&limits);
        let terms = BacktestTerms::default();
        let past = backtest::of_known(&known, &rules, &compiled.catalogue, terms)?;
        known.attention(&rules, || ordered(&known, &rules, &compiled.catalogue, &past))
    };
    tokio::task::spawn_blocking(work).await?
}

fn ordered(
    known: &KnownData,
    rules: &Arc<RulesInForce>,
    catalogue: &Catalogue,
    past: &Backtest,
) -> Result<Attention, ApplicationError> {
    let edition = frame::editions_in_force(&known.portfolio, known.as_of)?.current;
    let panel = Panel::of(&known.portfolio.snapshots);
    let usual = UsualDrift::known_by(&panel, edition);
    let listed: Vec<&Snapshot> = panel.listed(edition).collect();
    let medians = MedianFigures::of(&listed);
    let frames = known.frames(rules)?;
    let verdicts = catalogue.unexplained_verdicts(&frames, known.as_of);
    let found = Found::of(&verdicts, catalogue);
    let scores: BTreeMap<&RuleId, &RuleScore> =
        past.rules.iter().map(|one| (&one.rule, one)).collect();
    let experience = experience(past);
    let rows = table_rows::rows(&frames.projects)?;
    let rows: BTreeMap<&str, &TableRow> =
        rows.iter().filter_map(|row| Some((text(row, "project_id")?, row))).collect();
    let mut lines: Vec<AttentionLine> = Vec::new();
    let mut candidates: Vec<ListCandidate> = Vec::new();
    let cost = |one: &&Snapshot| Some((one.project.clone(), *one.cost_meur.given()?));
    let costs: BTreeMap<ProjectId, f64> = listed.iter().filter_map(cost).collect();
    for snapshot in listed.into_iter().filter(|one| !one.is_over()) {
        let (warning, missing) = found.of_project(&snapshot.project);
        let judged = experience.as_ref().map(|learned| learned.chance(warning.keys()));
        let stake = Stake::of(snapshot, &usual, &medians);
        let leading = judged
            .and_then(|(_, rule)| scores.get(rule?))
            .map(|score| LeadingWarning { rule: score.rule.clone(), title: score.title.clone() });
        let line = AttentionLine {
            rank: 0,
            project: snapshot.project.clone(),
            name: snapshot.name.clone(),
            ministry: snapshot.ministry.clone(),
            chance: judged.map(|(chance, _)| chance),
            warning: leading,
            expected_meur: judged.map(|(chance, _)| chance.value * stake.meur),
            stake,
            level: warning.values().max().copied(),
            alerts: warning.len(),
            missing,
            reasons: Vec::new(),
        };
        if let Some(row) = rows.get(snapshot.project.as_str()) {
            candidates.extend(candidacies(row, &line, edition.to_string().as_str()));
        }
        lines.push(line);
    }
    rank(&mut lines, &costs);
    for line in &mut lines {
        line.reasons = line.in_words(&usual, past);
    }
    let candidates = first_candidates(candidates, &lines);
    Ok(Attention {
        as_of: known.as_of,
        edition,
        base_rate: past.base_rate,
        steps: past.steps,
        drifts: past.drifts,
        usual,
        orders: past.orders.clone(),
        projects: lines,
        candidates,
    })
}

/// What the past steps teach; `None` when there is none.
fn experience(past: &Backtest) -> Option<Experience> {
    let base = past.base_rate?;
    let counts =
        past.rules.iter().map(|one| (one.rule.clone(), (one.score.warnings, one.score.hits)));
    let any = &past.any_rule;
    let unwarned = (any.steps - any.warnings, any.drifts - any.hits);
    Some(Experience::new(base, unwarned, counts.collect()))
}

/// The first candidates of each list, in the order of the projects.
fn first_candidates(
    mut candidates: Vec<ListCandidate>,
    lines: &[AttentionLine],
) -> Vec<ListCandidate> {
    let order: BTreeMap<&ProjectId, usize> =
        lines.iter().map(|line| (&line.project, line.rank)).collect();
    candidates.sort_by_key(|one| (one.list, order.get(&one.project).copied()));
    let mut counts: BTreeMap<WatchList, usize> = BTreeMap::new();
    candidates.retain(|one| {
        let count = counts.entry(one.list).or_default();
        *count += 1;
        *count <= MOST_CANDIDATES
    });
    candidates
}

/// Highest expected loss first; without past steps, the highest stake. Those that are equal, as all are where no past step
/// drifted, come by cost.
fn rank(lines: &mut [AttentionLine], costs: &BTreeMap<ProjectId, f64>) {
    let figure = |line: &AttentionLine| line.expected_meur.unwrap_or(line.stake.meur);
    let cost = |line: &AttentionLine| costs.get(&line.project).copied().unwrap_or_default();
    lines.sort_by(|a, b| {
        let by_figure = figure(b).total_cmp(&figure(a)).then(cost(b).total_cmp(&cost(a)));
        by_figure.then_with(|| a.project.cmp(&b.project))
    });
    for (place, line) in lines.iter_mut().enumerate() {
        line.rank = place + 1;
    }
}

/// The lists of the COSINUM that a project could be proposed for. Nobody is listed by it: people decide.
fn candidacies(row: &TableRow, line: &AttentionLine, edition: &str) -> Vec<ListCandidate> {
    let flag = |field: &str| row.get(field).and_then(Json::as_bool) == Some(true);
    let count = |field: &str| row.get(field).and_then(Json::as_i64).unwrap_or_default();
    let slips = count("budget_slips") + count("calendar_slips");
    let mut reasons: Vec<(WatchList, String)> = Vec::new();
    if flag("due_to_leave") {
        reasons.push((WatchList::Closing, "sortie du panorama prévue".to_owned()));
    } else if slips >= 2 {
        reasons
            .push((WatchList::Recurrent, format!("{slips} glissements d’une édition à l’autre")));
    }
    if text(row, "phase") == Some(Phase::UnderRevision.as_str()) {
        reasons.push((WatchList::Reframing, "phase publiée : en révision".to_owned()));
    }
    if text(row, "first_edition") == Some(edition) {
        reasons.push((WatchList::Heightened, "entré dans le panorama à cette édition".to_owned()));
    }
    let candidate = |(list, reason): (WatchList, String)| ListCandidate {
        list,
        project: line.project.clone(),
        name: line.name.clone(),
        ministry: line.ministry.clone(),
        reason,
        is_listed: flag(list_field(list)),
    };
    reasons.into_iter().map(candidate).collect()
}

fn list_field(list: WatchList) -> &'static str {
    match list {
        WatchList::Closing => "watch_closing",
        WatchList::Recurrent => "watch_recurrent",
        WatchList::Reframing => "watch_reframing",
        WatchList::Heightened => "watch_heightened",
    }
}

fn text<'r>(row: &'r TableRow, field: &str) -> Option<&'r str> {
    row.get(field).and_then(Json::as_str)
}

/// What the rules find of projects now.
struct Found<'v> {
    by_rule: Vec<(&'v RuleVerdicts, BTreeMap<&'v ProjectId, usize>)>,
    catalogue: &'v Catalogue,
}

impl<'v> Found<'v> {
    fn of(verdicts: &'v Verdicts, catalogue: &'v Catalogue) -> Self {
        let by_project = |rule: &'v RuleVerdicts| {
            let places = rule.subjects().iter().enumerate();
            (
                rule,
                places.filter_map(|(place, subject)| Some((subject.project()?, place))).collect(),
            )
        };
        Self { by_rule: verdicts.rules().iter().map(by_project).collect(), catalogue }
    }

    /// The rules that warn of a project with their levels, and the answers that it lacks.
    fn of_project(&self, project: &ProjectId) -> (BTreeMap<RuleId, Level>, MissingAnswers) {
        let mut warning = BTreeMap::new();
        let mut lacked: BTreeMap<&str, usize> = BTreeMap::new();
        let mut rules = 0;
        for (rule, places) in &self.by_rule {
            let code = places.get(project).and_then(|place| rule.codes().get(*place));
            match code.map(|code| rule.verdict(*code)) {
                Some(Verdict::Level { level }) if level.is_alerting() => {
                    warning.insert(rule.rule().clone(), *level);
                }
                Some(Verdict::Unknown { missing }) => {
                    rules += 1;
                    for one in missing {
                        *lacked.entry(&one.field).or_default() += 1;
                    }
                }
                Some(Verdict::Level { .. } | Verdict::Failed { .. }) | None => {}
            }
        }
        let mut fields: Vec<(&str, usize)> = lacked.into_iter().collect();
        fields.sort_by_key(|(field, count)| (std::cmp::Reverse(*count), *field));
        let label = |(field, _): &(&str, usize)| {
            self.catalogue.dictionary().label(field).unwrap_or(field).to_owned()
        };
        let fields = fields.iter().take(MissingAnswers::NAMED).map(label).collect();
        (warning, MissingAnswers { rules, fields })
    }
}
