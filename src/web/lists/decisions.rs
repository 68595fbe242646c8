//! The columns of alerts, missions, reviews and their actions.

use crate::application::{AlertLine, ExportColumn, ListTable, MissionLine, OpenAction, ReviewLine};
use crate::domain::missions::mission::Awaited;

pub(in crate::web) const ALERTS: ListTable<AlertLine> = ListTable {
    name: "alertes",
    title: "Alertes",
    meaning: "Les alertes de la file, dans son ordre, avec ce que des personnes en ont fait.",
    columns: &[
        ExportColumn::text("Sujet", |line| line.subject_name.clone()),
        ExportColumn::text("Ministère", |line| text(line.ministry.as_ref())),
        ExportColumn::text("Règle", |line| line.rule_title.clone()),
        ExportColumn::text("Code de la règle", |line| line.alert.rule.to_string()),
        ExportColumn::text("Niveau", |line| line.alert.level.label().to_owned()),
        ExportColumn::text("État", |line| line.alert.state.label().to_owned()),
        ExportColumn::day("Depuis le", |line| Some(line.alert.since)),
        ExportColumn::text("Explication", |line| {
            line.alert.explanation.clone().unwrap_or_default()
        }),
        ExportColumn::text("Dernier fait nouveau", |line| {
            line.alert.facts.last().map(|fact| fact.text.clone()).unwrap_or_default()
        }),
        ExportColumn::text("Confiée à", |line| {
            line.handling.assigned_to.clone().unwrap_or_default()
        }),
        ExportColumn::text("Acquittée par", |line| {
            text(line.handling.acknowledged.as_ref().map(|acknowledged| &acknowledged.by))
        }),
        ExportColumn::moment("Acquittée le", |line| {
            line.handling.acknowledged.as_ref().map(|acknowledged| acknowledged.at)
        }),
        ExportColumn::text("Masquée par la règle", |line| text(line.alert.hidden_by.as_ref())),
        ExportColumn::flag("En silence", |line| Some(line.silenced_by.is_some())),
        ExportColumn::flag("Chiffres contestés", |line| Some(line.disputed_in.is_some())),
        ExportColumn::flag("Sur données anciennes", |line| Some(line.alert.stale)),
        ExportColumn::text("Identifiant", |line| line.alert.id.to_string()),
    ],
};

pub(in crate::web) const MISSIONS: ListTable<MissionLine> = ListTable {
    name: "missions",
    title: "Missions",
    meaning: "Les missions, par étape attendue, avec les règles qui les appellent.",
    columns: &[
        ExportColumn::text("Mission", |line| line.mission.kind.label().to_owned()),
        ExportColumn::text("Sujet", |line| line.subject_name.clone()),
        ExportColumn::text("Ministère", |line| text(line.ministry.as_ref())),
        ExportColumn::text("Étape attendue", |line| {
            line.awaits.map(Awaited::label).unwrap_or_default().to_owned()
        }),
        ExportColumn::text("État", |line| line.mission.state.label().to_owned()),
        ExportColumn::flag("D’office", |line| Some(line.mission.automatic)),
        ExportColumn::day("Ouverte le", |line| Some(line.mission.opened_on)),
        ExportColumn::day("Échéance", |line| line.awaits.map(|_| line.mission.due_on)),
        ExportColumn::flag("En retard", |line| Some(line.late)),
        ExportColumn::text("Pilote", |line| {
            line.mission.conduct.lead.as_ref().map(ToString::to_string).unwrap_or_default()
        }),
        ExportColumn::text("Appelée par", |line| line.rule_titles.join("\n")),
        ExportColumn::text("Motifs", |line| line.mission.reasons.join("\n")),
        ExportColumn::text("Identifiant", |line| line.mission.id.to_string()),
    ],
};

pub(in crate::web) const REVIEWS: ListTable<ReviewLine> = ListTable {
    name: "revues",
    title: "Revues",
    meaning: "Les revues des projets inscrits sur une liste de suivi, celles qui sont en retard en premier.",
    columns: &[
        ExportColumn::day("Prévue le", |line| Some(line.review.planned_on)),
        ExportColumn::text("Heure", |line| line.review.starts_at.format("%H:%M").to_string()),
        ExportColumn::text("Projet", |line| line.name.clone()),
        ExportColumn::text("Ministère", |line| line.review.ministry.to_string()),
        ExportColumn::text("Pourquoi", |line| line.review.reason.clone()),
        ExportColumn::day("Due le", |line| Some(line.review.due_on)),
        ExportColumn::text("État", |line| line.review.state.label().to_owned()),
        ExportColumn::flag("En retard", |line| Some(line.late)),
        ExportColumn::day("Tenue le", |line| {
            line.review.minutes.as_ref().map(|minutes| minutes.held_on)
        }),
        ExportColumn::text("Constats", |line| {
            line.review.minutes.as_ref().map(|minutes| minutes.findings.clone()).unwrap_or_default()
        }),
        ExportColumn::text("Décisions", |line| {
            line.review.minutes.as_ref().map(|one| one.decisions.join("\n")).unwrap_or_default()
        }),
    ],
};

pub(in crate::web) const ACTIONS: ListTable<OpenAction> = ListTable {
    name: "actions",
    title: "Actions à mener",
    meaning: "Les actions décidées en revue qui restent à mener, par échéance.",
    columns: &[
        ExportColumn::text("Action", |line| line.action.what.clone()),
        ExportColumn::text("Responsable", |line| line.action.owner.clone()),
        ExportColumn::day("Échéance", |line| Some(line.action.due_on)),
        ExportColumn::flag("En retard", |line| Some(line.late)),
        ExportColumn::text("Projet", |line| line.name.clone()),
        ExportColumn::text("Ministère", |line| line.ministry.to_string()),
        ExportColumn::day("Revue du", |line| Some(line.held_on)),
    ],
};

fn text(of: Option<&impl ToString>) -> String {
    of.map(ToString::to_string).unwrap_or_default()
}
