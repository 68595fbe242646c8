//! The editions of the panorama: all of them, one as it was known then, and two compared.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value as Json;

use crate::api::{Problem, QueryFault};
use crate::application;
use crate::application::{
    ComparedField, EditionComparison, EditionMove, ExportColumn, ListTable, Panorama,
    ProjectComparison, TableRow,
};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::import_decision::ImportState;
use crate::frame::dictionary::Unit;
use crate::intake::base_name;
use crate::store::ImportSummary;
use crate::support::clock::today;
use crate::support::french;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::intake::COMPARISON;
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery};
use crate::web::wording::labels;

const EDITIONS: (&str, &str) = ("Éditions", "/editions");

#[derive(Debug, Serialize)]
struct EditionsView {
    query: PageQuery,
    editions: Vec<EditionLine>,
    /// `10 éditions`
    found: String,
    choices: Vec<Choice>,
    /// The last two, which the form of the comparison begins with.
    from: Option<EditionId>,
    to: Option<EditionId>,
}

/// An edition in the list.
#[derive(Debug, Serialize)]
struct EditionLine {
    import: ImportSummary,
    /// The portfolio as it was known at the end of its month; none for an edition to come.
    figures: Option<TableRow>,
    /// The address of its comparison with the one before.
    comparison: Option<String>,
}

const LIST: ListTable<EditionLine> = ListTable {
    name: "editions",
    title: "Éditions",
    meaning: "Les éditions du panorama, chacune avec les chiffres que l’on connaissait à la fin de son mois.",
    columns: &[
        ExportColumn::text("Édition", |line| line.import.edition.to_string()),
        ExportColumn::count("Projets", |line| {
            line.figures.as_ref()?.get("project_count").and_then(Json::as_i64)
        }),
        ExportColumn::number("Coût total (M€)", Unit::Meur, |line| line.figure("cost_total")),
        ExportColumn::number("Taux de glissement", Unit::Ratio, |line| line.figure("global_drift")),
        ExportColumn::text("Fichier", |line| base_name(&line.import.file).to_owned()),
        ExportColumn::count("Importation", |line| Some(line.import.number.0)),
        ExportColumn::moment("Importée le", |line| Some(line.import.imported_at)),
    ],
};

impl EditionLine {
    fn figure(&self, name: &str) -> Option<f64> {
        self.figures.as_ref()?.get(name).and_then(Json::as_f64)
    }
}

/// Lists the editions, the newest first.
///
/// # Errors
/// If the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    only(&query, &[])?;
    let imports = imports_in_force(&context).await?;
    let mut series = match application::panorama(&context, None).await.map_err(Problem::from) {
        Ok(panorama) => by_month(panorama.series),
        Err(Problem::NotYet(_)) => BTreeMap::new(),
        Err(problem) => return Err(problem),
    };
    let mut former: Option<EditionId> = None;
    let mut editions = Vec::new();
    for import in imports {
        let edition = import.edition;
        let comparison = former.map(|former| comparison_address(former, edition));
        editions.push(EditionLine { figures: series.remove(&edition), import, comparison });
        former = Some(edition);
    }
    editions.reverse();
    if let Some(format) = query.format {
        return list_file(&context, (&LIST, format), editions, Vec::new()).await;
    }
    let mut newest = editions.iter().map(|line| line.import.edition);
    let (to, from) = (newest.next(), newest.next());
    let view = EditionsView {
        query,
        found: french::counted(editions.len(), "édition", "éditions"),
        choices: editions.iter().map(|line| edition_choice(line.import.edition)).collect(),
        from: from.or(to),
        to,
        editions,
    };
    context.page("pages/editions.html", &Heading::of("Éditions", "editions"), &view)
}

/// The import in force for each edition, oldest first.
async fn imports_in_force(context: &PageContext) -> Result<Vec<ImportSummary>, Problem> {
    let mut imports = context.store.imports().await?;
    imports.retain(|import| {
        import.dataset == Dataset::Panorama
            && import.state == ImportState::InUse
            && import.replaced_by.is_none()
    });
    imports.sort_by_key(|import| (import.edition, import.number));
    Ok(imports)
}

