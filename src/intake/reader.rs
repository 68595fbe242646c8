//! Reads a file into an import: every row is read, and one wrong row refuses the file.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::error::{FileFault, Refused, SourceError};
use super::identity::aliases::Aliases;
use super::identity::project_identity::Identities;
use super::prepared::PreparedFile;
use super::profiles::layout::Layout;
use super::profiles::profile_set::Profiles;
use super::profiles::recognise;
use super::read::file_bytes::bounded;
use super::read::{csv, sheet};
use super::read_request::ReadRequest;
use super::rows::row::{RowContext, RowReader};
use super::rows::table::{FileRow, FileTable};
use super::rows::{checks, contacts, facts, follow_up, panorama};
use super::sheets;
use crate::domain::formula::FormulaLanguage;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::Fact;
use crate::domain::portfolio::import::{Dataset, Import, ImportedRows, KnownProject};
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

    pub fn shipped(dictionary: &Arc<Dictionary>) -> Result<Self, SourceError> {
        Ok(Self::new(Profiles::shipped(dictionary)?, Aliases::shipped()?))
    }

    pub(super) fn lay_over<'s>(
        &mut self,
        saved: impl Iterator<Item = (&'s str, &'s str)>,
        language: &dyn FormulaLanguage,
    ) -> Result<(), SourceError> {
        self.profiles.lay_over(saved, language)
    }

    pub(super) fn into_parts(self) -> (Profiles, Aliases) {
        (self.profiles, self.aliases)
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
        let found = recognise::recognise(request.file, table, &self.profiles, request.profile)?;
        Ok(found.layout.profile.dataset)
    }

    /// Recognises a file and makes its rows ready.
    pub(super) fn prepare(
        &self,
        request: &ReadRequest<'_>,
    ) -> Result<PreparedFile<'_>, SourceError> {
        bounded(request.file, request.bytes)?;
        PreparedFile::of(request, self.table(request)?, &self.profiles)
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

    /// Reads the whole file into an import, and the facts that its profile keeps into another. `known` are the
    /// projects already in the portfolio.
    ///
    /// # Errors
    ///
    /// Fails with every fault of the file: one wrong row refuses the whole of it.
    pub fn read(
        &self,
        request: &ReadRequest<'_>,
        known: &[KnownProject],
    ) -> Result<Vec<Import>, SourceError> {
        let prepared = self.prepare(request)?;
        self.read_prepared(request, &prepared, known)
    }

    pub(super) fn read_prepared(
        &self,
        request: &ReadRequest<'_>,
        prepared: &PreparedFile<'_>,
        known: &[KnownProject],
    ) -> Result<Vec<Import>, SourceError> {
        let PreparedFile { table, layout, .. } = prepared;
        let rows = prepared.rows();
        let identities = Identities::new(&self.aliases, known);
        let context = prepared.context(&self.aliases, &identities, NaiveDate::MAX);
        let mut faults = prepared.faults.clone();
        let mut remarks = prepared.remarks.clone();
        let spoilt = checks::spoilt_cells(context, &rows);
        let english = checks::english_thousands(context, &rows, prepared.is_typed);
        let doubtful = english
            .into_iter()
            .chain(facts::unpublished(context, &rows))
            .chain(facts::unsigned(context, &rows));
        remarks.extend(doubtful.map(|remark| table.remark_in_file(remark)));
        let dates = panorama::publication_dates(context, &rows, &mut faults);
        let answered = facts::last_answers(context, &rows);
        let (edition, edition_reason) = edition(request, layout, (&dates, answered), &mut faults)?;
        let context = RowContext { day: edition.as_of(), ..context };
        let read = read_rows(context, &rows, edition, &mut faults);
        let kept = kept_facts(context, &rows, edition, &mut faults);
        if !faults.is_empty() || !spoilt.is_empty() {
            let mut faults = checks::without_repeats(spoilt, faults);
            faults.sort_by_key(|fault| fault.row);
            let faults = faults.into_iter().map(|fault| table.fault_in_file(fault)).collect();
            let file = request.file.to_owned();
            return Err(SourceError::Refused(Box::new(Refused { file, faults })));
        }
        if rows.is_empty() {
            // Replacing an edition by nothing would look like the calmest of panoramas.
            let file = request.file.to_owned();
            return Err(SourceError::Unreadable {
                file,
                found: nothing_to_read(prepared),
                expected: "au moins une ligne",
            });
        }
        let import = Import {
            file: request.file.to_owned(),
            sha256: Fingerprint::of(request.bytes),
            profile: layout.profile.id.clone(),
            profile_reason: in_words(table, &prepared.reason, &edition_reason),
            dataset: layout.profile.dataset,
            edition,
            set_aside: prepared.set_aside(),
            remarks,
            withheld: panorama::withheld(&read),
            sightings: identities.sightings(&seen(&read, &rows, context)),
            holds: Vec::new(),
            rows: read,
        };
        let of_facts = (!kept.is_empty()).then(|| import_of_facts(&import, kept));
        Ok(std::iter::once(import).chain(of_facts).collect())
    }
}

