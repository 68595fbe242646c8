//! Idle timeout of connections: closes a connection on which no complete request arrives in time, whatever bytes the client
//! sends meanwhile.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::api::Presence;

/// State shared between a connection and its requests.
#[derive(Clone, Debug)]
pub(super) struct IdleTimer(Rc<State>);

#[derive(Debug)]
struct State {
    /// Number of requests in progress. The connection does not time out while there are any.
    answering: Cell<usize>,
    /// When data was last sent to the client, or a request finished.
    last_activity: Cell<Instant>,
}

impl IdleTimer {
    fn record_activity(&self) {
        self.0.last_activity.set(Instant::now());
    }

    /// When the connection times out; `None` while a request is in progress.
    fn times_out_at(&self, limit: Duration) -> Option<Instant> {
        (self.0.answering.get() == 0).then(|| self.0.last_activity.get() + limit)
    }
}

/// A connection with an idle timeout.
#[derive(Debug)]
pub(super) struct IdleTimeoutStream {
    stream: TcpStream,
    idle_timer: IdleTimer,
    presence: Presence,
    limit: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl IdleTimeoutStream {
    pub(super) fn new(stream: TcpStream, limit: Duration) -> Self {
        let state = State { answering: Cell::new(0), last_activity: Cell::new(Instant::now()) };
        let sleep = Box::pin(tokio::time::sleep(limit));
        let presence = Presence::default();
        Self { stream, idle_timer: IdleTimer(Rc::new(state)), presence, limit, sleep }
    }

    pub(super) fn idle_timer(&self) -> IdleTimer {
        self.idle_timer.clone()
    }

    pub(super) fn presence(&self) -> Presence {
        self.presence.clone()
    }

    /// Whether the connection has timed out. Otherwise wakes the task when it might have.
    fn has_timed_out(&mut self, context: &mut Context<'_>) -> bool {
        while self.sleep.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            match self.idle_timer.times_out_at(self.limit) {
                Some(end) if end <= now => return true,
                Some(end) => self.sleep.as_mut().reset(end),
                None => self.sleep.as_mut().reset(now + self.limit),
            }
        }
        false
    }
}

impl AsyncRead for IdleTimeoutStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.has_timed_out(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let is_closed = match &read {
            Poll::Ready(Ok(())) => buffer.filled().len() == before && buffer.remaining() > 0,
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        };
        if is_closed {
            self.presence.leave();
        }
        read
    }
}

impl Drop for IdleTimeoutStream {
    fn drop(&mut self) {
        self.presence.leave();
    }
}

impl AsyncWrite for IdleTimeoutStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if written.is_ready() {
            self.idle_timer.record_activity();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Suspends the connection's timeout while a request is in progress, until its response body is sent.
pub(super) async fn suspend_timeout(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let answering = request.request().conn_data::<IdleTimer>().cloned().map(Answering::begin);
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| {
        BoxBody::new(Awaited { body: BoxBody::new(body), _answering: answering })
    }))
}

struct Answering(IdleTimer);

impl Answering {
    fn begin(idle_timer: IdleTimer) -> Self {
        idle_timer.0.answering.update(|answering| answering + 1);
        Self(idle_timer)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.record_activity();
        self.0.0.answering.update(|answering| answering.saturating_sub(1));
    }
}

/// A response body that keeps the timeout suspended until it is dropped.
struct Awaited {
    body: BoxBody,
    _answering: Option<Answering>,
}

impl MessageBody for Awaited {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
