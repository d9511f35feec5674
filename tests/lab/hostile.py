#!/usr/bin/python3
"""Calls of hostile callers, and whether they changed anything but their own number in what the agent was told.

    hostile.py LOG SERVER ADDRESS NUMBER COUNT SEED

The first call is a plain one. Each of the COUNT others chooses its names, numbers, user parts and headers at random: most of them
escaped as SIP wants it, so that they arrive, and some not. True if each call that an agent got told it the same as the first one
did, but for td_uuid and td_caller, and if td_caller has the characters of a caller's number only."""

import collections
import json
import random
import re
import socket
import sys
import time
import urllib.parse

PIECES = [b"${EPOCH}", b"${SHELL(touch /tmp/hostile)}", b"$[1+1]", b"${DB_DELETE(trunkdeck/+15551230440)}", b",", b")v(", b")v(td_number=1", b"x)n",
          b'"', b"'", b"\\", b";", b"\r\nX-Inj: 1", b"\r\n\r\nEvent: Hangup", b"%0d%0aX-td_number:%201", b"\0", b"%00", b"\x1b[2J", b"\x7f",
          "Grüße😀".encode(), b"\xff\xfe", b"x" * 1000, b"&td_number=1", b"=", b"?", b"@", b"<sip:x>", b"|", b"^", b":", b"' OR '1'='1",
          b"td_p_dept=evil", b"td_label=evil,td_p_dept=evil", b"__td_number=1", b"+15551230441", b"anonymous", b"1", b"00", b"*", b"/", b"trunkdeck/1",
          b"\t", b" ", b"{uuid}", b"~", b"#", b"td_caller=1", b"${td_p_dept}", b"${CALLERID(num)}"]


def junk():
    return b"".join(random.choices(PIECES, k=random.randrange(1, 5)))[:1200]


def escaped(data):
    """A user part as a careful sender escapes it, or, seldom, as it is."""
    return data if random.random() < 0.15 else urllib.parse.quote(data, safe="+*").encode()


def quoted(data):
    if random.random() < 0.15:
        return data
    return b'"' + re.sub(rb'[\r\n\0]', b"", data).replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'" '


class Caller:
    def __init__(self, server, address):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.server, self.address, self.port = server, address.encode(), self.socket.getsockname()[1]

    def invite(self, n, user, to, caller, name, more):
        here, there = b"%s:%d" % (self.address, self.port), self.server.encode() + b":5060"
        sdp = b"v=0\r\no=h 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio 26000 RTP/AVP 0\r\n" % (self.address, self.address)
        head = [b"Via: SIP/2.0/UDP %s;branch=z9hG4bK-h%d-%d" % (here, self.port, n), b"From: %s<sip:%s@%s>;tag=h%d" % (name, caller, here, n),
                b"To: <sip:%s@%s>" % (to, there), b"Call-ID: hostile-%d-%d" % (self.port, n), b"Max-Forwards: 70"]
        self.common, self.target = head, b"sip:%s@%s" % (user, there)
        self.send(b"INVITE", 1, [b"Contact: <sip:h@%s>" % here, *more, b"Content-Type: application/sdp"], sdp)

    def send(self, method, cseq, more=(), body=b"", to=b""):
        lines = [line if not to or not line.startswith(b"To: ") else to for line in self.common]
        if method == b"BYE" or (method == b"ACK" and cseq == 1 and to and self.accepted):
            lines[0] += b"-" + method
        lines = [method + b" " + self.target + b" SIP/2.0", *lines, b"CSeq: %d " % cseq + method, *more, b"Content-Length: %d" % len(body), b"", body]
        self.socket.sendto(b"\r\n".join(lines), (self.server, 5060))

    def result(self, n):
        """The code of the final answer, which is then acknowledged and ended; 0 if none comes in time."""
        deadline, self.accepted = time.monotonic() + 8, False
        patience = time.monotonic() + 1.5
        while time.monotonic() < min(deadline, patience):
            self.socket.settimeout(0.3)
            try:
                answer = self.socket.recv(65536)
            except TimeoutError:
                continue
            if b"hostile-%d-%d" % (self.port, n) not in answer or not answer.startswith(b"SIP/2.0 "):
                continue
            patience = deadline
            code = int(answer[8:11])
            if code < 200:
                continue
            to = re.search(rb"^(?:To|t): *[^\r]*", answer, re.M).group(0)
            self.accepted = code == 200
            self.send(b"ACK", 1, to=to)
            if self.accepted:
                self.send(b"BYE", 2, to=to)
            return code
        return 0


def legs(path, offset):
    """The whole lines behind an offset, and where they end."""
    with open(path, "rb") as file:
        file.seek(offset)
        text = file.read()
    text = text[:text.rfind(b"\n") + 1]
    return [json.loads(line) for line in text.splitlines()], offset + len(text)


def fixed(leg):
    """What a caller must not change, and td_caller."""
    if leg["kind"] == "sip":
        got = {name: value for name, value in leg["headers"] if name.startswith("X-")}
        caller, count = got.pop("X-td_caller"), len([h for h in leg["headers"] if h[0].startswith("X-")])
        if got.pop("X-CALLER-ID") != caller or got.pop("X-CALL-ID") != got.pop("X-td_uuid"):
            return None, caller
        return (leg["agent"], count, got), caller
    caller = leg["told"]["td_caller"]
    query = re.sub(r"^td_uuid=[0-9a-f-]{36}&", "", leg["query"]).replace("td_caller=" + urllib.parse.quote(caller, safe=""), "td_caller=", 1)
    variables = {name: value for name, value in leg["variables"].items() if name.startswith("td_")}
    if variables.pop("td_caller") != caller or variables.pop("td_uuid") != leg["told"]["td_uuid"]:
        return None, caller
    return (leg["agent"], query, variables, sorted(leg["variables"])), caller


def main():
    log, server, address, number, count, seed = sys.argv[1:]
    random.seed(seed)
    who, codes, changed, number = Caller(server, address), collections.Counter(), [], number.encode()
    _, offset = legs(log, 0)
    served = 0
    for n in range(int(count) + 1):
        user = to = number
        caller, name, more = b"+14155550100", b"", []
        if n:
            caller = escaped(random.choice([junk(), b"+1415555" + junk(), b"+14155550100"]))
            name = quoted(junk()) if random.random() < 0.6 else b""
            user = number + random.choice([b""] * 6 + [escaped(junk()), b";" + escaped(junk()), b";phone-context=" + escaped(junk())])
            to = random.choice([number, escaped(junk())])
            for header in (b"P-Asserted-Identity: <sip:%s@x>", b"Remote-Party-ID: <sip:%s@x>", b"Diversion: <sip:%s@x>", b"Subject: %s",
                           b"X-td_number: %s", b"X-td_p_dept: %s", b"P-Charge-Info: <sip:%s@x>"):
                if random.random() < 0.15:
                    more.append(header % escaped(junk()))
        who.invite(n, user, to, caller, name, more)
        code = who.result(n)
        codes[code] += 1
        found, offset = legs(log, offset)
        for leg in found:
            told, said = fixed(leg)
            if n == 0:
                plain = told
            elif told != plain or not re.fullmatch(r"[0-9A-Za-z+_.]+", said):
                changed.append((n, user[:100], caller[:100], told, said))
            served += 1
        if n == 0 and (code != 200 or not found):
            print("the plain call failed:", code)
            return 1
    print(json.dumps({"calls": int(count), "seed": seed, "codes": codes, "told": served - 1, "changed": len(changed)}))
    for line in changed[:3]:
        print(line, "instead of", plain)
    return bool(changed) or served < int(count) / 3


sys.exit(main())
