//! Messages: who receives what (pure), how it is laid out, and the channels that carry it.
//!
//! What was sent to each receiver is stored apart from the state of alerts and missions: a digest
//! is the difference between the two. A notice is written first, in the cycle's transaction, and
//! stays the same bytes however often it is tried.

mod channels;
mod compose;
mod fault;
mod layout;
mod links;
mod retry;
mod settings;

pub use channels::directory::Directory;
pub use channels::email::{MailSession, Mailbox, Mailer};
pub use channels::matrix::Room;
pub use channels::webhook::{Endpoint, sign};
pub use compose::campaign::due::{
    CampaignInputs, CampaignQuestions, DueMessage, DueMessages, QuestionedProject, due_messages,
    may_write,
};
pub use compose::campaign::notices::campaign_notices;
pub use compose::context::ComposeContext;
pub use compose::correction::Correction;
pub use compose::datasets::stale::{StaleDataset, stale};
pub use compose::digest::CycleFacts;
pub use compose::domain_event::{
    CycleDone, DeliveryContext, DomainEvent, RuleRevisionChange, clock_letter, notices_for,
};
pub use compose::notices::{correct, lanes, outgoing, preview, with_end_of_cycle};
pub use compose::remind::{ReminderInputs, Reminders, reminders};
pub use compose::service::account_link::{
    AccountLinkMessage, account_link_notice, with_account_link,
};
pub use compose::service::account_notice::local_token_notice;
pub use compose::service::engine_change::engine_notice;
pub use compose::service::outage::outage_notices;
pub use compose::silences::{SilenceNews, silence_news};
pub use compose::terms::{FILE as TERMS_FILE, NoticeTerms, TermsError};
pub use fault::ChannelFault;
pub use layout::labels::{
    Labels, MINISTRY as MINISTRY_LABEL, PROJECT as PROJECT_LABEL, RULE as RULE_LABEL, annotations,
    labels, office,
};
pub use layout::render::RenderError;
pub use layout::stakes::{ProjectCost, Stakes};
pub use links::{LinkPurpose, LinkSigner, PersonalLink};
pub use retry::{Blame, DeliveryAttempt, FailureReason, Patience};
pub use settings::{
    CalendarSettings, MailSettings, MailTls, NotifySettings, OutboxSettings, TchapSettings,
    WebhookFormat, WebhookSettings,
};
