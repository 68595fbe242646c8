//! Validates a JSON body against its schema in the OpenAPI document. All errors are counted; the first ones are listed,
//! each with its JSON Pointer.

use serde_json::{Map, Value};

use crate::api::problem::errors::ProblemError;
use crate::api::problem::kinds::Problem;
use crate::domain::plausible;
use crate::intake::nearest_name as nearest;

/// Maximum number of errors listed for one body. The others are only counted.
const MAX_LISTED: usize = 20;

/// Schemas by name, those that a `$ref` may name.
pub(in crate::api) type Schemas = Map<String, Value>;

/// The errors of one body.
#[derive(Debug, Default)]
pub(in crate::api) struct SchemaErrors {
    /// The first errors, `MAX_LISTED` at most.
    listed: Vec<ProblemError>,
    /// How many errors were found beyond those listed.
    left_out: usize,
}

/// Validates `body` against `schema`. What a schema cannot express is checked by the handler.
pub(in crate::api) fn validate(body: &Value, schema: &Value, schemas: &Schemas) -> SchemaErrors {
    validate_at("#", body, schema, schemas)
}

/// Whether a schema accepts whole numbers, and nothing else.
pub(in crate::api) fn is_whole_number(schema: &Value, schemas: &Schemas) -> bool {
    kinds(resolved(schema, schemas)) == ["integer"]
}

impl SchemaErrors {
    pub(in crate::api) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Lists one more error, or only counts it. `error` is called only if it will be listed.
    fn add(&mut self, error: impl FnOnce() -> ProblemError) {
        if self.listed.len() < MAX_LISTED {
            self.listed.push(error());
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    fn extend(&mut self, more: Self) {
        self.left_out = self.left_out.saturating_add(more.left_out);
        for error in more.listed {
            self.add(|| error);
        }
    }
}

impl From<SchemaErrors> for Problem {
    fn from(SchemaErrors { listed, left_out }: SchemaErrors) -> Self {
        Self::Mistaken { errors: listed, left_out }
    }
}

struct SchemaValidator<'a> {
    schemas: &'a Schemas,
    found: SchemaErrors,
}

impl SchemaValidator<'_> {
    fn at(&mut self, pointer: &str, value: &Value, schema: &Value) {
        let schema = resolved(schema, self.schemas);
        if let Some(forms) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
            return self.one_of(pointer, value, forms);
        }
        let kinds = kinds(schema);
        if !kinds.is_empty() && !kinds.iter().any(|kind| is_of(kind, value)) {
            let found = word(kind_of(value));
            return self.add(pointer, || {
                let words: Vec<&str> = kinds.iter().map(|kind| word(kind)).collect();
                format!("found {found}, expected {}", words.join(" or "))
            });
        }
        match value {
            Value::Object(fields) => self.object(pointer, fields, schema),
            Value::Array(items) => self.array(pointer, items, schema),
            Value::String(text) => self.text(pointer, text, schema),
            Value::Number(number) => self.number(pointer, number, schema),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Accepts a value that matches one of the forms. Otherwise the errors are those of the form that has the value's
    /// JSON type, if only one has.
    fn one_of(&mut self, pointer: &str, value: &Value, forms: &Value) {
        let forms: Vec<&Value> = forms.as_array().into_iter().flatten().collect();
        let mut meant = Vec::new();
        for form in &forms {
            let found = validate_at(pointer, value, form, self.schemas);
            if found.is_empty() {
                return;
            }
            let kinds = kinds(resolved(form, self.schemas));
            if kinds.iter().any(|kind| is_of(kind, value)) {
                meant.push(found);
            }
        }
        if let Ok([found]) = <[_; 1]>::try_from(meant) {
            return self.found.extend(found);
        }
        let schemas = self.schemas;
        self.add(pointer, || {
            let words = forms.iter().flat_map(|form| kinds(resolved(form, schemas)));
            let mut words: Vec<&str> = words.map(word).collect();
            words.dedup();
            format!("found {}, expected {}", word(kind_of(value)), words.join(" or "))
        });
    }

    fn object(&mut self, pointer: &str, fields: &Map<String, Value>, schema: &Value) {
        let known = schema.get("properties").and_then(Value::as_object);
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in required.filter_map(Value::as_str).filter(|name| !fields.contains_key(*name)) {
            self.add(&below(pointer, name), || "missing".to_owned());
        }
        for (name, value) in fields {
            let place = below(pointer, name);
            let other = schema.get("additionalProperties");
            match known.and_then(|names| names.get(name)).or(other) {
                Some(Value::Bool(false)) => self.unknown(&place, name, known),
                Some(of_field @ Value::Object(_)) => self.at(&place, value, of_field),
                _ => {}
            }
        }
    }

    fn unknown(&mut self, place: &str, name: &str, known: Option<&Map<String, Value>>) {
        self.found.add(|| {
            let names: Vec<&str> =
                known.into_iter().flat_map(Map::keys).map(String::as_str).collect();
            let listed: Vec<String> = names.iter().map(|one| format!("`{one}`")).collect();
            let words = format!("there is no such field; expected {}", listed.join(", "));
            let hint = nearest(name, names).map(|one| format!("did you mean `{one}`?"));
            ProblemError::at(place, words).hinted(hint)
        });
    }

    fn array(&mut self, pointer: &str, items: &[Value], schema: &Value) {
        if let Some(least) = bound(schema, "minItems").filter(|least| items.len() < *least) {
            self.add(pointer, || format!("found {} items, expected at least {least}", items.len()));
        }
        let Some(schema) = schema.get("items") else { return };
        for (index, item) in items.iter().enumerate() {
            self.at(&below(pointer, &index.to_string()), item, schema);
        }
    }

    fn text(&mut self, pointer: &str, text: &str, schema: &Value) {
        let length = text.chars().count();
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            let choices: Vec<&str> = choices.iter().filter_map(Value::as_str).collect();
            if !choices.contains(&text) {
                self.found.add(|| {
                    let listed: Vec<String> =
                        choices.iter().map(|one| format!("`{one}`")).collect();
                    let words = format!("found {}, expected {}", short(text), listed.join(" or "));
                    let hint = nearest(text, choices).map(|one| format!("did you mean `{one}`?"));
                    ProblemError::at(pointer, words).hinted(hint)
                });
            }
        } else if let Some(least) = bound(schema, "minLength").filter(|least| length < *least) {
            self.add(pointer, || format!("found {length} characters, expected at least {least}"));
        } else if let Some(most) = bound(schema, "maxLength").filter(|most| length > *most) {
            self.add(pointer, || format!("found {length} characters, expected at most {most}"));
        }
        let expected = match schema.get("format").and_then(Value::as_str) {
            Some("date") => plausible::date(text).err(),
            Some("date-time") => plausible::instant(text).err(),
            _ => None,
        };
        if let Some(expected) = expected {
            self.add(pointer, || format!("found {}, expected {expected}", short(text)));
        }
    }

