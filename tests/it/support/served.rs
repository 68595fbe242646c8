//! `vigie serve` in a process of its own, with all that it says.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use super::TestApp;

pub(crate) struct Served {
    child: Child,
    address: String,
    log: Arc<Mutex<String>>,
}

impl TestApp {
    /// Without quotas, and without a job that runs by itself.
    pub(crate) fn serve_apart(&self) -> Served {
        self.serve_apart_with(&[])
    }

    /// The same, with further settings.
    pub(crate) fn serve_apart_with(&self, settings: &[(&str, &str)]) -> Served {
        let mut serve = self.command(&["serve"]);
        serve.env("VIGIE_LISTEN", "127.0.0.1:0").env("VIGIE_LOG", "info");
        serve.env("VIGIE_API__CALLS_PER_MINUTE", "0").env("VIGIE_API__OPEN_CALLS_PER_MINUTE", "0");
        for job in ["CYCLE", "REVIEWS", "DIGEST", "REMINDERS", "HOUSEKEEPING", "BACKUP", "IMPORT"] {
            serve.env(format!("VIGIE_SCHEDULE__{job}"), "");
        }
        serve.envs(settings.iter().copied());
        let mut child = serve.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let log = Arc::new(Mutex::new(String::new()));
        let address = lines.find_map(|line| {
            let address = line.strip_prefix("écoute sur http://").map(str::to_owned);
            log.lock().unwrap().extend([line.as_str(), "\n"]);
            address
        });
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            lines.for_each(|line| kept.lock().unwrap().extend([line.as_str(), "\n"]));
        });
        Served { child, address: address.unwrap(), log }
    }
}

impl Served {
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// As an operator stops it.
    pub(crate) fn stop(mut self) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(told.success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}\n{}", self.log());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended when the test stopped it.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
