//! A condition as a form shows it: tests of fields, one below the other, joined by « et » and « ou ».

use serde::Serialize;

use super::typed::{shown_figure, typed_figure};
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::words::words;
use crate::frame::dictionary::{Dictionary, Field, FieldKind, Unit};
use crate::rules::catalogue::thresholds::{Threshold, Thresholds};

words! {
    /// What joins a test to the one above it. As in the language, `and` binds more tightly.
    #[derive(Default)]
    pub enum TestLink, "a link between tests" {
        #[default]
        And = "and" => "et",
        Or = "or" => "ou",
    }
}

words! {
    /// What is noticed of a field.
    #[derive(Default)]
    pub enum TestOperator, "an operator" {
        #[default]
        Above = "above" => "est supérieur à",
        AtLeast = "at_least" => "est au moins égal à",
        Below = "below" => "est inférieur à",
        AtMost = "at_most" => "est au plus égal à",
        Equal = "equal" => "est égal à",
        Other = "other" => "est différent de",
        Holds = "holds" => "est vrai",
        Fails = "fails" => "est faux",
        Known = "known" => "est renseigné",
        Missing = "missing" => "n’est pas renseigné",
    }
}

impl TestOperator {
    /// As the language writes a comparison; `None` for what compares with nothing.
    fn symbol(self) -> Option<&'static str> {
        match self {
            Self::Above => Some(">"),
            Self::AtLeast => Some(">="),
            Self::Below => Some("<"),
            Self::AtMost => Some("<="),
            Self::Equal => Some("=="),
            Self::Other => Some("!="),
            Self::Holds | Self::Fails | Self::Known | Self::Missing => None,
        }
    }

    /// Whether it compares with a value.
    pub fn has_value(self) -> bool {
        self.symbol().is_some()
    }
}

/// One test, in the words that people read and type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ConditionTest {
    pub link: TestLink,
    /// The label of a field, or `Jours depuis : ` and the label of a date.
    pub field: String,
    pub operator: TestOperator,
    /// A figure, the label of a threshold or of another field; empty where nothing is compared.
    pub value: String,
}

/// What a test has that cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestFault {
    UnknownField,
    /// The value is neither a figure of the field, nor a threshold, nor a field.
    UnknownValue,
}

/// The fields and thresholds of which conditions on subjects of one kind may speak.
#[derive(Clone, Copy, Debug)]
pub struct ConditionWords<'w> {
    pub dictionary: &'w Dictionary,
    pub thresholds: &'w Thresholds,
    pub scope: SubjectKind,
}

/// What is read of a field: what people call it before the field's label, the code before its name and after it.
const READINGS: [(&str, &str, &str); 5] = [
    ("Jours depuis : ", "days_between(p.", ", p.as_of)"),
    ("Jours avant : ", "days_between(p.as_of, p.", ")"),
    ("Évolution : ", "change(p.", ")"),
    ("Valeur précédente : ", "previous(p.", ")"),
    ("", "p.", ""),
];

