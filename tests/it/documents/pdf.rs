//! Documents as PDF: pages, tags, text as it was written, and bounds.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::templates::with_template;
use super::{judged, pdf_text, plain};
use crate::support::{TestApp, has_tool, in_ci, root};

/// Where `make test` installs the checkers of PDF, at the versions of `tests/pdf/requirements.txt`.
const INSTALLED: &str = "target/pdf";

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let faults = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{printed}{faults}");
    printed
}

/// The folder of the checkers; where they are not installed, that is said.
fn checkers() -> Option<PathBuf> {
    let installed = root().join(INSTALLED);
    if installed.join("installed").exists() {
        return Some(installed);
    }
    let is_unreachable = installed.join("unreachable").exists();
    assert!(is_unreachable || !in_ci(), "the checkers of PDF are not installed: run `make pdf`");
    println!("NOT RUN: the checkers of PDF are not installed; `make test` installs them");
    None
}

fn info(options: &[&str], file: &Path) -> String {
    run(Command::new("pdfinfo").args(options).arg(file))
}

/// The documents of the fixtures, written by an application.
fn written(app: &TestApp) -> [(&'static str, PathBuf); 3] {
    let write = |name: &'static str, arguments: &[&str]| {
        let file = format!("{name}.pdf");
        app.ok(&[&["document"], arguments, &["--out", file.as_str()]].concat());
        (name, app.path(&file))
    };
    [
        write("note", &["cosinum", "--edition", "2020-11"]),
        write("ministry", &["ministry", "MJ"]),
        write("project", &["project", "SI SAMU"]),
    ]
}

fn of<'text>(printed: &'text str, name: &str) -> &'text str {
    let line = printed.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    assert!(line.is_some(), "no {name} in\n{printed}");
    line.unwrap_or_default().trim()
}

#[test]
fn documents_are_on_a4_with_a_title_a_date_and_few_pages() {
    if !has_tool("pdfinfo", "poppler-utils") {
        return;
    }
    let app = judged();
    for (name, file) in written(&app) {
        let printed = info(&["-rawdates"], &file);
        let pages: usize = of(&printed, "Pages").parse().unwrap();
        let most = if name == "note" { 4 } else { 1 };
        assert!((1..=most).contains(&pages), "{name}: {pages} pages");
        assert_eq!(of(&printed, "Tagged"), "yes");
        assert!(of(&printed, "Page size").ends_with("(A4)"), "{printed}");
        assert!(of(&printed, "CreationDate").starts_with("D:20201130"), "{printed}");
        assert!(!of(&printed, "Title").is_empty());
        let text = plain(&pdf_text(&file));
        assert!(text.contains(&format!("{pages} / {pages}")), "{text}");
    }
    let projects = app.json(&["projects"]);
    let projects = projects.as_array().unwrap();
    let costly = projects.iter().filter(|one| one["ministry"] == "MI").take(3);
    for project in costly {
        let id = project["project_id"].as_str().unwrap();
        app.ok(&["document", "project", id, "--out", "one.pdf"]);
        assert_eq!(of(&info(&[], &app.path("one.pdf")), "Pages"), "1", "{id}");
    }
}

#[test]
fn tags_are_those_that_screen_readers_want() {
    let Some(installed) = checkers() else { return };
    let app = judged();
    for (name, file) in written(&app) {
        let bin = |tool: &str| Command::new(installed.join("bin").join(tool));
        let read = run(bin("pdfua").args(["check", "--format", "json"]).arg(&file));
        let read: Value = serde_json::from_str(&read).unwrap();
        let report = format!("{name}: {read:#}");
        let result = if read.is_array() { &read[0] } else { &read };
        assert_eq!(result["findings"].as_array().map(Vec::len), Some(0), "{report}");
        // It takes the words of a paragraph before its links, and so finds another order where links stand between words.
        run(bin("outloud").args(["--fail-on", "warning", "--skip", "ORD-001"]).arg(&file));
        if has_tool("pdfinfo", "poppler-utils") {
            let tags = info(&["-struct"], &file);
            for tag in
                ["H1", "L (block)", "Table", "Caption", "TH", "/Scope /Row", "/Scope /Column"]
            {
                assert!(tags.contains(tag), "{name}: no {tag} in\n{tags}");
            }
            assert_eq!(tags.contains("Figure"), name == "note", "{name}: {tags}");
        }
    }
}

