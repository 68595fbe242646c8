//! Profiles of tables: which column is which field, and how its cells are written.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::domain::portfolio::snapshot::Phase;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::value::Value;
use crate::frame::dictionary::{Dictionary, Field, FieldKind, built_in};
use crate::intake::error::{FileFault, Refused, SourceError, ticked};
use crate::intake::identity::names::{key, nearest};
use crate::intake::read::file_bytes::read_text;
use crate::intake::rows::bounds::plausible;
use crate::intake::rows::cell_text::{not_a_name, unfit};
use crate::intake::rows::parse::{Parse, Yield};

/// The profile of a table, with the keys of a file's profile that make sense for a table.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableProfile {
    #[serde(default)]
    pub id: String,
    /// What people call such a table, in French.
    #[serde(default)]
    pub title: String,
    /// Words that mean an empty cell.
    #[serde(default)]
    missing: Vec<String>,
    /// Headers that are known and ignored.
    #[serde(default)]
    ignored: Vec<String>,
    /// A header that is neither known nor the name of a field refuses the table.
    #[serde(default)]
    strict: bool,
    /// The column of each field, by the field's name.
    #[serde(default)]
    fields: BTreeMap<String, Column>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    /// The names that the column goes by; case, accents and punctuation do not count.
    headers: Vec<String>,
    /// How cells are written; by default, as Vigie's own files write the field's type.
    parse: Option<Parse>,
    /// What a number is multiplied by: 0.000001 where the table has euros and the field millions.
    factor: Option<f64>,
    /// For a phase: the table's words for each of Vigie's phases.
    #[serde(default)]
    words: BTreeMap<Phase, Vec<String>>,
}

/// The columns of a table, matched to fields by a profile.
#[derive(Clone, Debug)]
pub struct TableLayout {
    /// The columns that are read, in the order of the table.
    pub fields: Vec<TableField>,
    /// The columns that match no field, except those that the profile ignores.
    pub unread: Vec<Unread>,
}

/// A column that is read.
#[derive(Clone, Debug)]
pub struct TableField {
    pub index: usize,
    pub header: String,
    pub field: &'static Field,
    parse: Parse,
    factor: f64,
    missing: Vec<String>,
    /// The phase of each word, by the word's key.
    phases: BTreeMap<String, Phase>,
}

/// A column that is not read, and the field that it may have been meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub header: String,
    pub nearest: Option<&'static str>,
}

impl TableProfile {
    pub fn read(path: &Path, dictionary: &Dictionary) -> Result<Self, SourceError> {
        let text = read_text(path)?;
        Self::parse(&text, &path.display().to_string(), dictionary)
    }

    pub fn parse(text: &str, file: &str, dictionary: &Dictionary) -> Result<Self, SourceError> {
        let wrong = |reason: String| SourceError::Table { place: format!("`{file}`"), reason };
        let profile: Self =
            toml::from_str(text).map_err(|e| wrong(e.to_string().trim_end().to_owned()))?;
        for (name, column) in &profile.fields {
            column.check(name, dictionary).map_err(wrong)?;
        }
        Ok(profile)
    }

    /// `subject` is the column that identifies the subject, when its name does not say so.
    pub fn over(
        &self,
        file: &str,
        headers: &[String],
        (scope, dictionary): (SubjectKind, &Dictionary),
        subject: Option<&str>,
    ) -> Result<TableLayout, SourceError> {
        let refused = |fault| refuse(file, vec![fault]);
        let mut layout = TableLayout { fields: Vec::new(), unread: Vec::new() };
        let named = subject_field(scope);
        for (index, header) in headers.iter().enumerate() {
            let is_subject = subject.is_some_and(|subject| key(subject) == key(header));
            let (field, column) = if is_subject {
                (named, named.and_then(|field| self.fields.get(field.name)))
            } else {
                self.find(header, scope, dictionary)
            };
            // With the option, the column that would have been the subject is an ordinary one.
            let Some(field) = field.filter(|field| {
                is_subject
                    || subject.is_none()
                    || named.is_none_or(|named| named.name != field.name)
            }) else {
                layout.leave(header, self, (scope, dictionary));
                continue;
            };
            if let Some(first) = layout.fields.iter().find(|known| known.field.name == field.name) {
                return Err(refused(FileFault {
                    row: None,
                    column: Some(header.clone()),
                    found: format!(
                        "une deuxième colonne pour `{}`, après `{}`",
                        field.name, first.header
                    ),
                    expected: "une colonne par champ".to_owned(),
                    unknown_name: None,
                }));
            }
            layout.fields.push(self.field(index, header, field, column));
        }
        self.accept(layout, scope, subject).map_err(refused)
    }

