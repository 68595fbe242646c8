//! Reports of campaigns, which take a moment to work out: a page and the API share one until something that it depends on
//! changes.

use std::sync::Arc;

use actix_web::web;
use chrono::NaiveDate;

use super::cache::ResponseCache;
use super::key::ReportKey;
use crate::api::context::RequestContext;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::CampaignReport;
use crate::domain::portfolio::edition::EditionId;

impl ResponseCache {
    /// The report of a campaign as the caller may see it. Concurrent requests for the same one work it out once.
    ///
    /// # Errors
    /// If the edition has no campaign, or the data cannot be read.
    pub(crate) async fn campaign_report(
        cache: &web::Data<Self>,
        context: &RequestContext,
        (edition, as_of): (EditionId, Option<NaiveDate>),
    ) -> Result<Arc<CampaignReport>, Problem> {
        let Some(reports) = &cache.reports else {
            let report = application::campaign_report(context, edition, as_of).await?;
            return Ok(Arc::new(report));
        };
        let key = ReportKey {
            version: context.store.version().await?,
            rules: cache.rules_stamp(context).await?,
            day: application::today(context.clock.now()),
            scope: context.caller().scope.clone(),
            edition,
            as_of,
        };
        if let Some(known) = reports.get(&key) {
            cache.hits.inc();
            return Ok(known);
        }
        let work_out = async {
            cache.misses.inc();
            application::campaign_report(context, edition, as_of).await.map(Arc::new)
        };
        Ok(reports.get_or_insert_async(&key, work_out).await?)
    }
}
