//! The thresholds: their values, where these come from, and the rules that read them.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;

use super::published::{Published, VersionInForce};
use super::roll_back::{RollBackForm, publishing_bar, rolled_back};
use crate::api::{Problem, Trials};
use crate::application;
use crate::application::{ExportColumn, ListTable};
use crate::domain::rules::overlay::RulePath;
use crate::frame::dictionary::Unit;
use crate::rules::{Catalogue, SourceTag, Threshold, value_in_words};
use crate::web::context::{Heading, PageContext};
use crate::web::lists::list_file;
use crate::web::query::PageQuery;

#[derive(Debug, Serialize)]
struct ThresholdsView {
    query: PageQuery,
    as_of: NaiveDate,
    thresholds: Vec<ThresholdView>,
    /// The last publication, which a roll-back must have seen.
    last_publication: i64,
    roll_back_bar: Option<&'static str>,
}

/// A threshold as pages show it.
#[derive(Debug, Serialize)]
pub(super) struct ThresholdView {
    pub(super) name: String,
    pub(super) label: String,
    /// The value at the date, with its unit; `None` before the first date.
    value: Option<String>,
    pub(super) unit: &'static str,
    source_tag: SourceTag,
    source: String,
    bounds: String,
    /// All values, where they are dated.
    dated: Vec<DatedView>,
    readers: Vec<Reader>,
    version: VersionInForce,
}

#[derive(Debug, Serialize)]
struct DatedView {
    from: Option<NaiveDate>,
    value: String,
}

/// A rule that reads a threshold.
#[derive(Debug, Serialize)]
struct Reader {
    id: String,
    title: String,
}

impl ThresholdView {
    pub(super) fn of(
        threshold: &Threshold,
        catalogue: &Catalogue,
        published: &Published,
        as_of: NaiveDate,
    ) -> Self {
        let reads = |id| catalogue.threshold_names_of(id).any(|name| name == threshold.name);
        let readers = catalogue.rules().filter(|rule| reads(&rule.id));
        let dated = threshold.values.iter().map(|dated| DatedView {
            from: dated.from,
            value: value_in_words(&dated.value, threshold.unit),
        });
        let is_dated =
            threshold.values.len() > 1 || threshold.values.iter().any(|one| one.from.is_some());
        let path = RulePath::of_threshold(&threshold.name);
        Self {
            name: threshold.name.clone(),
            label: threshold.label.clone(),
            value: threshold.shown_at(as_of),
            unit: unit_label(threshold.unit),
            source_tag: threshold.source.tag,
            source: threshold.source.text.clone(),
            bounds: threshold.bounds_shown(),
            dated: if is_dated { dated.collect() } else { Vec::new() },
            readers: readers
                .map(|rule| Reader { id: rule.id.to_string(), title: rule.title.clone() })
                .collect(),
            version: published.version_of(path.as_ref().map_or("", RulePath::as_str)),
        }
    }
}

/// What people call a unit.
pub(super) fn unit_label(unit: Unit) -> &'static str {
    match unit {
        Unit::None => "sans unité",
        Unit::Ratio => "%",
        Unit::Points => "points",
        Unit::Meur => "M€",
        Unit::MeurPerYear => "M€ par an",
        Unit::Months => "mois",
        Unit::Days => "jours",
        Unit::Count => "nombre",
        Unit::Fte => "ETP",
    }
}

const LIST: ListTable<ThresholdView> = ListTable {
    name: "seuils",
    title: "Seuils",
    meaning: "Les seuils des règles, avec leur valeur en vigueur à la date du fichier.",
    columns: &[
        ExportColumn::text("Seuil", |one| one.label.clone()),
        ExportColumn::text("Nom", |one| one.name.clone()),
        ExportColumn::text("Valeur", |one| {
            one.value.clone().unwrap_or_else(|| "à venir".to_owned())
        }),
        ExportColumn::text("Unité", |one| one.unit.to_owned()),
        ExportColumn::text("Bornes", |one| one.bounds.clone()),
        ExportColumn::text("Nature de la source", |one| one.source_tag.label().to_owned()),
        ExportColumn::text("Source", |one| one.source.clone()),
        ExportColumn::text("Règles", |one| {
            let readers: Vec<&str> = one.readers.iter().map(|rule| rule.id.as_str()).collect();
            readers.join(", ")
        }),
        ExportColumn::text("Texte en vigueur", |one| one.version.label.clone()),
        ExportColumn::text("Publié par", |one| one.version.by.clone().unwrap_or_default()),
        ExportColumn::text("Publié le", |one| one.version.on.clone().unwrap_or_default()),
    ],
};

/// Lists the thresholds.
///
/// # Errors
/// If the catalogue cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let in_force = application::catalogue(&context).await?;
    let catalogue = &in_force.catalogue;
    let published = Published::of(&context).await?;
    let as_of = application::today(context.clock.now());
    let thresholds = catalogue.thresholds().iter();
    let mut thresholds: Vec<ThresholdView> = thresholds
        .map(|threshold| ThresholdView::of(threshold, catalogue, &published, as_of))
        .collect();
    thresholds.sort_by(|one, other| one.label.cmp(&other.label));
    if let Some(format) = query.format {
        return list_file(&context, (&LIST, format), thresholds, Vec::new()).await;
    }
    let view = ThresholdsView {
        query,
        as_of,
        thresholds,
        last_publication: published.upto.0,
        roll_back_bar: publishing_bar(&context),
    };
    let heading = Heading::of("Seuils", "seuils").under(&[("Règles", "/regles")]);
    context.page("pages/thresholds.html", &heading, &view)
}

/// Puts an earlier value of a threshold back in force.
///
/// # Errors
/// If the threshold is as it ships, somebody published meanwhile, or a case does not pass with the earlier value.
pub(in crate::web) async fn roll_back(
    context: PageContext,
    trials: Trials,
    name: web::Path<String>,
    form: web::Form<RollBackForm>,
) -> Result<HttpResponse, Problem> {
    let path = RulePath::of_threshold(&name).map_err(application::ApplicationError::from)?;
    rolled_back(&context, &trials, path.as_str(), &form, "/seuils").await
}