/// Rows of the portfolio by the month that they are of.
fn by_month(series: Vec<TableRow>) -> BTreeMap<EditionId, TableRow> {
    let month = |row: &TableRow| {
        let day = row.get("as_of").and_then(Json::as_str)?.parse::<NaiveDate>().ok()?;
        Some(EditionId::of(day))
    };
    series.into_iter().filter_map(|row| Some((month(&row)?, row))).collect()
}

fn comparison_address(from: EditionId, to: EditionId) -> String {
    format!("/editions/comparaison?de={from}&a={to}")
}

/// `novembre 2020`
fn edition_choice(edition: EditionId) -> Choice {
    Choice { value: edition.to_string(), label: french::month_and_year(edition.as_of()) }
}

#[derive(Debug, Serialize)]
struct EditionView {
    edition: EditionId,
    import: Option<ImportSummary>,
    /// The last day of its month, or today if it is before.
    as_of: NaiveDate,
    panorama: Panorama,
    projects: Vec<TableRow>,
    former: Option<EditionId>,
    next: Option<EditionId>,
}

/// Shows the panorama as it was known at the end of an edition's month.
///
/// # Errors
/// If there is no such edition, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    edition: web::Path<String>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    only(&query, &[])?;
    let unknown = || Problem::NotFound { kind: "edition", id: edition.to_string() };
    let wanted = EditionId::from_str(&edition).map_err(|_| unknown())?;
    let imports = imports_in_force(&context).await?;
    let all: Vec<EditionId> = imports.iter().map(|import| import.edition).collect();
    let import = imports.into_iter().rfind(|import| import.edition == wanted);
    if import.is_none() {
        return Err(unknown());
    }
    let as_of = wanted.last_day().min(today(context.clock.now()));
    let panorama = application::panorama(&context, Some(as_of)).await?;
    let mut projects = application::projects(&context, Some(as_of)).await?;
    projects.retain(|row| row.get("has_left") != Some(&Json::Bool(true)));
    let cost = |row: &TableRow| row.get("cost_current").and_then(Json::as_f64).unwrap_or(-1.0);
    projects.sort_by(|one, other| cost(other).total_cmp(&cost(one)));
    let view = EditionView {
        edition: wanted,
        import,
        as_of,
        panorama,
        projects,
        former: all.iter().rfind(|one| **one < wanted).copied(),
        next: all.iter().find(|one| **one > wanted).copied(),
    };
    let title = format!("Édition de {}", french::month_and_year(wanted.as_of()));
    let heading = Heading::of(&title, "edition").under(&[EDITIONS]);
    context.page("pages/edition.html", &heading, &view)
}

#[derive(Debug, Serialize)]
struct ComparisonView {
    query: PageQuery,
    from: EditionId,
    to: EditionId,
    comparison: Option<ComparedTotals>,
    projects: Vec<ProjectComparison>,
    /// `12 projets`
    found: String,
    filters: Vec<Link>,
    choices: Vec<Choice>,
    moves: Vec<Choice>,
    fields: Vec<Choice>,
    ministries: Vec<Choice>,
}

/// What both editions add up to, and how many projects moved how.
#[derive(Debug, Serialize)]
struct ComparedTotals {
    before: application::EditionTotals,
    after: application::EditionTotals,
    cost_change: f64,
    moves: Vec<MoveCount>,
}

#[derive(Debug, Serialize)]
struct MoveCount {
    label: &'static str,
    count: usize,
    href: String,
}

/// What each filter is called where it is in force.
const FILTERS: [(&str, &str); 3] =
    [("mouvement", "Mouvement"), ("difference", "Différence"), ("ministere", "Ministère")];

