//! The backtest: each rule judged as of each past edition on what was known then, and what became of the projects afterwards.

use std::sync::Arc;

use super::backtest_refusal::BacktestRefusal;
use super::report::{Backtest, BacktestEdition, BacktestTerms, LeftOutSteps};
use super::signals::Signals;
use crate::application::cache::known_data;
use crate::application::cache::known_data::KnownData;
use crate::application::cache::rules_in_force::RulesInForce;
use crate::application::publishing::catalogue;
use crate::application::publishing::catalogue::CatalogueTexts;
use crate::application::publishing::trial::Trial;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::DraftNumber;
use crate::domain::portfolio::edition::EditionId;
use crate::foresight::{EditionOutcomes, Panel, outcomes};
use crate::rules::{Budget, Catalogue};
use crate::{frame, rules};

/// The backtest of the rules in force; worked out once for the same data, rules and terms.
///
/// # Errors
/// When no edition is known, or when the data or the rules cannot be read.
pub async fn backtest(
    services: &Services,
    terms: BacktestTerms,
) -> Result<Arc<Backtest>, ApplicationError> {
    let (known, rules) = view::measurable(services, None).await?;
    let limits = services.limits;
    let work = move || {
        let compiled = rules.compiled(&limits);
        of_known(&known, &rules, &compiled.catalogue, terms)
    };
    tokio::task::spawn_blocking(work).await?
}

/// The backtest of what is known, by the rules in force, which `catalogue` has compiled. To be called on a thread that may
/// block.
pub(super) fn of_known(
    known: &KnownData,
    rules: &Arc<RulesInForce>,
    catalogue: &Catalogue,
    terms: BacktestTerms,
) -> Result<Arc<Backtest>, ApplicationError> {
    let make = || tested(known, (catalogue, &Budget::unlimited()), terms);
    if terms.takes_all() { known.backtest(rules, terms, make) } else { make().map(Arc::new) }
}

/// The backtest of the rules as they would be if a draft were published now.
///
/// # Errors
/// When there is no such draft, when the budget is spent, or when the data or the rules cannot be read.
pub async fn backtest_draft(
    services: &Services,
    trial: &Trial,
    draft: DraftNumber,
    terms: BacktestTerms,
) -> Result<Arc<Backtest>, ApplicationError> {
    let (_, texts) = catalogue::with_draft(services, draft).await?;
    backtest_texts(services, trial, texts, terms).await
}

/// The backtest of a catalogue that is not in force.
///
/// # Errors
/// When the budget is spent, or when the data cannot be read.
pub async fn backtest_texts(
    services: &Services,
    trial: &Trial,
    texts: CatalogueTexts,
    terms: BacktestTerms,
) -> Result<Arc<Backtest>, ApplicationError> {
    let known = view::known_data(services, None).await?;
    let limits = services.limits;
    let work = move |budget: &Budget| {
        let (compiled, _) = rules::compile_within(&texts.texts, &limits, budget);
        tested(&known, (&compiled, budget), terms).map(Arc::new)
    };
    trial.run(work).await
}

/// Judges the rules as of each past edition, one edition at a time, so that memory is bounded by the largest.
fn tested(
    known: &KnownData,
    (catalogue, budget): (&Catalogue, &Budget),
    terms: BacktestTerms,
) -> Result<Backtest, ApplicationError> {
    let panel = Panel::of(&known.portfolio.snapshots);
    check_range(&panel, terms)?;
    let of_editions = outcomes(&panel, terms.target, terms.horizon);
    let is_wanted = |one: &EditionOutcomes<'_>| {
        one.edition.as_of() <= known.as_of
            && terms.from.is_none_or(|from| one.edition >= from)
            && terms.to.is_none_or(|to| one.edition <= to)
    };
    let mut signals = Signals::of(catalogue, terms.horizon);
    let mut editions = Vec::new();
    for found in of_editions.iter().filter(|one| is_wanted(one)) {
        editions.push(BacktestEdition::of(found, panel.listed(found.edition).count()));
        if found.projects.is_empty() {
            continue;
        }
        let day = found.edition.last_day().min(known.as_of);
        let target = known_data::target(catalogue.thresholds(), day);
        let frames = frame::build(&known.portfolio, catalogue.dictionary(), day, target)?;
        let verdicts = catalogue.unexplained_verdicts(&frames, day);
        budget.check()?;
        signals.record((&panel, terms.target), found, &verdicts);
    }
    let judged = signals.scored();
    let mut tested = Backtest {
        as_of: known.as_of,
        catalogue: catalogue.fingerprint().clone(),
        target: terms.target,
        horizon: terms.horizon,
        steps: editions.iter().map(|one| one.steps).sum(),
        drifts: editions.iter().map(|one| one.drifts).sum(),
        base_rate: None,
        left_out: editions.iter().fold(LeftOutSteps::default(), |sum, one| sum.plus(one.left_out)),
        editions,
        comparisons: judged.rules.iter().filter(|one| one.score.finding.is_compared()).count(),
        rules: judged.rules,
        families: judged.families,
        any_rule: judged.any_rule,
        baselines: judged.baselines,
        orders: judged.orders,
        not_tested: judged.not_tested,
    };
    tested.base_rate =
        (tested.steps > 0).then(|| f64::from(tested.drifts) / f64::from(tested.steps));
    Ok(tested)
}

/// Both ends of the range are editions that are known, and in order.
fn check_range(panel: &Panel<'_>, terms: BacktestTerms) -> Result<(), ApplicationError> {
    let unknown = |edition: &EditionId| panel.editions().binary_search(edition).is_err();
    if let Some(requested) = [terms.from, terms.to].into_iter().flatten().find(unknown) {
        let known = panel.editions().to_vec();
        return Err(ApplicationError::NoSuchEdition { requested, known });
    }
    match terms.from.zip(terms.to) {
        Some((from, to)) if from > to => Err(BacktestRefusal::Reversed { from, to }.into()),
        Some(_) | None => Ok(()),
    }
}
