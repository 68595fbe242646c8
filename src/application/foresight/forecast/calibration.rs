//! How forecasts made at past editions held: each with what was known at the end of its edition.

use std::collections::BTreeMap;

use super::answer::{AheadCalibration, CalibrationWindow, RateCalibration};
use super::basis::Listing;
use super::run::{FUTURE_EDITIONS, SEED};
use crate::application::ApplicationError;
use crate::application::cache::known_data::KnownData;
use crate::domain::ids::MinistryCode;
use crate::domain::portfolio::edition::EditionId;
use crate::foresight::{
    ForecastStart, FutureEdition, Panel, PastSteps, Quantiles, RateKind, is_too_far, rate_now,
    simulate,
};
use crate::frame;

/// Futures of each past forecast: half as many as of the forecast itself, since there are several.
const FUTURES: u32 = 1000;

/// Editions that past forecasts are made at and checked by: the last ones, so that the work is bounded.
const MOST_EDITIONS: usize = 12;

/// Checks past forecasts of the rate of all projects, or of a ministry's. The dates of the editions that came are taken as
/// known: they are what a forecast is about.
///
/// # Errors
/// When Polars refuses the plan.
pub(super) fn calibrate(
    known: &KnownData,
    panel: &Panel<'_>,
    ministry: Option<&MinistryCode>,
) -> Result<RateCalibration, ApplicationError> {
    let past = panel.editions().iter().filter(|edition| edition.as_of() <= known.as_of);
    let editions: Vec<EditionId> = past.copied().collect();
    let first = editions.len().saturating_sub(MOST_EDITIONS);
    let mut listings = BTreeMap::new();
    for edition in editions.iter().skip(first) {
        let end = edition.last_day().min(known.as_of);
        let history = frame::history(&known.portfolio, end)?;
        listings.insert(*edition, Listing::of(&known.portfolio, history, (*edition, end))?);
    }
    let each = listings.values().flat_map(|listing| windows(listing, &listings, panel, ministry));
    Ok(RateCalibration::of(each.collect()))
}

/// The forecast made at an edition, beside each later edition that comes soon enough.
fn windows(
    made_at: &Listing,
    listings: &BTreeMap<EditionId, Listing>,
    panel: &Panel<'_>,
    ministry: Option<&MinistryCode>,
) -> Vec<CalibrationWindow> {
    let from = made_at.edition;
    let past = PastSteps::known_at(panel, from);
    let later = listings.range(from..).skip(1).zip(1..=FUTURE_EDITIONS);
    let later = later.take_while(|((to, _), ahead)| !is_too_far(from, **to, *ahead));
    let later: Vec<(&Listing, usize)> =
        later.map(|((_, listing), ahead)| (listing, ahead)).collect();
    if past.is_empty() || later.is_empty() {
        return Vec::new();
    }
    let future = |(listing, _): &(&Listing, usize)| FutureEdition {
        edition: listing.edition,
        leaving_by: listing.leaving_by,
    };
    let future: Vec<FutureEdition> = later.iter().map(future).collect();
    let ministries: Vec<MinistryCode> = ministry.cloned().into_iter().collect();
    let futures = simulate(ForecastStart {
        edition: from,
        projects: &made_at.projects,
        past: &past,
        future: &future,
        ministries: &ministries,
        departures_until: made_at.departures_until(),
        futures: FUTURES,
        seed: SEED,
    });
    let rate = |listing: &Listing| {
        rate_now(&listing.projects, |one| ministry.is_none_or(|code| one.ministry == *code))
    };
    let window = |(place, (listing, ahead)): (usize, &(&Listing, usize))| {
        let forecast = futures.quantiles(place, ministries.len(), RateKind::All)?;
        let rate_then = rate(listing)?;
        Some(CalibrationWindow {
            from,
            to: listing.edition,
            ahead: u32::try_from(*ahead).unwrap_or(u32::MAX),
            forecast,
            before: rate(made_at),
            rate: rate_then,
            held: forecast.holds(rate_then),
        })
    };
    later.iter().enumerate().filter_map(window).collect()
}

impl RateCalibration {
    fn of(each: Vec<CalibrationWindow>) -> Self {
        let count = |is_counted: &dyn Fn(&CalibrationWindow) -> bool| {
            u32::try_from(each.iter().filter(|one| is_counted(one)).count()).unwrap_or(u32::MAX)
        };
        let mut aheads: Vec<u32> = each.iter().map(|one| one.ahead).collect();
        aheads.sort_unstable();
        aheads.dedup();
        let of_ahead = |ahead: u32| AheadCalibration {
            ahead,
            windows: count(&|one| one.ahead == ahead),
            held: count(&|one| one.ahead == ahead && one.held),
        };
        let below = |forecast: &Quantiles, rate: f64| rate < forecast.p10;
        Self {
            windows: count(&|_| true),
            held: count(&|one| one.held),
            below: count(&|one| below(&one.forecast, one.rate)),
            above: count(&|one| !one.held && !below(&one.forecast, one.rate)),
            by_ahead: aheads.into_iter().map(of_ahead).collect(),
            each,
        }
    }
}
