//! The script of a rule made of signs.
//!
//! Each `when` and `unless`, and each value that a `says` shows, is laid as a function at the line and the column where
//! the author wrote it, in place of the front matter, which is a comment; so faults, evidence and branches have their
//! true place. `assess` and `explain`, which say in what order signs are weighed, are written after the last line.

use std::ops::Range;

use toml::Spanned;

use super::CLOSING;
use super::entries::{SignEntry, SignedRule};
use super::places::{AuthorPlaces, LaidPart};
use super::sentence::{content_of, sentence};
use crate::domain::level::Level;
use crate::rules::catalogue::fault::{RuleFault, TextPosition};
use crate::support::text_position::line_and_column;

/// The levels that open an alert, from the highest; below them there is only `watch`.
const ALERTING: [Level; 3] = [Level::Critical, Level::High, Level::Moderate];

/// A script, and where its author wrote what it is made of.
#[derive(Clone, Debug, Default)]
pub(in crate::rules) struct SignScript {
    pub(in crate::rules) text: String,
    pub(in crate::rules) places: AuthorPlaces,
}

/// The script of a rule, `text` being its file and `base` the byte at which its front matter begins, or what is wrong
/// with its sentences.
pub(in crate::rules::catalogue) fn script(
    file: &str,
    text: &str,
    base: usize,
    rule: &SignedRule<'_>,
) -> Result<SignScript, Vec<RuleFault>> {
    let mut writer = Writer {
        text,
        base,
        script: String::new(),
        places: AuthorPlaces::default(),
        line: 1,
        column: 1,
    };
    let mut parts = conditions(rule);
    let mut faults = Vec::new();
    let mut sentences = Vec::new();
    let of_signs = (1..).zip(rule.signs);
    let of_signs = of_signs.map(|(number, sign)| (format!("sign_{number}"), sign.says.as_ref()));
    for (of, says) in [("rule".to_owned(), rule.says)].into_iter().chain(of_signs) {
        let read = says.map(|one| {
            Some((one, sentence(file, text, base, one).map_err(|fault| faults.push(fault)).ok()?))
        });
        sentences.push(read.flatten().map(|(one, (composed, values))| {
            let name = format!("{of}__values");
            if !values.is_empty() {
                parts.push((one.span(), Laid::Values { name: name.clone(), values }));
            }
            (name, composed)
        }));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    parts.sort_by_key(|(span, _)| span.start);
    for (span, part) in parts {
        writer.lay(&span, part);
    }
    writer.rest();
    writer.ending(rule, &sentences);
    Ok(SignScript { text: writer.script, places: writer.places })
}

/// The conditions of a rule, each with the bytes where it is written.
fn conditions(rule: &SignedRule<'_>) -> Vec<(Range<usize>, Laid)> {
    let part = |name: String, part: &Spanned<String>| {
        (part.span(), Laid::Condition { name, decoded: part.get_ref().clone() })
    };
    let own = rule.unless.map(|unless| part("rule__unless".to_owned(), unless));
    let of_signs = (1..).zip(rule.signs).flat_map(|(number, sign)| {
        let unless =
            sign.unless.as_ref().map(|unless| part(format!("sign_{number}__unless"), unless));
        [Some(part(format!("sign_{number}__when"), &sign.when)), unless]
    });
    own.into_iter().chain(of_signs.flatten()).collect()
}

enum Laid {
    Condition {
        name: String,
        decoded: String,
    },
    /// The values of a sentence, by the bytes where each is in the text.
    Values {
        name: String,
        values: Vec<Range<usize>>,
    },
}

struct Writer<'t> {
    text: &'t str,
    base: usize,
    script: String,
    places: AuthorPlaces,
    /// Where the next letter goes, counted from 1.
    line: usize,
    column: usize,
}

