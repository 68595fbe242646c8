//! A first profile for an unknown file, with what is sure of it and what is not.

mod cells;
mod draft;
mod found_table;
mod look;
mod vocabulary;
mod written;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::SourceError;
use super::identity::names::key;
use super::profiles::units;
use super::reader::Reader;
use super::rows::fields::{DatasetField, fields};
use super::rows::parse::Yield;
use super::rows::table::FileRow;
use crate::domain::portfolio::import::Dataset;
use crate::frame::dictionary::{Dictionary, FieldKind, Unit};
use crate::support::french::counted;
use crate::support::visible_text;
use cells::{CellStyle, quoted};
pub use draft::{DraftColumn, LayoutDraft, LayoutField, layout_fields};
use found_table::FoundTable;
pub use found_table::ProposalTerms;
pub use look::{FileLook, LayoutProposal, LookedColumn, LookedRow};
use vocabulary::{END, SURE, Vocabulary, fact_of, phase_of};

/// A proposed profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileProposal {
    /// The text of the profile, in TOML, with comments on what is not sure.
    pub profile: String,
    pub dataset: Dataset,
    /// Where the table is in the file, in French.
    pub place: String,
    pub columns: Vec<ProposedColumn>,
    /// Fields that no row can be read without, and that no column seems to be.
    pub lacking: Vec<String>,
}

/// What a column of the file is taken for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProposedColumn {
    pub header: String,
    /// The field, or the name for formulas; absent when none seems to be meant.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false)]
    pub field: Option<String>,
    pub certainty: Certainty,
    /// Why, and what is to be checked, in French.
    pub reasons: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    Sure,
    /// To be checked.
    Unsure,
    /// No field of Vigie seems to be meant.
    Unknown,
}

impl Certainty {
    pub fn label(self) -> &'static str {
        match self {
            Self::Sure => "sûr",
            Self::Unsure => "à vérifier",
            Self::Unknown => "non reconnue",
        }
    }
}

/// A column with its place in the profile.
#[derive(Debug)]
pub(super) struct Guess {
    proposed: ProposedColumn,
    section: Section,
    /// How like the header is to what the field is called.
    likeness: Option<f64>,
    nth: Option<usize>,
    /// Lines of its table in the profile.
    lines: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Fields,
    Columns,
    Keep,
    None,
}

/// A file whose columns were taken for fields.
struct Guessed {
    dataset: Dataset,
    found: FoundTable,
    guesses: Vec<Guess>,
    extras: Extras,
    looked: Vec<LookedColumn>,
}

impl Reader {
    /// Looks at an unknown file.
    ///
    /// # Errors
    /// When the file cannot be read as a table.
    pub fn propose(
        &self,
        file: &str,
        bytes: &[u8],
        terms: &ProposalTerms,
    ) -> Result<ProfileProposal, SourceError> {
        let Guessed { dataset, found, guesses, extras, .. } = self.guess(file, bytes, terms)?;
        Ok(written::proposal(file, dataset, &found, &guesses, &extras))
    }

    /// Looks at an unknown file, and gives a first description of it for a person to complete.
    ///
    /// # Errors
    /// When the file cannot be read as a table.
    pub fn propose_layout(
        &self,
        file: &str,
        bytes: &[u8],
        terms: &ProposalTerms,
    ) -> Result<LayoutProposal, SourceError> {
        let Guessed { dataset, found, guesses, extras, looked } = self.guess(file, bytes, terms)?;
        Ok(LayoutProposal {
            draft: LayoutDraft::of_guesses(file, dataset, &found, (&guesses, &extras)),
            sheet: found.table.sheet.clone(),
            header_row: found.table.header.number,
            columns: looked,
        })
    }

    fn guess(
        &self,
        file: &str,
        bytes: &[u8],
        terms: &ProposalTerms,
    ) -> Result<Guessed, SourceError> {
        let datasets: Vec<Dataset> = terms.dataset.map_or(Dataset::ALL.to_vec(), |one| vec![one]);
        let vocabularies: Vec<Vocabulary> =
            datasets.iter().map(|one| Vocabulary::of(*one, self.profiles())).collect();
        let found = found_table::read(file, bytes, &vocabularies, terms)?;
        let scores = datasets
            .iter()
            .zip(&vocabularies)
            .map(|(one, words)| (*one, words, found_table::of_words(&found.table.header, words)));
        let best =
            scores.fold(None, |most: Option<(Dataset, &Vocabulary, f64)>, next| match most {
                Some((.., score)) if score >= next.2 => most,
                _ => Some(next),
            });
        // A row that a person names is the header whatever it says.
        let is_one = found.score > 0.0 || terms.header_row.is_some();
        let Some((about, words, _)) = best.filter(|_| is_one) else {
            return Err(SourceError::Unreadable {
                file: file.to_owned(),
                found: "aucun en-tête qui ressemble à un champ de Vigie".to_owned(),
                expected: "un tableau dont une ligne nomme les colonnes",
            });
        };
        let rows: Vec<&FileRow> = found.table.rows.iter().filter(|row| !is_note(row)).collect();
        let mut guesses =
            guesses((about, self.profiles().dictionary()), words, &found.table.header);
        let mut extras = Extras::default();
        let mut looked = Vec::new();
        for (index, guess) in guesses.iter_mut().enumerate() {
            let cells = cells::sample(rows.iter().map(|row| row.cell(index)));
            self.describe(guess, &cells, &mut extras, terms.today);
            if !guess.proposed.header.is_empty() {
                looked.push(look::column(guess, index, &rows));
            }
        }
        guesses.retain(|guess| !guess.proposed.header.is_empty());
        Ok(Guessed { dataset: about, found, guesses, extras, looked })
    }

