//! The catalogue as one Markdown page for readers, in French.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::compiled_catalogue::Catalogue;
use super::rule::{Family, Rule, Subjects};
use super::thresholds::Threshold;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::rule::{Inhibition, RuleStatus};
use crate::rules::language::wording;

impl Threshold {
    /// The value in force at a date, in French with its unit. `None` before the first date.
    pub fn shown_at(&self, as_of: NaiveDate) -> Option<String> {
        self.at(as_of).map(|value| wording::value(value, self.unit))
    }

    /// Between which bounds a value is plausible, in French; empty if it has none.
    pub fn bounds_shown(&self) -> String {
        bounds(self)
    }
}

impl Catalogue {
    /// The page in Markdown and in French, with the thresholds in force at `as_of`, and what past editions say of the warnings of rules, by
    /// id.
    pub fn page(&self, as_of: NaiveDate, warnings: &BTreeMap<String, String>) -> String {
        let mut page = format!(
            "# Catalogue des règles\n\n{} règles, {} seuils. Seuils en vigueur au {}. \
             Empreinte du catalogue : `{}`.\n",
            self.rules().count(),
            self.thresholds().iter().count(),
            wording::date(as_of),
            self.fingerprint().short()
        );
        for family in Family::ALL {
            let rules: Vec<&Rule> = self.rules().filter(|rule| rule.family == family).collect();
            if rules.is_empty() {
                continue;
            }
            page.extend(["\n## ", family.label(), "\n"]);
            page.extend(
                rules
                    .into_iter()
                    .map(|rule| self.entry(rule, as_of, warnings.get(rule.id.as_str()))),
            );
        }
        page.push_str(&self.thresholds_table(as_of));
        page
    }

    fn entry(&self, rule: &Rule, as_of: NaiveDate, warnings: Option<&String>) -> String {
        let mut text = format!("\n### {} · {}\n\n", rule.id, rule.title);
        let mut lines = vec![
            ("Juge", subjects(rule).to_owned()),
            ("Statut", status(rule.status).to_owned()),
            ("Niveaux", self.levels(rule)),
        ];
        if let Some(call) = rule.mission {
            let from = call.from.label().to_lowercase();
            lines.push(("Mission", format!("{}, dès le niveau {from}", call.kind.label())));
        }
        if rule.for_evaluations > 1 || rule.clear_for > 1 {
            let opens = match rule.for_evaluations {
                1 => "ouverte dès la première évaluation qui constate".to_owned(),
                count => format!("ouverte à la {count}e évaluation de suite qui constate"),
            };
            let closes = match rule.clear_for {
                1 => "close dès la première qui ne constate plus".to_owned(),
                count => format!("close à la {count}e de suite qui ne constate plus"),
            };
            lines.push(("Alerte", format!("{opens}, {closes}")));
        }
        lines.extend(self.inhibitions(rule));
        let fields = self.fields_of(&rule.id).map(|name| {
            let label = self.dictionary().label(name).unwrap_or(name);
            format!("{label} (`{name}`)")
        });
        lines.push(("Lit", fields.collect::<Vec<_>>().join(", ")));
        let thresholds = self.thresholds_of(rule).into_iter().map(|threshold| {
            let shown = threshold.shown_at(as_of);
            let shown = shown.unwrap_or_else(|| "pas encore en vigueur".to_owned());
            format!("{} : {shown}", threshold.label)
        });
        lines.push(("Seuils", thresholds.collect::<Vec<_>>().join(" ; ")));
        lines.push(("Avertissements passés", warnings.cloned().unwrap_or_default()));
        lines.push(("Sources", rule.sources.join(" ; ")));
        let pages = rule.references.iter().map(|page| format!("[{}]({})", page.title, page.url));
        lines.push(("Références", pages.collect::<Vec<_>>().join(" ; ")));
        let people = [("écrite par", &rule.author), ("tenue par", &rule.owner)];
        let people =
            people.iter().filter_map(|(how, who)| Some(format!("{how} {}", who.as_ref()?)));
        let days = [("créée le", rule.created), ("modifiée le", rule.modified)];
        let days = days
            .iter()
            .filter_map(|(what, day)| Some(format!("{what} {}", wording::date((*day)?))));
        lines.push(("Auteurs", people.chain(days).collect::<Vec<_>>().join(" ; ")));
        for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
            text.extend(["- **", name, "** : ", value, "\n"]);
        }
        text.push_str(&advice(rule));
        text
    }

    /// The alerts that the rule hides, and the rules that hide its own.
    fn inhibitions(&self, rule: &Rule) -> Vec<(&'static str, String)> {
        let named = |id: &RuleId| {
            let title = self.rule(id).map_or("", |other| other.title.as_str());
            format!("{title} ({id})")
        };
        let hides = rule.inhibits.iter().map(|one| (named(&one.rule), one)).collect::<Vec<_>>();
        let hidden_by = self.rules().flat_map(|other| {
            let of_it = other.inhibits.iter().filter(|one| one.rule == rule.id);
            of_it.map(|one| (named(&other.id), one))
        });
        let hidden_by: Vec<_> = hidden_by.collect();
        [("Cache", inhibitions_shown(&hides)), ("Cachée par", inhibitions_shown(&hidden_by))].into()
    }

    fn levels(&self, rule: &Rule) -> String {
        let levels = self.levels_of(&rule.id);
        levels.into_iter().map(Level::label).collect::<Vec<_>>().join(", ")
    }

    fn thresholds_of(&self, rule: &Rule) -> Vec<&Threshold> {
        let compiled = self.rules.get(&rule.id);
        let names = compiled.iter().flat_map(|compiled| &compiled.analysis.thresholds);
        names.filter_map(|name| self.thresholds().get(name)).collect()
    }

    fn thresholds_table(&self, as_of: NaiveDate) -> String {
        let mut text = "\n## Seuils\n\n| seuil | libellé | valeur | bornes | source | règles |\n\
                        |---|---|---|---|---|---|\n"
            .to_owned();
        for threshold in self.thresholds().iter() {
            let readers: Vec<&str> = self
                .rules
                .values()
                .filter(|compiled| compiled.analysis.thresholds.contains(&threshold.name))
                .map(|compiled| compiled.rule.id.as_str())
                .collect();
            let row = [
                format!("`{}`", threshold.name),
                threshold.label.clone(),
                values(threshold, as_of),
                bounds(threshold),
                format!("{} : {}", threshold.source.tag.label(), threshold.source.text),
                readers.join(", "),
            ];
            let cells = row.map(|cell| cell.replace('|', "\\|"));
            text.extend(["| ", &cells.join(" | "), " |\n"]);
        }
        text
    }
}