    fn number(&mut self, pointer: &str, number: &serde_json::Number, schema: &Value) {
        let Some(found) = number.as_f64() else { return };
        let limit = |name: &str| schema.get(name).and_then(Value::as_f64);
        if let Some(least) = limit("minimum").filter(|least| found < *least) {
            self.add(pointer, || format!("found {number}, expected at least {least}"));
        } else if let Some(most) = limit("maximum").filter(|most| found > *most) {
            self.add(pointer, || format!("found {number}, expected at most {most}"));
        }
    }

    fn add(&mut self, pointer: &str, words: impl FnOnce() -> String) {
        self.found.add(|| ProblemError::at(pointer, words()));
    }
}

fn validate_at(pointer: &str, value: &Value, schema: &Value, schemas: &Schemas) -> SchemaErrors {
    let mut validator = SchemaValidator { schemas, found: SchemaErrors::default() };
    validator.at(pointer, value, schema);
    validator.found
}

/// The schema that a `$ref` names, or the schema itself.
fn resolved<'s>(schema: &'s Value, schemas: &'s Schemas) -> &'s Value {
    name(schema).and_then(|name| schemas.get(name)).unwrap_or(schema)
}

/// The name in the `$ref` of a schema.
fn name(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next())
}

/// The names in each `$ref` of a schema and of the schemas within it.
pub(in crate::api) fn names(schema: &Value) -> Vec<&str> {
    let within: Vec<&Value> = match schema {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(items) => items.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![],
    };
    name(schema).into_iter().chain(within.into_iter().flat_map(names)).collect()
}

/// The JSON Pointer (RFC 6901) of a field or an item, with 100 characters of its name at most.
fn below(pointer: &str, name: &str) -> String {
    let name: String = name.chars().take(100).collect();
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn kinds(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    let found = kind_of(value);
    found == kind || (kind == "number" && found == "integer")
}

/// The name of a JSON type in messages.
fn word(kind: &str) -> &'static str {
    match kind {
        "null" => "`null`",
        "boolean" => "`true` or `false`",
        "number" => "a number",
        "integer" => "a whole number",
        "string" => "text",
        "array" => "a list",
        _ => "an object",
    }
}

