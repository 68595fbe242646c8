//! The command line against a server: the same words, to the byte, as on the machine of the database.

use std::process::Output;

use crate::support::{ACTOR, Answer, TestApp, fixtures, rule_file};
use vigie::domain::accounts::access::Role;
use vigie::server::Running;
use vigie::support::clock::{Clock as _, SystemClock};

const EVERY: [Role; 5] =
    [Role::Reader, Role::Analyst, Role::RuleAuthor, Role::Approver, Role::Administrator];

/// The same application by its files and by the service over them.
struct RemoteCommands {
    app: TestApp,
    service: Running,
    token: String,
}

impl RemoteCommands {
    async fn open(name: &str) -> Self {
        let app = judged();
        let token = app.token(name, &EVERY, &[]).await;
        let service = app.serve(&SystemClock.now().to_rfc3339()).await;
        Self { app, service, token }
    }

    fn url(&self) -> String {
        format!("http://{}", self.service.address())
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        self.run_as(&self.token, arguments)
    }

    fn run_as(&self, token: &str, arguments: &[&str]) -> Answer {
        let mut command = self.app.command(arguments);
        command.args(["--server", &self.url()]).env("VIGIE_TOKEN", token);
        // Nothing of this machine may answer in the server's place.
        command.env("VIGIE_DATABASE_URL", "sqlite:///nowhere/vigie.db").env("VIGIE_RULES", "none");
        command.env_remove("VIGIE_ACTOR");
        answer(command.output().unwrap())
    }
}

fn judged() -> TestApp {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    app
}

fn answer(Output { status, stdout, stderr }: Output) -> Answer {
    Answer {
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
        code: status.code(),
    }
}

/// But for the mark of a name that nobody proved, which a server's token proves, and for how wide tables are with it.
#[track_caller]
fn assert_same(arguments: &[&str], here: &Answer, there: &Answer) {
    let shown = arguments.join(" ");
    assert_eq!(here.code, there.code, "{shown}\n{}\n{}", here.stderr, there.stderr);
    let is_same = here.stdout == there.stdout || unmarked(&here.stdout) == unmarked(&there.stdout);
    assert!(is_same, "{shown}\n{}\n{}", here.stdout, there.stdout);
    let unmarked = |text: &str| text.replace(" (nom non prouvé)", "");
    assert_eq!(unmarked(&words(&here.stderr)), words(&there.stderr), "{shown}");
}

/// Every word of it, in no order: a longer name folds the cells beside it otherwise.
fn unmarked(text: &str) -> Vec<&str> {
    let is_frame = |word: &str| word.chars().all(|c| ('\u{2500}'..='\u{257f}').contains(&c));
    let is_mark = |word: &str| ["(nom", "non", "prouvé)"].contains(&word);
    let mut words: Vec<&str> =
        text.split_whitespace().filter(|word| !is_frame(word) && !is_mark(word)).collect();
    words.sort_unstable();
    words
}

/// What a server refuses bears the status and the request's id beside the words. Whether it sends messages at
/// all is for those who see the whole State.
fn words(stderr: &str) -> String {
    let bare = |line: &str| match line.rsplit_once(" (") {
        Some((head, tail)) if tail.starts_with("40") => head.to_owned(),
        _ => line.to_owned(),
    };
    let beside = ["  demande ", "no receiver is set up", "`tchap` in vigie.toml"];
    let told = |line: &&str| !beside.iter().any(|words| line.starts_with(words));
    let lines = stderr.lines().filter(told).map(bare);
    lines.collect::<Vec<_>>().join("\n")
}

