//! Projects, portfolio, coverage, links, exits, imports and exports.

pub(crate) mod campaigns;
pub(crate) mod coverage;
pub(crate) mod editions;
pub(crate) mod exits;
pub(crate) mod exports;
pub(crate) mod imports;
pub(crate) mod layouts;
pub(crate) mod links;
pub(crate) mod panorama;
pub(crate) mod profiles;
pub(crate) mod projects;
pub(crate) mod questionnaire;
pub(crate) mod recorded_names;
pub(crate) mod wanted_answers;
