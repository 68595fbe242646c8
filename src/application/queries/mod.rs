//! Questions about what is stored, answered for the API and the command line.

pub(super) mod alert_queue;
pub(super) mod coverage;
pub(super) mod dossier;
pub(super) mod edition_comparison;
pub(super) mod explain;
pub(super) mod feed;
pub(super) mod firing;
pub(super) mod layouts;
pub(super) mod names;
pub(super) mod projects;
pub(super) mod recipients;
pub(super) mod row_schemas;
pub(super) mod table_rows;
pub(super) mod timeline;
pub(super) mod view;
