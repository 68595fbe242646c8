//! Benchmarks: import, frame, evaluation and cycle on 43, 10 000 and 100 000 projects; rules written by hand, compiled and
//! interpreted; the API under load. Prints tables, and with `-- --write` writes them to `docs/BENCHMARKS.md`. One part only:
//! `-- --only pipeline`, `-- --only backtest`, `-- --only rules`, `-- --only load`, `-- --only pages`. `-- --peers FILE` only writes the input of `benches/peers`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark stops at the first unexpected result, and prints"
)]

mod backtests;
mod by_hand;
mod cycles;
mod document;
mod exchange;
mod invented;
mod load;
mod memory;
mod three_ways;

use std::path::Path;

fn main() {
    if let Some(cell) = argument("--cell") {
        print!("{}", three_ways::one(&cell));
        return;
    }
    if let Some(file) = argument("--peers") {
        exchange::write(Path::new(&file));
        return;
    }
    if let Some(file) = argument("--bare") {
        load::bare(&file);
        return;
    }
    let only = argument("--only");
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let mut sections = Vec::new();
    if wanted("pipeline") {
        sections.push(("Pipeline", cycles::measure()));
    }
    if wanted("backtest") {
        sections.push(("Backtest", backtests::measure()));
    }
    if wanted("rules") {
        sections.push(("Rules, three ways", three_ways::measure()));
    }
    // Runs only if named, because it needs `wrk`.
    if only.as_deref() == Some("load") {
        sections.push(("Under load", load::measure()));
    }
    if only.as_deref() == Some("pages") {
        sections.push(("Pages", load::pages::measure()));
    }
    for (heading, body) in sections {
        println!("## {heading}\n\n{body}");
        if std::env::args().any(|argument| argument == "--write") {
            document::write(heading, &body);
        }
    }
}

/// The argument after an option.
fn argument(option: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != option).nth(1)
}
