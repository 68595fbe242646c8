//! What the rules make of ten years of real editions.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::rules::catalogue::day;
use crate::support::{TestApp, real_editions, root};
use vigie::application::{DocumentSettings, RuleCoverage, Services};
use vigie::domain::portfolio::published::Portfolio;
use vigie::rules::ScriptLimits;
use vigie::store::Store;
use vigie::support::clock::SystemClock;
use vigie::{application, frame};

/// Every edition at hand, imported.
pub(crate) fn editions() -> Option<TestApp> {
    let folder = real_editions()?;
    let app = TestApp::new();
    let paths = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<String> = paths
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.contains(".dashboard.") || name.contains(".published.")
        })
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let arguments: Vec<&str> =
        std::iter::once("import").chain(files.iter().map(String::as_str)).collect();
    app.ok(&arguments);
    Some(app)
}

async fn services(app: &TestApp) -> Services {
    Services {
        store: Store::open(&app.database_url()).await.unwrap(),
        rules: root().join("rules"),
        documents: DocumentSettings::default(),
        limits: ScriptLimits::default(),
        clock: Arc::new(SystemClock),
        notify: Arc::default(),
        cache: Arc::default(),
    }
}

/// Rules that published figures are enough for.
const ON_PUBLISHED_FIGURES: [&str; 6] = ["D1", "D2", "D3", "D5", "RC02", "RC23"];

fn told(rule: &RuleCoverage) -> String {
    let missing = rule.tally.missing.iter().map(|cost| {
        let withheld =
            if cost.withheld > 0 { format!(", {} withheld", cost.withheld) } else { String::new() };
        format!("{} {}{withheld}", cost.field, cost.verdicts)
    });
    let missing = missing.collect::<Vec<_>>().join("; ");
    format!(
        "{} judged {}, unknown {} ({missing})",
        rule.rule, rule.tally.judged, rule.tally.unknown
    )
}

#[tokio::test]
async fn the_cycle_of_july_2021_judges_published_figures_and_names_what_it_lacks_elsewhere() {
    let Some(app) = editions() else { return };
    let report = app.json(&["cycle", "--as-of", "2021-07-31"]);
    assert_eq!((&report["edition"], &report["counts"]["failed"]), (&"2021-07".into(), &0.into()));
    let services = services(&app).await;
    let coverage = application::coverage(&services, None).await.unwrap().unwrap();
    services.store.close().await;
    let (on_figures, others): (Vec<_>, Vec<_>) = coverage
        .by_rule
        .iter()
        .partition(|rule| ON_PUBLISHED_FIGURES.contains(&rule.rule.as_str()));
    // 49 projects. D5 judges them all; the others all those whose figures the edition publishes.
    let lines: Vec<String> = on_figures.iter().map(|rule| told(rule)).collect();
    insta::assert_snapshot!(lines.join("\n"));
    for rule in &others {
        let of_projects =
            rule.rule.as_str().starts_with("RC") || rule.rule.as_str().starts_with('P');
        let counted: u64 = rule.tally.missing.iter().map(|cost| cost.verdicts).sum();
        assert_eq!(counted, rule.tally.unknown, "{}: each unknown names a field", rule.rule);
        if of_projects {
            // The few that end before the first field that nobody supplied: completed projects, and
            // those below the amount from which an opinion is asked.
            assert!(rule.tally.judged <= 3, "{}", told(rule));
            assert_eq!(rule.tally.judged + rule.tally.unknown, 49, "{}", told(rule));
        }
    }
    assert_eq!(others.iter().filter(|rule| rule.rule.as_str().starts_with("RC")).count(), 22);
}

/// Steps from one edition to the next that lists the project, at most so many months later, and how
/// many rose beyond limits: in all, then by the edition that they lead to.
#[derive(Clone, Default)]
struct Steps {
    all: u32,
    /// Both figures are known, of the cost and of the duration.
    known: [u32; 2],
    above: [u32; 3],
}

/// Nine months at most lie between two editions of a step, as in the study.
const MOST_MONTHS: i32 = 9;

/// The base rates of the study on which thresholds stand: 386 steps, in percent of all.
const STUDY: [(&str, f64); 3] =
    [("cost > +5 %", 15.0), ("cost > +10 %", 12.7), ("duration > +3 months", 14.8)];

fn steps(portfolio: &Portfolio, as_of: NaiveDate) -> BTreeMap<String, Steps> {
    let history = frame::history(portfolio, as_of).unwrap();
    let text = |name: &str, row: usize| {
        history.column(name).unwrap().str().unwrap().get(row).map(str::to_owned)
    };
    let figure = |name: &str, row: usize| history.column(name).unwrap().f64().unwrap().get(row);
    let months = |edition: &str| {
        let (year, month) = edition.split_once('-').unwrap();
        year.parse::<i32>().unwrap() * 12 + month.parse::<i32>().unwrap()
    };
    let mut found: BTreeMap<String, Steps> = BTreeMap::new();
    for row in 0..history.height() {
        let (edition, before) = (text("edition", row).unwrap(), text("previous_edition", row));
        let is_step =
            before.is_some_and(|before| months(&edition) - months(&before) <= MOST_MONTHS);
        if !is_step {
            continue;
        }
        let cost = figure("cost_change", row);
        let longer = figure("duration_change_months", row);
        for key in ["all".to_owned(), edition] {
            let steps = found.entry(key).or_default();
            steps.all += 1;
            steps.known[0] += u32::from(cost.is_some());
            steps.known[1] += u32::from(longer.is_some());
            steps.above[0] += u32::from(cost.is_some_and(|rise| rise > 0.05));
            steps.above[1] += u32::from(cost.is_some_and(|rise| rise > 0.10));
            steps.above[2] += u32::from(longer.is_some_and(|rise| rise > 3.0));
        }
    }
    found
}

/// Rises of the duration are as frequent as in the study. Those of the cost are not: 34 steps of 328
/// rise by more than 5 %, for about 58 of 386. Three editions of the study are not at hand (September
/// 2016, a draft that it counts as a step; November 2018; June 2019): were the other steps the same, 24
/// of those 58 would have risen, as between a draft and what was published. The study matched labels,
/// and says that some of its jumps are corrections of the perimeter; here a renamed project is one
/// project, and a figure is compared with the last that was published.
#[tokio::test(flavor = "multi_thread")]
async fn steps_beyond_the_thresholds_are_compared_with_the_study_edition_by_edition() {
    let Some(app) = editions() else { return };
    let services = services(&app).await;
    let upto = services.store.latest_known().await.unwrap();
    let as_of = day("2021-07-31");
    let portfolio = services.store.portfolio(&upto, as_of).await.unwrap();
    services.store.close().await;
    let found = tokio::task::spawn_blocking(move || steps(&portfolio, as_of)).await.unwrap();
    let percent = |count: u32, all: u32| 100.0 * f64::from(count) / f64::from(all);
    let lines = found.iter().map(|(edition, steps)| {
        let shares = STUDY.iter().zip(steps.above).map(|((name, study), count)| {
            let known = if name.starts_with("cost") { steps.known[0] } else { steps.known[1] };
            let of_study =
                if edition == "all" { format!(", study {study:.1} %") } else { String::new() };
            format!(
                "{name}: {count}, {:.1} % of all, {:.1} % of those known{of_study}",
                percent(count, steps.all),
                percent(count, known)
            )
        });
        let shares: Vec<String> = shares.collect();
        format!("{edition}: {} steps\n  {}", steps.all, shares.join("\n  "))
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}
