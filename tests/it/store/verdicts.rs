//! Verdicts kept by pages: all that was said of thousands of subjects comes back, and only once.

use proptest::prelude::{Just, ProptestConfig, Strategy};
use proptest::{prop_oneof, proptest};

use super::cycles::cycle;
use super::stores::{Scratch, project, told};
use vigie::domain::ids::{CycleNumber, RuleId};
use vigie::domain::level::Level;
use vigie::domain::portfolio::subject::Subject;
use vigie::domain::rules::batch::Verdicts;
use vigie::domain::rules::verdict::{
    Absence, Comparison, Evidence, Judgement, MissingField, Reading, ReadingSource, RuleFailure,
    Verdict,
};
use vigie::domain::value::Value;

#[tokio::test]
async fn verdicts_beyond_one_page_are_read_back_whole_and_subject_by_subject() {
    let scratch = Scratch::new().await;
    let mut record = cycle(1);
    // Each fault says something else: more letters than an alphabet has.
    let faults = (0..2500).map(|number| judgement("D1", number, failed(&number.to_string())));
    let levels = (0..2500).map(|number| judgement("D2", number, fired(Level::High)));
    record.verdicts = Verdicts::gather(faults.chain(levels));
    record.alert_changes.clear();
    record.mission_changes.clear();
    scratch.store.commit_cycle(&record).await.unwrap();
    assert!(scratch.counts().await.contains("subject_pages 3, verdict_pages 5, verdicts 6"));

    let store = &scratch.store;
    assert_eq!(store.verdicts(record.number).await.unwrap(), record.verdicts);
    for number in [0, 999, 1000, 2499] {
        let expected = vec![
            judgement("D1", number, failed(&number.to_string())),
            judgement("D2", number, fired(Level::High)),
        ];
        let found = store.judgements_of(&subject(number), record.number).await.unwrap();
        assert_eq!(found, expected);
    }
    assert_eq!(store.judgements_of(&subject(2500), record.number).await.unwrap(), vec![]);
    assert!(store.verdicts(CycleNumber(2)).await.unwrap().is_empty());
}

#[tokio::test]
async fn subjects_out_of_order_are_refused() {
    let scratch = Scratch::new().await;
    let mut record = cycle(1);
    let clear = || fired(Level::Clear);
    record.verdicts = Verdicts::gather([judgement("D1", 1, clear()), judgement("D1", 1, clear())]);
    let error = scratch.store.commit_cycle(&record).await.unwrap_err();
    assert_eq!(
        told(&error),
        "write the verdicts of D1: found `project/p0001` out of order, expected each subject once"
    );
    assert_eq!(scratch.counts().await, "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    #[test]
    fn whatever_was_said_is_read_back_to_the_byte(
        said in proptest::collection::vec((verdict(), proptest::option::of(finding())), 1..60),
    ) {
        let judgements: Vec<Judgement> = said
            .into_iter()
            .enumerate()
            .map(|(number, (verdict, finding))| {
                let (evidence, explanation) = finding.unwrap_or_default();
                Judgement { evidence, explanation, ..judgement("D1", number, (verdict, None)) }
            })
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let read = runtime.block_on(async {
            let scratch = Scratch::new().await;
            let mut record = cycle(1);
            record.alert_changes.clear();
            record.mission_changes.clear();
            record.verdicts = Verdicts::gather(judgements.clone());
            scratch.store.commit_cycle(&record).await.unwrap();
            scratch.store.judgements(record.number).await.unwrap()
        });
        assert_eq!(
            serde_json::to_string(&read).unwrap(),
            serde_json::to_string(&judgements).unwrap()
        );
    }
}

fn verdict() -> impl Strategy<Value = Verdict> {
    let level = proptest::sample::select(Level::ALL.to_vec());
    let missing = |field: &str, why| MissingField { field: field.to_owned(), why };
    prop_oneof![
        level.prop_map(|level| Verdict::Level { level }),
        Just(Verdict::Unknown { missing: vec![missing("cost_current", Absence::Withheld)] }),
        Just(Verdict::Unknown { missing: vec![missing("t.target", Absence::Missing)] }),
        ".{0,4}".prop_map(|message| failed(&message).0),
    ]
}

fn finding() -> impl Strategy<Value = (Option<Evidence>, Option<String>)> {
    let value = prop_oneof![
        proptest::num::f64::NORMAL.prop_map(Value::Float),
        proptest::num::i64::ANY.prop_map(Value::Int),
        ".{0,3}".prop_map(Value::Text),
    ];
    let source = prop_oneof![Just(ReadingSource::Field), Just(ReadingSource::Threshold)];
    // Few names and labels, so that they meet again.
    let reading =
        ("[ab]", source, "[xy]", proptest::option::of("[u]"), proptest::option::of(value))
            .prop_map(|(name, source, label, unit, value)| Reading {
                name,
                source,
                label,
                unit,
                value,
            });
    let comparison = (1..4_usize, "[ab]", proptest::bool::ANY)
        .prop_map(|(line, text, held)| Comparison { line, column: 1, text, held });
    let evidence =
        (proptest::collection::vec(reading, 0..4), proptest::collection::vec(comparison, 0..4))
            .prop_map(|(readings, trail)| Evidence { readings, trail });
    (proptest::option::of(evidence), proptest::option::of(".{0,8}"))
}

fn subject(number: usize) -> Subject {
    Subject::Project(project(&format!("p{number:04}")))
}

fn judgement(
    rule: &str,
    number: usize,
    (verdict, explanation): (Verdict, Option<String>),
) -> Judgement {
    Judgement {
        rule: RuleId::new(rule),
        subject: subject(number),
        verdict,
        evidence: None,
        explanation,
    }
}

fn failed(message: &str) -> (Verdict, Option<String>) {
    let file = "drift/D1.rhai".to_owned();
    let fault = RuleFailure { file, line: None, column: None, message: message.to_owned() };
    (Verdict::Failed { fault }, None)
}

fn fired(level: Level) -> (Verdict, Option<String>) {
    (Verdict::Level { level }, (level > Level::Clear).then(|| "Le coût a doublé.".to_owned()))
}
