//! What project teams are asked, what their answers are worth, and what came of the campaigns.

pub(in crate::application) mod answer_sheet;
pub(in crate::application) mod answers_sent;
pub(in crate::application) mod campaign_messages;
pub(in crate::application) mod campaign_report;
pub(in crate::application) mod campaigns;
pub(super) mod refusal;
pub(in crate::application) mod report;
pub(super) mod wanted_answers;
pub(super) mod workbook;
