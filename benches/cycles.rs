//! Benchmarks of a whole cycle, from the files to the commit, on synthetic projects.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{NaiveDate, TimeDelta};

use vigie::application::{DocumentSettings, Services};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::portfolio::import::Import;
use vigie::frame::dictionary::built_in;
use vigie::intake::{Aliases, Profiles, ReadRequest, Reader};
use vigie::notify::{MailSettings, NotifySettings};
use vigie::rules::ScriptLimits;
use vigie::store::Store;
use vigie::support::clock::FixedClock;
use vigie::{application, frame, rules};

const MEANING: &str = "Two editions of synthetic projects, the shipped catalogue, SQLite on disk; the \
    best of twenty for 43 projects, one run for the others.\n\
    \"Judge\" is the shipped catalogue once compiled, evidence and explanation of what fires included.\n\
    \"First cycle\" is load, frames, compilation, judgement, decisions, notices to the \
    secretaries-general and the commit: every alert is raised and notified. \"Next cycle\" is the same a day later: every alert persists.\n\
    CPU is what the first cycle took of the processors, user and system, all threads together.\n\
    Peak memory is the process's, sizes growing; database is the file after both cycles.\n\n";

/// Size of an edition.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) ministries: u32,
    pub(crate) projects: u32,
}

const SHAPES: [Shape; 3] = [
    Shape { ministries: 4, projects: 43 },
    Shape { ministries: 100, projects: 10_000 },
    Shape { ministries: 1000, projects: 100_000 },
];

const LAPS: [&str; 8] = [
    "read 2 editions",
    "store them",
    "load",
    "frames",
    "compile",
    "judge",
    "first cycle",
    "next cycle",
];

impl Shape {
    /// Number of runs, of which the best counts, because noise only adds time.
    fn repeats(self) -> u32 {
        if self.projects < 1000 { 20 } else { 1 }
    }
}

pub(crate) fn measure() -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut table = format!(
        "{MEANING}| ministries | projects | {} | CPU | peak memory | database |\n|{}\n",
        LAPS.join(" | "),
        "---:|".repeat(LAPS.len() + 5)
    );
    for shape in SHAPES {
        let (times, cpu, bytes) = runtime.block_on(one(shape));
        let cells: Vec<String> = times.iter().map(|time| milliseconds(*time)).collect();
        writeln!(
            table,
            "| {} | {} | {} | {} | {} | {:.1} MiB |",
            shape.ministries,
            shape.projects,
            cells.join(" | "),
            milliseconds(cpu),
            peak_memory(),
            bytes / 1024.0 / 1024.0
        )
        .unwrap();
    }
    table
}

/// The times of the laps, the processor time of the first cycle, and the size of the database in bytes.
async fn one(shape: Shape) -> ([Duration; LAPS.len()], Duration, f64) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let editions = ["2020-06", "2020-11"];
    let files: Vec<(String, String)> = editions
        .iter()
        .zip([0_u32, 1])
        .map(|(edition, step)| (format!("{edition}.panorama.csv"), edition_file(shape, step)))
        .chain([("2020-11.contacts.csv".to_owned(), contacts_file(shape))])
        .collect();
    let aliases = Aliases::parse(&ministries(shape), "aliases.toml").unwrap();
    let reader = Reader::new(Profiles::shipped(built_in()).unwrap(), aliases);
    let texts = rules::read_folder(&root.join("rules")).unwrap();
    let limits = ScriptLimits::default();
    let as_of = NaiveDate::from_ymd_opt(2020, 11, 30).unwrap();
    let now = as_of.and_hms_opt(12, 0, 0).unwrap().and_utc();

    let mut best = [Duration::MAX; LAPS.len()];
    let mut least = Duration::MAX;
    let mut bytes = 0.0;
    for _ in 0..shape.repeats() {
        let mut watch = Stopwatch::new(&mut best);
        let imports: Vec<Import> = files
            .iter()
            .flat_map(|(file, text)| {
                let content = text.as_bytes();
                let (profile, sheet, edition) = (None, None, None);
                let request = ReadRequest { file, bytes: content, profile, sheet, edition };
                reader.read(&request, &[]).unwrap()
            })
            .collect();
        watch.lap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bench.db");
        let store = Store::open(&format!("sqlite://{}", path.display())).await.unwrap();
        store.record_imports(&imports, &Actor::vigie(), now).await.unwrap();
        drop(imports);
        watch.lap();
        let upto = store.latest_known().await.unwrap();
        let portfolio = store.portfolio(&upto, as_of).await.unwrap();
        watch.lap();
        let frames = frame::build(&portfolio, built_in(), as_of, Some(0.25)).unwrap();
        watch.lap();
        let (catalogue, faults) = rules::compile_catalogue(&texts, &limits);
        assert!(faults.is_empty());
        watch.lap();
        let verdicts = catalogue.verdicts(&frames, as_of);
        watch.lap();
        assert!(verdicts.len() >= usize::try_from(shape.projects).unwrap());
        drop((portfolio, frames, verdicts));
        // On the day of the second cycle: none is committed as of a day to come.
        let clock = Arc::new(FixedClock(now + TimeDelta::days(1)));
        let (rules, cache) = (root.join("rules"), Arc::default());
        let documents = DocumentSettings::default();
        let notify = mail();
        let services = Services { store, rules, documents, limits, clock, notify, cache };
        least = least.min(first_and_next(&services, &mut watch, as_of).await);
        services.store.close().await;
        bytes = f64::from(u32::try_from(std::fs::metadata(&path).unwrap().len() / 1024).unwrap())
            * 1024.0;
    }
    (best, least, bytes)
}

