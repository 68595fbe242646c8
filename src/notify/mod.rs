//! Messages: what is said to whom (pure), how it is laid out, and the channels that carry it.
//!
//! What was told is remembered apart from what is true: a digest is the difference. What is sent is
//! written first, in the cycle's transaction, and is the same to the byte however often it is tried.

mod calendar;
mod compose;
mod digest;
mod directory;
mod email;
mod event;
mod fault;
mod letters;
mod message;
mod networks;
mod occurrence;
mod remind;
mod render;
mod retry;
mod settings;
mod signals;
mod silences;
mod stale;
mod tchap;
mod terms;
mod webhook;

pub use compose::Occasion;
pub use compose::lanes;
pub use compose::outgoing;
pub use compose::preview;
pub use compose::with_end_of_cycle;
pub use digest::Facts;
pub use directory::Directory;
pub use directory::secretary_general;
pub use email::Mailbox;
pub use email::Mailer;
pub use email::Session;
pub use email::masked;
pub use fault::ChannelFault;
pub use occurrence::CycleDone;
pub use occurrence::Occurrence;
pub use occurrence::RuleTurn;
pub use occurrence::World;
pub use occurrence::happened;
pub use remind::Reminders;
pub use remind::Waiting;
pub use remind::reminders;
pub use render::RenderError;
pub use retry::Attempt;
pub use retry::Reason;
pub use settings::CalendarSettings;
pub use settings::MailSettings;
pub use settings::MailTls;
pub use settings::OutboxSettings;
pub use settings::Settings;
pub use settings::TchapSettings;
pub use settings::WebhookFormat;
pub use settings::WebhookSettings;
pub use silences::SilenceNews;
pub use silences::silence_news;
pub use stale::StaleDataset;
pub use stale::stale;
pub use tchap::Room;
pub use terms::FILE as TERMS_FILE;
pub use terms::Terms;
pub use terms::TermsError;
pub use webhook::Endpoint;
pub use webhook::sign;
