//! The shipped settings of nginx and Caddy: the real programs, with them, in front of a real service.

use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use reqwest::{Certificate, Client, RequestBuilder, Response};
use tempfile::TempDir;

use crate::support::servers::mail::certificate;
use crate::support::{TestApp, has_tool, root};
use vigie::domain::accounts::access::Role;

/// Bytes of an uploaded file at most, for the service of these tests.
const MOST_UPLOADED: &str = "3000";

/// Of nginx as a whole: what Debian's own file says beyond the sites.
const NGINX: &str = "daemon off;\npid FOLDER/nginx.pid;\nerror_log stderr notice;\nevents {}\nhttp {\n\
    client_body_temp_path FOLDER/body;\nproxy_temp_path FOLDER/proxy;\nfastcgi_temp_path FOLDER/fastcgi;\n\
    uwsgi_temp_path FOLDER/uwsgi;\nscgi_temp_path FOLDER/scgi;\ninclude FOLDER/vigie.conf;\n}\n";

/// A proxy that runs until it is dropped.
struct Proxy {
    child: Child,
    port: u16,
    folder: TempDir,
    /// The lines of its standard error.
    said: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Starts a program that writes `ready` to its standard error once it listens.
    fn start(mut command: Command, ready: &str, (port, folder): (u16, TempDir)) -> Self {
        let child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut proxy = Self { child, port, folder, said: Arc::default() };
        let output = proxy.child.stderr.take().unwrap();
        let mut lines = BufReader::new(output).lines().map(Result::unwrap);
        let said = Arc::clone(&proxy.said);
        let is_ready = lines.by_ref().any(|line| {
            let is_last = line.contains(ready);
            said.lock().unwrap().push(line);
            is_last
        });
        assert!(is_ready, "{command:?} ended: {:#?}", proxy.said);
        std::thread::spawn(move || lines.for_each(|line| said.lock().unwrap().push(line)));
        proxy
    }

    /// A client on another address of this machine, 127.0.0.`number`, that trusts the tests' authority only.
    fn client(&self, number: u8) -> Client {
        let authority = std::fs::read(self.folder.path().join("ca.pem")).unwrap();
        Client::builder()
            .add_root_certificate(Certificate::from_pem(&authority).unwrap())
            .local_address(IpAddr::from(Ipv4Addr::new(127, 0, 0, number)))
            .resolve("localhost", self.address())
            .resolve("other.example", self.address())
            .build()
            .unwrap()
    }

    fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    fn get(&self, number: u8, path: &str) -> RequestBuilder {
        self.client(number).get(self.url(path))
    }

