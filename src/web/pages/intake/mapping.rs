//! The form that describes a layout: its fields read into a draft, and a draft written into its fields.

use std::collections::BTreeMap;

use serde::Serialize;

use super::imports::FormError;
use super::words;
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::words::Labelled as _;
use crate::frame::dictionary::Dictionary;
use crate::intake::{
    DraftColumn, LayoutDraft, LayoutField, LayoutProposal, LookedColumn, layout_fields, name_key,
};
use crate::support::french;
use crate::web::query::Choice;

/// Characters of a layout's name at most.
const LONGEST_TITLE: usize = 100;

/// Units that figures of a column may have.
const UNITS: [&str; 8] = ["€", "k€", "M€", "Md€", "mois", "ans", "jours", "%"];

/// How cells may be written, by the word of a profile, each with an example.
const WRITINGS: [(&str, &str); 16] = [
    ("french_number", "nombre : 1 234,5"),
    ("english_number", "nombre : 1,234.5"),
    ("number", "nombre : 1234.5"),
    ("months", "durée en mois : 18"),
    ("french_years", "durée en années : 1,5 an"),
    ("french_date", "date : 05/11/2020"),
    ("date", "date : 2020-11-05"),
    ("%d/%m/%y", "date : 05/11/20"),
    ("%d.%m.%Y", "date : 05.11.2020"),
    ("%d.%m.%y", "date : 05.11.20"),
    ("%m/%d/%Y", "date : 11/05/2020 (mois d’abord)"),
    ("french_month", "mois : novembre 2020 ou 11/2020"),
    ("month", "mois : 2020-11"),
    ("%b-%y", "mois : nov-20"),
    ("yes_no", "oui ou non"),
    ("bool", "true ou false"),
];

/// What the form shows of a layout.
#[derive(Debug, Serialize)]
pub(super) struct MappingView {
    pub(super) title: String,
    pub(super) columns: Vec<ColumnView>,
    /// Labels of all fields that a column may be.
    pub(super) fields: Vec<FieldChoice>,
    units: Vec<Choice>,
    writings: Vec<Choice>,
    /// Fields that need a value where no column is one.
    constants: Vec<ConstantView>,
    phases: Vec<PhaseView>,
    phase_choices: Vec<Choice>,
    missing: String,
    withheld: String,
    set_aside: String,
    transposed: bool,
}

/// A column of the file, and what it is taken for.
#[derive(Debug, Serialize)]
pub(super) struct ColumnView {
    header: String,
    nth: Option<usize>,
    place: String,
    field: String,
    unit: String,
    writing: String,
    /// In percent, as people write it.
    likeness: Option<String>,
    certainty: &'static str,
    reasons: Vec<String>,
    samples: Vec<String>,
}

/// A field and what people call it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FieldChoice {
    name: &'static str,
    label: String,
    is_needed: bool,
}

#[derive(Debug, Serialize)]
struct ConstantView {
    name: &'static str,
    label: String,
    value: String,
}

/// A word of the file and the phase that it stands for.
#[derive(Debug, Serialize)]
struct PhaseView {
    word: String,
    phase: &'static str,
}

/// Fields of a dataset with labels that are all different.
pub(super) fn field_labels(dataset: Dataset, dictionary: &Dictionary) -> Vec<FieldChoice> {
    let mut labels: Vec<FieldChoice> = Vec::new();
    for LayoutField { name, is_needed, is_fact } in layout_fields(dataset, dictionary) {
        let mut label = words::field_label(name, dictionary);
        let is_taken = labels.iter().any(|known| name_key(&known.label) == name_key(&label));
        if is_taken || (is_fact && label == name) {
            label = format!("{label} ({name})");
        }
        labels.push(FieldChoice { name, label, is_needed });
    }
    labels
}

