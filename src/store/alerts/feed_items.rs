//! What happened, newest first: cycles, what they did to alerts, what they and people did to missions,
//! and imports.

use std::cmp::Reverse;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::alert_records;
use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::alert::AlertChange;
use crate::domain::ids::CycleNumber;
use crate::domain::missions::mission::MissionChange;
use crate::domain::operation::cycle::CycleVoid;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::subject::Subject;
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::query_as;
use crate::store::db::sql_types::{Columns, Date, Json, Timestamp};
use crate::store::db::visibility::Visible;
use crate::store::imports::import_report::ImportSummary;
use crate::store::imports::project_logs::link_log;

/// Cycles looked at for one answer: a page may be short, and say that there are more.
const MOST: usize = 60;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedItem {
    pub place: FeedCursor,
    pub what: FeedContent,
}

/// Its place in the order of all: newest first, those of one instant by kind and name. The name distinguishes
/// what happened at one instant, and nothing of what is not shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FeedCursor {
    pub at: Reverse<DateTime<Utc>>,
    pub kind: FeedItemKind,
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedItemKind {
    Cycle,
    Alert,
    Mission,
    Import,
    Voided,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FeedContent {
    Cycle {
        number: CycleNumber,
        as_of: NaiveDate,
        edition: EditionId,
    },
    /// A cycle was made void.
    Voided {
        number: CycleNumber,
        as_of: NaiveDate,
        void: CycleVoid,
    },
    Alert {
        cycle: CycleNumber,
        change: AlertChange,
    },
    Mission(MissionChange),
    Import(ImportSummary),
}

/// Which ones: those after a place in the order, at or after an instant.
#[derive(Clone, Debug, Default)]
pub struct FeedQuery {
    pub after: Option<FeedCursor>,
    pub since: Option<DateTime<Utc>>,
    pub limit: usize,
}

/// Those of a stretch, and after which place to go on when there may be more.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedItems {
    pub found: Vec<FeedItem>,
    pub more_after: Option<FeedCursor>,
}

impl Store {
    pub async fn happenings(&self, stretch: &FeedQuery) -> Result<FeedItems, StoreError> {
        let imports = self.imports().await?;
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut cycles = cycles(&mut transaction, stretch).await?;
        // At that instant and before it, what happened is for another page.
        let mut floor = cycles.get(MOST).map(|cycle| cycle.at);
        cycles.truncate(MOST);
        let room = stretch.limit.saturating_add(1);
        let mut found: Vec<FeedItem> = Vec::new();
        let mut last = None;
        for CycleLine { number, as_of, edition, at } in cycles {
            if found.len() >= room && last != Some(at) {
                floor = Some(at);
                break;
            }
            last = Some(at);
            let place = |kind, name| FeedCursor { at: Reverse(at), kind, name };
            let what = FeedContent::Cycle { number, as_of, edition };
            let own = place(FeedItemKind::Cycle, number.to_string());
            found.extend(Some(FeedItem { place: own, what }).filter(|one| stretch.has(&one.place)));
            let first = place(FeedItemKind::Alert, String::new());
            let after = stretch.after.as_ref().unwrap_or(&first).max(&first);
            if after.at != first.at || after.kind != FeedItemKind::Alert {
                continue;
            }
            let news =
                alert_records::AlertNewsQuery { cycle: number, after: &after.name, limit: room };
            for (name, change) in alert_records::news(&mut transaction, &visible, news).await? {
                let place = place(FeedItemKind::Alert, name);
                found.push(FeedItem { place, what: FeedContent::Alert { cycle: number, change } });
            }
        }
        let upto = stretch.after.as_ref().map(|after| after.at.0);
        for (at, change) in mission_news(&mut transaction, &visible, (floor, upto)).await? {
            let name = format!("{}/{}", change.mission.id, change.mission.revision);
            let place = FeedCursor { at: Reverse(at), kind: FeedItemKind::Mission, name };
            found.push(FeedItem { place, what: FeedContent::Mission(change) });
        }
        for (number, as_of, void) in voided(&mut transaction, &visible).await? {
            let (at, name) = (Reverse(void.at), number.to_string());
            let place = FeedCursor { at, kind: FeedItemKind::Voided, name };
            found.push(FeedItem { place, what: FeedContent::Voided { number, as_of, void } });
        }
        for import in imports {
            let (at, name) = (Reverse(import.imported_at), import.number.to_string());
            let place = FeedCursor { at, kind: FeedItemKind::Import, name };
            found.push(FeedItem { place, what: FeedContent::Import(import) });
        }
        found.retain(|one| {
            stretch.has(&one.place) && floor.is_none_or(|floor| one.place.at.0 > floor)
        });
        Ok(stretch.page(found, floor))
    }
}

