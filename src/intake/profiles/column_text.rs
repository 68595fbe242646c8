//! Reads what a profile says of one column: where it is, and how its cells are written.

use super::dates::DateFormat;
use super::profile::{Column, Place};
use super::section::TextSection;
use super::units::{MeasureUnit, UnitKind};
use crate::domain::portfolio::snapshot::Phase;
use crate::frame::dictionary::{Field, FieldKind, Unit};
use crate::intake::error::{FileFault, ticked};
use crate::intake::rows::cell_format::{CellFormat, PhaseWords};
use crate::intake::rows::fields::DatasetField;
use crate::intake::rows::parse::{Parse, Yield};

/// What the values of a column must be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Of any type when absent.
    yields: Option<Yield>,
    /// The only one that figures may have a unit of.
    measure: Option<UnitKind>,
}

impl Wanted {
    pub(super) fn any() -> Self {
        Self { yields: None, measure: None }
    }

    pub(super) fn of_field(field: &DatasetField) -> Self {
        let measure = match field.name {
            name if name.ends_with("_meur") => Some(UnitKind::Money('€')),
            "duration_months" => Some(UnitKind::Duration),
            _ => None,
        };
        Self { yields: Some(field.yields), measure }
    }

    pub(super) fn of_fact(field: &Field) -> Self {
        let yields = match field.kind {
            FieldKind::Bool => Yield::Bool,
            FieldKind::Int | FieldKind::Float => Yield::Number,
            FieldKind::Text => Yield::Text,
            FieldKind::Date => Yield::Date,
        };
        let measure = match field.unit {
            Unit::Meur | Unit::MeurPerYear => Some(UnitKind::Money('€')),
            Unit::Months => Some(UnitKind::Duration),
            Unit::Ratio => Some(UnitKind::Share),
            Unit::None | Unit::Points | Unit::Days | Unit::Count | Unit::Fte => None,
        };
        Self { yields: Some(yields), measure }
    }
}

/// `None` when the place of the column is not known, which is a fault.
pub(super) fn read(section: &TextSection<'_>, wanted: Wanted) -> Option<Column> {
    let format = format(section, wanted);
    let own = CellFormat::own(wanted.yields.unwrap_or(format.yields()));
    let checked = |key: &'static str| {
        let value = section.value(key)?;
        if let Err(expected) = own.value(&value) {
            section.fault(key, FileFault::quote(&value), expected);
        }
        Some(value)
    };
    let (constant, default) = (checked("constant"), checked("default"));
    let place = place(section, constant);
    let optional = section.flag("optional");
    section.finish();
    Some(Column { place: place?, format, optional, default, measure: wanted.measure })
}

const ONE: &str = "un seul de `headers`, `position`, `constant`, `formula`";

fn place(section: &TextSection<'_>, constant: Option<String>) -> Option<Place> {
    let names = section.texts("headers");
    let nth = section.count("nth", 1).and_then(|nth| usize::try_from(nth).ok());
    let position = position(section);
    let is_formula = section.has("formula");
    let said = ["headers", "position", "constant", "formula"];
    let said: Vec<String> =
        said.into_iter().filter(|key| section.has(key)).map(str::to_owned).collect();
    match said.as_slice() {
        [] => section.fault_here("rien qui dise où lire la colonne", ONE),
        [_] => {}
        _ => section.fault_here(ticked(&said), ONE),
    }
    if nth.is_some() && !section.has("headers") {
        section.fault("nth", "`nth` sans `headers`", "le nom que portent plusieurs colonnes");
    }
    if !names.is_empty() {
        return Some(Place::Headers { names, nth });
    }
    if section.has("headers") {
        section.fault("headers", "aucun nom", "au moins un en-tête");
    }
    let place = position.map(Place::Position).or(constant.map(Place::Constant));
    place.or(is_formula.then_some(Place::Formula))
}

/// A number from 1, or the letters of a spreadsheet's column.
fn position(section: &TextSection<'_>) -> Option<usize> {
    const MOST: usize = 500;
    let text = section.value("position")?;
    let by_letters = |letters: &str| {
        letters.bytes().try_fold(0_usize, |sum, letter| {
            let digit = usize::from(letter.checked_sub(b'A')?).checked_add(1)?;
            sum.checked_mul(26)?.checked_add(digit).filter(|_| digit <= 26)
        })
    };
    let number = text.parse().ok().or_else(|| by_letters(&text));
    let place = number.filter(|number| (1..=MOST).contains(number));
    if place.is_none() {
        let expected =
            format!("le rang de la colonne de 1 à {MOST}, ou ses lettres, comme `\"C\"`");
        section.fault("position", FileFault::quote(&text), expected);
    }
    place.and_then(|place| place.checked_sub(1))
}

