//! One rule: its words, signs, thresholds, cases and versions, what it found, and rolling it back.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;

use super::published::{Published, VersionInForce};
use super::roll_back::{RollBackForm, publishing_bar, rolled_back};
use super::thresholds::ThresholdView;
use super::verified::{VerifiedView, verified};
use crate::api::{Problem, Trials};
use crate::application::{CatalogueInForce, RuleFindings};
use crate::domain::ids::{CycleNumber, DraftNumber, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::overlay::{RulePath, RuleVersion};
use crate::rules::{CaseOutcome, ConditionWords, Rule, SentencePart, Sign};
use crate::web::context::{Heading, PageContext};
use crate::web::query::Choice;
use crate::{application, rules};

/// How many of the last cycles the page tells about.
const CYCLES: u32 = 8;

#[derive(Debug, Serialize)]
struct RuleView {
    rule: Rule,
    /// The first levels of words: one paragraph each.
    guidance: Vec<String>,
    /// What it says whenever it fires.
    says: Vec<SentencePart>,
    signs: Vec<SignView>,
    fields: Vec<&'static str>,
    thresholds: Vec<ThresholdView>,
    cases: Vec<CaseOutcome>,
    cases_failed: usize,
    history: Vec<HistoryLine>,
    /// `None` for callers of some ministries, and where no past edition judges such a rule.
    verified: Option<VerifiedView>,
    text: String,
    version: VersionInForce,
    versions: Vec<RuleVersion>,
    /// Texts that can be compared.
    wordings: Vec<Choice>,
    /// Subjects of which the verdict can be explained.
    /// `None` where there are too many: one types a name.
    subjects: Option<Vec<Choice>>,
    draft: Option<DraftNumber>,
    /// The last publication, which a roll-back must have seen.
    last_publication: i64,
    /// Why the caller may not roll back, where the role alone would allow it.
    roll_back_bar: Option<&'static str>,
    /// Another text can be put back in force.
    can_roll_back: bool,
}

#[derive(Debug, Serialize)]
struct SignView {
    level: Level,
    when: String,
    unless: Option<String>,
    says: Vec<SentencePart>,
}

#[derive(Debug, Serialize)]
struct HistoryLine {
    cycle: CycleNumber,
    as_of: NaiveDate,
    findings: RuleFindings,
}

/// Shows one rule.
///
/// # Errors
/// If there is no such rule, or the catalogue or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let in_force = application::catalogue(&context).await?;
    let rule = in_force.catalogue.rule(&RuleId::new(id.as_str())).cloned();
    let rule = rule.ok_or_else(|| Problem::NotFound { kind: "rule", id: id.into_inner() })?;
    let heading = Heading::of(&rule.title, "regle").under(&[("Règles", "/regles")]);
    let view = view(&context, &in_force, rule).await?;
    context.page("pages/rule.html", &heading, &view)
}

async fn view(
    context: &PageContext,
    in_force: &Arc<CatalogueInForce>,
    rule: Rule,
) -> Result<RuleView, Problem> {
    let CatalogueInForce { catalogue, texts, .. } = in_force.as_ref();
    let as_of = application::today(context.clock.now());
    let words = ConditionWords {
        dictionary: catalogue.dictionary(),
        thresholds: catalogue.thresholds(),
        scope: rule.scope,
    };
    let text = texts.get(&rule.file).cloned().unwrap_or_default();
    let head = rules::rule_head(&text);
    let published = Published::of(context).await?;
    let names: Vec<String> = catalogue.threshold_names_of(&rule.id).collect();
    let thresholds = names.iter().filter_map(|name| catalogue.thresholds().get(name));
    let cases = application::run_cases_of(in_force, &rule.id).await?;
    let versions = versions(context, &rule).await?;
    let version = published.version_of(&rule.file);
    let path = RulePath::parse(&rule.file).ok();
    let draft = match &path {
        Some(path) => application::draft_on(context, path).await?,
        None => None,
    };
    let fields = catalogue.fields_of(&rule.id);
    Ok(RuleView {
        guidance: rule
            .guidance
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(str::to_owned)
            .collect(),
        says: head
            .and_then(|head| head.says)
            .map_or_else(Vec::new, |says| words.sentence_in_parts(&says)),
        signs: rule.signs.iter().map(|sign| sign_view(sign, words, as_of)).collect(),
        fields: fields.filter_map(|name| catalogue.dictionary().label(name)).collect(),
        thresholds: thresholds
            .map(|threshold| ThresholdView::of(threshold, catalogue, &published, as_of))
            .collect(),
        cases_failed: cases.iter().filter(|case| !case.passed()).count(),
        cases,
        history: history(context, &rule.id).await?,
        verified: verified(context, &rule.id).await?,
        text,
        can_roll_back: version.by.is_some(),
        version,
        wordings: wordings(&versions, draft),
        versions,
        subjects: subjects(context, rule.scope).await?,
        draft,
        last_publication: published.upto.0,
        roll_back_bar: publishing_bar(context),
        rule,
    })
}

