"""Receives Vigie's webhooks: verifies each signature, ignores what was already received, prints one line per event.

    WEBHOOK_SECRET=whsec_… python3 webhook_receiver.py 9000

Standard library only. The matching section of vigie.toml is in README.md, beside this file.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

LARGEST_BODY = 20_000  # bytes
OLDEST = 300  # seconds


def is_genuine(secret, headers, body):
    """Whether `body`, the bytes as received, was signed with `secret`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [one.removeprefix("v1,") for one in headers.get("webhook-signature", "").split()]
    return any(hmac.compare_digest(expected, one) for one in given)


def is_recent(headers):
    """Whether the attempt was made in the last five minutes: an older one may be a replay."""
    stamp = headers.get("webhook-timestamp", "")
    return stamp.isdigit() and abs(time.time() - int(stamp)) <= OLDEST


class Receiver(BaseHTTPRequestHandler):
    # A receiver that restarts should store them: Vigie delivers at least once.
    received = set()

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        if length > LARGEST_BODY:
            return self.respond(413)
        body = self.rfile.read(length)
        if not is_recent(self.headers) or not is_genuine(os.environ["WEBHOOK_SECRET"], self.headers, body):
            return self.respond(401)
        if self.headers["webhook-id"] not in self.received:
            event = json.loads(body)
            data = event["data"]
            shown = [data[name] for name in ("rule", "kind", "level", "subject") if name in data]
            print(event["timestamp"], event["type"], *shown, flush=True)
            self.received.add(self.headers["webhook-id"])
        self.respond(204)

    def respond(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nothing but events is printed."""


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
