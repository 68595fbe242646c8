//! One file of a draft as a page edits it: the signs of a rule or the values of a threshold by form, anything as a text.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::form::{DraftForm, FormKind};
use super::signs_form::{FieldError, SignsForm};
use crate::api::Problem;
use crate::domain::ids::RuleId;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::overlay::RulePath;
use crate::domain::value::{Value, float};
use crate::frame::dictionary::{Dictionary, Unit};
use crate::rules::{ConditionWords, RuleFault, RuleHead, SourceTag, Thresholds};
use crate::support::{french, translation};
use crate::web::pages::rules::thresholds::unit_label;
use crate::{application, rules};

/// A catalogue of which a draft is part: what its files may speak of.
pub(super) struct DraftCatalogue {
    pub(super) texts: BTreeMap<String, String>,
    dictionary: Dictionary,
    thresholds: Thresholds,
    titles: BTreeMap<RuleId, String>,
}

#[derive(Debug, Serialize)]
pub(super) struct FileEditor {
    pub(super) path: String,
    label: String,
    /// `signes`, `seuil` or `texte`.
    pub(super) kind: &'static str,
    pub(super) text: String,
    signs: Option<SignsForm>,
    threshold: Option<ThresholdForm>,
    /// Whether the file can be edited by form.
    has_form: bool,
    /// The rule that the file is about.
    rule: Option<String>,
}

#[derive(Debug, Serialize)]
struct ThresholdForm {
    label: String,
    unit: &'static str,
    example: &'static str,
    source_tag: SourceTag,
    source: String,
    bounds: String,
    values: Vec<ValueField>,
}

#[derive(Debug, Serialize)]
struct ValueField {
    name: String,
    label: String,
    value: String,
    error: Option<String>,
}

/// Why a form makes no text, and the form as it was sent.
pub(super) struct RefusedForm {
    pub(super) editor: FileEditor,
    pub(super) errors: Vec<FieldError>,
}

impl DraftCatalogue {
    pub(super) fn of(texts: BTreeMap<String, String>) -> Self {
        Self {
            dictionary: rules::dictionary_of(&texts),
            thresholds: Thresholds::of_texts(&texts),
            titles: rules::titles(&texts),
            texts,
        }
    }

