//! Workbooks: which sheet is read, where its header is, what is not a project.

use super::{HEADERS, Sheet, books, imported, ods, panorama, refused, row, tables, xlsx};
use crate::intake::readers::zip;
use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

fn cost(file: &serde_json::Value) -> String {
    file["profile_reason"].as_str().unwrap().to_owned()
}

#[test]
fn the_visible_sheet_is_read_and_the_report_says_which_were_not() {
    let old = Sheet::new("Version précédente", panorama(&[row("MIMOSA", "10")])).hidden();
    let cover = Sheet::new("Lisez-moi", vec![vec!["Notice"]]);
    let now = Sheet::new("Panorama", panorama(&[row("MIMOSA", "24,5"), row("GENÊT", "8")]));
    for (name, book) in books(&[old, cover, now]) {
        let file = imported(name, &book, &[]);
        assert_eq!(file["rows_kept"], 2, "{name}");
        assert!(
            cost(&file).starts_with(
                "feuille `Panorama` ; feuilles non lues : `Version précédente` (masquée), `Lisez-moi` ; "
            ),
            "{name}: {file}"
        );
    }
}

#[test]
fn two_sheets_that_fit_are_refused_until_one_is_chosen() {
    let march = Sheet::new("Mars", panorama(&[row("MIMOSA", "10")]));
    let june = Sheet::new("Juin", panorama(&[row("MIMOSA", "10"), row("GENÊT", "8")]));
    for (name, book) in books(&[march, june]) {
        let said = refused(name, &book, &[]);
        assert!(said.contains("plusieurs feuilles se reconnaissent (`Mars`, `Juin`)"), "{said}");
        assert!(said.contains("--sheet"), "{said}");
        assert_eq!(imported(name, &book, &["--sheet", "Juin"])["rows_kept"], 2);
        let unknown = refused(name, &book, &["--sheet", "Mai"]);
        let expected = "feuille `Mai` inconnue, attendu l’une de `Mars`, `Juin`";
        assert!(unknown.contains(expected), "{unknown}");
    }
    let said = refused("2021-03.csv", b"a,b\n1,2", &["--sheet", "Mars"]);
    assert!(said.contains("un fichier CSV n’a pas de feuilles"), "{said}");
}

#[test]
fn a_hidden_sheet_is_read_only_when_it_is_asked_for() {
    let shown = Sheet::new("Lisez-moi", vec![vec!["Notice"]]);
    let hidden = Sheet::new("Panorama", panorama(&[row("MIMOSA", "10")])).hidden();
    for (name, book) in books(&[shown, hidden]) {
        let said = refused(name, &book, &[]);
        assert!(said.contains("seule une feuille masquée se reconnaît, `Panorama`"), "{said}");
        assert_eq!(imported(name, &book, &["--sheet", "Panorama"])["rows_kept"], 1);
    }
}

