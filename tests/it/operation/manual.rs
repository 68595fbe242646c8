//! Manual pages and completions, as `man` and a shell read them.

use std::process::Command;

use crate::support::TestApp;

/// What a page says on a screen, as plain text.
fn shown(page: &std::path::Path) -> String {
    let output = Command::new("man").arg("--local-file").arg(page).env("MANWIDTH", "200").output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_command_has_a_page_that_man_shows_in_the_language_of_the_run() {
    let app = TestApp::new();
    app.ok(&["manual", "fr"]);
    app.ok(&["manual", "en", "--lang", "en"]);
    let names = |folder: &str| {
        let files = std::fs::read_dir(app.path(folder)).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("fr"), names("en"));
    for command in ["vigie.1", "vigie-alerts-ack.1", "vigie-rules-explain.1"] {
        assert!(names("fr").iter().any(|name| name == command), "{command}: {:?}", names("fr"));
    }
    let french = std::fs::read_to_string(app.path("fr/vigie-cycle.1")).unwrap();
    assert!(french.contains(".SH NOM") && french.contains("Évaluer"), "{french}");
    assert!(!french.contains("Print help"), "{french}");
    let english = std::fs::read_to_string(app.path("en/vigie-cycle.1")).unwrap();
    assert!(english.contains(".SH NAME") && english.contains("Evaluate all rules"), "{english}");
    if crate::support::has_tool("man", "man-db") {
        let read = shown(&app.path("fr/vigie-cycle.1"));
        assert!(read.contains("vigie cycle") && read.contains("AAAA"), "{read}");
    }
}

#[test]
fn bash_completes_commands_and_their_options() {
    let app = TestApp::new();
    std::fs::write(app.path("vigie.bash"), app.ok(&["completions", "bash"])).unwrap();
    let completed = |words: &[&str]| {
        let last = words.len() - 1;
        let words = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
        let script = format!(
            "source vigie.bash; COMP_WORDS=({words}); COMP_CWORD={last}; \
             _vigie vigie \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let mut bash = Command::new("bash");
        let output = bash.args(["--norc", "-c", &script]).current_dir(app.path("")).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    assert_eq!(completed(&["vigie", "near"]), "near-misses\n");
    assert_eq!(completed(&["vigie", "cycle", "--as"]), "--as-of\n");
    for shell in ["zsh", "fish"] {
        assert!(app.ok(&["completions", shell]).contains("near-misses"), "{shell}");
    }
}