#[test]
fn what_people_write_is_printed_letter_by_letter() {
    let Some(installed) = checkers() else { return };
    let app = judged();
    let text = "- #import \"a\" * $x^2$ \\ [b] @c // <d> _e_ `f` ~ -- \"h\" ${i} #panic() /* j */\n\
                - Œuvre, n° 1 → 2, un signe inconnu 🦉, un trait invisible\u{200b} ici.";
    app.ok(&["document", "text", "write", "2020-11", "decisions", "--text", text]);
    app.ok(&["document", "cosinum", "--edition", "2020-11", "--out", "note.pdf"]);
    let print = "import pymupdf, sys; print(''.join(page.get_text() for page in pymupdf.open(sys.argv[1])))";
    let mut python = Command::new(installed.join("bin/python"));
    let printed = run(python.args(["-c", print]).arg(app.path("note.pdf")));
    assert!(printed.contains("28,4\u{202f}%"), "{printed}");
    let printed = plain(&printed);
    for wanted in [
        "#import \"a\" * $x^2$ \\ [b] @c // <d> _e_ `f` ~ -- \"h\" ${i} #panic() /* j */",
        "Œuvre, n° 1 → 2, un signe inconnu □, un trait invisible ici.",
    ] {
        assert!(printed.contains(wanted), "no « {wanted} » in\n{printed}");
    }
}

#[test]
fn figures_lead_to_the_public_address_where_there_is_one() {
    if !has_tool("pdfinfo", "poppler-utils") {
        return;
    }
    let app = judged();
    let links = |address: &str| {
        let mut command = app.command(&["document", "project", "SI SAMU", "--out", "one.pdf"]);
        assert!(command.env("VIGIE_PUBLIC_URL", address).output().unwrap().status.success());
        info(&["-url"], &app.path("one.pdf"))
    };
    let found = links("https://vigie.example.gouv.fr");
    assert!(found.contains("https://vigie.example.gouv.fr/alertes/"), "{found}");
    let without = links("");
    assert!(!without.contains("/alertes/"), "{without}");
}

#[test]
fn a_long_table_has_its_header_on_each_page_and_a_document_has_bounds() {
    if !has_tool("pdftotext", "poppler-utils") {
        return;
    }
    let table = |rows: usize| {
        let rows = "| x | 1 |\n".repeat(rows);
        format!("# Fiche\n\n: Un long tableau\n| Colonne | Chiffre |\n| --- | ---: |\n{rows}")
    };
    let app = with_template("project.md", |_| table(150));
    app.ok(&["document", "project", "si-samu", "--out", "long.pdf"]);
    let printed = pdf_text(&app.path("long.pdf"));
    let pages: Vec<&str> = printed.trim_end_matches('\u{c}').split('\u{c}').collect();
    assert!(pages.len() > 2, "{} pages", pages.len());
    for page in &pages {
        assert!(page.contains("Colonne Chiffre"), "{page}");
    }
    assert_eq!(printed.matches("Un long tableau").count(), 1);

    let endless = with_template("project.md", |_| {
        "# A\n\n{% for a in [1,2,3,4,5,6,7,8,9,10,11] %}{% for b in [1,2,3,4,5,6,7,8,9,10] %}{% for c in [1,2,3,4,5,6,7,8,9,10] %}\
         {% for d in [1,2,3,4,5,6,7,8,9,10] %}\n- a\n- b\n{% endfor %}{% endfor %}{% endfor %}{% endfor %}"
            .to_owned()
    });
    let refused = endless.run(&["document", "project", "si-samu", "--out", "long.pdf"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stderr.contains("attendu 20000 au plus dans un PDF"), "{}", refused.stderr);
    assert!(!endless.path("long.pdf").exists());
}
