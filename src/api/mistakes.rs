//! What is wrong with a body, held to the schema that the document gives it: all of it at once, each
//! mistake at its place.

use serde_json::Map;
use serde_json::Value;

use super::problem_errors::ProblemError;
use crate::domain::plausible;
use crate::sources::nearest_name as nearest;

/// Told of one body; the rest is counted.
const MOST: usize = 20;

/// Schemas that others name.
pub(super) type Named = Map<String, Value>;

/// Empty when the body is as the schema has it. What a schema cannot say is left to the handler.
pub(super) fn mistakes(body: &Value, schema: &Value, named: &Named) -> Vec<ProblemError> {
    mistakes_at("#", body, schema, named)
}

/// Whether a schema wants one, and nothing else.
pub(super) fn is_whole_number(schema: &Value, named: &Named) -> bool {
    kinds(Look { named, found: Vec::new() }.resolved(schema)) == ["integer"]
}

/// In one line, with how many there are.
pub(super) fn told(errors: &[ProblemError]) -> String {
    let first = errors.first().map(ToString::to_string).unwrap_or_default();
    match errors.len() {
        0 | 1 => first,
        more => format!("{first}; {} more, see `errors`", more - 1),
    }
}

struct Look<'a> {
    named: &'a Named,
    found: Vec<ProblemError>,
}

impl Look<'_> {
    fn at(&mut self, pointer: &str, value: &Value, schema: &Value) {
        let schema = self.resolved(schema);
        if let Some(forms) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
            return self.one_of(pointer, value, forms);
        }
        let kinds = kinds(schema);
        if !kinds.is_empty() && !kinds.iter().any(|kind| is_of(kind, value)) {
            let words: Vec<&str> = kinds.iter().map(|kind| word(kind)).collect();
            let found = word(kind_of(value));
            return self.add(pointer, format!("found {found}, expected {}", words.join(" or ")));
        }
        match value {
            Value::Object(fields) => self.object(pointer, fields, schema),
            Value::Array(items) => self.array(pointer, items, schema),
            Value::String(text) => self.text(pointer, text, schema),
            Value::Number(number) => self.number(pointer, number, schema),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn resolved<'s>(&self, schema: &'s Value) -> &'s Value
    where
        Self: 's,
    {
        let name =
            schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        name.and_then(|name| self.named.get(name)).unwrap_or(schema)
    }

    /// The form that is meant is the one of the same kind, when there is one only.
    fn one_of(&mut self, pointer: &str, value: &Value, forms: &Value) {
        let forms: Vec<&Value> = forms.as_array().into_iter().flatten().collect();
        let mut meant = Vec::new();
        for form in &forms {
            let found = mistakes_at(pointer, value, form, self.named);
            if found.is_empty() {
                return;
            }
            let kinds = kinds(self.resolved(form));
            if kinds.iter().any(|kind| is_of(kind, value)) {
                meant.push(found);
            }
        }
        if let Ok([found]) = <[_; 1]>::try_from(meant) {
            return self.found.extend(found);
        }
        let words = forms.iter().flat_map(|form| kinds(self.resolved(form)));
        let mut words: Vec<&str> = words.map(word).collect();
        words.dedup();
        let found = word(kind_of(value));
        self.add(pointer, format!("found {found}, expected {}", words.join(" or ")));
    }

    fn object(&mut self, pointer: &str, fields: &Map<String, Value>, schema: &Value) {
        let known = schema.get("properties").and_then(Value::as_object);
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in required.filter_map(Value::as_str).filter(|name| !fields.contains_key(*name)) {
            self.add(&below(pointer, name), "missing".to_owned());
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
        let names: Vec<&str> = known.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let listed: Vec<String> = names.iter().map(|one| format!("`{one}`")).collect();
        let words = format!("there is no such field; expected {}", listed.join(", "));
        let hint = nearest(name, names).map(|one| format!("did you mean `{one}`?"));
        self.found.push(ProblemError::at(place, words).hinted(hint));
    }

    fn array(&mut self, pointer: &str, items: &[Value], schema: &Value) {
        if bound(schema, "minItems").is_some_and(|least| items.len() < least) {
            self.add(pointer, "found nothing in the list, expected something".to_owned());
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
                let listed: Vec<String> = choices.iter().map(|one| format!("`{one}`")).collect();
                let words = format!("found {}, expected {}", short(text), listed.join(" or "));
                let hint = nearest(text, choices).map(|one| format!("did you mean `{one}`?"));
                self.found.push(ProblemError::at(pointer, words).hinted(hint));
            }
        } else if bound(schema, "minLength").is_some_and(|least| length < least) {
            self.add(pointer, "found nothing, expected text".to_owned());
        } else if let Some(most) = bound(schema, "maxLength").filter(|most| length > *most) {
            self.add(pointer, format!("found {length} characters, expected at most {most}"));
        }
        let expected = match schema.get("format").and_then(Value::as_str) {
            Some("date") => plausible::date(text).err(),
            Some("date-time") => plausible::instant(text).err(),
            _ => None,
        };
        if let Some(expected) = expected {
            self.add(pointer, format!("found {}, expected {expected}", short(text)));
        }
    }

    fn number(&mut self, pointer: &str, number: &serde_json::Number, schema: &Value) {
        let Some(found) = number.as_f64() else { return };
        let limit = |name: &str| schema.get(name).and_then(Value::as_f64);
        if let Some(least) = limit("minimum").filter(|least| found < *least) {
            self.add(pointer, format!("found {number}, expected at least {least}"));
        } else if let Some(most) = limit("maximum").filter(|most| found > *most) {
            self.add(pointer, format!("found {number}, expected at most {most}"));
        }
    }

    fn add(&mut self, pointer: &str, words: String) {
        if self.found.len() < MOST {
            self.found.push(ProblemError::at(pointer, words));
        }
    }
}

fn mistakes_at(pointer: &str, value: &Value, schema: &Value, named: &Named) -> Vec<ProblemError> {
    let mut look = Look { named, found: Vec::new() };
    look.at(pointer, value, schema);
    look.found
}

/// As RFC 6901 has it.
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

/// For people.
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

/// What was sent, as far as it helps to find it again.
fn short(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    if start.len() < text.len() { format!("`{start}…`") } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_that_is_wrong_is_told_at_once_at_its_place() {
        let named = json!({
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
        let named = named.as_object().unwrap();
        let told = |body: Value| {
            let lines = mistakes(&body, &schema, named).into_iter().map(|error| error.to_string());
            lines.collect::<Vec<_>>().join("\n")
        };
        let right = json!({ "name": "Ada", "due_on": null, "level": "high", "lead": null,
            "scope": { "ministries": ["MJ"] }, "days": 3, "files": { "a/b": "x" } });
        assert_eq!(told(right), "");
        assert_eq!(told(json!([])), "`#`: found a list, expected an object");
        let wrong = json!({ "nmae": "Ada", "due_on": "tomorrow", "level": "hihg", "lead": 3,
            "scope": { "ministries": [1] }, "days": 0, "present": ["", "Bo", "far too long"],
            "files": { "a/b~c": 1.5 } });
        insta::assert_snapshot!(told(wrong));
        let empty = json!({ "name": "Ada", "due_on": "2026-02-30", "level": true, "present": [],
            "scope": 1, "days": 1.5 });
        insta::assert_snapshot!(told(empty));
    }
}
