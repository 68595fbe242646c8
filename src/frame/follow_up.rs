//! Measures on the lists recorded per project: re-baselines, watch lists, milestones, contracts,
//! recommendations and declared causes. A project that a list never named has no measure from it.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::{
    DataType, Expr, IntoLazy, JoinArgs, JoinType, LazyFrame, NULL, SortMultipleOptions, col, len,
    lit, when,
};

use super::columns::{column, day};
use super::exact;
use crate::domain::level::Level;
use crate::domain::missions::review::{ReviewStanding, ReviewState};
use crate::domain::portfolio::follow_up::{Contract, WatchList};
use crate::domain::portfolio::published::Portfolio;

/// A milestone is late when it is this many days past its baseline date.
const LATE_DAYS: i32 = 30;

/// "The next six months".
const HALF_YEAR: Days = Days::new(182);

/// Vendor statuses, best first.
const VENDOR_STATUSES: [&str; 5] = ["nominal", "watched", "formal_notice", "failing", "terminated"];

/// Those of a vendor that fails its project.
const FAILING: [&str; 3] = ["formal_notice", "failing", "terminated"];

/// One frame per list, to be joined on `project_id`.
pub(super) fn measures(portfolio: &Portfolio, as_of: NaiveDate) -> PolarsResult<Vec<LazyFrame>> {
    Ok(vec![
        rebaselines(portfolio, as_of)?,
        watches(portfolio, as_of)?,
        milestones(portfolio, as_of)?,
        contracts(portfolio, as_of)?,
        recommendations(portfolio, as_of)?,
        causes(portfolio, as_of)?,
        reviews(portfolio, as_of)?,
    ])
}

fn count(predicate: Expr) -> Expr {
    predicate.fill_null(lit(false)).cast(DataType::Int64).sum()
}

fn rebaselines(portfolio: &Portfolio, as_of: NaiveDate) -> PolarsResult<LazyFrame> {
    let rows = &portfolio.rebaselines;
    let frame = DataFrame::new_infer_height(vec![
        column("project_id", rows.iter().map(|row| row.project.as_str()).collect::<Vec<_>>()),
        column("decided_on", rows.iter().map(|row| Some(row.decided_on)).collect::<Vec<_>>()),
        column("cost", rows.iter().map(|row| row.cost_meur).collect::<Vec<_>>()),
        column("duration", rows.iter().map(|row| row.duration_months).collect::<Vec<_>>()),
    ])?;
    Ok(frame
        .lazy()
        .filter(col("decided_on").lt_eq(day(as_of)))
        .sort(
            ["project_id", "decided_on"],
            SortMultipleOptions::default().with_maintain_order(true),
        )
        .group_by_stable([col("project_id")])
        .agg([
            len().cast(DataType::Int64).alias("rebaseline_count"),
            col("decided_on").last().alias("rebaselined_on"),
            col("cost").drop_nulls().last().alias("cost_decided"),
            col("duration").drop_nulls().last().alias("duration_decided"),
        ]))
}

/// Being on no list is a fact as soon as the lists were supplied, so every project gets an answer
/// from `projects`; here are those that a list names.
fn watches(portfolio: &Portfolio, as_of: NaiveDate) -> PolarsResult<LazyFrame> {
    let rows = &portfolio.watches;
    let frame = DataFrame::new_infer_height(vec![
        column("project_id", rows.iter().map(|row| row.project.as_str()).collect::<Vec<_>>()),
        column("watch", rows.iter().map(|row| row.watch.as_str()).collect::<Vec<_>>()),
        column("since", rows.iter().map(|row| Some(row.since)).collect::<Vec<_>>()),
        column("until", rows.iter().map(|row| row.until).collect::<Vec<_>>()),
    ])?;
    let mut measures: Vec<Expr> = WatchList::ALL
        .into_iter()
        .map(|watch| {
            let name = format!("watch_{}", watch.as_str());
            col("watch").eq(lit(watch.as_str())).any(true).alias(name.as_str())
        })
        .collect();
    measures.push(col("since").min().alias("listed_on"));
    Ok(frame
        .lazy()
        .filter(
            col("since")
                .lt_eq(day(as_of))
                .and(col("until").is_null().or(col("until").gt(day(as_of)))),
        )
        .group_by_stable([col("project_id")])
        .agg(measures))
}

