//! The columns of messages, and of what campaigns of the questionnaire asked and got.

use crate::application::{AnswerLine, ListColumn, ListTable, ProjectAnswers};
use crate::domain::messages::notice::{NoticeState, QueuedNotice};
use crate::support::translation;
use crate::web::wording::office_names;
use crate::web::wording::problem_words::for_people;

pub(in crate::web) const MESSAGES: ListTable<QueuedNotice> = ListTable {
    name: "messages",
    title: "Messages",
    meaning: "Les messages écrits, le plus récent en premier, et ce que chacun est devenu.",
    columns: &[
        ListColumn::text("Message", |one| one.notice.title.clone()),
        ListColumn::text("Genre", |one| one.notice.kind.label().to_owned()),
        ListColumn::text("Destinataire", |one| {
            office_names::receiver(&one.notice.receiver.to_string())
        }),
        ListColumn::count("Cycle", |one| one.notice.cycle.map(|cycle| cycle.0)),
        ListColumn::moment("Écrit le", |one| Some(one.notice.created_at)),
        ListColumn::text("État", |one| one.state.label().to_owned()),
        ListColumn::count("Essais", |one| Some(i64::from(one.attempts))),
        ListColumn::moment("Remis le", |one| one.delivered_at),
        ListColumn::text("Dernière erreur", |one| {
            let error = one.last_error.as_deref().filter(|_| one.state != NoticeState::Delivered);
            error.map(|error| for_people(&translation::into_french(error))).unwrap_or_default()
        }),
        ListColumn::text("Identifiant", |one| one.notice.id.to_string()),
    ],
};

pub(in crate::web) const ANSWERS: ListTable<AnswerLine> = ListTable {
    name: "reponses",
    title: "Réponses",
    meaning: "Chaque question de la campagne à chaque projet, avec sa dernière réponse.",
    columns: &[
        ListColumn::text("Projet", |line| line.project.to_string()),
        ListColumn::text("Question", |line| line.label.clone()),
        ListColumn::text("Champ", |line| line.field.clone()),
        ListColumn::text("Réponse", |line| line.shown.clone().unwrap_or_default()),
        ListColumn::text("État", |line| line.state.label().to_owned()),
        ListColumn::day("Répondu le", |line| line.reported_on),
        ListColumn::text("Par", |line| line.answered_by.clone().unwrap_or_default()),
    ],
};

pub(in crate::web) const ANSWERING_PROJECTS: ListTable<ProjectAnswers> = ListTable {
    name: "campagne",
    title: "Projets interrogés",
    meaning: "Ce que chaque projet a répondu depuis l’ouverture de la campagne.",
    columns: &[
        ListColumn::text("Projet", |line| line.name.clone()),
        ListColumn::text("Ministère", |line| line.ministry.to_string()),
        ListColumn::day("Première réponse", |line| line.answered_on),
        ListColumn::flag("En retard", |line| Some(line.is_late)),
        ListColumn::count("Répondues", |line| counted(line.given)),
        ListColumn::count("Ne sait pas", |line| counted(line.unknown)),
        ListColumn::count("Non communiquées", |line| counted(line.withheld)),
        ListColumn::count("Sans réponse", |line| counted(line.unanswered)),
        ListColumn::text("À demander d’abord", |line| {
            let labels: Vec<&str> = line.wanted.iter().map(|one| one.label.as_str()).collect();
            labels.join("\n")
        }),
        ListColumn::count("Verdicts que cela permettrait", |line| counted(line.settles)),
    ],
};

fn counted(answers: u64) -> Option<i64> {
    i64::try_from(answers).ok()
}
