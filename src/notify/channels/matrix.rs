//! Tchap, the French State's messaging service, which uses the Matrix protocol: one message to a
//! room, never duplicated by a retry.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode, Url};
use serde::Deserialize;
use serde_json::json;

use super::webhook::{failed, judged};
use crate::domain::messages::notice::{Content, Notice};
use crate::notify::fault::ChannelFault;
use crate::notify::retry::{DeliveryAttempt, FailureReason};
use crate::notify::settings::TchapSettings;
use crate::support::bounded_http::read_body;
use crate::support::secret::Secret;
use crate::support::visible_text;

pub struct Room {
    url: Url,
    token: Secret,
    pause: Duration,
    client: reqwest::Client,
}

/// The body of an answer with status 429.
#[derive(Debug, Deserialize)]
struct Limited {
    retry_after_ms: Option<u64>,
}

/// Most bytes of such an answer.
const MOST_BYTES: usize = 64 * 1024;

async fn limited(answer: Response) -> Option<Limited> {
    serde_json::from_slice(&read_body(answer, MOST_BYTES).await.ok()?).ok()
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl Room {
    pub fn new(settings: &TchapSettings) -> Result<Self, ChannelFault> {
        let expected = "expected an address such as `https://matrix.agent.tchap.gouv.fr`";
        let fault = || ChannelFault::new("tchap.homeserver", expected);
        let mut url = Url::parse(&settings.homeserver).map_err(|_| fault())?;
        if !settings.room.starts_with('!') {
            let what =
                format!("found `{}`, expected a room's id such as `!abc:server`", settings.room);
            return Err(ChannelFault::new("tchap.room", what));
        }
        if settings.token.is_empty() {
            return Err(ChannelFault::new("tchap.token", "found none, expected an access token"));
        }
        if !settings.token.reveal().chars().all(|c| c.is_ascii_graphic()) {
            let what = "found blanks or letters with accents, expected an access token";
            return Err(ChannelFault::new("tchap.token", what));
        }
        url.path_segments_mut().map_err(|()| fault())?.pop_if_empty().extend([
            "_matrix",
            "client",
            "v3",
            "rooms",
            &settings.room,
            "send",
            "m.room.message",
        ]);
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .timeout(Duration::from_secs(settings.timeout_seconds.max(1)))
            .user_agent(concat!("Vigie/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| ChannelFault::new("tchap.homeserver", error.to_string()))?;
        Ok(Self {
            url,
            token: settings.token.clone(),
            pause: Duration::from_millis(settings.pause_ms),
            client,
        })
    }

    /// The pause that the settings require between two messages.
    pub fn pause(&self) -> Duration {
        self.pause
    }

    /// Sends a notice. Its id is the id of the Matrix transaction, so that a message sent twice
    /// appears once.
    pub async fn send(&self, notice: &Notice, now: DateTime<Utc>) -> DeliveryAttempt {
        let Content::Message { text, html, .. } = &notice.content else {
            let what = "found a notice for a program, expected one for people";
            return DeliveryAttempt::give_up(FailureReason::Unfit, what);
        };
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.push(notice.id.as_str());
        }
        let message = json!({
            "msgtype": "m.text",
            "body": visible_text::lines(text),
            "format": "org.matrix.custom.html",
            "formatted_body": visible_text::lines(html),
        });
        let answer =
            self.client.put(url).bearer_auth(self.token.reveal()).json(&message).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return failed(&error),
        };
        match judged(answer.status(), answer.headers(), now) {
            DeliveryAttempt::ChannelFailed { after: None, reason, detail, blame }
                if answer.status() == StatusCode::TOO_MANY_REQUESTS =>
            {
                let limited = limited(answer).await;
                let requested = limited.and_then(|limited| limited.retry_after_ms);
                let after = requested.map(Duration::from_millis);
                DeliveryAttempt::ChannelFailed { after, reason, detail, blame }
            }
            // Every message uses the same address: the server or the room does not exist.
            DeliveryAttempt::Retry { detail, .. } if answer.status() == StatusCode::NOT_FOUND => {
                DeliveryAttempt::channel_failed(FailureReason::Settings, detail)
            }
            // The room refuses this very message, for good.
            DeliveryAttempt::Retry { after: None, reason: FailureReason::ClientError, detail } => {
                DeliveryAttempt::give_up(FailureReason::ClientError, detail)
            }
            attempt @ (DeliveryAttempt::Delivered
            | DeliveryAttempt::ChannelFailed { .. }
            | DeliveryAttempt::Retry { .. }
            | DeliveryAttempt::GiveUp { .. }) => attempt,
        }
    }
}
