//! Writes a rule, its cases and its thresholds from an author's answers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::answers::RuleTemplate;
use super::baseline;
use super::sketch::{Expected, Sketch};
use super::wording::{case_date, figure, quoted};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary::Unit;
use crate::rules::catalogue::thresholds;
use crate::rules::testing::case_file::cases_path;

/// The files that answers make, by path, `texts` being those of the catalogue: the rule, its cases, and the thresholds and
/// healthy subjects with what the rule adds to them.
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
    if template.level == Level::Clear {
        return Err("the level is `clear`, expected `watch` or above".to_owned());
    }
    let sketch = Sketch::of(template)?;
    let mut files = BTreeMap::new();
    let folder = if sketch.scope == SubjectKind::Project { "drift" } else { "portfolio" };
    files.insert(format!("{folder}/{id}.rhai"), sketch.rule(template, folder));
    files.insert(cases_path(id), sketch.cases(template));
    sketch.add_thresholds(texts, &mut files)?;
    sketch.add_healthy(texts, &mut files)?;
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
        for (key, held) in [
            ("unless", self.unless.as_ref()),
            ("when", Some(&self.when)),
            ("says", Some(&self.says)),
        ] {
            if let Some(held) = held {
                let _ = writeln!(text, "{key} = {}", quoted(held));
            }
        }
        text.push_str("---*/\n");
        text
    }

    fn cases(&self, template: &RuleTemplate) -> String {
        let mut text = String::new();
        for case in &self.cases {
            if !text.is_empty() {
                text.push('\n');
            }
            let _ =
                writeln!(text, "[[case]]\nname = {}\nas_of = {}", quoted(&case.name), case_date());
            let fields: Vec<String> =
                case.fields.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            if !fields.is_empty() {
                let _ = writeln!(text, "fields = {{ {} }}", fields.join(", "));
            }
            let _ = match case.expect {
                Expected::Fires => writeln!(text, "expect = \"{}\"", template.level.as_str()),
                Expected::Clear => writeln!(text, "expect = \"clear\""),
                Expected::Unknown(field) => writeln!(text, "unknown = [\"{field}\"]"),
            };
        }
        text
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

    /// Healthy subjects know what the rule reads, and it does not fire on them.
    fn add_healthy(
        &self,
        texts: &BTreeMap<String, String>,
        files: &mut BTreeMap<String, String>,
    ) -> Result<(), String> {
        let Some(former) = texts.get(baseline::FILE) else { return Ok(()) };
        let mut text = former.clone();
        for (field, value, fits) in &self.healthy {
            for healthy in baseline::of_field(&text, self.scope, field.name)? {
                if let Some(found) = healthy.value.filter(|found| !fits(found)) {
                    return Err(format!(
                        "the rule fires on « {} » of {}, where `{}` is {found}: expected a limit that spares a healthy subject",
                        healthy.name,
                        baseline::FILE,
                        field.name
                    ));
                }
            }
            text = baseline::with_field(&text, self.scope, field.name, &value.to_string())?;
        }
        if text != *former {
            files.insert(baseline::FILE.to_owned(), text);
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
