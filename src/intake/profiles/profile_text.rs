//! From the text of a profile to a profile, or to every fault of it, each at its line.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::de::DeTable;

use super::column_text::Wanted;
use super::fault::{MOST_FAULTS, ProfileFault, WrongProfile};
use super::profile::{AsideRule, Column, FactColumns, Profile, supplier};
use super::profile_set::ProfileTerms;
use super::section::{TextFaults, TextSection};
use super::{column_text, formulas};
use crate::domain::portfolio::import::Dataset;
use crate::frame::dictionary::Dictionary;
use crate::intake::error::{FileFault, SourceError, ticked};
use crate::intake::identity::names::{key, nearest};
use crate::intake::rows::fields::{DatasetField, fields};

/// Bytes of a profile's text.
const MAX_TEXT: usize = 200_000;

/// Words of a row that adds up others, in a profile without a reason of its own.
const ASIDE: &str = "écartée par le profil";

/// How files of facts are written that people fill in.
const FRENCH: &str = "french";

impl Profile {
    /// Reads the text of a profile. `file` is what to call it.
    ///
    /// # Errors
    /// Every fault of the text, each with its line.
    pub fn parse(text: &str, file: &str, terms: ProfileTerms<'_>) -> Result<Self, SourceError> {
        read(text, file, terms)
    }
}

