//! What commands say is French, or English where that is asked for: errors, confirmations, headings and help.

use std::process::Output;

use crate::support::TestApp;

/// Words that no French text of the command line has.
const ENGLISH: &[&str] = &[
    "not found",
    "expected",
    "found",
    "no such",
    "error:",
    "usage:",
    "listening",
    "read ",
    " the ",
    " is ",
    "cannot",
    "options:",
    "commands:",
    "print help",
    "for more information",
    "tip:",
    "possible values",
    "default:",
    "unknown",
    " of ",
    " with ",
    "must",
    "already",
];

/// Words that no English text of the command line has.
const FRENCH: &[&str] = &[
    "trouvé",
    "attendu",
    "aucun",
    "erreur",
    "utilisation",
    "lecture",
    " le ",
    " la ",
    " est ",
    " une ",
    "impossible",
    "commandes",
    "afficher",
    " dans ",
    " pour ",
    "écriture",
    "inconnu",
];

/// Commands that fail, each for another reason.
const FAILING: &[&[&str]] = &[
    &["import", "/nowhere/2020-11.panorama.csv"],
    &["imports", "confirm", "99", "--reason", "x"],
    &["imports", "withdraw", "99", "--reason", "x"],
    &["imports", "confirm", "x", "--reason", "x"],
    &["cycle", "--as-of", "2100-13-01"],
    &["cycle", "--as-of", "2019-01-01"],
    &["cycle", "--as-of", "2099-01-01"],
    &["cycles", "void", "99", "--reason", "x"],
    &["replay", "99"],
    &["panorama", "--as-of", "1980-01-01"],
    &["project", "si samou"],
    &["projects", "link", "si-samu", "si-samu", "--reason", "x"],
    &["projects", "link", "nobody", "si-samu", "--reason", "x"],
    &["projects", "unlink", "si-samu", "--reason", "x"],
    &["editions", "compare", "2001-01", "2020-11"],
    &["editions", "compare", "x", "2020-11"],
    &["alerts", "--rule", "X9"],
    &["alerts", "--level", "grave"],
    &["alerts", "--ministry", "XX"],
    &["alerts", "show", "zzzz"],
    &["alerts", "ack", "zzzz"],
    &["alerts", "unsilence", "99"],
    &["missions", "show", "mission-x"],
    &["missions", "start", "mission-x"],
    &["missions", "--state", "x"],
    &["reviews", "show", "review-x"],
    &["coverage", "--cycle", "99"],
    &["questionnaire", "priorities", "--ministry", "XX"],
    &["questionnaire", "priorities", "--as-of", "1980-01-01"],
    &["notices", "show", "notice-x"],
    &["notices", "preview", "--ministry", "XX"],
    &["receivers", "open", "nowhere"],
    &["accounts", "close", "nobody", "--reason", "x"],
    &["accounts", "add", "", "--role", "reader", "--reason", "x"],
    &["accounts", "add", "a@example.org", "--role", "king", "--reason", "x"],
    &["tokens", "revoke", "99", "--reason", "x"],
    &["tokens", "issue", "nobody", "--label", "x"],
    &["export", "projects", "--out", "x.pdf"],
    &["export", "nothing"],
    &["export", "alerts", "--as-of", "2020-01-01"],
    &["audit", "list", "--since", "yesterday"],
    &["audit", "verify", "--expect", "abc"],
    &["rules", "explain", "X9", "si-samu"],
    &["rules", "explain", "D1", "nobody"],
    &["rules", "draft", "nowhere.rhai", "--comment", "x"],
    &["rules", "submit", "99", "--revision", "1"],
    &["rules", "rollback", "D1", "--reason", "x"],
    &["rules", "compare", "nothing"],
    &["rules", "diff", "/nowhere", "/nowhere"],
    &["jobs", "run", "nothing"],
    &["judge", "--frame", "/nowhere.csv"],
    &["restore", "/nowhere.db", "--force"],
    &["healthcheck"],
    &["cycles", "--server", "http://127.0.0.1:9"],
    &["cycles", "--server", "ftp://x"],
    &["cycles", "--server", "http://example.org"],
    &["accounts", "add", "Ada", "--role", "reader", "--reason", "x", "--by", "vigie"],
    &["cycles", "--config", "/nowhere.toml"],
    &["cycles", "--format", "xml"],
    &["cycels"],
    &["cycles", "--nothing"],
    &["cycles", "void"],
    &["projects", "--leaving", "--leaving"],
    &[],
    &["--help"],
    &["rules", "--help"],
    &["missions", "-h"],
    &["restore", "--help"],
];

