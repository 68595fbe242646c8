//! What an import changed, or would change if it were confirmed: by project, a bounded number on its page, all of them in its
//! file.

use serde::Serialize;

use super::words;
use super::words::DifferenceLine;
use crate::api::Problem;
use crate::application::{ExportColumn, ListTable};
use crate::domain::portfolio::edition::EditionId;
use crate::store::{Difference, ImportChanges};
use crate::web::context::PageContext;

/// Changes that the page of an import shows: it stays within 60 KB.
const MOST_SHOWN: usize = 100;

/// One change as its file has it.
#[derive(Debug)]
pub(super) struct ChangeLine {
    line: DifferenceLine,
    row: Option<u32>,
}

pub(super) const CHANGES: ListTable<ChangeLine> = ListTable {
    name: "differences",
    title: "Différences",
    meaning: "Ce que le fichier dit autrement que ce qui valait avant lui, ligne par ligne.",
    columns: &[
        ExportColumn::text("Projet ou ministère", |one| one.line.subject.clone()),
        ExportColumn::text("Champ", |one| one.line.field.clone()),
        ExportColumn::text("Avant", |one| one.line.former.clone()),
        ExportColumn::text("Après", |one| one.line.now.clone()),
        ExportColumn::count("Ligne du fichier", |one| one.row.map(i64::from)),
    ],
};

/// The changes of an import, as its page shows them.
#[derive(Debug, Serialize)]
pub(super) struct ChangesView {
    is_waiting: bool,
    against: Option<EditionId>,
    subjects: Vec<ChangedSubject>,
    count: usize,
    /// How many are not shown.
    others: usize,
}

/// What changes of one project or ministry.
#[derive(Debug, Serialize)]
struct ChangedSubject {
    name: String,
    href: Option<String>,
    row: Option<u32>,
    changes: Vec<DifferenceLine>,
}

impl ChangesView {
    pub(super) fn of(changes: &ImportChanges, lines: Vec<ChangeLine>) -> Self {
        let count = lines.len();
        let mut subjects: Vec<ChangedSubject> = Vec::new();
        for ChangeLine { line, row } in lines.into_iter().take(MOST_SHOWN) {
            match subjects.last_mut() {
                Some(last) if last.name == line.subject && last.href == line.href => {
                    last.changes.push(line);
                }
                Some(_) | None => subjects.push(ChangedSubject {
                    name: line.subject.clone(),
                    href: line.href.clone(),
                    row,
                    changes: vec![line],
                }),
            }
        }
        Self {
            is_waiting: changes.is_waiting,
            against: changes.against,
            subjects,
            count,
            others: count.saturating_sub(MOST_SHOWN),
        }
    }
}

/// Changes with the names of projects and fields, by name of the project.
///
/// # Errors
/// If names or the dictionary cannot be read.
pub(super) async fn change_lines(
    context: &PageContext,
    changes: &ImportChanges,
) -> Result<Vec<ChangeLine>, Problem> {
    let mut names = words::project_names(context).await?;
    if changes.is_waiting {
        // Projects that come with an import that waits are not known yet.
        for change in &changes.changes {
            let Difference { subject, field, now, .. } = &change.difference;
            if let Some(project) = subject.project().filter(|_| field == "project") {
                names.entry(project.to_string()).or_insert_with(|| now.clone());
            }
        }
    }
    let found: Vec<Difference> =
        changes.changes.iter().map(|change| change.difference.clone()).collect();
    let lines = words::difference_lines(context, &found, &names).await?;
    let rows = changes.changes.iter().map(|change| change.row);
    let mut lines: Vec<ChangeLine> =
        lines.into_iter().zip(rows).map(|(line, row)| ChangeLine { line, row }).collect();
    lines.sort_by(|one, other| one.line.subject.cmp(&other.line.subject));
    Ok(lines)
}
