//! `vigie rules diff A B`: what the second catalogue would change, before anything is published.

use crate::cli::foresight::scorecards;
use crate::cli::foresight::scorecards::DiffWithScores;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::application::{
    CatalogueDiff, DifferenceKind, RuleDifferenceKind, Side, VerdictDifference,
};
use vigie::domain::ids::MinistryCode;
use vigie::domain::level::Level;
use vigie::domain::portfolio::subject::Subject;
use vigie::support::french;

pub(super) fn show(shown: &DiffWithScores, printer: &Printer) -> Result<Conclusion, CliError> {
    let found = &shown.diff;
    let sound = [&found.before, &found.after].map(tell_faults);
    let mut sheets = vec![catalogues(found), verdicts(found), missions(found), ministries(found)];
    sheets.extend(shown.scores.as_deref().map(scorecards::sheet));
    printer.answer(shown, &sheets, 1)?;
    Ok(if sound == [true; 2] { Conclusion::Good } else { Conclusion::Bad })
}

/// A rule with a fault is in no comparison, which then says less than it seems to.
fn tell_faults(side: &Side) -> bool {
    for fault in &side.faults {
        print::message(&format!("règle écartée : {}/{fault}", side.name));
    }
    side.faults.is_empty()
}

fn catalogues(found: &CatalogueDiff) -> Sheet {
    let rules = found.rules.iter().map(|difference| {
        let (shown, word) = match difference.kind {
            RuleDifferenceKind::Added => ("ajoutée", "added"),
            RuleDifferenceKind::Removed => ("retirée", "removed"),
            RuleDifferenceKind::Rewritten => ("réécrite", "rewritten"),
        };
        let silent = difference.status.filter(|status| !status.opens_alerts());
        let shown = silent.map_or_else(
            || shown.to_owned(),
            |status| format!("{shown}, {} : aucune alerte ne s’ouvre", status.label()),
        );
        vec![Cell::of("règle", "rule"), Cell::text(difference.rule.as_str()), Cell::of(shown, word)]
    });
    let thresholds = found.thresholds.iter().map(|difference| {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "aucun".to_owned());
        let change = format!("{} → {}", shown(&difference.before), shown(&difference.after));
        vec![
            Cell::of("seuil", "threshold"),
            Cell::of(format!("{} ({})", difference.label, difference.name), &*difference.name),
            Cell::text(change),
        ]
    });
    let title = format!(
        "Catalogues {} et {}, comparés sur l’édition {} au {}",
        found.before.fingerprint.short(),
        found.after.fingerprint.short(),
        found.edition,
        french::date(found.as_of)
    );
    let columns = vec![("what", "Objet"), ("name", "Nom"), ("change", "Changement")];
    Sheet::new(title, columns, rules.chain(thresholds).collect())
}

fn verdicts(found: &CatalogueDiff) -> Sheet {
    let counts: Vec<String> = DifferenceKind::ALL
        .into_iter()
        .filter_map(|kind| {
            let count = found.verdicts.iter().filter(|one| one.kind == kind).count();
            let label = if count > 1 { kind.plural() } else { kind.label() };
            (count > 0).then(|| format!("{count} {label}"))
        })
        .collect();
    let title = match counts.as_slice() {
        [] if !found.after.faults.is_empty() => {
            "Verdicts : aucun changement, les règles écartées n’étant pas comparées".to_owned()
        }
        [] => "Verdicts : aucun changement".to_owned(),
        counts => format!("Verdicts : {}", counts.join(", ")),
    };
    let rows = found.verdicts.iter().map(|one| {
        let (shown, word) = alert(one.alert_from, one.alert_to);
        vec![
            Cell::of(one.kind.label(), one.kind.as_str()),
            Cell::text(one.rule.as_str()),
            named(&one.subject, one.name.as_ref()),
            Cell::optional(one.ministry.as_ref().map(MinistryCode::as_str)),
            Cell::of(one.from.label(), one.from.as_str()),
            Cell::of(one.to.label(), one.to.as_str()),
            Cell::of(shown, word),
            Cell::optional(explanation(one).as_deref()),
        ]
    });
    let columns = vec![
        ("change", "Changement"),
        ("rule", "Règle"),
        ("subject", "Sujet"),
        ("ministry", "Ministère"),
        ("from", "Avant"),
        ("to", "Après"),
        ("alert", "Alerte"),
        ("explanation", ""),
    ];
    Sheet::new(title, columns, rows.collect())
}

/// The sentence of the later catalogue, after the earlier one where nothing else changes.
fn explanation(one: &VerdictDifference) -> Option<String> {
    match (one.kind, &one.explanation_before, &one.explanation) {
        (DifferenceKind::Reworded, Some(before), Some(after)) => {
            Some(format!("Avant : {before}\nAprès : {after}"))
        }
        (_, _, after) => after.clone(),
    }
}

fn alert(from: Option<Level>, to: Option<Level>) -> (&'static str, &'static str) {
    match (from, to) {
        (None, Some(_)) => ("s’ouvrirait", "opened"),
        (Some(_), None) => ("se fermerait", "closed"),
        (Some(was), Some(is)) if was != is => ("changerait de niveau", "moved"),
        (None, None) | (Some(_), Some(_)) => ("", ""),
    }
}

/// A subject by the name that people know it by.
fn named(subject: &Subject, name: Option<&String>) -> Cell {
    let shown = match (name, subject) {
        (Some(name), _) => name.clone(),
        (None, Subject::Project(id)) => id.to_string(),
        (None, Subject::Ministry(code)) => code.to_string(),
        (None, Subject::Portfolio) => "Portefeuille".to_owned(),
    };
    Cell::of(shown, subject.to_string())
}

fn missions(found: &CatalogueDiff) -> Sheet {
    let title = match found.missions.len() {
        0 => "Missions : aucun changement".to_owned(),
        count => format!("Missions : {count} changements"),
    };
    Sheet::list(
        title,
        found.missions.iter(),
        &[
            ("change", "Changement", &|one| Cell::of(one.kind.label(), one.kind.as_str())),
            ("kind", "Mission", &|one| Cell::of(one.mission.label(), one.mission.as_str())),
            ("subject", "Sujet", &|one| named(&one.subject, one.name.as_ref())),
            ("reasons", "Motifs", &|one| Cell::text(one.reasons.join("\n"))),
        ],
    )
}

fn ministries(found: &CatalogueDiff) -> Sheet {
    let rows = found.ministries.iter().map(|news| {
        let projects: Vec<&str> = news.projects.iter().map(String::as_str).collect();
        vec![
            Cell::text(&news.ministry),
            Cell::count(news.alerts_opened),
            Cell::count(news.alerts_moved),
            Cell::count(news.alerts_closed),
            Cell::count(news.missions_gained),
            Cell::count(news.missions_lost),
            Cell::text(projects.join(", ")),
        ]
    });
    let columns = vec![
        ("ministry", "Ministère"),
        ("alerts_opened", "Alertes ouvertes"),
        ("alerts_moved", "Alertes modifiées"),
        ("alerts_closed", "Alertes closes"),
        ("missions_gained", "Missions en plus"),
        ("missions_lost", "Missions en moins"),
        ("projects", "Projets"),
    ];
    Sheet::new(format!("Ministères informés : {}", found.ministries.len()), columns, rows.collect())
        .with_note(
            "Comme si rien n’était encore ouvert et que chaque constat avait assez duré ; rien \
             n’est écrit.",
        )
}
