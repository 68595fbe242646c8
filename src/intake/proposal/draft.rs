//! A layout as a form has it: which column is which field, and how cells are written. It becomes the text of a profile.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::cells::quoted;
use super::vocabulary::END;
use super::written::{aside_words, profile_id};
use super::{Extras, FoundTable, Guess, Section, needed_fields};
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::snapshot::Phase;
use crate::frame::dictionary::{Dictionary, FieldKind};
use crate::intake::rows::fields::fields;
use crate::intake::rows::parse::Yield;

/// A layout that a person describes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LayoutDraft {
    pub id: String,
    /// What people call such a file.
    pub title: String,
    pub dataset: Dataset,
    /// The sheet of a workbook that has several.
    pub sheet: Option<String>,
    /// Projects are in columns.
    pub transposed: bool,
    /// Words that mean an empty cell.
    pub missing: Vec<String>,
    /// How texts begin that stand in place of figures that are withheld.
    pub withheld: Vec<String>,
    /// How rows begin that are not read.
    pub set_aside: Vec<String>,
    pub columns: Vec<DraftColumn>,
    /// Fields that are the same on all rows.
    pub constants: BTreeMap<String, String>,
    /// The phase that each word of the file stands for.
    pub phases: BTreeMap<String, Phase>,
}

/// A column of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DraftColumn {
    pub header: String,
    /// Which one of several columns of this name.
    pub nth: Option<usize>,
    /// The field that it is; `None` for one that is not read.
    pub field: Option<String>,
    pub unit: Option<String>,
    /// A kind of writing, such as `french_number`, or a format of dates, such as `%d/%m/%Y`.
    pub writing: Option<String>,
}

/// A field that a column may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LayoutField {
    pub name: &'static str,
    /// No row is read without it.
    pub is_needed: bool,
    /// A follow-up fact of the dictionary.
    pub is_fact: bool,
}

/// The fields that the columns of a file may be.
pub fn layout_fields(dataset: Dataset, dictionary: &Dictionary) -> Vec<LayoutField> {
    let own = fields(dataset).iter().map(|field| LayoutField {
        name: field.name,
        is_needed: field.is_needed,
        is_fact: false,
    });
    let end = (dataset == Dataset::Panorama).then_some(END);
    let end = end.map(|name| LayoutField { name, is_needed: false, is_fact: false });
    let takes_facts = dataset == Dataset::Panorama || dataset.is_facts();
    let facts = dictionary.facts().filter(|_| takes_facts);
    let facts = facts.filter(|fact| fields(dataset).iter().all(|other| other.name != fact.name));
    let facts = facts.map(|fact| LayoutField { name: fact.name, is_needed: false, is_fact: true });
    own.chain(end).chain(facts).collect()
}

impl LayoutDraft {
    pub(super) fn of_guesses(
        file: &str,
        dataset: Dataset,
        found: &FoundTable,
        (guesses, extras): (&[Guess], &Extras),
    ) -> Self {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let mut phases = BTreeMap::new();
        let columns = guesses.iter().map(|guess| column(guess, &mut phases)).collect();
        Self {
            id: profile_id(name),
            title: format!("Fichier {name}"),
            dataset,
            sheet: found.table.sheet.clone().filter(|_| found.names_sheet),
            transposed: found.table.is_turned(),
            missing: extras.missing.iter().cloned().collect(),
            withheld: extras.withheld.iter().cloned().collect(),
            set_aside: aside_words(found).into_iter().map(str::to_owned).collect(),
            columns,
            constants: BTreeMap::new(),
            phases,
        }
    }

    /// Whether a column is this field.
    pub fn reads(&self, field: &str) -> bool {
        self.columns.iter().any(|column| column.field.as_deref() == Some(field))
    }

    /// Whether the duration follows from the dates of start and end.
    fn computes_duration(&self) -> bool {
        self.dataset == Dataset::Panorama
            && !self.reads("duration_months")
            && !self.constants.contains_key("duration_months")
            && self.reads("start_on")
            && self.reads(END)
    }

