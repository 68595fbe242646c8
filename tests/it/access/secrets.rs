//! Secrets, planted wherever they may be set, then looked for in everything that the program says.

use std::io::Read as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::TestApp;
use crate::support::servers::mail::{Demands, SmtpServer};
use crate::support::servers::reception::Receptionist;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;
use vigie::server::config::load;

/// A word that stands nowhere else, and its forms in base64.
const MARK: &str = "PlAnTeD7";

/// 33 bytes once decoded, which hold the mark.
const WEBHOOK_SECRET: &str = "whsec_UGxBblRlRDdQbEFuVGVENy0zMy1ieXRlcy1mb3ItYS1zaWdu";

/// Each of these, found in what is said, is a leak.
const TRACES: [&str; 4] = [MARK, "UGxBblRlRDd", "BsQW5UZUQ3", "QbEFuVGVEN"];

#[track_caller]
fn assert_nothing_leaks(what: &str, text: &str) {
    for trace in TRACES {
        let found = text.find(trace).map(|at| {
            let start = text[..at].char_indices().rev().nth(120).map_or(0, |(start, _)| start);
            text[start..].chars().take(300).collect::<String>()
        });
        assert_eq!(found, None, "{what} tells a secret");
    }
}

/// A file of settings with a secret wherever one may be set.
fn settings(mail_port: u16, url: &str) -> String {
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    format!(
        "server = \"\"\ntoken = \"token{MARK}\"\n\
         [mail]\nhost = \"localhost\"\nport = {mail_port}\ntls = \"none\"\npassword = \"mail{MARK}\"\n\
         from = \"vigie@dinum.example\"\ndinum = \"risques@dinum.example\"\n\
         [tchap]\nhomeserver = \"http://user:tchap{MARK}@{host}/?key={MARK}\"\nroom = \"!a:b\"\n\
         token = \"room{MARK}\"\npause_ms = 1\n\
         [sign_in]\nissuer = \"\"\nclient_secret = \"client{MARK}\"\n\
         [import]\nurls = [\"http://user:import{MARK}@{host}/a{MARK}0123456789/2020-11.csv?key={MARK}\"]\n\
         [[webhooks]]\nname = \"a\"\nurl = \"http://user:hook{MARK}@{host}/hook/{MARK}?key={MARK}\"\n\
         secrets = [\"{WEBHOOK_SECRET}\"]\nallow = [\"127.0.0.1\"]\n\
         [calendar]\nopens = \"00:00:00\"\ncloses = \"23:59:60\"\nnight_from = \"00:00:00\"\n\
         night_until = \"00:00:00\"\nworking_days_only = false\n"
    )
}

/// Standard output and standard error.
/// In English, in which errors name what was found as the code does.
fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.env("LC_ALL", "en_GB.UTF-8").output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn settings_in_force_are_shown_and_dumped_without_secrets() {
    let app = TestApp::new();
    std::fs::write(app.path("vigie.toml"), settings(1, "http://127.0.0.1:1/")).unwrap();
    for format in ["table", "json", "csv"] {
        let (code, text) = said(&mut app.command(&["config", "check", "--format", format]));
        assert_eq!(code, Some(0), "{text}");
        assert_nothing_leaks(&format!("config check as {format}"), &text);
        assert!(text.contains("127.0.0.1:1/") && text.contains("(secret)"), "{text}");
    }
    let config = load(Some(&app.path("vigie.toml"))).unwrap();
    assert_nothing_leaks("Debug", &format!("{config:?} {config:#?}"));
    let settings = config.notify();
    assert_nothing_leaks("Debug", &format!("{settings:?} {settings:#?}"));
    assert_nothing_leaks("Serialize", &serde_json::to_string(&config).unwrap());
}

