//! Verdicts that are near a more serious level.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::alert_filter::refuse_unknown_rules;
use crate::api::extract::page::{Listing, Page};
use crate::api::extract::query::is_wanted;
use crate::api::extract::subject_filter::SubjectFilter;
use crate::api::openapi::answers::NoData;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{NearMissLine, USUAL_NEARNESS};
use crate::domain::ids::{MinistryCode, RuleId};
use crate::domain::level::Level;
use crate::domain::rules::distance::Nearness;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NearMissQuery {
    /// Date as of which rules judge; today in Paris by default.
    as_of: Option<NaiveDate>,
    /// How near a figure is to its limit, as a share of the limit: 0.1, the default, is 10 %. Rates have `points`.
    #[param(minimum = 0, maximum = 1)]
    within: Option<f64>,
    /// How near a rate is to its limit, as a difference: 0.02, the default, is 2 points.
    #[param(minimum = 0, maximum = 1)]
    points: Option<f64>,
    /// Code of a ministry.
    ministry: Vec<MinistryCode>,
    /// Id of a rule.
    rule: Vec<RuleId>,
    /// The level that the verdict would be.
    level: Vec<Level>,
}

/// List the verdicts that one figure, near its limit, separates from a more serious level: the most serious first, then the nearest.
#[utoipa::path(
    get,
    path = "/api/v1/near-misses",
    params(NearMissQuery),
    responses((status = 200, description = "A page of near misses", body = Page<NearMissLine>), NoData)
)]
pub(crate) async fn list_near_misses(
    context: RequestContext,
    listing: Listing<NearMissQuery>,
) -> Result<Page<NearMissLine>, Problem> {
    let near = Nearness {
        share: share("within", listing.within, USUAL_NEARNESS.share)?,
        points: share("points", listing.points, USUAL_NEARNESS.points)?,
    };
    let of_ministries = SubjectFilter::of(&context, &[], &listing.ministry).await?;
    refuse_unknown_rules(&context, &listing.rule, |_| false).await?;
    let mut lines = application::near_misses(&context, listing.as_of, near).await?;
    lines.retain(|line| {
        of_ministries.fits(&line.subject)
            && is_wanted(&listing.rule, &line.rule)
            && is_wanted(&listing.level, &line.next_level.level)
    });
    listing.page_as_is(lines, |line| (line.rule.clone(), line.subject.clone()))
}

fn share(name: &str, given: Option<f64>, usual: f64) -> Result<f64, Problem> {
    let share = given.unwrap_or(usual);
    if (0.0..=1.0).contains(&share) {
        return Ok(share);
    }
    let words = format!("parameter `{name}`: found {share}, expected a share from 0 to 1");
    Err(Problem::BadParameter(words))
}
