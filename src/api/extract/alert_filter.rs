//! Filters of the list of alerts.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use super::query::{QueryFault, is_wanted};
use super::subject_filter::SubjectFilter;
use crate::api::context::RequestContext;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::bounded_text::SingleLine;
use crate::domain::ids::{MinistryCode, RuleId};
use crate::domain::level::Level;
use crate::domain::missions::mission::MissionKind;
use crate::domain::portfolio::subject::Subject;
use crate::rules::{Family, Rule};

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlertQuery {
    /// State of the alert.
    state: Vec<AlertState>,
    /// Minimum level.
    level: Option<Level>,
    /// Maximum level.
    up_to: Option<Level>,
    /// Id of a rule, or of a root cause: `RC04`.
    rule: Vec<RuleId>,
    /// Family of the alert's rule.
    family: Vec<Family>,
    /// Kind of mission that the alert's rule calls for.
    mission: Vec<MissionKind>,
    /// Subject of the alert: `project/…`, `ministry/…` or `portfolio`.
    subject: Vec<Subject>,
    /// Alerts on this subject alone: a ministry by its code, `portfolio`, or a project by id or by any name it
    /// went by.
    about: Option<SingleLine>,
    /// Id of a project, or any name it went by.
    project: Vec<SingleLine>,
    /// Code of a ministry: alerts on it and on its projects.
    ministry: Vec<MinistryCode>,
    /// Only alerts whose current firing began on this date or later.
    since: Option<NaiveDate>,
    /// Whether the last cycle could not evaluate the alert's rule, so that it rests on older data.
    stale: Option<bool>,
    /// Whether the alert is inhibited by another alert on the same subject.
    hidden: Option<bool>,
}

impl AlertQuery {
    pub(crate) async fn choose(
        &self,
        context: &RequestContext,
        alerts: Vec<Alert>,
    ) -> Result<Vec<Alert>, Problem> {
        let about = match &self.about {
            Some(about) => Some(application::subject_called(context, about.as_str()).await?),
            None => None,
        };
        let wanted = SubjectFilter::of(context, &self.project, &self.ministry).await?;
        let had_alerts = |rule: &RuleId| alerts.iter().any(|alert| alert.rule == *rule);
        refuse_unknown_rules(context, &self.rule, had_alerts).await?;
        let rules: BTreeMap<RuleId, Rule> = if self.family.is_empty() && self.mission.is_empty() {
            BTreeMap::new()
        } else {
            let on_disk = application::catalogue(context).await?;
            on_disk.catalogue.rules().map(|rule| (rule.id.clone(), rule.clone())).collect()
        };
        let chosen = alerts.into_iter().filter(|alert| {
            self.fits(alert)
                && about.as_ref().is_none_or(|about| alert.subject == *about)
                && wanted.fits(&alert.subject)
                && self.fits_rule(rules.get(&alert.rule))
        });
        Ok(chosen.collect())
    }

    /// Whether the alert's own fields match the filters.
    fn fits(&self, alert: &Alert) -> bool {
        is_wanted(&self.state, &alert.state)
            && self.level.is_none_or(|least| alert.level >= least)
            && self.up_to.is_none_or(|most| alert.level <= most)
            && is_wanted(&self.rule, &alert.rule)
            && is_wanted(&self.subject, &alert.subject)
            && self.since.is_none_or(|since| alert.since >= since)
            && self.stale.is_none_or(|stale| alert.stale == stale)
            && self.hidden.is_none_or(|hidden| alert.hidden_by.is_some() == hidden)
    }

    /// Whether the rule in force matches the filters. A rule that no longer exists has no family and no mission.
    fn fits_rule(&self, rule: Option<&Rule>) -> bool {
        let family = rule.map(|rule| rule.family);
        let mission = rule.and_then(|rule| rule.mission).map(|call| call.kind);
        (self.family.is_empty() || family.is_some_and(|found| self.family.contains(&found)))
            && (self.mission.is_empty()
                || mission.is_some_and(|found| self.mission.contains(&found)))
    }
}

/// Refuses the id of a rule that is not in force and never was: a list that is empty for a misspelt id would mislead.
/// `was_known` says which of the others were.
pub(crate) async fn refuse_unknown_rules(
    context: &RequestContext,
    rules: &[RuleId],
    was_known: impl Fn(&RuleId) -> bool,
) -> Result<(), Problem> {
    let strangers: Vec<&RuleId> = rules.iter().filter(|rule| !was_known(rule)).collect();
    if strangers.is_empty() {
        return Ok(());
    }
    let in_force = application::rule_titles(context).await?;
    match strangers.into_iter().find(|rule| !in_force.contains_key(*rule)) {
        Some(rule) => {
            let known = in_force.keys().map(RuleId::as_str);
            Err(QueryFault::unknown_value("rule", rule.as_str(), known).into())
        }
        None => Ok(()),
    }
}
