//! The Debian package: what it is made of, and its service as systemd's own tool sees it.

use std::process::Command;

use crate::support::{TestApp, has_tool, root};

/// The unit's exposure to attacks at most, in tenths, on the scale of `systemd-analyze security` from 0 (closed) to 100.
const MOST_EXPOSED: &str = "20";

fn systemd_analyze(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("systemd-analyze").args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.success(), said.concat())
}

#[test]
fn the_unit_is_sound_and_closed_and_its_command_is_one() {
    if !has_tool("systemd-analyze", "systemd") {
        return;
    }
    let app = TestApp::new();
    let unit = std::fs::read_to_string(root().join("contrib/debian/vigie.service")).unwrap();
    // Here the program is not where the package puts it.
    let here = unit.replace("/usr/bin/vigie", env!("CARGO_BIN_EXE_vigie"));
    assert_ne!(here, unit);
    let path = app.path("vigie.service");
    std::fs::write(&path, here).unwrap();
    let path = path.to_str().unwrap();
    let (is_sound, faults) = systemd_analyze(&["verify", "--man=no", path]);
    assert!(is_sound && faults.is_empty(), "{faults}");
    let limit = format!("--threshold={MOST_EXPOSED}");
    let (is_closed, said) = systemd_analyze(&["security", "--offline=true", &limit, path]);
    assert!(is_closed, "{said}");
}

#[test]
fn its_settings_are_read_and_keep_to_the_folder_of_the_service() {
    let app = TestApp::new();
    let settings = root().join("contrib/debian/vigie.toml");
    let mut command = app.command(&["config", "check", "--format", "json", "--config"]);
    for variable in ["VIGIE_DATABASE_URL", "VIGIE_RULES"] {
        command.env_remove(variable);
    }
    let output = command.arg(settings).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = String::from_utf8(output.stdout).unwrap();
    for place in ["sqlite:///var/lib/vigie/vigie.db", "/var/lib/vigie/backups", "/usr/share/vigie"]
    {
        assert!(shown.contains(place), "no {place} in {shown}");
    }
}

#[test]
fn every_file_that_the_package_takes_from_the_sources_is_there() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let package = &manifest["package"]["metadata"]["deb"];
    let assets = package["assets"].as_array().unwrap();
    let taken = assets.iter().map(|asset| asset[0].as_str().unwrap());
    for path in taken.filter(|path| !path.starts_with("target/")) {
        let place = root().join(path.trim_end_matches("**/*").trim_end_matches('*'));
        assert!(place.exists(), "{path}");
    }
    for script in ["postinst", "postrm"] {
        let text = std::fs::read_to_string(root().join("contrib/debian").join(script)).unwrap();
        // Where cargo-deb writes how the service is enabled, restarted and stopped.
        assert!(text.contains("#DEBHELPER#"), "{script}");
    }
}