fn format(section: &TextSection<'_>, wanted: Wanted) -> CellFormat {
    let unit = unit(section);
    let dates = dates(section);
    let parse = parse(section, wanted, unit.is_some(), !dates.is_empty());
    let (yields, factor) = (parse.yields(), section.number("factor"));
    let is_number = yields == Yield::Number;
    if !dates.is_empty() && yields != Yield::Date {
        section.fault(
            "date_format",
            "un format de date",
            "rien : ce n’est pas une colonne de dates",
        );
    }
    if section.has("factor") && (!is_number || factor == Some(0.0)) {
        section.fault("factor", "un facteur", "un facteur non nul, sur des nombres seulement");
    }
    if let Some(unit) = unit {
        check_unit(section, wanted, (unit, parse), factor);
    }
    let words = if yields == Yield::Phase { words(section) } else { PhaseWords::default() };
    CellFormat { parse, unit, factor, dates, words }
}

fn parse(section: &TextSection<'_>, wanted: Wanted, has_unit: bool, has_dates: bool) -> Parse {
    let usual = match wanted.yields {
        Some(Yield::Number) => Parse::FrenchNumber,
        Some(Yield::Date) => Parse::Date,
        Some(Yield::Bool) => Parse::YesNo,
        Some(Yield::Phase) => Parse::Phase,
        None if has_unit => Parse::FrenchNumber,
        None if has_dates => Parse::Date,
        Some(Yield::Text) | None => Parse::Text,
    };
    let Some(word) = section.text("parse") else { return usual };
    let is_fit = |parse: Parse| wanted.yields.is_none_or(|yields| yields == parse.yields());
    let found = Parse::ALL.iter().find(|(known, _)| *known == word).map(|(_, parse)| *parse);
    found.filter(|parse| is_fit(*parse)).unwrap_or_else(|| {
        let fitting = Parse::ALL.iter().filter(|(_, parse)| is_fit(*parse));
        let words: Vec<String> = fitting.map(|(known, _)| (*known).to_owned()).collect();
        section.fault("parse", FileFault::quote(&word), format!("l’un de {}", ticked(&words)));
        usual
    })
}

fn unit(section: &TextSection<'_>) -> Option<MeasureUnit> {
    let text = section.text("unit")?;
    let unit = MeasureUnit::read(&text);
    if unit.is_none() {
        let expected = "une unité, comme `M€`, `k€`, `£m`, `mois`, `ans`, `jours` ou `%`";
        section.fault("unit", FileFault::quote(&text), expected);
    }
    unit
}

fn check_unit(
    section: &TextSection<'_>,
    wanted: Wanted,
    (unit, parse): (MeasureUnit, Parse),
    factor: Option<f64>,
) {
    if parse.yields() != Yield::Number {
        return section.fault("unit", "une unité", "rien : ce n’est pas une colonne de nombres");
    }
    if matches!(parse, Parse::Months | Parse::FrenchYears) {
        let expected = "`french_number` ou `english_number` : l’unité dit déjà laquelle des durées";
        return section.fault("parse", "une durée avec une unité", expected);
    }
    let Some(measure) = wanted.measure else {
        if wanted.yields.is_some() {
            section.fault("unit", "une unité", "rien : ce champ est un nombre sans unité");
        }
        return;
    };
    match (measure, unit.measure) {
        (UnitKind::Money(own), UnitKind::Money(other)) if own != other && factor.is_none() => {
            let found = format!("des `{other}` sans le cours de l’euro");
            section.fault("unit", found, "`factor`, par lequel les multiplier pour des euros");
        }
        (UnitKind::Money(_), UnitKind::Money(_)) => {}
        (own, other) if own != other => {
            let expected = match own {
                UnitKind::Money(_) => "une monnaie, comme `M€` ou `k€`",
                UnitKind::Duration => "une durée, comme `mois` ou `ans`",
                UnitKind::Share => "`%`",
            };
            section.fault("unit", "une unité d’autre chose", expected);
        }
        _ => {}
    }
}

fn dates(section: &TextSection<'_>) -> Vec<DateFormat> {
    let read = |text: String| match DateFormat::read(&text) {
        Ok(format) => Some(format),
        Err(expected) => {
            section.fault("date_format", FileFault::quote(&text), expected);
            None
        }
    };
    let texts = section.texts("date_format");
    let formats: Vec<DateFormat> = texts.into_iter().filter_map(read).collect();
    let order = |format: &DateFormat| {
        let text = format.text();
        text.find("%d").zip(text.find("%m")).map(|(day, month)| day < month)
    };
    let orders: Vec<bool> = formats.iter().filter_map(order).collect();
    if orders.contains(&true) && orders.contains(&false) {
        let expected = "un seul ordre du jour et du mois dans une colonne";
        section.fault("date_format", "deux ordres du jour et du mois", expected);
    }
    formats
}

fn words(section: &TextSection<'_>) -> PhaseWords {
    let mut words = PhaseWords::default();
    if let Some(table) = section.section("words") {
        for phase in Phase::ALL {
            for word in table.texts(phase.as_str()) {
                words.add(phase, &word);
            }
        }
        table.finish();
    }
    words
}
