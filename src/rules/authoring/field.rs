//! Writes the file of a new field from an author's answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wording::{figure, quoted};
use crate::domain::rules::worsening::{Direction, Worsening};
use crate::frame::dictionary;
use crate::frame::dictionary::{Dictionary, FieldKind, Gathering, RecordKind, Supplier, Unit};
use crate::rules::catalogue::fields::file_of;

/// A fact that files may supply and rules read from its publication on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldTemplate {
    /// Lower-case letters, digits and `_`. Never renamed.
    pub name: String,
    pub kind: FieldKind,
    #[serde(default)]
    pub unit: Unit,
    /// What people read, in French.
    pub label: String,
    /// Its definition, in French.
    pub meaning: String,
    /// Who supplies it: `dinum`, `article3`, `questionnaire` or `audit`.
    pub supplier: Supplier,
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// All that it can be: the words of a text; of a whole number, what each value from `min` to `max` means.
    #[serde(default)]
    pub choices: Vec<String>,
    /// How it gets worse, and by how much it must do so to be a new fact.
    pub worsening: Option<Worsening>,
    /// The records of a project that each give a value of it; none for what is said of the project itself.
    pub of: Option<RecordKind>,
    /// How these values make that of the project.
    pub gathered: Option<Gathering>,
}

impl FieldTemplate {
    /// The file of the field, by its path, `known` being the fields in force.
    ///
    /// # Errors
    ///
    /// Says which answer cannot be, and what was expected.
    pub fn written(&self, known: &Dictionary) -> Result<(String, String), String> {
        let name = &self.name;
        if known.field(name).is_some() {
            return Err(format!("the field `{name}` exists, expected a new one"));
        }
        dictionary::check_name(name)?;
        let text = self.text();
        let mut tried = known.clone();
        dictionary::add(&mut tried, name, &text).map_err(|fault| fault.reason)?;
        Ok((file_of(name), text))
    }

    fn text(&self) -> String {
        let Self { name, kind, unit, label, meaning, supplier, .. } = self;
        let Self { min, max, choices, worsening, of, gathered, .. } = self;
        let mut lines = vec![format!("[{name}]"), format!("kind = \"{}\"", kind.as_str())];
        if *unit != Unit::None {
            lines.push(format!("unit = \"{}\"", unit.as_str()));
        }
        lines.push(format!("label = {}", quoted(label.trim())));
        lines.push(format!("meaning = {}", quoted(meaning.trim())));
        lines.push(format!("supplier = \"{}\"", supplier.as_str()));
        lines.extend(of.map(|of| format!("of = \"{}\"", of.as_str())));
        lines.extend(gathered.map(|gathered| format!("gathered = \"{}\"", gathered.as_str())));
        let bounds = [("min", min), ("max", max)];
        lines.extend(
            bounds
                .into_iter()
                .filter_map(|(key, bound)| Some(format!("{key} = {}", figure((*bound)?, *kind)))),
        );
        if !choices.is_empty() {
            let all: Vec<String> = choices.iter().map(|choice| quoted(choice.trim())).collect();
            lines.push(format!("choices = [{}]", all.join(", ")));
        }
        if let Some(Worsening { worse, step, relative }) = worsening {
            let worse = Direction::as_str(*worse);
            let relative = if *relative { ", relative = true" } else { "" };
            lines.push(format!("worsening = {{ worse = \"{worse}\", step = {step:?}{relative} }}"));
        }
        lines.join("\n") + "\n"
    }
}
