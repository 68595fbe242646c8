//! Which format a document is written in, and who may have it.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};

use super::{LISTS, NOW, judged, plain, unpacked};
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

#[test]
fn a_format_that_is_not_written_is_refused_with_those_that_are() {
    let app = judged();
    if !cfg!(feature = "pdf") {
        let pdf = app.run(&["document", "cosinum", "--format", "pdf", "--out", "note.pdf"]);
        assert_eq!((pdf.code, pdf.stdout.as_str()), (Some(1), ""));
        assert!(pdf.stderr.contains("`html`, `md`, `odt`"), "{}", pdf.stderr);
        assert!(pdf.stderr.contains("compilée sans PDF"), "{}", pdf.stderr);
        assert!(!app.path("note.pdf").exists());
    }
    let csv = app.run(&["document", "cosinum", "--format", "csv"]);
    assert!(csv.stderr.contains("html, md, odt, pdf"), "{}", csv.stderr);
    let alerts = app.run(&["alerts", "--format", "odt"]);
    assert_eq!(alerts.code, Some(1));
    assert!(alerts.stderr.contains("table, json"), "{}", alerts.stderr);
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
    let pdf = "application/pdf";
    for (address, accept) in [(format!("{path}&format=pdf"), "*/*"), (path.to_owned(), pdf)] {
        let answer = get(&address, accept).await;
        if cfg!(feature = "pdf") {
            assert_eq!((answer.0, answer.1.as_str()), (200, pdf));
            assert_eq!(answer.2, "attachment; filename=\"cosinum-2020-11.pdf\"");
        } else {
            assert_eq!((answer.0, answer.1.as_str()), (422, "application/problem+json"));
        }
    }
    let both = get(path, "application/pdf, text/html").await;
    let first = if cfg!(feature = "pdf") { pdf } else { "text/html; charset=utf-8" };
    assert_eq!((both.0, both.1.as_str()), (200, first));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_document_has_a_link_to_each_format_that_is_written() {
    let app = judged();
    let token = app.token("Claire", &[Role::Reader], &[]).await;
    let server = TestServer::open(app, NOW).await;
    for page in ["cosinum/2020-11", "ministeres/MJ", "projets/si-samu"] {
        let request = server.request(Method::GET, &format!("/documents/{page}"), &token);
        let answer = request.header(ACCEPT, "text/html").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{page}");
        let html = answer.text().await.unwrap();
        for format in ["html", "md", "odt", "pdf"] {
            let is_written = format != "pdf" || cfg!(feature = "pdf");
            let link = format!("format={format}\"");
            assert_eq!(html.contains(&link), is_written, "{page}: {format}");
        }
    }
}

#[test]
fn the_rate_is_drawn_with_its_targets_and_said_in_words() {
    let app = judged();
    let note = ["document", "cosinum", "--edition", "2020-11"];
    let words = "Courbes de juin 2020 à novembre 2020, première et dernière valeurs connues. \
                 Taux global de glissement : de 31,6 % à 26,5 %. Cible : de 25,0 % à 25,0 %.";
    let html = plain(&app.ok(&[&note[..], &["--format", "html"]].concat()));
    assert!(html.contains(&format!("<svg role=\"img\" aria-label=\"{words}")), "{html}");
    app.ok(&[&note[..], &["--out", "note.odt"]].concat());
    let files = unpacked(&std::fs::read(app.path("note.odt")).unwrap());
    let file = |name: &str| {
        let found = files.iter().find(|(path, _)| path == name);
        plain(&found.unwrap_or_else(|| panic!("no {name}")).1)
    };
    assert!(file("content.xml").contains(&format!("<svg:desc>{words}")));
    assert!(file("META-INF/manifest.xml").contains("\"Pictures/graphique-1.svg\""));
    let picture = file("Pictures/graphique-1.svg");
    assert_eq!(picture.matches("<circle").count(), 2, "{picture}");
    let markdown = app.ok(&[&note[..], &["--format", "md"]].concat());
    assert!(!markdown.contains("![") && !markdown.contains("<svg"), "{markdown}");

    let first = app.ok(&["document", "cosinum", "--edition", "2020-06", "--format", "html"]);
    assert!(!first.contains("<svg"), "one edition is no course");
}
