//! The catalogue of rules: what each found in the last cycle, and which version of it is in force.

use actix_web::HttpResponse;
use chrono::NaiveDate;
use serde::Serialize;

use super::published::{Published, VersionInForce};
use super::verified::ScoreBrief;
use crate::api::Problem;
use crate::api::resources::catalogue::rules::{RuleQuery, list_rules};
use crate::application;
use crate::application::{Backtest, CycleFindings, ExportColumn, ListTable, RuleFindings};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::rule::RuleStatus;
use crate::rules::{Family, Rule};
use crate::support::french;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::list_file;
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
    /// Whether scorecards are shown.
    has_scores: bool,
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
    #[serde(skip)]
    family: Family,
    id: String,
    title: String,
    status: RuleStatus,
    scope: SubjectKind,
    findings: Option<RuleFindings>,
    /// How often its warnings came true on past editions.
    score: Option<ScoreBrief>,
    version: VersionInForce,
}

const LIST: ListTable<RuleLine> = ListTable {
    name: "regles",
    title: "Règles",
    meaning: "Les règles par famille, avec ce que chacune a constaté au dernier cycle.",
    columns: &[
        ExportColumn::text("Famille", |rule| rule.family.label().to_owned()),
        ExportColumn::text("Règle", |rule| rule.title.clone()),
        ExportColumn::text("Code", |rule| rule.id.clone()),
        ExportColumn::text("Statut", |rule| rule.status.label().to_owned()),
        ExportColumn::text("Ce qu’elle juge", |rule| rule.scope.label().to_owned()),
        ExportColumn::count("Critique", |rule| rule.at(Level::Critical)),
        ExportColumn::count("Élevé", |rule| rule.at(Level::High)),
        ExportColumn::count("Modéré", |rule| rule.at(Level::Moderate)),
        ExportColumn::count("À surveiller", |rule| rule.at(Level::Watch)),
        ExportColumn::count("Évalués", |rule| rule.counted(|findings| findings.judged)),
        ExportColumn::count("Non évaluables", |rule| rule.counted(|findings| findings.unknown)),
        ExportColumn::count("En défaut", |rule| rule.counted(|findings| findings.failed)),
        ExportColumn::count("Avertis sur les éditions passées", |rule| {
            rule.scored(|score| score.warnings)
        }),
        ExportColumn::count("Suivis d’une dérive", |rule| rule.scored(|score| score.hits)),
        ExportColumn::text("Fiabilité", |rule| {
            rule.score.as_ref().map(|score| score.conclusion.to_owned()).unwrap_or_default()
        }),
        ExportColumn::text("Texte en vigueur", |rule| rule.version.label.clone()),
        ExportColumn::text("Publié par", |rule| rule.version.by.clone().unwrap_or_default()),
        ExportColumn::text("Publié le", |rule| rule.version.on.clone().unwrap_or_default()),
    ],
};

impl RuleLine {
    fn counted(&self, of: fn(&RuleFindings) -> u64) -> Option<i64> {
        i64::try_from(of(self.findings.as_ref()?)).ok()
    }

    fn scored(&self, of: fn(&ScoreBrief) -> u32) -> Option<i64> {
        self.score.as_ref().filter(|score| score.is_testable).map(|score| of(score).into())
    }

    /// How many subjects the last cycle found at a level.
    fn at(&self, level: Level) -> Option<i64> {
        let levels = &self.findings.as_ref()?.levels;
        let found = levels.iter().find(|one| one.level == level).map_or(0, |one| one.count);
        i64::try_from(found).ok()
    }
}

/// Lists the rules by family.
///
/// # Errors
/// If a parameter is unknown, or the catalogue or the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let listing = query.listing::<RuleQuery>(PARAMETERS)?;
    let (rules, cursor) = list_rules(context.request(), listing).await?.into_parts();
    let last = application::findings(&context, 1).await?.into_iter().next();
    let published = Published::of(&context).await?;
    let scores = application::scorecards(&context).await?;
    let found = french::counted(rules.len(), "règle", "règles");
    let lines = |family| {
        let of_family = rules.iter().filter(|rule| rule.family == family);
        of_family.map(|rule| line(rule, (last.as_ref(), scores.as_deref()), &published)).collect()
    };
    if let Some(format) = query.format {
        let by_family =
            Family::ALL.into_iter().flat_map(|family| -> Vec<RuleLine> { lines(family) });
        let by_family = by_family.collect();
        return list_file(&context, (&LIST, format), by_family, query.filters(&FILTERS)).await;
    }
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
        has_scores: scores.is_some(),
        family_choices: Choice::of::<Family>(),
        status_choices: Choice::of::<RuleStatus>(),
        scope_choices: Choice::of::<SubjectKind>(),
        query,
    };
    context.page("pages/rules.html", &Heading::of("Règles", "regles"), &view)
}

fn line(
    rule: &Rule,
    (last, scores): (Option<&CycleFindings>, Option<&Backtest>),
    published: &Published,
) -> RuleLine {
    RuleLine {
        family: rule.family,
        id: rule.id.to_string(),
        title: rule.title.clone(),
        status: rule.status,
        scope: rule.scope,
        findings: last.and_then(|cycle| cycle.rules.get(&rule.id).cloned()),
        score: scores.and_then(|scores| ScoreBrief::of(scores, &rule.id)),
        version: published.version_of(&rule.file),
    }
}
