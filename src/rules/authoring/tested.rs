//! One field, and what a rule notices of it.

use toml::Value;

use super::answers::{FieldTest, Noticed, RuleTemplate};
use super::baseline::KnownFields;
use super::sketch::{Healthy, NewThreshold};
use super::wording::{shown, within};
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary::{Dictionary, Field, FieldKind, Unit};
use crate::rules::catalogue::fault::resemblance;
use crate::rules::language::wording::float;

/// A share beyond which a percentage was surely meant.
const MOST_SHARE: f64 = 3.0;

/// A field and what is noticed of it.
pub(super) struct TestedField {
    pub(super) field: &'static Field,
    pub(super) noticed: Noticed,
    pub(super) condition: String,
    pub(super) sentence: String,
    pub(super) words: String,
    pub(super) words_within: String,
    pub(super) new_threshold: Option<(String, String)>,
}

impl TestedField {
    pub(super) fn of(
        template: &RuleTemplate,
        test: &FieldTest,
        (scope, dictionary): (SubjectKind, &Dictionary),
    ) -> Result<Self, String> {
        let (name, noticed) = (test.field.as_str(), test.noticed);
        let read = format!("p.{name}");
        let field = known(name, scope, dictionary)?;
        if let Noticed::Is(held) = noticed {
            if field.kind != FieldKind::Bool {
                return Err(format!(
                    "`{name}` is no boolean, expected `{name} > …` or `{name} < …`"
                ));
            }
            let answer = if held { "oui" } else { "non" };
            let words = format!("« {} » : {answer}", field.label);
            return Ok(Self {
                field,
                noticed,
                condition: if held { read } else { format!("!{read}") },
                sentence: format!("{} : {answer}", field.label),
                words_within: words.clone(),
                words,
                new_threshold: None,
            });
        }
        check_number(field)?;
        let (Noticed::Above(limit) | Noticed::Below(limit)) = noticed else {
            return Err(String::new());
        };
        if field.unit == Unit::Ratio && limit.abs() > MOST_SHARE {
            let percent = limit * 100.0;
            return Err(format!("a share of {limit} is {percent} %: write 0.10 for 10 %"));
        }
        check_figure(field, limit)?;
        let threshold = threshold_name(template, field);
        let (operator, side) = if matches!(noticed, Noticed::Above(_)) {
            (">", "au-delà")
        } else {
            ("<", "en deçà")
        };
        Ok(Self {
            field,
            noticed,
            condition: format!("{read} {operator} t.{threshold}"),
            sentence: format!(
                "{} : {}, {side} du seuil de {}",
                field.label,
                shown(&read, field.unit),
                shown(&format!("t.{threshold}"), field.unit)
            ),
            words: format!("{} {side} du seuil", field.label),
            words_within: format!("{} {side} du seuil", within(field)),
            new_threshold: Some((
                threshold,
                format!("Seuil de {} : {}", template.id, within(field)),
            )),
        })
    }

    /// A value for which what is noticed holds, or just does not, whatever the threshold becomes.
    pub(super) fn value(&self, held: bool) -> String {
        let name = self.new_threshold.as_ref().map(|(name, _)| name.as_str()).unwrap_or_default();
        match (self.noticed, held) {
            (Noticed::Is(noticed), _) => (noticed == held).to_string(),
            (Noticed::Above(_), true) => format!("\"just_above({name})\""),
            (Noticed::Below(_), true) => format!("\"just_below({name})\""),
            (Noticed::Above(_) | Noticed::Below(_), false) => format!("\"at({name})\""),
        }
    }

    pub(super) fn threshold(&self) -> Option<NewThreshold> {
        let (name, label) = self.new_threshold.clone()?;
        let (Noticed::Above(value) | Noticed::Below(value)) = self.noticed else { return None };
        Some(NewThreshold { name, label, unit: self.field.unit, value, kind: self.field.kind })
    }

    /// What is noticed of the field does not hold on a healthy subject.
    pub(super) fn healthy(&self) -> Healthy {
        let (noticed, name) = (self.noticed, self.field.name);
        let spares = move |known: &KnownFields| match noticed {
            Noticed::Is(held) => known.get(name).and_then(Value::as_bool) != Some(held),
            Noticed::Above(limit) => figure_of(known, name).is_none_or(|found| found <= limit),
            Noticed::Below(limit) => figure_of(known, name).is_none_or(|found| found >= limit),
        };
        (self.field, Box::new(spares))
    }
}

pub(super) fn known(
    name: &str,
    scope: SubjectKind,
    dictionary: &Dictionary,
) -> Result<&'static Field, String> {
    dictionary.fields_of(scope).find(|field| field.name == name).ok_or_else(|| {
        let near = resemblance(name, dictionary.fields_of(scope).map(|field| field.name));
        format!("no field `{name}` for these subjects{near}")
    })
}

pub(super) fn check_number(field: &Field) -> Result<(), String> {
    let name = field.name;
    match field.kind {
        FieldKind::Int | FieldKind::Float => Ok(()),
        FieldKind::Bool | FieldKind::Text | FieldKind::Date => {
            Err(format!("`{name}` is no number, expected a field of numbers (`vigie dictionary`)"))
        }
    }
}

/// Refuses a figure that no value of the field can be.
fn check_figure(field: &Field, figure: f64) -> Result<(), String> {
    let name = field.name;
    field
        .plausible(figure)
        .map_err(|expected| format!("the limit of `{name}` is {figure}, expected {expected}"))?;
    let is_beyond =
        field.min.is_some_and(|min| figure < min) || field.max.is_some_and(|max| figure > max);
    if is_beyond {
        let bound = |bound: Option<f64>| bound.map_or_else(String::new, |bound| bound.to_string());
        let (min, max) = (bound(field.least()), bound(field.max));
        return Err(format!(
            "the limit of `{name}` is {figure}, expected a number from {min} to {max}"
        ));
    }
    if field.kind == FieldKind::Int && figure.fract() != 0.0 {
        return Err(format!("the limit of `{name}` is {figure}, expected a whole number"));
    }
    Ok(())
}

pub(super) fn threshold_name(template: &RuleTemplate, field: &Field) -> String {
    format!("{}_{}", template.id.as_str().to_lowercase(), field.name)
}

/// The figure of a field, when it is known.
pub(super) fn figure_of(known: &KnownFields, field: &str) -> Option<f64> {
    let value = known.get(field)?;
    value.as_float().or_else(|| value.as_integer().map(float))
}
