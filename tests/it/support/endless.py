"""A server that never comes to an end: of a line, of a reply, of an answer. Prints its port, then serves until killed."""

import argparse
import socket
import ssl
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("manner")
parser.add_argument("--certificate")
parser.add_argument("--key")
options = parser.parse_args()

LINE = b"x" * 65536
HEAD = b"HTTP/1.1 %d Answer\r\nContent-Type: application/json\r\n"


def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(options.certificate, options.key)
    return made


def for_ever(stream, text=LINE):
    while True:
        stream.sendall(text)


def line(stream):
    got = b""
    while not got.endswith(b"\n"):
        byte = stream.recv(1)
        if not byte:
            raise OSError
        got += byte
    return got


def smtp(stream, manner):
    if manner == "smtp-implicit":
        stream = context().wrap_socket(stream, server_side=True)
        for_ever(stream)
    if manner == "smtp-greeting":
        for_ever(stream)
    stream.sendall(b"220 endless\r\n")
    line(stream)
    if manner == "smtp-lines":
        for_ever(stream, b"250-MORE\r\n" * 1000)
    if manner == "smtp-starttls":
        stream.sendall(b"250-endless\r\n250 STARTTLS\r\n")
        line(stream)
        stream.sendall(b"220 go on\r\n")
        stream = context().wrap_socket(stream, server_side=True)
        for_ever(stream)
    stream.sendall(b"250 endless\r\n")
    line(stream)
    if manner == "smtp-mail":
        for_ever(stream)
    # A byte at a time, each soon enough for whoever waits for the next one only.
    stream.sendall(b"2")
    while True:
        time.sleep(0.05)
        stream.sendall(b"5")


def http(stream, manner):
    while line(stream) not in (b"\r\n", b"\n"):
        pass
    if manner == "http-head":
        stream.sendall(b"HTTP/1.1 200 OK\r\nX-Endless: ")
        for_ever(stream)
    if manner == "http-pages":
        body = b'{"data":[],"pagination":{"has_more":true,"next_cursor":"again"}}'
        stream.sendall(HEAD % 200 + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return
    status = int(manner.removeprefix("http-"))
    stream.sendall(HEAD % status + b"Transfer-Encoding: chunked\r\n\r\n")
    for_ever(stream, b"%x\r\n" % len(LINE) + LINE + b"\r\n")


def serve(stream):
    try:
        with stream:
            (smtp if options.manner.startswith("smtp") else http)(stream, options.manner)
    except OSError:
        pass


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