/// Runs a cycle, and another one a day later. Returns the processor time of the first.
async fn first_and_next(
    services: &Services,
    watch: &mut Stopwatch<'_>,
    as_of: NaiveDate,
) -> Duration {
    let before = processor_time();
    watch.restart();
    let report = application::announce(services, Some(as_of), false).await.unwrap();
    watch.lap();
    let taken = processor_time().saturating_sub(before);
    assert_eq!(report.counts.failed, 0);
    assert!(!report.outgoing.notices.is_empty());
    watch.restart();
    let next = application::run(services, as_of.succ_opt(), false).await.unwrap();
    watch.lap();
    assert_eq!(next.counts.failed, 0);
    taken
}

struct Stopwatch<'a> {
    best: std::slice::IterMut<'a, Duration>,
    since: Instant,
}

impl<'a> Stopwatch<'a> {
    fn new(best: &'a mut [Duration; LAPS.len()]) -> Self {
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

/// An import file of synthetic projects; one in seven drifts from the first edition to the second.
pub(crate) fn edition_file(shape: Shape, step: u32) -> String {
    let mut text = String::from(
        "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason\n",
    );
    for number in 0..shape.projects {
        let drift = if number % 7 == 0 { step } else { 0 };
        writeln!(
            text,
            "Projet {number},M{:04},build,2018-01,{},{},false,,P{},",
            number % shape.ministries,
            36 + number % 60 + drift * 6,
            9 + number % 90 + drift * 4,
            number % 40
        )
        .unwrap();
    }
    text
}

/// An import file with a secretary-general for each ministry.
fn contacts_file(shape: Shape) -> String {
    let mut text = String::from("ministry,role,name,email,since\n");
    for number in 0..shape.ministries {
        let address = format!("sg{number}@example.fr");
        writeln!(text, "M{number:04},secretary_general,Nom {number},{address},2020-01-01").unwrap();
    }
    text
}

/// Settings with mail, so that notifications are composed. Nothing sends them.
fn mail() -> Arc<NotifySettings> {
    let mail = MailSettings {
        host: "smtp.example.fr".to_owned(),
        from: "Vigie <vigie@example.fr>".to_owned(),
        ..MailSettings::default()
    };
    Arc::new(NotifySettings { mail, ..NotifySettings::default() })
}

/// An alias table with the ministries of the synthetic files.
pub(crate) fn ministries(shape: Shape) -> String {
    let mut text = String::new();
    for number in 0..shape.ministries {
        let entry = format!("[[ministry]]\ncode = \"M{number:04}\"\n");
        writeln!(text, "{entry}name = \"Ministère {number}\"\nalso = []").unwrap();
    }
    text
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// Processor time of all threads of the process so far, user and system.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold spaces: the 14th and 15th fields, in hundredths of a second.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    Duration::from_millis(ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// Peak memory of the process so far.
pub(crate) fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: Option<f64> =
        peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kilobytes| format!("{:.0} MiB", kilobytes / 1024.0))
}
