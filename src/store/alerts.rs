//! Alerts: the state in which the last cycle left each, and what every cycle did to them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use sqlx::SqliteConnection;
use sqlx::query_builder::Separated;

use super::Store;
use super::error::StoreError;
use super::error::reading;
use super::kept;
use super::scope::Visible;
use super::verdicts;
use crate::domain::alert::Alert;
use crate::domain::alert::AlertChange;
use crate::domain::alert::AlertState;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::subject::Subject;

/// `None` lets everything through.
#[derive(Clone, Debug, Default)]
pub struct AlertFilter {
    pub state: Option<AlertState>,
    pub level: Option<Level>,
    pub rule: Option<RuleId>,
    pub subject: Option<Subject>,
}

impl Store {
    /// Every alert ever raised, resolved ones included, by rule and subject: what `reconcile` takes.
    pub async fn standing_alerts(&self) -> Result<Vec<Alert>, StoreError> {
        let mut alerts = self.select_alerts(&AlertFilter::default(), None).await?;
        alerts.sort_by(|a, b| (&a.rule, &a.subject).cmp(&(&b.rule, &b.subject)));
        Ok(alerts)
    }

    /// The most serious first, then by rule and subject.
    pub async fn alerts(&self, filter: &AlertFilter) -> Result<Vec<Alert>, StoreError> {
        let mut alerts = self.select_alerts(filter, None).await?;
        alerts.sort_by(|a, b| {
            (Reverse(a.level), &a.rule, &a.subject).cmp(&(Reverse(b.level), &b.rule, &b.subject))
        });
        Ok(alerts)
    }

    pub async fn alert(&self, id: &AlertId) -> Result<Option<Alert>, StoreError> {
        Ok(self.select_alerts(&AlertFilter::default(), Some(id)).await?.into_iter().next())
    }

    /// Oldest first.
    pub async fn alert_history(
        &self,
        id: &AlertId,
    ) -> Result<Vec<(CycleNumber, AlertChange)>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        if !visible.has_alert(&mut transaction, id).await? {
            return Ok(vec![]);
        }
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "select cycle, body from alert_changes where alert = $1 order by cycle, position",
        )
        .bind(id.as_str())
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("alert changes"))?;
        let mut history: Vec<(CycleNumber, AlertChange)> = rows
            .into_iter()
            .map(|(cycle, body)| {
                Ok((CycleNumber(cycle), kept::to_json("alert_changes.body", &body)?))
            })
            .collect::<Result<_, StoreError>>()?;
        // Not how it went on from, or on to, a project that is another's.
        history.retain(|(_, change)| visible.words(&change.reason));
        let alerts = history.iter_mut().map(|(_, change)| &mut change.alert).collect();
        with_findings(&mut transaction, alerts).await?;
        Ok(history)
    }

    async fn select_alerts(
        &self,
        filter: &AlertFilter,
        id: Option<&AlertId>,
    ) -> Result<Vec<Alert>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut rows: Vec<AlertRow> = sqlx::query_as(
            "select id, rule, subject, state, level, since, updated_at, streak, stale, judged_in,
                    evidence, explanation, hidden_by
             from alerts
             where (cast($1 as text) is null or id = $1)
               and (cast($2 as text) is null or state = $2)
               and (cast($3 as text) is null or level = $3)
               and (cast($4 as text) is null or rule = $4)
               and (cast($5 as text) is null or subject = $5)",
        )
        .bind(id.map(AlertId::as_str))
        .bind(filter.state.map(AlertState::as_str))
        .bind(filter.level.map(Level::as_str))
        .bind(filter.rule.as_ref().map(RuleId::as_str))
        .bind(filter.subject.as_ref().map(Subject::to_string))
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("alerts"))?;
        rows.retain(|row| visible.subject_text(&row.subject));
        let mut alerts: Vec<Alert> =
            rows.into_iter().map(AlertRow::into_alert).collect::<Result<_, _>>()?;
        with_findings(&mut transaction, alerts.iter_mut().collect()).await?;
        Ok(alerts)
    }
}