    /// The fields that no row can be read without and that have neither a column nor a value.
    pub fn lacking(&self) -> Vec<&'static str> {
        let is_lacking = |name: &&str| {
            let is_computed = *name == "duration_months" && self.computes_duration();
            !self.reads(name) && !self.constants.contains_key(*name) && !is_computed
        };
        needed_fields(self.dataset).map(|field| field.name).filter(is_lacking).collect()
    }

    /// The fields that several columns are.
    pub fn repeated(&self) -> BTreeSet<&str> {
        let fields: Vec<&str> =
            self.columns.iter().filter_map(|column| column.field.as_deref()).collect();
        let is_repeated = |field: &&str| fields.iter().filter(|other| *other == field).count() > 1;
        fields.iter().copied().filter(is_repeated).collect()
    }

    /// The text of the profile, in TOML.
    pub fn to_text(&self, dictionary: &Dictionary) -> String {
        let mut lines = vec![
            format!("id = {}", quoted(&self.id)),
            format!("title = {}", quoted(&self.title)),
            format!("dataset = \"{}\"", self.dataset.as_str()),
        ];
        lines.extend(self.sheet.iter().map(|sheet| format!("sheet = {}", quoted(sheet))));
        if self.transposed {
            lines.push("transposed = true".to_owned());
        }
        let unread = self.columns.iter().filter(|column| column.field.is_none());
        let ignored: Vec<String> = unread.map(|column| column.header.clone()).collect();
        for (key, words) in
            [("missing", &self.missing), ("withheld", &self.withheld), ("ignored", &ignored)]
        {
            if !words.is_empty() {
                lines.push(format!("{key} = {}", list(words)));
            }
        }
        if !self.set_aside.is_empty() {
            lines.extend([String::new(), "[[set_aside]]".to_owned()]);
            lines.push(format!("begins = {}", list(&self.set_aside)));
            lines.push("reason = \"total ou note\"".to_owned());
        }
        for column in &self.columns {
            if let Some(field) = &column.field {
                lines.push(String::new());
                lines.extend(self.table(column, field, dictionary));
            }
        }
        for (field, value) in &self.constants {
            lines.extend([String::new(), format!("[fields.{field}]")]);
            lines.push(format!("constant = {}", quoted(value)));
        }
        if self.computes_duration() {
            lines.extend([String::new(), "[fields.duration_months]".to_owned()]);
            lines.push(format!("formula = \"months_between(start_on, {END})\""));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    fn table(&self, column: &DraftColumn, field: &str, dictionary: &Dictionary) -> Vec<String> {
        let own = fields(self.dataset).iter().find(|known| known.name == field);
        let (section, yields) = match own {
            Some(own) => ("fields", own.yields),
            None if field == END => ("columns", Yield::Date),
            None => ("keep", fact_yields(field, dictionary)),
        };
        let mut lines =
            vec![format!("[{section}.{field}]"), format!("headers = [{}]", quoted(&column.header))];
        lines.extend(column.nth.map(|nth| format!("nth = {nth}")));
        let writing = column.writing.as_deref();
        match (yields, writing) {
            (Yield::Date, Some(format)) if format.starts_with('%') => {
                lines.push(format!("date_format = {}", quoted(format)));
            }
            (Yield::Date, None) if section == "columns" => {
                lines.push("parse = \"french_date\"".to_owned());
            }
            (Yield::Number | Yield::Date | Yield::Bool, Some(parse)) => {
                lines.push(format!("parse = {}", quoted(parse)));
            }
            _ => {}
        }
        if yields == Yield::Number {
            lines.extend(column.unit.iter().map(|unit| format!("unit = {}", quoted(unit))));
        }
        if yields == Yield::Phase && !self.phases.is_empty() {
            lines.extend([String::new(), format!("[{section}.{field}.words]")]);
            for phase in Phase::ALL {
                let of_phase = self.phases.iter().filter(|(_, one)| **one == phase);
                let words: Vec<String> = of_phase.map(|(word, _)| word.clone()).collect();
                if !words.is_empty() {
                    lines.push(format!("{} = {}", phase.as_str(), list(&words)));
                }
            }
        }
        lines
    }
}

fn fact_yields(field: &str, dictionary: &Dictionary) -> Yield {
    match dictionary.field(field).map(|field| field.kind) {
        Some(FieldKind::Bool) => Yield::Bool,
        Some(FieldKind::Int | FieldKind::Float) => Yield::Number,
        Some(FieldKind::Date) => Yield::Date,
        Some(FieldKind::Text) | None => Yield::Text,
    }
}

/// A column as the proposal takes it. The lines that the proposal writes of it are TOML.
fn column(guess: &Guess, phases: &mut BTreeMap<String, Phase>) -> DraftColumn {
    let said: toml::Table = guess.lines.join("\n").parse().unwrap_or_default();
    let text = |key: &str| said.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let words = said.get("fields").and_then(|fields| fields.get("phase"));
    let words = words.and_then(|phase| phase.get("words")).and_then(toml::Value::as_table);
    for (name, spellings) in words.into_iter().flatten() {
        let Ok(phase) = name.parse::<Phase>() else { continue };
        let spellings = spellings.as_array().into_iter().flatten().filter_map(toml::Value::as_str);
        phases.extend(spellings.map(|word| (word.to_owned(), phase)));
    }
    DraftColumn {
        header: guess.proposed.header.clone(),
        nth: guess.nth,
        field: guess.proposed.field.clone().filter(|_| guess.section != Section::None),
        unit: text("unit"),
        writing: text("date_format").or_else(|| text("parse")),
    }
}

/// `["NC", "à venir"]`
fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}
