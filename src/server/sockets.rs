//! The listening socket and its connections: their number and timeouts.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::num::NonZeroUsize;
use std::time::Duration;

use actix_http::{HttpService, Protocol, Request, Response};
use actix_service::{IntoServiceFactory, ServiceFactoryExt as _, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, Service, ServiceFactory, fn_service};
use actix_web::rt::net::TcpStream;
use socket2::{Domain, Socket, Type};
use tracing::{info, warn};

use super::idle_timeout::IdleTimeoutStream;
use crate::api;

/// Maximum time for requests in progress once the service is stopping.
const SHUTDOWN_SECONDS: u64 = 10;

/// Open files reserved for other uses than client connections: database, rules, mail and webhooks, logs.
const OTHER_FILES: usize = 100;

/// File in which Linux shows the process's limit of open files. Other systems do not have it.
const LIMITS: &str = "/proc/self/limits";

#[derive(Clone, Copy, Debug)]
struct Bounds {
    head: Duration,
    keep_alive: Duration,
    disconnect: Duration,
    stall: Duration,
}

/// Starts an HTTP server as `HttpServer` does, but with an idle timeout on its connections. Returns the server and its
/// address.
///
/// # Errors
/// If the address cannot be listened on.
pub(super) fn serve<F, I, S, B>(
    app: F,
    listen: &str,
    settings: &api::ApiSettings,
) -> io::Result<(Server, SocketAddr)>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let bounds = Bounds {
        head: seconds(settings.head_seconds),
        keep_alive: seconds(settings.keep_alive_seconds),
        disconnect: seconds(settings.disconnect_seconds),
        stall: seconds(settings.stall_seconds),
    };
    let listener = bind(listen, settings.backlog)?;
    let address = listener.local_addr()?;
    let builder = Server::build()
        .workers(workers)
        .max_concurrent_connections(connection_limit(settings.connections).div_ceil(workers))
        .disable_signals()
        .shutdown_timeout(SHUTDOWN_SECONDS);
    let stopping = builder.graceful_shutdown_signal();
    let server = builder.listen("api", listener, move || {
        let stopping = stopping.clone();
        let app = app().into_factory().map_err(|error| error.into().error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(bounds.keep_alive)
            .client_request_timeout(bounds.head)
            .client_disconnect_timeout(bounds.disconnect)
            .local_addr(address)
            .on_connect_ext(|connection: &IdleTimeoutStream, known| {
                known.insert(connection.idle_timer());
                known.insert(connection.presence());
            })
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(move |stream: TcpStream| async move {
            end_when_stalled(&stream, bounds.stall);
            let caller = stream.peer_addr().ok();
            let stream = IdleTimeoutStream::new(stream, bounds.head + bounds.keep_alive);
            Ok((stream, Protocol::Http1, caller))
        })
        .and_then(http)
    })?;
    Ok((server.run(), address))
}

/// Listens on the first address that can be used.
fn bind(listen: &str, backlog: u32) -> io::Result<TcpListener> {
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    for address in listen.to_socket_addrs()? {
        match bind_one(address, backlog) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn bind_one(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // Lets a restarted service listen while connections of the previous one are still closing.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    Ok(socket.into())
}

/// Maximum number of connections: that of the settings, or fewer if the process may not open as many files. Beyond, an
/// accepted connection would keep the database from being read.
fn connection_limit(wanted: usize) -> usize {
    let limits = std::fs::read_to_string(LIMITS).unwrap_or_default();
    let limit = limited_by_files(wanted, &limits);
    if limit < wanted {
        info!(
            connections.wanted = wanted,
            connections.room = limit,
            "Connections are limited to {limit} instead of {wanted}, the setting `api.connections`, by the number of files \
             that the process may open"
        );
    }
    limit
}

fn limited_by_files(wanted: usize, limits: &str) -> usize {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let files = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    files.map_or(wanted, |files| wanted.min(files.saturating_sub(OTHER_FILES)).max(1))
}

/// Makes the system close a connection if data sent is not acknowledged within `limit`, because the client is gone or does
/// not read.
fn end_when_stalled(stream: &TcpStream, limit: Duration) {
    if let Err(error) = end_after(stream, limit) {
        warn!(error = %error, "The timeout of a connection cannot be set");
    }
}

#[cfg(target_os = "linux")]
fn end_after(stream: &TcpStream, limit: Duration) -> io::Result<()> {
    socket2::SockRef::from(stream).set_tcp_user_timeout(Some(limit))
}

/// Other systems use their own timeouts.
#[cfg(not(target_os = "linux"))]
fn end_after(_: &TcpStream, _: Duration) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_rest_of_the_process() {
        let limits = |files: &str| {
            format!(
                "Limit        Soft Limit   Hard Limit   Units\n\
                 Max open files            {files}                 524288               files\n"
            )
        };
        let limit = |wanted, files| limited_by_files(wanted, &limits(files));
        assert_eq!(limit(20_000, "1024"), 924);
        assert_eq!(limit(500, "1024"), 500);
        assert_eq!(limit(20_000, "unlimited"), 20_000);
        assert_eq!(limit(20_000, "50"), 1);
        assert_eq!(limited_by_files(20_000, ""), 20_000);
    }
}
