#!/usr/bin/env python3
"""An agent directory for tests: pages in the form of the API, and many faults.

Each request takes the next of the server's faults. When none is left, it is answered correctly. A fault is a text:

    503 429:7 401         that status, with Retry-After after the colon
    429:date+7            Retry-After as a date so many seconds ahead
    echo                  a 401 whose message repeats the Authorization header
    html empty scalar     200 with a body that is not of the API
    huge long brackets    a body above the limit; one that claims to be; one of brackets only
    cut close reset       less than announced; nothing; a reset connection
    stall drip            no answer; a byte now and then
    to:URL                a redirect
    shrink swap           a good page, but then its first agent is deleted (and another added at the end)
    again                 always the first page, with hasMore
    bare                  a good page without total, page and hasMore
    json:TEXT             200 with that text

As a program:  agent_directory.py [-n AGENTS] [-p PER_PAGE] [-s SECRET] FAULT...
prints its port, then a line for each request, and ends with its standard input.
"""

import argparse
import email.utils
import http.server
import json
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.parse

SECRET = "s3cr3t-of-the-tests"
VOICE = {"transcriber": {"provider": "deepgram", "modelId": "nova"}, "speechGen": {"provider": "elevenlabs"}}


def agent(ident, title=None, **more):
    """An agent that can speak, in the form of the API."""
    return {"ID": ident, "title": title or f"Agent {ident}", "description": "", "disabled": False,
            "agentPlatform": "vg", "createdAtUNIX": 1767621720000, "voiceConfig": VOICE, **more}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        server = self.server
        with server.lock:
            server.requests.append((self.path, dict(self.headers)))
            fault = server.faults.pop(0) if server.faults else ""
        server.on_request(self.path)
        name, _, rest = fault.partition(":")
        if name.isdigit():
            self.refuse(int(name), rest)
        elif self.headers.get("Authorization") != f"Bearer {server.secret}":
            self.refuse(401)
        elif urllib.parse.urlsplit(self.path).path != server.prefix + "/agents/search":
            self.refuse(404)
        else:
            getattr(self, "fault_" + name, self.good)(rest)

    def refuse(self, status, retry_after="", message=None):
        headers = {}
        if retry_after.startswith("date+"):
            headers["Retry-After"] = email.utils.formatdate(time.time() + int(retry_after[5:]), usegmt=True)
        elif retry_after:
            headers["Retry-After"] = retry_after
        body = {"message": message or f"status {status}", "code": "REFUSED", "issues": [{"message": "no"}]}
        self.answer(json.dumps(body), status, headers)

    def answer(self, body, status=200, headers=None, length=None):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def page(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        number, limit = int(query["page"]), min(int(query["limit"]), self.server.per_page)
        with self.server.lock:
            everyone = list(self.server.agents)
        shown = everyone[(number - 1) * limit:number * limit]
        return {"agents": shown, "starredAgents": self.server.starred, "total": len(everyone), "totalStarred": 0,
                "page": number, "limit": limit, "hasMore": number * limit < len(everyone)}

    def good(self, _rest):
        self.answer(json.dumps(self.page()))

    def fault_echo(self, _rest):
        self.refuse(401, message="bad header " + self.headers["Authorization"])

    def fault_html(self, _rest):
        self.answer("<html><body>Welcome to the hotel's network</body></html>")

    def fault_empty(self, _rest):
        self.answer("")

    def fault_scalar(self, _rest):
        self.answer("7")

    def fault_huge(self, _rest):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        piece = b" " * 65536
        for _ in range(9 * 16):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    def fault_long(self, _rest):
        self.close_connection = True
        self.answer("{", length=10**12)

    def fault_brackets(self, _rest):
        self.answer('{"agents":[' + "{}," * 1000000 + "{}]}")

    def fault_cut(self, _rest):
        self.close_connection = True
        body = json.dumps(self.page())
        self.answer(body[:20], length=len(body))

    def fault_close(self, _rest):
        self.close_connection = True

    def fault_reset(self, _rest):
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def fault_stall(self, _rest):
        self.close_connection = True
        self.server.ending.wait(60)

    def fault_drip(self, _rest):
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        while not self.server.ending.wait(0.2):
            self.wfile.write(b" ")

    def fault_to(self, rest):
        self.answer("", 302, {"Location": rest})

    def fault_shrink(self, _rest):
        body = self.page()
        self.server.remove(body["agents"][0]["ID"])
        self.answer(json.dumps(body))

    def fault_swap(self, _rest):
        body = self.page()
        self.server.remove(body["agents"][0]["ID"])
        self.server.add(agent(f"new{len(self.server.requests)}"))
        self.answer(json.dumps(body))

    def fault_again(self, _rest):
        self.path = self.path.replace("page=", "page=1&was=")
        body = self.page()
        body["hasMore"] = True
        self.answer(json.dumps(body))

    def fault_bare(self, _rest):
        self.answer(json.dumps({"agents": self.page()["agents"]}))

    def fault_json(self, rest):
        self.answer(rest)

    def log_message(self, format, *args):
        pass


class Directory(http.server.ThreadingHTTPServer):
    """Serves on its own loopback port until stop()."""

    daemon_threads = True

    def __init__(self, agents=(), faults=(), per_page=1000, secret=SECRET, prefix="/v3", tls=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.agents, self.starred, self.faults = list(agents), [], list(faults)
        self.per_page, self.secret, self.prefix = per_page, secret, prefix
        self.requests, self.lock, self.ending = [], threading.Lock(), threading.Event()
        self.on_request = lambda path: None
        self.scheme = "https" if tls else "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server_port}{self.prefix}"

    def add(self, *agents):
        with self.lock:
            self.agents += agents

    def remove(self, ident):
        with self.lock:
            self.agents = [a for a in self.agents if a.get("ID") != ident]

    def handle_error(self, request, client_address):
        """No message: some tests close connections on purpose."""

    def stop(self):
        self.ending.set()
        self.shutdown()
        self.server_close()


def make_certificate(folder, name="127.0.0.1"):
    """Makes an authority and a certificate; returns (path of the authority, (certificate, key))."""
    path = f"{folder}/{name}-"
    kind = "IP" if name[0].isdigit() else "DNS"

    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE)

    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *new, "-keyout", path + "ca.key", "-out", path + "ca.pem", "-days", "2",
            "-subj", "/CN=authority of the tests")
    openssl("req", *new, "-keyout", path + "key.pem", "-out", path + "req.pem", "-subj", "/CN=directory")
    with open(path + "ext", "w", encoding="utf-8") as file:
        file.write(f"subjectAltName={kind}:{name}\n")
    openssl("x509", "-req", "-in", path + "req.pem", "-CA", path + "ca.pem", "-CAkey", path + "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", path + "ext", "-out", path + "cert.pem")
    return path + "ca.pem", (path + "cert.pem", path + "key.pem")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=3)
    parser.add_argument("-p", type=int, default=1000)
    parser.add_argument("-s", default=SECRET)
    parser.add_argument("faults", nargs="*")
    args = parser.parse_args()
    server = Directory([agent(f"a{i}") for i in range(args.n)], args.faults, args.p, args.s)
    server.on_request = lambda path: print(path, flush=True)
    print(server.server_port, flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
