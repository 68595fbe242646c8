//! The link of a campaign's mail: whom it lets answer, for what, and until when.

use std::sync::Arc;

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::application;
use vigie::application::{DocumentSettings, Services};
use vigie::domain::ids::ProjectId;
use vigie::domain::messages::notice::{Content, NoticeKind};
use vigie::domain::messages::recipients::project_directors;
use vigie::notify::{LinkSigner, MailSettings, NotifySettings};
use vigie::rules::ScriptLimits;
use vigie::store::{NoticeFilter, Store};
use vigie::support::clock::{FixedClock, today};

const HOME: &str = "https://vigie.example";
const NOW: &str = "2020-12-09T09:00:00Z";

/// The path of the link that the director of PORTALIS receives, once the campaign's mails are written.
async fn link(app: &TestApp) -> String {
    let dates = ["--opens", "2020-12-07", "--closes", "2021-01-15", "--reason", "édition de mars"];
    app.ok(&[&["campaigns", "plan", "2021-03"], &dates[..]].concat());
    let mail = MailSettings {
        host: "courriel.example".to_owned(),
        from: "Vigie <vigie@dinum.example>".to_owned(),
        dinum: "risques@dinum.example".to_owned(),
        ..MailSettings::default()
    };
    let notify = NotifySettings { public_url: HOME.to_owned(), mail, ..NotifySettings::default() };
    let now = NOW.parse().unwrap();
    let services = Services {
        store: Store::open(&app.database_url()).await.unwrap(),
        rules: app.rules().to_owned(),
        documents: DocumentSettings::default(),
        limits: ScriptLimits::default(),
        clock: Arc::new(FixedClock(now)),
        notify: Arc::new(notify),
        cache: Arc::default(),
    };
    assert!(application::write_campaign_messages(&services).await.unwrap() > 0);
    let notices = services.store.notices(&NoticeFilter::default(), 1000).await.unwrap();
    let asked = notices.into_iter().map(|one| one.notice).find(|one| {
        one.kind == NoticeKind::Questionnaire && one.receiver.to_string() == "project/portalis"
    });
    let asked = asked.unwrap();
    let key = services.store.link_key(now).await.unwrap();
    let contacts = services.store.contacts(today(now)).await.unwrap();
    let directors = project_directors(&contacts, &ProjectId::new("portalis"), today(now));
    let signer = LinkSigner::new(key.reveal().as_bytes(), &services.notify);
    let message = match signer.personal(&asked, &directors).content {
        Content::Message { text, .. } => Some(text),
        Content::Post { .. } => None,
    };
    let text = message.unwrap();
    services.store.close().await;
    let line = text.lines().find(|line| line.contains("Répondre en ligne")).unwrap();
    let (_, path) = line.split_once(HOME).unwrap();
    path.trim().to_owned()
}

/// As a browser without an account asks, from the page of `site`.
async fn ask(server: &TestServer, path: &str, form: Option<&[(&str, &str)]>) -> Response {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let method = if form.is_some() { Method::POST } else { Method::GET };
    let request = client.request(method, server.url(path)).header(ACCEPT, "text/html");
    let request = match form {
        Some(form) => request.header("sec-fetch-site", "same-origin").form(form),
        None => request,
    };
    request.send().await.unwrap()
}

fn to(answer: &Response) -> &str {
    answer.headers().get(LOCATION).map_or("", |to| to.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_director_answers_by_the_link_of_the_mail_without_an_account() {
    let app = TestApp::with_fixtures();
    let link = link(&app).await;
    let server = TestServer::with(app, NOW, |config| HOME.clone_into(&mut config.public_url)).await;
    let led = ask(&server, &link, None).await;
    let sheet = format!("{link}/portalis");
    assert_eq!((led.status().as_u16(), to(&led)), (303, sheet.as_str()));
    let themes = ask(&server, &sheet, None).await;
    assert_eq!(themes.status(), 200);
    assert!(themes.text().await.unwrap().contains("15 janvier 2021"));

    // For no other project, and not with a letter changed.
    assert_eq!(ask(&server, &format!("{link}/ned"), None).await.status(), 410);
    let forged = link.replace('.', "A.");
    let refused = ask(&server, &forged, None).await;
    assert_eq!(refused.status(), 410);
    assert!(refused.text().await.unwrap().contains("Ce lien ne sert plus"));

    let mut theme = String::new();
    for number in 1.. {
        theme = format!("{sheet}/{number}");
        let shown = ask(&server, &theme, None).await;
        assert_eq!(shown.status(), 200);
        if shown.text().await.unwrap().contains("name=\"committees_count\"") {
            break;
        }
    }
    let kept = ask(&server, &theme, Some(&[("committees_count", "4")])).await;
    assert_eq!((kept.status().as_u16(), to(&kept)), (303, sheet.as_str()));
    let signed: &[(&str, &str)] = &[("answered_by", "Ada Lovelace, directrice")];
    let sent = ask(&server, &format!("{sheet}/transmission"), Some(signed)).await;
    assert_eq!((sent.status().as_u16(), to(&sent)), (303, sheet.as_str()));

    // A page of another site can send nothing with the link.
    let foreign = Client::new().post(server.url(&format!("{sheet}/transmission")));
    let foreign = foreign.header("sec-fetch-site", "cross-site").form(signed).send().await.unwrap();
    assert_eq!(foreign.status(), 403);

    // A month after the mail, it serves nobody.
    server.clock.set("2021-01-10T09:00:00Z");
    assert_eq!(ask(&server, &sheet, None).await.status(), 410);
    let stopped = server.close().await;
    let answers =
        ["campaigns", "answers", "2021-03", "--project", "portalis", "--as-of", "2020-12-10"];
    let recorded = stopped.ok(&answers);
    assert!(recorded.contains("Ada Lovelace, directrice"), "{recorded}");
}
