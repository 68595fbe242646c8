//! The parts of a subject, each with an address of its own.

use serde::Serialize;

/// A part, and whether it is the one that the page shows.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Tab {
    label: &'static str,
    href: &'static str,
    current: bool,
}

/// The parts of alerts, `current` being the address of the page.
pub(super) fn of_alerts(current: &str) -> Vec<Tab> {
    tabs(
        &[("Alertes", "/alertes"), ("Silences", "/silences"), ("Contestations", "/contestations")],
        current,
    )
}

/// The parts of missions.
pub(super) fn of_missions(current: &str) -> Vec<Tab> {
    tabs(
        &[
            ("Par état", "/missions"),
            ("Par équipe", "/missions/classement"),
            ("Bilan par règle", "/missions/bilan"),
        ],
        current,
    )
}

/// The parts of reviews.
pub(super) fn of_reviews(current: &str) -> Vec<Tab> {
    tabs(&[("Calendrier", "/revues"), ("Actions à mener", "/revues/actions")], current)
}

fn tabs(parts: &[(&'static str, &'static str)], current: &str) -> Vec<Tab> {
    let tab = |(label, href): &(&'static str, &'static str)| Tab {
        label,
        href,
        current: *href == current,
    };
    parts.iter().map(tab).collect()
}
