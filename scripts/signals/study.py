"""Which signals of the published panel foretold drifts: on all steps, and held out edition by edition.

    vigie export history --format csv > history.csv
    python3 scripts/signals/study.py history.csv

Python's standard library only. Steps, drifts and lifts are those of docs/FORESIGHT.md; intervals are 90 %, by bootstrap over
projects, with a fixed seed. Signals are grouped in families; held out, each family chooses its member on the steps known by an
edition and is judged on the steps from that edition.
"""

import csv
import datetime
import random
import sys
from collections import defaultdict

BUILDING = ("scoping", "build", "trial")
OVER = ("completed", "stopped")
# Warnings worth of the mean that a family's choice starts from, and the fewest warnings to be chosen.
PRIOR, FEWEST = 6, 5


def number(text):
    return float(text) if text else None


def month(edition):
    return int(edition[:4]) * 12 + int(edition[5:]) - 1


class Panel:
    def __init__(self, path):
        with open(path, encoding="utf-8-sig", newline="") as file:
            self.rows = list(csv.DictReader(file))
        self.editions = sorted({row["edition"] for row in self.rows})
        self.at = {(row["edition"], row["project_id"]): row for row in self.rows}

    def past(self, row):
        seen = (self.at.get((edition, row["project_id"])) for edition in self.editions if edition <= row["edition"])
        return [one for one in seen if one]

    def drifted(self, row, target):
        place = self.editions.index(row["edition"]) + 1
        if place == len(self.editions) or month(self.editions[place]) - month(row["edition"]) > 9:
            return None
        later = self.at.get((self.editions[place], row["project_id"]))
        if later is None:
            return None
        was, now = number(row["cost_current"]), number(later["cost_current"])
        cost = round(now / was - 1, 9) > 0.05 if was and now is not None else None
        was, now = number(row["duration_current"]), number(later["duration_current"])
        months = now - was > 3 if was is not None and now is not None else None
        if target == "cost":
            return cost
        if target == "duration":
            return months
        if cost or months:
            return True
        return False if cost is False and months is False else None


def days(row, first, last):
    if not row[first] or not row[last]:
        return None
    day = datetime.date.fromisoformat
    return (day(row[last]) - day(row[first])).days / 30.44


def families(panel):
    """Signals by family. Each gives true, false, or None when it cannot be judged."""

    def ends(months, phases):
        def warns(row):
            left = days(row, "edition_on", "forecast_end_on")
            return None if left is None or not row["phase"] else left < months and row["phase"] in phases

        return warns

    def spent(share, phases):
        def warns(row):
            age, whole = days(row, "start_on", "edition_on"), number(row["duration_current"])
            if age is None or not whole or not row["phase"]:
                return None
            return age / whole > share and row["phase"] in phases

        return warns

    def phase(name):
        return lambda row: row["phase"] == name if row["phase"] else None

    def lasts(months, only=None):
        def warns(row):
            if not row["phase"]:
                return None
            since = row["edition"]
            for one in reversed(panel.past(row)):
                if one["phase"] != row["phase"]:
                    break
                since = one["edition"]
            return month(row["edition"]) - month(since) >= months and only in (None, row["phase"])

        return warns

    def rises(field, fewest, low, high):
        def warns(row):
            seen = [number(one[field]) for one in panel.past(row)]
            steps = ((a, b) for a, b in zip(seen, seen[1:]) if a is not None and b is not None)
            return sum(low < b - a <= high for a, b in steps) >= fewest

        return warns

    def withheld(row):
        return any("true" in (one["cost_withheld"], one["duration_withheld"]) for one in panel.past(row))

    under_way = BUILDING + ("rollout", "under_revision")
    far = float("inf")
    return {
        "an end near, not in rollout": {
            f"{months} months, {name}": ends(months, phases)
            for months in (3, 6, 9, 12)
            for name, phases in (("scoping, build, trial", BUILDING), ("scoping, build", BUILDING[:2]))
        },
        "an end near, in any phase": {f"{months} months": ends(months, under_way) for months in (3, 6, 9, 12)},
        "duration spent": {
            "80 %, not in rollout": spent(0.8, BUILDING),
            "70 %, scoping or build": spent(0.7, BUILDING[:2]),
            "90 %, any phase": spent(0.9, under_way + OVER),
        },
        "phase": {name: phase(name) for name in ("scoping", "build", "rollout")},
        "a trial under way": {"trial": phase("trial")},
        "a phase that lasts": {
            "8 months": lasts(8),
            "12 months": lasts(12),
            "18 months": lasts(18),
            "build, 12 months": lasts(12, "build"),
        },
        "repeated slips": {
            "one of 3 months at most": rises("duration_current", 1, 0, 3),
            "two of 3 months at most": rises("duration_current", 2, 0, 3),
            "one": rises("duration_current", 1, 0, far),
            "two": rises("duration_current", 2, 0, far),
        },
        "rises of the cost": {
            "one": rises("cost_current", 1, 0, far),
            "two": rises("cost_current", 2, 0, far),
        },
        "withheld figures": {"once": withheld},
    }


