//! Explains why a rule gives its verdict on one subject. Commits nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view;
use crate::application::cache::catalogue_in_force::CatalogueInForce;
use crate::application::cache::known_data;
use crate::application::publishing::catalogue::catalogue_tried;
use crate::application::publishing::trial::Trial;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::{DraftNumber, MinistryCode, RuleId};
use crate::domain::portfolio::subject::{Subject, SubjectKind};
use crate::domain::rules::distance::VerdictDistance;
use crate::domain::rules::file_name::catalogue_path;
use crate::intake::nearest_name;
use crate::notify::Directory;
use crate::rules::{Budget, Rule, Subjects, Trace};
use crate::{frame, rules};

/// The name of the whole portfolio on the command line.
const PORTFOLIO: &str = "portfolio";

/// The name of the whole portfolio in French, as lists show it.
const PORTFOLIO_SHOWN: &str = "panorama";

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    pub as_of: NaiveDate,
    /// The rule itself; the id is in `rule` of the trace.
    #[serde(rename = "definition")]
    pub rule: Rule,
    /// The rule's text, line by line.
    pub lines: Vec<String>,
    /// Number of the line of the branch that gave the level.
    pub concluded_on: Option<usize>,
    /// The name of the project as last published, of the ministry, or of the portfolio.
    pub subject_name: String,
    #[serde(flatten)]
    pub trace: Trace,
    /// What would change the verdict, one figure at a time; none where the rule gives no level.
    #[serde(default)]
    #[schema(required = true)]
    pub distance: Option<VerdictDistance>,
}

/// Explains `rule` on the subject called `requested`: depending on the rule's scope a project by id
/// or any of its names, the code of a ministry, or `portfolio`. With a draft, as if it were
/// published.
pub async fn explain(
    services: &Services,
    trial: &Trial,
    (rule, requested): (&str, &str),
    as_of: Option<NaiveDate>,
    draft: Option<DraftNumber>,
) -> Result<Explanation, ApplicationError> {
    let in_force = catalogue_tried(services, trial, draft).await?;
    let Some(found) = in_force.catalogue.rule(&RuleId::new(rule)).cloned() else {
        let known = in_force.catalogue.rules().map(|known| known.id.as_str());
        let near = nearest_name(rule, known).map(str::to_owned);
        let fault = in_force.faults.iter().find(|fault| is_file_of(&fault.file, rule));
        return Err(ApplicationError::NoSuchRule {
            requested: rule.to_owned(),
            near: fault.map(ToString::to_string).or(near),
        });
    };
    let subject = subject(services, &found, requested).await?;
    let known = view::known_data(services, as_of).await?;
    let CatalogueInForce { catalogue, texts, .. } = in_force;
    let lines = texts.get(&found.file).map_or("", String::as_str);
    let lines = lines.lines().map(str::to_owned).collect();
    let explain = move |budget: &Budget| {
        let (day, portfolio) = (known.as_of, &known.portfolio);
        let frames = frame::build(
            portfolio,
            catalogue.dictionary(),
            day,
            known_data::target(catalogue.thresholds(), day),
        )?;
        let trace = catalogue.trace(&found.id, &subject, &frames, day);
        let trace = trace.ok_or_else(|| not_judged(&found, &subject))?;
        let only = std::slice::from_ref(&found.id);
        let distance = catalogue.distances(only, &subject, &frames, day).remove(&found.id);
        let distance = distance.map(|(_, distance)| distance);
        budget.check()?;
        let subject_name = Directory::of(portfolio, BTreeMap::new(), day).name(&subject);
        let judged = trace.judgement.verdict.level();
        let concluded_on = judged.and_then(|_| {
            rules::concluded_on(&catalogue, &texts, (&found.id, &subject), &frames, day)
        });
        Ok(Explanation {
            as_of: day,
            rule: found,
            lines,
            concluded_on,
            subject_name,
            trace,
            distance,
        })
    };
    trial.run(explain).await
}

fn is_file_of(file: &str, rule: &str) -> bool {
    catalogue_path(file).rsplit('/').next().is_some_and(|name| name == format!("{rule}.rhai"))
}

async fn subject(
    services: &Services,
    rule: &Rule,
    requested: &str,
) -> Result<Subject, ApplicationError> {
    let bare = |kind: &str| requested.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/'));
    match rule.scope {
        SubjectKind::Portfolio
            if [PORTFOLIO, PORTFOLIO_SHOWN]
                .iter()
                .any(|name| requested.eq_ignore_ascii_case(name)) =>
        {
            Ok(Subject::Portfolio)
        }
        SubjectKind::Portfolio => Err(ApplicationError::NotJudged {
            rule: rule.id.clone(),
            judges: "the whole portfolio",
            requested: requested.to_owned(),
            hint: format!("`vigie rules explain {} {PORTFOLIO}`", rule.id),
        }),
        SubjectKind::Ministry => {
            let code = bare("ministry").unwrap_or(requested).to_uppercase();
            Ok(Subject::Ministry(MinistryCode::new(code)))
        }
        SubjectKind::Project => {
            let requested = bare("project").unwrap_or(requested);
            Ok(Subject::Project(view::find_project(services, requested).await?.project))
        }
    }
}

fn not_judged(rule: &Rule, subject: &Subject) -> ApplicationError {
    let (judges, hint) = match (rule.scope, rule.subjects) {
        (SubjectKind::Project, Subjects::Present) => {
            ("the projects that the edition in force lists", "`vigie projects list`")
        }
        (SubjectKind::Project, Subjects::Left) => {
            ("the projects that have left the panorama", "`vigie projects --departed`")
        }
        (SubjectKind::Ministry, _) => ("ministries of the edition in force", "`vigie panorama`"),
        (SubjectKind::Portfolio, _) => ("the whole portfolio", "`vigie panorama`"),
    };
    ApplicationError::NotJudged {
        rule: rule.id.clone(),
        judges,
        requested: subject.to_string(),
        hint: hint.to_owned(),
    }
}
