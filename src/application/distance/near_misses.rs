//! The verdicts that are near a more serious level.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::application::queries::table_rows::TableRow;
use crate::application::queries::{names, table_rows, view};
use crate::application::{ApplicationError, Services};
use crate::domain::ids::{MinistryCode, ProjectId, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::distance::{ComparedQuantity, LevelChange, Nearness};
use crate::rules::{NearMiss, Rule};

/// Near, where nothing is said: a tenth of the limit for figures, two points for rates.
pub const USUAL_NEARNESS: Nearness = Nearness { share: 0.1, points: 0.02 };

/// A verdict that one near limit separates from a more serious level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NearMissLine {
    pub rule: RuleId,
    /// In French.
    pub rule_title: String,
    pub subject: Subject,
    /// The name of the project as last published, of the ministry, or of the portfolio.
    pub subject_name: String,
    /// Code of the subject's ministry.
    pub ministry: Option<MinistryCode>,
    /// The level of now.
    pub level: Level,
    /// The nearest change of one figure that makes it more serious.
    pub next_level: LevelChange,
    /// Distance to the limit: of rates in points (0.02 is 2 points), of other figures as a share of the limit.
    pub distance: f64,
}

/// The near misses of the rules that open alerts, as of a date, today by default: the most serious level first, then the nearest.
/// A reader of some ministries gets their projects and their totals, and nothing of the whole portfolio.
///
/// # Errors
/// When no edition is known at that date, or when the data or the rules cannot be read.
pub async fn near_misses(
    services: &Services,
    as_of: Option<NaiveDate>,
    near: Nearness,
) -> Result<Vec<NearMissLine>, ApplicationError> {
    let (known, rules) = view::measurable(services, as_of).await?;
    let directory = names::directory(services).await?;
    let is_whole = services.store.scope().is_whole();
    let limits = services.limits;
    tokio::task::spawn_blocking(move || {
        let find = || -> Result<Arc<[NearMiss]>, ApplicationError> {
            let frames = known.frames(&rules)?;
            let compiled = rules.compiled(&limits);
            let opens_alerts = |rule: &Rule| rule.status.opens_alerts();
            let mut found =
                compiled.catalogue.near_misses(&frames, known.as_of, near, opens_alerts);
            let settled = settled(&frames.projects)?;
            found.retain(|one| !one.subject.project().is_some_and(|id| settled.contains(id)));
            Ok(found.into())
        };
        let is_usual = near == USUAL_NEARNESS;
        let found = if is_usual { known.usual_near_misses(&rules, find)? } else { find()? };
        let seen = found.iter().filter(|one| is_whole || one.subject != Subject::Portfolio);
        let line = |one: NearMiss| {
            let compared = one.change.compared.as_ref();
            let distance = compared.and_then(|quantity| {
                if quantity.is_rate { Some(quantity.gap) } else { quantity.share() }
            });
            NearMissLine {
                rule_title: directory.rule_title(&one.rule),
                subject_name: directory.name(&one.subject),
                ministry: names::ministry_of(&directory, &one.subject),
                distance: distance.unwrap_or_default(),
                rule: one.rule,
                subject: one.subject,
                level: one.level,
                next_level: one.change,
            }
        };
        let mut lines: Vec<NearMissLine> = seen.cloned().map(line).collect();
        // As a share of the limit, so that rates and figures compare.
        let share = |of: &NearMissLine| {
            let compared = of.next_level.compared.as_ref();
            compared.and_then(ComparedQuantity::share).unwrap_or(f64::MAX)
        };
        lines.sort_by(|one, other| {
            let level = Reverse(one.next_level.level).cmp(&Reverse(other.next_level.level));
            level
                .then_with(|| share(one).total_cmp(&share(other)))
                .then_with(|| (&one.rule, &one.subject).cmp(&(&other.rule, &other.subject)))
        });
        Ok(lines)
    })
    .await?
}

/// The projects whose figures move no more: those that left the panorama, are completed or were stopped.
fn settled(projects: &DataFrame) -> Result<BTreeSet<ProjectId>, ApplicationError> {
    let columns =
        projects.select(["project_id", "has_left", "phase"]).map_err(ApplicationError::Table)?;
    let is_settled = |row: &TableRow| {
        let phase = row.get("phase").and_then(Json::as_str);
        row.get("has_left").and_then(Json::as_bool) == Some(true)
            || [Phase::Completed, Phase::Stopped].iter().any(|one| phase == Some(one.as_str()))
    };
    let rows = table_rows::rows(&columns)?.into_iter().filter(is_settled);
    Ok(rows.filter_map(|row| Some(ProjectId::new(row.get("project_id")?.as_str()?))).collect())
}
