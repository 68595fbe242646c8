//! Answers of an earlier version held to those of today: what was said must still be, more may be.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

/// Shown of one answer; the others are counted.
const SHOWN: usize = 12;

/// Fields that commands, which have the clock of the machine, count from the moment at which they run.
const OF_THE_CLOCK: &[&str] = &["next_at"];

/// Whose value is that of the request that asks.
const OF_THE_REQUEST: &[&str] = &["last_used_at", "request_id", "trace_id"];

/// The version whose answers may differ as `REWORDED` and `ADDED` say; those of any other may not.
const OF_ENGINE_1: &str = "b34109c";

const COVERAGE: &[&str] = &["vigie coverage", "GET /api/v1/coverage"];
const DICTIONARY: &[&str] = &["vigie dictionary", "GET /api/v1/dictionary"];
const JOBS: &[&str] = &["vigie jobs list", "GET /api/v1/jobs"];
const PROJECTS: &[&str] = &["GET /api/v1/projects"];
const RANKING: &[&str] = &["vigie missions plan", "GET /api/v1/missions/ranking"];

const SPONSOR: (&str, &str) = ("\"Sponsor désigné\"", "\"Commanditaire désigné\"");
const SPONSOR_THERE: (&str, &str) = (
    "\"Dernier comité en présence du sponsor\"",
    "\"Dernier comité en présence du commanditaire\"",
);

/// A value that a release changed on purpose.
struct Reworded {
    /// How what was asked begins.
    asked: &'static [&'static str],
    /// Of the field without the numbers of entries; of a table, the column.
    at: &'static str,
    /// From what to what, as JSON (as text in a table); `None` is any text.
    texts: Option<(&'static str, &'static str)>,
}

/// What today's code says otherwise of a database of engine 1. Nothing here is stored.
const REWORDED: &[Reworded] = &[
    // A label says « commanditaire ».
    reworded(COVERAGE, "/[]/missing/[]/label", SPONSOR),
    reworded(DICTIONARY, "/[]/label", SPONSOR),
    reworded(COVERAGE, "/[]/missing/[]/label", SPONSOR_THERE),
    reworded(DICTIONARY, "/[]/label", SPONSOR_THERE),
    reworded(
        DICTIONARY,
        "/[]/label",
        ("\"Changements de sponsor\"", "\"Changements de commanditaire\""),
    ),
    reworded(
        DICTIONARY,
        "/[]/label",
        (
            "\"Cadreur également réalisateur\"",
            "\"Cadrage et réalisation confiés au même prestataire\"",
        ),
    ),
    // What a field means is explained in other words.
    Reworded { asked: DICTIONARY, at: "/[]/meaning", texts: None },
    // The playbook has a French name.
    reworded(
        RANKING,
        "/[]/reason",
        (
            "\"Le cahier de jeu n’y met pas de limite.\"",
            "\"Le référentiel des missions n’y met pas de limite.\"",
        ),
    ),
    // Where a register of causes is kept, a project that it does not name has none: it was unknown.
    reworded(PROJECTS, "/[]/causes_declared", ("null", "0")),
    reworded(PROJECTS, "/[]/causes_declared_list", ("null", "\"\"")),
    reworded(PROJECTS, "/[]/causes_declared_levels", ("null", "\"\"")),
    reworded(PROJECTS, "/project/causes_declared", ("null", "0")),
    reworded(PROJECTS, "/project/causes_declared_list", ("null", "\"\"")),
    reworded(PROJECTS, "/project/causes_declared_levels", ("null", "\"\"")),
    reworded(&["GET /api/v1/exports/projects?format=csv"], "causes_declared", ("", "0")),
];

/// Lists that have entries which they had not: what was asked, as above, and how their `name` or `job` begins.
const ADDED: &[(&[&str], &str)] = &[
    // The dictionary has more fields.
    (DICTIONARY, ""),
    // The timeline of a project tells when its reference was restated.
    (PROJECTS, "baseline/"),
    // Documents are written by a job.
    (JOBS, "documents"),
];

/// Lists that are in another order than they were: their entries are compared by id.
const REORDERED: &[&str] = &[
    // Alerts of the projects to look at first come first.
    "vigie alerts",
];

const fn reworded(
    asked: &'static [&'static str],
    at: &'static str,
    texts: (&'static str, &'static str),
) -> Reworded {
    Reworded { asked, at, texts: Some(texts) }
}

fn begins_as(asked: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| asked.starts_with(start))
}

/// What is no longer as it was, by what was asked.
pub(crate) struct Differences {
    version: String,
    found: BTreeMap<String, Vec<String>>,
    /// Fields that were not there, with what was asked first that has them.
    new: BTreeMap<String, String>,
    compared: usize,
}

