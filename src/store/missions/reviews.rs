//! Reviews: the state in which the calendar and people left each, and what each of them did.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::ReviewId;
use crate::domain::missions::review::{Review, ReviewChange, ReviewStanding};
use crate::store::audit::{audit_records, audit_trail};
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Date, Json, Timestamp};
use crate::store::db::visibility::Visible;
use crate::store::imports::project_logs::link_log;
use crate::store::imports::project_logs::link_log::Links;

/// One line of a review's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReviewEntry {
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub change: ReviewChange,
}

impl Store {
    /// By date, then project, each with the instant of its last change; under the projects that theirs
    /// have become.
    pub async fn reviews(&self) -> Result<Vec<(Review, DateTime<Utc>)>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        select(&mut transaction, &visible).await
    }

    /// Oldest first.
    pub async fn review_history(&self, id: &ReviewId) -> Result<Vec<ReviewEntry>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        if !visible.has_review(&mut transaction, id).await? {
            return Ok(vec![]);
        }
        let mut history: Vec<ReviewEntry> =
            query_as("select at, body from review_changes where review = $1 order by number")
                .bind(id)
                .all(&mut *transaction, "review changes")
                .await?;
        history.retain(|one| visible.project(&one.change.review.project));
        Ok(history)
    }

    /// Decides on the reviews as they stand, and writes the changes and their deeds, in one transaction.
    /// They count from `day` on.
    ///
    /// # Errors
    ///
    /// What `decide` fails with, or a change is about a project that the handle does not show.
    pub async fn change_reviews<E: From<StoreError>>(
        &self,
        (day, at): (NaiveDate, DateTime<Utc>),
        decide: impl FnOnce(&[Review]) -> Result<Vec<ReviewChange>, E>,
    ) -> Result<Vec<ReviewChange>, E> {
        let mut transaction = self.begin_write().await?;
        let visible = self.visible(&mut transaction).await?;
        let known: Vec<Review> = select(&mut transaction, &visible)
            .await?
            .into_iter()
            .map(|(review, _)| review)
            .collect();
        let changes = decide(&known)?;
        let mut deeds = Vec::with_capacity(changes.len());
        for change in &changes {
            if !visible.project(&change.review.project) {
                let what = "a review of another ministry's project";
                return Err(StoreError::BeyondScope { what }.into());
            }
            let before = known.iter().find(|review| review.id == change.review.id);
            deeds.push(audit_records::of_review(before, change)?);
            write(&mut transaction, (day, at), change).await?;
        }
        audit_trail::append(&mut transaction, at, &deeds).await?;
        end(transaction).await?;
        Ok(changes)
    }
}

pub(in crate::store) async fn last_review(connection: &mut Connection) -> Result<i64, StoreError> {
    query_scalar("select coalesce(max(number), 0) from review_changes")
        .one(connection, "review changes")
        .await
}

/// As the changes up to a number that count from a day or before it left them; by project, then date.
pub(in crate::store) async fn standing(
    connection: &mut Connection,
    (last, as_of): (i64, NaiveDate),
    links: &Links,
) -> Result<Vec<ReviewStanding>, StoreError> {
    let changes: Vec<Json<ReviewChange>> = query_scalar(
        "select body from review_changes where number <= $1 and day <= $2 order by number",
    )
    .bind(last)
    .bind(Date(as_of))
    .all(connection, "review changes")
    .await?;
    let mut reviews: BTreeMap<ReviewId, Review> = BTreeMap::new();
    for Json(change) in changes {
        reviews.insert(change.review.id.clone(), change.review);
    }
    let mut standing: Vec<ReviewStanding> = reviews
        .into_values()
        .map(|review| ReviewStanding {
            project: links.resolve(&review.project).clone(),
            state: review.state,
            due_on: review.due_on,
            planned_on: review.planned_on,
            held_on: review.minutes.map(|minutes| minutes.held_on),
        })
        .collect();
    standing.sort_by(|a, b| {
        (&a.project, a.planned_on, a.due_on).cmp(&(&b.project, b.planned_on, b.due_on))
    });
    Ok(standing)
}

async fn select(
    connection: &mut Connection,
    visible: &Visible,
) -> Result<Vec<(Review, DateTime<Utc>)>, StoreError> {
    let rows: Vec<(Json<Review>, Timestamp)> =
        query_as("select body, changed_at from reviews").all(&mut *connection, "reviews").await?;
    let links = link_log::links(connection, i64::MAX).await?;
    let mut reviews = Vec::with_capacity(rows.len());
    for (Json(mut review), Timestamp(changed_at)) in rows {
        review.project = links.resolve(&review.project).clone();
        if !visible.project(&review.project) {
            continue;
        }
        reviews.push((review, changed_at));
    }
    reviews.sort_by(|(a, _), (b, _)| {
        (a.planned_on, a.starts_at, &a.project, &a.id).cmp(&(
            b.planned_on,
            b.starts_at,
            &b.project,
            &b.id,
        ))
    });
    Ok(reviews)
}

async fn write(
    connection: &mut Connection,
    (day, at): (NaiveDate, DateTime<Utc>),
    change: &ReviewChange,
) -> Result<(), StoreError> {
    let review = &change.review;
    query(
        "insert into reviews (id, project, ministry, due_on, planned_on, state, revision, changed_at,
                              body)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (id) do update set due_on = excluded.due_on,
             planned_on = excluded.planned_on, state = excluded.state,
             revision = excluded.revision, changed_at = excluded.changed_at, body = excluded.body",
    )
    .bind(&review.id)
    .bind(&review.project)
    .bind(&review.ministry)
    .bind(Date(review.due_on))
    .bind(Date(review.planned_on))
    .bind(review.state)
    .bind(i64::from(review.revision))
    .bind(Timestamp(at))
    .bind(Json(review))
    .run(&mut *connection, "reviews")
    .await?;
    let number = last_review(connection).await? + 1;
    query(
        "insert into review_changes (number, review, day, at, actor, kind, reason, body)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(number)
    .bind(&review.id)
    .bind(Date(day))
    .bind(Timestamp(at))
    .bind(change.by.as_ref())
    .bind(change.kind)
    .bind(&change.reason)
    .bind(Json(change))
    .run(connection, "review changes")
    .await?;
    Ok(())
}

impl FromRow for ReviewEntry {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self { at: row.instant("at")?, change: row.json("body")? })
    }
}
