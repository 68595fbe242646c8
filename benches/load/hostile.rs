//! Thousands of hostile clients, and how fast other clients are answered meanwhile.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use super::service::Service;
use super::wrk;

const MEANING: &str = "Hostile clients of the service on 10 000 projects, and the requests for `/api/v1/alerts?level=critical` of eight other clients while they are \
    connected, with a response cached before. Memory is the service's peak; all are disconnected by the default settings, in the time given.\n\n\
    | clients | action | others | p99 | all disconnected after | peak memory |\n|---:|---|---:|---:|---:|---:|\n";

const OTHERS: &str = "/api/v1/alerts?level=critical";

pub(crate) fn measure(service: &Service) -> String {
    let mut text = MEANING.to_owned();
    let slow = |more: &str| {
        format!(
            "POST /api/v1/alerts/none/acknowledgement HTTP/1.1\r\nHost: vigie\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\n{more}",
            service.token()
        )
    };
    for (clients, what, sent) in [
        (0, "nobody", None),
        (10_000, "connect, and say nothing", Some("")),
        (10_000, "send half a head", Some("X-Slow: ")),
        (10_000, "send a byte of a body", Some("Content-Length: 1000\r\n\r\n{")),
        (10_000, "announce a body of 100 MB", Some("Content-Length: 100000000\r\n\r\n")),
    ] {
        println!("{clients} clients {what}");
        let served = service.start(&[]);
        // Caches the response, so that the clients do not wait for the first one.
        served.get(OTHERS, service.token());
        let head = sent.map(|more| if more.is_empty() { String::new() } else { slow(more) });
        let began = Instant::now();
        let mut connections: Vec<TcpStream> = (0..clients)
            .map(|_| {
                let mut connection = TcpStream::connect(served.address()).unwrap();
                connection.write_all(head.as_deref().unwrap_or_default().as_bytes()).unwrap();
                connection
            })
            .collect();
        let others =
            wrk::measure_with(&served.url(OTHERS), service.token(), ["-t1", "-c8", "-d5s"]);
        let mut left = 0;
        for connection in &mut connections {
            left += u32::from(connection.read_to_end(&mut Vec::new()).is_err());
        }
        let over = began.elapsed();
        let until =
            if clients == 0 { String::new() } else { format!("{:.1} s", over.as_secs_f64()) };
        println!("{left} connections ended abruptly");
        writeln!(
            text,
            "| {clients} | {what} | {:.0}/s | {} | {until} | {} |",
            others.rate,
            others.p99,
            served.peak_memory()
        )
        .unwrap();
    }
    text
}