fn bound(schema: &Value, name: &str) -> Option<usize> {
    schema.get(name).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok())
}

/// The text in backquotes, shortened to 40 characters.
fn short(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    if start.len() < text.len() { format!("`{start}…`") } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_errors_are_reported_together_each_with_its_pointer() {
        let schemas = json!({
            "Name": { "type": "string", "minLength": 1, "maxLength": 8 },
            "Scope": { "oneOf": [
                { "type": "string", "enum": ["whole"] },
                { "type": "object", "required": ["ministries"], "properties": {
                    "ministries": { "type": "array", "items": { "type": "string" } } } },
            ] },
        });
        let name = json!({ "$ref": "#/components/schemas/Name" });
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "due_on", "level"],
            "properties": {
                "name": name,
                "lead": { "oneOf": [name, { "type": "null" }] },
                "level": { "type": "string", "enum": ["high", "critical"] },
                "due_on": { "type": ["string", "null"], "format": "date" },
                "days": { "type": "integer", "minimum": 1 },
                "present": { "type": "array", "minItems": 1, "items": name },
                "scope": { "$ref": "#/components/schemas/Scope" },
                "files": { "type": "object", "additionalProperties": { "type": "string" } },
            },
        });
        let schemas = schemas.as_object().unwrap();
        let reported = |body: Value| {
            let errors = validate(&body, &schema, schemas).listed;
            errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        let right = json!({ "name": "Ada", "due_on": null, "level": "high", "lead": null,
            "scope": { "ministries": ["MJ"] }, "days": 3, "files": { "a/b": "x" } });
        assert_eq!(reported(right), "");
        assert_eq!(reported(json!([])), "`#`: found a list, expected an object");
        let wrong = json!({ "nmae": "Ada", "due_on": "tomorrow", "level": "hihg", "lead": 3,
            "scope": { "ministries": [1] }, "days": 0, "present": ["", "Bo", "far too long"],
            "files": { "a/b~c": 1.5 } });
        insta::assert_snapshot!(reported(wrong));
        let empty = json!({ "name": "Ada", "due_on": "2026-02-30", "level": true, "present": [],
            "scope": 1, "days": 1.5 });
        insta::assert_snapshot!(reported(empty));
    }

    #[test]
    fn at_most_twenty_errors_are_listed_and_the_others_are_counted() {
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "levels": { "type": "array", "items": { "type": "string", "enum": ["high"] } },
                "lead": { "oneOf": [
                    { "type": "array", "items": { "type": "string", "minLength": 1 } },
                    { "type": "null" },
                ] },
                "days": { "type": "array", "items": { "type": "integer" } },
            },
        });
        let unknown: Map<String, Value> =
            (0..30).map(|number| (format!("field {number}"), Value::Null)).collect();
        let found = |body: &Value| validate(body, &schema, &Schemas::new());
        for body in [
            Value::Object(unknown),
            json!({ "levels": vec!["low"; 30] }),
            json!({ "lead": vec![""; 30] }),
            json!({ "days": vec!["one"; 30] }),
        ] {
            let errors = found(&body);
            assert_eq!((errors.listed.len(), errors.left_out), (20, 10), "{body}");
            let detail = Problem::from(errors).to_string();
            assert!(
                detail.ends_with("; 29 more, 19 of them in `errors` and 10 left out"),
                "{detail}"
            );
        }
        let twenty = found(&json!({ "days": vec!["one"; 20] }));
        let detail = Problem::from(twenty).to_string();
        assert!(detail.ends_with("; 19 more, see `errors`"), "{detail}");
    }

    #[test]
    fn errors_left_out_by_several_forms_and_fields_are_all_counted() {
        let items = json!({ "type": "array", "items": { "type": "string", "minLength": 1 } });
        let nested = json!({ "oneOf": [items, { "type": "null" }] });
        let schema = json!({ "type": "object", "additionalProperties": nested });
        let body = json!({ "a": vec![""; 100_000], "b": vec![""; 25], "c": vec!["fine"; 5] });
        let errors = validate(&body, &schema, &Schemas::new());
        assert_eq!((errors.listed.len(), errors.left_out), (20, 100_005));
    }
}