fn read(text: &str, file: &str, terms: ProfileTerms<'_>) -> Result<Profile, SourceError> {
    let refused = |faults: Vec<ProfileFault>| {
        SourceError::Profile(Box::new(WrongProfile { file: file.to_owned(), faults }))
    };
    let faults = TextFaults::new(text);
    if text.len() > MAX_TEXT {
        faults.add(1, "", format!("{} octets", text.len()), format!("au plus {MAX_TEXT}"));
        return Err(refused(faults.finish()));
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors.iter().take(MOST_FAULTS) {
        let line = error.span().map_or(1, |span| faults.line(span.start));
        let found = format!("un texte illisible ({})", error.message());
        faults.add(line, "", found, "du TOML, tel que `cle = \"valeur\"`");
    }
    if !errors.is_empty() {
        // Tables after a fault of form may seem to lack what they have.
        return Err(refused(faults.finish()));
    }
    let top = TextSection::new(document.get_ref(), (String::new(), 1), &faults);
    let profile = profile(&top, terms);
    drop(top);
    match (profile, faults.finish()) {
        (Some(profile), found) if found.is_empty() => Ok(profile),
        (_, found) => Err(refused(found)),
    }
}

fn profile(top: &TextSection<'_>, terms: ProfileTerms<'_>) -> Option<Profile> {
    let [id, title] = ["id", "title"].map(|key| needed(top, key, "un texte"));
    let words = Dataset::ALL.map(|dataset| dataset.as_str().to_owned());
    let expected = format!("l’un de {}", ticked(&words));
    let word = needed(top, "dataset", &expected);
    let dataset = word.as_ref().and_then(|word| word.parse::<Dataset>().ok());
    if let (Some(word), None) = (&word, dataset) {
        top.fault("dataset", FileFault::quote(word), expected);
    }
    let sections = [top.sections("fields"), top.sections("columns"), top.sections("keep")];
    let [fields_of, columns_of, keep_of] = &sections;
    let fields = dataset.map(|dataset| fields_section(top, dataset, fields_of));
    let columns = free_columns(columns_of, fields.as_ref());
    let keep = kept_columns((top, terms.dictionary), dataset, keep_of, fields.as_ref());
    named_twice(columns_of, keep_of);
    let mut profile = Profile {
        id: id.unwrap_or_default(),
        title: title.unwrap_or_default(),
        dataset: dataset.unwrap_or(Dataset::Panorama),
        sheets: top.texts("sheet"),
        header_row: top.count("header_row", 0),
        transposed: top.flag("transposed"),
        missing: top.texts("missing"),
        withheld: keys(top, "withheld", "un début de texte avec des lettres ou des chiffres"),
        ditto: keys(top, "ditto", "un mot avec des lettres ou des chiffres"),
        ignored: top.texts("ignored"),
        strict: top.flag("strict"),
        set_aside: top.list("set_aside").iter().map(aside_rule).collect(),
        fields: fields.unwrap_or_default(),
        columns,
        keep,
        facts: top.section("facts").map(|section| fact_columns(&section)),
        formulas: Vec::new(),
        dictionary: Arc::clone(terms.dictionary),
    };
    profile.formulas = formulas::compile(&profile, &sections, terms.language);
    top.finish();
    dataset.map(|_| profile)
}

fn needed(top: &TextSection<'_>, key: &'static str, expected: &str) -> Option<String> {
    let text = top.text(key);
    if text.is_none() && !top.has(key) {
        top.fault(key, "rien", expected);
    }
    text
}

fn fields_section(
    top: &TextSection<'_>,
    dataset: Dataset,
    sections: &[(String, TextSection<'_>)],
) -> BTreeMap<String, Column> {
    let known = fields(dataset);
    let mut columns = BTreeMap::new();
    for (name, section) in sections {
        let Some(field) = known.iter().find(|field| field.name == name) else {
            let names: Vec<_> = known.iter().map(|field| field.name.to_owned()).collect();
            section.fault_here(format!("le champ `{name}`"), format!("l’un de {}", ticked(&names)));
            continue;
        };
        if let Some(column) = column_text::read(section, Wanted::of_field(field)) {
            columns.insert(name.clone(), column);
        }
    }
    let is_lacking = |field: &&DatasetField| {
        field.is_needed && !sections.iter().any(|(name, _)| name == field.name)
    };
    let lacking: Vec<_> = known.iter().filter(is_lacking).collect();
    for field in &lacking {
        let expected =
            format!("`[fields.{}]`, sans quoi aucune ligne ne peut être lue", field.name);
        top.fault("fields", format!("aucun champ `{}`", field.name), expected);
    }
    for (name, section) in sections {
        let is_needed = known.iter().any(|field| field.name == name && field.is_needed);
        let is_absent = |column: &Column| column.optional && column.default.is_none();
        if is_needed && columns.get(name).is_some_and(is_absent) {
            let expected = "`default`, ou rien : ce champ est nécessaire à toute ligne";
            section.fault("optional", "`true`", expected);
        }
    }
    columns
}

/// Columns that formulas read.
fn free_columns(
    sections: &[(String, TextSection<'_>)],
    fields: Option<&BTreeMap<String, Column>>,
) -> BTreeMap<String, Column> {
    let mut columns = BTreeMap::new();
    for (name, section) in sections {
        if fields.is_some_and(|fields| fields.contains_key(name)) {
            section
                .fault_here(format!("le nom `{name}`"), "un nom qui ne soit pas celui d’un champ");
        }
        let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !is_name {
            let expected = "un nom en minuscules sans accent, comme `fin_prevue`";
            section.fault_here(format!("le nom `{name}`"), expected);
        }
        if let Some(column) = column_text::read(section, Wanted::any()) {
            columns.insert(name.clone(), column);
        }
    }
    columns
}

fn kept_columns(
    (top, dictionary): (&TextSection<'_>, &Dictionary),
    dataset: Option<Dataset>,
    sections: &[(String, TextSection<'_>)],
    fields: Option<&BTreeMap<String, Column>>,
) -> BTreeMap<String, Column> {
    let takes_facts = dataset.is_none_or(|one| one == Dataset::Panorama || one.is_facts());
    if !takes_facts && !sections.is_empty() {
        let expected = "un panorama ou un fichier de faits, qui ont une ligne par projet";
        top.fault(
            "keep",
            format!("un profil de `{}`", dataset.map_or("", Dataset::as_str)),
            expected,
        );
    }
    let mut columns = BTreeMap::new();
    for (name, section) in sections {
        let Some(field) = dictionary.facts().find(|field| field.name == name) else {
            let near = nearest(name, dictionary.facts().map(|field| field.name));
            let near = near.map(|near| format!(" ; le plus proche est `{near}`"));
            let expected = "un champ de suivi, que liste `vigie dictionary`";
            let expected = format!("{expected}{}", near.unwrap_or_default());
            section.fault_here(format!("le champ `{name}`"), expected);
            continue;
        };
        if fields.is_some_and(|fields| fields.contains_key(name)) {
            section.fault_here(format!("le champ `{name}`"), "un champ que `fields` n’a pas déjà");
        }
        if let Some(column) = column_text::read(section, Wanted::of_fact(field)) {
            columns.insert(name.clone(), column);
        }
    }
    columns
}

/// A formula would read one of them by chance.
fn named_twice(columns: &[(String, TextSection<'_>)], keep: &[(String, TextSection<'_>)]) {
    for (name, section) in columns {
        if keep.iter().any(|(kept, _)| kept == name) {
            section.fault_here(format!("le nom `{name}`"), "un nom que `keep` n’a pas déjà");
        }
    }
}

/// Keys of texts. One without a letter or a digit would be like, and begin, any other.
fn keys(top: &TextSection<'_>, name: &'static str, expected: &str) -> Vec<String> {
    let texts = top.texts(name);
    for text in texts.iter().filter(|text| key(text).is_empty()) {
        top.fault(name, FileFault::quote(text), expected);
    }
    texts.iter().map(|text| key(text)).filter(|key| !key.is_empty()).collect()
}

fn aside_rule(section: &TextSection<'_>) -> AsideRule {
    let keys = |words: Vec<String>| -> Vec<String> {
        words.iter().map(|word| key(word)).filter(|key| !key.is_empty()).collect()
    };
    let rule = AsideRule {
        column: section.text("column"),
        is: keys(section.texts("is")),
        begins: keys(section.texts("begins")),
        empty: section.flag("empty"),
        only: section.texts("only"),
        reason: section.text("reason").unwrap_or_else(|| ASIDE.to_owned()),
    };
    if rule.is.is_empty() && rule.begins.is_empty() && !rule.empty && rule.only.is_empty() {
        section.fault_here(
            "aucune condition",
            "`is`, `begins`, `empty` ou `only`, avec des lettres ou chiffres",
        );
    }
    if rule.empty && rule.column.is_none() {
        section.fault("empty", "`true` sans `column`", "la colonne qui doit être vide");
    }
    section.finish();
    rule
}

fn fact_columns(section: &TextSection<'_>) -> FactColumns {
    let written = section.text("written");
    if let Some(word) = written.as_ref().filter(|word| !["vigie", FRENCH].contains(&word.as_str()))
    {
        section.fault("written", FileFault::quote(word), "`vigie` ou `french`");
    }
    let columns = FactColumns {
        any_of: section.texts("any_of"),
        all_from: section.texts("all_from"),
        otherwise: section.flag("otherwise"),
        french: written.is_some_and(|word| word == FRENCH),
    };
    for word in columns.all_from.iter().filter(|word| supplier(word).is_none()) {
        let expected = "`dinum`, `article3`, `questionnaire` ou `audit`";
        section.fault("all_from", FileFault::quote(word), expected);
    }
    section.finish();
    columns
}
