//! What is known as of a date, and the figures made of it: each is worked out once for the same data and the same rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use polars::frame::DataFrame;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::judged_portfolio::JudgedPortfolio;
use super::latest::Once;
use super::rules_in_force::RulesInForce;
use crate::application::ApplicationError;
use crate::application::foresight::attention_report::Attention;
use crate::application::foresight::report::{Backtest, BacktestTerms};
use crate::application::questionnaire::campaign_report::CampaignReport;
use crate::application::questionnaire::wanted_answers::WantedAnswers;
use crate::domain::accounts::access::Scope;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::value::Value;
use crate::frame;
use crate::frame::{FrameError, Frames, Totals};
use crate::rules::{NearMiss, Thresholds};
use crate::store::KnownUpTo;

/// Most memory that remembered data may take, in bytes, as estimated: room for two dates, today and that of the last cycle, of ten
/// thousand projects over twelve years. With room for one, pages that show a verdict would each work out its date anew.
const MOST_BYTES: u64 = 1024 * 1024 * 1024;

/// Estimated memory that the data and the figures of one snapshot take, in bytes.
const SNAPSHOT_BYTES: usize = 1200;

/// Estimated memory of one row of follow-up data, in bytes.
const ROW_BYTES: usize = 300;

/// Name of the dated threshold under which the global drift is to stay.
pub(in crate::application) const TARGET: &str = "drift_target";

/// What data is known: up to a moment, as of a date, and to whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::application) struct KnownDataKey {
    pub(in crate::application) upto: KnownUpTo,
    pub(in crate::application) as_of: NaiveDate,
    pub(in crate::application) scope: Scope,
}

/// The data of the last moments, dates and readers.
#[derive(Debug)]
pub(in crate::application) struct KnownDataCache(Cache<KnownDataKey, Arc<KnownData>, Weight>);

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<KnownDataKey, Arc<KnownData>> for Weight {
    fn weight(&self, _: &KnownDataKey, data: &Arc<KnownData>) -> u64 {
        data.bytes()
    }
}

impl Default for KnownDataCache {
    fn default() -> Self {
        Self(Cache::with_weighter(16, MOST_BYTES, Weight))
    }
}

impl KnownDataCache {
    /// The data under a key, read at most once at a time.
    pub(in crate::application) async fn get(
        &self,
        key: KnownDataKey,
        read: impl AsyncFnOnce() -> Result<KnownData, ApplicationError>,
    ) -> Result<Arc<KnownData>, ApplicationError> {
        match self.0.get_value_or_guard_async(&key).await {
            Ok(data) => Ok(data),
            Err(place) => {
                let data = Arc::new(read().await?);
                // Not inserted when there is no room for it.
                drop(place.insert(Arc::clone(&data)));
                Ok(data)
            }
        }
    }
}

/// What is known as of a date.
#[derive(Debug)]
pub(in crate::application) struct KnownData {
    pub(in crate::application) as_of: NaiveDate,
    pub(in crate::application) portfolio: Portfolio,
    history: Once<DataFrame>,
    /// Of the last rules that figures were made by.
    figures: Mutex<Option<(Arc<RulesInForce>, Arc<Figures>)>>,
}

/// What is worked out of the data by the fields and targets of the rules.
#[derive(Debug, Default)]
struct Figures {
    frames: Once<Frames>,
    totals: Once<Totals>,
    judged: Once<Arc<JudgedPortfolio>>,
    wanted: Once<Arc<[WantedAnswers]>>,
    campaigns: Mutex<BTreeMap<EditionId, Arc<Once<Arc<CampaignReport>>>>>,
    backtests: Mutex<BTreeMap<BacktestTerms, Arc<Once<Arc<Backtest>>>>>,
    attention: Once<Arc<Attention>>,
    near_misses: Once<Arc<[NearMiss]>>,
}

impl KnownData {
    pub(in crate::application) fn of(as_of: NaiveDate, portfolio: Portfolio) -> Self {
        Self { as_of, portfolio, history: Once::default(), figures: Mutex::default() }
    }

    /// One row per project and edition, by project then edition. To be called on a thread that may block, as the figures.
    ///
    /// # Errors
    /// When Polars refuses the plan.
    pub(in crate::application) fn history(&self) -> Result<DataFrame, FrameError> {
        self.history.get(|| frame::history(&self.portfolio, self.as_of))
    }

    /// The frames that rules judge.
    ///
    /// # Errors
    /// When no edition is known at that date, or when Polars refuses the plan.
    pub(in crate::application) fn frames(
        &self,
        rules: &Arc<RulesInForce>,
    ) -> Result<Frames, FrameError> {
        let target = target(rules.thresholds(), self.as_of);
        let make = || frame::build(&self.portfolio, rules.dictionary(), self.as_of, target);
        self.figures(rules).frames.get(make)
    }

    /// The portfolio's row at the end of each edition and as of the date, and the ministries as of the date.
    ///
    /// # Errors
    /// When no edition is known at that date, or when Polars refuses the plan.
    pub(in crate::application) fn totals(
        &self,
        rules: &Arc<RulesInForce>,
    ) -> Result<Totals, FrameError> {
        let make = || {
            let dates = self.ends_of_editions().into_iter().chain([self.as_of]);
            let dates = dates.map(|date| (date, target(rules.thresholds(), date))).collect();
            frame::build_totals(&self.portfolio, &dates)
        };
        self.figures(rules).totals.get(make)
    }

