//! Templates of pages: HTML in which everything is escaped, with figures, dates and words in French.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
    escape_formatter,
};
use serde::Serialize;

use super::{assets, filters};

macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        /// Name and text of each template.
        const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("templates/", $name)))),+];
    };
}

templates! {
    "components/account_fields.html",
    "components/badge.html",
    "components/button.html",
    "components/chart.html",
    "components/details.html",
    "components/distance.html",
    "components/export.html",
    "components/facts.html",
    "components/field.html",
    "components/figure.html",
    "components/form.html",
    "components/history.html",
    "components/key.html",
    "components/level.html",
    "components/message.html",
    "components/navigation.html",
    "components/queue.html",
    "components/score.html",
    "components/search.html",
    "components/table.html",
    "components/unknown_names.html",
    "layout.html",
    "pages/accessibility.html",
    "pages/account.html",
    "pages/acknowledgement.html",
    "pages/alert.html",
    "pages/alert_act.html",
    "pages/alerts.html",
    "pages/answer_link.html",
    "pages/answers.html",
    "pages/attention.html",
    "pages/audit_check.html",
    "pages/audit_trail.html",
    "pages/campaign.html",
    "pages/campaigns.html",
    "pages/channels.html",
    "pages/cycle.html",
    "pages/cycles.html",
    "pages/dashboard.html",
    "pages/display.html",
    "pages/disputes.html",
    "pages/document.html",
    "pages/documents.html",
    "pages/draft.html",
    "pages/draft_review.html",
    "pages/draft_trial.html",
    "pages/drafts.html",
    "pages/edition.html",
    "pages/edition_comparison.html",
    "pages/editions.html",
    "pages/first_start.html",
    "pages/help.html",
    "pages/import.html",
    "pages/imports.html",
    "pages/job.html",
    "pages/job_run.html",
    "pages/jobs.html",
    "pages/legal_notice.html",
    "pages/managed_account.html",
    "pages/managed_accounts.html",
    "pages/mapping.html",
    "pages/message.html",
    "pages/message_previews.html",
    "pages/messages.html",
    "pages/ministry.html",
    "pages/mission.html",
    "pages/mission_outcomes.html",
    "pages/mission_ranking.html",
    "pages/missions.html",
    "pages/near_misses.html",
    "pages/new_rule.html",
    "pages/new_token.html",
    "pages/problem.html",
    "pages/project.html",
    "pages/project_comparison.html",
    "pages/projects.html",
    "pages/questionnaire.html",
    "pages/questions.html",
    "pages/recipients.html",
    "pages/recorded_names.html",
    "pages/reliability.html",
    "pages/review.html",
    "pages/review_actions.html",
    "pages/review_planning.html",
    "pages/reviews.html",
    "pages/rule.html",
    "pages/rule_comparison.html",
    "pages/rule_explanation.html",
    "pages/rules.html",
    "pages/session_link.html",
    "pages/settings.html",
    "pages/sign_in.html",
    "pages/silences.html",
    "pages/simulation.html",
    "pages/site_map.html",
    "pages/statement.html",
    "pages/sweep.html",
    "pages/thresholds.html",
    "pages/trajectory.html",
    "pages/upload.html",
}

static EMBEDDED: LazyLock<Result<Environment<'static>, Error>> = LazyLock::new(|| {
    let mut environment = environment()?;
    for (name, text) in FILES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
});

/// The HTML of a page: `page` is what every page has, `view` what this one shows.
///
/// # Errors
/// If the template does not exist or cannot be filled, which is a fault of the program.
pub(super) fn render(
    template: &str,
    page: &impl Serialize,
    view: &impl Serialize,
) -> Result<String, Error> {
    let values = minijinja::context! {
        page => Value::from(Serde(page)),
        view => Value::from(Serde(view)),
    };
    match on_disk()? {
        Some(environment) => environment.get_template(template)?.render(values),
        None => embedded()?.get_template(template)?.render(values),
    }
}

fn embedded() -> Result<&'static Environment<'static>, Error> {
    EMBEDDED.as_ref().map_err(|error| Error::new(ErrorKind::SyntaxError, format!("{error:#}")))
}

/// In a debug build, the templates as they are in the source folder, where there is one: a change shows without building.
fn on_disk() -> Result<Option<Environment<'static>>, Error> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/templates"));
    if !cfg!(debug_assertions) || !folder.is_dir() {
        return Ok(None);
    }
    let mut environment = environment()?;
    for (name, embedded) in FILES {
        let text = std::fs::read_to_string(folder.join(name));
        let text = text.map_or(Cow::Borrowed(*embedded), Cow::Owned);
        environment.add_template_owned(*name, text)?;
    }
    Ok(Some(environment))
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(escaped);
    environment.add_function("asset", assets::address);
    filters::add(&mut environment);
    Ok(environment)
}

/// Writes a value with the characters escaped that end a text or an attribute. A slash does neither: addresses stay as they are.
fn escaped(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = value.as_str().filter(|_| !value.is_safe());
    let Some(text) = text.filter(|_| *state.auto_escape() == AutoEscape::Html) else {
        return escape_formatter(out, state, value);
    };
    for letter in text.chars() {
        match letter {
            '&' => out.write_str("&amp;")?,
            '<' => out.write_str("&lt;")?,
            '>' => out.write_str("&gt;")?,
            '"' => out.write_str("&quot;")?,
            '\'' => out.write_str("&#x27;")?,
            other => out.write_char(other)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_template_of_the_folder_is_in_the_program() {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/templates"));
        let mut found = BTreeSet::new();
        for room in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let files = if room.is_dir() {
                std::fs::read_dir(&room).unwrap().map(|entry| entry.unwrap().path()).collect()
            } else {
                vec![room]
            };
            found.extend(
                files
                    .iter()
                    .map(|file| file.strip_prefix(folder).unwrap().to_str().unwrap().to_owned()),
            );
        }
        let listed: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(listed, found);
        embedded().unwrap();
    }
}
