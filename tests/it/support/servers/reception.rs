//! A real HTTP receiver: keeps what comes, and answers by a script.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::json;

/// What came, and how it was answered.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    pub(crate) status: u16,
}

/// Answers each call by a script of statuses that goes round.
pub(crate) struct Receptionist {
    pub(crate) address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
    script: Arc<Mutex<Vec<u16>>>,
    pub(crate) handle: ServerHandle,
}

impl Receptionist {
    pub(crate) async fn start(script: &[u16]) -> Self {
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let script = Arc::new(Mutex::new(script.to_vec()));
        let shared = web::Data::new((Arc::clone(&calls), Arc::clone(&script)));
        let server = HttpServer::new(move || {
            App::new().app_data(shared.clone()).default_service(web::to(answer))
        })
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { address, calls, script, handle }
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn answers(&self, script: &[u16]) {
        script.clone_into(&mut self.script.lock().unwrap());
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }
}

type Shared = web::Data<(Arc<Mutex<Vec<Call>>>, Arc<Mutex<Vec<u16>>>)>;

async fn answer(request: HttpRequest, body: String, shared: Shared) -> HttpResponse {
    let (calls, script) = shared.get_ref();
    let mut script = script.lock().unwrap();
    let status = script[0];
    script.rotate_left(1);
    let headers = request.headers().iter();
    let headers = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let path = request.path().to_owned();
    calls.lock().unwrap().push(Call { path, headers, body, status });
    let mut answer = HttpResponse::build(status.try_into().unwrap());
    match status {
        429 => answer.json(json!({ "errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 90_000 })),
        503 => answer.insert_header(("Retry-After", "600")).finish(),
        302 => answer.insert_header(("Location", "/elsewhere")).finish(),
        _ => answer.finish(),
    }
}
