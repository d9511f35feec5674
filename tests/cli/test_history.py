#!/usr/bin/env python3
"""record, calls, metrics: a simulated server reports calls, and every figure must match its reports."""

import calendar
import hashlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import unittest

import prometheus
from deck import DONE, TIMEOUT, UNREACHABLE, USAGE, DeckTest

BANNER = b"Asterisk Call Manager/9.0.0\r\n"
OUTCOMES = ["answered", "abandoned", "busy", "no_answer", "unreachable", "unmapped", "failed", "lost"]


def wait_for(what, true):
    """Waits until true() returns a true value, at most TIMEOUT seconds."""
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        value = true()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"no {what}")


def event(name, **fields):
    lines = [f"Event: {name}", "Privilege: call,all", f"Timestamp: {time.time():.6f}"]
    return "\r\n".join(lines + [f"{key}: {value}" for key, value in fields.items()] + ["", ""]).encode(errors="surrogateescape")


def listed(name, **fields):
    """An item of a list in an answer: it has no Privilege header."""
    return "\r\n".join([f"Event: {name}"] + [f"{key}: {value}" for key, value in fields.items()] + ["", ""]).encode()


def channel(serial, leg, state, number, tech="PJSIP", caller="+4915112345678"):
    return {"Channel": f"{tech}/twilio-{serial:08x}{leg}", "ChannelState": state, "ChannelStateDesc": "x",
            "CallerIDNum": caller, "CallerIDName": "<unknown>", "ConnectedLineNum": "<unknown>",
            "ConnectedLineName": "<unknown>", "Language": "en", "AccountCode": "", "Context": "from-trunk",
            "Exten": number, "Priority": 1, "Uniqueid": f"1700000000.{serial * 2 + leg}",
            "Linkedid": f"1700000000.{serial * 2}"}


class Manager:
    """Accepts every login, answers Ping and CoreShowChannels, and sends events to all listeners."""

    def __init__(self, port=0):
        self.listed = []
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.clients, self.lock, self.serial = [], threading.Lock(), 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            client.sendall(BANNER)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            for frame in self.frames(client):
                client.sendall(self.answer(frame))
                if frame.get("Action") == "Login":
                    client.sendall(event("FullyBooted", Uptime=100, LastReload=100, Status="Fully Booted"))
                    with self.lock:
                        self.clients.append(client)
        except OSError:
            pass

    def heard(self, data):
        """Overridden by servers that keep every byte."""

    def frames(self, client):
        data = b""
        while True:
            while b"\r\n\r\n" in data:
                frame, data = data.split(b"\r\n\r\n", 1)
                yield dict(line.split(": ", 1) for line in frame.decode().split("\r\n") if ": " in line)
            more = client.recv(65536)
            if not more:
                return
            self.heard(more)
            data += more

    def answer(self, frame):
        head = "Response: Success\r\n" + (f"ActionID: {frame['ActionID']}\r\n" if "ActionID" in frame else "")
        action = frame.get("Action", "").lower()
        if action == "coreshowchannels":
            tag = {"ActionID": frame.get("ActionID", "")}
            items = [listed("CoreShowChannel", **tag, **item) for item in self.listed]
            done = listed("CoreShowChannelsComplete", **tag, EventList="Complete", ListItems=len(items))
            return (head + "EventList: start\r\nMessage: Channels will follow\r\n\r\n").encode() + b"".join(items) + done
        if action == "ping":
            head += f"Ping: Pong\r\nTimestamp: {time.time():.6f}\r\n"
        if action == "challenge":
            head += "Challenge: 840415273\r\n"
        return (head + "Message: ok\r\n\r\n").encode()

    def tell(self, *events):
        with self.lock:
            for client in list(self.clients):
                try:
                    client.sendall(b"".join(events))
                except OSError:
                    self.clients.remove(client)

    def listeners(self):
        with self.lock:
            return len(self.clients)

    def told(self, number, gen, reason=""):
        """A call of which the dialplan tells: the first agent is busy, the second answers; or the call is refused."""
        self.serial += 1
        trunk = channel(self.serial, 0, 4, "0" + number[1:])
        agent = channel(self.serial, 1, 0, number, "AudioSocket")
        dest = {f"Dest{key}": value for key, value in agent.items()}

        def user(name, **values):
            return event("UserEvent", **trunk, UserEvent=name, **values)

        self.tell(event("Newchannel", **trunk))
        if reason:
            self.tell(user("TrunkdeckRefused", Reason=reason, Cap="number", Number=number))
        else:
            self.tell(user("TrunkdeckCall", Uuid=f"5f1c0a7e-0000-4000-8000-{self.serial:012}", Number=number, Arrived="0" + number[1:],
                           Provider="twilio", Agent="support", Way="agent", Gen=gen),
                      user("TrunkdeckAttempt", Agent="support", Way="agent", Result="busy", Ms=120),
                      user("TrunkdeckAttempt", Agent="sales", Way="fallback", Result="dialling", Ms=0),
                      event("Newchannel", **agent), event("DialBegin", **trunk, **dest, DialString="x"),
                      event("DialEnd", **trunk, **dest, DialStatus="ANSWER"), event("Newstate", **{**trunk, "ChannelState": 6}),
                      user("TrunkdeckQuality", Received=950, Lost=50, Jitter="0.004000", Score="80.0", Rtt="0.048"),
                      event("Hangup", **agent, Cause=16, **{"Cause-txt": "Normal Clearing"}))
        self.tell(event("Hangup", **trunk, Cause=16, **{"Cause-txt": "Normal Clearing"}))

    def call(self, number, answered=True, caller="+4915112345678"):
        """A complete call: answered and ended by the agent, or abandoned by the caller."""
        self.serial += 1
        trunk = channel(self.serial, 0, 4, number, caller=caller)
        agent = channel(self.serial, 1, 0, number, "AudioSocket")
        dest = {f"Dest{key}": value for key, value in agent.items()}
        self.tell(event("Newchannel", **trunk))
        if answered:
            self.tell(event("Newchannel", **agent), event("DialBegin", **trunk, **dest, DialString="x"),
                      event("DialEnd", **trunk, **dest, DialStatus="ANSWER"),
                      event("Newstate", **{**trunk, "ChannelState": 6}),
                      event("Hangup", **agent, Cause=16, **{"Cause-txt": "Normal Clearing"}))
        else:
            self.tell(event("HangupRequest", **trunk))
        self.tell(event("Hangup", **trunk, Cause=16, **{"Cause-txt": "Normal Clearing"}))

    def close(self):
        for end in (lambda: self.listener.shutdown(socket.SHUT_RDWR)), self.listener.close:
            try:
                end()
            except OSError:
                pass
        with self.lock:
            for client in self.clients:
                try:
                    client.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                client.close()
            self.clients.clear()


