//! `vigie alerts load`: what the open alerts ask of those who read them, and what could come under a more serious one.

use crate::cli::foresight::backtest::estimate;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::application::{AlertLoad, LoadCounts, RuleLoad};
use vigie::domain::ids::RuleId;
use vigie::foresight::Estimate;

pub(super) fn show(found: &AlertLoad, printer: &Printer) -> Result<Conclusion, CliError> {
    printer.answer(found, &[counts(found), rules(found)], 1)?;
    Ok(Conclusion::Good)
}

fn counts(found: &AlertLoad) -> Sheet {
    let row = |(when, counts): (&str, &LoadCounts)| {
        let figures = [
            counts.alerts,
            counts.critical,
            counts.high,
            counts.moderate,
            counts.groups,
            counts.critical_groups,
        ];
        let cells = figures.into_iter().map(Cell::count);
        std::iter::once(Cell::translated(when)).chain(cells).collect()
    };
    let rows = [
        ("toutes", &found.all),
        ("avec les règles en vigueur", &found.in_force),
        ("avec ce qui est proposé", &found.proposed),
    ];
    let columns = vec![
        ("which", "Alertes à lire"),
        ("alerts", "Nombre"),
        ("critical", "Dont critiques"),
        ("high", "Dont élevées"),
        ("moderate", "Dont modérées"),
        ("groups", "Sujets"),
        ("critical_groups", "Sujets critiques"),
    ];
    Sheet::new("Charge des alertes ouvertes".to_owned(), columns, rows.map(row).into())
}

fn rules(found: &AlertLoad) -> Sheet {
    let row = |rule: &RuleLoad| {
        let score = rule.score.as_ref();
        let behind: Vec<&str> = rule.behind.iter().map(RuleId::as_str).collect();
        vec![
            Cell::text(rule.rule.as_str()),
            Cell::text(&rule.title),
            Cell::count(rule.critical),
            Cell::count(rule.high),
            Cell::count(rule.moderate),
            Cell::count(rule.hidden),
            Cell::count(rule.alone),
            estimate(score.and_then(|score| score.precision.as_ref()), Estimate::in_percent),
            estimate(score.and_then(|score| score.lift.as_ref()), Estimate::in_words),
            Cell::of(rule.proposal.label(), rule.proposal.as_str()),
            Cell::count(rule.would_hide),
            Cell::text(behind.join(", ")),
            Cell::text(&rule.reason),
        ]
    };
    let columns = vec![
        ("rule", "Règle"),
        ("title", "Titre"),
        ("critical", "Dont critiques"),
        ("high", "Dont élevées"),
        ("moderate", "Dont modérées"),
        ("hidden", "Masquées"),
        ("alone", "Seules sur leur sujet"),
        ("precision", "Précision"),
        ("lift", "Gain"),
        ("proposal", "Proposition"),
        ("would_hide", "À masquer"),
        ("behind", "Sous"),
        ("reason", "Pourquoi"),
    ];
    let title = "Ce que disent les éditions passées de chaque règle, et ce qui en découle";
    Sheet::new(title.to_owned(), columns, found.rules.iter().map(row).collect())
}
