//! What a draft would have given on past editions: the scorecards of the rules that it changes, before and after.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::api::{Problem, Trials};
use crate::application;
use crate::application::ScoreChange;
use crate::domain::rules::overlay::RulePath;
use crate::foresight::Scorecard;
use crate::support::translation;
use crate::web::context::PageContext;
use crate::web::pages::rules::score_line::ScoreLine;

/// Scorecards before and after, as a page shows them.
#[derive(Debug, Default, Serialize)]
pub(super) struct ScoresView {
    /// Why they could not be worked out.
    problem: Option<String>,
    changes: Vec<ChangeView>,
}

#[derive(Debug, Serialize)]
struct ChangeView {
    title: String,
    code: String,
    /// Before, then after; only one of them where the draft adds or removes the rule.
    lines: Vec<ScoreLine>,
}

/// How the files of a draft change the scorecards. `None` where there are none: for callers of some ministries, before the first
/// edition, or on a panel that takes too long.
///
/// # Errors
/// If the data cannot be read.
pub(super) async fn scores(
    context: &PageContext,
    trials: &Trials,
    files: &BTreeMap<RulePath, String>,
) -> Result<Option<ScoresView>, Problem> {
    let found = async {
        let trial = trials.begin(context).await?;
        Ok(application::score_changes(context, &trial, files.clone()).await?)
    };
    Ok(match found.await {
        Ok(changes) => changes.map(|changes| ScoresView {
            problem: None,
            changes: changes.into_iter().map(ChangeView::of).collect(),
        }),
        Err::<_, Problem>(problem) => Some(ScoresView {
            problem: Some(translation::into_french(&problem.to_string()).into_owned()),
            changes: Vec::new(),
        }),
    })
}

impl ChangeView {
    fn of(change: ScoreChange) -> Self {
        let line = |when: &str, score: Option<&Scorecard>| Some(ScoreLine::of_time(when, score?));
        let before = line("Avant", change.before.as_ref());
        let after = line("Après", change.after.as_ref());
        Self {
            title: change.title,
            code: change.rule.to_string(),
            lines: before.into_iter().chain(after).collect(),
        }
    }
}
