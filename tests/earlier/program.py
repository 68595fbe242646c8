"""Runs one binary of Vigie, at any instant: its command line, its service, and what it talks to."""

import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"

# Where the tests' OpenID provider expects Vigie; nothing listens there.
PUBLIC_URL = "http://vigie.test"


class Refused(Exception):
    """A command that did not end with 0."""


def clock(instant, still=False):
    """The variables under which a process believes that it is `instant`, as `2020-12-01 09:00:00` in UTC."""
    if not pathlib.Path(FAKETIME).is_file():
        sys.exit(f"{FAKETIME} is not there: install Debian's libfaketime")
    start = instant if still else f"@{instant}"
    # Timers go on at their own pace: only the time of day is another.
    return {"LD_PRELOAD": FAKETIME, "FAKETIME": start, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}


class Program:
    """A binary, with a folder of its own for the database, settings, files."""

    def __init__(self, binary, folder):
        self.binary = pathlib.Path(binary).resolve()
        self.folder = pathlib.Path(folder)
        self.database = self.folder / "vigie.db"
        self.rules = self.folder / "rules"

    def environment(self, instant=None, still=False, **settings):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
        return kept | {
            "VIGIE_DATABASE_URL": f"sqlite://{self.database}",
            "VIGIE_RULES": str(self.rules),
            "VIGIE_ALIASES": str(self.folder / "aliases.toml"),
            "NO_COLOR": "1",
            **(clock(instant, still) if instant else {}),
            **settings,
        }

    def attempt(self, instant, *arguments, **settings):
        return subprocess.run(
            [self.binary, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(instant, **settings),
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, instant, *arguments, by="Claire Martin", **settings):
        """The standard output of a command that must do its work."""
        settings = {"VIGIE_ACTOR": by, **settings}
        ended = self.attempt(instant, *arguments, **settings)
        if ended.returncode != 0:
            raise Refused(f"{arguments}: {ended.returncode}\n{ended.stdout}\n{ended.stderr}")
        return ended.stdout

    def json(self, instant, *arguments, **settings):
        return json.loads(self.run(instant, *arguments, "--format", "json", **settings))

    def refused(self, instant, *arguments, words, by="Claire Martin", **settings):
        """Checks that a command is refused, with these words."""
        ended = self.attempt(instant, *arguments, **{"VIGIE_ACTOR": by, **settings})
        if ended.returncode == 0 or words not in ended.stderr + ended.stdout:
            raise Refused(f"{arguments}: expected `{words}`, found {ended.returncode} {ended.stderr}")

    @contextlib.contextmanager
    def serve(self, instant, still=False, **settings):
        """The service on a free port, until the block ends; it runs no job by itself."""
        jobs = ["IMPORT", "CYCLE", "REVIEWS", "DIGEST", "REMINDERS", "HOUSEKEEPING", "BACKUP"]
        settings = {f"VIGIE_SCHEDULE__{job}": "" for job in jobs} | settings
        process = subprocess.Popen(
            [self.binary, "serve"],
            cwd=self.folder,
            env=self.environment(instant, still, VIGIE_LISTEN="127.0.0.1:0", **settings),
            stderr=subprocess.PIPE,
            text=True,
        )
        said = []
        try:
            for line in process.stderr:
                said.append(line)
                if "listening on" in line:
                    break
            found = re.search(r"listening on http://([\d.]+):(\d+)", "".join(said))
            if not found:
                raise Refused("".join(said))
            service = Service(found[1], int(found[2]))
            if link := re.search(r"http\S+/setup/\S+", self._second_line(process, service)):
                service.first_link = link[0]
            # A pipe that nobody empties fills up.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield service
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)

    def _second_line(self, process, service):
        """What is said after the address, where there is no account yet."""
        accounts = json.loads(self.run(None, "accounts", "list", "--format", "json"))
        return "" if accounts else process.stderr.readline()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Service:
    """A service that runs, asked over HTTP."""

    def __init__(self, host, port):
        self.host, self.port = host, port
        self.first_link = None

    def ask(self, method, path, body=None, token=None, expect=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, dict):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if expect and answer.status != expect:
            raise Refused(f"{method} {path}: expected {expect}, found {answer.status} {text}")
        return Answer(answer.status, answer.headers, text)


class Webhooks:
    """A receiver of webhooks: what it answers is in the path."""

    def __enter__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(int(self.path.strip("/")))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *failure):
        self.server.shutdown()

    def table(self, name, status):
        return {
            "name": name,
            "url": f"http://127.0.0.1:{self.server.server_port}/{status}",
            "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            "allow": ["127.0.0.1"],
        }


@contextlib.contextmanager
def mail_server(folder, unknown):
    """The tests' own SMTP server; gives its port."""
    folder.mkdir(exist_ok=True)
    command = ["/usr/bin/python3", ROOT / "tests/it/support/smtp.py", folder, "--unknown", unknown]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(10)


class Provider:
    """The tests' own OpenID provider, at the same instant as the service."""

    def __init__(self, instant, modules):
        if not (pathlib.Path(modules) / "node_modules/oidc-provider").is_dir():
            sys.exit(f"no oidc-provider in {modules}: `make provider` puts it in target/provider")
        self.process = subprocess.Popen(
            ["node", ROOT / "tests/provider/provider.mjs", modules, "generic"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | clock(instant),
        )
        self.port = int(self.process.stdout.readline())
        self.settings = {
            "VIGIE_PUBLIC_URL": PUBLIC_URL,
            "VIGIE_SIGN_IN__ISSUER": f"http://127.0.0.1:{self.port}",
            "VIGIE_SIGN_IN__CLIENT_ID": "vigie",
            "VIGIE_SIGN_IN__CLIENT_SECRET": f"vigie-secret-{'x' * 24}",
            "VIGIE_SIGN_IN__ROLES": '["reader", "approver"]',
        }

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.stdin.close()
        self.process.wait(10)

    def sign_in(self, service, person):
        """The cookie of a session that a person begins."""
        own = Service("127.0.0.1", self.port)
        own.ask("POST", "/control", json.dumps({"person": person}), expect=200)
        away = service.ask("GET", "/sign-in", expect=303)
        ticket = away.headers["Set-Cookie"].split(";")[0]
        place, jar = away.headers["Location"], {}
        while not place.startswith(PUBLIC_URL):
            path = urllib.parse.urlsplit(urllib.parse.urljoin(f"http://127.0.0.1:{self.port}", place))
            cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
            step = own.ask("GET", f"{path.path}?{path.query}", Cookie=cookie)
            for line in step.headers.get_all("Set-Cookie") or []:
                name, value = line.split(";")[0].split("=", 1)
                jar[name] = value
            place = step.headers["Location"]
            if place is None:
                raise Refused(f"the provider answered {step.status} {step.body}")
        home = service.ask("GET", place.removeprefix(PUBLIC_URL), Cookie=ticket, expect=303)
        cookies = [line.split(";")[0] for line in home.headers.get_all("Set-Cookie")]
        return next(cookie for cookie in cookies if cookie.startswith("vigie_session="))