    fn accept(
        &self,
        layout: TableLayout,
        scope: SubjectKind,
        subject: Option<&str>,
    ) -> Result<TableLayout, FileFault> {
        let whole = |found: String, expected: String| FileFault {
            row: None,
            column: None,
            found,
            expected,
            unknown_name: None,
        };
        if let Some(named) = subject_field(scope)
            && layout.position(named.name).is_none()
        {
            let expected = subject.map_or_else(
                || format!("`{}`, ou un profil ou `--subject` qui la nomme", named.name),
                |name| format!("la colonne `{name}`"),
            );
            let headers: Vec<_> = layout.headers().collect();
            let found = format!("aucune colonne pour le sujet parmi {}", ticked(&headers));
            return Err(whole(found, expected));
        }
        if let Some(unread) = layout.unread.first().filter(|_| self.strict) {
            let expected = match unread.nearest {
                Some(near) => {
                    format!(
                        "une colonne que le profil connaît ; le champ le plus proche est `{near}`"
                    )
                }
                None => "une colonne que le profil connaît".to_owned(),
            };
            return Err(whole(format!("la colonne `{}`", unread.header), expected));
        }
        Ok(layout)
    }

    /// The field of a column: the profile says, or the name of the column does.
    fn find(
        &self,
        header: &str,
        scope: SubjectKind,
        dictionary: &Dictionary,
    ) -> (Option<&'static Field>, Option<&Column>) {
        let header_key = key(header);
        let is_named = |names: &[String]| names.iter().any(|name| key(name) == header_key);
        if let Some((name, column)) =
            self.fields.iter().find(|(_, column)| is_named(&column.headers))
        {
            let field = dictionary.field(name).filter(|field| field.scopes.contains(&scope));
            return (field, Some(column));
        }
        if is_named(&self.ignored) {
            return (None, None);
        }
        let named = |field: &&'static Field| key(field.name) == header_key;
        (dictionary.fields_of(scope).find(named), None)
    }

    fn field(
        &self,
        index: usize,
        header: &str,
        field: &'static Field,
        column: Option<&Column>,
    ) -> TableField {
        let phases = column.into_iter().flat_map(|column| &column.words);
        let phases = phases.flat_map(|(phase, words)| words.iter().map(|word| (key(word), *phase)));
        TableField {
            index,
            header: header.to_owned(),
            field,
            parse: column.and_then(|column| column.parse).unwrap_or_else(|| usual(field)),
            factor: column.and_then(|column| column.factor).unwrap_or(1.0),
            missing: self.missing.clone(),
            phases: phases.collect(),
        }
    }
}

impl Column {
    /// Refuses a profile that would fail on every table.
    fn check(&self, name: &str, dictionary: &Dictionary) -> Result<(), String> {
        let Some(field) = dictionary.field(name) else {
            let near = nearest(name, dictionary.fields().map(|field| field.name));
            let near = near.map_or_else(String::new, |near| format!("; the nearest is `{near}`"));
            return Err(format!(
                "found the field `{name}`, expected one that `vigie dictionary` lists{near}"
            ));
        };
        if self.headers.is_empty() {
            return Err(format!("field `{name}`: found no headers, expected at least one"));
        }
        let suits = |parse: Parse| match (field.kind, parse.yields()) {
            (FieldKind::Bool, Yield::Bool)
            | (FieldKind::Int | FieldKind::Float, Yield::Number)
            | (FieldKind::Text, Yield::Text | Yield::Phase)
            | (FieldKind::Date, Yield::Date) => true,
            (_, Yield::Bool | Yield::Number | Yield::Text | Yield::Phase | Yield::Date) => false,
        };
        if let Some(parse) = self.parse.filter(|parse| !suits(*parse)) {
            return Err(format!(
                "field `{name}`: found the parser `{parse:?}`, expected one of another type"
            ));
        }
        let is_number = matches!(field.kind, FieldKind::Int | FieldKind::Float);
        if self.factor.is_some_and(|factor| !is_number || !factor.is_finite()) {
            return Err(format!("field `{name}`: found a factor, expected one on numbers only"));
        }
        Ok(())
    }
}

impl TableLayout {
    /// The position of a field among those that are read.
    pub fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|known| known.field.name == field)
    }

    /// The header of the column that identifies the subject.
    pub fn subject_header(&self) -> &str {
        let subjects = [SubjectKind::Project, SubjectKind::Ministry];
        let mut columns = subjects
            .into_iter()
            .filter_map(|scope| self.fields.iter().find(|field| field.is_subject(scope)));
        columns.next().map_or("", |field| field.header.as_str())
    }

    fn headers(&self) -> impl Iterator<Item = String> {
        let read = self.fields.iter().map(|field| field.header.clone());
        read.chain(self.unread.iter().map(|unread| unread.header.clone()))
    }

    fn leave(
        &mut self,
        header: &str,
        profile: &TableProfile,
        (scope, dictionary): (SubjectKind, &Dictionary),
    ) {
        if profile.ignored.iter().any(|ignored| key(ignored) == key(header)) {
            return;
        }
        let nearest = nearest(header, dictionary.fields_of(scope).map(|field| field.name));
        self.unread.push(Unread { header: header.to_owned(), nearest });
    }
}

