//! `vigie dictionary`: the fields that rules can read, and those that some words describe.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::args::OfArgs;
use super::shelf;
use super::shelf::Shelf;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::client::{ApiClient, HttpTransport};
use vigie::intake::{name_key, nearest_name};
use vigie::rules::{Catalogue, dictionary_of};
use vigie::server::config::Config;
use vigie::support::french;

const COLUMNS: [(&str, &str); 7] = [
    ("name", "Champ"),
    ("label", "Libellé"),
    ("kind", "Type"),
    ("unit", "Unité"),
    ("supplier", "Fourni par"),
    ("scopes", "Portées"),
    ("meaning", "Sens"),
];

/// With words, the fields whose name, label or meaning has them all, with the rules that read each.
pub(in crate::cli) async fn dictionary(
    words: &[String],
    config: &Config,
    printer: &Printer,
    server: Option<HttpTransport>,
) -> Result<Conclusion, CliError> {
    let fields = fields(config, printer, server.clone()).await?;
    if words.is_empty() {
        return show(&fields, printer);
    }
    let texts = shelf::texts(OfArgs::default(), config, printer, server).await?;
    let shelf = Shelf::compiled(texts, config)?;
    let readers = readers(&shelf.catalogue.catalogue);
    let wanted: Vec<String> = words.iter().map(|word| name_key(word)).collect();
    let mut found: Vec<(bool, Json)> = fields
        .iter()
        .cloned()
        .filter_map(|field| {
            let (named, described) = (key(&field, &["name", "label"]), key(&field, &["meaning"]));
            let has = |key: &str| wanted.iter().all(|word| key.contains(word.as_str()));
            let is_named = has(&named);
            (is_named || has(&format!("{named} {described}"))).then_some((!is_named, field))
        })
        .collect();
    // Those that are called so come before those that only speak of it.
    found.sort_by_key(|(only_described, _)| *only_described);
    if found.is_empty() {
        tell_near(words, &fields);
    }
    let found: Vec<Json> =
        found.into_iter().map(|(_, field)| with_readers(field, &readers)).collect();
    show(&found, printer)
}

/// The fields that a server knows, or else those of this machine's catalogue: no database is needed for that.
async fn fields(
    config: &Config,
    printer: &Printer,
    server: Option<HttpTransport>,
) -> Result<Vec<Json>, CliError> {
    if let Some(server) = server {
        let api = ApiClient::new(server);
        return Ok(api.all(api.at(&["dictionary"])).await?);
    }
    let texts = shelf::texts(OfArgs::default(), config, printer, None).await?.texts;
    let dictionary = dictionary_of(&texts);
    Ok(dictionary.fields().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?)
}

/// Without case, accents and punctuation.
fn key(field: &Json, parts: &[&str]) -> String {
    let texts = parts.iter().filter_map(|part| field.get(*part)?.as_str());
    name_key(&texts.collect::<Vec<_>>().join(" "))
}

/// The rules that read each field, by its name.
fn readers(catalogue: &Catalogue) -> BTreeMap<&'static str, Vec<&str>> {
    let mut readers: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    for rule in catalogue.rules() {
        for field in catalogue.fields_of(&rule.id) {
            readers.entry(field).or_default().push(rule.id.as_str());
        }
    }
    readers
}

fn with_readers(mut field: Json, readers: &BTreeMap<&'static str, Vec<&str>>) -> Json {
    let name = field.get("name").and_then(Json::as_str).unwrap_or_default();
    let of_field = readers.get(name).cloned().unwrap_or_default();
    if let Some(field) = field.as_object_mut() {
        field.insert("rules".to_owned(), json!(of_field));
    }
    field
}

/// The field of which one of the words may be a misspelling.
fn tell_near(words: &[String], fields: &[Json]) {
    let text = |field: &'_ Json, key: &str| {
        field.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
    };
    let texts: Vec<[String; 2]> =
        fields.iter().map(|field| [text(field, "name"), text(field, "label")]).collect();
    let known: Vec<&str> = texts
        .iter()
        .flat_map(|[name, label]| name.split('_').chain(label.split([' ', '’'])))
        .collect();
    let near = words.iter().find_map(|word| nearest_name(word, known.iter().copied()));
    if let Some(near) = near {
        print::message(&format!("Aucun champ n’a ces mots ; le plus proche : « {near} »"));
    }
}

fn show(fields: &[Json], printer: &Printer) -> Result<Conclusion, CliError> {
    let has_readers = fields.iter().any(|field| field.get("rules").is_some());
    let mut columns = COLUMNS.to_vec();
    if has_readers {
        columns.splice(6..6, [("bounds", "Bornes"), ("rules", "Lu par")]);
    }
    let rows = fields.iter().map(|field| {
        let word = |(key, _): &(&str, &str)| match *key {
            "bounds" => Cell::text(bounds(field)),
            "rules" => rules(field),
            _ => {
                let value = field.get(*key).cloned().unwrap_or_default();
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Cell::of(shown, value)
            }
        };
        columns.iter().map(word).collect()
    });
    let sheet = Sheet::new(
        french::counted(fields.len(), "champ", "champs"),
        columns.clone(),
        rows.collect(),
    );
    printer.answer(&fields, &[sheet], 0)
}

fn rules(field: &Json) -> Cell {
    let ids = field.get("rules").and_then(Json::as_array).into_iter().flatten();
    Cell::text(ids.filter_map(Json::as_str).collect::<Vec<_>>().join(", "))
}

/// What a value of the field must be within; figures of other units have the bounds of all figures.
fn bounds(field: &Json) -> String {
    let own = |key: &str| field.get(key).and_then(Json::as_f64);
    if let (Some(min), Some(max)) = (own("min").or(Some(0.0)), own("max")) {
        return format!("{min} – {max}");
    }
    let word = |key: &str| field.get(key).and_then(Json::as_str).unwrap_or_default();
    let usual = match (word("kind"), word("unit"), word("origin")) {
        (_, "ratio", "fact") => "0 – 1",
        ("date", ..) => "1970 – 2100",
        (_, "meur" | "meur_per_year", _) => "± 1000000",
        (_, "months", _) => "± 1200",
        _ => "",
    };
    usual.to_owned()
}
