#!/usr/bin/python3
"""What an agent was told, and which events the dialplan sent.

  told.py encode NAME=VALUE...                             prints the parameters of a number as its keys hold them
  told.py uri|json|headers LOG NUMBER CALLER NAME=VALUE... true if the last line of agents.py's LOG tells exactly this
  told.py events FILE EVENT WORDS...                       true if the recorded stream has exactly these user events
"""

import json
import re
import sys
import urllib.parse


def encode(text):
    return "".join(chr(b) if re.match(r"[A-Za-z0-9_.-]", chr(b)) else "%%%02X" % b for b in text.encode())


def pairs(words):
    return [tuple(w.split("=", 1)) for w in words]


def compare(got, expected):
    for name in got.keys() | expected.keys():
        if got.get(name) != expected.get(name):
            print("%s: got %r, expected %r" % (name, got.get(name), expected.get(name)))
    return got == expected


def told(how, log, number, caller, *words):
    line = json.loads(open(log, encoding="utf-8").read().splitlines()[-1])
    expected = {"td_number": number, "td_caller": caller, **dict(pairs(words))}
    if how == "headers":
        got = {name[2:]: value for name, value in line["headers"] if name.startswith("X-")}
        if got.pop("CALL-ID") != got["td_uuid"] or got.pop("CALLER-ID") != caller:
            return print("X-CALL-ID or X-CALLER-ID differ")
        expected = {re.sub("[.-]", "_", name).lower(): value for name, value in expected.items()}
    elif how == "json":
        got = {name: value for name, value in line["variables"].items() if name.startswith("td_")}
    else:
        got = line["told"]
    uuid = got.pop("td_uuid", "")
    if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", uuid):
        return print("td_uuid is %r" % uuid)
    if how == "uri":
        raw = "&".join("%s=%s" % (n, encode(v)) for n, v in {"td_uuid": uuid, **expected}.items())
        if line["query"] != raw:
            return print("got %s\nexpected %s" % (line["query"], raw))
    return compare(got, expected)


def events(path, event, *texts):
    frames = re.split(r"\r?\n\r?\n", open(path, encoding="utf-8", errors="replace").read())
    found = [dict(l.split(": ", 1) for l in f.splitlines() if ": " in l) for f in frames if "\nUserEvent: %s\r" % event in f + "\r"
             or "\nUserEvent: %s\n" % event in f]
    good = len(found) == len(texts)
    for frame, text in zip(found, texts):
        good &= all(frame.get(name, "") == value for name, value in pairs(text.split()))
    if not good:
        print("got", found, "expected", texts)
    return good


def main():
    what, *args = sys.argv[1:]
    if what == "encode":
        print(",".join("%s=%s" % (name, encode(value)) for name, value in pairs(args)))
        sys.exit(0)
    sys.exit(not (events(*args) if what == "events" else told(what, *args)))


main()
