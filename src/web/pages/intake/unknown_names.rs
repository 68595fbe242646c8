//! The names of a simulation that nothing knows: what its page shows of each, and what a person makes of them.

use serde::Serialize;

use super::imports::FormError;
use crate::api::Problem;
use crate::application;
use crate::application::{ApplicationError, FilesIntake, ReadingRefusal};
use crate::domain::bounded_text::{RequiredText, SingleLine};
use crate::domain::portfolio::recorded_name::{NameKind, NewName};
use crate::intake::{
    NameField, NamePlace, NameRefusal, NameToSettle, Reader, Refused, SourceError, base_name,
    name_key,
};
use crate::support::{french, translation};
use crate::web::context::PageContext;
use crate::web::query::Choice;
use crate::web::wording::problem_words::for_people;

/// Names of one form at most; the others follow once these are settled.
const MOST_NAMES: usize = 30;

/// Rows of one name and file that are shown.
const MOST_ROWS: usize = 8;

/// The anchor of the form as a whole.
const FORM: &str = "noms";

/// The unknown names of a simulation, as its page shows them.
#[derive(Debug, Serialize)]
pub(super) struct UnknownNamesView {
    names: Vec<NameBlock>,
    /// How many are not shown yet.
    more: usize,
    ministries: Vec<Choice>,
    projects: Vec<Choice>,
    reason: String,
    pub(super) errors: Vec<FormError>,
}

/// One name, and what was typed of it.
#[derive(Debug, Serialize)]
struct NameBlock {
    number: usize,
    kind: NameKind,
    name: String,
    /// `2020-11.panorama.csv, lignes 3 et 5`
    places: Vec<String>,
    count: usize,
    /// The known name that it resembles most, and what that one designates.
    nearest: Option<Choice>,
    typed: TypedName,
}

/// What the form sends of one name.
#[derive(Clone, Debug, Default, Serialize)]
struct TypedName {
    kind: String,
    name: String,
    /// A known ministry or project; empty to leave the name unknown.
    designates: String,
    /// Code and official name of a new ministry.
    code: String,
    official: String,
}

/// Which field of which name is to be mended.
#[derive(Clone, Debug)]
struct NameError {
    /// Kind and key of the name; `None` for the form as a whole.
    name: Option<(String, String)>,
    field: &'static str,
    text: String,
}

/// The form, as it was sent, and what is to be mended of it.
#[derive(Debug, Default)]
pub(super) struct NamesForm {
    names: Vec<TypedName>,
    reason: String,
    errors: Vec<NameError>,
}

impl TypedName {
    fn identity(&self) -> (String, String) {
        (self.kind.clone(), name_key(&self.name))
    }

    fn is_empty(&self) -> bool {
        [&self.designates, &self.code, &self.official].iter().all(|text| text.is_empty())
    }

    fn is_new_ministry(&self) -> bool {
        !(self.code.is_empty() && self.official.is_empty())
    }

    /// The name to record.
    fn read(&self) -> Result<NewName, (&'static str, String)> {
        let kind = self.kind.parse::<NameKind>().map_err(|fault| ("nom", fault.to_string()))?;
        let line = |field: &'static str, text: &str, called: &str| {
            SingleLine::try_from(text.to_owned()).map_err(|fault| {
                let fault = translation::into_french(&fault).into_owned();
                (field, format!("{called} : {fault}"))
            })
        };
        let name = line("nom", &self.name, "Nom")?;
        if !self.is_new_ministry() {
            let designates = line("designe", &self.designates, "Désigné")?;
            return Ok(NewName { kind, name, designates, new_ministry: None });
        }
        if !self.designates.is_empty() {
            let text = "choisissez un ministère connu, ou décrivez un nouveau : pas les deux";
            return Err(("designe", text.to_owned()));
        }
        if self.code.is_empty() {
            return Err(("code", "donnez aussi le code du nouveau ministère".to_owned()));
        }
        if self.official.is_empty() {
            return Err((
                "officiel",
                "donnez aussi le nom officiel du nouveau ministère".to_owned(),
            ));
        }
        let designates = line("code", &self.code, "Code")?;
        let new_ministry = Some(line("officiel", &self.official, "Nom officiel")?);
        Ok(NewName { kind, name, designates, new_ministry })
    }
}

impl NamesForm {
    /// Fields are numbered: `genre-3`, `nom-3`, `designe-3`, `code-3`, `officiel-3`.
    pub(super) fn of(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        let mut last = String::new();
        for (field, value) in fields {
            let value = value.trim().to_owned();
            if field == "motif" {
                form.reason = value;
                continue;
            }
            let Some((part, number)) = field.rsplit_once('-') else { continue };
            if number != last {
                number.clone_into(&mut last);
                form.names.push(TypedName::default());
            }
            let Some(name) = form.names.last_mut() else { continue };
            match part {
                "genre" => name.kind = value,
                "nom" => name.name = value,
                "designe" => name.designates = value,
                "code" => name.code = value,
                "officiel" => name.official = value,
                _ => {}
            }
        }
        form
    }

