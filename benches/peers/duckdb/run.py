"""`vigie judge` beside DuckDB, end to end: five million rows of Parquet, rules D1 and D2, verdicts to Parquet.

DuckDB writes the same verdicts in the same columns with the same compression, from one CASE for each rule; both are
processes of their own, run in turns, and no time is given unless their verdicts are the same, row by row. The section
goes to the page given as the second argument, in place of the one of the same title.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TITLE = "Beside DuckDB"
ROWS = 5_000_000
PAIRS = 5
AS_OF = "2020-11-30"
# Of rules/thresholds.toml.
WATCH, HIGH, CRITICAL = 0.1, 0.2, 0.3

# A tenth of the figures are missing.
TABLE = """
COPY (
    SELECT printf('PRJ-%07d', i) AS project_id,
           CASE WHEN hash(i * 7 + 1) % 10 > 0 THEN (100 + hash(i * 7 + 2) % 4000) / 10.0::DOUBLE END AS cost_initial,
           CASE WHEN hash(i * 7 + 3) % 10 > 0 THEN (80 + hash(i * 7 + 4) % 6000) / 10.0::DOUBLE END AS cost_current,
           CASE WHEN hash(i * 7 + 5) % 10 > 0 THEN (12 + hash(i * 7 + 6) % 48)::DOUBLE END AS duration_initial,
           CASE WHEN hash(i * 7 + 7) % 10 > 0 THEN (12 + hash(i * 7 + 8) % 72)::DOUBLE END AS duration_current
    FROM range({rows}) AS numbers(i) {order}
) TO '{path}' (FORMAT parquet)
"""


def level(drift):
    return (
        f"CASE WHEN {drift} > {CRITICAL} THEN 'critical' WHEN {drift} > {HIGH} THEN 'high' "
        f"WHEN {drift} > {WATCH} THEN 'watch' WHEN {drift} IS NOT NULL THEN 'clear' END"
    )


# Of the ways to write it that we know (two queries joined by UNION ALL, a list of both verdicts unnested), the one that
# is the fastest here.
QUERY = f"""
COPY (
    SELECT subject, rule, CASE WHEN level IS NULL THEN 'unknown' ELSE 'level' END AS outcome, level,
           CASE WHEN level IS NULL THEN field END AS missing, CASE WHEN level IS NULL THEN 'missing' END AS absence,
           NULL::VARCHAR AS fault
    FROM (
        SELECT project_id AS subject, rule, field,
               CASE rule WHEN 'D1' THEN {level('budget_drift')} ELSE {level('calendar_drift')} END AS level
        FROM (
            SELECT project_id, round(cost_current / nullif(cost_initial, 0) - 1, 9) AS budget_drift,
                   round(duration_current / nullif(duration_initial, 0) - 1, 9) AS calendar_drift
            FROM '{{table}}'
        ), (VALUES ('D1', 'budget_drift'), ('D2', 'calendar_drift')) AS rules(rule, field)
    )
) TO '{{out}}' (FORMAT parquet, COMPRESSION zstd)
"""


def in_duckdb(query):
    """A command that runs a query and prints its first row. A process starts with the peak memory of the one that
    starts it, so that this one must stay small."""
    quiet = "SET enable_progress_bar = false"
    program = f"import duckdb; duckdb.execute({quiet!r}); print(*duckdb.execute({query!r}).fetchone())"
    return [sys.executable, "-c", program]


def measured(command):
    """Seconds of clock and of processors, and MiB at most, of a process; what it says on stderr if it fails."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(said.decode())
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def rules_of(folder):
    """The shipped texts of D1 and D2 alone."""
    shutil.copytree(ROOT / "rules", folder, ignore=shutil.ignore_patterns("cases", "causes", "portfolio", "process"))
    for rule in (folder / "drift").iterdir():
        if not rule.name.startswith(("D1", "D2")):
            rule.unlink()


def ours(vigie, rules, table, out):
    return [vigie, "judge", "--frame", table, "--rules", rules, "--as-of", AS_OF, "--out", out]


def theirs(table, out):
    return in_duckdb(QUERY.format(table=table, out=out))


def compare(ours_out, theirs_out):
    counts = in_duckdb(
        f"""SELECT count(*), count(*) FILTER (o IS DISTINCT FROM t)
        FROM '{ours_out}' AS o FULL JOIN '{theirs_out}' AS t USING (subject, rule)"""
    )
    count, different = map(int, subprocess.run(counts, check=True, capture_output=True, text=True).stdout.split())
    if different or count != 2 * ROWS:
        sys.exit(f"{different} of {count} verdicts are not the same, of {2 * ROWS}")


def line(name, runs, out):
    seconds, processor, memory = (statistics.median(column) for column in zip(*runs))
    size = Path(out).stat().st_size / 1e6
    return f"| {name} | {seconds:.2f} s | {processor:.2f} s | {memory:.0f} MiB | {size:.1f} MB |"


def section(folder, vigie):
    rules = folder / "rules"
    rules_of(rules)
    lines, ratios = [], []
    for order, words in (("", "names in order"), ("ORDER BY hash(i)", "names in no order")):
        table, mine, peer = (str(folder / name) for name in ("table.parquet", "ours.parquet", "theirs.parquet"))
        subprocess.run(in_duckdb(TABLE.format(rows=ROWS, order=order, path=table)), check=True, stdout=subprocess.DEVNULL)
        pairs = []
        for turn in range(PAIRS + 1):
            pair = measured(ours(vigie, str(rules), table, mine)), measured(theirs(table, peer))
            if turn == 0:
                compare(mine, peer)
            else:
                pairs.append(pair)
        lines.append(line(f"`vigie judge`, {words}", [one for one, _ in pairs], mine))
        lines.append(line(f"DuckDB {version('duckdb')}, {words}", [other for _, other in pairs], peer))
        ratio = statistics.median(one[0] / other[0] for one, other in pairs)
        ratios.append(f"{ratio:.2f} ({words})")
    table = "\n".join(lines)
    return f"""Written by `make bench-peers`: {ROWS} rows of Parquet (a name, two costs, two durations, a tenth of the figures missing), rules D1 and D2, {2 * ROWS} verdicts to Parquet, on {os.cpu_count()} processors.
Whole processes, from reading to writing, in turns, the median of {PAIRS} after one that is not counted; both write the same seven columns, compressed with zstd, and every verdict is the same or no time is given.
DuckDB has the drifts and one `CASE` for each rule as SQL. `vigie judge` also refuses figures that cannot be and a name that comes twice, and writes the verdicts in the order of the rows.

| | time | processors | peak memory | file |
|---|---:|---:|---:|---:|
{table}

`vigie judge` takes so many times as long as DuckDB, the median of the pairs: {", ".join(ratios)}.

Load of the machine over the last five minutes, ours included: {os.getloadavg()[1]:.2f}.
"""


def write(page, text):
    """Other sections stay as they are."""
    opening, *sections = page.read_text().split("\n## ")
    kept = [one for one in sections if not one.startswith(TITLE + "\n")]
    place = next((at + 1 for at, one in enumerate(kept) if one.startswith("Beside other engines")), len(kept))
    kept.insert(place, f"{TITLE}\n\n{text}")
    page.write_text("\n## ".join([opening.rstrip("\n") + "\n", *(one.rstrip("\n") + "\n" for one in kept)]))


def main():
    vigie, page = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        text = section(Path(folder), str(Path(vigie).resolve()))
    print(text)
    write(Path(page), text)


main()