fn milestones(portfolio: &Portfolio, as_of: NaiveDate) -> PolarsResult<LazyFrame> {
    let rows: Vec<_> = portfolio.milestones.iter().filter(|row| row.reported_on <= as_of).collect();
    let frame = DataFrame::new_infer_height(vec![
        column("project_id", rows.iter().map(|row| row.project.as_str()).collect::<Vec<_>>()),
        column("baseline_on", rows.iter().map(|row| Some(row.baseline_on)).collect::<Vec<_>>()),
        column("forecast_on", rows.iter().map(|row| row.forecast_on).collect::<Vec<_>>()),
        column("actual_on", rows.iter().map(|row| row.actual_on).collect::<Vec<_>>()),
        column("reported_on", rows.iter().map(|row| Some(row.reported_on)).collect::<Vec<_>>()),
    ])?;
    let horizon = as_of.checked_add_days(HALF_YEAR).unwrap_or(NaiveDate::MAX);
    let open = || col("actual_on").is_null();
    let ahead = || open().and(col("forecast_on").gt_eq(day(as_of)));
    let due = || col("baseline_on").lt_eq(day(as_of));
    // Reached, else forecast, else at best today.
    let expected = when(col("actual_on").is_not_null())
        .then(col("actual_on"))
        .when(col("forecast_on").gt(day(as_of)))
        .then(col("forecast_on"))
        .otherwise(day(as_of));
    let late = due().and(
        (expected.cast(DataType::Int32) - col("baseline_on").cast(DataType::Int32))
            .gt(lit(LATE_DAYS)),
    );
    Ok(frame.lazy().group_by_stable([col("project_id")]).agg([
        len().cast(DataType::Int64).alias("milestones_count"),
        count(ahead().and(col("forecast_on").lt_eq(day(horizon)))).alias("milestones_next_6m"),
        count(due()).alias("milestones_due"),
        count(late).alias("milestones_late"),
        col("forecast_on").filter(ahead()).min().alias("next_milestone_on"),
        col("reported_on").max().alias("milestones_on"),
    ]))
}

fn contracts(portfolio: &Portfolio, as_of: NaiveDate) -> PolarsResult<LazyFrame> {
    let rows: Vec<_> = portfolio.contracts.iter().filter(|row| row.reported_on <= as_of).collect();
    let rank_of = |status: &str| {
        VENDOR_STATUSES
            .iter()
            .position(|known| *known == status)
            .and_then(|rank| i64::try_from(rank).ok())
    };
    let frame = DataFrame::new_infer_height(vec![
        column("project_id", rows.iter().map(|row| row.project.as_str()).collect::<Vec<_>>()),
        column("notified_on", rows.iter().map(|row| row.notified_on).collect::<Vec<_>>()),
        column("end_on", rows.iter().map(|row| row.end_on).collect::<Vec<_>>()),
        column("ceiling", rows.iter().map(|row| row.ceiling_meur).collect::<Vec<_>>()),
        column("consumed", rows.iter().map(|row| row.consumed_meur).collect::<Vec<_>>()),
        column(
            "status",
            rows.iter()
                .map(|row| row.vendor_status.as_deref().and_then(rank_of))
                .collect::<Vec<_>>(),
        ),
        column("reported_on", rows.iter().map(|row| Some(row.reported_on)).collect::<Vec<_>>()),
    ])?;
    let mut worst = when(lit(false)).then(lit(NULL)).otherwise(lit(NULL)).cast(DataType::String);
    for (rank, status) in (0_i64..).zip(VENDOR_STATUSES) {
        worst = when(col("status").max().eq(lit(rank))).then(lit(status)).otherwise(worst);
    }
    let mut measures = vec![
        len().cast(DataType::Int64).alias("contracts_count"),
        col("notified_on").min().alias("first_contract_notified_on"),
        col("end_on").max().alias("contract_end_on"),
        worst.alias("vendor_status_worst"),
        col("reported_on").max().alias("contracts_on"),
    ];
    measures.extend(exact::parts("ceiling", &col("ceiling")));
    measures.extend(exact::parts("consumed", &col("consumed")));
    let grouped = frame.lazy().group_by_stable([col("project_id")]).agg(measures);
    Ok(grouped.with_column(len().eq(lit(1)).alias(exact::IS_ALONE)).select([
        col("project_id"),
        col("contracts_count"),
        col("first_contract_notified_on"),
        col("contract_end_on"),
        exact::sum("ceiling").alias("contracts_ceiling"),
        exact::sum("consumed").alias("contracts_consumed"),
        col("vendor_status_worst"),
        col("contracts_on"),
    ]))
}

fn recommendations(portfolio: &Portfolio, as_of: NaiveDate) -> PolarsResult<LazyFrame> {
    let rows = &portfolio.recommendations;
    let frame = DataFrame::new_infer_height(vec![
        column("project_id", rows.iter().map(|row| row.project.as_str()).collect::<Vec<_>>()),
        column("severity", rows.iter().map(|row| row.severity.as_str()).collect::<Vec<_>>()),
        column("issued_on", rows.iter().map(|row| Some(row.issued_on)).collect::<Vec<_>>()),
        column("due_on", rows.iter().map(|row| row.due_on).collect::<Vec<_>>()),
        column("closed_on", rows.iter().map(|row| row.closed_on).collect::<Vec<_>>()),
    ])?;
    let open = || col("closed_on").is_null().or(col("closed_on").gt(day(as_of)));
    let high = || open().and(col("severity").eq(lit("high")));
    Ok(frame
        .lazy()
        .filter(col("issued_on").lt_eq(day(as_of)))
        .group_by_stable([col("project_id")])
        .agg([
            count(open()).alias("recommendations_open"),
            count(high()).alias("recommendations_high_open"),
            col("issued_on").filter(high()).min().alias("oldest_high_recommendation_on"),
            col("due_on").filter(high()).min().alias("high_recommendation_due_on"),
        ]))
}

