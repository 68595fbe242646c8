//! The columns of alerts, missions, reviews and their actions.

use crate::application::{AlertLine, ListColumn, ListTable, MissionLine, OpenAction, ReviewLine};
use crate::domain::missions::mission::Awaited;

pub(in crate::web) const ALERTS: ListTable<AlertLine> = ListTable {
    name: "alertes",
    title: "Alertes",
    meaning: "Les alertes de la file, dans son ordre, avec ce que des personnes en ont fait.",
    columns: &[
        ListColumn::text("Sujet", |line| line.subject_name.clone()),
        ListColumn::text("Ministère", |line| text(line.ministry.as_ref())),
        ListColumn::text("Règle", |line| line.rule_title.clone()),
        ListColumn::text("Code de la règle", |line| line.alert.rule.to_string()),
        ListColumn::text("Niveau", |line| line.alert.level.label().to_owned()),
        ListColumn::text("État", |line| line.alert.state.label().to_owned()),
        ListColumn::day("Depuis le", |line| Some(line.alert.since)),
        ListColumn::text("Explication", |line| line.alert.explanation.clone().unwrap_or_default()),
        ListColumn::text("Dernier fait nouveau", |line| {
            line.alert.facts.last().map(|fact| fact.text.clone()).unwrap_or_default()
        }),
        ListColumn::text("Confiée à", |line| {
            line.handling.assigned_to.clone().unwrap_or_default()
        }),
        ListColumn::text("Acquittée par", |line| {
            text(line.handling.acknowledged.as_ref().map(|acknowledged| &acknowledged.by))
        }),
        ListColumn::moment("Acquittée le", |line| {
            line.handling.acknowledged.as_ref().map(|acknowledged| acknowledged.at)
        }),
        ListColumn::text("Masquée par la règle", |line| text(line.alert.hidden_by.as_ref())),
        ListColumn::flag("En silence", |line| Some(line.silenced_by.is_some())),
        ListColumn::flag("Chiffres contestés", |line| Some(line.disputed_in.is_some())),
        ListColumn::flag("Sur données anciennes", |line| Some(line.alert.stale)),
        ListColumn::text("Identifiant", |line| line.alert.id.to_string()),
    ],
};

pub(in crate::web) const MISSIONS: ListTable<MissionLine> = ListTable {
    name: "missions",
    title: "Missions",
    meaning: "Les missions, par étape attendue, avec les règles qui les appellent.",
    columns: &[
        ListColumn::text("Mission", |line| line.mission.kind.label().to_owned()),
        ListColumn::text("Sujet", |line| line.subject_name.clone()),
        ListColumn::text("Ministère", |line| text(line.ministry.as_ref())),
        ListColumn::text("Étape attendue", |line| {
            line.awaits.map(Awaited::label).unwrap_or_default().to_owned()
        }),
        ListColumn::text("État", |line| line.mission.state.label().to_owned()),
        ListColumn::flag("D’office", |line| Some(line.mission.automatic)),
        ListColumn::day("Ouverte le", |line| Some(line.mission.opened_on)),
        ListColumn::day("Échéance", |line| line.awaits.map(|_| line.mission.due_on)),
        ListColumn::flag("En retard", |line| Some(line.late)),
        ListColumn::text("Pilote", |line| {
            line.mission.conduct.lead.as_ref().map(ToString::to_string).unwrap_or_default()
        }),
        ListColumn::text("Appelée par", |line| line.rule_titles.join("\n")),
        ListColumn::text("Motifs", |line| line.mission.reasons.join("\n")),
        ListColumn::text("Identifiant", |line| line.mission.id.to_string()),
    ],
};

pub(in crate::web) const REVIEWS: ListTable<ReviewLine> = ListTable {
    name: "revues",
    title: "Revues",
    meaning: "Les revues des projets inscrits sur une liste de suivi, celles qui sont en retard en premier.",
    columns: &[
        ListColumn::day("Prévue le", |line| Some(line.review.planned_on)),
        ListColumn::text("Heure", |line| line.review.starts_at.format("%H:%M").to_string()),
        ListColumn::text("Projet", |line| line.name.clone()),
        ListColumn::text("Ministère", |line| line.review.ministry.to_string()),
        ListColumn::text("Pourquoi", |line| line.review.reason.clone()),
        ListColumn::day("Due le", |line| Some(line.review.due_on)),
        ListColumn::text("État", |line| line.review.state.label().to_owned()),
        ListColumn::flag("En retard", |line| Some(line.late)),
        ListColumn::day("Tenue le", |line| {
            line.review.minutes.as_ref().map(|minutes| minutes.held_on)
        }),
        ListColumn::text("Constats", |line| {
            line.review.minutes.as_ref().map(|minutes| minutes.findings.clone()).unwrap_or_default()
        }),
        ListColumn::text("Décisions", |line| {
            line.review.minutes.as_ref().map(|one| one.decisions.join("\n")).unwrap_or_default()
        }),
    ],
};

pub(in crate::web) const ACTIONS: ListTable<OpenAction> = ListTable {
    name: "actions",
    title: "Actions à mener",
    meaning: "Les actions décidées en revue qui restent à mener, par échéance.",
    columns: &[
        ListColumn::text("Action", |line| line.action.what.clone()),
        ListColumn::text("Responsable", |line| line.action.owner.clone()),
        ListColumn::day("Échéance", |line| Some(line.action.due_on)),
        ListColumn::flag("En retard", |line| Some(line.late)),
        ListColumn::text("Projet", |line| line.name.clone()),
        ListColumn::text("Ministère", |line| line.ministry.to_string()),
        ListColumn::day("Revue du", |line| Some(line.held_on)),
    ],
};

fn text(of: Option<&impl ToString>) -> String {
    of.map(ToString::to_string).unwrap_or_default()
}
