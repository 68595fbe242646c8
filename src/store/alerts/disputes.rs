//! Disputes: what a project's team contests, what was answered, which import settled it.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::handling;
use crate::domain::accounts::audit::{ActionContext, Actor};
use crate::domain::alerts::dispute::{Dispute, DisputeState, RecordedAnswer};
use crate::domain::alerts::handling::AlertActKind;
use crate::domain::ids::{DisputeNumber, ImportNumber, ProjectId};
use crate::domain::portfolio::follow_up::Fact;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Json, Timestamp};
use crate::store::imports::differences::Difference;
use crate::store::imports::project_logs::link_log;
use crate::store::imports::project_logs::link_log::Links;

impl Store {
    /// Gives the dispute its number and finds the import that it puts in question.
    ///
    /// # Errors
    ///
    /// There is no such alert.
    pub async fn dispute(
        &self,
        dispute: &Dispute,
        act: &ActionContext,
    ) -> Result<Dispute, StoreError> {
        let mut transaction = self.begin_write().await?;
        let visible = self.visible(&mut transaction).await?;
        if !visible.project(&dispute.project)
            || !visible.has_alert(&mut transaction, &dispute.alert).await?
        {
            return Err(StoreError::NoSuchAlert { alert: dispute.alert.clone() });
        }
        let number: DisputeNumber =
            query_scalar("select coalesce(max(number), 0) + 1 from disputes")
                .one(&mut *transaction, "disputes")
                .await?;
        let import = import_behind(&mut transaction, &dispute.project, &dispute.fields).await?;
        let dispute = Dispute { number, import, ..dispute.clone() };
        write(&mut transaction, &dispute).await?;
        let kind = (&dispute.alert, AlertActKind::Disputed);
        handling::append(&mut transaction, kind, act, Some(&dispute.author)).await?;
        let deed = act.deed("dispute_opened", format!("dispute/{number}")).became(&json!({
            "alert": dispute.alert,
            "author": dispute.author,
            "fields": dispute.fields,
            "import": dispute.import,
        }));
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        Ok(dispute)
    }

    /// The reason is the answer given to the team.
    ///
    /// # Errors
    ///
    /// There is no such dispute, or it was answered.
    pub async fn answer_dispute(
        &self,
        number: DisputeNumber,
        state: DisputeState,
        act: &ActionContext,
    ) -> Result<Dispute, StoreError> {
        let mut transaction = self.begin_write().await?;
        let visible = self.visible(&mut transaction).await?;
        let what = "dispute";
        let mut found = select(&mut transaction).await?;
        found.retain(|dispute| dispute.number == number && visible.project(&dispute.project));
        let found = found.pop().ok_or(StoreError::NoSuch { what, number: number.0 })?;
        if found.state != DisputeState::Open {
            let how = format!("it is {}", found.state.as_str());
            return Err(StoreError::Over { what, number: number.0, how });
        }
        let (by, words) = (act.actor.clone(), act.reason.clone());
        let answer = Some(RecordedAnswer { by, at: act.at, words });
        let dispute = Dispute { state, answer, ..found };
        let kind = match state {
            DisputeState::Upheld => AlertActKind::DisputeUpheld,
            DisputeState::Open | DisputeState::Rejected | DisputeState::Settled => {
                AlertActKind::DisputeRejected
            }
        };
        conclude(&mut transaction, &dispute, kind, act).await?;
        end(transaction).await?;
        Ok(dispute)
    }

    /// Every dispute, in order; those that are over included.
    pub async fn disputes(&self) -> Result<Vec<Dispute>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut disputes = select(&mut transaction).await?;
        disputes.retain(|dispute| visible.project(&dispute.project));
        Ok(disputes)
    }
}

/// An import that corrects a contested field settles the dispute, and leaves a trace of how.
pub(in crate::store) async fn settle(
    connection: &mut Connection,
    import: ImportNumber,
    differences: &[Difference],
    (actor, at): (&Actor, DateTime<Utc>),
) -> Result<(), StoreError> {
    let mut pending = select(connection).await?;
    pending.retain(Dispute::is_pending);
    if pending.is_empty() {
        return Ok(());
    }
    let links = link_log::links(connection, i64::MAX).await?;
    for dispute in pending {
        let Some(correction) = corrected(&dispute, differences, &links) else { continue };
        let reason = format!(
            "L’import {import} corrige `{}` : {} au lieu de {}.",
            correction.field, correction.now, correction.former
        );
        let act = ActionContext { actor: actor.clone(), at, reason: reason.clone() };
        let answer = RecordedAnswer { by: actor.clone(), at, words: reason };
        let settled = match dispute.state {
            DisputeState::Open => {
                let (state, answer) = (DisputeState::Settled, Some(answer));
                Dispute { state, answer, settled_by: Some(import), ..dispute }
            }
            DisputeState::Upheld | DisputeState::Rejected | DisputeState::Settled => {
                Dispute { settled_by: Some(import), ..dispute }
            }
        };
        conclude(connection, &settled, AlertActKind::DisputeSettled, &act).await?;
    }
    Ok(())
}

