//! Templates of documents: texts of the catalogue in which figures are named. A template sees nothing but what it is given,
//! calls nothing but the filters below, and is bounded in size and in steps.

use std::fmt::Write as _;
use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, UndefinedBehavior, Value};

use super::data::{Datum, Printed, PrintedFigure};
use super::inline::{address, escaped};
use super::markup;
use super::model::Document;
use crate::domain::rules::verdict::RuleFailure;

/// Longest text of a template, in bytes.
const LONGEST: usize = 64 * 1024;

/// Longest text that a template is filled to, in bytes.
const LONGEST_FILLED: usize = 4 * 1024 * 1024;

/// Steps that filling a template may take.
const STEPS: u64 = 2_000_000;

/// What is printed of a value that nobody gave.
const NO_DATA: &str = "aucune donnée";

/// The document that a template makes of these values. `file` is the name of the template in faults.
///
/// # Errors
/// If the template is no template, names what there is not, or is out of bounds.
pub fn fill(file: &str, text: &str, data: &Datum) -> Result<Document, RuleFailure> {
    within(file, text)?;
    let failed = |error: Error| fault(file, text, &error);
    let environment = environment().map_err(failed)?;
    let template = environment.template_from_named_str(file, text).map_err(failed)?;
    let mut filled = Bounded(Vec::new());
    template.render_captured_to(data.to_value(), &mut filled).map_err(failed)?;
    Ok(markup::document(&String::from_utf8_lossy(&filled.0), &data.charts()))
}

/// What is wrong with a template. `sample` has every name that it may use: each group with its names, and in each list one
/// entry.
pub fn template_faults(file: &str, text: &str, sample: &Datum) -> Vec<RuleFailure> {
    if let Err(fault) = within(file, text) {
        return vec![fault];
    }
    let environment = environment();
    let named = environment
        .and_then(|made| Ok(made.template_from_named_str(file, text)?.undeclared_variables(true)));
    let named = match named {
        Ok(named) => named,
        Err(error) => return vec![fault(file, text, &error)],
    };
    let mut unknown: Vec<String> = named
        .into_iter()
        .filter(|path| !sample.has(&path.split('.').collect::<Vec<_>>()))
        .collect();
    unknown.sort_unstable();
    if !unknown.is_empty() {
        return unknown.iter().map(|path| unknown_field(file, text, path, sample)).collect();
    }
    let tried = [sample.filled(), sample.emptied()].map(|data| fill(file, text, &data));
    let mut faults: Vec<RuleFailure> = Vec::new();
    for one in tried {
        match one {
            Ok(document) if document.title.is_empty() => {
                let words = "found no title, expected a line that begins with `# `".to_owned();
                faults.push(at_line(file, Some(1), words));
            }
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
    }
    faults.dedup_by(|one, other| one.line == other.line && one.message == other.message);
    faults
}

fn within(file: &str, text: &str) -> Result<(), RuleFailure> {
    if text.len() <= LONGEST {
        return Ok(());
    }
    let words = format!("found {} bytes, expected at most {LONGEST}", text.len());
    Err(at_line(file, None, words))
}

fn at_line(file: &str, line: Option<usize>, message: String) -> RuleFailure {
    RuleFailure { file: file.to_owned(), line, column: None, message }
}

fn unknown_field(file: &str, text: &str, path: &str, sample: &Datum) -> RuleFailure {
    let names = |line: &&str| line.split(is_between_names).any(|word| word == path);
    let line = text.lines().position(|line| names(&line)).map(|index| index + 1);
    let known = sample.names().join(", ");
    at_line(file, line, format!("found the field `{path}`, expected one of {known}"))
}

fn is_between_names(letter: char) -> bool {
    !(letter.is_alphanumeric() || letter == '_' || letter == '.')
}

/// The place and the words of an error of a template.
fn fault(file: &str, text: &str, error: &Error) -> RuleFailure {
    let line = error.line();
    let found = line.and_then(|line| text.lines().nth(line.checked_sub(1)?));
    let found = found.map_or("", str::trim);
    let kind = error.kind();
    let words = if kind == ErrorKind::UndefinedError {
        "found a field that there is not, expected one that docs/DOCUMENTS.md lists".to_owned()
    } else if kind == ErrorKind::OutOfFuel {
        format!("found more than {STEPS} steps, expected fewer")
    } else if kind == ErrorKind::WriteFailure {
        format!("found more than {LONGEST_FILLED} bytes, expected at most as many")
    } else {
        format!("found `{found}`, expected a template: {error}")
    };
    at_line(file, line, words)
}

fn environment<'source>() -> Result<Environment<'source>, Error> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(STEPS));
    environment.set_recursion_limit(32);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(|out, _, value| print(out, value));
    environment.add_filter("counted", counted);
    environment.add_filter("enumerated", enumerated);
    environment.add_filter("length", |value: &Value| value.len().unwrap_or(0));
    // A line that holds only a statement leaves no line behind.
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    Ok(environment)
}

