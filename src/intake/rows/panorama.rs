//! Reads rows of an edition into snapshots.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::row::{Amount, RowContext, RowReader};
use super::table::FileRow;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::{ImportedRows, WithheldFigure};
use crate::domain::portfolio::recorded_name::NameKind;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::value::Reported;
use crate::intake::error::{FileFault, NearestName, UnknownName};

/// Reads every row, collecting every fault.
pub(in crate::intake) fn snapshots(
    context: RowContext<'_>,
    rows: &[&FileRow],
    edition: EditionId,
    faults: &mut Vec<FileFault>,
) -> Vec<Snapshot> {
    let mut first_rows: BTreeMap<ProjectId, u32> = BTreeMap::new();
    let mut snapshots = Vec::new();
    for row in rows {
        let mut reader = RowReader::new(row, context, faults);
        let project = project(&mut reader);
        let snapshot = snapshot(&mut reader, edition, project.as_ref());
        if let Some(project) = project {
            match first_rows.get(&project) {
                None => drop(first_rows.insert(project, row.number)),
                Some(first) => {
                    let name = FileFault::quote(reader.text("project").unwrap_or_default());
                    let first = context.place_of(*first);
                    let found = format!("{name}, projet `{project}`, déjà à {first}");
                    reader.fault("project", found, "une ligne par projet");
                }
            }
        }
        snapshots.extend(snapshot);
    }
    snapshots
}

/// The figures that the publisher withheld, as the report lists them.
pub(in crate::intake) fn withheld(rows: &ImportedRows) -> Vec<WithheldFigure> {
    let ImportedRows::Panorama(snapshots) = rows else { return Vec::new() };
    let figure = |snapshot: &Snapshot, field: &str, is_withheld: bool| {
        is_withheld.then(|| WithheldFigure {
            row: snapshot.row,
            project: snapshot.project.clone(),
            field: field.to_owned(),
        })
    };
    snapshots
        .iter()
        .flat_map(|snapshot| {
            [
                figure(snapshot, "cost_current", snapshot.cost_meur.is_withheld()),
                figure(snapshot, "duration_current", snapshot.duration_months.is_withheld()),
                figure(snapshot, "start_on", snapshot.start_on.is_withheld()),
            ]
        })
        .flatten()
        .collect()
}

/// The publication dates that the rows give, with the first row of each.
pub(in crate::intake) fn publication_dates(
    context: RowContext<'_>,
    rows: &[&FileRow],
    faults: &mut Vec<FileFault>,
) -> BTreeMap<NaiveDate, u32> {
    let mut dates = BTreeMap::new();
    for row in rows {
        let mut reader = RowReader::new(row, context, faults);
        if let Some(date) = reader.date("published_on") {
            dates.entry(date).or_insert(row.number);
        }
    }
    dates
}

fn snapshot(
    reader: &mut RowReader<'_, '_>,
    edition: EditionId,
    project: Option<&ProjectId>,
) -> Option<Snapshot> {
    let phase_says = reader.withheld("phase");
    let row_says = phase_says.or_else(|| reader.text("withheld_reason"));
    let phase = reader.phase("phase");
    let start_on = reader.month("start_on");
    let duration = reader.amount("duration_months", Amount::Duration);
    let cost = reader.amount("cost_meur", Amount::Cost);
    let inter_ministerial = reader.truth("inter_ministerial");
    let figures = ["start_on", "duration_months", "cost_meur"];
    let [start_says, duration_says, cost_says] = figures.map(|field| reader.withheld(field));
    let withheld_reason = row_says.or(start_says).or(duration_says).or(cost_says);
    let ministry = ministry(reader);
    let has_reason = row_says.is_some();
    let (ministry, ministry_label) = ministry?;
    Some(Snapshot {
        project: project?.clone(),
        edition,
        name: reader.name("project")?,
        ministry,
        ministry_label,
        phase: reported(phase, has_reason),
        start_on: reported(start_on, has_reason || start_says.is_some()),
        duration_months: reported(duration, has_reason || duration_says.is_some()),
        cost_meur: reported(cost, has_reason || cost_says.is_some()),
        inter_ministerial,
        functional_zone: reader.owned("functional_zone"),
        programme: reader.owned("programme"),
        description: reader.owned("description"),
        withheld_reason: withheld_reason.map(str::to_owned),
        row: reader.row.number,
    })
}

/// An empty figure is withheld only where the publisher says so.
fn reported<T>(value: Option<T>, has_reason: bool) -> Reported<T> {
    match value {
        Some(value) => Reported::Given(value),
        None if has_reason => Reported::Withheld,
        None => Reported::Missing,
    }
}

fn project(reader: &mut RowReader<'_, '_>) -> Option<ProjectId> {
    let name = reader.needed_name("project")?;
    let project = reader.context.identities.find_or_name(name);
    if project.is_none() {
        reader.fault("project", FileFault::quote(name), "un nom avec des lettres ou des chiffres");
    }
    project
}

/// The code, and the published name as the table of aliases spells it. A file may give a code, a name, or both.
fn ministry(reader: &mut RowReader<'_, '_>) -> Option<(MinistryCode, String)> {
    let given = reader.needed("ministry")?;
    let code = known_ministry(reader, "ministry");
    let Some(label) = reader.text("ministry_label") else {
        return Some((code?, spelled(reader, given)));
    };
    let by_label = known_ministry(reader, "ministry_label");
    let (code, by_label) = (code?, by_label?);
    if code != by_label {
        let found = format!("{}, qui est `{by_label}`", FileFault::quote(label));
        reader.fault("ministry_label", found, format!("un nom de `{code}`, comme `{given}`"));
        return None;
    }
    Some((code, spelled(reader, label)))
}

fn spelled(reader: &RowReader<'_, '_>, label: &str) -> String {
    reader.context.aliases.ministry_spelling(label).unwrap_or(label).to_owned()
}

pub(in crate::intake) fn known_ministry(
    reader: &mut RowReader<'_, '_>,
    field: &str,
) -> Option<MinistryCode> {
    let label = reader.text(field)?;
    let RowContext { aliases, day, .. } = reader.context;
    let code = aliases.ministry(label, day);
    if code.is_none() {
        let near = reader.is_worth_a_hint().then(|| aliases.nearest_ministry(label, day)).flatten();
        let hint = near.as_ref().map(|(name, of)| format!(", par exemple `{name}` (`{of}`)"));
        let hint = hint.unwrap_or_default();
        let expected = format!(
            "un ministère connu{hint} ; si le nom est nouveau, l’enregistrer (`vigie names record`)"
        );
        let nearest = near
            .map(|(name, of)| NearestName { name: name.to_owned(), designates: of.to_string() });
        reader.fault(field, FileFault::quote(label), expected);
        reader.set_unknown(UnknownName::of(NameKind::Ministry, label, nearest));
    }
    code
}

/// A file is published in the month that its edition is named after, or prepared just before.
pub(in crate::intake) fn is_publication_of(date: NaiveDate, edition: EditionId) -> bool {
    let first = edition.as_of();
    let is_same_month = (date.year(), date.month()) == (first.year(), first.month());
    let days_before = first.signed_duration_since(date).num_days();
    is_same_month || (1..=DAYS_AHEAD).contains(&days_before)
}

/// The spreadsheet of March 2018 is dated 28 February.
const DAYS_AHEAD: i64 = 10;
