//! Reads a file into an import: every row is read, and one wrong row refuses the file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::error::{FileFault, Refused, SourceError};
use super::identity::aliases::Aliases;
use super::identity::project_identity::Identities;
use super::profiles::layout;
use super::profiles::layout::Layout;
use super::profiles::profile::Profiles;
use super::read::file_bytes::bounded;
use super::read::{csv, sheet};
use super::read_request::ReadRequest;
use super::rows::row::{RowContext, RowReader};
use super::rows::table::{FileRow, FileTable};
use super::rows::{checks, contacts, facts, follow_up, merged, panorama};
use super::sheets;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::{Dataset, Import, ImportedRows, KnownProject, SetAside};
use crate::frame::dictionary::Dictionary;
use crate::support::fingerprint::Fingerprint;

/// Reads files. Rows are numbered as a spreadsheet program shows them: the header is row 1, and an
/// empty row counts.
#[derive(Clone, Debug)]
pub struct Reader {
    profiles: Profiles,
    aliases: Aliases,
}

impl Reader {
    pub fn new(profiles: Profiles, aliases: Aliases) -> Self {
        Self { profiles, aliases }
    }

    pub fn shipped(dictionary: Arc<Dictionary>) -> Result<Self, SourceError> {
        Ok(Self::new(Profiles::shipped(dictionary)?, Aliases::shipped()?))
    }

    pub fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    pub fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// What the file is about, from its header alone.
    pub fn recognise(&self, request: &ReadRequest<'_>) -> Result<Dataset, SourceError> {
        bounded(request.file, request.bytes)?;
        let table = self.table(request)?;
        let (_, layout, _) =
            layout::recognise(request.file, &table, &self.profiles, request.profile)?;
        Ok(layout.profile.dataset)
    }

    fn table(&self, request: &ReadRequest<'_>) -> Result<FileTable, SourceError> {
        let &ReadRequest { file, bytes, .. } = request;
        if sheet::is_sheet(bytes) {
            return sheets::read(request, &self.profiles);
        }
        if let Some(sheet) = request.sheet {
            let found = format!("la feuille `{sheet}` demandée d’un fichier CSV");
            let expected = "un classeur XLSX ou ODS : un fichier CSV n’a pas de feuilles";
            return Err(SourceError::Unreadable { file: file.to_owned(), found, expected });
        }
        csv::read(file, bytes)
    }

    /// Reads the whole file into an import. `known` are the projects already in the portfolio.
    ///
    /// # Errors
    ///
    /// Fails with every fault of the file: one wrong row refuses the whole of it.
    pub fn read(
        &self,
        request: &ReadRequest<'_>,
        known: &[KnownProject],
    ) -> Result<Import, SourceError> {
        bounded(request.file, request.bytes)?;
        let table = self.table(request)?;
        let (place, layout, reason) =
            layout::recognise(request.file, &table, &self.profiles, request.profile)?;
        let mut table = table.headed_at(place);
        let mut remarks = merged::part(&mut table, &layout);
        let (rows, empty): (Vec<&FileRow>, Vec<&FileRow>) =
            table.rows.iter().partition(|row| !row.is_empty());
        let (totals, rows): (Vec<&FileRow>, Vec<&FileRow>) =
            rows.into_iter().partition(|row| checks::is_total(&layout, row));
        let identities = Identities::new(&self.aliases, known);
        let context = RowContext {
            layout: &layout,
            header: &table.header,
            aliases: &self.aliases,
            identities: &identities,
            day: NaiveDate::MAX,
        };
        let mut faults = layout.faults(&table.header);
        let uneven = uneven(&table, &rows);
        // The cells of an uneven row are not in their columns: one fault is enough.
        let (uneven, rows): (Vec<&FileRow>, Vec<&FileRow>) =
            rows.into_iter().partition(|row| uneven.contains(&row.number));
        faults.extend(uneven.iter().map(|row| uneven_fault(&table, row)));
        let spoilt = checks::spoilt_cells(context, &rows);
        remarks.extend(checks::english_thousands(context, &rows, !table.is_even));
        let dates = panorama::publication_dates(context, &rows, &mut faults);
        let (edition, edition_reason) = edition(request, &layout, &dates, &mut faults)?;
        let context = RowContext { day: edition.as_of(), ..context };
        let read = read_rows(context, &rows, edition, &mut faults);
        if !faults.is_empty() || !spoilt.is_empty() {
            let mut faults = checks::without_repeats(spoilt, faults);
            faults.sort_by_key(|fault| fault.row);
            let file = request.file.to_owned();
            return Err(SourceError::Refused(Box::new(Refused { file, faults })));
        }
        if rows.is_empty() {
            // Replacing an edition by nothing would look like the calmest of panoramas.
            let file = request.file.to_owned();
            let found = "des en-têtes et aucune ligne dessous".to_owned();
            return Err(SourceError::Unreadable { file, found, expected: "au moins une ligne" });
        }
        Ok(Import {
            file: request.file.to_owned(),
            sha256: Fingerprint::of(request.bytes),
            profile: layout.profile.id.clone(),
            profile_reason: in_words(&table, &reason, &edition_reason),
            dataset: layout.profile.dataset,
            edition,
            set_aside: set_aside(&layout, &table, &rows, &empty, &totals),
            remarks,
            withheld: panorama::withheld(&read),
            sightings: identities.sightings(&seen(&read, &rows, context)),
            holds: Vec::new(),
            rows: read,
        })
    }
}