/// A first cell of the first line of a list.
fn first(app: &TestApp, arguments: &[&str]) -> String {
    let csv: Vec<&str> = arguments.iter().copied().chain(["--format", "csv"]).collect();
    let listed = app.ok(&csv);
    listed.lines().nth(1).unwrap().split(',').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_answers_what_the_database_does_to_the_byte() {
    let remote = RemoteCommands::open(ACTOR).await;
    let here = &remote.app;
    let draft = here.path("D1.rhai");
    let shipped = std::fs::read_to_string(rule_file(here.rules(), "drift/D1.rhai")).unwrap();
    std::fs::write(&draft, shipped.replacen("budgétaire\"", "du budget\"", 1)).unwrap();
    here.ok(&["rules", "draft", draft.to_str().unwrap(), "--comment", "plus clair"]);
    here.ok(&["reviews", "plan", "--as-of", "2020-11-30"]);
    here.ok(&["alerts", "ack", "D1", "SI SAMU", "--reason", "vu"]);
    let contest = ["--field", "cost_current", "--author", "Équipe", "--text", "en double"];
    here.ok(&[&["alerts", "dispute", "D1", "SI SAMU"], contest.as_slice()].concat());
    let until = (SystemClock.now() + chrono::TimeDelta::days(20)).format("%Y-%m-%d").to_string();
    here.ok(&["alerts", "silence", "--rule", "D2", "--until", &until, "--reason", "plan"]);
    let mission = first(here, &["missions"]);
    let review = first(here, &["reviews", "list"]);
    let at = ["--as-of", "2020-11-30"];
    let reads: Vec<Vec<&str>> = vec![
        vec!["alerts"],
        vec!["alerts", "--level", "critical", "--rule", "D1"],
        vec!["alerts", "--state", "resolved"],
        vec!["alerts", "show", "D1", "SI SAMU"],
        vec!["alerts", "show", "D1", "nulle part"],
        vec!["alerts", "disputes"],
        vec!["alerts", "silences"],
        vec!["panorama", at[0], at[1]],
        vec!["project", "SI SAMU", at[0], at[1]],
        vec!["project", "SI SAMU", "--timeline"],
        vec!["projects", "list"],
        vec!["export", "projects", at[0], at[1]],
        vec!["export", "verdicts"],
        vec!["imports"],
        vec!["cycles"],
        vec!["replay", "1"],
        vec!["coverage"],
        vec!["coverage", "--per", "ministry", "--cycle", "1"],
        vec!["questionnaire", "priorities", "--ministry", "MJ", at[0], at[1]],
        vec!["dictionary"],
        vec!["missions"],
        vec!["missions", "--kind", "securisation", "--late"],
        vec!["missions", "show", &mission],
        vec!["missions", "plan", at[0], at[1]],
        vec!["missions", "outcomes"],
        vec!["reviews", "list"],
        vec!["reviews", "list", "--ministry", "MJ", "--state", "planned"],
        vec!["reviews", "show", &review],
        vec!["reviews", "actions"],
        vec!["reviews", "plan", at[0], at[1], "--dry-run"],
        vec!["reviews", "calendar", "MJ"],
        vec!["notices", "list"],
        vec!["receivers", "list"],
        vec!["jobs", "files"],
        vec!["audit", "list", "--limit", "20"],
        vec!["audit", "verify"],
        vec!["accounts", "list"],
        vec!["tokens", "list"],
        vec!["rules", "list"],
        vec!["rules", "check"],
        vec!["rules", "check", "--draft", "1"],
        vec!["rules", "docs", at[0], at[1]],
        vec!["rules", "test", "--run", "D1/*", "--draft", "1"],
        vec!["rules", "explain", "D1", "SI SAMU", at[0], at[1]],
        vec!["rules", "diff", "--draft", "1", at[0], at[1]],
        vec!["rules", "overrides"],
        vec!["rules", "drafts"],
        vec!["rules", "drafts", "1"],
        vec!["rules", "versions", "D1"],
        vec!["rules", "compare", "D1", "--from", "in-force", "--to", "draft-1"],
    ];
    remote.run(&["alerts"]);
    for read in reads {
        for format in ["table", "json", "csv"] {
            let arguments = [read.as_slice(), &["--format", format]].concat();
            assert_same(&arguments, &here.run(&arguments), &remote.run(&arguments));
        }
    }
    remote.service.stop().await.unwrap();
}

/// What people do, in the order in which it can be done.
fn acts<'a>(mission: &'a str, today: &'a str, soon: &'a str) -> Vec<Vec<&'a str>> {
    vec![
        vec!["alerts", "ack", "D1", "SI SAMU", "--reason", "vu"],
        vec!["alerts", "assign", "D1", "SI SAMU", "--to", "Paul"],
        vec!["alerts", "comment", "D1", "SI SAMU", "--text", "rappeler"],
        vec![
            "alerts",
            "dispute",
            "D1",
            "SI SAMU",
            "--field",
            "cost_current",
            "--author",
            "Équipe",
            "--text",
            "en double",
        ],
        vec!["alerts", "answer", "1", "--verdict", "rejected", "--reason", "vérifié"],
        vec!["alerts", "silence", "D1", "SI SAMU", "--until", soon, "--reason", "plan"],
        vec!["alerts", "unsilence", "1", "--reason", "reçu"],
        vec!["missions", "decide", mission, "accept", "--reason", "oui", "--lead", "Ada"],
        vec!["missions", "start", mission, "--on", today, "--until", soon],
        vec!["missions", "milestone", "add", mission, "--label", "Plan", "--due", soon],
        vec!["missions", "milestone", "done", mission, "--label", "Plan"],
        vec!["missions", "note", mission, "Plan accepté"],
        vec!["missions", "close", mission, "--outcome", "averted", "--reason", "tenu"],
        vec!["reviews", "plan"],
        vec!["projects", "unlink", "portalis", "--reason", "essai"],
        vec!["accounts", "add", "Zoé", "--role", "analyst", "--ministry", "MJ"],
        vec!["accounts", "change", "Zoé", "--role", "reader", "--reason", "essai"],
        vec!["accounts", "close", "Zoé", "--reason", "essai"],
        vec!["notices", "replay", "--dead"],
        vec!["rules", "draft", "D1.rhai", "--comment", "plus clair"],
        vec![
            "rules",
            "draft",
            "--threshold",
            "budget_drift_high=0.15",
            "--over",
            "1",
            "--revision",
            "1",
            "--comment",
            "et plus tôt",
        ],
        vec![
            "rules",
            "draft",
            "--drop",
            "thresholds.toml",
            "--over",
            "1",
            "--revision",
            "2",
            "--comment",
            "pas si tôt",
        ],
        vec!["rules", "submit", "1", "--reason", "à relire"],
        vec!["rules", "return", "1", "--reason", "pas encore"],
        vec!["rules", "withdraw", "1", "--reason", "tant pis"],
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn people_act_on_a_server_in_the_same_words_as_on_its_machine() {
    let remote = RemoteCommands::open(ACTOR).await;
    let here = judged();
    here.token(ACTOR, &EVERY, &[]).await;
    let rule = std::fs::read_to_string(rule_file(here.rules(), "drift/D1.rhai")).unwrap();
    let rule = rule.replacen("budgétaire\"", "du budget\"", 1);
    for app in [&here, &remote.app] {
        std::fs::write(app.path("D1.rhai"), &rule).unwrap();
    }
    let now = SystemClock.now();
    let day = |days: i64| (now + chrono::TimeDelta::days(days)).format("%Y-%m-%d").to_string();
    let (today, soon) = (day(0), day(20));
    let mission = first(&here, &["missions", "--kind", "securisation", "--state", "proposed"]);
    for act in acts(&mission, &today, &soon) {
        assert_same(&act, &here.run(&act), &remote.run(&act));
    }
    remote.service.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_a_server_says_why_and_what_to_do() {
    let remote = RemoteCommands::open("Claire").await;
    let jules = remote.app.token("Jules", &[Role::Reader], &["MJ"]).await;
    let told = |token: &str, arguments: &[&str]| {
        let answer = remote.run_as(token, arguments);
        assert!(!answer.stderr.contains(token) || token.is_empty(), "{}", answer.stderr);
        let lines = answer.stderr.lines().filter(|line| !line.starts_with("  demande "));
        let words = lines.collect::<Vec<_>>().join("\n").replace(&remote.url(), "SERVER");
        assert_eq!((answer.code, answer.stdout.as_str()), (Some(1), ""), "{words}");
        format!("$ vigie {}\n{words}\n", arguments.join(" "))
    };
    let refusals = [
        told(&jules, &["alerts", "ack", "D1", "PORTALIS"]),
        told(&jules, &["project", "SI SAMU"]),
        told(&jules, &["jobs", "files"]),
        told("vigie_x", &["alerts"]),
        told("", &["alerts"]),
        told("deux mots", &["alerts"]),
        told(&remote.token, &["missions", "note", "none", "rien"]),
        told(&remote.token, &["alerts", "--by", "Jules"]),
        told(&remote.token, &["serve"]),
        told(&remote.token, &["notices", "deliver"]),
        told(&remote.token, &["jobs", "list"]),
    ];
    insta::assert_snapshot!(refusals.join(""));
    remote.service.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_read_from_a_file_and_goes_over_plain_http_to_this_machine_only() {
    let remote = RemoteCommands::open("Claire").await;
    let file = remote.app.path("token");
    std::fs::write(&file, format!("{}\n", remote.token)).unwrap();
    let named = ["--server", &remote.url(), "--token-file", file.to_str().unwrap()];
    remote.app.ok(&[&["alerts"], named.as_slice()].concat());
    let mut command = remote.app.command(&["alerts"]);
    command.env("VIGIE_SERVER", remote.url()).env("VIGIE_TOKEN_FILE", &file);
    assert!(command.output().unwrap().status.success());
    let elsewhere = remote.app.run(&[
        "alerts",
        "--server",
        "http://vigie.example:1",
        "--token-file",
        file.to_str().unwrap(),
    ]);
    let words = "vigie: `http://vigie.example:1` est en HTTP, où le jeton se lit en chemin\u{a0}: donner l’adresse en \
                 https, ou l’accepter avec `--insecure-http`\n";
    assert_eq!(elsewhere.stderr, words);
    remote.service.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_sent_to_a_server_which_judges_them_when_asked() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    let service = app.serve(&SystemClock.now().to_rfc3339()).await;
    let remote = RemoteCommands { app, service, token };
    let ask = |arguments: &[&str]| {
        let answer = remote.run(arguments);
        assert_eq!(answer.code, Some(0), "{arguments:?}\n{}\n{}", answer.stdout, answer.stderr);
        answer.stdout
    };
    let files = fixtures();
    ask(&["import", files.to_str().unwrap()]);
    let here = TestApp::with_fixtures();
    let rows = |imports: &str| {
        let cell = |line: &str| line.split(',').skip(2).take(3).collect::<Vec<_>>().join(",");
        imports.lines().map(cell).collect::<Vec<_>>()
    };
    let imports = ["imports", "--format", "csv"];
    assert_eq!(rows(&ask(&imports)), rows(&here.ok(&imports)));
    let again = ask(&["import", files.to_str().unwrap(), "--format", "csv"]);
    assert!(again.lines().skip(1).all(|line| line.contains("déjà connu")), "{again}");
    let tried = ask(&["cycle", "--as-of", "2020-11-30", "--dry-run"]);
    assert!(tried.contains("Simulation du cycle 1 : rien n’a été enregistré"), "{tried}");
    ask(&["cycle", "--as-of", "2020-11-30"]);
    here.ok(&["cycle", "--as-of", "2020-11-30"]);
    let figures = ["cycles", "--format", "csv"];
    assert_eq!(ask(&figures), here.ok(&figures));
    remote.service.stop().await.unwrap();
}
