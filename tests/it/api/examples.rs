//! The examples of docs/API.md, run as whoever copies them would.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::support::{TestApp, fixtures, has_tool, root};
use vigie::domain::accounts::access::Role;
use vigie::server::Running;

/// A fenced block under the title that it stands under.
struct Example {
    title: String,
    language: String,
    text: String,
}

/// Those that are run: in shell and in Python, from the section « Examples » on.
fn examples() -> Vec<Example> {
    let document = std::fs::read_to_string(root().join("docs/API.md")).unwrap();
    let (_, rest) = document.split_once("\n## Examples\n").unwrap();
    let mut found: Vec<Example> = Vec::new();
    let mut title = "";
    let mut is_open = false;
    for line in rest.lines() {
        match line.strip_prefix("```") {
            Some(_) if is_open => is_open = false,
            Some(language) => {
                is_open = true;
                let (title, language) = (title.to_owned(), language.to_owned());
                found.push(Example { title, language, text: String::new() });
            }
            None if is_open => writeln!(found.last_mut().unwrap().text, "{line}").unwrap(),
            None => {
                title = line
                    .trim_start_matches('#')
                    .strip_prefix(' ')
                    .filter(|_| line.starts_with("##"))
                    .unwrap_or(title);
            }
        }
    }
    found.retain(|example| ["sh", "python"].contains(&example.language.as_str()));
    found
}

impl Example {
    /// What it prints, run in a folder that the examples share.
    fn run(&self, folder: &Path, (service, token): (&Running, &str)) -> String {
        let mut command = if self.language == "python" {
            let name = self.text.lines().next().unwrap().strip_prefix("# ").unwrap();
            std::fs::write(folder.join(name), &self.text).unwrap();
            let mut python = Command::new("python3");
            python.arg(name);
            python
        } else {
            assert_eq!(self.language, "sh");
            let mut shell = Command::new("bash");
            shell.args(["-euo", "pipefail", "-c", &self.text]);
            shell
        };
        let url = format!("http://{}", service.address());
        command.current_dir(folder).env("VIGIE_SERVER", url).env("VIGIE_TOKEN", token);
        let told = command.output().unwrap();
        let faults = String::from_utf8_lossy(&told.stderr);
        assert!(told.status.success(), "{}\n{}\n{faults}", self.title, self.text);
        String::from_utf8(told.stdout).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_document_answer_what_they_say() {
    if !has_tool("curl", "curl")
        || !has_tool("jq", "jq")
        || !has_tool("python3", "python3")
        || !has_tool("amtool", "prometheus-alertmanager")
    {
        return;
    }
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let token = app.token("Claire", &[Role::Analyst, Role::RuleAuthor], &[]).await;
    let service = app.serve("2020-12-01T12:00:00Z").await;
    let folder = tempfile::tempdir().unwrap();
    let panorama = "2020-11.panorama.csv";
    std::fs::copy(fixtures().join(panorama), folder.path().join(panorama)).unwrap();
    let mut told = String::new();
    for example in examples() {
        let printed = example.run(folder.path(), (&service, &token));
        assert!(!printed.contains(&token), "{} shows the token", example.title);
        writeln!(told, "## {} ({})\n{printed}", example.title, example.language).unwrap();
    }
    service.stop().await.unwrap();
    insta::assert_snapshot!(told);
}