impl FeedQuery {
    fn has(&self, place: &FeedCursor) -> bool {
        self.after.as_ref().is_none_or(|after| after < place)
            && self.since.is_none_or(|since| since <= place.at.0)
    }

    /// `floor` is where what was found ends, when it is not all.
    fn page(&self, mut found: Vec<FeedItem>, floor: Option<DateTime<Utc>>) -> FeedItems {
        found.sort_by(|a, b| a.place.cmp(&b.place));
        let is_long = found.len() > self.limit;
        found.truncate(self.limit);
        let at_floor = |end| FeedCursor {
            at: Reverse(end),
            kind: FeedItemKind::Cycle,
            // Before any other.
            name: String::new(),
        };
        let more_after = match found.last() {
            Some(last) if is_long => Some(last.place.clone()),
            Some(_) | None => floor.map(at_floor),
        };
        FeedItems { found, more_after }
    }
}

struct CycleLine {
    number: CycleNumber,
    as_of: NaiveDate,
    edition: EditionId,
    at: DateTime<Utc>,
}

/// Newest first; one more than is looked at.
async fn cycles(
    connection: &mut Connection,
    stretch: &FeedQuery,
) -> Result<Vec<CycleLine>, StoreError> {
    query_as(
        // Of a void one, the clock may have been ahead: it ran before it was made void.
        "select number, as_of, edition, ran_at from (
             select number, as_of, edition,
                    case when voided_at < started_at then voided_at else started_at end as ran_at
             from cycles) as runs
         where (cast($1 as text) is null or ran_at <= $1)
           and (cast($2 as text) is null or ran_at >= $2)
         order by ran_at desc, number desc limit $3",
    )
    .bind(stretch.after.as_ref().map(|after| Timestamp(after.at.0)))
    .bind(stretch.since.map(Timestamp))
    .bind(columns::count(MOST.saturating_add(1)))
    .all(connection, "cycles")
    .await
}

impl FromRow for CycleLine {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get("number")?,
            as_of: row.day("as_of")?,
            edition: row.try_get("edition")?,
            at: row.instant("ran_at")?,
        })
    }
}

/// Cycles that were made void; few, if any.
async fn voided(
    connection: &mut Connection,
    visible: &Visible,
) -> Result<Vec<(CycleNumber, NaiveDate, CycleVoid)>, StoreError> {
    let rows: Vec<(CycleNumber, Date, Timestamp, Actor, String)> = query_as(
        "select number, as_of, voided_at, voided_by, voided_reason from cycles
         where voided_at is not null",
    )
    .all(connection, "cycles")
    .await?;
    let voided = |(number, Date(as_of), Timestamp(at), by, reason): (_, _, _, _, String)| {
        let reason = if visible.words(&reason) { reason } else { String::new() };
        (number, as_of, CycleVoid { at, by, reason })
    };
    Ok(rows.into_iter().map(voided).collect())
}

/// What cycles and people did to missions that people wait to hear of, and when: of those that are
/// visible, under the subjects that they count for now. After an instant, up to another.
async fn mission_news(
    connection: &mut Connection,
    visible: &Visible,
    (after, upto): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) -> Result<Vec<(DateTime<Utc>, MissionChange)>, StoreError> {
    let rows: Vec<(Timestamp, Json<MissionChange>)> = query_as(
        "select at, body from (
             select case when voided_at < mission_changes.at then voided_at
                         else mission_changes.at end as at,
                    mission_changes.body, mission_changes.kind
             from mission_changes left join cycles on cycles.number = mission_changes.cycle) as changes
         where (cast($1 as text) is null or at > $1) and (cast($2 as text) is null or at <= $2)
           and kind in ('proposed', 'opened', 'accepted', 'declined', 'withdrawn', 'started',
                        'closed')",
    )
    .bind(after.map(Timestamp))
    .bind(upto.map(Timestamp))
    .all(&mut *connection, "mission changes")
    .await?;
    let links = link_log::links(connection, i64::MAX).await?;
    let alerts = visible.alerts(connection).await?;
    let mut news = Vec::new();
    for (Timestamp(at), Json(mut change)) in rows {
        if !visible.subject(&change.mission.subject) || !visible.words(&change.reason) {
            continue;
        }
        if let Subject::Project(project) = &change.mission.subject {
            change.mission.subject = Subject::Project(links.resolve(project).clone());
        }
        change.mission.alerts.retain(|alert| alerts.contains(alert));
        news.push((at, change));
    }
    Ok(news)
}
