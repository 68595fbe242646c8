//! Load tests of the API on loopback with `wrk`, compared with a bare route that returns the same bytes; then hostile
//! clients, and readers while writers wait.

mod bare;
mod hostile;
pub(crate) mod pages;
mod service;
mod waiting_writers;
mod wrk;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::cycles::Shape;
use service::{Served, Service};

pub(crate) use bare::serve as bare;

const MEANING: &str = "Written by `make load`: the binary of the bench profile on loopback, `wrk` with 32 connections for five seconds \
    on the same machine, each with a token. \"Bare\" is an actix-web route that returns the same headers and body from \
    memory and does nothing else: no token, no log, no metric.\n\
    Bytes are those of the body; \"computed\" is the first response, alone; \"no cache\" is the same service with `kept_bytes = 0`, under \
    the same load.\n\
    Peak memory is the service's, from its start on that database to the end of the column.\n\n";

/// The caller and the path of each read.
const READS: [(Who, &str); 4] = [
    (Who::State, "/api/v1/projects?limit=1000"),
    (Who::State, "/api/v1/alerts?limit=1000"),
    (Who::State, "/api/v1/portfolio"),
    (Who::Ministry, "/api/v1/portfolio"),
];

#[derive(Clone, Copy)]
enum Who {
    State,
    Ministry,
}

const SIZES: [Size; 2] =
    [Size { name: "43 projects, 2 editions", shape: None, editions: 2 }, LARGE];

const LARGE: Size = Size {
    name: "10 000 projects, 24 editions",
    shape: Some(Shape { ministries: 100, projects: 10_000 }),
    editions: 24,
};

struct Size {
    name: &'static str,
    /// `None` for the fixtures.
    shape: Option<Shape>,
    editions: u32,
}

pub(crate) fn measure() -> String {
    let mut text = format!(
        "{MEANING}| | read | bytes | computed | bare | p50 | p99 | service | p50 | p99 | ratio | no cache | p99 | peak memory |\n\
         |---|---|{}\n",
        "---:|".repeat(12)
    );
    let (mut harm, mut waiting) = (String::new(), String::new());
    for size in SIZES {
        let service = Service::prepare(&size);
        for (who, path) in READS {
            let (token, by) = match who {
                Who::State => (service.token(), ""),
                Who::Ministry => (service.token_of_ministry(), " by one ministry"),
            };
            println!("{} {path}{by}", size.name);
            let figures = row(&service, path, token);
            writeln!(text, "| {} | `GET {path}`{by} | {figures}", size.name).unwrap();
        }
        if size.shape.is_some() {
            harm = hostile::measure(&service);
        } else {
            waiting = waiting_writers::measure(&service);
        }
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').nth(1).unwrap_or("?");
    format!(
        "{text}\n{waiting}\n{harm}\nLoad of the machine over the last five minutes, ours included: {load}.\n"
    )
}

fn row(service: &Service, path: &str, token: &str) -> String {
    let served = service.start(&[]);
    // The first use of a token is recorded, and then not again for five minutes.
    served.get("/api/v1/session", token);
    let began = Instant::now();
    let answer = served.get(path, token);
    let first = began.elapsed();
    served.get(path, token);
    let bare = {
        let bare = bare::start(&answer);
        wrk::measure(&bare.url("/"), "")
    };
    let cached = wrk::measure(&served.url(path), token);
    let peak = served.peak_memory();
    drop(served);
    let without_cache: Served = service.start(&[("VIGIE_API__KEPT_BYTES", "0")]);
    let computed = wrk::measure(&without_cache.url(path), token);
    let uncached = if computed.rate > 0.0 {
        format!("{:.1}/s | {}", computed.rate, computed.p99)
    } else {
        "none in 5 s |".to_owned()
    };
    format!(
        "{} | {} | {:.0}/s | {} | {} | {:.0}/s | {} | {} | {:.2} | {} | {peak} |",
        answer.body.len(),
        milliseconds(first),
        bare.rate,
        bare.p50,
        bare.p99,
        cached.rate,
        cached.p50,
        cached.p99,
        cached.rate / bare.rate,
        uncached,
    )
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
