//! Documents that people hand out: the note to the COSINUM with the figures that DINUM printed, the pages of ministries and
//! projects, templates and texts.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _, Write as _};

use quick_xml::Reader;
use quick_xml::events::Event;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, IF_MATCH};
use serde_json::{Value, json};
use zip::{CompressionMethod, ZipArchive};

use crate::support::test_server::TestServer;
use crate::support::{TestApp, real_editions, root};
use vigie::domain::accounts::access::Role;

const NOW: &str = "2020-12-01T12:00:00Z";

/// Each list of the note, and the projects that the COSINUM put on it.
const LISTS: [(&str, &[&str]); 4] = [
    ("Clôture à surveiller", &["SOURCE SOLDE", "HARMONIE", "CYCLADES", "France VISAS"]),
    ("Dérives récurrentes", &["SI SAMU", "PORTALIS", "NED", "LOG MI", "EXPADON"]),
    ("Recadrage", &["SieRh", "Mistr@l"]),
    ("Vigilance accrue", &["Demat’ADS", "Réseau Radio du Futur (RRF)"]),
];

/// The fixtures, judged as of the end of November 2020.
fn judged() -> TestApp {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    app
}

/// A text with plain spaces, to be looked for as people type it.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}', '\n'], " ")
}

/// The files of an archive, by name, in order.
fn unpacked(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        if index == 0 {
            assert_eq!(file.compression(), CompressionMethod::Stored, "{name}");
        }
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.push((name, text));
    }
    files
}

