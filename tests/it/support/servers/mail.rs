//! A real SMTP server, which keeps what it takes, and the mails read back.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use tempfile::TempDir;

use crate::support::{python, root};

pub(crate) struct SmtpServer {
    folder: TempDir,
    child: Child,
    pub(crate) port: u16,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Mail {
    pub(crate) encrypted: bool,
    pub(crate) authenticated: bool,
    pub(crate) to: Vec<String>,
    pub(crate) copies: Vec<String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) attachments: Vec<AttachedFile>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AttachedFile {
    pub(crate) name: String,
    pub(crate) media_type: String,
    base64: String,
}

impl AttachedFile {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.base64).unwrap()
    }
}

/// What a server asks for.
#[derive(Default)]
pub(crate) struct Demands {
    pub(crate) tls: bool,
    pub(crate) password: Option<&'static str>,
    pub(crate) unknown: Option<&'static str>,
    /// Refuses every password, and repeats it.
    pub(crate) echo: bool,
}

impl SmtpServer {
    /// `None`, said aloud, where aiosmtpd is not installed; in CI that is a fault.
    pub(crate) fn start(demands: &Demands) -> Option<Self> {
        let mut command = python("aiosmtpd")?;
        let folder = tempfile::tempdir().unwrap();
        command.arg(root().join("tests/it/support/smtp.py")).arg(folder.path());
        if demands.tls {
            certificate(&folder);
            command.arg("--certificate").arg(folder.path().join("server.pem"));
            command.arg("--key").arg(folder.path().join("server.key"));
        }
        if let Some(password) = demands.password {
            command.args(["--user", "vigie", "--password", password]);
        }
        if demands.echo {
            command.arg("--echo");
        }
        if let Some(unknown) = demands.unknown {
            command.args(["--unknown", unknown]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut told = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut told).unwrap();
        let port = told.trim().parse().unwrap();
        Some(Self { folder, child, port })
    }

    /// The authority that signed the server's certificate.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Where each mail that came is a file.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// In the order in which they came.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        files.sort();
        let text = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
        files.iter().map(|path| serde_json::from_str(&text(path)).unwrap()).collect()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// An authority for `localhost`, and a certificate that it signs.
pub(crate) fn certificate(folder: &TempDir) {
    let script = "
        set -e
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Vigie tests' \
            -addext basicConstraints=critical,CA:true -keyout ca.key -out ca.pem
        openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
        printf 'subjectAltName=DNS:localhost' > names
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
            -extfile names -out server.pem";
    let made = Command::new("/bin/sh").args(["-c", script]).current_dir(folder.path()).output();
    let made = made.unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
