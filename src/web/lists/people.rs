//! The columns of messages, and of what campaigns of the questionnaire asked and got.

use crate::application::{AnswerLine, ExportColumn, ListTable, ProjectAnswers};
use crate::domain::messages::notice::{NoticeState, QueuedNotice};
use crate::support::translation;
use crate::web::wording::office_names;
use crate::web::wording::problem_words::for_people;

pub(in crate::web) const MESSAGES: ListTable<QueuedNotice> = ListTable {
    name: "messages",
    title: "Messages",
    meaning: "Les messages écrits, le plus récent en premier, et ce que chacun est devenu.",
    columns: &[
        ExportColumn::text("Message", |one| one.notice.title.clone()),
        ExportColumn::text("Genre", |one| one.notice.kind.label().to_owned()),
        ExportColumn::text("Destinataire", |one| {
            office_names::receiver(&one.notice.receiver.to_string())
        }),
        ExportColumn::count("Cycle", |one| one.notice.cycle.map(|cycle| cycle.0)),
        ExportColumn::moment("Écrit le", |one| Some(one.notice.created_at)),
        ExportColumn::text("État", |one| one.state.label().to_owned()),
        ExportColumn::count("Essais", |one| Some(i64::from(one.attempts))),
        ExportColumn::moment("Remis le", |one| one.delivered_at),
        ExportColumn::text("Dernière erreur", |one| {
            let error = one.last_error.as_deref().filter(|_| one.state != NoticeState::Delivered);
            error.map(|error| for_people(&translation::into_french(error))).unwrap_or_default()
        }),
        ExportColumn::text("Identifiant", |one| one.notice.id.to_string()),
    ],
};

pub(in crate::web) const ANSWERS: ListTable<AnswerLine> = ListTable {
    name: "reponses",
    title: "Réponses",
    meaning: "Chaque question de la campagne à chaque projet, avec sa dernière réponse.",
    columns: &[
        ExportColumn::text("Projet", |line| line.project.to_string()),
        ExportColumn::text("Question", |line| line.label.clone()),
        ExportColumn::text("Champ", |line| line.field.clone()),
        ExportColumn::text("Réponse", |line| line.shown.clone().unwrap_or_default()),
        ExportColumn::text("État", |line| line.state.label().to_owned()),
        ExportColumn::day("Répondu le", |line| line.reported_on),
        ExportColumn::text("Par", |line| line.answered_by.clone().unwrap_or_default()),
    ],
};

pub(in crate::web) const ANSWERING_PROJECTS: ListTable<ProjectAnswers> = ListTable {
    name: "campagne",
    title: "Projets interrogés",
    meaning: "Ce que chaque projet a répondu depuis l’ouverture de la campagne.",
    columns: &[
        ExportColumn::text("Projet", |line| line.name.clone()),
        ExportColumn::text("Ministère", |line| line.ministry.to_string()),
        ExportColumn::day("Première réponse", |line| line.answered_on),
        ExportColumn::flag("En retard", |line| Some(line.is_late)),
        ExportColumn::count("Répondues", |line| counted(line.given)),
        ExportColumn::count("Ne sait pas", |line| counted(line.unknown)),
        ExportColumn::count("Non communiquées", |line| counted(line.withheld)),
        ExportColumn::count("Sans réponse", |line| counted(line.unanswered)),
        ExportColumn::text("À demander d’abord", |line| {
            let labels: Vec<&str> = line.wanted.iter().map(|one| one.label.as_str()).collect();
            labels.join("\n")
        }),
        ExportColumn::count("Verdicts que cela permettrait", |line| counted(line.settles)),
    ],
};

fn counted(answers: u64) -> Option<i64> {
    i64::try_from(answers).ok()
}
