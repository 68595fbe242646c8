//! A server with one actix-web route that returns fixed bytes, as the baseline.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use actix_web::{App, HttpResponse, HttpServer, web};

use super::service::Answer;

/// Headers that differ for each request.
const PASSING: [&str; 5] =
    ["content-length", "date", "traceparent", "transfer-encoding", "x-request-id"];

/// The server, in a process of its own so that memory and threads are separate.
pub(crate) struct Bare {
    child: Child,
    address: String,
    _folder: tempfile::TempDir,
}

pub(crate) fn start(answer: &Answer) -> Bare {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answer");
    let mut head = String::new();
    for (name, value) in &answer.headers {
        if !PASSING.contains(&name.as_str()) {
            writeln!(head, "{name}: {value}").unwrap();
        }
    }
    let mut bytes = (head + "\n").into_bytes();
    bytes.extend_from_slice(&answer.body);
    std::fs::write(&file, bytes).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("--bare")
        .arg(&file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    Bare { child, address: line.trim().to_owned(), _folder: folder }
}

impl Bare {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Serves the response in a file until the process is killed.
pub(crate) fn serve(file: &str) {
    let bytes = std::fs::read(file).unwrap();
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let headers: Vec<(String, String)> = head
        .lines()
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let body = web::Bytes::from(bytes[end + 2..].to_vec());
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let (headers, body) = (headers.clone(), body.clone());
            App::new().default_service(web::to(move || {
                let mut answer = HttpResponse::Ok();
                for (name, value) in &headers {
                    answer.insert_header((name.as_str(), value.as_str()));
                }
                let answer = answer.body(body.clone());
                async move { answer }
            }))
        });
        let server = server.bind("127.0.0.1:0").unwrap();
        println!("{}", server.addrs()[0]);
        std::io::stdout().flush().unwrap();
        server.run().await.unwrap();
    });
}
