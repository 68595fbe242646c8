//! Clients that mean harm, or do it: slow, silent, endless, too many. Others are answered meanwhile.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use crate::operation::jobs::support::never;
use crate::support::TestApp;
use vigie::domain::accounts::access::Role;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::support::clock::FixedClock;
use vigie::{api, server};

/// Of each kind of hostile client.
const EACH: usize = 100;

async fn serve(app: &TestApp, settings: api::ApiSettings) -> Running {
    let config = Config {
        schedule: never(),
        // What is bounded here is what one connection may do.
        api: api::ApiSettings { calls_per_minute: 0, open_calls_per_minute: 0, ..settings },
        ..app.settings()
    };
    let now = "2020-12-01T12:00:00Z".parse().unwrap();
    server::start(&config, Arc::new(FixedClock(now))).await.unwrap()
}

/// A second for whatever a client has to say.
fn hasty() -> api::ApiSettings {
    api::ApiSettings {
        head_seconds: 1,
        keep_alive_seconds: 1,
        disconnect_seconds: 1,
        ..api::ApiSettings::default()
    }
}

fn connect(address: SocketAddr, sent: &str) -> TcpStream {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.write_all(sent.as_bytes()).unwrap();
    connection
}

fn connect_many(address: SocketAddr, sent: &str) -> Vec<TcpStream> {
    (0..EACH).map(|_| connect(address, sent)).collect()
}

/// The first line of all that comes until the connection ends, be it cut short.
fn last_words(mut connection: TcpStream) -> String {
    let mut answer = Vec::new();
    let end = connection.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer).into_owned();
    let first = text.lines().next().unwrap_or("nothing").to_owned();
    match end {
        Ok(_) => first,
        Err(error) => format!("{first}, then {:?}", error.kind()),
    }
}

/// What a client that behaves is answered.
async fn asked(address: SocketAddr, token: &str) -> u16 {
    let url = format!("http://{address}/api/v1/alerts");
    let asked = reqwest::Client::new().get(url).bearer_auth(token);
    asked.send().await.unwrap().status().as_u16()
}

