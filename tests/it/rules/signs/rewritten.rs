//! Rules written anew as signs judge as their former texts did: on their cases, on the fixtures and on the published
//! editions. What differs is listed here, and is never good news made of missing data.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use chrono::NaiveDate;
use tempfile::TempDir;

use crate::rules::catalogue::{day, words};
use crate::rules::missing_fields::{Dice, frames, random, rows_of_cases};
use crate::rules::references::{EDITIONS, portfolio};
use crate::support::{TestApp, generated_file, real_editions, root, shipped_dictionary};
use vigie::domain::ids::RuleId;
use vigie::domain::level::Level;
use vigie::domain::rules::verdict::{Judgement, Verdict};
use vigie::frame;
use vigie::frame::Frames;
use vigie::rules::{Catalogue, ScriptLimits, compile_catalogue, read_folder};
use vigie::support::fingerprint::Fingerprint;

const RANDOM_ROWS: usize = 200;

/// What is judged otherwise: a sign to watch that is known suffices, where the former text asked for every field first; and
/// P10 has signs more, of campaigns of which the former text knew nothing.
const DIFFERENCES: [&str; 4] = [
    "fixtures: RC07 project/genevrier: unknown credits_secured_total missing, then watch",
    "fixtures: RC19 project/viorne-etape-socle: unknown interfaces_ready missing, then watch",
    "cases: P10 project/00007: clear, then moderate",
    "cases: P10 project/00009: clear, then watch",
];

type Texts = BTreeMap<String, String>;

/// The shipped catalogue and the one before it.
struct Both {
    texts: Texts,
    now: Catalogue,
    former_texts: Texts,
    former: Catalogue,
}

impl Both {
    fn read() -> Self {
        let folder = TempDir::new().unwrap();
        let archive = root().join("tests/former_rules/2f1dc5a.tar.xz");
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--xz", "--file"])
            .arg(&archive)
            .arg("--directory")
            .arg(folder.path());
        assert!(tar.status().unwrap().success(), "tar needs xz (Debian: xz-utils)");
        let (former_texts, former) = compiled(read_folder(folder.path()).unwrap());
        let (texts, now) = compiled(read_folder(&root().join("rules")).unwrap());
        Self { texts, now, former_texts, former }
    }

    /// The rules that both have.
    fn rules(&self) -> Vec<RuleId> {
        let both = |id: &&RuleId| self.now.rule(id).is_some();
        self.former.rules().map(|rule| &rule.id).filter(both).cloned().collect()
    }

    /// Verdicts that differ, a line each with where they were given.
    fn differences(&self, place: &str, frames: &Frames, as_of: NaiveDate) -> Vec<String> {
        let mut found = Vec::new();
        for rule in self.rules() {
            for (was, is) in self.judged(&rule, frames, as_of) {
                let (was_words, is_words) = (words(&was.verdict), words(&is.verdict));
                if was_words != is_words {
                    found.push(format!(
                        "{place}: {rule} {}: {was_words}, then {is_words}",
                        was.subject
                    ));
                }
            }
        }
        found
    }

    fn judged(
        &self,
        rule: &RuleId,
        frames: &Frames,
        as_of: NaiveDate,
    ) -> Vec<(Judgement, Judgement)> {
        let was = self.former.judge_by(rule, frames, as_of);
        let is = self.now.judge_by(rule, frames, as_of);
        assert_eq!(was.len(), is.len(), "{rule}");
        was.into_iter().zip(is).collect()
    }
}

fn compiled(texts: Texts) -> (Texts, Catalogue) {
    let (catalogue, faults) = compile_catalogue(&texts, &ScriptLimits::default());
    assert!(faults.is_empty(), "{faults:?}");
    (texts, catalogue)
}

