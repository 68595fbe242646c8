//! Import, frame, judge and cycle on 43, 10 000 and 100 000 projects, then rules by hand, translated
//! and interpreted; prints tables, and writes them to `docs/BENCHMARKS.md` when asked with `-- --write`.
//! With `-- --peers FILE`, only writes what `benches/peers` is to run.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench stops at the first thing that is not as it should be, and prints"
)]

mod exchange;
mod three_ways;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use chrono::NaiveDate;
use vigie::clock::FixedClock;
use vigie::cycle;
use vigie::cycle::Parts;
use vigie::domain::audit::Actor;
use vigie::domain::import::Import;
use vigie::frame;
use vigie::rules;
use vigie::rules::Limits;
use vigie::sources::Aliases;
use vigie::sources::Profiles;
use vigie::sources::Reader;
use vigie::sources::Request;
use vigie::store::Store;

const THREE_WAYS: &str = "The same rules on the same rows, as hand-written Polars expressions and translated from \
    their scripts, answers compared before any time is given; the best of three, and the \
    interpreter beside them.\n\n";

/// Where the part begins that `benches/peers` writes, to the end.
const PEERS: &str = "## Beside other engines";

const SIZES: [u32; 3] = [43, 10_000, 100_000];

/// Small sizes are timed several times, and the best is kept: noise only ever adds.
fn repeats(projects: u32) -> u32 {
    if projects < 1000 { 5 } else { 1 }
}

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--peers").skip(1);
    if let Some(file) = arguments.next() {
        exchange::write(Path::new(&file));
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut table = String::from(
        "| projects | read 2 editions | store them | load | frames | judge | whole cycle | peak memory |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for projects in SIZES {
        let times = runtime.block_on(measure(projects));
        let cells: Vec<String> = times.iter().map(|time| milliseconds(*time)).collect();
        writeln!(table, "| {projects} | {} | {} |", cells.join(" | "), peak_memory()).unwrap();
    }
    table.push_str("\n## Rules, three ways\n\n");
    table.push_str(THREE_WAYS);
    table.push_str(&three_ways::measure());
    println!("{table}");
    if std::env::args().any(|argument| argument == "--write") {
        write_document(&table);
    }
}

/// Read, store, load, frames, judge, cycle.
async fn measure(projects: u32) -> [Duration; 6] {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let editions = ["2020-06", "2020-11"];
    let files: Vec<(String, String)> = editions
        .iter()
        .zip([0_u32, 1])
        .map(|(edition, step)| (format!("{edition}.panorama.csv"), edition_file(projects, step)))
        .collect();
    let aliases = Aliases::read(&root.join("aliases.toml")).unwrap();
    let reader = Reader::new(Profiles::shipped().unwrap(), aliases);
    let texts = rules::read_folder(&root.join("rules")).unwrap();
    let limits = Limits::default();
    let as_of = NaiveDate::from_ymd_opt(2020, 11, 30).unwrap();
    let now = as_of.and_hms_opt(12, 0, 0).unwrap().and_utc();

    let mut best = [Duration::MAX; 6];
    for _ in 0..repeats(projects) {
        let mut watch = Stopwatch::new(&mut best);
        let imports: Vec<Import> = files
            .iter()
            .map(|(file, text)| {
                let request =
                    Request { file, bytes: text.as_bytes(), profile: None, edition: None };
                reader.read(&request, &[]).unwrap()
            })
            .collect();
        watch.lap();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("bench.db").display());
        let store = Store::open(&url).await.unwrap();
        store.record_imports(&imports, &Actor::vigie(), now).await.unwrap();
        watch.lap();
        let upto = store.latest_known().await.unwrap();
        let portfolio = store.portfolio(&upto, as_of).await.unwrap();
        watch.lap();
        let frames = frame::build(&portfolio, as_of, Some(0.25)).unwrap();
        watch.lap();
        let (catalogue, faults) = rules::compile(&texts, &limits);
        assert!(faults.is_empty());
        let judgements = catalogue.judge(&frames, as_of);
        assert!(judgements.len() >= usize::try_from(projects).unwrap());
        watch.lap();
        drop((portfolio, frames, judgements));
        let clock = Arc::new(FixedClock(now));
        let parts =
            Parts { store, rules: root.join("rules"), limits, clock, notify: Arc::default() };
        watch.restart();
        let report = cycle::run(&parts, Some(as_of), false).await.unwrap();
        watch.lap();
        assert_eq!(report.counts.failed, 0);
    }
    best
}

struct Stopwatch<'a> {
    best: std::slice::IterMut<'a, Duration>,
    since: Instant,
}

impl<'a> Stopwatch<'a> {
    fn new(best: &'a mut [Duration; 6]) -> Self {
        Self { best: best.iter_mut(), since: Instant::now() }
    }

    fn lap(&mut self) {
        let lap = self.since.elapsed();
        if let Some(best) = self.best.next() {
            *best = lap.min(*best);
        }
        self.since = Instant::now();
    }

    fn restart(&mut self) {
        self.since = Instant::now();
    }
}

/// A canonical file of invented projects; from the first edition to the second, one in seven drifts.
fn edition_file(projects: u32, step: u32) -> String {
    let mut text = String::from(
        "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason\n",
    );
    let ministries = ["MJ", "MI", "MEF", "SPM"];
    for (number, ministry) in (0..projects).zip(ministries.iter().cycle()) {
        let drift = if number % 7 == 0 { step } else { 0 };
        writeln!(
            text,
            "Projet {number},{ministry},build,2018-01,{},{},false,,P{},",
            36 + number % 60 + drift * 6,
            9 + number % 90 + drift * 4,
            number % 40
        )
        .unwrap();
    }
    text
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// Of the whole process so far, sizes growing.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: Option<f64> =
        peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kilobytes| format!("{:.0} MiB", kilobytes / 1024.0))
}

fn write_document(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/BENCHMARKS.md");
    // What other engines were measured at stands until `make bench-peers` is run again.
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let peers = before.find(PEERS).map_or("", |at| before.get(at..).unwrap_or_default());
    let text = format!(
        "# Benchmarks\n\n\
         Written by `make bench`, in one run on one machine: compare columns and rows, not runs.\n\
         Two editions of invented projects, the shipped catalogue, SQLite on disk; the best of five \
         for 43 projects, one run for the others.\n\
         \"Whole cycle\" is load, frames, judgement, decisions and the commit of every verdict.\n\
         \"Judge\" is the shipped catalogue, evidence and explanation of what fires included.\n\
         Peak memory is the process's, sizes growing.\n\n{table}\n{peers}"
    );
    std::fs::write(path, text).unwrap();
}
