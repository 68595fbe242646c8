//! What pages say of files, in French: rows set aside, remarks, differences.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::api::Problem;
use crate::application;
use crate::domain::portfolio::import::{Dataset, ImportRemark, SetAside, WithheldFigure};
use crate::domain::portfolio::subject::Subject;
use crate::frame::dictionary::Dictionary;
use crate::store::Difference;
use crate::web::context::PageContext;

/// What a file says otherwise than the one before it, of one field.
#[derive(Debug, Serialize)]
pub(super) struct DifferenceLine {
    pub(super) subject: String,
    /// The project's page.
    pub(super) href: Option<String>,
    pub(super) field: String,
    pub(super) former: String,
    pub(super) now: String,
}

/// `lignes 59 à 294, 300 : total d’un ministère`
pub(super) fn set_aside(aside: &SetAside) -> String {
    // Columns are set aside too, and none of their rows.
    if aside.rows.is_empty() {
        return aside.reason.clone();
    }
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for row in &aside.rows {
        match spans.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*row) => *last = *row,
            Some(_) | None => spans.push((*row, *row)),
        }
    }
    let in_words = spans.iter().map(|(first, last)| {
        if first == last { first.to_string() } else { format!("{first} à {last}") }
    });
    let plural = if aside.rows.len() > 1 { "lignes" } else { "ligne" };
    format!("{plural} {} : {}", in_words.collect::<Vec<_>>().join(", "), aside.reason)
}

/// `ligne 12, colonne « Coût » : …`
pub(super) fn remark(doubt: &ImportRemark) -> String {
    let row = doubt.row.map(|row| format!("ligne {row}"));
    let column = doubt.column.as_ref().map(|column| format!("colonne « {column} »"));
    let place: Vec<String> = row.into_iter().chain(column).collect();
    if place.is_empty() {
        return doubt.remark.clone();
    }
    format!("{} : {}", place.join(", "), doubt.remark)
}

/// The last name of each known project, by id.
pub(super) async fn project_names(
    context: &PageContext,
) -> Result<BTreeMap<String, String>, Problem> {
    let known = context.store.known_projects().await?;
    let named = known.into_iter().map(|mut project| {
        let id = project.project.to_string();
        let name = project.names.pop().unwrap_or_else(|| id.clone());
        (id, name)
    });
    Ok(named.collect())
}

/// `ligne 12, SI SAMU : Coût`
///
/// # Errors
/// If the dictionary cannot be read.
pub(super) async fn withheld_lines(
    context: &PageContext,
    withheld: &[WithheldFigure],
    names: &BTreeMap<String, String>,
) -> Result<Vec<String>, Problem> {
    let dictionary = application::dictionary(context).await?;
    let line = |figure: &WithheldFigure| {
        let id = figure.project.as_str();
        let name = names.get(id).map_or(id, String::as_str);
        format!("ligne {}, {name} : {}", figure.row, field_label(&figure.field, &dictionary))
    };
    Ok(withheld.iter().map(line).collect())
}

/// Differences with the names of projects and fields.
///
/// # Errors
/// If the dictionary cannot be read.
pub(super) async fn difference_lines(
    context: &PageContext,
    differences: &[Difference],
    names: &BTreeMap<String, String>,
) -> Result<Vec<DifferenceLine>, Problem> {
    let dictionary = application::dictionary(context).await?;
    let line = |difference: &Difference| {
        let (subject, href) = called(&difference.subject, names);
        DifferenceLine {
            subject,
            href,
            field: field_label(&difference.field, &dictionary),
            former: difference.former.clone(),
            now: difference.now.clone(),
        }
    };
    Ok(differences.iter().map(line).collect())
}

fn called(subject: &Subject, names: &BTreeMap<String, String>) -> (String, Option<String>) {
    match subject {
        Subject::Project(id) => {
            let name = names.get(id.as_str());
            let href = name.map(|_| format!("/projets/{id}"));
            (name.cloned().unwrap_or_else(|| id.to_string()), href)
        }
        Subject::Ministry(code) => (code.to_string(), None),
        Subject::Portfolio => ("Ensemble des projets".to_owned(), None),
    }
}

/// What people call a field of a file.
pub(super) fn field_label(field: &str, dictionary: &Dictionary) -> String {
    if let Some((_, label)) = FIELDS.iter().find(|(name, _)| *name == field) {
        return (*label).to_owned();
    }
    if let Some(found) = dictionary.field(field) {
        return found.label.to_owned();
    }
    let dataset = Dataset::ALL.into_iter().find(|dataset| dataset.as_str() == field);
    dataset.map_or_else(|| field.to_owned(), |dataset| dataset.label().to_owned())
}

/// Fields of files that the dictionary calls otherwise, or does not have.
const FIELDS: [(&str, &str); 45] = [
    ("project", "Projet"),
    ("name", "Nom"),
    ("ministry", "Ministère"),
    ("ministry_label", "Ministère, en toutes lettres"),
    ("phase", "Phase"),
    ("start_on", "Date de début"),
    ("duration_months", "Durée"),
    ("duration_current", "Durée"),
    ("cost_meur", "Coût"),
    ("cost_current", "Coût"),
    ("inter_ministerial", "Projet interministériel"),
    ("functional_zone", "Zone fonctionnelle"),
    ("programme", "Programme"),
    ("description", "Description"),
    ("withheld_reason", "Motif de non-publication"),
    ("published_on", "Date de publication"),
    ("fin", "Date de fin (la durée en est calculée)"),
    ("reported_on", "Date de la réponse"),
    ("answered_by", "Auteur de la réponse"),
    ("decided_on", "Date de la décision"),
    ("decided_by", "Auteur de la décision"),
    ("reason", "Motif"),
    ("label", "Libellé"),
    ("kind", "Nature"),
    ("baseline_on", "Date initiale"),
    ("forecast_on", "Date prévue"),
    ("actual_on", "Date réelle"),
    ("vendor", "Titulaire"),
    ("vendor_status", "Situation du titulaire"),
    ("notified_on", "Date de notification"),
    ("end_on", "Date de fin"),
    ("ceiling_meur", "Montant maximum"),
    ("consumed_meur", "Montant consommé"),
    ("axis", "Axe"),
    ("severity", "Gravité"),
    ("text", "Texte"),
    ("issued_on", "Date d’émission"),
    ("due_on", "Échéance"),
    ("closed_on", "Date de clôture"),
    ("cause", "Cause"),
    ("level", "Niveau"),
    ("declared_on", "Date de déclaration"),
    ("lifted_on", "Date de levée"),
    ("watch", "Liste de suivi"),
    ("since", "Depuis"),
];