    /// What the rules find, as `judge` judges it.
    ///
    /// # Errors
    /// When `judge` does.
    pub(in crate::application) fn judged(
        &self,
        rules: &Arc<RulesInForce>,
        judge: impl FnOnce() -> Result<JudgedPortfolio, ApplicationError>,
    ) -> Result<Arc<JudgedPortfolio>, ApplicationError> {
        self.figures(rules).judged.get(|| judge().map(Arc::new))
    }

    /// What to ask each project for first, as `find` finds it.
    ///
    /// # Errors
    /// When `find` does.
    pub(in crate::application) fn wanted(
        &self,
        rules: &Arc<RulesInForce>,
        find: impl FnOnce() -> Result<Vec<WantedAnswers>, ApplicationError>,
    ) -> Result<Arc<[WantedAnswers]>, ApplicationError> {
        self.figures(rules).wanted.get(|| Ok(find()?.into()))
    }

    /// What came of the campaign of an edition, as `make` reports it.
    ///
    /// # Errors
    /// When `make` does.
    pub(in crate::application) fn campaign_report(
        &self,
        rules: &Arc<RulesInForce>,
        edition: EditionId,
        make: impl FnOnce() -> Result<CampaignReport, ApplicationError>,
    ) -> Result<Arc<CampaignReport>, ApplicationError> {
        let figures = self.figures(rules);
        let place = {
            let mut campaigns = figures.campaigns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(campaigns.entry(edition).or_default())
        };
        place.get(|| make().map(Arc::new))
    }

    /// How often the warnings of the rules came true, as `make` works it out.
    ///
    /// # Errors
    /// When `make` does.
    pub(in crate::application) fn backtest(
        &self,
        rules: &Arc<RulesInForce>,
        terms: BacktestTerms,
        make: impl FnOnce() -> Result<Backtest, ApplicationError>,
    ) -> Result<Arc<Backtest>, ApplicationError> {
        let figures = self.figures(rules);
        let place = {
            let mut backtests = figures.backtests.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(backtests.entry(terms).or_default())
        };
        place.get(|| make().map(Arc::new))
    }

    /// How often the warnings of the rules came true, if it has been worked out.
    pub(in crate::application) fn backtest_at_hand(
        &self,
        rules: &Arc<RulesInForce>,
        terms: BacktestTerms,
    ) -> Option<Arc<Backtest>> {
        let figures = self.figures(rules);
        let backtests = figures.backtests.lock().unwrap_or_else(PoisonError::into_inner);
        backtests.get(&terms)?.at_hand()
    }

    /// The order of the projects, as `make` works it out.
    ///
    /// # Errors
    /// When `make` does.
    pub(in crate::application) fn attention(
        &self,
        rules: &Arc<RulesInForce>,
        make: impl FnOnce() -> Result<Attention, ApplicationError>,
    ) -> Result<Arc<Attention>, ApplicationError> {
        self.figures(rules).attention.get(|| make().map(Arc::new))
    }

    /// The order of the projects, if it has been worked out.
    pub(in crate::application) fn attention_at_hand(
        &self,
        rules: &Arc<RulesInForce>,
    ) -> Option<Arc<Attention>> {
        self.figures(rules).attention.at_hand()
    }

    /// The verdicts that are near a more serious level by the usual margins, as `find` finds them.
    ///
    /// # Errors
    /// When `find` does.
    pub(in crate::application) fn usual_near_misses(
        &self,
        rules: &Arc<RulesInForce>,
        find: impl FnOnce() -> Result<Arc<[NearMiss]>, ApplicationError>,
    ) -> Result<Arc<[NearMiss]>, ApplicationError> {
        self.figures(rules).near_misses.get(find)
    }

    /// The last day of the month of each edition that lists a project, the date at the latest.
    pub(in crate::application) fn ends_of_editions(&self) -> BTreeSet<NaiveDate> {
        let editions = self.portfolio.snapshots.iter().map(|snapshot| snapshot.edition);
        let past = editions.filter(|edition| edition.as_of() <= self.as_of);
        past.map(|edition| edition.last_day().min(self.as_of)).collect()
    }

    fn figures(&self, rules: &Arc<RulesInForce>) -> Arc<Figures> {
        let mut last = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, figures)) = last.as_ref()
            && Arc::ptr_eq(of, rules)
        {
            return Arc::clone(figures);
        }
        let figures = Arc::<Figures>::default();
        *last = Some((Arc::clone(rules), Arc::clone(&figures)));
        figures
    }

    fn bytes(&self) -> u64 {
        let Portfolio { snapshots, facts, milestones, contracts, recommendations, .. } =
            &self.portfolio;
        let rows = facts.len() + milestones.len() + contracts.len() + recommendations.len();
        let bytes = snapshots.len() * SNAPSHOT_BYTES + rows * ROW_BYTES;
        u64::try_from(bytes).unwrap_or(u64::MAX).max(1)
    }
}

/// The target for the global drift in force at a date.
pub(in crate::application) fn target(thresholds: &Thresholds, as_of: NaiveDate) -> Option<f64> {
    match thresholds.get(TARGET)?.at(as_of)? {
        Value::Float(target) => Some(*target),
        Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Date(_) => None,
    }
}
