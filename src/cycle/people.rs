//! Actions of people on alerts, checked and completed before they are stored.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::Days;
use chrono::NaiveDate;
use chrono::Utc;

use super::CycleError;
use super::Parts;
use super::catalogue::catalogue;
use super::view;
use crate::domain::alert::Alert;
use crate::domain::alert::AlertState;
use crate::domain::audit::Act;
use crate::domain::dispute::Dispute;
use crate::domain::dispute::DisputeState;
use crate::domain::ids::AlertId;
use crate::domain::ids::DisputeNumber;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::ids::RuleId;
use crate::domain::ids::SilenceNumber;
use crate::domain::import::Dataset;
use crate::domain::silence::Silence;
use crate::domain::silence::SilenceChange;
use crate::domain::silence::SilenceScope;
use crate::domain::silence::SilenceTerms;
use crate::domain::subject::Subject;
use crate::frame::dictionary;
use crate::frame::dictionary::Origin;
use crate::sources::nearest_name;

/// Datasets that are lists: a row is not a field, so the list as a whole is contested.
const LISTS: [Dataset; 6] = [
    Dataset::Rebaselines,
    Dataset::Milestones,
    Dataset::Contracts,
    Dataset::Recommendations,
    Dataset::DeclaredCauses,
    Dataset::WatchLists,
];

/// Finds an alert by the beginning of its id, or by its rule and subject: `4f2a`, or `D1` and `SI
/// SAMU`.
pub async fn find_alert(parts: &Parts, requested: &[String]) -> Result<Alert, CycleError> {
    let no_such = || CycleError::NoSuchAlert { requested: requested.join(" ") };
    match requested {
        [prefix] => {
            let prefix = prefix.trim_start_matches("alert/").to_lowercase();
            if prefix.is_empty() {
                return Err(no_such());
            }
            let mut found = parts.store.standing_alerts().await?;
            found.retain(|alert| alert.id.as_str().starts_with(&prefix));
            let candidates = || found.iter().map(|alert| alert.id.to_string()).collect();
            if found.len() > 1 {
                return Err(CycleError::AmbiguousAlert {
                    requested: prefix,
                    candidates: candidates(),
                });
            }
            found.pop().ok_or_else(no_such)
        }
        [rule, subject] => {
            let rule = RuleId::new(rule.as_str());
            let subject = find_subject(parts, subject).await?;
            let found = parts.store.alert(&Alert::id_of(&rule, &subject)).await?;
            found.ok_or_else(no_such)
        }
        _ => Err(no_such()),
    }
}

/// Finds a subject: a ministry by its code, `portfolio`, or a project by id or any of its names.
async fn find_subject(parts: &Parts, requested: &str) -> Result<Subject, CycleError> {
    if let Ok(subject) = Subject::try_from(requested.to_owned()) {
        return Ok(subject);
    }
    let known = ministries(parts).await?;
    let code = MinistryCode::new(requested);
    if known.values().any(|ministry| *ministry == code) {
        return Ok(Subject::Ministry(code));
    }
    Ok(Subject::Project(view::find_project(parts, requested).await?.project))
}

/// The alerts that silences hide on the day of `now`, counting `silence_changes` that are not
/// committed yet.
pub(super) async fn silenced_alerts(
    parts: &Parts,
    alerts: &[&Alert],
    changes: &[SilenceChange],
    now: DateTime<Utc>,
) -> Result<BTreeSet<AlertId>, CycleError> {
    let mut silences = parts.store.silences().await?;
    for change in changes {
        let known = silences.iter_mut().find(|silence| silence.number == change.silence.number);
        if let Some(silence) = known {
            silence.clone_from(&change.silence);
        }
    }
    let today = view::today(now);
    silences.retain(|silence| silence.holds_on(today));
    if silences.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ministries = ministries(parts).await?;
    let is_silenced = |alert: &&Alert| {
        let ministry = alert.subject.project().and_then(|project| ministries.get(project));
        silences.iter().any(|silence| silence.hides(alert, ministry, today))
    };
    Ok(alerts.iter().copied().filter(is_silenced).map(|alert| alert.id.clone()).collect())
}

/// The ministry of each project.
pub async fn ministries(parts: &Parts) -> Result<BTreeMap<ProjectId, MinistryCode>, CycleError> {
    let known = parts.store.known_projects().await?;
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
    parts: &Parts,
    request: SilenceRequest,
    terms: SilenceTerms,
    act: &Act,
) -> Result<Silence, CycleError> {
    let SilenceRequest { mut scope, last_day } = request;
    if scope.is_empty() {
        return Err(CycleError::SilencesEverything);
    }
    let today = view::today(act.at);
    let last = today.checked_add_days(Days::new(terms.max_days.into())).unwrap_or(today);
    if last_day < today || last_day > last {
        return Err(CycleError::SilenceTooLong { requested: last_day, first: today, last });
    }
    if let Some(project) = &scope.project {
        scope.project = Some(view::find_project(parts, project.as_str()).await?.project);
    }
    let in_force = catalogue(parts).await?;
    let mut revisions = in_force.catalogue.revisions();
    if let Some(rule) = &scope.rule {
        if !revisions.contains_key(rule) {
            let near = nearest_name(rule.as_str(), revisions.keys().map(RuleId::as_str));
            let near = near.map(str::to_owned);
            return Err(CycleError::NoSuchRule { requested: rule.to_string(), near });
        }
        revisions.retain(|known, _| known == rule);
    }
    let ministries = ministries(parts).await?;
    let mut alerts = parts.store.standing_alerts().await?;
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
    Ok(parts.store.silence(&silence).await?)
}

/// What a project's team says about the figures behind an alert.
#[derive(Clone, Debug)]
pub struct Contest {
    pub fields: Vec<String>,
    /// Who in the team says so, by name or address. The actor of the act is the person who records
    /// it.
    pub author: String,
}

/// Records a dispute. The statement is the act's reason.
pub async fn contest(
    parts: &Parts,
    alert: &Alert,
    contest: Contest,
    act: &Act,
) -> Result<Dispute, CycleError> {
    let Subject::Project(project) = &alert.subject else {
        return Err(CycleError::NotOfAProject { subject: alert.subject.to_string() });
    };
    for field in &contest.fields {
        check_contestable(field)?;
    }
    let dispute = Dispute {
        number: DisputeNumber(0),
        alert: alert.id.clone(),
        project: project.clone(),
        import: None,
        fields: contest.fields,
        statement: act.reason.clone(),
        author: contest.author,
        at: act.at,
        state: DisputeState::Open,
        answer: None,
        settled_by: None,
    };
    Ok(parts.store.dispute(&dispute, act).await?)
}

fn check_contestable(name: &str) -> Result<(), CycleError> {
    let facts = || dictionary::facts().map(|field| field.name);
    let published = dictionary::fields().filter(|field| field.origin == Origin::Published);
    let lists = LISTS.into_iter().map(Dataset::as_str);
    let known: Vec<&str> = facts().chain(published.map(|field| field.name)).chain(lists).collect();
    if known.contains(&name) {
        return Ok(());
    }
    let near = nearest_name(name, known).map(str::to_owned);
    Err(CycleError::NotContestable { field: name.to_owned(), near })
}
