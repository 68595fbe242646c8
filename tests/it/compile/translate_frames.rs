//! Frames at random, with what is rare in real ones: values that are missing, at the edge of their
//! type, empty, or withheld.

use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, IntoColumn, NamedFrom, Series};

use super::choices::Choices;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::frame::Frames;
use vigie::frame::dictionary::{Field, FieldKind, built_in};

const FLOATS: [f64; 12] = [
    1.0,
    0.0,
    -0.0,
    2.5,
    -1.0,
    0.1,
    3.0,
    9_007_199_254_740_993.0,
    1.0e308,
    -1.0e308,
    5.0e-324,
    f64::MAX,
];
const INTS: [i64; 12] = [
    1,
    0,
    -1,
    3,
    4,
    7,
    2,
    9_007_199_254_740_993,
    4_611_686_018_427_387_905,
    i64::MAX,
    i64::MIN,
    -9_007_199_254_740_993,
];
const TEXTS: [&str; 8] = ["build", "", "a", "Σ", "ÉÀ", "AΣ", "buildé", "éà"];
/// A figure by edition, well written or not.
const SERIES: [&str; 8] =
    ["0.5", "1 - 2.5 3", "- 0.1 0.2", "0 -0 1e308", "", "x 2 NaN 7", "9007199254740993 1", "-1 -2"];
const EDITIONS: [&str; 8] = [
    "2019-11",
    "2018-11 2019-11 2020-01",
    "1969-12 1970-01 2020-02",
    "",
    "x 2020-13 - 2020-01",
    "2020-02-29 2020-01",
    "9999-12 0001-01",
    "2020-01 2020-01 2020-01 2020-01 2020-01",
];
const CHANGES: [&str; 8] = [
    "",
    "2019-03-01",
    "2019-03-01 2020-02-28",
    "1969-12-31 1970-01-01 1970-01-02",
    "x - 2020-02-30",
    "2020-02-29 2020-02-29",
    "9999-12-31",
    "2020-01",
];
/// 2020-02-29, 2020-03-01, 1970-01-01, 0001-01-01, 9999-12-31, the first and the last that we know.
const DAYS: [i32; 7] = [18_321, 18_322, 0, -719_162, 2_932_896, -96_465_292, 95_026_236];

/// How a column is filled.
#[derive(Clone, Copy, PartialEq)]
enum Filling {
    /// Values in the middle of their type, and holes.
    Plain,
    Edges,
    Full,
    Empty,
}

/// Frames of one scope; the others are empty.
pub(crate) fn frames(scope: SubjectKind, rows: usize, choices: &mut Choices<'_>) -> Frames {
    let mut of = |other: SubjectKind| {
        let rows = if other == scope { rows } else { 0 };
        let columns: Vec<Column> =
            built_in().fields_of(other).map(|field| column(field, rows, choices)).collect();
        DataFrame::new(rows, columns).unwrap()
    };
    Frames {
        projects: of(SubjectKind::Project),
        ministries: of(SubjectKind::Ministry),
        portfolio: of(SubjectKind::Portfolio),
    }
}

fn column(field: &Field, rows: usize, choices: &mut Choices<'_>) -> Column {
    let name = field.name.into();
    if matches!(field.name, "project_id" | "ministry") {
        let ids: Vec<String> = (0..rows).map(|row| format!("s{row:05}")).collect();
        return Series::new(name, ids).into_column();
    }
    if matches!(field.name, "in_panorama" | "has_left") {
        return Series::new(name, vec![true; rows]).into_column();
    }
    let plain = [Filling::Plain, Filling::Plain, Filling::Edges, Filling::Full, Filling::Empty];
    let filling = choices.one_of(&plain);
    let mut cell = |all: usize, middle: usize| {
        let hole = match filling {
            Filling::Plain | Filling::Edges => choices.below(4) == 3,
            Filling::Full => false,
            Filling::Empty => true,
        };
        let among = if filling == Filling::Edges { all } else { middle };
        (!hole).then(|| choices.below(among))
    };
    let mut cells = |all: usize, middle: usize| -> Vec<Option<usize>> {
        (0..rows).map(|_| cell(all, middle)).collect()
    };
    match field.kind {
        FieldKind::Bool => {
            let flags: Vec<Option<bool>> =
                cells(2, 2).into_iter().map(|one| one.map(|one| one == 1)).collect();
            Series::new(name, flags).into_column()
        }
        FieldKind::Int => {
            let counts: Vec<Option<i64>> =
                cells(INTS.len(), 7).into_iter().map(|one| one.map(|one| INTS[one])).collect();
            Series::new(name, counts).into_column()
        }
        FieldKind::Float => {
            let figures: Vec<Option<f64>> =
                cells(FLOATS.len(), 7).into_iter().map(|one| one.map(|one| FLOATS[one])).collect();
            Series::new(name, figures).into_column()
        }
        FieldKind::Text => {
            let all = match field.name {
                "edition_history" => EDITIONS,
                series if series.ends_with("_history") => SERIES,
                "director_changes" | "go_live_changes" => CHANGES,
                _ => TEXTS,
            };
            let texts: Vec<Option<&str>> = cells(all.len(), all.len())
                .into_iter()
                .map(|one| one.map(|one| all[one]))
                .collect();
            Series::new(name, texts).into_column()
        }
        FieldKind::Date => {
            let days: Vec<Option<i32>> =
                cells(DAYS.len(), 3).into_iter().map(|one| one.map(|one| DAYS[one])).collect();
            Series::new(name, days).cast(&DataType::Date).unwrap().into_column()
        }
    }
}
