//! Imports that are out of the bounds of plausibility wait for a person; one can be taken out again; one refused
//! file does not stop the others.

use serde_json::{Value, json};

use crate::support::mailed_app::MailedApp;
use crate::support::servers::mail::Demands;
use crate::support::test_server::TestServer;
use crate::support::{TestApp, fixtures, real_editions};
use vigie::domain::accounts::access::Role;

const HEADER: &str = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason";

fn write(app: &TestApp, name: &str, rows: &[String]) {
    std::fs::write(app.path(name), format!("{HEADER}\n{}\n", rows.join("\n"))).unwrap();
}

/// Twelve projects whose costs are multiplied.
fn twelve(factor: f64) -> Vec<String> {
    let letters = "ABCDEFGHIJKL".chars().zip(1_u32..);
    letters
        .map(|(letter, n)| {
            let cost = f64::from(n) * 10.0 * factor;
            format!("PROJET {letter},MJ,build,2018-01,48,{cost},false,Justice,P310,")
        })
        .collect()
}

fn one(row: &str) -> Vec<String> {
    vec![row.to_owned()]
}

/// The kinds of reasons for which a file waits; empty when it does not.
fn held(report: &Value) -> Vec<String> {
    let holds = report["files"][0]["recorded"]["holds"].as_array().cloned().unwrap_or_default();
    holds.iter().map(|hold| hold["kind"].as_str().unwrap().to_owned()).collect()
}

