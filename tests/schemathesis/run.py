"""Holds the service to the document of its API, as each role, by Schemathesis: all checks, all phases.

Each role meets a service of its own, on a copy of the same database, so that what one of them changes
spoils nothing for the next. The seed is fixed; the time is bounded.
"""

import argparse
import collections
import contextlib
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
AS_OF = ("2020-06-30", "2020-11-30")
MINISTRY = "MJ"
ONE_BY_ONE = ("reader", "analyst", "rule_author", "approver", "administrator")
# Accounts by what the table calls them: their roles, and their ministry if they are for one.
ACCOUNTS = {role: ((role,), None) for role in ONE_BY_ONE}
ACCOUNTS["all"] = ONE_BY_ONE, None
ACCOUNTS |= {f"{role}@{MINISTRY}": ((role,), MINISTRY) for role in ("reader", "analyst")}


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--vigie", default=str(ROOT / "target/debug/vigie"))
    asked.add_argument("--schemathesis", default=str(ROOT / "target/schemathesis/bin/schemathesis"))
    asked.add_argument("--seconds", type=int, default=120, help="for each role")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--roles", default="", help="as reader,analyst@MJ; all of them by default")
    asked.add_argument("--reports", default=str(ROOT / "target/schemathesis/reports"))
    asked, more = asked.parse_known_args()
    chosen = asked.roles.split(",") if asked.roles else list(ACCOUNTS)
    unknown = set(chosen) - set(ACCOUNTS)
    if unknown:
        sys.exit(f"no role {', '.join(sorted(unknown))}; expected some of {', '.join(ACCOUNTS)}")
    reports = pathlib.Path(asked.reports)
    reports.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="vigie-schemathesis-") as folder:
        folder = pathlib.Path(folder)
        # The tool leaves files where it runs.
        for file in ("schemathesis.toml", "hooks.py"):
            shutil.copy(HERE / file, folder)
        tokens = furnish(asked.vigie, folder / "template.sqlite")
        for role in chosen:
            database = folder / f"{role}.db"
            shutil.copy(folder / "template.sqlite", database)
            with serve(asked.vigie, database, folder / f"{role}.log") as address:
                report = reports / f"{role}.ndjson"
                print(f"== {role}", flush=True)
                begun = time.monotonic()
                code = run(asked, address, tokens[role], report, more, folder)
                rows.append(row(role, code, time.monotonic() - begun, report))
    show(rows)
    sys.exit(any(code for _, code in rows))


def settings(database):
    """No job runs by itself: the fixtures are of 2020."""
    jobs = ("IMPORT", "CYCLE", "REVIEWS", "DIGEST", "REMINDERS", "HOUSEKEEPING", "BACKUP")
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("VIGIE_")},
        **{f"VIGIE_SCHEDULE__{job}": "" for job in jobs},
        "VIGIE_BACKUP__FOLDER": "",
        # There are messages to look at. Nobody listens there.
        "VIGIE_MAIL__HOST": "127.0.0.1",
        "VIGIE_MAIL__PORT": "9",
        "VIGIE_MAIL__TLS": "none",
        "VIGIE_MAIL__FROM": "vigie@example.fr",
        "VIGIE_MAIL__DINUM": "dinum@example.fr",
        "VIGIE_DATABASE_URL": f"sqlite://{database}",
        "VIGIE_LISTEN": "127.0.0.1:0",
        # One caller asks all there is.
        "VIGIE_API__CALLS_PER_MINUTE": "0",
        "VIGIE_API__OPEN_CALLS_PER_MINUTE": "0",
        "VIGIE_LOG": "error",
    }


