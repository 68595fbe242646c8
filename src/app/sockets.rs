//! Connections: how many there is room for, and how long one may take nothing of what it asked for.

use std::any::Any;
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use tracing::warn;

/// Of the files that the process may have open, those that are no connection of a client: the database, the
/// rules, mail and webhooks, the logs.
const OTHER_FILES: usize = 100;

/// Where Linux tells a process how many files it may have open; elsewhere, there is no such file.
const LIMITS: &str = "/proc/self/limits";

/// As many as the settings say, and as the process may have files open: past that, a connection that is
/// accepted would keep the database from being read.
pub(super) fn room(wanted: usize) -> usize {
    let limits = std::fs::read_to_string(LIMITS).unwrap_or_default();
    let room = within(wanted, &limits);
    if room < wanted {
        warn!(
            connections.wanted = wanted,
            connections.room = room,
            "There is room for {room} connections of the {wanted} that the settings allow: the process may \
             not open more files"
        );
    }
    room
}

fn within(wanted: usize, limits: &str) -> usize {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let files = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    files.map_or(wanted, |files| wanted.min(files.saturating_sub(OTHER_FILES)).max(1))
}

/// Has the system end a connection on which what was sent is not taken for that long: the client is
/// gone, or does not read.
pub(super) fn end_when_stalled(limit: Duration) -> impl Fn(&dyn Any) + Clone {
    move |connection| {
        let Some(stream) = connection.downcast_ref::<TcpStream>() else { return };
        if let Err(error) = end_after(stream, limit) {
            warn!(error = %error, "A connection cannot be bounded in time");
        }
    }
}

#[cfg(target_os = "linux")]
fn end_after(stream: &TcpStream, limit: Duration) -> std::io::Result<()> {
    socket2::SockRef::from(stream).set_tcp_user_timeout(Some(limit))
}

/// Other systems have their own bounds.
#[cfg(not(target_os = "linux"))]
fn end_after(_: &TcpStream, _: Duration) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_to_the_rest_of_the_process() {
        let limits = |files: &str| {
            format!(
                "Limit        Soft Limit   Hard Limit   Units\n\
                 Max open files            {files}                 524288               files\n"
            )
        };
        let room = |wanted, files| within(wanted, &limits(files));
        assert_eq!(room(20_000, "1024"), 924);
        assert_eq!(room(500, "1024"), 500);
        assert_eq!(room(20_000, "unlimited"), 20_000);
        assert_eq!(room(20_000, "50"), 1);
        assert_eq!(within(20_000, ""), 20_000);
    }
}