impl MappingView {
    pub(super) fn of(
        draft: &LayoutDraft,
        looked: &[LookedColumn],
        dictionary: &Dictionary,
    ) -> Self {
        let fields = field_labels(draft.dataset, dictionary);
        let label = |name: &str| {
            let found = fields.iter().find(|field| field.name == name);
            found.map_or_else(|| name.to_owned(), |field| field.label.clone())
        };
        let column = |(column, seen): (&DraftColumn, &LookedColumn)| ColumnView {
            header: column.header.clone(),
            nth: column.nth,
            place: seen.place.clone(),
            field: column.field.as_deref().map(&label).unwrap_or_default(),
            unit: column.unit.clone().unwrap_or_default(),
            writing: column.writing.clone().unwrap_or_default(),
            likeness: seen.likeness.map(|likeness| french::decimal(likeness * 100.0, 0)),
            certainty: seen.certainty.label(),
            reasons: seen.reasons.iter().map(|reason| in_form(reason)).collect(),
            samples: seen.samples.clone(),
        };
        let lacking = draft.lacking();
        let is_constant = |field: &&FieldChoice| {
            lacking.contains(&field.name) || draft.constants.contains_key(field.name)
        };
        let constant = |field: &FieldChoice| ConstantView {
            name: field.name,
            label: field.label.clone(),
            value: draft.constants.get(field.name).cloned().unwrap_or_default(),
        };
        Self {
            title: draft.title.clone(),
            columns: draft.columns.iter().zip(looked).map(column).collect(),
            units: UNITS.iter().map(|unit| Choice::plain((*unit).to_owned())).collect(),
            writings: writings(draft),
            constants: fields.iter().filter(is_constant).map(constant).collect(),
            phases: phases(draft, looked),
            phase_choices: Phase::labels()
                .into_iter()
                .map(|(word, shown)| Choice { value: word.to_owned(), label: shown.to_owned() })
                .collect(),
            missing: draft.missing.join("\n"),
            withheld: draft.withheld.join("\n"),
            set_aside: draft.set_aside.join("\n"),
            transposed: draft.transposed,
            fields,
        }
    }
}

/// A reason of the proposal, whose keys of a profile become those of the form.
fn in_form(reason: &str) -> String {
    reason
        .replace("l’ordre est à dire dans `date_format`", "choisissez l’ordre dans « Écriture »")
        .replace("le cours est à dire dans `factor`", "leur cours n’est pas connu ici")
}

/// The known ways of writing, and those that the draft has besides.
fn writings(draft: &LayoutDraft) -> Vec<Choice> {
    let known = WRITINGS
        .iter()
        .map(|(word, label)| Choice { value: (*word).to_owned(), label: (*label).to_owned() });
    let mut choices: Vec<Choice> = known.collect();
    for writing in draft.columns.iter().filter_map(|column| column.writing.as_ref()) {
        if choices.iter().all(|choice| choice.value != *writing) {
            choices.push(Choice { value: writing.clone(), label: format!("date : {writing}") });
        }
    }
    choices
}

/// The words of the column of phases.
fn phases(draft: &LayoutDraft, looked: &[LookedColumn]) -> Vec<PhaseView> {
    let pairs = draft.columns.iter().zip(looked);
    let of_phase = pairs.filter(|(column, _)| column.field.as_deref() == Some("phase"));
    let of_column = of_phase.flat_map(|(_, seen)| &seen.distinct);
    let view = |word: &String| PhaseView {
        word: word.clone(),
        phase: draft.phases.get(word).map_or("", |phase| phase.as_str()),
    };
    of_column.map(view).collect()
}

/// What was sent of the form.
#[derive(Debug)]
pub(super) struct MappingForm(BTreeMap<String, String>);

