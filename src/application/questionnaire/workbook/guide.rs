//! The first sheet: what the workbook is, how to fill it in, who uses it and where it goes.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::answers::{UNCHANGED, UNKNOWN, WITHHELD};
use super::contents::Questionnaire;
use super::looks::Looks;
use crate::support::french;

const GUIDE: &str = "Mode d’emploi";

/// A4.
const PAPER: u8 = 9;

pub(super) fn write(
    sheet: &mut Worksheet,
    questionnaire: &Questionnaire,
    looks: &Looks,
) -> Result<(), XlsxError> {
    sheet.set_name(GUIDE)?;
    sheet.set_column_width(0, 26)?.set_column_width(1, 100)?;
    let title = "Questionnaire de suivi des grands projets numériques de l’État";
    sheet.write_string_with_format(0, 0, title, &looks.title)?;
    let about = about(questionnaire);
    let lines = about.iter().map(|(label, text)| (*label, text.as_str())).chain(HOW);
    for (row, (label, text)) in (2_u32..).zip(lines) {
        sheet.write_string_with_format(row, 0, label, &looks.label)?;
        sheet.write_string_with_format(row, 1, text, &looks.text)?;
    }
    sheet.set_landscape().set_paper_size(PAPER).set_print_fit_to_pages(1, 0);
    sheet.protect();
    Ok(())
}

fn about(questionnaire: &Questionnaire) -> Vec<(&'static str, String)> {
    let Questionnaire { ministry, ministry_label, edition, as_of, projects, return_to, .. } =
        questionnaire;
    let by = questionnaire.closes_on.map(|day| format!(", le {} au plus tard", french::date(day)));
    let by = by.unwrap_or_default();
    let names: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
    let to = if return_to.is_empty() {
        "à l’équipe de la DINUM qui vous l’a transmis".to_owned()
    } else {
        format!("à {return_to}")
    };
    vec![
        ("Ministère", format!("{ministry_label} ({ministry})")),
        ("Réponses pour l’édition", french::month_and_year(edition.as_of())),
        ("Dernières réponses", format!("Celles qui étaient connues le {}.", french::date(*as_of))),
        ("Projets", names.join("\n")),
        (
            "Retour",
            format!(
                "Enregistrer ce classeur sous le même nom, qui commence par l’édition ({edition}), et le renvoyer {to}{by}."
            ),
        ),
    ]
}

const HOW: [(&str, &str); 10] = [
    (
        "Ce qu’il y a à faire",
        "Sur la feuille « Questionnaire », remplir les cellules jaunes et orange\u{a0}: une colonne par projet. Les autres cellules sont \
             protégées.",
    ),
    (
        "Date et signature",
        "Pour chaque projet auquel vous répondez, remplir « Répondu le » et « Répondu par ». La date vaut pour toutes les \
             réponses de la colonne. Un projet dont la colonne reste vide est laissé de côté.",
    ),
    (
        "En priorité",
        "Cellules orange\u{a0}: les trois réponses, au plus, qui permettraient d’évaluer le plus de règles de veille sur le projet.",
    ),
    (
        "Cellule vide",
        "Pas de réponse cette fois. La réponse précédente, s’il y en a une, reste, à sa date.",
    ),
    (
        UNCHANGED,
        "La dernière réponse, affichée à gauche de la cellule, est toujours exacte\u{a0}: elle est confirmée à la nouvelle date.",
    ),
    (
        UNKNOWN,
        "Le projet ne connaît pas la réponse. C’est une réponse, datée et signée comme les autres\u{a0}; elle remplace la \
             précédente.",
    ),
    (
        WITHHELD,
        "Le projet connaît la réponse et ne souhaite pas la donner. C’est aussi une réponse, datée et signée.",
    ),
    (
        "Nombres et dates",
        "Les pourcentages s’écrivent avec leur signe (58\u{a0}%), les montants en millions d’euros toutes taxes comprises, les \
             dates comme 31/01/2021. Une cellule qui refuse une réponse dit ce qui est attendu.",
    ),
    (
        "À quoi cela sert",
        "Les réponses sont lues par les règles de veille de la DINUM, que nomme la colonne « À quoi elle sert ». Une règle à \
             laquelle il manque une réponse ne peut rien dire du projet, ni en bien ni en mal.",
    ),
    (
        "Qui s’en sert",
        "La DINUM et votre ministère. Chaque réponse est conservée avec sa date et le nom de la personne qui l’a donnée.",
    ),
];