#[test]
fn a_sheet_that_lacks_a_column_is_named_with_what_it_lacks() {
    let short: Vec<&str> = HEADERS.iter().copied().filter(|name| *name != "Début").collect();
    let cover = Sheet::new("Lisez-moi", vec![vec!["Notice"]]);
    for (name, book) in books(&[cover, Sheet::new("Panorama", vec![short, vec!["MIMOSA"]])]) {
        let said = refused(name, &book, &[]);
        assert!(said.contains("feuille `Panorama` : aucun profil ne reconnaît"), "{said}");
        assert!(said.contains("le plus proche, `panorama-dashboard` : `Début`"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_the_sheet_is_chosen_alike() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    let api = TestServer::open(app, "2021-04-01T09:00:00Z").await;
    let march = Sheet::new("Mars", panorama(&[row("MIMOSA", "10")]));
    let june = Sheet::new("Juin", panorama(&[row("MIMOSA", "10"), row("GENÊT", "8")]));
    let book = xlsx(&[march, june]);
    let sent = api.upload(&token, "/api/v1/imports?file=2021-03.xlsx", book.clone()).await;
    assert_eq!(sent.status, 422, "{}", sent.body);
    let chosen = api.upload(&token, "/api/v1/imports?file=2021-03.xlsx&sheet=Juin", book).await;
    assert_eq!((chosen.status, &chosen.body["files"][0]["rows_kept"]), (201, &2.into()));
}

#[test]
fn titles_above_the_header_and_totals_below_are_set_aside_and_said() {
    let mut rows = vec![vec!["Panorama des grands projets, mars 2021"], vec![]];
    rows.extend(panorama(&[row("MIMOSA", "24,5"), row("GENÊT", "8")]));
    rows.push(vec!["TOTAL", "", "", "", "", "", "", "32,5", "", ""]);
    for (name, bytes) in tables(&rows) {
        let file = imported(name, &bytes, &[]);
        assert_eq!(file["rows_kept"], 2, "{name}");
        let aside = file["set_aside"].to_string();
        assert!(aside.contains(r#"{"reason":"au-dessus des en-têtes","rows":[1]}"#), "{aside}");
        assert!(aside.contains(r#"{"reason":"total de lignes au-dessus","rows":[6]}"#), "{aside}");
        assert!(cost(&file).contains("en-têtes à la ligne 3"), "{file}");
    }
}

#[test]
fn units_in_headers_are_understood() {
    for (header, cost) in [
        ("Coût complet estimé (M€)", "24,5"),
        ("Coût complet estimé (en k€)", "24 500"),
        ("Coût complet estimé [€]", "24 500 000"),
    ] {
        let mut rows = panorama(&[row("MIMOSA", cost)]);
        rows[0][7] = header;
        for (name, bytes) in tables(&rows) {
            let app = TestApp::new();
            std::fs::write(app.path(name), bytes).unwrap();
            app.ok(&["import", name]);
            let project = app.json(&["project", "mimosa", "--as-of", "2021-03-31"]);
            assert!(project.to_string().contains(":24.5"), "{header}: {project}");
        }
    }
}

#[test]
fn months_are_written_with_a_slash_and_ministries_are_proposed() {
    let mut month = row("MIMOSA", "10");
    month[4] = "05/2018";
    for (name, bytes) in tables(&panorama(&[month.clone()])) {
        assert_eq!(imported(name, &bytes, &[])["rows_kept"], 1);
    }
    let mut libertes = row("GENÊT", "10");
    libertes[1] = "Ministère de la Justice et des Libertés";
    let mut interieur = row("AJONC", "10");
    interieur[1] = "Min. Intérieur";
    for (name, bytes) in tables(&panorama(&[libertes.clone(), interieur.clone()])) {
        let said = refused(name, &bytes, &[]);
        assert!(said.contains("par exemple `Ministère de la Justice` (`MJ`)"), "{said}");
        assert!(said.contains("(`MI`)"), "{said}");
    }
}

#[test]
fn faults_of_a_kind_are_one_line_and_json_has_each() {
    let projects: Vec<String> = (0..30).map(|number| format!("P{number}")).collect();
    let rows: Vec<_> = projects.iter().map(|project| row(project, "douze")).collect();
    for (name, bytes) in tables(&panorama(&rows)) {
        let said = refused(name, &bytes, &[]);
        let lines: Vec<&str> = said.lines().collect();
        assert!(
            lines[0].ends_with("30\u{a0}erreurs (lignes numérotées comme dans un tableur)"),
            "{said}"
        );
        assert_eq!(
            lines[1..],
            [
                "  colonne `Coût complet estimé`, 30 fois : attendu un nombre ; ligne 2, trouvé `douze` ; ligne 3, \
              trouvé `douze` ; ligne 4, trouvé `douze`…"
            ]
        );
        let app = TestApp::new();
        std::fs::write(app.path(name), &bytes).unwrap();
        let told = app.run(&["import", name, "--format", "json"]).stdout;
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["faults"].as_array().unwrap().len(), 30, "{told}");
    }
}

#[test]
fn a_figure_of_merged_cells_is_nobodys_and_is_remarked_at_its_place() {
    let mut sheet = Sheet::new("F", panorama(&[row("MIMOSA", "24,5"), row("GENÊT", "")]));
    sheet.merged = Some((2, 3, 7));
    for (name, book) in books(&[sheet]) {
        let app = TestApp::new();
        std::fs::write(app.path(name), &book).unwrap();
        let told = app.json(&["import", name]);
        assert_eq!(
            told["files"][0]["remarks"],
            serde_json::json!([{
                "row": 2,
                "column": "Coût complet estimé",
                "remark": "cellules H2:H3 fusionnées : `24,5` vaut pour 2 lignes ensemble, et n’est retenu pour aucune",
            }])
        );
        app.ok(&["imports", "confirm", "1", "--reason", "sans coût, comme l’annonce le fichier"]);
        for project in ["mimosa", "genet"] {
            let row = app.json(&["project", project, "--as-of", "2021-03-31"]);
            assert!(!row.to_string().contains("24.5"), "{name}: {row}");
        }
    }
}

#[test]
fn a_file_that_a_password_protects_is_said_to_be() {
    let mark: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let xlsx = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 600], &mark].concat();
    let manifest = r#"<manifest:file-entry><manifest:encryption-data manifest:checksum-type="x"/></manifest:file-entry>"#;
    let ods = zip(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", "\u{1}\u{2}chiffré"),
        ("META-INF/manifest.xml", manifest),
    ]);
    for (name, bytes) in [("2021-03.xlsx", xlsx), ("2021-03.ods", ods)] {
        let said = refused(name, &bytes, &[]);
        assert!(said.contains("trouvé un fichier protégé par un mot de passe"), "{said}");
    }
}

#[test]
fn an_empty_workbook_is_an_empty_file() {
    for bytes in [xlsx(&[Sheet::new("F", vec![])]), ods(&[Sheet::new("F", vec![])])] {
        assert!(refused("2021-03.x", &bytes, &[]).contains("trouvé un fichier vide"));
    }
}
