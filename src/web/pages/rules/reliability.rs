//! How often the warnings of the rules came true on past editions.

use std::sync::Arc;

use actix_web::HttpResponse;
use serde::Serialize;

use super::score_line::{SCORES, ScoreLine};
use crate::api::{Problem, QueryFault};
use crate::application;
use crate::application::{Backtest, BacktestEdition, BacktestTerms, FURTHEST_HORIZON};
use crate::charts::{Interval, IntervalChart, interval_chart};
use crate::domain::portfolio::edition::EditionId;
use crate::foresight::Target;
use crate::rules::Family;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery};
use crate::web::wording::labels;

const FILTERS: [(&str, &str); 2] = [("cible", "Prévoir"), ("horizon", "Éditions plus tard")];

#[derive(Debug, Serialize)]
struct ReliabilityView {
    query: PageQuery,
    filters: Vec<Link>,
    target_choices: Vec<Choice>,
    horizon_choices: Vec<Choice>,
    /// `None` before the first edition is imported.
    found: Option<FoundView>,
}

#[derive(Debug, Serialize)]
struct FoundView {
    /// How many rules were compared with chance, and what came of it.
    chance: String,
    steps: String,
    chart: Option<IntervalChart>,
    families: Vec<FamilyView>,
    baselines: Vec<ScoreLine>,
    untestable: Vec<UntestableLine>,
    /// Titles of the rules that judge no project in force.
    not_tested: Vec<String>,
    editions: Vec<EditionLine>,
}

#[derive(Debug, Serialize)]
struct FamilyView {
    label: &'static str,
    word: &'static str,
    lines: Vec<ScoreLine>,
}

#[derive(Debug, Serialize)]
struct UntestableLine {
    title: String,
    code: String,
    href: String,
    missing: String,
}

#[derive(Debug, Serialize)]
struct EditionLine {
    edition: EditionId,
    later: Option<EditionId>,
    why: Option<&'static str>,
    steps: u32,
    drifts: u32,
    left: u32,
    undetermined: u32,
    too_far: u32,
}

/// Shows the backtest of the rules in force, or gives its scorecards as a file.
///
/// # Errors
/// If a parameter or a value is unknown, or the data or the rules cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let terms = terms(&query)?;
    let found = match application::backtest(&context, terms).await.map_err(Problem::from) {
        Ok(found) => Some(found),
        Err(Problem::NotYet(_)) => None,
        Err(problem) => return Err(problem),
    };
    if let Some(format) = query.format {
        let lines = found.map(|found| lines(&found)).unwrap_or_default();
        return list_file(&context, (&SCORES, format), lines, query.filters(&FILTERS)).await;
    }
    let horizon = |editions: usize| Choice {
        value: editions.to_string(),
        label: match editions {
            1 => "L’édition suivante".to_owned(),
            editions => format!("{editions} éditions plus tard"),
        },
    };
    let found = match found {
        Some(found) => Some(view(&context, found).await?),
        None => None,
    };
    let view = ReliabilityView {
        filters: query.filters(&FILTERS),
        query,
        target_choices: Choice::of::<Target>(),
        horizon_choices: (1..=FURTHEST_HORIZON).map(horizon).collect(),
        found,
    };
    let heading = Heading::of("Fiabilité des avertissements", "fiabilite");
    let heading = heading.under(&[("Règles", "/regles")]);
    context.page("pages/reliability.html", &heading, &view)
}

/// What the query asks to foresee, and how far ahead.
fn terms(query: &PageQuery) -> Result<BacktestTerms, QueryFault> {
    let known = ["cible", "horizon", "format"];
    if let Some(name) = query.given.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(QueryFault::unknown(name, known));
    }
    let mut terms = BacktestTerms::default();
    if let Some(spelt) = query.one("cible") {
        let found = Target::ALL.into_iter().find(|one| labels::in_address(one.label()) == spelt);
        let spellings = || Target::ALL.map(|one| labels::in_address(one.label()));
        terms.target =
            found.ok_or_else(|| QueryFault::unknown_value("cible", spelt, spellings()))?;
    }
    if let Some(spelt) = query.one("horizon") {
        let horizons = || (1..=FURTHEST_HORIZON).map(|one| one.to_string());
        let found = spelt.parse().ok().filter(|one| (1..=FURTHEST_HORIZON).contains(one));
        terms.horizon =
            found.ok_or_else(|| QueryFault::unknown_value("horizon", spelt, horizons()))?;
    }
    Ok(terms)
}

async fn view(context: &PageContext, found: Arc<Backtest>) -> Result<FoundView, Problem> {
    let titles = application::rule_titles(context).await?;
    let families = families(&found);
    let baselines = baselines(&found);
    let compared = families.iter().flat_map(|family| &family.lines).chain(&baselines);
    let intervals: Vec<Interval> = compared.filter_map(ScoreLine::interval).collect();
    let untestable = found.rules.iter().filter(|rule| !rule.score.is_testable());
    let untestable = untestable.map(|rule| UntestableLine {
        title: rule.title.clone(),
        code: rule.rule.to_string(),
        href: format!("/regles/{}", rule.rule),
        missing: rule.missing.join(", "),
    });
    let title = |rule| titles.get(rule).cloned();
    Ok(FoundView {
        chance: found.chance_in_words(),
        steps: found.steps_in_words(),
        chart: interval_chart(&intervals, 1.0),
        families,
        baselines,
        untestable: untestable.collect(),
        not_tested: found.not_tested.iter().filter_map(title).collect(),
        editions: found.editions.iter().map(EditionLine::of).collect(),
    })
}

/// The rules that could be judged, by family, and what a family says as one.
fn families(found: &Backtest) -> Vec<FamilyView> {
    let view = |family: Family| {
        let rules = found.rules.iter().filter(|rule| rule.family == family);
        let tested = rules.filter(|rule| rule.score.is_testable());
        let mut lines: Vec<ScoreLine> = tested.map(ScoreLine::of_rule).collect();
        if lines.len() > 1 {
            let joint = found.families.iter().find(|one| one.family == family);
            let joint = joint.filter(|one| one.score.is_testable());
            lines.extend(joint.map(ScoreLine::of_family));
        }
        FamilyView { label: family.label(), word: family.as_str(), lines }
    };
    Family::ALL.into_iter().map(view).filter(|family| !family.lines.is_empty()).collect()
}

/// All rules as one, and warnings that need no rule.
fn baselines(found: &Backtest) -> Vec<ScoreLine> {
    let any = std::iter::once(ScoreLine::of_any(&found.any_rule));
    any.chain(found.baselines.iter().map(ScoreLine::of_baseline)).collect()
}

/// All that the page shows, in its order; then the rules that could not be judged.
fn lines(found: &Backtest) -> Vec<ScoreLine> {
    let tested = families(found).into_iter().flat_map(|family| family.lines);
    let untestable = found.rules.iter().filter(|rule| !rule.score.is_testable());
    tested.chain(baselines(found)).chain(untestable.map(ScoreLine::of_rule)).collect()
}

impl EditionLine {
    fn of(one: &BacktestEdition) -> Self {
        Self {
            edition: one.edition,
            later: one.later,
            why: one.why_not(),
            steps: one.steps,
            drifts: one.drifts,
            left: one.left_out.left,
            undetermined: one.left_out.undetermined,
            too_far: one.left_out.too_far,
        }
    }
}
