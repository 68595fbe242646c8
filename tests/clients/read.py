"""Reads what the service answered with the clients that two generators made of its document."""
import importlib
import json
import sys
from pathlib import Path

folder = Path(sys.argv[1])
explanation = json.loads((folder / "explanation.json").read_text())
project = json.loads((folder / "project.json").read_text())

sys.path[:0] = [str(folder / "openapi-generator"), str(folder / "openapi-python-client")]
pydantic = importlib.import_module("openapi_client.models")
attrs = importlib.import_module("vigie_client.models")


def told(name, models):
    read = models.Explanation.from_dict(explanation)
    trace = models.Trace.from_dict(explanation)
    judgement = models.Judgement.from_dict(explanation)
    view = models.ProjectView.from_dict(project)
    for one in (read, trace, judgement):
        assert one.rule == "D1" and one.outcome.value == "level" and one.level.value == "critical", one
    assert len(read.steps) == len(trace.steps) == len(explanation["steps"])
    outcomes = {one.outcome.value for one in view.verdicts}
    assert outcomes == {"level", "unknown"}, outcomes
    unknown = next(one for one in view.verdicts if one.outcome.value == "unknown")
    print(f"{name}: {read.definition.title}, {len(view.verdicts)} verdicts, {unknown.rule} lacks {unknown.missing[0].to_dict()['field']}")


told("openapi-generator", pydantic)
told("openapi-python-client", attrs)
assert attrs.Explanation.from_dict(explanation).to_dict() == explanation
