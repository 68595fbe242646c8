//! An SMTP server that misbehaves as it is told, and remembers every Message-ID that it took.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;

use tokio::io::AsyncBufReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::BufReader;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// How mails are met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Takes,
    /// One in three is taken; of the others, some are taken and the answer is lost.
    Flaky,
}

/// What came of one mail.
enum Fate {
    Taken,
    AnswerLost,
    Refused,
}

pub(crate) struct FlakySmtp {
    pub(crate) address: SocketAddr,
    taken: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl FlakySmtp {
    /// On a port that may have been another's before: a server that comes back.
    pub(crate) async fn start(port: u16, manner: Manner, seed: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let chance = Arc::new(Mutex::new(fastrand::Rng::with_seed(seed)));
        let kept = Arc::clone(&taken);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (kept, chance) = (Arc::clone(&kept), Arc::clone(&chance));
                tokio::spawn(async move {
                    // A client that is killed breaks its connection off.
                    drop(converse(stream, manner, &kept, &chance).await);
                });
            }
        });
        Self { address, taken, task }
    }

    /// A port on which nobody answers.
    pub(crate) async fn nobody() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    }

    /// Message-IDs in the order in which mails were taken, twice when one was.
    pub(crate) fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

impl Drop for FlakySmtp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(
    mut stream: TcpStream,
    manner: Manner,
    taken: &Mutex<Vec<String>>,
    chance: &Mutex<fastrand::Rng>,
) -> std::io::Result<()> {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 ready\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        match verb.as_str() {
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut id = String::new();
                loop {
                    // A mail that is cut before its final dot was never handed over.
                    let Some(written) = lines.next_line().await? else { return Ok(()) };
                    if written == "." {
                        break;
                    }
                    if let Some(found) = written.strip_prefix("Message-ID: ") {
                        found.clone_into(&mut id);
                    }
                }
                match fate(manner, chance) {
                    Fate::Taken => {
                        taken.lock().unwrap().push(id);
                        write.write_all(b"250 taken\r\n").await?;
                    }
                    Fate::AnswerLost => {
                        taken.lock().unwrap().push(id);
                        return Ok(());
                    }
                    Fate::Refused => write.write_all(b"451 try again later\r\n").await?,
                }
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => write.write_all(b"250 ok\r\n").await?,
        }
    }
    Ok(())
}

fn fate(manner: Manner, chance: &Mutex<fastrand::Rng>) -> Fate {
    if manner == Manner::Takes {
        return Fate::Taken;
    }
    match chance.lock().unwrap().u8(0..6) {
        0 | 1 => Fate::Taken,
        2 => Fate::AnswerLost,
        _ => Fate::Refused,
    }
}
