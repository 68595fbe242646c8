//! Alerts: the state in which the last cycle left each, and what every cycle did to them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::alerts::alert::{Alert, AlertChange, AlertState};
use crate::domain::ids::{AlertId, CycleNumber, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::store::cycles::verdicts;
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{Builder, Separated, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Date, Json, Timestamp};
use crate::store::db::visibility::Visible;

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

    /// The same without evidence and explanations, which are stored with verdicts and take most of the time to read.
    pub async fn alerts_in_brief(&self) -> Result<Vec<Alert>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut alerts = select(&mut transaction, &visible, &AlertFilter::default(), None).await?;
        alerts.sort_by(|a, b| (&a.rule, &a.subject).cmp(&(&b.rule, &b.subject)));
        Ok(alerts)
    }

    /// The rule of each of these alerts.
    pub async fn rules_of_alerts(
        &self,
        ids: &BTreeSet<&AlertId>,
    ) -> Result<BTreeMap<AlertId, RuleId>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut rows: Vec<(AlertId, RuleId, Subject)> = Vec::new();
        for some in columns::chunks(&Vec::from_iter(ids)) {
            let mut statement = Builder::new("select id, rule, subject from alerts where id in (");
            let mut wanted = statement.separated();
            for id in some {
                wanted.push_bind(id);
            }
            statement.push(")");
            rows.extend(statement.query_as().all(&mut *transaction, "alerts").await?);
        }
        let shown = rows.into_iter().filter(|(_, _, subject)| visible.subject(subject));
        Ok(shown.map(|(id, rule, _)| (id, rule)).collect())
    }

    /// Fills in the evidence and the explanations of some of them.
    pub async fn explain_alerts(&self, alerts: Vec<&mut Alert>) -> Result<(), StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let shown = alerts.into_iter().filter(|alert| visible.subject(&alert.subject));
        with_findings(&mut transaction, shown.collect()).await
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
        let rows: Vec<(CycleNumber, Json<AlertChange>)> = query_as(
            "select cycle, body from alert_changes where alert = $1 order by cycle, position",
        )
        .bind(id)
        .all(&mut *transaction, "alert changes")
        .await?;
        let mut history: Vec<(CycleNumber, AlertChange)> =
            rows.into_iter().map(|(cycle, Json(change))| (cycle, change)).collect();
        // Not how it went on from, or on to, a project that is another's.
        history.retain(|(_, change)| visible.words(&change.reason));
        let alerts = history.iter_mut().map(|(_, change)| &mut change.alert).collect();
        with_findings(&mut transaction, alerts).await?;
        Ok(history)
    }

    /// Every alert as it was before a cycle, by rule and subject: what `reconcile` took then.
    pub async fn alerts_before(&self, cycle: CycleNumber) -> Result<Vec<Alert>, StoreError> {
        self.check_whole("the decisions of a cycle")?;
        let mut transaction = self.begin_read().await?;
        let rows: Vec<Json<AlertChange>> = query_scalar(
            "select body from (
                 select body, row_number() over (partition by alert order by cycle desc, position desc) as age
                 from alert_changes where cycle < $1) as changes
             where age = 1",
        )
        .bind(cycle)
        .all(&mut *transaction, "alert changes")
        .await?;
        let mut alerts: Vec<Alert> = rows.into_iter().map(|Json(change)| change.alert).collect();
        with_findings(&mut transaction, alerts.iter_mut().collect()).await?;
        alerts.sort_by(|a, b| (&a.rule, &a.subject).cmp(&(&b.rule, &b.subject)));
        Ok(alerts)
    }

    /// What a cycle decided on alerts when it was committed, in its order: not what undid it later. Without
    /// the evidence and explanations that are stored with verdicts.
    pub async fn decisions_of(&self, cycle: CycleNumber) -> Result<Vec<AlertChange>, StoreError> {
        self.check_whole("the decisions of a cycle")?;
        let rows: Vec<Json<AlertChange>> = query_scalar(
            "select body from alert_changes where cycle = $1 and kind <> 'voided' order by position",
        )
        .bind(cycle)
        .all(self.readers()?, "alert changes")
        .await?;
        Ok(rows.into_iter().map(|Json(change)| change).collect())
    }

    async fn select_alerts(
        &self,
        filter: &AlertFilter,
        id: Option<&AlertId>,
    ) -> Result<Vec<Alert>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut alerts = select(&mut transaction, &visible, filter, id).await?;
        with_findings(&mut transaction, alerts.iter_mut().collect()).await?;
        Ok(alerts)
    }
}

