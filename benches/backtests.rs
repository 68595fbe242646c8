//! Benchmark of the backtest: all rules at all past editions of synthetic projects.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};

use crate::cycles::{Shape, edition_file, milliseconds, ministries, peak_memory};
use vigie::application;
use vigie::application::{BacktestTerms, DocumentSettings, Services};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::portfolio::import::Import;
use vigie::frame::dictionary::built_in;
use vigie::intake::{Aliases, Profiles, ReadRequest, Reader};
use vigie::notify::NotifySettings;
use vigie::rules::ScriptLimits;
use vigie::store::Store;
use vigie::support::clock::FixedClock;

const MEANING: &str = "The shipped catalogue judged as of the end of each of twelve years' two editions, scorecards with a thousand draws \
    each, SQLite on disk, the database just opened; one run. \"Again\" is the next reader of the same data and rules. Peak memory \
    is the process's, sizes growing.\n\n";

const SHAPES: [Shape; 2] =
    [Shape { ministries: 4, projects: 43 }, Shape { ministries: 100, projects: 10_000 }];

pub(crate) fn measure() -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut table = format!(
        "{MEANING}| projects | editions | rules judged | steps | backtest | again | peak memory |\n|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    for shape in SHAPES {
        writeln!(table, "{}", runtime.block_on(one(shape))).unwrap();
    }
    table
}

async fn one(shape: Shape) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let now: DateTime<Utc> = "2020-12-01T12:00:00Z".parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("bench.db").display());
    let store = Store::open(&url).await.unwrap();
    let aliases = Aliases::parse(&ministries(shape), "aliases.toml").unwrap();
    let reader = Reader::new(Profiles::shipped(built_in()).unwrap(), aliases);
    let editions =
        (2009..=2020).flat_map(|year| ["06", "11"].map(|month| format!("{year}-{month}")));
    for (step, edition) in (0_u32..).zip(editions) {
        let (file, text) = (format!("{edition}.panorama.csv"), edition_file(shape, step));
        let request = ReadRequest {
            file: &file,
            bytes: text.as_bytes(),
            profile: None,
            sheet: None,
            edition: None,
        };
        let imports: Vec<Import> = reader.read(&request, &[]).unwrap();
        store.record_imports(&imports, &Actor::vigie(), now).await.unwrap();
    }
    let services = Services {
        store,
        rules: root.join("rules"),
        limits: ScriptLimits::default(),
        clock: Arc::new(FixedClock(now)),
        notify: Arc::new(NotifySettings::default()),
        cache: Arc::default(),
        documents: DocumentSettings::default(),
    };
    let since = Instant::now();
    let found = application::backtest(&services, BacktestTerms::default()).await.unwrap();
    let first = since.elapsed();
    let afterwards = Instant::now();
    application::backtest(&services, BacktestTerms::default()).await.unwrap();
    let again = afterwards.elapsed();
    services.store.close().await;
    assert!(found.drifts > 0);
    format!(
        "| {} | {} | {} | {} | {} | {} | {} |",
        shape.projects,
        found.editions.len(),
        found.rules.len(),
        found.steps,
        milliseconds(first),
        milliseconds(again),
        peak_memory()
    )
}
