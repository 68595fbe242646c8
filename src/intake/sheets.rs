//! Which sheet of a workbook is read: the one visible sheet that a profile recognises, or the one asked for.

use super::error::SourceError;
use super::profiles::profile_set::Profiles;
use super::profiles::recognise;
use super::read::sheet;
use super::read::sheet_rows::SheetHead;
use super::read_request::ReadRequest;
use super::rows::table::FileTable;

pub(super) fn read(
    request: &ReadRequest<'_>,
    profiles: &Profiles,
) -> Result<FileTable, SourceError> {
    let said = std::cell::RefCell::new(None);
    let choose = |heads: &[SheetHead]| {
        let chosen = choose(request, profiles, heads)?;
        said.replace(note(heads, chosen));
        Ok(chosen)
    };
    let mut table = sheet::read(request.file, request.bytes, &choose)?;
    if let Some((name, note)) = said.take() {
        (table.sheet, table.sheet_note) = (Some(name), note);
    }
    Ok(table)
}

/// The place of the sheet to read.
fn choose(
    request: &ReadRequest<'_>,
    profiles: &Profiles,
    heads: &[SheetHead],
) -> Result<usize, SourceError> {
    if let Some(name) = request.sheet {
        let named = heads.iter().position(|head| head.name == name);
        return named.ok_or_else(|| unknown(request.file, name, heads));
    }
    let mut shortfalls = Vec::new();
    for (place, head) in heads.iter().enumerate() {
        let Some(table) = &head.head else { continue };
        let short =
            recognise::shortfall(request.file, table, profiles, (request.profile, &head.name))?;
        shortfalls.push((place, head, short));
    }
    let fitting: Vec<_> = shortfalls.iter().filter(|(_, _, short)| short.is_none()).collect();
    let visible: Vec<_> = fitting.iter().filter(|(_, head, _)| !head.is_hidden).collect();
    match (visible.as_slice(), fitting.first()) {
        ([(place, ..)], _) => Ok(*place),
        ([], Some((_, head, _))) => Err(SourceError::OnlyHiddenSheet {
            file: request.file.to_owned(),
            sheet: head.name.clone(),
        }),
        ([], None) => {
            // None fits: the nearest says what it lacks.
            let near = shortfalls.iter().rev().filter(|(_, head, _)| !head.is_hidden);
            let near = near.max_by_key(|(_, _, short)| *short);
            Ok(near.or_else(|| shortfalls.first()).map_or(0, |(place, ..)| *place))
        }
        (several, _) => Err(SourceError::SeveralSheets {
            file: request.file.to_owned(),
            sheets: several.iter().map(|(_, head, _)| head.name.clone()).collect(),
        }),
    }
}

fn unknown(file: &str, name: &str, heads: &[SheetHead]) -> SourceError {
    SourceError::UnknownSheet {
        file: file.to_owned(),
        found: name.to_owned(),
        known: heads.iter().map(|head| head.name.clone()).collect(),
    }
}

/// The name of the sheet, and which others were not read, where there are any.
fn note(heads: &[SheetHead], chosen: usize) -> Option<(String, Option<String>)> {
    let head = heads.get(chosen)?;
    if heads.len() < 2 {
        return Some((head.name.clone(), None));
    }
    let others = heads.iter().enumerate().filter(|(place, _)| *place != chosen);
    let others = others.map(|(_, other)| {
        let hidden = if other.is_hidden { " (masquée)" } else { "" };
        format!("`{}`{hidden}", other.name)
    });
    let others: Vec<_> = others.collect();
    let plural = if others.len() > 1 { "feuilles non lues" } else { "feuille non lue" };
    let note = format!("feuille `{}` ; {plural} : {}", head.name, others.join(", "));
    Some((head.name.clone(), Some(note)))
}
