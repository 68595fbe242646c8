//! Scorecards where rules are seen, and how a draft changes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::backtest::{backtest, backtest_texts};
use super::report::{Backtest, BacktestTerms, RuleScore};
use crate::application::publishing::catalogue;
use crate::application::publishing::catalogue::CatalogueTexts;
use crate::application::publishing::trial::Trial;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::RuleId;
use crate::domain::rules::overlay::RulePath;
use crate::foresight::Scorecard;
use crate::frame::FrameError;

/// Most rows of past editions that are backtested while somebody waits for a page about something else: the work of a second.
pub(super) const MOST_AT_ONCE: usize = 4000;

/// How the warnings of a rule came true on past editions, before and after a change of the rules.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoreChange {
    pub rule: RuleId,
    /// In French.
    pub title: String,
    /// `None` if there is no such rule before.
    pub before: Option<Scorecard>,
    /// `None` if there is no such rule after.
    pub after: Option<Scorecard>,
}

/// The backtest of the rules in force, for a page about something else. It is worked out at once, unless there are so many past
/// editions and projects that the reader would wait: then only what somebody has worked out already. `None` for callers who do
/// not see the whole State, and before the first edition.
///
/// # Errors
/// When the data or the rules cannot be read.
pub async fn scorecards(services: &Services) -> Result<Option<Arc<Backtest>>, ApplicationError> {
    if !services.store.scope().is_whole() {
        return Ok(None);
    }
    let (known, rules) = match view::measurable(services, None).await {
        Ok(found) => found,
        Err(fault) if is_before_data(&fault) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let terms = BacktestTerms::default();
    match known.portfolio.snapshots.len() {
        0 => Ok(None),
        1..=MOST_AT_ONCE => backtest(services, terms).await.map(Some),
        _ => Ok(known.backtest_at_hand(&rules, terms)),
    }
}

/// How these files would change the scorecards of the rules in force: the rules of which past warnings differ, in the order of their
/// ids. `None` where there are no scorecards, or too many past editions and projects to work them out while somebody waits.
///
/// # Errors
/// When the budget is spent, or when the data or the rules cannot be read.
pub async fn score_changes(
    services: &Services,
    trial: &Trial,
    files: BTreeMap<RulePath, String>,
) -> Result<Option<Vec<ScoreChange>>, ApplicationError> {
    let after = catalogue::with_files(services, files).await?;
    let Some(before) = scorecards(services).await? else { return Ok(None) };
    changes(services, trial, &before, after).await
}

/// How a draft would change them, likewise.
///
/// # Errors
/// When there is no such draft, the budget is spent, or the data or the rules cannot be read.
pub async fn score_changes_of_texts(
    services: &Services,
    trial: &Trial,
    (before, after): (CatalogueTexts, CatalogueTexts),
) -> Result<Option<Vec<ScoreChange>>, ApplicationError> {
    if !is_at_once(services).await? {
        return Ok(None);
    }
    let before = backtest_texts(services, trial, before, BacktestTerms::default()).await?;
    changes(services, trial, &before, after).await
}

async fn changes(
    services: &Services,
    trial: &Trial,
    before: &Backtest,
    after: CatalogueTexts,
) -> Result<Option<Vec<ScoreChange>>, ApplicationError> {
    if !is_at_once(services).await? {
        return Ok(None);
    }
    let after = backtest_texts(services, trial, after, BacktestTerms::default()).await?;
    Ok(Some(compared(before, &after)))
}

/// Whether a backtest takes no longer than a reader waits.
async fn is_at_once(services: &Services) -> Result<bool, ApplicationError> {
    let known = match view::known_data(services, None).await {
        Ok(known) => known,
        Err(fault) if is_before_data(&fault) => return Ok(false),
        Err(fault) => return Err(fault),
    };
    Ok(services.store.scope().is_whole()
        && (1..=MOST_AT_ONCE).contains(&known.portfolio.snapshots.len()))
}

/// Whether nothing is known yet of what the caller sees.
pub(super) fn is_before_data(fault: &ApplicationError) -> bool {
    matches!(
        fault,
        ApplicationError::Frame(FrameError::BeforeFirstEdition { .. } | FrameError::NoEdition)
            | ApplicationError::EditionsOnHold { .. }
            | ApplicationError::NoProjectInScope { .. }
    )
}

/// The rules of which two backtests of the same editions say otherwise, in the order of their ids.
pub fn compared(before: &Backtest, after: &Backtest) -> Vec<ScoreChange> {
    let ids = |found: &Backtest| -> BTreeSet<RuleId> {
        found.rules.iter().map(|rule| rule.rule.clone()).collect()
    };
    let all: BTreeSet<RuleId> = ids(before).union(&ids(after)).cloned().collect();
    let change = |rule: RuleId| {
        let (was, is) = (before.score_of(&rule), after.score_of(&rule));
        let figures = |of: Option<&RuleScore>| of.map(|of| (of.score.clone(), of.levels.clone()));
        if figures(was) == figures(is) {
            return None;
        }
        let title = is.or(was).map(|of| of.title.clone()).unwrap_or_default();
        let score = |of: Option<&RuleScore>| of.map(|of| of.score.clone());
        Some(ScoreChange { rule, title, before: score(was), after: score(is) })
    };
    all.into_iter().filter_map(change).collect()
}
