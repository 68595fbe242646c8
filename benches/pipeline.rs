//! Import, frame, judge and cycle on 43, 10 000 and 100 000 projects, then rules by hand, translated
//! and interpreted; prints tables, and writes them to `docs/BENCHMARKS.md` when asked with `-- --write`.
//! One of the two alone: `-- --only pipeline`, `-- --only rules`. With `-- --peers FILE`, only writes
//! what `benches/peers` is to run.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench stops at the first thing that is not as it should be, and prints"
)]

mod cycles;
mod exchange;
mod three_ways;

use std::path::Path;

const THREE_WAYS: &str = "The same rules on the same rows, as hand-written Polars expressions and translated from \
    their scripts, answers compared before any time is given; the best of three, and the \
    interpreter beside them.\n\n";

/// Where the part begins that `benches/peers` writes, to the end.
const PEERS: &str = "## Beside other engines";

fn main() {
    if let Some(file) = argument("--peers") {
        exchange::write(Path::new(&file));
        return;
    }
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

fn write_document(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/BENCHMARKS.md");
    // What other engines were measured at stands until `make bench-peers` is run again.
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let peers = before.find(PEERS).map_or("", |at| before.get(at..).unwrap_or_default());
    let text = format!(
        "# Benchmarks\n\n\
         Written by `make bench`, in one run on one machine: compare columns and rows, not runs.\n\n\
         {table}\n{peers}"
    );
    std::fs::write(path, text).unwrap();
}