/// Visible alerts, without what is stored with verdicts.
async fn select(
    connection: &mut Connection,
    visible: &Visible,
    filter: &AlertFilter,
    id: Option<&AlertId>,
) -> Result<Vec<Alert>, StoreError> {
    let mut alerts: Vec<Alert> = query_as(
        "select * from alerts
         where (cast($1 as text) is null or id = $1)
           and (cast($2 as text) is null or state = $2)
           and (cast($3 as text) is null or level = $3)
           and (cast($4 as text) is null or rule = $4)
           and (cast($5 as text) is null or subject = $5)",
    )
    .bind(id)
    .bind(filter.state)
    .bind(filter.level)
    .bind(filter.rule.as_ref())
    .bind(filter.subject.as_ref())
    .all(connection, "alerts")
    .await?;
    alerts.retain(|alert| visible.subject(&alert.subject));
    Ok(alerts)
}

/// What a cycle did to alerts that people wait to hear of.
pub(in crate::store) struct AlertNewsQuery<'a> {
    pub(in crate::store) cycle: CycleNumber,
    /// The name of a change: those after it are given.
    pub(in crate::store) after: &'a str,
    pub(in crate::store) limit: usize,
}

/// Those that are visible and that no other alert says already, by name: the alert, then the change.
pub(in crate::store) async fn news(
    connection: &mut Connection,
    visible: &Visible,
    AlertNewsQuery { cycle, after, limit }: AlertNewsQuery<'_>,
) -> Result<Vec<(String, AlertChange)>, StoreError> {
    let mut news: Vec<(String, AlertChange)> = Vec::new();
    let mut last = after.to_owned();
    while news.len() < limit {
        let rows: Vec<(String, Json<AlertChange>)> = query_as(
            "select alert || '/' || kind as name, body from alert_changes
             where cycle = $1 and alert || '/' || kind > $2
               and kind in ('raised', 'reopened', 'worsened', 'new_fact', 'eased', 'released', 'resolved',
                            'retired', 'voided')
             order by name limit $3",
        )
        .bind(cycle)
        .bind(&last)
        .bind(columns::count(limit))
        .all(&mut *connection, "alert changes")
        .await?;
        let Some((furthest, _)) = rows.last() else { break };
        last.clone_from(furthest);
        for (name, Json(change)) in rows {
            let is_shown = visible.subject(&change.alert.subject) && visible.words(&change.reason);
            if is_shown && change.alert.hidden_by.is_none() {
                news.push((name, change));
            }
        }
    }
    news.truncate(limit);
    let alerts = news.iter_mut().map(|(_, change)| &mut change.alert).collect();
    with_findings(connection, alerts).await?;
    Ok(news)
}

/// Fills in evidence and explanation, which are stored once, with the verdict.
pub(in crate::store) async fn with_findings(
    connection: &mut Connection,
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

/// Alerts become what the changes say, and the changes are recorded.
pub(in crate::store) async fn apply(
    connection: &mut Connection,
    cycle: CycleNumber,
    changes: &[AlertChange],
) -> Result<(), StoreError> {
    upsert(connection, changes).await?;
    append(connection, cycle, changes).await
}

/// An alert with its columns of JSON.
struct AlertRow<'a> {
    alert: &'a Alert,
    evidence: Option<String>,
    references: Option<String>,
    facts: Option<String>,
}