impl TableField {
    /// Whether it identifies the row's subject.
    pub fn is_subject(&self, scope: SubjectKind) -> bool {
        subject_field(scope).is_some_and(|subject| subject.name == self.field.name)
    }

    /// The value of a cell, `None` when it is empty. Fails with what was expected.
    pub fn read(&self, cell: &str) -> Result<Option<Value>, String> {
        let Some(cell) = self.sound(cell)? else { return Ok(None) };
        Ok(Some(match self.field.kind {
            FieldKind::Bool => Value::Bool(self.parse.truth(cell)?),
            FieldKind::Date => Value::Date(self.parse.date(cell)?),
            FieldKind::Float => {
                Value::Float(plausible(self.field, self.scaled(self.parse.number(cell)?))?)
            }
            FieldKind::Int => Value::Int(self.whole(cell)?),
            FieldKind::Text if self.parse == Parse::Phase => Value::Text(self.phase(cell)?),
            FieldKind::Text => Value::Text(cell.to_owned()),
        }))
    }

    /// Whether the value of a cell is its text, as it stands.
    pub fn takes_as_is(&self, cell: &str) -> bool {
        self.field.kind == FieldKind::Text
            && self.parse != Parse::Phase
            && self.sound(cell) == Ok(Some(cell))
    }

    /// The cell without the blanks around it, `None` when it is empty. Fails with what was expected.
    fn sound<'c>(&self, cell: &'c str) -> Result<Option<&'c str>, String> {
        let trimmed = cell.trim();
        if trimmed.is_empty() || self.missing.iter().any(|word| word.eq_ignore_ascii_case(trimmed))
        {
            return Ok(None);
        }
        if let Some(expected) = unfit(trimmed) {
            return Err(expected);
        }
        let is_name = self.field.name == "project_id";
        match Some(trimmed).filter(|_| is_name).and_then(not_a_name) {
            Some(expected) => Err(expected.to_owned()),
            None => Ok(Some(trimmed)),
        }
    }

    /// Whether a figure can be one of the field. Fails with what was expected.
    pub fn plausible(&self, figure: f64) -> Result<f64, String> {
        plausible(self.field, figure)
    }

    /// Converts a number of the table to the field's unit.
    pub fn scaled(&self, number: f64) -> f64 {
        if self.is_as_is() { number } else { (number * self.factor * 1e9).round() / 1e9 }
    }

    /// Whether the factor is exactly one.
    pub fn is_as_is(&self) -> bool {
        (self.factor - 1.0).abs() < f64::EPSILON
    }

    /// What a cell is expected to be, as faults name it.
    pub fn expected(&self) -> &'static str {
        kind_word(self.field.kind)
    }

    fn whole(&self, cell: &str) -> Result<i64, String> {
        let number = plausible(self.field, self.scaled(self.parse.number(cell)?))?;
        if let (true, Ok(count)) = (self.is_as_is(), cell.parse()) {
            return Ok(count);
        }
        let written = format!("{number:.0}");
        let is_whole = (number - number.round()).abs() < f64::EPSILON;
        written.parse().ok().filter(|_| is_whole).ok_or_else(|| "un nombre entier".to_owned())
    }

    fn phase(&self, cell: &str) -> Result<String, String> {
        let known: Option<Phase> = if self.phases.is_empty() {
            cell.parse().ok()
        } else {
            self.phases.get(&key(cell)).copied()
        };
        known.map(|phase| phase.as_str().to_owned()).ok_or_else(|| {
            let words: Vec<_> = if self.phases.is_empty() {
                Phase::ALL.iter().map(|phase| phase.as_str().to_owned()).collect()
            } else {
                self.phases.keys().cloned().collect()
            };
            format!("l’un de {}", ticked(&words))
        })
    }
}

/// The field that identifies a row of a table; `None` for the portfolio, which has a single one.
fn subject_field(scope: SubjectKind) -> Option<&'static Field> {
    match scope {
        SubjectKind::Project => built_in().field("project_id"),
        SubjectKind::Ministry => built_in().field("ministry"),
        SubjectKind::Portfolio => None,
    }
}

fn usual(field: &Field) -> Parse {
    match field.kind {
        FieldKind::Bool => Parse::Bool,
        FieldKind::Int | FieldKind::Float => Parse::Number,
        FieldKind::Date => Parse::Date,
        FieldKind::Text if matches!(field.name, "phase" | "phase_previous") => Parse::Phase,
        FieldKind::Text => Parse::Text,
    }
}

fn kind_word(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Bool => "`true` ou `false`",
        FieldKind::Int => "des nombres entiers",
        FieldKind::Float => "des nombres",
        FieldKind::Text => "du texte",
        FieldKind::Date => "des dates",
    }
}

pub(super) fn refuse(file: &str, faults: Vec<FileFault>) -> SourceError {
    SourceError::Refused(Box::new(Refused { file: file.to_owned(), faults }))
}