impl ConditionWords<'_> {
    /// The tests of which a condition is made; `None` for one that a form cannot show.
    pub fn tests(&self, code: &str) -> Option<Vec<ConditionTest>> {
        let mut tests = Vec::new();
        for (link, term) in terms(code)? {
            tests.push(ConditionTest { link, ..self.test(term.trim())? });
        }
        // What a form would write otherwise, it leaves to the text.
        let bare = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        (self.code(&tests).ok()? == bare(code)).then_some(tests)
    }

    /// The condition that tests make.
    ///
    /// # Errors
    /// The tests that cannot be written, by their place in the list.
    pub fn code(&self, tests: &[ConditionTest]) -> Result<String, Vec<(usize, TestFault)>> {
        let mut code = String::new();
        let mut faults = Vec::new();
        for (place, test) in tests.iter().enumerate() {
            match self.term(test) {
                Ok(term) => {
                    if place > 0 {
                        code.push_str(if test.link == TestLink::Or { " || " } else { " && " });
                    }
                    code.push_str(&term);
                }
                Err(fault) => faults.push((place, fault)),
            }
        }
        if faults.is_empty() { Ok(code) } else { Err(faults) }
    }

    /// The labels of the fields, as forms propose them.
    pub fn field_labels(&self) -> Vec<String> {
        self.dictionary.fields_of(self.scope).map(|field| self.label_of(field)).collect()
    }

    /// The labels of the thresholds, as forms propose them.
    pub fn threshold_labels(&self) -> Vec<String> {
        self.thresholds.iter().map(|threshold| self.label_of_threshold(threshold)).collect()
    }

    fn test(&self, term: &str) -> Option<ConditionTest> {
        let of = |operator, read: &str, value: String| {
            let field = self.reading_label(read)?;
            Some(ConditionTest { link: TestLink::And, field, operator, value })
        };
        let inner = |text: &str| Some(text.strip_prefix("has(")?.strip_suffix(')')?.to_owned());
        if let Some(read) = term.strip_prefix('!') {
            return match inner(read) {
                Some(read) => of(TestOperator::Missing, &read, String::new()),
                None => of(TestOperator::Fails, read, String::new()),
            };
        }
        if let Some(read) = inner(term) {
            return of(TestOperator::Known, &read, String::new());
        }
        for operator in [
            TestOperator::AtLeast,
            TestOperator::AtMost,
            TestOperator::Equal,
            TestOperator::Other,
            TestOperator::Above,
            TestOperator::Below,
        ] {
            let Some((left, right)) = operator.symbol().and_then(|sign| term.split_once(sign))
            else {
                continue;
            };
            let value = self.value_label(left.trim(), right.trim())?;
            return of(operator, left.trim(), value);
        }
        of(TestOperator::Holds, term, String::new())
    }

    fn term(&self, test: &ConditionTest) -> Result<String, TestFault> {
        let (read, field, unit) = self.reading(&test.field).ok_or(TestFault::UnknownField)?;
        Ok(match (test.operator, test.operator.symbol()) {
            (TestOperator::Known, _) => format!("has({read})"),
            (TestOperator::Missing, _) => format!("!has({read})"),
            (TestOperator::Fails, _) => format!("!{read}"),
            (_, None) => read,
            (_, Some(symbol)) => {
                let value = self.value(&test.value, field, unit).ok_or(TestFault::UnknownValue)?;
                format!("{read} {symbol} {value}")
            }
        })
    }

    /// What is read, its field and its unit, from what people call it.
    pub(super) fn reading(&self, typed: &str) -> Option<(String, &'static Field, Unit)> {
        READINGS.iter().find_map(|(label, before, after)| {
            let rest = typed.trim().strip_prefix(label.trim_end())?;
            let field = self.field_called(rest)?;
            let unit = if before.starts_with("days_between") { Unit::Days } else { field.unit };
            Some((format!("{before}{}{after}", field.name), field, unit))
        })
    }

    fn reading_label(&self, code: &str) -> Option<String> {
        let (label, field) = self.field_read(code)?;
        Some(format!("{label}{}", self.label_of(field)))
    }

    fn field_read(&self, code: &str) -> Option<(&'static str, &'static Field)> {
        READINGS.iter().find_map(|(label, before, after)| {
            let name = code.strip_prefix(before)?.strip_suffix(after)?;
            let field = self.dictionary.fields_of(self.scope).find(|field| field.name == name)?;
            Some((*label, field))
        })
    }

    fn value(&self, typed: &str, field: &Field, unit: Unit) -> Option<String> {
        if let Some(threshold) = self.threshold_called(typed) {
            return Some(format!("t.{}", threshold.name));
        }
        if let Some((read, ..)) = self.reading(typed) {
            return Some(read);
        }
        let text = typed.trim();
        match field.kind {
            FieldKind::Bool if plain(text) == "oui" => Some("true".to_owned()),
            FieldKind::Bool if plain(text) == "non" => Some("false".to_owned()),
            FieldKind::Text => {
                let phase =
                    Phase::ALL.into_iter().find(|phase| plain(phase.label()) == plain(text));
                let word = phase.map_or(text, |phase| phase.as_str());
                let is_plain = !word.is_empty() && !word.contains(['"', '\\', '\n']);
                is_plain.then(|| format!("\"{word}\""))
            }
            FieldKind::Int | FieldKind::Float | FieldKind::Date | FieldKind::Bool => {
                typed_figure(text, unit).map(|figure| figure.to_string())
            }
        }
    }

    fn value_label(&self, left: &str, code: &str) -> Option<String> {
        if let Some(name) = code.strip_prefix("t.") {
            return Some(self.label_of_threshold(self.thresholds.get(name)?));
        }
        if let Some(label) = self.reading_label(code) {
            return Some(label);
        }
        let (_, field) = self.field_read(left)?;
        if let Some(word) = code.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            let phase = word.parse::<Phase>().ok();
            return Some(phase.map_or_else(|| word.to_owned(), |phase| phase.label().to_owned()));
        }
        match code {
            "true" => Some("oui".to_owned()),
            "false" => Some("non".to_owned()),
            _ => {
                let is_age = left.starts_with("days_between");
                let unit = if is_age { Unit::Days } else { field.unit };
                Some(shown_figure(code.parse::<f64>().ok()?, unit))
            }
        }
    }

    fn field_called(&self, typed: &str) -> Option<&'static Field> {
        let wanted = plain(typed);
        let mut fields = self.dictionary.fields_of(self.scope);
        fields.find(|field| plain(&self.label_of(field)) == wanted || field.name == wanted)
    }

    pub(super) fn threshold_called(&self, typed: &str) -> Option<&Threshold> {
        let wanted = plain(typed);
        let called = |threshold: &&Threshold| {
            plain(&self.label_of_threshold(threshold)) == wanted || threshold.name == wanted
        };
        self.thresholds.iter().find(called)
    }

    /// The label of a field, with its name if another has the same label.
    fn label_of(&self, field: &Field) -> String {
        let same = self.dictionary.fields_of(self.scope).filter(|one| one.label == field.label);
        if same.count() > 1 {
            return format!("{} ({})", field.label, field.name);
        }
        field.label.to_owned()
    }

    fn label_of_threshold(&self, threshold: &Threshold) -> String {
        let same = self.thresholds.iter().filter(|one| one.label == threshold.label).count();
        let is_field =
            self.dictionary.fields_of(self.scope).any(|one| one.label == threshold.label);
        if same > 1 || is_field {
            return format!("{} ({})", threshold.label, threshold.name);
        }
        threshold.label.clone()
    }
}