#[test]
fn a_password_of_digits_is_text_wherever_it_is_set() {
    let app = TestApp::new();
    for digits in ["123456", "007", "1e5", "99887766998877669988776699887766", "true", "[x]"] {
        let mut command = app.command(&["config", "check"]);
        command.env("VIGIE_MAIL__PASSWORD", digits).env("VIGIE_MAIL__USERNAME", digits);
        let (code, text) = said(&mut command);
        assert_eq!(code, Some(0), "{digits}: {text}");
        let shown: String = text.lines().filter(|line| !line.contains("mail.username")).collect();
        assert!(!shown.contains(digits) || digits == "true", "{digits}: {text}");
    }
    std::fs::write(app.path("vigie.toml"), "[mail]\npassword = 99887766\nusername = 12\n").unwrap();
    let config = load(Some(&app.path("vigie.toml"))).unwrap();
    assert_eq!((config.mail.password.reveal(), config.mail.username.as_str()), ("99887766", "12"));
    let (code, text) = said(&mut app.command(&["config", "check"]));
    assert!(code == Some(0) && !text.contains("99887766"), "{text}");
}

/// Webhooks that cannot be read, or not used, and what is said of each.
fn faulty_webhooks() -> Vec<(&'static str, String, &'static str)> {
    let hook =
        format!("name = \"a\", url = \"https://h/{MARK}\", secrets = [\"{WEBHOOK_SECRET}\"]");
    vec![
        (
            "VIGIE_WEBHOOKS",
            format!("[{{{hook}, timeout_seconds = \"{MARK}\"}}]"),
            "`webhooks.0.timeout_seconds`, in VIGIE_WEBHOOKS: found a text",
        ),
        (
            "VIGIE_WEBHOOKS",
            format!("[{{name = \"a\", url = \"https://h/{MARK}\", secrets = \"{MARK}\"}}]"),
            "found a text, expected a sequence",
        ),
        ("VIGIE_WEBHOOKS", format!("[{{{hook}, oops = 1}}]"), "unknown key `oops`"),
        (
            "VIGIE_WEBHOOKS",
            format!("[{{{hook}, format = \"{MARK}\"}}]"),
            "found a text, expected one of `standard`",
        ),
        (
            "VIGIE_WEBHOOKS",
            format!("[{{{hook}"),
            "`webhooks`, in VIGIE_WEBHOOKS: found a text, expected a sequence",
        ),
        (
            "VIGIE_WEBHOOKS",
            format!(
                "[{{name = \"a b\", url = \"https://h/{MARK}\", secrets = [\"{WEBHOOK_SECRET}\"]}}]"
            ),
            "webhooks.name",
        ),
        (
            "VIGIE_WEBHOOKS",
            format!("[{{name = \"a\", url = \"{MARK}\", secrets = [\"{WEBHOOK_SECRET}\"]}}]"),
            "webhooks.a.url",
        ),
        (
            "VIGIE_WEBHOOKS",
            format!("[{{name = \"a\", url = \"https://h/{MARK}\", secrets = [\"{MARK}\"]}}]"),
            "webhooks.a.secrets",
        ),
    ]
}

/// The same of other variables.
fn faulty_variables() -> Vec<(&'static str, String, &'static str)> {
    vec![
        (
            "VIGIE_MAIL",
            format!("{{password = \"{MARK}\", port = \"{MARK}\"}}"),
            "`mail.port`, in VIGIE_MAIL: found",
        ),
        ("VIGIE_MAIL", MARK.to_owned(), "`mail`, in VIGIE_MAIL: found a text"),
        (
            "VIGIE_TCHAP",
            format!("{{token = [\"{MARK}\"]}}"),
            "`tchap.token`, in VIGIE_TCHAP: found a list, expected a text between quotes",
        ),
        (
            "VIGIE_SIGN_IN__ISSUER",
            format!("http://user:{MARK}@provider.example/?key={MARK}"),
            "sign_in.issuer",
        ),
        ("VIGIE_DATABASE_URL", format!("postgres://user:{MARK}@host/db"), "database"),
        ("VIGIE_IMPORT__URLS", format!("[\"ftp://user:{MARK}@host/{MARK}\"]"), "import.urls"),
    ]
}

