"""A real SMTP server for the tests: keeps each message it takes as a JSON file in a folder.

Prints the port it listens on. With a certificate it offers STARTTLS and asks for it; with a user it
asks for AUTH. Stops when its standard input ends.
"""

import argparse
import asyncio
import base64
import email
import email.policy
import email.utils
import itertools
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--certificate")
parser.add_argument("--key")
parser.add_argument("--user")
parser.add_argument("--password")
parser.add_argument("--echo", action="store_true", help="repeat the password when it is refused")
parser.add_argument("--unknown", help="an address that has no mailbox here")
options = parser.parse_args()
numbers = itertools.count(1)


class Keep:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address == options.unknown:
            return f"550 5.1.1 <{address}>: no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part for part in message.walk() if not part.is_attachment()}
        copies = {address for _, address in email.utils.getaddresses(message.get_all("Cc", []))}
        kept = {
            "encrypted": session.ssl is not None,
            "authenticated": bool(session.authenticated),
            "from": envelope.mail_from,
            "to": [address for address in envelope.rcpt_tos if address not in copies],
            "copies": [address for address in envelope.rcpt_tos if address in copies],
            "headers": {name.lower(): str(value) for name, value in message.items()},
            "text": parts["text/plain"].get_content(),
            "html": parts["text/html"].get_content(),
            "attachments": [
                {
                    "name": part.get_filename(),
                    "media_type": part.get_content_type(),
                    "base64": base64.b64encode(part.get_payload(decode=True)).decode(),
                }
                for part in message.iter_attachments()
            ],
        }
        target = options.folder / f"{next(numbers):06}.json"
        partial = target.with_suffix(".partial")
        partial.write_text(json.dumps(kept), encoding="utf-8")
        partial.rename(target)
        return "250 taken"


def authenticate(server, session, envelope, mechanism, credentials):
    expected = (options.user.encode(), options.password.encode())
    if options.echo:
        plain = b"\0" + credentials.login + b"\0" + credentials.password
        said = f"535 5.7.8 refused: AUTH PLAIN {base64.b64encode(plain).decode()} ({credentials.password.decode()})"
        return AuthResult(success=False, handled=False, message=said)
    # `handled` would be a refusal that somebody else has already sent.
    known = (credentials.login, credentials.password) == expected
    return AuthResult(success=known, handled=False)


def protocol():
    settings = {"enable_SMTPUTF8": True}
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
        settings |= {"tls_context": context, "require_starttls": True}
    if options.user:
        settings |= {"authenticator": authenticate, "auth_required": True}
    return SMTP(Keep(), **settings)


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(serve())