    /// What it wrote of requests: nginx to its file, Caddy to its standard error.
    fn log(&self) -> Vec<String> {
        if let Ok(file) = std::fs::read_to_string(self.folder.path().join("vigie.log")) {
            return file.lines().map(str::to_owned).collect();
        }
        let said = self.said.lock().unwrap();
        said.iter().filter(|line| line.contains("handled request")).cloned().collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // nginx ends its workers when it is told to end; a proxy that has ended by itself cannot be told.
        drop(Command::new("kill").arg(self.child.id().to_string()).status());
        drop(self.child.wait());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The text with each part replaced; every one must be in it.
#[track_caller]
fn replaced(text: String, parts: &[(&str, &str)]) -> String {
    parts.iter().fold(text, |text, (part, with)| {
        assert!(text.contains(part), "no `{part}` in {text}");
        text.replace(part, with)
    })
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// A folder with a certificate for `localhost`. nginx reads its files as another user than the one who starts it.
fn folder_with_certificate() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    certificate(&folder);
    folder
}

/// nginx with the shipped file, in front of the service at `upstream`; names, ports and places are those of the test.
fn nginx(upstream: &str) -> Proxy {
    let (folder, port) = (folder_with_certificate(), free_port());
    let place = folder.path().to_str().unwrap();
    // Not every machine of tests has IPv6.
    let shipped = read("contrib/nginx/vigie.conf");
    let shipped = shipped.lines().filter(|line| !line.contains("[::]")).collect::<Vec<_>>();
    let text = replaced(
        shipped.join("\n"),
        &[
            ("listen 443 ", &format!("listen 127.0.0.1:{port} ")),
            ("listen 80;", &format!("listen 127.0.0.1:{};", free_port())),
            ("127.0.0.1:8080", upstream),
            ("vigie.example.fr", "localhost"),
            ("/etc/ssl/vigie/certificate.pem", &format!("{place}/server.pem")),
            ("/etc/ssl/vigie/key.pem", &format!("{place}/server.key")),
            ("/var/log/nginx/", &format!("{place}/")),
        ],
    );
    std::fs::write(folder.path().join("vigie.conf"), text).unwrap();
    let main = folder.path().join("nginx.conf");
    std::fs::write(&main, NGINX.replace("FOLDER", place)).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-c").arg(&main);
    Proxy::start(command, "start worker process", (port, folder))
}

/// Caddy with the shipped file, in front of the service at `upstream`.
fn caddy(upstream: &str) -> Proxy {
    let (folder, port) = (folder_with_certificate(), free_port());
    let place = folder.path().to_str().unwrap();
    let own = format!(
        "\n{{\n\tadmin off\n\thttp_port {}\n\tstorage file_system {place}/storage\n",
        free_port()
    );
    let certificate = format!("\ttls {place}/server.pem {place}/server.key\n");
    let text = replaced(
        read("contrib/caddy/Caddyfile"),
        &[
            ("\n{\n", &own),
            ("\t# tls /etc/ssl/vigie/certificate.pem /etc/ssl/vigie/key.pem\n", &certificate),
        ],
    );
    let file = folder.path().join("Caddyfile");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file);
    command.env("SITE", format!("https://localhost:{port}")).env("UPSTREAM", upstream);
    command.env("HOME", place).env("XDG_CONFIG_HOME", place).env("XDG_DATA_HOME", place);
    Proxy::start(command, "serving initial configuration", (port, folder))
}

/// A proxy in front of a service that trusts it, and grants each address one anonymous request a minute.
async fn hold(proxy: fn(&str) -> Proxy) {
    let app = TestApp::with_fixtures();
    let token = app.token("Claire", &[Role::Reader, Role::Analyst], &[]).await;
    let service = app.serve_apart_with(&[
        ("VIGIE_API__PROXIES", r#"["127.0.0.1"]"#),
        ("VIGIE_API__OPEN_CALLS_PER_MINUTE", "1"),
        ("VIGIE_API__UPLOAD_BYTES", MOST_UPLOADED),
        ("VIGIE_PUBLIC_URL", "https://vigie.example.fr"),
    ]);
    let proxy = proxy(service.address());
    a_page_has_each_security_header_once(&proxy).await;
    quotas_are_those_of_the_caller(&proxy).await;
    forms_come_from_its_own_pages_only(&proxy).await;
    metrics_are_not_to_be_had(&proxy, service.address(), &token).await;
    uploads_and_tags_are_vigies_own(&proxy, &token).await;
    service.stop();
    let away = proxy.get(9, "/connexion").send().await.unwrap();
    assert_eq!((away.status().as_u16(), header(&away, "retry-after")), (503, "30"));
    assert!(away.text().await.unwrap().starts_with("Vigie ne répond pas."));
    no_path_is_in_its_log(&proxy);
}

#[track_caller]
fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let mut values = response.headers().get_all(name).iter();
    let value = values.next();
    assert!(value.is_some() && values.next().is_none(), "{name} once: {response:?}");
    value.unwrap().to_str().unwrap()
}

async fn a_page_has_each_security_header_once(proxy: &Proxy) {
    let page = proxy.get(2, "/connexion").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(header(&page, "content-type").starts_with("text/html"));
    assert!(header(&page, "content-security-policy").contains("frame-ancestors 'none'"));
    assert!(header(&page, "strict-transport-security").starts_with("max-age="));
    assert_eq!(header(&page, "x-content-type-options"), "nosniff");
    assert_eq!(header(&page, "referrer-policy"), "no-referrer");
    assert_eq!(header(&page, "x-request-id").len(), 36);
    // A name that is not the service's gets no certificate.
    let other = format!("https://other.example:{}/connexion", proxy.port);
    assert!(proxy.client(2).get(other).send().await.is_err());
}

async fn quotas_are_those_of_the_caller(proxy: &Proxy) {
    let path = "/api/openapi.json";
    for (number, claimed, expected) in
        [(3, "", 200), (3, "", 429), (3, "198.51.100.7", 429), (4, "", 200)]
    {
        let request = proxy.get(number, path);
        let request = match claimed {
            "" => request,
            address => request.header("x-forwarded-for", address),
        };
        let status = request.send().await.unwrap().status().as_u16();
        assert_eq!(status, expected, "127.0.0.{number}, which claims `{claimed}`");
    }
}

async fn forms_come_from_its_own_pages_only(proxy: &Proxy) {
    for (number, origin, expected) in
        [(5, proxy.url(""), 404), (6, "https://evil.example".to_owned(), 403)]
    {
        let form = proxy.client(number).post(proxy.url("/connexion")).header("origin", &origin);
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        let sent = form.body("adresse=ada%40justice.example&retour=").send().await.unwrap();
        // The service sends no mail: its own form is taken, and leads nowhere.
        assert_eq!(sent.status().as_u16(), expected, "{origin}");
    }
}

async fn metrics_are_not_to_be_had(proxy: &Proxy, service: &str, token: &str) {
    let direct = Client::new().get(format!("http://{service}/metrics")).bearer_auth(token);
    assert_eq!(direct.send().await.unwrap().status(), 200);
    let through = proxy.get(7, "/metrics").bearer_auth(token).send().await.unwrap();
    assert_eq!(through.status(), 404);
    assert!(!through.text().await.unwrap().contains("vigie_"));
}

async fn uploads_and_tags_are_vigies_own(proxy: &Proxy, token: &str) {
    // More than what fits in the buffers on the way.
    let upload = proxy.client(7).post(proxy.url("/api/v1/imports?file=a.csv")).bearer_auth(token);
    let upload = upload.header("content-type", "application/octet-stream");
    let refused = upload.body(vec![b'x'; 4_000_000]).send().await.unwrap();
    assert_eq!(refused.status(), 413);
    assert_eq!(header(&refused, "content-type"), "application/problem+json");
    let words = refused.text().await.unwrap();
    assert!(words.contains(&format!("more than {MOST_UPLOADED} bytes")), "{words}");

    let list = proxy.get(7, "/api/v1/projects").bearer_auth(token);
    let list = list.header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!((list.status().as_u16(), header(&list, "content-encoding")), (200, "gzip"));
    assert!(header(&list, "etag").starts_with('"'), "a weak tag: {list:?}");
    assert_eq!(header(&list, "cache-control"), "private, no-cache");
}

/// Neither paths, which may have the secret of a link, nor queries, nor cookies. Its own errors are written elsewhere.
fn no_path_is_in_its_log(proxy: &Proxy) {
    let log = proxy.log();
    // The last ones may be written after their answers.
    assert!(log.len() > 5, "{log:#?}");
    for secret in ["connexion", "openapi", "imports", "file=", "Bearer"] {
        let found: Vec<&String> = log.iter().filter(|line| line.contains(secret)).collect();
        assert!(found.is_empty(), "{secret}: {found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_passes_on_what_vigie_needs_and_nothing_else() {
    if has_tool("nginx", "nginx-light") && has_tool("openssl", "openssl") {
        hold(nginx).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn caddy_passes_on_what_vigie_needs_and_nothing_else() {
    if has_tool("caddy", "caddy") && has_tool("openssl", "openssl") {
        hold(caddy).await;
    }
}
