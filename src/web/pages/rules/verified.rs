//! Whether the warnings of a rule come true: on past editions, and in the missions that it called for.

use serde::Serialize;

use super::score_line::ScoreLine;
use crate::api::Problem;
use crate::application;
use crate::application::{Backtest, RuleScore};
use crate::domain::ids::RuleId;
use crate::web::context::PageContext;

#[derive(Debug, Serialize)]
pub(super) struct VerifiedView {
    /// Warnings of all levels that raise an alert, then each level alone. None where no past edition could be judged.
    lines: Vec<ScoreLine>,
    /// How many steps there are, and how many of them drift.
    steps: String,
    /// The conclusion, as a sentence.
    conclusion: String,
    /// What kept most steps from being judged.
    missing: String,
    missions: Option<MissionsView>,
}

/// What became of the missions that the rule called for.
#[derive(Debug, Serialize)]
struct MissionsView {
    confirmed: u32,
    averted: u32,
    false_alarm: u32,
}

/// The conclusion about a rule in the list of rules.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ScoreBrief {
    pub(super) warnings: u32,
    pub(super) hits: u32,
    /// `ne se distingue pas du hasard`
    pub(super) conclusion: &'static str,
    pub(super) is_testable: bool,
}

/// What a rule's page says of its warnings; `None` where nothing does.
///
/// # Errors
/// If the data cannot be read.
pub(super) async fn verified(
    context: &PageContext,
    rule: &RuleId,
) -> Result<Option<VerifiedView>, Problem> {
    let Some(found) = application::scorecards(context).await? else { return Ok(None) };
    let Some(score) = found.score_of(rule) else { return Ok(None) };
    let outcomes = application::mission_outcomes(context).await?;
    let missions = outcomes.into_iter().find(|one| one.rule == *rule).map(|one| MissionsView {
        confirmed: one.confirmed,
        averted: one.averted,
        false_alarm: one.false_alarm,
    });
    Ok(Some(VerifiedView { missions, ..view(&found, score) }))
}

fn view(found: &Backtest, score: &RuleScore) -> VerifiedView {
    let mut lines = Vec::new();
    if score.score.is_testable() {
        lines.push(ScoreLine::of_alerts(&score.score));
        let levels = score.levels.iter().filter(|_| score.levels.len() > 1);
        lines.extend(levels.map(|one| ScoreLine::of_level(one.level, &one.score)));
    }
    VerifiedView {
        lines,
        steps: found.steps_in_words(),
        conclusion: score.score.in_words(),
        missing: score.missing.join(", "),
        missions: None,
    }
}

impl ScoreBrief {
    pub(super) fn of(found: &Backtest, rule: &RuleId) -> Option<Self> {
        let score = &found.score_of(rule)?.score;
        Some(Self {
            warnings: score.warnings,
            hits: score.hits,
            conclusion: score.finding.label(),
            is_testable: score.is_testable(),
        })
    }
}
