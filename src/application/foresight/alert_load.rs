//! What the open alerts ask of those who read them, and which could be read under a more serious one by what past editions say of
//! their rules.

use std::collections::{BTreeMap, BTreeSet};

use super::alert_load_report::{AlertLoad, LoadCounts, LoadProposal, RuleLoad};
use super::report::Backtest;
use super::scorecards;
use crate::application::queries::names;
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::foresight::{Finding, Scorecard};
use crate::rules::{Family, Rule};

/// The load of the alerts that are open now, rule by rule.
///
/// # Errors
/// When the caller does not see the whole State, or when the alerts, the data or the rules cannot be read.
pub async fn alert_load(services: &Services) -> Result<AlertLoad, ApplicationError> {
    let mut alerts = services.store.alerts_in_brief().await?;
    alerts.retain(|alert| alert.state == AlertState::Open);
    let heads = names::rule_heads(services).await?;
    let past = scorecards::scorecards(services).await?;
    let cycle = services.store.last_cycle().await?;
    let mut load = weighed(&alerts, &heads, past.as_deref());
    load.cycle = cycle.as_ref().map(|cycle| cycle.number);
    load.as_of = cycle.map(|cycle| cycle.inputs.as_of);
    Ok(load)
}

fn weighed(alerts: &[Alert], heads: &BTreeMap<RuleId, Rule>, past: Option<&Backtest>) -> AlertLoad {
    let evidence = Evidence { heads, past };
    let mut on: BTreeMap<&Subject, Vec<&Alert>> = BTreeMap::new();
    for alert in alerts {
        on.entry(&alert.subject).or_default().push(alert);
    }
    let ids: BTreeSet<&RuleId> = alerts.iter().map(|alert| &alert.rule).collect();
    let rules: Vec<RuleLoad> = ids.into_iter().map(|id| of_rule(id, &on, evidence)).collect();
    let all: Vec<&Alert> = alerts.iter().collect();
    let in_force: Vec<&Alert> =
        all.iter().copied().filter(|alert| alert.hidden_by.is_none()).collect();
    let stays = |alert: &&Alert| coverers(alert, &on, evidence).is_empty();
    let proposed: Vec<&Alert> = in_force.iter().copied().filter(stays).collect();
    AlertLoad {
        cycle: None,
        as_of: None,
        all: LoadCounts::of(&all),
        in_force: LoadCounts::of(&in_force),
        proposed: LoadCounts::of(&proposed),
        rules,
    }
}

fn of_rule(id: &RuleId, on: &BTreeMap<&Subject, Vec<&Alert>>, evidence: Evidence<'_>) -> RuleLoad {
    let own: Vec<&Alert> =
        on.values().flatten().filter(|alert| alert.rule == *id).copied().collect();
    let at = |level: Level| own.iter().filter(|alert| alert.level == level).count();
    let is_alone = |alert: &&&Alert| on.get(&alert.subject).is_some_and(|all| all.len() == 1);
    let mut behind: BTreeSet<RuleId> = BTreeSet::new();
    let mut would_hide = 0;
    for alert in own.iter().filter(|alert| alert.hidden_by.is_none()) {
        let covering = coverers(alert, on, evidence);
        would_hide += usize::from(!covering.is_empty());
        behind.extend(covering.into_iter().cloned());
    }
    let head = evidence.heads.get(id);
    let mut load = RuleLoad {
        rule: id.clone(),
        title: head.map_or_else(|| id.to_string(), |head| head.title.clone()),
        family: head.map(|head| head.family),
        critical: at(Level::Critical),
        high: at(Level::High),
        moderate: at(Level::Moderate),
        hidden: own.iter().filter(|alert| alert.hidden_by.is_some()).count(),
        alone: own.iter().filter(is_alone).count(),
        score: evidence.score(id).cloned(),
        proposal: if would_hide > 0 { LoadProposal::Hide } else { LoadProposal::Keep },
        behind: behind.into_iter().collect(),
        would_hide,
        reason: String::new(),
    };
    load.reason = load.in_words();
    load
}

/// The rules whose more serious alert on the same subject could cover an alert: nothing critical is covered, nor an alert of a
/// rule whose past warnings differ from chance or are too few to say.
fn coverers<'a>(
    alert: &Alert,
    on: &BTreeMap<&Subject, Vec<&'a Alert>>,
    evidence: Evidence<'_>,
) -> Vec<&'a RuleId> {
    let family = evidence.heads.get(&alert.rule).map(|head| head.family);
    if alert.level == Level::Critical || !evidence.is_undistinguished(&alert.rule) {
        return Vec::new();
    }
    let others = on.get(&alert.subject).into_iter().flatten();
    let covers = |other: &&&Alert| {
        let of_other = evidence.heads.get(&other.rule).map(|head| head.family);
        other.level > alert.level
            && evidence.is_compared(&other.rule)
            && (of_other == family || of_other == Some(Family::Drift))
    };
    others.filter(covers).map(|other| &other.rule).collect()
}

/// What is known of the rules.
#[derive(Clone, Copy)]
struct Evidence<'e> {
    heads: &'e BTreeMap<RuleId, Rule>,
    past: Option<&'e Backtest>,
}

impl<'e> Evidence<'e> {
    fn score(self, rule: &RuleId) -> Option<&'e Scorecard> {
        self.past?.score_of(rule).map(|found| &found.score)
    }

    /// Whether its warnings were compared with chance: it judges what editions publish.
    fn is_compared(self, rule: &RuleId) -> bool {
        self.score(rule).is_some_and(|score| score.finding.is_compared())
    }

    /// Whether past editions tell its warnings from chance no better than a draw would.
    fn is_undistinguished(self, rule: &RuleId) -> bool {
        let finding = self.score(rule).map(|score| score.finding);
        matches!(finding, Some(Finding::Undistinguished | Finding::Worse))
    }
}