def furnish(vigie, database):
    """The fixtures, two cycles, one of each thing that people make, and an account with its token for each role."""

    def tell(*words):
        done = subprocess.run(
            [vigie, *words], cwd=ROOT, env=settings(database), capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"vigie {' '.join(words)}: {done.stderr}")
        return done.stdout.strip()

    by = ("--by", "Essais")
    tell("import", *sorted(map(str, (ROOT / "fixtures").glob("*.csv"))))
    for day in AS_OF:
        tell("cycle", "--as-of", day)
    tell("reviews", "plan", "--as-of", AS_OF[-1], *by)
    alerts = json.loads(tell("alerts", "--format", "json"))
    late = next(alert["id"] for alert in alerts if alert["rule"] == "D1")
    tell("alerts", "dispute", late, "--field", "cost_current", "--author", "Le projet", "--text", "Faux.", *by)
    until = str(datetime.date.today() + datetime.timedelta(days=30))
    tell("alerts", "silence", "--rule", "D2", "--until", until, "--reason", "Connu.", *by)
    tell("rules", "draft", "--threshold", "budget_drift_critical=0.4", "--comment", "Essai.", *by)
    tokens = {}
    for number, (account, (roles, ministry)) in enumerate(ACCOUNTS.items(), 1):
        terms = [word for role in roles for word in ("--role", role)]
        terms += ("--ministry", ministry) if ministry else ()
        tell("accounts", "add", f"Compte {account}", *terms, *by)
        token = tell("tokens", "issue", f"Compte {account}", "--label", "Essais", *by)
        tokens[account] = token, str(number)
    return tokens


@contextlib.contextmanager
def serve(vigie, database, log):
    """The address of a service that listens."""
    with open(log, "w+") as told:
        service = subprocess.Popen(
            [vigie, "serve"], cwd=ROOT, env=settings(database), stdout=told, stderr=told
        )
        try:
            yield listening(service, log)
        finally:
            service.terminate()
            service.wait()
            print(log.read_text(), file=sys.stderr)


def listening(service, log):
    for _ in range(600):
        words = log.read_text().split()
        found = [word for word in words if word.startswith("http://")]
        if found:
            return found[0]
        if service.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"vigie serve does not listen: {log.read_text()}")


def run(asked, address, proof, report, more, folder):
    token, number = proof
    return subprocess.run(
        [
            *(asked.schemathesis, "--config-file", "schemathesis.toml"),
            *("run", f"{address}/api/openapi.json", "--header", f"Authorization: Bearer {token}"),
            *("--seed", str(asked.seed), "--max-time", str(asked.seconds), "--generation-database", "none"),
            *("--report", "ndjson", "--report-ndjson-path", str(report), *more),
        ],
        cwd=folder,
        env={**os.environ, "OWN_ACCOUNT": number, "OWN_TOKEN": number},
    ).returncode


def row(role, code, seconds, report):
    """What the report of a role counts."""
    statuses, operations, failures = collections.Counter(), set(), set()
    for line in report.open():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder") or {}
        cases = recorder.get("cases", {})
        # One operation each, but for those that follow one another.
        operations |= {recorder.get("label")} - {None, "Stateful tests"}
        for case, exchange in recorder.get("interactions", {}).items():
            response = exchange.get("response") or {}
            statuses[response.get("status_code", 0) // 100] += 1
            operation = operation_of(cases.get(case), recorder)
            for check in recorder.get("checks", {}).get(case, []):
                if check["status"] == "failure":
                    failures.add((operation, check["name"]))
    counts = [len(operations), sum(statuses.values()), *(statuses[kind] for kind in (2, 3, 4, 5))]
    return [role, *counts, len(failures), round(seconds)], code


def operation_of(case, recorder):
    value = (case or {}).get("value") or {}
    method, path = value.get("method"), value.get("path")
    return f"{method} {path}" if method and path else recorder.get("label", "")


def show(rows):
    head = ["role", "operations", "requests", "2xx", "3xx", "4xx", "5xx", "failures", "seconds"]
    print(f"{head[0]:<14}" + "".join(f"{word:>11}" for word in head[1:]))
    for cells, _ in rows:
        print(f"{cells[0]:<14}" + "".join(f"{cell:>11}" for cell in cells[1:]))


if __name__ == "__main__":
    main()
