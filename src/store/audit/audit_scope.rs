//! The entries of the audit trail that are about what is visible, found by their subjects.

use std::collections::BTreeSet;

use serde_json::Value;

use super::audit_filter::AuditFilter;
use crate::domain::accounts::audit::AuditEntry;
use crate::domain::alerts::silence::SilenceScope;
use crate::domain::ids::{AlertId, MinistryCode, ProjectId, SilenceNumber};
use crate::domain::portfolio::subject::Subject;
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::queries::{Builder, query_as};
use crate::store::db::sql_types::Timestamp;
use crate::store::db::visibility::{Visible, VisibleAlerts};

/// Kinds of subjects, and where to find which of theirs are about what.
const KINDS: [(&str, &str); 4] = [
    ("alert", "select id, subject from alerts"),
    ("mission", "select id, subject from missions"),
    ("review", "select id, 'project/' || project from reviews"),
    ("dispute", "select cast(number as text), 'project/' || project from disputes"),
];

/// Oldest first, as the filter asks. Cycles, imports, jobs, notices and accounts are everybody's, and
/// so for those who see the whole State.
pub(in crate::store) async fn entries(
    connection: &mut Connection,
    visible: &Visible,
    filter: &AuditFilter,
) -> Result<Vec<AuditEntry>, StoreError> {
    let wanted = |subject: &String| match filter.subject.as_deref() {
        None => true,
        Some(wanted) => {
            let rest = subject.strip_prefix(wanted);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
    };
    let mut subjects = subjects(connection, visible).await?;
    subjects.retain(wanted);
    let mut entries = Vec::new();
    for some in columns::chunks(&Vec::from_iter(subjects)) {
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
    connection: &mut Connection,
    visible: &Visible,
) -> Result<BTreeSet<String>, StoreError> {
    let ids = visible.ids().unwrap_or_default();
    let mut subjects: BTreeSet<String> =
        ids.into_iter().map(|id| Subject::Project(id.clone()).to_string()).collect();
    for (kind, statement) in KINDS {
        let rows: Vec<(String, Subject)> =
            query_as(statement).all(&mut *connection, "subjects of the audit trail").await?;
        let shown = rows.into_iter().filter(|(_, subject)| visible.subject(subject));
        subjects.extend(shown.map(|(id, _)| format!("{kind}/{id}")));
    }
    let rows: Vec<(SilenceNumber, Option<ProjectId>, Option<MinistryCode>)> =
        query_as("select number, project, ministry from silences")
            .all(connection, "silences")
            .await?;
    for (number, project, ministry) in rows {
        if visible.silence(&SilenceScope { rule: None, project, ministry }) {
            subjects.insert(format!("silence/{number}"));
        }
    }
    Ok(subjects)
}

async fn about(
    connection: &mut Connection,
    subjects: &[String],
    filter: &AuditFilter,
) -> Result<Vec<AuditEntry>, StoreError> {
    let mut statement = Builder::new(
        "select number, at, actor, proved_by, action, subject, was, became, reason, previous, hash
         from audit where subject in (",
    );
    let mut wanted = statement.separated();
    for subject in subjects {
        wanted.push_bind(subject);
    }
    statement.push(")");
    if let Some(since) = filter.since {
        statement.push(" and at >= ").push_bind(Timestamp(since));
    }
    if let Some(limit) = filter.limit {
        statement.push(" order by number desc limit ").push_bind(i64::from(limit));
    }
    statement.query_as().all(connection, "the audit trail").await
}

/// Not where a project was linked into another's, what an alert came from there, or the alerts of a
/// project that has left since.
fn shows(entry: &AuditEntry, visible: &Visible, alerts: &VisibleAlerts) -> bool {
    let states = [entry.was.as_deref(), entry.became.as_deref()].into_iter().flatten();
    entry.reason.as_deref().is_none_or(|reason| visible.words(reason))
        && states.filter_map(|state| serde_json::from_str(state).ok()).all(|state: Value| {
            let into = state.get("into").and_then(Value::as_str);
            into.is_none_or(|into| visible.project(&ProjectId::new(into)))
                && named(&state).into_iter().all(|alert| alerts.contains(&alert))
        })
}

/// The alerts behind a mission, in a list, or under a silence, with their levels.
fn named(state: &Value) -> Vec<AlertId> {
    match state.get("alerts") {
        Some(Value::Array(ids)) => ids.iter().filter_map(Value::as_str).map(AlertId::new).collect(),
        Some(Value::Object(levels)) => levels.keys().map(AlertId::new).collect(),
        Some(_) | None => vec![],
    }
}
