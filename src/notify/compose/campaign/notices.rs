//! Writes the messages of a campaign that are due. Pure.

use std::collections::BTreeMap;

use super::due::{CampaignInputs, DueMessage};
use super::words;
use crate::domain::messages::attachment::Attachment;
use crate::domain::messages::notice::{Content, Notice, NoticeKind, Receiver};
use crate::notify::layout::render;
use crate::notify::layout::render::RenderError;

/// One notice for each message, with the workbook of its receiver, if there is one.
///
/// # Errors
/// When a message cannot be laid out.
pub fn campaign_notices(
    inputs: CampaignInputs<'_>,
    due: &[DueMessage<'_>],
    workbooks: &BTreeMap<Receiver, Attachment>,
) -> Result<Vec<Notice>, RenderError> {
    due.iter().map(|one| notice(inputs, one, workbooks.get(&one.receiver))).collect()
}

fn notice(
    inputs: CampaignInputs<'_>,
    due: &DueMessage<'_>,
    workbook: Option<&Attachment>,
) -> Result<Notice, RenderError> {
    let DueMessage { id, receiver, kind, follows, .. } = due;
    let workbook = workbook.filter(|_| *kind != NoticeKind::QuestionnaireClosing);
    let message = words::message(inputs, due, workbook.is_some());
    let content = match render::content(&message, None, usize::MAX)? {
        Content::Message { text, html, page, .. } => Content::Message {
            text,
            html,
            page,
            attachments: workbook.into_iter().cloned().collect(),
        },
        post @ Content::Post { .. } => post,
    };
    Ok(Notice {
        id: id.clone(),
        receiver: receiver.clone(),
        kind: *kind,
        cycle: None,
        thread: format!("campaign/{}/{receiver}", inputs.questions.edition),
        follows: follows.iter().cloned().collect(),
        title: message.title,
        content,
        created_at: inputs.now,
        not_before: inputs.settings.calendar.office_hours_from(inputs.now),
    })
}