fn said(app: &TestApp, arguments: &[&str], language: &str) -> (String, Option<i32>) {
    let mut command = app.command(arguments);
    command.args(["--lang", language]).env_remove("VIGIE_TOKEN");
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (text, status.code())
}

/// In lower case, on one line, without what names things: code, quotes, options, values in angles.
fn prose(text: &str) -> String {
    let blanks = text.replace(['\u{a0}', '\u{202f}', '\n'], " ");
    let (mut kept, mut until) = (String::new(), None);
    for c in blanks.chars() {
        match (until, c) {
            (Some(end), c) if c == end => until = None,
            (Some(_), _) => {}
            (None, '`') => until = Some('`'),
            (None, '«') => until = Some('»'),
            (None, '<') => until = Some('>'),
            (None, c) => kept.push(c),
        }
    }
    kept.to_lowercase()
}

#[track_caller]
fn assert_without(words: &[&str], text: &str, arguments: &[&str], faults: &mut Vec<String>) {
    let prose = prose(text);
    let found: Vec<&&str> = words.iter().filter(|word| prose.contains(**word)).collect();
    if !found.is_empty() {
        faults.push(format!("vigie {}: {found:?}\n{text}", arguments.join(" ")));
    }
}

#[test]
fn what_fails_is_told_in_the_language_that_was_asked_for() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let mut faults = Vec::new();
    for arguments in FAILING {
        let (french, code) = said(&app, arguments, "fr");
        let is_help = arguments.contains(&"--help") || arguments.contains(&"-h");
        if (code == Some(0)) != is_help {
            faults.push(format!("{arguments:?}: {code:?}\n{french}"));
        }
        assert_without(ENGLISH, &french, arguments, &mut faults);
        let (english, same) = said(&app, arguments, "en");
        assert_eq!(code, same, "{arguments:?}: {english}");
        assert_without(FRENCH, &english, arguments, &mut faults);
    }
    assert!(faults.is_empty(), "{} of {}\n{}", faults.len(), FAILING.len(), faults.join("\n---\n"));
}

#[test]
fn the_locale_chooses_where_the_option_does_not() {
    let app = TestApp::new();
    for (locale, words) in [
        ("fr_FR.UTF-8", "aucun cycle 9"),
        ("C", "aucun cycle 9"),
        ("", "aucun cycle 9"),
        ("en_GB.UTF-8", "no cycle 9"),
    ] {
        let output = app.command(&["replay", "9"]).env("LC_ALL", locale).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(words), "{locale}: {told}");
    }
    let told = app.command(&["replay", "9", "--lang", "fr"]).env("LC_ALL", "en").output().unwrap();
    assert!(String::from_utf8(told.stderr).unwrap().contains("aucun cycle 9"));
}

#[test]
fn confirmations_and_headings_are_english_where_that_is_asked_for_and_data_stay_french() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let (table, _) = said(&app, &["alerts"], "en");
    for words in ["Alerts: ", "Level", "Ministry", "Explanation", "Critical", "SI SAMU"] {
        assert!(table.contains(words), "{words}\n{table}");
    }
    let add = ["accounts", "add", "a@example.org", "--role", "reader", "--reason", "essai"];
    let (told, code) = said(&app, &add, "en");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("account 1 created: a@example.org"), "{told}");
    // What programs read is in no language.
    let json = |language: &str| said(&app, &["alerts", "--format", "json"], language).0;
    assert_eq!(json("en"), json("fr"));
}