/// Shows two editions compared.
///
/// # Errors
/// If a parameter is unknown, one of the editions is not known, or the data cannot be read.
pub(in crate::web) async fn compare(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    only(&query, &["de", "a", "mouvement", "difference", "ministere"])?;
    let known: Vec<EditionId> =
        imports_in_force(&context).await?.iter().map(|import| import.edition).collect();
    let last = known.last().copied();
    let to = edition_of(&query, "a")?.or(last);
    let before = to.and_then(|to| known.iter().rfind(|one| **one < to).copied());
    let (Some(from), Some(to)) = (edition_of(&query, "de")?.or(before).or(last), to) else {
        let words = "no edition of the panorama is known yet".to_owned();
        return Err(Problem::NotYet(words));
    };
    let wanted = Wanted::of(&query)?;
    let found = application::compare_editions(&context, from, to).await?;
    let all: BTreeSet<String> =
        found.projects.iter().map(|project| project.ministry.to_string()).collect();
    let totals = totals(&found, &query);
    let mut projects = found.projects;
    projects.retain(|project| wanted.fits(project));
    if let Some(format) = query.format {
        let mut filters = query.filters(&FILTERS);
        let label = format!("Éditions : de {} à {}", found.from, found.to);
        filters.insert(0, Link { label, href: String::new() });
        return list_file(&context, (&COMPARISON, format), projects, filters).await;
    }
    let view = ComparisonView {
        from: found.from,
        to: found.to,
        comparison: Some(totals),
        found: french::counted(projects.len(), "projet", "projets"),
        filters: query.filters(&FILTERS),
        choices: known.into_iter().rev().map(edition_choice).collect(),
        moves: Choice::of::<EditionMove>(),
        fields: Choice::of::<ComparedField>(),
        ministries: all.into_iter().map(Choice::plain).collect(),
        projects,
        query,
    };
    let heading = Heading::of("Comparaison de deux éditions", "comparaison").under(&[EDITIONS]);
    context.page("pages/edition_comparison.html", &heading, &view)
}

fn totals(found: &EditionComparison, query: &PageQuery) -> ComparedTotals {
    let count = |change: EditionMove| MoveCount {
        label: change.label(),
        count: found.projects.iter().filter(|project| project.change == change).count(),
        href: query.with("mouvement", &labels::in_address(change.label())),
    };
    ComparedTotals {
        before: found.before.clone(),
        after: found.after.clone(),
        cost_change: found.after.cost_total - found.before.cost_total,
        moves: EditionMove::ALL.into_iter().map(count).collect(),
    }
}

/// The projects that the page is asked for.
struct Wanted {
    moves: Vec<EditionMove>,
    fields: Vec<ComparedField>,
    ministries: Vec<String>,
}

impl Wanted {
    fn of(query: &PageQuery) -> Result<Self, QueryFault> {
        Ok(Self {
            moves: chosen(query, "mouvement", &EditionMove::ALL, EditionMove::label)?,
            fields: chosen(query, "difference", &ComparedField::ALL, ComparedField::label)?,
            ministries: query.given.get("ministere").cloned().unwrap_or_default(),
        })
    }

    fn fits(&self, project: &ProjectComparison) -> bool {
        (self.moves.is_empty() || self.moves.contains(&project.change))
            && (self.fields.is_empty()
                || self.fields.iter().any(|field| project.changed.contains(field)))
            && (self.ministries.is_empty()
                || self.ministries.iter().any(|one| one == project.ministry.as_str()))
    }
}

/// The values of a parameter, each spelt by its label.
fn chosen<T: Copy>(
    query: &PageQuery,
    name: &'static str,
    all: &[T],
    label: fn(T) -> &'static str,
) -> Result<Vec<T>, QueryFault> {
    let spelt = |one: &T| labels::in_address(label(*one));
    let values = query.given.get(name).into_iter().flatten();
    let found = values.map(|value| {
        let found = all.iter().find(|one| spelt(one) == *value).copied();
        found.ok_or_else(|| QueryFault::unknown_value(name, value, all.iter().map(spelt)))
    });
    found.collect()
}

fn edition_of(query: &PageQuery, name: &'static str) -> Result<Option<EditionId>, QueryFault> {
    let Some(value) = query.given.get(name).and_then(|values| values.last()) else {
        return Ok(None);
    };
    let edition = value.parse::<EditionId>();
    edition.map(Some).map_err(|fault| QueryFault::of(name, fault.to_string()))
}

/// Refuses parameters that the page does not know.
pub(super) fn only(query: &PageQuery, known: &[&'static str]) -> Result<(), QueryFault> {
    let unknown = query.given.keys().find(|name| !known.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| Err(QueryFault::unknown(name, known.iter().copied())))
}