fn request(token: &str, method: &str, more: &str) -> String {
    let address = if method == "GET" { "projects" } else { "alerts/none/acknowledgement" };
    format!(
        "{method} /api/v1/{address} HTTP/1.1\r\nHost: vigie\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\n{more}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_and_silent_clients_are_let_go_and_others_answered_meanwhile() {
    let app = TestApp::with_fixtures();
    let token = app.token("Chef", &Role::ALL, &[]).await;
    let settings = api::ApiSettings {
        head_seconds: 2,
        body_seconds: 2,
        keep_alive_seconds: 2,
        disconnect_seconds: 1,
        ..api::ApiSettings::default()
    };
    let service = serve(&app, settings).await;
    let address = service.address();
    let whole = request(&token, "GET", "\r\n");
    let hostile = [
        ("silent", String::new()),
        ("slow head", request(&token, "GET", "X-Slow: ")),
        ("slow body", request(&token, "POST", "Content-Length: 1000\r\n\r\n{")),
        ("slow chunks", request(&token, "POST", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")),
        ("idle after an answer", whole.clone()),
    ];
    let held: Vec<_> =
        hostile.iter().map(|(kind, sent)| (*kind, connect_many(address, sent))).collect();
    for _ in 0..10 {
        assert_eq!(asked(address, &token).await, 200);
    }
    let mut told = Vec::new();
    for (kind, connections) in held {
        let words: Vec<String> = connections.into_iter().map(last_words).collect();
        assert!(words.iter().all(|one| *one == words[0]), "{kind}: {words:?}");
        told.push(format!("{kind}: {}", words[0]));
    }
    // One that has said all it has to say is answered all the same.
    let half = connect(address, &whole);
    half.shutdown(Shutdown::Write).unwrap();
    told.push(format!("half closed: {}", last_words(half)));
    service.stop().await.unwrap();
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_ends_is_refused_before_it_is_read() {
    let app = TestApp::new();
    let token = app.token("Chef", &Role::ALL, &[]).await;
    let service = serve(&app, hasty()).await;
    let address = service.address();
    let mut told = Vec::new();
    for (kind, head) in [
        ("body said to be huge", request(&token, "POST", "Content-Length: 1000000000000\r\n\r\n")),
        ("body in endless chunks", request(&token, "POST", "Transfer-Encoding: chunked\r\n\r\n")),
        ("body of a read", request(&token, "GET", "Content-Length: 1000000000000\r\n\r\n")),
        ("endless head", request(&token, "GET", "")),
        ("endless line", "GET /".to_owned()),
        ("body of nobody", request("vigie_guess", "POST", "Transfer-Encoding: chunked\r\n\r\n")),
        ("no request at all", "\u{16}\u{3}\u{1}\r\n\r\n".to_owned()),
    ] {
        let piece = match kind {
            "endless head" => "X-More: more\r\n".repeat(1000),
            kind if head.contains("chunked") && !kind.is_empty() => {
                format!("{:x}\r\n{}\r\n", 10_000, "x".repeat(10_000))
            }
            _ => "x".repeat(10_000),
        };
        let connection = connect(address, &head);
        let mut sending = connection.try_clone().unwrap();
        // Until the service has had enough of it.
        let sender =
            std::thread::spawn(move || while sending.write_all(piece.as_bytes()).is_ok() {});
        let words = last_words(connection);
        sender.join().unwrap();
        let answer = words.split(", then").next().unwrap();
        told.push(format!("{kind}: {answer}"));
    }
    assert_eq!(asked(address, &token).await, 200);
    service.stop().await.unwrap();
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_nothing_of_its_answers_is_let_go() {
    let app = TestApp::with_fixtures();
    let token = app.token("Chef", &Role::ALL, &[]).await;
    let settings = api::ApiSettings { stall_seconds: 1, ..api::ApiSettings::default() };
    let service = serve(&app, settings).await;
    let mut connection = TcpStream::connect(service.address()).unwrap();
    // It asks again and again, and never reads: the answers fill what the system keeps for it.
    let one = request(&token, "GET", "\r\n");
    let refused = loop {
        if let Err(error) = connection.write_all(one.as_bytes()) {
            break error;
        }
    };
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionReset, "{refused}");
    assert_eq!(asked(service.address(), &token).await, 200);
    service.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_those_there_is_room_for_wait_their_turn() {
    let app = TestApp::new();
    let token = app.token("Chef", &Role::ALL, &[]).await;
    let settings = api::ApiSettings {
        connections: 20,
        head_seconds: 1,
        disconnect_seconds: 1,
        ..api::ApiSettings::default()
    };
    let service = serve(&app, settings).await;
    let silent = connect_many(service.address(), "");
    assert_eq!(asked(service.address(), &token).await, 200);
    drop(silent);
    service.stop().await.unwrap();
}

/// A service of its own, that may open so many files.
fn with_files(app: &TestApp, files: usize) -> (Child, SocketAddr) {
    let serve = app.command(&["serve"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -n {files} && exec \"$0\" serve")]).arg(serve.get_program());
    shell.envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.env("VIGIE_LISTEN", "127.0.0.1:0").env("VIGIE_SCHEDULE__CYCLE", "");
    shell.env("VIGIE_LOG", "error").current_dir(app.path("."));
    let mut child = shell.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find_map(|line| {
        let address = line.strip_prefix("écoute sur http://")?;
        Some(address.parse().unwrap())
    });
    // Nothing that it says later is lost on it.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_files_may_be_open_bring_nothing_down() {
    let app = TestApp::with_fixtures();
    let token = app.token("Chef", &Role::ALL, &[]).await;
    let (mut child, address) = with_files(&app, 200);
    let mut first = connect(address, &request(&token, "GET", "\r\n"));
    let flood: Vec<TcpStream> = (0..600).map(|_| TcpStream::connect(address).unwrap()).collect();
    // One that was there before reads the database meanwhile.
    let mut status = [0; 15];
    first.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 200 OK");
    let files = std::fs::read_dir(format!("/proc/{}/fd", child.id())).unwrap().count();
    assert!(files <= 200, "{files}");
    drop(flood);
    assert_eq!(asked(address, &token).await, 200);
    assert_eq!(child.try_wait().unwrap(), None, "it is still there");
    let stop = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(stop.success());
    assert!(child.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_head_that_never_ends_is_let_go_like_the_first() {
    let app = TestApp::new();
    let service = serve(&app, hasty()).await;
    let mut connection = connect(service.address(), "GET /healthz HTTP/1.1\r\nHost: vigie\r\n\r\n");
    let mut byte = [0];
    while byte != *b"}" {
        connection.read_exact(&mut byte).unwrap();
    }
    connection.write_all(b"GET /healthz HTTP/1.1\r\nX-Slow: ").unwrap();
    assert_eq!(last_words(connection), "nothing");
    service.stop().await.unwrap();
}
