//! What the messages of a campaign say, in French.

use std::collections::BTreeMap;

use super::due::{CampaignInputs, CampaignQuestions, DueMessage, QuestionedProject};
use crate::domain::ids::MinistryCode;
use crate::domain::messages::notice::{NoticeKind, Receiver};
use crate::domain::portfolio::subject::Subject;
use crate::notify::channels::directory::Directory;
use crate::notify::layout::footer::footer;
use crate::notify::layout::message::{Group, Message, MessageAction, Section, plural};
use crate::notify::links::answer_of;
use crate::support::clock::today;
use crate::support::french;

/// `workbooks`: the number of files with the questions that go with the message.
pub(super) fn message(
    inputs: CampaignInputs<'_>,
    due: &DueMessage<'_>,
    workbooks: usize,
) -> Message {
    if due.kind == NoticeKind::QuestionnaireClosing {
        return closing(inputs, due);
    }
    let CampaignInputs { questions, settings, .. } = inputs;
    let is_reminder = due.kind == NoticeKind::QuestionnaireReminder;
    let place = place(inputs, due);
    let about = about(&place, due);
    let until = french::date(questions.closes_on);
    let (head, heading) = if is_reminder {
        ("Rappel : ", "Rappel : questionnaire de suivi")
    } else {
        ("", "Questionnaire de suivi")
    };
    let mut intro: Vec<String> = is_reminder.then(|| unanswered(inputs, due)).into_iter().collect();
    intro.push(task(inputs, due, workbooks));
    intro.extend(relayed(due));
    if !is_reminder {
        intro.push(purpose(questions));
    }
    intro.extend((workbooks > 0).then(how_to_answer));
    Message {
        title: format!("[QUESTIONNAIRE] {head}{about}, réponse attendue au plus tard le {until}"),
        heading: format!("{heading}, {about}"),
        intro,
        action: answer_online(inputs, due),
        sections: vec![wanted(inputs, due)],
        footer: footer(&due.receiver, &place, settings),
        ..Message::default()
    }
}

/// The link by which a contact answers page by page, without an account. The risk team has accounts.
fn answer_online(inputs: CampaignInputs<'_>, due: &DueMessage<'_>) -> Option<MessageAction> {
    let is_contact =
        matches!(due.receiver, Receiver::ProjectDirector(_) | Receiver::SecurityRelay(_));
    if !is_contact || !inputs.settings.sends_links() {
        return None;
    }
    let page = format!("{}/notices/{}", inputs.settings.public_url, due.id);
    Some(MessageAction { label: "Répondre en ligne".to_owned(), url: answer_of(&page) })
}

/// Whom or what the receiver answers for.
fn place(inputs: CampaignInputs<'_>, due: &DueMessage<'_>) -> String {
    match &due.receiver {
        Receiver::ProjectDirector(project) => {
            inputs.directory.name(&Subject::Project(project.clone()))
        }
        Receiver::SecurityRelay(ministry) => ministry_name(inputs.directory, ministry),
        Receiver::SecretaryGeneral(_)
        | Receiver::Dinum
        | Receiver::Director
        | Receiver::Account(_)
        | Receiver::Webhook(_)
        | Receiver::Tchap => "Panorama des grands projets".to_owned(),
    }
}

/// `PORTALIS`, `Ministère de la Justice (5 projets)`
fn about(place: &str, due: &DueMessage<'_>) -> String {
    match due.receiver {
        Receiver::ProjectDirector(_) => place.to_owned(),
        Receiver::SecretaryGeneral(_)
        | Receiver::SecurityRelay(_)
        | Receiver::Dinum
        | Receiver::Director
        | Receiver::Account(_)
        | Receiver::Webhook(_)
        | Receiver::Tchap => {
            format!("{place} ({})", plural(due.projects.len(), "projet", "projets"))
        }
    }
}

/// What the reader is to do, and by when.
fn task(inputs: CampaignInputs<'_>, due: &DueMessage<'_>, workbooks: usize) -> String {
    let until = french::date(inputs.questions.closes_on);
    let contact = &inputs.settings.mail.dinum;
    let back = if contact.is_empty() {
        "en réponse à ce message".to_owned()
    } else {
        format!("à {contact}")
    };
    let is_own = matches!(due.receiver, Receiver::ProjectDirector(_));
    let team = if due.projects.len() == 1 {
        "l’équipe du projet"
    } else {
        "l’équipe de chaque projet"
    };
    let act = match (workbooks, is_own) {
        (0, true) => format!("répondre au questionnaire et envoyer vos réponses {back}"),
        (0, false) => format!("faire répondre {team} et envoyer ses réponses {back}"),
        (_, true) => format!("remplir le classeur joint et le renvoyer {back}"),
        (1, false) => format!("faire remplir le classeur joint par {team} et le renvoyer {back}"),
        (_, false) => {
            format!("faire remplir les classeurs joints par {team} et les renvoyer {back}")
        }
    };
    format!("À faire au plus tard le {until} : {act}.")
}

