#!/usr/bin/python3
"""Calls with parameters under load, and what their agents received. Runs inside the lab.

  load.py parameters [OPTION...] -- PROGRAM...   calls in bursts while numbers are edited; PROGRAM is trunkdeck with --config
  load.py add [OPTION...] -- PROGRAM...          adds the numbers of that load to the store

A number's parameters name the number and a version, and fill two chunks with text that follows from both. So each set shows whose
it is, and a set that is made of two is seen. A caller's number is used once, which is how a call is found in the agents' log.
Prints one JSON line; exit 1 when a call was not answered or an agent received anything but the whole set of its call: the newest
that was on the server before the call began, or one that was written since.
"""

import argparse
import collections
import hashlib
import json
import os
import queue
import random
import re
import subprocess
import sys
import threading
import time

from ami import Ami

PIECES = "abcde"


def number_of(n):
    return "+1555200%04d" % n


def parameters(number, version):
    """Five pieces of 321 bytes: more than one chunk, and less than an agent can be told."""
    text = lambda piece: piece + hashlib.sha256(("%s %d %s" % (number, version, piece)).encode()).hexdigest() * 5
    return {"n": number, "version": "v%d" % version, **{piece: text(piece) for piece in PIECES}}


def words(number, version):
    return [word for name, value in parameters(number, version).items() for word in ("--param", "%s=%s" % (name, value))]


