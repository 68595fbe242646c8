//! The parts of the administration, for the menu of each of its pages.

use serde::Serialize;

use crate::domain::accounts::access::Permission;
use crate::web::context::{Heading, PageContext};

/// Label, address and permission of each part.
const PARTS: [(&str, &str, Permission); 5] = [
    ("Tâches", "/administration", Permission::Read),
    ("Cycles", "/administration/cycles", Permission::Read),
    ("Canaux", "/administration/canaux", Permission::Read),
    ("Réglages", "/administration/reglages", Permission::Administer),
    ("Journal", "/administration/journal", Permission::Administer),
];

/// The page above the others.
const ADMINISTRATION: (&str, &str) = ("Administration", "/administration");

/// A part of the administration.
#[derive(Debug, Serialize)]
pub(super) struct AdministrationTab {
    label: &'static str,
    href: &'static str,
    current: bool,
}

/// Those that the caller may open; `current` is the address of the one that is shown.
pub(super) fn tabs(context: &PageContext, current: &str) -> Vec<AdministrationTab> {
    let open = PARTS.into_iter().filter(|(.., permission)| context.caller().may(*permission));
    open.map(|(label, href, _)| AdministrationTab { label, href, current: href == current })
        .collect()
}

/// A page right under the administration, or under one of its parts.
pub(super) fn heading(title: &str, help: &'static str, part: Option<(&str, &str)>) -> Heading {
    let above: Vec<(&str, &str)> = std::iter::once(ADMINISTRATION).chain(part).collect();
    Heading::of(title, help).under(&above)
}
