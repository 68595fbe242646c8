//! Campaigns of the questionnaire, as people plan them: a log, so that past cycles know what they knew.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::json;

use crate::domain::accounts::audit::ActionContext;
use crate::domain::portfolio::campaign::{Campaign, CampaignEntry};
use crate::domain::portfolio::edition::EditionId;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Date, Timestamp};

impl Store {
    /// Plans the campaign of an edition, or gives it other dates; without dates, calls it off. Gives the entry's number.
    ///
    /// # Errors
    ///
    /// There is no campaign to call off, or the handle does not see the whole State.
    pub async fn plan_campaign(
        &self,
        edition: EditionId,
        dates: Option<(NaiveDate, NaiveDate)>,
        act: &ActionContext,
    ) -> Result<i64, StoreError> {
        self.check_whole("campaigns of the questionnaire")?;
        let mut transaction = self.begin_write().await?;
        let entries = log(&mut transaction, i64::MAX).await?;
        let former = entries.iter().rev().find(|entry| entry.edition == edition);
        let former = former.and_then(CampaignEntry::campaign);
        if dates.is_none() && former.is_none() {
            return Err(StoreError::NoCampaign { edition });
        }
        let number = entries.last().map_or(0, |entry| entry.number) + 1;
        let (opens_on, closes_on) = dates.unzip();
        query(
            "insert into campaign_log (number, edition, opens_on, closes_on, reason, actor, at)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(number)
        .bind(edition)
        .bind(opens_on.map(Date))
        .bind(closes_on.map(Date))
        .bind(&act.reason)
        .bind(&act.actor)
        .bind(Timestamp(act.at))
        .run(&mut *transaction, "the log of campaigns")
        .await?;
        if dates.is_none() {
            take_back_messages(&mut transaction, edition).await?;
        }
        let action = if dates.is_some() { "campaign_planned" } else { "campaign_cancelled" };
        let was = former.map(|one| json!({ "opens_on": one.opens_on, "closes_on": one.closes_on }));
        let became = json!({ "opens_on": opens_on, "closes_on": closes_on, "entry": number });
        let mut deed = act.deed(action, format!("campaign/{edition}")).became(&became);
        if let Some(was) = was {
            deed = deed.was(&was);
        }
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        Ok(number)
    }

    /// The campaigns that stand, by edition.
    pub async fn campaigns(&self) -> Result<Vec<Campaign>, StoreError> {
        let mut transaction = self.begin_read().await?;
        standing(&mut transaction, i64::MAX).await
    }
}

/// What is written of a campaign and has not left.
async fn take_back_messages(
    connection: &mut Connection,
    edition: EditionId,
) -> Result<(), StoreError> {
    query(
        "delete from notices where state = 'waiting' and leased_until is null and thread like $1",
    )
    .bind(format!("campaign/{edition}/%"))
    .run(connection, "notices")
    .await?;
    Ok(())
}

pub(in crate::store) async fn last_campaign(
    connection: &mut Connection,
) -> Result<i64, StoreError> {
    query_scalar("select coalesce(max(number), 0) from campaign_log")
        .one(connection, "the log of campaigns")
        .await
}

/// The campaigns that stand after an entry of the log, by edition.
pub(in crate::store) async fn standing(
    connection: &mut Connection,
    last: i64,
) -> Result<Vec<Campaign>, StoreError> {
    let entries = log(connection, last).await?;
    let of_each: BTreeMap<EditionId, Option<Campaign>> =
        entries.iter().map(|entry| (entry.edition, entry.campaign())).collect();
    Ok(of_each.into_values().flatten().collect())
}

/// The editions that ever had a campaign up to an entry of the log, called off or not.
pub(in crate::store) async fn editions(
    connection: &mut Connection,
    last: i64,
) -> Result<BTreeSet<EditionId>, StoreError> {
    Ok(log(connection, last).await?.iter().map(|entry| entry.edition).collect())
}

async fn log(connection: &mut Connection, last: i64) -> Result<Vec<CampaignEntry>, StoreError> {
    query_as(
        "select number, edition, opens_on, closes_on, reason, actor, at from campaign_log
         where number <= $1 order by number",
    )
    .bind(last)
    .all(connection, "the log of campaigns")
    .await
}

impl FromRow for CampaignEntry {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get("number")?,
            edition: row.try_get("edition")?,
            opens_on: row.optional_day("opens_on")?,
            closes_on: row.optional_day("closes_on")?,
            reason: row.try_get("reason")?,
            by: row.try_get("actor")?,
            at: row.instant("at")?,
        })
    }
}
