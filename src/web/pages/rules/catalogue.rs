//! The catalogue of rules: what each found in the last cycle, and which version of it is in force.

use actix_web::HttpResponse;
use chrono::NaiveDate;
use serde::Serialize;

use super::published::{Published, VersionInForce};
use crate::api::Problem;
use crate::api::resources::catalogue::rules::{RuleQuery, list_rules};
use crate::application;
use crate::application::{CycleFindings, RuleFindings};
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::rule::RuleStatus;
use crate::rules::{Family, Rule};
use crate::support::french;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::query::{Choice, PageQuery, Parameter, labels_of};

const PARAMETERS: &[Parameter] = &[
    labels_of::<Family>("famille", "family"),
    labels_of::<RuleStatus>("statut", "status"),
    labels_of::<SubjectKind>("portee", "scope"),
];

const FILTERS: [(&str, &str); 3] =
    [("famille", "Famille"), ("statut", "Statut"), ("portee", "Portée")];

#[derive(Debug, Serialize)]
struct RulesView {
    query: PageQuery,
    families: Vec<FamilyView>,
    /// `49 règles`
    found: String,
    next: Option<String>,
    /// The date of the last cycle.
    as_of: Option<NaiveDate>,
    filters: Vec<Link>,
    family_choices: Vec<Choice>,
    status_choices: Vec<Choice>,
    scope_choices: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct FamilyView {
    label: &'static str,
    word: &'static str,
    rules: Vec<RuleLine>,
}

#[derive(Debug, Serialize)]
struct RuleLine {
    id: String,
    title: String,
    status: RuleStatus,
    scope: SubjectKind,
    findings: Option<RuleFindings>,
    version: VersionInForce,
}

/// Lists the rules by family.
///
/// # Errors
/// If a parameter is unknown, or the catalogue or the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let listing = query.listing::<RuleQuery>(PARAMETERS)?;
    let (rules, cursor) = list_rules(context.request(), listing).await?.into_parts();
    let last = application::findings(&context, 1).await?.into_iter().next();
    let published = Published::of(&context).await?;
    let found = french::counted(rules.len(), "règle", "règles");
    let lines = |family| {
        let of_family = rules.iter().filter(|rule| rule.family == family);
        of_family.map(|rule| line(rule, last.as_ref(), &published)).collect()
    };
    let families = Family::ALL.into_iter().map(|family| FamilyView {
        label: family.label(),
        word: family.as_str(),
        rules: lines(family),
    });
    let view = RulesView {
        families: families.filter(|family| !family.rules.is_empty()).collect(),
        found,
        next: cursor.map(|cursor| query.with("curseur", &cursor)),
        as_of: last.as_ref().map(|cycle| cycle.as_of),
        filters: query.filters(&FILTERS),
        family_choices: Choice::of::<Family>(),
        status_choices: Choice::of::<RuleStatus>(),
        scope_choices: Choice::of::<SubjectKind>(),
        query,
    };
    context.page("pages/rules.html", &Heading::of("Règles", "regles"), &view)
}

fn line(rule: &Rule, last: Option<&CycleFindings>, published: &Published) -> RuleLine {
    RuleLine {
        id: rule.id.to_string(),
        title: rule.title.clone(),
        status: rule.status,
        scope: rule.scope,
        findings: last.and_then(|cycle| cycle.rules.get(&rule.id).cloned()),
        version: published.version_of(&rule.file),
    }
}
