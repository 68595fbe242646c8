//! What project teams are asked, and what becomes of their answers.

pub(super) mod campaigns;
pub(super) mod wanted;
pub(super) mod workbook;
