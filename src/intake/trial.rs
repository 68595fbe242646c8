//! A profile tried out on a file: its first rows as they would be read, and every fault; nothing is recorded.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{FileFault, SourceError};
use super::identity::project_identity::Identities;
use super::prepared::PreparedFile;
use super::profiles::profile::Profile;
use super::profiles::profile_set::Profiles;
use super::read_request::ReadRequest;
use super::reader::Reader;
use super::rows::fields::fields;
use super::rows::row::{RowContext, RowReader};
use super::rows::table::FileRow;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::{Dataset, ImportRemark, KnownProject, SetAside};
use crate::domain::value::Value;

/// Rows shown at most.
pub const MOST_TRIED_ROWS: u32 = 100;
/// Faults listed one by one at most; kinds tell of all.
const MOST_FAULTS: usize = 200;

/// What a profile makes of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileTrial {
    /// Id of the profile.
    pub profile: String,
    pub dataset: Dataset,
    /// Why the file is read so: sheet, header, edition, in French.
    pub reason: String,
    pub fields: Vec<TriedField>,
    /// The first rows, as they are read.
    pub rows: Vec<TriedRow>,
    /// How many rows there are to read.
    pub rows_read: usize,
    pub set_aside: Vec<SetAside>,
    pub remarks: Vec<ImportRemark>,
    /// Each kind of fault of the whole file, in French.
    pub fault_kinds: Vec<String>,
    /// The first faults of the whole file.
    pub faults: Vec<FileFault>,
    pub fault_count: usize,
}

/// A field that the profile reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TriedField {
    pub name: String,
    /// Header of its column in the file; the name again for a field without a column.
    pub header: String,
}

/// A row as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TriedRow {
    /// As a spreadsheet program numbers it; the number of its column in a transposed file.
    pub row: u32,
    /// In the order of the fields.
    pub values: Vec<TriedValue>,
}

/// A value as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TriedValue {
    pub state: TriedState,
    /// The value, the text that withholds it, or the cell that cannot be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false)]
    pub text: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TriedState {
    Given,
    Missing,
    Withheld,
    Wrong,
}

impl Reader {
    /// Reads a file with one profile. `rows` are shown; `today` stands for an edition that the file does not give.
    ///
    /// # Errors
    /// When the file cannot be read at all, or its header is not the profile's.
    pub fn try_profile(
        &self,
        profile: Profile,
        request: &ReadRequest<'_>,
        known: &[KnownProject],
        (rows, today): (u32, NaiveDate),
    ) -> Result<ProfileTrial, SourceError> {
        let id = profile.id.clone();
        let reader = Self::new(Profiles::only(profile), self.aliases().clone());
        let mut request = ReadRequest { profile: Some(&id), ..*request };
        let prepared = reader.prepare(&request)?;
        let mut outcome = reader.read_prepared(&request, &prepared, known);
        let mut remarks = prepared.remarks.clone();
        let has_edition = !matches!(outcome, Err(SourceError::NoEdition { .. }));
        if !has_edition {
            request.edition = Some(EditionId::of(today));
            outcome = reader.read_prepared(&request, &prepared, known);
            let remark = "le nom du fichier ne dit pas l’édition : le commencer par `AAAA-MM`, ou `--edition AAAA-MM`";
            remarks.push(ImportRemark { row: None, column: None, remark: remark.to_owned() });
        }
        let day = request.edition.map_or(today, EditionId::as_of);
        let identities = Identities::new(reader.aliases(), known);
        let context = prepared.context(reader.aliases(), &identities, day);
        let mut trial = preview(&prepared, context, rows);
        trial.remarks = remarks;
        match outcome {
            Ok(imports) => {
                if let Some(import) = imports.into_iter().next() {
                    if has_edition {
                        trial.reason = import.profile_reason;
                    }
                    let others = import.remarks.into_iter();
                    // It has those of the file made ready.
                    trial.remarks.extend(others.skip(prepared.remarks.len()));
                }
            }
            Err(SourceError::Refused(refused)) => {
                trial.fault_kinds = refused.kinds_in_words();
                trial.fault_count = refused.faults.len();
                trial.faults = refused.faults;
                trial.faults.truncate(MOST_FAULTS);
            }
            Err(other) => return Err(other),
        }
        Ok(trial)
    }
}

fn preview(prepared: &PreparedFile<'_>, context: RowContext<'_>, rows: u32) -> ProfileTrial {
    let layout = context.layout;
    let profile = layout.profile;
    let known = fields(profile.dataset).iter().map(|field| field.name);
    let own = known.filter(|name| profile.fields.contains_key(*name));
    let names: Vec<&str> = own.chain(profile.keep.keys().map(String::as_str)).collect();
    let all = prepared.rows();
    let shown = usize::try_from(rows.min(MOST_TRIED_ROWS)).unwrap_or_default();
    let header = |name: &str| {
        layout.columns.get(name).map_or(name, |column| context.header.cell(*column)).to_owned()
    };
    ProfileTrial {
        profile: profile.id.clone(),
        dataset: profile.dataset,
        reason: prepared.reason.clone(),
        fields: names
            .iter()
            .map(|name| TriedField { name: (*name).to_owned(), header: header(name) })
            .collect(),
        rows: all.iter().take(shown).map(|row| tried_row(row, context, &names)).collect(),
        rows_read: all.len(),
        set_aside: prepared.set_aside(),
        remarks: Vec::new(),
        fault_kinds: Vec::new(),
        faults: Vec::new(),
        fault_count: 0,
    }
}

fn tried_row(row: &FileRow, context: RowContext<'_>, names: &[&str]) -> TriedRow {
    let mut faults = Vec::new();
    let mut reader = RowReader::new(row, context, &mut faults);
    let values = names.iter().map(|name| tried_value(&mut reader, name)).collect();
    TriedRow { row: row.number, values }
}

fn tried_value(reader: &mut RowReader<'_, '_>, name: &str) -> TriedValue {
    if let Some(text) = reader.withheld(name) {
        return TriedValue { state: TriedState::Withheld, text: Some(text.to_owned()) };
    }
    let Some(cell) = reader.text(name) else {
        return TriedValue { state: TriedState::Missing, text: None };
    };
    match reader.value(name) {
        Some(value) => TriedValue { state: TriedState::Given, text: Some(written(value)) },
        None => TriedValue { state: TriedState::Wrong, text: Some(cell.to_owned()) },
    }
}

fn written(value: Value) -> String {
    match value {
        Value::Bool(held) => held.to_string(),
        Value::Int(count) => count.to_string(),
        Value::Float(figure) => figure.to_string(),
        Value::Text(text) => text,
        Value::Date(date) => date.to_string(),
    }
}