impl Differences {
    pub(crate) fn since(version: &str) -> Self {
        let version = version.to_owned();
        Self { version, found: BTreeMap::new(), new: BTreeMap::new(), compared: 0 }
    }

    pub(crate) fn add(&mut self, asked: &str, what: String) {
        self.found.entry(asked.to_owned()).or_default().push(what);
    }

    /// Values are compared to the letter, lists entry by entry; a field may be new, and none may be gone.
    pub(crate) fn compare(&mut self, asked: &str, was: &Value, is: &Value) {
        self.compared += 1;
        self.values(asked, "", was, is);
    }

    /// Fails with everything that differs; tells what is new otherwise.
    #[track_caller]
    pub(crate) fn assert_none(&self) {
        let Self { version, compared, .. } = self;
        assert!(*compared > 0, "{version}: nothing was compared");
        for (field, asked) in &self.new {
            println!("new since {version}: {field} ({asked})");
        }
        let mut told = String::new();
        for (asked, found) in &self.found {
            writeln!(told, "{asked}").unwrap();
            for line in found.iter().take(SHOWN) {
                writeln!(told, "    {line}").unwrap();
            }
            if found.len() > SHOWN {
                writeln!(told, "    and {} more", found.len() - SHOWN).unwrap();
            }
        }
        let count = self.found.len();
        assert!(
            self.found.is_empty(),
            "of {compared} answers that version {version} gave about its database \
             (tests/earlier/{version}.tar.xz), today's code gives {count} otherwise:\n{told}"
        );
        println!("{compared} answers are those of {version}");
    }

    fn values(&mut self, asked: &str, at: &str, was: &Value, is: &Value) {
        match (was, is) {
            (Value::Object(fields), Value::Object(now)) => {
                for (name, old) in fields {
                    let at = format!("{at}/{name}");
                    match now.get(name) {
                        Some(_) if OF_THE_REQUEST.contains(&name.as_str()) => {}
                        Some(new)
                            if OF_THE_CLOCK.contains(&name.as_str())
                                && asked.starts_with("vigie ")
                                && old.is_string() == new.is_string() => {}
                        Some(new) => self.values(asked, &at, old, new),
                        None => self.add(asked, format!("{at}: was {}, is gone", short(old))),
                    }
                }
                for name in now.keys().filter(|name| !fields.contains_key(*name)) {
                    let field = format!("{}/{name}", without_numbers(at));
                    self.new.entry(field).or_insert_with(|| asked.to_owned());
                }
            }
            (Value::Array(entries), Value::Array(now)) => self.lists(asked, at, entries, now),
            // A table without rows is one line: its columns are compared nonetheless.
            (Value::String(text), Value::String(now))
                if text.lines().count() > 1 || asked.contains("format=csv") =>
            {
                self.texts(asked, at, text, now);
            }
            _ if was == is => {}
            _ if self.is_reworded(asked, at, &was.to_string(), &is.to_string()) => {}
            _ => self.add(asked, format!("{at}: was {}, is {}", short(was), short(is))),
        }
    }

    fn lists(&mut self, asked: &str, at: &str, entries: &[Value], now: &[Value]) {
        let mut now = self.without_added(asked, at, entries, now);
        let mut entries: Vec<&Value> = entries.iter().collect();
        if self.version == OF_ENGINE_1 && at.is_empty() && begins_as(asked, REORDERED) {
            entries.sort_by_key(|entry| entry["id"].as_str());
            now.sort_by_key(|entry| entry["id"].as_str());
        }
        if entries.len() == now.len() {
            for (index, (old, new)) in entries.iter().zip(now).enumerate() {
                self.values(asked, &format!("{at}/{index}"), old, new);
            }
            return;
        }
        self.add(asked, format!("{at}: were {} entries, are {}", entries.len(), now.len()));
        for gone in entries.iter().filter(|entry| !now.contains(entry)).take(3) {
            self.add(asked, format!("{at}: gone or changed: {}", short(gone)));
        }
        for new in now.into_iter().filter(|entry| !entries.contains(entry)).take(3) {
            self.add(asked, format!("{at}: new or changed: {}", short(new)));
        }
    }