/// The text of a well-formed XML document, a line for each paragraph, title and cell.
fn text_of_xml(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    let mut text = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Text(words) => text.push_str(&words.xml10_content()),
            Event::GeneralRef(entity) => {
                let written = format!("&{};", &*entity);
                text.push_str(&quick_xml::escape::unescape(&written).unwrap());
            }
            Event::End(end) if ["p", "h"].contains(&end.local_name().as_ref()) => {
                text.push('\n');
            }
            Event::Eof => return text,
            Event::Start(_)
            | Event::End(_)
            | Event::Empty(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

fn odt_text(bytes: &[u8]) -> String {
    let files = unpacked(bytes);
    assert_eq!(files[0].0, "mimetype");
    assert_eq!(files[0].1, "application/vnd.oasis.opendocument.text");
    for (name, xml) in files.iter().filter(|(name, _)| name.contains(".xml")) {
        assert!(!text_of_xml(xml).is_empty() || name != "content.xml", "{name}");
    }
    let (_, content) = files.iter().find(|(name, _)| name == "content.xml").unwrap();
    text_of_xml(content)
}

#[test]
fn the_note_of_november_2020_has_the_printed_figures_in_each_format() {
    let app = judged();
    let note = ["document", "cosinum", "--edition", "2020-11"];
    let markdown = app.ok(&[&note[..], &["--format", "md"]].concat());
    let html = app.ok(&[&note[..], &["--format", "html"]].concat());
    app.ok(&[&note[..], &["--out", "note.odt"]].concat());
    let odt = std::fs::read(app.path("note.odt")).unwrap();
    for (format, text) in [("md", markdown), ("html", html), ("odt", odt_text(&odt))] {
        assert!(text.contains("28,4\u{202f}%"), "{format}: a narrow space before the sign");
        let text = plain(&text);
        for wanted in [
            "comporte 43 projets, pour un budget prévisionnel global de 1,86 Md€",
            "un glissement budgétaire moyen de 28,4 % (−8,2 points par rapport à juin 2020)",
            "un glissement calendaire moyen de 24,6 % (−2,0 points par rapport à juin 2020)",
            "Cible à atteindre d’ici le 31 décembre 2021 : 25 %",
            "Cible à compter du 1er janvier 2022 : 20 %",
            "14 projets porteurs de dérives sont prévus pour quitter le panorama",
            "un indicateur plancher de 21 % (−5,5 points)",
            "À ce jour, aucune information n’a été reçue par la DINUM",
            "Un audit de suivi est demandé pour SaaS des SIRH",
            "GEOPLATEFORME",
            "À compléter : introduction",
        ] {
            assert!(text.contains(wanted), "{format}: no « {wanted} » in\n{text}");
        }
        let mut rest = &text[text.find("Les actions pour tenir l’objectif").unwrap()..];
        for (list, projects) in LISTS {
            rest = &rest[rest.find(list).unwrap_or_else(|| panic!("{format}: no {list}"))..];
            let next = LISTS.iter().filter(|(other, _)| *other != list);
            let end = next.filter_map(|(other, _)| rest.find(other)).min().unwrap_or(rest.len());
            for project in projects {
                assert!(rest[..end].contains(project), "{format}: {project} is not in {list}");
            }
        }
        for part in ["1. Enjeux", "2. Maîtrise", "3. La phase", "4. Les actions", "5. Décisions"]
        {
            assert!(text.contains(part), "{format}: no part {part}");
        }
    }
}

#[test]
fn the_same_data_make_the_same_files() {
    let app = judged();
    for format in ["md", "html", "odt"] {
        let write = |out: &str| {
            let note = ["document", "cosinum", "--format", format, "--out", out];
            app.ok(&note);
            std::fs::read(app.path(out)).unwrap()
        };
        assert_eq!(write("one"), write("other"), "{format}");
    }
}

#[test]
fn an_edition_is_compared_with_the_one_that_is_named_and_never_with_a_later_one() {
    let app = judged();
    let first = app.ok(&["document", "cosinum", "--edition", "2020-06"]);
    let first = plain(&first);
    assert!(first.contains("comporte 45 projets"), "{first}");
    assert!(first.contains("un glissement budgétaire moyen de 36,6 % ;"), "{first}");
    let later = ["document", "cosinum", "--edition", "2020-06", "--previous", "2020-11"];
    let refused = app.run(&later);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("attendu une édition antérieure"), "{}", refused.stderr);
    let unknown = app.run(&["document", "cosinum", "--edition", "2019-01"]);
    assert_eq!(unknown.code, Some(1), "{}", unknown.stderr);
}

#[test]
fn a_format_that_is_not_written_is_refused_with_those_that_are() {
    let app = judged();
    let pdf = app.run(&["document", "cosinum", "--format", "pdf", "--out", "note.pdf"]);
    assert_eq!((pdf.code, pdf.stdout.as_str()), (Some(1), ""));
    assert!(pdf.stderr.contains("`html`, `md`, `odt`"), "{}", pdf.stderr);
    assert!(!app.path("note.pdf").exists());
    let csv = app.run(&["document", "cosinum", "--format", "csv"]);
    assert!(csv.stderr.contains("html, md, odt"), "{}", csv.stderr);
    let alerts = app.run(&["alerts", "--format", "odt"]);
    assert_eq!(alerts.code, Some(1));
    assert!(alerts.stderr.contains("table, json"), "{}", alerts.stderr);
}

#[test]
fn pages_of_a_ministry_and_of_a_project_say_what_awaits_and_what_is_known() {
    let app = judged();
    let ministry = plain(&app.ok(&["document", "ministry", "MJ"]));
    let decisions = ministry.find("Décisions attendues").unwrap();
    assert!(decisions < ministry.find("## Projets").unwrap(), "{ministry}");
    for wanted in ["Ministère de la Justice", "7 projets suivis", "| PORTALIS |", "| NED |"] {
        assert!(ministry.contains(wanted), "no « {wanted} » in\n{ministry}");
    }
    assert!(!ministry.contains("SI SAMU"), "{ministry}");
    let project = plain(&app.ok(&["document", "project", "SI SAMU"]));
    for wanted in
        ["188,7 M€", "61,0 %", "(+15,0 points", "Dérive budgétaire", "juin 2020", "récurrent"]
    {
        assert!(project.contains(wanted), "no « {wanted} » in\n{project}");
    }
    let unknown = app.run(&["document", "ministry", "ZZZ"]);
    assert_eq!(unknown.code, Some(1), "{}", unknown.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ministry_sees_nothing_of_another_in_its_documents() {
    let app = judged();
    let justice = app.token("Justice", &[Role::Reader], &["MJ"]).await;
    let whole = app.token("Claire", &[Role::Analyst], &[]).await;
    let server = TestServer::open(app, NOW).await;
    let get = async |path: &str, token: &str| {
        let path = format!("/api/v1/documents/{path}");
        let answer = server.request(Method::GET, &path, token).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, own) = get("ministry/MJ?format=md", &justice).await;
    assert_eq!(status, 200, "{own}");
    let (_, of_all) = get("cosinum?format=md", &whole).await;
    for (_, projects) in LISTS {
        for project in projects {
            assert!(of_all.contains(project));
            let is_own = ["HARMONIE", "PORTALIS", "NED"].contains(project);
            assert_eq!(own.contains(project), is_own, "{project}\n{own}");
        }
    }
    assert_eq!(get("cosinum?format=md", &justice).await.0, 403);
    assert_eq!(get("cosinum/2020-11/texts", &justice).await.0, 403);
    assert_eq!(get("ministry/MI?format=md", &justice).await.0, 404);
    assert_eq!(get("project/si-samu?format=md", &justice).await.0, 404);
    assert_eq!(get("project/portalis?format=md", &justice).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_format_of_a_file_is_that_asked_for_else_the_first_accepted() {
    let app = judged();
    let token = app.token("Claire", &[Role::Reader], &[]).await;
    let server = TestServer::open(app, NOW).await;
    let path = "/api/v1/documents/cosinum?edition=2020-11";
    let get = async |address: &str, accept: &str| {
        let request = server.request(Method::GET, address, &token).header(ACCEPT, accept);
        let answer = request.send().await.unwrap();
        let header = |name| {
            let value = answer.headers().get(name);
            value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
        };
        (answer.status().as_u16(), header(CONTENT_TYPE), header(CONTENT_DISPOSITION))
    };
    let odt = "application/vnd.oasis.opendocument.text";
    assert_eq!(get(path, "*/*").await.1, "text/html; charset=utf-8");
    assert_eq!(get(path, "text/markdown, text/html;q=0.5").await.1, "text/markdown; charset=utf-8");
    let (status, kind, name) = get(path, odt).await;
    assert_eq!((status, kind.as_str()), (200, odt));
    assert_eq!(name, "attachment; filename=\"cosinum-2020-11.odt\"");
    assert_eq!(get(&format!("{path}&format=odt"), "*/*").await.1, odt);
    assert_eq!(get(&format!("{path}&format=pdf"), "*/*").await.0, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_kept_with_its_edition_and_the_second_of_two_authors_reads_the_first() {
    let app = judged();
    app.ok(&["document", "text", "write", "2020-11", "decisions", "--text", "- Une décision *."]);
    let note = app.ok(&["document", "cosinum", "--edition", "2020-11"]);
    assert!(note.contains("\n- Une décision \\*.\n"), "{note}");
    assert!(!note.contains("À compléter\u{202f}: décisions proposées"), "{note}");
    let other = app.ok(&["document", "cosinum", "--edition", "2020-06"]);
    assert!(!other.contains("Une décision"), "{other}");
    let late =
        ["document", "text", "write", "2020-11", "decisions", "--text", "Non", "--revision", "0"];
    let late = app.run(&late);
    assert_eq!(late.code, Some(1));
    assert!(late.stderr.contains("Une décision *."), "{}", late.stderr);

    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    let reader = app.token("Paul", &[Role::Reader], &[]).await;
    let server = TestServer::open(app, NOW).await;
    let path = "/api/v1/documents/cosinum/2020-11/texts/decisions";
    let put = async |by: &str, revision: &str, text: &str| {
        let request = server.request(Method::PUT, path, by).header(IF_MATCH, revision);
        let answer = request.json(&json!({ "text": text })).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(put(&reader, "\"1\"", "Non").await.0, 403);
    let (status, written) = put(&token, "\"1\"", "Autre décision.").await;
    assert_eq!((status, &written["revision"]), (200, &json!(2)), "{written}");
    let (refused, stale) = put(&token, "\"1\"", "Trop tard.").await;
    assert_eq!(refused, 412);
    assert!(stale["detail"].as_str().unwrap().contains("Autre décision."), "{stale}");
    let trail = server.app.json(&["audit", "list"]).to_string();
    assert_eq!(trail.matches("\"note_text_written\"").count(), 2, "{trail}");
}

/// The catalogue of an application with one template changed.
fn with_template(name: &str, change: impl FnOnce(String) -> String) -> TestApp {
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

#[test]
fn the_note_on_a_real_edition_says_what_is_known_and_what_is_not() {
    let Some(folder) = real_editions() else { return };
    let app = TestApp::new();
    for edition in ["2018-07", "2021-07"] {
        let file = folder.join(format!("{edition}.dashboard.csv"));
        app.ok(&["import", file.to_str().unwrap()]);
    }
    let panorama = app.json(&["panorama", "--as-of", "2021-07-31"]);
    let projects = panorama["portfolio"]["project_count"].as_i64().unwrap();
    let note = plain(&app.ok(&["document", "cosinum", "--edition", "2021-07"]));
    assert!(note.contains(&format!("comporte {projects} projets")), "{note}");
    assert!(note.contains("par rapport à juillet 2018"), "{note}");
    for unknown in [
        "Causes relevées lors de l’instruction : aucune donnée",
        "Sorties prévues du panorama : aucune donnée",
        "Listes de suivi : aucune donnée",
    ] {
        assert!(note.contains(unknown), "no « {unknown} » in\n{note}");
    }
}