def counts(panel, warns, target, editions):
    """Steps, drifts, warnings and hits of each project."""
    found = defaultdict(lambda: [0, 0, 0, 0])
    for row in panel.rows:
        drifted = panel.drifted(row, target) if row["edition"] in editions else None
        if drifted is None:
            continue
        said = bool(warns(row))
        one = found[row["project_id"]]
        one[0] += 1
        one[1] += drifted
        one[2] += said
        one[3] += said and drifted
    return found


def total(found, projects):
    return [sum(found[project][place] for project in projects) for place in range(4)]


def lift(steps, drifts, warnings, hits):
    return (hits / warnings) / (drifts / steps) if warnings and drifts else None


def line(name, found):
    projects = sorted(found)
    all_steps = total(found, projects)
    draw = random.Random(2020)
    drawn = (lift(*total(found, draw.choices(projects, k=len(projects)))) for _ in range(1000))
    known = sorted(one for one in drawn if one is not None)
    steps, drifts, warnings, hits = all_steps
    text = f"{name:34s} {warnings:3d} warnings {hits:3d} hits, {drifts} of {steps} steps drift"
    if len(known) >= 900:
        text += f", lift {lift(*all_steps):.2f} ({known[len(known) // 20]:.2f}-{known[-len(known) // 20 - 1]:.2f})"
    print(text)


def chosen(panel, members, target, known):
    """The member whose warnings came true most often on the steps known, brought towards the mean."""
    best = None
    for name, warns in members.items():
        found = counts(panel, warns, target, known)
        steps, drifts, warnings, hits = total(found, found)
        if not drifts or warnings < FEWEST:
            continue
        base = drifts / steps
        worth = (hits + PRIOR * base) / (warnings + PRIOR) / base
        if best is None or worth > best[0]:
            best = (worth, name)
    return best[1] if best else list(members)[-1]


def main(path):
    panel = Panel(path)
    groups = families(panel)
    for target in ("any", "cost", "duration"):
        print(f"\n== {target}: all steps")
        for family, members in groups.items():
            for name, warns in members.items():
                line(f"{family}: {name}", counts(panel, warns, target, panel.editions))
        print(f"\n== {target}: held out")
        for family, members in groups.items():
            held = defaultdict(lambda: [0, 0, 0, 0])
            for place, edition in enumerate(panel.editions):
                # The steps from the editions before the last one had shown by then.
                if place < 2:
                    continue
                name = chosen(panel, members, target, panel.editions[:place])
                for project, one in counts(panel, members[name], target, [edition]).items():
                    held[project] = [a + b for a, b in zip(held[project], one)]
            line(family, held)


if __name__ == "__main__":
    main(sys.argv[1])