fn causes(portfolio: &Portfolio, as_of: NaiveDate) -> PolarsResult<LazyFrame> {
    let mut standing: BTreeMap<&str, BTreeMap<&str, Level>> = BTreeMap::new();
    for row in portfolio.declared_causes.iter().filter(|row| row.declared_on <= as_of) {
        let causes = standing.entry(row.project.as_str()).or_default();
        if row.lifted_on.is_none_or(|lifted_on| lifted_on > as_of) {
            let level = causes.entry(row.cause.as_str()).or_insert(row.level);
            *level = row.level.max(*level);
        }
    }
    let lists =
        standing.values().map(|causes| causes.keys().copied().collect::<Vec<_>>().join(" "));
    let levels = standing.values().map(|causes| {
        let worded = causes.iter().map(|(cause, level)| format!("{cause}:{}", level.as_str()));
        worded.collect::<Vec<_>>().join(" ")
    });
    let counts = standing.values().map(|causes| i64::try_from(causes.len()).ok());
    let frame = DataFrame::new_infer_height(vec![
        column("project_id", standing.keys().copied().collect::<Vec<_>>()),
        column("causes_declared", counts.collect::<Vec<_>>()),
        column("causes_declared_list", lists.collect::<Vec<_>>()),
        column("causes_declared_levels", levels.collect::<Vec<_>>()),
    ])?;
    Ok(frame.lazy())
}

/// How many vendors are under formal notice or worse on two projects at least as of each date, among the projects of
/// `listed` (`as_of`, `project_id`): one row per date, none where no contract of such a project is known.
pub(super) fn failing_vendors(
    portfolio: &Portfolio,
    listed: LazyFrame,
    dates: impl Iterator<Item = NaiveDate>,
) -> PolarsResult<LazyFrame> {
    let rows: Vec<(NaiveDate, &Contract)> = dates
        .flat_map(|as_of| {
            let reported = portfolio.contracts.iter().filter(move |row| row.reported_on <= as_of);
            reported.map(move |row| (as_of, row))
        })
        .collect();
    let fails = |status: Option<&str>| status.is_some_and(|status| FAILING.contains(&status));
    let frame = DataFrame::new_infer_height(vec![
        column("as_of", rows.iter().map(|(as_of, _)| Some(*as_of)).collect::<Vec<_>>()),
        column("project_id", rows.iter().map(|(_, row)| row.project.as_str()).collect::<Vec<_>>()),
        column("vendor", rows.iter().map(|(_, row)| row.vendor.as_str()).collect::<Vec<_>>()),
        column(
            "fails",
            rows.iter().map(|(_, row)| fails(row.vendor_status.as_deref())).collect::<Vec<_>>(),
        ),
    ])?;
    let projects = col("project_id").filter(col("fails")).n_unique();
    let of_project = [col("as_of"), col("project_id")];
    Ok(frame
        .lazy()
        .join(listed, &of_project, &of_project, JoinArgs::new(JoinType::Semi))
        .group_by_stable([col("as_of"), col("vendor")])
        .agg([projects.alias("projects")])
        .group_by_stable([col("as_of")])
        .agg([count(col("projects").gt_eq(lit(2))).alias("failing_vendors_count")]))
}

/// The store gives them as they stood on that day. A project has one review ahead at most.
fn reviews(portfolio: &Portfolio, as_of: NaiveDate) -> PolarsResult<LazyFrame> {
    let rows = &portfolio.reviews;
    let ahead = |row: &ReviewStanding| row.state == ReviewState::Planned;
    let frame = DataFrame::new_infer_height(vec![
        column("project_id", rows.iter().map(|row| row.project.as_str()).collect::<Vec<_>>()),
        column("held_on", rows.iter().map(|row| row.held_on).collect::<Vec<_>>()),
        column(
            "due_on",
            rows.iter().map(|row| ahead(row).then_some(row.due_on)).collect::<Vec<_>>(),
        ),
        column(
            "planned_on",
            rows.iter().map(|row| ahead(row).then_some(row.planned_on)).collect::<Vec<_>>(),
        ),
    ])?;
    let overdue = day(as_of).cast(DataType::Int64) - col("due_on").min().cast(DataType::Int64);
    Ok(frame.lazy().group_by_stable([col("project_id")]).agg([
        col("held_on").max().alias("last_review_on"),
        col("due_on").min().alias("review_due_on"),
        col("planned_on").min().alias("review_planned_on"),
        when(overdue.clone().lt(lit(0)))
            .then(lit(0))
            .otherwise(overdue)
            .alias("review_overdue_days"),
    ]))
}
