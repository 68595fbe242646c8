//! `vigie rules explain RULE PROJECT`: the way from what was read to the answer.

use crate::cli::language::translate;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::format::Format;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::output::words::{FieldLabels, missing_in_words};
use vigie::application::Explanation;
use vigie::domain::rules::distance::LevelChange;
use vigie::domain::rules::verdict::{ReadingSource, Verdict};
use vigie::rules::TraceFinding;
use vigie::support::french;

/// Tables are for people, who read the text of the rule only when they ask for its `code`.
pub(super) fn show(
    explained: &Explanation,
    labels: &FieldLabels,
    code: bool,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let in_words = printer.format() == Format::Table;
    let trail = trail(explained, labels, in_words, code || !in_words);
    let mut sheets = vec![trail, readings(explained)];
    sheets.extend(changes(explained));
    printer.answer(explained, &sheets, 0)
}

/// What would change the level; `None` where nothing single does.
fn changes(explained: &Explanation) -> Option<Sheet> {
    let distance = explained.distance.as_ref()?;
    let row = |change: &LevelChange| vec![Cell::level(change.level), Cell::text(&change.words)];
    let rows: Vec<_> = distance.worse.iter().chain(&distance.better).map(row).collect();
    let columns = vec![("level", "Niveau"), ("words", "Ce qui y mènerait")];
    (!rows.is_empty()).then(|| Sheet::new("Ce qui changerait le niveau", columns, rows))
}

fn trail(explained: &Explanation, labels: &FieldLabels, in_words: bool, code: bool) -> Sheet {
    let mut last = None;
    let rows = explained.trace.steps.iter().map(|step| {
        let text = step.line.checked_sub(1).and_then(|index| explained.lines.get(index));
        let text = text.map_or("", |text| text.trim());
        // A line that makes several comparisons is quoted once.
        let again = last.replace(step.line) == Some(step.line);
        let quoted = Cell::of(if again { "" } else { text }, text);
        let found = if in_words { &step.words } else { &step.text };
        let mut row = vec![Cell::of(step.line.to_string(), step.line)];
        row.extend(code.then_some(quoted));
        row.extend([Cell::text(found), Cell::of(step.finding.label(), word(step.finding))]);
        row
    });
    let title = format!(
        "{} ({}) : {}, au {}",
        explained.rule.title,
        explained.rule.id,
        explained.subject_name,
        french::date(explained.as_of)
    );
    let mut columns = vec![("line", "Ligne")];
    columns.extend(code.then_some(("text", "Texte de la règle")));
    columns.extend([("comparison", "Constat"), ("finding", "Résultat")]);
    Sheet::new(title, columns, rows.collect()).with_note(conclusion(explained, labels))
}

fn conclusion(explained: &Explanation, labels: &FieldLabels) -> String {
    let judgement = &explained.trace.judgement;
    match &judgement.verdict {
        Verdict::Level { level } => {
            let place =
                explained.concluded_on.map_or_else(String::new, |line| format!(" (ligne {line})"));
            let mut text = format!("Conclusion{place} : {}.", level.label());
            if let Some(explanation) = &judgement.explanation {
                text.push(' ');
                text.push_str(explanation);
            }
            text
        }
        Verdict::Unknown { missing } => {
            format!("Conclusion : non évaluable. {}.", missing_in_words(missing, labels))
        }
        Verdict::Failed { fault } => {
            let place = [fault.line, fault.column].into_iter().flatten();
            let place: Vec<String> =
                std::iter::once(fault.file.clone()).chain(place.map(|n| n.to_string())).collect();
            format!(
                "Conclusion : règle en défaut, {} : {}",
                place.join(":"),
                translate(&fault.message)
            )
        }
    }
}

fn readings(explained: &Explanation) -> Sheet {
    let rows = explained.trace.readings.iter().map(|read| {
        let source = match read.reading.source {
            ReadingSource::Field => Cell::of("champ", "field"),
            ReadingSource::Threshold => Cell::of("seuil", "threshold"),
        };
        vec![
            source,
            Cell::text(&read.reading.name),
            Cell::text(&read.reading.label),
            Cell::text(read.shown.as_deref().unwrap_or("inconnu")),
        ]
    });
    Sheet::new(
        "Lectures",
        vec![("source", "Origine"), ("name", "Nom"), ("label", "Libellé"), ("value", "Valeur")],
        rows.collect(),
    )
}

fn word(finding: TraceFinding) -> &'static str {
    match finding {
        TraceFinding::True => "true",
        TraceFinding::False => "false",
        TraceFinding::Read => "read",
        TraceFinding::Missing => "missing",
        TraceFinding::Withheld => "withheld",
    }
}
