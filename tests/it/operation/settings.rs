//! The settings: the shipped file is complete and true, and the environment wins.

use crate::support::{TestApp, root};
use vigie::server::config::{Config, load};

#[test]
fn the_shipped_file_gives_every_setting_its_default() {
    let text = std::fs::read_to_string(root().join("vigie.toml")).unwrap();
    let shipped: Config = toml::from_str(&text).unwrap();
    assert_eq!(shipped, Config::default());
    assert_eq!(load(Some(&root().join("vigie.toml"))).unwrap(), Config::default());
}

#[test]
fn every_setting_names_its_variable_in_the_shipped_file() {
    let text = std::fs::read_to_string(root().join("vigie.toml")).unwrap();
    let named: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# VIGIE_")).collect();
    let mut section = String::new();
    let mut keys = vec![];
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}__", name.trim_end_matches(']'));
        } else if let Some((key, _)) = line.split_once(" = ")
            && !line.starts_with('#')
        {
            keys.push(format!("{section}{key}").to_uppercase());
        }
    }
    assert_eq!(named, keys);
}

#[test]
fn the_environment_wins_over_the_file() {
    let app = TestApp::new();
    std::fs::write(app.path("vigie.toml"), "listen = \"127.0.0.1:1\"\nlog = \"info\"\n").unwrap();
    let mut command = app.command(&["config", "check", "--format", "json"]);
    command.env("VIGIE_LISTEN", "127.0.0.1:2").env("VIGIE_SCHEDULE__CYCLE", "");
    let output = command.output().unwrap();
    let settings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(settings["listen"], "127.0.0.1:2");
    assert_eq!(settings["log"], "info");
    assert_eq!(settings["schedule"]["cycle"], "");
}

#[test]
fn a_setting_that_is_none_is_refused() {
    let app = TestApp::new();
    std::fs::write(app.path("vigie.toml"), "lisen = \"127.0.0.1:1\"\n").unwrap();
    let answer = app.run(&["config", "check"]);
    assert_eq!(answer.code, Some(1));
    assert!(
        answer.stderr.contains("lisen") && answer.stderr.contains("listen"),
        "{}",
        answer.stderr
    );
}

#[test]
fn a_timetable_that_cannot_be_read_is_refused_before_anything_is_opened() {
    let app = TestApp::new();
    let mut command = app.command(&["config", "check"]);
    let output = command.env("VIGIE_SCHEDULE__CYCLE", "30 6 * * *").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("`schedule.cycle`\u{a0}: trouvé `30 6 * * *`"), "{words}");
    assert!(!app.path("vigie.db").exists());
}

#[test]
fn an_address_that_is_none_is_refused_and_a_host_an_address_and_any_port_are_not() {
    let app = TestApp::new();
    let checked = |listen: &str| {
        let output =
            app.command(&["config", "check"]).env("VIGIE_LISTEN", listen).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for listen in
        ["foo", "", "127.0.0.1", "127.0.0.1:", ":8080", "127.0.0.1:70000", "[::1]", "a b:80"]
    {
        let (code, words) = checked(listen);
        assert_eq!(code, Some(1), "{listen}: {words}");
        let expected = format!("`listen`\u{a0}: trouvé `{listen}`, attendu une adresse et un port");
        assert!(words.contains(&expected), "{words}");
    }
    for listen in
        ["127.0.0.1:0", "0.0.0.0:8080", "[::]:8080", "localhost:8080", "vigie.example.fr:443"]
    {
        assert_eq!(checked(listen).0, Some(0), "{listen}");
    }
}

#[test]
fn each_setting_has_a_line_of_its_own() {
    let app = TestApp::new();
    let shown = app.ok(&["config", "check"]);
    for setting in ["listen", "mail.host", "schedule.cycle", "documents.formats"] {
        let line = shown.lines().find(|line| line.contains(&format!(" {setting} ")));
        assert!(line.is_some_and(|line| !line.contains('{')), "{setting}: {line:?}\n{shown}");
    }
}

#[test]
fn documents_without_a_format_or_whose_folder_is_a_file_are_refused() {
    let app = TestApp::new();
    std::fs::write(app.path("file"), "").unwrap();
    let checked = |setting: &str, value: &str| {
        let variable = format!("VIGIE_DOCUMENTS__{setting}");
        let output = app.command(&["config", "check"]).env(variable, value).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for (setting, value, expected) in [
        ("FORMATS", "[]", "trouvé une liste vide"),
        ("FOLDER", app.path("file").to_str().unwrap(), "attendu un dossier"),
    ] {
        let (code, words) = checked(setting, value);
        assert_eq!(code, Some(1), "{setting}: {words}");
        assert!(words.contains(expected), "{words}");
    }
    // It is made by the first job that writes to it.
    assert_eq!(checked("FOLDER", app.path("none").to_str().unwrap()).0, Some(0));
}
