"""What a binary answers about a database: its lists, the things in them, its exports, its replays."""

import json
import shutil
import sqlite3
import time

from program import Program

# When the service is asked; the test stops its clock at the same instant. French working hours, a Monday.
INSTANT = "2021-02-01 09:00:00"
AS_OF = "2021-02-01"
PUBLIC_URL = "https://vigie.example"

COMMANDS = [
    ["accounts", "list"],
    ["alerts"],
    ["alerts", "--state", "resolved"],
    ["alerts", "--state", "pending"],
    ["alerts", "disputes"],
    ["alerts", "silences", "--all"],
    ["audit", "list", "--limit", "100000"],
    ["audit", "verify"],
    ["coverage"],
    ["coverage", "--per", "ministry"],
    ["cycles"],
    ["dictionary"],
    ["imports"],
    ["jobs", "files"],
    ["jobs", "list"],
    ["missions"],
    ["missions", "outcomes"],
    ["missions", "plan", "--as-of", AS_OF],
    ["notices", "list", "--limit", "100000"],
    ["panorama", "--as-of", AS_OF],
    ["panorama", "--as-of", "2020-07-01"],
    ["projects", "list"],
    ["receivers", "list"],
    ["reviews", "actions"],
    ["reviews", "list"],
    ["rules", "drafts", "--all"],
    ["rules", "list"],
    ["rules", "overrides"],
    ["rules", "versions", "D1"],
    ["rules", "versions", "thresholds"],
    ["tokens", "list"],
    *[["missions", "--state", state] for state in ["proposed", "open", "declined", "withdrawn", "closed"]],
]

LISTS = [
    "/api/v1/accounts",
    "/api/v1/alerts",
    "/api/v1/audit",
    "/api/v1/audit/verify",
    "/api/v1/catalogue",
    "/api/v1/coverage",
    "/api/v1/coverage?by=ministry",
    "/api/v1/cycles",
    "/api/v1/dictionary",
    "/api/v1/disputes",
    "/api/v1/drafts?all=true",
    "/api/v1/editions",
    "/api/v1/feed",
    "/api/v1/imports",
    "/api/v1/jobs",
    "/api/v1/known-projects",
    "/api/v1/missions",
    "/api/v1/missions/outcomes",
    "/api/v1/missions/ranking",
    "/api/v1/notices",
    "/api/v1/overrides",
    "/api/v1/portfolio",
    "/api/v1/projects",
    "/api/v1/publications",
    "/api/v1/receivers",
    "/api/v1/reviews",
    "/api/v1/reviews/actions",
    "/api/v1/rules",
    "/api/v1/session",
    "/api/v1/silences",
    "/api/v1/sources",
    "/api/v1/thresholds",
    "/api/v1/tokens",
    "/api/v2/alerts",
    "/api/v2/alerts/groups",
    "/api/v2/receivers",
    "/api/v2/silences",
    *[f"/api/v1/exports/{table}?format=csv" for table in
      ["projects", "history", "ministries", "series", "alerts", "missions", "verdicts"]],
]

# Each thing of a list, by the name of its id there.
THINGS = {
    "/api/v1/accounts": ("number", ["", "/tokens"]),
    "/api/v1/alerts": ("id", [""]),
    "/api/v1/cycles": ("number", [""]),
    "/api/v1/disputes": ("number", [""]),
    "/api/v1/drafts": ("number", [""]),
    "/api/v1/imports": ("number", [""]),
    "/api/v1/jobs": ("job", ["/runs"]),
    "/api/v1/missions": ("id", [""]),
    "/api/v1/projects": ("project_id", ["", "/history", "/timeline", "/verdicts"]),
    "/api/v1/reviews": ("id", [""]),
    "/api/v1/rules": ("id", ["", "/versions"]),
    "/api/v1/silences": ("number", [""]),
}

# Beside "everything", who may do and see all: what each ministry is shown, and programs of one role.
OTHERS = ["reader of MJ", "two ministries", "narrowed", "changed", "session with one factor"]


def finished(service, place, token):
    """The run at an address, once it has ended."""
    while True:
        run = service.ask("GET", place, token=token, expect=200).json()
        if run["outcome"] != "processing":
            return run
        time.sleep(0.1)


def pages(service, path, **caller):
    """A whole list, its pages in one; or the answer as it is, where it is no list."""
    whole, place = None, path
    while place:
        answer = service.ask("GET", place, **caller)
        link = answer.headers.get("Link")
        place = link[1 : link.index(">")] if link and 'rel="next"' in link else None
        if answer.status != 200:
            # What else a refusal says is of the request itself.
            return answer.status, {"type": answer.json()["type"]}
        if not answer.headers["Content-Type"].startswith("application/json"):
            return answer.status, answer.body
        body = answer.json()
        if whole is None:
            whole = body
        else:
            whole["data"] += body["data"]
    if isinstance(whole, dict) and "pagination" in whole:
        whole = whole["data"]
    return 200, whole


def keep(program, callers):
    """Writes answers.jsonl, one answer a line, from copies: looking must not change what is kept."""
    tidy(program.database)
    lines = []
    copied = program.folder / "looked-at"
    copied.mkdir()
    for file in ["vigie.db", "aliases.toml"]:
        shutil.copy(program.folder / file, copied)
    shutil.copytree(program.rules, copied / "rules")
    looked_at = Program(program.binary, copied)
    cycles = [cycle["number"] for cycle in looked_at.json(None, "cycles")]
    replays = [["replay", str(number)] for number in sorted(cycles)]
    for command in COMMANDS + replays:
        lines.append({"command": command, "body": looked_at.json(None, *command)})

    asked = dict(VIGIE_PUBLIC_URL=PUBLIC_URL, VIGIE_API__CALLS_PER_MINUTE="0")
    with looked_at.serve(INSTANT, still=True, **asked) as service:
        def look(caller, path):
            proof = callers[caller]
            how = {"token": proof["token"]} if "token" in proof else {"Cookie": proof["cookie"]}
            status, body = pages(service, path, **how)
            lines.append({"caller": caller, "path": path, "status": status, "body": body})
            return status, body

        for path in LISTS:
            status, body = look("everything", path)
            if status != 200:
                raise AssertionError(f"{path}: {status} {body}")
            plain = path.split("?")[0]
            name, parts = THINGS.get(plain, (None, []))
            for thing in body if name else []:
                for part in parts:
                    look("everything", f"{plain}/{thing[name]}{part}")
        for cycle in cycles:
            look("everything", f"/api/v1/cycles/{cycle}/verdicts?outcome=level&level=high")
        for caller in OTHERS:
            for path in LISTS:
                look(caller, path)
    with (program.folder / "answers.jsonl").open("w") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def tidy(database):
    """In one small file: the log is folded, free pages are given back."""
    with sqlite3.connect(database, isolation_level=None) as connection:
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    for leftover in ["-wal", "-shm"]:
        database.with_name(database.name + leftover).unlink(missing_ok=True)
