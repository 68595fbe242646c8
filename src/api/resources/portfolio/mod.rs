//! Projects, portfolio, coverage, links, exits, imports and exports.

pub(in crate::api) mod campaigns;
pub(in crate::api) mod coverage;
pub(in crate::api) mod editions;
pub(in crate::api) mod exits;
pub(in crate::api) mod exports;
pub(in crate::api) mod imports;
pub(in crate::api) mod layouts;
pub(in crate::api) mod links;
pub(in crate::api) mod panorama;
pub(in crate::api) mod projects;
pub(in crate::api) mod questionnaire;
pub(in crate::api) mod wanted_answers;