def run(program, *arguments):
    done = subprocess.run([*program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit("%s: %s" % (" ".join(arguments[:3]), done.stderr))


class Edits:
    """Edits numbers, each again only after its last edit was seen on the server. For each number: [(version, begun, there)]."""

    def __init__(self, args):
        self.args, self.stopping = args, threading.Event()
        versions = json.load(open(args.versions, encoding="utf-8")) if os.path.exists(args.versions) else {}
        self.first = {number_of(n): versions.get(number_of(n), 0) for n in range(args.numbers)}
        self.history = {number: [(version, 0.0, 0.0)] for number, version in self.first.items()}
        self.free, self.sent = queue.Queue(), queue.Queue()
        for number in random.sample(sorted(self.history), args.numbers):
            self.free.put(number)
        self.due, self.due_lock = time.monotonic(), threading.Lock()
        self.slowest, self.failure, self.ami, self.keys = 0.0, None, None, {}
        # One edit takes the program about as long as it takes to start.
        self.threads = [threading.Thread(target=self.guard, args=(work,)) for work in (self.edit,) * 3 + (self.watch,)]

    def start(self):
        if self.args.mode == "astdb":
            self.ami = Ami(self.args.server, "trunkdeck-ctl")
            self.ami.login("off")
            while "Response: " not in self.ami.frame():
                pass
            self.keys = {number: self.read(number) for number in self.history}
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        with open(self.args.versions, "w", encoding="utf-8") as file:
            json.dump({number: versions[-1][0] for number, versions in self.history.items()}, file)

    def guard(self, work):
        try:
            work()
        except (Exception, SystemExit) as failure:  # pylint: disable=broad-except
            self.failure = self.failure or repr(failure)

    def wait_turn(self):
        with self.due_lock:
            self.due = max(self.due + 1 / self.args.edits, time.monotonic() - 1)
            due = self.due
        return not self.stopping.wait(max(0, due - time.monotonic()))

    def edit(self):
        while self.wait_turn():
            number = self.free.get(timeout=60)
            version, begun = self.history[number][-1][0] + 1, time.time()
            self.history[number].append((version, begun, None))
            run(self.args.program, "number", "edit", number, *words(number, version))
            self.sent.put((number, time.time()))

    def watch(self):
        """Notes when an edit is on the server: the number's key names another generation, or, where the server asks the store for
        each call, the edit was committed."""
        waiting = {}
        while waiting or not self.sent.empty() or any(t.is_alive() for t in self.threads[:3]):
            while not self.sent.empty():
                number, when = self.sent.get()
                waiting[number] = when
            for number, sent in list(waiting.items()):
                key = self.read(number) if self.ami else None
                if self.ami and key == self.keys[number]:
                    if time.time() - sent > 60:
                        raise SystemExit("the edit of %s did not reach the server" % number)
                    continue
                self.keys[number] = key
                version, begun, _ = self.history[number][-1]
                self.history[number][-1] = (version, begun, time.time() if self.ami else sent)
                self.slowest = max(self.slowest, time.time() - sent)
                del waiting[number]
                self.free.put(number)
            time.sleep(0.01)

    def read(self, number):
        self.ami.send(["Action: DBGet", "Family: trunkdeck", "Key: " + number])
        found = re.search(r"^Val: (.*)$", "\n".join(self.ami.answer()), re.M)
        return found and found.group(1)

    def allowed(self, number, began, heard):
        """The first and the last version that a call may have had which began at one time, and whose agent was called at another."""
        first = max(version for version, _, there in self.history[number] if there is not None and there < began)
        return first, max(version for version, begun, _ in self.history[number] if begun <= heard)


class Calls:
    """Bursts of calls by SIPp, each call from a number of its own to a random number."""

    def __init__(self, args):
        self.args, self.began, self.codes, self.count = args, {}, {}, 0
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sipp/call.xml")
        text = open(path, encoding="utf-8").read()
        for name, value in (("[service]", "[field0]"), ("[caller]", "[field1]"), ("[name]", ""), ("@ON_HOLD@", ""),
                            ("@HOLD_MS@", str(args.hold)), ("@ANSWER_MS@", "60000")):
            text = text.replace(name, value)
        text = re.sub(r'<log message="final (\d+)"/>', r'<log message="final [field1] \1"/>', text)
        text = text.replace("<send retrans", '<nop><action><gettimeofday assign_to="s,us"/><log message='
                            '"began [field1] [field0] [$s] [$us]"/></action></nop>\n  <send retrans', 1)
        self.scenario = os.path.join(args.dir, "load.xml")
        open(self.scenario, "w", encoding="utf-8").write(text)

    def burst(self, count):
        base = os.path.join(self.args.dir, "burst")
        with open(base + ".csv", "w", encoding="ascii") as file:
            file.write("SEQUENTIAL\n")
            for _ in range(count):
                n = self.count if self.args.each else random.randrange(self.args.numbers)
                file.write("%s;+4179%07d\n" % (number_of(n), self.count))
                self.count += 1
        subprocess.run(["sipp", self.args.server + ":5060", "-sf", self.scenario, "-inf", base + ".csv", "-i", self.args.provider,
                        "-mi", self.args.provider, "-m", str(count), "-l", str(count), "-r", "1000", "-timeout", "120s",
                        "-recv_timeout", "60000", "-nostdin", "-trace_logs", "-log_file", base + ".log", "-trace_err",
                        "-error_file", base + ".err"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm"}, cwd=self.args.dir)
        for line in open(base + ".log", encoding="utf-8", errors="replace"):
            what, caller, *rest = line.split()
            if what == "began":
                # SIPp prints nothing for a variable that is 0.
                self.began[caller] = (rest[0], float(rest[1]) + float((rest + ["0"])[2]) / 1e6)
            elif what == "final":
                self.codes[caller] = rest[0]


def judge(told, number, began, heard, edits):
    """What is wrong with what one agent was told; "" for nothing."""
    told = {name.removeprefix("td_p_"): value for name, value in told.items() if name.startswith("td_p_") or name == "td_number"}
    if told.pop("td_number", "") != number:
        return "another number"
    if not told:
        return "no parameters"
    if told.get("n") != number:
        return "another number's parameters"
    version = int(told.get("version", "v-1")[1:])
    if told != parameters(number, version):
        return "mixed"
    first, last = edits.allowed(number, began, heard)
    return "stale" if version < first else "from nowhere" if version > last else ""


def parameters_load(args):
    edits, calls = Edits(args), Calls(args)
    offset, start = os.path.getsize(args.log), time.time()
    if args.edits:
        edits.start()
    try:
        while calls.count < args.calls and not edits.failure:
            calls.burst(min(args.burst, args.calls - calls.count))
        seconds = time.time() - start
    finally:
        if args.edits:
            edits.stop()
    legs, problems, examples, newest = collections.Counter(), collections.Counter(), [], 0
    with open(args.log, encoding="utf-8") as file:
        file.seek(offset)
        for line in map(json.loads, file):
            both = [line.get("told", {}), {k: v for k, v in line.get("variables", {}).items() if k.startswith("td_")}]
            caller = both[0].get("td_caller", "")
            legs[caller] += 1
            if caller not in calls.began:
                problems["unknown caller"] += 1
                continue
            number, began = calls.began[caller]
            found = judge(both[0], number, began, line["at"], edits) or (both[0] != both[1] and "variables differ from the URI") or ""
            problems[found] += 1
            newest += edits.history[number][-1][0] > edits.first[number]
            if found and len(examples) < 3:
                examples.append({"problem": found, "number": number, "began": began, "at": line["at"], "versions": edits.history[number],
                                 "told": {k: v[:80] for k, v in both[0].items()}})
    whole = problems.pop("", 0)
    codes = collections.Counter(calls.codes.get(caller, "none") for caller in calls.began)
    done = [e for h in edits.history.values() for e in h[1:]]
    problems["legs without a call or calls without a leg"] = sum(legs[c] != (code == "200") for c, code in calls.codes.items())
    problems = {name: count for name, count in problems.items() if count}
    good = (not problems and not edits.failure and codes == {"200": args.calls} and whole == args.calls
            and len(done) >= seconds * args.edits / 2)
    print(json.dumps({"calls": calls.count, "codes": codes, "whole": whole, "wrong": problems, "edits": len(done),
                      "seconds": round(seconds, 1), "calls_per_s": round(calls.count / seconds, 1),
                      "edits_per_s": round(len(done) / seconds, 1), "slowest_edit_s": round(edits.slowest, 2),
                      "calls_to_edited_numbers": newest, "failure": edits.failure, "examples": examples}))
    return 0 if good else 1


def main():
    p = argparse.ArgumentParser(description="calls under load")
    p.add_argument("what", choices=("parameters", "add"))
    p.add_argument("--numbers", type=int, default=500)
    p.add_argument("--calls", type=int, default=1000)
    p.add_argument("--burst", type=int, default=100)
    p.add_argument("--edits", type=float, default=10, help="for each second; 0 = none")
    p.add_argument("--each", action="store_true", help="call each number once, in order")
    p.add_argument("--hold", type=int, default=100, help="ms")
    p.add_argument("--mode", choices=("astdb", "odbc"), default="astdb")
    p.add_argument("--server", default="127.0.0.11")
    p.add_argument("--provider", default="127.0.0.21")
    p.add_argument("--log")
    p.add_argument("--dir")
    p.add_argument("program", nargs="+")
    args = p.parse_args()
    args.versions = os.path.join(args.dir, "versions.json")
    if args.each:
        args.calls = args.numbers
    if args.what == "parameters":
        return parameters_load(args)
    for n in range(args.numbers):
        run(args.program, "number", "add", number_of(n), "--provider", "twilio", "--agent", "url", *words(number_of(n), 0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
