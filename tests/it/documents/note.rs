//! What documents say: the note to the COSINUM with the figures that DINUM printed, the pages of ministries and projects.

use super::{LISTS, judged, odt_text, pdf_text, plain};
use crate::support::{TestApp, has_tool, real_editions};

#[test]
fn the_note_of_november_2020_has_the_printed_figures_in_each_format() {
    let app = judged();
    let note = ["document", "cosinum", "--edition", "2020-11"];
    let markdown = app.ok(&[&note[..], &["--format", "md"]].concat());
    let html = app.ok(&[&note[..], &["--format", "html"]].concat());
    app.ok(&[&note[..], &["--out", "note.odt"]].concat());
    let odt = std::fs::read(app.path("note.odt")).unwrap();
    let mut written = vec![("md", markdown), ("html", html), ("odt", odt_text(&odt))];
    if cfg!(feature = "pdf") && has_tool("pdftotext", "poppler-utils") {
        app.ok(&[&note[..], &["--out", "note.pdf"]].concat());
        written.push(("pdf", pdf_text(&app.path("note.pdf"))));
    }
    for (format, text) in written {
        // What reads the PDF makes one sort of space of all; the test of its text reads it by another way.
        let has_space = format == "pdf" || text.contains("28,4\u{202f}%");
        assert!(has_space, "{format}: a narrow space before the sign");
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
    let pdf = cfg!(feature = "pdf").then_some("pdf");
    for format in ["md", "html", "odt"].into_iter().chain(pdf) {
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
    let open = app.json(&["alerts", "--project", "SI SAMU", "--state", "open"]);
    let covered = open.as_array().unwrap().iter().filter(|one| !one["hidden_by"].is_null()).count();
    assert!(covered > 1, "{open:#}");
    let counted = format!("{covered} alertes ouvertes, moins graves, sont couvertes par celles-ci");
    assert!(project.contains(&counted), "no « {counted} » in\n{project}");
    let unknown = app.run(&["document", "ministry", "ZZZ"]);
    assert_eq!(unknown.code, Some(1), "{}", unknown.stderr);
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