/// Why somebody else than the projects' directors is asked.
fn relayed(due: &DueMessage<'_>) -> Option<String> {
    let (directors, ask) = match due.projects.len() {
        1 => (
            "le directeur de ce projet",
            "Donnez-nous son nom et son adresse : les prochains messages lui parviendront directement.",
        ),
        _ => (
            "les directeurs de ces projets",
            "Donnez-nous leurs noms et leurs adresses : les prochains messages leur parviendront directement.",
        ),
    };
    match due.receiver {
        Receiver::SecurityRelay(_) => Some(format!("La DINUM ne connaît pas {directors}. {ask}")),
        Receiver::Dinum => Some(format!(
            "Le fichier des contacts ne donne ni {directors}, ni relais ou directeur du numérique au ministère : \
             il est à compléter."
        )),
        Receiver::ProjectDirector(_)
        | Receiver::SecretaryGeneral(_)
        | Receiver::Director
        | Receiver::Account(_)
        | Receiver::Webhook(_)
        | Receiver::Tchap => None,
    }
}

fn purpose(questions: &CampaignQuestions) -> String {
    format!(
        "Ces réponses complètent l’édition {} du panorama. Elles sont les seules à dire ce qu’il ne publie pas : \
         elles servent à repérer tôt une difficulté et à proposer l’appui qui convient.",
        of_month(questions)
    )
}

fn how_to_answer() -> String {
    "Le classeur rappelle vos dernières réponses et leur date. « Inchangé » confirme la dernière ; « Ne sait pas » et \
     « Non communiqué » sont des réponses ; une case vide n’en est pas une."
        .to_owned()
}

/// How long there is left, in a reminder.
fn unanswered(inputs: CampaignInputs<'_>, due: &DueMessage<'_>) -> String {
    let days = (inputs.questions.closes_on - today(inputs.now)).num_days();
    let left = match usize::try_from(days).unwrap_or(0) {
        0 => "c’est le dernier jour".to_owned(),
        1 => "il reste 1 jour".to_owned(),
        several => format!("il reste {several} jours"),
    };
    match due.projects.len() {
        1 => format!("La DINUM n’a reçu aucune réponse sur ce projet, et {left}."),
        several => {
            format!("La DINUM n’a reçu aucune réponse sur ces {several} projets, et {left}.")
        }
    }
}

/// The most useful answers of each project.
fn wanted(inputs: CampaignInputs<'_>, due: &DueMessage<'_>) -> Section {
    let groups = due.projects.iter().map(|one| {
        let mut name = inputs.directory.name(&Subject::Project(one.project.clone()));
        if due.receiver == Receiver::Dinum {
            name = format!("{name} ({})", ministry_name(inputs.directory, &one.ministry));
        }
        let points = match one.wanted.as_slice() {
            [] => vec!["Répondre à l’ensemble des questions".to_owned()],
            labels => labels.to_vec(),
        };
        Group {
            name: format!("{name}, {}", plural(one.asked, "question", "questions")),
            points,
            lines: vec![],
        }
    });
    Section { title: "À renseigner en premier".to_owned(), groups: groups.collect() }
}

fn closing(inputs: CampaignInputs<'_>, due: &DueMessage<'_>) -> Message {
    let CampaignInputs { questions, directory, settings, .. } = inputs;
    let (partial, silent): (Vec<&QuestionedProject>, Vec<&QuestionedProject>) = due
        .projects
        .iter()
        .copied()
        .filter(|one| one.answered < one.asked)
        .partition(|one| one.has_answered());
    let (all, without) = (due.projects.len(), silent.len());
    let have = if all - without < 2 { "a répondu" } else { "ont répondu" };
    let said = format!("{} sur {all} {have}", plural(all - without, "projet", "projets"));
    let heading = format!("Fin du questionnaire de l’édition {} : {said}", of_month(questions));
    let name = |one: &QuestionedProject| directory.name(&Subject::Project(one.project.clone()));
    let answered = |one: &QuestionedProject| {
        let of = plural(one.asked, "question", "questions");
        format!("{} : {} sur {of}", name(one), plural(one.answered, "réponse", "réponses"))
    };
    let sections = [
        ("Sans aucune réponse, à relancer", by_ministry(directory, &silent, name)),
        ("Réponses incomplètes", by_ministry(directory, &partial, answered)),
    ];
    let sections = sections.into_iter().filter(|(_, groups)| !groups.is_empty());
    let place = place(inputs, due);
    Message {
        title: format!("[QUESTIONNAIRE] {heading}"),
        heading,
        intro: vec![format!(
            "La campagne s’est ouverte le {} et s’est terminée le {}. Une réponse qui parvient après la clôture s’importe \
             comme les autres ; elle compte comme tardive.",
            french::date(questions.opens_on),
            french::date(questions.closes_on)
        )],
        sections: sections
            .map(|(title, groups)| Section { title: title.to_owned(), groups })
            .collect(),
        footer: footer(&due.receiver, &place, settings),
        ..Message::default()
    }
}

/// One group for each ministry, by name, with a line for each of its projects.
fn by_ministry(
    directory: &Directory,
    projects: &[&QuestionedProject],
    line: impl Fn(&QuestionedProject) -> String,
) -> Vec<Group> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in projects {
        groups.entry(ministry_name(directory, &one.ministry)).or_default().push(line(one));
    }
    groups.into_iter().map(|(name, points)| Group { name, points, lines: vec![] }).collect()
}

fn ministry_name(directory: &Directory, ministry: &MinistryCode) -> String {
    directory.name(&Subject::Ministry(ministry.clone()))
}

/// `de novembre 2020`, `d’avril 2021`
fn of_month(questions: &CampaignQuestions) -> String {
    let month = french::month_and_year(questions.edition.as_of());
    if month.starts_with(['a', 'o']) { format!("d’{month}") } else { format!("de {month}") }
}