    /// Adds how the cells of a column are written.
    fn describe(&self, guess: &mut Guess, cells: &[&str], extras: &mut Extras, today: NaiveDate) {
        let Some(field) = guess.proposed.field.clone() else { return };
        if cells.is_empty() {
            return guess.doubt("colonne vide");
        }
        let unit = units::parted(&guess.proposed.header).map(|(_, unit)| unit.to_owned());
        let written = match guess.yields(&field, self.profiles().dictionary()) {
            Yield::Number => {
                let bare = guess.is_without_unit(&field, self.profiles().dictionary());
                cells::numbers(cells, unit.as_deref()).map(|mut written| {
                    if bare {
                        written.lines.retain(|line| !line.starts_with("unit"));
                        written.doubts.retain(|doubt| !doubt.contains("unité"));
                    }
                    written
                })
            }
            Yield::Date => cells::dates(cells),
            Yield::Phase => return guess.phases(cells),
            Yield::Bool => {
                let fits = cells::are_yes_or_no(cells);
                return if fits {
                    guess.lines.push("parse = \"yes_no\"".to_owned());
                } else {
                    guess.doubt("les cellules ne sont pas oui ou non");
                };
            }
            Yield::Text => {
                if field == "ministry" {
                    self.ministries(guess, cells, today);
                }
                return;
            }
        };
        match written {
            Some(written) => guess.take(written, extras),
            None => guess.doubt("les cellules ne sont pas du type du champ"),
        }
    }

    fn ministries(&self, guess: &mut Guess, cells: &[&str], today: NaiveDate) {
        let unknown: BTreeSet<&str> = cells
            .iter()
            .copied()
            .filter(|cell| self.aliases().ministry(cell, today).is_none())
            .collect();
        if !unknown.is_empty() {
            let few: Vec<&str> = unknown.iter().copied().take(3).collect();
            let count = counted(unknown.len(), "ministère", "ministères");
            let more = if unknown.len() > few.len() { "…" } else { "" };
            let few = few.join(", ");
            guess.doubt(&format!("{count} à enregistrer : {few}{more}"));
        }
    }
}

/// What the profile says of the file as a whole.
#[derive(Debug, Default)]
pub(super) struct Extras {
    missing: BTreeSet<String>,
    withheld: BTreeSet<String>,
}

impl Guess {
    fn doubt(&mut self, reason: &str) {
        self.proposed.certainty = Certainty::Unsure;
        // It becomes a comment, and may quote cells of several lines.
        self.proposed.reasons.push(visible_text::one_line(reason).into_owned());
    }

    fn take(&mut self, written: CellStyle, extras: &mut Extras) {
        self.lines.extend(written.lines);
        for doubt in written.doubts {
            self.doubt(&doubt);
        }
        let foreign = self.lines.iter().any(|line| line.starts_with("unit") && !line.contains('€'));
        if self.section == Section::Fields && foreign && self.is_money() {
            self.lines
                .push("# factor = …   # le cours, par lequel multiplier pour des euros".to_owned());
            self.doubt("montants en devise : le cours est à dire dans `factor`");
        }
        extras.missing.extend(written.missing);
        extras.withheld.extend(written.withheld);
    }

    fn is_money(&self) -> bool {
        self.proposed.field.as_deref().is_some_and(|field| field.ends_with("_meur"))
    }

    /// Whether figures of the field have no unit.
    fn is_without_unit(&self, field: &str, dictionary: &Dictionary) -> bool {
        if self.section != Section::Keep {
            return false;
        }
        let unit = dictionary.field(field).map(|field| field.unit);
        !matches!(unit, Some(Unit::Meur | Unit::MeurPerYear | Unit::Months | Unit::Ratio))
    }

    fn yields(&self, field: &str, dictionary: &Dictionary) -> Yield {
        match self.section {
            Section::Columns => Yield::Date,
            Section::Keep => match dictionary.field(field).map(|field| field.kind) {
                Some(FieldKind::Bool) => Yield::Bool,
                Some(FieldKind::Int | FieldKind::Float) => Yield::Number,
                Some(FieldKind::Date) => Yield::Date,
                Some(FieldKind::Text) | None => Yield::Text,
            },
            Section::Fields | Section::None => Dataset::ALL
                .iter()
                .flat_map(|dataset| fields(*dataset))
                .find(|known| known.name == field)
                .map_or(Yield::Text, |known| known.yields),
        }
    }

