//! Pages in French, for people: the risk team, secretaries-general, the director. A page has no logic and no visibility of its
//! own: its handler passes the guard that routes of the API pass, calls what they call, and fills a template.

mod assets;
mod confirmations;
mod context;
mod filters;
mod last_visit;
mod link;
mod lists;
mod multipart;
mod pages;
mod problem_pages;
mod query;
mod routes;
mod staging;
mod templates;
mod theme;
mod visitor;
mod wording;

pub use context::PageSettings;
pub use problem_pages::show_problems;
pub use routes::{configure, routes};
pub use theme::{Dsfr, DsfrFault, WebSettings};