/// The parts of a condition between `&&` and `||`, each with what joins it to the one before; `None` if brackets or quotes
/// are not closed, or hold such a joint.
fn terms(code: &str) -> Option<Vec<(TestLink, &str)>> {
    let mut found = Vec::new();
    let (mut start, mut depth, mut is_text) = (0, 0_usize, false);
    let mut link = TestLink::And;
    let mut letters = code.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => is_text = !is_text,
            _ if is_text => {}
            '`' | '{' | '}' | '[' | ']' => return None,
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            '&' | '|' if letters.peek().is_some_and(|(_, next)| *next == letter) => {
                if depth > 0 {
                    return None;
                }
                letters.next();
                found.push((link, code.get(start..at)?));
                link = if letter == '|' { TestLink::Or } else { TestLink::And };
                start = at + 2;
            }
            _ => {}
        }
    }
    found.push((link, code.get(start..)?));
    (depth == 0 && !is_text).then_some(found)
}

/// Letters without capitals, with plain apostrophes and single spaces.
fn plain(text: &str) -> String {
    let letters = text.to_lowercase().replace('\u{2019}', "'").replace(['\u{a0}', '\u{202f}'], " ");
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::frame::dictionary::built_in;

    const THRESHOLDS: &str = "[budget_drift_high]\nlabel = \"Seuil élevé de l’écart budgétaire\"\nunit = \"ratio\"\n\
                              value = 0.2\nsource = { tag = \"expert\", text = \"x\" }\n";

    fn with<T>(ask: impl Fn(ConditionWords<'_>) -> T) -> T {
        let texts = BTreeMap::from([("thresholds.toml".to_owned(), THRESHOLDS.to_owned())]);
        let thresholds = Thresholds::of_texts(&texts);
        let scope = SubjectKind::Project;
        ask(ConditionWords { dictionary: built_in(), thresholds: &thresholds, scope })
    }

    #[test]
    fn a_condition_of_tests_is_read_and_written_back_as_it_was() {
        for code in [
            "p.budget_drift > t.budget_drift_high",
            "p.budget_drift >= 0.25 && has(p.phase) || p.phase == \"build\"",
            "days_between(p.forecast_end_on, p.as_of) > 30",
            "change(p.cost_current) > 5 && p.cost_current > p.cost_initial",
        ] {
            let back = with(|words| words.code(&words.tests(code).unwrap()).unwrap());
            assert_eq!(back, code);
        }
    }

    #[test]
    fn what_a_form_cannot_show_is_left_to_the_text() {
        for code in [
            "hausse(p, t) && p.cost_current > 5",
            "(p.budget_drift > 0.1 || p.calendar_drift > 0.1) && has(p.phase)",
            "p.phase in [\"build\"]",
            "p.budget_drift > t.no_such_threshold",
            "p.budget_drift > t.budget_drift_high - 0.1",
            "",
        ] {
            assert_eq!(with(|words| words.tests(code)), None, "{code}");
        }
    }

    #[test]
    fn people_type_labels_and_figures_in_french() {
        let test = |field: &str, value: &str| ConditionTest {
            field: field.to_owned(),
            value: value.to_owned(),
            ..ConditionTest::default()
        };
        let code = |one: ConditionTest| with(move |words| words.code(std::slice::from_ref(&one)));
        assert_eq!(code(test("écart budgétaire", "20 %")).unwrap(), "p.budget_drift > 0.2");
        let by_label = code(test("Écart budgétaire", "seuil élevé de l'écart budgétaire")).unwrap();
        assert_eq!(by_label, "p.budget_drift > t.budget_drift_high");
        assert_eq!(code(test("rien de tel", "1")), Err(vec![(0, TestFault::UnknownField)]));
        assert_eq!(code(test("Écart budgétaire", "20")), Err(vec![(0, TestFault::UnknownValue)]));
    }
}
