//! Writes the messages of a campaign that are due. Pure.

use std::collections::BTreeMap;

use super::due::{CampaignInputs, DueMessage};
use super::words;
use crate::domain::messages::attachment::Attachment;
use crate::domain::messages::notice::{Content, Notice, NoticeKind, Receiver};
use crate::notify::layout::render;
use crate::notify::layout::render::RenderError;

/// One notice for each message, with the workbooks of its receiver, if there are any.
///
/// # Errors
/// When a message cannot be laid out.
pub fn campaign_notices(
    inputs: CampaignInputs<'_>,
    due: &[DueMessage<'_>],
    workbooks: &BTreeMap<Receiver, Vec<Attachment>>,
) -> Result<Vec<Notice>, RenderError> {
    let of = |one: &DueMessage<'_>| {
        let asks = one.kind != NoticeKind::QuestionnaireClosing;
        let files = workbooks.get(&one.receiver).filter(|_| asks);
        files.cloned().unwrap_or_default()
    };
    due.iter().map(|one| notice(inputs, one, of(one))).collect()
}

fn notice(
    inputs: CampaignInputs<'_>,
    due: &DueMessage<'_>,
    attachments: Vec<Attachment>,
) -> Result<Notice, RenderError> {
    let DueMessage { id, receiver, kind, follows, .. } = due;
    let message = words::message(inputs, due, attachments.len());
    let content = match render::content(&message, None, usize::MAX)? {
        Content::Message { text, html, page, .. } => {
            Content::Message { text, html, page, attachments }
        }
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
