//! How long a connection may go on without its client asking anything whole: bounded from its first byte to its
//! last, whatever the client sends meanwhile.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use actix_web::body::BodySize;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::time::Instant;
use tokio::time::Sleep;

use crate::api::Presence;

/// What a connection and the requests that come by it know of each other.
#[derive(Clone, Debug)]
pub(super) struct Pace(Rc<State>);

#[derive(Debug)]
struct State {
    /// Requests that are being answered: the client waits, and may.
    answering: Cell<usize>,
    /// When the client was last given something, or done with.
    moved: Cell<Instant>,
}

impl Pace {
    fn moved(&self) {
        self.0.moved.set(Instant::now());
    }

    /// `None` while the client waits for us.
    fn over_at(&self, limit: Duration) -> Option<Instant> {
        (self.0.answering.get() == 0).then(|| self.0.moved.get() + limit)
    }
}

/// A connection that is given up once its client has been awaited for too long.
#[derive(Debug)]
pub(super) struct Patient {
    stream: TcpStream,
    pace: Pace,
    presence: Presence,
    limit: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Patient {
    pub(super) fn new(stream: TcpStream, limit: Duration) -> Self {
        let state = State { answering: Cell::new(0), moved: Cell::new(Instant::now()) };
        let timer = Box::pin(tokio::time::sleep(limit));
        let presence = Presence::default();
        Self { stream, pace: Pace(Rc::new(state)), presence, limit, timer }
    }

    pub(super) fn pace(&self) -> Pace {
        self.pace.clone()
    }

    pub(super) fn presence(&self) -> Presence {
        self.presence.clone()
    }

    /// Wakes its task by itself when it might be.
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        while self.timer.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            match self.pace.over_at(self.limit) {
                Some(end) if end <= now => return true,
                Some(end) => self.timer.as_mut().reset(end),
                None => self.timer.as_mut().reset(now + self.limit),
            }
        }
        false
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_over(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let is_over = match &read {
            Poll::Ready(Ok(())) => buffer.filled().len() == before && buffer.remaining() > 0,
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        };
        if is_over {
            self.presence.leave();
        }
        read
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        self.presence.leave();
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if written.is_ready() {
            self.pace.moved();
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

/// Has the connection wait as long as the answer takes, its body included.
pub(super) async fn keep_waiting(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let answering = request.request().conn_data::<Pace>().cloned().map(Answering::begin);
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| {
        BoxBody::new(Awaited { body: BoxBody::new(body), _answering: answering })
    }))
}

struct Answering(Pace);

impl Answering {
    fn begin(pace: Pace) -> Self {
        pace.0.answering.update(|answering| answering + 1);
        Self(pace)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.moved();
        self.0.0.answering.update(|answering| answering.saturating_sub(1));
    }
}

/// A body, and the fact that it is still being sent.
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
