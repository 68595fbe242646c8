#!/usr/bin/env python3
"""Makes a database that holds everything, with a given binary of Vigie, and keeps what that binary answers.

    python3 tests/earlier/make.py BINARY NAME [--provider FOLDER]

writes tests/earlier/NAME.tar.xz, which tests/it/store/earlier_database.rs opens with today's code. Nothing but the
binary makes the database: its command line, its HTTP API, its jobs. Runs in a minute or two; needs
Debian's libfaketime and python3-aiosmtpd, node, and the OpenID provider that `make provider` installs.
"""

import argparse
import contextlib
import json
import pathlib
import shutil
import tarfile
import tempfile

import answers
from program import Program, Provider, Webhooks, mail_server, ROOT

FIXTURES = ROOT / "fixtures"
UNKNOWN = "sg@culture.example"
OFFICE_HOURS = {
    "VIGIE_CALENDAR__OPENS": "00:00:00",
    "VIGIE_CALENDAR__CLOSES": "23:59:59",
    "VIGIE_CALENDAR__NIGHT_FROM": "00:00:00",
    "VIGIE_CALENDAR__NIGHT_UNTIL": "00:00:00",
    "VIGIE_CALENDAR__WORKING_DAYS_ONLY": "false",
}


class Story:
    def __init__(self, program, receivers, provider_folder):
        self.program = program
        self.receivers = receivers
        self.provider_folder = provider_folder
        self.callers = {}
        self.number = 0

    def run(self, instant, *arguments, by="Claire Martin", **settings):
        return self.program.run(instant, *arguments, by=by, **self.receivers, **settings)

    def json(self, instant, *arguments, **settings):
        return json.loads(self.run(instant, *arguments, "--format", "json", **settings))

    def tell(self):
        self.first_edition()
        self.accounts()
        self.second_edition()
        self.people_on_alerts()
        self.missions()
        self.links()
        self.corrections()
        self.rules()
        self.reviews()
        self.messages()
        self.jobs()
        self.waiting()
        self.over_http()
        self.sign_ins()
        return self.callers

    def first_edition(self):
        """The first administrator, by the link; half a year of data; a file that is refused."""
        with self.program.serve("2020-07-01 08:00:00", **self.receivers) as service:
            link = "/setup/" + service.first_link.rsplit("/", 1)[1]
            made = service.ask(
                "POST",
                link,
                "name=Claire+Martin",
                expect=303,
                Content_Type="application/x-www-form-urlencoded",
                Origin=f"http://{service.host}:{service.port}",
            )
            cookie = made.headers["Set-Cookie"].split(";")[0]
            self.callers["session of the setup"] = {"cookie": cookie, "live": False}
            issued = service.ask(
                "POST", "/api/v1/tokens", {"label": "first"}, expect=201, Cookie=cookie, Sec_Fetch_Site="same-origin"
            )
            token = issued.json()["secret"]
            self.callers["token of the setup"] = {"token": token, "live": False}
        self.program.refused(
            "2020-07-01 08:30:00",
            "import",
            FIXTURES / "malformed/2020-11.negative-cost.csv",
            words="negative",
        )
        for part in ["panorama", "baselines"]:
            self.run("2020-07-01 09:00:00", "import", FIXTURES / f"2020-06.{part}.csv")
        self.run("2020-07-01 10:00:00", "cycle", "--as-of", "2020-07-01")

    def accounts(self):
        """Of every role, of ministries; changed, closed. Tokens: live, narrowed, revoked, expired."""
        at = "2020-11-02 09:00:00"
        roles = ["reader", "analyst", "rule_author", "approver", "administrator"]
        terms = {role: (["reader", role][role == "reader" :], []) for role in roles}
        terms |= {f"{role} of MJ": (of, ["MJ"]) for role, (of, _) in terms.items()}
        terms["everything"] = (roles, [])
        terms["two ministries"] = (["reader", "analyst"], ["MJ", "MTE"])
        terms["changed"] = (["reader"], ["MI"])
        terms["closed"] = (["reader"], [])
        for name, (of, ministries) in terms.items():
            options = [word for role in of for word in ("--role", role)]
            options += [word for code in ministries for word in ("--ministry", code)]
            self.run(at, "accounts", "add", name, *options, "--reason", "ouverture du service")
            self.token(at, name, name, "--days", "366")
        self.run(at, "accounts", "change", "changed", "--role", "reader", "--role", "analyst", "--ministry", "MJ",
                 "--reason", "a changé de poste")
        self.run(at, "accounts", "close", "closed", "--reason", "a quitté le service")
        self.callers["closed"]["live"] = False
        self.token(at, "everything", "narrowed", "--role", "reader", "--ministry", "MJ", "--days", "366")
        self.token(at, "everything", "expired", "--days", "1", live=False)
        self.token(at, "everything", "revoked", "--days", "366", live=False)
        number = next(one["number"] for one in self.json(at, "tokens", "list") if one["label"] == "revoked")
        self.run(at, "tokens", "revoke", number, "--reason", "publié par erreur")

    def token(self, at, account, name, *options, live=True):
        secret = self.run(at, "tokens", "issue", account, "--label", name, *options).strip()
        self.callers[name] = {"token": secret, "live": live}

    def second_edition(self):
        files = sorted(FIXTURES.glob("2020-11.*.csv"))
        # What follows projects up speaks of those of the panorama.
        for file in sorted(files, key=lambda file: "panorama" not in file.name):
            self.run("2020-11-20 09:00:00", "import", file)
        self.run("2020-11-27 09:00:00", "cycle", "--as-of", "2020-11-27", "--announce")

    def people_on_alerts(self):
        at = "2020-11-28 09:00:00"
        alerts = [one for one in self.json(at, "alerts") if one["subject"].startswith("project/")]
        ids = [one["id"] for one in alerts]
        self.run(at, "alerts", "ack", ids[0], "--reason", "vu en revue")
        self.run(at, "alerts", "assign", ids[0], "--to", "Paul Durand", "--reason", "suit le projet")
        self.run(at, "alerts", "comment", ids[0], "--text", "Plan attendu le 15\nvoir le compte rendu")
        self.run(at, "alerts", "ack", ids[7], by="Zoé")
        for alert, field in zip(ids[1:5], ["cost_current", "cost_current", "duration_current", "cost_current"]):
            self.run(at, "alerts", "dispute", alert, "--field", field, "--author", "Équipe",
                     "--text", "compté deux fois")
        self.run(at, "alerts", "dispute", "D1", "CYCLADES", "--field", "cost_current",
                 "--author", "Équipe", "--text", "le coût est d’avant l’avenant")
        self.run(at, "alerts", "answer", "1", "--verdict", "upheld", "--reason", "corrigé à la prochaine édition")
        self.run(at, "alerts", "answer", "2", "--verdict", "rejected", "--reason", "conforme au panorama")
        until = ["--until", "2021-02-20", "--reason", "plan arrêté"]
        self.run(at, "alerts", "silence", ids[5], *until)
        self.run(at, "alerts", "silence", "--rule", "D2", *until)
        self.run(at, "alerts", "silence", "--project", "si-samu", *until)
        self.run(at, "alerts", "silence", "--ministry", "MJ", *until)
        self.run(at, "alerts", "silence", ids[6], "--until", "2020-12-05", "--reason", "échéance proche")
        self.run("2020-11-28 10:00:00", "alerts", "unsilence", "2", "--reason", "plan reçu")

    def mission(self, kind, state):
        found = self.json("2020-11-28 11:00:00", "missions", "--kind", kind, "--state", state)
        return [one["id"] for one in found]

    def missions(self):
        """In every state: proposed and opened by the playbook (as they are), then what people decide."""
        at = "2020-12-01 09:00:00"
        proposed = self.mission("securisation", "proposed")
        self.run(at, "missions", "decide", proposed[0], "accept", "--reason", "Confirmé", "--lead", "Ada")
        self.run(at, "missions", "decide", proposed[1], "decline", "--reason", "Déjà en recadrage")
        opened = self.mission("securisation", "open")
        self.run(at, "missions", "start", opened[0], "--on", "2020-12-01", "--until", "2021-03-01")
        self.run(at, "missions", "milestone", "add", opened[0], "Plan arrêté", "--due", "2021-01-15")
        self.run(at, "missions", "milestone", "add", opened[0], "Recette", "--due", "2021-02-15")
        self.run(at, "missions", "milestone", "done", opened[0], "Plan arrêté", "--on", "2020-12-01")
        self.run(at, "missions", "note", opened[0], "Plan accepté par le secrétaire général")
        outcomes = ["confirmed", "averted", "false_alarm", "no_action"]
        for mission, outcome in zip(opened[1:], outcomes):
            self.run(at, "missions", "start", mission, "--on", "2020-12-01")
            self.run(at, "missions", "close", mission, "--outcome", outcome, "--reason", "Terminé",
                     "--on", "2020-12-01")
        vendor = self.mission("vendor_escalation", "proposed")[0]
        self.run(at, "missions", "decide", vendor, "accept", "--reason", "Courrier au président")
        self.run(at, "missions", "vendor-reply", vendor, "--vendor", "Éditeur", "--on", "2020-12-01",
                 "--text", "Renfort de l’équipe")
        self.run(at, "missions", "vendor-reply", vendor, "--vendor", "Hébergeur", "--on", "2020-12-01",
                 "--asked-on", "2020-11-30", "--no-reply")
        self.run(at, "missions", "name-vendor", vendor, "--vendor", "Éditeur", "--tone", "success",
                 "--reason", "a tenu parole", by="Directeur", VIGIE_MISSIONS__DIRECTOR="Directeur")

    def links(self):
        self.run("2020-12-01 10:00:00", "projects", "link", "ANÉMONE", "Demat’ADS", "--reason", "même équipe")
        self.run("2020-12-02 09:00:00", "cycle", "--as-of", "2020-12-02")
        self.run("2020-12-02 10:00:00", "projects", "unlink", "anemone", "--reason", "homonymie")
        self.run("2020-12-03 09:00:00", "cycle", "--as-of", "2020-12-03")

    def corrections(self):
        """A cost that rises: an alert worsens, a dispute is settled. One that falls: missions are withdrawn."""
        panorama = FIXTURES / "2020-11.panorama.csv"
        rows = panorama.read_text().splitlines(keepends=True)
        changed = []
        for row in rows:
            if row.startswith("CYCLADES,"):
                row = row.replace(",45.4,", ",46.2,")
            changed.append(row)
        self.correct("2020-12-04 09:00:00", changed, "2020-12-04")
        self.correct("2020-12-07 09:00:00", [row.replace(",15.46,", ",12.1,") for row in changed], "2020-12-07")

    def correct(self, at, rows, as_of):
        file = self.program.folder / "2020-11.panorama.csv"
        file.write_text("".join(rows))
        self.run(at, "import", file)
        self.run(at.replace("09:", "10:"), "cycle", "--as-of", as_of)
        file.unlink()

    def rules(self):
        """Drafts in every state; versions; a publication that is rolled back, one that stands."""
        at = "2020-12-08 09:00:00"
        step = lambda verb, draft, who, **more: self.run(
            at, "rules", verb, draft, "--reason", "relu ensemble", by=who, **more)
        draft = lambda comment, *what: self.run(at, "rules", "draft", *what, "--comment", comment, by="Ada")
        draft("Dès 12 %", "--threshold", "budget_drift_watch=0.12")
        step("submit", 1, "Ada")
        self.program.refused(at, "rules", "publish", 1, "--reason", "la mienne", words="a second person must", by="Ada")
        step("publish", 1, "Grace")
        self.run("2020-12-08 10:00:00", "cycle", "--as-of", "2020-12-08")
        self.run("2020-12-08 11:00:00", "rules", "rollback", "thresholds", "--reason", "trop tôt", by="Grace")
        self.run("2020-12-09 09:00:00", "cycle", "--as-of", "2020-12-09")
        draft("À revoir", "--threshold", "budget_drift_high=0.18")
        step("submit", 2, "Ada")
        step("return", 2, "Grace")
        step("withdraw", 2, "Ada")
        file = self.program.folder / "D1.rhai"
        text = next((ROOT / "rules/drift").glob("D1*.rhai")).read_text()
        assert "Dérive budgétaire" in text
        file.write_text(text.replace("Dérive budgétaire", "Dérive du budget"))
        draft("Un titre plus simple", file)
        step("submit", 3, "Ada")
        step("publish", 3, "Grace")
        file.unlink()
        draft("Dès 17 %", "--threshold", "budget_drift_high=0.17")
        self.run(at, "rules", "draft", "--over", 4, "--revision", 1, "--threshold", "budget_drift_high=0.16",
                 "--comment", "Dès 16 %", by="Grace")
        step("submit", 4, "Ada")
        watch = self.program.folder / "D2.toml"
        watch.write_text((ROOT / "rules/cases/D2.toml").read_text())
        with watch.open("a") as cases:
            cases.write("\n# Relu.\n")
        draft("Un cas relu", watch)
        watch.unlink()
        self.run("2020-12-10 09:00:00", "cycle", "--as-of", "2020-12-10")

    def reviews(self):
        at = "2020-12-11 09:00:00"
        self.run(at, "reviews", "plan", "--as-of", "2020-11-30")
        listed = self.json(at, "reviews", "list", "--state", "planned")
        ids = [one["id"] for one in listed]
        self.run(at, "reviews", "hold", ids[0], "--on", "2020-12-10", "--present", "Ada", "--present", "SG",
                 "--findings", "Recette en retard", "--decision", "Geler le périmètre",
                 "--action", "2021-02-01 Ada Martin: écrire le plan",
                 "--action", "2021-01-15 SG: arbitrer le budget",
                 "--action", "2021-01-20 SG: nommer un directeur", "--next", "2021-02-10")
        self.run(at, "reviews", "done", ids[0], 1, "--reason", "plan reçu")
        self.run(at, "reviews", "done", ids[0], 2)
        self.run(at, "reviews", "undone", ids[0], 2, "--reason", "arbitrage reporté")
        self.run(at, "reviews", "move", ids[1], "--to", "2021-01-12", "--at", "10:00", "--reason", "directeur absent")
        self.run(at, "reviews", "cancel", ids[2], "--reason", "fusion en cours")
        self.run("2020-12-14 09:00:00", "cycle", "--as-of", "2020-12-14")

    def messages(self):
        """Sent, waiting after failures, given up, replayed; reminders, an escalation; a receiver that closed."""
        self.attempt_delivery("2020-12-14 10:00:00")
        for day in ["2020-12-15", "2020-12-22", "2020-12-29"]:
            self.run(f"{day} 09:00:00", "notices", "remind")
            self.attempt_delivery(f"{day} 10:00:00")
        self.replay("2020-12-29 11:00:00")
        self.run("2020-12-29 12:00:00", "receivers", "enable", "closed", "--reason", "de retour")
        self.run("2021-01-04 09:00:00", "cycle", "--as-of", "2021-01-04")
        self.attempt_delivery("2021-01-04 10:00:00")

    def waiting(self):
        """What leaves next: what was decided meanwhile, and what was given up and waits again."""
        at = "2021-01-29 17:00:00"
        declined = self.mission("joint_review", "proposed")[0]
        self.run(at, "missions", "decide", declined, "decline", "--reason", "Revue déjà tenue")
        self.run(at, "jobs", "run", "digest")
        self.replay(at)

    def replay(self, at):
        """A mail that was given up."""
        dead = self.json(at, "notices", "list", "--state", "dead", "--limit", "100000")
        mail = next(one["id"] for one in dead if one["receiver"].startswith("sg/"))
        self.run(at, "notices", "replay", mail, "--reason", "adresse corrigée")

    def attempt_delivery(self, at):
        """Some receivers refuse, which the command says by its exit code."""
        self.program.attempt(at, "notices", "deliver", **self.receivers)

    def jobs(self):
        """Each once; the import job meets a new file, a known one and a refused one; a backup fails."""
        inbox = self.program.folder / "inbox"
        inbox.mkdir()
        shutil.copy(FIXTURES / "2020-11.audits.csv", inbox)
        shutil.copy(FIXTURES / "malformed/2020-11.negative-cost.csv", inbox)
        header = (FIXTURES / "2020-11.panorama.csv").read_text().splitlines()[0]
        (inbox / "2019-11.panorama.csv").write_text(f"{header}\nALPHA,MJ,build,2018-01,36,12,false,,,\n")
        settings = {"VIGIE_IMPORT__FOLDER": str(inbox), "VIGIE_IMPORT__SETTLE_SECONDS": "0"}
        self.program.attempt("2021-01-05 09:00:00", "jobs", "run", "import", **self.receivers, **settings)
        for job in ["reviews", "digest", "reminders", "housekeeping"]:
            self.run("2021-01-05 10:00:00", "jobs", "run", job)
        taken = self.program.folder / "taken"
        taken.write_text("a file, not a folder")
        self.program.attempt("2021-01-05 10:30:00", "jobs", "run", "backup", VIGIE_BACKUP__FOLDER=str(taken))
        backups = {"VIGIE_BACKUP__FOLDER": str(self.program.folder / "backups")}
        self.run("2021-01-05 11:00:00", "jobs", "run", "backup", **backups)
        for folder in ["inbox", "backups"]:
            shutil.rmtree(self.program.folder / folder)
        taken.unlink()

    def over_http(self):
        """What only callers of the API leave: keys, runs that were asked for, refusals, tokens of one's own."""
        with self.program.serve("2021-02-01 07:00:00", VIGIE_API__IDEMPOTENCY_HOURS="720") as service:
            of = lambda name: self.callers[name]["token"]
            alert = service.ask("GET", "/api/v1/alerts?state=open&limit=1", token=of("reader")).json()["data"][0]
            path, body = f"/api/v1/alerts/{alert['id']}/comments", {"text": "une seule fois"}
            service.ask("POST", path, body, of("analyst"), 200, Idempotency_Key="once-and-answered")
            service.ask("POST", path, body, of("analyst"), 200, Idempotency_Key="once-and-answered")
            silence = {"rule": "D3", "until": "2021-03-01", "reason": "relu"}
            service.ask("POST", "/api/v1/silences", silence, of("analyst"), 201, Idempotency_Key="a-silence")
            self.callers["analyst"]["replay"] = {
                "path": path, "body": json.dumps(body), "key": "once-and-answered"}
            made = service.ask("POST", "/api/v1/tokens", {"label": "le mien", "days": 30}, of("reader"), 201)
            service.ask("POST", "/api/v1/tokens", {"label": "à rendre"}, of("reader"), 201)
            last = service.ask("GET", "/api/v1/tokens", token=of("reader")).json()["data"]
            number = max(one["number"] for one in last)
            service.ask("DELETE", f"/api/v1/tokens/{number}?reason=rendu", token=of("reader"), expect=204)
            self.callers["a token's own"] = {"token": made.json()["secret"], "live": True}
            service.ask("GET", "/api/v1/alerts", expect=401)
            for _ in range(3):
                service.ask("GET", "/api/v1/accounts", token=of("reader of MJ"), expect=403)
            upload = (FIXTURES / "2020-11.exits.csv").read_bytes() + b"\n"
            service.ask("POST", "/api/v1/imports?file=2020-11.exits.csv&dry_run=true", upload,
                        of("analyst"), 200, Content_Type="application/octet-stream")
            runs = [service.ask("POST", "/api/v1/jobs/reviews/runs", {}, of("administrator"), 202)]
            runs.append(service.ask("POST", "/api/v1/cycles", {"as_of": "2021-02-01"}, of("analyst"), 202))
            for run in runs:
                answers.finished(service, run.headers["Location"], of("administrator"))

    def sign_ins(self):
        """Sessions: live with two factors and with one, ended, and a sign-in that nobody finished."""
        at = "2021-02-01 08:00:00"
        person = lambda sub, *amr: {
            "sub": sub, "name": sub, "email": f"{sub}@culture.example", "email_verified": True, "amr": [*amr]}
        with Provider(at, self.provider_folder) as provider:
            with self.program.serve(at, **provider.settings) as service:
                strong = provider.sign_in(service, person("ada", "pwd", "mfa"))
                self.callers["session with two factors"] = {"cookie": strong, "live": True}
                weak = provider.sign_in(service, person("bob", "pwd"))
                self.callers["session with one factor"] = {"cookie": weak, "live": True}
                ended = provider.sign_in(service, person("bob", "pwd"))
                service.ask("POST", "/sign-out", "", expect=303, Cookie=ended, Sec_Fetch_Site="same-origin")
                self.callers["session that was ended"] = {"cookie": ended, "live": False}
                service.ask("GET", "/sign-in?go_to=/compte", expect=303)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("name", help="of the archive: the commit that the binary was built from")
    parser.add_argument("--provider", default=ROOT / "target/provider", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, help="a folder to leave everything in, to look at")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.keep or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(exist_ok=True)
        shutil.copytree(ROOT / "rules", folder / "rules")
        shutil.copy(ROOT / "aliases.toml", folder)
        program = Program(options.binary, folder)
        webhooks = stack.enter_context(Webhooks())
        tables = [webhooks.table(name, status) for name, status in
                  [("open", 204), ("failing", 500), ("closed", 410)]]
        mail = stack.enter_context(mail_server(folder / "mails", UNKNOWN))
        receivers = OFFICE_HOURS | {
            "VIGIE_MAIL__HOST": "localhost",
            "VIGIE_MAIL__PORT": str(mail),
            "VIGIE_MAIL__TLS": "none",
            "VIGIE_MAIL__FROM": "Vigie <vigie@dinum.example>",
            "VIGIE_MAIL__DINUM": "risques@dinum.example",
            "VIGIE_MAIL__DIRECTOR": "directeur@dinum.example",
            "VIGIE_PUBLIC_URL": "https://vigie.example",
            "VIGIE_WEBHOOKS": json.dumps(tables).replace('":', '"='),
        }
        callers = Story(program, receivers, options.provider).tell()
        (folder / "callers.json").write_text(json.dumps(callers, indent=1, ensure_ascii=False))
        answers.keep(program, callers)
        archive = ROOT / f"tests/earlier/{options.name}.tar.xz"
        with tarfile.open(archive, "w:xz", preset=9) as kept:
            for name in ["aliases.toml", "answers.jsonl", "callers.json", "rules", "vigie.db"]:
                kept.add(folder / name, name)
        print(f"{archive}: {archive.stat().st_size} bytes")


if __name__ == "__main__":
    main()