/// Why this sheet, this profile and this edition.
fn in_words(table: &FileTable, profile: &str, edition: &str) -> String {
    let sheet = table.sheet.as_ref().map(|sheet| format!("{sheet} ; ")).unwrap_or_default();
    format!("{sheet}{profile} ; {edition}")
}

/// Rows of another length than the header: a separator in a cell without its quotes shifts all that
/// follows, and a file cut short ends early. An end that all rows share is a habit of the writer.
fn uneven(table: &FileTable, rows: &[&FileRow]) -> BTreeSet<u32> {
    let width = table.header.cells.len();
    let length = rows.first().map(|row| row.cells.len()).filter(|length| *length > width);
    let length = length.filter(|length| rows.iter().all(|row| row.cells.len() == *length));
    let is_uneven = |row: &&&FileRow| {
        row.cells.len() != length.unwrap_or(width)
            || row.cells.iter().skip(width).any(|cell| !cell.is_empty())
    };
    rows.iter().filter(|_| table.is_even).filter(is_uneven).map(|row| row.number).collect()
}

fn uneven_fault(table: &FileTable, row: &FileRow) -> FileFault {
    FileFault {
        row: Some(row.number),
        column: None,
        found: format!("{} cellules", row.cells.len()),
        expected: format!("{}, comme dans les en-têtes", table.header.cells.len()),
    }
}

/// The edition requested, else the one that the file's name gives, else the one that its rows give.
fn edition(
    request: &ReadRequest<'_>,
    layout: &Layout<'_>,
    dates: &BTreeMap<NaiveDate, u32>,
    faults: &mut Vec<FileFault>,
) -> Result<(EditionId, String), SourceError> {
    let by_name = || edition_of_name(request.file);
    let by_date = || dates.keys().next_back().map(|date| EditionId::of(*date));
    let (edition, reason) = if let Some(edition) = request.edition {
        (edition, "demandée")
    } else if let Some(edition) = by_name() {
        (edition, "d’après le nom du fichier")
    } else if let Some(edition) = by_date() {
        (edition, "d’après la date de publication")
    } else {
        return Err(SourceError::NoEdition { file: request.file.to_owned() });
    };
    let column = layout.profile.fields.get("published_on").and_then(|c| c.headers.first());
    for (date, row) in dates {
        if !panorama::is_publication_of(*date, edition) {
            faults.push(FileFault {
                row: Some(*row),
                column: column.cloned(),
                found: format!("`{date}`"),
                expected: format!("une date de publication de l’édition {edition}"),
            });
        }
    }
    Ok((edition, format!("édition {edition} {reason}")))
}

/// `2020-11` of `…/2020-11.published.csv`.
fn edition_of_name(file: &str) -> Option<EditionId> {
    let name = file.rsplit(['/', '\\']).next()?;
    let (month, rest) = name.split_at_checked(7)?;
    month.parse().ok().filter(|_| !rest.starts_with(|next: char| next.is_ascii_digit()))
}

