//! Clients that generators make of the OpenAPI document, and what they read of answers.

use std::path::Path;
use std::process::Command;

use crate::support::test_server::TestServer;
use crate::support::{TestApp, has_tool, in_ci, root};
use vigie::domain::accounts::access::Role;

/// Where `make test` installs the generators, at the versions of `tests/clients/`.
const INSTALLED: &str = "target/clients";

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}\n{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    told
}

/// Whether the generators are there; where `make clients` could not have them, that is said.
fn can_run(installed: &Path) -> bool {
    if installed.join("installed").exists() {
        return has_tool("java", "default-jre-headless");
    }
    let is_unreachable = installed.join("unreachable").exists();
    assert!(
        is_unreachable || !in_ci(),
        "the generators of clients are not installed: run `make clients`"
    );
    println!("NOT RUN: the generators of clients are not installed; `make test` installs them");
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_clients_read_verdicts_traces_and_explanations() {
    let installed = root().join(INSTALLED);
    if !can_run(&installed) {
        return;
    }
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let token = app.token("Claire", &[Role::Reader], &[]).await;
    let server = TestServer::open(app, "2020-12-01T12:00:00Z").await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, path) in [
        ("openapi.json", "/api/openapi.json"),
        ("explanation.json", "/api/v1/rules/D1/explanation?subject=si-samu"),
        ("project.json", "/api/v1/projects/si-samu"),
    ] {
        let body = server.get(&token, path).await.body;
        std::fs::write(folder.join(name), body.to_string()).unwrap();
    }
    server.close().await;
    let bin = |name: &str| installed.join("bin").join(name);
    let at = |mut command: Command, arguments: &[&str]| {
        command.args(arguments).current_dir(folder);
        run(&mut command)
    };
    std::fs::write(folder.join("client.yml"), "package_name_override: vigie_client\n").unwrap();
    at(
        Command::new(bin("openapi-python-client")),
        &[
            "generate",
            "--path",
            "openapi.json",
            "--meta",
            "none",
            "--config",
            "client.yml",
            "--output-path",
            "openapi-python-client/vigie_client",
        ],
    );
    let generate = ["generate", "-i", "openapi.json", "-g", "python", "-o", "openapi-generator"];
    at(Command::new(bin("openapi-generator-cli")), &generate);
    let mut python = Command::new(bin("python"));
    let told = run(python.arg(root().join("tests/clients/read.py")).arg(folder));
    let each = ["openapi-generator", "openapi-python-client"]
        .map(|name| format!("{name}: Dérive budgétaire, 43 verdicts, "));
    for (line, start) in told.lines().zip(&each) {
        assert!(line.starts_with(start) && line.contains(" lacks "), "{told}");
    }
    assert_eq!(told.lines().count(), each.len(), "{told}");

    let modules = installed.join("node_modules/.bin");
    at(Command::new(modules.join("openapi-typescript")), &["openapi.json", "--output", "vigie.ts"]);
    std::fs::copy(root().join("tests/clients/read.ts"), folder.join("read.ts")).unwrap();
    check_types(&modules, folder);
}

fn check_types(modules: &Path, folder: &Path) {
    let mut compiler = Command::new(modules.join("tsc"));
    run(compiler.args(["--noEmit", "--strict", "--skipLibCheck", "read.ts"]).current_dir(folder));
}
