//! Links and forms of pages: each leads somewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::site::{Site, View};
use vigie::api::Route;
use vigie::{api, web};

/// Links of one shape that are followed: of one list of projects, so many projects.
const FOLLOWED: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn no_link_of_a_page_leads_nowhere() {
    let site = Site::open().await;
    let (mut faults, mut followed) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    for view in &site.views {
        let html = site.html(view).await;
        for target in attributes(&html, "href").into_iter().filter(|target| is_ours(target)) {
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            if path.is_empty() {
                if !has_anchor(&html, anchor) {
                    faults.insert(format!("{}: nothing has the id of {target}", view.path));
                }
                continue;
            }
            let times = followed.entry(shape(&target)).or_default();
            *times += 1;
            if *times > FOLLOWED {
                continue;
            }
            let path = absolute(&view.path, path);
            let (status, text) = site.linked(view, &path).await;
            if status >= 400 {
                faults.insert(format!("{}: {target} answers {status}", view.path));
            } else if !anchor.is_empty() && !has_anchor(&text, anchor) {
                faults.insert(format!("{}: nothing has the id of {target}", view.path));
            }
        }
    }
    site.close().await;
    let lines: Vec<String> = faults.into_iter().collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_a_page_is_sent_to_a_route() {
    let site = Site::open().await;
    let mut faults = BTreeSet::new();
    for view in &site.views {
        let html = site.html(view).await;
        for (method, action) in forms(view, &html) {
            let is_there =
                |routes: &[Route]| routes.iter().any(|route| leads(route, &method, &action));
            if !is_there(web::routes()) && !is_there(api::routes()) {
                faults.insert(format!("{}: no route {method} {action}", view.path));
            }
        }
    }
    site.close().await;
    let lines: Vec<String> = faults.into_iter().collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

/// Method and path of each form, and of each button that sends its form elsewhere.
fn forms(view: &View, html: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for form in html.split("<form").skip(1) {
        let head = form.split('>').next().unwrap_or_default();
        let body = form.split("</form>").next().unwrap_or_default();
        let first = |name: &str| attributes(head, name).into_iter().next().unwrap_or_default();
        let method = if first("method") == "post" { "POST" } else { "GET" };
        let elsewhere = attributes(body, "formaction");
        for action in std::iter::once(first("action")).chain(elsewhere) {
            let action = absolute(&view.path, &action);
            found.push((method.to_owned(), action.split(['?', '#']).next().unwrap().to_owned()));
        }
    }
    found
}

/// Whether a path is one of the route's.
fn leads(route: &Route, method: &str, path: &str) -> bool {
    let (parts, wanted): (Vec<&str>, Vec<&str>) =
        (path.split('/').collect(), route.path.split('/').collect());
    let fits = |(part, place): (&&str, &&str)| part == place || place.starts_with('{');
    route.method == method && parts.len() == wanted.len() && parts.iter().zip(&wanted).all(fits)
}

/// The values of an attribute, wherever it stands.
pub(super) fn attributes(html: &str, name: &str) -> Vec<String> {
    let begins = format!(" {name}=\"");
    let values = html.split(begins.as_str()).skip(1).filter_map(|rest| rest.split('"').next());
    values.map(|value| value.replace("&amp;", "&").replace("&#x2f;", "/")).collect()
}

pub(super) fn is_ours(target: &str) -> bool {
    !target.contains("://") && !target.starts_with("mailto:") && !target.starts_with("tel:")
}

/// An address without what tells one thing of a list from another.
pub(super) fn shape(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut parts: Vec<&str> = path.split('/').collect();
    if let Some(id) = parts.get_mut(2) {
        *id = "…";
    }
    let names: BTreeSet<&str> =
        query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect();
    format!("{}?{}", parts.join("/"), names.into_iter().collect::<Vec<_>>().join("&"))
}

/// The address that a link of a page leads to.
pub(super) fn absolute(page: &str, target: &str) -> String {
    let base = reqwest::Url::parse("http://vigie.test").unwrap().join(page).unwrap();
    let url = base.join(target).unwrap();
    let query = url.query().map_or(String::new(), |query| format!("?{query}"));
    format!("{}{query}", url.path())
}

fn has_anchor(html: &str, anchor: &str) -> bool {
    html.contains(&format!(" id=\"{anchor}\""))
}

#[test]
fn links_and_forms_are_found_in_a_page() {
    let html = "<a class=\"x\" href=\"/projets?tri=nom&amp;curseur=2\">x</a><a href=\"#bas\">y</a><p id=\"bas\">\
                <form method=\"post\" action=\"\"><button formaction=\"/alertes/silence\">z</button></form>";
    assert_eq!(attributes(html, "href"), ["/projets?tri=nom&curseur=2", "#bas"]);
    assert!(has_anchor(html, "bas") && !has_anchor(html, "haut"));
    assert_eq!(shape("/projets/si-samu?b=1&a=2"), "/projets/…?a&b");
    assert_eq!(absolute("/alertes?niveau=haut", "?curseur=2"), "/alertes?curseur=2");
    assert_eq!(absolute("/alertes/1", ""), "/alertes/1");
}
