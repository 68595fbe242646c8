//! Verdicts that are near a more serious level.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use serde::Serialize;

use crate::api::Problem;
use crate::api::resources::foresight::near_misses::{NearMissQuery, list_near_misses};
use crate::application::{ExportColumn, ListTable, NearMissLine};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::rules::value_in_words;
use crate::support::french;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery, Parameter, labels_of, one_of, plain};

/// How near a figure is to its limit, as the API and addresses write it.
const MARGINS: [(&str, &str); 3] = [("0.05", "5"), ("0.1", "10"), ("0.2", "20")];

/// How near a rate is to its limit.
const POINTS: [(&str, &str); 4] = [("0.01", "1"), ("0.02", "2"), ("0.05", "5"), ("0.1", "10")];

const PARAMETERS: &[Parameter] = &[
    labels_of::<Level>("niveau", "level"),
    plain("ministere", "ministry"),
    plain("regle", "rule"),
    plain("date", "as_of"),
    one_of("marge", "within", || MARGINS.to_vec()),
    one_of("points", "points", || POINTS.to_vec()),
];

const FILTERS: [(&str, &str); 6] = [
    ("niveau", "Niveau proche"),
    ("ministere", "Ministère"),
    ("regle", "Règle"),
    ("date", "Date"),
    ("marge", "Marge en % du seuil"),
    ("points", "Marge des taux en points"),
];

const LIST: ListTable<NearMissLine> = ListTable {
    name: "proches-du-seuil",
    title: "Proches du seuil",
    meaning: "Les verdicts qu’un seul chiffre, proche de son seuil, sépare d’un niveau plus grave.",
    columns: &[
        ExportColumn::text("Sujet", |line| line.subject_name.clone()),
        ExportColumn::text("Ministère", |line| {
            line.ministry.as_ref().map(ToString::to_string).unwrap_or_default()
        }),
        ExportColumn::text("Règle", |line| line.rule_title.clone()),
        ExportColumn::text("Code de la règle", |line| line.rule.to_string()),
        ExportColumn::text("Niveau", |line| line.level.label().to_owned()),
        ExportColumn::text("Niveau proche", |line| line.next_level.level.label().to_owned()),
        ExportColumn::text("Chiffre", |line| line.next_level.label.clone()),
        ExportColumn::text("Aujourd’hui", |line| shown(line, false)),
        ExportColumn::text("Changerait à", |line| shown(line, true)),
        ExportColumn::text("Ce qui le changerait", |line| line.next_level.words.clone()),
    ],
};

#[derive(Debug, Serialize)]
struct NearMissesPage {
    query: PageQuery,
    found: String,
    lines: Vec<LineView>,
    filters: Vec<Link>,
    next: Option<String>,
    first: Option<String>,
    levels: Vec<Choice>,
    ministries: Vec<Choice>,
    margins: Vec<Choice>,
    points: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct LineView {
    #[serde(flatten)]
    line: NearMissLine,
    /// The page of the project; `None` for another subject.
    href: Option<String>,
    /// What the address of the explanation calls the subject.
    subject_word: String,
    from: String,
    to: String,
}

/// Lists the near misses.
///
/// # Errors
/// If a parameter is unknown, no edition is known, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let listing = query.listing::<NearMissQuery>(PARAMETERS)?;
    let (lines, cursor) = list_near_misses(context.request(), listing).await?.into_parts();
    if let Some(format) = query.format {
        return list_file(&context, (&LIST, format), lines, query.filters(&FILTERS)).await;
    }
    let known = context.store.known_projects().await?;
    let ministries: BTreeSet<String> = known.iter().map(|one| one.ministry.to_string()).collect();
    let in_percent = |(_, label): &(&str, &str)| Choice {
        value: (*label).to_owned(),
        label: format!("{label}\u{a0}% du seuil"),
    };
    let in_points = |(_, label): &(&str, &str)| {
        let count = label.parse().unwrap_or_default();
        Choice { value: (*label).to_owned(), label: french::counted(count, "point", "points") }
    };
    let page = NearMissesPage {
        found: found(lines.len(), &query, cursor.is_some()),
        lines: lines.into_iter().map(line_view).collect(),
        filters: query.filters(&FILTERS),
        next: cursor.map(|cursor| query.with("curseur", &cursor)),
        first: query.given.contains_key("curseur").then(|| query.without("curseur")),
        // Nothing is near of being clear.
        levels: Choice::of::<Level>().split_off(1),
        ministries: ministries.into_iter().map(Choice::plain).collect(),
        margins: MARGINS.iter().map(in_percent).collect(),
        points: POINTS.iter().map(in_points).collect(),
        query,
    };
    context.page("pages/near_misses.html", &Heading::of(LIST.title, "proches-du-seuil"), &page)
}

/// How many verdicts the page shows, and whether there are others.
fn found(count: usize, query: &PageQuery, has_more: bool) -> String {
    if has_more || query.given.contains_key("curseur") {
        return french::counted(
            count,
            "verdict proche sur cette page",
            "verdicts proches sur cette page",
        );
    }
    french::counted(count, "verdict proche", "verdicts proches")
}

fn line_view(line: NearMissLine) -> LineView {
    LineView {
        href: line.subject.project().map(|project| format!("/projets/{project}")),
        subject_word: match &line.subject {
            Subject::Project(project) => project.to_string(),
            Subject::Ministry(code) => code.to_string(),
            Subject::Portfolio => "portfolio".to_owned(),
        },
        from: shown(&line, false),
        to: shown(&line, true),
        line,
    }
}

/// The value of now, or the one that changes the level, with its unit.
fn shown(line: &NearMissLine, is_next: bool) -> String {
    let change = &line.next_level;
    let unit = change.unit.as_deref().and_then(|unit| unit.parse().ok()).unwrap_or_default();
    value_in_words(if is_next { &change.to } else { &change.from }, unit)
}
