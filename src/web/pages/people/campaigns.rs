//! Campaigns of the questionnaire: when project teams are asked, who answered, and what their answers bring.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::api::resources::portfolio::campaigns::{
    AnswerQuery, PlannedCampaign, list_answers, list_campaigns,
};
use crate::api::{Page, Problem};
use crate::application;
use crate::application::{AnswerLine, CampaignReport};
use crate::domain::bounded_text::RequiredText;
use crate::domain::portfolio::campaign::Campaign;
use crate::domain::portfolio::edition::EditionId;
use crate::support::french;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::lists::list_file;
use crate::web::lists::people::{ANSWERING_PROJECTS, ANSWERS};
use crate::web::query::{PageQuery, Parameter, plain};

pub(super) const CAMPAIGNS: (&str, &str) = ("Campagnes", "/campagnes");

#[derive(Debug, Serialize)]
struct CampaignsView {
    query: PageQuery,
    campaigns: Page<PlannedCampaign>,
}

/// Lists the campaigns, by edition.
///
/// # Errors
/// If the data cannot be read.
pub(super) async fn list(context: PageContext, query: PageQuery) -> Result<HttpResponse, Problem> {
    let campaigns = list_campaigns(context.request(), query.listing(&[])?).await?;
    let view = CampaignsView { query, campaigns };
    context.page("pages/campaigns.html", &Heading::of("Campagnes", "campagnes"), &view)
}

/// When a campaign is to ask.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CampaignForm {
    edition: EditionId,
    opens_on: NaiveDate,
    closes_on: NaiveDate,
    reason: RequiredText,
}

/// Plans a campaign, or gives it other dates.
///
/// # Errors
/// If the dates make no campaign, or meet those of another.
pub(super) async fn plan(
    context: PageContext,
    form: web::Form<CampaignForm>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(form.reason.as_str())?;
    let CampaignForm { edition, opens_on, closes_on, .. } = form.into_inner();
    application::plan_campaign(&context, Campaign { edition, opens_on, closes_on }, &act).await?;
    Ok(context.done(Confirmation::CampaignPlanned, &format!("/campagnes/{edition}")))
}

/// Why a campaign is called off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CancellationForm {
    reason: RequiredText,
}

/// Calls a campaign off.
///
/// # Errors
/// If the edition has none.
pub(super) async fn cancel(
    context: PageContext,
    edition: web::Path<EditionId>,
    form: web::Form<CancellationForm>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(form.reason.as_str())?;
    application::cancel_campaign(&context, *edition, &act).await?;
    Ok(context.done(Confirmation::CampaignCancelled, CAMPAIGNS.1))
}

#[derive(Debug, Serialize)]
struct CampaignView<'a> {
    query: PageQuery,
    report: &'a CampaignReport,
    /// `12 projets sur 43`
    answered: String,
}

/// Shows what came of a campaign.
///
/// # Errors
/// If the edition has none, or the data cannot be read.
pub(super) async fn show(
    context: PageContext,
    edition: web::Path<EditionId>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let report = application::campaign_report(&context, *edition, None).await?;
    if let Some(format) = query.format {
        let table = (&ANSWERING_PROJECTS, format);
        return list_file(&context, table, report.projects.clone(), Vec::new()).await;
    }
    let count = usize::try_from(report.answered).unwrap_or(usize::MAX);
    let answered = french::counted(count, "projet", "projets");
    let title = format!("Campagne de {}", french::month_and_year(edition.as_of()));
    let heading = Heading::of(&title, "campagne").under(&[CAMPAIGNS]);
    let answered = format!("{answered} sur {}", report.asked);
    let view = CampaignView { query, answered, report: &report };
    context.page("pages/campaign.html", &heading, &view)
}

const PARAMETERS: &[Parameter] = &[plain("date", "as_of"), plain("projet", "project")];

#[derive(Debug, Serialize)]
struct AnswersView {
    edition: EditionId,
    query: PageQuery,
    answers: Page<AnswerLine>,
}

/// Lists each question of a campaign with its last answer: the value, its day, and who gave it.
///
/// # Errors
/// If a parameter is unknown, the edition has no campaign, or the data cannot be read.
pub(super) async fn answers(
    context: PageContext,
    edition: web::Path<EditionId>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let edition_id = *edition;
    let listing = query.listing::<AnswerQuery>(PARAMETERS)?;
    let answers = list_answers(context.request(), edition, listing).await?;
    if let Some(format) = query.format {
        let filters = query.filters(&[("date", "À la date du"), ("projet", "Projet")]);
        return list_file(&context, (&ANSWERS, format), answers.into_parts().0, filters).await;
    }
    let view = AnswersView { edition: edition_id, query, answers };
    let campaign = format!("/campagnes/{edition_id}");
    let month = format!("Campagne de {}", french::month_and_year(edition_id.as_of()));
    let heading = Heading::of("Réponses", "campagne")
        .under(&[CAMPAIGNS, (month.as_str(), campaign.as_str())]);
    context.page("pages/answers.html", &heading, &view)
}
