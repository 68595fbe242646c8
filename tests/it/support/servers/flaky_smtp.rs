//! An SMTP server that misbehaves as it is told, and remembers every Message-ID that it took.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How mails are met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Takes,
    /// One in three is taken; of the others, some are taken and the answer is lost.
    Flaky,
    /// Says this in place of a greeting, and ends the connection.
    Greets(&'static str),
    /// Answers this to `MAIL FROM`.
    AnswersSender(&'static str),
    /// Answers this to `RCPT TO`.
    AnswersRecipient(&'static str),
    /// Answers 451 to the mail whose Message-ID holds this, and takes the others.
    ChokesOn(&'static str),
    /// Takes each mail, and ends the connection without an answer.
    CutsAfterData,
}

/// What came of one mail.
enum Fate {
    Taken,
    AnswerLost,
    Refused,
}

/// A mail that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) id: String,
    /// All of it, as it came.
    pub(crate) text: String,
}

pub(crate) struct FlakySmtp {
    pub(crate) address: SocketAddr,
    taken: Arc<Mutex<Vec<Taken>>>,
    manner: Arc<Mutex<Manner>>,
    task: JoinHandle<()>,
}

impl FlakySmtp {
    /// On a port that may have been another's before: a server that comes back.
    pub(crate) async fn start(port: u16, manner: Manner, seed: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken: Arc<Mutex<Vec<Taken>>> = Arc::default();
        let manner = Arc::new(Mutex::new(manner));
        let chance = Arc::new(Mutex::new(fastrand::Rng::with_seed(seed)));
        let (kept, told) = (Arc::clone(&taken), Arc::clone(&manner));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (kept, chance) = (Arc::clone(&kept), Arc::clone(&chance));
                let current = *told.lock().unwrap();
                tokio::spawn(async move {
                    // A client that is killed breaks its connection off.
                    drop(converse(stream, current, &kept, &chance).await);
                });
            }
        });
        Self { address, taken, manner, task }
    }

    /// A port on which nobody answers.
    pub(crate) async fn nobody() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    }

    /// Message-IDs in the order in which mails were taken, twice when one was.
    pub(crate) fn taken(&self) -> Vec<String> {
        self.mails().into_iter().map(|taken| taken.id).collect()
    }

    /// In the order in which they were taken.
    pub(crate) fn mails(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    /// From the next connection on.
    pub(crate) fn behaves(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
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
    taken: &Mutex<Vec<Taken>>,
    chance: &Mutex<fastrand::Rng>,
) -> std::io::Result<()> {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    if let Manner::Greets(greeting) = manner {
        return write.write_all(format!("{greeting}\r\n").as_bytes()).await;
    }
    write.write_all(b"220 ready\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let answer = match (verb.as_str(), manner) {
            ("MAIL", Manner::AnswersSender(answer))
            | ("RCPT", Manner::AnswersRecipient(answer)) => answer,
            _ => "250 ok",
        };
        match verb.as_str() {
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut mail = Taken { id: String::new(), text: String::new() };
                loop {
                    // A mail that is cut before its final dot was never handed over.
                    let Some(written) = lines.next_line().await? else { return Ok(()) };
                    if written == "." {
                        break;
                    }
                    if let Some(found) = written.strip_prefix("Message-ID: ") {
                        found.clone_into(&mut mail.id);
                    }
                    mail.text.push_str(&written);
                    mail.text.push('\n');
                }
                match fate(manner, &mail, chance) {
                    Fate::Taken => {
                        taken.lock().unwrap().push(mail);
                        write.write_all(b"250 taken\r\n").await?;
                    }
                    Fate::AnswerLost => {
                        taken.lock().unwrap().push(mail);
                        return Ok(());
                    }
                    Fate::Refused => write.write_all(b"451 try again later\r\n").await?,
                }
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => write.write_all(format!("{answer}\r\n").as_bytes()).await?,
        }
    }
    Ok(())
}

fn fate(manner: Manner, mail: &Taken, chance: &Mutex<fastrand::Rng>) -> Fate {
    match manner {
        Manner::Flaky => match chance.lock().unwrap().u8(0..6) {
            0 | 1 => Fate::Taken,
            2 => Fate::AnswerLost,
            _ => Fate::Refused,
        },
        Manner::CutsAfterData => Fate::AnswerLost,
        Manner::ChokesOn(id) if mail.id.contains(id) => Fate::Refused,
        Manner::Takes
        | Manner::ChokesOn(_)
        | Manner::Greets(_)
        | Manner::AnswersSender(_)
        | Manner::AnswersRecipient(_) => Fate::Taken,
    }
}