    fn words(&self, scope: SubjectKind) -> ConditionWords<'_> {
        ConditionWords { dictionary: &self.dictionary, thresholds: &self.thresholds, scope }
    }

    fn words_of(&self, text: &str) -> ConditionWords<'_> {
        let head: Option<RuleHead> = rules::rule_head(text);
        self.words(head.map_or(SubjectKind::Project, |head| head.scope))
    }

    /// What people call a file.
    pub(super) fn label(&self, path: &RulePath) -> String {
        let title = |rule: &str| {
            self.titles.get(&RuleId::new(rule)).cloned().unwrap_or_else(|| rule.to_owned())
        };
        if let Some(name) = path.threshold() {
            let label =
                self.thresholds.get(name).map_or(name, |threshold| threshold.label.as_str());
            return format!("Seuil\u{a0}: {label}");
        }
        if let Some(rule) = path.rule() {
            return format!("Règle\u{a0}: {}", title(rule));
        }
        match path.as_str() {
            "thresholds.toml" => "Tous les seuils".to_owned(),
            "missions.toml" => "Référentiel des missions".to_owned(),
            "notices.toml" => "Réglages des messages".to_owned(),
            "reviews.toml" => "Calendrier des revues".to_owned(),
            "cases/baseline.toml" => "Cas d’essai\u{a0}: sujets sains".to_owned(),
            other if other.starts_with("fields/") => format!("Donnée\u{a0}: {}", path.stem()),
            _ => format!("Cas d’essai\u{a0}: {}", title(path.stem())),
        }
    }

    /// The labels of all thresholds, by the path of the file of each.
    pub(super) fn threshold_files(&self) -> Vec<(String, String)> {
        let thresholds = self.thresholds.iter();
        let file = |name: &str| RulePath::of_threshold(name).ok().map(|path| path.to_string());
        let mut files: Vec<(String, String)> =
            thresholds.filter_map(|one| Some((file(&one.name)?, one.label.clone()))).collect();
        files.sort_by(|one, other| one.1.cmp(&other.1));
        files
    }

    /// The editor of a text of a file: by form where that can be, unless `as_text`.
    pub(super) fn editor(&self, path: &RulePath, text: &str, as_text: bool) -> FileEditor {
        let signs = path.rule().and_then(|_| SignsForm::of_text(text, self.words_of(text)));
        let threshold = path.threshold().and_then(|name| threshold_form(name, text));
        let has_form = signs.is_some() || threshold.is_some();
        let kind = match (as_text, &signs, &threshold) {
            (false, Some(_), _) => FormKind::Signs,
            (false, None, Some(_)) => FormKind::Threshold,
            _ => FormKind::Text,
        };
        FileEditor {
            path: path.to_string(),
            label: self.label(path),
            kind: kind.as_str(),
            text: text.to_owned(),
            signs: signs.filter(|_| kind == FormKind::Signs),
            threshold: threshold.filter(|_| kind == FormKind::Threshold),
            has_form,
            rule: rule_of(path),
        }
    }

    /// The text that a form makes of a file whose text is `text`.
    pub(super) fn edited(&self, form: &DraftForm, text: &str) -> Result<String, Box<RefusedForm>> {
        match form.kind {
            FormKind::Text => Ok(form.fields.get("texte").cloned().unwrap_or_default()),
            FormKind::Signs => {
                let words = self.words_of(text);
                let signs = SignsForm::read(&form.fields, words);
                let edited = match signs.edited(words) {
                    Ok(edited) => application::edited(text, &edited),
                    Err(errors) => return Err(self.refused(form, text, signs, errors)),
                };
                let untold = "le texte de la règle a changé\u{a0}: ses signes ne se modifient plus par formulaire.";
                let error = FieldError { anchor: "signes".to_owned(), text: untold.to_owned() };
                edited.ok_or_else(|| self.refused(form, text, signs, vec![error]))
            }
            FormKind::Threshold => self.edited_threshold(form, text),
        }
    }

    /// The form of signs after a button that changes it; `None` if the button is another.
    pub(super) fn rearranged(&self, form: &DraftForm, text: &str) -> Option<FileEditor> {
        if form.kind != FormKind::Signs {
            return None;
        }
        let words = self.words_of(text);
        let mut signs = SignsForm::read(&form.fields, words);
        signs.apply(&form.act, words).then(|| self.with_signs(form, text, signs))
    }

    fn with_signs(&self, form: &DraftForm, text: &str, signs: SignsForm) -> FileEditor {
        FileEditor {
            path: form.path.to_string(),
            label: self.label(&form.path),
            kind: FormKind::Signs.as_str(),
            text: text.to_owned(),
            signs: Some(signs),
            threshold: None,
            has_form: true,
            rule: rule_of(&form.path),
        }
    }

    fn refused(
        &self,
        form: &DraftForm,
        text: &str,
        signs: SignsForm,
        errors: Vec<FieldError>,
    ) -> Box<RefusedForm> {
        Box::new(RefusedForm { editor: self.with_signs(form, text, signs), errors })
    }

    fn edited_threshold(&self, form: &DraftForm, text: &str) -> Result<String, Box<RefusedForm>> {
        let texts = BTreeMap::from([("thresholds.toml".to_owned(), text.to_owned())]);
        let own = Thresholds::of_texts(&texts);
        let name = form.path.threshold().unwrap_or_default();
        let mut editor = self.editor(&form.path, text, false);
        let (Some(threshold), Some(fields)) = (own.get(name), editor.threshold.as_mut()) else {
            return Ok(text.to_owned());
        };
        let mut errors = Vec::new();
        let mut changed = Vec::new();
        for (dated, field) in threshold.values.iter().zip(&mut fields.values) {
            let typed = form.fields.get(&field.name).cloned().unwrap_or_default();
            if typed.trim() == field.value {
                continue;
            }
            match figure(&typed, threshold, &dated.value) {
                Ok(value) => {
                    let dated_name =
                        dated.from.map_or_else(|| name.to_owned(), |from| format!("{name}@{from}"));
                    changed.push((dated_name, value));
                }
                Err(fault) => {
                    errors.push(FieldError { anchor: field.name.clone(), text: fault.clone() });
                    field.error = Some(fault);
                }
            }
            field.value = typed;
        }
        if !errors.is_empty() {
            return Err(Box::new(RefusedForm { editor, errors }));
        }
        let files = BTreeMap::from([(form.path.clone(), text.to_owned())]);
        let written = application::with_thresholds(files, &self.texts, &changed);
        match written.map(|mut written_files| written_files.remove(&form.path)) {
            Ok(written) => Ok(written.unwrap_or_else(|| text.to_owned())),
            Err(fault) => {
                let fault = translation::into_french(&fault.to_string()).into_owned();
                let refusal = FieldError { anchor: "valeur-1".to_owned(), text: fault };
                Err(Box::new(RefusedForm { editor, errors: vec![refusal] }))
            }
        }
    }
}

