//! A scorecard as pages and files of lists show it.

use serde::Serialize;

use crate::application::{BaselineScore, ExportColumn, FamilyScore, ListTable, RuleScore};
use crate::charts::Interval;
use crate::domain::level::Level;
use crate::foresight::{Baseline, Estimate, Scorecard};
use crate::frame::dictionary::Unit;
use crate::support::french;

/// What warns, and how often its warnings came true.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ScoreLine {
    pub(super) title: String,
    code: Option<String>,
    href: Option<String>,
    warnings: u32,
    hits: u32,
    precision: Option<String>,
    recall: Option<String>,
    lift: Option<String>,
    false_calm: Option<String>,
    coverage: Option<String>,
    /// `9 mois`
    lead: Option<String>,
    /// The conclusion; `None` of what is chance itself.
    words: Option<String>,
    /// Its kind, for files.
    #[serde(skip)]
    kind: &'static str,
    #[serde(skip)]
    score: Scorecard,
}

pub(super) const SCORES: ListTable<ScoreLine> = ListTable {
    name: "fiabilite",
    title: "Fiabilité",
    meaning: "Ce qu’il est advenu des projets dont chaque règle avertissait, sur les éditions passées. Intervalles à 90 %.",
    columns: &[
        ExportColumn::text("Sorte", |line| line.kind.to_owned()),
        ExportColumn::text("Avertissement", |line| line.title.clone()),
        ExportColumn::text("Code", |line| line.code.clone().unwrap_or_default()),
        ExportColumn::count("Avertis", |line| Some(line.warnings.into())),
        ExportColumn::count("Suivis d’une dérive", |line| Some(line.hits.into())),
        ExportColumn::count("Passages comptés", |line| Some(line.score.steps.into())),
        ExportColumn::count("Dérives", |line| Some(line.score.drifts.into())),
        ExportColumn::number("Précision", Unit::Ratio, |line| {
            value(line.score.precision.as_ref())
        }),
        ExportColumn::number("Précision, au moins", Unit::Ratio, |line| {
            low(line.score.precision.as_ref())
        }),
        ExportColumn::number("Précision, au plus", Unit::Ratio, |line| {
            high(line.score.precision.as_ref())
        }),
        ExportColumn::number("Rappel", Unit::Ratio, |line| value(line.score.recall_of_warnings())),
        ExportColumn::number("Gain", Unit::None, |line| value(line.score.lift.as_ref())),
        ExportColumn::number("Gain, au moins", Unit::None, |line| low(line.score.lift.as_ref())),
        ExportColumn::number("Gain, au plus", Unit::None, |line| high(line.score.lift.as_ref())),
        ExportColumn::number("Calme démenti", Unit::Ratio, |line| {
            value(line.score.false_calm.as_ref())
        }),
        ExportColumn::number("Couverture", Unit::Ratio, |line| line.score.coverage),
        ExportColumn::number("Avance (mois)", Unit::Months, |line| line.score.median_lead_months),
        ExportColumn::text("Conclusion", |line| line.words.clone().unwrap_or_default()),
    ],
};

impl ScoreLine {
    fn of(title: &str, kind: &'static str, score: &Scorecard) -> Self {
        let lead = |months: f64| format!("{}\u{a0}mois", french::decimal_at_most(months, 1));
        Self {
            title: title.to_owned(),
            code: None,
            href: None,
            warnings: score.warnings,
            hits: score.hits,
            precision: score.precision.as_ref().map(Estimate::in_percent),
            recall: score.recall_of_warnings().map(Estimate::in_percent),
            lift: score.lift.as_ref().map(Estimate::in_words),
            false_calm: score.false_calm.as_ref().map(Estimate::in_percent),
            coverage: score.coverage.map(french::percent),
            lead: score.median_lead_months.map(lead),
            words: Some(score.in_words()),
            kind,
            score: score.clone(),
        }
    }

    pub(super) fn of_rule(rule: &RuleScore) -> Self {
        Self {
            code: Some(rule.rule.to_string()),
            href: Some(format!("/regles/{}", rule.rule)),
            ..Self::of(&rule.title, "règle", &rule.score)
        }
    }

    /// A level of a rule alone.
    pub(super) fn of_level(level: Level, score: &Scorecard) -> Self {
        Self::of(&format!("Niveau {} seul", level.label()), "niveau", score)
    }

    /// Warnings of the rule at « moderate » and above, on its own page.
    pub(super) fn of_alerts(score: &Scorecard) -> Self {
        Self::of("Modéré et au-delà", "règle", score)
    }

    /// A rule, before or after a change.
    pub(super) fn of_time(when: &str, score: &Scorecard) -> Self {
        Self::of(when, "règle", score)
    }

    pub(super) fn of_family(family: &FamilyScore) -> Self {
        let title = format!("{}, une règle au moins", family.family.label());
        Self::of(&title, "famille", &family.score)
    }

    pub(super) fn of_any(score: &Scorecard) -> Self {
        Self::of("Une règle au moins, quelle qu’elle soit", "ensemble", score)
    }

    pub(super) fn of_baseline(baseline: &BaselineScore) -> Self {
        let line = Self::of(&baseline.label, "repère", &baseline.score);
        // What warns of everything is chance itself.
        let words = line.words.filter(|_| baseline.baseline != Baseline::Always);
        Self { words, ..line }
    }

    /// Its lift with its interval, where there were warnings enough to be compared with chance.
    pub(super) fn interval(&self) -> Option<Interval> {
        let lift = self.score.lift.as_ref().filter(|_| self.score.finding.is_compared())?;
        let (low, high) = lift.low.zip(lift.high).filter(|(low, high)| low < high)?;
        let label = self.title.clone();
        Some(Interval { label, value: lift.value, low, high, words: lift.in_words() })
    }
}

fn value(of: Option<&Estimate>) -> Option<f64> {
    of.map(|of| of.value)
}

fn low(of: Option<&Estimate>) -> Option<f64> {
    of.and_then(|of| of.low)
}

fn high(of: Option<&Estimate>) -> Option<f64> {
    of.and_then(|of| of.high)
}
