//! Outages reported to people: through another channel, on the command line, in the API and the
//! metrics.

use chrono::TimeDelta;
use serde_json::Value;

use super::delivery::going_on;
use super::outages::{Post, one_connection};
use super::webhooks::{events, webhook};
use crate::support::TestApp;
use crate::support::servers::flaky_smtp::{FlakySmtp, Manner};
use crate::support::servers::reception::{Call, Receptionist};
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;
use vigie::domain::ids::MinistryCode;
use vigie::notify::{MailTls, NotifySettings, WebhookSettings};

#[actix_web::test]
async fn the_risk_team_is_notified_once_of_a_lasting_outage_and_of_its_end_through_another_channel()
{
    let outbox = Post::open().await;
    let server = FlakySmtp::start(0, Manner::Takes, 1).await;
    let receiver = Receptionist::start(&[401]).await;
    let listener = Receptionist::start(&[200]).await;
    let partial = Receptionist::start(&[200]).await;
    let one_ministry = WebhookSettings {
        ministries: vec![MinistryCode::new("MJ")],
        ..webhook("ministry", &partial.url(""))
    };
    let webhooks =
        vec![webhook("a", &receiver.url("")), webhook("b", &listener.url("")), one_ministry];
    let dispatcher =
        outbox.dispatcher(NotifySettings { webhooks, ..one_connection(server.address.port()) });
    outbox.write(&events("a", 5, &outbox.clock)).await;
    for _ in 0..20 {
        dispatcher.drain(&going_on()).await.unwrap();
        outbox.wait(TimeDelta::minutes(5));
    }
    let subjects = || -> Vec<String> {
        let mails = server.mails().into_iter();
        mails.map(|mail| readable(&mail.text)).collect()
    };
    let mails = subjects();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("Envoi des messages interrompu : webhook « a »"), "{mails:?}");
    assert!(mails[0].contains("5 messages attendent. Aucun n’est perdu"), "{mails:?}");
    let types = |calls: Vec<Call>| -> Vec<String> {
        let body = |call: &Call| -> Value { serde_json::from_str(&call.body).unwrap() };
        calls.iter().map(|call| body(call)["type"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(types(listener.calls()), ["channel.down"]);

    receiver.answers(&[200]);
    for _ in 0..5 {
        dispatcher.drain(&going_on()).await.unwrap();
        outbox.wait(TimeDelta::minutes(5));
    }
    let then = subjects();
    assert_eq!(then.len(), 2, "{then:?}");
    assert!(then[1].contains("Envoi des messages rétabli : webhook « a »"), "{then:?}");
    assert_eq!(types(listener.calls()), ["channel.down", "channel.up"]);
    assert_eq!(partial.calls().len(), 0, "a webhook for one ministry gets nothing about channels");
    for receptionist in [receiver, listener, partial] {
        receptionist.handle.stop(false).await;
    }
}

/// An outage that ends before it is reported, or that no other channel can report, is not reported.
#[tokio::test(flavor = "multi_thread")]
async fn a_short_outage_and_one_without_another_channel_write_no_notice() {
    let outbox = Post::open().await;
    outbox.write_mails(2).await;
    let port = FlakySmtp::nobody().await;
    let dispatcher = outbox.dispatcher(one_connection(port));
    outbox.days(&dispatcher, 2).await;
    assert_eq!(outbox.notices().await.len(), 2);
    let server = FlakySmtp::start(port, Manner::Takes, 1).await;
    outbox.days(&dispatcher, 1).await;
    assert_eq!(server.taken().len(), 2);
    assert_eq!(outbox.notices().await.len(), 2);
}

#[actix_web::test]
async fn an_outage_shows_on_the_command_line_in_the_api_and_in_the_metrics() {
    let app = TestApp::with_fixtures();
    let port = FlakySmtp::nobody().await;
    let settings = format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nfrom = \"vigie@dinum.example\"\n\
         dinum = \"risques@dinum.example\"\n[calendar]\nopens = \"00:00:00\"\ncloses = \"23:59:60\"\n\
         night_from = \"00:00:00\"\nnight_until = \"00:00:00\"\nworking_days_only = false\n"
    );
    std::fs::write(app.path("vigie.toml"), settings).unwrap();
    app.ok(&["cycle", "--as-of", "2020-11-30", "--announce"]);
    let sent = app.ok(&["notices", "deliver"]);
    assert!(sent.contains("Panne") && sent.contains("refused"), "{sent}");
    let listed = app.ok(&["receivers", "list"]);
    assert!(listed.contains("en panne depuis le"), "{listed}");

    let token = app.token("Ada", &[Role::Administrator], &[]).await;
    let now = "2026-11-24T08:00:00Z";
    let api = TestServer::with(app, now, |config| {
        config.mail.host = "127.0.0.1".to_owned();
        config.mail.port = port;
        config.mail.tls = MailTls::None;
        config.mail.from = "vigie@dinum.example".to_owned();
    })
    .await;
    let receivers = api.get(&token, "/api/v1/receivers").await.body;
    assert_eq!(receivers["data"][0]["receiver"], "mail");
    assert_eq!(receivers["data"][0]["outage"]["reason"], "unreachable", "{receivers}");
    let metrics = reqwest::Client::new()
        .get(api.url("/metrics"))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(metrics.contains("vigie_channel_up{integration=\"mail\"} 0"), "{metrics}");
    assert!(metrics.contains("vigie_channel_outage_seconds{integration=\"mail\"}"), "{metrics}");
    api.close().await;
}

/// Headers decoded, and the text of the mail.
fn readable(mail: &str) -> String {
    let (_, rest) = mail.split_once("Content-Type: text/plain").unwrap();
    let (_, body) = rest.split_once("\n\n").unwrap();
    let body = body.split("\n--").next().unwrap();
    decoded(body)
}

/// Quoted-printable.
fn decoded(text: &str) -> String {
    let text = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('=') {
        bytes.extend_from_slice(before.as_bytes());
        let (code, after) = after.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).unwrap());
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap()
}
