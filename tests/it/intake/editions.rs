//! The editions that the State published, file by file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::readers::{known_after, published, snapshots};
use crate::support::real_editions;
use vigie::domain::portfolio::import::{Import, SightingKind};
use vigie::domain::portfolio::snapshot::Snapshot;
use vigie::domain::value::Reported;

const EDITIONS: [&str; 8] =
    ["2016-11", "2017-02", "2017-06", "2017-11", "2018-03", "2018-07", "2019-03", "2021-07"];

const OPEN_DATA: [(&str, &str); 3] = [
    ("2016-11", "2016-11.published.csv"),
    ("2017-06", "2017-06.published.csv"),
    ("2018-03", "2018-03.published.xlsx"),
];

fn dashboard(edition: &str) -> Import {
    published(&format!("{edition}.dashboard.csv"), &[])
}

fn every_file() -> Vec<Import> {
    let open_data = OPEN_DATA.map(|(_, file)| published(file, &[]));
    EDITIONS.map(dashboard).into_iter().chain(open_data).collect()
}

/// Where a printed total differs from the sum of the rows, the costs that are not there say why.
/// In March 2018 the spreadsheet gives ARCHIPEL's 17.5 M€, which makes the printed 2.83.
#[test]
fn projects_totals_and_durations_are_those_that_each_edition_printed() {
    let Some(folder) = real_editions() else { return };
    let aggregates = std::fs::read_to_string(folder.join("aggregates.csv")).unwrap();
    let mut table = String::new();
    for edition in EDITIONS {
        let import = dashboard(edition);
        let line = aggregates.lines().find(|line| line.starts_with(edition)).unwrap();
        let printed: Vec<_> = line.split(',').skip(2).take(3).collect();
        writeln!(table, "{edition}: {}; printed: {}", totals(&import), printed.join(", ")).unwrap();
        for absent in absent_costs(&import) {
            writeln!(table, "    {absent}").unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

fn totals(import: &Import) -> String {
    let rows = snapshots(import);
    let costs: Vec<f64> = rows.iter().filter_map(|row| row.cost_meur.given().copied()).collect();
    let months = rows.iter().filter_map(|row| row.duration_months.given().copied());
    let years: Vec<f64> = months.map(|months| months / 12.0).collect();
    let mean_years = years.iter().sum::<f64>() / f64::from(u32::try_from(years.len()).unwrap());
    let total = costs.iter().sum::<f64>() / 1000.0;
    format!("{}, {total:.2}, {mean_years:.1}", rows.len())
}

fn absent_costs(import: &Import) -> Vec<String> {
    let named = |word: &str, is_absent: fn(&Reported<f64>) -> bool| {
        let rows = snapshots(import).iter().filter(|row| is_absent(&row.cost_meur));
        let names: Vec<_> = rows.map(|row| row.project.as_str()).collect();
        (!names.is_empty()).then(|| format!("cost {word}: {}", names.join(" ")))
    };
    let withheld = named("withheld", Reported::is_withheld);
    let missing = named("missing", |cost| matches!(cost, Reported::Missing));
    withheld.into_iter().chain(missing).collect()
}

#[test]
fn a_sentence_in_the_phase_column_withholds_the_figures_that_are_not_there() {
    if real_editions().is_none() {
        return;
    }
    let withheld = |edition: &str| {
        let figures = dashboard(edition).withheld.into_iter();
        let figures = figures.map(|f| format!("{}:{}:{}", f.row, f.project, f.field));
        figures.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        withheld("2019-03"),
        "43:si-samu:cost_current 43:si-samu:duration_current 43:si-samu:start_on \
         46:sirhen:cost_current 46:sirhen:duration_current 46:sirhen:start_on"
    );
    assert_eq!(withheld("2021-07"), "46:si-samu:cost_current");
    let import = dashboard("2021-07");
    let si_samu = snapshots(&import).iter().find(|s| s.project.as_str() == "si-samu").unwrap();
    assert_eq!(si_samu.phase, Reported::Withheld);
    assert_eq!(si_samu.start_on.map(|date| date.to_string()), Reported::Given("2014-09-01".into()));
    assert_eq!(si_samu.duration_months, Reported::Given(136.0));
    assert!(si_samu.withheld_reason.as_ref().unwrap().starts_with("Les éléments chiffrés"));
}

#[test]
fn empty_rows_are_set_aside_and_the_report_says_what_was_not_read() {
    if real_editions().is_none() {
        return;
    }
    let mut report = String::new();
    for (_, file) in OPEN_DATA {
        let import = published(file, &[]);
        writeln!(report, "{file}: {}", import.profile_reason).unwrap();
        for aside in &import.set_aside {
            let (first, last) = (aside.rows.first().unwrap(), aside.rows.last().unwrap());
            let count = aside.rows.len();
            writeln!(report, "    {}: {count}, de {first} à {last}", aside.reason).unwrap();
        }
    }
    insta::assert_snapshot!(report);
}

/// Descriptions apart: the dashboard adds "(en savoir plus)" to them.
#[test]
fn the_two_files_of_an_edition_give_the_same_projects_and_values_but_for_these() {
    if real_editions().is_none() {
        return;
    }
    let mut differences = String::new();
    for (edition, file) in OPEN_DATA {
        let by_project = |import: &Import| -> BTreeMap<_, _> {
            let rows = snapshots(import).iter();
            rows.map(|row| (row.project.as_str().to_owned(), row.clone())).collect()
        };
        let shown = by_project(&dashboard(edition));
        let open = by_project(&published(file, &[]));
        assert!(shown.keys().eq(open.keys()), "{edition}");
        for (project, row) in &shown {
            for (field, one, other) in compared(row, &open[project]) {
                writeln!(differences, "{edition} {project} {field}: {one} / {other}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(differences);
}

type NamedField = fn(&Snapshot) -> (&'static str, String);

fn compared(shown: &Snapshot, open: &Snapshot) -> Vec<(&'static str, String, String)> {
    let fields: [NamedField; 9] = [
        |s| ("name", s.name.clone()),
        |s| ("ministry", s.ministry_label.clone()),
        |s| ("phase", format!("{:?}", s.phase)),
        |s| ("start_on", format!("{:?}", s.start_on)),
        |s| ("duration_months", format!("{:?}", s.duration_months)),
        |s| ("cost_meur", format!("{:?}", s.cost_meur)),
        |s| ("inter_ministerial", format!("{:?}", s.inter_ministerial)),
        |s| ("functional_zone", format!("{:?}", s.functional_zone)),
        |s| ("programme", format!("{:?}", s.programme)),
    ];
    fields
        .into_iter()
        .map(|field| (field(shown).0, field(shown).1, field(open).1))
        .filter(|(_, one, other)| one != other)
        .collect()
}

#[test]
fn a_project_that_recurs_under_several_names_is_one_project() {
    if real_editions().is_none() {
        return;
    }
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in every_file().iter().flat_map(snapshots) {
        names.entry(row.project.to_string()).or_default().insert(row.name.clone());
    }
    let mut table = format!("{} projects, of which under several names:\n", names.len());
    names.retain(|_, several| several.len() > 1);
    for (project, several) in names {
        let several: Vec<_> = several.into_iter().collect();
        writeln!(table, "{project}: {}", several.join(" | ")).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_ministry_has_one_code_through_its_renamings_and_a_project_one_ministry() {
    if real_editions().is_none() {
        return;
    }
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut ministries: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in every_file().iter().flat_map(snapshots) {
        labels.entry(row.ministry.to_string()).or_default().insert(row.ministry_label.clone());
        ministries.entry(row.project.to_string()).or_default().insert(row.ministry.to_string());
    }
    let mut table = String::new();
    for (code, several) in labels {
        let several: Vec<_> = several.into_iter().collect();
        writeln!(table, "{code}: {}", several.join(" | ")).unwrap();
    }
    ministries.retain(|_, codes| codes.len() > 1);
    assert_eq!(ministries, BTreeMap::new());
    insta::assert_snapshot!(table);
}

#[test]
fn no_project_of_one_edition_is_taken_for_a_new_one_in_the_next_by_its_name_alone() {
    if real_editions().is_none() {
        return;
    }
    let mut imports: Vec<Import> = Vec::new();
    let mut proposed = Vec::new();
    for edition in EDITIONS {
        let file = format!("{edition}.dashboard.csv");
        let import = published(&file, &known_after(&imports));
        proposed.extend(import.sightings.iter().filter_map(|sighting| match &sighting.kind {
            SightingKind::Resembles { name, .. } => Some(format!("{} ~ {name}", sighting.name)),
            SightingKind::Known | SightingKind::New => None,
        }));
        imports.push(import);
    }
    // The alias table has answered every question that these editions raise.
    assert_eq!(proposed, Vec::<String>::new());
}
