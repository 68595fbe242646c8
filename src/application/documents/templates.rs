//! The templates of documents: texts of the catalogue, or those of the program where the catalogue has none.

use std::collections::BTreeMap;

use super::samples;
use crate::documents;
use crate::documents::{Block, Datum, Document, DocumentPart, Inline, Table, TableColumn};
use crate::domain::rules::verdict::RuleFailure;

/// Where the catalogue has them.
const FOLDER: &str = "documents/";

/// A template, by its path in the catalogue.
#[derive(Clone, Copy, Debug)]
pub(super) struct DocumentTemplate {
    pub(super) path: &'static str,
    shipped: &'static str,
    sample: fn() -> Datum,
}

pub(super) const COSINUM: DocumentTemplate = DocumentTemplate {
    path: "documents/cosinum.md",
    shipped: include_str!("../../../rules/documents/cosinum.md"),
    sample: samples::cosinum,
};

pub(super) const MINISTRY: DocumentTemplate = DocumentTemplate {
    path: "documents/ministry.md",
    shipped: include_str!("../../../rules/documents/ministry.md"),
    sample: samples::ministry,
};

pub(super) const PROJECT: DocumentTemplate = DocumentTemplate {
    path: "documents/project.md",
    shipped: include_str!("../../../rules/documents/project.md"),
    sample: samples::project,
};

const ALL: [DocumentTemplate; 3] = [COSINUM, MINISTRY, PROJECT];

/// The text of a template among those in force.
pub(super) fn text(texts: &BTreeMap<String, String>, template: DocumentTemplate) -> &str {
    texts.get(template.path).map_or(template.shipped, String::as_str)
}

/// Whether a path of the catalogue is that of a template.
pub(in crate::application) fn is_template(path: &str) -> bool {
    path.starts_with(FOLDER)
}

/// What is wrong with the templates of a catalogue.
pub(in crate::application) fn faults(texts: &BTreeMap<String, String>) -> Vec<RuleFailure> {
    let mut faults = Vec::new();
    for (path, text) in texts.iter().filter(|(path, _)| is_template(path)) {
        if let Some(template) = ALL.iter().find(|template| template.path == path) {
            faults.extend(documents::template_faults(path, text, &(template.sample)()));
        } else {
            let known = ALL.map(|template| template.path).join(", ");
            let words = format!("found a template of no document, expected one of {known}");
            faults.push(RuleFailure::at(path, "", None, words));
        }
    }
    faults
}

/// One of everything, to restyle.
pub(super) fn specimen() -> Document {
    let text = |text: &str| vec![Inline::Text { text: text.to_owned() }];
    let column = |label: &str, right| TableColumn { label: label.to_owned(), right };
    let table = Table {
        caption: "Titre d’un tableau".to_owned(),
        columns: vec![column("Projet", false), column("Glissement", true)],
        rows: vec![vec![text("Nom"), text("0,0 %")]],
    };
    let blocks = vec![
        Block::Paragraph { text: text("Un paragraphe.") },
        Block::Title { text: "Titre dans une partie".to_owned() },
        Block::List { items: vec![text("Un élément de liste.")] },
        Block::Table(table),
    ];
    let parts = vec![DocumentPart { title: "Titre d’une partie".to_owned(), blocks }];
    Document { title: "Titre du document".to_owned(), lead: Vec::new(), parts }
}