fn why(report: &Value) -> String {
    let holds = report["files"][0]["recorded"]["holds"].as_array().unwrap();
    holds.iter().map(|hold| hold["text"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

fn cost(app: &TestApp, project: &str, as_of: &str) -> Value {
    app.json(&["project", project, "--as-of", as_of])["project"]["cost_current"].clone()
}

#[test]
fn figures_that_no_project_ever_had_wait_for_a_person() {
    let app = TestApp::new();
    write(&app, "2021-03.csv", &one("Mimosa,MJ,build,2018-03,60,24500,false,Justice,P310,"));
    let report = app.json(&["import", "2021-03.csv"]);
    assert_eq!(
        why(&report),
        "Coût hors de proportion : Mimosa (ligne 2), 24\u{202f}500,0\u{202f}M€ ; le maximum vraisemblable est de \
         2\u{202f}000,0\u{202f}M€."
    );
    write(&app, "2021-06.csv", &one("Mimosa,MJ,build,2018-03,720,24.5,false,Justice,P310,"));
    assert_eq!(held(&app.json(&["import", "2021-06.csv"])), ["project_duration"]);
    // Months taken for years by a dashboard's column.
    let dashboard = "Projet;Ministère porteur;Projet inter-ministériel;Description et objectifs;Début;Durée du \
                     projet en années;Phase du projet en cours;Coût complet estimé;Zone fonctionnelle \
                     principale;Programme de financement\nMimosa;Ministère de la Justice;Non;Texte;mars 18;60;\
                     Conception / Réalisation;12,5;Justice;P310\n";
    std::fs::write(app.path("2021-09.csv"), dashboard).unwrap();
    assert_eq!(held(&app.json(&["import", "2021-09.csv"])), ["project_duration"]);
    let cycle = app.run(&["cycle", "--as-of", "2021-10-01"]);
    assert_eq!(cycle.code, Some(1), "nothing that waits is judged: {}", cycle.stdout);
}

#[test]
fn a_column_without_any_value_waits_and_so_does_one_that_lost_half_of_them() {
    let app = TestApp::new();
    let without = ["A", "B"].map(|name| format!("{name},MJ,build,,40,10,false,a,b,"));
    write(&app, "2018-03.csv", &without);
    let report = app.json(&["import", "2018-03.csv"]);
    assert_eq!(why(&report), "La colonne « Début » est vide sur les 2\u{a0}lignes.");

    let other = TestApp::new();
    write(&other, "2020-06.csv", &twelve(1.0));
    other.ok(&["import", "2020-06.csv"]);
    let lost: Vec<String> = twelve(1.0)
        .into_iter()
        .enumerate()
        .map(|(index, row)| if index < 6 { row.replace("2018-01", "") } else { row })
        .collect();
    write(&other, "2020-11.csv", &lost);
    let second = other.json(&["import", "2020-11.csv"]);
    assert_eq!(held(&second), ["values_lost"]);
    assert_eq!(
        why(&second),
        "Colonne « Début » : des 12\u{a0}projets communs des éditions 2020-06 et 2020-11, 12 l’avaient \
         renseignée, et 6 ne l’ont plus (50\u{202f}%) ; 30\u{202f}% au plus peuvent la perdre."
    );
}

#[test]
fn costs_divided_by_three_wait_with_both_figures_and_a_better_file_takes_their_place() {
    let app = TestApp::new();
    write(&app, "2020-06.csv", &twelve(1.0));
    app.ok(&["import", "2020-06.csv"]);
    write(&app, "2020-11.third.csv", &twelve(1.0 / 3.0));
    let shown = app.ok(&["import", "2020-11.third.csv"]);
    assert!(shown.contains("En attente de confirmation : aucun cycle ne les utilise"), "{shown}");
    let imports = app.json(&["imports"]);
    assert_eq!(imports[1]["state"], "on_hold");
    let text = imports[1]["holds"][0]["text"].as_str().unwrap();
    assert!(text.contains("780,0\u{202f}M€ à 260,0\u{202f}M€ (−66,7\u{202f}%)"), "{text}");
    assert_eq!(cost(&app, "projet a", "2020-11-30"), 10.0);
    let cycle = app.json(&["cycle", "--as-of", "2020-11-30"]);
    assert_eq!(cycle["on_hold"][0]["number"], 2);
    assert_eq!(cycle["edition"], "2020-06");
    // The same bytes again still wait.
    let again = app.json(&["import", "2020-11.third.csv"]);
    let recorded = &again["files"][0]["recorded"];
    assert_eq!(
        (&recorded["outcome"], &recorded["state"]),
        (&json!("unchanged"), &json!("on_hold"))
    );

    write(&app, "2020-11.better.csv", &twelve(1.1));
    assert!(held(&app.json(&["import", "2020-11.better.csv"])).is_empty());
    assert_eq!(cost(&app, "projet a", "2020-11-30"), 11.0);
    let next = app.json(&["cycle", "--as-of", "2020-11-30"]);
    assert_eq!(next["on_hold"], json!([]), "the better file took its place");
}

#[test]
fn what_a_person_confirms_counts_from_the_next_cycle_on_and_rewrites_no_past_one() {
    let app = TestApp::new();
    write(&app, "2020-06.csv", &twelve(1.0));
    write(&app, "2020-11.csv", &twelve(2.0));
    app.ok(&["import", "2020-06.csv", "2020-11.csv"]);
    let first = app.json(&["cycle", "--as-of", "2020-11-30"]);
    assert_eq!((&first["edition"], &first["last_confirmation"]), (&json!("2020-06"), &json!(0)));

    assert_eq!(app.run(&["imports", "confirm", "2"]).code, Some(2), "a reason is needed");
    app.ok(&["imports", "confirm", "2", "--reason", "Chiffres vérifiés avec le ministère"]);
    let second = app.json(&["cycle", "--as-of", "2020-11-30"]);
    assert_eq!((&second["edition"], &second["last_confirmation"]), (&json!("2020-11"), &json!(1)));
    assert_eq!(cost(&app, "projet a", "2020-11-30"), 20.0);
    for cycle in ["1", "2"] {
        assert_eq!(app.json(&["replay", cycle])["identical"], true, "cycle {cycle}");
    }
    let again = app.run(&["imports", "confirm", "2", "--reason", "encore"]);
    assert_eq!(again.code, Some(1));
    assert_eq!(app.run(&["imports", "confirm", "9", "--reason", "rien"]).code, Some(1));
    let trail = app.ok(&["audit", "list", "--format", "json"]);
    assert!(trail.contains("import_confirmed") && trail.contains("Chiffres vérifiés"), "{trail}");

    // Taken out again: what stood before stands again, for later cycles alone.
    app.ok(&["imports", "withdraw", "2", "--reason", "Édition publiée par erreur"]);
    let third = app.json(&["cycle", "--as-of", "2020-11-30"]);
    assert_eq!((&third["edition"], &third["last_confirmation"]), (&json!("2020-06"), &json!(2)));
    for cycle in ["1", "2", "3"] {
        assert_eq!(app.json(&["replay", cycle])["identical"], true, "cycle {cycle}");
    }
    let imports = app.json(&["imports"]);
    assert_eq!(imports[1]["state"], "withdrawn");
    assert_eq!(imports[1]["decision"]["reason"], "Édition publiée par erreur");
}

#[test]
fn a_late_confirmation_leaves_the_newer_file_of_an_edition_in_force() {
    let app = TestApp::new();
    write(&app, "2020-06.csv", &twelve(1.0));
    write(&app, "2020-11.first.csv", &twelve(2.0));
    write(&app, "2020-11.second.csv", &twelve(1.1));
    app.ok(&["import", "2020-06.csv", "2020-11.first.csv", "2020-11.second.csv"]);
    let answer = app.run(&["imports", "confirm", "2", "--reason", "tardive"]);
    assert!(answer.stderr.contains("n° 3, plus récente"), "{}", answer.stderr);
    assert_eq!(cost(&app, "projet a", "2020-11-30"), 11.0);
    // Without the newer one, the confirmed one stands.
    app.ok(&["imports", "withdraw", "3", "--reason", "erreur"]);
    assert_eq!(cost(&app, "projet a", "2020-11-30"), 20.0);
    // Only then do alerts say what was corrected.
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
}

#[test]
fn the_bytes_of_an_edition_under_the_name_of_another_wait_and_a_list_that_did_not_change_does_not()
{
    let app = TestApp::new();
    write(&app, "2020-06.csv", &twelve(1.0));
    write(&app, "2020-11.csv", &twelve(1.0));
    app.ok(&["import", "2020-06.csv"]);
    let report = app.json(&["import", "2020-11.csv"]);
    assert_eq!(
        why(&report),
        "Le fichier de l’édition 2020-11 est, à l’octet près, celui de l’édition 2020-06."
    );
    let list = "project,watch,since,until,note\nPROJET A,heightened,2020-01-10,,\n";
    for name in ["2020-06.watch_lists.csv", "2020-11.watch_lists.csv"] {
        std::fs::write(app.path(name), list).unwrap();
        assert_eq!(app.json(&["import", name])["files"][0]["recorded"]["outcome"], "added");
    }
}

#[test]
fn projects_gone_starts_and_phases_are_compared_with_the_edition_before() {
    let app = TestApp::new();
    write(&app, "2020-06.csv", &twelve(1.0));
    app.ok(&["import", "2020-06.csv"]);
    write(&app, "2020-09.csv", &twelve(1.0)[..8]);
    let report = app.json(&["import", "2020-09.csv"]);
    assert_eq!(held(&report), ["projects_gone"]);
    assert!(why(&report).starts_with("4\u{a0}projets sur 12 de l’édition 2020-06 n’y sont plus"));
    let moved: Vec<String> =
        twelve(1.0).iter().map(|row| row.replace("2018-01", "2012-01")).collect();
    write(&app, "2020-10.csv", &moved);
    assert_eq!(held(&app.json(&["import", "2020-10.csv"])), ["starts"]);
    let back: Vec<String> = twelve(1.0).iter().map(|row| row.replace("build", "scoping")).collect();
    write(&app, "2020-11.csv", &back);
    assert_eq!(held(&app.json(&["import", "2020-11.csv"])), ["phases"]);
    // A slip of the comma of one project.
    let mut slip = twelve(1.0);
    slip[2] = slip[2].replace(",30,", ",300,");
    write(&app, "2020-12.csv", &slip);
    let slipped = app.json(&["import", "2020-12.csv"]);
    assert_eq!(held(&slipped), ["project_cost"]);
    assert!(
        why(&slipped).contains("300,0\u{202f}M€ au lieu de 30,0\u{202f}M€"),
        "{}",
        why(&slipped)
    );
}

#[test]
fn no_real_edition_nor_fixture_waits_and_a_real_one_with_a_third_of_its_costs_does() {
    let waiting = |of: &TestApp| {
        let imports = of.json(&["imports"]);
        let imports = imports.as_array().unwrap().clone();
        imports.into_iter().filter(|one| one["state"] != "in_use").collect::<Vec<_>>()
    };
    assert_eq!(waiting(&TestApp::with_fixtures()), Vec::<Value>::new());
    let Some(folder) = real_editions() else { return };
    let app = TestApp::new();
    let dashboards = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<String> = dashboards
        .filter(|path| path.to_str().unwrap().contains(".dashboard."))
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let arguments: Vec<&str> =
        std::iter::once("import").chain(files.iter().map(String::as_str)).collect();
    app.ok(&arguments);
    assert_eq!(files.len(), 8);
    assert_eq!(waiting(&app), Vec::<Value>::new());
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.to_str().unwrap().contains(".published.") {
            app.ok(&["import", path.to_str().unwrap()]);
        }
    }
    assert_eq!(waiting(&app), Vec::<Value>::new(), "the published files of the same editions");

    let last = std::fs::read(folder.join("2021-07.dashboard.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(last.as_slice());
    let header = reader.headers().unwrap().clone();
    let cost = header.iter().position(|name| name.contains("Coût")).unwrap();
    let mut writer = csv::Writer::from_path(app.path("2021-09.csv")).unwrap();
    writer.write_record(&header).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let third = |cell: &str| {
            let number: Result<f64, _> = cell.replace(',', ".").parse();
            number.map_or_else(|_| cell.to_owned(), |whole| format!("{:.2}", whole / 3.0))
        };
        let cells = record.iter().enumerate();
        let cells = cells.map(|(at, cell)| if at == cost { third(cell) } else { cell.to_owned() });
        writer.write_record(cells).unwrap();
    }
    writer.flush().unwrap();
    assert_eq!(held(&app.json(&["import", "2021-09.csv"])), ["total_cost"]);
}

#[test]
fn the_risk_team_is_told_once_of_what_waits() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    let app = &mailed.app;
    mailed.cycle(&[]);
    mailed.deliver();
    let text = std::fs::read_to_string(fixtures().join("2020-11.panorama.csv")).unwrap();
    let kept: Vec<&str> = text.lines().take(12).collect();
    std::fs::write(app.path("2020-11.short.csv"), kept.join("\n") + "\n").unwrap();
    app.ok(&["import", "2020-11.short.csv"]);
    let told = || {
        let notices = app.json(&["notices", "list"]);
        let titles = notices.as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap());
        titles.filter(|title| title.contains("1 importation en attente")).count()
    };
    assert_eq!(told(), 0);
    for (day, count) in [("2020-12-01", 1), ("2020-12-02", 1)] {
        app.ok(&["cycle", "--as-of", day]);
        assert_eq!(told(), count, "{day}");
    }
    let mails = mailed.deliver();
    assert!(mails.iter().any(|mail| mail.html.contains("vigie imports confirm")), "{mails:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn http_confirms_and_withdraws_with_a_reason_and_the_permission_of_imports() {
    let app = TestApp::with_fixtures();
    let text = std::fs::read_to_string(fixtures().join("2020-11.panorama.csv")).unwrap();
    let kept: Vec<&str> = text.lines().take(12).collect();
    let operator = app.token("Claire", &[Role::Analyst], &[]).await;
    let reader = app.token("Luc", &[Role::Reader], &[]).await;
    let api = TestServer::open(app, "2020-12-01T09:00:00Z").await;
    let short = (kept.join("\n") + "\n").into_bytes();
    let path = "/api/v1/imports?file=2020-11.short.csv";
    let sent = api.upload(&operator, path, short).await;
    assert_eq!(sent.status, 201, "{:?}", sent.body);
    let recorded = &sent.body["files"][0]["recorded"];
    assert_eq!(recorded["outcome"], "held");
    let number = recorded["number"].as_i64().unwrap();
    let waiting = api.get(&reader, "/api/v1/imports?state=on_hold").await;
    assert_eq!(waiting.body["data"][0]["number"], number);
    let confirm = format!("/api/v1/imports/{number}/confirm");
    let reason = json!({ "reason": "vérifié" });
    assert_eq!(api.post(&reader, &confirm, reason.clone()).await.status, 403);
    assert_eq!(api.post(&operator, &confirm, json!({})).await.status, 400);
    let done = api.post(&operator, &confirm, reason.clone()).await;
    assert_eq!((done.status, &done.body["state"]), (200, &json!("in_use")));
    assert_eq!(api.post(&operator, &confirm, reason.clone()).await.status, 409);
    let withdrawn =
        api.post(&operator, &format!("/api/v1/imports/{number}/withdraw"), reason.clone()).await;
    assert_eq!(withdrawn.body["state"], "withdrawn");
    assert_eq!(api.post(&operator, "/api/v1/imports/99/confirm", reason).await.status, 404);
    api.close().await;
}

#[test]
fn one_refused_file_of_a_folder_does_not_stop_the_others_and_a_dry_run_reports_them_all() {
    let app = TestApp::new();
    std::fs::create_dir(app.path("dossier")).unwrap();
    write(&app, "dossier/2020-06.csv", &twelve(1.0));
    write(&app, "dossier/2020-09.csv", &one("ALPHA,MJ,build,2018-01,36,-12,false,,,"));
    write(&app, "dossier/2020-10.csv", &one("BETA,XX,build,2018-01,36,12,false,,,"));
    write(&app, "dossier/2020-11.csv", &twelve(1.1));
    for dry in [true, false] {
        let mut arguments = vec!["import", "dossier", "--format", "json"];
        arguments.extend(dry.then_some("--dry-run"));
        let answer = app.run(&arguments);
        assert_eq!(answer.code, Some(1));
        let report: Value = serde_json::from_str(&answer.stdout).unwrap();
        let named = |list: &str| {
            let files = report[list].as_array().unwrap().clone();
            files.iter().map(|one| one["file"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(named("files"), ["dossier/2020-06.csv", "dossier/2020-11.csv"]);
        assert_eq!(named("refused"), ["dossier/2020-09.csv", "dossier/2020-10.csv"]);
        for file in ["2020-09.csv", "2020-10.csv"] {
            assert!(answer.stderr.contains(file), "{}", answer.stderr);
        }
        assert_eq!(app.json(&["imports"]).as_array().unwrap().len(), if dry { 0 } else { 2 });
    }
}

#[test]
fn a_cycle_without_any_edition_in_use_says_which_ones_wait_and_how_to_confirm_them() {
    let app = TestApp::new();
    write(&app, "2021-03.csv", &one("Mimosa,MJ,build,2018-03,60,24500,false,Justice,P310,"));
    write(&app, "2021-06.csv", &one("Mimosa,MJ,build,2018-03,60,24600,false,Justice,P310,"));
    app.ok(&["import", "2021-03.csv", "2021-06.csv"]);
    let refused = app.run(&["cycle", "--as-of", "2021-06-30"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert_eq!(
        refused.stderr,
        "vigie: aucune édition du panorama n’est utilisée\u{a0}: les importations n°\u{a0}1 (édition 2021-03), n°\u{a0}2 \
         (édition 2021-06) attendent une confirmation\u{a0}; les motifs sont donnés par «\u{a0}vigie imports\u{a0}»\u{a0}; \
         si les chiffres sont justes, les confirmer par «\u{a0}vigie imports confirm 1 --reason …\u{a0}»\u{a0}; sinon, \
         importer un fichier corrigé de la même édition\n"
    );
    app.ok(&["imports", "confirm", "1", "--reason", "Chiffres vérifiés"]);
    assert_eq!(app.json(&["cycle", "--as-of", "2021-06-30"])["edition"], "2021-03");
}