/// The same of files.
fn faulty_files() -> Vec<(String, &'static str)> {
    vec![
        (format!("[mail]\npassword = \"{MARK}\n"), "line 2"),
        (format!("[mail]\npassword = {MARK}\n"), "line 2"),
        (format!("[mail]\npassword = 9{}\n", "9".repeat(30)), "line 2"),
        (format!("[mail]\npassword \"{MARK}\"\n"), "line 2"),
        (format!("token = \"{MARK}\"\n{MARK} = 1\n{MARK} = 2\n"), "line 3"),
        (format!("[mail]\npassword = \"{MARK}\"\nport = \"{MARK}\"\n"), "`mail.port`: found"),
        (format!("token = [\"{MARK}\"]\n"), "`token`: found a list, expected a text"),
        (
            format!("token = 1.5\n[mail]\npassword = \"{MARK}\"\n"),
            "`token`: found a number with decimals",
        ),
    ]
}

#[test]
fn variables_that_cannot_be_read_say_where_and_what_was_expected_and_no_secret() {
    let app = TestApp::new();
    for (variable, value, expected) in faulty_webhooks().into_iter().chain(faulty_variables()) {
        let variable_of_token = (variable != "VIGIE_TCHAP").then_some("VIGIE_TOKEN");
        let mut command = match variable {
            "VIGIE_DATABASE_URL" => app.command(&["alerts"]),
            "VIGIE_IMPORT__URLS" => app.command(&["jobs", "run", "import"]),
            _ => app.command(&["config", "check"]),
        };
        command.env(variable, &value);
        if let Some(token) = variable_of_token {
            command.env(token, MARK);
        }
        let (code, text) = said(&mut command);
        assert_nothing_leaks(&format!("{variable}={value}"), &text);
        if variable != "VIGIE_IMPORT__URLS" {
            assert_eq!(code, Some(1), "{variable}={value}: {text}");
        }
        assert!(text.contains(expected), "{variable}={value}: {text}");
    }
}

#[test]
fn files_that_cannot_be_read_say_where_and_what_was_expected_and_no_secret() {
    let app = TestApp::new();
    for (file, expected) in faulty_files() {
        std::fs::write(app.path("vigie.toml"), &file).unwrap();
        let (code, text) = said(&mut app.command(&["config", "check"]));
        assert_eq!(code, Some(1), "{file}\n{text}");
        assert!(text.contains(expected), "{file}\n{text}");
        assert!(!text.contains("999999"), "{text}");
        assert_nothing_leaks(&file, &text);
    }
}

/// A mail server that repeats the password, receivers that refuse: at the most talkative level of the logs.
#[actix_web::test]
async fn what_is_sent_with_secrets_leaves_none_in_logs_outputs_answers_and_metrics() {
    let password = format!("mail{MARK}");
    let password: &'static str = Box::leak(password.into_boxed_str());
    let demands = Demands { tls: true, password: Some(password), echo: true, ..Demands::default() };
    let Some(server) = SmtpServer::start(&demands) else { return };
    let receiver = Receptionist::start(&[500]).await;
    let app = TestApp::with_fixtures();
    let tls = format!(
        "tls = \"starttls\"\nca_file = \"{}\"\nusername = \"vigie\"",
        server.authority().display()
    );
    let text = settings(server.port, &receiver.url("")).replace("tls = \"none\"", &tls);
    std::fs::write(app.path("vigie.toml"), text).unwrap();
    let run = async |arguments: &[&str]| {
        let mut command = app.command(arguments);
        command
            .env("VIGIE_LOG", "trace")
            .env("VIGIE_LOG_FORMAT", "json")
            .env("RUST_BACKTRACE", "1");
        let what = arguments.join(" ");
        let (_, output) = actix_web::web::block(move || said(&mut command)).await.unwrap();
        assert_nothing_leaks(&what, &output);
        output
    };
    run(&["cycle", "--as-of", "2020-11-30", "--announce"]).await;
    let sent = run(&["notices", "deliver"]).await;
    assert!(sent.contains("the server answered 535 to the authentication"), "{sent}");
    run(&["notices", "list", "--format", "json"]).await;
    run(&["notices", "list"]).await;
    run(&["receivers", "list", "--format", "json"]).await;
    run(&["receivers", "list"]).await;
    run(&["jobs", "run", "import"]).await;
    run(&["jobs", "files", "--format", "json"]).await;
    run(&["audit", "list", "--format", "json"]).await;
    assert!(receiver.calls().iter().any(|call| call.path.contains(MARK)), "it was sent there");

    let token = app.token("Ada", &[Role::Administrator, Role::Analyst], &[]).await;
    let config = load(Some(&app.path("vigie.toml"))).unwrap();
    let api = TestServer::with(app, "2026-11-24T08:00:00Z", |settings| {
        settings.mail = config.mail.clone();
        settings.tchap = config.tchap.clone();
        settings.webhooks = config.webhooks.clone();
        settings.import = config.import.clone();
    })
    .await;
    for path in
        ["/api/v1/receivers", "/api/v1/notices", "/metrics", "/readyz?verbose", "/api/v1/jobs"]
    {
        let request = reqwest::Client::new().get(api.url(path)).bearer_auth(&token);
        let answer = request.send().await.unwrap().text().await.unwrap();
        assert_nothing_leaks(path, &answer);
    }
    api.close().await;
    receiver.handle.stop(false).await;
}

