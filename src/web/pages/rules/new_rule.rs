//! A new rule from a few answers: what it notices, at which level.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::drafts::signs_form::FieldError;
use crate::api::Problem;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary::{Dictionary, Field, FieldKind};
use crate::intake::name_key;
use crate::rules::{FieldTest, RuleTemplate, SignTemplate};
use crate::support::translation;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::query::Choice;
use crate::{application, rules};

/// What the form of a new rule sends.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::web) struct NewRuleForm {
    id: String,
    titre: String,
    niveau: String,
    /// Which of the kinds of sign: `seuil`, `deux`, `evolution`, `date` or `part`.
    genre: String,
    champ: String,
    compare: String,
    valeur: String,
    autre_champ: String,
    autre_compare: String,
    autre_valeur: String,
    evolution_champ: String,
    evolution_valeur: String,
    date_champ: String,
    date_fait: String,
    part_champ: String,
    part_valeur: String,
}

#[derive(Debug, Serialize)]
struct NewRuleView {
    form: NewRuleForm,
    errors: Vec<FieldError>,
    levels: Vec<Choice>,
    /// Labels of the fields of projects that can be tested.
    fields: Vec<&'static str>,
    dates: Vec<&'static str>,
    counts: Vec<&'static str>,
}

/// Shows the form of a new rule.
///
/// # Errors
/// If the catalogue cannot be read.
pub(in crate::web) async fn form(context: PageContext) -> Result<HttpResponse, Problem> {
    let form = NewRuleForm {
        genre: "seuil".to_owned(),
        niveau: "watch".to_owned(),
        ..NewRuleForm::default()
    };
    shown(&context, form, Vec::new()).await
}

/// Opens a draft with the rule that the answers make.
///
/// # Errors
/// If the draft cannot be written.
pub(in crate::web) async fn create(
    context: PageContext,
    form: web::Form<NewRuleForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let dictionary = application::dictionary(&context).await?;
    let template = match template(&form, &dictionary) {
        Ok(template) => template,
        Err(errors) => return shown(&context, form, errors).await,
    };
    let made = application::with_template(&context, BTreeMap::new(), &template).await;
    let files = match made {
        Ok(files) => files,
        Err(application::ApplicationError::Template(fault)) => {
            let text = translation::into_french(&fault).into_owned();
            let error = FieldError { anchor: anchor_of(&fault, &form).to_owned(), text };
            return shown(&context, form, vec![error]).await;
        }
        Err(error) => return Err(error.into()),
    };
    let act =
        context.act(&format!("Nouvelle règle {}\u{a0}: {}", form.id.trim(), form.titre.trim()))?;
    let draft = application::save_draft(&context, None, files, &act).await?;
    Ok(context.done(Confirmation::DraftOpened, &format!("/brouillons/{}", draft.outline.number)))
}

/// The field of the form that a fault of the answers is about.
fn anchor_of(fault: &str, form: &NewRuleForm) -> &'static str {
    match form.genre.as_str() {
        _ if fault.starts_with("the id") => "id",
        "evolution" => "evolution_champ",
        "date" => "date_champ",
        "part" => "part_champ",
        _ => "champ",
    }
}

async fn shown(
    context: &PageContext,
    form: NewRuleForm,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Problem> {
    let dictionary = application::dictionary(context).await?;
    let labels = |scope, wanted: &dyn Fn(&Field) -> bool| -> Vec<&'static str> {
        let fields = dictionary.fields_of(scope).filter(|field| wanted(field));
        fields.map(|field| field.label).collect()
    };
    let is_number = |field: &Field| matches!(field.kind, FieldKind::Int | FieldKind::Float);
    let is_tested = |field: &Field| is_number(field) || field.kind == FieldKind::Bool;
    let levels = Level::ALL.into_iter().filter(|level| *level != Level::Clear);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = NewRuleView {
        levels: levels
            .map(|level| Choice {
                value: level.as_str().to_owned(),
                label: level.label().to_owned(),
            })
            .collect(),
        fields: labels(SubjectKind::Project, &is_tested),
        dates: labels(SubjectKind::Project, &|field| field.kind == FieldKind::Date),
        counts: labels(SubjectKind::Ministry, &|field| field.kind == FieldKind::Int),
        form,
        errors,
    };
    let heading = Heading::of("Nouvelle règle", "nouvelle-regle").under(&[("Règles", "/regles")]);
    context.page_with_status(status, "pages/new_rule.html", &heading, &view)
}

