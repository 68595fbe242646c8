//! What pages look like: the neutral theme, or the files of the DSFR that an operator adds; and the colours that a reader chooses.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use super::links::attributes;
use crate::support::test_server::TestServer;
use crate::support::{Answer, TestApp};
use vigie::server::check;

const NOW: &str = "2020-11-30T09:00:00Z";

/// A stylesheet in the layout of the DSFR's, of our own words: a banner, fonts, an icon, and a picture within itself.
const SHEET: &str = "/*! DSFR v1.13.1 | SPDX-License-Identifier: MIT */\n\
    @font-face{font-family:Test;src:url(fonts/Test-Regular.woff2) format(\"woff2\"),url('fonts/Test-Regular.woff')}\n\
    .fr-btn::before{mask-image:url(\"icons/system/test-line.svg?v=1#a\")}\n\
    .fr-select{background-image:url(\"data:image/svg+xml;charset=utf-8,<svg xmlns='http://www.w3.org/2000/svg'/>\")}\n";

/// A folder `dist` with this stylesheet and what it takes.
fn dist(folder: &Path, sheet: &str) {
    for inner in ["fonts", "icons/system"] {
        fs::create_dir_all(folder.join(inner)).unwrap();
    }
    let mut rules = sheet.to_owned();
    (0..200).for_each(|number| writeln!(rules, ".test-{number}{{color:inherit}}").unwrap());
    fs::write(folder.join("dsfr.min.css"), rules).unwrap();
    fs::write(folder.join("fonts/Test-Regular.woff2"), b"wOF2 bytes of a font").unwrap();
    fs::write(folder.join("fonts/Test-Regular.woff"), b"wOFF bytes of a font").unwrap();
    let icon = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"/>";
    fs::write(folder.join("icons/system/test-line.svg"), icon).unwrap();
    fs::write(folder.join("secret.svg"), "<svg>not taken by the stylesheet</svg>").unwrap();
}

async fn served(app: TestApp) -> TestServer {
    let folder = app.path("dist");
    TestServer::with(app, NOW, |config| config.web.dsfr = folder).await
}

async fn get(server: &TestServer, path: &str, cookie: &str) -> Response {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let request = client.get(server.url(path)).header(ACCEPT, "text/html").header(COOKIE, cookie);
    request.send().await.unwrap()
}

fn header(answer: &Response, name: &str) -> String {
    answer.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned())
}

