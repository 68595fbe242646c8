//! Finds the profile that a file calls for, its header and which way round it is.

use super::layout::Layout;
use super::profile::Profile;
use super::profile_set::Profiles;
use crate::intake::error::{SourceError, UnknownLayout};
use crate::intake::identity::names::key;
use crate::intake::rows::table::{FileRow, FileTable};

/// A table with its header in place, its layout, and why this one, in French.
#[derive(Debug)]
pub(in crate::intake) struct Recognised<'a> {
    pub table: FileTable,
    pub layout: Layout<'a>,
    pub reason: String,
}

/// Finds the layout of a table. `requested` is the profile to read it with.
pub(in crate::intake) fn recognise<'a>(
    file: &str,
    table: FileTable,
    profiles: &'a Profiles,
    requested: Option<&str>,
) -> Result<Recognised<'a>, SourceError> {
    let mut search = Search::new(file, profiles, requested, table.sheet.as_deref())?;
    let (side, place, layout) = if let Some((place, layout)) = search.within(&table, false)? {
        (table, place, layout)
    } else {
        let turned = search.turned_side(&table);
        let within = turned.as_ref().map(|turned| search.within(turned, true)).transpose()?;
        match (turned, within.flatten()) {
            (Some(turned), Some((place, layout))) => (turned, place, layout),
            _ => return Err(search.unknown(&table, requested)),
        }
    };
    let headed = match place {
        Some(place) => side.headed_at(place),
        None => side.headless(),
    };
    let mut reason = layout.reason(&headed.header);
    if headed.is_turned() {
        reason.extend([" ; projets en colonnes, en-têtes à la colonne ", &headed.header_name()]);
    } else if place.is_some_and(|place| place > 0) {
        reason.extend([" ; en-têtes à la ligne ", &headed.header.number.to_string()]);
    }
    let why = if requested.is_some() { "profil demandé ; " } else { "" };
    Ok(Recognised { table: headed, layout, reason: format!("{why}{reason}") })
}

