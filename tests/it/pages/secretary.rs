//! A secretary-general in a browser: from the link of a mail to an acknowledgement, and to the page of the ministry.

use serde_json::json;

use super::browser::{Stage, Way, has_browser};
use crate::support::TestApp;
use crate::support::mailed_app::MailedApp;
use crate::support::servers::mail::Demands;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;
use vigie::notify::{MailSettings, MailTls};
use vigie::server::config::Config;
use vigie::support::clock::{Clock, SystemClock};

const ADDRESS: &str = "sg@justice.example";

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_general_goes_from_the_mail_to_an_acknowledgement_and_to_the_ministry() {
    if !has_browser() {
        return;
    }
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    mailed.cycle(&["--announce"]);
    assert!(mailed.deliver().iter().any(|mail| mail.to == [ADDRESS]));
    let now = SystemClock.now().to_rfc3339();
    for way in Way::ALL {
        let app = TestApp::copy_of(&mailed.app);
        let chief = app.token("Chef", &[Role::Administrator], &[]).await;
        let settings = |config: &mut Config| {
            "https://vigie.example".clone_into(&mut config.public_url);
            config.mail = MailSettings {
                host: "localhost".to_owned(),
                port: mailed.server.port,
                tls: MailTls::None,
                from: "Vigie <vigie@dinum.example>".to_owned(),
                contact: "risques@dinum.example".to_owned(),
                ..MailSettings::default()
            };
        };
        let server = TestServer::with(app, &now, settings).await;
        let account = json!({
            "name": "Charlie Exemple", "roles": ["reader", "analyst"],
            "scope": { "ministries": ["MJ"] }, "mail_address": ADDRESS,
        });
        let made = server.post(&chief, "/api/v1/accounts", account).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let given = json!({ "mails": mailed.server.folder(), "address": ADDRESS });
        Stage::of(&server).play("secretary", way, &given).await;
        server.close().await;
    }
}