/// The answers as the writer of rules takes them.
fn template(form: &NewRuleForm, dictionary: &Dictionary) -> Result<RuleTemplate, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut error = |anchor: &str, text: &str| {
        errors.push(FieldError { anchor: anchor.to_owned(), text: text.to_owned() });
    };
    if form.id.trim().is_empty() {
        error("id", "Donnez un code à la règle\u{a0}: une lettre et des chiffres, comme X1.");
    }
    if form.titre.trim().is_empty() {
        error("titre", "Donnez un titre à la règle.");
    }
    let level = form.niveau.parse::<Level>();
    if level.is_err() {
        error("niveau", "Choisissez un niveau.");
    }
    let sign = match sign(form, dictionary) {
        Ok(sign) => Some(sign),
        Err(found) => {
            errors.extend(found);
            None
        }
    };
    match (level, sign) {
        (Ok(level), Some(sign)) if errors.is_empty() => Ok(RuleTemplate {
            id: RuleId::new(form.id.trim()),
            title: form.titre.trim().to_owned(),
            level,
            sign,
        }),
        _ => Err(errors),
    }
}

fn sign(form: &NewRuleForm, dictionary: &Dictionary) -> Result<SignTemplate, Vec<FieldError>> {
    let project = |label: &str, anchor| field(label, anchor, (SubjectKind::Project, dictionary));
    let first = || test(project(&form.champ, "champ")?, &form.compare, (&form.valeur, "valeur"));
    match form.genre.as_str() {
        "seuil" => first().map(|test| SignTemplate::Threshold { test }),
        "deux" => {
            let other = project(&form.autre_champ, "autre_champ");
            let second = other.and_then(|other| {
                test(other, &form.autre_compare, (&form.autre_valeur, "autre_valeur"))
            });
            Ok(SignTemplate::TwoSigns { first: first()?, second: second? })
        }
        "evolution" => {
            let changed = project(&form.evolution_champ, "evolution_champ")?;
            let by = figure(&form.evolution_valeur, changed, "evolution_valeur")?;
            Ok(SignTemplate::Worsening { field: changed.name.to_owned(), by })
        }
        "date" => {
            let due = project(&form.date_champ, "date_champ")?.name.to_owned();
            let unless = match form.date_fait.trim() {
                "" => None,
                label => Some(project(label, "date_fait")?.name.to_owned()),
            };
            Ok(SignTemplate::DateGoneBy { field: due, unless })
        }
        "part" => {
            let counted =
                field(&form.part_champ, "part_champ", (SubjectKind::Ministry, dictionary))?;
            let above =
                rules::typed_figure(&form.part_valeur, crate::frame::dictionary::Unit::Ratio);
            let above =
                above.ok_or_else(|| wrong("part_valeur", "Donnez une part, par exemple 50 %."))?;
            Ok(SignTemplate::MinistryShare { field: counted.name.to_owned(), above })
        }
        _ => Err(wrong("genre", "Choisissez ce que la règle doit remarquer.")),
    }
}

fn wrong(anchor: &str, text: &str) -> Vec<FieldError> {
    vec![FieldError { anchor: anchor.to_owned(), text: text.to_owned() }]
}

fn field(
    label: &str,
    anchor: &str,
    (scope, dictionary): (SubjectKind, &Dictionary),
) -> Result<&'static Field, Vec<FieldError>> {
    let wanted = name_key(label);
    let mut fields = dictionary.fields_of(scope);
    let found = fields.find(|field| name_key(field.label) == wanted || field.name == label.trim());
    found.ok_or_else(|| {
        wrong(anchor, "Aucune donnée ne porte ce nom. Choisissez-en une dans la liste.")
    })
}

fn figure(typed: &str, field: &Field, anchor: &str) -> Result<f64, Vec<FieldError>> {
    rules::typed_figure(typed, field.unit).ok_or_else(|| {
        wrong(anchor, "Donnez un nombre dans l’unité de la donnée, par exemple 20 %.")
    })
}

/// A field beyond a figure, or a field that is true or not.
fn test(
    field: &Field,
    compare: &str,
    (typed, anchor): (&str, &str),
) -> Result<FieldTest, Vec<FieldError>> {
    let words = if field.kind == FieldKind::Bool {
        let held = match name_key(typed).as_str() {
            "oui" => "true",
            "non" => "false",
            _ => {
                return Err(wrong(
                    anchor,
                    "Répondez oui ou non\u{a0}: cette donnée n’est pas un nombre.",
                ));
            }
        };
        format!("{} = {held}", field.name)
    } else {
        let sign = if compare == "dessous" { "<" } else { ">" };
        format!("{} {sign} {}", field.name, figure(typed, field, anchor)?)
    };
    words.parse().map_err(|fault: rules::FieldTestError| {
        wrong(anchor, &translation::into_french(&fault.to_string()))
    })
}
