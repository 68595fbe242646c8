//! Writes a rule, its cases and its thresholds from an author's answers.

use std::collections::BTreeMap;

use super::answers::RuleTemplate;
use super::baseline;
use super::sketch::{Expected, Sketch};
use super::wording::{case_date, figure, quoted};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary::Unit;
use crate::rules::catalogue::fault::{RuleFault, TextPosition};
use crate::rules::catalogue::fields::dictionary_of;
use crate::rules::catalogue::thresholds;
use crate::rules::testing::case_file::cases_path;

/// What an author has yet to write in a file that a template made.
const TO_COMPLETE: &str = "compléter";

/// Every line of a catalogue that a template left to its author.
pub fn to_complete(texts: &BTreeMap<String, String>) -> Vec<RuleFault> {
    let mut found = Vec::new();
    for (file, text) in texts {
        let lines = (1..).zip(text.lines());
        for (line, words) in lines {
            let marked =
                ["À", "à"].iter().find_map(|a| words.find(&format!("\"{a} {TO_COMPLETE}")));
            if let Some(byte) = marked {
                let column = words.get(..byte).map(|before| before.chars().count() + 1);
                let place = TextPosition { line: Some(line), column };
                found.push(RuleFault::new(file, place, "« À compléter » is still to be written"));
            }
        }
    }
    found
}

/// The files that answers make, by path, `texts` being those of the catalogue: the rule, its cases, and
/// its thresholds, a file each.
///
/// # Errors
///
/// Says which answer cannot be, and what was expected.
pub fn written(
    template: &RuleTemplate,
    texts: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, String> {
    let id = template.id.as_str();
    let is_id = id.starts_with(|letter: char| letter.is_ascii_uppercase())
        && id.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
    if !is_id || id.len() > 12 {
        return Err(format!("the id is `{id}`, expected capitals and digits, such as `X1`"));
    }
    let ends = format!("/{id}.rhai");
    if let Some(known) = texts.keys().find(|path| path.ends_with(&ends)) {
        return Err(format!("the id `{id}` is that of {known}, expected a new one"));
    }
    if template.title.trim().is_empty() || template.title.contains(char::is_control) {
        return Err("the title is empty, expected a line of text".to_owned());
    }
    if template.title.contains("*/") {
        return Err("the title has `*/`, which ends the head of a rule".to_owned());
    }
    if template.level == Level::Clear {
        return Err("the level is `clear`, expected `watch` or above".to_owned());
    }
    let sketch = Sketch::of(template, &dictionary_of(texts))?;
    let mut files = BTreeMap::new();
    let folder = if sketch.scope == SubjectKind::Project { "drift" } else { "portfolio" };
    files.insert(format!("{folder}/{id}.rhai"), sketch.rule(template, folder));
    files.insert(cases_path(id), sketch.cases(template));
    sketch.add_thresholds(texts, &mut files)?;
    sketch.spare_healthy(texts)?;
    Ok(files)
}

impl Sketch {
    fn rule(&self, template: &RuleTemplate, folder: &str) -> String {
        let mut text = format!(
            "/*---\nid = \"{}\"\ntitle = {}\nfamily = \"{folder}\"\nscope = \"{}\"\nstatus = \"test\"\n\
             sources = [\"À compléter : texte, chiffre ou expert dont vient la règle\"]\n\
             description = \"À compléter : ce que la règle remarque, et pourquoi.\"\n\
             check = \"À compléter : ce qu’il faut vérifier avant d’agir.\"\n\
             contacts = \"à compléter\"\n\
             false_positives = \"à compléter.\"\n\n[[sign]]\nlevel = \"{}\"\n",
            template.id,
            quoted(template.title.trim()),
            if self.scope == SubjectKind::Ministry { "ministry" } else { "project" },
            template.level.as_str(),
        );
        let keys = [
            ("unless", self.unless.as_ref()),
            ("when", Some(&self.when)),
            ("says", Some(&self.says)),
        ];
        for (key, held) in keys {
            if let Some(held) = held {
                text.extend([key, " = ", &quoted(held), "\n"]);
            }
        }
        text.push_str("---*/\n");
        text
    }

    fn cases(&self, template: &RuleTemplate) -> String {
        let written = self.cases.iter().map(|case| {
            let fields: Vec<String> =
                case.fields.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            let fields = match fields.as_slice() {
                [] => String::new(),
                some => format!("fields = {{ {} }}\n", some.join(", ")),
            };
            let expected = match case.expect {
                Expected::Fires => format!("expect = \"{}\"", template.level.as_str()),
                Expected::Clear => "expect = \"clear\"".to_owned(),
                Expected::Unknown(field) => format!("unknown = [\"{field}\"]"),
            };
            let (name, day) = (quoted(&case.name), case_date());
            format!("[[case]]\nname = {name}\nas_of = {day}\n{fields}{expected}\n")
        });
        written.collect::<Vec<_>>().join("\n")
    }

    fn add_thresholds(
        &self,
        texts: &BTreeMap<String, String>,
        files: &mut BTreeMap<String, String>,
    ) -> Result<(), String> {
        for threshold in &self.thresholds {
            let name = &threshold.name;
            let path = format!("{}{name}.toml", thresholds::FOLDER);
            let of_all = texts.get(thresholds::FILE).map_or("", String::as_str);
            let head = format!("[{name}]");
            if texts.contains_key(&path) || of_all.lines().any(|line| line.trim() == head) {
                return Err(format!("the threshold `{name}` exists, expected a new one"));
            }
            let (least, most) = bounds(threshold.value, threshold.unit);
            let value = |value: f64| figure(value, threshold.kind);
            let text = format!(
                "{head}\nlabel = {}\nunit = \"{}\"\nvalue = {}\nmin = {}\nmax = {}\n\
                 source = {{ tag = \"expert\", text = \"À compléter\" }}\n",
                quoted(&threshold.label),
                threshold.unit.as_str(),
                value(threshold.value),
                value(least),
                value(most),
            );
            files.insert(path, text);
        }
        Ok(())
    }

    /// The rule does not fire on healthy subjects.
    fn spare_healthy(&self, texts: &BTreeMap<String, String>) -> Result<(), String> {
        let Some(text) = texts.get(baseline::FILE) else { return Ok(()) };
        for (name, known) in baseline::subjects(text, self.scope)? {
            let fires = self.healthy.iter().find(|(_, spares)| !spares(&known));
            if let Some((field, _)) = fires {
                let found =
                    known.get(field.name).map_or_else(|| "—".to_owned(), ToString::to_string);
                return Err(format!(
                    "the rule fires on « {name} » of {}, where `{}` is {found}: expected a limit that spares a healthy subject",
                    baseline::FILE,
                    field.name
                ));
            }
        }
        Ok(())
    }
}

/// Between which values a slip of the keyboard is refused.
fn bounds(value: f64, unit: Unit) -> (f64, f64) {
    let most = match unit {
        Unit::Ratio | Unit::Points => (value.abs() * 2.0).max(1.0),
        Unit::None
        | Unit::Meur
        | Unit::MeurPerYear
        | Unit::Months
        | Unit::Days
        | Unit::Count
        | Unit::Fte => (value.abs() * 10.0).max(10.0),
    };
    (if value < 0.0 { -most } else { 0.0 }, most)
}
