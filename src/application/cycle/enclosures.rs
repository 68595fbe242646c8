//! Documents that digests carry. What a document says is known once the cycle is committed, and a digest is written with the
//! cycle: it waits in the outbox for its document, for a while. A document that cannot be made keeps no digest from leaving.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use crate::application::documents::refusal::DocumentRefusal;
use crate::application::documents::{DigestDocuments, DocumentRequest, document_file};
use crate::application::{ApplicationError, Services};
use crate::domain::messages::attachment::Attachment;
use crate::domain::messages::notice::{Content, Notice, NoticeKind, Outgoing, Receiver};

/// How long a digest waits for its document.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(2);

/// Makes digests wait for their documents, and returns them as they may leave without: with the time at which each was to leave.
pub(super) fn await_documents(
    services: &Services,
    outgoing: &mut Outgoing,
    now: DateTime<Utc>,
) -> Vec<Notice> {
    if services.documents.digests != DigestDocuments::Attached {
        return vec![];
    }
    let mut digests = Vec::new();
    for notice in &mut outgoing.notices {
        if notice.kind == NoticeKind::Digest && document_of(&notice.receiver).is_some() {
            digests.push(notice.clone());
            notice.not_before = notice.not_before.max(now + LONGEST_WAIT);
        }
    }
    digests
}

/// Adds its document to each of `digests`, and lets it leave when it was to. One that has left meanwhile stays as it is.
pub(super) async fn enclose_documents(services: &Services, digests: Vec<Notice>) {
    for digest in digests {
        let id = &digest.id;
        let content = with_document(services, &digest).await.unwrap_or_else(|fault| {
            let cause: &dyn std::error::Error = &fault;
            warn!(error = cause, notice.id = %id, "Digest {id} leaves without its document");
            digest.content.clone()
        });
        let now = services.clock.now();
        let completed = services.store.complete_notice(id, &content, digest.not_before, now).await;
        if let Err(fault) = completed {
            let cause: &dyn std::error::Error = &fault;
            warn!(error = cause, notice.id = %id, "Digest {id} leaves late, without its document");
        }
    }
}

async fn with_document(services: &Services, digest: &Notice) -> Result<Content, ApplicationError> {
    let format = services.documents.formats.first().copied();
    let (Some(request), Some(format), Content::Message { text, html, page, attachments }) =
        (document_of(&digest.receiver), format, digest.content.clone())
    else {
        return Ok(digest.content.clone());
    };
    let file = document_file(services, &request, format).await?;
    let media_type = format.media_type().split(';').next().unwrap_or_default();
    let file =
        Attachment::new(&file.name, media_type, file.bytes).map_err(DocumentRefusal::from)?;
    let attachments = attachments.into_iter().chain([file]).collect();
    Ok(Content::Message { text, html, page, attachments })
}

/// The document that the digests of a receiver carry.
fn document_of(receiver: &Receiver) -> Option<DocumentRequest> {
    match receiver {
        Receiver::SecretaryGeneral(ministry) => Some(DocumentRequest::Ministry {
            ministry: ministry.as_str().to_owned(),
            edition: None,
        }),
        Receiver::Dinum => Some(DocumentRequest::Cosinum { edition: None, previous: None }),
        Receiver::ProjectDirector(_)
        | Receiver::SecurityRelay(_)
        | Receiver::Director
        | Receiver::Account(_)
        | Receiver::Webhook(_)
        | Receiver::Tchap => None,
    }
}