/// For each inhibition: the other rule, from which level it hides, and up to which level.
fn inhibitions_shown(inhibitions: &[(String, &Inhibition)]) -> String {
    let one = |(other, inhibition): &(String, &Inhibition)| {
        let [from, up_to] =
            [inhibition.from, inhibition.up_to].map(|one| one.label().to_lowercase());
        format!("{other}, sur le même sujet, jusqu’au niveau {up_to}, dès le niveau {from}")
    };
    inhibitions.iter().map(one).collect::<Vec<_>>().join(" ; ")
}

/// The value in force, followed by the ones to come.
fn values(threshold: &Threshold, as_of: NaiveDate) -> String {
    let now = threshold.shown_at(as_of).unwrap_or_else(|| "aucune".to_owned());
    let later = threshold.values.iter().filter_map(|dated| {
        let from = dated.from.filter(|from| *from > as_of)?;
        let shown = wording::value(&dated.value, threshold.unit);
        Some(format!("{shown} à partir du {}", wording::date(from)))
    });
    std::iter::once(now).chain(later).collect::<Vec<_>>().join(", ")
}

fn bounds(threshold: &Threshold) -> String {
    let shown = |bound: Option<f64>| {
        bound
            .map(|bound| wording::value(&crate::domain::value::Value::Float(bound), threshold.unit))
    };
    match (shown(threshold.min), shown(threshold.max)) {
        (Some(min), Some(max)) => format!("{min} à {max}"),
        (Some(min), None) => format!("au moins {min}"),
        (None, Some(max)) => format!("au plus {max}"),
        (None, None) => String::new(),
    }
}

/// What to do when the rule fires, and the signs by which it does.
fn advice(rule: &Rule) -> String {
    let mut text = String::new();
    // A line of the guidance is a paragraph of the page.
    let guidance: Vec<&str> = rule.guidance.trim_end().lines().collect();
    text.extend(["\nQue faire : ", &guidance.join("\n\n"), "\n"]);
    if !rule.signs.is_empty() {
        text.push_str("\n| Niveau | Signe | Sauf si |\n|---|---|---|\n");
    }
    for sign in &rule.signs {
        let code = |code: &str| {
            let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
            format!("`{}`", code.replace('|', "\\|"))
        };
        let unless = sign.unless.as_deref().map(code).unwrap_or_default();
        let cells = [sign.level.label(), &code(&sign.when), &unless];
        text.extend(["| ", &cells.join(" | "), " |\n"]);
    }
    text
}

fn subjects(rule: &Rule) -> &'static str {
    match (rule.scope, rule.subjects) {
        (SubjectKind::Project, Subjects::Present) => "chaque projet de l’édition en vigueur",
        (SubjectKind::Project, Subjects::Left) => "chaque projet qui vient de quitter le panorama",
        (SubjectKind::Ministry, _) => "chaque ministère",
        (SubjectKind::Portfolio, _) => "le portefeuille entier",
    }
}

fn status(status: RuleStatus) -> &'static str {
    match status {
        RuleStatus::Experimental => "expérimentale : ses verdicts sont montrés, sans alerte",
        RuleStatus::Test => "à l’essai : ses verdicts sont montrés, sans alerte",
        RuleStatus::Stable => "stable : ses verdicts ouvrent et ferment des alertes",
        RuleStatus::Deprecated => "retirée : ses alertes peuvent se fermer, aucune ne s’ouvre",
    }
}
