//! Servers that never end a line, a reply or an answer: what they feed is cut at a bound, and the memory of the process that
//! listens to them is measured.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use tempfile::TempDir;

use crate::support::machine::peak::peak_of;
use crate::support::servers::mail::certificate;
use crate::support::{Saved, TestApp, fixtures, python, root};

/// MiB that a command may take beyond what it takes when its server is not there at all.
const ROOM: u64 = 48;

struct Endless {
    port: u16,
    child: Child,
    folder: TempDir,
}

impl Endless {
    fn start(manner: &str) -> Option<Self> {
        let mut command = python("ssl")?;
        let folder = tempfile::tempdir().unwrap();
        command.arg(root().join("tests/it/support/endless.py")).arg(manner);
        if manner.contains("tls") || manner.contains("implicit") {
            certificate(&folder);
            command.arg("--certificate").arg(folder.path().join("server.pem"));
            command.arg("--key").arg(folder.path().join("server.key"));
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut told = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut told).unwrap();
        Some(Self { port: told.trim().parse().unwrap(), child, folder })
    }

    fn authority(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// An application with messages to send, at any hour, and its database as it is then.
struct Waiting {
    app: TestApp,
    database: Saved,
}

impl Waiting {
    fn new(settings: &str) -> Self {
        let app = TestApp::new();
        // Without contacts, all is told to DINUM: one message a server, which is tried once.
        for file in ["2020-06.panorama.csv", "2020-11.panorama.csv", "2020-11.baselines.csv"] {
            app.ok(&["import", fixtures().join(file).to_str().unwrap()]);
        }
        write(&app, settings);
        app.ok(&["cycle", "--as-of", "2020-11-30", "--announce"]);
        let database = app.save();
        Self { app, database }
    }

    /// The faults of the messages that were tried with these settings, and the peak of memory in MiB.
    fn deliver(&self, settings: &str) -> Option<(Vec<String>, u64)> {
        write(&self.app, settings);
        self.app.put_back(&self.database);
        let (_, peak) = peak_of(&self.app.command(&["notices", "deliver"]))?;
        let notices = self.app.json(&["notices", "list"]);
        let told = notices.as_array().unwrap().iter();
        let faults = told.filter_map(|notice| notice["last_error"].as_str().map(str::to_owned));
        Some((faults.collect(), peak))
    }
}

fn write(app: &TestApp, settings: &str) {
    let settings = format!(
        "public_url = \"https://vigie.example\"\n{settings}\n\
         [calendar]\nopens = \"00:00:00\"\ncloses = \"23:59:60\"\nnight_from = \"00:00:00\"\n\
         night_until = \"00:00:00\"\nworking_days_only = false\n"
    );
    std::fs::write(app.path("vigie.toml"), settings).unwrap();
}

fn mail(port: u16, tls: &str, authority: &str) -> String {
    format!(
        "[mail]\nhost = \"localhost\"\nport = {port}\nfrom = \"Vigie <vigie@dinum.example>\"\n\
         dinum = \"risques@dinum.example\"\ntls = \"{tls}\"\nca_file = \"{authority}\"\n\
         connections = 1\ntimeout_seconds = 2\n"
    )
}

#[test]
fn replies_of_a_mail_server_are_cut_at_a_bound_before_and_within_tls() {
    let waiting = Waiting::new(&mail(1, "none", ""));
    let Some((_, base)) = waiting.deliver(&mail(1, "none", "")) else { return };
    for (manner, tls, expected) in [
        ("smtp-greeting", "none", "more than 262144 bytes of replies"),
        ("smtp-lines", "none", "response too large"),
        ("smtp-mail", "none", "more than 262144 bytes of replies"),
        ("smtp-implicit", "implicit", "more than 262144 bytes of replies"),
        ("smtp-starttls", "starttls", "more than 262144 bytes of replies"),
        ("smtp-dribble", "none", "no answer in 2 s"),
    ] {
        let Some(server) = Endless::start(manner) else { return };
        let authority = if tls == "none" { String::new() } else { server.authority() };
        let settings = mail(server.port, tls, &authority);
        let Some((faults, peak)) = waiting.deliver(&settings) else { return };
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{manner}: {faults:?}");
        assert!(peak < base + ROOM, "{manner}: {peak} MiB, {base} MiB without a server");
    }
}

#[test]
fn a_room_that_answers_without_end_is_cut_at_a_bound() {
    let settings = |port: u16| {
        format!(
            "[tchap]\nhomeserver = \"http://127.0.0.1:{port}\"\nroom = \"!risques:tchap.example\"\n\
             token = \"jeton\"\npause_ms = 1\ntimeout_seconds = 5\n"
        )
    };
    let waiting = Waiting::new(&settings(1));
    let Some((_, base)) = waiting.deliver(&settings(1)) else { return };
    for manner in ["http-429", "http-200", "http-head"] {
        let Some(server) = Endless::start(manner) else { return };
        let Some((faults, peak)) = waiting.deliver(&settings(server.port)) else { return };
        assert_eq!(faults.is_empty(), manner == "http-200", "{manner}: {faults:?}");
        assert!(peak < base + ROOM, "{manner}: {peak} MiB, {base} MiB without a server");
    }
}

#[test]
fn a_health_check_and_commands_against_a_server_are_cut_at_a_bound() {
    let app = TestApp::new();
    let ask = |port: u16, arguments: &[&str]| {
        let mut command = app.command(arguments);
        let server = format!("127.0.0.1:{port}");
        command.env("VIGIE_LISTEN", &server).env("VIGIE_TOKEN", "jeton");
        command.env("LC_ALL", "en_GB.UTF-8");
        if arguments != ["healthcheck"] {
            command.env("VIGIE_SERVER", format!("http://{server}"));
        }
        let (output, peak) = peak_of(&command)?;
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        Some((String::from_utf8(output.stderr).unwrap(), peak))
    };
    let Some((_, base)) = ask(1, &["healthcheck"]) else { return };
    for (manner, arguments, expected) in [
        ("http-503", &["healthcheck"][..], "more than 65536 bytes"),
        ("http-head", &["healthcheck"], "connect to http"),
        ("http-422", &["alerts"], "more than 1048576 bytes"),
        ("http-pages", &["alerts"], "a page without entries, and yet another after it"),
    ] {
        let Some(server) = Endless::start(manner) else { return };
        let Some((told, peak)) = ask(server.port, arguments) else { return };
        assert!(told.contains(expected), "{manner}: {told}");
        assert!(peak < base + ROOM, "{manner}: {peak} MiB, {base} MiB without a server");
    }
}

#[test]
fn a_file_at_an_address_is_cut_at_the_size_of_a_file() {
    let app = TestApp::new();
    let Some(server) = Endless::start("http-200") else { return };
    let urls = format!("urls = [\"http://127.0.0.1:{}/2020-11.csv\"]", server.port);
    write(&app, &format!("[import]\n{urls}\n"));
    let Some((output, peak)) = peak_of(&app.command(&["jobs", "run", "import"])) else {
        return;
    };
    let told = String::from_utf8_lossy(&output.stderr);
    let files = app.ok(&["jobs", "files", "--format", "json"]);
    assert!(format!("{told}{files}").contains("more than 67108864 bytes"), "{told}{files}");
    assert!(peak < 400, "{peak} MiB");
}

#[test]
fn a_line_of_nothing_but_separators_costs_no_more_than_the_columns_there_may_be() {
    let app = TestApp::new();
    let file = |name: &str, text: &str| {
        std::fs::write(app.path(name), text).unwrap();
        app.path(name)
    };
    let import = |path: &Path| {
        let (output, peak) = peak_of(&app.command(&["import", path.to_str().unwrap()]))?;
        Some((String::from_utf8(output.stderr).unwrap(), peak))
    };
    let Some((_, base)) = import(&file("2020-11.small.csv", "a,b\n")) else { return };
    let commas = ",".repeat(16 * 1024 * 1024);
    let Some((told, peak)) = import(&file("2020-11.commas.csv", &format!("a,b\n1,2\n{commas}")))
    else {
        return;
    };
    assert!(told.contains("ligne 3 : trouvé 501 colonnes, attendu au plus 500"), "{told}");
    assert!(peak < base + ROOM + 32, "{peak} MiB, {base} MiB for a small file");

    let table = file("t.csv", &format!("{commas}\n"));
    let judged = app.command(&["judge", "--frame", table.to_str().unwrap()]);
    let Some((output, judge_peak)) = peak_of(&judged) else { return };
    let refusal = String::from_utf8_lossy(&output.stderr);
    assert!(
        refusal.contains("ligne 1 : trouvé 10001 colonnes, attendu au plus 10000"),
        "{refusal}"
    );
    assert!(judge_peak < base + ROOM + 32, "{judge_peak} MiB, {base} MiB for a small file");
}
