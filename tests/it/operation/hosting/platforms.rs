//! Containers and platforms: the shipped files name settings and commands that exist, and give no more than is needed.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use serde_json::{Map, Value};

use crate::support::{TestApp, python, root};

const SITE: &str = "vigie.example.fr";

/// What <https://developers.scalingo.com/scalingo-json-schema/> knows of.
const OF_SCALINGO: [&str; 11] = [
    "addons",
    "copy_parent_database_urls",
    "description",
    "env",
    "formation",
    "logo",
    "name",
    "ref",
    "repository",
    "scripts",
    "website",
];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The variables of all settings.
fn variables() -> BTreeSet<String> {
    let text = read("vigie.toml");
    let named = text.lines().filter_map(|line| line.strip_prefix("# "));
    named.filter(|name| name.starts_with("VIGIE_")).map(str::to_owned).collect()
}

#[track_caller]
fn assert_are_settings(named: &Map<String, Value>) {
    let (all, mut found) = (variables(), 0);
    for name in named.keys().filter(|name| name.starts_with("VIGIE_")) {
        assert!(all.contains(name), "{name} is no setting");
        found += 1;
    }
    assert!(found > 0, "no setting is named");
}

/// compose.yaml as Python's reader of YAML reads it, with the name of the service where the file asks for it.
fn compose() -> Option<Value> {
    let mut reader = python("yaml")?;
    let script = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";
    let file = root().join("contrib/compose/compose.yaml");
    let output = reader.args(["-c", script]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let asked = "${SITE:?the name of the service, as vigie.example.fr}";
    assert!(text.contains(asked), "{text}");
    Some(serde_json::from_str(&text.replace(asked, SITE)).unwrap())
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn each_container_may_do_what_it_needs_and_no_more() {
    let Some(compose) = compose() else { return };
    let services = object(&compose["services"]);
    assert_eq!(services.keys().collect::<Vec<_>>(), ["database", "proxy", "vigie"]);
    for (name, service) in services {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(texts(&service["cap_drop"]), ["ALL"], "{name}");
        assert_eq!(texts(&service["security_opt"]), ["no-new-privileges:true"], "{name}");
        assert!(service["healthcheck"]["test"].is_array(), "{name}");
        assert_eq!(service.get("ports").is_some(), name == "proxy", "{name}");
        let environment = object(&service["environment"]);
        let mut secrets = environment.keys().filter(|key| key.contains("PASSWORD"));
        assert!(secrets.all(|key| key.ends_with("_FILE")), "{environment:?}");
        for volume in texts(&service["volumes"]) {
            let source = volume.split(':').next().unwrap();
            let is_file = source.starts_with('.');
            let is_there = root().join("contrib/compose").join(source).is_file();
            assert!(is_file == is_there && is_file == volume.ends_with(":ro"), "{name}: {volume}");
            assert!(is_file || compose["volumes"].get(source).is_some(), "{name}: {volume}");
        }
    }
    let networks = object(&compose["services"]["database"]["networks"]);
    assert_eq!(networks.keys().collect::<Vec<_>>(), ["back"]);
    assert_eq!(compose["networks"]["back"]["internal"], true);
    for name in object(&compose["secrets"]).keys() {
        let is_asked = |service: &Value| {
            service.get("secrets").is_some_and(|asked| texts(asked).contains(&name.as_str()))
        };
        assert!(services.values().any(is_asked), "nobody asks for {name}");
    }
}

#[test]
fn the_settings_of_the_containers_are_settings_and_trust_the_proxy_alone() {
    let Some(compose) = compose() else { return };
    let vigie = &compose["services"]["vigie"];
    let environment = object(&vigie["environment"]);
    assert_are_settings(environment);
    assert_are_settings(object(&compose["secrets"]));
    let app = TestApp::new();
    let mut check = app.command(&["config", "check", "--format", "json"]);
    check.envs(environment.iter().map(|(name, value)| (name, value.as_str().unwrap())));
    let output = check.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let settings: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(settings["public_url"], format!("https://{SITE}"));
    let proxy = &compose["services"]["proxy"];
    let address = proxy["networks"]["front"]["ipv4_address"].as_str().unwrap();
    let trusted = texts(&settings["api"]["proxies"]);
    assert!(trusted.len() == 1 && trusted[0].starts_with(address), "{trusted:?}, {address}");

    assert!(read("Dockerfile").contains("VIGIE_LISTEN=0.0.0.0:8080"));
    assert_eq!(proxy["environment"]["UPSTREAM"], "vigie:8080");
    let asked = texts(&vigie["healthcheck"]["test"]);
    assert_eq!(asked, ["CMD", "vigie", "healthcheck"]);
    assert!(read("Dockerfile").contains(r#"CMD ["vigie", "healthcheck"]"#));
}

#[test]
fn a_secret_named_after_a_setting_becomes_its_variable() {
    let app = TestApp::new();
    std::fs::create_dir(app.path("secrets")).unwrap();
    let user = "vigie $(id) \"quoted\"";
    std::fs::write(app.path("secrets/VIGIE_MAIL__USERNAME"), format!("{user}\n")).unwrap();
    std::fs::write(app.path("secrets/database_password"), "not a setting").unwrap();
    let mut command = Command::new(root().join("contrib/compose/with-secrets"));
    command.arg(env!("CARGO_BIN_EXE_vigie")).args(["config", "check", "--format", "json"]);
    command.current_dir(app.path("")).env("SECRETS", app.path("secrets"));
    command.env("VIGIE_ALIASES", root().join("aliases.toml")).stdin(Stdio::null());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let settings: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(settings["mail"]["username"], user);
}

#[test]
fn the_command_of_the_platform_is_one_and_its_settings_are_read() {
    let app = TestApp::new();
    let text = read("contrib/scalingo/Procfile");
    let lines: Vec<(&str, &str)> =
        text.lines().map(|line| line.split_once(": ").unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line.0).collect::<Vec<_>>(), ["web"]);
    let mut words = lines[0].1.split_whitespace();
    assert_eq!(words.next(), Some("./target/release/vigie"));
    let words: Vec<&str> = words.collect();
    let help = app.run(&[&words[..], &["--help"]].concat());
    assert_eq!((words[0], help.code), ("serve", Some(0)), "{}", help.stderr);

    // Where the platform starts it, the settings and the rules are found by these names.
    let mut check = app.command(&["config", "check", "--format", "json"]);
    for variable in ["VIGIE_DATABASE_URL", "VIGIE_RULES", "VIGIE_ALIASES"] {
        check.env_remove(variable);
    }
    let output = check.args(&words[1..]).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let settings: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(settings["backup"]["folder"], "");
    assert_eq!(settings["log_format"], "json");
    assert_eq!(settings["api"]["proxies"].as_array().map(Vec::len), Some(3));
}

#[test]
fn the_manifest_of_the_platform_has_what_its_schema_demands() {
    let manifest: Value = serde_json::from_str(&read("contrib/scalingo/scalingo.json")).unwrap();
    let manifest = object(&manifest);
    assert!(manifest["name"].is_string());
    for key in manifest.keys() {
        assert!(OF_SCALINGO.contains(&key.as_str()), "{key}");
    }
    let environment = object(&manifest["env"]);
    assert_are_settings(environment);
    for (name, variable) in environment {
        let keys = object(variable).keys().map(String::as_str);
        let keys: Vec<&str> = keys.filter(|key| *key != "description").collect();
        assert!(keys == ["value"] || keys == ["generator"], "{name}: {keys:?}");
        let generated = variable.get("generator").and_then(Value::as_str);
        assert!(generated.is_none_or(|how| ["secret", "url"].contains(&how)), "{name}");
    }
    let addons = manifest["addons"].as_array().unwrap();
    let plans: Vec<&str> = addons.iter().map(|addon| addon["plan"].as_str().unwrap()).collect();
    assert!(plans.len() == 1 && plans[0].starts_with("postgresql:"), "{plans:?}");
    for (kind, formation) in object(&manifest["formation"]) {
        assert!(read("contrib/scalingo/Procfile").contains(&format!("{kind}: ")), "{kind}");
        assert!(formation["amount"].is_u64() && formation["size"].is_string(), "{formation}");
    }
}

#[test]
fn the_platform_builds_with_our_compiler_what_the_image_is_built_of() {
    let toolchain: toml::Table = read("rust-toolchain.toml").parse().unwrap();
    let channel = toolchain["toolchain"]["channel"].as_str().unwrap();
    let built = read("contrib/scalingo/RustConfig");
    assert!(built.lines().any(|line| line == format!("VERSION={channel}")), "{built}");
    let line = built.lines().find_map(|line| line.strip_prefix("RUST_CARGO_BUILD_FLAGS="));
    for flag in line.unwrap().trim_matches('"').split_whitespace() {
        assert!(read("Dockerfile").contains(flag), "{flag} is not how the image is built");
    }
}
