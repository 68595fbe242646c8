//! Pages on which people decide: alerts, silences, disputes, missions, reviews.

mod alerts;
mod documents;
mod in_browser;
mod many_projects;
mod ministry;
mod missions;
mod reader;
mod reviews;
mod silences;
mod visitors;