    /// The words of the file for phases.
    fn phases(&mut self, cells: &[&str]) {
        let words: BTreeSet<&str> = cells.iter().copied().collect();
        let mut unknown = Vec::new();
        let mut by_phase: Vec<(&'static str, Vec<&str>)> = Vec::new();
        for word in words {
            let Some(phase) = phase_of(word) else {
                unknown.push(word);
                continue;
            };
            match by_phase.iter_mut().find(|(known, _)| *known == phase.as_str()) {
                Some((_, known)) => known.push(word),
                None => by_phase.push((phase.as_str(), vec![word])),
            }
        }
        self.lines.push(String::new());
        self.lines.push("[fields.phase.words]".to_owned());
        for (phase, known) in &by_phase {
            let quoted: Vec<String> = known.iter().map(|word| quoted(word)).collect();
            self.lines.push(format!("{phase} = [{}]", quoted.join(", ")));
        }
        for word in unknown.iter().take(10) {
            self.lines.push(format!("# à ranger sous une phase : {}", quoted(word)));
        }
        if !unknown.is_empty() {
            let one = "mot n’est pas une phase connue";
            self.doubt(&counted(unknown.len(), one, "mots ne sont pas des phases connues"));
        }
    }
}

/// The field that each column seems to be; of two, the one whose header is more like it.
fn guesses(
    (dataset, dictionary): (Dataset, &Dictionary),
    words: &Vocabulary,
    header: &FileRow,
) -> Vec<Guess> {
    let takes_facts = dataset == Dataset::Panorama || dataset.is_facts();
    let mut found: Vec<(usize, &'static str, Section, f64)> = Vec::new();
    for (index, cell) in header.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        let base = found_table::without_unit(cell);
        let field = words.field_of(base).map(|(name, likeness)| {
            let section = if name == END { Section::Columns } else { Section::Fields };
            (index, name, section, likeness)
        });
        let fact = fact_of(base, dictionary).filter(|_| takes_facts);
        let fact = fact.map(|(kept, likeness)| (index, kept.name, Section::Keep, likeness));
        found.extend([field, fact].into_iter().flatten());
    }
    found.sort_by(|a, b| b.3.total_cmp(&a.3));
    let mut taken: Vec<(usize, &'static str, Section, f64)> = Vec::new();
    for one in found {
        if !taken.iter().any(|(index, name, ..)| *index == one.0 || *name == one.1) {
            taken.push(one);
        }
    }
    let guess = |(index, name): (usize, &String)| {
        let same = |cell: &&String| key(cell) == key(name) && !name.is_empty();
        let is_repeated = header.cells.iter().filter(same).count() > 1;
        let nth = header.cells.iter().take(index).filter(same).count().saturating_add(1);
        let chosen = taken.iter().find(|(place, ..)| *place == index);
        let chosen = chosen.map(|(_, field, section, likeness)| (*field, *section, *likeness));
        guess_of(name, chosen, is_repeated.then_some(nth))
    };
    header.cells.iter().enumerate().map(guess).collect()
}

fn guess_of(
    header: &str,
    chosen: Option<(&'static str, Section, f64)>,
    nth: Option<usize>,
) -> Guess {
    let (certainty, reason) = match chosen {
        Some((.., likeness)) if likeness >= SURE => (Certainty::Sure, "en-tête connu".to_owned()),
        Some(_) => (Certainty::Unsure, "en-tête ressemblant".to_owned()),
        None => (Certainty::Unknown, "aucun champ de ce nom".to_owned()),
    };
    let mut guess = Guess {
        proposed: ProposedColumn {
            header: header.to_owned(),
            field: chosen.map(|(name, ..)| name.to_owned()),
            certainty,
            reasons: vec![reason],
        },
        section: chosen.map_or(Section::None, |(_, section, _)| section),
        likeness: chosen.map(|(.., likeness)| likeness),
        nth,
        lines: Vec::new(),
    };
    if let (Some(nth), Some(_)) = (nth, chosen) {
        guess.doubt(&format!("plusieurs colonnes portent ce nom : celle-ci est la n° {nth}"));
    }
    guess
}

/// Whether a row adds up others or explains them.
pub(super) fn is_note(row: &FileRow) -> bool {
    let first = row.cells.iter().find(|cell| !cell.is_empty());
    first.is_none_or(|cell| note_word(cell).is_some())
}

/// The word by which a row of totals or a note begins.
pub(super) fn note_word(cell: &str) -> Option<&'static str> {
    const WORDS: [&str; 8] =
        ["Total", "Totaux", "Sous-total", "Note", "Notes", "Source", "Sources", "Légende"];
    let cell = key(cell);
    WORDS.into_iter().find(|word| {
        cell.strip_prefix(&key(word)).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

fn needed_fields(dataset: Dataset) -> impl Iterator<Item = &'static DatasetField> {
    fields(dataset).iter().filter(|field| field.is_needed)
}