class HistoryTest(DeckTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        self.done("number", "add", "+15551234568", "--provider", "Twilio", "--agent", "sales")
        self.done("provider", "edit", "Twilio", "--endpoint", "twilio")
        self.manager = Manager()
        self.addCleanup(self.manager.close)
        self.serve(self.manager.port)

    def serve(self, port):
        self.config(f"[server na-1]\nhost = 127.0.0.1\nport = {port}\nuser = x\nsecret = y\n")

    def recorder(self, *args):
        """Starts a recorder and waits until it listens. Its messages go to the file `said`."""
        before = self.manager.listeners()
        with open(self.path("said"), "a", encoding="utf-8") as said:
            run = self.start("record", *args, stderr=said)
        wait_for("login", lambda: self.manager.listeners() >= before + 2)
        return run

    def said(self):
        with open(self.path("said"), encoding="utf-8") as said:
            return said.read()

    def recorded(self, count, *args):
        return wait_for(f"{count} calls", lambda: (lambda c: len(c) >= count and c)(self.done("calls", "--json", *args).json()))

    def stop_well(self, run, how=signal.SIGTERM):
        run.send_signal(how)
        self.assertEqual(run.wait(TIMEOUT), DONE, self.said())


class Transferred(Manager):
    """Two calls of a number are up: one as it arrived, the other after a transfer to an extension."""

    def __init__(self, number):
        super().__init__()
        self.number, self.ended = number, []
        self.listed = [channel(1, 0, 6, number), {**channel(2, 0, 6, "200"), "Context": "phones"},
                       {**channel(3, 0, 6, "201"), "Context": "phones"}]

    def answer(self, frame):
        said = super().answer(frame)
        if frame.get("Action") == "Getvar":
            did = {"PJSIP/twilio-000000020": self.number, "PJSIP/twilio-000000030": "+15550000000"}
            value = did.get(frame.get("Channel"), "") if frame["Variable"] == "DID" else ""
            return said.replace(b"Message: ok", f"Variable: {frame['Variable']}\r\nValue: {value}".encode())
        if frame.get("Action") == "Hangup":
            self.ended.append(frame["Channel"])
        return said


class Cut(HistoryTest):
    def test_a_transferred_call_is_hung_up_too(self):
        self.manager.close()
        self.manager = Transferred("+15551234568")
        self.addCleanup(self.manager.close)
        self.config(f"[server na-1]\nhost = 127.0.0.1\nport = {self.manager.port}\nuser = x\nsecret = y\nroutes = none\n")
        self.done("number", "delete", "+15551234568", "--cut", "--yes")
        self.assertEqual(self.manager.ended, ["PJSIP/twilio-000000010", "PJSIP/twilio-000000020"])


class ManyServers(HistoryTest):
    SERVERS = 100

    def serve(self, port):
        self.config("".join(f"[server na-{i}]\nhost = 127.0.0.1\nport = {port}\nuser = x\nsecret = y\n" for i in range(self.SERVERS)))

    @staticmethod
    def resident_mb(run):
        with open(f"/proc/{run.pid}/status", encoding="ascii") as file:
            return int(next(line for line in file if line.startswith("VmRSS:")).split()[1]) / 1024

    def test_memory_and_descriptors(self):
        """Memory and descriptors are bounded. The address sanitizer keeps what is freed: with it only descriptors count."""
        with open(self.path("said"), "w", encoding="utf-8") as said:
            run = self.start("record", stderr=said)
        wait_for("logins", lambda: self.manager.listeners() >= 2 * self.SERVERS)
        idle, files = self.resident_mb(run), len(os.listdir(f"/proc/{run.pid}/fd"))
        for _ in range(20):
            self.manager.call("+15551234567")
        self.recorded(20 * self.SERVERS)
        busy = self.resident_mb(run)
        print(f"{self.SERVERS} servers: {idle:.1f} MB, {busy:.1f} MB after {20 * self.SERVERS} calls, {files} descriptors", flush=True)
        self.assertLessEqual(files, 4 * self.SERVERS + 20)
        with open(f"/proc/{run.pid}/maps", encoding="ascii") as maps:
            if "libasan" not in maps.read():
                self.assertLessEqual(idle, 40)
                self.assertLessEqual(busy, 65)
        self.stop_well(run)


class Chatty(Manager):
    """Repeats the login with its secret in the answer."""

    def answer(self, frame):
        said = super().answer(frame)
        if frame.get("Action") == "Login":
            said = said.replace(b"Message: ok", f"Message: welcome, {frame['Username']} with {RawStream.SECRET}".encode())
        return said


class RawStream(HistoryTest):
    SECRET = "wag-2-tails"

    def setUp(self):
        super().setUp()
        self.raw = self.path("raw.ami")

    def serve(self, port):
        self.config(f"[server na-1]\nhost = 127.0.0.1\nport = {port}\nuser = x\nsecret = {self.SECRET}\n")

    def content(self, path=None):
        with open(path or self.raw, "rb") as file:
            return file.read()

    def replayed(self, path=None):
        return self.done("replay", path or self.raw, "--json").json()[0]

    def test_replay_equals_the_recording(self):
        run = self.recorder("--raw", self.raw)
        for i in range(20):
            self.manager.call("+15551234567", answered=i % 4 > 0)
        calls = self.recorded(20)
        self.stop_well(run)
        result = self.replayed()
        self.assertEqual((result["calls"], result["live"], result["frames_rejected"], result["cut_off"]), (20, 0, 0, False))
        number = result["numbers"]["+15551234567"]
        for outcome in OUTCOMES:
            self.assertEqual(number.get(outcome, 0), sum(call["outcome"] == outcome for call in calls), outcome)
        self.assertTrue(self.content().startswith(BANNER + b"Event: FullyBooted\r\n"))
        self.assertEqual(os.stat(self.raw).st_mode & 0o777, 0o600)

    def test_no_secret_in_it(self):
        self.manager.close()
        self.manager = Chatty()
        self.addCleanup(self.manager.close)
        self.serve(self.manager.port)
        run = self.recorder("--raw", self.raw)
        self.manager.call("+15551234567")
        self.recorded(1)
        self.stop_well(run)
        self.assertNotIn(self.SECRET.encode(), self.content())
        self.assertNotIn(b"welcome", self.content())
        self.assertEqual(self.replayed()["calls"], 1)

    def test_the_secret_is_not_sent_without_tls(self):
        sent = bytearray()
        self.manager.heard = sent.extend
        run = self.recorder()
        wait_for("login", lambda: self.manager.listeners() >= 2)
        self.stop_well(run)
        key = hashlib.md5(b"840415273" + self.SECRET.encode()).hexdigest()
        self.assertNotIn(self.SECRET.encode(), sent)
        self.assertEqual(sent.count(f"AuthType: MD5\r\nUsername: x\r\nKey: {key}\r\n".encode()), 2)

    def test_a_new_connection_is_a_new_file(self):
        run = self.recorder("--raw", self.raw)
        self.manager.call("+15551234567")
        self.recorded(1)
        port = self.manager.port
        self.manager.close()
        self.manager = Manager(port)
        self.manager.serial = 100
        self.addCleanup(self.manager.close)
        wait_for("login", lambda: self.manager.listeners() >= 2)
        self.manager.call("+15551234567", answered=False)
        self.recorded(2)
        self.stop_well(run)
        self.assertEqual([self.replayed(path)["calls"] for path in (self.raw, self.raw + ".1")], [1, 1])

    def test_nothing_is_written_through_a_symlink(self):
        """Another user who can write to the folder put a link there: a new file replaces the link, not its target."""
        target = self.path("target.ami")
        with open(target, "wb") as file:
            file.write(BANNER)
        os.symlink(target, self.raw)
        run = self.recorder("--raw", self.raw)
        self.manager.call("+15551234567")
        self.recorded(1)
        self.stop_well(run)
        self.assertEqual(self.content(target), BANNER)
        self.assertFalse(os.path.islink(self.raw))
        self.assertEqual(self.replayed()["calls"], 1)

    def test_refusals(self):
        with open(self.raw, "w", encoding="utf-8") as file:
            file.write("dear diary")
        self.refused("record", "--raw", self.raw, code=USAGE, says="is not a recorded stream")
        self.assertEqual(self.content(), b"dear diary")
        self.refused("record", "--raw", self.path("no/such/folder"), code=USAGE, says="No such file")
        self.refused("record", "--raw-size", "1G", code=USAGE, says="belong to --raw")
        for size in ("12", "63K", "64m", "M", "1T", "-1M", "1MB", "99999999999999M"):
            self.refused("record", "--raw", self.path("other"), "--raw-size", size, code=USAGE, says="--raw-size")


class Record(HistoryTest):
    def test_two_recorders_write_each_call_once(self):
        one, two = self.recorder(), self.recorder("--quiet")
        for i in range(12):
            self.manager.call("+15551234567", answered=i % 3 > 0)
        self.manager.call("+15551234568")
        self.recorded(13)
        self.stop_well(one)
        self.stop_well(two, signal.SIGINT)
        calls = self.done("calls", "--json").json()
        self.assertEqual(len(calls), 13)
        self.assertEqual(len({call["linkedid"] for call in calls}), 13)
        self.assertEqual(sum(call["outcome"] == "answered" for call in calls), 9)
        self.assertEqual({(call["provider"], call["agent"], call["region"]) for call in calls},
                         {("twilio", "support", "na"), ("twilio", "sales", "na")})
        self.assertEqual({call["country"] for call in calls}, {"DE"})
        # Only calls that were not answered have a story.
        for call in calls:
            self.assertEqual(call["story"] is None, call["outcome"] == "answered")
        story = next(call["story"] for call in calls if call["story"])
        self.assertEqual(story["steps"][0]["step"], "arrived")
        self.assertEqual(story["steps"][-1]["step"], "ended")
        self.assertIn("info: na-1 connected", self.said())

    def test_a_server_that_goes_and_comes_back(self):
        run = self.recorder()
        self.manager.call("+15551234567")
        self.recorded(1)
        port, serial = self.manager.port, self.manager.serial
        self.manager.close()
        wait_for("warning", lambda: "warning: na-1" in self.said())
        self.manager = Manager(port)
        self.manager.serial = serial
        self.addCleanup(self.manager.close)
        wait_for("login", lambda: self.manager.listeners() >= 2)
        self.manager.call("+15551234567")
        self.assertEqual(len(self.recorded(2)), 2)
        self.stop_well(run)

    def test_a_store_that_is_away_first(self):
        """Calls that finished meanwhile are written when the store is back, with their agent."""
        store = os.path.join(self.home, ".local/share/trunkdeck")
        os.rename(store, store + ".aside")
        with open(store, "w", encoding="utf-8"):
            pass
        run = self.recorder()
        wait_for("error", lambda: "error: " in self.said())
        for _ in range(5):
            self.manager.call("+15551234567")
        os.remove(store)
        os.rename(store + ".aside", store)
        calls = self.recorded(5)
        self.assertEqual({call["agent"] for call in calls}, {"support"})
        self.stop_well(run)

    def test_calls_that_can_not_be_written_are_reported(self):
        run = self.recorder()
        wait_for("store", lambda: "the store is open" in self.said())
        store = os.path.join(self.home, ".local/share/trunkdeck")
        lock = subprocess.Popen(["python3", "-c", "import sqlite3,sys;c=sqlite3.connect(sys.argv[1],isolation_level=None);"
                                 "c.execute('BEGIN EXCLUSIVE');print(flush=True);sys.stdin.read()",
                                 os.path.join(store, "trunkdeck.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.stop, lock)
        lock.stdout.readline()
        self.manager.call("+15551234567")
        wait_for("error", lambda: "error: " in self.said())
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(TIMEOUT), UNREACHABLE, self.said())
        self.assertIn("could not be written", self.said())
        lock.stdin.close()
        lock.wait(TIMEOUT)

    def test_refusals(self):
        self.refused("--read-only", "record", says="Read-only mode")
        self.config("[screen]\nfps = 5\n")
        self.refused("record", code=USAGE, says="no servers are configured")
        self.refused("record", "now", code=USAGE)


class Gaps(HistoryTest):
    def figures(self, since):
        return self.done("metrics", "--since", since, "--all", "--json").json()[0]

    @staticmethod
    def now():
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

    def spans(self):
        with sqlite3.connect(os.path.join(self.home, ".local/share/trunkdeck/trunkdeck.db")) as db:
            return db.execute("SELECT from_us, until_us, is_open FROM listened ORDER BY from_us").fetchall()

    def reopen(self):
        """The server closes all connections, and starts again."""
        self.manager.close()
        self.manager = Manager(self.manager.port)
        self.addCleanup(self.manager.close)

    def test_a_lost_connection(self):
        none = self.figures("1h")
        self.assertEqual((none["complete"], none["recorded_since"]), (False, None))
        self.assertGreaterEqual(none["gap_s"], 3600)
        self.assertIn("not every server has been recorded", self.done("metrics").out)
        run = self.recorder()
        wait_for("completeness", lambda: self.figures(self.now())["complete"])
        since = wait_for("a whole second of it", lambda: (lambda s: self.figures(s)["complete"] and s)(self.now()))
        self.reopen()
        wait_for("word of it", lambda: "not heard for" in self.said())
        self.assertIn("warning: na-1: not heard for ", self.said())
        self.assertIn(": 0 calls found again, 0 lost, 0 begun meanwhile", self.said())
        wait_for("the second span", lambda: len(self.spans()) == 2)
        figures = self.figures(since)
        self.assertFalse(figures["complete"])
        (_, gap, _), (again, _, _) = self.spans()
        gap = max(gap, calendar.timegm(time.strptime(since, "%Y-%m-%dT%H:%M:%SZ")) * 1000000)
        self.assertEqual(figures["gap_s"], -(-(again - gap) // 1000000))
        self.assertIn("Not complete: no recorder listened for", self.done("metrics", "--since", since).out)
        head, row = self.done("metrics", "--since", since, "--all", "--csv").lines()
        self.assertEqual((head.split(",")[-2:], row.split(",")[-2:]), (["complete", "gap_s"], ["false", str(figures["gap_s"])]))
        text = self.done("metrics", "--since", since, "--prometheus").out
        self.assertIn(f"\ntrunkdeck_window_gap_seconds {figures['gap_s']}\n", text)
        self.assertIn("\ntrunkdeck_window_complete 0\n", text)
        self.stop_well(run)

    def takes_over(self, old, count):
        """Another recorder listens before the old one ends: both have heard the same call."""
        new = self.recorder()
        wait_for("the new recorder", lambda: len(self.spans()) == count)
        self.manager.call("+15551234567")
        self.recorded(count - 1)
        self.stop_well(old)
        return new

    def test_another_recorder_fills_the_gap(self):
        """Each recorder has a gap; together they have none."""
        one = self.recorder()
        since = wait_for("completeness", lambda: (lambda s: self.figures(s)["complete"] and s)(self.now()))
        two = self.takes_over(one, 2)
        self.assertTrue(self.figures(since)["complete"])
        three = self.takes_over(two, 3)
        self.assertTrue(self.figures(since)["complete"])
        self.stop_well(three)

    def test_coverage_ends_where_the_oldest_unfinished_call_begins(self):
        run = self.recorder()
        wait_for("completeness", lambda: self.figures(self.now())["complete"])
        before = time.time()
        self.manager.serial += 1
        self.manager.tell(event("Newchannel", **channel(self.manager.serial, 0, 4, "+15551234567")))
        after = time.time()
        self.manager.call("+15551234568")
        self.recorded(1)
        self.stop_well(run)
        (_, until, is_open), = self.spans()
        self.assertFalse(is_open)
        self.assertTrue(before <= until / 1e6 <= after + 0.001, (before, until, after))


class Recorded(HistoryTest):
    """Four calls to one number, one of them abandoned, and one call to another number."""

    def setUp(self):
        super().setUp()
        run = self.recorder()
        for i in range(4):
            self.manager.call("+15551234567", answered=i != 0)
        self.manager.call("+15551234568")
        self.recorded(5)
        self.stop_well(run)


class Calls(Recorded):
    def count(self, *args):
        return len(self.done("calls", "--json", *args).json())

    def test_filters(self):
        self.assertEqual(self.count(), 5)
        self.assertEqual(self.count("--number", "+15551234567"), 4)
        self.assertEqual(self.count("--agent", "sales"), 1)
        self.assertEqual(self.count("--provider", "Twilio"), 5)
        self.assertEqual(self.count("--provider", "twilio", "--outcome", "abandoned"), 1)
        self.assertEqual(self.count("--provider", "nobody"), 0)
        self.assertEqual(self.count("--server", "na-1"), 5)
        self.assertEqual(self.count("--server", "eu-1"), 0)
        self.assertEqual(self.count("--max", "2"), 2)
        self.assertEqual(self.count("--since", "1h"), 5)
        self.assertEqual(self.count("--since", "now"), 0)
        self.assertEqual(self.count("--until", "1h"), 0)
        self.refused("calls", "--since", "soon", code=USAGE, says=["--since soon", "today"])
        self.refused("calls", "--outcome", "good", code=USAGE, says="answered")
        self.refused("calls", "--max", "0", code=USAGE)

    def test_where(self):
        """--where has the grammar of the Calls view, and combines with the options."""
        self.done("number", "edit", "+15551234568", "--label", "Hotline")
        self.assertEqual(self.count("--where", "hotline"), 1)
        self.assertEqual(self.count("--where", "outcome:abandoned"), 1)
        self.assertEqual(self.count("--where", "!outcome:abandoned number:+15551234567"), 3)
        self.assertEqual(self.count("--where", "caller:004915112345678"), 5)
        self.assertEqual(self.count("--where", "since:1h"), 5)
        self.assertEqual(self.count("--where", "until:1h"), 0)
        self.assertEqual(self.count("--where", "since:1h", "--until", "1h"), 0)
        self.assertEqual(self.count("--where", "agent:support", "--max", "2"), 2)
        self.assertEqual(self.count("--where", "agent:support", "--outcome", "abandoned"), 1)
        self.refused("calls", "--where", "colour:red", code=USAGE, says=["--where: ", "colour", "outcome"])
        self.refused("calls", "--where", "since:soon", code=USAGE, says="--where: ")

    def test_formats(self):
        rows = self.done("calls", "--csv").lines()
        self.assertEqual(len(rows), 6)
        self.assertTrue(rows[0].startswith("server,linkedid,number,caller,"))
        self.assertIn(",response_source,uncertain,joined_late,uuid,served,reason,arrived,", rows[0])
        self.assertTrue(all(",false,false," in row for row in rows[1:]), rows)
        table = self.done("calls").lines()
        self.assertEqual(len(table), 5)
        self.assertIn("+15551234567", table[-1])
        self.assertIn("abandoned", table[-1])

    def test_follow(self):
        follow = self.start("calls", "--follow", "--since", "1h", "--json", stdout=subprocess.PIPE)
        known = {json.loads(follow.stdout.readline())["linkedid"] for _ in range(5)}
        self.assertEqual(len(known), 5)
        run = self.recorder()
        for _ in range(3):
            self.manager.call("+15551234568")
        lines = [json.loads(follow.stdout.readline()) for _ in range(3)]
        self.assertEqual(len({line["linkedid"] for line in lines}), 3)
        self.stop_well(run)
        self.assertEqual({line["number"] for line in lines}, {"+15551234568"})
        self.refused("calls", "--follow", "--max", "3", code=USAGE)


class Told(HistoryTest):
    """Two calls that fell back, told with parameters that the number no longer has, and two that were refused."""

    def setUp(self):
        super().setUp()
        self.done("number", "edit", "+15551234567", "--label", "Before", "--param", "department=sales")
        self.done("number", "edit", "+15551234567", "--label", "After", "--param", "department=billing")
        with sqlite3.connect(os.path.join(self.home, ".local/share/trunkdeck/trunkdeck.db")) as db:
            gen, = db.execute("SELECT gen FROM params_seen WHERE label = 'Before'").fetchone()
        run = self.recorder()
        for reason in "", "", "blocked", "over_cap":
            self.manager.told("+15551234567", gen, reason)
        self.recorded(4)
        self.stop_well(run)

    def where(self, words):
        return len(self.done("calls", "--json", "--where", words).json())

    def test_calls(self):
        call = self.done("calls", "--json", "--where", "served:fallback", "--max", "1").json()[0]
        self.assertEqual((call["agent"], call["served"], call["reason"], call["outcome"]), ("sales", "fallback", "", "answered"))
        self.assertEqual(call["number"], "+15551234567")
        self.assertEqual(call["arrived"], "015551234567")
        self.assertEqual(call["attempts"][0], {"agent": "support", "way": "agent", "result": "busy", "ms": 120})
        self.assertEqual([a["result"] for a in call["attempts"]], ["busy", "answer"])
        self.assertEqual((call["loss"], call["jitter_ms"], call["score"], call["rtt_ms"]), (5.0, 4.0, 4.0, 48.0))
        self.assertEqual((call["far_loss"], call["far_score"]), (None, None))
        self.assertIn("support:agent:busy:120 sales:fallback:answer:", self.done("calls", "--csv").out)
        table = self.done("calls").out
        self.assertIn("caller blocked", table)
        self.assertRegex(table, r"fallback +5\.0 +4\.0\n")

    def test_filters(self):
        for words, count in (("fallback:yes", 2), ("reason:blocked", 1), ("reason:over_cap outcome:busy", 1), ("loss:>2", 2), ("loss:>5", 0),
                             ("score:<4.1", 2), ("uuid:5f1c0a7e", 2), ("params.department:sales", 2), ("params.department:billing", 0)):
            self.assertEqual(self.where(words), count, words)
        self.refused("calls", "--where", "loss:>much", code=USAGE, says=["--where: ", "loss"])

    def test_doctor(self):
        """A blocked caller is no failure of the number."""
        self.assertIn("1 of 3 calls of the last 24 h failed: busy 1", self.deck("doctor", "+15551234567").out)

    def test_metrics(self):
        total = self.done("metrics", "--all", "--json").json()[0]
        self.assertEqual((total["offered"], total["answered"], total["success_rate"]), (4, 2, 0.667))
        self.assertEqual((total["reasons"]["blocked"], total["reasons"]["over_cap"], total["fell_back"]), (1, 1, 2))
        self.assertEqual((total["loss"]["count"], total["loss"]["p50"], total["score"]["p95"]), (2, 5.0, 4.0))
        agents = {row["key"]: row for row in self.done("metrics", "--by", "agent", "--json").json()[1:]}
        self.assertEqual((agents["support"]["offered"], agents["support"]["fell_back"]), (0, 2))
        self.assertEqual((agents["sales"]["offered"], agents["sales"]["fell_back"]), (2, 0))
        for by, keys in (("served", {"", "fallback"}), ("reason", {"", "blocked", "over_cap"}), ("country", {"DE"}),
                         ("params.department", {"", "sales"})):
            self.assertEqual({row["key"] for row in self.done("metrics", "--by", by, "--json").json()[1:]}, keys, by)
            self.assertEqual(self.done("metrics", "--by", by, "--csv").lines()[0].split(",")[0], by)
        self.assertEqual(len(self.done("metrics", "--by", "hour", "--json").json()[1:]), 1)
        self.assertIn("fell back", self.done("metrics", "--by", "agent").out)
        self.refused("metrics", "--by", "params.", code=USAGE)
        self.refused("metrics", "--by", "params", code=USAGE)
        series = prometheus.parse(self.done("metrics", "--prometheus", "--by", "params.department").out)
        self.assertEqual(series["trunkdeck_fell_back_total", (("params_department", "sales"),)], 2)
        series = prometheus.parse(self.done("metrics", "--prometheus", "--all").out)
        self.assertEqual(series["trunkdeck_reasons_total", (("reason", "blocked"),)], 1)
        self.assertEqual(series["trunkdeck_loss_ratio", (("quantile", "0.95"),)], 0.05)
        self.assertEqual(series["trunkdeck_opinion_score", (("quantile", "0.05"),)], 4.0)


class Metrics(Recorded):
    def test_agrees_with_the_calls(self):
        calls = self.done("calls", "--json").json()
        total, first, second = self.done("metrics", "--json").json()
        self.assertEqual((total["by"], first["key"], second["key"]), ("all", "+15551234567", "+15551234568"))
        for figures, number in (total, None), (first, "+15551234567"), (second, "+15551234568"):
            mine = [call for call in calls if number in (None, call["number"])]
            self.assertEqual(figures["offered"], len(mine))
            for outcome in OUTCOMES:
                self.assertEqual(figures[outcome], sum(call["outcome"] == outcome for call in mine))
            self.assertEqual(sum(figures["by_hour"]), len(mine))
            self.assertEqual(sum(map(sum, figures["by_week"])), len(mine))
            self.assertEqual(figures["by_country"], {"DE": len(mine)})
        self.assertEqual(first["success_rate"], 0.75)
        self.assertEqual(first["causes"], [{"cause": 16, "sip_code": first["causes"][0]["sip_code"], "calls": 1}])

    def test_groups_and_filters(self):
        self.assertEqual([row["key"] for row in self.done("metrics", "--by", "agent", "--json").json()],
                         ["", "sales", "support"])
        self.assertEqual(len(self.done("metrics", "--all", "--json").json()), 1)
        self.assertEqual(self.done("metrics", "--agent", "sales", "--all", "--json").json()[0]["offered"], 1)
        self.assertEqual(self.done("metrics", "--region", "eu", "--all", "--json").json()[0]["offered"], 0)
        self.refused("metrics", "--region", "mars", code=USAGE, says="na, eu")
        for window in "today", "1h", "24h", "7d", "30d":
            self.assertEqual(self.done("metrics", "--window", window, "--all", "--json").json()[0]["window"], window)
        self.refused("metrics", "--window", "2y", code=USAGE, says="live, today, 1h, 24h, 7d, 30d")
        self.refused("metrics", "--by", "day", code=USAGE, says="number, provider")
        self.refused("metrics", "--window", "1h", "--since", "2h", code=USAGE)
        self.assertIn("75%", self.done("metrics").out)
        self.assertEqual(self.done("metrics", "--csv").lines()[0].split(",")[:3], ["number", "offered", "success_rate"])

    def series(self, *args):
        return prometheus.parse(self.done("metrics", "--prometheus", *args).out)

    def test_prometheus(self):
        series = self.series()
        one = ("number", "+15551234567")
        self.assertEqual(series["trunkdeck_calls_total", (one, ("outcome", "answered"))], 3)
        self.assertEqual(series["trunkdeck_calls_total", (one, ("outcome", "abandoned"))], 1)
        self.assertEqual(series["trunkdeck_talk_seconds_count", (one,)], 3)
        self.assertEqual(series["trunkdeck_concurrent_calls_peak", (one,)], 1)
        self.assertEqual({name for name, _ in series if "window" in name or "live" in name}, set())
        window = ("window", "1h")
        series = self.series("--window", "1h", "--by", "provider")
        self.assertEqual(series["trunkdeck_window_calls", (("outcome", "answered"), ("provider", "twilio"), window)], 4)
        series = self.series("--all")
        self.assertEqual(series["trunkdeck_calls_total", (("outcome", "answered"),)], 4)
        self.assertEqual(series["trunkdeck_talk_seconds_count", ()], 4)
        self.assertEqual(self.series("--by", "region")["trunkdeck_calls_total", (("outcome", "answered"), ("region", "na"))], 4)
        self.assertEqual(self.series("--since", "1h", "--all")["trunkdeck_window_calls", (("outcome", "answered"),)], 4)
        self.assertEqual({name for name, _ in self.series("--since", "now")}, {"trunkdeck_window_gap_seconds", "trunkdeck_window_complete"})
        self.assertEqual(self.series("--window", "1h")["trunkdeck_window_complete", (window,)], 0)

    def test_prometheus_is_not_flooded(self):
        """All numbers that are not configured are one series, so callers can not add series."""
        run = self.recorder()
        for i in range(20):
            self.manager.call(f"+1999555{i:04}", answered=False)
        self.recorded(25)
        self.stop_well(run)
        series = self.series()
        self.assertEqual(series["trunkdeck_calls_total", (("number", ""), ("outcome", "abandoned"))], 20)
        self.assertEqual({dict(labels)["number"] for _, labels in series if labels}, {"", "+15551234567", "+15551234568"})

    def test_live_asks_the_servers(self):
        self.manager.listed = [
            {**channel(901, 0, 6, "+15551234567"), "Duration": "00:01:00", "BridgeId": "b1", "Application": "Dial"},
            {**channel(901, 1, 6, "+15551234567", "AudioSocket"), "Duration": "00:00:59", "BridgeId": "b1"},
            {**channel(902, 0, 4, "+15551234567"), "Duration": "00:00:02"},
            {**channel(903, 0, 4, "+19995550000"), "Duration": "00:00:01"},
        ]
        total, first, other = self.done("metrics", "--window", "live", "--json").json()
        self.assertEqual((total["window"], total["concurrent"], first["concurrent"], other["concurrent"]), ("live", 3, 2, 1))
        self.assertEqual(sum(total["states"].values()), 3)
        self.assertEqual(first["states"]["talking"], 1)
        self.assertEqual(self.done("metrics", "--window", "live", "--agent", "support", "--all", "--json").json()[0]["concurrent"], 2)
        series = self.series("--window", "live")
        self.assertEqual(series["trunkdeck_live_calls", (("number", "+15551234567"), ("state", "talking"))], 1)
        self.assertIn("now", self.done("metrics", "--window", "live").lines()[0])
        self.manager.close()
        self.refused("metrics", "--window", "live", code=UNREACHABLE)
        self.config("[screen]\nfps = 5\n")
        self.refused("metrics", "--window", "live", code=USAGE, says="no servers are configured")

    def test_hours_are_of_the_workspaces_zone(self):
        """In another time zone the same calls are in other hours."""
        hours = []
        for zone in "Asia/Tokyo", "America/New_York":
            self.done("workspace", "edit", "--time-zone", zone)
            hours.append(self.done("metrics", "--all", "--json").json()[0]["by_hour"])
        self.assertNotEqual(hours[0], hours[1])
        self.done("workspace", "edit", "--time-zone", "Europe/Atlantis")
        self.assertIn("Europe/Atlantis is not known", self.done("metrics").err)


if __name__ == "__main__":
    unittest.main()
