//! Import, frame, judge and cycle on 43, 10 000 and 100 000 projects, then rules by hand, translated
//! and interpreted; prints tables, and writes them to `docs/BENCHMARKS.md` when asked with `-- --write`.
//! One of the two alone: `-- --only pipeline`, `-- --only rules`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench stops at the first thing that is not as it should be, and prints"
)]

mod cycles;
mod three_ways;

use std::path::Path;

const THREE_WAYS: &str = "The same rules on the same rows, as hand-written Polars expressions and translated from \
    their scripts, answers compared before any time is given; the best of three, and the \
    interpreter beside them.\n\n";

fn main() {
    let only = argument("--only");
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let mut document = String::new();
    if wanted("pipeline") {
        document.push_str("## Pipeline\n\n");
        document.push_str(&cycles::measure());
    }
    if wanted("rules") {
        document.push_str("\n## Rules, three ways\n\n");
        document.push_str(THREE_WAYS);
        document.push_str(&three_ways::measure());
    }
    println!("{document}");
    if std::env::args().any(|argument| argument == "--write") {
        write_document(&document);
    }
}

/// The word after an option.
fn argument(option: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != option).nth(1)
}

fn write_document(tables: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/BENCHMARKS.md");
    let text = format!(
        "# Benchmarks\n\n\
         Written by `make bench`, in one run on one machine: compare columns and rows, not runs.\n\n\
         {tables}"
    );
    std::fs::write(path, text).unwrap();
}