fn read_rows(
    context: RowContext<'_>,
    rows: &[&FileRow],
    edition: EditionId,
    faults: &mut Vec<FileFault>,
) -> ImportedRows {
    match context.layout.profile.dataset {
        Dataset::Panorama => {
            ImportedRows::Panorama(panorama::snapshots(context, rows, edition, faults))
        }
        Dataset::Baselines
        | Dataset::Article3
        | Dataset::Questionnaire
        | Dataset::Audits
        | Dataset::Exits => ImportedRows::Facts(facts::facts(context, rows, faults)),
        Dataset::Rebaselines => {
            ImportedRows::Rebaselines(each(context, rows, faults, follow_up::rebaseline))
        }
        Dataset::Milestones => {
            ImportedRows::Milestones(each(context, rows, faults, follow_up::milestone))
        }
        Dataset::Contracts => {
            ImportedRows::Contracts(each(context, rows, faults, follow_up::contract))
        }
        Dataset::Recommendations => {
            ImportedRows::Recommendations(each(context, rows, faults, follow_up::recommendation))
        }
        Dataset::DeclaredCauses => {
            ImportedRows::DeclaredCauses(each(context, rows, faults, follow_up::declared_cause))
        }
        Dataset::WatchLists => {
            ImportedRows::WatchLists(each(context, rows, faults, follow_up::watch_entry))
        }
        Dataset::Contacts => ImportedRows::Contacts(contacts::contacts(context, rows, faults)),
    }
}

/// A row without a value has added a fault.
fn each<T>(
    context: RowContext<'_>,
    rows: &[&FileRow],
    faults: &mut Vec<FileFault>,
    read: impl Fn(&mut RowReader<'_, '_>) -> Option<T>,
) -> Vec<T> {
    rows.iter().filter_map(|row| read(&mut RowReader::new(row, context, faults))).collect()
}

fn set_aside(
    layout: &Layout<'_>,
    table: &FileTable,
    rows: &[&FileRow],
    empty: &[&FileRow],
    totals: &[&FileRow],
) -> Vec<SetAside> {
    let above: Vec<&FileRow> = table.above.iter().filter(|row| !row.is_empty()).collect();
    let kinds = [
        (above.as_slice(), "au-dessus des en-têtes"),
        (empty, "lignes vides"),
        (totals, "total de lignes au-dessus"),
    ];
    let mut set_aside: Vec<_> = kinds
        .into_iter()
        .filter(|(which, _)| !which.is_empty())
        .map(|(which, reason)| SetAside {
            rows: which.iter().map(|row| row.number).collect(),
            reason: reason.to_owned(),
        })
        .collect();
    // Columns are set aside too; their rows are not, so none is listed.
    for index in &layout.unknown {
        let name = table.header.cell(*index);
        let reason = format!("colonne « {name} » inconnue du profil");
        set_aside.push(SetAside { rows: Vec::new(), reason });
    }
    for index in &layout.unnamed {
        let filled: Vec<String> = rows
            .iter()
            .filter(|row| !row.cell(*index).is_empty())
            .map(|row| row.number.to_string())
            .collect();
        if !filled.is_empty() {
            let (number, lines) = (index.saturating_add(1), filled.join(", "));
            let at = if filled.len() < 2 { "à la ligne" } else { "aux lignes" };
            let reason = format!("colonne {number} sans nom, remplie {at} {lines}");
            set_aside.push(SetAside { rows: Vec::new(), reason });
        }
    }
    set_aside
}

/// Each project of the file, under the name it goes by there.
fn seen(
    read: &ImportedRows,
    rows: &[&FileRow],
    context: RowContext<'_>,
) -> BTreeMap<ProjectId, (String, Option<MinistryCode>)> {
    if let ImportedRows::Panorama(snapshots) = read {
        return snapshots
            .iter()
            .map(|s| (s.project.clone(), (s.name.clone(), Some(s.ministry.clone()))))
            .collect();
    }
    let column = context.layout.columns.get("project");
    rows.iter()
        .filter_map(|row| column.map(|column| row.cell(*column)))
        .filter_map(|name| Some((context.identities.find(name)?, (name.to_owned(), None))))
        .collect()
}
