//! The projects of an edition as a table, of which only what is wanted becomes rows.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::PlSmallStr;

use crate::application::queries::table_rows::TableRow;
use crate::application::queries::{table_rows, view};
use crate::application::{ApplicationError, Services};

/// The field that tells projects from each other.
const ID: &str = "project_id";

/// The projects of the edition in force, and those that have left, by id.
#[derive(Clone, Debug)]
pub struct ProjectTable {
    frame: Arc<DataFrame>,
}

/// The projects as of a date, today by default.
///
/// # Errors
/// When no edition is known at that date, or when the data cannot be read.
pub async fn project_table(
    services: &Services,
    as_of: Option<NaiveDate>,
) -> Result<ProjectTable, ApplicationError> {
    let (known, rules) = view::measurable(services, as_of).await?;
    let frames = tokio::task::spawn_blocking(move || known.frames(&rules)).await??;
    Ok(ProjectTable { frame: Arc::new(frames.projects) })
}

/// All projects as of a date, today by default, with every field.
///
/// # Errors
/// When no edition is known at that date, or when the data cannot be read.
pub async fn projects(
    services: &Services,
    as_of: Option<NaiveDate>,
) -> Result<Vec<TableRow>, ApplicationError> {
    let table = project_table(services, as_of).await?;
    tokio::task::spawn_blocking(move || table_rows::rows(&table.frame)).await?
}

impl ProjectTable {
    /// A row for each project, with its id and these fields. A field that no project has is left out.
    ///
    /// # Errors
    /// When Polars refuses the selection.
    pub async fn outlines(
        &self,
        fields: &BTreeSet<&str>,
    ) -> Result<Vec<TableRow>, ApplicationError> {
        let known = self.fields().into_iter();
        let wanted = known.filter(|name| *name == ID || fields.contains(name));
        let wanted: Vec<String> = wanted.map(str::to_owned).collect();
        let frame = Arc::clone(&self.frame);
        tokio::task::spawn_blocking(move || {
            table_rows::rows(&frame.select(wanted).map_err(ApplicationError::Table)?)
        })
        .await?
    }

    /// The fields of projects.
    pub fn fields(&self) -> Vec<&str> {
        self.frame.get_column_names().into_iter().map(PlSmallStr::as_str).collect()
    }

    /// Whether projects have a field.
    pub fn has(&self, field: &str) -> bool {
        self.frame.column(field).is_ok()
    }

    /// The projects with these ids, in their order, with every field. An id that is not in the table has no row.
    ///
    /// # Errors
    /// When Polars refuses the selection.
    pub async fn rows_of(&self, ids: Vec<String>) -> Result<Vec<TableRow>, ApplicationError> {
        let frame = Arc::clone(&self.frame);
        tokio::task::spawn_blocking(move || {
            let column = frame.column(ID).and_then(|column| column.str());
            let places: HashMap<&str, usize> = column
                .map_err(ApplicationError::Table)?
                .iter()
                .enumerate()
                .filter_map(|(place, id)| Some((id?, place)))
                .collect();
            let mut rows = Vec::with_capacity(ids.len());
            for place in ids.iter().filter_map(|id| places.get(id.as_str())) {
                let place = i64::try_from(*place).unwrap_or(i64::MAX);
                rows.append(&mut table_rows::rows(&frame.slice(place, 1))?);
            }
            Ok(rows)
        })
        .await?
    }
}
