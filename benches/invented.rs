//! Frames of synthetic projects with two editions.

use chrono::NaiveDate;
use polars::frame::DataFrame;

use vigie::domain::ids::{MinistryCode, ProjectId};
use vigie::domain::portfolio::edition::EditionId;
use vigie::domain::portfolio::published::Portfolio;
use vigie::domain::portfolio::snapshot::{Phase, Snapshot};
use vigie::domain::value::Reported;
use vigie::frame;
use vigie::frame::dictionary::built_in;

/// Number of distinct projects. Larger frames repeat them.
pub(crate) const BASE: u32 = 10_000;

/// A frame whose figures drift. One figure in ten is missing, and one phase in seven.
pub(crate) fn frame(rows: usize, columns: &[&str], as_of: NaiveDate) -> DataFrame {
    let base = base(as_of).select(columns.iter().copied()).unwrap();
    let mut all = base.head(Some(rows));
    while all.height() < rows {
        all.vstack_mut(&base.head(Some(rows - all.height()))).unwrap();
    }
    // Each column in one chunk, as in a frame that the service builds.
    all.rechunk_mut();
    all
}

/// A frame of `BASE` projects with all columns of the dictionary.
pub(crate) fn base(as_of: NaiveDate) -> DataFrame {
    let mut portfolio = Portfolio::default();
    for (edition, step) in [("2020-06", 0), ("2020-11", 1)] {
        portfolio.snapshots.extend((0..BASE).map(|number| snapshot(number, edition, step)));
    }
    frame::build(&portfolio, built_in(), as_of, Some(0.25)).unwrap().projects
}

fn snapshot(number: u32, edition: &str, step: u32) -> Snapshot {
    let spread = f64::from(number.wrapping_mul(2_654_435_761) % 1000) / 1000.0;
    let drift = 1.0 + spread * 0.5 * f64::from(step);
    let figure = |initial: f64, gap: u32| {
        if number % 10 == gap { Reported::Missing } else { Reported::Given(initial * drift) }
    };
    Snapshot {
        project: ProjectId::new(format!("p{number:06}")),
        edition: edition.parse::<EditionId>().unwrap(),
        name: format!("Projet {number}"),
        ministry: MinistryCode::new(if number.is_multiple_of(2) { "MJ" } else { "MI" }),
        ministry_label: "Ministère".to_owned(),
        phase: match number % 7 {
            0 => Reported::Missing,
            1..=4 => Reported::Given(Phase::Build),
            _ => Reported::Given(Phase::Rollout),
        },
        start_on: Reported::Given(NaiveDate::from_ymd_opt(2017, 1, 1).unwrap()),
        duration_months: figure(48.0, 3),
        cost_meur: figure(20.0, 5),
        inter_ministerial: None,
        functional_zone: None,
        programme: None,
        description: None,
        withheld_reason: None,
        row: number,
    }
}