impl MappingForm {
    pub(super) fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields.into_iter().collect())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.0.get(name).map(String::as_str).unwrap_or_default().lines();
        lines.map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// The draft as the form has it, over what the file was found to hold, and what is to be mended.
    pub(super) fn draft(
        &self,
        proposal: &LayoutProposal,
        dictionary: &Dictionary,
    ) -> (LayoutDraft, Vec<FormError>) {
        let found = &proposal.draft;
        let fields = field_labels(found.dataset, dictionary);
        let title = self.text("nom").unwrap_or_default();
        let words: Vec<&str> = title.split_whitespace().collect();
        let mut draft = LayoutDraft {
            id: name_key(&words.join(" ")).replace(' ', "-"),
            title: title.to_owned(),
            missing: self.lines("vide"),
            withheld: self.lines("non-publie"),
            set_aside: self.lines("ecarter"),
            constants: BTreeMap::new(),
            phases: self.phases(),
            columns: Vec::new(),
            ..found.clone()
        };
        let mut errors = Vec::new();
        if draft.id.is_empty() || title.chars().count() > LONGEST_TITLE {
            let text = "Donnez un nom à cette disposition, en 100 caractères au plus.";
            errors.push(FormError { anchor: "nom".to_owned(), text: text.to_owned() });
        }
        for (index, column) in found.columns.iter().enumerate() {
            let (column, error) = self.column(index, column, &fields);
            draft.columns.push(column);
            errors.extend(error);
        }
        for name in draft.lacking() {
            if let Some(value) = self.text(&format!("constante-{name}")) {
                draft.constants.insert(name.to_owned(), value.to_owned());
            }
        }
        errors.extend(misplaced(&draft, &fields));
        (draft, errors)
    }

    /// A column of the form, and what is to be mended of it.
    fn column(
        &self,
        index: usize,
        column: &DraftColumn,
        fields: &[FieldChoice],
    ) -> (DraftColumn, Option<FormError>) {
        let anchor = format!("champ-{index}");
        let typed = self.text(&anchor);
        let field = typed.and_then(|typed| {
            let called = |one: &&FieldChoice| name_key(&one.label) == name_key(typed);
            fields.iter().find(called).map(|one| one.name.to_owned())
        });
        let error = match (typed, &field) {
            (Some(typed), None) => {
                let text = format!(
                    "«\u{a0}{typed}\u{a0}» n’est pas un champ\u{a0}: choisissez-en un de la liste."
                );
                Some(FormError { anchor, text })
            }
            _ => None,
        };
        let column = DraftColumn {
            header: column.header.clone(),
            nth: column.nth,
            field,
            unit: self.text(&format!("unite-{index}")).map(str::to_owned),
            writing: self.text(&format!("ecriture-{index}")).map(str::to_owned),
        };
        (column, error)
    }

    /// Words of the file with their phases: `mot-3` and `phase-3`.
    fn phases(&self) -> BTreeMap<String, Phase> {
        let words = self.0.iter().filter_map(|(name, word)| {
            let number = name.strip_prefix("mot-")?;
            let phase = self.text(&format!("phase-{number}"))?.parse::<Phase>().ok()?;
            Some((word.clone(), phase))
        });
        words.collect()
    }
}

/// Fields that several columns are, and needed ones that none is.
fn misplaced(draft: &LayoutDraft, fields: &[FieldChoice]) -> Vec<FormError> {
    let label = |name: &str| {
        let found = fields.iter().find(|one| one.name == name);
        found.map_or_else(|| name.to_owned(), |one| one.label.clone())
    };
    let repeated = draft.repeated().into_iter().map(|name| {
        let place = draft.columns.iter().rposition(|one| one.field.as_deref() == Some(name));
        let text =
            format!("Deux colonnes sont «\u{a0}{}\u{a0}»\u{a0}: gardez-en une.", label(name));
        FormError { anchor: format!("champ-{}", place.unwrap_or_default()), text }
    });
    let lacking = draft.lacking().into_iter().map(|name| {
        let text = format!(
            "Aucune colonne n’est «\u{a0}{}\u{a0}»\u{a0}: choisissez-la, ou donnez une valeur pour toutes les lignes.",
            label(name)
        );
        FormError { anchor: format!("constante-{name}"), text }
    });
    repeated.chain(lacking).collect()
}