    /// Whether something of it is to be mended.
    pub(super) fn is_faulty(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Records the names of the form that designate something. What is to be mended is said in the form.
    ///
    /// # Errors
    /// If the data cannot be read or written.
    pub(super) async fn record(
        &mut self,
        context: &PageContext,
        reader: &Reader,
    ) -> Result<(), Problem> {
        let Some((names, reason)) = self.read() else { return Ok(()) };
        let act = context.act(reason.as_str())?;
        let new: Vec<NewName> = names.iter().map(|(_, name)| name.clone()).collect();
        match application::record_names(context, reader, new, &act).await {
            Ok(_) => Ok(()),
            Err(ApplicationError::Reading(ReadingRefusal::Name(refusal))) => {
                let NameRefusal { index, field, fault } = refusal;
                let typed = names.get(index).map(|(typed, _)| typed);
                let place = match field {
                    NameField::Name => "nom",
                    NameField::Designates if typed.is_some_and(TypedName::is_new_ministry) => {
                        "code"
                    }
                    NameField::Designates => "designe",
                    NameField::NewMinistry => "officiel",
                };
                let name = typed.map(TypedName::identity);
                let text = for_people(&translation::into_french(&fault.to_string()));
                self.errors.push(NameError { name, field: place, text });
                Ok(())
            }
            Err(other) => Err(other.into()),
        }
    }

    /// The names to record with what was typed of each, and the reason, unless something is to be mended.
    fn read(&mut self) -> Option<(Vec<(TypedName, NewName)>, RequiredText)> {
        let mut names = Vec::new();
        for typed in self.names.iter().filter(|typed| !typed.is_empty()) {
            match typed.read() {
                Ok(name) => names.push((typed.clone(), name)),
                Err((field, text)) => {
                    let text = format!("«\u{a0}{}\u{a0}»\u{a0}: {text}.", typed.name);
                    let name = Some(typed.identity());
                    self.errors.push(NameError { name, field, text });
                }
            }
        }
        let whole = |field: &'static str, text: &str| NameError {
            name: None,
            field,
            text: text.to_owned(),
        };
        if names.is_empty() && self.errors.is_empty() {
            self.errors.push(whole(FORM, "Dites ce que désigne au moins un de ces noms."));
        }
        let reason = RequiredText::try_from(self.reason.clone());
        if reason.is_err() {
            let text = "Indiquez le motif, en 4 000 caractères au plus.";
            self.errors.push(whole("motif-des-noms", text));
        }
        let reason = reason.ok()?;
        self.errors.is_empty().then_some((names, reason))
    }
}

impl UnknownNamesView {
    /// The unknown names of the files that were refused, with what was typed of them.
    ///
    /// # Errors
    /// If the data cannot be read.
    pub(super) async fn of(
        context: &PageContext,
        reader: &Reader,
        taken: &FilesIntake,
        form: &NamesForm,
    ) -> Result<Self, Problem> {
        let refused: Vec<&Refused> = taken
            .refused
            .iter()
            .filter_map(|(_, fault)| {
                let SourceError::Refused(refused) = fault else { return None };
                Some(refused.as_ref())
            })
            .collect();
        let mut faults = refused.iter().flat_map(|file| &file.faults);
        let known = if faults.any(|fault| fault.unknown_name.is_some()) {
            context.store.known_projects().await?
        } else {
            Vec::new()
        };
        let all = reader.names_to_settle(&refused, &known);
        let more = all.len().saturating_sub(MOST_NAMES);
        let numbered = all.into_iter().take(MOST_NAMES).zip(1..);
        let names: Vec<NameBlock> =
            numbered.map(|(one, number)| NameBlock::of(one, number, form)).collect();
        // By code, which begins each label: it is what people type to choose from the list.
        let ministries = reader
            .aliases()
            .ministries()
            .map(|(code, name)| Choice {
                value: code.to_string(),
                label: format!("{code}, {name}"),
            })
            .collect();
        let projects = Choice::projects(&known).unwrap_or_default();
        let errors = form.errors.iter().map(|error| error.at(&names)).collect();
        let reason = form.reason.clone();
        Ok(Self { names, more, ministries, projects, reason, errors })
    }
}

impl NameBlock {
    fn of(found: NameToSettle, number: usize, form: &NamesForm) -> Self {
        let NameToSettle { name, places } = found;
        let identity = (name.kind.as_str().to_owned(), name_key(&name.name));
        let typed = form.names.iter().find(|typed| typed.identity() == identity);
        Self {
            number,
            kind: name.kind,
            count: places.len(),
            places: in_words(&places),
            nearest: name.nearest.map(|near| Choice { value: near.designates, label: near.name }),
            typed: typed.cloned().unwrap_or_default(),
            name: name.name,
        }
    }
}

impl NameError {
    /// At its field, or at the form where the name is not unknown any more.
    fn at(&self, names: &[NameBlock]) -> FormError {
        let anchor = match &self.name {
            None => self.field.to_owned(),
            Some(identity) => {
                let is_it = |block: &&NameBlock| block.typed.identity() == *identity;
                names.iter().find(is_it).map_or_else(
                    || FORM.to_owned(),
                    |block| format!("{}-{}", self.field, block.number),
                )
            }
        };
        FormError { anchor, text: self.text.clone() }
    }
}

/// One text for each file: `2020-11.panorama.csv, lignes 3 et 5`.
fn in_words(places: &[NamePlace]) -> Vec<String> {
    let mut files: Vec<(&str, Vec<String>)> = Vec::new();
    for place in places {
        let cell = match (place.row, &place.column) {
            (Some(row), _) => row.to_string(),
            (None, Some(column)) => column.clone(),
            (None, None) => continue,
        };
        match files.iter_mut().find(|(file, _)| *file == place.file) {
            Some((_, cells)) => cells.push(cell),
            None => files.push((&place.file, vec![cell])),
        }
    }
    let text = |(file, cells): (&str, Vec<String>)| {
        let rest = cells.len().saturating_sub(MOST_ROWS);
        let shown = cells.get(..cells.len().min(MOST_ROWS)).unwrap_or_default().join(", ");
        let noun = if cells.len() == 1 { "ligne" } else { "lignes" };
        let more = if rest == 0 {
            String::new()
        } else {
            format!(" et {}", french::counted(rest, "autre", "autres"))
        };
        format!("{}, {noun} {shown}{more}", base_name(file))
    };
    files.into_iter().map(text).collect()
}
