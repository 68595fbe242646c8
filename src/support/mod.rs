//! Tools that know nothing of projects: clock, French figures, working days, texts, secrets, bounded reading.

pub mod bounded_http;
pub mod clock;
pub mod fingerprint;
pub mod french;
pub mod french_article;
pub mod mail_address;
pub mod redaction;
pub mod secret;
pub mod single_flight;
pub mod text_diff;
pub mod text_position;
pub mod translation;
pub mod visible_text;
pub mod workers;
pub mod working_days;