async fn upsert(connection: &mut Connection, changes: &[AlertChange]) -> Result<(), StoreError> {
    let head = "insert into alerts (id, rule, subject, project, ministry, state, level, since, \
                updated_at, streak, stale, judged_in, evidence, explanation, hidden_by, fact_references, \
                facts) ";
    let tail = " on conflict (id) do update set state = excluded.state, level = excluded.level, \
                since = excluded.since, updated_at = excluded.updated_at, \
                streak = excluded.streak, stale = excluded.stale, \
                judged_in = excluded.judged_in, evidence = excluded.evidence, \
                explanation = excluded.explanation, hidden_by = excluded.hidden_by, \
                fact_references = excluded.fact_references, facts = excluded.facts";
    let rows: Vec<AlertRow<'_>> = changes
        .iter()
        .map(|AlertChange { alert, .. }| {
            let evidence = alert.evidence.as_ref().filter(|_| alert.judged_in.is_none());
            let evidence = evidence.map(|evidence| columns::to_json("evidence", evidence));
            let references = (!alert.references.is_empty())
                .then(|| columns::to_json("references of facts", &alert.references));
            let facts =
                (!alert.facts.is_empty()).then(|| columns::to_json("new facts", &alert.facts));
            Ok(AlertRow {
                alert,
                evidence: evidence.transpose()?,
                references: references.transpose()?,
                facts: facts.transpose()?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_>, bound: &AlertRow<'_>| {
        let AlertRow { alert, evidence, references, facts } = bound;
        row.push_bind(&alert.id);
        row.push_bind(&alert.rule);
        row.push_bind(&alert.subject);
        row.push_bind(alert.subject.project());
        row.push_bind(alert.subject.ministry());
        row.push_bind(alert.state);
        row.push_bind(alert.level);
        row.push_bind(Date(alert.since));
        row.push_bind(Timestamp(alert.updated_at));
        row.push_bind(i64::from(alert.streak));
        row.push_bind(alert.stale);
        row.push_bind(alert.judged_in);
        row.push_bind(evidence.as_deref());
        row.push_bind(alert.explanation.as_deref().filter(|_| alert.judged_in.is_none()));
        row.push_bind(alert.hidden_by.as_ref());
        row.push_bind(references.as_deref());
        row.push_bind(facts.as_deref());
    };
    columns::insert(connection, "alerts", (head, tail), &rows, bind).await
}

async fn append(
    connection: &mut Connection,
    cycle: CycleNumber,
    changes: &[AlertChange],
) -> Result<(), StoreError> {
    // None yet, unless the cycle is being made void.
    let first: i64 =
        query_scalar("select coalesce(max(position) + 1, 0) from alert_changes where cycle = $1")
            .bind(cycle)
            .one(&mut *connection, "alert changes")
            .await?;
    let head = "insert into alert_changes (cycle, position, alert, kind, reason, body) ";
    let rows: Vec<(i64, &AlertChange, String)> = (first..)
        .zip(changes)
        .map(|(position, change)| {
            let AlertChange { alert, kind, from, reason, counterpart } = change;
            let (alert, kind, from) = (alert.bare(), *kind, *from);
            let (reason, counterpart) = (reason.clone(), counterpart.clone());
            let stored = AlertChange { alert, kind, from, reason, counterpart };
            Ok((position, change, columns::to_json("an alert change", &stored)?))
        })
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_>, row_of: &(i64, &AlertChange, String)| {
        let (position, change, body) = row_of;
        row.push_bind(cycle);
        row.push_bind(*position);
        row.push_bind(&change.alert.id);
        row.push_bind(change.kind);
        row.push_bind(&change.reason);
        row.push_bind(body);
    };
    columns::insert(connection, "alert changes", (head, ""), &rows, bind).await
}

impl FromRow for Alert {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            rule: row.try_get("rule")?,
            subject: row.try_get("subject")?,
            state: row.try_get("state")?,
            level: row.try_get("level")?,
            since: row.day("since")?,
            updated_at: row.instant("updated_at")?,
            streak: row.small_count("streak")?,
            stale: row.try_get("stale")?,
            judged_in: row.try_get("judged_in")?,
            evidence: row.optional_json("evidence")?,
            explanation: row.try_get("explanation")?,
            hidden_by: row.try_get("hidden_by")?,
            references: row.optional_json("fact_references")?.unwrap_or_default(),
            facts: row.optional_json("facts")?.unwrap_or_default(),
        })
    }
}