/// How well the best row of a table would do as its header; `None` when one fits a profile.
pub(in crate::intake) fn shortfall(
    file: &str,
    table: &FileTable,
    profiles: &Profiles,
    (requested, sheet): (Option<&str>, &str),
) -> Result<Option<i64>, SourceError> {
    let mut search = Search::new(file, profiles, requested, Some(sheet))?;
    let turned = search.turned_side(table);
    for (side, is_turned) in std::iter::once((table, false)).chain(turned.iter().map(|t| (t, true)))
    {
        match search.within(side, is_turned) {
            Ok(Some(_)) | Err(SourceError::AmbiguousLayout { .. }) => return Ok(None),
            Ok(None) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(Some(search.nearest.map_or(i64::MIN, |(score, ..)| score)))
}

struct Search<'a, 'f> {
    file: &'f str,
    /// Those that may read the sheet.
    profiles: Vec<&'a Profile>,
    is_requested: bool,
    /// The requested profile and the sheet that it is for, where the file's is another.
    wrong_sheet: Option<(String, Vec<String>)>,
    /// The header that comes nearest, and what the profile lacks there.
    nearest: Option<(i64, FileRow, Option<Layout<'a>>)>,
}

/// The place of the header, `None` when there is none, and the layout.
type Found<'a> = (Option<usize>, Layout<'a>);

impl<'a, 'f> Search<'a, 'f> {
    fn new(
        file: &'f str,
        profiles: &'a Profiles,
        requested: Option<&str>,
        sheet: Option<&str>,
    ) -> Result<Self, SourceError> {
        let asked = requested.map(|id| requested_profile(file, profiles, id)).transpose()?;
        let candidates = match asked {
            Some(profile) => vec![profile],
            None => profiles.iter().collect(),
        };
        let wrong_sheet = asked.filter(|profile| !is_for_sheet(profile, sheet)).map(|profile| {
            let sheets = profile.sheets.iter().map(|name| format!("feuille {name}"));
            (profile.id.clone(), sheets.collect())
        });
        let able = candidates.into_iter().filter(|profile| is_for_sheet(profile, sheet));
        let is_requested = asked.is_some();
        Ok(Self { file, profiles: able.collect(), is_requested, wrong_sheet, nearest: None })
    }

    /// The table with its columns as rows, where a profile wants it so.
    fn turned_side(&self, table: &FileTable) -> Option<FileTable> {
        let is_wanted = self.profiles.iter().any(|profile| profile.transposed);
        if is_wanted { table.turned() } else { None }
    }

    fn within(
        &mut self,
        table: &FileTable,
        is_turned: bool,
    ) -> Result<Option<Found<'a>>, SourceError> {
        let profiles: Vec<&'a Profile> =
            self.profiles.iter().copied().filter(|one| one.transposed == is_turned).collect();
        let without_header =
            profiles.iter().filter(|one| self.is_requested && one.header_row == Some(0));
        for profile in without_header {
            let layout = Layout::over(profile, &table.without_header());
            if layout.lacking.is_empty() {
                return Ok(Some((None, layout)));
            }
        }
        let numbers: Vec<u32> = profiles.iter().filter_map(|profile| profile.header_row).collect();
        for (place, header) in table.candidates(&numbers) {
            let accepts = |one: &&Profile| one.header_row.is_none_or(|row| row == header.number);
            let able: Vec<&'a Profile> = profiles.iter().copied().filter(accepts).collect();
            let near = match self.fitting(header, &able)? {
                Fit::Fits(layout) => return Ok(Some((Some(place), layout))),
                Fit::Nearest(near) => near,
            };
            let score = near.as_ref().map_or(i64::MIN, Layout::score);
            if self.nearest.as_ref().is_none_or(|(best, ..)| *best < score) {
                self.nearest = Some((score, header.clone(), near));
            }
        }
        Ok(None)
    }

    fn fitting(&self, header: &FileRow, profiles: &[&'a Profile]) -> Result<Fit<'a>, SourceError> {
        let layouts = profiles.iter().map(|profile| Layout::over(profile, header));
        let fits = |layout: &Layout<'_>| {
            let is_own = self.is_requested || (layout.rank > 0 && layout.recognised() > 0);
            layout.lacking.is_empty() && is_own
        };
        let (fitting, others): (Vec<_>, Vec<_>) = layouts.partition(fits);
        let best = fitting.iter().map(Layout::fit).max();
        let mut fitting: Vec<_> =
            fitting.into_iter().filter(|layout| Some(layout.fit()) == best).collect();
        match (fitting.pop(), fitting.as_slice()) {
            (Some(layout), []) => Ok(Fit::Fits(layout)),
            (Some(last), alike) => {
                let alike = alike.iter().chain([&last]);
                Err(SourceError::AmbiguousLayout {
                    file: self.file.to_owned(),
                    profiles: alike.map(|layout| layout.profile.id.clone()).collect(),
                })
            }
            (None, _) => {
                let is_near = |layout: &Layout<'_>| self.is_requested || layout.recognised() > 0;
                let known = others.into_iter().filter(is_near);
                Ok(Fit::Nearest(known.max_by_key(Layout::score)))
            }
        }
    }

    fn unknown(self, table: &FileTable, requested: Option<&str>) -> SourceError {
        let (header, layout) = self
            .nearest
            .map_or_else(|| (table.header.clone(), None), |(_, header, layout)| (header, layout));
        let nearest = layout.map(|layout| (layout.profile.id.clone(), layout.lacking));
        let nearest = nearest.or(self.wrong_sheet);
        SourceError::UnknownLayout(Box::new(UnknownLayout {
            file: self.file.to_owned(),
            sheet: table.sheet_note.as_ref().and(table.sheet.clone()),
            requested: requested.map(str::to_owned),
            headers: header.cells.into_iter().filter(|header| !header.is_empty()).collect(),
            nearest,
        }))
    }
}

enum Fit<'a> {
    Fits(Layout<'a>),
    /// The profile that lacks the fewest columns, if any knows one of them.
    Nearest(Option<Layout<'a>>),
}

fn requested_profile<'a>(
    file: &str,
    profiles: &'a Profiles,
    id: &str,
) -> Result<&'a Profile, SourceError> {
    profiles.find(id).ok_or_else(|| SourceError::UnknownProfile {
        file: file.to_owned(),
        found: id.to_owned(),
        known: profiles.iter().map(|profile| profile.id.clone()).collect(),
    })
}

/// Files other than workbooks have no sheet.
fn is_for_sheet(profile: &Profile, sheet: Option<&str>) -> bool {
    let Some(sheet) = sheet else { return true };
    profile.sheets.is_empty() || profile.sheets.iter().any(|name| key(name) == key(sheet))
}
