//! Updates `docs/BENCHMARKS.md` one section at a time. Other sections stay as they are.

use std::path::Path;

const OPENING: &str = "# Benchmarks\n\n\
    Written by `make bench`, each section in one run on one machine: compare columns and rows, not \
    runs.\n";

pub(crate) fn write(heading: &str, body: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/BENCHMARKS.md");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let mut sections: Vec<(String, String)> = text
        .split("\n## ")
        .skip(1)
        .map(|section| section.split_once('\n').unwrap_or((section, "")))
        .map(|(title, rest)| (title.to_owned(), rest.trim().to_owned()))
        .collect();
    let measured = body.trim().to_owned();
    match sections.iter_mut().find(|(known, _)| known == heading) {
        Some((_, known)) => *known = measured,
        None => sections.push((heading.to_owned(), measured)),
    }
    let sections = sections.iter().map(|(title, rest)| format!("\n## {title}\n\n{rest}\n"));
    std::fs::write(path, OPENING.to_owned() + sections.collect::<String>().as_str()).unwrap();
}
