//! The settings in force, without secrets.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::Value as Json;

use super::tabs::{AdministrationTab, heading, tabs};
use crate::api::Problem;
use crate::web::context::{PageContext, PageSettings};

#[derive(Debug, Serialize)]
struct SettingsView {
    tabs: Vec<AdministrationTab>,
    sections: Vec<SettingsSection>,
}

/// A section of the file of settings.
#[derive(Debug, Default, Serialize)]
struct SettingsSection {
    /// Empty for settings outside of sections.
    name: String,
    settings: Vec<SettingLine>,
}

#[derive(Debug, Serialize)]
struct SettingLine {
    name: String,
    value: String,
}

/// Shows the settings.
///
/// # Errors
/// If the page cannot be made.
pub(super) async fn show(
    context: PageContext,
    settings: web::Data<PageSettings>,
) -> Result<HttpResponse, Problem> {
    let view = SettingsView {
        tabs: tabs(&context, "/administration/reglages"),
        sections: sections(&settings.in_force),
    };
    context.page("pages/settings.html", &heading("Réglages", "reglages", None), &view)
}

fn sections(settings: &Json) -> Vec<SettingsSection> {
    let mut sections = vec![SettingsSection::default()];
    for (name, value) in settings.as_object().into_iter().flatten() {
        if let Some(inner) = value.as_object() {
            let lines = inner.iter().map(|(key, setting)| line(key, setting));
            sections.push(SettingsSection { name: name.clone(), settings: lines.collect() });
        } else if let Some(first) = sections.first_mut() {
            first.settings.push(line(name, value));
        }
    }
    sections
}

fn line(name: &str, value: &Json) -> SettingLine {
    let value = match value {
        Json::String(text) => text.clone(),
        Json::Bool(true) => "oui".to_owned(),
        Json::Bool(false) => "non".to_owned(),
        Json::Array(values) if values.is_empty() => String::new(),
        other @ (Json::Null | Json::Number(_) | Json::Array(_) | Json::Object(_)) => {
            other.to_string()
        }
    };
    SettingLine { name: name.to_owned(), value }
}