impl FileEditor {
    /// The field of the page where a fault can be mended, or the page of the file that has it.
    pub(super) fn place(
        &self,
        fault: &RuleFault,
        number: impl std::fmt::Display,
    ) -> Option<String> {
        if fault.file != self.path {
            let path = RulePath::parse(&fault.file).ok()?;
            return Some(format!("/brouillons/{number}?fichier={path}"));
        }
        let Some(signs) = &self.signs else {
            return Some(if self.kind == "seuil" { "#valeur-1" } else { "#texte" }.to_owned());
        };
        let part = fault.line.and_then(|line| rules::sign_part_at(&self.text, line));
        Some(part.map_or_else(
            || format!("/brouillons/{number}?fichier={}&vue=texte", self.path),
            |(place, part)| format!("#{}", signs.anchor(place, part)),
        ))
    }
}

fn threshold_form(name: &str, text: &str) -> Option<ThresholdForm> {
    let texts = BTreeMap::from([("thresholds.toml".to_owned(), text.to_owned())]);
    let own = Thresholds::of_texts(&texts);
    let threshold = own.get(name)?;
    let values = (1..).zip(&threshold.values).map(|(number, dated): (usize, _)| ValueField {
        name: format!("valeur-{number}"),
        label: value_label(dated.from),
        value: shown(&dated.value, threshold.unit),
        error: None,
    });
    Some(ThresholdForm {
        label: threshold.label.clone(),
        unit: unit_label(threshold.unit),
        example: example(threshold.unit),
        source_tag: threshold.source.tag,
        source: threshold.source.text.clone(),
        bounds: threshold.bounds_shown(),
        values: values.collect(),
    })
}

fn rule_of(path: &RulePath) -> Option<String> {
    let is_cases = path.as_str().starts_with("cases/") && path.stem() != "baseline";
    path.rule().or(is_cases.then(|| path.stem())).map(str::to_owned)
}

fn value_label(from: Option<NaiveDate>) -> String {
    from.map_or_else(
        || "Valeur".to_owned(),
        |from| format!("Valeur à compter du {}", french::date(from)),
    )
}

fn shown(value: &Value, unit: Unit) -> String {
    match value {
        Value::Int(count) => rules::shown_figure(float(*count), unit),
        Value::Float(figure) => rules::shown_figure(*figure, unit),
        Value::Bool(_) | Value::Text(_) | Value::Date(_) => rules::value_in_words(value, unit),
    }
}

fn example(unit: Unit) -> &'static str {
    match unit {
        Unit::Ratio => "Par exemple\u{a0}: 20 %",
        Unit::Points => "Par exemple\u{a0}: 3 points",
        Unit::Meur | Unit::MeurPerYear => "Par exemple\u{a0}: 9 M€",
        Unit::Months => "Par exemple\u{a0}: 18 mois",
        Unit::Days => "Par exemple\u{a0}: 90 jours",
        Unit::Fte => "Par exemple\u{a0}: 0,8 ETP",
        Unit::None | Unit::Count => "Par exemple\u{a0}: 3",
    }
}

/// A typed figure as the text of the threshold has it; or what is wrong with it.
fn figure(typed: &str, threshold: &rules::Threshold, was: &Value) -> Result<String, String> {
    let label = &threshold.label;
    let figure = rules::typed_figure(typed, threshold.unit);
    let figure = figure.ok_or_else(|| {
        let example = example(threshold.unit).to_lowercase();
        format!("«\u{a0}{label}\u{a0}»\u{a0}: «\u{a0}{typed}\u{a0}» n’est pas un nombre dans l’unité du seuil. {example}")
    })?;
    let is_below = threshold.min.is_some_and(|min| figure < min);
    let is_above = threshold.max.is_some_and(|max| figure > max);
    if is_below || is_above {
        let bounds = threshold.bounds_shown();
        return Err(format!(
            "«\u{a0}{label}\u{a0}»\u{a0}: {typed} est hors des valeurs plausibles ({bounds})."
        ));
    }
    let is_whole = matches!(was, Value::Int(_)) && threshold.unit == Unit::Count;
    if is_whole && figure.fract() != 0.0 {
        return Err(format!("«\u{a0}{label}\u{a0}»\u{a0}: donnez un nombre entier."));
    }
    Ok(figure.to_string())
}

/// The files of a draft with another text of one.
pub(super) fn with_text(
    files: &BTreeMap<RulePath, String>,
    path: &RulePath,
    text: String,
) -> Result<BTreeMap<RulePath, String>, Problem> {
    if !files.contains_key(path) {
        return Err(Problem::NotFound { kind: "file of the draft", id: path.to_string() });
    }
    let mut files = files.clone();
    files.insert(path.clone(), text);
    Ok(files)
}
