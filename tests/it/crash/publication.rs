//! SIGKILL at any moment of a publication of rules: its draft is in force whole, or still in review.

use crate::support::machine::kill::Killing;
use crate::support::{TestApp, rule_file};
use vigie::store::Store;

const KILLS: u32 = 12;

/// Everything that a publication leaves, one query a line, but for instants and hashes.
const LEFT: &[&str] = &[
    "select number || ' ' || revision || ' ' || state from rule_drafts order by number",
    "select draft || '.' || revision || ' ' || step || ' ' || actor || ' ' || words || files from rule_draft_revisions order by draft, revision",
    "select sha256 from rule_texts order by 1",
    "select path || ' ' || number || ' ' || sha256 || ' ' || draft || authors from rule_versions order by 1",
    "select number || ' ' || actor || ' ' || reason || coalesce(cast(draft as text), '') from rule_publications order by number",
    "select publication || ' ' || path || coalesce(cast(version as text), '') || coalesce(cast(former as text), '') from rule_publication_files order by 1",
    "select number || ' ' || actor || ' ' || action || ' ' || subject || ' ' || reason from audit order by number",
    "select receiver || ' ' || title || ' ' || state from notices order by 1",
];

/// With a rule and a threshold drafted by Ada and sent to review, and a program to be told.
fn reviewed() -> TestApp {
    let mut app = TestApp::new();
    // Fewer rules, so that the proof takes less time: what is at stake is the commit.
    let rules = app.own_rules();
    std::fs::remove_dir_all(rules.join("causes")).unwrap();
    for entry in std::fs::read_dir(rules.join("cases")).unwrap().map(Result::unwrap) {
        if entry.file_name().to_str().unwrap().starts_with("RC") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    let hook = "[[webhooks]]\nname = \"audit\"\nurl = \"https://audit.example/\"\n\
                secrets = [\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"]\n";
    std::fs::write(app.path("vigie.toml"), hook).unwrap();
    // From its first look at the receivers on, what happens is told.
    app.ok(&["jobs", "run", "digest"]);
    let rule = std::fs::read_to_string(rule_file(&rules, "drift/D1.rhai")).unwrap();
    let changed = rule.replace("Dérive budgétaire", "Dérive du budget");
    assert_ne!(rule, changed);
    std::fs::write(app.path("D1.rhai"), changed).unwrap();
    let draft = ["rules", "draft", "D1.rhai", "--threshold", "budget_drift_watch=0.12"];
    app.ok(&[&draft[..], &["--comment", "12 %", "--by", "Ada"]].concat());
    app.ok(&["rules", "submit", "1", "--reason", "relu", "--by", "Ada"]);
    app
}

async fn left(app: &TestApp) -> Vec<String> {
    let store = Store::open(&app.database_url()).await.unwrap();
    assert_eq!(store.verify_audit(None).await.unwrap().flaw, None);
    store.close().await;
    LEFT.iter().map(|query| app.sql(query)).collect()
}

#[test]
fn a_publication_killed_at_any_moment_is_in_force_whole_or_its_draft_is_still_in_review() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = reviewed();
    let before = runtime.block_on(left(&app));
    let pristine = app.save();
    let command = ["rules", "publish", "1", "--reason", "d’accord", "--by", "Grace"];
    app.ok(&command);
    let after = runtime.block_on(left(&app));
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    assert!(changed > 5, "a publication changes {changed} of what is looked at");
    app.put_back(&pristine);

    let (absent, present) = Killing { app: &app, command: &command, kills: KILLS }.run(|kill| {
        let found = runtime.block_on(left(&app));
        if found == after {
            // Done, and done once.
            let again = app.run(&command);
            assert_eq!(again.code, Some(1), "kill {kill}: published twice");
            return true;
        }
        assert_eq!(found, before, "kill {kill} left a part of a publication");
        // To do it each time would prove no more.
        if kill % 4 == 0 {
            app.ok(&command);
            assert_eq!(runtime.block_on(left(&app)), after, "after kill {kill}");
        }
        false
    });
    assert!(absent > 0 && present > 0, "no kill fell within the publication, or all did");
}