/// What a cycle did to alerts that people wait to hear of.
pub(super) struct News<'a> {
    pub(super) cycle: CycleNumber,
    /// The name of a change: those after it are given.
    pub(super) after: &'a str,
    pub(super) limit: usize,
}

/// Those that are visible and that no other alert says already, by name: the alert, then the change.
pub(super) async fn news(
    connection: &mut SqliteConnection,
    visible: &Visible,
    News { cycle, after, limit }: News<'_>,
) -> Result<Vec<(String, AlertChange)>, StoreError> {
    let mut news: Vec<(String, AlertChange)> = Vec::new();
    let mut last = after.to_owned();
    while news.len() < limit {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "select alert || '/' || kind as name, body from alert_changes
             where cycle = $1 and alert || '/' || kind > $2
               and kind in ('raised', 'reopened', 'worsened', 'eased', 'released', 'resolved',
                            'retired', 'voided')
             order by name limit $3",
        )
        .bind(cycle.0)
        .bind(last.as_str())
        .bind(kept::count(limit))
        .fetch_all(&mut *connection)
        .await
        .map_err(reading("alert changes"))?;
        let Some((furthest, _)) = rows.last() else { break };
        last.clone_from(furthest);
        for (name, body) in rows {
            let change: AlertChange = kept::to_json("alert_changes.body", &body)?;
            let is_told = visible.subject(&change.alert.subject) && visible.words(&change.reason);
            if is_told && change.alert.hidden_by.is_none() {
                news.push((name, change));
            }
        }
    }
    news.truncate(limit);
    let alerts = news.iter_mut().map(|(_, change)| &mut change.alert).collect();
    with_findings(connection, alerts).await?;
    Ok(news)
}

/// Evidence and explanation are kept once, with the verdict.
pub(super) async fn with_findings(
    connection: &mut SqliteConnection,
    alerts: Vec<&mut Alert>,
) -> Result<(), StoreError> {
    let mut wanted: BTreeMap<(CycleNumber, RuleId), BTreeSet<Subject>> = BTreeMap::new();
    for alert in &alerts {
        if let Some(cycle) = alert.judged_in {
            let subjects = wanted.entry((cycle, alert.rule.clone())).or_default();
            subjects.insert(alert.subject.clone());
        }
    }
    let found = verdicts::findings(connection, &wanted).await?;
    for alert in alerts {
        let Some(cycle) = alert.judged_in else { continue };
        let of_rule = found.get(&(cycle, alert.rule.clone()));
        if let Some(finding) = of_rule.and_then(|of_rule| of_rule.get(&alert.subject)) {
            alert.evidence.clone_from(&finding.evidence);
            alert.explanation.clone_from(&finding.explanation);
        }
    }
    Ok(())
}

/// An alert that stands on a kept verdict, without what is kept with that verdict.
fn bare(alert: &Alert) -> Alert {
    match alert.judged_in {
        Some(_) => Alert { evidence: None, explanation: None, ..alert.clone() },
        None => alert.clone(),
    }
}

/// Alerts become what the changes say, and the changes are kept.
pub(super) async fn apply(
    connection: &mut SqliteConnection,
    cycle: CycleNumber,
    changes: &[AlertChange],
) -> Result<(), StoreError> {
    upsert(connection, changes).await?;
    append(connection, cycle, changes).await
}

