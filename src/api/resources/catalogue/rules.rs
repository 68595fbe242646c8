//! The rule catalogue: list, one rule with its text, all files, explanation of a verdict.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, Page};
use crate::api::extract::query::{QueryParameters, is_wanted};
use crate::api::extract::trial_access::Trials;
use crate::api::openapi::answers::{NoData, NotFound, UnavailableResponse, Unprocessable};
use crate::api::problem::kinds::Problem;
use crate::application::Explanation;
use crate::domain::bounded_text::SingleLine;
use crate::domain::ids::{DraftNumber, RuleId};
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::rule::RuleStatus;
use crate::rules::{Family, FileNames, Rule};
use crate::{application, rules};

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RuleQuery {
    /// Family of the rule.
    family: Vec<Family>,
    /// What the rule evaluates: projects, ministries or the portfolio.
    scope: Vec<SubjectKind>,
    /// Status of the rule.
    status: Vec<RuleStatus>,
}

/// List the rules of the catalogue in force.
#[utoipa::path(
    get,
    path = "/api/v1/rules",
    params(RuleQuery),
    responses((status = 200, description = "A page of rules", body = Page<Rule>))
)]
pub(crate) async fn list_rules(
    context: RequestContext,
    listing: Listing<RuleQuery>,
) -> Result<Page<Rule>, Problem> {
    let on_disk = application::catalogue(&context).await?;
    let rules = on_disk.catalogue.rules().filter(|rule| {
        is_wanted(&listing.family, &rule.family)
            && is_wanted(&listing.scope, &rule.scope)
            && is_wanted(&listing.status, &rule.status)
    });
    listing.page(rules.cloned().collect(), |rule| rule.id.clone())
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleWithText {
    #[serde(flatten)]
    rule: Rule,
    text: String,
    /// Text of the rule's test cases.
    cases: String,
}

/// Return one rule with its text and its test cases.
#[utoipa::path(
    get,
    path = "/api/v1/rules/{rule}",
    params(("rule" = RuleId, Path, description = "Id of the rule")),
    responses((status = 200, description = "The rule", body = RuleWithText))
)]
pub(crate) async fn find_rule(
    context: RequestContext,
    id: web::Path<String>,
) -> Result<web::Json<RuleWithText>, Problem> {
    let in_force = application::catalogue(&context).await?;
    let rule = in_force.catalogue.rule(&RuleId::new(id.as_str())).cloned();
    let rule = rule.ok_or_else(|| Problem::NotFound { kind: "rule", id: id.into_inner() })?;
    let text_of = |path: &str| in_force.texts.get(path).cloned().unwrap_or_default();
    let (text, cases) = (text_of(&rule.file), text_of(&rules::cases_path(rule.id.as_str())));
    Ok(web::Json(RuleWithText { rule, text, cases }))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CatalogueQuery {
    /// Number of a draft to apply over the catalogue in force.
    draft: Option<DraftNumber>,
    /// Return the shipped files, without publications.
    shipped: bool,
}

/// Every file of a catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CatalogueFiles {
    /// Texts of the files, by path.
    files: BTreeMap<String, String>,
    /// Names of shipped files, by path, where the name says more than the id of the rule.
    #[schema(value_type = BTreeMap<String, String>)]
    names: FileNames,
}

/// Return every file of the catalogue in force, so that it can be checked and tested elsewhere.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue",
    params(CatalogueQuery),
    responses((status = 200, description = "The text of each file, by path", body = CatalogueFiles), NotFound, Unprocessable)
)]
pub(crate) async fn find_catalogue(
    context: RequestContext,
    query: QueryParameters<CatalogueQuery>,
) -> Result<web::Json<CatalogueFiles>, Problem> {
    let found = match (query.draft, query.shipped) {
        (Some(_), true) => {
            let words = "parameter `shipped`: expected it without `draft`, which applies to the catalogue in force";
            return Err(Problem::Unfit(words.to_owned()));
        }
        (Some(draft), false) => application::with_draft(&context, draft).await?.1,
        (None, true) => application::CatalogueTexts::read(&context.rules).await?,
        (None, false) => {
            application::source(&context.rules, Some(&context.store)).await?.in_force()
        }
    };
    Ok(web::Json(CatalogueFiles { files: found.texts, names: found.file_names }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExplanationQuery {
    /// A project by id or name, the code of a ministry, or `portfolio`, according to the rule's scope.
    subject: SingleLine,
    /// Date as of which the rule is evaluated; today in Paris by default.
    as_of: Option<NaiveDate>,
    /// Number of a draft to apply over the catalogue in force.
    draft: Option<DraftNumber>,
}

/// Explain step by step how a rule reaches its verdict on one subject, even when no alert results.
#[utoipa::path(
    get,
    path = "/api/v1/rules/{rule}/explanation",
    params(("rule" = RuleId, Path, description = "Id of the rule"), ExplanationQuery),
    responses(
        (status = 200, description = "The verdict, and the steps that led to it", body = Explanation),
        NoData, Unprocessable, UnavailableResponse
    )
)]
pub(crate) async fn explain_rule(
    context: RequestContext,
    trials: Trials,
    id: web::Path<String>,
    query: QueryParameters<ExplanationQuery>,
) -> Result<web::Json<Explanation>, Problem> {
    let subject = query.subject.as_str();
    // Rules in force are tested and cheap, and read by many: they need no slot.
    let trial = match query.draft {
        Some(_) => trials.begin(&context).await?,
        None => trials.unplaced(),
    };
    let explanation =
        application::explain(&context, &trial, (&id, subject), query.as_of, query.draft).await?;
    Ok(web::Json(explanation))
}