fn corrected<'a>(
    dispute: &Dispute,
    differences: &'a [Difference],
    links: &Links,
) -> Option<&'a Difference> {
    let project = links.resolve(&dispute.project);
    differences.iter().find(|difference| {
        difference.subject.project().is_some_and(|other| links.resolve(other) == project)
            && dispute.fields.contains(&difference.field)
    })
}

async fn conclude(
    connection: &mut Connection,
    dispute: &Dispute,
    kind: AlertActKind,
    act: &ActionContext,
) -> Result<(), StoreError> {
    write(connection, dispute).await?;
    handling::append(connection, (&dispute.alert, kind), act, None).await?;
    let action = match kind {
        AlertActKind::DisputeUpheld => "dispute_upheld",
        AlertActKind::DisputeSettled => "dispute_settled",
        AlertActKind::DisputeRejected
        | AlertActKind::Acknowledged
        | AlertActKind::Lapsed
        | AlertActKind::Assigned
        | AlertActKind::Commented
        | AlertActKind::Disputed
        | AlertActKind::Reinstated => "dispute_rejected",
    };
    let became = json!({ "state": dispute.state, "settled_by": dispute.settled_by });
    let deed = act.deed(action, format!("dispute/{}", dispute.number)).became(&became);
    audit_trail::append(connection, act.at, &[deed]).await
}

/// The latest import that said one of the fields of a project: a published one, a fact or a list.
async fn import_behind(
    connection: &mut Connection,
    project: &ProjectId,
    fields: &[String],
) -> Result<Option<ImportNumber>, StoreError> {
    let links = link_log::links(connection, i64::MAX).await?;
    let rows: Vec<(i64, String, String, String)> = query_as(
        "select follow_up.import, follow_up.project, imports.dataset, follow_up.payload
         from follow_up join imports on imports.number = follow_up.import
         join import_states on import_states.import = imports.number
         where follow_up.project is not null and state = 'in_use'
         order by follow_up.import desc",
    )
    .all(&mut *connection, "follow-up data")
    .await?;
    for (import, other, dataset, payload) in rows {
        if links.resolve(&ProjectId::new(other)) != project {
            continue;
        }
        let fact: Option<Fact> = serde_json::from_str(&payload).ok();
        if fields.contains(&dataset) || fact.is_some_and(|fact| fields.contains(&fact.field)) {
            return Ok(Some(ImportNumber(import)));
        }
    }
    let published: Vec<(i64, String)> = query_as(
        "select snapshots.import, snapshots.project
         from snapshots join imports on imports.number = snapshots.import
         join import_states on import_states.import = imports.number
         where state = 'in_use'
         order by imports.edition desc, imports.number desc",
    )
    .all(connection, "snapshots")
    .await?;
    let of_project = |other: &String| links.resolve(&ProjectId::new(other.as_str())) == project;
    let found = published.into_iter().find(|(_, other)| of_project(other));
    Ok(found.map(|(import, _)| ImportNumber(import)))
}

async fn write(connection: &mut Connection, dispute: &Dispute) -> Result<(), StoreError> {
    let answer = dispute.answer.as_ref();
    query(
        "insert into disputes (number, alert, project, import, fields, statement, author, at, state,
                               answered_by, answered_at, answer, settled_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (number) do update set state = excluded.state,
             answered_by = excluded.answered_by, answered_at = excluded.answered_at,
             answer = excluded.answer, settled_by = excluded.settled_by",
    )
    .bind(dispute.number)
    .bind(&dispute.alert)
    .bind(&dispute.project)
    .bind(dispute.import)
    .bind(Json(&dispute.fields))
    .bind(&dispute.statement)
    .bind(&dispute.author)
    .bind(Timestamp(dispute.at))
    .bind(dispute.state)
    .bind(answer.map(|answer| answer.by.as_str()))
    .bind(answer.map(|answer| Timestamp(answer.at)))
    .bind(answer.map(|answer| answer.words.as_str()))
    .bind(dispute.settled_by)
    .run(connection, "a dispute")
    .await?;
    Ok(())
}

async fn select(connection: &mut Connection) -> Result<Vec<Dispute>, StoreError> {
    query_as(
        "select number, alert, project, import, fields, statement, author, at, state, answered_by,
                answered_at, answer, settled_by
         from disputes order by number",
    )
    .all(connection, "disputes")
    .await
}

impl FromRow for Dispute {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        let (by, words): (Option<Actor>, Option<String>) =
            (row.try_get("answered_by")?, row.try_get("answer")?);
        let at = row.optional_instant("answered_at")?;
        Ok(Self {
            number: row.try_get("number")?,
            alert: row.try_get("alert")?,
            project: row.try_get("project")?,
            import: row.try_get("import")?,
            fields: row.json("fields")?,
            statement: row.try_get("statement")?,
            author: row.try_get("author")?,
            at: row.instant("at")?,
            state: row.try_get("state")?,
            answer: by.zip(at).map(|(by, at)| RecordedAnswer {
                by,
                at,
                words: words.unwrap_or_default(),
            }),
            settled_by: row.try_get("settled_by")?,
        })
    }
}
