//! README.md and the guide of campaigns, typed block by block in a terminal.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{TestApp, copy, fixtures, has_tool, root};

/// The day of the demonstration, as in the Makefile.
const DAY: (&str, &str) = ("VIGIE_DEMONSTRATION_DATE", "2020-11-30");

/// What is typed in a shell, with the line that it begins on.
fn blocks(document: &str) -> Vec<(usize, String)> {
    let text = std::fs::read_to_string(root().join(document)).unwrap();
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut is_open = false;
    for (line, number) in text.lines().zip(1..) {
        match line.strip_prefix("```") {
            Some("sh") => {
                is_open = true;
                found.push((number + 1, String::new()));
            }
            Some(_) => is_open = false,
            None if is_open => writeln!(found.last_mut().unwrap().1, "{line}").unwrap(),
            None => {}
        }
    }
    found
}

/// The folder that a clone of the repository is, with the published files where the document puts them.
fn clone_into(folder: &Path) {
    for name in ["rules", "fixtures", "profiles", "examples"] {
        copy(&root().join(name), &folder.join(name));
    }
    for name in ["aliases.toml", "vigie.toml"] {
        std::fs::copy(root().join(name), folder.join(name)).unwrap();
    }
    for name in ["editions", "follow-up", "home"] {
        std::fs::create_dir(folder.join(name)).unwrap();
    }
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let of = if name.ends_with(".panorama.csv") { "editions" } else { "follow-up" };
        if Path::new(&name).extension().is_some_and(|extension| extension == "csv") {
            std::fs::copy(fixtures().join(&name), folder.join(of).join(&name)).unwrap();
        }
    }
    // An edition of another year, whose costs were others.
    let panorama = std::fs::read_to_string(fixtures().join("2020-06.panorama.csv")).unwrap();
    std::fs::write(folder.join("panorama.csv"), panorama.replace(",63.86,", ",61.5,")).unwrap();
}

#[test]
fn every_block_of_the_readme_does_what_it_says() {
    if !has_tool("curl", "curl") {
        return;
    }
    let app = TestApp::new();
    let folder = app.path("");
    clone_into(&folder);
    let mut blocks = blocks("README.md").into_iter();
    // What the Makefile does is done by its commands; `make test` runs this very test.
    assert_eq!(blocks.next().unwrap().1, "make run\nmake test\n");
    for arguments in [["import", "fixtures/"].as_slice(), &["cycle", "--as-of", DAY.1]] {
        assert!(app.command(arguments).env(DAY.0, DAY.1).output().unwrap().status.success());
    }
    let demonstration = app.serve_apart_with(&[DAY]);
    let server = format!("http://{}", demonstration.address());

    let mut script = String::from(
        "set -Eeuo pipefail\ntrap 'echo \"in the block of line $block: $BASH_COMMAND\" >&2' ERR\n",
    );
    for (line, text) in blocks {
        let text = text
            .replace("sqlite://data/demo.db", &app.database_url())
            .replace("http://127.0.0.1:8080", &server)
            .replace("https://vigie.example.fr", &server);
        // Another machine is another terminal.
        let text = if text.contains("VIGIE_SERVER=") { format!("(\n{text})\n") } else { text };
        write!(script, "block={line}\n{text}").unwrap();
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_vigie")).parent().unwrap().display();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut terminal = Command::new("bash");
    terminal.args(["-c", &script]).current_dir(&folder).env_clear().stdin(Stdio::null());
    terminal.env("PATH", format!("{binary}:/usr/bin:/bin")).env("HOME", folder.join("home"));
    terminal.env("LANG", "C.UTF-8").env("NO_COLOR", "1").env("VIGIE_LISTEN", free.to_string());
    let typed = terminal.output().unwrap();
    let faults = String::from_utf8_lossy(&typed.stderr);
    let shown = String::from_utf8_lossy(&typed.stdout);
    assert!(
        typed.status.success(),
        "{faults}\n{}",
        shown.lines().rev().take(5).collect::<Vec<_>>().join("\n")
    );
    demonstration.stop();
}

#[test]
fn every_block_of_the_guide_of_campaigns_does_what_it_says() {
    let app = TestApp::with_fixtures();
    let folder = app.path("");
    clone_into(&folder);
    let blocks = blocks("docs/QUESTIONNAIRE.md");
    assert!(blocks.len() >= 5, "{blocks:?}");
    let script: String = blocks.into_iter().map(|(_, text)| text).collect();
    let binary = Path::new(env!("CARGO_BIN_EXE_vigie")).parent().unwrap().display();
    let mut terminal = Command::new("bash");
    terminal
        .args(["-c", &format!("set -Eeuo pipefail\n{script}")])
        .current_dir(&folder)
        .env_clear();
    terminal.env("PATH", format!("{binary}:/usr/bin:/bin")).env("HOME", folder.join("home"));
    terminal.env("LANG", "C.UTF-8").env("NO_COLOR", "1").env(DAY.0, DAY.1);
    terminal.env("VIGIE_DATABASE_URL", app.database_url()).env("VIGIE_ACTOR", "Claire Martin");
    let typed = terminal.stdin(Stdio::null()).output().unwrap();
    let faults = String::from_utf8_lossy(&typed.stderr);
    assert!(typed.status.success(), "{faults}\n{}", String::from_utf8_lossy(&typed.stdout));
}
