//! Any request at all on a real service, by somebody who may do everything: every query, cursor, header,
//! path and body that a route reads is answered, and never as a breakdown of ours.
#![no_main]

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;

use vigie::api::{Route, routes};
use vigie::domain::accounts::access::{Role, Scope};
use vigie::domain::accounts::audit::{ActionContext, Actor};
use vigie::server;
use vigie::server::config::Config;
use vigie::store::{AccountTerms, Store, TokenTerms};
use vigie::support::clock::FixedClock;

const NOW: &str = "2020-12-01T12:00:00Z";

/// What takes a cycle's work each time says nothing of how requests are read.
const SLOW: [&str; 3] = ["/runs", "/replay", "/readyz"];

struct Service {
    address: SocketAddr,
    token: String,
    routes: Vec<&'static Route>,
    _runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

static SERVICE: LazyLock<Service> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut config = Config {
        database_url: format!("sqlite://{}", folder.path().join("vigie.db").display()),
        listen: "127.0.0.1:0".to_owned(),
        rules: root.join("rules"),
        aliases: root.join("aliases.toml"),
        ..Config::default()
    };
    let schedule = &mut config.schedule;
    for job in [
        &mut schedule.import,
        &mut schedule.cycle,
        &mut schedule.reviews,
        &mut schedule.digest,
        &mut schedule.reminders,
        &mut schedule.housekeeping,
        &mut schedule.backup,
    ] {
        job.clear();
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let now: DateTime<Utc> = NOW.parse().unwrap();
    let (address, token) = runtime.block_on(async {
        let store = Store::open(&config.database_url).await.unwrap();
        let token = token(&store, now).await;
        store.close().await;
        let running = server::start(&config, Arc::new(FixedClock(now))).await.unwrap();
        (running.address(), token)
    });
    let cycles =
        |route: &&Route| (route.method.as_str(), route.path.as_str()) == ("POST", "/api/v1/cycles");
    let routes = routes()
        .iter()
        .filter(|route| !SLOW.iter().any(|slow| route.path.ends_with(slow)) && !cycles(route))
        .collect();
    Service { address, token, routes, _runtime: runtime, _folder: folder }
});

async fn token(store: &Store, now: DateTime<Utc>) -> String {
    let actor = Actor::person("Fuzz").unwrap();
    let act = ActionContext { actor: actor.clone(), at: now, reason: "fuzzing".to_owned() };
    let roles = Role::ALL.into_iter().collect();
    let terms = AccountTerms {
        name: actor,
        roles,
        scope: Scope::Whole,
        mail_address: None,
        identity: None,
    };
    let account = store.make_account(&terms, &act).await.unwrap();
    let terms = TokenTerms {
        account: account.number,
        label: "fuzz".to_owned(),
        roles: account.roles,
        scope: Scope::Whole,
        issued_with: None,
        expires_at: "2100-01-01T00:00:00Z".parse().unwrap(),
    };
    store.issue_token(&terms, &act).await.unwrap().1.reveal().to_owned()
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let service = &*SERVICE;
    let route = service.routes[usize::from(*choice) % service.routes.len()];
    // Up to three lines: what stands for parameters of the path, the query, the headers; then the body.
    let mut parts = rest.splitn(4, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (parameter, query, headers, body) = (part(), part(), part(), part());
    let request = request(service, route, (parameter, query, headers, body));
    let status = ask(service, &request);
    assert!(
        status < 500 || status == 503,
        "{status}: {}",
        String::from_utf8_lossy(&request).replace(&service.token, "…")
    );
});

fn request(
    service: &Service,
    route: &Route,
    (parameter, query, headers, body): (&[u8], &[u8], &[u8], &[u8]),
) -> Vec<u8> {
    let mut address = String::new();
    for (place, part) in route.path.split('{').enumerate() {
        let literal =
            if place == 0 { part } else { part.split_once('}').map_or("", |(_, rest)| rest) };
        if place > 0 {
            let words = parameter.split(|byte| *byte == b'/').nth(place - 1).unwrap_or(b"1");
            address.push_str(&escaped(words));
        }
        address.push_str(literal);
    }
    let mut request = format!(
        "{} {address}?{} HTTP/1.1\r\nhost: vigie\r\nauthorization: Bearer {}\r\nconnection: close\r\n",
        route.method,
        escaped(query),
        service.token
    )
    .into_bytes();
    for header in headers.split(|byte| *byte == b'\t') {
        let is_ours = |name: &[u8]| header.to_ascii_lowercase().starts_with(name);
        if ![
            &b"content-length"[..],
            b"transfer-encoding",
            b"connection",
            b"authorization",
            b"expect",
            b"upgrade",
        ]
        .iter()
        .any(|name| is_ours(name))
            && header.contains(&b':')
        {
            request.extend(header.iter().copied().filter(|byte| *byte != b'\r'));
            request.extend(b"\r\n");
        }
    }
    if route.method != "GET" && !headers.windows(12).any(|window| window == b"content-type") {
        request.extend(b"content-type: application/json\r\n");
    }
    request.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes());
    request.extend(body);
    request
}

/// What a query is made of is left as it is, `%` included.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' | b'=' | b'&' | b'%' => {
                text.push(char::from(*byte));
            }
            _ => write!(text, "%{byte:02X}").unwrap(),
        }
    }
    text
}

fn ask(service: &Service, request: &[u8]) -> u16 {
    let mut connection = TcpStream::connect(service.address).unwrap();
    // A head that is refused may be answered before the body is sent.
    drop(connection.write_all(request));
    let mut answer = Vec::new();
    drop(connection.read_to_end(&mut answer));
    let status = answer.get(9..12).and_then(|status| std::str::from_utf8(status).ok());
    status.and_then(|status| status.parse().ok()).unwrap_or_else(|| {
        panic!("no answer to {}", String::from_utf8_lossy(request).replace(&service.token, "…"))
    })
}
