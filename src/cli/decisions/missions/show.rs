//! `vigie missions show`: one mission, whole.

use super::labels;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::application;
use vigie::application::MissionFile;
use vigie::support::french;

pub(super) fn show(file: &MissionFile, printer: &Printer) -> Result<Conclusion, CliError> {
    let sheets: Vec<Sheet> =
        [Some(summary(file)), Some(alerts(file)), milestones(file), Some(history(file))]
            .into_iter()
            .flatten()
            .collect();
    printer.answer(file, &sheets, 3)
}

fn summary(file: &MissionFile) -> Sheet {
    let mission = &file.line.mission;
    let conduct = &mission.conduct;
    let planned = file.play.as_ref().map(|play| play.lead.clone());
    let mut lines = vec![
        ("État", labels::state(mission).to_owned()),
        ("Conduite par", conduct.lead.clone().or(planned).unwrap_or_default()),
        ("Ouverte le", french::date(mission.opened_on)),
    ];
    if file.line.awaits.is_some() {
        lines.push(("Échéance", labels::due(&file.line).shown().to_owned()));
    }
    if let Some(decision) = &conduct.decision {
        let verdict = if decision.accepted { "Acceptée" } else { "Écartée" };
        let date = french::date(decision.on);
        lines.push((
            "Décision",
            format!("{verdict} le {date} par {} : {}", decision.by, decision.reason),
        ));
    }
    if let Some(on) = conduct.started_on {
        lines.push(("Démarrée le", french::date(on)));
    }
    for reply in &conduct.vendor_replies {
        let date = french::date(reply.on);
        let text = match &reply.text {
            Some(text) => format!("{}, le {date} : {text}", reply.vendor),
            None => format!("{} n’avait pas répondu au {date}", reply.vendor),
        };
        lines.push(("Réponse du prestataire", text));
    }
    for naming in &conduct.namings {
        let (date, tone) = (french::date(naming.on), naming.tone.label());
        lines.push((
            "Citation publique",
            format!(
                "{} ({tone}), décidée le {date} par {} : {}",
                naming.vendor, naming.by, naming.reason
            ),
        ));
    }
    if let Some(closing) = &conduct.closing {
        let (date, outcome) = (french::date(closing.on), closing.outcome.label());
        lines.push((
            "Résultat",
            format!("{outcome}, le {date}, par {} : {}", closing.by, closing.reason),
        ));
    }
    let title = format!("{} {} : {}", mission.kind.label(), mission.id, file.line.subject_name);
    let purpose = file.play.as_ref().map_or_else(String::new, |play| play.purpose.clone());
    let rows = lines.into_iter().map(|(what, text)| vec![Cell::text(what), Cell::text(text)]);
    Sheet::new(title, vec![("what", "Rubrique"), ("text", "Contenu")], rows.collect())
        .with_note(purpose)
}

fn alerts(file: &MissionFile) -> Sheet {
    let rows = file.alerts_behind.iter().map(|alert| {
        vec![
            Cell::level(alert.level),
            Cell::text(alert.rule.as_str()),
            Cell::of(alert.state.label(), alert.state.as_str()),
            Cell::date(alert.since),
            Cell::optional(alert.explanation.as_deref()),
        ]
    });
    Sheet::new(
        format!("Alertes à l’origine de la mission : {}", file.alerts_behind.len()),
        vec![
            ("level", "Niveau"),
            ("rule", "Règle"),
            ("state", "État"),
            ("since", "Depuis"),
            ("explanation", "Explication"),
        ],
        rows.collect(),
    )
}

fn milestones(file: &MissionFile) -> Option<Sheet> {
    let milestones = &file.line.mission.conduct.milestones;
    let rows = milestones.iter().map(|milestone| {
        let done = milestone.done_on.map(french::date);
        vec![Cell::text(&milestone.label), Cell::date(milestone.due_on), Cell::optional(done)]
    });
    let columns = vec![("label", "Jalon"), ("due_on", "Pour le"), ("done_on", "Franchi le")];
    (!milestones.is_empty()).then(|| Sheet::new("Jalons de la mission", columns, rows.collect()))
}

fn history(file: &MissionFile) -> Sheet {
    let rows = file.history.iter().map(|entry| {
        let by = match (&entry.change.by, entry.cycle) {
            (Some(by), _) => by.to_string(),
            (None, Some(cycle)) => format!("cycle {cycle}"),
            (None, None) => String::new(),
        };
        vec![
            Cell::of(french::date(application::today(entry.at)), entry.at.to_rfc3339()),
            Cell::text(by),
            Cell::of(entry.change.kind.label(), entry.change.kind.as_str()),
            Cell::text(&entry.change.reason),
        ]
    });
    Sheet::new(
        "Historique",
        vec![("at", "Le"), ("by", "Par"), ("change", "Événement"), ("reason", "Motif")],
        rows.collect(),
    )
}
