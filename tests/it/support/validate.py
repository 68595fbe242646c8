"""Holds JSON to the schemas of an OpenAPI 3.1 document, and says what does not fit.

Reads {"document": …, "cases": [{"name": …, "schema": …, "body": …}]}; a schema may point into the
document. What a schema does not name is a fault too, wherever it stands."""

import json
import re
import sys

from jsonschema import Draft202012Validator, FormatChecker, RefResolver

# A caller must be able to rely on the names that it reads; the others are those of maps.
CLOSED = {"unevaluatedProperties": False}


def is_map(schema):
    """Whether the names themselves are data, here or where the schema points."""
    if not isinstance(schema, dict):
        return False
    if "$ref" in schema and is_map(schemas[schema["$ref"].rsplit("/", 1)[1]]):
        return True
    branches = (branch for key in ("allOf", "oneOf", "anyOf") for branch in schema.get(key, []))
    return "additionalProperties" in schema or any(map(is_map, branches))


def closed_off(schema):
    return close(schema) if is_map(schema) else {**close(schema), **CLOSED}

formats = FormatChecker(formats=["date"])


def checks(name, pattern=None, low=None, high=None):
    @formats.checks(name)
    def check(value):
        if isinstance(value, str) and pattern:
            return re.fullmatch(pattern, value) is not None
        if isinstance(value, int) and low is not None:
            return low <= value <= high
        return True


DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
TIME = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
checks("date-time", DAY + "T" + TIME + r"(Z|[+-]\d\d:\d\d)")
checks("uri", r"[a-z][a-z0-9+.-]*:\S+")
checks("int32", low=-(2**31), high=2**31 - 1)
checks("int64", low=-(2**63), high=2**63 - 1)


def close(schema):
    """Where a value is described, nothing beyond the description may stand."""
    if not isinstance(schema, dict):
        return schema
    closed = dict(schema)
    for key, part in schema.items():
        if key == "properties":
            closed[key] = {name: closed_off(field) for name, field in part.items()}
        elif key in ("items", "additionalProperties") and isinstance(part, dict):
            closed[key] = closed_off(part)
        elif key in ("allOf", "oneOf", "anyOf"):
            closed[key] = [close(branch) for branch in part]
    return closed


asked = json.load(sys.stdin)
document = asked["document"]
schemas = document["components"]["schemas"]
for name, schema in schemas.items():
    Draft202012Validator.check_schema(schema)
    schemas[name] = close(schema)
resolver = RefResolver("", document)
for case in asked["cases"]:
    schema = closed_off(case["schema"])
    validator = Draft202012Validator(schema, resolver=resolver, format_checker=formats)
    for error in list(validator.iter_errors(case["body"]))[:3]:
        place = "/".join(str(part) for part in error.absolute_path)
        print(f"{case['name']}: at /{place}: {error.message[:300]}")
