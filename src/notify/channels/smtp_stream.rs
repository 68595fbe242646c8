//! Connections to a mail server that limit how much it may send. lettre checks the length of a line
//! only once it holds the whole line, so a server that never ends one would fill the memory, even
//! before TLS.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io};

use futures_io::{AsyncRead as _, AsyncWrite as _};
use lettre::transport::smtp::Error as SmtpError;
#[expect(deprecated, reason = "the only way to put TLS over a stream of our own")]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Most bytes that a server may send in one step: opening with TLS and its certificates, or one
/// mail. lettre accepts 100 000 bytes of one reply at most; all replies of a step usually take a
/// few kilobytes.
pub(in crate::notify) const MOST_BYTES_OF_A_STEP: usize = 256 * 1024;

#[derive(Debug, Error)]
pub(in crate::notify) enum ConnectFault {
    #[error("{0}")]
    Tcp(#[from] io::Error),
    #[error("{0}")]
    Smtp(#[from] SmtpError),
}

/// A connection, and how much its server may still send in this step. Callers must bound the
/// duration of each step.
pub(in crate::notify) struct BoundedConnection {
    smtp: AsyncSmtpConnection,
    allowance: ReadBudget,
}

impl BoundedConnection {
    /// Opens a connection; with `implicit`, in TLS from its first byte.
    pub(in crate::notify) async fn open(
        (host, port): (&str, u16),
        longest: Duration,
        hello: &ClientId,
        implicit: Option<TlsParameters>,
    ) -> Result<Self, ConnectFault> {
        let allowance = ReadBudget::default();
        allowance.renew();
        let stream = connect(host, port, longest).await?;
        let stream = CountedStream { stream, allowance: allowance.clone() };
        let stream: Box<dyn AsyncTokioStream> = match implicit {
            None => Box::new(stream),
            Some(parameters) => Box::new(over_tls(stream, parameters).await?),
        };
        let smtp = AsyncSmtpConnection::connect_with_transport(stream, hello).await?;
        Ok(Self { smtp, allowance })
    }

    /// Begins a step: the server may send its full allowance again.
    pub(in crate::notify) fn begin_step(&mut self) -> &mut AsyncSmtpConnection {
        self.allowance.renew();
        &mut self.smtp
    }
}

impl Deref for BoundedConnection {
    type Target = AsyncSmtpConnection;

    fn deref(&self) -> &AsyncSmtpConnection {
        &self.smtp
    }
}

impl DerefMut for BoundedConnection {
    fn deref_mut(&mut self) -> &mut AsyncSmtpConnection {
        &mut self.smtp
    }
}

/// Connects to the first of the host's addresses that answers.
async fn connect(host: &str, port: u16, longest: Duration) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name leads to no address");
    for address in tokio::net::lookup_host((host, port)).await? {
        match timeout(longest, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::Error::new(io::ErrorKind::TimedOut, "connection timed out"),
        }
    }
    Err(last)
}

#[expect(deprecated, reason = "the only way to put TLS over a stream of our own")]
async fn over_tls(
    stream: CountedStream,
    parameters: TlsParameters,
) -> Result<TlsStream, SmtpError> {
    let mut stream = AsyncNetworkStream::use_existing_tokio1(Box::new(stream));
    stream.upgrade_tls(parameters).await?;
    Ok(TlsStream(stream))
}

/// Bytes that may still be received.
#[derive(Clone, Debug, Default)]
struct ReadBudget(Arc<AtomicUsize>);

impl ReadBudget {
    fn renew(&self) {
        self.0.store(MOST_BYTES_OF_A_STEP, Ordering::Relaxed);
    }

    fn take(&self, bytes: usize) -> io::Result<()> {
        let left = self.0.load(Ordering::Relaxed);
        let Some(left) = left.checked_sub(bytes) else {
            self.0.store(0, Ordering::Relaxed);
            let words =
                format!("the server sent more than {MOST_BYTES_OF_A_STEP} bytes of replies");
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        };
        self.0.store(left, Ordering::Relaxed);
        Ok(())
    }
}

/// A stream that fails once its server has sent more than its allowance.
struct CountedStream {
    stream: TcpStream,
    allowance: ReadBudget,
}

impl fmt::Debug for CountedStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountedStream").finish_non_exhaustive()
    }
}

impl AsyncTokioStream for CountedStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for CountedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Poll::Ready(Ok(())) = read {
            self.allowance.take(buffer.filled().len().saturating_sub(before))?;
        }
        read
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// lettre's TLS stream, with the tokio traits that lettre requires of an external stream.
#[derive(Debug)]
#[expect(deprecated, reason = "the only way to put TLS over a stream of our own")]
struct TlsStream(AsyncNetworkStream);

impl AsyncTokioStream for TlsStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let room = buffer.initialize_unfilled();
        match Pin::new(&mut self.0).poll_read(context, room) {
            Poll::Ready(Ok(read)) => {
                buffer.advance(read);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(context)
    }
}
