//! `vigie alerts`: open alerts, at which level, since when and why, and who looks after it.

use std::collections::BTreeMap;

use super::args::AlertsArgs;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::application::AlertLine;
use vigie::client::ApiClient;
use vigie::domain::alerts::alert::{Alert, AlertState};
use vigie::domain::ids::{MinistryCode, RuleId};
use vigie::domain::level::Level;

pub(super) async fn run(
    filter: &AlertsArgs,
    api: &ApiClient,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let list = api
        .at(&["alerts"])
        .with("state", filter.state.map(AlertState::as_str))
        .with("level", filter.level.map(Level::as_str))
        .with("rule", filter.rule.as_ref())
        .with("project", filter.project.as_ref())
        .with("ministry", filter.ministry.as_ref());
    let mut lines: Vec<AlertLine> = api.all(list).await?;
    // Without a state, those that are not over.
    lines.retain(|line| {
        filter.state.is_some() || matches!(line.alert.state, AlertState::Pending | AlertState::Open)
    });
    show(lines, printer)
}

/// The worst first.
fn show(mut lines: Vec<AlertLine>, printer: &Printer) -> Result<Conclusion, CliError> {
    lines.sort_by(|AlertLine { alert: a, .. }, AlertLine { alert: b, .. }| {
        (b.level, &a.rule, &a.subject).cmp(&(a.level, &b.rule, &b.subject))
    });
    printer.answer(&lines, &[by_level(&lines), list(&lines)], 1)
}

fn by_level(lines: &[AlertLine]) -> Sheet {
    let mut counts: BTreeMap<Level, i64> = BTreeMap::new();
    for line in lines {
        *counts.entry(line.alert.level).or_default() += 1;
    }
    let rows =
        counts.iter().rev().map(|(level, count)| vec![Cell::level(*level), Cell::count(*count)]);
    Sheet::new(
        format!("Alertes : {}", lines.len()),
        vec![("level", "Niveau"), ("count", "Alertes")],
        rows.collect(),
    )
}

fn list(lines: &[AlertLine]) -> Sheet {
    Sheet::list(
        "De la plus grave à la moins grave",
        lines.iter(),
        &[
            ("level", "Niveau", &|one| Cell::level(one.alert.level)),
            ("subject_name", "Sujet", &|one| Cell::text(&one.subject_name)),
            ("ministry", "Ministère", &|one| {
                Cell::optional(one.ministry.as_ref().map(MinistryCode::as_str))
            }),
            ("rule_title", "Règle", &|one| {
                Cell::of(titled(&one.rule_title, &one.alert.rule), one.rule_title.as_str())
            }),
            ("state", "État", &|one| Cell::of(state(&one.alert), one.alert.state.as_str())),
            ("since", "Depuis", &|one| Cell::date(one.alert.since)),
            ("handling", "Suivi", &|one| Cell::text(marks(one))),
            ("explanation", "Explication", &|one| Cell::optional(one.alert.explanation.as_deref())),
            ("rule", "", &|one| Cell::text(one.alert.rule.as_str())),
            ("subject", "", &|one| Cell::text(one.alert.subject.to_string())),
            ("id", "", &|one| Cell::text(one.alert.id.as_str())),
        ],
    )
}

/// A rule by its title, with the code that commands call it by.
fn titled(title: &str, rule: &RuleId) -> String {
    format!("{title} ({rule})")
}

pub(super) fn state(alert: &Alert) -> &'static str {
    if alert.state == AlertState::Open && alert.stale {
        return "ouverte, données manquantes";
    }
    alert.state.label()
}

/// What people did about it, as far as a list shows it.
fn marks(line: &AlertLine) -> String {
    let AlertLine { alert, handling, silenced_by, disputed_in, .. } = line;
    let marks = [
        handling.acknowledged.as_ref().map(|seen| format!("vue par {}", seen.by)),
        handling.assigned_to.as_ref().map(|whom| format!("confiée à {whom}")),
        silenced_by.map(|silence| format!("silence {silence}")),
        disputed_in.map(|dispute| format!("contestée ({dispute})")),
        alert.hidden_by.as_ref().map(|rule| format!("masquée par {rule}")),
    ];
    marks.into_iter().flatten().collect::<Vec<_>>().join(" ; ")
}