impl Writer<'_> {
    fn lay(&mut self, span: &Range<usize>, part: Laid) {
        let content = content_of(self.text, self.base, span);
        let written = self.text.get(content.clone()).unwrap_or_default();
        let from = line_and_column(self.text, content.start);
        let to = line_and_column(self.text, content.end);
        match part {
            Laid::Condition { name, decoded } => {
                self.header(from.0, &format!("fn {name}(p, t) {{ if ("));
                self.move_to(from);
                // A text with escapes is longer than what it means.
                let escaped = written.contains('\\') && !decoded.contains('\\');
                self.push(if escaped { &decoded } else { written });
                self.push(") { true } else { false } }");
            }
            Laid::Values { name, values } => {
                self.header(from.0, &format!("fn {name}(p, t) {{ "));
                for (number, value) in values.iter().enumerate() {
                    // The brace before a value leaves room for what separates it from the others.
                    let (line, column) = line_and_column(self.text, value.start - 1);
                    self.move_to((line, column));
                    self.push(if number == 0 { "[" } else { "," });
                    self.push(self.text.get(value.clone()).unwrap_or_default());
                }
                self.push("] }");
            }
        }
        self.places.laid.push(LaidPart { from, to });
    }

    /// Writes what comes before a part that begins on `line`: on the line above, or here if that is past.
    fn header(&mut self, line: usize, header: &str) {
        while self.line + 1 < line {
            self.push("\n");
        }
        self.push(" ");
        self.push(header);
    }

    fn move_to(&mut self, (line, column): (usize, usize)) {
        while self.line < line {
            self.push("\n");
        }
        while self.column < column {
            self.push(" ");
        }
    }

    /// The author's own functions, where they are.
    fn rest(&mut self) {
        let closing = self.text.get(self.base..).and_then(|rest| rest.find(CLOSING));
        let end = self.base + closing.unwrap_or_default() + CLOSING.len();
        self.move_to(line_and_column(self.text, end));
        self.push(self.text.get(end..).unwrap_or_default().trim_end());
        self.places.last_line = self.line;
    }

    /// A line after the author's, which comes from `origin`.
    fn add(&mut self, origin: TextPosition, line: &str) {
        self.push("\n");
        self.push(line);
        self.places.after.push(origin);
    }

    fn ending(&mut self, rule: &SignedRule<'_>, sentences: &[Option<(String, String)>]) {
        self.assess(rule);
        self.explain(rule, sentences);
    }

    fn assess(&mut self, rule: &SignedRule<'_>) {
        let top = TextPosition { line: Some(1), column: Some(1) };
        let cause = rule.cause.map(|(id, key)| (id, self.place(&key.span())));
        self.add(top, "fn assess(p, t) {");
        if let Some(unless) = rule.unless {
            self.add(self.place(&unless.span()), "if surely(rule__unless(p, t)) { return CLEAR; }");
        }
        if let Some(first) = rule.not_when_phase.first() {
            let phases: Vec<String> = rule
                .not_when_phase
                .iter()
                .map(|phase| format!("\"{}\"", phase.get_ref().as_str()))
                .collect();
            let line = format!("if surely(p.phase in [{}]) {{ return CLEAR; }}", phases.join(", "));
            self.add(self.place(&first.span()), &line);
        }
        for level in ALERTING {
            self.weigh(level, cause, rule.signs);
        }
        // Nothing known alerts: whatever might must be known.
        self.require(rule.requires);
        self.read(rule.signs, Level::is_alerting);
        self.weigh(Level::Watch, cause, rule.signs);
        self.require(rule.clear_requires);
        self.read(rule.signs, |level| !level.is_alerting());
        if let Some((_, place)) = cause {
            self.add(place, "let register = p.causes_declared_levels;");
        }
        self.add(top, "CLEAR");
        self.add(top, "}");
        for (number, sign) in (1..).zip(rule.signs) {
            if let Some(unless) = &sign.unless {
                let line = format!(
                    "fn sign_{number}(p, t) {{ if surely(sign_{number}__unless(p, t)) {{ return false; }} sign_{number}__when(p, t) }}"
                );
                self.add(self.place(&unless.span()), &line);
            }
        }
    }

    /// Returns a level when a cause was declared at it, or a sign of it surely holds.
    fn weigh(&mut self, level: Level, cause: Option<(&str, TextPosition)>, signs: &[SignEntry]) {
        let constant = constant(level);
        if let Some((id, place)) = cause {
            let line = format!("if {} {{ return {constant}; }}", declared(id, level));
            self.add(place, &line);
        }
        for (number, sign) in (1..).zip(signs).filter(|(_, sign)| *sign.level.get_ref() == level) {
            let line = format!("if surely({}) {{ return {constant}; }}", call(number, sign));
            self.add(self.place(&sign.when.span()), &line);
        }
    }

    fn require(&mut self, fields: &[Spanned<String>]) {
        for field in fields {
            let line = format!("let required = p.{};", field.get_ref());
            self.add(self.place(&field.span()), &line);
        }
    }

    /// Reads the signs of some levels, none of which surely holds: one that is unknown says so.
    fn read(&mut self, signs: &[SignEntry], of: impl Fn(Level) -> bool) {
        for (number, sign) in (1..).zip(signs).filter(|(_, sign)| of(*sign.level.get_ref())) {
            self.add(self.place(&sign.when.span()), &format!("{};", call(number, sign)));
        }
    }

    fn explain(&mut self, rule: &SignedRule<'_>, sentences: &[Option<(String, String)>]) {
        let top = TextPosition { line: Some(1), column: Some(1) };
        self.add(top, "fn explain(p, t) {");
        self.add(top, "let text = \"\";");
        if let Some((id, key)) = rule.cause {
            let place = self.place(&key.span());
            for level in [Level::Watch, Level::Moderate, Level::High, Level::Critical] {
                let line = format!(
                    "if {} {{ text = `Cause déclarée lors de l’instruction (niveau ${{{}}}).`; }}",
                    declared(id, level),
                    constant(level)
                );
                self.add(place, &line);
            }
        }
        let mut said = sentences.iter();
        if let (Some(says), Some(Some(sentence))) = (rule.says, said.next()) {
            self.add(self.place(&says.span()), &joined(sentence));
        }
        for ((number, sign), sentence) in (1..).zip(rule.signs).zip(said) {
            if let (Some(says), Some(sentence)) = (&sign.says, sentence) {
                let line = format!("if surely({}) {{ {} }}", call(number, sign), joined(sentence));
                self.add(self.place(&says.span()), &line);
            }
        }
        let title = rule.title.replace('`', "``");
        self.add(top, &format!("if text == \"\" {{ `{title}.` }} else {{ text }}"));
        self.add(top, "}");
        self.add(top, "fn rule__joined(text, sentence) { if text == \"\" { sentence } else { text + \" \" + sentence } }");
    }

    fn place(&self, span: &Range<usize>) -> TextPosition {
        TextPosition::of_byte(self.text, content_of(self.text, self.base, span).start)
    }

    fn push(&mut self, text: &str) {
        self.script.push_str(text);
        let newlines = text.matches('\n').count();
        self.line += newlines;
        let last = text.rsplit('\n').next().unwrap_or_default().chars().count();
        self.column = if newlines > 0 { last + 1 } else { self.column + last };
    }
}

fn call(number: usize, sign: &SignEntry) -> String {
    if sign.unless.is_some() {
        format!("sign_{number}(p, t)")
    } else {
        format!("sign_{number}__when(p, t)")
    }
}

/// Whether the register declares a cause at a level.
fn declared(id: &str, level: Level) -> String {
    format!("\"{id}:{}\" in (p.causes_declared_levels ?? \"\")", level.as_str())
}

fn joined((values, sentence): &(String, String)) -> String {
    let read = if sentence.contains("${") {
        format!("let values = {values}(p, t); ")
    } else {
        String::new()
    };
    format!("{read}text = rule__joined(text, `{sentence}`);")
}

/// The level as scripts write it.
fn constant(level: Level) -> String {
    level.as_str().to_uppercase()
}
