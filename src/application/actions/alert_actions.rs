//! Actions of people on alerts, checked and completed before they are stored.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;

use crate::application::publishing::catalogue::{catalogue, dictionary};
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::action_bodies::Contestation;
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::alerts::dispute::{Dispute, DisputeState};
use crate::domain::alerts::silence::{Silence, SilenceChange, SilenceScope, SilenceTerms};
use crate::domain::ids::{AlertId, DisputeNumber, MinistryCode, ProjectId, RuleId, SilenceNumber};
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::subject::Subject;
use crate::frame::dictionary::{Dictionary, FieldOrigin};
use crate::intake::nearest_name;
use crate::support::clock::today;

/// Datasets that are lists: a row is not a field, so the list as a whole is contested.
const LISTS: [Dataset; 6] = [
    Dataset::Rebaselines,
    Dataset::Milestones,
    Dataset::Contracts,
    Dataset::Recommendations,
    Dataset::DeclaredCauses,
    Dataset::WatchLists,
];

/// The alert whose id is `requested`, or the only one whose id begins so: `4f2a`, `alert/4f2a`.
///
/// # Errors
/// When there is none, or several, which are then named.
pub async fn find_alert(services: &Services, requested: &str) -> Result<Alert, ApplicationError> {
    let no_such = || ApplicationError::NoSuchAlert { requested: requested.to_owned() };
    let prefix = requested.trim_start_matches("alert/").to_lowercase();
    if prefix.is_empty() {
        return Err(no_such());
    }
    if let Some(exact) = services.store.alert(&AlertId::new(prefix.as_str())).await? {
        return Ok(exact);
    }
    let mut found = services.store.alerts_in_brief().await?;
    found.retain(|alert| alert.id.as_str().starts_with(&prefix));
    if found.len() > 1 {
        let candidates = found.iter().map(|alert| alert.id.to_string()).collect();
        return Err(ApplicationError::AmbiguousAlert { requested: prefix, candidates });
    }
    let mut alert = found.pop().ok_or_else(no_such)?;
    services.store.explain_alerts(vec![&mut alert]).await?;
    Ok(alert)
}

/// A ministry by its code, `portfolio`, else a project by id or any of its names.
///
/// # Errors
/// When no project is called so; the nearest name is then given.
pub async fn subject_called(
    services: &Services,
    requested: &str,
) -> Result<Subject, ApplicationError> {
    if let Ok(subject) = Subject::try_from(requested.to_owned()) {
        return Ok(subject);
    }
    let known = ministries(services).await?;
    let code = MinistryCode::new(requested);
    if known.values().any(|ministry| *ministry == code) {
        return Ok(Subject::Ministry(code));
    }
    Ok(Subject::Project(view::find_project(services, requested).await?.project))
}

/// The alerts that silences hide on the day of `now`, counting `silence_changes` that are not
/// committed yet.
pub(in crate::application) async fn silenced_alerts(
    services: &Services,
    alerts: &[&Alert],
    changes: &[SilenceChange],
    now: DateTime<Utc>,
) -> Result<BTreeSet<AlertId>, ApplicationError> {
    let mut silences = services.store.silences().await?;
    for change in changes {
        let known = silences.iter_mut().find(|silence| silence.number == change.silence.number);
        if let Some(silence) = known {
            silence.clone_from(&change.silence);
        }
    }
    let today = today(now);
    silences.retain(|silence| silence.holds_on(today));
    if silences.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ministries = ministries(services).await?;
    let is_silenced = |alert: &&Alert| {
        let ministry = alert.subject.project().and_then(|project| ministries.get(project));
        silences.iter().any(|silence| silence.hides(alert, ministry, today))
    };
    Ok(alerts.iter().copied().filter(is_silenced).map(|alert| alert.id.clone()).collect())
}

/// The ministry of each project.
pub async fn ministries(
    services: &Services,
) -> Result<BTreeMap<ProjectId, MinistryCode>, ApplicationError> {
    let known = services.store.known_projects().await?;
    Ok(known.into_iter().map(|project| (project.project, project.ministry)).collect())
}

#[derive(Clone, Debug)]
pub struct SilenceRequest {
    pub scope: SilenceScope,
    /// In Paris; the silence still holds on that day.
    pub last_day: NaiveDate,
}