/// Addresses of the stylesheets of a page, in their order.
fn stylesheets(html: &str) -> Vec<String> {
    let links = html.split("<link rel=\"stylesheet\"").skip(1);
    links.filter_map(|link| attributes(link, "href").into_iter().next()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_in_the_neutral_theme_unless_the_settings_give_another() {
    let server = TestServer::open(TestApp::new(), NOW).await;
    let page = get(&server, "/aide", "").await;
    let policy = header(&page, "content-security-policy");
    assert!(policy.contains("img-src 'self';") && !policy.contains("data:"), "{policy}");
    let html = page.text().await.unwrap();
    let names: Vec<String> = stylesheets(&html)
        .iter()
        .map(|address| address.rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["neutral.css", "vigie.css"]);
    assert!(!html.contains("scheme.js"), "stylesheets follow the system by themselves");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_the_dsfr_are_served_with_what_its_stylesheet_takes_and_nothing_else() {
    let app = TestApp::new();
    dist(&app.path("dist"), SHEET);
    let server = served(app).await;
    let page = get(&server, "/aide", "").await;
    let policy = header(&page, "content-security-policy");
    assert!(policy.contains("img-src 'self' data:;"), "{policy}");
    assert!(
        policy.contains("style-src 'self';") && policy.contains("font-src 'self';"),
        "{policy}"
    );
    let html = page.text().await.unwrap();
    let sheets = stylesheets(&html);
    assert_eq!(sheets.len(), 2);
    assert!(
        sheets[0].ends_with("/dsfr.min.css") && sheets[1].ends_with("/vigie.css"),
        "{sheets:?}"
    );
    let folder = sheets[0].strip_suffix("dsfr.min.css").unwrap();
    for (name, media_type) in [
        ("dsfr.min.css", "text/css; charset=utf-8"),
        ("fonts/Test-Regular.woff2", "font/woff2"),
        ("fonts/Test-Regular.woff", "font/woff"),
        ("icons/system/test-line.svg", "image/svg+xml"),
    ] {
        let file = get(&server, &format!("{folder}{name}"), "").await;
        assert_eq!(file.status(), 200, "{name}");
        assert_eq!(header(&file, "content-type"), media_type);
        assert_eq!(header(&file, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&file, "x-content-type-options"), "nosniff");
        let bytes = file.bytes().await.unwrap();
        assert_eq!(bytes, fs::read(server.app.path("dist").join(name)).unwrap(), "{name}");
    }
    for none in [
        "secret.svg",
        "fonts/",
        "",
        "fonts/../secret.svg",
        "fonts/%2e%2e/secret.svg",
        "../../../vigie.db",
        "%2Fetc%2Fpasswd",
        "/etc/passwd",
    ] {
        let answer = get(&server, &format!("{folder}{none}"), "").await;
        assert!(!answer.status().is_success(), "{none}: {}", answer.status());
    }
    let other = sheets[0].replace("/assets/", "/assets/0");
    assert_eq!(get(&server, &other, "").await.status(), 404, "another fingerprint");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stylesheet_of_the_dsfr_is_compressed_and_its_address_changes_with_any_of_its_files() {
    let mut addresses = Vec::new();
    for font in ["wOF2 one", "wOF2 another"] {
        let app = TestApp::new();
        dist(&app.path("dist"), SHEET);
        fs::write(app.path("dist/fonts/Test-Regular.woff2"), font).unwrap();
        let server = served(app).await;
        let html = get(&server, "/aide", "").await.text().await.unwrap();
        let address = stylesheets(&html).remove(0);
        let client = Client::builder().build().unwrap();
        let request = client.get(server.url(&address)).header(ACCEPT_ENCODING, "gzip");
        let zipped = request.send().await.unwrap();
        assert_eq!(zipped.headers()[CONTENT_ENCODING], "gzip");
        let whole = fs::metadata(server.app.path("dist/dsfr.min.css")).unwrap().len();
        let sent = zipped.bytes().await.unwrap().len();
        assert!(u64::try_from(sent).unwrap() < whole, "{sent} bytes of {whole}");
        addresses.push(address);
        server.close().await;
    }
    assert_ne!(addresses[0], addresses[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_within_a_stylesheet_are_allowed_only_where_it_has_some() {
    let app = TestApp::new();
    let without: String = SHEET.lines().filter(|line| !line.contains("data:")).collect();
    dist(&app.path("dist"), &without);
    let server = served(app).await;
    let policy = header(&get(&server, "/aide", "").await, "content-security-policy");
    assert!(policy.contains("img-src 'self';"), "{policy}");
    server.close().await;
}

fn config_check(app: &TestApp, folder: &str) -> Answer {
    let mut command = app.command(&["config", "check"]);
    let output = command.env("VIGIE_WEB__DSFR", app.path(folder)).output().unwrap();
    Answer {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

#[test]
fn a_folder_that_is_not_the_dsfr_is_refused_before_anything_is_opened() {
    let app = TestApp::new();
    let banner = "/*! DSFR v1.13.1 */";
    for (name, sheet) in [
        ("good", SHEET.to_owned()),
        ("old", SHEET.replace("1.13.1", "1.11.2")),
        ("next", SHEET.replace("1.13.1", "2.0.0")),
        ("nameless", SHEET.replace("DSFR v", "")),
        ("partial", format!("{banner}a{{src:url(fonts/Other.woff2)}}")),
        ("climbing", format!("{banner}a{{src:url(../good/fonts/Test-Regular.woff2)}}")),
        ("absolute", format!("{banner}a{{src:url(/etc/passwd.svg)}}")),
        ("elsewhere", format!("{banner}a{{src:url(https://example.org/a.svg)}}")),
        ("script", format!("{banner}a{{src:url(dsfr.module.min.js)}}")),
        ("linked", format!("{banner}a{{src:url(fonts/out.svg)}}")),
    ] {
        dist(&app.path(name), &sheet);
    }
    symlink(app.path("good/secret.svg"), app.path("linked/fonts/out.svg")).unwrap();
    symlink(app.path("good"), app.path("current")).unwrap();
    fs::create_dir(app.path("empty")).unwrap();
    for folder in ["good", "current"] {
        let answer = config_check(&app, folder);
        assert_eq!(answer.code, Some(0), "{folder}: {}", answer.stderr);
    }
    for (folder, words) in [
        ("nothing", "il n’y a pas de dossier"),
        ("empty", "il n’y a pas de fichier `dsfr.min.css`"),
        (
            "old",
            "trouvé la version 1.11.2 du DSFR, attendu 1.12.0 ou une version ultérieure, avant 2.0.0",
        ),
        ("next", "trouvé la version 2.0.0 du DSFR"),
        ("nameless", "ne dit pas sa version"),
        ("partial", "demande `fonts/Other.woff2`, qui n’est pas dans"),
        ("climbing", "demande `../good/fonts/Test-Regular.woff2`, qui est hors de"),
        ("absolute", "demande `/etc/passwd.svg`, qui est hors de"),
        ("elsewhere", "demande `https://example.org/a.svg`, qui est hors de"),
        ("script", "qui n’est ni une police ni une image"),
        ("linked", "demande `fonts/out.svg`, qui est hors de"),
    ] {
        let answer = config_check(&app, folder);
        assert_eq!(answer.code, Some(1), "{folder}");
        let said = answer.stderr.replace('\u{a0}', " ");
        assert!(said.contains("réglage `web.dsfr`") && said.contains(words), "{folder}: {said}");
        let mut settings = app.settings();
        settings.web.dsfr = app.path(folder);
        check(&settings).unwrap_err();
    }
    assert!(!app.path("vigie.db").exists());
}

/// Sends the form of `/affichage`; returns the cookie that the browser keeps, and where it is sent.
async fn choose(server: &TestServer, theme: &str, back: &str) -> (String, String) {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let request = client.post(server.url("/affichage")).form(&[("theme", theme), ("retour", back)]);
    let answer = request.header("Sec-Fetch-Site", "same-origin").send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let cookies = answer.headers().get_all(SET_COOKIE).iter();
    let cookies = cookies.map(|cookie| cookie.to_str().unwrap().to_owned());
    let cookie = cookies.rev().find(|cookie| cookie.starts_with("vigie_scheme=")).unwrap();
    (cookie, answer.headers()[LOCATION].to_str().unwrap().to_owned())
}

fn root_element(html: &str) -> &str {
    let begins = html.find("<html").unwrap();
    html[begins..].split('>').next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_chooses_a_theme_which_the_browser_remembers_without_a_script() {
    let server = TestServer::open(TestApp::new(), NOW).await;
    let html = get(&server, "/affichage", "").await.text().await.unwrap();
    assert_eq!(root_element(&html), "<html lang=\"fr\" data-fr-scheme=\"system\"");
    assert!(html.contains("name=\"theme\" value=\"system\" checked"), "{html}");
    for (theme, controls) in [("light", "light"), ("dark", "dark")] {
        let (cookie, to) = choose(&server, theme, "/projets?tri=nom").await;
        assert_eq!(to, "/projets?tri=nom");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=34560000"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let remembered = cookie.split(';').next().unwrap();
        let help = get(&server, "/aide", remembered).await.text().await.unwrap();
        let expected = format!("data-fr-scheme=\"{theme}\" data-fr-theme=\"{theme}\"");
        assert!(root_element(&help).contains(&expected), "{}", root_element(&help));
        assert!(help.contains(&format!("<meta name=\"color-scheme\" content=\"{controls}\">")));
        let choice = get(&server, "/affichage", remembered).await.text().await.unwrap();
        assert!(choice.contains(&format!("name=\"theme\" value=\"{theme}\" checked")), "{theme}");
    }
    let (cookie, _) = choose(&server, "system", "").await;
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_of_theme_leads_to_no_other_site_and_comes_from_none() {
    let server = TestServer::open(TestApp::new(), NOW).await;
    for elsewhere in ["https://example.org/", "//example.org/", "/\\example.org", "projets"] {
        assert_eq!(choose(&server, "dark", elsewhere).await.1, "/affichage", "{elsewhere}");
    }
    let client = Client::new();
    let request = client.post(server.url("/affichage")).form(&[("theme", "dark")]);
    let refused = request.header("Sec-Fetch-Site", "cross-site").send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let unknown = client.post(server.url("/affichage")).form(&[("theme", "sepia")]);
    let unfit = unknown.header("Sec-Fetch-Site", "same-origin").send().await.unwrap();
    assert!(unfit.status().is_client_error(), "{}", unfit.status());
    let html = get(&server, "/aide", "vigie_scheme=sepia").await.text().await.unwrap();
    assert_eq!(root_element(&html), "<html lang=\"fr\" data-fr-scheme=\"system\"");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_dsfr_needs_a_script_to_follow_the_system_and_only_then() {
    let app = TestApp::new();
    dist(&app.path("dist"), SHEET);
    let server = served(app).await;
    for (cookie, has_script) in [("", true), ("vigie_scheme=dark", false)] {
        let html = get(&server, "/aide", cookie).await.text().await.unwrap();
        assert_eq!(html.contains("/scheme.js\"></script>"), has_script, "{cookie}");
    }
    server.close().await;
}