#[test]
fn rules_written_anew_judge_as_before_and_go_on_under_their_revision() {
    let both = Both::read();
    let app = TestApp::with_fixtures();
    let fixtures = crate::rules::judge_table::frames(&app);
    let mut found = both.differences("fixtures", &fixtures, day("2020-11-30"));
    for rule in both.rules() {
        let rows = rows_of_cases(both.former.rule(&rule).unwrap(), &both.texts);
        let frames = frames(both.now.rule(&rule).unwrap(), &rows);
        let of_rule = both.differences("cases", &frames, day("2020-11-01"));
        found.extend(of_rule.into_iter().filter(|one| one.contains(&format!(" {rule} "))));
    }
    assert_eq!(found, DIFFERENCES);
    let differs: BTreeSet<&str> = found.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    let mut list = String::from(
        "# Rules that this release rewrote to the same verdicts: `former` is the fingerprint of their text before,\n\
         # `text` that of today. Written by the test that compares both (INSTA_UPDATE=always).\n",
    );
    for rule in both.rules().iter().filter(|rule| !differs.contains(rule.as_str())) {
        let of = |catalogue: &Catalogue, texts: &Texts| {
            Fingerprint::of(texts[&catalogue.rule(rule).unwrap().file].as_bytes())
        };
        let (former, text) = (of(&both.former, &both.former_texts), of(&both.now, &both.texts));
        if former != text {
            write!(
                list,
                "\n[[rule]]\nid = \"{rule}\"\nformer = \"{}\"\ntext = \"{}\"\n",
                former.as_str(),
                text.as_str()
            )
            .unwrap();
        }
    }
    generated_file("src/rules/catalogue/rewritten.toml", &list);
    let revision =
        |catalogue: &Catalogue, rule: &RuleId| catalogue.rule(rule).unwrap().revision.clone();
    for rule in both.rules() {
        let same = revision(&both.former, &rule) == revision(&both.now, &rule);
        assert_eq!(same, !differs.contains(rule.as_str()), "{rule}");
    }
}

#[test]
fn rules_written_anew_judge_the_published_editions_as_before() {
    let Some(folder) = real_editions() else { return };
    let both = Both::read();
    let app = TestApp::new();
    let mut found = Vec::new();
    for edition in EDITIONS {
        let file = folder.join(format!("{edition}.dashboard.csv"));
        app.ok(&["import", file.to_str().unwrap()]);
        let as_of = day(&format!("{edition}-28"));
        let frames =
            frame::build(&portfolio(&app, as_of), shipped_dictionary(), as_of, Some(0.25)).unwrap();
        found.extend(both.differences(&as_of.to_string(), &frames, as_of));
    }
    assert_eq!(found, Vec::<String>::new());
}

/// Whatever is missing, a rule written anew never says less: an alert stays one, and where it said nothing for want of data
/// it says nothing, or that there is something to watch.
#[test]
fn rules_written_anew_are_never_clearer() {
    let both = Both::read();
    let mut dice = Dice::new();
    let mut found = Vec::new();
    for id in both.rules() {
        let rule = both.now.rule(&id).unwrap();
        let cases = rows_of_cases(rule, &both.texts);
        let rows: Vec<_> =
            (0..RANDOM_ROWS).map(|_| random(&both.now, rule, &cases, &mut dice)).collect();
        for (was, is) in both.judged(&id, &frames(rule, &rows), day("2020-11-01")) {
            let sound = match (&was.verdict, &is.verdict) {
                (Verdict::Failed { .. }, _)
                | (Verdict::Unknown { .. }, Verdict::Unknown { .. }) => true,
                (Verdict::Unknown { .. }, Verdict::Level { level }) => *level > Level::Clear,
                (Verdict::Level { level }, Verdict::Unknown { .. }) => !level.is_alerting(),
                (Verdict::Level { level: former }, Verdict::Level { level }) => level >= former,
                (_, Verdict::Failed { .. }) => false,
            };
            if !sound {
                found.push(format!("{id}: {}, then {}", words(&was.verdict), words(&is.verdict)));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}
