//! Templates of documents, of the catalogue and of a word processor.

use std::collections::BTreeSet;
use std::io::Write as _;

use super::{judged, odt_text, plain, unpacked};
use crate::support::{TestApp, root};

/// The catalogue of an application with one template changed.
pub(super) fn with_template(name: &str, change: impl FnOnce(String) -> String) -> TestApp {
    let mut app = judged();
    let path = app.own_rules().join("documents").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let changed = change(text.clone());
    assert_ne!(changed, text);
    std::fs::write(&path, changed).unwrap();
    app
}

#[test]
fn a_template_that_names_what_there_is_not_is_refused_with_its_line() {
    let text = std::fs::read_to_string(root().join("rules/documents/cosinum.md")).unwrap();
    let line_of = |words: &str| 1 + text.lines().position(|line| line.contains(words)).unwrap();
    for (found, instead) in [
        ("{{ projects | counted(\"projet\", \"projets\") }}, pour", "{{ prodjects }}, pour"),
        ("{{ one.exit_on }}", "{{ one.colour }}"),
        ("{% if reframing %}", "{% if reframing ^ %}"),
        ("{{ global_drift }}, soit", "{{ global_drift | shouted }}, soit"),
    ] {
        let Some(line) = text.contains(found).then(|| line_of(found)) else { continue };
        let app = with_template("cosinum.md", |shipped| shipped.replacen(found, instead, 1));
        let check = app.run(&["rules", "check", "--format", "json"]);
        assert_eq!(check.code, Some(1), "{instead}");
        let place = format!("documents/cosinum.md:{line}");
        assert!(check.stderr.contains(&place), "{instead}: no {place} in\n{}", check.stderr);
        let note = app.run(&["document", "cosinum"]);
        assert_eq!((note.code, note.stdout.as_str()), (Some(1), ""), "{instead}");
        assert!(note.stderr.contains("documents/cosinum.md"), "{}", note.stderr);
    }
}

#[test]
fn a_template_is_bounded_and_its_words_are_those_of_the_document() {
    let app =
        with_template("project.md", |_| "# Fiche : {{ name }}\n\n> 100 % « sûr »\n".to_owned());
    let page = app.ok(&["document", "project", "si-samu"]);
    assert!(page.starts_with("# Fiche\u{202f}: SI SAMU\n"), "{page}");
    assert!(page.contains("100\u{202f}% «\u{202f}sûr\u{202f}»"), "{page}");
    let endless = "# A\n\n{% for a in history %}{% for b in [1,2,3,4,5,6,7,8] %}{% for c in [1,2,3,4,5,6,7,8] %}\
        {% for d in [1,2,3,4,5,6,7,8] %}{% for e in [1,2,3,4,5,6,7,8] %}{% for f in [1,2,3,4,5,6,7,8] %}\
        {% for g in [1,2,3,4,5,6,7,8] %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}";
    let bounded = with_template("project.md", |_| endless.to_owned());
    let refused = bounded.run(&["document", "project", "si-samu"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("2000000"), "{}", refused.stderr);
}

#[test]
fn the_document_explains_every_name_that_templates_may_use() {
    let document = std::fs::read_to_string(root().join("docs/DOCUMENTS.md")).unwrap();
    for template in ["cosinum.md", "ministry.md", "project.md"] {
        let app = with_template(template, |_| "# A\n\n{{ nothing_of_the_kind }}\n".to_owned());
        let check = app.run(&["rules", "check", "--lang", "en"]);
        let (_, known) = check.stderr.split_once("expected one of ").unwrap();
        let names = known.lines().next().unwrap().split(", ").map(str::trim);
        for name in names {
            assert!(document.contains(&format!("`{name}`")), "{template}: `{name}`");
        }
    }
}

#[test]
fn a_restyled_template_document_gives_its_looks_to_the_note() {
    let app = judged();
    app.ok(&["document", "template", "--out", "modele.odt"]);
    let files = unpacked(&std::fs::read(app.path("modele.odt")).unwrap());
    let mut writer = zip::ZipWriter::new(std::fs::File::create(app.path("ours.odt")).unwrap());
    for (name, text) in &files {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.replace("18pt", "27pt").as_bytes()).unwrap();
    }
    writer.finish().unwrap();
    let write = |template: &str| {
        let mut command = app.command(&["document", "cosinum", "--out", "note.odt"]);
        command.env("VIGIE_DOCUMENTS__TEMPLATE", template).output().unwrap()
    };
    assert!(write("ours.odt").status.success());
    let note = std::fs::read(app.path("note.odt")).unwrap();
    assert!(plain(&odt_text(&note)).contains("43 projets"));
    let styles = unpacked(&note).into_iter().find(|(name, _)| name == "styles.xml").unwrap().1;
    assert!(styles.contains("27pt") && !styles.contains("18pt"));
    let used: BTreeSet<String> = styles_of(&files, "content.xml", "text:style-name=\"");
    let there: BTreeSet<String> = styles_of(&files, "styles.xml", "style:name=\"");
    let own = used.difference(&there).filter(|name| !name.starts_with("Vigie"));
    assert_eq!(own.collect::<Vec<_>>(), Vec::<&String>::new());

    std::fs::write(app.path("none.odt"), "no archive").unwrap();
    let refused = write("none.odt");
    assert!(!refused.status.success());
}

fn styles_of(files: &[(String, String)], name: &str, before: &str) -> BTreeSet<String> {
    let (_, xml) = files.iter().find(|(file, _)| file == name).unwrap();
    let names = xml.split(before).skip(1).filter_map(|rest| rest.split('"').next());
    names.map(str::to_owned).collect()
}
