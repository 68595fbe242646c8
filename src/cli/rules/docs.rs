//! `vigie rules docs`: the catalogue as one page.

use std::io::Write as _;
use std::path::Path;

use chrono::NaiveDate;

use super::shelf::Shelf;
use crate::cli::foresight::scorecards::notes;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::whole_file::write_whole;
use vigie::application::Backtest;
use vigie::support::visible_text;

pub(super) fn run(
    out: Option<&Path>,
    as_of: NaiveDate,
    (shelf, scores): (&Shelf, Option<&Backtest>),
) -> Result<Conclusion, CliError> {
    let page = shelf.catalogue.catalogue.page(as_of, &scores.map(notes).unwrap_or_default());
    match out {
        Some(path) => write_whole(path, page.as_bytes())?,
        None => std::io::stdout().lock().write_all(visible_text::lines(&page).as_bytes())?,
    }
    Ok(shelf.conclusion())
}