fn sign_view(sign: &Sign, words: ConditionWords<'_>, as_of: NaiveDate) -> SignView {
    SignView {
        level: sign.level,
        when: words.condition_in_words(&sign.when, as_of),
        unless: sign.unless.as_deref().map(|unless| words.condition_in_words(unless, as_of)),
        says: sign.says.as_deref().map_or_else(Vec::new, |says| words.sentence_in_parts(says)),
    }
}

/// What the rule found in the last cycles, the latest first.
async fn history(context: &PageContext, rule: &RuleId) -> Result<Vec<HistoryLine>, Problem> {
    let cycles = application::findings(context, CYCLES).await?;
    let line = |mut cycle: application::CycleFindings| {
        let findings = cycle.rules.remove(rule)?;
        Some(HistoryLine { cycle: cycle.cycle, as_of: cycle.as_of, findings })
    };
    Ok(cycles.into_iter().filter_map(line).collect())
}

/// The published versions of the rule's own text, the latest first.
async fn versions(context: &PageContext, rule: &Rule) -> Result<Vec<RuleVersion>, Problem> {
    let versions = application::versions(context, rule.id.as_str()).await?;
    let own = versions.into_iter().map(|one| one.version);
    let mut own: Vec<RuleVersion> = own.filter(|one| one.path.as_str() == rule.file).collect();
    own.reverse();
    Ok(own)
}

/// The texts of a rule that can be compared.
pub(super) fn wordings(versions: &[RuleVersion], draft: Option<DraftNumber>) -> Vec<Choice> {
    let choice = |value: String, label: String| Choice { value, label };
    let mut wordings = vec![
        choice("en-vigueur".to_owned(), "Texte en vigueur".to_owned()),
        choice("livre".to_owned(), "Texte livré".to_owned()),
    ];
    wordings.extend(versions.iter().map(|version| {
        let number = version.number.to_string();
        let label = format!("Version {number}, {}", version.state.label());
        choice(number, label)
    }));
    wordings.extend(
        draft.map(|draft| choice(format!("brouillon-{draft}"), format!("Brouillon {draft}"))),
    );
    wordings
}

/// Whose verdict can be explained, among what the caller sees; `None` where there are too many to choose from a list.
pub(super) async fn subjects(
    context: &PageContext,
    scope: SubjectKind,
) -> Result<Option<Vec<Choice>>, Problem> {
    let known = context.store.known_projects().await?;
    Ok(match scope {
        SubjectKind::Portfolio => {
            let (value, label) = ("portfolio".to_owned(), "Portefeuille".to_owned());
            Some(vec![Choice { value, label }])
        }
        SubjectKind::Ministry => {
            let codes: BTreeSet<String> =
                known.iter().map(|project| project.ministry.to_string()).collect();
            Some(codes.into_iter().map(Choice::plain).collect())
        }
        SubjectKind::Project => Choice::projects(&known),
    })
}

/// Puts an earlier text of a rule back in force.
///
/// # Errors
/// If the rule is as it ships, somebody published meanwhile, or the earlier text does not pass its cases.
pub(in crate::web) async fn roll_back(
    context: PageContext,
    trials: Trials,
    id: web::Path<String>,
    form: web::Form<RollBackForm>,
) -> Result<HttpResponse, Problem> {
    let address = format!("/regles/{id}");
    rolled_back(&context, &trials, &id, &form, &address).await
}
