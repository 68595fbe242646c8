//! Writes a proposed profile as TOML, with comments where something is to be checked.

use std::collections::BTreeSet;

use super::cells::quoted;
use super::{
    Certainty, END, Extras, FoundTable, Guess, ProfileProposal, Section, needed_fields, note_word,
};
use crate::domain::portfolio::import::Dataset;
use crate::intake::identity::names::key;

/// Texts of a list that are written.
const MOST: usize = 20;

pub(super) fn proposal(
    file: &str,
    dataset: Dataset,
    found: &FoundTable,
    guesses: &[Guess],
    extras: &Extras,
) -> ProfileProposal {
    let has = |field: &str| guesses.iter().any(|one| one.proposed.field.as_deref() == Some(field));
    let is_computed =
        dataset == Dataset::Panorama && !has("duration_months") && has("start_on") && has(END);
    let mut lacking: Vec<String> = Vec::new();
    for field in needed_fields(dataset).filter(|field| !has(field.name)) {
        if !(is_computed && field.name == "duration_months") {
            lacking.push(field.name.to_owned());
        }
    }
    let mut lines = head(file, dataset, found);
    lists(&mut lines, guesses, extras);
    asides(&mut lines, found);
    for guess in guesses.iter().filter(|guess| guess.section != Section::None) {
        // An end is only of use where there is no duration.
        if guess.section == Section::Columns && !is_computed {
            continue;
        }
        lines.push(String::new());
        lines.extend(table(guess));
    }
    if is_computed {
        lines.extend([
            String::new(),
            "[fields.duration_months]".to_owned(),
            format!("formula = \"months_between(start_on, {END})\""),
        ]);
    }
    for field in &lacking {
        lines.extend([
            String::new(),
            format!("# À COMPLÉTER : aucune colonne ne semble être `{field}`, qui est nécessaire."),
            format!("# [fields.{field}]"),
            "# headers = [\"…\"]        # ou `constant = \"…\"`, la même valeur pour toutes les lignes"
                .to_owned(),
        ]);
    }
    lines.push(String::new());
    ProfileProposal {
        profile: lines.join("\n"),
        dataset,
        place: place(found),
        columns: guesses.iter().map(|guess| guess.proposed.clone()).collect(),
        lacking,
    }
}

fn head(file: &str, dataset: Dataset, found: &FoundTable) -> Vec<String> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let id = profile_id(name);
    let mut lines = vec![
        format!("# Profil proposé d’après {}. À relire, puis à essayer :", quoted(name)),
        "#   vigie profiles try PROFIL FICHIER".to_owned(),
        format!("id = {}", quoted(&id)),
        format!("title = {}", quoted(&format!("Fichier {name}"))),
        format!("dataset = \"{}\"", dataset.as_str()),
    ];
    if let Some(sheet) = found.table.sheet.as_ref().filter(|_| found.names_sheet) {
        lines.push(format!("sheet = {}", quoted(sheet)));
    }
    if found.table.is_turned() {
        lines.push("transposed = true   # les projets sont en colonnes".to_owned());
    }
    lines
}

/// `2024-06-ministere` of `2024-06.ministère.xlsx`
pub(super) fn profile_id(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let words = key(stem);
    let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "profil".to_owned() } else { words.join("-") }
}

fn lists(lines: &mut Vec<String>, guesses: &[Guess], extras: &Extras) {
    let list = |words: &BTreeSet<String>| {
        words.iter().take(MOST).map(|word| quoted(word)).collect::<Vec<_>>().join(", ")
    };
    if !extras.missing.is_empty() {
        lines.push("# Mots trouvés à la place de chiffres ou de dates : à relire.".to_owned());
        lines.push(format!("missing = [{}]", list(&extras.missing)));
    }
    if !extras.withheld.is_empty() {
        lines.push("# Débuts de phrases trouvés à la place de chiffres, qui ne sont pas publiés : à relire.".to_owned());
        lines.push(format!("withheld = [{}]", list(&extras.withheld)));
    }
    let unknown: BTreeSet<String> = guesses
        .iter()
        .filter(|guess| guess.proposed.certainty == Certainty::Unknown)
        .map(|guess| guess.proposed.header.clone())
        .collect();
    if !unknown.is_empty() {
        lines.push("# Colonnes dans lesquelles aucun champ n’est reconnu.".to_owned());
        lines.push(format!("ignored = [{}]", list(&unknown)));
    }
}

/// The words by which rows of totals and notes begin.
pub(super) fn aside_words(found: &FoundTable) -> BTreeSet<&'static str> {
    let firsts = found.table.rows.iter().filter_map(|row| row.cells.iter().find(|c| !c.is_empty()));
    firsts.filter_map(|cell| note_word(cell)).collect()
}

/// Rows that add up others, or explain them.
fn asides(lines: &mut Vec<String>, found: &FoundTable) {
    let words = aside_words(found);
    if words.is_empty() {
        return;
    }
    let words: Vec<String> = words.into_iter().map(quoted).collect();
    lines.extend([
        String::new(),
        "[[set_aside]]".to_owned(),
        format!("begins = [{}]", words.join(", ")),
        "reason = \"total ou note\"".to_owned(),
    ]);
}

fn table(guess: &Guess) -> Vec<String> {
    let proposed = &guess.proposed;
    let section = match guess.section {
        Section::Columns => "columns",
        Section::Keep => "keep",
        Section::Fields | Section::None => "fields",
    };
    let mut lines = Vec::new();
    if proposed.certainty == Certainty::Unsure {
        lines.push(format!("# À vérifier : {}.", proposed.reasons.join(" ; ")));
    }
    lines.push(format!("[{section}.{}]", proposed.field.as_deref().unwrap_or_default()));
    lines.push(format!("headers = [{}]", quoted(&proposed.header)));
    if let Some(nth) = guess.nth {
        lines.push(format!("nth = {nth}"));
    }
    lines.extend(guess.lines.iter().cloned());
    lines
}

fn place(found: &FoundTable) -> String {
    let table = &found.table;
    let sheet = table.sheet.as_ref().map(|sheet| format!("feuille `{sheet}`, "));
    let sheet = sheet.unwrap_or_default();
    if table.is_turned() {
        format!("{sheet}projets en colonnes, en-têtes à la colonne {}", table.header_name())
    } else {
        format!("{sheet}en-têtes à la ligne {}", table.header.number)
    }
}
