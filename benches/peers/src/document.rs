//! The table, and its place at the end of a page.

use std::fmt::Write as _;
use std::path::Path;

use crate::exchange::Exchange;

const TITLE: &str = "## Beside other engines";

pub struct Line {
    name: &'static str,
    how: &'static str,
    nanoseconds: f64,
}

impl Line {
    pub fn new(name: &'static str, how: &'static str, nanoseconds: f64) -> Self {
        Self { name, how, nanoseconds }
    }
}

pub fn section(exchange: &Exchange, peers: &[Line]) -> String {
    let ours = [
        Line::new("Polars", "expressions written by hand", exchange.by_hand_ns),
        Line::new("Vigie", "rules translated", exchange.translated_ns),
        Line::new(
            "Vigie",
            "rules interpreted, `assess` alone, on one thread",
            exchange.interpreted_ns,
        ),
    ];
    let rows = exchange.rows.len() * exchange.passes;
    let mut text = format!(
        "{TITLE}\n\nWritten by `make bench-peers`, in one run: {} rules on {rows} rows ({} different ones, \
         {} times over; once for the interpreter), on every core, the best of three, or one run where it takes long.\n\
         Every verdict is the same, the field that is missing included, or no time is given.\n\
         Rules are compiled and rows laid out as each engine likes them best before it is timed.\n\
         zen-expression is what zen-engine evaluates its tables and graphs with, which cost more.\n\n\
         | engine | how | ns per row and rule | times translated |\n|---|---|---:|---:|\n",
        exchange.rules.len(),
        exchange.rows.len(),
        exchange.passes,
    );
    for Line { name, how, nanoseconds } in ours.iter().chain(peers) {
        let times = nanoseconds / exchange.translated_ns;
        writeln!(text, "| {name} | {how} | {nanoseconds:.2} | {times:.1} |")
            .expect("a text can be written to");
    }
    let best = peers.iter().min_by(|one, other| one.nanoseconds.total_cmp(&other.nanoseconds));
    if let Some(Line { name, nanoseconds, .. }) = best {
        let times = nanoseconds / exchange.translated_ns;
        writeln!(text, "\nThe fastest of those that go row by row, {name}, takes {times:.0} times as long as the rules translated.")
            .expect("a text can be written to");
    }
    text
}

/// In place of the section of this title, or at the end of the page; other sections stay as they are.
pub fn write(page: &Path, section: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", page.display());
    let text = std::fs::read_to_string(page).map_err(failed)?;
    let start = text.find(TITLE).unwrap_or(text.len());
    let (before, rest) = text.split_at(start);
    let after =
        rest.get(1..).and_then(|rest| Some(&rest[rest.find("\n## ")?..])).unwrap_or_default();
    std::fs::write(page, format!("{}\n\n{section}{after}", before.trim_end())).map_err(failed)
}