async fn upsert(
    connection: &mut SqliteConnection,
    changes: &[AlertChange],
) -> Result<(), StoreError> {
    let head = "insert into alerts (id, rule, subject, project, ministry, state, level, since, \
                updated_at, streak, stale, judged_in, evidence, explanation, hidden_by) ";
    let tail = " on conflict (id) do update set state = excluded.state, level = excluded.level, \
                since = excluded.since, updated_at = excluded.updated_at, \
                streak = excluded.streak, stale = excluded.stale, \
                judged_in = excluded.judged_in, evidence = excluded.evidence, \
                explanation = excluded.explanation, hidden_by = excluded.hidden_by";
    let rows: Vec<(&Alert, Option<String>)> = changes
        .iter()
        .map(|AlertChange { alert, .. }| {
            let evidence = alert.evidence.as_ref().filter(|_| alert.judged_in.is_none());
            let evidence = evidence.map(|evidence| kept::from_json("evidence", evidence));
            Ok((alert, evidence.transpose()?))
        })
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_, _, _>, (alert, evidence): &(&Alert, Option<String>)| {
        row.push_bind(alert.id.as_str());
        row.push_bind(alert.rule.as_str());
        row.push_bind(alert.subject.to_string());
        row.push_bind(alert.subject.project().map(ProjectId::as_str));
        row.push_bind(alert.subject.ministry().map(MinistryCode::as_str));
        row.push_bind(alert.state.as_str());
        row.push_bind(alert.level.as_str());
        row.push_bind(alert.since.to_string());
        row.push_bind(kept::from_instant(alert.updated_at));
        row.push_bind(i64::from(alert.streak));
        row.push_bind(alert.stale);
        row.push_bind(alert.judged_in.map(|cycle| cycle.0));
        row.push_bind(evidence.as_deref());
        row.push_bind(alert.explanation.as_deref().filter(|_| alert.judged_in.is_none()));
        row.push_bind(alert.hidden_by.as_ref().map(RuleId::as_str));
    };
    kept::insert(connection, "alerts", (head, tail), &rows, bind).await
}

async fn append(
    connection: &mut SqliteConnection,
    cycle: CycleNumber,
    changes: &[AlertChange],
) -> Result<(), StoreError> {
    // None yet, unless the cycle is being made void.
    let first: i64 = sqlx::query_scalar(
        "select coalesce(max(position) + 1, 0) from alert_changes where cycle = $1",
    )
    .bind(cycle.0)
    .fetch_one(&mut *connection)
    .await
    .map_err(reading("alert changes"))?;
    let head = "insert into alert_changes (cycle, position, alert, kind, reason, body) ";
    let rows: Vec<(i64, &AlertChange, String)> = (first..)
        .zip(changes)
        .map(|(position, change)| {
            let AlertChange { alert, kind, from, reason, counterpart } = change;
            let (alert, kind, from) = (bare(alert), *kind, *from);
            let (reason, counterpart) = (reason.clone(), counterpart.clone());
            let kept = AlertChange { alert, kind, from, reason, counterpart };
            Ok((position, change, kept::from_json("an alert change", &kept)?))
        })
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_, _, _>, kept: &(i64, &AlertChange, String)| {
        let (position, change, body) = kept;
        row.push_bind(cycle.0);
        row.push_bind(*position);
        row.push_bind(change.alert.id.as_str());
        row.push_bind(change.kind.as_str());
        row.push_bind(change.reason.as_str());
        row.push_bind(body.as_str());
    };
    kept::insert(connection, "alert changes", (head, ""), &rows, bind).await
}

#[derive(sqlx::FromRow)]
pub(super) struct AlertRow {
    id: String,
    rule: String,
    subject: String,
    state: String,
    level: String,
    since: String,
    updated_at: String,
    streak: i64,
    stale: bool,
    judged_in: Option<i64>,
    evidence: Option<String>,
    explanation: Option<String>,
    hidden_by: Option<String>,
}

impl AlertRow {
    pub(super) fn into_alert(self) -> Result<Alert, StoreError> {
        let evidence = self.evidence.map(|text| kept::to_json("alerts.evidence", &text));
        Ok(Alert {
            id: AlertId::new(self.id),
            rule: RuleId::new(self.rule),
            subject: kept::to_subject("alerts.subject", &self.subject)?,
            state: kept::to_word("alerts.state", &self.state, "an alert's state", |text| {
                text.parse::<AlertState>().ok()
            })?,
            level: kept::to_word("alerts.level", &self.level, "a level", |text| {
                text.parse::<Level>().ok()
            })?,
            since: kept::to_date("alerts.since", &self.since)?,
            updated_at: kept::to_instant("alerts.updated_at", self.updated_at)?,
            streak: kept::to_u32("alerts.streak", self.streak)?,
            stale: self.stale,
            judged_in: self.judged_in.map(CycleNumber),
            evidence: evidence.transpose()?,
            explanation: self.explanation,
            hidden_by: self.hidden_by.map(RuleId::new),
        })
    }
}
