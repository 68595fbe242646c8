//! An edition compared with the one before, project by project.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::bounds::PlausibilityBounds;
use super::places::{COLUMNS, hold, listing, placed, size};
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import_decision::{HoldKind, HoldReason};
use crate::domain::portfolio::snapshot::{Phase, Snapshot};
use crate::domain::value::Reported;
use crate::support::french::{counted, decimal, meur, month_and_year, months, percent_at_most};

/// A shorter time between two editions is taken as this one, in months.
const SHORTEST: f64 = 3.0;

const MONTHS_PER_YEAR: f64 = 12.0;

const DAYS_PER_MONTH: f64 = 30.4375;

/// Two editions, project by project.
pub(super) struct SuccessiveEditions<'a> {
    former: EditionId,
    edition: EditionId,
    before: usize,
    gone: Vec<&'a Snapshot>,
    /// Each project that both list: as it was, and as it is.
    common: Vec<(&'a Snapshot, &'a Snapshot)>,
}

impl<'a> SuccessiveEditions<'a> {
    pub(super) fn of(
        (former, before): (EditionId, &'a [Snapshot]),
        (edition, after): (EditionId, &'a [Snapshot]),
    ) -> Self {
        let now: BTreeMap<&ProjectId, &Snapshot> =
            after.iter().map(|row| (&row.project, row)).collect();
        let gone = before.iter().filter(|row| !now.contains_key(&row.project)).collect();
        let pair = |row: &'a Snapshot| Some((row, *now.get(&row.project)?));
        let common = before.iter().filter_map(pair).collect();
        Self { former, edition, before: before.len(), gone, common }
    }

    pub(super) fn holds(&self, bounds: &PlausibilityBounds) -> Vec<HoldReason> {
        let mut holds = self.figures(bounds);
        let fewest = bounds.get("import_compared_min").unwrap_or(0.0);
        if size(self.before) >= fewest {
            holds.extend(self.projects_gone(bounds));
        }
        // Shares and totals of a few projects say nothing.
        if size(self.common.len()) >= fewest {
            holds.extend(self.values_lost(bounds));
            holds.extend(self.starts(bounds));
            holds.extend(self.phases(bounds));
            holds.extend(self.totals(bounds));
        }
        holds
    }

    /// Figures of one project that another unit or a slip of the comma explains better than its life does.
    fn figures(&self, bounds: &PlausibilityBounds) -> Vec<HoldReason> {
        let Some(factor) = bounds.get("import_figure_factor_max") else { return vec![] };
        let is_off = |(former, now): &(f64, f64)| now / former > factor || former / now > factor;
        let mut holds = Vec::new();
        for (kind, what, figure, words) in FIGURES {
            let moves = self.both(figure).filter(|(_, pair)| is_off(pair));
            let places: Vec<String> = moves
                .map(|(row, (former, now))| {
                    placed(row, &format!("{} au lieu de {}", words(now), words(former)))
                })
                .collect();
            if !places.is_empty() {
                let text = format!(
                    "{what}, multiplication ou division par plus de {} depuis l’édition {} : {}.",
                    decimal(factor, 0),
                    self.former,
                    listing(places)
                );
                holds.push(hold(kind, text));
            }
        }
        holds
    }

    fn totals(&self, bounds: &PlausibilityBounds) -> Vec<HoldReason> {
        let Some(most) = bounds.get("import_total_change_max") else { return vec![] };
        let mut holds = Vec::new();
        for (kind, what, figure, words) in TOTALS {
            let pairs: Vec<(f64, f64)> = self.both(figure).map(|(_, pair)| pair).collect();
            let former: f64 = pairs.iter().map(|(former, _)| former).sum();
            let now: f64 = pairs.iter().map(|(_, now)| now).sum();
            let change = now / former - 1.0;
            if former > 0.0 && change.abs() > most {
                let text = format!(
                    "{what} des {} des éditions {} et {} passe de {} à {} ({}) ; la variation admise est \
                     de {}.",
                    counted(pairs.len(), "projet commun", "projets communs"),
                    self.former,
                    self.edition,
                    words(former),
                    words(now),
                    signed(change),
                    percent_at_most(most)
                );
                holds.push(hold(kind, text));
            }
        }
        holds
    }

    /// The share that may leave grows with the time between two editions.
    fn projects_gone(&self, bounds: &PlausibilityBounds) -> Option<HoldReason> {
        let per_year = bounds.get("import_projects_gone_max")?;
        let days = (self.edition.as_of() - self.former.as_of()).num_days();
        let elapsed = f64::from(i32::try_from(days).ok()?) / DAYS_PER_MONTH;
        let years = elapsed.max(SHORTEST) / MONTHS_PER_YEAR;
        let most = 1.0 - (1.0 - per_year).powf(years);
        let share = size(self.gone.len()) / size(self.before);
        (share > most).then(|| {
            let names = self.gone.iter().map(|row| row.name.clone()).collect();
            let text = format!(
                "{} sur {} de l’édition {} n’y sont plus ({}), pour {} au plus en {} : {}.",
                counted(self.gone.len(), "projet", "projets"),
                self.before,
                self.former,
                percent_at_most(share),
                percent_at_most(most),
                months(elapsed.round()),
                listing(names)
            );
            hold(HoldKind::ProjectsGone, text)
        })
    }

    fn values_lost(&self, bounds: &PlausibilityBounds) -> Vec<HoldReason> {
        let Some(most) = bounds.get("import_values_lost_max") else { return vec![] };
        let mut holds = Vec::new();
        for column in &COLUMNS {
            let had: Vec<_> =
                self.common.iter().filter(|(former, _)| !(column.is_missing)(former)).collect();
            let lost = had.iter().filter(|(_, now)| (column.is_missing)(now)).count();
            let share = size(lost) / size(had.len());
            if share > most && size(had.len()) * 2.0 > size(self.common.len()) {
                let text = format!(
                    "Colonne « {} » : des {} des éditions {} et {}, {} l’avaient renseignée, et {} ne \
                     l’ont plus ({}) ; {} au plus peuvent la perdre.",
                    column.label,
                    counted(self.common.len(), "projet commun", "projets communs"),
                    self.former,
                    self.edition,
                    had.len(),
                    lost,
                    percent_at_most(share),
                    percent_at_most(most)
                );
                holds.push(hold(HoldKind::ValuesLost, text));
            }
        }
        holds
    }

    fn starts(&self, bounds: &PlausibilityBounds) -> Option<HoldReason> {
        let (most, shift) =
            (bounds.get("import_starts_moved_max")?, bounds.get("import_start_shift")?);
        let starts = |(former, now): &(&'a Snapshot, &'a Snapshot)| {
            Some((*now, *former.start_on.given()?, *now.start_on.given()?))
        };
        let dates: Vec<_> = self.common.iter().filter_map(starts).collect();
        let is_off = |(_, former, now): &&(&Snapshot, NaiveDate, NaiveDate)| {
            let days = (*now - *former).num_days().abs();
            i32::try_from(days).is_ok_and(|days| f64::from(days) / DAYS_PER_MONTH > shift + 0.5)
        };
        let moved = dates.iter().filter(is_off);
        let places: Vec<String> = moved
            .map(|(row, former, now)| {
                let (now, former) = (month_and_year(*now), month_and_year(*former));
                placed(row, &format!("{now} au lieu de {former}"))
            })
            .collect();
        let share = size(places.len()) / size(dates.len());
        (share > most).then(|| {
            let text = format!(
                "Début déplacé de plus de {} pour {} de ceux des éditions {} et {}, pour {} au plus : {}.",
                months(shift),
                percent_at_most(share),
                self.former,
                self.edition,
                percent_at_most(most),
                listing(places)
            );
            hold(HoldKind::Starts, text)
        })
    }

    fn phases(&self, bounds: &PlausibilityBounds) -> Option<HoldReason> {
        let most = bounds.get("import_phases_back_max")?;
        let known = self
            .common
            .iter()
            .filter_map(|(former, now)| Some((*now, *former.phase.given()?, *now.phase.given()?)));
        let known: Vec<_> = known.collect();
        let is_back = |(_, former, now): &&(&Snapshot, Phase, Phase)| {
            rank(*former).zip(rank(*now)).is_some_and(|(former, now)| now < former)
        };
        let places: Vec<String> = known
            .iter()
            .filter(is_back)
            .map(|(row, former, now)| {
                placed(row, &format!("« {} » au lieu de « {} »", now.label(), former.label()))
            })
            .collect();
        let share = size(places.len()) / size(known.len());
        (share > most).then(|| {
            let text = format!(
                "Phase revenue en arrière pour {} des projets des éditions {} et {}, pour {} au plus : {}.",
                percent_at_most(share),
                self.former,
                self.edition,
                percent_at_most(most),
                listing(places)
            );
            hold(HoldKind::Phases, text)
        })
    }

    /// Of the projects that have the figure in both editions, above zero: the row, and both figures.
    fn both(
        &self,
        figure: fn(&Snapshot) -> &Reported<f64>,
    ) -> impl Iterator<Item = (&'a Snapshot, (f64, f64))> {
        self.common.iter().filter_map(move |(former, now)| {
            let pair = (*figure(former).given()?, *figure(now).given()?);
            (pair.0 > 0.0 && pair.1 > 0.0).then_some((*now, pair))
        })
    }
}

type FigureOf = (HoldKind, &'static str, fn(&Snapshot) -> &Reported<f64>, fn(f64) -> String);

const FIGURES: [FigureOf; 2] = [
    (HoldKind::ProjectCost, "Coût", |row| &row.cost_meur, meur),
    (HoldKind::ProjectDuration, "Durée", |row| &row.duration_months, months),
];

const TOTALS: [FigureOf; 2] = [
    (HoldKind::TotalCost, "Le coût total", |row| &row.cost_meur, meur),
    (HoldKind::TotalDuration, "La durée totale", |row| &row.duration_months, months),
];

/// The order in which a project goes through its phases; a stop and a revision have no place in it.
fn rank(phase: Phase) -> Option<u8> {
    match phase {
        Phase::Scoping => Some(0),
        Phase::Build => Some(1),
        Phase::Trial => Some(2),
        Phase::Rollout => Some(3),
        Phase::Completed => Some(4),
        Phase::Stopped | Phase::UnderRevision => None,
    }
}

fn signed(change: f64) -> String {
    if change > 0.0 { format!("+{}", percent_at_most(change)) } else { percent_at_most(change) }
}
