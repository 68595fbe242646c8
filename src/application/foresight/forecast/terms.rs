//! What a forecast is about.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use crate::domain::ids::MinistryCode;
use crate::domain::portfolio::edition::EditionId;

/// A project that is said to slip without saying by how much slips a year.
const MONTHS_OF_A_YEAR: f64 = 12.0;

/// Most months and most of its cost that a project may be supposed to slip by.
const MOST_MONTHS: f64 = 120.0;
const MOST_PERCENT: f64 = 500.0;

/// What a forecast is about. Projects are named by their id or by any name they went by.
#[derive(Clone, Debug, Default)]
pub struct ForecastTerms {
    /// Today by default.
    pub as_of: Option<NaiveDate>,
    /// As of the last day of this edition instead.
    pub edition: Option<EditionId>,
    /// Only the rate of this ministry.
    pub ministry: Option<MinistryCode>,
    /// Projects that are no longer listed from the next edition on.
    pub leave: Vec<String>,
    /// Projects that drift no further.
    pub hold: Vec<String>,
    pub slip: Vec<SupposedSlip>,
}

/// A project that slips, by months or by a share of its cost: `si-samu`, `si-samu=18`, `si-samu=10%`.
#[derive(Clone, Debug, PartialEq)]
pub struct SupposedSlip {
    pub project: String,
    pub by: SlipBy,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SlipBy {
    Months(f64),
    /// Of its cost: 0.1 is 10 % more.
    Cost(f64),
}

impl FromStr for SupposedSlip {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (project, by) = match text.rsplit_once('=') {
            Some((project, by)) => (project, slip(text, by.trim())?),
            None => (text, SlipBy::Months(MONTHS_OF_A_YEAR)),
        };
        let project = project.trim().to_owned();
        if project.is_empty() { Err(refusal(text)) } else { Ok(Self { project, by }) }
    }
}

fn slip(text: &str, by: &str) -> Result<SlipBy, String> {
    let (figure, is_share) = match by.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), true),
        None => (by, false),
    };
    let most = if is_share { MOST_PERCENT } else { MOST_MONTHS };
    let number = figure.trim_start_matches('+').replace(',', ".").parse::<f64>().ok();
    let number = number.filter(|number| *number > 0.0 && *number <= most);
    let number = number.ok_or_else(|| refusal(text))?;
    Ok(if is_share { SlipBy::Cost(number / 100.0) } else { SlipBy::Months(number) })
}

fn refusal(text: &str) -> String {
    format!(
        "found `{text}`, expected a project and by how much it slips, such as `si-samu=12` for 12 months or `si-samu=10%` of \
         its cost, at most {MOST_MONTHS} months or {MOST_PERCENT} %"
    )
}

impl fmt::Display for SlipBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Months(months) => write!(f, "{months}"),
            Self::Cost(share) => write!(f, "{}%", (share * 1e6).round() / 1e4),
        }
    }
}
