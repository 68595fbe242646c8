"""Counts a backtest anew from exported tables, with the standard library alone, and holds it to what `vigie backtest` says.

    backtest.py FOLDER

FOLDER holds `history.csv` (what each edition says of each project), `YYYY-MM.verdicts.csv` (what the rules said as of the end of each
edition) and `backtest-TARGET.json` (what the backtest says). Counts and figures must be the same to the last digit. Intervals are drawn
by other random numbers: each bound must lie between the neighbouring quantiles of this script's own draws.
"""

import bisect
import csv
import itertools
import json
import pathlib
import random
import statistics
import sys

WARNS = {"moderate", "high", "critical"}
COUNTS = ("steps", "drifts", "warnings", "hits", "quiet", "quiet_drifts")
DRAWS = 4000


def months(edition):
    year, month = edition.split("-")
    return 12 * int(year) + int(month)


def number(text):
    return float(text) if text else None


def drifted(target, before, after):
    """Whether a project drifted further; None when the figures do not say."""
    cost = slip = None
    if before["cost"] and after["cost"] is not None:
        cost = round(after["cost"] / before["cost"] - 1, 9) > 0.05
    if before["months"] is not None and after["months"] is not None:
        slip = round(after["months"] - before["months"], 9) > 3
    if target == "cost":
        return cost
    if target == "duration":
        return slip
    if cost or slip:
        return True
    return None if cost is None or slip is None else False