fn print(out: &mut Output<'_>, value: &Value) -> Result<(), Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    out.write_str(&printed(value)).map_err(Error::from)
}

fn printed(value: &Value) -> String {
    if value.is_none() {
        return NO_DATA.to_owned();
    }
    let Some(known) = value.downcast_object_ref::<Printed>() else {
        // What a filter made of such values is marked up already.
        return if value.is_safe() { value.to_string() } else { escaped(&value.to_string()) };
    };
    match &known.0 {
        Datum::Figure(figure) => figure_printed(figure),
        Datum::Prose(text) => prose(text),
        Datum::Chart(chart) => format!("![{}]", chart.name),
        Datum::Wanted { label, href } => {
            format!("[À compléter : {}]({})", escaped(label), address(href))
        }
        Datum::Missing | Datum::Flag(_) | Datum::List(_) | Datum::Group(_) => NO_DATA.to_owned(),
    }
}

fn figure_printed(figure: &PrintedFigure) -> String {
    match &figure.href {
        Some(href) => format!("[{}]({})", escaped(&figure.text), address(href)),
        None => escaped(&figure.text),
    }
}

/// A paragraph for each line, or a list of those that begin with a dash.
fn prose(text: &str) -> String {
    let mut written = String::new();
    for line in text.lines().map(str::trim) {
        let ends = match line.strip_prefix("- ") {
            Some(item) => writeln!(written, "- {}", escaped(item)),
            None => writeln!(written, "\n{}\n", escaped(line)),
        };
        debug_assert!(ends.is_ok(), "a text takes all that is written to it");
    }
    written
}

/// `43 projets`, with the link of the figure.
fn counted(value: &Value, one: &str, many: &str) -> Value {
    let Some(known) = value.downcast_object_ref::<Printed>() else { return value.clone() };
    let Datum::Figure(figure) = &known.0 else { return value.clone() };
    let word = if figure.value.abs() < 2.0 { one } else { many };
    let text = format!("{}\u{a0}{word}", figure.text);
    Datum::Figure(PrintedFigure { text, ..figure.clone() }).to_value()
}

/// `SI SAMU, PORTALIS et NED`: the values of a list, or of one field of its entries, as a sentence has them.
fn enumerated(value: &Value, field: Option<&str>) -> Result<Value, Error> {
    let mut words = Vec::new();
    for entry in value.try_iter()? {
        let shown = match field {
            Some(field) => entry.get_attr(field)?,
            None => entry,
        };
        if shown.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        words.push(printed(&shown));
    }
    let last = words.pop();
    let text = match (words.is_empty(), last) {
        (_, None) => NO_DATA.to_owned(),
        (true, Some(only)) => only,
        // A name that has a comma would read as two.
        (false, Some(last)) if words.iter().chain([&last]).any(|word| word.contains(", ")) => {
            format!("{} ; {last}", words.join(" ; "))
        }
        (false, Some(last)) => format!("{} et {last}", words.join(", ")),
    };
    Ok(Value::from_safe_string(text))
}

/// Takes no more than a document may have.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST_FILLED {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
