//! `vigie alerts`: open alerts, at which level, since when and why, and who looks after it. Those of one project come together:
//! projects that have a critical alert first, then in the order of attention; those that a more serious one covers come last.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::args::AlertsArgs;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::application::{AlertLine, TableRow};
use vigie::client::{ApiClient, RemoteFault};
use vigie::domain::alerts::alert::{Alert, AlertState};
use vigie::domain::ids::{MinistryCode, RuleId};
use vigie::domain::level::Level;
use vigie::domain::portfolio::subject::Subject;
use vigie::support::french;

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
    let projects = api.at(&["projects"]).with("sort", Some("attention"));
    let projects: Vec<TableRow> = match api.all(projects).await {
        Ok(projects) => projects,
        // Nothing is known before the first edition.
        Err(RemoteFault::Refused(_)) => Vec::new(),
        Err(fault) => return Err(fault.into()),
    };
    show(lines, &projects, printer)
}

fn show(
    mut lines: Vec<AlertLine>,
    projects: &[TableRow],
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let rank = |row: &TableRow| {
        Some((row.get("project_id")?.as_str()?.to_owned(), row.get("attention")?.as_u64()?))
    };
    let places: BTreeMap<String, u64> = projects.iter().filter_map(rank).collect();
    let mut worst: BTreeMap<Subject, Level> = BTreeMap::new();
    for AlertLine { alert, .. } in &lines {
        let level = worst.entry(alert.subject.clone()).or_insert(alert.level);
        *level = alert.level.max(*level);
    }
    lines.sort_by_cached_key(|line| {
        let alert = &line.alert;
        let project = alert.subject.project();
        let place = project.and_then(|project| places.get(project.as_str()));
        let of_subject = (
            Reverse(worst.get(&alert.subject).copied()),
            place.copied().unwrap_or(u64::MAX),
            alert.subject.clone(),
        );
        (of_subject, alert.hidden_by.is_some(), Reverse(alert.level), alert.rule.clone())
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
    let covered = lines.iter().filter(|line| line.alert.hidden_by.is_some()).count();
    let note = french::counted(
        covered,
        "alerte est masquée par une autre du même projet",
        "alertes sont masquées par une autre du même projet",
    );
    let sheet = Sheet::new(
        format!("Alertes : {}", lines.len()),
        vec![("level", "Niveau"), ("count", "Alertes")],
        rows.collect(),
    );
    if covered > 0 { sheet.with_note(note) } else { sheet }
}

fn list(lines: &[AlertLine]) -> Sheet {
    Sheet::list(
        "Projet par projet, ceux qui ont une alerte critique d’abord, puis dans l’ordre d’attention",
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