    /// The entries of now but those that `ADDED` tells of, which are noted as new.
    fn without_added<'a>(
        &mut self,
        asked: &str,
        at: &str,
        entries: &[Value],
        now: &'a [Value],
    ) -> Vec<&'a Value> {
        let starts: Vec<&str> = ADDED
            .iter()
            .filter(|(of, _)| self.version == OF_ENGINE_1 && at.is_empty() && begins_as(asked, of))
            .map(|(_, start)| *start)
            .collect();
        let mut kept = Vec::new();
        for entry in now {
            if self.version == OF_ENGINE_1 && left_before(entry, entries) {
                let told = "a project that left before the previous edition".to_owned();
                self.new.entry(told).or_insert_with(|| asked.to_owned());
                continue;
            }
            let named = entry["name"].as_str().or_else(|| entry["job"].as_str());
            let added = named.filter(|name| {
                starts.iter().any(|start| name.starts_with(start))
                    && !entries.iter().any(|old| old["name"] == *name || old["job"] == *name)
            });
            match added {
                Some(name) => {
                    self.new.entry(format!("entry `{name}`")).or_insert_with(|| asked.to_owned());
                }
                None => kept.push(entry),
            }
        }
        kept
    }

    /// Whether `REWORDED` has it.
    fn is_reworded(&self, asked: &str, at: &str, was: &str, is: &str) -> bool {
        let at = without_numbers(at);
        self.version == OF_ENGINE_1
            && REWORDED.iter().any(|one| {
                one.at == at
                    && begins_as(asked, one.asked)
                    && one.texts.map_or_else(
                        || was.starts_with('"') && is.starts_with('"'),
                        |texts| texts == (was, is),
                    )
            })
    }

    fn texts(&mut self, asked: &str, at: &str, was: &str, is: &str) {
        if was == is {
            return;
        }
        if asked.contains("format=csv") {
            return self.tables(asked, was, is);
        }
        let lines = was.lines().zip(is.lines()).zip(1..);
        let differ = lines.filter(|((old, new), _)| old != new).take(SHOWN);
        let differ: Vec<String> = differ
            .map(|((old, new), line)| format!("{at}: line {line}: was `{old}`, is `{new}`"))
            .collect();
        if differ.is_empty() {
            let count = |text: &str| text.lines().count();
            self.add(asked, format!("{at}: were {} lines, are {}", count(was), count(is)));
        }
        for line in differ {
            self.add(asked, line);
        }
    }

    /// Column by column, by their names.
    fn tables(&mut self, asked: &str, was: &str, is: &str) {
        let (was, mut is) = (columns(was), columns(is));
        if self.version == OF_ENGINE_1 {
            leave_out_departed(&was, &mut is);
        }
        for (name, cells) in &was {
            let Some(now) = is.get(name) else {
                self.add(asked, format!("column `{name}` is gone"));
                continue;
            };
            if cells.len() != now.len() {
                let (were, are) = (cells.len(), now.len());
                self.add(asked, format!("column `{name}`: were {were} rows, are {are}"));
            }
            let rows = cells.iter().zip(now).zip(1..).filter(|((old, new), _)| old != new);
            for ((old, new), row) in rows {
                if self.is_reworded(asked, name, old, new) {
                    continue;
                }
                self.add(asked, format!("column `{name}`, row {row}: was `{old}`, is `{new}`"));
            }
        }
        let known: BTreeSet<&String> = was.keys().collect();
        for name in is.keys().filter(|name| !known.contains(name)) {
            self.new.entry(format!("column `{name}`")).or_insert_with(|| asked.to_owned());
        }
    }
}

fn columns(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let mut columns: BTreeMap<String, Vec<String>> =
        names.iter().map(|name| (name.clone(), Vec::new())).collect();
    for record in reader.records() {
        for (name, cell) in names.iter().zip(record.unwrap().iter()) {
            columns.entry(name.clone()).or_default().push(cell.to_owned());
        }
    }
    columns
}

/// Lists of projects have those that left before the previous edition as well: engine 1 had only those that had just
/// left.
fn left_before(entry: &Value, entries: &[Value]) -> bool {
    entry["has_left"] == true && !entries.iter().any(|old| old["project_id"] == entry["project_id"])
}

/// The same for tables.
fn leave_out_departed(was: &BTreeMap<String, Vec<String>>, is: &mut BTreeMap<String, Vec<String>>) {
    let (Some(former), Some(projects), Some(left)) =
        (was.get("project_id"), is.get("project_id"), is.get("has_left"))
    else {
        return;
    };
    let stays: Vec<bool> = projects
        .iter()
        .zip(left)
        .map(|(project, left)| left != "true" || former.contains(project))
        .collect();
    for cells in is.values_mut() {
        let mut stays = stays.iter();
        cells.retain(|_| *stays.next().unwrap());
    }
}

/// `/3/level` is `/[]/level`, of whichever entry.
fn without_numbers(at: &str) -> String {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = at.split('/').map(|part| if is_number(part) { "[]" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    let shown: String = text.chars().take(300).collect();
    if shown.len() == text.len() { shown } else { format!("{shown}…") }
}
