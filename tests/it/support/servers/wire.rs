//! The wire between Vigie and a server of `PostgreSQL`: it can be cut, as networks and restarts cut it.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Open,
    /// Nobody gets through, and whoever was through is cut off.
    Cut,
    /// The next commit never arrives.
    LosesACommit,
    /// The next commit arrives, and its answer never does.
    LosesAnAnswer,
}

pub(crate) struct CutWire {
    port: u16,
    wire: Arc<watch::Sender<Wire>>,
}

impl CutWire {
    /// To the server at `host:port`.
    pub(crate) async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Arc::new(watch::Sender::new(Wire::Open));
        let of_all = Arc::clone(&wire);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                if *of_all.borrow() != Wire::Cut {
                    tokio::spawn(through(client, server.clone(), Arc::clone(&of_all)));
                }
            }
        });
        Self { port, wire }
    }

    /// The same address, through the wire.
    pub(crate) fn through(&self, url: &str) -> String {
        let (before, after) = url.rsplit_once('@').unwrap();
        let (_, database) = after.split_once('/').unwrap();
        format!("{before}@127.0.0.1:{}/{database}", self.port)
    }

    pub(crate) fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

/// `host:port` of an address.
pub(crate) fn host_of(url: &str) -> String {
    let (_, after) = url.rsplit_once('@').unwrap();
    after.split_once('/').unwrap().0.to_owned()
}

/// Returns once nobody is to get through.
async fn cut_off(wire: &mut watch::Receiver<Wire>) {
    // Nor does anybody when the test is over.
    drop(wire.wait_for(|wire| *wire == Wire::Cut).await);
}

async fn through(mut client: TcpStream, server: String, wire: Arc<watch::Sender<Wire>>) {
    let mut server = TcpStream::connect(server).await.unwrap();
    let mut cut = wire.subscribe();
    let (mut asked, mut answered) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        tokio::select! {
            () = cut_off(&mut cut) => return,
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                let is_commit = asked[..length].windows(6).any(|bytes| bytes == b"COMMIT");
                let now = *wire.borrow();
                if is_commit && now == Wire::LosesACommit {
                    wire.send_replace(Wire::Open);
                    return;
                }
                server.write_all(&asked[..length]).await.unwrap();
                if is_commit && now == Wire::LosesAnAnswer {
                    // It is given, and goes no further.
                    assert!(server.read(&mut answered).await.unwrap() > 0);
                    wire.send_replace(Wire::Open);
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}