/// The import of facts that a panorama has besides its own fields. Answers are completed field by field: those of a
/// questionnaire that the file does not have stay.
fn import_of_facts(import: &Import, facts: Vec<Fact>) -> Import {
    Import {
        file: import.file.clone(),
        sha256: import.sha256.clone(),
        profile: import.profile.clone(),
        profile_reason: "colonnes que le profil garde comme faits de suivi".to_owned(),
        dataset: Dataset::Questionnaire,
        edition: import.edition,
        rows: ImportedRows::Facts(facts),
        set_aside: Vec::new(),
        withheld: Vec::new(),
        sightings: Vec::new(),
        holds: Vec::new(),
        remarks: Vec::new(),
    }
}

/// Of a file that has projects in columns, why none is read: people send questionnaires back empty.
fn nothing_to_read(prepared: &PreparedFile<'_>) -> String {
    let set_aside = prepared.set_aside();
    if !prepared.table.is_turned() || set_aside.is_empty() {
        return "des en-têtes et aucune ligne dessous".to_owned();
    }
    let reasons: Vec<&str> = set_aside.iter().map(|aside| aside.reason.as_str()).collect();
    format!("aucun projet à lire ({})", reasons.join(" ; "))
}

/// Files of facts have theirs among their rows.
fn kept_facts(
    context: RowContext<'_>,
    rows: &[&FileRow],
    edition: EditionId,
    faults: &mut Vec<FileFault>,
) -> Vec<Fact> {
    if context.layout.profile.dataset == Dataset::Panorama {
        facts::kept_facts(context, rows, edition, faults)
    } else {
        Vec::new()
    }
}

/// Why this sheet, this profile and this edition.
fn in_words(table: &FileTable, profile: &str, edition: &str) -> String {
    let sheet = table.sheet_note.as_ref().map(|sheet| format!("{sheet} ; ")).unwrap_or_default();
    format!("{sheet}{profile} ; {edition}")
}

/// The edition requested, else the one that the file's name gives, else the one that its rows give: by the date of
/// publication, or, of a questionnaire, by that of the last answers.
fn edition(
    request: &ReadRequest<'_>,
    layout: &Layout<'_>,
    (dates, answered): (&BTreeMap<NaiveDate, u32>, Option<NaiveDate>),
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
    } else if let Some(edition) = answered.map(EditionId::of) {
        (edition, "d’après la date des dernières réponses")
    } else {
        return Err(SourceError::NoEdition { file: request.file.to_owned() });
    };
    let column = layout.profile.fields.get("published_on").and_then(|c| c.headers().first());
    for (date, row) in dates {
        if !panorama::is_publication_of(*date, edition) {
            faults.push(FileFault {
                row: Some(*row),
                column: column.cloned(),
                found: format!("`{date}`"),
                expected: format!("une date de publication de l’édition {edition}"),
                unknown_name: None,
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