def read(folder):
    editions = {}
    with open(folder / "history.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            figures = {"cost": number(row["cost_current"]), "months": number(row["duration_current"])}
            editions.setdefault(row["edition"], {})[row["project_id"]] = figures
    verdicts = {}
    for edition in editions:
        with open(folder / f"{edition}.verdicts.csv", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["project_id"]:
                    said = row["level"] if row["outcome"] == "level" else None
                    verdicts.setdefault(edition, {})[row["rule"], row["project_id"]] = said
    return editions, verdicts


def steps(editions, target):
    """(edition, later edition, project, whether it drifted) of each step that counts, and those left out by why."""
    order = sorted(editions)
    counted, left_out = [], {"too_far": 0, "left": 0, "undetermined": 0}
    for edition, later in zip(order, order[1:]):
        for project, before in sorted(editions[edition].items()):
            if months(later) - months(edition) > 9:
                left_out["too_far"] += 1
            elif project not in editions[later]:
                left_out["left"] += 1
            else:
                drift = drifted(target, before, editions[later][project])
                if drift is None:
                    left_out["undetermined"] += 1
                counted.append((edition, later, project, drift))
    return counted, left_out


def tally(counted, says):
    """Counts of each project, and months from the first warning of a run to the drift. A run goes on from one edition whose steps
    are counted to the next one."""
    projects, leads, since = {}, [], {}
    for edition, steps_of_edition in itertools.groupby(counted, key=lambda step: step[0]):
        before, since = since, {}
        for _, later, project, drift in steps_of_edition:
            said = says(edition, project)
            if said == "warns":
                since[project] = before.get(project, edition)
            if drift is None:
                continue
            counts = projects.setdefault(project, dict.fromkeys(COUNTS, 0))
            counts["steps"] += 1
            counts["drifts"] += drift
            if said == "warns":
                counts["warnings"] += 1
                counts["hits"] += drift
                if drift:
                    leads.append(months(later) - months(since[project]))
            elif said == "quiet":
                counts["quiet"] += 1
                counts["quiet_drifts"] += drift
    return projects, leads


def ratio(part, whole):
    return part / whole if whole else None


def figures(all_counts):
    precision = ratio(all_counts["hits"], all_counts["warnings"])
    base = ratio(all_counts["drifts"], all_counts["steps"])
    return {
        "precision": precision,
        "recall": ratio(all_counts["hits"], all_counts["drifts"]),
        "lift": precision / base if precision is not None and base else None,
        "false_calm": ratio(all_counts["quiet_drifts"], all_counts["quiet"]),
    }


def total(projects, times=None):
    sums = dict.fromkeys(COUNTS, 0)
    for project, counts in projects.items():
        often = 1 if times is None else times.get(project, 0)
        if often:
            for name in COUNTS:
                sums[name] += often * counts[name]
    return sums


def same(name, found, expected, faults):
    if found != expected:
        faults.append(f"{name}: the backtest says {found!r}, the script {expected!r}")


def hold_interval(name, estimate, drawn, faults):
    """Whether bounds of 90 % lie between neighbouring quantiles of other draws; four standard errors of a thousand draws apart."""
    known = sorted(figure for figure in drawn if figure is not None)
    share = len(known) / len(drawn)
    if share < 0.88 or (0.88 <= share < 0.92 and estimate["low"] is None):
        if share < 0.88 and estimate["low"] is not None:
            faults.append(f"{name}: an interval, and {share:.0%} of the draws give the figure")
        return 0
    for bound, least, most in (("low", 0.022, 0.078), ("high", 0.922, 0.978)):
        found = estimate[bound]
        if found is None:
            faults.append(f"{name}: no {bound} bound, and {share:.0%} of the draws give the figure")
            continue
        below = bisect.bisect_left(known, found - 1e-12) / len(known)
        upto = bisect.bisect_right(known, found + 1e-12) / len(known)
        if upto < least or below > most:
            faults.append(f"{name}: the {bound} bound {found} lies at {below:.1%} to {upto:.1%}")
    return 2


def hold(target, editions, verdicts, backtest):
    faults, bounds = [], 0
    counted, left_out = steps(editions, target)
    known = [step for step in counted if step[3] is not None]
    same("steps", backtest["steps"], len(known), faults)
    same("drifts", backtest["drifts"], sum(step[3] for step in known), faults)
    same("left out", backtest["left_out"], left_out, faults)
    everybody = sorted({project for listed in editions.values() for project in listed})
    chance = random.Random(7)
    draws = []
    for _ in range(DRAWS):
        times = {}
        for project in chance.choices(everybody, k=len(everybody)):
            times[project] = times.get(project, 0) + 1
        draws.append(times)
    for rule in backtest["rules"]:
        name, score = rule["rule"], rule["score"]

        def says(edition, project):
            level = verdicts[edition].get((name, project))
            return None if level is None else "warns" if level in WARNS else "quiet"

        projects, leads = tally(counted, says)
        sums = total(projects)
        for count in COUNTS:
            same(f"{name} {count}", score[count], sums[count], faults)
        unknown = sums["steps"] - sums["warnings"] - sums["quiet"]
        same(f"{name} unknown", score["unknown"], unknown, faults)
        judged = ratio(sums["warnings"] + sums["quiet"], sums["steps"])
        same(f"{name} coverage", score["coverage"], judged, faults)
        lead = float(statistics.median(leads)) if leads else None
        same(f"{name} lead", score["median_lead_months"], lead, faults)
        for figure, expected in figures(sums).items():
            found = score[figure]
            same(f"{name} {figure}", found and found["value"], expected, faults)
        if sums["warnings"]:
            drawn = [figures(total(projects, times)) for times in draws]
            for figure in ("precision", "recall", "lift", "false_calm"):
                if score[figure] is not None:
                    of_draws = [one[figure] for one in drawn]
                    bounds += hold_interval(f"{name} {figure}", score[figure], of_draws, faults)
    judged_rules = sum(1 for rule in backtest["rules"] if rule["score"]["coverage"])
    print(
        f"{target}: {len(known)} steps, {sum(step[3] for step in known)} drifts, {len(backtest['rules'])} rules of which"
        f" {judged_rules} could be judged, {bounds} bounds of intervals"
    )
    return faults


def main():
    folder = pathlib.Path(sys.argv[1])
    editions, verdicts = read(folder)
    faults = []
    for target in ("any", "cost", "duration"):
        backtest = json.loads((folder / f"backtest-{target}.json").read_text(encoding="utf-8"))
        faults += [f"{target}: {fault}" for fault in hold(target, editions, verdicts, backtest)]
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