/// Records a silence with what it covers now: the levels of alerts, and the texts of rules.
pub async fn silence(
    services: &Services,
    request: SilenceRequest,
    terms: SilenceTerms,
    act: &ActionContext,
) -> Result<Silence, ApplicationError> {
    let SilenceRequest { mut scope, last_day } = request;
    if scope.is_empty() {
        return Err(ApplicationError::SilencesEverything);
    }
    let today = today(act.at);
    let last = today.checked_add_days(Days::new(terms.max_days.into())).unwrap_or(today);
    if last_day < today || last_day > last {
        return Err(ApplicationError::SilenceTooLong { requested: last_day, first: today, last });
    }
    if let Some(project) = &scope.project {
        scope.project = Some(view::find_project(services, project.as_str()).await?.project);
    }
    let in_force = catalogue(services).await?;
    let mut revisions = in_force.catalogue.revisions();
    if let Some(rule) = &scope.rule {
        if !revisions.contains_key(rule) {
            let near = nearest_name(rule.as_str(), revisions.keys().map(RuleId::as_str));
            let near = near.map(str::to_owned);
            return Err(ApplicationError::NoSuchRule { requested: rule.to_string(), near });
        }
        revisions.retain(|known, _| known == rule);
    }
    let ministries = ministries(services).await?;
    let mut alerts = services.store.alerts_in_brief().await?;
    alerts.retain(|alert| {
        let ministry = alert.subject.project().and_then(|project| ministries.get(project));
        alert.state != AlertState::Resolved && scope.covers(&alert.rule, &alert.subject, ministry)
    });
    let announced = last_day.checked_sub_days(Days::new(terms.announce_days.into()));
    let silence = Silence {
        number: SilenceNumber(0),
        scope,
        author: act.actor.clone(),
        reason: act.reason.clone(),
        made_at: act.at,
        last_day,
        announce_on: announced.unwrap_or(last_day).max(today),
        levels: alerts.into_iter().map(|alert| (alert.id, alert.level)).collect(),
        revisions,
        to_review: BTreeSet::new(),
        announced_at: None,
        ended: None,
    };
    Ok(services.store.silence(&silence).await?)
}

/// Records a dispute. The statement is the act's reason.
pub async fn contest(
    services: &Services,
    alert: &Alert,
    contested: &Contestation,
    act: &ActionContext,
) -> Result<Dispute, ApplicationError> {
    let Subject::Project(project) = &alert.subject else {
        return Err(ApplicationError::NotOfAProject { subject: alert.subject.to_string() });
    };
    let fields = dictionary(services).await?;
    for field in &contested.fields {
        check_contestable(field.as_str(), &fields)?;
    }
    let dispute = Dispute {
        number: DisputeNumber(0),
        alert: alert.id.clone(),
        project: project.clone(),
        import: None,
        fields: contested.fields.iter().map(|field| field.as_str().to_owned()).collect(),
        statement: act.reason.clone(),
        author: contested.author.as_str().to_owned(),
        at: act.at,
        state: DisputeState::Open,
        answer: None,
        settled_by: None,
    };
    Ok(services.store.dispute(&dispute, act).await?)
}

/// What a team may contest: a published figure, a fact, or a whole list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContestableField {
    pub name: &'static str,
    /// In French.
    pub label: &'static str,
    pub origin: FieldOrigin,
}

/// All that teams may contest, by origin: published figures, then facts, then lists.
///
/// # Errors
/// When the catalogue cannot be read.
pub async fn contestable_fields(
    services: &Services,
) -> Result<Vec<ContestableField>, ApplicationError> {
    let fields = dictionary(services).await?;
    Ok(contestable(&fields))
}

fn contestable(dictionary: &Dictionary) -> Vec<ContestableField> {
    let published = dictionary.fields().filter(|field| field.origin == FieldOrigin::Published);
    let fields = published.chain(dictionary.facts());
    let fields = fields.map(|field| (field.name, field.label, field.origin));
    let lists = LISTS.into_iter();
    let lists = lists.map(|list| (list.as_str(), list.label(), FieldOrigin::List));
    let all = fields.chain(lists);
    all.map(|(name, label, origin)| ContestableField { name, label, origin }).collect()
}

fn check_contestable(name: &str, dictionary: &Dictionary) -> Result<(), ApplicationError> {
    let known = contestable(dictionary);
    let known: Vec<&str> = known.iter().map(|field| field.name).collect();
    if known.contains(&name) {
        return Ok(());
    }
    let near = nearest_name(name, known).map(str::to_owned);
    Err(ApplicationError::NotContestable { field: name.to_owned(), near })
}
