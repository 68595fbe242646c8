//! The entries of the audit trail that are about what is visible, found by their subjects.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use sqlx::QueryBuilder;
use sqlx::Sqlite;
use sqlx::SqliteConnection;

use super::audit::AuditFilter;
use super::audit::EntryRow;
use super::error::StoreError;
use super::error::reading;
use super::kept;
use super::scope::Visible;
use super::scope::VisibleAlerts;
use crate::domain::audit::AuditEntry;
use crate::domain::ids::AlertId;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::silence::SilenceScope;
use crate::domain::subject::Subject;

/// Kinds of subjects, and where to find which of theirs are about what.
const KINDS: [(&str, &str); 4] = [
    ("alert", "select id, subject from alerts"),
    ("mission", "select id, subject from missions"),
    ("review", "select id, 'project/' || project from reviews"),
    ("dispute", "select cast(number as text), 'project/' || project from disputes"),
];

/// Oldest first, as the filter asks. Cycles, imports, jobs, notices and accounts are everybody's, and
/// so for those who see the whole State.
pub(super) async fn entries(
    connection: &mut SqliteConnection,
    visible: &Visible,
    filter: &AuditFilter,
) -> Result<Vec<AuditEntry>, StoreError> {
    let wanted = |subject: &String| match filter.subject.as_deref() {
        None => true,
        Some(asked) => {
            let rest = subject.strip_prefix(asked);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
    };
    let mut subjects = subjects(connection, visible).await?;
    subjects.retain(wanted);
    let mut entries = Vec::new();
    for some in kept::chunks(&Vec::from_iter(subjects)) {
        entries.extend(about(connection, some, filter).await?);
    }
    let alerts = visible.alerts(connection).await?;
    let before = filter.before.unwrap_or(i64::MAX);
    entries.retain(|entry| entry.number < before && shows(entry, visible, &alerts));
    entries.sort_by_key(|entry| entry.number);
    if let Some(limit) = filter.limit {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        entries.drain(..entries.len().saturating_sub(limit));
    }
    Ok(entries)
}

/// What the trail calls everything that is visible.
async fn subjects(
    connection: &mut SqliteConnection,
    visible: &Visible,
) -> Result<BTreeSet<String>, StoreError> {
    let ids = visible.ids().unwrap_or_default();
    let mut subjects: BTreeSet<String> =
        ids.into_iter().map(|id| Subject::Project(id.clone()).to_string()).collect();
    for (kind, statement) in KINDS {
        let rows: Vec<(String, String)> = sqlx::query_as(statement)
            .fetch_all(&mut *connection)
            .await
            .map_err(reading("subjects of the audit trail"))?;
        let shown = rows.into_iter().filter(|(_, subject)| visible.subject_text(subject));
        subjects.extend(shown.map(|(id, _)| format!("{kind}/{id}")));
    }
    let rows: Vec<(i64, Option<String>, Option<String>)> =
        sqlx::query_as("select number, project, ministry from silences")
            .fetch_all(connection)
            .await
            .map_err(reading("silences"))?;
    for (number, project, ministry) in rows {
        let (project, ministry) = (project.map(ProjectId::new), ministry.map(MinistryCode::new));
        if visible.silence(&SilenceScope { rule: None, project, ministry }) {
            subjects.insert(format!("silence/{number}"));
        }
    }
    Ok(subjects)
}

async fn about(
    connection: &mut SqliteConnection,
    subjects: &[String],
    filter: &AuditFilter,
) -> Result<Vec<AuditEntry>, StoreError> {
    let mut statement = QueryBuilder::<Sqlite>::new(
        "select number, at, actor, proved_by, action, subject, was, became, reason, previous, hash
         from audit where subject in (",
    );
    let mut wanted = statement.separated(", ");
    for subject in subjects {
        wanted.push_bind(subject.as_str());
    }
    statement.push(")");
    if let Some(since) = filter.since {
        statement.push(" and at >= ").push_bind(kept::from_instant(since));
    }
    if let Some(limit) = filter.limit {
        statement.push(" order by number desc limit ").push_bind(i64::from(limit));
    }
    let rows: Vec<EntryRow> = statement
        .build_query_as()
        .fetch_all(connection)
        .await
        .map_err(reading("the audit trail"))?;
    Ok(rows.into_iter().map(EntryRow::into_entry).collect())
}

/// Not where a project was linked into another's, what an alert came from there, or the alerts of a
/// project that has left since.
fn shows(entry: &AuditEntry, visible: &Visible, alerts: &VisibleAlerts) -> bool {
    let states = [entry.was.as_deref(), entry.became.as_deref()].into_iter().flatten();
    entry.reason.as_deref().is_none_or(|reason| visible.words(reason))
        && states.filter_map(|state| serde_json::from_str(state).ok()).all(|state: Json| {
            let into = state.get("into").and_then(Json::as_str);
            into.is_none_or(|into| visible.project(&ProjectId::new(into)))
                && named(&state).into_iter().all(|alert| alerts.contains(&alert))
        })
}

/// The alerts behind a mission, in a list, or under a silence, with their levels.
fn named(state: &Json) -> Vec<AlertId> {
    match state.get("alerts") {
        Some(Json::Array(ids)) => ids.iter().filter_map(Json::as_str).map(AlertId::new).collect(),
        Some(Json::Object(levels)) => levels.keys().map(AlertId::new).collect(),
        Some(_) | None => vec![],
    }
}