/// What callers prove themselves with, and the links that are worth an account.
#[actix_web::test]
async fn a_service_logs_no_token_cookie_invitation_nor_code_of_whoever_calls() {
    let app = TestApp::new();
    let token = app.token("Ada", &[Role::Administrator], &[]).await;
    let log = app.path("log");
    let mut child = app
        .command(&["serve"])
        .env("VIGIE_LISTEN", "127.0.0.1:0")
        .env("VIGIE_LOG", "trace")
        .env("VIGIE_LOG_FORMAT", "json")
        .env("VIGIE_PUBLIC_URL", "http://127.0.0.1:1")
        .env("VIGIE_SIGN_IN__ISSUER", "http://127.0.0.1:1")
        .env("VIGIE_SIGN_IN__CLIENT_ID", "vigie")
        .env("VIGIE_SIGN_IN__CLIENT_SECRET", format!("client{MARK}"))
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let address = loop {
        let text = std::fs::read_to_string(&log).unwrap();
        if let Some((_, rest)) = text.split_once("Listening on ")
            && let Some((address, _)) = rest.split_once('"')
        {
            break address.to_owned();
        }
        assert_eq!(child.try_wait().unwrap(), None, "{text}");
        tokio::task::yield_now().await;
    };
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let url = |path: &str| format!("http://{address}{path}");
    client.get(url("/api/v1/alerts")).bearer_auth(&token).send().await.unwrap();
    client.get(url("/api/v1/alerts")).bearer_auth(format!("vigie_{MARK}")).send().await.unwrap();
    client.get(url("/api/v1/alerts")).basic_auth("x", Some(MARK)).send().await.unwrap();
    let cookie = format!("__Host-vigie={MARK}; vigie={MARK}; vigie_session={MARK}");
    client.get(url("/compte")).header("cookie", cookie).send().await.unwrap();
    for path in ["/setup/", "/invitation/", "/connexion/", "/connexion?retour=/"] {
        client.get(url(&format!("{path}{MARK}"))).send().await.unwrap();
    }
    client.get(url(&format!("/sign-in/return?code={MARK}&state={MARK}"))).send().await.unwrap();
    client.get(url("/sign-in")).send().await.unwrap();
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(child.wait().unwrap().success());
    let mut text = String::new();
    std::fs::File::open(&log).unwrap().read_to_string(&mut text).unwrap();
    assert!(text.contains("TRACE"), "the log is at its most talkative");
    assert_nothing_leaks("the log of the service", &text);
    assert!(!text.contains(&token), "the log tells a token");
    let trail = app.ok(&["audit", "list", "--format", "json"]);
    assert_nothing_leaks("the trail", &trail);
    assert!(serde_json::from_str::<Value>(&trail).is_ok() && !trail.contains(&token));
}
